//! Paths of a site: takes paths as authors write them, gives output files and URLs.
//!
//! An output path is decoded, NFC and never leaves the public folder; a URL is its
//! percent-encoded form behind the base path. Knows nothing of pages.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

/// Most bytes of a path segment: file systems stop at 255, and a suffix may be added.
const SEGMENT_LIMIT: usize = 200;
/// Most bytes of a whole path.
const PATH_LIMIT: usize = 1000;
/// Everything but unreserved characters and the harmless part of what a segment may hold.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');
/// Endings that make the last segment of a permalink a file; `/v1.2` stays a folder.
const FILE_ENDINGS: [&str; 12] = [
    "html", "htm", "xhtml", "shtml", "php", "asp", "aspx", "jsp", "cgi", "xml", "txt", "json",
];

/// Where something is written and under which URL it is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    /// With the base path, percent-encoded; folders end in `/`.
    pub(super) url: String,
    /// File below the public folder.
    pub(super) output: String,
}

/// A checked path: decoded, NFC, without slashes at the ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CleanPath {
    /// The path; empty for the root.
    pub(super) path: String,
    /// Whether it names a file; a folder gets an `index.html`.
    pub(super) file: bool,
}

impl CleanPath {
    /// A folder.
    pub(super) fn folder(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            file: false,
        }
    }

    /// The address below a base path.
    pub(super) fn address(&self, base_path: &str) -> Address {
        if self.file {
            return Address {
                url: format!("{base_path}/{}", encode(&self.path)),
                output: self.path.clone(),
            };
        }
        let output_folder = folder_prefix(&self.path);
        Address {
            url: format!("{base_path}/{}", encode(&output_folder)),
            output: format!("{output_folder}index.html"),
        }
    }
}

/// `jobs` → `jobs/`, and nothing for the root.
pub(super) fn folder_prefix(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!("{path}/")
    }
}

/// Joins path parts that may be empty.
pub(super) fn join<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut path = String::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(part);
    }
    path
}

/// Percent-encodes a decoded path; slashes stay.
pub fn encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len() + path.len() / 2);
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            encoded.push('/');
        }
        encoded.extend(utf8_percent_encode(segment, ENCODED));
    }
    encoded
}

/// Decodes `%XX`; a text that is not UTF-8 afterwards gives nothing.
pub(super) fn decode(text: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().ok()
}

/// Composed form (NFC), so that names written on a Mac and links typed elsewhere meet.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == unicode_normalization::IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// The path under which an output is looked up: no `index.html`, no slash at the end.
pub(super) fn key(output: &str) -> &str {
    let folder = output.strip_suffix("index.html");
    match folder {
        Some("") => "",
        Some(folder) if folder.ends_with('/') => &folder[..folder.len() - 1],
        _ => output,
    }
}

/// Checks a path that an author wrote: percent-encoded or not, with or without slashes.
///
/// # Errors
/// Says in words for a message what is wrong with it.
pub(super) fn clean(written: &str) -> Result<CleanPath, &'static str> {
    if written.contains(['?', '#']) {
        return Err("a path has no `?` and no `#`");
    }
    let mut path = String::with_capacity(written.len());
    for part in written.split('/') {
        let decoded = decode(part).ok_or("its percent-encoding is not UTF-8")?;
        let segment = decoded.trim();
        if segment.is_empty() {
            continue;
        }
        if segment == "." || segment == ".." {
            return Err("it may not leave its folder with `.` or `..`");
        }
        if segment.contains(['/', '\\']) {
            return Err("a segment may not hold a slash or backslash");
        }
        if segment.chars().any(char::is_control) {
            return Err("it holds a control character");
        }
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(&limited(&composed(segment)));
    }
    if path.len() > PATH_LIMIT {
        return Err("it is longer than 1,000 bytes");
    }
    if let Some(folder) = path.strip_suffix("index.html")
        && (folder.is_empty() || folder.ends_with('/'))
    {
        return Ok(CleanPath::folder(folder.trim_end_matches('/')));
    }
    let file = !written.ends_with('/') && names_file(&path);
    Ok(CleanPath { path, file })
}

fn names_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty()
            && FILE_ENDINGS
                .iter()
                .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// A segment that every file system takes: a longer one is cut and told apart by a hash.
pub(super) fn limited(segment: &str) -> Cow<'_, str> {
    if segment.len() <= SEGMENT_LIMIT {
        return Cow::Borrowed(segment);
    }
    let ending = segment
        .rsplit_once('.')
        .map(|(_, ending)| ending)
        .filter(|ending| FILE_ENDINGS.contains(ending))
        .map(|ending| format!(".{ending}"))
        .unwrap_or_default();
    let mark = short_hash(segment);
    let end = segment.floor_char_boundary(SEGMENT_LIMIT - mark.len() - 1 - ending.len());
    Cow::Owned(format!("{}-{mark}{ending}", &segment[..end]))
}

/// Eight hexadecimal digits that stand for a text.
pub(super) fn short_hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..8].to_owned()
}

/// The path part of a URL of this site, without the base path; none for other sites' URLs.
pub(super) fn own_path<'a>(url: &'a str, site_url: &str) -> Option<&'a str> {
    let rest = without_scheme(url)?;
    let site = without_scheme(site_url)?.trim_end_matches('/');
    let host_length = site.find('/').unwrap_or(site.len());
    let head = rest.get(..site.len())?;
    // Host names ignore case, paths do not.
    if !head[..host_length.min(head.len())].eq_ignore_ascii_case(&site[..host_length])
        || head.get(host_length..)? != &site[host_length..]
    {
        return None;
    }
    let path = &rest[site.len()..];
    (path.is_empty() || path.starts_with(['/', '?', '#'])).then_some(path)
}

fn without_scheme(url: &str) -> Option<&str> {
    ["https://", "http://"].iter().find_map(|scheme| {
        let head = url.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme)
            .then(|| &url[scheme.len()..])
    })
}

/// Whether a link begins with a scheme such as `mailto:`.
pub(super) fn has_scheme(link: &str) -> bool {
    let Some((scheme, _)) = link.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::{clean, encode, key, own_path};

    fn shown(written: &str) -> String {
        match clean(written) {
            Ok(path) => {
                let address = path.address("/blog");
                format!("{} {}", address.url, address.output)
            }
            Err(why) => why.to_owned(),
        }
    }

    #[test]
    fn permalinks_become_files_and_urls() {
        for (written, expected) in [
            ("/a/b/", "/blog/a/b/ a/b/index.html"),
            ("/a/b", "/blog/a/b/ a/b/index.html"),
            ("a//b.html", "/blog/a/b.html a/b.html"),
            ("/a/index.html", "/blog/a/ a/index.html"),
            ("/", "/blog/ index.html"),
            ("/v1.2", "/blog/v1.2/ v1.2/index.html"),
            ("/人才/", "/blog/%E4%BA%BA%E6%89%8D/ 人才/index.html"),
            (
                "/%E4%BA%BA%E6%89%8D/",
                "/blog/%E4%BA%BA%E6%89%8D/ 人才/index.html",
            ),
            ("/e\u{301}/", "/blog/%C3%A9/ é/index.html"),
            ("/a b&c'd/", "/blog/a%20b%26c%27d/ a b&c'd/index.html"),
            ("/%2e%2e/x/", "it may not leave its folder with `.` or `..`"),
            ("/a/../x/", "it may not leave its folder with `.` or `..`"),
            ("/a%2Fb/", "a segment may not hold a slash or backslash"),
            ("/a\\b/", "a segment may not hold a slash or backslash"),
            ("/a%00b/", "it holds a control character"),
            ("/%ff/", "its percent-encoding is not UTF-8"),
            ("/?p=12", "a path has no `?` and no `#`"),
        ] {
            assert_eq!(shown(written), expected, "{written}");
        }
    }

    #[test]
    fn long_segments_are_cut_at_a_character_and_stay_apart() {
        let long = "长".repeat(100);
        let first = clean(&format!("/{long}甲/")).map(|path| path.path);
        let second = clean(&format!("/{long}乙/")).map(|path| path.path);
        assert!(first.as_ref().is_ok_and(|path| path.len() <= 200));
        assert_ne!(first, second);
    }

    #[test]
    fn own_urls_are_told_from_others() {
        let site = "https://example.org/blog";
        assert_eq!(own_path("http://Example.org/blog/a/", site), Some("/a/"));
        assert_eq!(own_path("https://example.org/blog", site), Some(""));
        assert_eq!(own_path("https://example.org/blogs/", site), None);
        assert_eq!(own_path("https://example.org.evil/blog/", site), None);
        assert_eq!(own_path("/blog/", site), None);
    }

    #[test]
    fn keys_forget_index_files_only() {
        assert_eq!(key("a/index.html"), "a");
        assert_eq!(key("index.html"), "");
        assert_eq!(key("a/myindex.html"), "a/myindex.html");
        assert_eq!(encode("a b/汉"), "a%20b/%E6%B1%89");
    }
}
