//! The list of diagnostic codes: their words, their levels, and what each means.
//!
//! Takes nothing, gives names and levels. A code is part of the product: it is never renamed.

use super::{Diagnostic, Severity};
use std::collections::BTreeMap;

/// What `checks:` in `site.yaml` may say about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The build fails.
    Error,
    /// The diagnostic is shown.
    Warn,
    /// The diagnostic is dropped.
    Off,
}

impl Level {
    /// Reads `error`, `warn` or `off`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "error" => Some(Self::Error),
            "warn" | "warning" => Some(Self::Warn),
            "off" => Some(Self::Off),
            _ => None,
        }
    }
}

/// A code's word, its level unless `checks:` says otherwise, and its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInfo {
    /// The word, such as `broken-link`.
    pub word: &'static str,
    /// Level when `checks:` is silent.
    pub level: Level,
    /// Whether `checks:` may lower it: a site cannot be built over these mistakes.
    pub fixed: bool,
    /// One line for the documentation.
    pub meaning: &'static str,
}

impl CodeInfo {
    pub(super) fn severity(&self) -> Severity {
        match self.level {
            Level::Error => Severity::Error,
            Level::Warn | Level::Off => Severity::Warning,
        }
    }
}

macro_rules! codes {
    ($( $name:ident $word:literal $level:ident $fixed:literal $meaning:literal; )*) => {
        /// Every kind of mistake that Guidepost reports.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
        )]
        #[expect(missing_docs, reason = "each code's meaning stands in CODES")]
        pub enum Code { $( $name, )* }

        /// All codes in the order of the documentation.
        pub const CODES: &[(Code, CodeInfo)] = &[
            $( (Code::$name, CodeInfo { word: $word, level: Level::$level, fixed: $fixed, meaning: $meaning }), )*
        ];
    };
}

codes! {
    // configuration
    InvalidConfig "invalid-config" Error true "`site.yaml`, `theme.yaml` or a data file cannot be read as what it should be";
    UnknownKey "unknown-key" Error false "a key that nothing reads, often a slip of the pen";
    WrongType "wrong-type" Error false "a value of another type than the field wants";
    MissingField "missing-field" Error false "a field without which the page or setting means nothing";
    InvalidValue "invalid-value" Error false "a value of the right type that makes no sense here";
    // reading files
    UnreadableFile "unreadable-file" Error false "a file or folder that could not be read";
    NotUtf8 "not-utf8" Error false "a text file in another encoding than UTF-8";
    ControlCharacter "control-character" Warn false "a NUL or another control character; it is left out of the page";
    SymlinkLoop "symlink-loop" Error false "a symbolic link that leads back to one of its own folders";
    OutsideRoot "outside-root" Error true "a path that leaves the site's folder";
    TooLarge "too-large" Error false "a file larger than a page may be";
    // front matter
    InvalidFrontMatter "invalid-front-matter" Error false "front matter that cannot be read; the page is left out";
    RepairedFrontMatter "repaired-front-matter" Warn false "front matter that was read after a repair; the hint shows the right line";
    DuplicateKey "duplicate-key" Warn false "a key that stands twice; the last one counts";
    InvalidDate "invalid-date" Error false "a date that cannot be read or does not exist";
    AmbiguousDate "ambiguous-date" Error false "a date such as 05/06/2024 that has two readings";
    UnknownField "unknown-field" Warn false "a front matter key that Guidepost does not know; it is kept under `extra`";
    // content
    UnknownKind "unknown-kind" Error false "a kind of page that does not exist";
    UnknownReference "unknown-reference" Error false "a company, policy or page that is referred to and does not exist";
    UnknownLanguage "unknown-language" Error false "a language that `site.yaml` does not list";
    MissingTranslation "missing-translation" Off false "a page without a version in one of the site's languages";
    UntitledPage "untitled-page" Warn false "a page without title, heading or usable file name";
    EmptyPage "empty-page" Warn false "a page without any text";
    UnclosedDirective "unclosed-directive" Warn false "a `:::name` block that is never closed";
    UnknownComponent "unknown-component" Error false "a directive for which the theme has no component";
    UnknownTemplate "unknown-template" Warn false "a page that names a template which the theme does not have; that of its kind shows it";
    UnknownTag "unknown-tag" Warn false "a Hexo tag, shortcode or Liquid tag that Guidepost does not know; its inner text is kept";
    InvalidMath "invalid-math" Warn false "a formula that cannot be read; it is shown as written";
    UnknownCodeLanguage "unknown-code-language" Off false "a code block in a language without a grammar";
    MissingAlt "missing-alt" Warn false "an image without a description";
    // links
    BrokenLink "broken-link" Error false "a link to a page or file of this site that does not exist";
    BrokenAnchor "broken-anchor" Error false "a link to a heading that does not exist";
    MissingImage "missing-image" Error false "an image that does not exist";
    ExternalLink "external-link" Warn false "a link to another site that does not work (`check --external`)";
    UnsafeLink "unsafe-link" Error false "a `javascript:` or similar link";
    // site
    DuplicateOutput "duplicate-output" Error true "two sources that would write the same file";
    DuplicateSlug "duplicate-slug" Error false "two companies or policies of one language with one slug, so that a reference has two meanings";
    DuplicateTranslation "duplicate-translation" Error false "two pages that are the same page's version in one language";
    InvalidPermalink "invalid-permalink" Error false "a permalink or pattern that gives no usable path";
    TagCase "tag-case" Warn false "two spellings of one term, such as `rust` and `Rust`";
    StructuredData "structured-data" Warn false "a property that search engines require and the page lacks";
    PersonalData "personal-data" Error false "a mobile number, an identity number or a private e-mail address on a page, in a file beside it, in `static/` or in data; `contacts` of `community:` names those that may stand there";
    // community
    MissingTarget "missing-target" Error false "a channel of the community without an address and without a code";
    ExpiredInvite "expired-invite" Warn false "an invite link or code whose time is over; readers are led elsewhere";
    UnreachedChannel "unreached-channel" Warn false "a channel of the community to which no page and no post leads";
    LongCode "long-code" Warn false "a text too long for a QR code that a phone can read; the code is not made";
    TrackedLink "tracked-link" Warn false "a link within the site that carries `utm_` parameters, which tell roads from elsewhere apart";
    UnservedPage "unserved-page" Warn false "a page for none of the site's pillars and audiences";
    // theme
    InvalidTheme "invalid-theme" Error true "a theme that cannot be loaded";
    TemplateError "template-error" Error true "a template that cannot be compiled or rendered";
    UnknownTemplateField "unknown-template-field" Error false "a template that reads a field which the contract does not give it";
    // publishing
    InvalidAccount "invalid-account" Error true "an account that cannot be used: an unknown platform, a missing setting, two accounts for one place";
    UnknownAccount "unknown-account" Error false "an account that `site.yaml` does not list";
    InvalidLedger "invalid-ledger" Error true "a line of a ledger that cannot be read; nothing is posted to its account";
    ShortenedPost "shortened-post" Warn false "a title or text of an author that was cut to a platform's limit";
    RefusedPost "refused-post" Warn false "a page that cannot be posted to an account as it is";
    // deploying
    InvalidTarget "invalid-target" Error true "a place under `deploy:` that cannot be used: an unknown kind, a missing setting, two names for one place";
    // directories
    SkippedFile "skipped-file" Warn false "a file that became neither page nor asset";
}

impl Code {
    /// The code's word.
    pub fn as_str(self) -> &'static str {
        self.info().word
    }

    /// The code's row in [`CODES`].
    pub fn info(self) -> &'static CodeInfo {
        // The macro writes the enum and the table from the same rows, so the position is the row.
        &CODES[self as usize].1
    }

    /// The code of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        CODES
            .iter()
            .find(|(_, info)| info.word == word)
            .map(|(code, _)| *code)
    }
}

/// The levels of `checks:`: one for all codes (`'*'`) and one per code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// Level for codes without their own.
    pub all: Option<Level>,
    /// Level per code.
    pub codes: BTreeMap<Code, Level>,
}

impl Levels {
    /// The level of a code. `'*'` only lowers: a code that is off by default stays off.
    pub fn level(&self, code: Code) -> Level {
        let info = code.info();
        if info.fixed {
            return info.level;
        }
        if let Some(level) = self.codes.get(&code) {
            return *level;
        }
        self.all.map_or(info.level, |all| all.max(info.level))
    }

    /// Sets each diagnostic's severity and drops those that are off.
    pub fn apply(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        diagnostics
            .into_iter()
            .filter_map(|mut diagnostic| {
                diagnostic.severity = match self.level(diagnostic.code) {
                    Level::Error => Severity::Error,
                    Level::Warn => Severity::Warning,
                    Level::Off => return None,
                };
                Some(diagnostic)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, Code, Level, Levels};

    #[test]
    fn every_code_finds_its_own_row() {
        for (code, info) in CODES {
            assert_eq!(code.as_str(), info.word);
            assert_eq!(Code::from_word(info.word), Some(*code));
        }
    }

    #[test]
    fn one_level_for_all_lowers_errors_but_not_the_fixed_ones() {
        let levels = Levels {
            all: Some(Level::Warn),
            ..Levels::default()
        };
        assert_eq!(levels.level(Code::BrokenLink), Level::Warn);
        assert_eq!(levels.level(Code::MissingTranslation), Level::Off);
        assert_eq!(levels.level(Code::DuplicateOutput), Level::Error);
    }
}
