//! YAML → [`Node`]: the one module that knows the YAML crate.
//!
//! Works on the parser's events and not on serde's values, because only events tell a quoted
//! scalar from a plain one and say where a key stands. Depth, aliases and size are bounded
//! here, so that no document can exhaust stack or memory.

use super::{Entry, Node, Value, printable};
use crate::diag::{Code, Diagnostic, Place, Position};
use serde_yaml::granit_parser::{
    ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span, StrInput, Tag,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Levels of lists and mappings that one document may have.
pub const DEPTH: usize = 64;
/// Values that all aliases of one document together may stand for.
const ALIASED: usize = 100_000;
const TOO_MANY: &str = "the aliases of this document stand for too many values";
/// Mappings longer than this find their keys through an index.
const INDEXED: usize = 24;

/// Reads one YAML document that begins at line `first_line` (from 1) of the file.
/// Duplicate keys are reported, the last one counts. An empty document is [`Value::Null`].
///
/// # Errors
/// One diagnostic with the place, when the text is not YAML.
pub fn parse(
    file: &Arc<str>,
    text: &str,
    first_line: u32,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Node, Box<Diagnostic>> {
    let mut options = Options::default();
    options.flow_nesting_limit = DEPTH;
    options.block_nesting_limit = DEPTH;
    // JSON, which comes this way too, has no limit for keys.
    options.simple_key_max_lookahead = 64 * 1024;
    let mut reader = Reader {
        file,
        text,
        first_line,
        open: Vec::new(),
        root: None,
        anchors: BTreeMap::new(),
        aliased: 0,
        diagnostics,
    };
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str_with_options(text, options);
    let mut documents = 0_u32;
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| reader.refused(&error))?;
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                return Err(reader.error(span, "a second YAML document begins here"));
            }
        }
        reader.take(event, span)?;
    }
    Ok(reader.root.unwrap_or(Node {
        position: Position {
            line: first_line,
            column: 1,
            length: 0,
        },
        value: Value::Null,
    }))
}

/// A list or mapping whose end has not come yet.
struct Open {
    position: Position,
    anchor: usize,
    inner: Inner,
}

enum Inner {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        index: HashMap<String, usize>,
        key: Option<Key>,
        merged: Vec<Node>,
    },
}

struct Key {
    text: String,
    position: Position,
    merge: bool,
}

/// A value that aliases may repeat.
struct Anchored {
    node: Node,
    size: usize,
    depth: usize,
}

struct Reader<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    first_line: u32,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: BTreeMap<usize, Anchored>,
    aliased: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<Diagnostic>> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let position = self.position(span);
                if self.wants_key() {
                    let merge = style == ScalarStyle::Plain && text == "<<";
                    self.key(text.into_owned(), position, merge);
                    return Ok(());
                }
                let value = scalar(text.into_owned(), style, tag.as_deref());
                self.value(Node { position, value }, anchor);
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin(span, anchor, Inner::List(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, _) => {
                let inner = Inner::Map {
                    entries: Vec::new(),
                    index: HashMap::new(),
                    key: None,
                    merged: Vec::new(),
                };
                self.begin(span, anchor, inner)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(id) => self.alias(id, span)?,
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, span: Span, anchor: usize, inner: Inner) -> Result<(), Box<Diagnostic>> {
        if self.wants_key() {
            let mut diagnostic = self.error(span, "a list or mapping stands where a key should");
            if self.text[byte(self.text, span)..].starts_with('{') {
                diagnostic.hints.push(
                    "a value with `{{ … }}` needs quotes; a template for new pages does not belong among the pages"
                        .to_owned(),
                );
            }
            return Err(diagnostic);
        }
        if self.open.len() >= DEPTH {
            return Err(self.error(span, too_deep()));
        }
        self.open.push(Open {
            position: self.position(span),
            anchor,
            inner,
        });
        Ok(())
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let value = match open.inner {
            Inner::List(nodes) => Value::List(nodes),
            Inner::Map {
                mut entries,
                merged,
                ..
            } => {
                merge(&mut entries, merged);
                Value::Map(entries)
            }
        };
        let node = Node {
            position: open.position,
            value,
        };
        self.value(node, open.anchor);
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Box<Diagnostic>> {
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(if self.aliased > ALIASED {
                self.error(span, TOO_MANY)
            } else {
                self.error(span, "this alias stands within the value that it names")
            });
        };
        if self.aliased + anchored.size > ALIASED {
            return Err(self.error(span, TOO_MANY));
        }
        if self.open.len() + anchored.depth > DEPTH {
            return Err(self.error(span, too_deep()));
        }
        self.aliased += anchored.size;
        let mut node = anchored.node.clone();
        node.position = self.position(span);
        if self.wants_key() {
            let Some(text) = node.text() else {
                return Err(self.error(span, "a list or mapping stands where a key should"));
            };
            let text = text.to_owned();
            self.key(text, node.position, false);
        } else {
            self.value(node, 0);
        }
        Ok(())
    }

    fn wants_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                inner: Inner::Map { key: None, .. },
                ..
            })
        )
    }

    fn key(&mut self, text: String, position: Position, merge: bool) {
        if let Some(Open {
            inner: Inner::Map { key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some(Key {
                text,
                position,
                merge,
            });
        }
    }

    fn value(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            let (size, depth) = measure(&node);
            // Copies for anchors count too: nested anchors would otherwise be quadratic.
            self.aliased += size;
            if self.aliased <= ALIASED {
                let node = node.clone();
                self.anchors.insert(anchor, Anchored { node, size, depth });
            }
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut open.inner {
            Inner::List(nodes) => nodes.push(node),
            Inner::Map {
                entries,
                index,
                key,
                merged,
            } => {
                let Some(key) = key.take() else { return };
                if key.merge && matches!(node.value, Value::Map(_) | Value::List(_)) {
                    merged.push(node);
                    return;
                }
                let entry = Entry {
                    key: key.text,
                    position: key.position,
                    value: node,
                };
                if let Some(first) = find(entries, index, &entry.key) {
                    self.diagnostics
                        .push(duplicate(self.file, &entry, entries[first].position));
                    entries[first] = entry;
                } else {
                    if entries.len() >= INDEXED {
                        if index.is_empty() {
                            index.extend(
                                entries
                                    .iter()
                                    .enumerate()
                                    .map(|(at, e)| (e.key.clone(), at)),
                            );
                        }
                        index.insert(entry.key.clone(), entries.len());
                    }
                    entries.push(entry);
                }
            }
        }
    }

    fn position(&self, span: Span) -> Position {
        let start = byte(self.text, span);
        let end = span
            .end
            .byte_offset()
            .unwrap_or(start)
            .clamp(start, self.text.len());
        let line = self.text.get(start..end).unwrap_or_default();
        let line = line.split(['\n', '\r']).next().unwrap_or_default();
        Position {
            line: number(span.start.line().max(1) - 1).saturating_add(self.first_line),
            column: number(span.start.col()).saturating_add(1),
            length: number(line.trim_end().chars().count()),
        }
    }

    fn error(&self, span: Span, message: impl Into<String>) -> Box<Diagnostic> {
        let place = Place::at(Arc::clone(self.file), self.position(span));
        Box::new(Diagnostic::new(Code::InvalidConfig, message).at(place))
    }

    fn refused(&self, error: &ScanError) -> Box<Diagnostic> {
        let (words, hint) = explain(error.kind());
        let mut diagnostic = self.error(Span::empty(*error.marker()), words);
        diagnostic.hints.extend(hint.map(str::to_owned));
        diagnostic
    }
}

/// Reports a key that stood before in the same mapping.
pub(super) fn duplicate(file: &Arc<str>, entry: &Entry, first: Position) -> Diagnostic {
    Diagnostic::new(
        Code::DuplicateKey,
        format!("the key `{}` stands twice; the last one counts", entry.key),
    )
    .at(Place::at(Arc::clone(file), entry.position))
    .related("first used here", Place::at(Arc::clone(file), first))
    .hint("remove one of the two")
}

fn find(entries: &[Entry], index: &HashMap<String, usize>, key: &str) -> Option<usize> {
    if index.is_empty() {
        entries.iter().position(|entry| entry.key == key)
    } else {
        index.get(key).copied()
    }
}

/// `<<: *defaults`: keys of the mapping itself win, then those of earlier mappings.
fn merge(entries: &mut Vec<Entry>, merged: Vec<Node>) {
    for node in merged {
        let nodes = match node.value {
            Value::List(nodes) => nodes,
            value => vec![Node { value, ..node }],
        };
        for node in nodes {
            if let Value::Map(more) = node.value {
                let known = entries.len();
                for entry in more {
                    if !entries[..known].iter().any(|own| own.key == entry.key) {
                        entries.push(entry);
                    }
                }
            }
        }
    }
}

fn scalar(text: String, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let forced = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
    let plain = style == ScalarStyle::Plain && !forced;
    if plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    Value::Scalar {
        text: printable(text),
        plain,
    }
}

/// Number of values and levels of a tree.
fn measure(node: &Node) -> (usize, usize) {
    let inner: Vec<(usize, usize)> = match &node.value {
        Value::List(nodes) => nodes.iter().map(measure).collect(),
        Value::Map(entries) => entries.iter().map(|entry| measure(&entry.value)).collect(),
        Value::Null | Value::Scalar { .. } => return (1, 0),
    };
    let size = inner.iter().map(|(size, _)| size).sum::<usize>() + 1;
    let depth = inner.iter().map(|(_, depth)| depth).max().unwrap_or(&0) + 1;
    (size, depth)
}

fn byte(text: &str, span: Span) -> usize {
    let mut at = span.start.byte_offset().unwrap_or(0).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn too_deep() -> String {
    format!("lists and mappings are nested deeper than {DEPTH} levels")
}

/// The parser's complaint in words for authors, with what to do about it.
fn explain(kind: &ErrorKind) -> (String, Option<&'static str>) {
    let (words, hint) = match kind {
        ErrorKind::RecursionLimitExceeded => return (too_deep(), None),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "a colon followed by a space ends a key, and here no key may stand",
            Some("put a value that contains `: ` in quotes, and check the indentation"),
        ),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => (
            "a tab stands where only spaces may",
            Some("replace the tab by spaces"),
        ),
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => (
            "a quote is opened and never closed",
            Some("close the quote, or double it inside a quoted text"),
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "text follows after the closing quote",
            Some("put the whole value in quotes of the other kind"),
        ),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => (
            "a bracket is opened and never closed",
            Some("close the bracket, or put a text that begins with a bracket in quotes"),
        ),
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            ("a bracket is closed that was never opened", None)
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => (
            "this line is neither `key: value` nor part of the value before it",
            Some("write `key: value` with a colon and a space, or indent the line"),
        ),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => (
            "this line does not fit the lines before it",
            Some("give it the same indentation as its neighbours"),
        ),
        ErrorKind::UnexpectedCharacter { character } => {
            return (
                format!("a value cannot begin with `{}`", character.escape_default()),
                Some("put the value in quotes"),
            );
        }
        ErrorKind::UnknownAnchor => (
            "a value that begins with `*` names an anchor, and there is none of this name",
            Some("put the value in quotes"),
        ),
        ErrorKind::UnknownQuotedScalarEscape => (
            "an unknown escape in a text in double quotes",
            Some("use single quotes, in which a backslash means itself"),
        ),
        other => return (format!("invalid YAML: {other}"), None),
    };
    (words.to_owned(), hint)
}

#[cfg(test)]
mod tests;
