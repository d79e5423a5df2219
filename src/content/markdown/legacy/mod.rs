//! Tags of other generators in old texts: Hexo's `{% asset_img a.png %}`, Hugo's
//! `{{< figure src="a.png" >}}`, Liquid's `{% highlight go %}` and `{{ site.baseurl }}`,
//! Zola's `{% quote(author="A") %} … {% end %}`.
//!
//! Takes a text and the offset of `{%` or `{{`, says what the tag there becomes. Nothing is
//! ever executed: a tag that is known becomes what it stands for, one that is not stays as
//! written, and so does everything in braces that is no tag at all.

mod embed;
mod hexo;
mod hugo;
mod liquid;
mod read;
mod zola;

use super::piece::{Chunk, Piece, PieceKind};
use read::{Brackets, Tag};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What a known tag stands for.
enum Meaning {
    /// HTML within a line.
    Inline(Vec<Chunk>),
    /// A block when it has a line of its own.
    Block(Vec<Chunk>),
    /// A URL.
    Url(String),
    /// What begins here and ends at the end tag; markdown in between.
    Pair(Vec<Chunk>, Vec<Chunk>),
    /// Everything up to the end tag is its text, not markdown.
    Capture(fn(&Tag<'_>, &str) -> Vec<Chunk>),
    /// Tags up to the end tag are no tags.
    Raw,
}

/// A tag in a text.
pub(super) struct Found {
    /// Where.
    pub(super) range: Range<usize>,
    /// What it becomes.
    pub(super) kind: PieceKind,
    /// Whether it is a block when it has a line of its own.
    pub(super) block: bool,
    role: Role,
}

enum Role {
    Single,
    /// What begins here and ends at the end tag.
    Open(Open),
    Close(String),
    Unknown(String),
}

/// A tag that waits for its end.
#[derive(Debug, Clone)]
struct Open {
    name: String,
    /// The name that its end tag has: its own, none where all end alike.
    ends_as: String,
    /// What the end tag becomes.
    close: Vec<Chunk>,
    known: bool,
}

impl Open {
    fn role(tag: &Tag<'_>, close: Vec<Chunk>, known: bool) -> Role {
        Role::Open(Self {
            name: tag.name.to_owned(),
            ends_as: tag.ends_as().to_owned(),
            close,
            known,
        })
    }
}

/// The open tags of a text.
#[derive(Debug, Default)]
pub(super) struct Tags {
    /// Open tags by the name of their end tag, each with the number of its piece.
    open: BTreeMap<String, Vec<(usize, Open)>>,
    /// End tags and what they become.
    closed: Vec<(usize, Vec<Chunk>)>,
    /// Pieces that nobody knows, with their names.
    unknown: Vec<(usize, String)>,
    /// Pieces that are gone, because they enclose text and mean nothing else.
    gone: Vec<usize>,
    /// Tags before this offset are no tags.
    raw_until: usize,
    /// Names that have no end tag in the rest of the text.
    endless: BTreeSet<String>,
}

/// Reads the tag at an offset.
pub(super) fn read(text: &str, at: usize, tags: &mut Tags) -> Option<Found> {
    if at < tags.raw_until {
        return None;
    }
    let tag = read::tag(text, at)?;
    let single = |kind, block| Found {
        range: tag.range.clone(),
        kind,
        block,
        role: Role::Single,
    };
    if tag.commented {
        return Some(single(
            PieceKind::Tag(vec![Chunk::Text(tag.shown())]),
            false,
        ));
    }
    if tag.closing {
        return Some(Found {
            range: tag.range.clone(),
            kind: PieceKind::Literal,
            block: true,
            role: Role::Close(tag.name.to_owned()),
        });
    }
    let meaning = match tag.brackets {
        Brackets::Percent if tag.called => zola::meaning(&tag),
        Brackets::Percent => hexo::meaning(&tag).or_else(|| liquid::meaning(&tag)),
        Brackets::Shortcode => hugo::meaning(&tag),
        Brackets::Output => {
            return liquid::output(&tag).map(|url| single(PieceKind::Url(url), false));
        }
    };
    Some(match meaning {
        Some(Meaning::Inline(chunks)) => single(PieceKind::Tag(chunks), false),
        Some(Meaning::Block(chunks)) => single(PieceKind::Tag(chunks), true),
        Some(Meaning::Url(url)) => single(PieceKind::Url(url), false),
        Some(Meaning::Pair(open, close)) => Found {
            range: tag.range.clone(),
            kind: PieceKind::Tag(open),
            block: true,
            role: Open::role(&tag, close, true),
        },
        Some(Meaning::Capture(chunks)) => match tags.end_of(text, &tag) {
            Some(end) => Found {
                range: tag.range.start..end.end,
                kind: PieceKind::Tag(chunks(&tag, &text[tag.range.end..end.start])),
                block: true,
                role: Role::Single,
            },
            None => unknown(&tag),
        },
        Some(Meaning::Raw) => match tags.end_of(text, &tag) {
            Some(end) => {
                tags.raw_until = end.start;
                Found {
                    range: tag.range.clone(),
                    kind: PieceKind::Tag(Vec::new()),
                    block: true,
                    role: Open::role(&tag, Vec::new(), true),
                }
            }
            None => unknown(&tag),
        },
        None if liquid::is_control(tag.name) => return None,
        None => Found {
            range: tag.range.clone(),
            kind: PieceKind::Literal,
            block: true,
            role: Open::role(&tag, Vec::new(), false),
        },
    })
}

fn unknown(tag: &Tag<'_>) -> Found {
    Found {
        range: tag.range.clone(),
        kind: PieceKind::Literal,
        block: true,
        role: Role::Unknown(tag.name.to_owned()),
    }
}

impl Tags {
    /// Remembers a tag and the number of its piece.
    pub(super) fn note(&mut self, number: usize, found: &Found) {
        match &found.role {
            Role::Single => {}
            Role::Unknown(name) => self.unknown.push((number, name.clone())),
            Role::Open(open) => {
                let waiting = self.open.entry(open.ends_as.clone()).or_default();
                waiting.push((number, open.clone()));
            }
            Role::Close(name) => {
                if let Some((begun, open)) = self.open.get_mut(name).and_then(Vec::pop) {
                    if !open.known {
                        self.unknown.push((begun, open.name));
                        self.gone.push(begun);
                    }
                    self.closed.push((number, open.close));
                }
            }
        }
    }

    /// Settles what open and end tags become; gives the unknown ones in order.
    pub(super) fn finish(self, pieces: &mut [Piece]) -> Vec<(Range<usize>, String)> {
        let mut unknown = self.unknown;
        for (number, close) in self.closed {
            pieces[number].kind = PieceKind::Tag(close);
        }
        for number in self.gone {
            pieces[number].kind = PieceKind::Tag(Vec::new());
        }
        for (number, open) in self.open.into_values().flatten() {
            pieces[number].kind = PieceKind::Literal;
            unknown.push((number, open.name));
        }
        unknown.sort_unstable();
        unknown
            .into_iter()
            .map(|(number, name)| (pieces[number].range.clone(), name))
            .collect()
    }

    /// Where the end tag of a tag stands.
    fn end_of(&mut self, text: &str, tag: &Tag<'_>) -> Option<Range<usize>> {
        if self.endless.contains(tag.ends_as()) {
            return None;
        }
        let found = read::end_tag(text, tag);
        if found.is_none() {
            self.endless.insert(tag.ends_as().to_owned());
        }
        found
    }
}
