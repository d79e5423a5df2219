//! The road back: takes the community's settings and what the site writes, gives each channel
//! its doors (`/go/telegram/`, and one for readers from each account), each language its join
//! page, and says which invitations are over. Knows no platform and draws nothing.

mod call;
pub(super) mod report;

pub use call::{Call, Offered, Wish};

use super::asset::File;
use super::section::Sections;
use super::tracking::{CODE, Road, SITE, tracked};
use super::url::key;
use super::{Happening, LanguageId, List, NextChange, Page, Picture, picture, redirect};
use crate::config::Config;
use crate::config::community::{self as settings, Code, Target};
use crate::content::Kind;
use crate::diag::{Code as Mistake, Diagnostic, Place};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;

/// Most bytes of a QR code's text: more make a code so dense that phones fail on a screen.
pub const LONGEST_CODE: usize = 600;
/// Folder of the doors, from the public folder.
const DOORS: &str = "go";
/// Last part of a join page's address.
const JOIN: &str = "join";

/// The community of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Community {
    /// Channels in the order of the settings.
    pub channels: Vec<Channel>,
    /// The join page of each language.
    pub joins: Vec<Join>,
}

/// The page that shows all channels in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// Path with the base path.
    pub url: String,
    /// Output, when it is made because the site has no page of its own there.
    pub made: Option<String>,
}

/// A channel of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its index in the settings.
    pub index: usize,
    /// The door for everybody, then one for each source.
    pub doors: Vec<Door>,
}

/// An address of the site that leads to a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// The account or other source whose readers it is for; none for everybody.
    pub source: Option<String>,
    /// Path with the base path: `/go/telegram/masto/`.
    pub url: String,
    /// Folder below the public folder: `go/telegram/masto/`.
    pub folder: String,
    /// Where it leads.
    pub leads: Leads,
    /// The code that leads there.
    pub code: DoorCode,
}

/// Where a door leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leads {
    /// To this address.
    To(String),
    /// To a code that is shown.
    Shown,
    /// Nowhere at this time; readers are led to the join page.
    Closed,
}

/// The code of a door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DoorCode {
    /// There is none.
    None,
    /// A picture of the site.
    Picture(Picture),
    /// A code of this text is made, as `qr.svg` and `qr.png` beside the door.
    Made(String),
}

/// Files of a code below a door's folder.
pub const CODE_FILES: [&str; 2] = ["qr.svg", "qr.png"];

impl Channel {
    /// The door for readers from a source, else that for everybody. None when the channel is
    /// not offered there.
    pub fn door(&self, source: Option<&str>) -> Option<&Door> {
        match source {
            None => self.doors.first(),
            Some(name) => self.doors.iter().find(|door| {
                door.source
                    .as_ref()
                    .is_some_and(|own| own.eq_ignore_ascii_case(name))
            }),
        }
    }
}

impl Door {
    /// Every output of the door.
    pub fn outputs(&self) -> Vec<String> {
        let files = match self.code {
            DoorCode::Made(_) => &CODE_FILES[..],
            DoorCode::None | DoorCode::Picture(_) => &[],
        };
        std::iter::once("index.html")
            .chain(files.iter().copied())
            .map(|file| format!("{}{file}", self.folder))
            .collect()
    }

    /// Whether it leads to the channel at all.
    pub fn is_open(&self) -> bool {
        self.leads != Leads::Closed
    }
}

/// What the site writes beside the community.
pub(super) struct Known<'a> {
    pub(super) config: &'a Config,
    pub(super) now: Timestamp,
    pub(super) pages: &'a [Page],
    pub(super) sections: &'a Sections,
    pub(super) lists: &'a [List],
    pub(super) redirects: &'a [redirect::Placed],
    pub(super) assets: &'a [File],
    pub(super) statics: &'a [File],
}

/// Resolves the community; none when the site has no channels.
pub(super) fn resolve(known: &Known<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Community> {
    let settings = known.config.community.as_ref()?;
    if settings.channels.is_empty() {
        return None;
    }
    let accounts: Vec<String> = known
        .config
        .accounts
        .as_ref()
        .map_or_else(Vec::new, |node| {
            let entries = node.entries().iter();
            entries
                .map(|entry| entry.key.trim().to_lowercase())
                .collect()
        });
    let channels = (0..)
        .zip(&settings.channels)
        .map(|(index, channel)| Channel {
            index,
            doors: doors(known, channel, &accounts, diagnostics),
        })
        .collect();
    Some(Community {
        channels,
        joins: joins(known),
    })
}

/// A page of the site's own wins; what is in its place another way (an alias, a file) too.
fn joins(known: &Known<'_>) -> Vec<Join> {
    let pages = known.pages.iter().map(|page| page.output.as_str());
    let sections = &known.sections.addresses;
    let sections = sections.iter().map(|address| address.output.as_str());
    let redirects = known.redirects.iter();
    let redirects = redirects.map(|(redirect, _, _)| redirect.output.as_str());
    let files = known.assets.iter().chain(known.statics);
    let files = files.map(|file| file.output.as_str());
    let lists = known.lists.iter();
    let lists = lists.map(|list| list.folder.trim_end_matches('/').to_lowercase());
    let taken: HashSet<String> = pages
        .chain(sections)
        .chain(redirects)
        .chain(files)
        .map(|output| key(output).to_lowercase())
        .chain(lists)
        .collect();
    let config = known.config;
    (0..)
        .zip(&config.languages)
        .map(|(language, own)| {
            let folder = match own.prefix.as_str() {
                "" => JOIN.to_owned(),
                prefix => format!("{prefix}/{JOIN}"),
            };
            if let Some(page) = own_page(known.pages, language) {
                return Join {
                    url: page.url.clone(),
                    made: None,
                };
            }
            Join {
                url: format!("{}/{folder}/", config.base_path),
                made: (!taken.contains(&folder)).then(|| format!("{folder}/index.html")),
            }
        })
        .collect()
}

/// The site's own page of a language that is called `join`, wherever its address is.
fn own_page(pages: &[Page], language: LanguageId) -> Option<&Page> {
    pages.iter().find(|page| {
        page.language == language
            && page.slug == JOIN
            && page.source.section.is_empty()
            && page.source.kind == Kind::Page
    })
}

fn doors(
    known: &Known<'_>,
    channel: &settings::Channel,
    accounts: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Door> {
    let mut sources: Vec<&str> = accounts.iter().map(String::as_str).collect();
    for source in &channel.sources {
        if !sources.contains(&source.name.as_str()) {
            sources.push(&source.name);
        }
    }
    tell_expired(known, &channel.target, &channel.name, None, diagnostics);
    let mut doors = vec![door(known, channel, None, diagnostics)];
    for name in sources {
        let source = channel.source(name);
        if source.is_some_and(|source| source.hidden) {
            continue;
        }
        if let Some(source) = source {
            tell_expired(
                known,
                &source.target,
                &channel.name,
                Some(name),
                diagnostics,
            );
        }
        doors.push(door(known, channel, Some(name), diagnostics));
    }
    doors
}

fn tell_expired(
    known: &Known<'_>,
    target: &Target,
    channel: &str,
    source: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some((until, place)) = &target.expires else {
        return;
    };
    if *until > known.now {
        return;
    }
    let whose = source.map_or_else(String::new, |source| format!(" for `{source}`"));
    let led = if source.is_some() {
        "until then readers take the channel's general way"
    } else {
        "until then readers are led to the join page"
    };
    let day = until.to_zoned(known.config.timezone.clone());
    diagnostics.push(
        Diagnostic::new(
            Mistake::ExpiredInvite,
            format!(
                "the invitation to the channel `{channel}`{whose} ended on {}",
                day.strftime("%Y-%m-%d %H:%M")
            ),
        )
        .at(place.clone())
        .hint(format!("get a new one and write it here; {led}")),
    );
}

fn door(
    known: &Known<'_>,
    channel: &settings::Channel,
    source: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Door {
    let config = known.config;
    let mut folder = format!("{DOORS}/{}/", channel.name);
    if let Some(source) = source {
        folder.push_str(source);
        folder.push('/');
    }
    let url = format!("{}/{folder}", config.base_path);
    let own = source
        .and_then(|name| channel.source(name))
        .map(|source| &source.target)
        .filter(|target| target.works(known.now));
    let general = Some(&channel.target).filter(|target| target.works(known.now));
    let Some(target) = own.or(general) else {
        return Door {
            source: source.map(str::to_owned),
            url,
            folder,
            leads: Leads::Closed,
            code: DoorCode::None,
        };
    };
    let code = match (&target.code, &target.url) {
        (Some(Code::Picture(written)), _) => {
            match picture_of(known, &written.text) {
                Some(picture) => DoorCode::Picture(picture),
                None => {
                    // Told once, not for every account.
                    if own.is_some() || source.is_none() {
                        diagnostics.push(
                            Diagnostic::new(
                                Mistake::MissingImage,
                                format!("the picture `{}` does not exist", written.text),
                            )
                            .at(written.place.clone())
                            .hint("put it into `static/`, and write its path from there"),
                        );
                    }
                    DoorCode::None
                }
            }
        }
        (Some(Code::Text(written)), _) => made(
            &written.text,
            &written.place,
            own.is_some() || source.is_none(),
            diagnostics,
        ),
        (None, Some(written)) => {
            let site = config.url.strip_suffix(&config.base_path);
            let address = format!("{}{url}", site.unwrap_or(&config.url));
            let road = Road {
                source: source.unwrap_or(SITE),
                medium: CODE,
                campaign: JOIN,
                label: &channel.name,
            };
            let text = tracked(&address, &road);
            made(
                &text,
                &written.place,
                own.is_some() || source.is_none(),
                diagnostics,
            )
        }
        (None, None) => DoorCode::None,
    };
    Door {
        source: source.map(str::to_owned),
        url,
        folder,
        leads: match &target.url {
            Some(url) => Leads::To(url.text.clone()),
            None => Leads::Shown,
        },
        code,
    }
}

fn made(text: &str, place: &Place, tell: bool, diagnostics: &mut Vec<Diagnostic>) -> DoorCode {
    if text.len() <= LONGEST_CODE {
        return DoorCode::Made(text.to_owned());
    }
    if tell {
        diagnostics.push(
            Diagnostic::new(
                Mistake::LongCode,
                format!(
                    "the QR code would hold {} bytes; phones read at most {LONGEST_CODE}",
                    text.len()
                ),
            )
            .at(place.clone())
            .hint("use a shorter address, or save the platform's own picture and name it as `qr`"),
        );
    }
    DoorCode::None
}

/// A picture by its path below `static/` or `content/`, with or without that folder.
fn picture_of(known: &Known<'_>, written: &str) -> Option<Picture> {
    let path = written.trim_start_matches("./").trim_start_matches('/');
    let below = |folder: &str| path.strip_prefix(folder).unwrap_or(path).to_owned();
    let content = format!("{}/", known.config.content_folder);
    let is = |file: &&File, path: &str| file.path == path;
    known
        .statics
        .iter()
        .find(|file| is(file, &below("static/")))
        .or_else(|| known.assets.iter().find(|file| is(file, &below(&content))))
        .map(|file| picture::shown(file, ""))
}

/// When the next invitation ends, with the file of the settings.
pub(super) fn next_change(config: &Config, now: Timestamp) -> Option<NextChange> {
    let channels = config.community.iter().flat_map(|own| &own.channels);
    let targets = channels.flat_map(|channel| {
        let sources = channel.sources.iter().map(|source| &source.target);
        std::iter::once(&channel.target).chain(sources)
    });
    let (at, place) = targets
        .filter_map(|target| target.expires.as_ref())
        .filter(|(until, _)| *until > now)
        .min_by_key(|(until, _)| *until)?;
    Some(NextChange {
        at: *at,
        file: Arc::clone(&place.file),
        what: Happening::Expires,
    })
}
