//! `guidepost ci`: writes the workflow by which a CI system checks pull requests, and builds,
//! deploys and posts on every push. Takes the site's settings, the branch and where runs get
//! the program; knows nothing of what the commands in it do. Says where in its repository a
//! site lies.

use super::args::{Ci, CiSystem};
use super::view::{self, View};
use super::{End, settings};
use crate::config::Config;
use crate::deploy::target;
use crate::platform::variable;
use crate::publish::account;
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ACTIONS: &str = include_str!("actions.yaml");
const GITLAB: &str = include_str!("gitlab.yaml");
const INSTALL: &str = include_str!("install.sh");

/// Said where old servers pass over a guard.
const CAPACITY: &str = " Gitea before 1.26\n    # passes over this: there, one runner with `capacity: 1`, its default, does the same.";

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &Ci) -> anyhow::Result<End> {
    let root = settings::root(root)?;
    let config = settings::config(&root)
        .context("`site.yaml` cannot be read; `guidepost check` says why")?;
    let place = place(&root)?;
    if !place.below.is_empty() {
        harmless("the site's folder", &place.below)?;
    }
    let branch = match &words.branch {
        Some(branch) => branch.clone(),
        None => current_branch(&root),
    };
    harmless("--branch", &branch)?;
    let from = from(words, &place.top)?;
    let secrets = Secrets::of(&config);
    let text = text(words.system, &place.below, &branch, &from, &secrets);
    if words.stdout {
        view::out(&text)?;
        return Ok(End::Fine);
    }
    let path = path(words.system);
    let file = place.top.join(path);
    anyhow::ensure!(
        words.force || fs::symlink_metadata(&file).is_err(),
        "`{path}` is there already; `--force` writes over it, `--stdout` shows what would be \
         written"
    );
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    fs::write(&file, text).with_context(|| format!("cannot write `{path}`"))?;
    view.say(&format!("wrote {path}, which publishes `{branch}`"));
    for step in next_steps(&place, &config, &from, &secrets) {
        view.note(&step);
    }
    Ok(End::Fine)
}

/// Where a system looks for the file.
fn path(system: CiSystem) -> &'static str {
    match system {
        CiSystem::Github => ".github/workflows/guidepost.yaml",
        CiSystem::Gitea => ".gitea/workflows/guidepost.yaml",
        CiSystem::Gitlab => ".gitlab-ci.yml",
    }
}

/// The site within its repository.
struct Place {
    /// The repository's folder; the site's own where there is none.
    top: PathBuf,
    /// The site from there, empty or ending in `/`.
    below: String,
    is_repository: bool,
}

fn place(root: &Path) -> anyhow::Result<Place> {
    let root = fs::canonicalize(root)
        .with_context(|| format!("cannot find the folder `{}`", root.display()))?;
    let top = root.ancestors().find(|folder| folder.join(".git").exists());
    let is_repository = top.is_some();
    let top = top.unwrap_or(&root).to_path_buf();
    let mut below = String::new();
    for part in root.strip_prefix(&top).unwrap_or(Path::new("")) {
        below.push_str(&part.to_string_lossy());
        below.push('/');
    }
    Ok(Place {
        top,
        below,
        is_repository,
    })
}

/// The site's folder from the top of its repository, empty or ending in `/`.
pub(super) fn below(root: &Path) -> String {
    place(root).map_or_else(|_| String::new(), |place| place.below)
}

/// The branch that is checked out; `main` where nothing tells.
fn current_branch(root: &Path) -> String {
    Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["symbolic-ref", "--short", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .filter(|branch| !branch.is_empty())
        .unwrap_or_else(|| "main".to_owned())
}

/// Where runs get the program; empty where only the author knows.
fn from(words: &Ci, top: &Path) -> anyhow::Result<String> {
    let Some(from) = &words.from else {
        // A site that is kept together with the program's source.
        let own = fs::read_to_string(top.join("Cargo.toml")).unwrap_or_default();
        let is_ours = own
            .lines()
            .any(|line| line.trim() == "name = \"guidepost\"");
        return Ok(if is_ours { "." } else { "" }.to_owned());
    };
    harmless("--from", from)?;
    let fits = from.ends_with(".git")
        || from.starts_with("https://")
        || top.join(from).join("Cargo.toml").is_file();
    anyhow::ensure!(
        fits,
        "`--from {from}` is neither a git address that ends in `.git`, nor the https address of a \
         program, nor a folder of this repository with a `Cargo.toml`"
    );
    Ok(from.clone())
}

/// What is put into the file must mean the same in YAML, in an expression and in a shell.
fn harmless(what: &str, text: &str) -> anyhow::Result<()> {
    let fits = !text.is_empty()
        && !text.starts_with('-')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "._-/:@+~%?=&,".contains(c));
    anyhow::ensure!(
        fits,
        "{what} `{}` cannot stand in a workflow: use letters, digits and `._-/:@+~%?=&,`",
        text.escape_debug()
    );
    Ok(())
}

/// Names of the secrets that steps need.
struct Secrets {
    /// Of the targets of `deploy:`.
    deploy: Vec<String>,
    /// Of the accounts.
    publish: Vec<String>,
}

impl Secrets {
    fn of(config: &Config) -> Self {
        let (targets, _) = target::read(config);
        let deploy = targets.iter().flat_map(|target| {
            let secrets = target.secrets().into_iter();
            secrets.map(|secret| variable(&target.name, secret.name))
        });
        let accounts = account::read(config).accounts;
        let publish = accounts.iter().flat_map(|account| {
            let secrets = account.info.secrets.iter();
            secrets.map(|secret| variable(&account.name, secret.name))
        });
        Self {
            deploy: deploy.collect(),
            publish: publish.collect(),
        }
    }

    fn all(&self) -> Vec<&str> {
        let all = self.deploy.iter().chain(&self.publish);
        all.map(String::as_str).collect()
    }
}

/// The whole file.
fn text(system: CiSystem, below: &str, branch: &str, from: &str, secrets: &Secrets) -> String {
    let folder = below.trim_end_matches('/');
    match system {
        CiSystem::Github | CiSystem::Gitea => {
            let gitea = system == CiSystem::Gitea;
            let (name, note, checkout, cache) = if gitea {
                // Whole addresses: which place short ones mean is up to each server.
                let checkout = "https://github.com/actions/checkout@v4";
                let cache = "https://github.com/actions/cache@v4";
                ("gitea", CAPACITY, checkout, cache)
            } else {
                ("github", "", "actions/checkout@v5", "actions/cache@v5")
            };
            let defaults = if folder.is_empty() {
                String::new()
            } else {
                format!("    defaults:\n      run:\n        working-directory: {folder}")
            };
            let install = INSTALL
                .replace("@PROGRAM@", "$HOME/.guidepost-program")
                .replace("@PATH@", "echo \"$program/bin\" >> \"$GITHUB_PATH\"");
            filled(
                ACTIONS,
                &[
                    ("@SYSTEM@", name),
                    ("@CONCURRENCY_NOTE@", note),
                    ("@CHECKOUT@", checkout),
                    ("@CACHE@", cache),
                    ("@DEFAULTS@", &defaults),
                    ("@INSTALL@", &indented(&install, 10)),
                    ("@PUBLISH_ENV@", &env(&secrets.publish)),
                    ("@DEPLOY_ENV@", &env(&secrets.deploy)),
                    ("@SITE@", below),
                    ("@BRANCH@", branch),
                    ("@FROM@", from),
                ],
            )
        }
        CiSystem::Gitlab => {
            // All scripts of a job are one: only a shell of its own may end early.
            let install = INSTALL
                .replace("@PROGRAM@", "$CI_PROJECT_DIR/.guidepost-program")
                .replace("@PATH@\n", "");
            let install = format!(
                "(\n{}\n)\nexport PATH=\"$CI_PROJECT_DIR/.guidepost-program/bin:$PATH\"",
                indented(&install, 2)
            );
            let root = if folder.is_empty() {
                String::new()
            } else {
                format!(" --root {folder}")
            };
            let all = secrets.all();
            let names: String = if all.is_empty() {
                " none yet,\n#   no account needs one".to_owned()
            } else {
                all.iter().map(|name| format!("\n#   {name}")).collect()
            };
            filled(
                GITLAB,
                &[
                    ("@INSTALL@", &indented(&install, 6)),
                    ("@SECRETS@", &names),
                    ("@ROOT@", &root),
                    ("@SITE@", below),
                    ("@BRANCH@", branch),
                    ("@FROM@", from),
                ],
            )
        }
    }
}

/// The secrets of a step.
fn env(secrets: &[String]) -> String {
    if secrets.is_empty() {
        return String::new();
    }
    let lines: String = secrets
        .iter()
        .map(|name| format!("\n          {name}: ${{{{ secrets.{name} }}}}"))
        .collect();
    format!("        env:{lines}")
}

/// Puts values in; a line on which nothing is left goes.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    for line in template.lines() {
        let mut filled = line.to_owned();
        for (mark, value) in values {
            filled = filled.replace(mark, value);
        }
        if !filled.trim().is_empty() || line.trim().is_empty() {
            text.push_str(&filled);
            text.push('\n');
        }
    }
    text
}

fn indented(text: &str, width: usize) -> String {
    let lines = text.lines().map(|line| format!("{:width$}{line}", ""));
    lines.collect::<Vec<_>>().join("\n")
}

/// What is left for the author to do.
fn next_steps(place: &Place, config: &Config, from: &str, secrets: &Secrets) -> Vec<String> {
    let mut steps = Vec::new();
    if from.is_empty() {
        steps.push(
            "write into its GUIDEPOST_FROM where runs get Guidepost; its comment says how"
                .to_owned(),
        );
    }
    let all = secrets.all();
    if !all.is_empty() {
        steps.push(format!("give the CI system the secrets {}", all.join(", ")));
    }
    if config.deploy.is_none() {
        steps.push("`site.yaml` says nothing under `deploy:` yet, and a run deploys".to_owned());
    }
    if !place.is_repository {
        steps.push("there is no git repository here yet: `git init`".to_owned());
    }
    steps
}
