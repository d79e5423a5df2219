//! `guidepost redirects`: the old paths and the doors of channels in the words of a server, on
//! stdout, for who serves the site himself. Nothing of it is written into public/.

use super::view::{View, out};
use super::{End, args, settings};
use crate::diag;
use crate::memo::Memo;
use crate::render::redirect::{Road, lines, roads};
use std::fmt::Write as _;
use std::path::Path;

/// Runs the command.
pub(super) fn run(
    view: &View,
    root: Option<&Path>,
    words: &args::Redirects,
) -> anyhow::Result<End> {
    let root = settings::root(root)?;
    let options = settings::options(&root, &words.selection)?;
    let resolved = crate::build::resolve(&root, &options, &Memo::none())?;
    let Some(site) = resolved.site else {
        view.diagnostics(&root, &resolved.diagnostics)?;
        return Ok(End::Mistakes);
    };
    let text = match words.server {
        args::Server::Nginx => nginx(&roads(&site)),
        args::Server::Caddy => caddy(&roads(&site)),
        args::Server::Netlify => lines(&site),
    };
    out(&text)?;
    Ok(End::of(diag::count(&resolved.diagnostics).0))
}

/// For a `server` block of nginx.
fn nginx(roads: &[Road]) -> String {
    let mut text = String::new();
    for road in roads {
        let _ = writeln!(
            text,
            "location = {} {{ return {} {}; }}",
            quoted(&decoded(&road.from)),
            status(road),
            // A dollar sign would begin a variable, and no escape exists for it.
            quoted(&road.to.replace('$', "%24"))
        );
    }
    text
}

/// For a site's block of a Caddyfile.
fn caddy(roads: &[Road]) -> String {
    let mut text = String::new();
    for road in roads {
        let _ = writeln!(
            text,
            "redir {} {} {}",
            quoted(&decoded(&road.from)),
            quoted(&road.to.replace('{', "%7B").replace('}', "%7D")),
            status(road)
        );
    }
    text
}

fn status(road: &Road) -> u16 {
    if road.permanent { 301 } else { 302 }
}

/// Both servers compare paths without their percent signs.
fn decoded(path: &str) -> String {
    percent_encoding::percent_decode_str(path)
        .decode_utf8_lossy()
        .into_owned()
}

/// In double quotes, which both read alike.
fn quoted(text: &str) -> String {
    let odd = |c: char| c.is_whitespace() || "\"'\\{};#".contains(c);
    if text.contains(odd) {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        text.to_owned()
    }
}
