//! `_redirects`, which Netlify, Cloudflare Pages and others read: old path, new path, 301.
//! Hosts that do not read it show the redirect pages instead.

use super::Sink;
use crate::site::Site;
use std::fmt::Write;

/// Writes `_redirects`, unless the site has no old paths.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(site: &Site, sink: &dyn Sink) -> anyhow::Result<()> {
    if site.redirects.is_empty() {
        return Ok(());
    }
    let mut text = String::new();
    for redirect in &site.redirects {
        // The columns are parted by spaces; a path with one would change its line's meaning.
        let from = redirect.from.replace(char::is_whitespace, "%20");
        let to = redirect.to.replace(char::is_whitespace, "%20");
        let _ = writeln!(text, "{from} {to} 301");
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
