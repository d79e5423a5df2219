//! `_headers`, which Netlify, Cloudflare Pages and others read: a strict policy for every
//! page, long lives for files that carry their fingerprint in their name, the WebSub hub for
//! the feeds of the home pages.

use super::address::{absolute, feed_forms};
use super::{Sink, feed};
use crate::site::{ListOf, Site};
use std::fmt::Write;

/// Writes `_headers`. `fingerprinted` holds output paths (or patterns with `*`) of files
/// whose name changes with their content.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(site: &Site, fingerprinted: &[String], sink: &dyn Sink) -> anyhow::Result<()> {
    let config = &*site.config;
    let mut text = String::new();
    let _ = writeln!(text, "{}/*", config.base_path);
    let policy = policy(site);
    for (name, value) in [("Content-Security-Policy", policy.as_str())]
        .into_iter()
        .chain(FOR_ALL)
    {
        let _ = writeln!(text, "  {name}: {value}");
    }
    let mut files: Vec<&String> = fingerprinted.iter().collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let _ = writeln!(
            text,
            "{}/{file}\n  Cache-Control: public, max-age=31536000, immutable",
            config.base_path
        );
    }
    if let Some(hub) = &config.feeds.hub {
        let homes = site.lists.iter().filter(|list| list.of == ListOf::Home);
        for list in homes.filter(|list| feed::has_feed(site, list)) {
            for form in feed_forms(config) {
                let url = format!("{}{}", list.url, form.file());
                let _ = writeln!(
                    text,
                    "{url}\n  Content-Type: {}; charset=utf-8\n  Link: <{}>; rel=\"self\", <{hub}>; rel=\"hub\"",
                    form.media_type(),
                    absolute(config, &url)
                );
            }
        }
    }
    sink.write("_headers", text.as_bytes())
}

/// Headers of every file beside the content security policy. No `Cache-Control`: some hosts
/// join the values of all rules that match, and without one they ask after each file anyway.
const FOR_ALL: [(&str, &str); 6] = [
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Strict-Transport-Security", "max-age=63072000"),
    (
        "Permissions-Policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
];

/// Nothing but the site's own files runs. Pictures and recordings may come from elsewhere,
/// because old texts have them; frames only where some page has one.
fn policy(site: &Site) -> String {
    let frames = site.pages.iter().any(|page| page.source.body.has_frame);
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; \
         media-src 'self' https:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
         frame-src {}; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
        if frames { "https:" } else { "'none'" }
    )
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::content::Details;
    use crate::render::sample::{Kept, change, config, list, page, site};
    use crate::site::ListOf;
    use std::sync::Arc;

    #[test]
    fn every_file_gets_a_strict_policy_and_fingerprinted_ones_a_long_life() {
        let kept = Kept::default();
        let mut site = site(config());
        site.pages = vec![page("a", "a", Details::Page)];
        site.lists = vec![list(ListOf::Home, "", "", vec![0])];
        Arc::make_mut(&mut site.config).feeds.hub = Some("https://hub.example/".to_owned());
        write(&site, &["style.0a1b.css".to_owned()], &kept).unwrap();
        let text = kept.text("_headers");
        assert!(text.starts_with("/*\n  Content-Security-Policy: default-src 'none'; "));
        assert!(!text.contains("unsafe"));
        assert!(text.contains("frame-src 'none'"));
        assert!(
            text.contains(
                "/style.0a1b.css\n  Cache-Control: public, max-age=31536000, immutable\n"
            )
        );
        assert!(text.contains(
            "Link: <https://example.org/feed.json>; rel=\"self\", <https://hub.example/>; rel=\"hub\"\n"
        ));
    }

    #[test]
    fn frames_are_allowed_only_where_a_page_has_one() {
        let kept = Kept::default();
        let mut site = site(config());
        let mut video = page("a", "a", Details::Page);
        change(&mut video, |page| {
            page.body.has_frame = true;
        });
        site.pages = vec![video];
        write(&site, &[], &kept).unwrap();
        assert!(kept.text("_headers").contains("frame-src https:;"));
    }
}
