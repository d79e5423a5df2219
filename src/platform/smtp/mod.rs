//! Letters to a mailing list, by SMTP. Facts: RFC 5321 (the conversation), RFC 4954 (login),
//! RFC 5322 and 2369 (headers).
//!
//! Recovery class E: when the answer to a whole letter is lost, nobody can be asked what became
//! of it. The letter's name follows from the attempt, so that a list may tell a repeat, but none
//! is sent. Up to the letter's last line nothing has happened, and a failure is certain.
//! Letters go to a list, whose server knows the readers; never to readers themselves.

mod letter;
mod text;

use super::capability::{BodyImages, Limit, Links, Markup, Medium, Recovery, Update, Way};
use super::counting::{Unit, count};
use super::{
    Attempt, Capabilities, Failure, FailureKind, Http, Identity, Info, Login, Platform, Post,
    Remote, Secret, SecretInfo, SettingInfo, Tried, setting, variable,
};
use letter::{Paper, letter, name};
use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, SmtpConnection, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Code};
use std::time::Duration;

/// What is known of letters.
pub(super) static INFO: Info = Info {
    name: "smtp",
    title: "letters to a mailing list (SMTP)",
    settings: &[
        SettingInfo {
            name: "server",
            required: true,
            meaning: "the server that takes letters, `smtps://mail.example.org` (TLS) or \
                      `smtp://mail.example.org` (STARTTLS); reached directly, not through `proxy`",
        },
        SettingInfo {
            name: "from",
            required: true,
            meaning: "the sender, `云岚招聘 <news@example.org>`",
        },
        SettingInfo {
            name: "to",
            required: true,
            meaning: "the address of the list, `jobs@lists.example.org`",
        },
        SettingInfo {
            name: "user",
            required: false,
            meaning: "the name for the login, where the server wants one",
        },
        SettingInfo {
            name: "unsubscribe",
            required: false,
            meaning: "where readers leave the list, `https://…` or `mailto:…`, when its server does \
                      not add that",
        },
        SettingInfo {
            name: "certificate",
            required: false,
            meaning: "the certificate (PEM) of a server of your own that no authority signed",
        },
    ],
    secrets: &[SecretInfo {
        name: "PASSWORD",
        required: false,
        meaning: "the password that belongs to `user`",
    }],
    capabilities: |_| capabilities(),
    hosts: &[],
    open,
    place: |settings| {
        let to = setting(settings, "to");
        let address = to.parse::<Mailbox>().map(|to| to.email.to_string());
        address.unwrap_or_else(|_| to.to_owned()).to_lowercase()
    },
    tried: Tried::Server("aiosmtpd 1.4, a receiving mail server"),
    mistakes: |_| Vec::new(),
};

/// Servers refuse letters beyond some megabytes; no honest article has this many.
const TEXT: Limit = Limit::new(500_000, Unit::Bytes);
/// Longer subjects are cut by every reader's program.
const TITLE: Limit = Limit::new(255, Unit::CodePoints);
/// How long a server that is busy is left alone (RFC 5321, 4.5.4.1: at least half an hour).
const WAIT: Duration = Duration::from_secs(30 * 60);

fn capabilities() -> Capabilities {
    Capabilities {
        way: Way::Api,
        markup: Markup::Html,
        title: Some(TITLE),
        text: TEXT,
        text_too: None,
        summary: None,
        tags: 0,
        links: Links::Allowed,
        cover: None,
        images: BodyImages::Linked,
        update: Update::Never,
        reply: true,
        delete: false,
        find: false,
        read: false,
        list: false,
        recovery: Recovery::AskPerson,
        price: None,
        medium: Medium::Email,
        pace: Duration::from_secs(1),
        verified_at: jiff::civil::date(2026, 11, 29),
    }
}

/// How the conversation is kept from others' ears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// From the first byte on.
    Tls,
    /// From the server's greeting on.
    StartTls,
    /// Not at all: the server is this machine.
    None,
}

fn open(login: &Login) -> Result<Box<dyn Platform>, Failure> {
    let mailbox = |name: &str| {
        let text = login.setting(name);
        text.parse::<Mailbox>()
            .map_err(|error| Failure::refused(format!("`{name}: {text}` is no address: {error}")))
    };
    let server = login.setting("server");
    let certificate = login.setting("certificate");
    let (guard, host, port) = place(server, certificate).ok_or_else(|| {
        Failure::refused(format!(
            "`server: {server}` is no server; write `smtps://mail.example.org` or \
             `smtp://mail.example.org:587`"
        ))
    })?;
    let user = login.setting("user");
    let credentials = if user.is_empty() {
        None
    } else {
        Some((user.to_owned(), login.secret("PASSWORD")?.clone()))
    };
    let unsubscribe = login.setting("unsubscribe");
    Ok(Box::new(Smtp {
        http: login.http.clone(),
        guard,
        host,
        port,
        certificate: certificate.to_owned(),
        paper: Paper {
            from: mailbox("from")?,
            to: mailbox("to")?,
            unsubscribe: (!unsubscribe.is_empty()).then(|| unsubscribe.to_owned()),
        },
        credentials,
        variable: variable(&login.account, "PASSWORD"),
    }))
}

/// Guard, host and port out of `smtps://mail.example.org:465`.
fn place(server: &str, certificate: &str) -> Option<(Guard, String, u16)> {
    let (scheme, rest) = server.split_once("://")?;
    let rest = rest.trim_end_matches('/');
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && !port.contains(']') => {
            (host, Some(port.parse::<u16>().ok()?))
        }
        _ => (rest, None),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() || host.contains(['@', '/']) {
        return None;
    }
    let here = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    match scheme {
        "smtps" => Some((Guard::Tls, host.to_owned(), port.unwrap_or(465))),
        "smtp" if here && certificate.is_empty() => {
            Some((Guard::None, host.to_owned(), port.unwrap_or(25)))
        }
        "smtp" => Some((Guard::StartTls, host.to_owned(), port.unwrap_or(587))),
        _ => None,
    }
}

struct Smtp {
    http: Http,
    guard: Guard,
    host: String,
    port: u16,
    certificate: String,
    paper: Paper,
    credentials: Option<(String, Secret)>,
    variable: String,
}

impl Platform for Smtp {
    fn verify(&self) -> Result<Identity, Failure> {
        let mut connection = self.connect()?;
        let _ = connection.quit();
        Ok(Identity {
            name: format!("{} to {}", self.paper.from.email, self.paper.to.email),
            capabilities: capabilities(),
        })
    }

    fn create(&self, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        self.send(post, attempt, None)
    }

    fn reply(&self, remote: &Remote, post: &Post, attempt: Attempt<'_>) -> Result<Remote, Failure> {
        self.send(post, attempt, Some(&remote.id))
    }
}

impl Smtp {
    fn send(
        &self,
        post: &Post,
        attempt: Attempt<'_>,
        answers: Option<&str>,
    ) -> Result<Remote, Failure> {
        let length = count(&post.title, TITLE.unit);
        if length > TITLE.most {
            return Err(Failure::refused(format!(
                "the title has {length} characters, at most {} are taken",
                TITLE.most
            )));
        }
        let letter = letter(&self.paper, post, attempt, answers)?.formatted();
        self.http.wait_for_turn(&self.host);
        let mut connection = self.connect()?;
        let say = |what: &str, result: Result<_, Error>| {
            result
                .map(drop)
                .map_err(|error| self.certain(&error).during(what))
        };
        let (from, to) = (&self.paper.from.email, &self.paper.to.email);
        let mail = Mail::new(Some(from.clone()), Vec::new());
        say("naming `from`", connection.command(mail))?;
        say("naming `to`", connection.command(rcpt(to)))?;
        say("beginning the letter", connection.command(Data))?;
        // From here on the server may have the whole letter.
        connection
            .message(&letter)
            .map_err(|error| match error.status() {
                Some(_) => self.certain(&error),
                None => Failure::lost(self.words(&error)),
            })?;
        let _ = connection.quit();
        Ok(Remote {
            id: name(&self.paper, attempt),
            url: None,
        })
    }

    /// A connection, guarded and logged in.
    fn connect(&self) -> Result<SmtpConnection, Failure> {
        let failed = |error: Error| {
            Failure::new(
                FailureKind::Unreachable,
                format!(
                    "no connection to {}:{}: {}",
                    self.host,
                    self.port,
                    self.words(&error)
                ),
            )
        };
        let tls = self.tls().map_err(failed)?;
        let hello = ClientId::Domain(self.paper.from.email.domain().to_owned());
        let wrapper = tls.as_ref().filter(|_| self.guard == Guard::Tls);
        let mut connection = SmtpConnection::connect(
            (self.host.as_str(), self.port),
            Some(self.http.patience()),
            &hello,
            wrapper,
            None,
        )
        .map_err(failed)?;
        if let (Guard::StartTls, Some(tls)) = (self.guard, &tls) {
            if !connection.can_starttls() {
                return Err(Failure::refused(format!(
                    "{} offers no STARTTLS, and letters and passwords do not go in the open; use \
                     `smtps://`",
                    self.host
                )));
            }
            connection.starttls(tls, &hello).map_err(failed)?;
        }
        if let Some((user, password)) = &self.credentials {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .map_err(|error| self.login(&error))?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<Option<TlsParameters>, Error> {
        if self.guard == Guard::None {
            return Ok(None);
        }
        let builder = TlsParameters::builder(self.host.clone());
        let builder = if self.certificate.is_empty() {
            builder
        } else {
            builder
                .certificate_store(CertificateStore::None)
                .add_root_certificate(Certificate::from_pem(self.certificate.as_bytes())?)
        };
        builder.build().map(Some)
    }

    /// A failure of the login.
    fn login(&self, error: &Error) -> Failure {
        match error.status().map(number) {
            Some(530..=539) => Failure::new(FailureKind::Credentials, self.words(error))
                .during("the login was not accepted")
                .naming(&self.variable),
            Some(_) => self.certain(error).during("logging in"),
            None if error.is_client() => Failure::refused(format!(
                "{} offers no login that works here; use `smtps://`, or remove `user`",
                self.host
            )),
            None => self.certain(error).during("logging in"),
        }
    }

    /// A failure before the letter was whole, or an answer that says so itself.
    fn certain(&self, error: &Error) -> Failure {
        let words = self.words(error);
        let (kind, hint) = match error.status().map(number) {
            Some(530) => (
                FailureKind::Credentials,
                "the server wants a login; set `user` and its password",
            ),
            Some(400..=499) => (
                FailureKind::Limited,
                "the server is busy; it is tried later",
            ),
            Some(552) => (
                FailureKind::Refused,
                "the letter is too large for the server",
            ),
            Some(550 | 551 | 553) => (
                FailureKind::Refused,
                "check `from` and `to`, and that `from` may write to the list",
            ),
            Some(_) => (FailureKind::Refused, "the server does not take the letter"),
            None => {
                return Failure::new(FailureKind::Unreachable, words);
            }
        };
        let mut failure = Failure::new(kind, format!("{words}; {hint}"));
        if kind == FailureKind::Limited {
            failure.after = Some(WAIT);
        }
        failure.naming(&self.variable)
    }

    /// What went wrong, in the words of the last cause.
    fn words(&self, error: &Error) -> String {
        use std::error::Error as _;
        let mut words = error.to_string();
        if error.status().is_none() {
            let mut cause = error.source();
            while let Some(inner) = cause {
                words = inner.to_string();
                cause = inner.source();
            }
        }
        if error.is_timeout() {
            "no answer in time".clone_into(&mut words);
        }
        self.http.clean(&words)
    }
}

fn rcpt(to: &Address) -> Rcpt {
    Rcpt::new(to.clone(), Vec::new())
}

fn number(code: Code) -> u16 {
    u16::from(code)
}

#[cfg(test)]
mod tests {
    use super::{Guard, place};

    #[test]
    fn letters_go_in_the_open_on_this_machine_only() {
        for (server, certificate, wanted) in [
            (
                "smtps://mail.example.org",
                "",
                Some((Guard::Tls, "mail.example.org", 465)),
            ),
            (
                "smtp://mail.example.org",
                "",
                Some((Guard::StartTls, "mail.example.org", 587)),
            ),
            (
                "smtp://mail.example.org:25",
                "",
                Some((Guard::StartTls, "mail.example.org", 25)),
            ),
            (
                "smtp://127.0.0.1:1025",
                "",
                Some((Guard::None, "127.0.0.1", 1025)),
            ),
            ("smtp://[::1]:1025", "", Some((Guard::None, "::1", 1025))),
            (
                "smtp://localhost",
                "PEM",
                Some((Guard::StartTls, "localhost", 587)),
            ),
            (
                "smtp://localhost.example.org",
                "",
                Some((Guard::StartTls, "localhost.example.org", 587)),
            ),
            ("mail.example.org", "", None),
            ("smtp://user@mail.example.org", "", None),
            ("smtp://", "", None),
            ("smtp://mail.example.org:mail", "", None),
        ] {
            let found = place(server, certificate);
            let wanted = wanted.map(|(guard, host, port)| (guard, host.to_owned(), port));
            assert_eq!(found, wanted, "{server}");
        }
    }
}
