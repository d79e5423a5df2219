//! Small sites for the tests of this layer, made by hand so that each shows one thing.

use super::Sink;
use crate::config::Config;
use crate::content::date::Moment;
use crate::content::{self, Body, Details, Kind, Meta, PageFile};
use crate::data::{Entry, Node, Value};
use crate::diag::Position;
use crate::site::{List, ListOf, Page, PageId, Site, Tally};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

const SETTINGS: &str = "
site:
  url: https://example.org
  title: { zh-Hans: 回响, en: Homeward }
  description: { zh-Hans: 为准备回来的人, en: For those who think of coming back }
  languages: [zh-Hans, en]
  timezone: Asia/Shanghai
taxonomies: [tags]
feeds: { formats: [atom, rss, json] }
";

/// Settings of a site in `zh-Hans` and `en` at `https://example.org`.
pub(crate) fn config() -> Config {
    let (config, diagnostics) = crate::config::parse(&"site.yaml".into(), SETTINGS);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    config.unwrap()
}

/// The same settings at another address.
pub(crate) fn config_at(url: &str) -> Config {
    let mut config = config();
    config.set_url(url);
    config
}

/// `extra: {key: value}`.
pub(crate) fn extra(key: &str, value: &str) -> Node {
    let position = Position::default();
    Node {
        position,
        value: Value::Map(vec![Entry {
            key: key.to_owned(),
            position,
            value: Node {
                position,
                value: Value::Scalar {
                    text: value.to_owned(),
                    plain: true,
                },
            },
        }]),
    }
}

/// A moment with a time of day, from RFC 3339.
pub(crate) fn moment(text: &str) -> Moment {
    let pieces = jiff::fmt::temporal::Pieces::parse(text).unwrap();
    Moment {
        at: text.parse().unwrap(),
        offset: pieces.to_numeric_offset().unwrap(),
        has_time: true,
    }
}

/// A day in Shanghai, from `2026-10-01`.
pub(crate) fn day(text: &str) -> Moment {
    Moment {
        has_time: false,
        ..moment(&format!("{text}T00:00:00+08:00"))
    }
}

/// A site without pages; its moment is 2026-11-01 in Shanghai.
pub(crate) fn site(config: Config) -> Site {
    Site {
        config: Arc::new(config),
        now: moment("2026-11-01T00:00:00+08:00").at,
        pages: Vec::new(),
        waiting: Vec::new(),
        sections: Vec::new(),
        lists: Vec::new(),
        taxonomies: Vec::new(),
        series: Vec::new(),
        redirects: Vec::new(),
        assets: Vec::new(),
        data: Vec::new(),
        community: None,
        next_change: None,
        tally: Tally::default(),
    }
}

/// A page of the default language at `/<path>/`, published on 2026-10-01.
pub(crate) fn page(path: &str, title: &str, details: Details) -> Page {
    let kind = match &details {
        Details::Article(_) => Kind::Article,
        Details::Company(_) => Kind::Company,
        Details::Job(_) => Kind::Job,
        Details::Policy(_) => Kind::Policy,
        Details::Event(_) => Kind::Event,
        Details::Digest(_) => Kind::Digest,
        Details::Page => Kind::Page,
    };
    let date = Some(day("2026-10-01"));
    let source = content::Page {
        file: PageFile {
            file: format!("content/{path}.md").into(),
            path: format!("{path}.md").into(),
        },
        section: path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .into(),
        stem: path.rsplit('/').next().unwrap_or(path).to_owned(),
        bundle: false,
        is_section: false,
        file_lang: None,
        kind,
        meta: Meta {
            date,
            summary: Some(format!("{title}: 摘要")),
            ..Meta::default()
        },
        details,
        cascade: None,
        title: title.to_owned(),
        body: Body {
            html: format!("<p>{path}</p>").into(),
            plain: "正文第一段。\n正文第二段。".to_owned().into(),
            beginning: "正文第一段。正文第二段。".to_owned(),
            ..Body::default()
        },
        personal: Vec::new(),
        hash: [0; 16],
    };
    Page {
        kind: source.kind,
        source: Arc::new(source).into(),
        language: 0,
        slug: path.rsplit('/').next().unwrap_or(path).to_owned(),
        url: format!("/{path}/"),
        output: format!("{path}/index.html"),
        date,
        updated: date,
        expired: false,
        outdated: false,
        section: None,
        terms: Vec::new(),
        authors: Vec::new(),
        translations: Vec::new(),
        backlinks: Vec::new(),
        newer: None,
        older: None,
        related: Vec::new(),
        series: None,
        companies: Vec::new(),
        policies: Vec::new(),
        jobs: Vec::new(),
        articles: Vec::new(),
        events: Vec::new(),
        collected: Vec::new(),
        targets: Vec::new(),
        cover: None,
    }
}

/// Changes what the page's file tells.
pub(crate) fn change(page: &mut Page, change: impl FnOnce(&mut content::Page)) {
    change(page.source.make_mut());
    page.kind = page.source.kind;
}

/// A list at `/<folder>` with a feed.
pub(crate) fn list(of: ListOf, title: &str, folder: &str, pages: Vec<PageId>) -> List {
    List {
        of,
        language: 0,
        title: title.to_owned(),
        url: format!("/{folder}"),
        folder: folder.to_owned(),
        pages,
        page_size: 20,
        feed: true,
        parent: None,
        children: Vec::new(),
        translations: Vec::new(),
    }
}

/// Titles that have broken feeds, calendars and structured data before.
pub(crate) const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "a ]]> b",
    "AT&T & Söhne &amp; <b>",
    "招聘🎉👩‍👩‍👧",
    "a\u{0}b\u{b}c\u{85}d\u{FFFE}e\u{1F}",
    "\u{202E}מימין\u{200F} لليسار",
    "quote \" ' ` back\\slash; comma, colon: ",
    "two\r\nlines\nBEGIN:VEVENT",
    "</script><!-- --> {{ x }} {% y %}",
];

/// Keeps outputs by path.
#[derive(Default)]
pub(crate) struct Kept(Mutex<BTreeMap<String, Vec<u8>>>);

impl Kept {
    /// Paths in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }

    /// The bytes of an output.
    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        self.0.lock().unwrap()[path].clone()
    }

    /// An output as text.
    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }
}

impl Sink for Kept {
    fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let before = self
            .0
            .lock()
            .unwrap()
            .insert(path.to_owned(), bytes.to_vec());
        assert!(before.is_none(), "{path} was written twice");
        Ok(())
    }

    fn copy(&self, path: &str, _source: &Path) -> anyhow::Result<()> {
        self.write(path, b"")
    }
}
