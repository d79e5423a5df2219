//! The command line: reads words, clock and environment, calls the library, prints, and
//! chooses the exit code. Wiring only.

mod adopt;
mod args;
mod build;
mod check;
mod ci;
mod deploy;
mod desk;
mod digest;
mod example;
mod external;
mod init;
mod new;
mod notices;
mod plan;
mod plan_file;
mod posting;
mod publish;
mod redirects;
mod serve;
mod settings;
mod status;
mod timings;
mod trust;
mod view;

use args::{Arguments, Command};
use clap::{CommandFactory as _, Parser as _};
use std::ffi::OsString;
use std::process::ExitCode;
use view::{Surroundings, View};

/// How a command ended when nothing kept it from its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing to mend.
    Fine,
    /// Somebody has to mend the content, or a post.
    Mistakes,
    /// `plan --exit-code`, and there are changes.
    Changes,
}

impl End {
    fn of(errors: usize) -> Self {
        if errors == 0 {
            Self::Fine
        } else {
            Self::Mistakes
        }
    }
}

/// Runs one command. Exit code 0: fine; 1: mistakes in the content or posts that failed; 2:
/// wrong usage, or the environment failed; 3: `plan --exit-code` found changes.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // `--help` and `--version` arrive here too, and they are no failure.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let view = View::new(&arguments.global, surroundings());
    let root = arguments.global.root.as_deref();
    let ended = match arguments.command {
        Command::Init { folder, theme } => init::run(&view, root, folder.as_deref(), theme),
        Command::New(options) => new::run(&view, root, &options),
        Command::Build(options) => build::run(&view, root, &options),
        Command::Serve(options) => serve::run(&view, root, &options),
        Command::Check(options) => check::run(&view, root, &options),
        Command::Plan(options) => plan::run(&view, root, &options),
        Command::Publish(options) => publish::run(&view, root, &options),
        Command::Deploy(options) => deploy::run(&view, root, &options),
        Command::Status(options) => status::run(&view, root, &options),
        Command::Adopt(options) => adopt::run(&view, root, &options),
        Command::Ci(options) => ci::run(&view, root, &options),
        Command::Redirects(options) => redirects::run(&view, root, &options),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "guidepost", &mut script);
            view::out(&String::from_utf8_lossy(&script)).map(|()| End::Fine)
        }
    };
    match ended {
        Ok(End::Fine) => ExitCode::SUCCESS,
        Ok(End::Mistakes) => ExitCode::from(1),
        Ok(End::Changes) => ExitCode::from(3),
        Err(error) => {
            view.failure(&error);
            ExitCode::from(2)
        }
    }
}

/// What the environment says about printing.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
fn surroundings() -> Surroundings {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is = |name: &str, wanted: &str| std::env::var_os(name).is_some_and(|value| value == wanted);
    Surroundings {
        no_color: is_set("NO_COLOR") || is("TERM", "dumb"),
        workflow: is("GITHUB_ACTIONS", "true") || is("GITEA_ACTIONS", "true"),
    }
}
