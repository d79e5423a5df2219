//! Titles of what has none of its own in the theme's language-less site: takes lists and
//! sections, gives their titles in the words of the theme where it has them.

use crate::content::Kind;
use crate::render::theme::Theme;
use crate::render::words;
use crate::site::{List, ListOf, Section, Site, TaxonomyIndex};

/// Title of a list as people read it.
pub(crate) fn list(site: &Site, theme: &Theme, list: &List) -> String {
    let language = usize::from(list.language);
    let word = |key: &str| theme.word(language, key);
    let title = match &list.of {
        ListOf::Archive => word("archive"),
        ListOf::Kind(kind) => word(kind.plural()),
        ListOf::Section(index) => match site.sections.get(*index as usize) {
            Some(section) => return self::section(theme, section),
            None => None,
        },
        ListOf::Home | ListOf::Term { .. } | ListOf::Author(_) => None,
    };
    title.unwrap_or(&list.title).to_owned()
}

/// Title for the head of a list: a term says of which taxonomy it is, an author what the list
/// holds, because an article may have the same title.
pub(crate) fn list_head(site: &Site, theme: &Theme, list: &List) -> String {
    let language = usize::from(list.language);
    let title = self::list(site, theme, list);
    match &list.of {
        ListOf::Home => String::new(),
        ListOf::Term { taxonomy, name } => {
            let of = site
                .config
                .taxonomies
                .get(*taxonomy)
                .map_or("", |taxonomy| taxonomy.name.as_str());
            let of = theme.word(language, of).unwrap_or(of);
            // A term below another is known by its whole path.
            let name = if name.contains('/') {
                name.replace('/', " / ")
            } else {
                title
            };
            format!("{name} · {of}")
        }
        ListOf::Author(_) => {
            let of = theme.word(language, "author").unwrap_or("@");
            format!("{title} · {of}")
        }
        ListOf::Section(_) | ListOf::Kind(_) | ListOf::Archive => title,
    }
}

/// Title of a section: its `_index.md`'s, else the theme's word for its folder.
pub(crate) fn section(theme: &Theme, section: &Section) -> String {
    if section.source.is_none() {
        let folder = section.path.rsplit('/').next().unwrap_or_default();
        let key = Kind::from_word(folder).map_or(folder, |kind| kind.plural());
        if let Some(word) = theme.word(usize::from(section.language), key) {
            return word.to_owned();
        }
    }
    section.title.clone()
}

/// Title of a taxonomy's overview.
pub(crate) fn taxonomy(site: &Site, theme: &Theme, index: &TaxonomyIndex) -> String {
    let name = site
        .config
        .taxonomies
        .get(index.taxonomy)
        .map_or("", |taxonomy| taxonomy.name.as_str());
    theme
        .word(usize::from(index.language), name)
        .unwrap_or(name)
        .to_owned()
}

/// Title of the join pages that the site does not write itself.
pub(crate) fn join(theme: &Theme, language: usize) -> &str {
    theme.word(language, "join_title").unwrap_or("Join")
}

/// A title or description of a further part of a list.
pub(crate) fn part(theme: &Theme, language: usize, title: &str, part: usize) -> String {
    let number = part.to_string();
    let word = theme.word(language, "page_of").unwrap_or("{count}");
    let words = words::fill(word, |gap| (gap == "count").then(|| number.clone()));
    if title.is_empty() {
        words
    } else {
        format!("{title} · {words}")
    }
}
