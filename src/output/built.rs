//! What a finished build left in an output folder: takes the folder, gives the paths that must
//! be there. Refuses a folder in which a build was stopped half-way.

use super::commit;
use super::manifest::{MANIFEST, Manifest};
use anyhow::Context as _;
use std::io::ErrorKind;
use std::path::Path;

/// Paths of the files that the last build wrote.
///
/// # Errors
/// When no build has finished there, or its list cannot be read.
pub fn built(out: &Path) -> anyhow::Result<Vec<String>> {
    let text = match std::fs::read_to_string(out.join(MANIFEST)) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => anyhow::bail!(
            "`{}` holds no finished build; run `guidepost build` first",
            out.display()
        ),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", out.display()));
        }
    };
    let settled =
        std::fs::canonicalize(out).with_context(|| format!("cannot read `{}`", out.display()))?;
    let name = settled.file_name().unwrap_or_default().to_string_lossy();
    let area = settled.parent().unwrap_or(&settled).join(".guidepost");
    anyhow::ensure!(
        !commit::is_pending(&area.join(format!("{name}.stage"))),
        "a build was stopped while it wrote `{}`; run `guidepost build` again",
        out.display()
    );
    let manifest = Manifest::from_text(&text).with_context(|| {
        format!(
            "the list of the last build in `{}` is damaged; run `guidepost build` again",
            out.display()
        )
    })?;
    Ok(manifest.0.into_keys().collect())
}

/// Whether a path is the program's own note of a build, and no part of the site.
pub fn is_note(path: &str) -> bool {
    path == MANIFEST
}
