//! Template text → tokens: takes the source of a template that the engine has accepted, gives
//! what stands between `{{ }}` and `{% %}` with byte ranges. Text, comments and raw blocks
//! are passed over. Gives the text without the rest too. Never fails: what it does not know
//! becomes [`Token::Other`].

use std::ops::Range;

/// A token inside a tag, or a tag's edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// `{{` or `{{-`.
    OpenValue,
    /// `{%` or `{%-`.
    OpenTag,
    /// `}}`, `-}}`, `%}` or `-%}`.
    Close,
    /// A name or keyword.
    Word(String),
    /// A quoted text, without its quotes.
    Text(String),
    /// A number.
    Number,
    /// An operator or bracket.
    Sign(&'static str),
    /// Something unknown.
    Other,
}

/// A token and its place.
#[derive(Debug, Clone)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) range: Range<usize>,
}

/// Longer signs first.
const SIGNS: [&str; 30] = [
    "...", "//", "**", "==", "!=", ">=", "<=", "</", "?.", "?[", "+", "-", "*", "/", "%", "!", ".",
    ",", ":", "~", "|", "=", ">", "<", "(", ")", "[", "]", "{", "}",
];

/// Takes a template apart.
pub(super) fn lex(source: &str) -> Vec<Lexeme> {
    parts(source).0
}

/// Stands in [`literal`] for each byte of what is put in at its place.
pub(super) const VALUE: char = '\u{1}';
/// Stands in [`literal`] for each byte of a tag, a comment or a raw block; white space in HTML.
pub(super) const TAG: char = '\u{c}';

/// The text of a template alone, every byte where it was.
pub(super) fn literal(source: &str) -> String {
    let (lexemes, passed) = parts(source);
    let mut bytes = source.as_bytes().to_vec();
    let mut fill = |range: Range<usize>, sign: char| {
        if let Some(part) = bytes.get_mut(range) {
            part.fill(sign as u8);
        }
    };
    for range in passed {
        fill(range, TAG);
    }
    let mut open = None;
    for Lexeme { token, range } in lexemes {
        match token {
            Token::OpenValue => open = Some((range.start, VALUE)),
            Token::OpenTag => open = Some((range.start, TAG)),
            Token::Close => {
                if let Some((start, sign)) = open.take() {
                    fill(start..range.end, sign);
                }
            }
            _ => {}
        }
    }
    if let Some((start, sign)) = open {
        fill(start..source.len(), sign);
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// What stands in tags, and where comments and raw blocks are.
fn parts(source: &str) -> (Vec<Lexeme>, Vec<Range<usize>>) {
    let mut lexemes = Vec::new();
    let mut passed = Vec::new();
    let mut at = 0;
    while let Some(open) = source[at..].find('{').map(|found| at + found) {
        let rest = &source[open..];
        if rest.starts_with("{#") {
            at = rest
                .find("#}")
                .map_or(source.len(), |close| open + close + 2);
            passed.push(open..at);
        } else if rest.starts_with("{{") {
            push(&mut lexemes, Token::OpenValue, open..open + 2);
            at = inside(source, open + 2, "}}", &mut lexemes);
        } else if rest.starts_with("{%") {
            if let Some(end) = raw_end(source, open) {
                passed.push(open..end);
                at = end;
                continue;
            }
            push(&mut lexemes, Token::OpenTag, open..open + 2);
            at = inside(source, open + 2, "%}", &mut lexemes);
        } else {
            at = open + 1;
        }
    }
    (lexemes, passed)
}

fn push(lexemes: &mut Vec<Lexeme>, token: Token, range: Range<usize>) {
    lexemes.push(Lexeme { token, range });
}

/// The end of `{% raw %} … {% endraw %}` when such a block begins here.
fn raw_end(source: &str, open: usize) -> Option<usize> {
    let tag = |from: usize, name: &str| -> Option<usize> {
        let rest = source[from..].strip_prefix("{%")?;
        let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start();
        let rest = rest.strip_prefix(name)?.trim_start();
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        let rest = rest.strip_prefix("%}")?;
        Some(source.len() - rest.len())
    };
    let mut at = tag(open, "raw")?;
    while let Some(found) = source[at..].find("{%") {
        if let Some(end) = tag(at + found, "endraw") {
            return Some(end);
        }
        at += found + 2;
    }
    Some(source.len())
}

/// Tokens up to and with the closing sign; gives the offset after it.
fn inside(source: &str, from: usize, close: &str, lexemes: &mut Vec<Lexeme>) -> usize {
    let mut at = from;
    if source[at..].starts_with('-') {
        at += 1;
    }
    loop {
        let rest = &source[at..];
        let Some(first) = rest.chars().next() else {
            return at;
        };
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        for (sign, length) in [
            (rest.starts_with(close), 2),
            (rest.starts_with('-') && rest[1..].starts_with(close), 3),
        ] {
            if sign {
                push(lexemes, Token::Close, at..at + length);
                return at + length;
            }
        }
        let (token, length) = one(rest, first);
        push(lexemes, token, at..at + length);
        at += length;
    }
}

fn one(rest: &str, first: char) -> (Token, usize) {
    if matches!(first, '"' | '\'' | '`') {
        return text(rest, first);
    }
    if first.is_ascii_digit() {
        let length = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        return (Token::Number, length);
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        return (Token::Word(rest[..length].to_owned()), length);
    }
    for sign in SIGNS {
        if rest.starts_with(sign) {
            return (Token::Sign(sign), sign.len());
        }
    }
    if first == '@' {
        return (Token::Sign("@"), 1);
    }
    (Token::Other, first.len_utf8())
}

fn text(rest: &str, quote: char) -> (Token, usize) {
    let mut content = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return (Token::Text(content), at + quote.len_utf8());
        }
        if character == '\\' {
            if let Some((_, escaped)) = characters.next() {
                content.push(escaped);
            }
        } else {
            content.push(character);
        }
    }
    (Token::Other, rest.len())
}
