//! The desk: pages on which a person finds what to paste into platforms that no program may post
//! to. Takes a [`Session`], gives HTML.
//!
//! Pure: asks nobody, records nothing, opens no file. Who serves the pages, and what a form that
//! comes back does, is the command line's.

mod form;
mod html;
mod list;
mod preview;
mod sheet;
mod words;

pub use list::list;
pub use sheet::{Message, hash, sheet};
pub use words::{Words, words};

use crate::publish::plan::{Change, Reason, Step};
use crate::publishing::{AccountWork, Session, by_hand};
use html::{escape, query};

/// Styles of the desk's pages.
pub const CSS: &str = include_str!("desk.css");
/// Script of the desk's pages: copies, counts, and watches for edits.
pub const JS: &str = include_str!("desk.js");

/// What all pages of the desk need to know.
#[derive(Debug)]
pub struct Look<'a> {
    /// Where the desk is: `/_desk`.
    pub address: &'a str,
    /// The reader's language.
    pub words: &'static Words,
    /// The site's time zone.
    pub zone: jiff::tz::TimeZone,
    /// What a form must bring back.
    pub token: &'a str,
}

/// A page that says one sentence, such as that nothing is here.
pub fn notice(look: &Look<'_>, sentence: &str) -> String {
    let body = format!(
        "<main><h1>{}</h1><p class=\"note bad\">{}</p><p><a href=\"{}\">{}</a></p></main>",
        escape(look.words.desk),
        escape(sentence),
        look.address,
        escape(look.words.desk)
    );
    html::page(look, look.words.desk, "", &body)
}

/// That nothing is at an address of the desk.
pub fn nowhere(look: &Look<'_>) -> String {
    notice(look, look.words.nowhere)
}

/// That something kept a page from being made or a post from being recorded.
pub fn failure(look: &Look<'_>, reason: &str) -> String {
    notice(look, &words::fill(look.words.failed, &[reason]))
}

/// Address of a post's sheet, as a link that a redirect may lead to.
pub fn sheet_address(look: &Look<'_>, account: &str, post: &str) -> String {
    format!(
        "{}/post?account={}&post={}",
        look.address,
        query(account),
        query(post)
    )
}

/// How a post stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    ToPost,
    Changed,
    Begun,
    Refused,
    Remove,
    Later,
    Posted,
}

impl Standing {
    /// How a line of the plan stands; none where there is nothing to say.
    fn of(change: &Change) -> Option<Self> {
        let there = change.remote.is_some();
        Some(match (change.step, &change.reason) {
            (Step::HandOff | Step::Create, _) if !there => Self::ToPost,
            (Step::HandOff | Step::Create | Step::Update | Step::Reply, _) => Self::Changed,
            (Step::Confirm | Step::Adopt, _) => Self::Begun,
            (Step::Keep, Reason::Refused(_)) => Self::Refused,
            (Step::Delete, _) | (Step::Keep, Reason::RemoveByHand(_)) => Self::Remove,
            (Step::Keep, Reason::NotYetDue) => Self::Later,
            (Step::Keep, _) if there => Self::Posted,
            (Step::Keep, _) => return None,
        })
    }

    fn word(self, words: &Words) -> &'static str {
        match self {
            Self::ToPost => words.to_post,
            Self::Changed => words.changed,
            Self::Begun => words.begun,
            Self::Refused => words.refused,
            Self::Remove => words.remove,
            Self::Later => words.later,
            Self::Posted => words.posted,
        }
    }

    /// Its class in the styles.
    fn class(self) -> &'static str {
        match self {
            Self::ToPost => "to-post",
            Self::Changed => "changed",
            Self::Begun => "begun",
            Self::Refused => "refused",
            Self::Remove => "remove",
            Self::Later => "later",
            Self::Posted => "posted",
        }
    }
}

/// The accounts that a person posts to.
fn boards(session: &Session) -> impl Iterator<Item = &AccountWork> {
    session
        .accounts
        .iter()
        .filter(|work| by_hand::is_by_hand(work))
}
