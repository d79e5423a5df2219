//! `_redirects`, which Netlify, Cloudflare Pages and others read: old path, new path, 301; and
//! the doors of channels with 302, because invitations change. Hosts that do not read it show
//! the redirect pages instead; servers of one's own take the same roads in their own words.

use super::Sink;
use crate::site::Site;
use crate::site::community::Leads;
use std::fmt::Write;

/// One path that leads elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Road {
    /// Path with the base path.
    pub from: String,
    /// Path or address.
    pub to: String,
    /// For good, or for now.
    pub permanent: bool,
}

/// All paths that lead elsewhere. A door that only shows a code is a page, and no other scheme
/// than the web's is for servers.
pub fn roads(site: &Site) -> Vec<Road> {
    let old = site.redirects.iter().map(|redirect| Road {
        from: redirect.from.clone(),
        to: redirect.to.clone(),
        permanent: true,
    });
    let channels = site
        .community
        .iter()
        .flat_map(|community| &community.channels);
    let doors = channels.flat_map(|channel| &channel.doors);
    let doors = doors.filter_map(|door| {
        let Leads::To(to) = &door.leads else {
            return None;
        };
        let web = to.starts_with("https://") || to.starts_with("http://");
        web.then(|| Road {
            from: door.url.clone(),
            to: to.clone(),
            permanent: false,
        })
    });
    old.chain(doors).collect()
}

/// The lines of `_redirects`.
pub fn lines(site: &Site) -> String {
    let mut text = String::new();
    for road in roads(site) {
        // The columns are parted by spaces; a path with one would change its line's meaning.
        let from = road.from.replace(char::is_whitespace, "%20");
        let to = road.to.replace(char::is_whitespace, "%20");
        let status = if road.permanent { 301 } else { 302 };
        let _ = writeln!(text, "{from} {to} {status}");
    }
    text
}

/// Writes `_redirects`, unless nothing leads elsewhere.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(site: &Site, sink: &dyn Sink) -> anyhow::Result<()> {
    let text = lines(site);
    if text.is_empty() {
        return Ok(());
    }
    sink.write("_redirects", text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::render::sample::{Kept, config, site};
    use crate::site::Redirect;

    #[test]
    fn each_old_path_is_one_line() {
        let mut site = site(config());
        let kept = Kept::default();
        write(&site, &kept).unwrap();
        assert!(kept.paths().is_empty());
        site.redirects = vec![Redirect {
            from: "/old name/".to_owned(),
            output: "old name/index.html".to_owned(),
            to: "/new/".to_owned(),
        }];
        write(&site, &kept).unwrap();
        assert_eq!(kept.text("_redirects"), "/old%20name/ /new/ 301\n");
    }
}
