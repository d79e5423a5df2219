//! The words of the command line: what clap reads, and nothing of what it does.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// Turns markdown about a city's companies, jobs and talent policy into a fast static site
/// with feeds.
#[derive(Debug, Parser)]
#[command(
    name = "guidepost",
    version,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 fine, 1 mistakes in the content, 2 usage or environment."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Global {
    /// Folder of the site [default: the nearest one with `site.yaml`, from here upwards]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) root: Option<PathBuf>,
    /// How diagnostics are written [default: human; github inside its workflows]
    #[arg(long, global = true, value_enum)]
    pub(super) format: Option<Format>,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
    /// Show errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more of what was done
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
}

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Source lines with carets, on stderr
    Human,
    /// `file:line:column: error[code]: message`, on stderr
    Short,
    /// One JSON object a line, on stdout
    Json,
    /// Annotations of GitHub and Gitea workflows, on stderr
    Github,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write the example site, ready to build
    Init {
        /// An empty or new folder [default: the one of `--root`, else the current one]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Write a new page with its kind's fields, commented
    New {
        /// article, company, job, policy, event, digest or page
        kind: String,
        /// File name and last part of the URL, such as `senior-welder`
        slug: String,
        /// Language of the page [default: the site's first]
        #[arg(long, value_name = "TAG")]
        lang: Option<String>,
    },
    /// Turn content/ into public/
    Build(Build),
    /// Watch, rebuild and reload in the browser; mistakes are shown in the page
    Serve(Serve),
    /// Find mistakes without writing anything: content, links, anchors, templates
    Check(Check),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Which pages take part.
#[derive(Debug, Clone, Args)]
pub(super) struct Selection {
    /// With drafts
    #[arg(long)]
    pub(super) drafts: bool,
    /// With pages whose date is still to come
    #[arg(long)]
    pub(super) future: bool,
    /// Build as on this day or moment, such as `2026-12-24` [default: now]
    #[arg(long, value_name = "DATE")]
    pub(super) date: Option<String>,
}

/// Options of `build`.
#[derive(Debug, Args)]
pub(super) struct Build {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Address of the site instead of `site.url`
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// Output folder, from the current folder [default: public/ of the site]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Build everything anew; today every build does, there is no cache yet
    #[arg(long)]
    pub(super) no_cache: bool,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Port on 127.0.0.1 [default: 1111, or the next free one]
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// Open the site in the browser
    #[arg(long)]
    pub(super) open: bool,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Ask other sites whether the links to them still work
    #[arg(long)]
    pub(super) external: bool,
}
