//! Runs the command line and returns its exit code; everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    guidepost::cli::run(std::env::args_os())
}
