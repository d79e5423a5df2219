//! What a new digest says before a person edits it: takes the site, a language and a period,
//! gives the period and a text that names the site's new pages by kind. An empty digest is
//! refused.

use super::{args, settings};
use crate::build;
use crate::config::Config;
use crate::content::{Kind, date, period};
use crate::memo::Memo;
use crate::render::PageTexts;
use crate::render::theme::Theme;
use crate::site::{self, LanguageId, PageId, Site};
use anyhow::Context as _;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// Days of the first digest of a site, unless the person says.
const FIRST: i64 = 7;

/// A digest before it is edited.
pub(super) struct Draft {
    /// Name of its file, unless the person gives one.
    pub(super) slug: String,
    /// Its title.
    pub(super) title: String,
    /// Its period as the front matter says it.
    pub(super) period: String,
    /// Its text.
    pub(super) body: String,
    /// How many pages it names.
    pub(super) pages: usize,
}

/// First day, last day, and how they are written.
struct Span {
    from: Date,
    last: Date,
    label: String,
}

/// Collects the pages and writes the draft.
///
/// # Errors
/// When there are no pages to tell of, or the period cannot be read.
pub(super) fn draft(
    root: &Path,
    words: &args::New,
    config: &Config,
    language: usize,
) -> anyhow::Result<Draft> {
    let now = settings::moment(root, words.date.as_deref())?;
    let options = build::Options {
        now,
        drafts: false,
        future: false,
        base_url: None,
        to_come: false,
        timings: Arc::default(),
    };
    let resolved = build::resolve(root, &options, &Memo::none())?;
    let (Some(site), Some(theme)) = (resolved.site, resolved.theme) else {
        anyhow::bail!("the site cannot be read; `guidepost check` says why");
    };
    let own = LanguageId::try_from(language).unwrap_or_default();
    let zone = &config.timezone;
    let span = span(words, &site, own, zone, now)?;
    let instant = |day: Date| Ok::<_, jiff::Error>(day.to_zoned(zone.clone())?.timestamp());
    let pages = site::collect(
        &site,
        own,
        instant(span.from)?,
        instant(span.last.tomorrow()?)?,
    );
    if pages.is_empty() {
        return Err(nothing(&site, own, &span, zone));
    }
    let word = theme.word(language, "kind_digest").unwrap_or("Digest");
    Ok(Draft {
        slug: slug(&span),
        title: format!("{word} {}", span.label.replace('/', " – ")),
        body: body(&site, &theme, language, &pages),
        pages: pages.len(),
        period: span.label,
    })
}

/// The period that is asked for, else what lies between the last digest and today.
fn span(
    words: &args::New,
    site: &Site,
    language: LanguageId,
    zone: &TimeZone,
    now: Timestamp,
) -> anyhow::Result<Span> {
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    let today = day(now);
    if let Some(label) = &words.period {
        let (from, until) = period::parse(label, zone).with_context(|| {
            format!(
                "`--period {label}` is no period; write a month `2026-10`, a week `2026-W41` or \
                 `2026-10-01/2026-10-15`"
            )
        })?;
        return Ok(Span {
            from: day(from),
            last: day(until).yesterday()?,
            label: label.clone(),
        });
    }
    let from = match &words.since {
        Some(text) => match date::parse(text, zone) {
            Ok(moment) => day(moment.at),
            Err(_) => anyhow::bail!("`--since {text}` is no date; write it as `2026-12-24`"),
        },
        None => match site::last_digest(site, language) {
            Some(last) => {
                let from = day(last.until);
                anyhow::ensure!(
                    from <= today,
                    "the last digest, of {}, reaches to {}; `--since` or `--period` names another \
                     time",
                    last.label,
                    from.yesterday()?
                );
                from
            }
            None => today.checked_sub((FIRST - 1).days())?,
        },
    };
    anyhow::ensure!(
        from <= today,
        "`--since {from}` is still to come; today is {today}"
    );
    Ok(Span {
        from,
        last: today,
        label: label(from, today)?,
    })
}

/// A whole week or month is called by its name.
fn label(from: Date, last: Date) -> anyhow::Result<String> {
    let week = from.iso_week_date();
    Ok(
        if from.weekday() == Weekday::Monday && last == from.checked_add(6.days())? {
            format!("{}-W{:02}", week.year(), week.week())
        } else if from.day() == 1 && last == from.last_of_month() {
            format!("{}-{:02}", from.year(), from.month())
        } else {
            format!("{from}/{last}")
        },
    )
}

/// A date at the beginning of a name would be taken for the page's, so a span of days is called
/// by its last one.
fn slug(span: &Span) -> String {
    match span.label.split_once('/') {
        None => span.label.to_lowercase(),
        Some(_) => format!("digest-{}", span.last),
    }
}

/// Says that nothing is new, and where the newest page lies.
fn nothing(site: &Site, language: LanguageId, span: &Span, zone: &TimeZone) -> anyhow::Error {
    let all = site::collect(site, language, Timestamp::MIN, site.now);
    let newest = all.first().and_then(|page| site.pages.get(*page as usize));
    let newest = newest.and_then(|page| page.date);
    let hint = match newest {
        Some(date) => {
            let day = date.at.to_zoned(zone.clone()).date();
            format!("the newest page is of {day}: `--since {day}` begins there")
        }
        None => "no page but plain ones has a date yet".to_owned(),
    };
    let tag = site
        .config
        .languages
        .get(usize::from(language))
        .map_or("", |language| language.tag.as_str());
    anyhow::anyhow!(
        "nothing was published in {tag} from {} to {}, and an empty digest is not made; {hint}",
        span.from,
        span.last
    )
}

fn body(site: &Site, theme: &Theme, language: usize, pages: &[PageId]) -> String {
    let texts = PageTexts::new(site, theme);
    let mut body = String::from("<!-- One or two sentences first: what matters most? -->\n");
    for kind in Kind::ALL {
        let of_kind = pages
            .iter()
            .filter_map(|id| Some((*id, site.pages.get(*id as usize)?)))
            .filter(|(_, page)| page.kind == kind);
        let mut entries = String::new();
        for (id, page) in of_kind {
            let path = format!("../{}", page.source.file.path);
            let path = if path.contains([' ', '(', ')']) {
                format!("<{path}>")
            } else {
                path
            };
            let _ = write!(entries, "- [{}]({path})", escaped(&page.source.title));
            let summary = texts.summary(id);
            if !summary.is_empty() {
                let _ = write!(entries, ": {}", escaped(&summary));
            }
            entries.push('\n');
        }
        if !entries.is_empty() {
            let heading = theme.word(language, kind.plural()).unwrap_or(kind.plural());
            let _ = write!(body, "\n## {heading}\n\n{entries}");
        }
    }
    body
}

/// Text that markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '~' | '$') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
