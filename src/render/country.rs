//! In which country a page's city lies. Search engines want it with every place, authors
//! hardly ever write it.
//!
//! The rule: `extra: {country: CN}` of the page, else of its company's page, else of
//! `site.yaml`, else the country of the site's time zone, where that is plain; else unknown.
//! Codes are those of ISO 3166-1 (two letters).

use crate::config::Config;
use crate::site::{Page, Site};

/// The country, as two capital letters.
pub(crate) fn of(site: &Site, page: &Page) -> Option<String> {
    written(page)
        .or_else(|| {
            let company = page.companies.first()?;
            written(site.pages.get(*company as usize)?)
        })
        .or_else(|| of_site(&site.config))
}

fn of_site(config: &Config) -> Option<String> {
    let written = config
        .extra
        .as_ref()
        .and_then(|extra| code(extra.get("country")?.text()?));
    written.or_else(|| {
        let zone = config.timezone.iana_name()?;
        ZONES
            .iter()
            .find(|(name, _)| *name == zone)
            .map(|(_, country)| (*country).to_owned())
    })
}

fn written(page: &Page) -> Option<String> {
    let extra = &page.source.meta.extra;
    let (_, value) = extra.iter().find(|(key, _)| key == "country")?;
    code(value.as_str()?)
}

fn code(text: &str) -> Option<String> {
    let text = text.trim();
    let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}

/// Time zones that lie in one country only, for the places where our readers live.
const ZONES: &[(&str, &str)] = &[
    ("Asia/Shanghai", "CN"),
    ("Asia/Chongqing", "CN"),
    ("Asia/Harbin", "CN"),
    ("Asia/Urumqi", "CN"),
    ("PRC", "CN"),
    ("Asia/Hong_Kong", "HK"),
    ("Asia/Macau", "MO"),
    ("Asia/Taipei", "TW"),
    ("Asia/Singapore", "SG"),
    ("Asia/Kuala_Lumpur", "MY"),
    ("Asia/Tokyo", "JP"),
    ("Asia/Seoul", "KR"),
    ("Asia/Almaty", "KZ"),
    ("Asia/Tashkent", "UZ"),
    ("Asia/Bishkek", "KG"),
    ("Asia/Yerevan", "AM"),
    ("Asia/Tbilisi", "GE"),
    ("Europe/Moscow", "RU"),
    ("Europe/Kaliningrad", "RU"),
    ("Europe/Samara", "RU"),
    ("Asia/Yekaterinburg", "RU"),
    ("Asia/Omsk", "RU"),
    ("Asia/Novosibirsk", "RU"),
    ("Asia/Krasnoyarsk", "RU"),
    ("Asia/Irkutsk", "RU"),
    ("Asia/Yakutsk", "RU"),
    ("Asia/Vladivostok", "RU"),
    ("Europe/Minsk", "BY"),
    ("Europe/Kyiv", "UA"),
    ("Europe/London", "GB"),
    ("Europe/Paris", "FR"),
    ("Europe/Berlin", "DE"),
    ("Europe/Madrid", "ES"),
    ("Europe/Rome", "IT"),
    ("Europe/Amsterdam", "NL"),
    ("Europe/Warsaw", "PL"),
    ("America/New_York", "US"),
    ("America/Chicago", "US"),
    ("America/Denver", "US"),
    ("America/Los_Angeles", "US"),
    ("America/Toronto", "CA"),
    ("America/Vancouver", "CA"),
    ("Australia/Sydney", "AU"),
    ("Australia/Melbourne", "AU"),
    ("Pacific/Auckland", "NZ"),
];

#[cfg(test)]
mod tests {
    use super::of;
    use crate::content::Details;
    use crate::render::sample::{change, config, extra, page, site};
    use jiff::tz::TimeZone;
    use std::sync::Arc;

    #[test]
    fn the_nearest_word_counts() {
        let mut site = site(config());
        let mut page = page("a", "a", Details::Page);
        assert_eq!(of(&site, &page).as_deref(), Some("CN"));
        let config = Arc::make_mut(&mut site.config);
        config.timezone = TimeZone::UTC;
        assert_eq!(of(&site, &page), None);
        Arc::make_mut(&mut site.config).extra = Some(extra("country", "ru"));
        assert_eq!(of(&site, &page).as_deref(), Some("RU"));
        change(&mut page, |page| {
            page.meta.extra = vec![("country".to_owned(), "kz".into())];
        });
        assert_eq!(of(&site, &page).as_deref(), Some("KZ"));
    }
}
