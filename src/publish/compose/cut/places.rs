//! Where a text may be cut: takes a text, gives all places in order, each with what kind of
//! place it is, whether it would part a pair of brackets, and how the text would end there.

use super::Cut;
use crate::content::text::{is_han, is_kana, is_wide_punctuation};
use crate::platform::rich;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation as _;

/// What ends at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// A sentence or a line.
    Sentence,
    /// A part of a sentence.
    Clause,
    /// A word.
    Word,
}

/// A place where the text may be cut.
#[derive(Debug)]
pub(super) struct Place {
    /// Byte of the text.
    pub(super) at: usize,
    /// End of what stays: without blanks, commas and opening brackets.
    end: usize,
    pub(super) rank: Rank,
    /// Innermost pair that is open here.
    open: Option<usize>,
    /// Whether a short pair, such as a title in 《》, would be parted.
    pub(super) parts_pair: bool,
}

/// A pair of brackets or quotes.
struct Pair {
    start: usize,
    end: Option<usize>,
    closer: &'static str,
    outer: Option<usize>,
    /// Characters inside.
    length: usize,
}

/// All places of a text.
pub(super) struct Places {
    pub(super) list: Vec<Place>,
    pairs: Vec<Pair>,
    whole: Vec<Range<usize>>,
}

/// A pair with at most so many characters inside is not parted.
const SHORT_PAIR: usize = 24;
/// Pairs deeper than this are no pairs.
const MOST_OPEN: usize = 8;

const PAIRS: [(&str, &str); 16] = [
    ("《", "》"),
    ("〈", "〉"),
    ("“", "”"),
    ("‘", "’"),
    ("「", "」"),
    ("『", "』"),
    ("（", "）"),
    ("【", "】"),
    ("〔", "〕"),
    ("«", "»"),
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("［", "］"),
    ("„", "“"),
    ("\"", "\""),
];

impl Places {
    pub(super) fn find(text: &str) -> Self {
        let mut places = Self {
            list: Vec::new(),
            pairs: Vec::new(),
            whole: whole(text),
        };
        let mut open: Option<usize> = None;
        let mut depth = 0;
        let mut whole_index = 0;
        let mut before = "";
        let mut sentence_ended = false;
        // Ends of the text so far without blanks, and without all that is loose.
        let (mut trimmed, mut solid) = (0, 0);
        for (index, (at, next)) in text.grapheme_indices(true).enumerate() {
            while places
                .whole
                .get(whole_index)
                .is_some_and(|range| range.end <= at)
            {
                whole_index += 1;
            }
            let inside = places
                .whole
                .get(whole_index)
                .is_some_and(|range| range.start < at);
            if at > 0 && !inside {
                sentence_ended = match before {
                    _ if ends_sentence(text, at, before) => true,
                    _ => sentence_ended && is_closing(before),
                };
                let opens = places
                    .pairs
                    .last()
                    .is_some_and(|pair| pair.start + before.len() == at && pair.end.is_none());
                if let Some(rank) = rank(text, at, before, next, sentence_ended, opens) {
                    let end = if rank == Rank::Sentence {
                        trimmed
                    } else {
                        solid
                    };
                    places.push(at, end, rank, open);
                }
            }
            if !inside {
                (open, depth) = places.follow(next, at, index, open, depth);
            }
            before = next;
            if !next.starts_with(char::is_whitespace) {
                trimmed = at + next.len();
            }
            if !next.starts_with(is_loose) {
                solid = at + next.len();
            }
        }
        for index in 0..places.list.len() {
            let mut open = places.list[index].open;
            let mut parts = false;
            while let Some(pair) = open.and_then(|open| places.pairs.get(open)) {
                parts |= pair.end.is_some() && pair.length <= SHORT_PAIR;
                open = pair.outer;
            }
            places.list[index].parts_pair = parts;
        }
        places
    }

    fn push(&mut self, at: usize, end: usize, rank: Rank, open: Option<usize>) {
        if end > 0 {
            self.list.push(Place {
                at,
                end,
                rank,
                open,
                parts_pair: false,
            });
        }
    }

    /// Opens or closes a pair.
    fn follow(
        &mut self,
        next: &str,
        at: usize,
        index: usize,
        open: Option<usize>,
        depth: usize,
    ) -> (Option<usize>, usize) {
        if let Some(pair) = open.and_then(|open| self.pairs.get_mut(open))
            && pair.closer == next
        {
            pair.end = Some(at);
            pair.length = index - pair.length;
            return (pair.outer, depth - 1);
        }
        // The other end of a pair that was left open inside: the inner one is none.
        if let Some(inner) = open
            && let Some(outer) = self.pairs[inner].outer
            && self.pairs[outer].closer == next
        {
            let pair = &mut self.pairs[outer];
            pair.end = Some(at);
            pair.length = index - pair.length;
            return (pair.outer, depth - 2);
        }
        let Some((_, closer)) = PAIRS.iter().find(|(opener, _)| *opener == next) else {
            return (open, depth);
        };
        if depth >= MOST_OPEN {
            return (open, depth);
        }
        self.pairs.push(Pair {
            start: at,
            end: None,
            closer,
            outer: open,
            // Until it is closed, where it begins.
            length: index,
        });
        (Some(self.pairs.len() - 1), depth + 1)
    }

    /// The text cut at a place.
    pub(super) fn make(&self, text: &str, place: &Place) -> Cut {
        let mut shortened = text[..place.end].to_owned();
        if place.rank != Rank::Sentence {
            shortened.push('…');
        }
        let mut open = place.open;
        while let Some(pair) = open.and_then(|open| self.pairs.get(open)) {
            if pair.end.is_some() && pair.start < place.end {
                shortened.push_str(pair.closer);
            }
            open = pair.outer;
        }
        Cut {
            text: shortened,
            kept: place.end,
        }
    }

    /// The word behind a place; empty when it is an address, a tag or a mention.
    pub(super) fn word_behind<'a>(&self, text: &'a str, at: usize) -> &'a str {
        let start = at + (text[at..].len() - text[at..].trim_start().len());
        let next = self.list.partition_point(|place| place.at <= start);
        let end = self.list.get(next).map_or(text.len(), |place| place.at);
        let whole = self.whole.partition_point(|range| range.end <= start);
        match self.whole.get(whole) {
            Some(range) if range.start < end => "",
            _ => text.get(start..end).unwrap_or_default(),
        }
    }
}

/// Addresses, tags and mentions, in order.
fn whole(text: &str) -> Vec<Range<usize>> {
    let mut found = rich::links(text);
    found.extend(rich::tags(text));
    for (start, _) in text.match_indices('@') {
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '@') {
            continue;
        }
        let name = text[start + 1..]
            .char_indices()
            .take(60)
            .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@'))
            .last()
            .map_or(0, |(at, c)| at + c.len_utf8());
        let name = text[start + 1..start + 1 + name].trim_end_matches(['.', '-', '@']);
        if !name.is_empty() {
            found.push(start..start + 1 + name.len());
        }
    }
    found.sort_by_key(|range| range.start);
    let mut whole: Vec<Range<usize>> = Vec::new();
    for range in found {
        match whole.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => whole.push(range),
        }
    }
    whole
}

/// What ends between two characters; none when nothing may be parted there.
fn rank(
    text: &str,
    at: usize,
    before: &str,
    next: &str,
    sentence_ended: bool,
    opens: bool,
) -> Option<Rank> {
    let last = before.chars().next()?;
    let first = next.chars().next()?;
    if is_blank(last) || opens {
        return None;
    }
    if first == '\n' {
        return Some(if is_loose(last) {
            Rank::Clause
        } else {
            Rank::Sentence
        });
    }
    if stays_behind(first) || is_closing(next) && !(first == '"' && is_blank(last)) {
        return None;
    }
    if sentence_ended {
        return Some(Rank::Sentence);
    }
    let wide = |c: char| is_han(c) || is_kana(c) || is_wide_punctuation(c) || is_emoji(c);
    if is_blank(first) || wide(last) || wide(first) {
        if last.is_ascii_digit() && (is_han(first) || follows_number(text, at, first)) {
            return None;
        }
        if matches!(last, '¥' | '￥' | '$' | '€' | '₽' | '№' | '·' | '・') {
            return None;
        }
        let clause = is_comma(last) && (is_blank(first) || !last.is_ascii());
        return Some(if clause { Rank::Clause } else { Rank::Word });
    }
    (matches!(last, '—' | '–') || (is_comma(last) && !last.is_ascii())).then_some(Rank::Clause)
}

/// Whether digits go on behind a blank: `15 000`.
fn follows_number(text: &str, at: usize, first: char) -> bool {
    is_blank(first) && text[at + first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit())
}

/// Blanks at which a line may be broken.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
}

fn is_comma(c: char) -> bool {
    matches!(c, '，' | '、' | '；' | '：' | ',' | ';' | ':' | '—' | '–')
}

/// What may not stand before an ellipsis.
fn is_loose(c: char) -> bool {
    c.is_whitespace()
        || is_comma(c)
        || matches!(c, '-' | '…' | '·' | '/' | '&' | '+' | '=' | '#' | '@' | '|')
        || PAIRS
            .iter()
            .any(|(opener, closer)| opener.starts_with(c) && *closer != *opener && c != '“')
        || c == '“'
}

/// What belongs to the character before it.
fn stays_behind(c: char) -> bool {
    is_comma(c)
        || matches!(
            c,
            '。' | '！'
                | '？'
                | '.'
                | '!'
                | '?'
                | '…'
                | '·'
                | '・'
                | '%'
                | '‰'
                | '％'
                | '℃'
                | '°'
                | '～'
                | '〜'
                | 'ー'
                | '々'
                | '｡'
                | '．'
                | '｝'
                | '\''
        )
        || matches!(
            c,
            'ぁ' | 'ぃ'
                | 'ぅ'
                | 'ぇ'
                | 'ぉ'
                | 'っ'
                | 'ゃ'
                | 'ゅ'
                | 'ょ'
                | 'ァ'
                | 'ィ'
                | 'ゥ'
                | 'ェ'
                | 'ォ'
                | 'ッ'
                | 'ャ'
                | 'ュ'
                | 'ョ'
        )
}

fn is_closing(cluster: &str) -> bool {
    PAIRS
        .iter()
        .any(|(_, closer)| *closer == cluster && cluster != "“")
}

/// Whether the mark that ends at `at` ends a sentence, and not a number or an abbreviation.
fn ends_sentence(text: &str, at: usize, mark: &str) -> bool {
    if matches!(mark, "。" | "！" | "？" | "｡") {
        return true;
    }
    if !matches!(mark, "." | "!" | "?" | "…") {
        return false;
    }
    let rest = text[at..].trim_start_matches(['"', '”', '»', ')', '’', '」', '』', '）']);
    let Some(next) = rest.chars().next() else {
        return true;
    };
    if !is_blank(next) {
        return mark != "." && (is_han(next) || is_kana(next));
    }
    let following = rest.trim_start().chars().next();
    if following.is_some_and(char::is_lowercase) {
        return false;
    }
    if mark != "." {
        return true;
    }
    // Initials, numbers of a list and abbreviations go on.
    let before = &text[..at - mark.len()];
    let start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || *c == '.')
        .take(6)
        .last()
        .map_or(before.len(), |(at, _)| at);
    let word = &before[start..];
    let short = word.chars().count() <= 2 && !word.chars().any(is_han);
    let goes_on =
        short || word.contains('.') || ABBREVIATIONS.contains(&word.to_lowercase().as_str());
    next == '\n' || !goes_on
}

const ABBREVIATIONS: [&str; 20] = [
    "mrs",
    "prof",
    "fig",
    "vol",
    "inc",
    "ltd",
    "corp",
    "dept",
    "ave",
    "руб",
    "тыс",
    "млн",
    "млрд",
    "стр",
    "рис",
    "табл",
    "напр",
    "пер",
    "просп",
    "обл",
];
