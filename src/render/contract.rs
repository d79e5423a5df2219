//! The theme contract: which templates exist and what each may read.
//!
//! Data only. The page `docs/theme-contract.md` is written from it, the template check holds
//! themes against it, and a test holds the contexts that are built against it.

/// Version of the contract; `theme.yaml` says which one a theme was written for.
pub const VERSION: u64 = 1;

/// The type of a value that a template sees.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Text, escaped when printed.
    Text,
    /// HTML, printed as it is.
    Html,
    /// A whole or fractional number.
    Number,
    /// True or false.
    Bool,
    /// `2026-05-01T09:30:00+08:00`, or `2026-05-01` when no time of day was given; give it to
    /// the filter `date`.
    Date,
    /// Anything: the fields below it are not checked.
    Any,
    /// A mapping from names to values of one shape; its keys are not checked.
    Mapping(&'static Shape),
    /// A list.
    List(&'static Shape),
    /// A record of the contract, by name.
    Record(&'static str),
    /// A value that may be missing (`none`); test it with `if` before use.
    Maybe(&'static Shape),
}

/// A named value.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name in templates.
    pub name: &'static str,
    /// Type.
    pub shape: Shape,
    /// One line for the documentation.
    pub doc: &'static str,
}

/// A group of fields with a name.
#[derive(Debug)]
pub struct Record {
    /// Name.
    pub name: &'static str,
    /// One line for the documentation.
    pub doc: &'static str,
    /// Fields.
    pub fields: &'static [Field],
}

/// A template that a theme has (or inherits).
#[derive(Debug)]
pub struct Template {
    /// File below `templates/`.
    pub name: &'static str,
    /// What it is rendered for.
    pub doc: &'static str,
    /// Variables beside the [`GLOBALS`].
    pub variables: &'static [Field],
}

macro_rules! fields {
    ($( $name:literal $shape:expr, $doc:literal; )*) => {
        &[ $( Field { name: $name, shape: $shape, doc: $doc }, )* ]
    };
}

use Shape::{Any, Bool, Date, Html, List, Mapping, Maybe, Number, Record as R, Text};

const TEXT: &Shape = &Text;
const CARD: &Shape = &R("card");
const LINK: &Shape = &R("link");

/// A filter (`{{ value | name(argument=…) }}`) or a function (`{{ name(argument=…) }}`) that
/// Guidepost adds to those of Tera.
#[derive(Debug)]
pub struct Callable {
    /// Name in templates.
    pub name: &'static str,
    /// What it takes: the value before the bar; empty for a function.
    pub takes: &'static str,
    /// Named arguments and what each does.
    pub arguments: &'static [(&'static str, &'static str)],
    /// What it gives.
    pub doc: &'static str,
    /// Type of what it gives.
    pub gives: Shape,
}

/// Filters. All of them know the language of the page, inside components too.
pub const FILTERS: &[Callable] = &[
    Callable {
        name: "date",
        takes: "a date",
        arguments: &[
            (
                "format",
                "`long` (default, 1 May 2026 in words), `short`, `day` (without the year), `month`, `year`, `weekday`, `time`, `datetime` (long, with the time of day if one was given) or `iso` (for `datetime` attributes)",
            ),
            ("lang", "language tag, when it is not the page's"),
        ],
        doc: "the date in words of the language, in the site's time zone; nothing for `none`",
        gives: Text,
    },
    Callable {
        name: "fill",
        takes: "one of the theme's words",
        arguments: &[("…", "any name: replaces `{name}` in the word")],
        doc: "the word with its gaps filled; HTML when one of the arguments is HTML (all else in it is escaped)",
        gives: Text,
    },
    Callable {
        name: "plural",
        takes: "a word with the forms `one`, `few`, `many`, `other` (those the language needs), or text in which they stand in this order between ` | `",
        arguments: &[
            ("count", "the number; replaces `{count}`"),
            ("…", "any other name, as in `fill`"),
        ],
        doc: "the form for that number, filled",
        gives: Text,
    },
    Callable {
        name: "number",
        takes: "a number",
        arguments: &[("lang", "language tag, when it is not the page's")],
        doc: "the number with its thousands set apart as the language does",
        gives: Text,
    },
    Callable {
        name: "absolute",
        takes: "a path that begins with `/`, or a URL",
        arguments: &[],
        doc: "the whole URL",
        gives: Text,
    },
    Callable {
        name: "json",
        takes: "anything",
        arguments: &[],
        doc: "JSON that is safe inside a script element",
        gives: Html,
    },
    Callable {
        name: "url_encode",
        takes: "text",
        arguments: &[],
        doc: "the text percent-encoded for one part of a URL",
        gives: Text,
    },
];

/// Functions.
pub const FUNCTIONS: &[Callable] = &[
    Callable {
        name: "asset",
        takes: "",
        arguments: &[("path", "a file below `static/` of the theme or the site")],
        doc: "its path on the site; `.css` and `.js` files have a hash of their content in their name, so that they can be cached for ever",
        gives: Text,
    },
    Callable {
        name: "cached",
        takes: "",
        arguments: &[
            (
                "component",
                "name of a component of the engine, in quotation marks; comes first",
            ),
            (
                "each",
                "name of an argument that is a list: the component is called for each item",
            ),
            ("…", "the component's own arguments"),
        ],
        doc: "what `<name … />` gives, but rendered once for the same arguments, however many pages show it; the component may take `@t`, `@theme` and `@lang` from around it and nothing else",
        gives: Html,
    },
];

/// Words of `i18n/<language>.yaml` that Guidepost itself reads for titles, when the theme has
/// them. Also read: a kind's plural (`jobs`) and a taxonomy's name (`tags`) for the titles of
/// lists, overviews and sections that have no `_index.md`.
pub const WORDS: &[(&str, &str)] = &[
    ("home", "first breadcrumb"),
    (
        "author",
        "kind of an author's list, after the name in its title",
    ),
    ("archive", "title of the archive"),
    (
        "not_found",
        "title of the page for addresses that do not exist",
    ),
    ("join_title", "title of the join page"),
    (
        "page_of",
        "title of the further parts of a list, with `{count}`",
    ),
];

/// Variables of every template.
pub const GLOBALS: &[Field] = fields! {
    "site" R("site"), "the site in the language of this page";
    "lang" R("language"), "language of this page";
    "here" R("here"), "this output: its address, head data, breadcrumbs";
    "t" Mapping(&Any), "the theme's words in this language (`i18n/<language>.yaml`): text, or a mapping of plural forms";
    "theme" Any, "values of the theme's options";
    "data" Any, "data files: `data/rates.csv` is `data.rates`";
};

/// Templates of the contract. A page of kind `job` uses `job.html` if the theme has it, else
/// `page.html`; a list of a kind or section of that kind uses `jobs.html`, else `list.html`.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "home.html",
        doc: "home page of a language",
        variables: LIST_VARIABLES,
    },
    Template {
        name: "page.html",
        doc: "a page of any kind",
        variables: PAGE_VARIABLES,
    },
    Template {
        name: "article.html",
        doc: "an article",
        variables: PAGE_VARIABLES,
    },
    Template {
        name: "company.html",
        doc: "a company",
        variables: PAGE_VARIABLES,
    },
    Template {
        name: "job.html",
        doc: "a job",
        variables: PAGE_VARIABLES,
    },
    Template {
        name: "policy.html",
        doc: "a policy",
        variables: PAGE_VARIABLES,
    },
    Template {
        name: "event.html",
        doc: "an event",
        variables: PAGE_VARIABLES,
    },
    Template {
        name: "digest.html",
        doc: "a digest",
        variables: PAGE_VARIABLES,
    },
    Template {
        name: "list.html",
        doc: "list of a section, kind or author, one page of it",
        variables: LIST_VARIABLES,
    },
    Template {
        name: "companies.html",
        doc: "list of companies",
        variables: LIST_VARIABLES,
    },
    Template {
        name: "jobs.html",
        doc: "list of jobs",
        variables: LIST_VARIABLES,
    },
    Template {
        name: "policies.html",
        doc: "list of policies",
        variables: LIST_VARIABLES,
    },
    Template {
        name: "events.html",
        doc: "list of events",
        variables: LIST_VARIABLES,
    },
    Template {
        name: "term.html",
        doc: "pages of a taxonomy term",
        variables: LIST_VARIABLES,
    },
    Template {
        name: "archive.html",
        doc: "everything by year",
        variables: LIST_VARIABLES,
    },
    Template {
        name: "taxonomy.html",
        doc: "all terms of a taxonomy",
        variables: TAXONOMY_VARIABLES,
    },
    Template {
        name: "404.html",
        doc: "the page for addresses that do not exist",
        variables: &[],
    },
    Template {
        name: "redirect.html",
        doc: "an old address that leads elsewhere",
        variables: REDIRECT_VARIABLES,
    },
    Template {
        name: "join.html",
        doc: "all channels of the community, where the site has no page `join` of its own",
        variables: &[],
    },
    Template {
        name: "go.html",
        doc: "an address that leads to a channel (`/go/telegram/`); without it `redirect.html` serves",
        variables: DOOR_VARIABLES,
    },
];

/// Variables of `components/<name>.html`, which renders the directive `:::name`, beside the
/// [`GLOBALS`] without `here`.
pub const COMPONENT_VARIABLES: &[Field] = fields! {
    "name" Text, "name of the directive";
    "label" Maybe(&Html), "text in square brackets";
    "body" Maybe(&Html), "what stands between the directive's lines";
    "attributes" Mapping(TEXT), "its `key=value` pairs";
    "page" R("card"), "the page in which it stands; of a section's text, a card with the section's title and URL";
    "call" Maybe(&R("call")), "of the directive `join`: the invitation that fits the page and the directive's `audience`, `stage` and `channel`";
    "in_feed" Bool, "true when the text goes to a feed: leave out forms and scripts";
};

const PAGE_VARIABLES: &[Field] = fields! {
    "page" R("page"), "the page";
};

const LIST_VARIABLES: &[Field] = fields! {
    "list" R("list"), "the list and the part of it that this page shows";
};

const TAXONOMY_VARIABLES: &[Field] = fields! {
    "taxonomy" Text, "its name, such as `tags`";
    "title" Text, "its name in the words of the theme";
    "terms" List(&R("term")), "terms of the top level, by name";
};

const REDIRECT_VARIABLES: &[Field] = fields! {
    "target" Text, "path that it leads to";
    "target_absolute" Text, "the same as a whole URL";
};

const DOOR_VARIABLES: &[Field] = fields! {
    "channel" R("channel"), "the channel";
    "target" Maybe(TEXT), "where it leads; none when only the channel's code can be shown";
    "target_absolute" Maybe(TEXT), "the same as a whole URL";
};

/// All records.
pub const RECORDS: &[Record] = &[
    Record {
        name: "site",
        doc: "the site in one language",
        fields: fields! {
            "title" Text, "title in this language";
            "description" Text, "one sentence about the site";
            "url" Text, "address of the home page of this language, whole";
            "home" Text, "path of the home page of this language";
            "base_path" Text, "path before everything, empty or `/blog`";
            "author" Maybe(TEXT), "author of pages that name none";
            "languages" List(&R("language")), "all languages";
            "menu" List(LINK), "menu of this language";
            "sections" List(LINK), "top sections of this language";
            "taxonomies" List(LINK), "taxonomy overviews of this language, titled by their name";
            "feeds" List(&R("feed")), "the feeds of this language";
            "archive" Maybe(TEXT), "path of the archive";
            "community" Maybe(&R("community")), "the community, when it has channels";
            "extra" Any, "`extra:` of site.yaml";
            "year" Number, "year of the build in the site's time zone";
        },
    },
    Record {
        name: "language",
        doc: "a language",
        fields: fields! {
            "tag" Text, "`zh-Hans`";
            "name" Text, "its own name";
            "locale" Text, "`zh_CN`, as OpenGraph wants it";
            "direction" Text, "`ltr` or `rtl`";
            "home" Text, "path of its home page";
            "current" Bool, "whether it is the language of this page";
        },
    },
    Record {
        name: "here",
        doc: "this output",
        fields: fields! {
            "url" Text, "path with the base path";
            "absolute" Text, "whole URL; the canonical link";
            "title" Text, "title without the site's name; empty on the home page";
            "description" Text, "for `meta name=description`; may be empty on 404";
            "type" Text, "`home`, `page`, `list`, `taxonomy`, `join`, `go`, `404` or `redirect`";
            "og_type" Text, "`article`, `profile` or `website`";
            "image" Maybe(&R("picture")), "share picture with a whole URL";
            "index" Bool, "false where search engines should stay out";
            "breadcrumbs" List(LINK), "from the home page down to here";
            "alternates" List(&R("alternate")), "versions in other languages and x-default, for the head; empty when there is only this one";
            "feeds" List(&R("feed")), "feeds of this list or of the site";
            "json_ld" Html, "structured data for the head, script element included; may be empty";
            "previous" Maybe(TEXT), "path of the page before this one in a list of several";
            "next" Maybe(TEXT), "path of the page after it";
            "published" Maybe(&Date), "for `article:published_time`";
            "modified" Maybe(&Date), "for `article:modified_time`";
            "call" Maybe(&R("call")), "the invitation for the readers of this output; none on the join page and where the text has one";
        },
    },
    Record {
        name: "community",
        doc: "the community in one language",
        fields: fields! {
            "positioning" Text, "for whom the site is; may be empty";
            "join" Text, "path of the join page";
            "channels" List(&R("channel")), "all channels that are open to readers of this language";
            "audiences" Mapping(TEXT), "names of audiences by the word that pages write";
            "pillars" List(TEXT), "pillars that the site declares";
        },
    },
    Record {
        name: "channel",
        doc: "a channel of the community",
        fields: fields! {
            "name" Text, "its name in site.yaml";
            "kind" Text, "`official-account`, `wecom`, `wechat-group`, `telegram`, `discord`, `matrix`, `mailing-list`, `form` or `link`";
            "title" Text, "its name for readers";
            "text" Maybe(TEXT), "what one finds there";
            "button" Maybe(TEXT), "words of its button";
            "url" Text, "path that leads there, `/go/telegram/`";
            "leads" Bool, "whether that path leads to an address; else it shows the code";
            "qr" Maybe(&R("picture")), "its QR code";
        },
    },
    Record {
        name: "call",
        doc: "an invitation into the community",
        fields: fields! {
            "text" Maybe(TEXT), "what is said";
            "button" Maybe(TEXT), "words of the button";
            "join" Text, "path of the join page";
            "channels" List(&R("channel")), "channels that fit, the most important one first";
        },
    },
    Record {
        name: "alternate",
        doc: "a version in another language",
        fields: fields! {
            "hreflang" Text, "language tag or `x-default`";
            "lang" Text, "language tag";
            "name" Text, "the language's own name";
            "url" Text, "path";
            "absolute" Text, "whole URL";
            "current" Bool, "this page itself";
        },
    },
    Record {
        name: "feed",
        doc: "a feed",
        fields: fields! {
            "title" Text, "title";
            "type" Text, "media type";
            "url" Text, "path";
        },
    },
    Record {
        name: "link",
        doc: "a link",
        fields: fields! {
            "title" Text, "text";
            "url" Text, "path or URL";
            "current" Bool, "leads to this page or the section it is in";
        },
    },
    Record {
        name: "picture",
        doc: "an image",
        fields: fields! {
            "url" Text, "path or whole URL";
            "alt" Text, "description";
            "width" Maybe(&Number), "pixels";
            "height" Maybe(&Number), "pixels";
        },
    },
    Record {
        name: "card",
        doc: "a page as lists show it",
        fields: CARD_FIELDS,
    },
    Record {
        name: "page",
        doc: "a page; all fields of `card` too",
        fields: fields! {
            "card" R("card"), "the page as a card, to hand to a component";
            "content" Html, "body";
            "toc" List(&R("heading")), "headings of level 2 and 3 as a tree; empty when `toc: false`";
            "headings" List(&R("heading")), "all headings, flat";
            "section" Maybe(LINK), "its section";
            "terms" Mapping(&List(LINK)), "links to its terms per taxonomy: `page.terms.tags`";
            "author_links" List(LINK), "authors with their lists";
            "translations" List(&R("alternate")), "other languages of this page";
            "newer" Maybe(CARD), "newer page of the section";
            "older" Maybe(CARD), "older page of the section";
            "related" List(CARD), "pages that share terms";
            "backlinks" List(CARD), "pages that link here";
            "series" Maybe(&R("series")), "the series it is part of";
            "companies" List(CARD), "companies that it names; a job's employer is the first";
            "policies" List(CARD), "policies that it names";
            "jobs" List(CARD), "of a company: its open jobs";
            "articles" List(CARD), "of a company or policy: articles that name it";
            "events" List(CARD), "of a company: events that it hosts";
            "collected" List(CARD), "of a digest: the pages of its period";
            "license" Maybe(TEXT), "licence";
            "source_url" Maybe(TEXT), "where the text comes from";
            "source_name" Maybe(TEXT), "name of that source";
            "cover_in_body" Bool, "whether the body shows the cover itself";
            "has_code" Bool, "whether the body has code blocks";
            "has_math" Bool, "whether the body has formulas";
            "ics" Maybe(TEXT), "of an event: path of its calendar file";
            "audience" List(TEXT), "readers it is meant for";
            "stage" Maybe(TEXT), "acquire, retain or convert";
        },
    },
    Record {
        name: "heading",
        doc: "a heading",
        fields: fields! {
            "level" Number, "1 to 6";
            "id" Text, "anchor";
            "text" Text, "plain text";
            "children" List(&R("heading")), "headings below it (in `toc`)";
        },
    },
    Record {
        name: "series",
        doc: "a series seen from one of its pages",
        fields: fields! {
            "name" Text, "name";
            "index" Number, "place of this page, from 1";
            "pages" List(CARD), "all pages in reading order";
        },
    },
    Record {
        name: "list",
        doc: "a list and the part of it that this page shows",
        fields: fields! {
            "of" Text, "`home`, `section`, `kind`, `term`, `author` or `archive`";
            "kind" Maybe(TEXT), "of a list of a kind and of a section: the kind of its pages when they are of one kind";
            "kinds" List(TEXT), "kinds of its pages, on all parts";
            "title" Text, "title";
            "content" Html, "body of `_index.md`; may be empty";
            "pages" List(CARD), "pages of this part; none on an archive, which has `years`";
            "total" Number, "pages in all parts";
            "page" Number, "number of this part, from 1";
            "last" Number, "number of the last part";
            "previous" Maybe(TEXT), "path of the part before";
            "next" Maybe(TEXT), "path of the part after";
            "parts" List(LINK), "the first part, this one and two on either side, and the last; `title` is the number";
            "parent" Maybe(LINK), "list above (sections, hierarchical terms)";
            "children" List(LINK), "lists below";
            "years" List(&R("year")), "lines of this part by year, on an archive";
            "taxonomy" Maybe(TEXT), "of a term: its taxonomy's name";
            "upcoming" List(CARD), "of events and on the home page: events still to come, soonest first";
            "past" List(CARD), "of events: those that are over, latest first";
            "deadlines" List(CARD), "of policies and on the home page: policies with a deadline to come, soonest first";
            "articles" List(CARD), "on the home page: the newest articles, at most 100; so too the four below";
            "jobs" List(CARD), "on the home page: open jobs";
            "companies" List(CARD), "on the home page: companies";
            "policies" List(CARD), "on the home page: policies that hold";
            "digests" List(CARD), "on the home page: digests";
            "ics" Maybe(TEXT), "of events and policies and on the home page: path of the calendar, if it has a day to show";
        },
    },
    Record {
        name: "year",
        doc: "pages of a year",
        fields: fields! {
            "year" Number, "the year";
            "pages" List(&R("line")), "its pages, newest first";
        },
    },
    Record {
        name: "line",
        doc: "a page as an archive shows it",
        fields: fields! {
            "title" Text, "title";
            "url" Text, "path";
            "kind" Text, "its kind: `article`, `company`, …";
            "lang" Text, "language tag";
            "date" Maybe(&Date), "date of publication";
        },
    },
    Record {
        name: "term",
        doc: "a term in an overview",
        fields: fields! {
            "title" Text, "name";
            "url" Text, "path";
            "count" Number, "pages";
            "children" List(&R("term")), "terms below it";
        },
    },
    Record {
        name: "company",
        doc: "own fields of a company",
        fields: fields! {
            "name" Text, "name in the page's language";
            "names" Mapping(TEXT), "names per language";
            "city" Maybe(TEXT), "city";
            "district" Maybe(TEXT), "district";
            "industry" List(TEXT), "industries";
            "size" Maybe(TEXT), "employees";
            "stage" Maybe(TEXT), "stage";
            "founded" Maybe(TEXT), "founded";
            "website" Maybe(TEXT), "home page";
            "careers_url" Maybe(TEXT), "open positions";
            "address" Maybe(TEXT), "street address";
            "latitude" Maybe(&Number), "degrees";
            "longitude" Maybe(&Number), "degrees";
            "verified_on" Maybe(&Date), "last checked";
            "pros" List(TEXT), "what speaks for it";
            "cons" List(TEXT), "what speaks against it";
            "open_jobs" Number, "number of its open jobs";
        },
    },
    Record {
        name: "job",
        doc: "own fields of a job",
        fields: fields! {
            "company" Maybe(CARD), "employer";
            "employment_type" Maybe(TEXT), "`FULL_TIME` …; the theme's words have it in lower case";
            "remote" Bool, "work from anywhere";
            "city" Maybe(TEXT), "city";
            "salary" Maybe(&R("salary")), "pay";
            "valid_through" Maybe(&Date), "last day";
            "apply_url" Maybe(TEXT), "where to apply";
            "referral" Maybe(TEXT), "who can refer";
            "closed" Bool, "whether its time is over";
        },
    },
    Record {
        name: "salary",
        doc: "pay",
        fields: fields! {
            "min" Maybe(&Number), "lower bound";
            "max" Maybe(&Number), "upper bound";
            "currency" Text, "ISO 4217";
            "period" Text, "`HOUR`, `DAY`, `WEEK`, `MONTH` or `YEAR`";
            "months" Maybe(&Number), "pays in a year";
            "text" Text, "ready to show, such as `15,000–25,000 CNY`";
        },
    },
    Record {
        name: "policy",
        doc: "own fields of a policy",
        fields: fields! {
            "issuer" Maybe(TEXT), "office";
            "document_number" Maybe(TEXT), "number";
            "region" Maybe(TEXT), "where it holds";
            "effective_from" Maybe(&Date), "first day";
            "effective_until" Maybe(&Date), "last day";
            "deadline" Maybe(&Date), "last day to apply";
            "amount" Maybe(TEXT), "what it pays";
            "checked_on" Maybe(&Date), "last checked";
            "outdated" Bool, "its time is over";
            "upcoming" Bool, "not yet in force";
        },
    },
    Record {
        name: "event",
        doc: "own fields of an event",
        fields: fields! {
            "start" Maybe(&Date), "begin";
            "end" Maybe(&Date), "end";
            "place" Maybe(TEXT), "venue";
            "address" Maybe(TEXT), "street address";
            "online_url" Maybe(TEXT), "link to take part from afar";
            "capacity" Maybe(&Number), "seats";
            "signup_url" Maybe(TEXT), "where to sign up";
            "host" Maybe(TEXT), "who invites";
            "speakers" List(TEXT), "who speaks";
            "status" Text, "`scheduled`, `postponed`, `cancelled` or `done`";
            "past" Bool, "is over";
            "has_recap" Bool, "whether there is a recap";
        },
    },
];

const CARD_FIELDS: &[Field] = fields! {
    "title" Text, "title";
    "url" Text, "path";
    "absolute" Text, "whole URL";
    "kind" Text, "`article`, `company` …";
    "lang" Text, "language tag";
    "date" Maybe(&Date), "publication";
    "updated" Maybe(&Date), "last change, when after `date`";
    "summary" Text, "plain text";
    "cover" Maybe(&R("picture")), "cover image";
    "tags" List(LINK), "links to its tags";
    "categories" List(LINK), "links to its categories";
    "authors" List(TEXT), "names";
    "words" Number, "words and Han characters";
    "minutes" Number, "reading time";
    "pinned" Bool, "kept on top of lists";
    "draft" Bool, "shown only with --drafts";
    "expired" Bool, "its time is over";
    "pillar" Maybe(TEXT), "of an article";
    "company" Maybe(&R("company")), "of a company";
    "job" Maybe(&R("job")), "of a job";
    "policy" Maybe(&R("policy")), "of a policy";
    "event" Maybe(&R("event")), "of an event";
    "extra" Any, "free fields of the page";
};
