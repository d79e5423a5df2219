//! `guidepost check`: everything but writing, unless a report is asked for.

use super::view::View;
use super::{End, args, build, ci, external, settings};
use crate::deploy::target;
use crate::diag;
use crate::memo::Memo;
use crate::output::Discard;
use crate::publishing;
use anyhow::Context as _;
use std::path::Path;
use std::time::Instant;

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Check) -> anyhow::Result<End> {
    let started = Instant::now();
    let root = settings::root(root)?;
    let options = settings::options(&root, &words.selection)?;
    let progress = view.progress("checking …");
    let mut memo = Memo::reading(&root);
    let (mut built, outputs) = memo.during(|memo| {
        let sink = Discard::default();
        let built = crate::build::run(&root, &options, memo, &sink)?;
        Ok((built, sink.outputs()))
    })?;
    view.notes(memo.notes());
    drop(progress);
    built
        .diagnostics
        .extend(publishing::check(&root, &options)?);
    if let Some(config) = settings::config(&root) {
        let (_, found) = target::read(&config);
        built.diagnostics.extend(config.checks.apply(found));
    }
    diag::sort(&mut built.diagnostics);
    if words.external {
        let progress = view.progress(&format!("asking {} addresses …", built.external.len()));
        let found = external::check(&built.external)?;
        drop(progress);
        let levels = settings::config(&root).map(|config| config.checks);
        built
            .diagnostics
            .extend(levels.unwrap_or_default().apply(found));
        diag::sort(&mut built.diagnostics);
    }
    if let Some(file) = &words.code_quality {
        let report = diag::code_quality(&built.diagnostics, &ci::below(&root));
        std::fs::write(file, report)
            .with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    view.diagnostics(&root, &built.diagnostics)?;
    let mut summary = build::summary("check", &root, &built);
    summary.outputs = outputs;
    summary.seconds = started.elapsed().as_secs_f64();
    view.summary(&summary)?;
    Ok(End::of(summary.errors))
}
