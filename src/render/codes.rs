//! The QR codes of the site: takes the doors of its channels, gives each code as SVG for pages
//! and as PNG for posts and print.

use super::{Sink, qr};
use crate::site::Site;
use crate::site::community::{CODE_FILES, DoorCode};

/// Writes them all.
///
/// # Errors
/// When the sink fails.
pub(crate) fn write(site: &Site, sink: &dyn Sink) -> anyhow::Result<()> {
    let channels = site
        .community
        .iter()
        .flat_map(|community| &community.channels);
    for door in channels.flat_map(|channel| &channel.doors) {
        let DoorCode::Made(text) = &door.code else {
            continue;
        };
        // Resolving left out the texts that are too long.
        let Some(code) = qr::code(text) else {
            continue;
        };
        let [svg, png] = CODE_FILES.map(|file| format!("{}{file}", door.folder));
        sink.write(&svg, code.svg().as_bytes())?;
        sink.write(&png, &code.png()?)?;
    }
    Ok(())
}
