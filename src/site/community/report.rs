//! What the pages do for the community: takes the resolved site, reports pages that serve
//! nobody, channels to which nothing leads, and personal data that would be published.

use super::{Leads, Wish};
use crate::config::community::{Community, PILLARS};
use crate::content::body::Component;
use crate::content::personal::{Found, Personal, Shown};
use crate::content::{Details, HoleKind, Kind, Page as Source};
use crate::diag::{Code, Diagnostic, Place, did_you_mean};
use crate::site::{Page, Site, Target};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reports it all; `shown` are files that are published though they are no pages.
pub(in crate::site) fn report(site: &Site, shown: &[Shown], diagnostics: &mut Vec<Diagnostic>) {
    personal_data(site, shown, diagnostics);
    let Some(settings) = &site.config.community else {
        return;
    };
    for page in &site.pages {
        audiences(settings, &page.source, diagnostics);
        unserved(settings, page, diagnostics);
    }
    unreached(site, settings, diagnostics);
}

/// Words of `audience:` that the settings do not know.
fn audiences(settings: &Community, source: &Source, diagnostics: &mut Vec<Diagnostic>) {
    if settings.audiences.is_empty() {
        return;
    }
    let known = || settings.audiences.iter().map(|audience| &*audience.name);
    for word in &source.meta.audience {
        if known().any(|known| known == word.value) {
            continue;
        }
        let hint = did_you_mean(&word.value, known()).unwrap_or_else(|| {
            let known: Vec<&str> = known().collect();
            format!("there are `{}`", known.join("`, `"))
        });
        diagnostics.push(
            Diagnostic::new(
                Code::InvalidValue,
                format!("the site has no audience `{}`", word.value),
            )
            .at(word.place(&source.file.file))
            .hint(hint),
        );
    }
}

/// Pages that stand on none of the site's pillars and are for none of its audiences. Standing
/// pages, digests and events are for everybody.
fn unserved(settings: &Community, page: &Page, diagnostics: &mut Vec<Diagnostic>) {
    if settings.pillars.is_empty() && settings.audiences.is_empty() {
        return;
    }
    let source = &page.source;
    let pillar = match &source.details {
        Details::Article(article) => article.pillar.as_deref(),
        Details::Company(_) => Some("companies"),
        Details::Job(_) => Some("hiring"),
        Details::Policy(_) => Some("policy"),
        Details::Event(_) | Details::Digest(_) | Details::Page => return,
    };
    let stands = pillar.is_some_and(|pillar| {
        settings.pillars.is_empty() || settings.pillars.iter().any(|own| own == pillar)
    });
    if stands || !source.meta.audience.is_empty() || source.meta.hidden {
        return;
    }
    let pillars: Vec<&str> = if settings.pillars.is_empty() {
        PILLARS.to_vec()
    } else {
        settings.pillars.iter().map(String::as_str).collect()
    };
    let audiences = settings.audiences.iter();
    let audiences: Vec<&str> = audiences.map(|audience| &*audience.name).collect();
    let mut hint = String::from("say in its front matter ");
    if source.kind == Kind::Article {
        hint.push_str(&format!(
            "which `pillar` it stands on (`{}`)",
            pillars.join("`, `")
        ));
        if !audiences.is_empty() {
            hint.push_str(", or ");
        }
    }
    if !audiences.is_empty() {
        hint.push_str(&format!(
            "which `audience` it is for (`{}`)",
            audiences.join("`, `")
        ));
    }
    diagnostics.push(
        Diagnostic::new(
            Code::UnservedPage,
            "the page is for none of the site's pillars and audiences",
        )
        .at(Place::file(Arc::clone(&source.file.file)))
        .hint(hint),
    );
}

/// Channels that no page offers: not by its invitation, a link or a directive, nor on a join
/// page that lists them all.
fn unreached(site: &Site, settings: &Community, diagnostics: &mut Vec<Diagnostic>) {
    let Some(community) = &site.community else {
        return;
    };
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    for (language, join) in (0..).zip(&community.joins) {
        if join.made.is_some() {
            reached.extend(site.offered(language, None).iter().map(|one| one.index));
        }
        let general = Wish {
            language,
            ..Wish::default()
        };
        let call = site.call(&general);
        reached.extend(
            call.iter()
                .flat_map(|call| &call.channels)
                .map(|one| one.index),
        );
    }
    for page in &site.pages {
        let call = site.call(&Wish::of(page));
        reached.extend(
            call.iter()
                .flat_map(|call| &call.channels)
                .map(|one| one.index),
        );
        reached.extend(linked(site, &page.source, &page.targets, page.language));
    }
    for section in &site.sections {
        if let Some(source) = &section.source {
            reached.extend(linked(site, source, &section.targets, section.language));
        }
    }
    for channel in &community.channels {
        let own = &settings.channels[channel.index];
        let open = channel.doors.iter().any(|door| door.leads != Leads::Closed);
        // A channel without a target is told already, and one that is over too.
        if !open || reached.contains(&channel.index) {
            continue;
        }
        diagnostics.push(
            Diagnostic::new(
                Code::UnreachedChannel,
                format!("no page leads to the channel `{}`", own.name),
            )
            .at(own.place.clone())
            .hint(format!(
                "link to `/go/{0}/`, write `::join{{channel={0}}}` on a page, or widen its `audiences`, `stages` or `languages`",
                own.name
            )),
        );
    }
}

/// The channels to which a text leads.
fn linked(site: &Site, source: &Source, targets: &[Target], language: u8) -> Vec<usize> {
    let Some(community) = &site.community else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (hole, target) in source.body.holes.iter().zip(targets) {
        if let HoleKind::Open(component) = &hole.kind
            && component.name == "join"
        {
            found.extend(shown(site, component, language));
        }
        let Target::Url(url) = target else {
            continue;
        };
        let leads = |channel: &&super::Channel| {
            channel.doors.iter().any(|door| {
                url.starts_with(&door.url) || matches!(&door.leads, Leads::To(to) if to == url)
            })
        };
        let channels = community.channels.iter();
        found.extend(channels.filter(leads).map(|channel| channel.index));
    }
    found
}

/// The channels that a directive names itself.
fn shown(site: &Site, component: &Component, language: u8) -> Vec<usize> {
    let wanted = component
        .attributes
        .iter()
        .find(|(key, _)| key == "channel")
        .map(|(_, value)| value.as_str());
    let all = site.offered(language, None);
    all.iter()
        .filter(|one| wanted == Some("all") || wanted == Some(&one.settings.name))
        .map(|one| one.index)
        .collect()
}

fn personal_data(site: &Site, shown: &[Shown], diagnostics: &mut Vec<Diagnostic>) {
    let allowed = Allowed::of(site);
    let sections = site
        .sections
        .iter()
        .filter_map(|section| section.source.as_deref());
    let pages = site.pages.iter().map(|page| &*page.source);
    let texts = pages
        .chain(sections)
        .map(|source| (&source.file.file, &source.personal));
    let others = shown.iter().map(|shown| (&shown.file, &shown.personal));
    for (file, personal) in texts.chain(others) {
        for found in personal.iter().filter(|found| !allowed.has(found)) {
            diagnostics.push(
                Diagnostic::new(
                    Code::PersonalData,
                    format!(
                        "{} would be published: {}",
                        found.what.words(),
                        found.hidden()
                    ),
                )
                .at(Place::at(Arc::clone(file), found.position))
                .hint("take it out; one that is meant for the public stands in `contacts` of `community:`"),
            );
        }
    }
}

/// What may stand on pages.
struct Allowed {
    /// Lower case, numbers without spaces and signs.
    contacts: BTreeSet<String>,
    host: String,
}

impl Allowed {
    fn of(site: &Site) -> Self {
        let config = &site.config;
        let settings = config.community.as_ref();
        let contacts = settings
            .iter()
            .flat_map(|own| own.contacts.iter().map(String::as_str));
        let channels = settings.iter().flat_map(|own| &own.channels);
        let targets = channels.flat_map(|channel| {
            let sources = channel.sources.iter().map(|source| &source.target);
            std::iter::once(&channel.target).chain(sources)
        });
        let addresses = targets
            .filter_map(|target| target.url.as_ref())
            .filter_map(|url| {
                let rest = url.text.strip_prefix("mailto:");
                rest.or_else(|| url.text.strip_prefix("tel:"))
            })
            .map(|address| address.split('?').next().unwrap_or_default());
        let host = config.url.split("://").nth(1).unwrap_or_default();
        let host = host.split(['/', ':']).next().unwrap_or_default();
        Self {
            contacts: contacts.chain(addresses).map(Found::folded).collect(),
            host: host.trim_start_matches("www.").to_lowercase(),
        }
    }

    fn has(&self, found: &Found) -> bool {
        let text = Found::folded(&found.text);
        let own = found.what == Personal::Mail
            && text.rsplit_once('@').is_some_and(|(_, host)| {
                host == self.host || self.host.ends_with(&format!(".{host}"))
            });
        own || self.contacts.contains(&text)
    }
}
