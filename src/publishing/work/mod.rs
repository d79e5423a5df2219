//! One account in one run: its login, ledger, posts and plan.

mod look;

use super::{Refresh, Wish, reserved};
use crate::diag::Diagnostic;
use crate::platform::capability::Way;
use crate::platform::{
    Capabilities, Failure, FailureKind, Http, HttpOptions, Images, Login, Pace, Platform, Secret,
    Sieve, variable,
};
use crate::publish::account::{Account, Publishing};
use crate::publish::apply::{self, Desk, End, Half, Outcome};
use crate::publish::compose::{Composed, Composition};
use crate::publish::ledger::{self, Event, Ledger, Read, State};
use crate::publish::plan::{self, Change, Observed, Step};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Why an account takes no part, or not the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// For people.
    pub message: String,
    /// What kind of failure, when a platform or its login is at fault.
    pub kind: Option<FailureKind>,
}

/// One account in one run.
pub struct AccountWork {
    /// The account.
    pub account: Account,
    /// What its platform can do, with the instance's own limits once it was asked.
    pub capabilities: Capabilities,
    /// Who we are there, once the platform was asked.
    pub identity: Option<String>,
    /// Secrets that are not set, by their variables' names.
    pub missing: Vec<String>,
    /// What keeps the account from posting.
    pub trouble: Option<Trouble>,
    /// What the ledger adds up to.
    pub state: State,
    /// Whether the ledger's last line was torn by a crash.
    pub torn: bool,
    /// Posts and reasons.
    pub composition: Composition,
    /// The plan.
    pub changes: Vec<Change>,
    /// Posts that are held back in this run.
    pub held: Vec<Outcome>,
    pub(super) diagnostics: Vec<Diagnostic>,
    platform: Option<Box<dyn Platform>>,
    ledger: Option<Ledger>,
    reserved: BTreeSet<String>,
    added: jiff::Timestamp,
}

impl AccountWork {
    /// Opens login and ledger; asks nobody.
    pub(super) fn open(
        account: Account,
        root: &Path,
        wish: &Wish<'_>,
        publishing: &Publishing,
        http: HttpOptions,
        pace: Pace,
        zone: &TimeZone,
    ) -> anyhow::Result<Self> {
        let capabilities = account.capabilities();
        let file = format!("{}/{}.jsonl", publishing.ledger, account.name);
        let path = root.join(&file);
        let file: Arc<str> = file.into();
        let (read, ledger) = if wish.lock {
            let (ledger, mut read) = Ledger::open(&path, &file)?;
            read.state.clone_from(&ledger.state);
            (read, Some(ledger))
        } else {
            let bytes = std::fs::read(&path).unwrap_or_default();
            (ledger::read(&file, &bytes), None)
        };
        let Read {
            state,
            torn,
            diagnostics,
            ..
        } = read;
        let secrets: BTreeMap<&'static str, Secret> = account
            .info
            .secrets
            .iter()
            .filter_map(|secret| {
                let value = (wish.secret)(&variable(&account.name, secret.name))?;
                Some((secret.name, value))
            })
            .collect();
        let missing = account
            .info
            .secrets
            .iter()
            .filter(|secret| secret.required && !secrets.contains_key(secret.name))
            .map(|secret| variable(&account.name, secret.name))
            .collect();
        // The day on which the account was added begins at midnight of the site.
        let added = state.opened.unwrap_or(wish.options.now);
        let added = added
            .to_zoned(zone.clone())
            .start_of_day()
            .map_or(added, |day| day.timestamp());
        let mut work = Self {
            reserved: reserved::read(root, &account.name),
            capabilities,
            identity: None,
            missing,
            trouble: None,
            state,
            torn,
            composition: Composition::default(),
            changes: Vec::new(),
            held: Vec::new(),
            platform: None,
            ledger,
            added,
            diagnostics,
            account,
        };
        let place = work.account.place();
        if !work.diagnostics.is_empty() {
            work.trouble("its ledger cannot be read");
        } else if let Some(known) = &work.state.place
            && *known != place
        {
            let message = format!(
                "its ledger was begun for `{known}`, and the settings say `{place}`; a new place \
                 is a new account: give it another name"
            );
            work.trouble(&message);
        } else {
            work.log_in(secrets, http, pace);
        }
        Ok(work)
    }

    /// Mistakes in its ledger, template or posts were told; nothing is planned on their ground.
    pub(super) fn cannot_post(&mut self) {
        self.changes.clear();
        if self.trouble.is_none() {
            self.trouble("mend what is told above");
        }
    }

    fn trouble(&mut self, message: &str) {
        self.trouble = Some(Trouble {
            message: message.to_owned(),
            kind: None,
        });
    }

    fn fails(&mut self, failure: &Failure) {
        let variables = self
            .account
            .info
            .secrets
            .iter()
            .map(|secret| variable(&self.account.name, secret.name));
        let variables: Vec<String> = variables.collect();
        let is_named = variables
            .iter()
            .any(|variable| failure.message.contains(variable));
        let message = match failure.kind {
            FailureKind::Credentials if !is_named && !variables.is_empty() => {
                format!("{}; check {}", failure.message, variables.join(", "))
            }
            _ => failure.message.clone(),
        };
        self.trouble = Some(Trouble {
            message,
            kind: Some(failure.kind),
        });
    }

    fn log_in(&mut self, secrets: BTreeMap<&'static str, Secret>, http: HttpOptions, pace: Pace) {
        if self.capabilities.way == Way::Hand {
            return;
        }
        if !self.missing.is_empty() {
            let failure = Failure::new(
                FailureKind::Credentials,
                format!("set {} in the environment", self.missing.join(", ")),
            );
            return self.fails(&failure);
        }
        let sieve = Sieve::new(secrets.values());
        let opened = Http::new(http, pace, self.capabilities.pace, sieve).and_then(|http| {
            (self.account.info.open)(&Login {
                account: self.account.name.clone(),
                settings: self.account.settings.clone(),
                secrets,
                http,
            })
        });
        match opened {
            Ok(platform) => self.platform = Some(platform),
            Err(failure) => self.fails(&failure),
        }
    }

    /// Asks the platform, composes and plans.
    pub(super) fn prepare(
        &mut self,
        wish: &Wish<'_>,
        broken: bool,
        compose: &dyn Fn(&Account, &Capabilities) -> Composition,
    ) {
        let asks = wish.refresh != Refresh::Offline && !broken;
        if asks && let Some(platform) = &self.platform {
            match platform.verify() {
                Ok(identity) => {
                    self.capabilities = identity.capabilities;
                    self.identity = Some(identity.name);
                }
                Err(failure) => self.fails(&failure),
            }
        }
        self.composition = compose(&self.account, &self.capabilities);
        self.diagnostics.append(&mut self.composition.diagnostics);
        if let Some(page) = wish.page {
            let wanted = |composed: &Composed| is_page(&composed.post.key, page);
            self.composition.wanted.retain(wanted);
        }
        let mut observed = Observed::default();
        self.changes = self.plan(wish, &observed);
        if asks && self.trouble.is_none() {
            self.look(wish, &mut observed);
            self.changes = self.plan(wish, &observed);
        }
        if let Some(page) = wish.page {
            self.changes.retain(|change| is_page(&change.post, page));
        }
    }

    fn plan(&self, wish: &Wish<'_>, observed: &Observed) -> Vec<Change> {
        plan::plan(&plan::Input {
            account: &self.account.name,
            capabilities: &self.capabilities,
            on_edit: wish.on_edit.or(self.account.on_edit),
            wanted: &self.composition.wanted,
            unwanted: &self.composition.unwanted,
            state: &self.state,
            observed,
            reserved: &self.reserved,
            consent: wish.consent,
            now: wish.options.now,
            added: self.added,
        })
    }

    /// Takes changes whose pages do not answer out of the plan, and tells why.
    pub(super) fn hold_back(
        &mut self,
        dead: &BTreeMap<String, String>,
        tell: &dyn Fn(&str, &Outcome),
    ) {
        if dead.is_empty() {
            return;
        }
        let pages: BTreeMap<&str, &str> = self
            .composition
            .wanted
            .iter()
            .map(|composed| (composed.post.key.as_str(), composed.post.canonical.as_str()))
            .collect();
        let mut held = Vec::new();
        self.changes.retain(|change| {
            let reason = pages
                .get(change.post.as_str())
                .and_then(|page| dead.get(*page));
            let holds = matches!(change.step, Step::Create | Step::Update | Step::Reply);
            match reason {
                Some(reason) if holds => {
                    held.push(Outcome {
                        post: change.post.clone(),
                        step: change.step,
                        end: End::Skipped,
                        remote: None,
                        url: None,
                        message: Some(reason.clone()),
                    });
                    false
                }
                _ => true,
            }
        });
        for outcome in &held {
            tell(&self.account.name, outcome);
        }
        self.held = held;
    }

    /// Addresses whose pages must answer before their posts go out.
    pub(super) fn pages(&self) -> impl Iterator<Item = &str> {
        let sent: BTreeSet<&str> = self
            .changes
            .iter()
            .filter(|change| matches!(change.step, Step::Create | Step::Update | Step::Reply))
            .map(|change| change.post.as_str())
            .collect();
        self.composition
            .wanted
            .iter()
            .filter(move |composed| sent.contains(composed.post.key.as_str()))
            .map(|composed| composed.post.canonical.as_str())
    }

    /// Carries out the plan, or one half of it.
    pub(super) fn apply(
        &mut self,
        root: &Path,
        publishing: &Publishing,
        images: &dyn Images,
        half: Half,
        clock: fn() -> jiff::Timestamp,
        tell: &(dyn Fn(&str, &Outcome) + Sync),
    ) -> anyhow::Result<Vec<Outcome>> {
        let (Some(ledger), Some(platform)) = (&mut self.ledger, &self.platform) else {
            return Ok(Vec::new());
        };
        let posts: BTreeMap<&str, &Composed> = self
            .composition
            .wanted
            .iter()
            .map(|composed| (composed.post.key.as_str(), composed))
            .collect();
        if half == Half::Send {
            // Only what this disk reserved is sent; all else waits for its own intent.
            let reserved = &self.reserved;
            let state = &ledger.state;
            self.changes.retain(|change| {
                let open = state
                    .posts
                    .get(&change.post)
                    .and_then(|post| post.open.as_ref());
                match open {
                    Some(open) => {
                        matches!(change.step, Step::Confirm | Step::Adopt)
                            || reserved.contains(&open.attempt)
                    }
                    None => change.step == Step::Adopt,
                }
            });
        }
        let name = self.account.name.clone();
        let left = std::sync::Mutex::new(self.reserved.clone());
        let sending = |attempt: &str| -> anyhow::Result<()> {
            let mut left = left
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            left.remove(attempt);
            reserved::write(root, &name, &left)
        };
        let tell_it = |outcome: &Outcome| tell(&name, outcome);
        let desk = Desk {
            account: &name,
            platform: platform.as_ref(),
            capabilities: &self.capabilities,
            posts: &posts,
            images,
            clock,
            pause: publishing.pause,
            grace: publishing.grace,
            tell: &tell_it,
            sending: &sending,
        };
        open_ledger(ledger, &self.account, &self.composition, clock)?;
        let outcomes = apply::apply(&desk, ledger, &self.changes, half)?;
        if half == Half::Reserve {
            let attempts: BTreeSet<String> = self
                .changes
                .iter()
                .filter(|change| change.step.is_sent())
                .filter_map(|change| {
                    let post = ledger.state.posts.get(&change.post)?;
                    Some(post.open.as_ref()?.attempt.clone())
                })
                .chain(self.reserved.iter().cloned())
                .collect();
            reserved::write(root, &name, &attempts)?;
            self.reserved = attempts;
        }
        self.state.clone_from(&ledger.state);
        Ok(outcomes)
    }

    /// Writes one event that a person decided.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn record(&mut self, event: Event, clock: fn() -> jiff::Timestamp) -> anyhow::Result<()> {
        let Some(ledger) = &mut self.ledger else {
            anyhow::bail!("the ledger of `{}` is not open", self.account.name);
        };
        open_ledger(ledger, &self.account, &self.composition, clock)?;
        ledger.append(clock(), event)?;
        self.state.clone_from(&ledger.state);
        Ok(())
    }

    /// Takes back what this run appended to the ledger, none of which was sent; and forgets what
    /// this disk reserved, which another run may have reserved too.
    ///
    /// # Errors
    /// When the disk fails.
    pub(super) fn take_back(&mut self, root: &Path) -> anyhow::Result<()> {
        reserved::write(root, &self.account.name, &BTreeSet::new())?;
        self.reserved.clear();
        match self.ledger.take() {
            Some(ledger) => ledger.take_back(),
            None => Ok(()),
        }
    }

    /// The platform, when it was logged in to.
    pub fn platform(&self) -> Option<&dyn Platform> {
        self.platform.as_deref()
    }
}

/// Writes a ledger's first line.
fn open_ledger(
    ledger: &mut Ledger,
    account: &Account,
    composition: &Composition,
    clock: fn() -> jiff::Timestamp,
) -> anyhow::Result<()> {
    if ledger.state.opened.is_some() {
        return Ok(());
    }
    let at = clock();
    let undated = |composed: &&Composed| composed.post.published.is_none();
    let event = Event::Opened {
        lineage: crate::platform::digest([
            account.name.as_str(),
            &account.place(),
            &at.to_string(),
        ])[..16]
            .to_owned(),
        platform: account.info.name.to_owned(),
        place: account.place(),
        before: composition
            .wanted
            .iter()
            .filter(undated)
            .map(|composed| composed.post.key.clone())
            .collect(),
    };
    ledger.append(at, event)
}

/// Whether a post is of the page that a person names: by post, by page in every language, or
/// by file.
pub(in crate::publishing) fn is_page(post: &str, asked: &str) -> bool {
    let asked = asked
        .trim_start_matches("./")
        .trim_start_matches("content/");
    let asked = asked.strip_suffix(".md").unwrap_or(asked);
    let asked = asked.strip_suffix("/index").unwrap_or(asked);
    let (page, lang) = post.rsplit_once('@').unwrap_or((post, ""));
    post == asked
        || page == asked
        || asked
            .rsplit_once('.')
            .is_some_and(|(rest, suffix)| rest == page && suffix.eq_ignore_ascii_case(lang))
}
