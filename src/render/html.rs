//! HTML outputs: takes the contexts, gives every page, list, overview, 404 and redirect page
//! to the sink, one at a time, from several threads.

mod buffer;
mod choice;

pub(super) use choice::{missing_join, unknown_templates};

use super::Sink;
use super::body::{self, Mode};
use super::context::site::home;
use super::context::{Contexts, Here, HereKind, call, part_url, parts, shown};
use super::errors::Errors;
use super::fingerprint;
use super::json_ld::Trail;
use super::key::{self, Variables};
use super::theme::files::Content;
use super::{address, context::titles};
use crate::diag::Place;
use crate::site::community::{Door, Leads, Offered};
use crate::site::{List, Page, PageId, Section};
use crate::store::Digest;
use crate::timing::Timings;
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use tera::Value;

/// Gives the structured data of an output, from what it is and the way to it from the home
/// page.
pub(super) type JsonLd<'a> = &'a (dyn Fn(&HereKind<'_>, Trail<'_>) -> String + Sync);

/// One output.
pub(super) struct Output<'a> {
    /// What it is.
    pub(super) kind: HereKind<'a>,
    language: usize,
    /// File below the public folder.
    pub(super) path: Cow<'a, str>,
    /// URL with the base path.
    url: Cow<'a, str>,
}

/// Renders HTML outputs.
///
/// # Errors
/// When the sink fails.
pub(super) fn write(
    contexts: &Contexts<'_>,
    outputs: Vec<Output<'_>>,
    json_ld: JsonLd<'_>,
    errors: &Errors,
    timings: &Timings,
    sink: &dyn Sink,
) -> anyhow::Result<()> {
    outputs
        .into_par_iter()
        .try_for_each(|output| one(contexts, &output, json_ld, errors, timings, sink))
}

/// Writes static files and assets.
///
/// # Errors
/// When the sink fails.
pub(super) fn copy(contexts: &Contexts<'_>, root: &Path, sink: &dyn Sink) -> anyhow::Result<()> {
    contexts.theme.statics.par_iter().try_for_each(|file| {
        file.outputs
            .iter()
            .try_for_each(|output| match &file.content {
                Content::Bytes(bytes) => sink.write(output, bytes),
                Content::Disk(path) => sink.copy(output, path),
            })
    })?;
    contexts
        .site
        .assets
        .par_iter()
        .try_for_each(|asset| sink.copy(&asset.output, &root.join(&*asset.file)))
}

/// All HTML outputs of a site.
pub(super) fn outputs<'a>(contexts: &Contexts<'a>) -> Vec<Output<'a>> {
    let site = contexts.site;
    let mut outputs = Vec::with_capacity(site.pages.len() + site.lists.len());
    // Outputs that show the same pages come one after the other, so that what is made once for
    // many of them is still there.
    let moment = |id: PageId| site.pages[id as usize].date.as_ref().map(|date| date.at);
    let mut pages: Vec<(PageId, &Page)> = (0..).zip(&site.pages).collect();
    pages.sort_by_cached_key(|(id, _)| moment(*id));
    for (id, page) in pages {
        outputs.push(Output {
            kind: HereKind::Page(id),
            language: usize::from(page.language),
            path: Cow::Borrowed(&page.output),
            url: Cow::Borrowed(&page.url),
        });
    }
    let lists = site.lists.iter();
    let mut of_lists: Vec<(&List, usize)> = lists
        .flat_map(|list| (1..=parts(list)).map(move |part| (list, part)))
        .collect();
    of_lists.sort_by_cached_key(|(list, part)| shown(list, *part).first().map(|id| moment(*id)));
    outputs.extend(of_lists.into_iter().map(|(list, part)| of_list(list, part)));
    for (index, overview) in site.taxonomies.iter().enumerate() {
        outputs.push(Output {
            kind: HereKind::Taxonomy(index),
            language: usize::from(overview.language),
            path: Cow::Borrowed(&overview.output),
            url: Cow::Borrowed(&overview.url),
        });
    }
    for (language, known) in site.config.languages.iter().enumerate() {
        let folder = if known.prefix.is_empty() {
            String::new()
        } else {
            format!("{}/", known.prefix)
        };
        let path = format!("{folder}404.html");
        if is_own(contexts, &path) {
            continue;
        }
        outputs.push(Output {
            kind: HereKind::NotFound,
            language,
            path: path.into(),
            url: format!("{}404.html", home(&site.config, language)).into(),
        });
    }
    for redirect in &site.redirects {
        outputs.push(Output {
            kind: HereKind::Redirect(redirect),
            language: language_of(contexts, &redirect.to),
            path: Cow::Borrowed(&redirect.output),
            url: Cow::Borrowed(&redirect.from),
        });
    }
    let Some(community) = &site.community else {
        return outputs;
    };
    for (language, join) in community.joins.iter().enumerate() {
        if let Some(path) = &join.made {
            outputs.push(Output {
                kind: HereKind::Join(language),
                language,
                path: Cow::Borrowed(path),
                url: Cow::Borrowed(&join.url),
            });
        }
    }
    for channel in &community.channels {
        for door in &channel.doors {
            outputs.push(Output {
                kind: HereKind::Door(channel.index, door),
                language: 0,
                path: format!("{}index.html", door.folder).into(),
                url: Cow::Borrowed(&door.url),
            });
        }
    }
    outputs
}

fn of_list(list: &List, part: usize) -> Output<'_> {
    let path = match part {
        1 => format!("{}index.html", list.folder),
        _ => format!("{}page/{part}/index.html", list.folder),
    };
    Output {
        kind: HereKind::List(list, part),
        language: usize::from(list.language),
        path: path.into(),
        url: part_url(list, part).into(),
    }
}

/// Whether the site has a file or page of its own at an output.
fn is_own(contexts: &Contexts<'_>, path: &str) -> bool {
    let statics = contexts.theme.statics.iter().flat_map(|file| &file.outputs);
    let assets = contexts.site.assets.iter().map(|asset| &asset.output);
    let pages = contexts.site.pages.iter().map(|page| &page.output);
    statics
        .chain(assets)
        .chain(pages)
        .any(|output| output == path)
}

/// The language below whose home page a path lies.
fn language_of(contexts: &Contexts<'_>, path: &str) -> usize {
    let config = &contexts.site.config;
    (0..config.languages.len())
        .filter(|language| !config.languages[*language].prefix.is_empty())
        .find(|language| path.starts_with(&home(config, *language)))
        .unwrap_or(0)
}

fn one(
    contexts: &Contexts<'_>,
    output: &Output<'_>,
    json_ld: JsonLd<'_>,
    errors: &Errors,
    timings: &Timings,
    sink: &dyn Sink,
) -> anyhow::Result<()> {
    let Some(template) = choice::template(contexts, &output.kind) else {
        return Ok(());
    };
    let mut here = Here::new(contexts, output.kind, output.language, &output.url);
    let fingerprint = fingerprint::of(contexts, &here, &template);
    if fingerprint.is_some_and(|key| sink.has(&output.path, key)) {
        return Ok(());
    }
    here.json_ld = json_ld(&output.kind, &here.trail);
    let mut variables = contexts.output(&here);
    // When the key is known, the body belongs to the record from the start; to put it into a
    // record that exists is to make that anew.
    let content = match (fingerprint, output.kind) {
        (Some(_), HereKind::Page(id)) => Some(body::page(contexts, id, Mode::Site, errors)),
        _ => None,
    };
    add(contexts, &output.kind, content.as_deref(), &mut variables);
    let key = match fingerprint {
        Some(key) => key,
        None => {
            let content = content_key(contexts, &output.kind);
            let language = output.language.to_le_bytes();
            let reach = contexts.theme.reach(&template);
            let key = contexts.shared.key(
                &variables,
                &[
                    &contexts.salt,
                    template.as_bytes(),
                    &reach,
                    &language,
                    &content,
                ],
            );
            if sink.has(&output.path, key) {
                return Ok(());
            }
            key
        }
    };
    if content.is_none() {
        fill(contexts, &output.kind, errors, &mut variables);
    }
    let Some(engine) = contexts.theme.engine(output.language) else {
        return Ok(());
    };
    let context = variables.into_context();
    buffer::with(|html| {
        let render = || engine.render_to(&template, &context, &mut *html);
        match timings.template(&template, render) {
            Ok(()) => sink.write_made(&output.path, key, html),
            Err(error) => {
                errors.add(contexts.theme, &template, &error, source(contexts, output));
                Ok(())
            }
        }
    })
}

/// Adds what an output shows of its own. The body, which is long and seldom new, is there only
/// if it is given.
fn add(
    contexts: &Contexts<'_>,
    kind: &HereKind<'_>,
    content: Option<&str>,
    variables: &mut Variables,
) {
    let site = contexts.site;
    match *kind {
        HereKind::Page(id) => {
            variables.insert("page", contexts.page(id, content.unwrap_or_default()));
        }
        HereKind::List(list, part) => {
            variables.insert("list", contexts.list(list, part, ""));
        }
        HereKind::Taxonomy(index) => {
            let overview = &site.taxonomies[index];
            let name = site
                .config
                .taxonomies
                .get(overview.taxonomy)
                .map_or("", |taxonomy| taxonomy.name.as_str());
            variables.insert("taxonomy", Value::from(name));
            variables.insert(
                "title",
                Value::from(titles::taxonomy(site, contexts.theme, overview)),
            );
            variables.insert("terms", contexts.terms(index));
        }
        HereKind::NotFound => {}
        HereKind::Redirect(redirect) => {
            let whole = address::absolute(&site.config, &redirect.to);
            variables.insert("target", Value::from(redirect.to.as_str()));
            variables.insert("target_absolute", Value::from(whole));
        }
        HereKind::Join(_) => {}
        HereKind::Door(channel, door) => of_door(contexts, channel, door, variables),
    }
}

/// What a door's page reads. A theme without `go.html` shows it as any redirect, so that one
/// always has somewhere to lead.
fn of_door(contexts: &Contexts<'_>, channel: usize, door: &Door, variables: &mut Variables) {
    let site = contexts.site;
    let join = site.community.iter().flat_map(|community| &community.joins);
    let join = join.map(|join| join.url.as_str()).next().unwrap_or("/");
    let has_page = contexts.theme.resolve("go.html").is_some();
    let target = match &door.leads {
        Leads::To(to) => Some(to.as_str()),
        Leads::Shown if has_page => None,
        Leads::Shown | Leads::Closed => Some(join),
    };
    let whole = target.map(|target| address::absolute(&site.config, target));
    variables.insert("target", target.map_or_else(Value::none, Value::from));
    variables.insert(
        "target_absolute",
        whole.map_or_else(Value::none, Value::from),
    );
    let settings = site.config.community.as_ref();
    let settings = settings.and_then(|own| own.channels.get(channel));
    let lang = site
        .config
        .languages
        .first()
        .map_or("", |own| own.tag.as_str());
    let shown = settings.map(|settings| {
        let offered = Offered {
            settings,
            index: channel,
            door,
        };
        call::channel(&offered, lang, &str::to_owned)
    });
    variables.insert("channel", shown.unwrap_or_else(Value::none));
}

/// The section whose own text stands on an output: on the first part of its list.
fn section_of<'a>(contexts: &Contexts<'a>, kind: &HereKind<'_>) -> Option<&'a Section> {
    match kind {
        HereKind::List(list, 1) => contexts.section_of(list),
        _ => None,
    }
}

/// Stands for the body in an output's key.
fn content_key(contexts: &Contexts<'_>, kind: &HereKind<'_>) -> Digest {
    let site = contexts.site;
    // Components see what the template sees, which is in the key already.
    let of = |body, targets| key::body(site, contexts.theme, body, targets, Digest::default);
    match (kind, section_of(contexts, kind)) {
        (HereKind::Page(id), _) => {
            let page = &site.pages[*id as usize];
            of(&page.source.body, &page.targets)
        }
        (_, Some(section)) => section
            .source
            .as_ref()
            .map_or_else(Digest::default, |source| of(&source.body, &section.targets)),
        _ => Digest::default(),
    }
}

/// Adds the body.
fn fill(contexts: &Contexts<'_>, kind: &HereKind<'_>, errors: &Errors, variables: &mut Variables) {
    if let HereKind::Page(id) = kind {
        let content = body::page(contexts, *id, Mode::Site, errors);
        variables.set("page", "content", Value::safe_string(&content));
    } else if let Some(section) = section_of(contexts, kind) {
        let content = body::section(contexts, section, Mode::Site, errors);
        variables.set("list", "content", Value::safe_string(&content));
    }
}

/// The file that an author would look into for an output.
fn source(contexts: &Contexts<'_>, output: &Output<'_>) -> Place {
    let file: Arc<str> = match output.kind {
        HereKind::Page(id) => Arc::clone(&contexts.site.pages[id as usize].source.file.file),
        HereKind::List(list, _) => contexts
            .section_of(list)
            .and_then(|section| section.source.as_ref())
            .map_or_else(
                || (*output.path).into(),
                |source| Arc::clone(&source.file.file),
            ),
        _ => (*output.path).into(),
    };
    Place::file(file)
}

#[cfg(test)]
mod tests;
