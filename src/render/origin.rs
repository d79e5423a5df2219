//! Where the site itself stands: takes the settings, gives its host, the home and folder of a
//! language, the URL path of an output file and the share picture. Refuses to know pages.

use super::address;
use crate::config::{Config, Language};
use crate::site::encode_path;

/// Host with its port: `example.org`.
pub(crate) fn host(config: &Config) -> &str {
    let origin = address::origin(config);
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

/// Path of a language's home page: `/blog/en/`.
pub(crate) fn home(config: &Config, language: &Language) -> String {
    if language.prefix.is_empty() {
        format!("{}/", config.base_path)
    } else {
        format!("{}/{}/", config.base_path, language.prefix)
    }
}

/// Path of a file that lies at an output path below the public folder (`en/calendar.ics`).
pub(crate) fn of_output(config: &Config, output: &str) -> String {
    format!("{}/{}", config.base_path, encode_path(output))
}

/// Output folder of a language: empty or `en/`.
pub(crate) fn folder(language: &Language) -> String {
    if language.prefix.is_empty() {
        String::new()
    } else {
        format!("{}/", language.prefix)
    }
}

/// The share picture of `site.image`, as a whole URL.
pub(crate) fn site_image(config: &Config) -> Option<String> {
    let image = config.image.as_deref()?;
    if image.contains("://") {
        return Some(image.to_owned());
    }
    let path = image
        .trim_start_matches("./")
        .trim_start_matches('/')
        .trim_start_matches("static/")
        .trim_start_matches("content/");
    Some(address::absolute(config, &of_output(config, path)))
}

#[cfg(test)]
mod tests {
    use super::{folder, home, host, site_image};
    use crate::render::sample::{config, config_at};

    #[test]
    fn a_language_has_its_home_and_folder() {
        let config = config_at("https://example.org/blog");
        assert_eq!(home(&config, &config.languages[0]), "/blog/");
        assert_eq!(home(&config, &config.languages[1]), "/blog/en/");
        assert_eq!(folder(&config.languages[1]), "en/");
        assert_eq!(host(&config), "example.org");
    }

    #[test]
    fn the_share_picture_is_found_where_it_is_copied_to() {
        let mut config = config();
        config.image = Some("static/分享 图.png".to_owned());
        assert_eq!(
            site_image(&config).as_deref(),
            Some("https://example.org/%E5%88%86%E4%BA%AB%20%E5%9B%BE.png")
        );
    }
}
