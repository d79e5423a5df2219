//! Two sources for one output: takes everything that will be written, reports each pair that
//! would overwrite one another, on any file system, and pages that cannot be told apart.

use super::asset::{File, output_folder};
use super::community::{Channel, Community};
use super::list::parts;
use super::redirect;
use super::section::Sections;
use super::{
    FEED_FILES, HOME_FILES, LIST_FILES, LanguageId, List, ListOf, PAGE_FILES, Page, PageId,
    ROOT_FILES, TaxonomyIndex, has_calendar, has_data, has_event_file,
};
use crate::config::Config;
use crate::content::{Kind, PageFile};
use crate::diag::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Everything that is written.
pub(super) struct Outputs<'a> {
    pub(super) config: &'a Config,
    pub(super) pages: &'a [Page],
    pub(super) sections: &'a Sections,
    pub(super) lists: &'a [List],
    pub(super) overviews: &'a [TaxonomyIndex],
    pub(super) redirects: &'a [redirect::Placed],
    pub(super) community: Option<&'a Community>,
    pub(super) assets: &'a [File],
    pub(super) statics: &'a [File],
}

/// Who writes an output.
struct Writer {
    /// Words for messages.
    what: String,
    place: Option<Place>,
    /// Whether it is an alias, which its author may simply remove.
    alias: bool,
}

/// An output and who writes it; the words are made only for a message.
struct Claim<'a> {
    output: std::borrow::Cow<'a, str>,
    writer: Box<dyn Fn() -> Writer + 'a>,
}

/// Reports all collisions.
pub(super) fn check(outputs: &Outputs<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let claims = claims(outputs);
    let mut first: HashMap<String, usize> = HashMap::with_capacity(claims.len());
    for (index, claim) in claims.iter().enumerate() {
        // Windows and macOS hold names that differ by case for one.
        match first.entry(claim.output.to_lowercase()) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(index);
            }
            std::collections::hash_map::Entry::Occupied(entry) => {
                diagnostics.push(collision(&claims[*entry.get()], claim));
            }
        }
    }
    for claim in &claims {
        let output = claim.output.to_lowercase();
        let mut folder = output.as_str();
        while let Some((above, _)) = folder.rsplit_once('/') {
            if let Some(file) = first.get(above) {
                diagnostics.push(file_and_folder(&claims[*file], claim));
                break;
            }
            folder = above;
        }
    }
    duplicate_slugs(outputs.pages, diagnostics);
}

fn collision(first: &Claim<'_>, second: &Claim<'_>) -> Diagnostic {
    let (one, two) = ((first.writer)(), (second.writer)());
    let message = if first.output == second.output {
        format!(
            "{} and {} would both write `{}`",
            one.what, two.what, second.output
        )
    } else {
        format!(
            "{} writes `{}` and {} writes `{}`, which are one file where case does not count",
            one.what, first.output, two.what, second.output
        )
    };
    placed(message, one, two)
}

fn file_and_folder(file: &Claim<'_>, inside: &Claim<'_>) -> Diagnostic {
    let (one, two) = ((file.writer)(), (inside.writer)());
    let message = format!(
        "{} writes the file `{}`, which {} needs as a folder for `{}`",
        one.what, file.output, two.what, inside.output
    );
    placed(message, one, two)
}

/// Puts a message at the place that an author can change.
fn placed(message: String, one: Writer, two: Writer) -> Diagnostic {
    let hint = if one.alias && two.alias {
        "remove one of the two aliases"
    } else if one.alias || two.alias {
        "remove the alias, or give the page that it hides another `slug` or `permalink`"
    } else {
        "give one of them another `slug` or `permalink`, or rename its file"
    };
    let mut diagnostic = Diagnostic::new(Code::DuplicateOutput, message).hint(hint);
    match (one.place, two.place) {
        (Some(one), Some(two)) => diagnostic = diagnostic.at(two).related("the other one", one),
        (Some(place), None) | (None, Some(place)) => diagnostic = diagnostic.at(place),
        (None, None) => {}
    }
    diagnostic
}

fn claims<'a>(outputs: &Outputs<'a>) -> Vec<Claim<'a>> {
    let mut claims = Vec::with_capacity(outputs.pages.len() + outputs.assets.len());
    let mut pages: Vec<&Page> = outputs.pages.iter().collect();
    pages.sort_by(|a, b| a.source.file.file.cmp(&b.source.file.file));
    for page in pages {
        claims.push(Claim {
            output: page.output.as_str().into(),
            writer: Box::new(|| of_page(page)),
        });
    }
    for (index, page) in &outputs.sections.doubles {
        let output = &outputs.sections.addresses[*index as usize].output;
        let source = &page.source;
        claims.push(Claim {
            output: output.as_str().into(),
            writer: Box::new(|| of_file(&source.file.file)),
        });
    }
    for list in outputs.lists {
        of_list(list, outputs, &mut claims);
    }
    for overview in outputs.overviews {
        let name = &outputs.config.taxonomies[overview.taxonomy].name;
        claims.push(Claim {
            output: overview.output.as_str().into(),
            writer: Box::new(move || generated(&format!("the overview of `{name}`"))),
        });
    }
    for (redirect, _, place) in outputs.redirects {
        claims.push(Claim {
            output: redirect.output.as_str().into(),
            writer: Box::new(move || Writer {
                what: format!("the alias `{}` of `{}`", redirect.from, place.file),
                place: Some(place.clone()),
                alias: true,
            }),
        });
    }
    if let Some(community) = outputs.community {
        of_community(community, outputs.config, &mut claims);
    }
    for file in outputs.assets {
        claims.push(Claim {
            output: file.output.as_str().into(),
            writer: Box::new(|| of_file(&file.file)),
        });
    }
    let mut seen: HashSet<&str> = HashSet::new();
    for file in outputs
        .statics
        .iter()
        .filter(|file| seen.insert(&file.output))
    {
        claims.push(Claim {
            output: file.output.as_str().into(),
            writer: Box::new(|| of_file(&file.file)),
        });
    }
    beside(outputs, &mut claims);
    claims
}

/// Files that nobody asks for: calendars, data, and those at the top of the site.
fn beside<'a>(outputs: &Outputs<'a>, claims: &mut Vec<Claim<'a>>) {
    let pages = outputs.pages;
    for list in outputs.lists {
        let folder = &list.folder;
        if has_calendar(pages, list) {
            let (sections, config) = (outputs.sections, outputs.config);
            claims.extend(LIST_FILES.map(|name| Claim {
                output: format!("{folder}{name}").into(),
                writer: Box::new(move || {
                    let list = list_writer(list, sections, config);
                    beside_writer("calendar", &list)
                }),
            }));
        }
        if list.of == ListOf::Home {
            let data = HOME_FILES
                .into_iter()
                .filter(|(_, kind)| has_data(pages, list.language, *kind));
            claims.extend(data.map(|(name, kind)| Claim {
                output: format!("{folder}{name}").into(),
                writer: Box::new(move || generated(&format!("the data of {}", kind.plural()))),
            }));
        }
    }
    for page in pages.iter().filter(|page| has_event_file(page)) {
        claims.extend(PAGE_FILES.map(|name| Claim {
            output: format!("{}{name}", output_folder(&page.output)).into(),
            writer: Box::new(|| beside_writer("calendar", &of_file(&page.source.file.file))),
        }));
    }
    if let Some(key) = outputs.config.indexnow_key() {
        claims.push(Claim {
            output: format!("{key}.txt").into(),
            writer: Box::new(|| generated("`publish.indexnow` in `site.yaml`")),
        });
    }
    // A site may bring its own of these, in `static/` or where Hexo keeps them, among the
    // pages; the renderer then leaves its own out. It does so too for a page that is the
    // answer to wrong addresses, so that one needs no claim.
    let brought: HashSet<&str> = outputs
        .assets
        .iter()
        .chain(outputs.statics)
        .map(|file| file.output.as_str())
        .collect();
    let missing = ROOT_FILES
        .into_iter()
        .filter(|name| !brought.contains(name));
    claims.extend(missing.map(|name| Claim {
        output: name.into(),
        writer: Box::new(|| generated("Guidepost itself")),
    }));
}

/// Join pages are made only where nothing else stands, so they claim nothing that others do.
fn of_community<'a>(community: &'a Community, config: &'a Config, claims: &mut Vec<Claim<'a>>) {
    let places = config.community.iter().flat_map(|own| &own.channels);
    let door = |channel: &Channel| {
        let doors = channel.doors.iter();
        doors.flat_map(|door| door.outputs()).collect::<Vec<_>>()
    };
    for (channel, settings) in community.channels.iter().zip(places) {
        claims.extend(door(channel).into_iter().map(|output| Claim {
            output: output.into(),
            writer: Box::new(move || Writer {
                what: format!("the channel `{}`", settings.name),
                place: Some(settings.place.clone()),
                alias: false,
            }),
        }));
    }
    let joins = community
        .joins
        .iter()
        .filter_map(|join| join.made.as_deref());
    claims.extend(joins.map(|output| Claim {
        output: output.into(),
        writer: Box::new(|| generated("the join page")),
    }));
}

fn of_list<'a>(list: &'a List, outputs: &Outputs<'a>, claims: &mut Vec<Claim<'a>>) {
    let sections = outputs.sections;
    let config = outputs.config;
    let mut claim = |output: String| {
        claims.push(Claim {
            output: output.into(),
            writer: Box::new(move || list_writer(list, sections, config)),
        });
    };
    claim(format!("{}index.html", list.folder));
    for part in 2..=parts(list) {
        claim(format!("{}page/{part}/index.html", list.folder));
    }
    if list.feed && !list.pages.is_empty() {
        let feeds = &config.feeds;
        for (wanted, name) in [feeds.atom, feeds.rss, feeds.json]
            .into_iter()
            .zip(FEED_FILES)
        {
            if wanted {
                claim(format!("{}{name}", list.folder));
            }
        }
    }
}

fn list_writer(list: &List, sections: &Sections, config: &Config) -> Writer {
    match &list.of {
        ListOf::Home => generated("the home page"),
        ListOf::Section(index) => {
            let section = &sections.list[*index as usize];
            match &section.source {
                Some(source) => of_file(&source.file.file),
                None => generated(&format!(
                    "the list of the folder `{}/{}`",
                    config.content_folder, section.path
                )),
            }
        }
        ListOf::Kind(kind) => generated(&format!("the list of {}", kind.plural())),
        ListOf::Term { taxonomy, name } => {
            let taxonomy = &config.taxonomies[*taxonomy].name;
            generated(&format!("the list of `{name}` in `{taxonomy}`"))
        }
        ListOf::Author(name) => generated(&format!("the list of the author `{name}`")),
        ListOf::Archive => generated("the archive"),
    }
}

/// A page by its file and what it says of its address; a row of a data file by its line.
fn of_page(page: &Page) -> Writer {
    let PageFile { file, path } = &page.source.file;
    let meta = &page.source.meta;
    let written = meta.permalink.as_ref().or(meta.slug.as_ref());
    if file.ends_with(&**path) {
        let place = written.map(|written| written.place(file));
        let file = of_file(file);
        return Writer {
            place: place.or(file.place),
            ..file
        };
    }
    let Some(row) = written.or(meta.title.as_ref()) else {
        return of_file(file);
    };
    Writer {
        what: format!("`{file}` (line {})", row.position.line),
        place: Some(row.place(file)),
        alias: false,
    }
}

fn of_file(file: &Arc<str>) -> Writer {
    Writer {
        what: format!("`{file}`"),
        place: Some(Place::file(Arc::clone(file))),
        alias: false,
    }
}

/// A file beside what another writer makes; its author can change only that.
fn beside_writer(name: &str, of: &Writer) -> Writer {
    Writer {
        what: format!("the {name} of {}", of.what),
        place: of.place.clone(),
        alias: false,
    }
}

fn generated(what: &str) -> Writer {
    Writer {
        what: what.to_owned(),
        place: None,
        alias: false,
    }
}

/// Companies and policies are named by their slug, which must tell them apart.
fn duplicate_slugs(pages: &[Page], diagnostics: &mut Vec<Diagnostic>) {
    let mut groups: BTreeMap<(Kind, LanguageId, String), Vec<PageId>> = BTreeMap::new();
    for (id, page) in (0..).zip(pages) {
        if matches!(page.source.kind, Kind::Company | Kind::Policy) {
            let key = (page.source.kind, page.language, page.slug.to_lowercase());
            groups.entry(key).or_default().push(id);
        }
    }
    for ((kind, _, slug), mut ids) in groups {
        if ids.len() < 2 {
            continue;
        }
        ids.sort_by(|a, b| {
            let file = |id: &PageId| &pages[*id as usize].source.file.file;
            file(a).cmp(file(b))
        });
        let first = &pages[ids[0] as usize];
        for id in &ids[1..] {
            let page = &pages[*id as usize];
            if page.output == first.output {
                continue;
            }
            let place = page.source.meta.slug.as_ref().map_or_else(
                || Place::file(Arc::clone(&page.source.file.file)),
                |slug| slug.place(&page.source.file.file),
            );
            diagnostics.push(
                Diagnostic::new(
                    Code::DuplicateSlug,
                    format!("two pages of kind `{}` have the slug `{slug}`, so a reference to it has two meanings", kind.as_str()),
                )
                .at(place)
                .related("the other one", Place::file(Arc::clone(&first.source.file.file)))
                .hint("give one of them another `slug`"),
            );
        }
    }
}
