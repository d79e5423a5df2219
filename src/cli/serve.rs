//! `guidepost serve`: the library's server around the library's build.

use super::view::View;
use super::{End, args, build, settings};
use crate::build::Options;
use crate::diag::{Code, Diagnostic};
use crate::output::MemoryStage;
use crate::serve::{self, Build};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs the command; it ends with the process.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Serve) -> anyhow::Result<End> {
    let root = settings::root(root)?;
    // A wrong `--date` is told before anything is bound.
    settings::options(&root, &words.selection)?;
    let bound = serve::bind(words.port)?;
    let origin = format!("http://127.0.0.1:{}", bound.port);
    let mut shown = false;
    let build = || match once(view, &root, words, &origin, shown) {
        Ok(build) => {
            shown |= build.good;
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
        if words.open && !open(&address) {
            view.note("no browser could be opened; go to the address above");
        }
    };
    serve::run(bound, &root, build, ready)?;
    Ok(End::Fine)
}

/// One build. `shown` says whether an earlier one can be seen, for the case that this fails.
fn once(
    view: &View,
    root: &Path,
    words: &args::Serve,
    origin: &str,
    shown: bool,
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
    let sink = MemoryStage::default();
    let progress = view.progress("building …");
    let built = crate::build::run(root, &options, &sink)?;
    drop(progress);
    let files = sink.into_files();
    view.diagnostics(root, &built.diagnostics)?;
    let mut summary = build::summary("serve", root, &built);
    summary.outputs = files.len();
    summary.seconds = started.elapsed().as_secs_f64();
    summary.shown = shown;
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
