//! Tags of other generators in old texts: Hexo's `{% asset_img a.png %}`, Hugo's
//! `{{< figure src="a.png" >}}`, Liquid's `{% highlight go %}` and `{{ site.baseurl }}`.
//!
//! Takes a text and the offset of `{%` or `{{`, says what the tag there becomes. Nothing is
//! ever executed: a tag that is known becomes what it stands for, one that is not stays as
//! written, and so does everything in braces that is no tag at all.

mod embed;
mod hexo;
mod hugo;
mod liquid;
mod read;

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
    /// Name, what the end tag becomes, whether the tag is known.
    Open(String, Vec<Chunk>, bool),
    Close(String),
    Unknown(String),
}

/// The open tags of a text.
#[derive(Debug, Default)]
pub(super) struct Tags {
    /// Open tags by name: number of the piece, what the end becomes, known.
    open: BTreeMap<String, Vec<(usize, Vec<Chunk>, bool)>>,
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
            role: Role::Open(tag.name.to_owned(), close, true),
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
                    role: Role::Open(tag.name.to_owned(), Vec::new(), true),
                }
            }
            None => unknown(&tag),
        },
        None if liquid::is_control(tag.name) => return None,
        None => Found {
            range: tag.range.clone(),
            kind: PieceKind::Literal,
            block: true,
            role: Role::Open(tag.name.to_owned(), Vec::new(), false),
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
            Role::Open(name, close, known) => {
                let entry = (number, close.clone(), *known);
                self.open.entry(name.clone()).or_default().push(entry);
            }
            Role::Close(name) => {
                if let Some((open, close, known)) = self.open.get_mut(name).and_then(Vec::pop) {
                    if !known {
                        self.unknown.push((open, name.clone()));
                        self.gone.push(open);
                    }
                    self.closed.push((number, close));
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
        for (name, left) in self.open {
            for (number, ..) in left {
                pieces[number].kind = PieceKind::Literal;
                unknown.push((number, name.clone()));
            }
        }
        unknown.sort_unstable();
        unknown
            .into_iter()
            .map(|(number, name)| (pieces[number].range.clone(), name))
            .collect()
    }

    /// Where the end tag of a tag stands.
    fn end_of(&mut self, text: &str, tag: &Tag<'_>) -> Option<Range<usize>> {
        if self.endless.contains(tag.name) {
            return None;
        }
        let found = read::end_tag(text, tag);
        if found.is_none() {
            self.endless.insert(tag.name.to_owned());
        }
        found
    }
}
