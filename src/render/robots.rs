//! `robots.txt`: nothing is closed, and the sitemap is named.

use super::{Sink, sitemap};
use crate::site::Site;

/// Writes `robots.txt`.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(site: &Site, sink: &dyn Sink) -> anyhow::Result<()> {
    let text = format!(
        "User-agent: *\nDisallow:\n\nSitemap: {}\n",
        sitemap::url(&site.config)
    );
    sink.write("robots.txt", text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::render::sample::{Kept, config_at, site};

    #[test]
    fn the_sitemap_is_named_with_the_base_path() {
        let kept = Kept::default();
        write(&site(config_at("https://example.org/b")), &kept).unwrap();
        assert_eq!(
            kept.text("robots.txt"),
            "User-agent: *\nDisallow:\n\nSitemap: https://example.org/b/sitemap.xml\n"
        );
    }
}
