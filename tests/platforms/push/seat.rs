//! An account that the trial posts to, on a server that runs here, and how its posts are looked
//! at without the adapter.

use crate::platforms::bench::{Account, Bench};
use crate::platforms::mastodon::Mastodon;
use crate::platforms::wordpress;
use guidepost::platform::Remote;

type Html = Box<dyn Fn(&Remote) -> String>;

pub(super) struct Seat {
    /// Its name in the settings.
    pub(super) name: &'static str,
    pub(super) account: Account,
    pub(super) bench: Box<dyn Bench>,
    /// A post as the server has it.
    pub(super) html: Html,
}

/// A blog on WordPress and an account on a server that speaks Mastodon's API.
pub(super) fn seats(social: fn() -> Mastodon) -> Vec<Seat> {
    let seat = |name, bench: Box<dyn Bench>, html| Seat {
        name,
        account: bench.account().expect("an account"),
        bench,
        html,
    };
    let blog = wordpress::bench();
    let other = social();
    vec![
        seat(
            "blog",
            Box::new(wordpress::bench()),
            Box::new(move |remote| blog.html(remote)),
        ),
        seat(
            "chat",
            Box::new(social()),
            Box::new(move |remote| other.html(remote)),
        ),
    ]
}

/// Where the ledger's last post is.
pub(super) fn posted(ledger: &str) -> Remote {
    let mut posts = ledger.lines().filter_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line");
        let id = line["remote"].as_str()?.to_owned();
        let url = line["url"].as_str().map(str::to_owned);
        Some(Remote { id, url })
    });
    posts.next_back().expect("a post")
}

/// The addresses that links in HTML lead to.
pub(super) fn links(html: &str) -> Vec<String> {
    let parts = html.split("href=").skip(1);
    let quoted = parts.filter_map(|part| {
        let mark = part.chars().next().filter(|mark| "\"'".contains(*mark))?;
        part[1..].split(mark).next()
    });
    quoted
        .map(|link| link.replace("&amp;", "&").replace("&#038;", "&"))
        .collect()
}
