//! A parsed page where the site refers to it: in memory as it was parsed, or in the store, from
//! which it is read when somebody first looks into it. A site of ten thousand pages of which
//! one was edited is put together without the other pages being read.

use super::{Body, Details, Kind, LongText, Meta, Page, PageFile};
use crate::diag::Diagnostic;
use crate::store::{Kept, Segment, Span};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Where the parts of a page lie in the store.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The file of texts.
    pub segment: Arc<Segment>,
    /// The page without its long texts, and its diagnostics.
    pub head: Span,
    /// HTML and plain text of the body.
    pub texts: Option<(Span, Span)>,
}

/// What one file gave: the page, unless it cannot be one, and its mistakes.
pub type Told = (Option<Arc<Page>>, Vec<Diagnostic>);

impl Stored {
    /// Leaves a page's long texts in the store.
    pub fn attach(&self, page: &mut Page) {
        let kept = |span| {
            LongText::Kept(Kept {
                segment: Arc::clone(&self.segment),
                span,
            })
        };
        if let Some((html, plain)) = self.texts {
            page.body.html = kept(html);
            page.body.plain = kept(plain);
        }
    }

    /// Reads it; none when the store has lost it, which the store remembers.
    pub fn read(&self) -> Option<Told> {
        let bytes = self.segment.read(&self.head)?;
        let Ok((page, diagnostics)) = postcard::from_bytes::<(Option<Page>, _)>(&bytes) else {
            self.segment.give_up();
            return None;
        };
        let page = page.map(|mut page| {
            self.attach(&mut page);
            Arc::new(page)
        });
        Some((page, diagnostics))
    }
}

/// A page's source. It reads like the [`Page`] that it is.
#[derive(Debug, Clone)]
pub struct Source {
    file: Arc<str>,
    page: OnceLock<Arc<Page>>,
    stored: Option<Box<Stored>>,
}

impl Source {
    /// Path of its file from the site's root. Nothing is read for it.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// Says where it lies, for a source that came out of the store itself.
    pub fn lies_in(&mut self, stored: Stored) {
        self.stored = Some(Box::new(stored));
    }

    /// The page.
    pub fn page(&self) -> &Arc<Page> {
        self.page.get_or_init(|| {
            let told = self.stored.as_ref().and_then(|stored| stored.read());
            // The store knows then that it failed, and the build is done again without it.
            told.and_then(|(page, _)| page)
                .unwrap_or_else(|| Arc::new(nothing(&self.file)))
        })
    }

    /// The page, to change it.
    pub fn make_mut(&mut self) -> &mut Page {
        self.page();
        let page = self.page.get_mut().map(Arc::make_mut);
        page.unwrap_or_else(|| unreachable!("it was read into memory"))
    }
}

impl Deref for Source {
    type Target = Page;

    fn deref(&self) -> &Page {
        self.page()
    }
}

impl From<Arc<Page>> for Source {
    fn from(page: Arc<Page>) -> Self {
        Self {
            file: Arc::clone(&page.file.file),
            page: OnceLock::from(page),
            stored: None,
        }
    }
}

/// By its file; whoever reads it back says where it lies.
impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.file.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            file: Arc::deserialize(deserializer)?,
            page: OnceLock::new(),
            stored: None,
        })
    }
}

/// Stands for a page that is lost until the build is done again.
fn nothing(file: &Arc<str>) -> Page {
    Page {
        file: PageFile {
            file: Arc::clone(file),
            path: Arc::clone(file),
        },
        section: Arc::default(),
        stem: String::new(),
        bundle: false,
        is_section: false,
        file_lang: None,
        kind: Kind::Page,
        meta: Meta::default(),
        details: Details::Page,
        cascade: None,
        title: String::new(),
        body: Body::default(),
        personal: Vec::new(),
        hash: [0; 16],
    }
}
