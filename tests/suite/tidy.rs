//! What the code promises about itself: layers, heads, sizes, weight, and who may print.

use crate::harness::repository;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Which top-level modules each may name; `cli` may name all.
const LAYERS: &[(&str, &[&str])] = &[
    ("diag", &[]),
    ("data", &["diag"]),
    ("config", &["diag", "data"]),
    ("store", &[]),
    ("timing", &[]),
    ("content", &["diag", "data", "config", "store"]),
    ("site", &["diag", "data", "config", "content"]),
    (
        "render",
        &[
            "diag", "data", "config", "content", "site", "store", "timing",
        ],
    ),
    ("output", &["diag", "render", "store"]),
    (
        "memo",
        &[
            "diag", "config", "content", "site", "output", "render", "store",
        ],
    ),
    ("serve", &["diag", "output", "render"]),
    (
        "build",
        &[
            "diag", "data", "config", "content", "site", "render", "output", "store", "memo",
            "timing",
        ],
    ),
    ("platform", &[]),
    (
        "publish",
        &["diag", "data", "config", "content", "site", "platform"],
    ),
    ("deploy", &["diag", "data", "config", "output", "platform"]),
    (
        "publishing",
        &[
            "diag", "data", "config", "content", "site", "render", "build", "platform", "publish",
            "memo",
        ],
    ),
    (
        "desk",
        &["diag", "platform", "publish", "publishing", "render"],
    ),
];

/// Most lines of a source file without its unit tests; longer ones stand here with a reason.
const LONGEST: usize = 500;
const LONG_FILES: &[&str] = &[
    // One table of data: the contract reads best in one place.
    "src/render/contract.rs",
];

/// Packages of the default build, itself included. OpenDAL, which reaches storage, made 309 of 276;
/// with its SFTP they would be 340.
const HEAVIEST: usize = 315;

struct Source {
    /// From the repository's root, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// `render` for `src/render/feed.rs` and for `src/render.rs`.
    fn module(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let first = below.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The text without its unit tests.
    fn code(&self) -> &str {
        self.text.split("#[cfg(test)]").next().unwrap_or_default()
    }
}

fn sources(folder: &str) -> Vec<Source> {
    let root = repository();
    let mut sources: Vec<Source> = walkdir::WalkDir::new(root.join(folder))
        .into_iter()
        .flatten()
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "rs")
        })
        .map(|entry| Source {
            path: entry
                .path()
                .strip_prefix(root)
                .expect("below the root")
                .to_string_lossy()
                .replace('\\', "/"),
            text: fs::read_to_string(entry.path()).expect("a readable source"),
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!sources.is_empty(), "no sources in {folder}");
    sources
}

/// Names right after `crate::`, also inside `crate::{…}`.
fn named_modules(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        if let Some(group) = part.strip_prefix('{') {
            let mut depth = 0_usize;
            let mut name = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        names.insert(std::mem::take(&mut name));
                    }
                    c if depth == 0 && !c.is_whitespace() => name.push(c),
                    _ => {}
                }
            }
            names.insert(name);
        } else {
            names.insert(part.to_owned());
        }
    }
    names
        .iter()
        .map(|name| {
            name.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .filter(|name: &String| !name.is_empty())
        .collect()
}

fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn names_are_found_in_all_forms_of_use() {
    let code = "use crate::diag::Code; use crate::{config::{self, Config}, site};\n\
                fn f() -> crate::data::Node {}";
    let names: Vec<String> = named_modules(code).into_iter().collect();
    assert_eq!(names, ["config", "data", "diag", "site"]);
}

#[test]
fn no_module_names_one_of_a_later_layer() {
    let modules: BTreeSet<&str> = LAYERS
        .iter()
        .map(|(module, _)| *module)
        .chain(["cli"])
        .collect();
    let mut complaints = Vec::new();
    for source in sources("src") {
        let module = source.module();
        if ["cli", "main", "lib"].contains(&module) {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) else {
            complaints.push(format!(
                "{}: `{module}` has no place in LAYERS",
                source.path
            ));
            continue;
        };
        for name in named_modules(source.code()) {
            let is_other = modules.contains(name.as_str()) && name != module;
            if is_other && !allowed.contains(&name.as_str()) {
                complaints.push(format!("{}: `{module}` may not name `{name}`", source.path));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn every_file_says_what_it_is_for() {
    let headless = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| format!("{}: no `//!` head", source.path));
    complain(&headless.collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_to_do_and_nothing_is_pulled_in_blindly() {
    // Written in two parts, so that this file does not find itself.
    let forbidden = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
        concat!("FIX", "ME"),
        concat!("use super", "::*"),
        concat!("X", "XX:"),
    ];
    let mut complaints = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        for word in forbidden {
            if source.text.contains(word) {
                complaints.push(format!("{}: has `{word}`", source.path));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn files_stay_short_enough_to_read() {
    let mut complaints = Vec::new();
    for source in sources("src") {
        let lines = source.code().lines().count();
        let listed = LONG_FILES.contains(&source.path.as_str());
        if lines > LONGEST && !listed {
            complaints.push(format!(
                "{}: {lines} lines; split it by subject",
                source.path
            ));
        }
        if listed && lines <= LONGEST {
            complaints.push(format!("{}: is short again; unlist it", source.path));
        }
    }
    complain(&complaints);
}

#[test]
fn only_the_command_line_prints_and_asks_the_machine() {
    // The build script is no part of the program: it speaks to cargo.
    let speaking = ["src/cli/view.rs", "src/cli/pack_example.rs"];
    let printing = ["print!(", "println!(", "io::stdout(", "io::stderr("];
    let asking = [
        "env::var",
        "SystemTime::now",
        "Timestamp::now",
        "Zoned::now",
        "TimeZone::system",
        "TimeZone::try_system",
        "process::exit",
    ];
    let mut complaints = Vec::new();
    for source in sources("src") {
        let code = source.code();
        for word in printing {
            if code.contains(word) && !speaking.contains(&source.path.as_str()) {
                complaints.push(format!("{}: prints (`{word}`)", source.path));
            }
        }
        for word in asking {
            if code.contains(word) && source.module() != "cli" {
                complaints.push(format!("{}: asks the machine (`{word}`)", source.path));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn the_default_build_stays_light() {
    let output = Command::new(env!("CARGO"))
        .current_dir(repository())
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["--edges", "normal,build", "--format", "{p}"])
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let packages: BTreeSet<&str> = text
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty())
        .collect();
    assert!(packages.len() > 50, "not a list of packages: {text}");
    assert!(
        packages.len() < HEAVIEST,
        "{} packages; say no to one",
        packages.len()
    );
}

#[test]
fn the_readme_names_commands_that_exist() {
    let readme = fs::read_to_string(repository().join("README.md")).expect("a README");
    for command in ["cargo run --release -- serve", "cargo test"] {
        assert!(readme.contains(command), "the README lacks `{command}`");
    }
    let help = Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .arg("--help")
        .output()
        .expect("the binary runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let known: BTreeSet<&str> = help
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .collect();
    let named = readme
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("guidepost "))
        .filter_map(|rest| rest.split_whitespace().next());
    let mut count = 0;
    for command in named {
        count += 1;
        assert!(known.contains(command), "no command `{command}`: {help}");
    }
    assert!(count >= 4, "the README shows how to begin");
}

#[test]
fn files_that_the_readme_links_to_exist() {
    let readme = fs::read_to_string(repository().join("README.md")).expect("a README");
    let links: Vec<PathBuf> = readme
        .split("](")
        .skip(1)
        .filter_map(|part| part.split(')').next())
        .filter(|link| !link.contains("://") && !link.starts_with('#'))
        .map(|link| repository().join(link.split('#').next().unwrap_or(link)))
        .collect();
    assert!(!links.is_empty());
    for link in links {
        assert!(link.exists(), "{} does not exist", link.display());
    }
}
