//! The fields common to all kinds, whatever dialect they were written in.
//!
//! Takes the fields of one page's front matter, gives [`Meta`] and diagnostics. Knows the words
//! of Hexo, Hugo, Jekyll and Zola for one and the same thing. Knows nothing of the body.

use super::Located;
use super::date::Moment;
use super::reading::Reading;
use super::terms;
use crate::config::Config;
use crate::data::{Node, Value};
use crate::diag::{Code, Diagnostic, Position, did_you_mean};

/// Common fields of a page.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Meta {
    /// Title as written; none falls back to the body's heading, then to the file name.
    pub title: Option<Located<String>>,
    /// Date of publication (front matter, else file name).
    pub date: Option<Moment>,
    /// Date of the last real change; never from the file system.
    pub updated: Option<Moment>,
    /// After this moment the page leaves the lists.
    pub expires: Option<Moment>,
    /// Last path segment as written.
    pub slug: Option<Located<String>>,
    /// Whole path or pattern as written (`url:`, `permalink:`).
    pub permalink: Option<Located<String>>,
    /// Hexo's `abbrlink`.
    pub abbrlink: Option<String>,
    /// Old paths that redirect here.
    pub aliases: Vec<Located<String>>,
    /// Not published.
    pub draft: bool,
    /// Published, but in no list, feed or sitemap (`hidden: true`, Zola's `render`…).
    pub hidden: bool,
    /// Language tag as written in front matter.
    pub lang: Option<Located<String>>,
    /// Source path or slug of the page that this one translates, or a shared key
    /// (Hugo's `translationKey`).
    pub translation_of: Option<Located<String>>,
    /// Authors by name.
    pub authors: Vec<String>,
    /// Terms per taxonomy: `tags`, `categories` and those of `site.yaml`. A hierarchical
    /// category is its path joined with `/` (a `/` inside a name is written `∕`, U+2215).
    pub terms: Vec<(String, Vec<Located<String>>)>,
    /// Series name.
    pub series: Option<String>,
    /// Position within the series or the section; lower comes first.
    pub weight: Option<i64>,
    /// Summary as written (markdown stripped to text).
    pub summary: Option<String>,
    /// Cover image as written.
    pub cover: Option<Located<String>>,
    /// Description of the cover.
    pub cover_alt: Option<String>,
    /// Readers it is meant for (words of `community.audiences`).
    pub audience: Vec<Located<String>>,
    /// `acquire`, `retain` or `convert`.
    pub stage: Option<Located<String>>,
    /// Licence of the text.
    pub license: Option<String>,
    /// Where the text comes from.
    pub source_url: Option<String>,
    /// Name of that source.
    pub source_name: Option<String>,
    /// `no`, `summary` or `full`: what other platforms may carry.
    pub republish: Option<Located<String>>,
    /// Overrides per account; read by the publisher.
    pub publish: Option<crate::data::Node>,
    /// Day by which a draft is due.
    pub due: Option<Moment>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Math with `$…$` on this page (`math`, `mathjax`, `katex`).
    pub math: Option<bool>,
    /// Table of contents wanted (`toc`).
    pub toc: Option<bool>,
    /// Template name (Zola's and Jekyll's `template`/`layout`, when the theme has it).
    pub template: Option<Located<String>>,
    /// Pinned to the top of lists (`top`, `sticky`, `pin`): higher comes first.
    pub pin: i64,
    /// Free fields for templates: `extra:` and everything that Guidepost does not know.
    #[serde(with = "json_text")]
    pub extra: Vec<(String, serde_json::Value)>,
}

/// Free fields as JSON text, for the store: its form cannot hold values of any type.
mod json_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};

    type Fields = Vec<(String, serde_json::Value)>;

    pub(super) fn serialize<S: Serializer>(fields: &Fields, to: S) -> Result<S::Ok, S::Error> {
        if fields.is_empty() {
            return to.serialize_str("");
        }
        let text = serde_json::to_string(fields).map_err(S::Error::custom)?;
        to.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Fields, D::Error> {
        let text = String::deserialize(from)?;
        if text.is_empty() {
            return Ok(Vec::new());
        }
        serde_json::from_str(&text).map_err(D::Error::custom)
    }
}

/// Image keys of the dialects, the most deliberate first.
const COVER: &[&str] = &[
    "cover",
    "cover_image",
    "coverImage",
    "thumbnail",
    "headimg",
    "header-img",
    "banner_img",
    "index_img",
    "top_img",
    "featured_image",
    "featuredImage",
    "image",
    "photos",
];

/// Keys of other generators that mean nothing here and deserve no warning; they stay readable
/// under `page.extra`.
const FOREIGN: &[&str] = &[
    "layout",
    "comments",
    "comment",
    "id",
    "keywords",
    "keyword",
    "copyright",
    "mermaid",
    "type",
    "catalog",
    "header-style",
    "subtitle",
    "reprint",
    "aside",
    "highlight_shrink",
    "sitemap",
    "outputs",
    "markup",
    "isCJKLanguage",
    "linktitle",
    "headless",
    "resources",
    "noindex",
    "robots",
    "disqus",
    "valine",
    "password",
    "message",
    "abstract",
    "in_search_index",
    "insert_anchor_links",
    "sort_by",
    "paginate_by",
    "page_template",
    "generate_feeds",
    "generate_feed",
    "transparent",
    "lightgallery",
    "fontawesome",
    "share",
    "twitter",
    "date_gmt",
    "wordpress_id",
    "guid",
    "redirect_to",
    "last_modified_at",
    "postid",
    "collector",
    "translator",
    "reviewer",
    "publisher",
    "via",
    "subject",
    "selector",
    "build",
    "_build",
    "header",
    "hide",
    "index",
    "rating",
    "showToc",
    "TocOpen",
    "ShowToc",
    "hidemeta",
    "weightings",
    "no_word_count",
    "mathjax2",
    "original",
    "from",
    "editor",
    "editLink",
    "sidebar",
    "sidebarDepth",
    "sidebar_position",
    "sidebar_label",
    "head",
    "lastUpdated",
    "article",
    "timeline",
    "icon",
    "order",
    "nav_order",
    "parent",
    "has_children",
    "permalink_pattern",
    "language",
    "banner",
    "leancloud",
    "tocnum",
    "swiper",
    "swiper_index",
    "main_color",
    "ai",
    "background",
    "reward",
    "mindmap",
    "mindmap2",
    "flow",
    "sequence",
    "topmost",
    "header-mask",
    "header-bg-css",
    "header-img-credit",
    "header-img-credit-href",
    "iframe",
    "multilingual",
    "nav-style",
    "navcolor",
    "plchart",
    "series_order",
    "topic",
    "hideComments",
    "hideMeta",
    "ShowBreadCrumbs",
    "searchHidden",
    "disableShare",
    "UseHugoToc",
    "cover_position",
    "excerpt_separator",
    "highlight",
    "indent",
    "lightbox",
    "quiz",
    "poster",
    "breadcrumb",
    "sharing",
    "readmore",
    "hide_title",
    "nav_exclude",
    "author_profile",
    "classes",
    "related",
    "read_time",
];

/// Reads the common fields. What nobody asked for afterwards goes to `extra` by [`finish`].
pub(super) fn read(reading: &mut Reading<'_>, config: &Config, own_stage: bool) -> Meta {
    let fields = &mut reading.fields;
    let mut meta = Meta {
        title: located(fields.text(&["title"])),
        slug: located(fields.text(&["slug"])),
        abbrlink: fields.text(&["abbrlink"]).map(|(text, _)| text),
        lang: located(fields.text(&["lang"])),
        translation_of: located(fields.text(&["translation_of", "translationKey"])),
        series: None,
        summary: fields
            .text(&["summary", "description", "excerpt", "desc", "digest"])
            .map(|(text, _)| text),
        license: fields.text(&["license", "licence"]).map(|(text, _)| text),
        source_name: fields.text(&["source_name"]).map(|(text, _)| text),
        owner: fields.text(&["owner"]).map(|(text, _)| text),
        template: located(fields.text(&["template"])),
        aliases: fields
            .texts(&["aliases", "alias", "redirect_from"])
            .into_iter()
            .map(|(text, at)| Located::new(text, at))
            .collect(),
        audience: fields
            .texts(&["audience"])
            .into_iter()
            .map(|(text, at)| Located::new(text, at))
            .collect(),
        math: lenient_flag(fields.any(&["math", "mathjax", "katex", "use_math"])),
        toc: lenient_flag(fields.any(&["toc"])),
        hidden: lenient_flag(fields.any(&["hidden"])) == Some(true),
        weight: fields.number(&["weight"]).map(whole),
        publish: fields.node("publish").cloned(),
        ..Meta::default()
    };
    if !own_stage {
        meta.stage = reading.word("stage", &["acquire", "retain", "convert"]);
    }
    meta.republish = reading.word("republish", &["no", "summary", "full"]);
    meta.series = series(reading);
    meta.authors = authors(reading);
    meta.draft = draft(reading);
    meta.pin = pin(reading);
    meta.date = reading.moment(&["date", "publishDate", "pubdate", "created"]);
    if meta.date.is_none() {
        meta.date = published_date(reading);
    }
    meta.updated = reading.moment(&["updated", "lastmod", "modified", "update"]);
    meta.expires = reading.moment(&["expires", "expiryDate", "unpublishdate"]);
    meta.due = reading.moment(&["due"]);
    meta.source_url = reading.url("source_url");
    meta.permalink = permalink(reading);
    (meta.cover, meta.cover_alt) = cover(reading);
    meta.terms = terms::read(reading, config);
    meta
}

/// Moves every field that nobody asked for to `extra`, with a warning for those that no other
/// generator knows either.
pub(super) fn finish(reading: &mut Reading<'_>, meta: &mut Meta) {
    for key in ["params", "extra"] {
        let Some(node) = reading.fields.node(key) else {
            continue;
        };
        if !matches!(node.value, Value::Map(_)) {
            reading.fields.wrong_type(key, node, "a mapping");
        }
        for entry in node.entries() {
            meta.extra.push((entry.key.clone(), entry.value.to_json()));
        }
    }
    // `source` is where Hexo keeps its own path and others name their source: never ours.
    for entry in reading.fields.rest() {
        let known = FOREIGN
            .iter()
            .any(|key| key.eq_ignore_ascii_case(&entry.key));
        if !known {
            let hint = did_you_mean(&entry.key, reading.fields.asked().iter().copied());
            let fallback = || "put fields of your own under `extra:`".to_owned();
            reading.fields.report(
                Diagnostic::new(Code::UnknownField, format!("unknown field `{}`", entry.key))
                    .at(reading.fields.place(entry.position))
                    .hint(hint.unwrap_or_else(fallback)),
            );
        }
        meta.extra.push((entry.key.clone(), entry.value.to_json()));
    }
}

fn located(text: Option<(String, Position)>) -> Option<Located<String>> {
    text.map(|(text, at)| Located::new(text, at))
}

/// A switch that other generators also use for settings (`toc: {enable: false}`): what is not
/// plainly a switch is no answer.
fn lenient_flag(node: Option<&Node>) -> Option<bool> {
    match node?.text()?.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the range first"
)]
fn whole(number: f64) -> i64 {
    number.clamp(-1e15, 1e15) as i64
}

fn draft(reading: &mut Reading<'_>) -> bool {
    let draft = reading.fields.flag(&["draft"]);
    let published = reading
        .fields
        .node("published")
        .and_then(|node| lenient_flag(Some(node)));
    draft == Some(true) || published == Some(false)
}

/// `published:` is a switch in Jekyll and Hexo and a date elsewhere.
fn published_date(reading: &mut Reading<'_>) -> Option<Moment> {
    let node = reading.fields.node("published")?;
    match lenient_flag(Some(node)) {
        Some(_) => None,
        None => reading.moment(&["published"]),
    }
}

fn pin(reading: &mut Reading<'_>) -> i64 {
    let Some(node) = reading.fields.any(&["pin", "top", "sticky", "pinned"]) else {
        return 0;
    };
    match lenient_flag(Some(node)) {
        Some(on) => i64::from(on),
        None => node
            .text()
            .and_then(|text| text.trim().parse::<f64>().ok())
            .map_or(0, whole),
    }
}

fn series(reading: &mut Reading<'_>) -> Option<String> {
    reading
        .fields
        .texts(&["series"])
        .into_iter()
        .next()
        .map(|(text, _)| text)
}

/// `author: Li`, `authors: [Li, Wang]`, `author: {name: Li}` and lists of such.
fn authors(reading: &mut Reading<'_>) -> Vec<String> {
    let Some(node) = reading.fields.any(&["authors", "author"]) else {
        return Vec::new();
    };
    let nodes = match &node.value {
        Value::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut names: Vec<String> = Vec::new();
    for node in nodes {
        let name = node
            .text()
            .or_else(|| node.get("name").and_then(Node::text));
        match name.map(str::trim) {
            Some("") => {}
            Some(name) if names.iter().any(|known| known == name) => {}
            Some(name) => names.push(name.to_owned()),
            None if matches!(node.value, Value::Null) => {}
            None => reading.fields.wrong_type("authors", node, "names"),
        }
    }
    names
}

/// `url`, `permalink` and Zola's `path`; `permalink: false` says nothing.
fn permalink(reading: &mut Reading<'_>) -> Option<Located<String>> {
    let found = located(reading.fields.text(&["url", "permalink", "path"]))?;
    (!matches!(found.value.as_str(), "false" | "true")).then_some(found)
}

/// The cover: text, the first of a list, or a mapping with `image`/`src`/`url` and `alt`.
fn cover(reading: &mut Reading<'_>) -> (Option<Located<String>>, Option<String>) {
    let alt = reading
        .fields
        .text(&["cover_alt", "image_alt"])
        .map(|(text, _)| text);
    let Some(node) = reading.fields.any(COVER) else {
        return (None, alt);
    };
    let node = match &node.value {
        Value::List(nodes) => match nodes.first() {
            Some(node) => node,
            None => return (None, alt),
        },
        _ => node,
    };
    let image = ["image", "src", "url", "path"]
        .iter()
        .find_map(|key| node.get(key))
        .unwrap_or(node);
    let alt = alt.or_else(|| {
        ["alt", "caption"]
            .iter()
            .find_map(|key| node.get(key).and_then(Node::text))
            .map(str::to_owned)
    });
    // A switch (`cover: false`, `thumbnail: true`) names no image.
    let cover = image
        .text()
        .map(str::trim)
        .filter(|text| !text.is_empty() && !matches!(*text, "true" | "false"))
        .map(|text| Located::new(text.to_owned(), image.position));
    (cover, alt)
}
