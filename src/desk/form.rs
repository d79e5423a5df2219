//! The form at the end of a sheet: the address at which the post is read, and why it was refused.

use super::html::{escape, query};
use super::sheet::{Message, Sheet};
use super::words::{Words, fill};
use crate::publishing::by_hand::{self, NotRecorded};
use std::fmt::Write as _;

/// Writes the form, where the post waits for one.
pub(super) fn form(sheet: &Sheet<'_>, body: &mut String) {
    let words = sheet.words;
    let post = &sheet.composed.post.key;
    if !by_hand::waits(sheet.work, post) {
        // What was just sent is answered all the same.
        if let Message::Refused(reason, _) = sheet.message {
            let _ = writeln!(
                body,
                "<p class=\"note bad\" role=\"alert\">{}</p>",
                escape(&refusal(words, reason))
            );
        }
        return;
    }
    let hosts = sheet.work.account.info.hosts;
    let hint = if hosts.is_empty() {
        words.address_any.to_owned()
    } else {
        fill(words.address_hint, &[&hosts.join(", ")])
    };
    let there = sheet.change.and_then(|change| change.url.as_deref());
    let (typed, wrong) = match sheet.message {
        Message::Refused(reason, typed) => (typed.as_str(), Some(refusal(words, reason))),
        Message::OldForm(typed) => (typed.as_str(), None),
        Message::None | Message::Recorded => (there.unwrap_or_default(), None),
    };
    let _ = writeln!(
        body,
        "<form method=\"post\" action=\"{}/done?account={}&amp;post={}\">",
        sheet.look.address,
        query(&sheet.work.account.name),
        query(post),
    );
    for (name, value) in [("token", sheet.look.token), ("hash", &sheet.composed.hash)] {
        let _ = writeln!(
            body,
            "<input type=\"hidden\" name=\"{name}\" id=\"{name}\" value=\"{}\">",
            escape(value)
        );
    }
    let _ = writeln!(
        body,
        "<label for=\"url\">{}</label>\n\
         <input id=\"url\" name=\"url\" inputmode=\"url\" autocomplete=\"off\" spellcheck=\"false\" \
         aria-describedby=\"url-hint{}\" value=\"{}\"{}>\n<p class=\"soft\" id=\"url-hint\">{}</p>",
        escape(words.address),
        if wrong.is_some() { " url-wrong" } else { "" },
        escape(typed),
        if wrong.is_some() {
            " aria-invalid=\"true\" autofocus"
        } else {
            ""
        },
        escape(&hint),
    );
    if let Some(wrong) = wrong {
        let _ = writeln!(
            body,
            "<p class=\"note bad\" id=\"url-wrong\" role=\"alert\">{}</p>",
            escape(&wrong)
        );
    }
    let _ = writeln!(
        body,
        "<button class=\"main\">{}</button>\n</form>",
        escape(words.record)
    );
}

/// Why nothing was recorded, in the reader's language.
fn refusal(words: &Words, reason: &NotRecorded) -> String {
    match reason {
        NotRecorded::NoAddress(text) => fill(words.no_address, &[text]),
        NotRecorded::OtherHost {
            host,
            platform,
            hosts,
        } => fill(words.other_host, &[host, platform, &hosts.join(", ")]),
        NotRecorded::NotWaiting => words.not_waiting.to_owned(),
        NotRecorded::NotReady(reason) => fill(words.not_ready, &[reason]),
        NotRecorded::PageGone => words.page_gone.to_owned(),
        NotRecorded::Failed(error) => fill(words.failed, &[&format!("{error:#}")]),
    }
}
