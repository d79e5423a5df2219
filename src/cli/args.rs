//! The words of the command line: what clap reads, and nothing of what it does.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Turns markdown about a city's companies, jobs and talent policy into a fast static site
/// with feeds.
#[derive(Debug, Parser)]
#[command(
    name = "guidepost",
    version,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 fine, 1 mistakes in the content or posts or deploys that failed, 2 \
                  usage or environment, 3 `plan --exit-code` found changes."
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
        /// Write only the default theme, into the folder of a site that has none
        #[arg(long)]
        theme: bool,
    },
    /// Write a new page with its kind's fields, commented; a digest with what is new on the site
    New(New),
    /// Turn content/ into public/
    Build(Build),
    /// Watch, rebuild and reload in the browser; mistakes are shown in the page
    Serve(Serve),
    /// Find mistakes without writing anything: content, links, anchors, templates
    Check(Check),
    /// Show what publishing would do and why; sends nothing
    Plan(Plan),
    /// Post what the plan shows: plan, show, ask, send
    Publish(Publish),
    /// Bring public/ to where readers are: only what changed, and nothing is taken away unasked
    Deploy(Deploy),
    /// Show what needs somebody, worst first: posts, silent accounts, late drafts, stale pages
    Status(Status),
    /// Take up posts that are already on a platform, so that they are not posted again
    Adopt(Adopt),
    /// Write a workflow that checks pull requests, and builds, deploys and posts on every push
    Ci(Ci),
    /// Print old paths and the doors of channels in the words of a server
    Redirects(Redirects),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Options of `new`.
#[derive(Debug, Args)]
pub(super) struct New {
    /// article, company, job, policy, event, digest or page
    pub(super) kind: String,
    /// File name and last part of the URL, such as `senior-welder`; a digest has one of its own
    pub(super) slug: Option<String>,
    /// Language of the page [default: the site's first]
    #[arg(long, value_name = "TAG")]
    pub(super) lang: Option<String>,
    /// Of a digest: its first day [default: the day after the last digest]
    #[arg(long, value_name = "DATE", conflicts_with = "period")]
    pub(super) since: Option<String>,
    /// Of a digest: its period, such as `2026-10`, `2026-W41` or `2026-10-01/2026-10-15`
    #[arg(long, value_name = "PERIOD")]
    pub(super) period: Option<String>,
    /// Write as on this day, such as `2026-12-24` [default: today]
    #[arg(long, value_name = "DATE")]
    pub(super) date: Option<String>,
}

/// Options of `ci`.
#[derive(Debug, Args)]
pub(super) struct Ci {
    /// The CI system
    #[arg(value_enum)]
    pub(super) system: CiSystem,
    /// Where runs get Guidepost: a git address with its source, a folder of the repository with
    /// it, or the https address of a program
    #[arg(long, value_name = "SOURCE")]
    pub(super) from: Option<String>,
    /// Branch that is published [default: the current one]
    #[arg(long, value_name = "NAME")]
    pub(super) branch: Option<String>,
    /// Print the file instead of writing it
    #[arg(long)]
    pub(super) stdout: bool,
    /// Write over a file that is there
    #[arg(long)]
    pub(super) force: bool,
}

/// CI systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CiSystem {
    /// GitHub Actions
    Github,
    /// GitLab CI/CD
    Gitlab,
    /// Gitea and Forgejo Actions
    Gitea,
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
    /// Build everything anew, as if nothing had been built before
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Tell where the time went, per stage and template
    #[arg(long)]
    pub(super) timings: bool,
}

/// Options of `redirects`.
#[derive(Debug, Args)]
pub(super) struct Redirects {
    /// The server
    #[arg(value_enum)]
    pub(super) server: Server,
    #[command(flatten)]
    pub(super) selection: Selection,
}

/// What serves a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Server {
    /// Lines for a `server` block
    Nginx,
    /// Lines for a site's block of a Caddyfile
    Caddy,
    /// The lines of `_redirects`, which a build writes anyway
    Netlify,
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
    /// Write what was found to a file too, as the code quality report of GitLab's merge requests
    #[arg(long, value_name = "FILE")]
    pub(super) code_quality: Option<PathBuf>,
}

/// Which accounts and pages, and what is allowed.
#[derive(Debug, Clone, Args)]
pub(super) struct Choice {
    /// Only this account; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(super) account: Vec<String>,
    /// Only this page: `jobs/acme-welder`, `jobs/acme-welder@ru` or its file
    #[arg(long, value_name = "PAGE")]
    pub(super) page: Option<String>,
    /// Also pages older than the account (from before its first day), and posts that were taken away
    /// before
    #[arg(long)]
    pub(super) backfill: bool,
    /// Take away the posts of pages that are gone
    #[arg(long)]
    pub(super) allow_delete: bool,
    /// Bring posts that somebody changed there back to their pages
    #[arg(long)]
    pub(super) overwrite: bool,
    /// What becomes of posts of edited pages, instead of the accounts' own `on_edit`
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) on_edit: Option<OnEdit>,
    /// Read every post there again, to find those that somebody changed
    #[arg(long)]
    pub(super) refresh: bool,
    /// Plan as on this day or moment, such as `2026-12-24` [default: now]
    #[arg(long, value_name = "DATE")]
    pub(super) date: Option<String>,
}

impl Choice {
    /// One account, or all for an empty name, and nothing allowed.
    pub(super) fn of_account(name: &str) -> Self {
        Self {
            account: Some(name.to_owned())
                .filter(|name| !name.is_empty())
                .into_iter()
                .collect(),
            page: None,
            backfill: false,
            allow_delete: false,
            overwrite: false,
            on_edit: None,
            refresh: false,
            date: None,
        }
    }
}

/// What becomes of posts of edited pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OnEdit {
    /// They are changed
    Update,
    /// A reply tells of the change
    Reply,
    /// They stay
    Ignore,
}

/// Options of `plan`.
#[derive(Debug, Args)]
pub(super) struct Plan {
    #[command(flatten)]
    pub(super) choice: Choice,
    /// Write the plan to a file for `publish FILE`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// End with 3 when there are changes
    #[arg(long)]
    pub(super) exit_code: bool,
    /// Ask no platform: what the ledger and the pages say
    #[arg(long, conflicts_with = "refresh")]
    pub(super) offline: bool,
}

/// Options of `publish`.
#[derive(Debug, Args)]
pub(super) struct Publish {
    #[command(flatten)]
    pub(super) choice: Choice,
    /// A plan that `plan --out` wrote; it is refused when anything has changed since
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Send without asking
    #[arg(long)]
    pub(super) yes: bool,
    /// Most changes; more of them are refused altogether [default: `publish.max_changes`, 20]
    #[arg(long, value_name = "N")]
    pub(super) max_changes: Option<usize>,
    /// Only write to the ledger what will be sent; `--send` sends it
    #[arg(long, conflicts_with = "send")]
    pub(super) reserve: bool,
    /// Only send what `--reserve` wrote on this disk
    #[arg(long)]
    pub(super) send: bool,
    /// Commit and push the ledgers by git, before sending and after, as `ledger: {sync: git}` does
    #[arg(long)]
    pub(super) push: bool,
    /// Wait as long for pages that do not answer yet, such as `10m` [default: look once]
    #[arg(long, value_name = "TIME", conflicts_with = "skip_live_check")]
    pub(super) wait: Option<String>,
    /// Post although the pages do not answer yet
    #[arg(long)]
    pub(super) skip_live_check: bool,
    /// Record that a post is there, by hand or after an unknown outcome; POST is `zhihu:articles/tax`
    #[arg(long, num_args = 2, value_names = ["POST", "URL"], conflicts_with_all = ["file", "reserve", "send", "not_done"])]
    pub(super) done: Option<Vec<String>>,
    /// Record that a post whose outcome was unknown is not there; POST as for `--done`
    #[arg(long, value_name = "POST", conflicts_with_all = ["file", "reserve", "send"])]
    pub(super) not_done: Option<String>,
}

/// Options of `deploy`.
#[derive(Debug, Args)]
pub(super) struct Deploy {
    /// Only this target of `deploy:` in `site.yaml` [default: all of them]
    #[arg(value_name = "TARGET")]
    pub(super) target: Option<String>,
    /// Show what would be done and why; change nothing there
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Take away files of earlier deploys that the site no longer has
    #[arg(long)]
    pub(super) allow_delete: bool,
    /// Most of them at once [default: a quarter of the site]
    #[arg(long, value_name = "N", requires = "allow_delete")]
    pub(super) max_deletes: Option<usize>,
    /// Replace what somebody else put there, or deployed since
    #[arg(long)]
    pub(super) overwrite: bool,
    /// Folder of the finished build, from the current folder [default: public/ of the site]
    #[arg(long, value_name = "DIR")]
    pub(super) from: Option<PathBuf>,
}

/// Options of `status`.
#[derive(Debug, Args)]
pub(super) struct Status {
    /// Only this account; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(super) account: Vec<String>,
    /// Read every post there again, to find those that somebody changed
    #[arg(long)]
    pub(super) refresh: bool,
    /// Ask no platform
    #[arg(long, conflicts_with = "refresh")]
    pub(super) offline: bool,
    /// Look as on this day or moment, such as `2026-12-24` [default: now]
    #[arg(long, value_name = "DATE")]
    pub(super) date: Option<String>,
}

/// Options of `adopt`.
#[derive(Debug, Args)]
pub(super) struct Adopt {
    /// The account's name in `site.yaml`
    #[arg(value_name = "ACCOUNT")]
    pub(super) account: String,
    /// Take up without asking
    #[arg(long)]
    pub(super) yes: bool,
}
