//! `guidepost new`: a page with the fields of its kind, commented.

use super::view::View;
use super::{End, args, digest, settings};
use crate::config::Config;
use crate::content::Kind;
use crate::diag::did_you_mean;
use anyhow::Context as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

const UNREADABLE: &str = "`site.yaml` cannot be read; `guidepost check` says why";

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::New) -> anyhow::Result<End> {
    let root = settings::root(root)?;
    let kind = read_kind(&words.kind)?;
    if let Some(slug) = &words.slug {
        check_slug(slug)?;
    }
    let config = settings::config(&root);
    let (language, suffix) = language(config.as_ref(), words.lang.as_deref())?;
    let content = config
        .as_ref()
        .map_or("content", |config| config.content_folder.as_str());
    let folder = match kind {
        Kind::Page => content.to_owned(),
        _ => format!("{content}/{}", kind.plural()),
    };
    let zone = config
        .as_ref()
        .map_or(TimeZone::UTC, |config| config.timezone.clone());
    let now = settings::moment(&root, words.date.as_deref())?;
    let today = now.to_zoned(zone).date();
    let (slug, text, what) = if kind == Kind::Digest {
        let config = config.as_ref().context(UNREADABLE)?;
        let draft = digest::draft(&root, words, config, language)?;
        let pages = if draft.pages == 1 { "page" } else { "pages" };
        let what = format!("with {} new {pages} ({}); ", draft.pages, draft.period);
        let text = digest_page(&draft, today);
        (words.slug.clone().unwrap_or(draft.slug), text, what)
    } else {
        anyhow::ensure!(
            words.since.is_none() && words.period.is_none(),
            "`--since` and `--period` are for a digest, which collects pages"
        );
        let slug = words.slug.clone().with_context(|| {
            let kind = kind.as_str();
            format!("the page needs a name: `guidepost new {kind} senior-welder`")
        })?;
        let text = page(kind, &slug, today);
        let what = match kind {
            Kind::Job => "name its company, then ",
            _ => "",
        };
        (slug, text, what.to_owned())
    };
    let path = format!("{folder}/{slug}{suffix}.md");
    fs::create_dir_all(root.join(&folder)).with_context(|| format!("cannot make `{folder}`"))?;
    match File::create_new(root.join(&path)) {
        Ok(mut file) => file
            .write_all(text.as_bytes())
            .with_context(|| format!("cannot write `{path}`"))?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            anyhow::bail!("`{path}` is already there, and nothing is overwritten");
        }
        Err(error) => return Err(error).with_context(|| format!("cannot write `{path}`")),
    }
    let draft = if kind == Kind::Digest {
        "a draft"
    } else {
        "a draft;"
    };
    view.say(&format!(
        "wrote {path}, {draft} {what}`guidepost serve --drafts` shows it"
    ));
    Ok(End::Fine)
}

fn read_kind(word: &str) -> anyhow::Result<Kind> {
    let names = Kind::ALL.map(Kind::as_str);
    Kind::from_word(&word.to_ascii_lowercase()).with_context(|| {
        let hint = did_you_mean(word, names)
            .unwrap_or_else(|| format!("the kinds are {}", names.join(", ")));
        format!("there is no kind `{word}`; {hint}")
    })
}

/// The slug becomes a file name, so it may not lead anywhere or mean anything else.
fn check_slug(slug: &str) -> anyhow::Result<()> {
    let fits = !slug.is_empty()
        && slug.len() <= 200
        && !slug.starts_with(['.', '_', '-'])
        && slug
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '~' | '.'));
    anyhow::ensure!(
        fits && !slug.contains('.'),
        "`{}` cannot be a file name and a part of a URL; use letters, digits and `-`, such as \
         `senior-welder`",
        slug.escape_debug()
    );
    Ok(())
}

/// The language, and what tells it in a file name: nothing for the site's first one.
fn language(config: Option<&Config>, lang: Option<&str>) -> anyhow::Result<(usize, String)> {
    let Some(lang) = lang else {
        return Ok((0, String::new()));
    };
    let config = config.context(UNREADABLE)?;
    let tags = config
        .languages
        .iter()
        .map(|language| language.tag.as_str());
    match config.language(lang) {
        Some(0) => Ok((0, String::new())),
        Some(index) => Ok((index, format!(".{}", config.languages[index].tag))),
        None => {
            let all: Vec<&str> = tags.clone().collect();
            let hint =
                did_you_mean(lang, tags).unwrap_or_else(|| format!("it has {}", all.join(", ")));
            anyhow::bail!("`site.yaml` lists no language `{lang}`; {hint}")
        }
    }
}

fn page(kind: Kind, slug: &str, today: Date) -> String {
    let title = slug.replace(['-', '_'], " ");
    let dated = match kind {
        Kind::Page => String::new(),
        _ => format!("date: {today}\n"),
    };
    let own = own_fields(kind);
    format!(
        "---\ntitle: {title:?}\n{dated}draft: true              # take this line out to publish\n\
         {own}{COMMON}---\n\nThe text begins here.\n"
    )
}

fn digest_page(draft: &digest::Draft, today: Date) -> String {
    let digest::Draft {
        title,
        period,
        body,
        ..
    } = draft;
    format!(
        "---\ntitle: {title:?}\ndate: {today}\ndraft: true              # take this line out to \
         publish\nperiod: {period}         # a week, a month (2026-01), or two days \
         (2026-01-01/2026-01-15)\nlisted: true             # the text names the pages; without \
         this line the site lists them below it\n{COMMON}---\n\n{body}"
    )
}

/// Fields of every kind that authors use most.
const COMMON: &str = "\
# summary: One or two sentences for lists, feeds and search results
# tags: [one, two]
# authors: [Name]
# cover: cover.jpg         # beside this file, or a path from static/
# updated: 2026-12-24      # day of the last real change
# aliases: [/old/path/]    # old addresses that lead here
";

fn own_fields(kind: Kind) -> &'static str {
    match kind {
        Kind::Article => {
            "\
# pillar: companies        # companies, hiring, environment, policy, pitfalls, resources
# companies: [acme]        # company pages that the text is about
# policies: [housing]      # policy pages
# series: Moving back
"
        }
        Kind::Company => {
            "\
# name: Acme Ltd.          # official name, if it is not the title
# city: Yunlan
# district: Riverside
# industry: [machinery]
# size: 50-200             # people
# stage: Series A
# founded: 2012
# website: https://acme.example
# careers_url: https://acme.example/jobs
# address: 1 Harbour Road
# geo: [30.0, 120.0]       # latitude, longitude
# verified_on: 2026-12-24  # day on which somebody last checked this
# pros: [pays on time]
# cons: [far from the metro]
"
        }
        Kind::Job => {
            "\
company: your-company      # a company page, by its slug
# employment_type: full-time   # part-time, contractor, intern …
# remote: false
# city: Yunlan
# salary: { min: 8000, max: 12000, currency: CNY, period: month, months: 13 }
# valid_through: 2026-12-31    # the page leaves the lists after this day
# apply_url: https://acme.example/jobs/1
# referral: ask us
# policies: [housing]
"
        }
        Kind::Policy => {
            "\
# issuer: Talent Office
# document_number: No. 12 (2026)
# region: Yunlan
# effective_from: 2026-01-01
# effective_until: 2028-12-31  # a banner is shown after this day
# deadline: 2026-12-31         # last day to apply; stands in the calendar
# amount: up to 3,000 a month
# source_url: https://city.example/12
# checked_on: 2026-12-24
"
        }
        Kind::Event => {
            "\
start: 2030-01-01 19:00    # when it begins, in the site's time zone
# end: 2030-01-01 21:00
# place: Harbour Library
# address: 1 Harbour Road
# online_url: https://meet.example/1
# capacity: 40
# signup_url: https://forms.example/1
# host: acme               # a company page, or a name
# speakers: [Name]
# status: scheduled        # postponed, cancelled, done
# recap: What happened, written afterwards
"
        }
        Kind::Digest | Kind::Page => "",
    }
}
