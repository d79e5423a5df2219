//! Guidepost turns markdown about a city's companies, jobs and talent policy into a fast
//! static site with feeds, and posts it elsewhere. This page is the map of the code; the code wins where they differ.
//!
//! # The program on one page
//!
//! ```text
//! content/*.md ─discover→ files ─parse→ pages ─resolve→ site ─render→ outputs ─commit→ public/
//! data/*.csv   ──────────────────rows──┘   │            │       │
//!                                     Diagnostics  Diagnostics  Diagnostics
//!
//! site ─compose→ posts ─plan→ changes ─apply→ platforms
//!                          ▲               │
//!                          └─── ledger ◄───┘
//! ```
//!
//! | Stage | What it is | Pure? | Module |
//! |---|---|---|---|
//! | discover | walk `content/` and `data/`, name every file | reads disk | [`content::discover`] |
//! | parse | one file → one page: front matter, HTML body with holes, headings, summary; parallel | **pure** | [`content`] |
//! | rows | one data file → pages of a kind | **pure** | [`content::rows`] |
//! | resolve | pages → site: permalinks, links, taxonomies, relations, lists | **pure** | [`site`] |
//! | render | site × theme → outputs (HTML, feeds, sitemap, calendars, JSON), each given to a sink as soon as it is made; parallel | **pure per output** | [`render`] |
//! | commit | staged outputs → `public/`: only what changed is written, only what we once wrote is removed | writes disk | [`output`] |
//! | compose | a page → a post within one account's limits | **pure** | [`publish::compose`] |
//! | plan | posts × ledger × abilities × what the platform showed → changes with reasons | **pure** | [`publish::plan`] |
//! | apply | changes → calls → ledger: the intent is on the disk before the call | network, ledger | [`publish::apply`] |
//! | deploy | `public/` × what the place remembers → changes; then sent, and remembered there | plan **pure**, the rest network | [`deploy`] |
//!
//! [`build::run`] joins discover to render; [`cli`] gives it a clock and a sink and prints;
//! [`serve`] keeps the last good outputs in memory; [`desk`] writes the pages on which a person
//! finds what to paste. [`publishing`] joins the site, composing,
//! planning and applying for all accounts; each platform is one file behind
//! [`platform::Platform`].
//!
//! # What is not done again
//!
//! No dependency graph: a result is known by the digest of exactly what it was made of, and
//! whoever holds the same digest holds the same result. [`memo`] asks, [`store`] keeps; deleting
//! the store changes no byte.
//!
//! - **Nothing changed**: names and stats of all sources, and stats of all outputs, are those of
//!   the last build, and no date has come due → its outcome is told again, nothing is read.
//! - **Only texts or templates changed**, or the outputs are gone: of a few pages, and nothing that
//!   any other page sees of them (title, fields, headings, links) → the resolved site of the last
//!   build is taken over (`build::again`). As long as the templates are the same, only what shows
//!   these texts is looked at. Other pages are not even read: a [`content::Source`] lies in the
//!   store until somebody looks into it.
//! - **Pages** by bytes, settings and inherited fields; a file that was at rest and has the same
//!   stat is not read. The long texts of pages stay in the store until somebody wants them.
//! - **Outputs** by the cards, links and texts that they show (`render::fingerprint`), or by all
//!   variables of their template (`render::key`); and by the texts of all templates that theirs
//!   reaches (`render::theme::reach`). The sink knows what is in place: on the disk by stat, in
//!   `serve` in memory.
//! - **Components of a theme** that it calls by `cached`, within one rendering: by their arguments
//!   (`render::theme::cached`). Outputs that show the same pages are rendered one after the other,
//!   so that little has to be kept: cards and their HTML are forgotten when others come.
//! - **The theme** by its files, as long as the process lives.
//!
//! A file whose time is too fresh to vouch for its bytes is read again. What the store has lost
//! or garbled is noticed by hash, and the build is done again without it.
//!
//! # Holes
//!
//! A body is parsed without knowing any other page. Whatever depends on others (the address of
//! a link, the size of an image, a wikilink, a component of the theme) is a [`content::Hole`]
//! at a byte offset of the HTML. Resolving gives each hole a [`site::Target`], rendering fills
//! it: for the site with paths, for feeds with whole URLs. So a page is parsed once, whatever
//! happens around it, and nothing ever searches in HTML that is already made.
//!
//! # Invariants
//!
//! Each is a test.
//!
//! 1. `public/` is a function of `content/`, `data/`, `static/`, `templates/`, `themes/`,
//!    `site.yaml` and the build's moment. Same input, same bytes, on any machine, with any
//!    number of threads.
//! 2. A build that fails changes nothing in `public/`. Only files that an earlier build wrote
//!    and this one no longer produces are removed.
//! 3. Every cache may be deleted at any time without changing a byte of output. The list of
//!    what we wrote is no cache: it lies in the output folder itself.
//! 4. Parsing and resolving never panic, never print and never stop at the first mistake: they
//!    return diagnostics with places.
//! 5. Only [`cli`] prints. Only [`cli`] reads the clock and the environment.
//! 6. [`site`] knows nothing of templates and disks; [`render`] nothing of disks.
//! 7. Every call that changes something on a platform is in a plan first and in the ledger,
//!    synced to disk, before it is sent. A crash at any moment never posts twice; where the
//!    program cannot know, it says unknown and asks.
//! 8. Secrets come from the environment, live in one type that prints as `***`, and pass
//!    through a sieve that takes them out of every message.
//! 9. Memory does not grow with the total size of the output: outputs are streamed to the sink.
//!
//! # Layers
//!
//! `tests/suite/tidy.rs` fails when a module names one that it may not.
//!
//! | module | may name |
//! |---|---|
//! | [`diag`] | — |
//! | [`data`] | diag |
//! | [`config`] | diag, data |
//! | [`store`], [`timing`] | — |
//! | [`content`] | diag, data, config, store |
//! | [`site`] | diag, data, config, content |
//! | [`render`] | diag, data, config, content, site, store, timing |
//! | [`output`] | diag, render, store |
//! | [`memo`] | diag, config, content, site, output, render, store |
//! | [`serve`] | diag, output, render |
//! | [`build`] | all of the above but serve |
//! | [`platform`] | — |
//! | [`publish`] | diag, data, config, content, site, platform |
//! | [`deploy`] | diag, data, config, output, platform |
//! | [`publishing`] | all of the above but output, serve and deploy |
//! | [`desk`] | diag, render, platform, publish, publishing |
//! | [`cli`] | everything |
//!
//! # Where building showed a better way
//!
//! The design that this grew from had no [`data`] layer and no [`build`] module, and each
//! change below was made because the code became simpler with it.
//!
//! - **[`data`]**: front matter, `site.yaml`, `theme.yaml`, data files and i18n words are all
//!   the same thing, structured text whose mistakes need a place. One tree of nodes, in which
//!   a scalar keeps its written form, serves all of them: `0123`, `no` and `1.10` stay what the
//!   author wrote until a field asks for a number.
//! - **The manifest lies in the output folder**, not in the cache: else deleting the cache
//!   would leave stale pages behind, against invariant 3.
//! - **Positions are line, column and length**, not byte spans into a shared text: a
//!   diagnostic then outlives the text, and the source line is read again only when it is shown.
//! - **[`build`]** joins the stages; both the command line and the local server run it.
//! - **An event's recap ends its body** inside the theme's component `recap`, so that links,
//!   images and headings in it are those of any other text.
//! - **[`publishing`]** beside [`publish`]: posts need the bodies that rendering makes, and a
//!   ledger should know nothing of themes. So [`publish`] takes texts through a small trait, and
//!   one module above both joins them.
//! - **The ledger remembers which undated pages were there first**: a company page has no date,
//!   and "older than the account" would otherwise mean nothing for it.
//! - **`site.content` names the content folder**, so that an old Hexo or Jekyll site is built
//!   where it stands.
//! - **Most outputs are known without their variables.** The digest of all that a template sees
//!   is complete by construction, but making ten thousand contexts to find one that differs took
//!   most of a warm build. So pages and list parts are known by what their contexts are built
//!   from; random edits, each compared with a clean build, hold that to the truth.
//! - **A part of a list links to its neighbours**, the first and the last part: links to all of
//!   five thousand parts on each of them were a square.
//! - **A place remembers its deploys itself**, in a file beside the site: any machine knows then
//!   what is there, and a run that was killed leaves the next one only the rest. It asks read,
//!   write, remove and list; OpenDAL does them for storage services and WebDAV, on the one client
//!   of [`platform`], which it is lent, so that refusals keep the words that help.
//!
//! # Diagnostics
//!
//! Every mistake has a code that is a word ([`diag::CODES`]), a place and, where possible, a
//! hint. Levels per code come from `checks:`. Two kinds of failure only: a diagnostic (the
//! author can mend it) and an `anyhow::Error` (the environment failed). stdout carries data,
//! stderr all else. Exit codes: 0 fine, 1 content or posting problems, 2 usage or environment,
//! 3 `plan --exit-code` and there are changes.
//!
//! # Terms
//!
//! page, section, front matter, taxonomy, term, permalink, alias, draft, summary, bundle (as
//! in Hugo and Zola) · kind (article, company, job, policy, event, digest, page) · hole and
//! target (above) · list (pages with an address, most with feeds: home, section, kind, term, author,
//! archive) · card (a page as lists show it) · output (a file of `public/`) · sink (what takes
//! outputs).

pub mod build;
pub mod cli;
pub mod config;
pub mod content;
pub mod data;
pub mod deploy;
pub mod desk;
pub mod diag;
pub mod memo;
pub mod output;
pub mod platform;
pub mod publish;
pub mod publishing;
pub mod render;
pub mod serve;
pub mod site;
pub mod store;
pub mod timing;
