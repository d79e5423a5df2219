//! The pure parse of one file: takes its path and bytes and the settings, gives a page (or
//! none) and diagnostics.

use super::body::{Component, Hole, HoleKind};
use super::reading::Reading;
use super::{
    Body, Details, Kind, Located, Meta, details, front_matter, markdown, meta, names, personal,
    text,
};
use crate::config::Config;
use crate::data::{Node, Value, fields::Fields};
use crate::diag::{self, Code, Diagnostic, Place, Position, did_you_mean};
use crate::store::{self, Digest};
use std::borrow::Cow;
use std::sync::Arc;

/// Bytes that a page may have. The largest of 52,861 real files has 2.4 MB; what is larger is
/// data, not a page.
pub const LARGEST: usize = 5 << 20;

/// A page file before parsing. Paths use `/`, whatever the system.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct PageFile {
    /// Path from the site's root, for messages: `content/jobs/welder.ru.md`.
    pub file: Arc<str>,
    /// Path from the content folder: `jobs/welder.ru.md`.
    pub path: Arc<str>,
}

/// One page as its file tells it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Page {
    /// Its file.
    pub file: PageFile,
    /// Folder from the content folder without slashes at the ends: `jobs`, ``, `guides/tax`.
    /// For a bundle (`jobs/welder/index.md`) the bundle's own folder is not part of it, nor
    /// are a language's folder at the top, `_posts` and `_drafts`.
    pub section: Arc<str>,
    /// File name without date, language and extension: `welder`; a bundle's folder name;
    /// `_index` for a section's own page.
    pub stem: String,
    /// `index.md` in its own folder, whose other files belong to it.
    pub bundle: bool,
    /// `_index.md` (or `index.md` at the top): the section's own page.
    pub is_section: bool,
    /// Language from the file name (`welder.ru.md`) or the top folder (`ru/welder.md`).
    pub file_lang: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Common fields.
    pub meta: Meta,
    /// Own fields of the kind.
    pub details: Details,
    /// Fields that a section hands down to its pages (`cascade:` of `_index.md`).
    pub cascade: Option<Node>,
    /// Title after all fallbacks; never empty.
    pub title: String,
    /// Body.
    pub body: Body,
    /// Personal data in the file, fields and text.
    pub personal: Vec<personal::Found>,
    /// Digest of the file's bytes and of the fields that it inherits (of the row, for a page from
    /// data).
    pub hash: [u8; 16],
}

/// What a parse gives.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The page, unless the file cannot be one.
    pub page: Option<Box<Page>>,
    /// Mistakes.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses one file. `cascade` holds the fields that the sections above hand down (an empty
/// mapping when there are none); the file's own fields win.
pub fn parse(file: &PageFile, bytes: &[u8], cascade: &Node, config: &Config) -> Parsed {
    let mut diagnostics = Vec::new();
    let page = decode(file, bytes, &mut diagnostics).and_then(|text| {
        let split = front_matter::split(&file.file, text, &mut diagnostics)?;
        if let Some(list) = placeholder(&split.fields, split.body) {
            diagnostics.push(
                Diagnostic::new(
                    Code::SkippedFile,
                    format!("the file only asks for the list of {list}, which is made anyway"),
                )
                .at(Place::file(Arc::clone(&file.file)))
                .hint("delete it, or give it a text"),
            );
            return None;
        }
        let source = Source {
            file,
            fields: inherit(split.fields, cascade),
            body: split.body,
            body_line: split.body_line,
            hash: hash(bytes, cascade),
            personal: personal::of_text(text),
        };
        Some(Box::new(assemble(source, config, &mut diagnostics)))
    });
    Parsed { page, diagnostics }
}

/// Hexo's themes want an empty page with `type: tags` where the list of tags shall stand.
fn placeholder<'a>(fields: &'a Node, body: &str) -> Option<&'a str> {
    if !body.trim().is_empty() {
        return None;
    }
    ["type", "layout"]
        .iter()
        .filter_map(|key| fields.get(key).and_then(Node::text))
        .find(|word| {
            matches!(
                *word,
                "tags" | "tag" | "categories" | "category" | "archives" | "archive"
            )
        })
}

/// Section and language that a path stands for, without reading the file.
pub fn location(path: &str, config: &Config) -> (String, Option<String>) {
    let names = names::read(path, config);
    (names.section, names.lang)
}

/// Digest of a file's bytes and of the fields that it inherits.
fn hash(bytes: &[u8], cascade: &Node) -> [u8; 16] {
    if cascade.entries().is_empty() {
        return store::digest(bytes);
    }
    store::digest_all([bytes, format!("{cascade:?}").as_bytes()])
}

fn decode<'a>(
    file: &PageFile,
    bytes: &'a [u8],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'a str> {
    if bytes.len() > LARGEST {
        diagnostics.push(
            Diagnostic::new(
                Code::TooLarge,
                format!(
                    "the file has {} bytes, a page may have {LARGEST}",
                    bytes.len()
                ),
            )
            .at(Place::file(Arc::clone(&file.file)))
            .hint("split it, or move it to another folder and link to it"),
        );
        return None;
    }
    match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let at = diag::position(&valid, valid.len()..valid.len());
            let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
            let hint = if utf16 {
                "the file is in UTF-16; save it as UTF-8"
            } else {
                "save it as UTF-8 (old Chinese files are often in GBK, Russian ones in CP1251)"
            };
            diagnostics.push(
                Diagnostic::new(Code::NotUtf8, "the file is not in UTF-8")
                    .at(Place::at(Arc::clone(&file.file), at))
                    .hint(hint),
            );
            None
        }
    }
}

/// Adds the fields that the file does not have itself.
fn inherit(mut fields: Node, cascade: &Node) -> Node {
    if let Value::Map(entries) = &mut fields.value {
        for entry in cascade.entries() {
            let own = entries
                .iter()
                .any(|own| own.key.eq_ignore_ascii_case(&entry.key));
            if !own {
                entries.push(entry.clone());
            }
        }
    }
    fields
}

/// A page's parts before they are read.
pub(super) struct Source<'a> {
    pub(super) file: &'a PageFile,
    pub(super) fields: Node,
    pub(super) body: &'a str,
    pub(super) body_line: u32,
    pub(super) hash: [u8; 16],
    pub(super) personal: Vec<personal::Found>,
}

/// Reads fields and body into a page.
pub(super) fn assemble(
    source: Source<'_>,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Page {
    let file = &source.file.file;
    let names = names::read(&source.file.path, config);
    let whole = Place::file(Arc::clone(file));
    let mut reading = Reading {
        fields: Fields::new(file, &source.fields),
        zone: config.timezone.clone(),
        jekyll: names.date.is_some() && source.fields.get("layout").is_some(),
    };
    let kind = kind(&mut reading, &names);
    let mut details = if names.is_section {
        Details::Page
    } else {
        details::read(&mut reading, kind, &whole)
    };
    let mut meta = meta::read(&mut reading, config, kind == Kind::Company);
    let cascade = cascade(&mut reading, names.is_section);
    meta::finish(&mut reading, &mut meta);
    diagnostics.extend(reading.fields.finish(None));
    meta.date = meta
        .date
        .or(names.date)
        .or_else(|| names::dated_path(&meta.permalink.as_ref()?.value, config));
    meta.draft |= names.draft;

    let language = meta
        .lang
        .as_ref()
        .and_then(|lang| config.language(&lang.value))
        .or_else(|| config.language(names.lang.as_deref()?))
        .unwrap_or(0);
    let mut input = markdown::Input {
        file,
        language: config
            .languages
            .get(language)
            .map_or("", |language| &language.tag),
        text: source.body,
        first_line: source.body_line,
        title: meta.title.as_ref().map(|title| title.value.as_str()),
        options: &config.markdown,
        math: meta.math.unwrap_or(config.markdown.math),
    };
    let (mut body, found) = markdown::render(&input);
    diagnostics.extend(found);
    if let Details::Event(event) = &mut details
        && let Some(recap) = event.recap.take()
    {
        input.text = &recap;
        input.first_line = source
            .fields
            .get("recap")
            .map_or(1, |node| node.position.line);
        let (part, found) = markdown::render(&input);
        diagnostics.extend(found);
        append(&mut body, part, "recap");
        event.recap = Some(recap);
    }
    let title = title(&meta, &details, &body, &names.stem);
    if !title.chars().any(char::is_alphanumeric) {
        diagnostics.push(
            Diagnostic::new(
                Code::UntitledPage,
                "the page has no title, no heading and no usable file name",
            )
            .at(whole.clone())
            .hint("add `title:` to its front matter"),
        );
    }
    let empty = body.html.is_blank() && body.holes.is_empty();
    let from = body
        .excerpt
        .as_deref()
        .map_or_else(|| body.plain.get(), Cow::Borrowed);
    body.beginning = text::summary(&from, config.summary_width);
    body.digest = body_digest(&body);
    body.shrink();
    if empty && !meta.draft && !names.is_section && matches!(kind, Kind::Article | Kind::Page) {
        diagnostics.push(
            Diagnostic::new(Code::EmptyPage, "the page has no text")
                .at(whole)
                .hint("write something or set `draft: true`"),
        );
    }
    Page {
        file: source.file.clone(),
        section: names.section.into(),
        stem: names.stem,
        bundle: names.bundle,
        is_section: names.is_section,
        file_lang: names.lang,
        kind,
        meta,
        details,
        cascade,
        title,
        body,
        personal: source.personal,
        hash: source.hash,
    }
}

/// `kind:`, else the section's folder, else an article. Outside `_posts`, what lies at the top
/// is a page if it has no date, a folder of its own (`about/index.md`) or `layout: page`.
fn kind(reading: &mut Reading<'_>, names: &names::Names) -> Kind {
    if let Some((word, position)) = reading.fields.text(&["kind"]) {
        if let Some(kind) = Kind::from_word(&word.to_ascii_lowercase()) {
            return kind;
        }
        let words = Kind::ALL.map(Kind::as_str);
        let hint = did_you_mean(&word, words)
            .unwrap_or_else(|| format!("it may be `{}`", words.join("`, `")));
        let place = reading.fields.place(position);
        reading.fields.report(
            Diagnostic::new(Code::UnknownKind, format!("there is no kind `{word}`"))
                .at(place)
                .hint(hint),
        );
    }
    if names.is_section {
        return Kind::Page;
    }
    let top = names.section.split('/').next().unwrap_or_default();
    match Kind::from_word(top) {
        Some(kind) => kind,
        None if top.is_empty() && !names.post && standing(reading, names) => Kind::Page,
        None => Kind::Article,
    }
}

fn standing(reading: &Reading<'_>, names: &names::Names) -> bool {
    let mut fields = reading.fields.clone();
    let layout = fields.node("layout").and_then(Node::text);
    let dated = names.date.is_some() || fields.node("date").is_some();
    !dated || names.bundle || matches!(layout, Some("page" | "about"))
}

/// The fields that a section hands down, without their places: they stand in another file.
fn cascade(reading: &mut Reading<'_>, is_section: bool) -> Option<Node> {
    let node = reading.fields.node("cascade")?;
    if !is_section || !matches!(node.value, Value::Map(_)) {
        let wanted = "a mapping, in a section's `_index.md`";
        reading.fields.wrong_type("cascade", node, wanted);
        return None;
    }
    Some(without_places(node))
}

fn without_places(node: &Node) -> Node {
    let value = match &node.value {
        Value::List(nodes) => Value::List(nodes.iter().map(without_places).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|entry| crate::data::Entry {
                    key: entry.key.clone(),
                    position: Position::default(),
                    value: without_places(&entry.value),
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        position: Position::default(),
        value,
    }
}

/// Adds a part to the end of a body, inside the theme's component of that name.
fn append(body: &mut Body, part: Body, component: &str) {
    let html = body.html.make_mut();
    let start = html.len();
    let position = part
        .holes
        .first()
        .map_or_else(Position::default, |hole| hole.position);
    let bracket = |offset: usize, kind: HoleKind| Hole {
        offset,
        position,
        kind,
    };
    body.holes.push(bracket(
        start,
        HoleKind::Open(Component {
            name: component.to_owned(),
            label: None,
            attributes: Vec::new(),
        }),
    ));
    body.holes.extend(part.holes.into_iter().map(|mut hole| {
        hole.offset += start;
        hole
    }));
    html.push_str(&part.html.get());
    body.holes.push(bracket(html.len(), HoleKind::Close));
    body.headings.extend(part.headings);
    body.anchors.extend(part.anchors);
    let plain = body.plain.make_mut();
    if !plain.is_empty() {
        plain.push('\n');
    }
    plain.push_str(&part.plain.get());
    body.length.words += part.length.words;
    body.length.minutes += part.length.minutes;
    body.has_code |= part.has_code;
    body.has_math |= part.has_math;
    body.has_frame |= part.has_frame;
}

fn body_digest(body: &Body) -> Digest {
    let holes = postcard::to_stdvec(&body.holes).unwrap_or_default();
    store::digest_all([body.html.get().as_bytes(), &holes])
}

fn title(meta: &Meta, details: &Details, body: &Body, stem: &str) -> String {
    let name = match details {
        Details::Company(company) => company.name.clone(),
        _ => None,
    };
    meta.title
        .as_ref()
        .map(|title: &Located<String>| title.value.clone())
        .or(name)
        .or_else(|| body.title.clone())
        .filter(|title| !title.trim().is_empty())
        .unwrap_or_else(|| match stem.replace(['-', '_'], " ").trim() {
            "" => "—".to_owned(),
            words => words.to_owned(),
        })
}
