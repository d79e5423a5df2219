//! Terms: takes the terms that pages name, gives one list per term, taxonomy and language.
//! Spellings that differ by case are one term; a path `A/B` is a term below `A`.

use super::list::{is_listed, languages, list, number};
use super::order;
use super::permalink::prefix;
use super::url::{CleanPath, composed, folder_prefix, join, short_hash};
use super::{LanguageId, List, ListOf, Page, PageId, TaxonomyIndex};
use crate::config::{Config, SlugStyle};
use crate::content::Located;
use crate::content::slug::slug;
use crate::diag::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, HashMap};

/// A term in the making.
#[derive(Debug, Default)]
struct Group {
    /// Spellings of its last part: how often, and where first.
    spellings: BTreeMap<String, (usize, Option<Place>)>,
    /// Pages that name it or a term below it, each once.
    pages: Vec<PageId>,
}

/// Groups by their lower-case name; a path sorts behind the paths above it.
type Groups = BTreeMap<String, Group>;

/// Makes the lists of all terms, and the pages' links to them.
pub(super) fn taxonomies(
    pages: &mut [Page],
    config: &Config,
    lists: &mut Vec<List>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<TaxonomyIndex> {
    let mut overviews = Vec::new();
    for (taxonomy, settings) in config.taxonomies.iter().enumerate() {
        for language in languages(config) {
            let groups = gather(pages, taxonomy, language, config);
            if groups.is_empty() {
                continue;
            }
            report_spellings(&groups, &settings.name, diagnostics);
            let folder = slug(&settings.name, config.slugs);
            let path = join([prefix(config, language), &folder]);
            let first = lists.len();
            let found = make(groups, taxonomy, language, &path, pages, config, lists);
            attach(pages, taxonomy, language, &found, config);
            let address = CleanPath::folder(path).address(&config.base_path);
            overviews.push(TaxonomyIndex {
                taxonomy,
                language,
                url: address.url,
                output: address.output,
                terms: (first..lists.len()).map(number).collect(),
                translations: Vec::new(),
            });
        }
    }
    translate(&mut overviews);
    overviews
}

fn translate(overviews: &mut [TaxonomyIndex]) {
    for index in 0..overviews.len() {
        overviews[index].translations = (0..overviews.len())
            .filter(|other| *other != index)
            .filter(|other| overviews[*other].taxonomy == overviews[index].taxonomy)
            .map(number)
            .collect();
    }
}

/// The terms of a page in one taxonomy, cleaned.
fn written<'a>(page: &'a Page, name: &str) -> &'a [Located<String>] {
    page.source
        .meta
        .terms
        .iter()
        .find(|(taxonomy, _)| taxonomy == name)
        .map_or(&[], |(_, terms)| terms)
}

/// The parts of a term's name: one, or the path of a hierarchical one.
fn parts(name: &str, hierarchical: bool) -> Vec<String> {
    let clean = |part: &str| composed(part.trim()).into_owned();
    if !hierarchical {
        return Some(clean(name))
            .filter(|name| !name.is_empty())
            .into_iter()
            .collect();
    }
    name.split('/')
        .map(clean)
        .filter(|part| !part.is_empty())
        .collect()
}

fn gather(pages: &[Page], taxonomy: usize, language: LanguageId, config: &Config) -> Groups {
    let settings = &config.taxonomies[taxonomy];
    let mut groups = Groups::new();
    for (id, page) in (0..).zip(pages) {
        if page.language != language || page.source.meta.hidden {
            continue;
        }
        for term in written(page, &settings.name) {
            let mut key = String::new();
            for part in parts(&term.value, settings.hierarchical) {
                if !key.is_empty() {
                    key.push('/');
                }
                key.push_str(&part.to_lowercase());
                let group = groups.entry(key.clone()).or_default();
                if group.pages.last() != Some(&id) {
                    group.pages.push(id);
                }
                let spelling = group.spellings.entry(part).or_insert((0, None));
                spelling.0 += 1;
                let place = term.place(&page.source.file.file);
                // The first place in the order of files, so that it stays the same when
                // dates change.
                if spelling.1.as_ref().is_none_or(|known| place < *known) {
                    spelling.1 = Some(place);
                }
            }
        }
    }
    groups
}

/// The spelling that most pages use.
fn spelling(group: &Group) -> (&str, Option<&Place>) {
    group
        .spellings
        .iter()
        .min_by_key(|(name, (count, _))| (std::cmp::Reverse(*count), name.as_str()))
        .map_or(("", None), |(name, (_, place))| {
            (name.as_str(), place.as_ref())
        })
}

fn report_spellings(groups: &Groups, taxonomy: &str, diagnostics: &mut Vec<Diagnostic>) {
    for group in groups.values().filter(|group| group.spellings.len() > 1) {
        let (name, usual) = spelling(group);
        for (other, (_, place)) in &group.spellings {
            if other == name {
                continue;
            }
            let mut diagnostic = Diagnostic::new(
                Code::TagCase,
                format!("`{other}` in `{taxonomy}` is elsewhere spelt `{name}`; both are one term"),
            )
            .hint(format!("write `{name}`"));
            if let Some(place) = place {
                diagnostic = diagnostic.at(place.clone());
            }
            if let Some(usual) = usual {
                diagnostic = diagnostic.related("the usual spelling", usual.clone());
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// Makes the lists; gives their numbers by lower-case name.
fn make(
    groups: Groups,
    taxonomy: usize,
    language: LanguageId,
    folder: &str,
    pages: &[Page],
    config: &Config,
    lists: &mut Vec<List>,
) -> HashMap<String, u32> {
    let above = |key: &str| -> String {
        let hierarchical = config.taxonomies[taxonomy].hierarchical;
        key.rsplit_once('/')
            .filter(|_| hierarchical)
            .map_or(String::new(), |(above, _)| above.to_owned())
    };
    // Slugs are unique among the terms below one term.
    let mut siblings: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for (key, group) in &groups {
        let sibling = (key.as_str(), spelling(group).0);
        siblings.entry(above(key)).or_default().push(sibling);
    }
    let mut slugs: HashMap<&str, String> = HashMap::new();
    for group in siblings.values() {
        let made = unique_slugs(group.iter().map(|(_, name)| *name), config.slugs);
        slugs.extend(group.iter().map(|(key, _)| *key).zip(made));
    }
    let mut found: HashMap<String, u32> = HashMap::new();
    for (key, group) in &groups {
        let title = spelling(group).0.to_owned();
        let parent = found.get(&above(key)).copied();
        let (above_name, above_folder) = match parent.map(|parent| &lists[parent as usize]) {
            Some(List {
                of: ListOf::Term { name, .. },
                folder,
                ..
            }) => (name.as_str(), folder.trim_end_matches('/')),
            _ => ("", folder),
        };
        let name = if above_name.is_empty() {
            title.clone()
        } else {
            format!("{above_name}/{title}")
        };
        let segment = slugs.get(key.as_str()).map_or("", String::as_str);
        let path = join([above_folder, segment]);
        let of = ListOf::Term { taxonomy, name };
        let mut term = list(of, language, title, &path, config);
        term.folder = folder_prefix(&path);
        term.feed = config.taxonomies[taxonomy].feed;
        term.parent = parent;
        term.pages = group
            .pages
            .iter()
            .copied()
            .filter(|id| is_listed(&pages[*id as usize]))
            .collect();
        order::newest(&mut term.pages, pages);
        let index = number(lists.len());
        lists.push(term);
        if let Some(parent) = parent {
            lists[parent as usize].children.push(index);
        }
        found.insert(key.clone(), index);
    }
    found
}

/// Gives each page its terms in the order of its front matter.
fn attach(
    pages: &mut [Page],
    taxonomy: usize,
    language: LanguageId,
    found: &HashMap<String, u32>,
    config: &Config,
) {
    let settings = &config.taxonomies[taxonomy];
    for page in pages.iter_mut().filter(|page| page.language == language) {
        let mut terms: Vec<u32> = Vec::new();
        for term in written(page, &settings.name) {
            let key = parts(&term.value, settings.hierarchical)
                .join("/")
                .to_lowercase();
            if let Some(index) = found.get(&key)
                && !terms.contains(index)
            {
                terms.push(*index);
            }
        }
        if !terms.is_empty() {
            page.terms.push((taxonomy, terms));
        }
    }
}

/// A slug per name, all different: where two names have one slug, the name that is its own
/// slug keeps it and the others are told apart by a hash, so that a new name never moves an
/// old address.
pub(super) fn unique_slugs<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    style: SlugStyle,
) -> Vec<String> {
    let slugs: Vec<String> = names.clone().map(|name| slug(name, style)).collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for slug in &slugs {
        *count.entry(slug).or_default() += 1;
    }
    names
        .zip(&slugs)
        .map(|(name, slug)| {
            let alone = count.get(slug.as_str()).copied() == Some(1);
            if alone || name.to_lowercase() == *slug {
                slug.clone()
            } else {
                format!("{slug}-{}", &short_hash(name)[..6])
            }
        })
        .collect()
}
