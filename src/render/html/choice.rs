//! Which template shows an output: takes what it is and the theme, gives the template's name, and
//! a diagnostic for every page that names one which cannot show it.

use crate::content::Kind;
use crate::diag::{Code, Diagnostic, Place, did_you_mean};
use crate::render::context::{Contexts, HereKind};
use crate::render::theme::Theme;
use crate::site::{List, ListOf, Page, PageId};

/// The template of an output; none when the theme lacks it (that was reported once).
pub(super) fn template(contexts: &Contexts<'_>, kind: &HereKind<'_>) -> Option<String> {
    let theme = contexts.theme;
    let first = |names: &[&str]| {
        names
            .iter()
            .find(|name| theme.resolve(name).is_some())
            .map(|name| (*name).to_owned())
    };
    match kind {
        HereKind::Page(id) => page_template(contexts, *id),
        HereKind::List(list, _) => list_template(contexts, list),
        HereKind::Taxonomy(_) => first(&["taxonomy.html"]),
        HereKind::NotFound => first(&["404.html"]),
        HereKind::Redirect(_) => first(&["redirect.html"]),
        HereKind::Join(_) => first(&["join.html"]),
        HereKind::Door(..) => first(&["go.html", "redirect.html"]),
    }
}

/// Pages that name a template which cannot show them, such as a layout of another generator.
pub(in crate::render) fn unknown_templates(contexts: &Contexts<'_>) -> Vec<Diagnostic> {
    let theme = contexts.theme;
    let mut found = Vec::new();
    for page in &contexts.site.pages {
        let Some((name, place)) = own_template(page) else {
            continue;
        };
        if can_show_pages(theme, &name) {
            continue;
        }
        let known = theme.templates.keys().map(String::as_str);
        let known = known.filter(|name| !name.contains('/') && is_page_template(name));
        found.push(
            Diagnostic::new(
                Code::UnknownTemplate,
                format!("the theme has no template `{name}` for pages"),
            )
            .at(place)
            .hint(did_you_mean(&name, known).unwrap_or_else(|| {
                format!("remove `template`, or add `templates/{name}` to the site")
            })),
        );
    }
    found
}

/// A join page that nothing can show.
pub(in crate::render) fn missing_join(contexts: &Contexts<'_>) -> Option<Diagnostic> {
    let community = contexts.site.community.as_ref()?;
    let made = community.joins.iter().any(|join| join.made.is_some());
    (made && contexts.theme.resolve("join.html").is_none()).then(|| {
        Diagnostic::new(
            Code::InvalidTheme,
            format!(
                "theme `{}` has no template `join.html` for the page that shows the community's channels",
                contexts.theme.name
            ),
        )
        .at(Place::file("site.yaml"))
        .hint("add `templates/join.html`, or write a page `content/join.md` in each language")
    })
}

/// The template that a page names, and where.
fn own_template(page: &Page) -> Option<(String, Place)> {
    let written = page.source.meta.template.as_ref()?;
    let name = written.value.trim_start_matches('/');
    let name = if name.ends_with(".html") {
        name.to_owned()
    } else {
        format!("{name}.html")
    };
    Some((name, written.place(&page.source.file.file)))
}

fn can_show_pages(theme: &Theme, name: &str) -> bool {
    is_page_template(name) && theme.resolve(name).is_some()
}

fn page_template(contexts: &Contexts<'_>, id: PageId) -> Option<String> {
    let page = &contexts.site.pages[id as usize];
    let theme = contexts.theme;
    let kind = page.kind.as_str();
    own_template(page)
        .into_iter()
        .map(|(name, _)| name)
        .chain([format!("{kind}.html"), "page.html".to_owned()])
        .find(|name| can_show_pages(theme, name))
}

/// Templates that show lists and the like cannot show a page.
fn is_page_template(name: &str) -> bool {
    use crate::render::contract::TEMPLATES;
    !name.starts_with("components/")
        && TEMPLATES
            .iter()
            .find(|template| template.name == name)
            .is_none_or(|template| template.variables.iter().any(|field| field.name == "page"))
}

fn list_template(contexts: &Contexts<'_>, list: &List) -> Option<String> {
    let theme = contexts.theme;
    let own = match &list.of {
        ListOf::Home => Some("home.html".to_owned()),
        ListOf::Term { .. } => Some("term.html".to_owned()),
        ListOf::Archive => Some("archive.html".to_owned()),
        ListOf::Section(_) | ListOf::Kind(_) => contexts
            .kind_of(list)
            .filter(|kind| *kind != Kind::Page)
            .map(|kind| format!("{}.html", kind.plural())),
        ListOf::Author(_) => None,
    };
    own.into_iter()
        .chain(["list.html".to_owned()])
        .find(|name| theme.resolve(name).is_some())
}
