//! `guidepost init`: the example site, ready to build.

use super::view::View;
use super::{End, example};
use anyhow::Context as _;
use std::fs;
use std::path::Path;

const IGNORED: &str = "/public/\n/.guidepost/\n";

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, folder: Option<&Path>) -> anyhow::Result<End> {
    anyhow::ensure!(
        root.is_none() || folder.is_none(),
        "a folder and `--root` are given; name one of them"
    );
    let folder = folder.or(root).unwrap_or(Path::new("."));
    refuse_full(folder)?;
    let files = example::files().context("the example site in this program is damaged")?;
    anyhow::ensure!(
        !files.is_empty(),
        "this program was compiled without an example site"
    );
    for (path, bytes) in &files {
        write(folder, path, bytes)?;
    }
    write(folder, ".gitignore", IGNORED.as_bytes())?;
    view.say(&format!(
        "wrote {} files of an example site to `{}`",
        files.len() + 1,
        folder.display()
    ));
    let step = if folder == Path::new(".") {
        String::new()
    } else {
        format!("cd {} && ", quoted(folder))
    };
    view.say(&format!("next: {step}guidepost serve --open"));
    Ok(End::Fine)
}

/// A folder with anything in it (a fresh git repository aside) belongs to somebody.
fn refuse_full(folder: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot use `{}`", folder.display());
    if fs::symlink_metadata(folder).is_err() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let name = entry.with_context(cannot)?.file_name();
        anyhow::ensure!(
            name == ".git",
            "`{}` is not empty (it has `{}`); name a new folder: `guidepost init my-site`",
            folder.display(),
            name.to_string_lossy()
        );
    }
    Ok(())
}

fn write(folder: &Path, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let file = folder.join(path);
    let cannot = || format!("cannot write `{}`", file.display());
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).with_context(cannot)?;
    }
    fs::write(&file, bytes).with_context(cannot)
}

/// The folder as a shell reads it.
fn quoted(folder: &Path) -> String {
    let text = folder.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+~".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
