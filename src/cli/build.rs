//! `guidepost build`: content → public/.

use super::view::{NextChange, Summary, View};
use super::{End, args, settings, timings};
use crate::build::inputs::{self, Inputs};
use crate::build::{self, Built, Options};
use crate::diag;
use crate::memo::Memo;
use crate::output::{Committed, Stage};
use crate::timing::Timings;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Folders of the site that a build reads beside the content.
const SOURCES: [&str; 4] = ["data", "themes", "templates", "static"];

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Build) -> anyhow::Result<End> {
    let started = Instant::now();
    let root = settings::root(root)?;
    let out = match &words.out {
        Some(out) => out.clone(),
        None => root.join("public"),
    };
    refuse_sources(&root, &out)?;
    view.detail(&format!(
        "building `{}` into `{}`",
        root.display(),
        out.display()
    ));
    let mut options = settings::options(&root, &words.selection)?;
    options.base_url = words
        .base_url
        .as_deref()
        .map(settings::base_url)
        .transpose()?;
    let timings = if words.timings {
        Arc::new(Timings::on())
    } else {
        Arc::default()
    };
    options.timings = Arc::clone(&timings);
    let progress = view.progress("building …");
    let content = content_folder(&root);
    let open = || match words.no_cache {
        true => Memo::fleeting(&root),
        false => Memo::open(&root),
    };
    let (mut memo, mut found) = timings.stage("look", || {
        rayon::join(open, || inputs::look(&root, &content))
    });
    let done = memo.during(|memo| {
        let found = found.take().or_else(|| inputs::look(&root, &content));
        let inputs = found.and_then(|found| found.at(memo.moment()));
        once(&root, &out, &options, inputs.as_ref(), memo)
    })?;
    if done.changed {
        timings.stage("save", || memo.save());
    }
    drop(progress);
    view.notes(memo.notes());
    // The process ends soon: the system takes the memory of all pages back at once, piece by
    // piece it takes longer than reading them.
    std::mem::forget(memo);
    let Done {
        built, committed, ..
    } = done;
    view.diagnostics(&root, &built.diagnostics)?;
    let mut summary = summary("build", &root, &built);
    if let Some(committed) = committed {
        view.notes(committed.notes);
        summary.outputs = committed.outputs;
        summary.written = committed.written;
        summary.removed = committed.removed;
    }
    let whole = started.elapsed();
    summary.seconds = whole.as_secs_f64();
    if words.timings {
        timings::print(view, &timings, whole)?;
    }
    view.summary(&summary)?;
    Ok(End::of(summary.errors))
}

/// What one build came to.
struct Done {
    built: Built,
    /// None when mistakes forbade it.
    committed: Option<Committed>,
    /// Whether there is anything new to remember.
    changed: bool,
}

fn once(
    root: &Path,
    out: &Path,
    options: &Options,
    inputs: Option<&Inputs>,
    memo: &mut Memo,
) -> anyhow::Result<Done> {
    let timings = &options.timings;
    let digest = options.digest();
    let same = std::fs::canonicalize(out)
        .ok()
        .zip(inputs)
        .and_then(|(out, inputs)| {
            timings.stage("compare", || {
                memo.same(digest, inputs.digest(), options.now, &out)
            })
        });
    if let Some((outcome, outputs)) = same {
        let committed = Committed {
            outputs,
            ..Committed::default()
        };
        return Ok(Done {
            built: Built::from_outcome(outcome),
            committed: Some(committed),
            changed: false,
        });
    }
    let mut stage = timings.stage("stage", || Stage::open(out))?;
    stage.know(memo.outputs(stage.out()));
    let built = build::run_after(root, options, inputs, memo, &stage)?;
    // What a broken store gave may not be published.
    if built.failed() || memo.is_broken() {
        return Ok(Done {
            built,
            committed: None,
            changed: true,
        });
    }
    let out = stage.out().to_path_buf();
    let mut committed = timings.stage("commit", || stage.commit())?;
    memo.keep_outputs(&out, std::mem::take(&mut committed.records));
    Ok(Done {
        built,
        committed: Some(committed),
        changed: true,
    })
}

/// The figures of a build, outputs and time aside.
pub(super) fn summary(command: &'static str, root: &Path, built: &Built) -> Summary {
    let (errors, warnings) = diag::count(&built.diagnostics);
    let next_change = built.next_change.as_ref().map(|change| {
        let zone = settings::config(root).map_or(TimeZone::UTC, |config| config.timezone);
        let local = change.at.to_zoned(zone);
        NextChange {
            shown: local.strftime("%Y-%m-%d %H:%M %:z").to_string(),
            at: local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            file: change.file.to_string(),
            what: change.what.as_str(),
        }
    });
    Summary {
        command,
        files: built.tally.files,
        pages: built.pages,
        skipped: built.tally.skipped,
        drafts: built.tally.drafts,
        future: built.tally.future,
        errors,
        warnings,
        next_change,
        ..Summary::default()
    }
}

fn content_folder(root: &Path) -> String {
    settings::config(root).map_or_else(|| "content".to_owned(), |config| config.content_folder)
}

/// An output folder that holds the site or lies in its sources would mix the two, or be read
/// by the next build.
fn refuse_sources(root: &Path, out: &Path) -> anyhow::Result<()> {
    let content = content_folder(root);
    let root = resolved(root);
    let target = resolved(out);
    anyhow::ensure!(
        !root.starts_with(&target),
        "`--out {}` is the folder of the site itself or one above it; name a folder of its own",
        out.display()
    );
    for source in SOURCES.into_iter().chain([content.as_str()]) {
        anyhow::ensure!(
            !target.starts_with(resolved(&root.join(source))),
            "`--out {}` lies in `{source}/`, which the build reads; name another folder",
            out.display()
        );
    }
    Ok(())
}

/// The path with links followed as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    for folder in absolute.ancestors() {
        if let (Ok(found), Ok(rest)) =
            (std::fs::canonicalize(folder), absolute.strip_prefix(folder))
        {
            return found.join(rest);
        }
    }
    absolute
}
