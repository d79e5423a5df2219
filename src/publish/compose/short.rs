//! Short posts: an account's template filled for one page, and brought within the limits.
//!
//! What gives way, in this order: the end of the summary, the hashtags, the facts, the end of
//! the title, at last the way into the community. The link never does.

use super::{cut, hashtag};
use crate::diag::{Code, Diagnostic, Place};
use crate::platform::Capabilities;
use crate::platform::capability::{Limit, Links, Markup};
use crate::platform::counting::count;
use crate::platform::rich::{self, Rich};
use crate::publish::account::Account;
use tera::{Context, ErrorKind, Kwargs, State, Tera, TeraResult};

/// The usual text of a post. Empty parts leave no empty lines behind.
const USUAL: &str = "{{ title | bold }}\n{{ facts }}\n\n{{ summary }}\n\n{{ link }}\n{{ call }}\n\n{{ hashtags }}\n{{ mentions }}";
/// Name under which the engine knows the template.
const NAME: &str = "post";
/// A text that the page gives itself; the road and the tags follow it.
const OWN: &str = "own";
const OWN_TEXT: &str = "{{ summary }}\n\n{{ link }}\n{{ call }}\n\n{{ hashtags }}";
/// Shortest beginning of a summary that is worth showing, in the platform's unit.
const SHORTEST_SUMMARY: usize = 24;

/// A compiled template.
pub(super) struct Template {
    tera: Tera,
    place: Option<Place>,
}

/// What a template may show.
pub(super) struct Values<'a> {
    pub(super) title: &'a str,
    pub(super) summary: &'a str,
    pub(super) link: &'a str,
    pub(super) canonical: &'a str,
    pub(super) tags: &'a [String],
    pub(super) facts: &'a [String],
    pub(super) kind: &'a str,
    pub(super) lang: &'a str,
    pub(super) site: &'a str,
    pub(super) authors: &'a [String],
    /// The page's own text for this account; the link and the hashtags follow it.
    pub(super) own: Option<&'a str>,
    /// The way into the community, with marks; may be empty.
    pub(super) call: &'a str,
}

/// A filled template.
pub(super) struct Filled {
    pub(super) rich: Rich,
    pub(super) length: usize,
    pub(super) shortened: bool,
}

/// Why there is no post.
pub(super) enum Trouble {
    /// The template cannot be filled.
    Template(Box<Diagnostic>),
    /// Not even the shortest form fits.
    TooLong(String),
}

impl Template {
    /// Compiles the account's template, or the usual one.
    pub(super) fn compile(account: &Account) -> Result<Self, Box<Diagnostic>> {
        let place = account
            .template
            .as_ref()
            .map(|template| Place::at("site.yaml", template.position));
        let text = account
            .template
            .as_ref()
            .map_or(USUAL, |template| &template.text);
        let mut tera = Tera::new();
        tera.register_filter("bold", |text: &str, _: Kwargs, _: &State| -> String {
            rich::bold(text)
        });
        tera.register_filter(
            "link",
            |text: &str, arguments: Kwargs, _: &State| -> TeraResult<String> {
                Ok(rich::link(text, arguments.must_get::<&str>("url")?))
            },
        );
        tera.register_filter("hashtag", |text: &str, _: Kwargs, _: &State| -> String {
            hashtag::hashtag(text).map_or_else(String::new, |tag| format!("#{tag}"))
        });
        let mut template = Self { tera, place };
        template
            .tera
            .add_raw_templates([(NAME, text), (OWN, OWN_TEXT)])
            .map_err(|error| template.mistake(&error, account))?;
        Ok(template)
    }

    fn mistake(&self, error: &tera::Error, account: &Account) -> Box<Diagnostic> {
        let message = match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                report.message().trim().trim_end_matches('.').to_owned()
            }
            _ => error.to_string(),
        };
        let mut diagnostic = Diagnostic::new(
            Code::TemplateError,
            format!("the template of the account `{}`: {message}", account.name),
        );
        if let Some(place) = &self.place {
            diagnostic = diagnostic.at(place.clone());
        }
        Box::new(diagnostic)
    }

    /// Fills the template within the limits.
    pub(super) fn fill(
        &self,
        values: &Values<'_>,
        account: &Account,
        capabilities: &Capabilities,
    ) -> Result<Filled, Trouble> {
        let unit = capabilities.text.unit;
        let measure = |text: &str| count(text, unit);
        let facts = values.facts.join(" · ");
        let tags: Vec<String> = values
            .tags
            .iter()
            .filter_map(|tag| hashtag::hashtag(tag))
            .take(account.hashtags)
            .map(|tag| format!("#{tag}"))
            .collect();
        let mut parts = Parts {
            title: values.title.to_owned(),
            summary: values.own.unwrap_or(values.summary).to_owned(),
            facts,
            hashtags: tags.join(" "),
            call: values.call.to_owned(),
        };
        let mut shortened = false;
        // Each round gives up one more thing; the first that fits is the post.
        for round in 0..5 {
            match round {
                1 => parts.hashtags.clear(),
                2 => parts.facts.clear(),
                3 | 4 => {
                    if round == 4 {
                        parts.call.clear();
                    }
                    let bare = Parts {
                        title: String::new(),
                        summary: String::new(),
                        ..parts.clone()
                    };
                    let without = self.render(values, &bare, account, capabilities)?;
                    let room = room(&without, capabilities);
                    parts.title = cut::fit(values.title, room, measure);
                }
                _ => {}
            }
            shortened |= round > 0;
            let rich = self.render(values, &parts, account, capabilities)?;
            if fits(&rich, capabilities) {
                return Ok(finished(rich, capabilities, shortened));
            }
            let bare = Parts {
                summary: String::new(),
                ..parts.clone()
            };
            let without = self.render(values, &bare, account, capabilities)?;
            let mut room = room(&without, capabilities);
            // The blank lines around a summary count too, and a template may say it twice.
            while room >= SHORTEST_SUMMARY.min(measure(&parts.summary)) && room > 0 {
                let tried = Parts {
                    summary: cut::fit(&parts.summary, room, measure),
                    ..parts.clone()
                };
                let rich = self.render(values, &tried, account, capabilities)?;
                if fits(&rich, capabilities) {
                    return Ok(finished(rich, capabilities, true));
                }
                room = room.saturating_sub(1 + room / 16);
            }
            if round >= 3 && fits(&without, capabilities) {
                return Ok(finished(without, capabilities, true));
            }
        }
        Err(Trouble::TooLong(format!(
            "its shortest form is longer than {} {}",
            capabilities.text.most,
            crate::publish::plan::unit(unit)
        )))
    }

    fn render(
        &self,
        values: &Values<'_>,
        parts: &Parts,
        account: &Account,
        capabilities: &Capabilities,
    ) -> Result<Rich, Trouble> {
        let mut context = Context::new();
        let plain = |text: &str| rich::unmarked(text);
        let link = match (capabilities.links, capabilities.markup) {
            (Links::Allowed, _) if values.own.is_some_and(|own| own.contains(values.canonical)) => {
                String::new()
            }
            (Links::Allowed, Markup::Plain | Markup::LittleText) => values.link.to_owned(),
            (Links::Allowed, _) => rich::link(&shown(values.canonical), values.link),
            (Links::OwnField | Links::Forbidden, _) => String::new(),
        };
        let said = format!("{} {} {}", values.title, values.summary, parts.facts);
        let mentions: Vec<String> = account
            .mentions
            .iter()
            .filter(|(name, _)| said.contains(name.as_str()))
            .map(|(_, handle)| rich::mention(handle))
            .collect();
        context.insert("title", &plain(&parts.title));
        context.insert("summary", &plain(&parts.summary));
        context.insert("facts", &plain(&parts.facts));
        context.insert("hashtags", &parts.hashtags);
        context.insert("tags", &values.tags);
        context.insert("mentions", &mentions.join(" "));
        context.insert("link", &link);
        context.insert("call", &parts.call);
        context.insert("url", values.link);
        context.insert("canonical", values.canonical);
        context.insert("kind", values.kind);
        context.insert("lang", values.lang);
        context.insert("site", &plain(values.site));
        context.insert("authors", &values.authors);
        let name = if values.own.is_some() { OWN } else { NAME };
        let text = self
            .tera
            .render(name, &context)
            .map_err(|error| Trouble::Template(self.mistake(&error, account)))?;
        Ok(Rich::read(&text))
    }
}

/// What may give way.
#[derive(Debug, Clone)]
struct Parts {
    title: String,
    summary: String,
    facts: String,
    hashtags: String,
    call: String,
}

/// An address as people like to read it: without scheme, the end of a long path left out.
fn shown(canonical: &str) -> String {
    let bare = canonical
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let readable = percent_encoding::percent_decode_str(bare).decode_utf8_lossy();
    let most = 40;
    match readable.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &readable[..end]),
        None => readable.into_owned(),
    }
}

fn limits(capabilities: &Capabilities) -> impl Iterator<Item = Limit> {
    std::iter::once(capabilities.text).chain(capabilities.text_too)
}

fn fits(rich: &Rich, capabilities: &Capabilities) -> bool {
    let text = rich.counted(capabilities.markup);
    limits(capabilities).all(|limit| count(&text, limit.unit) <= limit.most)
}

/// How much more fits, in the unit of the first limit; the second one is left to the trial.
fn room(rich: &Rich, capabilities: &Capabilities) -> usize {
    let text = rich.counted(capabilities.markup);
    let limit = capabilities.text;
    limit.most.saturating_sub(count(&text, limit.unit))
}

fn finished(rich: Rich, capabilities: &Capabilities, shortened: bool) -> Filled {
    Filled {
        length: count(&rich.counted(capabilities.markup), capabilities.text.unit),
        rich,
        shortened,
    }
}
