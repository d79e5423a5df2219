//! Quotes that are alerts: takes the events of a block quote, writes the box with its title
//! when the quote begins with `[!word]`.

use super::alert;
use super::plan::Plan;
use super::write::Writer;
use pulldown_cmark::{Event, Tag};

impl Writer<'_> {
    /// Writes the begin of an alert; gives the index of the next event, or nothing when the
    /// quote is a plain one.
    pub(super) fn alert(&mut self, plan: &Plan<'_>, at: usize) -> Option<usize> {
        let events = plan.events.get(at + 1..at + 3)?;
        let (Event::Start(Tag::Paragraph), Event::Text(text)) = (&events[0].0, &events[1].0) else {
            return None;
        };
        let (kind, word, length) = alert::read(text)?;
        let end = plan.partner[at + 1];
        let title_end = (at + 2..end)
            .find(|at| matches!(plan.events[*at].0, Event::SoftBreak | Event::HardBreak))
            .unwrap_or(end);
        let class = kind.class();
        self.begin_block();
        self.enter(
            &format!(
                "<div class=\"alert alert-{class}\" role=\"note\">\n<p class=\"alert-title\">"
            ),
            "</div>\n",
        );
        let own = !text[length..].trim().is_empty() || title_end > at + 3;
        let mut next = at + 2;
        if own {
            self.enter("", "");
            let rest = text[length..].trim_start();
            let skipped = text.len() - rest.len();
            let range = &plan.events[at + 2].1;
            self.running_text(plan, at + 2, text, skipped, range.start);
            next += 1;
            while next < title_end {
                next = self.step(plan, next);
            }
            self.leave();
        } else {
            let title = word.unwrap_or_else(|| kind.title(self.scene.input.language));
            super::escape::text(title, &mut self.out.html);
            self.plain.push(title);
        }
        self.out.html.push_str("</p>\n");
        self.end_of_block();
        if title_end < end {
            self.enter("<p>", "</p>\n");
            if let Some(floor) = self.floors.last_mut() {
                floor.paragraph = true;
            }
            return Some(title_end + 1);
        }
        Some(end + 1)
    }
}
