//! `/_desk` of `guidepost serve`: takes requests of the author's browser, plans without asking
//! anybody, gives the desk's pages, and records what the person posted.
//!
//! A form counts only with the token of this run: the server has seen that a page of its own
//! sends it, and the token says that the page was made by this very process.

use super::{args, posting, settings, trust, view::View};
use crate::build::Options;
use crate::desk::{self, Look, Message};
use crate::platform::capability::Way;
use crate::platform::variable;
use crate::publish::account::{self, Account};
use crate::publish::plan::Consent;
use crate::publishing::{self, Refresh, Session, Wish, by_hand};
use crate::serve::{self, Asked, Told};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// No page of the desk loads anything from elsewhere, is shown inside of another, or tells
/// others where a link was.
const HEADERS: &[(&str, &str)] = &[
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    ),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),
];

/// What stays the same for the whole run.
struct Room {
    view: View,
    root: PathBuf,
    date: Option<String>,
    token: String,
    /// One request at a time: planning takes all cores, and a ledger has one lock.
    busy: Mutex<()>,
}

/// The function that answers below `/_desk`.
///
/// # Errors
/// When the system gives no random bytes for the token.
pub(super) fn open(
    view: &View,
    root: &Path,
    selection: &args::Selection,
) -> anyhow::Result<Arc<serve::Desk>> {
    let room = Room {
        view: view.clone(),
        root: root.to_path_buf(),
        date: selection.date.clone(),
        token: token()?,
        busy: Mutex::default(),
    };
    Ok(Arc::new(move |asked: &Asked<'_>| {
        let _turn = room.busy.lock().unwrap_or_else(PoisonError::into_inner);
        room.answer(asked)
    }))
}

/// Whether there is an account that a person posts to.
pub(super) fn is_needed(root: &Path) -> bool {
    settings::config(root)
        .is_some_and(|config| account::read(&config).accounts.iter().any(is_by_hand))
}

/// 128 bits that no other page can guess: the system's own, through the library that also makes
/// the keys of TLS.
fn token() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 16];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system gives no random bytes for the desk's token"))?;
    Ok(hex::encode(bytes))
}

/// Whether a person posts to the account, as far as settings and environment tell.
fn is_by_hand(account: &Account) -> bool {
    let lacks = |name: &str| posting::secret(&variable(&account.name, name)).is_none();
    let mut secrets = account.info.secrets.iter();
    account.capabilities().way == Way::Hand
        || (!account.info.hosts.is_empty()
            && secrets.any(|secret| secret.required && lacks(secret.name)))
}

impl Room {
    fn answer(&self, asked: &Asked<'_>) -> Told {
        let look = Look {
            address: serve::DESK,
            words: desk::words(asked.languages),
            zone: settings::config(&self.root)
                .map_or(jiff::tz::TimeZone::UTC, |config| config.timezone),
            token: &self.token,
        };
        let query = fields(asked.query.as_bytes());
        let of = |name: &str| query.get(name).map_or("", String::as_str);
        let (account, post) = (of("account"), of("post"));
        let answered = match (asked.method, asked.below) {
            ("POST", "/done") => self.done(&look, account, post, &fields(asked.body)),
            ("POST", _) => return html(405, desk::nowhere(&look)),
            (_, "" | "/") => self
                .session(&[], false)
                .map(|session| html(200, desk::list(&look, &session))),
            (_, "/desk.css") => return told(200, "text/css; charset=utf-8", desk::CSS),
            (_, "/desk.js") => return told(200, "text/javascript; charset=utf-8", desk::JS),
            (_, "/post") => {
                let message = if query.contains_key("recorded") {
                    Message::Recorded
                } else {
                    Message::None
                };
                self.sheet(&look, account, post, &message, 200)
            }
            (_, "/state") => self.session(&[account.to_owned()], false).map(|session| {
                let state = serde_json::json!({"hash": desk::hash(&session, account, post)});
                told(200, "application/json", &state.to_string())
            }),
            _ => return html(404, desk::nowhere(&look)),
        };
        answered.unwrap_or_else(|error| {
            self.view.failure(&error);
            html(500, desk::failure(&look, &format!("{error:#}")))
        })
    }

    /// Plans for the accounts, or for all that a person posts to. An account of that name that
    /// does not exist is none.
    fn session(&self, accounts: &[String], lock: bool) -> anyhow::Result<Session> {
        let config = settings::config(&self.root);
        let known = config.map(|config| account::read(&config).accounts);
        let names: Vec<String> = known
            .into_iter()
            .flatten()
            .filter(is_by_hand)
            .map(|account| account.name)
            .filter(|name| accounts.is_empty() || accounts.contains(name))
            .collect();
        if names.is_empty() {
            // No name would mean all accounts.
            return Ok(Session::default());
        }
        publishing::prepare(
            &self.root,
            &Wish {
                options: Options {
                    now: settings::moment(&self.root, self.date.as_deref())?,
                    drafts: false,
                    future: false,
                    base_url: None,
                    to_come: true,
                    timings: Arc::default(),
                },
                accounts: &names,
                page: None,
                consent: Consent::default(),
                on_edit: None,
                refresh: Refresh::Offline,
                lock,
                secret: &posting::secret,
                clock: settings::now,
            },
        )
    }

    fn sheet(
        &self,
        look: &Look<'_>,
        account: &str,
        post: &str,
        message: &Message,
        status: u16,
    ) -> anyhow::Result<Told> {
        let session = self.session(&[account.to_owned()], false)?;
        Ok(match desk::sheet(look, &session, account, post, message) {
            Some(page) => html(status, page),
            None => html(404, desk::nowhere(look)),
        })
    }

    /// Records what the form says.
    fn done(
        &self,
        look: &Look<'_>,
        account: &str,
        post: &str,
        form: &BTreeMap<String, String>,
    ) -> anyhow::Result<Told> {
        let of = |name: &str| form.get(name).map_or("", |value| value.trim());
        let url = of("url").to_owned();
        // Digests are compared in constant time.
        if blake3::hash(of("token").as_bytes()) != blake3::hash(self.token.as_bytes()) {
            return self.sheet(look, account, post, &Message::OldForm(url), 403);
        }
        trust::require("publish")?;
        let mut session = self.session(&[account.to_owned()], true)?;
        let Some(work) = session.accounts.first_mut() else {
            return Ok(html(404, desk::nowhere(look)));
        };
        let pasted = Some(of("hash")).filter(|hash| is_digest(hash));
        let given = Some(url.as_str()).filter(|url| !url.is_empty());
        let recorded = by_hand::record_done(work, post, given, pasted, settings::now);
        drop(session);
        match recorded {
            Ok(()) => {
                self.view.say(&format!("recorded: {account}:{post} {url}"));
                Ok(Told {
                    location: Some(format!(
                        "{}&recorded=1",
                        desk::sheet_address(look, account, post)
                    )),
                    ..told(303, "text/plain; charset=utf-8", "")
                })
            }
            Err(reason) => self.sheet(look, account, post, &Message::Refused(reason, url), 422),
        }
    }
}

/// Whether a text is a digest as posts have them.
fn is_digest(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn html(status: u16, page: String) -> Told {
    told(status, "text/html; charset=utf-8", &page)
}

fn told(status: u16, kind: &'static str, body: &str) -> Told {
    Told {
        status,
        kind,
        location: None,
        headers: HEADERS,
        body: body.as_bytes().to_vec(),
    }
}

/// The fields of a query or a form; of two of one name the last.
fn fields(text: &[u8]) -> BTreeMap<String, String> {
    let decoded = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    String::from_utf8_lossy(text)
        .split('&')
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}
