//! Static files: takes the layers of a theme, gives each file once with the names under which
//! it is written. Style sheets and scripts carry a hash of their content in their name, so
//! that readers may keep them for ever.

use super::Layer;
use super::files::{Content, is_fingerprinted};
use crate::diag::{Code, Diagnostic, did_you_mean};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A static file of the theme or the site.
#[derive(Debug, Clone)]
pub struct StaticFile {
    /// Path below `static/`, by which templates ask for it: `style.css`.
    pub path: String,
    /// Files below the public folder to which it is written; the first is the one that
    /// templates link: `style.3f9a1c2b.css`.
    pub outputs: Vec<String>,
    /// Its file from the site's root, for messages.
    pub file: Arc<str>,
    /// Its content.
    pub content: Content,
}

impl StaticFile {
    /// Where it lies on the disk, unless it was read.
    pub fn disk(&self) -> Option<&Path> {
        match &self.content {
            Content::Disk(path) => Some(path),
            Content::Bytes(_) => None,
        }
    }
}

/// All static files, the first layer's where several have one.
pub(super) fn collect(layers: &[Layer]) -> Vec<StaticFile> {
    let mut found: BTreeMap<&str, (Arc<str>, &Content)> = BTreeMap::new();
    let mut themed: BTreeSet<&str> = BTreeSet::new();
    for layer in layers {
        for (path, content) in &layer.files {
            let file = path;
            if let Some(path) = path.strip_prefix("static/") {
                found
                    .entry(path)
                    .or_insert_with(|| (layer.file(file), content));
                if layer.name.is_some() {
                    themed.insert(path);
                }
            }
        }
    }
    found
        .into_iter()
        .map(|(path, (file, content))| {
            let outputs = match content {
                Content::Bytes(bytes) if is_fingerprinted(path) => {
                    let mut outputs = vec![fingerprinted(path, bytes)];
                    // The site's pages may name a script of the site itself as it is written.
                    if !themed.contains(path) {
                        outputs.push(path.to_owned());
                    }
                    outputs
                }
                _ => vec![path.to_owned()],
            };
            StaticFile {
                path: path.to_owned(),
                outputs,
                file,
                content: content.clone(),
            }
        })
        .collect()
}

/// The theme's share picture and its size.
pub(super) fn share_picture(
    layers: &[Layer],
    statics: &[StaticFile],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(String, Option<(u32, u32)>)> {
    let (layer, image) = layers
        .iter()
        .find_map(|layer| Some((layer, layer.manifest.image.as_ref()?)))?;
    let wanted = image.value.trim_start_matches('/');
    let Some(file) = statics.iter().find(|file| file.path == wanted) else {
        diagnostics.push(
            Diagnostic::new(
                Code::InvalidTheme,
                format!("the theme's `image` is `{wanted}`, and `static/` has no such file"),
            )
            .at(image.place(&layer.file("theme.yaml")))
            .maybe_hint(did_you_mean(
                wanted,
                statics.iter().map(|file| file.path.as_str()),
            )),
        );
        return None;
    };
    Some((file.path.clone(), size(&file.content)))
}

fn size(content: &Content) -> Option<(u32, u32)> {
    let size = match content {
        Content::Bytes(bytes) => imagesize::blob_size(bytes).ok()?,
        Content::Disk(path) => imagesize::size(path).ok()?,
    };
    Some((
        u32::try_from(size.width).ok()?,
        u32::try_from(size.height).ok()?,
    ))
}

/// `css/style.css` → `css/style.3f9a1c2b.css`.
fn fingerprinted(path: &str, bytes: &[u8]) -> String {
    let hash = blake3::hash(bytes).to_hex();
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    format!("{stem}.{}.{extension}", &hash.as_str()[..8])
}
