//! Content types and cache lifetimes: takes a path and the text of the site's own `_headers`,
//! gives what a storage service is told of the file. Pure.

use super::target::Lives;

/// What a server says of a file beside its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// `Content-Type`.
    pub content_type: String,
    /// `Cache-Control`.
    pub cache_control: String,
}

/// The lines of `_headers` that storage services can follow.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    pattern: String,
    content_type: Option<String>,
    cache_control: Option<String>,
}

impl Rules {
    /// Reads `_headers`; `base_path` is what its paths begin with (`/blog`, or nothing).
    pub fn read(text: &str, base_path: &str) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        for line in text.lines() {
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            if !line.starts_with([' ', '\t']) {
                let path = line.trim();
                let path = path.strip_prefix(base_path).unwrap_or(path);
                rules.push(Rule {
                    pattern: path.trim_start_matches('/').to_owned(),
                    content_type: None,
                    cache_control: None,
                });
                continue;
            }
            let (Some(rule), Some((name, value))) = (rules.last_mut(), line.split_once(':')) else {
                continue;
            };
            let value = Some(value.trim().to_owned());
            match name.trim().to_ascii_lowercase().as_str() {
                "content-type" => rule.content_type = value,
                "cache-control" => rule.cache_control = value,
                _ => {}
            }
        }
        rules.retain(|rule| rule.content_type.is_some() || rule.cache_control.is_some());
        Self { rules }
    }

    /// What is told of a file; later rules win, as they are the more special ones.
    pub fn of(&self, path: &str, lives: Lives) -> Headers {
        let own = |field: fn(&Rule) -> Option<&String>| {
            self.rules
                .iter()
                .rev()
                .filter(|rule| matches(&rule.pattern, path))
                .find_map(field)
                .cloned()
        };
        let life = if kind_of(path) == FileKind::Asset {
            lives.files
        } else {
            lives.pages
        };
        Headers {
            content_type: own(|rule| rule.content_type.as_ref())
                .unwrap_or_else(|| content_type(path).to_owned()),
            cache_control: own(|rule| rule.cache_control.as_ref())
                .unwrap_or_else(|| format!("public, max-age={}", life.as_secs())),
        }
    }
}

/// Whether a path fits a pattern in which `*` stands for anything.
fn matches(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// What a file is to a reader, which decides when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// What pages are made of: it comes before them.
    Asset,
    /// A page.
    Page,
    /// What leads to pages (feeds, sitemaps, redirects): it comes after them.
    Guide,
}

/// The kind of a file, by its name.
pub fn kind_of(path: &str) -> FileKind {
    match ending(path).as_str() {
        "html" | "htm" | "xhtml" => FileKind::Page,
        "xml" | "json" | "atom" | "rss" | "ics" | "txt" | "xsl" => FileKind::Guide,
        "" => FileKind::Guide,
        _ => FileKind::Asset,
    }
}

fn ending(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase())
        .unwrap_or_default()
}

/// The media type of a file, by its name. Texts are UTF-8, as the generator writes them.
fn content_type(path: &str) -> &'static str {
    match path.rsplit('/').next().unwrap_or_default() {
        "atom.xml" => return "application/atom+xml; charset=utf-8",
        "rss.xml" => return "application/rss+xml; charset=utf-8",
        "feed.json" => return "application/feed+json; charset=utf-8",
        _ => {}
    }
    match ending(path).as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "xhtml" => "application/xhtml+xml; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json; charset=utf-8",
        "xml" | "xsl" => "application/xml; charset=utf-8",
        "atom" => "application/atom+xml; charset=utf-8",
        "rss" => "application/rss+xml; charset=utf-8",
        "ics" => "text/calendar; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        "txt" | "" => "text/plain; charset=utf-8",
        "vcf" => "text/vcard; charset=utf-8",
        "svg" => "image/svg+xml; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        "vtt" => "text/vtt; charset=utf-8",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "wasm" => "application/wasm",
        "epub" => "application/epub+zip",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ppt" => "application/vnd.ms-powerpoint",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{FileKind, Rules, kind_of, matches};
    use crate::deploy::target::Lives;
    use std::time::Duration;

    const LIVES: Lives = Lives {
        pages: Duration::from_secs(300),
        files: Duration::from_secs(86_400),
    };

    #[test]
    fn rules_of_the_site_win_over_the_usual() {
        let text = "/blog/*\n  X-Frame-Options: SAMEORIGIN\n/blog/style.0a.css\n  Cache-Control: \
                    public, max-age=31536000, immutable\n/blog/atom.xml\n  Content-Type: \
                    application/atom+xml; charset=utf-8\n";
        let rules = Rules::read(text, "/blog");
        let told = |path: &str| {
            let headers = rules.of(path, LIVES);
            (headers.content_type, headers.cache_control)
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            told("style.0a.css"),
            pair(
                "text/css; charset=utf-8",
                "public, max-age=31536000, immutable"
            )
        );
        assert_eq!(
            told("atom.xml"),
            pair("application/atom+xml; charset=utf-8", "public, max-age=300")
        );
        assert_eq!(
            told("招聘/index.html"),
            pair("text/html; charset=utf-8", "public, max-age=300")
        );
        assert_eq!(told("a/图.PNG"), pair("image/png", "public, max-age=86400"));
        assert_eq!(
            told("_redirects"),
            pair("text/plain; charset=utf-8", "public, max-age=300")
        );
    }

    #[test]
    fn patterns_may_have_stars() {
        for (pattern, path, fits) in [
            ("*", "a/b", true),
            ("fonts/*", "fonts/a.woff2", true),
            ("fonts/*", "font/a", false),
            ("a.css", "a.css", true),
            ("a.css", "a.css.map", false),
            ("img/*.0*.webp", "img/x.0f.webp", true),
            ("img/*.0*.webp", "img/x.webp", false),
        ] {
            assert_eq!(matches(pattern, path), fits, "{pattern} {path}");
        }
    }

    #[test]
    fn what_leads_to_pages_is_no_asset() {
        assert_eq!(kind_of("sitemap.xml"), FileKind::Guide);
        assert_eq!(kind_of("a/_redirects"), FileKind::Guide);
        assert_eq!(kind_of("a.b/index.html"), FileKind::Page);
        assert_eq!(kind_of("a/x.webp"), FileKind::Asset);
    }
}
