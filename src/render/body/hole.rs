//! What fills a single hole: links, pictures and wikilinks. Takes a hole and its target, gives
//! escaped HTML. Knows nothing of components.

use super::{Filler, Mode};
use crate::content::HoleKind;
use crate::render::address;
use crate::render::context::card;
use crate::render::sanitise::escape_into;
use crate::site::{Picture, Site, Target};
use std::fmt::Write;

/// An image with what its author says of it.
#[derive(Clone, Copy)]
struct Image<'a> {
    picture: &'a Picture,
    alt: &'a str,
    title: Option<&'a str>,
    attributes: &'a [(String, String)],
}

impl Filler<'_> {
    /// Writes what fills a hole. `around` is the HTML before and after it.
    pub(super) fn write(
        &self,
        out: &mut String,
        kind: &HoleKind,
        target: &Target,
        around: (&str, &str),
    ) {
        match kind {
            HoleKind::Href(written) => self.href(out, written, target, around),
            HoleKind::Source(written) => {
                let url = self.url_of(target).unwrap_or_else(|| written.clone());
                escape_into(out, &url);
                if let Target::Picture(Picture {
                    width: Some(width),
                    height: Some(height),
                    ..
                }) = target
                    && may_add_size(around)
                {
                    // The quote that closes `src` in the body closes `height` instead.
                    let _ = write!(out, "\" width=\"{width}\" height=\"{height}");
                }
            }
            HoleKind::Image {
                source,
                alt,
                title,
                alone,
                attributes,
            } => {
                let fallback;
                let picture = match target {
                    Target::Picture(picture) => picture,
                    _ => {
                        fallback = Picture {
                            url: self.url_of(target).unwrap_or_else(|| source.clone()),
                            width: None,
                            height: None,
                            file: None,
                        };
                        &fallback
                    }
                };
                let image = Image {
                    picture,
                    alt,
                    title: title.as_deref(),
                    attributes,
                };
                self.picture(out, &image, *alone);
            }
            HoleKind::Wikilink {
                target: name,
                label,
                embed,
                alone,
                raw,
            } => self.wikilink(out, (name, label.as_deref(), raw), (*embed, *alone), target),
            HoleKind::Open(_) | HoleKind::Attribute { .. } | HoleKind::Close => {}
        }
    }

    fn href(&self, out: &mut String, written: &str, target: &Target, around: (&str, &str)) {
        let url = self.url_of(target).unwrap_or_else(|| written.to_owned());
        escape_into(out, &url);
        if is_external(self.contexts.site, &url) && may_add_rel(around) {
            // The quote that closes `href` in the body closes `rel` instead.
            out.push_str("\" rel=\"noopener");
        }
    }

    /// The URL of a target in this mode; none when what the author wrote stays.
    pub(super) fn url_of(&self, target: &Target) -> Option<String> {
        let site = self.contexts.site;
        let url = match target {
            Target::None | Target::Missing => return None,
            Target::Url(url) => url.clone(),
            Target::Page(id, fragment) => {
                format!("{}{fragment}", site.pages.get(*id as usize)?.url)
            }
            Target::Picture(picture) => picture.url.clone(),
        };
        Some(self.placed(&url))
    }

    pub(super) fn placed(&self, url: &str) -> String {
        match self.mode {
            Mode::Site => url.to_owned(),
            Mode::Feed | Mode::Post if url.starts_with('#') => {
                format!(
                    "{}{url}",
                    address::absolute(&self.contexts.site.config, self.url)
                )
            }
            Mode::Feed | Mode::Post => address::absolute(&self.contexts.site.config, url),
        }
    }

    /// An image in a line, or a figure where it stands alone.
    fn picture(&self, out: &mut String, image: &Image<'_>, alone: bool) {
        if !alone {
            return self.image(out, image);
        }
        out.push_str("<figure>");
        // The title becomes the caption.
        self.image(
            out,
            &Image {
                title: None,
                ..*image
            },
        );
        if let Some(title) = image.title.filter(|title| !title.trim().is_empty()) {
            out.push_str("<figcaption>");
            escape_into(out, title);
            out.push_str("</figcaption>");
        }
        out.push_str("</figure>\n");
    }

    fn image(&self, out: &mut String, image: &Image<'_>) {
        let Image {
            picture,
            alt,
            title,
            attributes,
        } = *image;
        out.push_str("<img");
        attribute(out, "src", &self.placed(&picture.url));
        attribute(out, "alt", alt);
        let own = |name: &str| attributes.iter().any(|(key, _)| key == name);
        if !own("width") && !own("height") {
            // Only both together keep the proportions.
            if let (Some(width), Some(height)) = (picture.width, picture.height) {
                let _ = write!(out, " width=\"{width}\" height=\"{height}\"");
            }
        }
        if self.mode == Mode::Site {
            if !own("loading") {
                out.push_str(" loading=\"lazy\"");
            }
            if !own("decoding") {
                out.push_str(" decoding=\"async\"");
            }
        }
        if let Some(title) = title.filter(|_| !own("title")) {
            attribute(out, "title", title);
        }
        for (key, value) in attributes {
            if is_safe_attribute(key) {
                attribute(out, key, value);
            }
        }
        out.push('>');
    }

    fn wikilink(
        &self,
        out: &mut String,
        (name, label, raw): (&str, Option<&str>, &str),
        (embed, alone): (bool, bool),
        target: &Target,
    ) {
        let site = self.contexts.site;
        match target {
            Target::Picture(picture) if embed => {
                let (alt, size) = described(&label.map(plain).unwrap_or_default());
                let image = Image {
                    picture,
                    alt: &alt,
                    title: None,
                    attributes: &size,
                };
                self.picture(out, &image, alone);
            }
            Target::None | Target::Missing => out.push_str(raw),
            Target::Page(id, _) => {
                let Some(page) = site.pages.get(*id as usize) else {
                    out.push_str(raw);
                    return;
                };
                let url = self.url_of(target).unwrap_or_default();
                if !embed {
                    return link(out, &url, "", label, &page.source.title);
                }
                let summary = card::summary(page);
                let (open, middle, close) = if alone {
                    (
                        "<blockquote class=\"embed\"><p>",
                        "</p><p>",
                        "</p></blockquote>\n",
                    )
                } else {
                    ("<span class=\"embed\">", " <span>", "</span></span>")
                };
                out.push_str(open);
                link(out, &url, "", label, &page.source.title);
                out.push_str(middle);
                escape_into(out, summary);
                out.push_str(close);
            }
            Target::Url(_) | Target::Picture(_) => {
                let url = self.url_of(target).unwrap_or_default();
                let rel = if is_external(site, &url) {
                    " rel=\"noopener\""
                } else {
                    ""
                };
                link(out, &url, rel, label, name);
                if alone {
                    out.push('\n');
                }
            }
        }
    }
}

/// What stands behind the bar of `![[photo.jpg|text|300]]` as Obsidian has it: a description, a
/// width (`300`) or a width and a height (`300x200`), which stand last.
fn described(label: &str) -> (String, Vec<(String, String)>) {
    let (text, last) = label.rsplit_once('|').unwrap_or(("", label));
    let (width, height) = last
        .trim()
        .split_once('x')
        .map_or((last.trim(), None), |both| (both.0, Some(both.1)));
    let is_size = |side: &str| {
        (1..=4).contains(&side.len()) && side.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_size(width) || !height.is_none_or(is_size) {
        return (label.to_owned(), Vec::new());
    }
    let sides = [("width", Some(width)), ("height", height)];
    let size = sides
        .into_iter()
        .filter_map(|(name, side)| Some((name.to_owned(), side?.to_owned())))
        .collect();
    (text.trim().to_owned(), size)
}

fn link(out: &mut String, url: &str, rel: &str, label: Option<&str>, title: &str) {
    out.push_str("<a");
    attribute(out, "href", url);
    out.push_str(rel);
    out.push('>');
    match label {
        Some(label) => out.push_str(label),
        None => escape_into(out, title),
    }
    out.push_str("</a>");
}

fn is_external(site: &Site, url: &str) -> bool {
    let http = url.starts_with("http://") || url.starts_with("https://") || url.starts_with("//");
    let origin = address::origin(&site.config);
    let own = url
        .strip_prefix(origin)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    http && !own
}

/// Whether the hole is the whole value of a link's `href` in double quotes, in an element
/// that has no `rel` of its own.
fn may_add_rel((before, after): (&str, &str)) -> bool {
    let Some((before, after)) = tag_around(before, after) else {
        return false;
    };
    before.starts_with("<a ")
        && before.ends_with("=\"")
        && !before.contains(" rel=")
        && !after.contains(" rel=")
}

/// Whether the hole is the whole `src` of an image of whose size its author said nothing.
fn may_add_size((before, after): (&str, &str)) -> bool {
    let Some((before, after)) = tag_around(before, after) else {
        return false;
    };
    let sized = |part: &str| {
        let part = part.to_ascii_lowercase();
        [" width=", " height=", " style="]
            .iter()
            .any(|name| part.contains(name))
    };
    before.starts_with("<img ") && before.ends_with(" src=\"") && !sized(before) && !sized(after)
}

/// The begin of the tag in which a hole is a value in double quotes, and what follows up to
/// the tag's end.
fn tag_around<'a>(before: &'a str, after: &'a str) -> Option<(&'a str, &'a str)> {
    let before = &before[before.rfind('<')?..];
    let after = &after[..after.find('>').unwrap_or(after.len())];
    after.starts_with('"').then_some((before, after))
}

/// Attributes that an author may put on an image; scripts are none of them.
fn is_safe_attribute(name: &str) -> bool {
    let plain = name
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "-_:".contains(character));
    plain
        && !name.is_empty()
        && !name.to_ascii_lowercase().starts_with("on")
        && !["src", "alt", "srcset", "style"].contains(&name)
}

fn attribute(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, " {name}=\"");
    escape_into(out, value);
    out.push('"');
}

/// The text of a label without its tags.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => text.push(character),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
