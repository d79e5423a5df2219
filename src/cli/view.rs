//! Everything that is printed: takes results, writes lines for people on stderr and JSON
//! lines for machines on stdout. The one module of the program that prints.

use super::args::{Color, Format, Global};
use super::ci;
use crate::diag::{Diagnostic, Severity, print};
use anyhow::Context as _;
use std::cell::RefCell;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;

/// Where and how to print.
#[derive(Debug, Clone)]
pub(super) struct View {
    format: Format,
    color: bool,
    quiet: bool,
    verbose: bool,
    terminal: bool,
}

/// What the environment says about printing; read by the caller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    /// `NO_COLOR` is set and not empty, or the terminal is dumb.
    pub(super) no_color: bool,
    /// Inside a GitHub or Gitea workflow.
    pub(super) workflow: bool,
}

/// The last line of a command.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    /// `build`, `check` or `serve`.
    pub(super) command: &'static str,
    /// Content and data files read.
    pub(super) files: usize,
    /// Pages published.
    pub(super) pages: usize,
    /// Outputs made.
    pub(super) outputs: usize,
    /// Outputs that are new or changed.
    pub(super) written: usize,
    /// Outputs of earlier builds that are gone.
    pub(super) removed: usize,
    /// Page files left out for a mistake.
    pub(super) skipped: usize,
    /// Drafts left out.
    pub(super) drafts: usize,
    /// Future pages left out.
    pub(super) future: usize,
    /// Errors.
    pub(super) errors: usize,
    /// Warnings.
    pub(super) warnings: usize,
    /// Wall-clock time.
    pub(super) seconds: f64,
    /// Whether the local server still shows an earlier build.
    pub(super) shown: bool,
    /// When the output changes next without an edit.
    pub(super) next_change: Option<NextChange>,
}

/// See [`Summary::next_change`].
#[derive(Debug, Clone)]
pub(super) struct NextChange {
    /// In the site's time zone, for people.
    pub(super) shown: String,
    /// RFC 3339.
    pub(super) at: String,
    /// The page's file.
    pub(super) file: String,
    /// `expires` or `appears`.
    pub(super) what: &'static str,
}

impl View {
    /// Decides from options, surroundings and stderr.
    pub(super) fn new(global: &Global, surroundings: Surroundings) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let format = global.format.unwrap_or(if surroundings.workflow {
            Format::Github
        } else {
            Format::Human
        });
        let color = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !surroundings.no_color,
        };
        Self {
            format,
            color,
            quiet: global.quiet,
            verbose: global.verbose,
            terminal,
        }
    }

    /// Prints diagnostics; `root` is where their files are read for the excerpts.
    ///
    /// # Errors
    /// As [`out`].
    pub(super) fn diagnostics(
        &self,
        root: &Path,
        diagnostics: &[Diagnostic],
    ) -> anyhow::Result<()> {
        // Neighbours in the list mostly speak of one file: it is read once for all of them.
        let last: RefCell<Option<(String, Option<String>)>> = RefCell::new(None);
        let sources = |file: &str| {
            let mut last = last.borrow_mut();
            if last.as_ref().is_none_or(|(name, _)| name != file) {
                let text = std::fs::read(root.join(file))
                    .ok()
                    .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                *last = Some((file.to_owned(), text));
            }
            last.as_ref().and_then(|(_, text)| text.clone())
        };
        let below = match self.format {
            Format::Github => ci::below(root),
            Format::Human | Format::Short | Format::Json => String::new(),
        };
        let mut text = String::new();
        for diagnostic in diagnostics {
            if self.quiet && diagnostic.severity != Severity::Error {
                continue;
            }
            match self.format {
                Format::Human => {
                    text.push_str(&print::human(diagnostic, &sources, self.color));
                    text.push('\n');
                }
                Format::Short => text.push_str(&print::short(diagnostic)),
                Format::Json => text.push_str(&print::json(diagnostic)),
                Format::Github => text.push_str(&print::github(diagnostic, &below)),
            }
            text.push('\n');
        }
        if self.format == Format::Json {
            return out(&text);
        }
        err(&text);
        Ok(())
    }

    /// Prints the last line.
    ///
    /// # Errors
    /// As [`out`].
    pub(super) fn summary(&self, summary: &Summary) -> anyhow::Result<()> {
        if self.format == Format::Json {
            return out(&format!("{}\n", summary_json(summary)));
        }
        if self.quiet {
            return Ok(());
        }
        let mut text = summary_text(summary, |word, text| self.paint(word, text));
        if summary.errors == 0
            && let Some(change) = &summary.next_change
        {
            text.push_str(&format!(
                "{} {} {} on {}\n",
                self.paint("2", "next:"),
                print::visible(&change.file),
                change.what,
                change.shown
            ));
        }
        err(&text);
        Ok(())
    }

    /// Prints a sentence for people.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet && self.format != Format::Json {
            err(&format!("{text}\n"));
        }
    }

    /// Prints a sentence that people should not miss.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet && self.format != Format::Json {
            err(&format!("{} {text}\n", self.paint("1;36", "note:")));
        }
    }

    /// Prints a sentence when more detail was asked for.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose {
            self.say(text);
        }
    }

    /// Prints notes, a line each.
    pub(super) fn notes(&self, notes: impl IntoIterator<Item = String>) {
        for note in notes {
            self.note(&note);
        }
    }

    /// Prints what kept a command from its work.
    pub(super) fn failure(&self, error: &anyhow::Error) {
        let mut text = format!("{} {error}\n", self.paint("1;31", "error:"));
        for cause in error.chain().skip(1) {
            text.push_str(&format!("  {} {cause}\n", self.paint("2", "because:")));
        }
        err(&text);
    }

    /// A line that shows on a terminal that the work goes on; gone when dropped.
    pub(super) fn progress(&self, text: &str) -> Progress {
        let shown = self.terminal && !self.quiet && self.format == Format::Human;
        Progress::start(shown, text)
    }

    /// Whether machines read.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether more detail was asked for.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Asks a person; only `y` or `yes` is a yes.
    ///
    /// # Errors
    /// When nobody is there to answer.
    pub(super) fn confirm(&self, question: &str) -> anyhow::Result<bool> {
        anyhow::ensure!(
            self.terminal && std::io::stdin().is_terminal(),
            "nobody is here to agree: `--yes` sends without asking, `guidepost plan` shows what"
        );
        err(&format!("{question} [y/N] "));
        let mut answer = String::new();
        std::io::stdin()
            .read_line(&mut answer)
            .context("cannot read the answer")?;
        Ok(matches!(
            answer.trim().to_ascii_lowercase().as_str(),
            "y" | "yes" | "是" | "да"
        ))
    }

    /// Text in a terminal style, where colour is wanted.
    pub(super) fn paint(&self, style: &str, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Data for a pipe: a script, a JSON line. A reader that has gone away is no failure.
///
/// # Errors
/// When it cannot be written for another reason: the caller must not believe it was.
pub(super) fn out(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

fn err(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// See [`View::progress`].
#[derive(Debug)]
pub(super) struct Progress {
    stop: Option<std::sync::mpsc::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Progress {
    fn start(shown: bool, text: &str) -> Self {
        if !shown {
            return Self {
                stop: None,
                thread: None,
            };
        }
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let text = text.to_owned();
        let thread = std::thread::spawn(move || {
            let step = std::time::Duration::from_millis(200);
            let started = std::time::Instant::now();
            let mut drawn = false;
            while stopped.recv_timeout(step) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                err(&format!(
                    "\r\u{1b}[2K{text} {:.1} s",
                    started.elapsed().as_secs_f64()
                ));
                drawn = true;
            }
            if drawn {
                err("\r\u{1b}[2K");
            }
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn summary_json(summary: &Summary) -> serde_json::Value {
    serde_json::json!({
        "type": "summary",
        "command": summary.command,
        "files": summary.files,
        "pages": summary.pages,
        "outputs": summary.outputs,
        "written": summary.written,
        "removed": summary.removed,
        "skipped": summary.skipped,
        "drafts": summary.drafts,
        "future": summary.future,
        "errors": summary.errors,
        "warnings": summary.warnings,
        "seconds": (summary.seconds * 1000.0).round() / 1000.0,
        "next_change": summary.next_change.as_ref().map(|change| serde_json::json!({
            "at": change.at,
            "file": change.file,
            "what": change.what,
        })),
    })
}

fn summary_text(summary: &Summary, paint: impl Fn(&str, &str) -> String) -> String {
    let mistakes = match (summary.errors, summary.warnings) {
        (0, 0) => String::new(),
        (0, warnings) => paint("33", &number(warnings, "warning")),
        (errors, 0) => paint("31", &number(errors, "error")),
        (errors, warnings) => format!(
            "{}, {}",
            paint("31", &number(errors, "error")),
            paint("33", &number(warnings, "warning"))
        ),
    };
    let mut parts = vec![number(summary.files, "file"), number(summary.pages, "page")];
    if summary.errors == 0 {
        parts.push(number(summary.outputs, "output"));
    }
    let built = summary.errors == 0 && summary.command == "build";
    if built {
        parts.push(format!("{} written", summary.written));
        parts.push(format!("{} removed", summary.removed));
    }
    if summary.skipped > 0 {
        parts.push(format!("{} skipped", number(summary.skipped, "file")));
    }
    if summary.drafts > 0 {
        parts.push(format!("{} left out", number(summary.drafts, "draft")));
    }
    if summary.future > 0 {
        parts.push(format!("{} still to come", number(summary.future, "page")));
    }
    let head = match (summary.errors > 0, summary.command) {
        (true, "build") => paint("1;31", "nothing was written"),
        (true, "serve") if summary.shown => paint("1;31", "the last good build stays"),
        (true, "serve") => paint("1;31", "nothing to show yet"),
        (true, _) => paint("1;31", "not in order"),
        (false, "check") => paint("1;32", "in order"),
        (false, _) => paint("1;32", "built"),
    };
    let mistakes = if mistakes.is_empty() {
        mistakes
    } else {
        format!("{mistakes}; ")
    };
    format!(
        "{head}: {mistakes}{} in {:.2} s\n",
        parts.join(", "),
        summary.seconds
    )
}

/// `1 page`, `3 pages`.
fn number(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
