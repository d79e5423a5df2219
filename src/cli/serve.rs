//! `guidepost serve`: the library's server around the library's build.

use super::view::View;
use super::{End, args, build, desk, settings};
use crate::build::{Options, inputs};
use crate::diag::{Code, Diagnostic};
use crate::memo::Memo;
use crate::output::{MemoryStage, Outputs};
use crate::serve::{self, Build};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

/// Runs the command; it ends with the process.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Serve) -> anyhow::Result<End> {
    let root = settings::root(root)?;
    // A wrong `--date` is told before anything is bound.
    settings::options(&root, &words.selection)?;
    let bound = serve::bind(words.port)?;
    let origin = format!("http://127.0.0.1:{}", bound.port);
    let mut kept = Kept {
        memo: Memo::open(&root),
        files: Arc::default(),
        shown: false,
    };
    let build = || match once(view, &root, words, &origin, &mut kept) {
        Ok(build) => {
            // The first build may have parsed everything; later ones parse what was edited.
            if build.good && !kept.shown {
                kept.memo.save();
            }
            kept.shown |= build.good;
            build
        }
        Err(error) => {
            view.failure(&error);
            let message = format!("{error:#}").replace('\n', " ");
            Build {
                diagnostics: vec![Diagnostic::new(Code::UnreadableFile, message)],
                ..Build::default()
            }
        }
    };
    let ready = |path: &str| {
        let address = format!("{origin}{path}");
        view.say(&format!("serving {address} (Ctrl+C ends it)"));
        if desk::is_needed(&root) {
            let desk = serve::DESK;
            view.say(&format!("the desk for posts by hand: {origin}{desk}"));
        }
        if words.open && !open(&address) {
            view.note("no browser could be opened; go to the address above");
        }
    };
    let desk = desk::open(view, &root, &words.selection)?;
    serve::run(bound, &root, build, desk, ready)?;
    Ok(End::Fine)
}

/// What goes from one build to the next.
struct Kept {
    memo: Memo,
    files: Arc<Outputs>,
    /// Whether an earlier build can be seen, for the case that this one fails.
    shown: bool,
}

/// One build.
fn once(
    view: &View,
    root: &Path,
    words: &args::Serve,
    origin: &str,
    kept: &mut Kept,
) -> anyhow::Result<Build> {
    let started = Instant::now();
    // The path of the site's address stays, so that links with it work here as they will there.
    let (base_path, content_folder) = settings::config(root)
        .map(|config| (config.base_path, config.content_folder))
        .unwrap_or_default();
    let options = Options {
        base_url: Some(format!("{origin}{base_path}")),
        ..settings::options(root, &words.selection)?
    };
    let progress = view.progress("building …");
    let files = &kept.files;
    let content = match content_folder.as_str() {
        "" => "content",
        named => named,
    };
    let (built, sink) = kept.memo.during(|memo| {
        let inputs = inputs::look(root, content).and_then(|found| found.at(memo.moment()));
        let sink = MemoryStage::after(Arc::clone(files));
        let built = crate::build::run_after(root, &options, inputs.as_ref(), memo, &sink)?;
        Ok((built, sink))
    })?;
    drop(progress);
    view.notes(kept.memo.notes());
    let files = Arc::new(sink.into_outputs());
    if !built.failed() {
        kept.files = Arc::clone(&files);
    }
    view.diagnostics(root, &built.diagnostics)?;
    let mut summary = build::summary("serve", root, &built);
    summary.outputs = files.len();
    summary.seconds = started.elapsed().as_secs_f64();
    summary.shown = kept.shown;
    view.summary(&summary)?;
    Ok(Build {
        files,
        good: !built.failed(),
        diagnostics: built.diagnostics,
        base_path,
        content_folder,
    })
}

/// Asks the system to open an address.
fn open(address: &str) -> bool {
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    Command::new(program)
        .args(before)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok()
}
