//! The parser's events with what must be known before they are written: takes markdown with
//! tokens, gives events, each with its partner, and what attribute lists, `==` and the first
//! heading mean for them.

use super::attributes::{self, Attributes};
use super::emphasis::MARK;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Events and what was learned of them. Keys are indices of events.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    /// Events with their ranges in the parsed text.
    pub(super) events: Vec<(Event<'a>, Range<usize>)>,
    /// For each start its end and for each end its start; others point at themselves.
    pub(super) partner: Vec<usize>,
    /// Attributes of starts.
    pub(super) attributes: BTreeMap<usize, Attributes>,
    /// Bytes of a text that were an attribute list.
    pub(super) skip: BTreeMap<usize, usize>,
    /// Events that are not written.
    pub(super) dropped: BTreeSet<usize>,
    /// Where in a text `==` opens (true) or closes a mark.
    pub(super) marks: BTreeMap<usize, Vec<(usize, bool)>>,
    /// The first heading, when it is a level-1 heading outside of all blocks.
    pub(super) first_h1: Option<usize>,
}

/// Parses.
pub(super) fn plan(text: &str, smart: bool) -> Plan<'_> {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST;
    if smart {
        options |= Options::ENABLE_SMART_PUNCTUATION;
    }
    let mut plan = Plan {
        events: collect(
            Parser::new_ext(text, options).into_offset_iter(),
            text.len(),
        ),
        ..Plan::default()
    };
    plan.pair();
    plan.find_attributes(text);
    plan.find_marks();
    plan
}

/// Collects events; texts that follow each other in the source become one, because the parser
/// cuts them at every bracket.
fn collect<'a>(
    parser: impl Iterator<Item = (Event<'a>, Range<usize>)>,
    length: usize,
) -> Vec<(Event<'a>, Range<usize>)> {
    let mut events: Vec<(Event<'a>, Range<usize>)> = Vec::with_capacity(length / 24 + 8);
    let mut joined: Option<(String, Range<usize>)> = None;
    for (event, range) in parser {
        if let Event::Text(text) = &event {
            if let Some((whole, at)) = &mut joined
                && at.end == range.start
            {
                whole.push_str(text);
                at.end = range.end;
                continue;
            }
            if joined.is_none()
                && let Some((Event::Text(last), at)) = events.last()
                && at.end == range.start
            {
                joined = Some((format!("{last}{text}"), at.start..range.end));
                events.pop();
                continue;
            }
        }
        if let Some((whole, at)) = joined.take() {
            events.push((Event::Text(CowStr::from(whole)), at));
        }
        events.push((event, range));
    }
    if let Some((whole, at)) = joined {
        events.push((Event::Text(CowStr::from(whole)), at));
    }
    events
}

impl Plan<'_> {
    fn pair(&mut self) {
        self.partner = (0..self.events.len()).collect();
        let mut starts = Vec::new();
        let mut heading_seen = false;
        for (at, (event, _)) in self.events.iter().enumerate() {
            match event {
                Event::Start(tag) => {
                    if let Tag::Heading { level, .. } = tag
                        && !heading_seen
                    {
                        heading_seen = true;
                        if *level == HeadingLevel::H1 && starts.is_empty() {
                            self.first_h1 = Some(at);
                        }
                    }
                    starts.push(at);
                }
                Event::End(_) => {
                    if let Some(start) = starts.pop() {
                        self.partner[start] = at;
                        self.partner[at] = start;
                    }
                }
                _ => {}
            }
        }
    }

    fn find_attributes(&mut self, source: &str) {
        for at in 0..self.events.len() {
            let Event::Text(text) = &self.events[at].0 else {
                continue;
            };
            if matches!(text.trim_matches(MARK).trim(), "{:toc}" | "[TOC]" | "[toc]") {
                self.drop_contents(at);
                continue;
            }
            if !text.starts_with('{') {
                continue;
            }
            let Some((found, length)) = attributes::braced(text) else {
                continue;
            };
            let whole = text[length..].trim_matches(MARK).trim().is_empty();
            let before = at.checked_sub(1).map(|at| &self.events[at].0);
            let after = self.events.get(at + 1).map(|(event, _)| event);
            match before {
                Some(Event::End(TagEnd::Image | TagEnd::Link)) => {
                    let start = self.partner[at - 1];
                    self.attributes.insert(start, found);
                    self.skip.insert(at, length);
                }
                Some(Event::SoftBreak)
                    if whole && matches!(after, Some(Event::End(TagEnd::Paragraph))) =>
                {
                    let start = self.partner[at + 1];
                    self.attributes.insert(start, found);
                    self.dropped.extend([at - 1, at]);
                }
                // kramdown: a list on a line of its own belongs to the block above.
                Some(Event::Start(Tag::Paragraph))
                    if whole
                        && source[self.events[at].1.start..].starts_with("{:")
                        && matches!(after, Some(Event::End(TagEnd::Paragraph))) =>
                {
                    if let Some((Event::End(_), _)) = at.checked_sub(2).map(|at| &self.events[at]) {
                        let start = self.partner[at - 2];
                        self.attributes.insert(start, found);
                    }
                    self.dropped.extend([at - 1, at, at + 1]);
                }
                _ => {}
            }
        }
    }

    /// Takes out the place where other generators put the contents: kramdown's list `* TOC`
    /// with `{:toc}` below, or a paragraph `[TOC]`. The theme shows the contents by itself.
    fn drop_contents(&mut self, at: usize) {
        let mut block = None;
        let mut before = at;
        while let Some(index) = before.checked_sub(1) {
            before = match &self.events[index].0 {
                Event::Start(Tag::List(_)) => {
                    block = Some(index);
                    break;
                }
                Event::Start(Tag::Paragraph) => {
                    block = Some(index);
                    index
                }
                Event::Start(Tag::Item) | Event::SoftBreak | Event::Text(_) => index,
                _ => break,
            };
        }
        if let Some(start) = block {
            let end = self.partner[start];
            // A list of more than the one item is the author's own.
            let items = (start..=end)
                .filter(|index| matches!(self.events[*index].0, Event::Start(Tag::Item)))
                .count();
            if items <= 1 {
                self.dropped.extend(start..=end);
            }
        }
    }

    fn find_marks(&mut self) {
        let mut levels: Vec<Option<(usize, usize)>> = vec![None];
        let mut code = false;
        for (at, (event, _)) in self.events.iter().enumerate() {
            match event {
                Event::Start(tag) => {
                    code |= matches!(tag, Tag::CodeBlock(_) | Tag::HtmlBlock);
                    levels.push(None);
                }
                Event::End(tag) => {
                    code &= !matches!(tag, TagEnd::CodeBlock | TagEnd::HtmlBlock);
                    levels.pop();
                }
                Event::Text(text) if !code => {
                    let Some(open) = levels.last_mut() else {
                        continue;
                    };
                    let mut from = 0;
                    while let Some(found) = text[from..].find("==") {
                        let start = from + found;
                        let run = text[start..]
                            .bytes()
                            .take_while(|byte| *byte == b'=')
                            .count();
                        from = start + run;
                        if run != 2 {
                            continue;
                        }
                        let (opens, closes) = sides(text, start);
                        if closes && let Some((event, offset)) = open.take() {
                            self.marks.entry(event).or_default().push((offset, true));
                            self.marks.entry(at).or_default().push((start, false));
                        } else if opens {
                            *open = Some((at, start));
                        }
                    }
                }
                _ => {}
            }
        }
        for marks in self.marks.values_mut() {
            marks.sort_unstable();
        }
    }
}

/// Whether `==` at an offset may open and close a mark. Between Latin letters it is an
/// operator.
fn sides(text: &str, at: usize) -> (bool, bool) {
    let before = text[..at].chars().next_back();
    let after = text[at + 2..].chars().next();
    let inner = |c: Option<char>| c.is_none_or(|c| !c.is_whitespace());
    let outer = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    (inner(after) && outer(before), inner(before) && outer(after))
}

#[cfg(test)]
mod tests {
    use super::plan;
    use pulldown_cmark::Event;

    #[test]
    fn cut_texts_are_joined_and_partners_found() {
        let plan = plan("a [b] c *d*", false);
        assert!(matches!(&plan.events[1].0, Event::Text(text) if &**text == "a [b] c "));
        let last = plan.events.len() - 1;
        assert_eq!((plan.partner[0], plan.partner[last]), (last, 0));
    }
}
