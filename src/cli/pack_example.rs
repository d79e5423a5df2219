//! The package's build script, no module: packs the example site (content/, data/, static/,
//! templates/, themes/, site.yaml) into one file that `guidepost init` unpacks.
//!
//! The pack is made anew when the program's own sources change, not at every edit of a page:
//! otherwise writing an article in this very folder would compile the program again. A build
//! from a fresh clone always packs what is there.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts through the environment"
)]

use std::fmt::Write as _;
use std::hash::{Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PARTS: [&str; 6] = [
    "content",
    "data",
    "static",
    "templates",
    "themes",
    "site.yaml",
];

fn main() -> io::Result<()> {
    io::stdout().write_all(b"cargo::rerun-if-changed=src\ncargo::rerun-if-changed=site.yaml\n")?;
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut files = Vec::new();
    for part in PARTS {
        collect(&root.join(part), part, &mut files)?;
    }
    files.sort();
    let mut head = format!("{}\n", files.len());
    let mut bodies = Vec::new();
    for (name, path) in &files {
        let bytes = fs::read(path)?;
        let _ = writeln!(head, "{} {name}", bytes.len());
        bodies.extend(bytes);
    }
    let mut pack = head.into_bytes();
    pack.extend(bodies);
    fs::write(out.join("example.pack"), pack)?;
    let stamp = format!("cargo::rustc-env=GUIDEPOST_SOURCES={}\n", sources(&root)?);
    io::stdout().write_all(stamp.as_bytes())
}

/// Changes with any source of the program: what another program kept in a store means nothing.
fn sources(root: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for part in ["src", "Cargo.lock"] {
        collect(&root.join(part), part, &mut files)?;
    }
    files.sort();
    let mut hasher = std::hash::DefaultHasher::new();
    for (name, path) in &files {
        (name, fs::read(path)?).hash(&mut hasher);
    }
    Ok(format!(
        "{}-{:016x}",
        env!("CARGO_PKG_VERSION"),
        hasher.finish()
    ))
}

fn collect(path: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if path.is_file() {
        files.push((name.to_owned(), path.to_path_buf()));
        return Ok(());
    }
    if !path.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let below = entry.file_name();
        // A name that is not UTF-8, or hidden, is no part of the example.
        let Some(below) = below.to_str().filter(|below| !below.starts_with('.')) else {
            continue;
        };
        collect(&entry.path(), &format!("{name}/{below}"), files)?;
    }
    Ok(())
}
