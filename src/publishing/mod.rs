//! The publisher from end to end: resolve → compose → ask → plan → apply, for all accounts.
//!
//! Takes the site's folder, what the person asks for and a way to secrets; gives a [`Session`]
//! with a plan for each account, and carries it out. It joins what knows nothing of each other:
//! the generator ([`crate::build`]), [`crate::publish`] and [`crate::platform`]. Printing,
//! clock and environment are the command line's.

mod addresses;
mod asked;
pub mod by_hand;
mod discovery;
mod images;
mod live;
mod reserved;
mod sync;
mod texts;
mod work;

pub use discovery::{Discovery, Heard, HeardEnd};
pub use live::Live;
pub use work::{AccountWork, Trouble};

use crate::build::{self, Options};
use crate::diag::{self, Diagnostic};
use crate::memo::Memo;
use crate::platform::{HttpOptions, Pace, Secret};
use crate::publish::account::{self, Account, Publishing};
use crate::publish::apply::{Half, Outcome};
use crate::publish::compose::{self, Composition};
use crate::publish::discovery::Notice;
use crate::publish::ledger;
use crate::publish::plan::{Change, Consent, Reason};
use crate::publish::rhythm::Upkeep;
use crate::render::PageTexts;
use crate::site::Site;
use asked::{names, unknown_accounts, unknown_page};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use texts::SiteTexts;

/// Longest wait that a platform may ask for within a run; beyond it the rest waits for the next.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// First pause before a harmless repeat.
const PAUSE: Duration = Duration::from_millis(400);
/// Harmless repeats of one request.
const REPEATS: u32 = 3;

/// What the person asks for.
pub struct Wish<'a> {
    /// What the build includes.
    pub options: Options,
    /// Only these accounts; all when empty.
    pub accounts: &'a [String],
    /// Only this page: a post's name, or the path of its file.
    pub page: Option<&'a str>,
    /// What is allowed.
    pub consent: Consent,
    /// Instead of the accounts' own `on_edit`.
    pub on_edit: Option<account::OnEdit>,
    /// How much the platforms are asked.
    pub refresh: Refresh,
    /// Whether the ledgers are locked, for a run that will write to them.
    pub lock: bool,
    /// The secret of that variable's name.
    pub secret: &'a (dyn Fn(&str) -> Option<Secret> + Sync),
    /// The clock.
    pub clock: fn() -> jiff::Timestamp,
}

/// How much the platforms are asked before planning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refresh {
    /// Nothing.
    Offline,
    /// Who we are, what is unknown, and whether new posts are there already.
    Needed,
    /// Every copy that is there too, for drift.
    All,
}

/// Everything known for a run.
#[derive(Default)]
pub struct Session {
    /// The site's folder.
    pub root: PathBuf,
    /// The site's address.
    pub url: String,
    /// `publish:` and `ledger:`.
    pub publishing: Publishing,
    /// The accounts with their plans, by the order of `site.yaml`.
    pub accounts: Vec<AccountWork>,
    /// Who is told of new and changed pages besides; none when nobody is.
    pub discovery: Option<Discovery>,
    /// Diagnostics with their levels applied, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether mistakes of the content keep every account from posting.
    pub broken: bool,
    /// What of the site waits for somebody; none when the site cannot be read.
    pub upkeep: Option<Upkeep>,
}

impl Session {
    /// All notices of the plan.
    pub fn notices(&self) -> &[Notice] {
        self.discovery
            .as_ref()
            .map_or(&[], |discovery| &discovery.notices)
    }

    /// Whether anything is wrong: in the content, or with one account, its ledger or template,
    /// which keeps only that account from posting.
    pub fn has_mistakes(&self) -> bool {
        diag::count(&self.diagnostics).0 > 0
    }

    /// All lines of the plan.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.accounts.iter().flat_map(|work| &work.changes)
    }

    /// Whether a platform did not show a post that it was asked for, so that it is left alone.
    pub fn has_unseen(&self) -> bool {
        self.changes()
            .any(|change| matches!(change.reason, Reason::CannotLook(_)))
    }

    /// The next moment at which something becomes due.
    pub fn next_due(&self) -> Option<jiff::Timestamp> {
        self.changes().filter_map(|change| change.due).min()
    }
}

/// Reads the site, composes every account's posts, asks the platforms and plans.
///
/// # Errors
/// When the environment fails: the settings or a ledger cannot be read, or another run holds a
/// lock. What one platform does wrong is the trouble of its account alone.
pub fn prepare(root: &Path, wish: &Wish<'_>) -> anyhow::Result<Session> {
    let options = Options {
        to_come: true,
        ..wish.options.clone()
    };
    let resolved = build::resolve(root, &options, &Memo::none())?;
    let mut session = Session {
        root: root.to_path_buf(),
        diagnostics: resolved.diagnostics,
        ..Session::default()
    };
    let (Some(site), Some(theme)) = (resolved.site, resolved.theme) else {
        return Ok(session);
    };
    let levels = site.config.checks.clone();
    session.url.clone_from(&site.config.url);
    session.upkeep = Some(Upkeep::of(&site));
    let read = account::read(&site.config);
    session.publishing = read.publishing;
    let names = names(&site.config);
    unknown_accounts(wish.accounts, &names)?;
    let of_pages = levels.apply(compose::check_overrides(&names, &site));
    session.diagnostics.extend(of_pages);
    session.diagnostics.extend(levels.apply(read.diagnostics));
    session.broken = session.has_mistakes();
    let broken = session.broken;
    // An account with a mistake might send what nobody wants, and is left out; others go on.
    let mut accounts = read.accounts;
    for (name, found) in read.of_accounts {
        let found = levels.apply(found);
        if diag::count(&found).0 > 0 {
            accounts.retain(|account| account.name != name);
        }
        session.diagnostics.extend(found);
    }

    let texts = SiteTexts::new(PageTexts::new(&site, &theme), root);
    let later = resolved
        .to_come
        .as_ref()
        .map(|site| (site, SiteTexts::new(PageTexts::new(site, &theme), root)));
    let http = HttpOptions {
        patience: session.publishing.timeout,
        longest_wait: LONGEST_WAIT,
        pause: PAUSE,
        repeats: REPEATS,
        proxy: session.publishing.proxy.clone(),
        keep_connections: false,
        clock: wish.clock,
    };
    let pace = Pace::default();
    let compose = |account: &Account, capabilities: &_| -> Composition {
        let mut composition = compose::compose(account, &names, capabilities, &site, &texts);
        if let Some((site, texts)) = &later {
            let more = compose::compose(account, &names, capabilities, site, texts);
            let is_later = |post: &compose::Composed| {
                post.post
                    .published
                    .is_some_and(|date| date > wish.options.now)
            };
            composition
                .wanted
                .extend(more.wanted.into_iter().filter(is_later));
        }
        composition
    };
    let chosen = accounts
        .into_iter()
        .filter(|account| wish.accounts.is_empty() || wish.accounts.contains(&account.name));
    let added = site.config.timezone.clone();
    for account in chosen {
        let work = AccountWork::open(
            account,
            root,
            wish,
            &session.publishing,
            http.clone(),
            pace.clone(),
            &added,
        )?;
        session.accounts.push(work);
    }
    // Platforms answer slowly, and each account asks another one.
    std::thread::scope(|scope| {
        for work in &mut session.accounts {
            let compose = &compose;
            scope.spawn(move || work.prepare(wish, broken, compose));
        }
    });
    for work in &mut session.accounts {
        let found = levels.apply(std::mem::take(&mut work.diagnostics));
        if diag::count(&found).0 > 0 {
            work.cannot_post();
        }
        session.diagnostics.extend(found);
    }
    if let Some(asked) = wish.page {
        let sites: Vec<&Site> = std::iter::once(&site)
            .chain(later.as_ref().map(|(site, _)| *site))
            .collect();
        unknown_page(asked, &sites, &session.accounts)?;
    }
    if !broken {
        session.discovery =
            Discovery::prepare(root, wish, &site, &texts, &session.publishing, http, pace)?;
    }
    if let Some(discovery) = &mut session.discovery {
        let found = levels.apply(std::mem::take(&mut discovery.diagnostics));
        if diag::count(&found).0 > 0 {
            session.discovery = None;
        }
        session.diagnostics.extend(found);
    }
    drop(texts);
    diag::sort(&mut session.diagnostics);
    Ok(session)
}

/// What posting all posts of the site would cut or refuse, without asking anybody: for `check`.
///
/// # Errors
/// As [`prepare`].
pub fn check(root: &Path, options: &Options) -> anyhow::Result<Vec<Diagnostic>> {
    let resolved = build::resolve(root, options, &Memo::none())?;
    let (Some(site), Some(theme)) = (resolved.site, resolved.theme) else {
        return Ok(Vec::new());
    };
    let account::Read {
        accounts,
        publishing,
        mut diagnostics,
        of_accounts,
    } = account::read(&site.config);
    diagnostics.extend(of_accounts.into_iter().flat_map(|(_, found)| found));
    let names = names(&site.config);
    diagnostics.extend(compose::check_overrides(&names, &site));
    let texts = SiteTexts::new(PageTexts::new(&site, &theme), root);
    for account in &accounts {
        let capabilities = account.capabilities();
        let composition = compose::compose(account, &names, &capabilities, &site, &texts);
        diagnostics.extend(composition.diagnostics);
        let file = format!("{}/{}.jsonl", publishing.ledger, account.name);
        let bytes = std::fs::read(root.join(&file)).unwrap_or_default();
        diagnostics.extend(ledger::read(&file.into(), &bytes).diagnostics);
    }
    diagnostics.extend(discovery::check(root, &publishing));
    Ok(site.config.checks.apply(diagnostics))
}

/// How [`publish`] ended.
pub enum Published {
    /// The plan was carried out: the outcomes by account.
    Outcomes(BTreeMap<String, Vec<Outcome>>),
    /// The ledgers' repository has moved on. Nothing was sent, what was reserved is taken back,
    /// and the session is of no use any more.
    Behind {
        /// Whether the content moved on too, and not only ledgers.
        content: bool,
    },
}

/// Texts of the QR codes of all posts, by the addresses of their pictures.
fn codes(session: &Session) -> BTreeMap<String, String> {
    let posts = session
        .accounts
        .iter()
        .flat_map(|work| &work.composition.wanted);
    let codes = posts.filter_map(|composed| composed.post.call.as_ref()?.code.as_ref());
    codes
        .filter_map(|code| Some((code.image.url.clone(), code.text.clone()?)))
        .collect()
}

/// Carries out what the session planned.
///
/// `tell` hears of every outcome as soon as it is known. Accounts work side by side, each in
/// the order of its plan. Without `live`, pages need not answer.
///
/// # Errors
/// When a ledger cannot be written, synced or pushed; then nothing more is sent to that account.
pub fn publish(
    session: &mut Session,
    half: Half,
    live: Option<&Live<'_>>,
    clock: fn() -> jiff::Timestamp,
    tell: &(dyn Fn(&str, &Outcome) + Sync),
) -> anyhow::Result<Published> {
    let dead = match live {
        Some(live) if half != Half::Reserve => live::dead(session, live)?,
        _ => BTreeMap::new(),
    };
    for work in &mut session.accounts {
        work.hold_back(&dead, tell);
    }
    let root = session.root.clone();
    let folder = session.publishing.ledger.clone();
    let by_git = session.publishing.sync_git;
    let images = images::SiteImages::new(&root).with_codes(codes(session));
    let halves: &[Half] = match (half, by_git) {
        (Half::Both, true) => &[Half::Reserve, Half::Send],
        (Half::Both, false) => &[Half::Both],
        (Half::Reserve, _) => &[Half::Reserve],
        (Half::Send, _) => &[Half::Send],
    };
    let mut all: BTreeMap<String, Vec<Outcome>> = BTreeMap::new();
    for half in halves {
        let last = half == halves.last().unwrap_or(half);
        let publishing = &session.publishing;
        let (images, root) = (&images, root.as_path());
        let results: Vec<(String, anyhow::Result<Vec<Outcome>>)> = std::thread::scope(|scope| {
            let handles: Vec<_> = session
                .accounts
                .iter_mut()
                .filter(|work| work.trouble.is_none())
                .map(|work| {
                    let name = work.account.name.clone();
                    let handle = scope.spawn(move || {
                        let quiet = |_: &str, _: &Outcome| {};
                        let tell: &(dyn Fn(&str, &Outcome) + Sync) =
                            if last { tell } else { &quiet };
                        work.apply(root, publishing, images, *half, clock, tell)
                    });
                    (name, handle)
                })
                .collect();
            handles
                .into_iter()
                .map(|(name, handle)| {
                    let result = handle
                        .join()
                        .unwrap_or_else(|_| Err(anyhow::anyhow!("the account's thread broke")));
                    (name, result)
                })
                .collect()
        });
        let mut broken: Vec<(String, anyhow::Error)> = Vec::new();
        for (name, result) in results {
            match result {
                Ok(outcomes) if last => {
                    all.insert(name, outcomes);
                }
                Ok(_) => {}
                Err(error) => broken.push((name, error)),
            }
        }
        // What was done is pushed even when one account could not go on.
        if by_git && *half != Half::Reserve {
            sync::record(root, &folder, "Record what was posted")?;
        }
        if by_git
            && *half == Half::Reserve
            && let sync::Push::Refused { reason, committed } =
                sync::push(root, &folder, "Reserve posts")?
        {
            return refused(session, &folder, &reason, committed);
        }
        if let Some(error) = stopped(broken) {
            return Err(error);
        }
    }
    Ok(Published::Outcomes(all))
}

/// One error for all accounts whose ledgers could not be written; none when there are none.
fn stopped(broken: Vec<(String, anyhow::Error)>) -> Option<anyhow::Error> {
    let mut broken = broken.into_iter();
    let (name, first) = broken.next()?;
    let others: Vec<String> = broken
        .map(|(name, error)| format!("the account `{name}` stopped too: {error:#}"))
        .collect();
    let first = match others.as_slice() {
        [] => first,
        others => first.context(others.join("; ")),
    };
    Some(first.context(format!("the account `{name}` stopped")))
}

/// A reservation that the remote did not take was never made: another run may have reserved the
/// same posts, and only one of them may send.
fn refused(
    session: &mut Session,
    folder: &str,
    reason: &str,
    committed: bool,
) -> anyhow::Result<Published> {
    let root = session.root.clone();
    for work in &mut session.accounts {
        work.take_back(&root)?;
    }
    if let Some(discovery) = session.discovery.take() {
        discovery.take_back()?;
    }
    if committed {
        sync::take_back(&root, folder)?;
    }
    match sync::news(&root, folder)? {
        sync::News::None => {
            anyhow::bail!("the ledger could not be pushed, so nothing is sent: {reason}")
        }
        news => Ok(Published::Behind {
            content: news == sync::News::Others,
        }),
    }
}

/// Takes over the ledgers of a run that was faster, see [`Published::Behind`]. All sessions must
/// be closed.
///
/// # Errors
/// When something that is not committed is in the way.
pub fn catch_up(root: &Path) -> anyhow::Result<()> {
    sync::forward(root)
}

/// Tells those who want to hear of new and changed pages, after the posts. What goes wrong with
/// one of them is in its [`Heard`].
///
/// # Errors
/// When the ledger cannot be written or pushed; then nothing more is sent.
pub fn tell(
    session: &mut Session,
    live_check: bool,
    clock: fn() -> jiff::Timestamp,
    tell: &dyn Fn(&Heard),
) -> anyhow::Result<Vec<Heard>> {
    let http = live_check.then(|| live::client(session)).transpose()?;
    let Some(discovery) = &mut session.discovery else {
        return Ok(Vec::new());
    };
    if discovery.is_idle() {
        return Ok(Vec::new());
    }
    let heard = discovery.tell(http.as_ref(), clock, tell)?;
    if session.publishing.sync_git {
        let message = "Record who was told of new pages";
        sync::record(&session.root, &session.publishing.ledger, message)?;
    }
    Ok(heard)
}
