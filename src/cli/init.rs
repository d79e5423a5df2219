//! `guidepost init`: the example site, ready to build, or its theme alone for a site that is
//! there already.

use super::view::View;
use super::{End, example};
use anyhow::Context as _;
use std::fs;
use std::path::Path;

const IGNORED: &str = "/public/\n/.guidepost/\n";
const THEME: &str = "themes/default";

/// Runs the command.
pub(super) fn run(
    view: &View,
    root: Option<&Path>,
    folder: Option<&Path>,
    theme: bool,
) -> anyhow::Result<End> {
    anyhow::ensure!(
        root.is_none() || folder.is_none(),
        "a folder and `--root` are given; name one of them"
    );
    let folder = folder.or(root).unwrap_or(Path::new("."));
    let files = example::files().context("the example site in this program is damaged")?;
    anyhow::ensure!(
        !files.is_empty(),
        "this program was compiled without an example site"
    );
    if theme {
        return only_theme(view, folder, &files);
    }
    refuse_full(folder)?;
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

/// An old site has pages and no theme of ours; what is there of one is somebody's work.
fn only_theme(view: &View, folder: &Path, files: &[(&str, &[u8])]) -> anyhow::Result<End> {
    let target = if folder == Path::new(".") {
        Path::new(THEME).to_path_buf()
    } else {
        folder.join(THEME)
    };
    anyhow::ensure!(
        fs::symlink_metadata(&target).is_err(),
        "`{}` is there already; move it away to get the theme of this program",
        target.display()
    );
    let below = |path: &str| {
        path.strip_prefix(THEME)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    for (path, bytes) in files.iter().filter(|(path, _)| below(path)) {
        write(folder, path, bytes)?;
    }
    view.say(&format!(
        "wrote the default theme to `{}`",
        target.display()
    ));
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
