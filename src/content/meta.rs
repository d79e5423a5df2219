//! The fields common to all kinds, whatever dialect they were written in.
//!
//! Takes the tree of one page's front matter, gives [`Meta`] and diagnostics. Knows the words
//! of Hexo, Hugo, Jekyll and Zola for one and the same thing.

use super::Located;
use super::date::Moment;

/// Common fields of a page.
#[derive(Debug, Clone, Default, PartialEq)]
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
    pub template: Option<String>,
    /// Pinned to the top of lists (`top`, `sticky`, `pin`): higher comes first.
    pub pin: i64,
    /// Free fields for templates: `extra:` and everything that Guidepost does not know.
    pub extra: Vec<(String, serde_json::Value)>,
}
