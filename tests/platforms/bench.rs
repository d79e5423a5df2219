//! The seam between behaviours and servers: how to log in, with or without trouble on the way,
//! and how to look at a server by its own means.

use crate::platforms::flaky::{Flaky, IsPost, Mishap, Order};
use crate::platforms::posts::now;
use guidepost::platform::{
    Capabilities, Http, HttpOptions, Info, Login, Pace, Platform, Remote, Secret, Sieve,
};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// A server under trial. All but [`Bench::open`] goes past the adapter.
pub(crate) trait Bench {
    /// The account on the server; none where there is no server.
    fn account(&self) -> Option<Account> {
        None
    }

    /// A login, with trouble ordered for the next request that makes a post. Most benches call
    /// [`open_http`].
    fn open(&self, trouble: Trouble) -> Session;

    /// How many posts with this address in them the server has.
    fn count(&self, canonical: &str) -> usize;

    /// What a reader sees of a post: its text without markup.
    fn text(&self, remote: &Remote) -> String;

    /// Changes a post's text by another hand than ours.
    fn edit(&self, remote: &Remote, text: &str);

    /// Takes a post away by another hand than ours; also cleans up after a trial.
    fn remove(&self, remote: &Remote);

    /// Description of the image that a post shows, when it shows one.
    fn cover(&self, remote: &Remote) -> Option<String>;

    /// Tells a request that makes a post from one that only asks who we are, where both have the
    /// method and the path of [`Account::makes`].
    fn is_post(&self) -> IsPost {
        |_| true
    }

    /// Behaviours that this one server gets wrong, each with the reason. They must fail.
    fn exceptions(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

/// What happens to the next request that makes a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing.
    None,
    /// The login has another secret than the right one.
    WrongSecret,
    /// Nobody listens.
    Down,
    /// It is lost on its way.
    LostBefore,
    /// It is done, and the answer is lost on its way.
    LostAfter,
    /// It is done, and half of the answer arrives.
    Cut,
    /// It is done, and a web page comes for an answer.
    WebPage,
    /// It is not done: the server asks for a second's patience.
    Busy,
}

/// An open login, and the proxy that it goes through.
pub(crate) struct Session {
    platform: Box<dyn Platform>,
    proxy: Option<Flaky>,
    /// What must stand in no message.
    secrets: Vec<String>,
}

impl Session {
    /// A login that goes through no proxy.
    pub(crate) fn direct(platform: Box<dyn Platform>) -> Self {
        Self {
            platform,
            proxy: None,
            secrets: Vec::new(),
        }
    }

    /// Fails the trial when its trouble never came: it would show nothing.
    #[track_caller]
    pub(crate) fn had_its_trouble(&self) {
        let came = self.proxy.as_ref().is_none_or(Flaky::is_done);
        assert!(came, "no request was the one that makes a post");
    }

    /// Whether a message shows a secret.
    pub(crate) fn shows_a_secret(&self, message: &str) -> bool {
        self.secrets.iter().any(|secret| message.contains(secret))
    }
}

impl Deref for Session {
    type Target = dyn Platform;

    fn deref(&self) -> &Self::Target {
        &*self.platform
    }
}

/// An account on a server, as `site.yaml` and the environment would give it.
pub(crate) struct Account {
    pub(crate) info: &'static Info,
    /// The server's address as it stands in the settings, for the proxy to take its place.
    pub(crate) server: String,
    pub(crate) settings: Vec<(&'static str, String)>,
    pub(crate) secrets: Vec<(&'static str, String)>,
    /// Method and a part of the path of the request that makes a post.
    pub(crate) makes: (&'static str, &'static str),
}

/// Opens an account on a server that speaks HTTP, WebSocket or SMTP, with the trouble.
pub(crate) fn open_http(account: &Account, trouble: Trouble) -> Session {
    let mishap = match trouble {
        Trouble::None | Trouble::WrongSecret | Trouble::Down => None,
        Trouble::LostBefore => Some(Mishap::DropBefore),
        Trouble::LostAfter => Some(Mishap::DropAfter),
        Trouble::Cut => Some(Mishap::Cut),
        Trouble::WebPage => Some(Mishap::WebPage),
        Trouble::Busy => Some(Mishap::Busy(1)),
    };
    let proxy = mishap.map(|mishap| {
        let (method, path) = account.makes;
        let order = Order {
            method,
            path: path.to_owned(),
            mishap,
        };
        Flaky::start(&account.server, order)
    });
    let address = match (&proxy, trouble) {
        (Some(proxy), _) => proxy.url(),
        (None, Trouble::Down) => {
            let scheme = account.server.split("://").next().unwrap_or_default();
            format!("{scheme}://127.0.0.1:{CLOSED_PORT}")
        }
        _ => account.server.clone(),
    };
    let secrets: Vec<(&'static str, String)> = account
        .secrets
        .iter()
        .map(|(name, value)| match trouble {
            Trouble::WrongSecret => (*name, wronged(value)),
            _ => (*name, value.clone()),
        })
        .collect();
    let held = secrets
        .iter()
        .map(|(name, value)| (*name, Secret::new(value.clone())))
        .collect::<std::collections::BTreeMap<_, _>>();
    let login = Login {
        account: "trial".to_owned(),
        settings: account
            .settings
            .iter()
            .map(|(name, value)| {
                let value = value.replace(&account.server, &address);
                ((*name).to_owned(), value)
            })
            .collect(),
        http: Http::new(
            options(),
            Pace::default(),
            Duration::ZERO,
            Sieve::new(held.values()),
        )
        .expect("a client"),
        secrets: held,
    };
    let opened = (account.info.open)(&login);
    Session {
        platform: opened.unwrap_or_else(|failure| panic!("the login does not open: {failure}")),
        proxy,
        secrets: secrets.into_iter().map(|(_, value)| value).collect(),
    }
}

/// A client's options for trials: patient with slow servers, quick to repeat.
pub(crate) fn options() -> HttpOptions {
    HttpOptions {
        patience: Duration::from_secs(60),
        longest_wait: Duration::from_secs(5),
        pause: Duration::from_millis(20),
        repeats: 2,
        proxy: None,
        keep_connections: false,
        clock: now,
    }
}

/// A port on which nobody listens. One that was free a moment ago may be somebody's now; this one
/// is given to nobody.
pub(super) const CLOSED_PORT: u16 = 1;

/// Another secret of the same form: letters, hexadecimal digits and punctuation stay what they
/// are, so that it is refused by the server and not for its form.
fn wronged(secret: &str) -> String {
    secret
        .chars()
        .map(|c| match c {
            '0'..='8' | 'a'..='e' | 'A'..='E' | 'g'..='y' | 'G'..='Y' => {
                char::from_u32(c as u32 + 1).unwrap_or(c)
            }
            '9' => '0',
            'f' => 'a',
            'F' => 'A',
            'z' => 'g',
            'Z' => 'G',
            other => other,
        })
        .collect()
}

/// What the platform can do on this server.
pub(crate) fn capabilities(bench: &dyn Bench) -> Capabilities {
    let session = bench.open(Trouble::None);
    let identity = session.verify();
    identity
        .unwrap_or_else(|failure| panic!("the server does not know us: {failure}"))
        .capabilities
}

/// Runs a behaviour; one that the bench lists as an exception must fail.
pub(crate) fn hold(bench: &dyn Bench, name: &str, behaviour: fn(&dyn Bench)) {
    let exception = bench
        .exceptions()
        .iter()
        .find(|(exception, _)| *exception == name);
    match exception {
        None => behaviour(bench),
        Some((_, reason)) => {
            let failed = catch_unwind(AssertUnwindSafe(|| behaviour(bench))).is_err();
            assert!(
                failed,
                "this server holds it now, so strike the exception: {reason}"
            );
        }
    }
}
