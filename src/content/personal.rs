//! Personal data in a text: Chinese mobile numbers, identity numbers and private e-mail
//! addresses. Takes a page, a file or data, gives what was found and where. Knows no settings: what may stand
//! on a page is for others to say.

use super::bytes;
use crate::data::{Node, Value};
use crate::diag::{self, Position};
use std::sync::Arc;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Personal {
    /// A mobile number of mainland China.
    Mobile,
    /// An identity number of mainland China, by its date and its check digit.
    Identity,
    /// The e-mail address of a person.
    Mail,
}

impl Personal {
    /// Words that begin a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Mobile => "a mobile number",
            Self::Identity => "an identity number",
            Self::Mail => "a private e-mail address",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// What it is.
    pub what: Personal,
    /// The text itself.
    pub text: String,
    /// Where it stands in the file.
    pub position: Position,
}

impl Found {
    /// The text with its middle left out, because diagnostics are read by others too.
    pub fn hidden(&self) -> String {
        let kept = |text: &str, first: usize, last: usize| {
            let length = text.chars().count();
            let begin: String = text.chars().take(first).collect();
            let end: String = text.chars().skip(length.saturating_sub(last)).collect();
            format!("{begin}…{end}")
        };
        match (self.what, self.text.split_once('@')) {
            (Personal::Mail, Some((name, host))) => format!("{}@{host}", kept(name, 1, 0)),
            _ => kept(&Self::folded(&self.text), 3, 2),
        }
    }

    /// The form in which two spellings of one number or address are the same.
    pub fn folded(text: &str) -> String {
        let bare: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '\u{a0}') || text.contains('@'))
            .collect();
        let bare = bare.to_lowercase();
        let number = bare.strip_prefix("+86").unwrap_or(&bare);
        number.to_owned()
    }
}

/// Most findings of one file that are told; a list of members is one mistake, not a thousand.
const MOST: usize = 50;

/// A file that is shown as it is, or by a template, and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The file from the site's root.
    pub file: Arc<str>,
    /// What was found.
    pub personal: Vec<Found>,
}

/// Ends of the names of files whose text a reader may see; not those of scripts and styles.
const TEXTS: [&str; 16] = [
    "txt", "md", "markdown", "csv", "tsv", "json", "html", "htm", "xhtml", "svg", "xml", "ics",
    "vcf", "yaml", "yml", "toml",
];

/// Whether a file that is published as it is has a text to look through.
pub fn is_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.')
        .is_some_and(|(_, end)| TEXTS.contains(&end.to_ascii_lowercase().as_str()))
}

/// Looks through a file that is published as it is.
pub fn of_file(path: &str, bytes: &[u8]) -> Vec<Found> {
    let text = String::from_utf8_lossy(bytes);
    let is_drawing = path.to_ascii_lowercase().ends_with(".svg");
    let spans = find(&text).into_iter().filter(|(what, from, _)| {
        // The numbers within a drawing's tags are its lines.
        let before = &text[..*from];
        !is_drawing || *what == Personal::Mail || before.rfind('<') <= before.rfind('>')
    });
    told(&text, spans)
}

/// Looks through the values of a data file that templates may show.
pub fn of_data(tree: &Node) -> Vec<Found> {
    let mut found = Vec::new();
    of_node(tree, &mut found);
    found.truncate(MOST);
    found
}

/// Looks through a whole file.
pub(super) fn of_text(text: &str) -> Vec<Found> {
    told(text, find(text).into_iter())
}

fn told(text: &str, spans: impl Iterator<Item = (Personal, usize, usize)>) -> Vec<Found> {
    spans
        .take(MOST)
        .map(|(what, from, to)| Found {
            what,
            text: text[from..to].to_owned(),
            position: diag::position(text, from..to),
        })
        .collect()
}

/// Looks through the values of a row.
pub(super) fn of_node(node: &Node, found: &mut Vec<Found>) {
    match &node.value {
        Value::Scalar { text, .. } => {
            found.extend(find(text).into_iter().map(|(what, from, to)| Found {
                what,
                text: text[from..to].to_owned(),
                position: node.position,
            }));
        }
        Value::List(nodes) => nodes.iter().for_each(|node| of_node(node, found)),
        Value::Map(entries) => entries
            .iter()
            .for_each(|entry| of_node(&entry.value, found)),
        Value::Null => {}
    }
}

fn find(text: &str) -> Vec<(Personal, usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    let counts = |byte: u8| byte.is_ascii_digit() | (byte == b'@');
    while let Some(next) = bytes::position(bytes, at, counts) {
        at = next;
        if bytes[at].is_ascii_digit() {
            let end = number_end(bytes, at);
            match number(bytes, at, end) {
                Some(what) => found.push((what, at, end)),
                // `302 13812345678` is a room and a number.
                None => found.extend(pieces(bytes, at, end)),
            }
            at = end.max(at + 1);
        } else {
            if let Some((from, to)) = mail(text, at) {
                found.push((Personal::Mail, from, to));
                at = to;
            }
            at += 1;
        }
    }
    found
}

/// End of the run of digits, with single spaces or hyphens as people write telephone numbers,
/// and the `X` that may end an identity number.
fn number_end(bytes: &[u8], from: usize) -> usize {
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = from;
    loop {
        while is_digit(end) {
            end += 1;
        }
        let parted = matches!(bytes.get(end), Some(b' ' | b'-')) && is_digit(end + 1);
        if !parted {
            break;
        }
        end += 1;
    }
    if end - from == 17 && matches!(bytes.get(end), Some(b'X' | b'x')) {
        end += 1;
    }
    end
}

/// What stands between the spaces of a run that is no number as a whole.
fn pieces(bytes: &[u8], from: usize, end: usize) -> Vec<(Personal, usize, usize)> {
    let mut found = Vec::new();
    let mut begin = from;
    for at in from..=end {
        if at == end || bytes[at] == b' ' {
            let whole = begin == from && at == end;
            let what = (!whole).then(|| number(bytes, begin, at)).flatten();
            found.extend(what.map(|what| (what, begin, at)));
            begin = at + 1;
        }
    }
    found
}

fn number(bytes: &[u8], from: usize, end: usize) -> Option<Personal> {
    // Numbers within addresses, names of files, decimals and identifiers are no telephones.
    let before = from.checked_sub(1).map(|at| bytes[at]);
    let after = bytes.get(end).copied();
    let joined = |byte: u8| byte.is_ascii_alphanumeric() || b"/_=%#&@.".contains(&byte);
    let part_of_word = before.is_some_and(|byte| joined(byte) || byte == b'-')
        || after.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"/_=%@-".contains(&byte));
    let ends_a_sentence =
        after == Some(b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
    if part_of_word || ends_a_sentence {
        return None;
    }
    let digits: Vec<u8> = bytes[from..end]
        .iter()
        .copied()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .collect();
    let parts = (end - from) - digits.len();
    if digits.len() == 18 && parts == 0 && is_identity(&digits) {
        return Some(Personal::Identity);
    }
    let national = match digits.as_slice() {
        [b'8', b'6', rest @ ..] if rest.len() == 11 => rest,
        all => all,
    };
    let mobile =
        national.len() == 11 && national[0] == b'1' && (b'3'..=b'9').contains(&national[1]);
    // `138 0013 8000`, `138-0013-8000`, and once more with the country before it.
    (mobile && parts <= 3).then_some(Personal::Mobile)
}

/// Eighteen signs with a date in the middle and the right check digit (GB 11643).
fn is_identity(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let value = |at: usize| u32::from(digits[at] - b'0');
    if digits[0] == b'0' || !digits[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (year, month, day) = (
        value(6) * 1000 + value(7) * 100 + value(8) * 10 + value(9),
        value(10) * 10 + value(11),
        value(12) * 10 + value(13),
    );
    let dated =
        (1900..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let sum: u32 = WEIGHTS
        .iter()
        .zip(0..)
        .map(|(weight, at)| weight * value(at))
        .sum();
    let check = CHECKS[usize::try_from(sum % 11).unwrap_or_default()];
    dated && check == digits[17].to_ascii_uppercase()
}

/// Hosts at which people, not organisations, have their mailboxes.
const MAILBOXES: [&str; 32] = [
    "qq.com",
    "foxmail.com",
    "163.com",
    "126.com",
    "yeah.net",
    "sina.com",
    "sina.cn",
    "sohu.com",
    "aliyun.com",
    "139.com",
    "189.cn",
    "wo.cn",
    "tom.com",
    "21cn.com",
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "live.cn",
    "msn.com",
    "yahoo.com",
    "yahoo.cn",
    "icloud.com",
    "me.com",
    "proton.me",
    "protonmail.com",
    "gmx.com",
    "mail.ru",
    "yandex.ru",
    "bk.ru",
    "rambler.ru",
];
/// Names of mailboxes that belong to a task, not to a person.
const ROLES: [&str; 30] = [
    "admin",
    "bot",
    "career",
    "careers",
    "contact",
    "editor",
    "editors",
    "hello",
    "help",
    "hi",
    "hr",
    "info",
    "job",
    "jobs",
    "join",
    "mail",
    "newsletter",
    "no-reply",
    "noreply",
    "office",
    "post",
    "press",
    "recruit",
    "sales",
    "security",
    "service",
    "support",
    "talent",
    "team",
    "webmaster",
];
/// Ends of hosts that are kept for examples.
const EXAMPLES: [&str; 8] = [
    "example",
    "test",
    "invalid",
    "localhost",
    "example.com",
    "example.org",
    "example.net",
    "example.cn",
];

/// How far before a name the begin of a web address is looked for.
const LONGEST_ADDRESS: usize = 200;

/// The address around an `@` that belongs to a person.
fn mail(text: &str, at: usize) -> Option<(usize, usize)> {
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let of_host = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let bytes = text.as_bytes();
    let from = at
        - bytes[..at]
            .iter()
            .rev()
            .take_while(|byte| of_name(byte))
            .count();
    let to = at
        + 1
        + bytes[at + 1..]
            .iter()
            .take_while(|byte| of_host(byte))
            .count();
    let name = text[from..at].trim_start_matches('.');
    let from = at - name.len();
    let host = text[at + 1..to].trim_end_matches(['.', '-']);
    let to = at + 1 + host.len();
    let (_, ending) = host.rsplit_once('.')?;
    let real = ending.len() >= 2 && ending.bytes().all(|byte| byte.is_ascii_alphabetic());
    // `@name@host` is a handle, `git@host:` a repository, `https://user:word@host` a login.
    let before = from.checked_sub(1).map(|at| bytes[at]);
    let begin = bytes[..from]
        .iter()
        .rev()
        .take(LONGEST_ADDRESS)
        .take_while(|byte| byte.is_ascii_graphic())
        .count();
    let in_address = bytes[from - begin..from]
        .windows(3)
        .any(|part| part == b"://");
    let other = before == Some(b'@') || name == "git" || in_address;
    if name.is_empty() || !real || other {
        return None;
    }
    let host = host.to_ascii_lowercase();
    let below = |known: &&str| {
        host.strip_suffix(*known)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if EXAMPLES.iter().any(below) {
        return None;
    }
    let role = name.to_ascii_lowercase();
    let is_role = ROLES.contains(&role.as_str());
    (MAILBOXES.contains(&host.as_str()) || !is_role).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::{Found, Personal, of_text};

    fn found(text: &str) -> Vec<(Personal, String)> {
        let found = of_text(text);
        found.into_iter().map(|one| (one.what, one.text)).collect()
    }

    #[test]
    fn numbers_of_people_are_found_however_they_are_written() {
        for text in [
            "电话13812345678。",
            "138 1234 5678",
            "[打给我](tel:13812345678)",
            "+86 138-1234-5678",
            "微信同号13812345678，",
            "三楼 302 13812345678",
        ] {
            let all = found(text);
            assert_eq!(all.len(), 1, "{text}");
            assert_eq!(all[0].0, Personal::Mobile, "{text}");
        }
        assert_eq!(
            found("身份证 11010519491231002X 号"),
            [(Personal::Identity, "11010519491231002X".to_owned())]
        );
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "110105194912310021",
            "第12345678901号",
            "https://e.org/item/13812345678.html",
            "0.13812345678",
            "订单 AB13812345678",
            "1381234567890123",
            "2026-10-01 12:30",
            "id=13812345678",
            "13812345678.9 元",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn mailboxes_of_people_are_told_from_those_of_tasks() {
        for text in [
            "zhang.san@qq.com",
            "写信到zhang@company.cn。",
            "<a href=\"mailto:li@gmail.com\">",
            "hr@163.com",
            "Email:li@qq.com",
            "邮箱:li@qq.com",
        ] {
            assert_eq!(found(text).len(), 1, "{text}");
        }
        for text in [
            "hr@company.cn",
            "git@github.com:a/b.git",
            "@zhang@social.cn",
            "npm i a@1.2.3",
            "zhang@yunlan.example",
            "me@example.org",
            "https://user:word@host.cn/",
            "@Test(name)",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_told_of_it_is_not_it() {
        let hidden = |text: &str| of_text(text)[0].hidden();
        assert_eq!(hidden("138 1234 5678"), "138…78");
        assert_eq!(hidden("zhang@qq.com"), "z…@qq.com");
        assert_eq!(
            Found::folded("+86 138-1234-5678"),
            Found::folded("13812345678")
        );
    }

    #[test]
    fn places_are_those_of_an_editor() {
        let found = of_text("# 题\n\n打 13812345678 找我");
        let at = found[0].position;
        assert_eq!((at.line, at.column, at.length), (3, 3, 11));
    }
}
