//! What several commands need to know first: where the site is, its settings, and the moment
//! of the build.

use super::args::Selection;
use crate::build::Options;
use crate::config::{self, Config};
use crate::content::date;
use anyhow::Context as _;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the file that makes a folder a site.
pub(super) const SETTINGS: &str = "site.yaml";

/// The folder of the site: the given one, else the nearest with `site.yaml` upwards.
///
/// # Errors
/// When there is none.
pub(super) fn root(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(given) = given {
        anyhow::ensure!(
            given.join(SETTINGS).is_file(),
            "`{}` has no `{SETTINGS}`; `guidepost init {}` writes an example site",
            given.display(),
            given.display()
        );
        return Ok(given.to_path_buf());
    }
    let here = std::env::current_dir().context("cannot tell the current folder")?;
    let found = here
        .ancestors()
        .find(|folder| folder.join(SETTINGS).is_file());
    match found {
        Some(folder) => Ok(folder.to_path_buf()),
        None => anyhow::bail!(
            "no `{SETTINGS}` here or in a folder above; `guidepost init DIR` writes an example \
             site, `--root DIR` names the folder of yours"
        ),
    }
}

/// The settings, if they can be read; what is wrong with them is for the build to report.
pub(super) fn config(root: &Path) -> Option<Config> {
    let text = std::fs::read_to_string(root.join(SETTINGS)).ok()?;
    config::parse(&SETTINGS.into(), &text).0
}

/// The build's options out of the words of the command line.
///
/// # Errors
/// When `--date` is no date.
pub(super) fn options(root: &Path, selection: &Selection) -> anyhow::Result<Options> {
    Ok(Options {
        now: moment(root, selection.date.as_deref())?,
        drafts: selection.drafts,
        future: selection.future,
        base_url: None,
        to_come: false,
        timings: Arc::default(),
    })
}

/// The moment of a build or plan: `--date`, else now.
///
/// # Errors
/// When `--date` is no date.
pub(super) fn moment(root: &Path, text: Option<&str>) -> anyhow::Result<jiff::Timestamp> {
    let Some(text) = text else {
        return Ok(now());
    };
    let zone = config(root).map_or(TimeZone::UTC, |config| config.timezone);
    match date::parse(text, &zone) {
        Ok(moment) => Ok(moment.at),
        Err(_) => anyhow::bail!("`--date {text}` is no date; write it as `2026-12-24`"),
    }
}

/// The clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the clock is read"
)]
pub(super) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// `--base-url` without mistakes that would show up on every page.
///
/// # Errors
/// When it is not an absolute http or https address.
pub(super) fn base_url(text: &str) -> anyhow::Result<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    anyhow::ensure!(
        rest.is_some_and(|rest| !rest.is_empty()
            && !rest.starts_with('/')
            && !rest
                .contains(|c: char| c.is_whitespace() || c.is_control() || "?#\"<>\\".contains(c))),
        "`--base-url {text}` is no address; write it as `https://example.org` or \
         `https://example.org/blog`"
    );
    Ok(text.trim_end_matches('/').to_owned())
}
