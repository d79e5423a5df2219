//! The walk over the source before the parser: takes markdown, gives it with tokens in the
//! place of formulas, wikilinks, directives and tags of other generators.
//!
//! Skips fences, code spans and comments, so that what they show stays what it is; what it
//! misjudges is put back later, see [`super::piece`]. One pass, linear.

use super::legacy::{self, Tags};
use super::piece::{Piece, PieceKind, block_token, inline_token};
use super::source::{Edits, Rewritten};
use super::{directive, formula};
use crate::content::bytes::position;
use std::borrow::Cow;
use std::ops::Range;

/// What the scan gives.
#[derive(Debug)]
pub(super) struct Scanned<'a> {
    /// Text with tokens.
    pub(super) text: Cow<'a, str>,
    /// The way back.
    pub(super) edits: Edits,
    /// The pieces by their tokens' numbers.
    pub(super) pieces: Vec<Piece>,
    /// Tags that nobody knows: their ranges and names.
    pub(super) unknown: Vec<(Range<usize>, String)>,
}

/// Scans a text.
pub(super) fn scan(text: &str, math: bool) -> Scanned<'_> {
    let mut scanner = Scanner {
        text,
        math,
        rewritten: Rewritten::new(text),
        pieces: Vec::new(),
        tags: Tags::default(),
        paragraph_end: 0,
        no_backticks: [0; LONGEST_RUN + 1],
        no_comment_end: false,
    };
    let mut at = 0;
    while at < text.len() {
        at = scanner.line(at);
    }
    let Scanner {
        rewritten,
        mut pieces,
        tags,
        ..
    } = scanner;
    let unknown = tags.finish(&mut pieces);
    let (text, edits) = rewritten.finish();
    Scanned {
        text,
        edits,
        pieces,
        unknown,
    }
}

impl<'a> Scanned<'a> {
    /// A text in which nothing was looked for.
    pub(super) fn untouched(text: &'a str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            edits: Edits::default(),
            pieces: Vec::new(),
            unknown: Vec::new(),
        }
    }
}

/// Longest indentation with marks of quotes and lists.
const LONGEST_PREFIX: usize = 200;
/// Longer runs of backticks open no code span here; nobody writes them.
const LONGEST_RUN: usize = 16;

struct Scanner<'a> {
    text: &'a str,
    math: bool,
    rewritten: Rewritten<'a>,
    pieces: Vec<Piece>,
    tags: Tags,
    /// End of the paragraph that was measured last.
    paragraph_end: usize,
    /// Per length of run: no closing run before this offset.
    no_backticks: [usize; LONGEST_RUN + 1],
    no_comment_end: bool,
}

impl Scanner<'_> {
    /// Scans from the start of a line; gives the start of a later line.
    fn line(&mut self, start: usize) -> usize {
        let end = line_end(self.text, start);
        let line = &self.text[start..end];
        let indent = prefix(line);
        let rest = &line[indent..];
        if let Some(fence) = fence(rest) {
            return self.skip_fence(end, fence);
        }
        if rest.starts_with("::")
            && let Some(kind) = directive::read(rest)
        {
            let range = start + indent..start + line.trim_end().len();
            self.block(range, kind);
            return end;
        }
        if is_contents(rest.trim()) {
            let range = start + indent..start + line.trim_end().len();
            self.block(range, PieceKind::Tag(Vec::new()));
            return end;
        }
        self.inline(start + indent, end)
    }

    /// Scans the inside of a line; a span that begins here may end lines further.
    fn inline(&mut self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut end = end;
        // All that a line may hold that is more than text.
        let counts = |byte: u8| {
            let opens = (byte == b'[') | (byte == b'<') | (byte == b'{');
            opens | (byte == b'\\') | (byte == b'`') | (byte == b'$')
        };
        while let Some(found) = position(&bytes[..end], at, counts) {
            at = found;
            let next = match bytes[at] {
                b'\\' if self.math => self.backslash(at),
                b'\\' => at + 2,
                b'`' => self.code_span(at),
                b'$' if self.math => self.formula(at),
                b'[' if bytes.get(at + 1) == Some(&b'[') => self.wikilink(at, end),
                b'<' if self.text[at..].starts_with("<!--") => self.comment(at),
                b'{' if matches!(bytes.get(at + 1), Some(b'{' | b'%')) => self.tag(at),
                _ => at + 1,
            };
            at = next;
            if at > end {
                end = line_end(self.text, floor(self.text, at));
            }
        }
        end
    }

    fn skip_fence(&self, from: usize, (mark, length): (u8, usize)) -> usize {
        let mut at = from;
        while at < self.text.len() {
            let end = line_end(self.text, at);
            let line = &self.text[at..end];
            let rest = line[quote_prefix(line)..].trim_start();
            let run = rest.bytes().take_while(|byte| *byte == mark).count();
            at = end;
            if run >= length && rest[run..].trim().is_empty() {
                return at;
            }
        }
        at
    }

    fn code_span(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let run = run(bytes, at, b'`');
        let after = at + run;
        if run > LONGEST_RUN {
            return after;
        }
        let limit = self.paragraph(at);
        if self.no_backticks[run] >= limit {
            return after;
        }
        let mut search = after;
        while let Some(found) = bytes[search..limit].iter().position(|byte| *byte == b'`') {
            let start = search + found;
            let length = self::run(bytes, start, b'`');
            search = start + length;
            if length == run {
                return search;
            }
        }
        self.no_backticks[run] = limit;
        after
    }

    fn comment(&mut self, at: usize) -> usize {
        if !self.no_comment_end {
            if let Some(found) = self.text[at + 4..].find("-->") {
                return at + 4 + found + 3;
            }
            self.no_comment_end = true;
        }
        at + 4
    }

    fn formula(&mut self, at: usize) -> usize {
        let limit = self.paragraph(at);
        let found = formula::read(&self.text[at..limit], self.text[..at].chars().next_back());
        self.found(at, found)
    }

    fn backslash(&mut self, at: usize) -> usize {
        let limit = self.paragraph(at);
        let found = formula::read_bracketed(&self.text[at..limit]);
        match found {
            // An escaped bracket in running text is a bracket.
            formula::Found::Math(length, _, true) if !self.is_own_line(&(at..at + length)) => {
                at + 2
            }
            found => self.found(at, found),
        }
    }

    fn found(&mut self, at: usize, found: formula::Found<'_>) -> usize {
        match found {
            formula::Found::Text(length) => at + length,
            formula::Found::Math(length, tex, display) => {
                let range = at..at + length;
                let kind = PieceKind::Math {
                    tex: unquoted(self.text, at, tex),
                    display,
                };
                if display && self.is_own_line(&range) {
                    self.block(range.clone(), kind);
                } else {
                    self.put(range.clone(), kind);
                }
                range.end
            }
        }
    }

    fn wikilink(&mut self, at: usize, end: usize) -> usize {
        let inner = &self.text[at + 2..end];
        // Stopping at the next bracket of either kind keeps this linear.
        let Some(close) = inner.find(['[', ']']) else {
            return at + 2;
        };
        let body = &inner[..close];
        let after = &inner[close..];
        if !after.starts_with("]]")
            || after[2..].starts_with(['(', '[', ':', ']'])
            || body.trim().is_empty()
            || body.contains('\u{FDD2}')
            || body.starts_with('^')
        {
            return at + 2;
        }
        let embed = at > 0
            && self.text.as_bytes()[at - 1] == b'!'
            && !(at > 1 && self.text.as_bytes()[at - 2] == b'\\');
        let (target, label) = match body.split_once('|') {
            Some((target, label)) => (target.trim_end_matches('\\'), Some(label.trim())),
            None => (body, None),
        };
        let kind = PieceKind::Wikilink {
            target: target.trim().to_owned(),
            label: label.filter(|label| !label.is_empty()).map(str::to_owned),
            embed,
        };
        let range = at - usize::from(embed)..at + 2 + close + 2;
        self.put(range.clone(), kind);
        range.end
    }

    fn tag(&mut self, at: usize) -> usize {
        let Some(found) = legacy::read(self.text, at, &mut self.tags) else {
            return at + 2;
        };
        let end = found.range.end;
        let range = found.range.clone();
        let number = self.pieces.len();
        self.tags.note(number, &found);
        if found.block && self.is_own_line(&range) {
            self.block(range, found.kind);
        } else {
            self.put(range, found.kind);
        }
        end
    }

    fn put(&mut self, range: Range<usize>, kind: PieceKind) {
        let token = inline_token(self.pieces.len());
        self.rewritten.replace(range.clone(), &token);
        self.pieces.push(Piece { range, kind });
    }

    fn block(&mut self, range: Range<usize>, kind: PieceKind) {
        let token = block_token(self.pieces.len());
        self.rewritten.replace(range.clone(), &token);
        self.pieces.push(Piece { range, kind });
    }

    /// Whether nothing else stands on the lines of a range.
    fn is_own_line(&self, range: &Range<usize>) -> bool {
        // What makes a line part of quotes and lists is short: no long line is walked back.
        let marks = self.text.as_bytes()[..range.start]
            .iter()
            .rev()
            .take(LONGEST_PREFIX)
            .take_while(|byte| {
                matches!(byte, b' ' | b'\t' | b'>' | b'-' | b'*' | b'+' | b'.' | b')')
                    || byte.is_ascii_digit()
            })
            .count();
        let line = range.start - marks;
        if line > 0 && self.text.as_bytes()[line - 1] != b'\n' {
            return false;
        }
        let before = &self.text[line..range.start];
        let after = &self.text[range.end..line_end(self.text, range.end)];
        prefix(before) == before.len() && after.trim().is_empty()
    }

    /// The end of the paragraph around an offset.
    fn paragraph(&mut self, at: usize) -> usize {
        if at >= self.paragraph_end {
            let mut end = line_end(self.text, at);
            while end < self.text.len() {
                let next = line_end(self.text, end);
                let line = &self.text[end..next];
                if line[quote_prefix(line)..].trim().is_empty() {
                    break;
                }
                end = next;
            }
            self.paragraph_end = end;
        }
        self.paragraph_end
    }
}

/// Offset behind the line's end.
pub(super) fn line_end(text: &str, from: usize) -> usize {
    position(text.as_bytes(), from, |byte| byte == b'\n').map_or(text.len(), |at| at + 1)
}

fn floor(text: &str, at: usize) -> usize {
    // Only a backslash before a character of several bytes leads inside of one.
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn run(bytes: &[u8], at: usize, mark: u8) -> usize {
    bytes[at..].iter().take_while(|byte| **byte == mark).count()
}

fn quote_prefix(line: &str) -> usize {
    line.bytes()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'>'))
        .count()
}

/// Length of what makes a line part of quotes and lists.
fn prefix(line: &str) -> usize {
    let mut at = quote_prefix(line);
    loop {
        let rest = &line[at..];
        let marker = match rest.as_bytes() {
            [b'-' | b'*' | b'+', b' ' | b'\t', ..] => 1,
            _ => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                match rest.as_bytes().get(digits..) {
                    Some([b'.' | b')', b' ' | b'\t', ..]) if (1..10).contains(&digits) => {
                        digits + 1
                    }
                    _ => return at,
                }
            }
        };
        at += marker + quote_prefix(&line[at + marker..]);
    }
}

/// The place where other generators put the contents (VuePress, GitLab, CSDN), which the theme
/// shows by itself.
fn is_contents(line: &str) -> bool {
    let mark = line.strip_prefix('@').map(|line| {
        let end = line.find(']').map_or(line.len(), |at| at + 1);
        let (mark, title) = line.split_at(end);
        let titled = title.starts_with('(') && title.find(')') == Some(title.len() - 1);
        if title.is_empty() || titled { mark } else { "" }
    });
    ["[[toc]]", "[[_toc_]]"]
        .iter()
        .any(|known| line.eq_ignore_ascii_case(known))
        || mark.is_some_and(|mark| mark.eq_ignore_ascii_case("[toc]"))
}

fn fence(rest: &str) -> Option<(u8, usize)> {
    let mark = *rest
        .as_bytes()
        .first()
        .filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = run(rest.as_bytes(), 0, mark);
    (length >= 3 && (mark == b'~' || !rest[length..].contains('`'))).then_some((mark, length))
}

/// A formula over several lines of a quote without the quote's marks.
fn unquoted(text: &str, at: usize, tex: &str) -> String {
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    if !tex.contains('\n') || !text[line..at].contains('>') {
        return tex.to_owned();
    }
    tex.lines()
        .map(|line| line.trim_start_matches([' ', '>']))
        .collect::<Vec<_>>()
        .join("\n")
}
