//! Letters: a real SMTP server that keeps what it takes as files, which are read here by hand.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::posts::{WORDS, attempt, key, post};
use crate::platforms::server::{Server, visible};
use base64::Engine as _;
use guidepost::platform::{FailureKind, Remote, info};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

pub(super) struct Smtp(Server);

pub(super) fn bench() -> Smtp {
    Smtp(Server::named("smtp"))
}

/// A letter as it was kept: its file, its envelope, its bytes as text.
struct Kept {
    file: PathBuf,
    envelope: Value,
    text: String,
}

impl Smtp {
    fn letters(&self) -> Vec<Kept> {
        let folder = PathBuf::from(self.0.get("MAIL_DIR"));
        let files = fs::read_dir(&folder).expect("the folder").flatten();
        files
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .filter_map(|file| {
                // A trial beside this one may be taking its letters away.
                let envelope = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
                let text = fs::read_to_string(file.with_extension("eml")).ok()?;
                Some(Kept {
                    file,
                    envelope,
                    text,
                })
            })
            .collect()
    }

    fn letter(&self, name: &str) -> Kept {
        let line = format!("Message-ID: {name}\r\n");
        let mut letters = self.letters();
        letters.retain(|letter| letter.text.contains(&line));
        letters.pop().expect("the letter is there")
    }

    fn account_to(&self, server: String, to: &str) -> Account {
        Account {
            info: info("smtp").expect("the platform"),
            settings: vec![
                ("server", server.clone()),
                ("from", "云岚招聘 <news@example.org>".to_owned()),
                ("to", to.to_owned()),
                ("user", self.0.get("SMTP_USER").to_owned()),
                ("unsubscribe", "https://lists.example.org/leave".to_owned()),
            ],
            server,
            secrets: vec![("PASSWORD", self.0.get("SMTP_PASSWORD").to_owned())],
            makes: ("DATA", ""),
        }
    }

    fn address(&self, scheme: &str, port: &str) -> String {
        format!(
            "{scheme}://{}:{}",
            self.0.get("SMTP_HOST"),
            self.0.get(port)
        )
    }
}

/// A part's text: the one of that type, decoded.
fn part(letter: &str, kind: &str) -> String {
    let boundary = letter
        .split("boundary=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a boundary");
    let found = letter
        .split(&format!("--{boundary}"))
        .find(|part| part.contains(&format!("Content-Type: {kind}")))
        .expect("the part");
    let (head, body) = found.split_once("\r\n\r\n").expect("a head");
    let bytes = if head.contains("base64") {
        let packed: String = body.split_whitespace().collect();
        base64::engine::general_purpose::STANDARD
            .decode(packed)
            .expect("base64")
    } else if head.contains("quoted-printable") {
        unquoted(body)
    } else {
        body.as_bytes().to_vec()
    };
    String::from_utf8(bytes)
        .expect("UTF-8")
        .replace("\r\n", "\n")
}

fn unquoted(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_str();
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend(before.bytes());
        bytes.push(u8::from_str_radix(&after[..2], 16).expect("two digits"));
        rest = &after[2..];
    }
    bytes.extend(rest.bytes());
    bytes
}

impl Bench for Smtp {
    fn account(&self) -> Option<Account> {
        let to = "jobs@lists.example.org";
        Some(self.account_to(self.address("smtp", "SMTP_PORT"), to))
    }

    fn open(&self, trouble: Trouble) -> Session {
        open_http(&self.account().expect("an account"), trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let line = format!("Archived-At: <{canonical}>");
        let letters = self.letters();
        letters
            .iter()
            .filter(|letter| letter.text.replace("\r\n ", " ").contains(&line))
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        part(&self.letter(&remote.id).text, "text/plain")
    }

    fn edit(&self, _: &Remote, _: &str) {
        panic!("nobody can change a letter that was sent");
    }

    fn remove(&self, remote: &Remote) {
        let letter = self.letter(&remote.id);
        fs::remove_file(&letter.file).expect("an envelope");
        fs::remove_file(letter.file.with_extension("eml")).expect("a letter");
    }

    fn cover(&self, _: &Remote) -> Option<String> {
        None
    }
}

behaviours!(
    behaves,
    super::bench(),
    "needs tests/servers/all.sh start smtp"
);

#[test]
#[ignore = "needs tests/servers/all.sh start smtp"]
fn a_letter_has_what_lists_and_readers_need() {
    let bench = bench();
    let session = bench.open(Trouble::None);
    let abilities = session.verify().expect("we are known").capabilities;
    let post = post(WORDS, &abilities);
    let key = key(&post, "create");
    let attempt = attempt(&key);
    let remote = session.create(&post, attempt).expect("a letter");
    assert_eq!(remote.id, format!("<{}@example.org>", attempt.key));
    let letter = bench.letter(&remote.id);
    let head = letter.text.split("\r\n\r\n").next().expect("a head");
    for line in [
        "To: jobs@lists.example.org",
        "List-Unsubscribe: <https://lists.example.org/leave>",
        "Content-Language: zh-Hans",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
    ] {
        assert!(head.contains(line), "{line} is not in {head}");
    }
    // RFC 2047: what is not ASCII is packed, so that every server on the way takes it.
    assert!(head.is_ascii(), "{head}");
    let subject: Vec<u8> = head
        .replace("\r\n ", "")
        .lines()
        .find_map(|line| line.strip_prefix("Subject: "))
        .expect("a subject")
        .split("=?utf-8?b?")
        .skip(1)
        .map(|word| word.split("?=").next().unwrap_or_default())
        .flat_map(|word| {
            base64::engine::general_purpose::STANDARD
                .decode(word)
                .expect("base64")
        })
        .collect();
    let subject = String::from_utf8(subject).expect("UTF-8");
    assert!(subject.contains("招聘：焊工"), "{subject}");
    let html = part(&letter.text, "text/html");
    assert!(visible(&html).contains("本地企业招聘"), "{html}");
    assert!(html.contains("utm_source=trial"), "{html}");
    assert_eq!(letter.envelope["from"], "news@example.org");
    // An answer names the letter.
    let answer = session
        .reply(&remote, &post, crate::platforms::posts::attempt("answer"))
        .expect("an answer");
    let text = bench.letter(&answer.id).text.replace("\r\n ", " ");
    assert!(
        text.contains(&format!("In-Reply-To: {}", remote.id)),
        "{text}"
    );
    bench.remove(&answer);
    bench.remove(&remote);
}

#[test]
#[ignore = "needs tests/servers/all.sh start smtp"]
fn what_a_server_says_of_a_recipient_has_its_meaning() {
    let bench = bench();
    let send = |to: &str| {
        let account = bench.account_to(bench.address("smtp", "SMTP_PORT"), to);
        let session = open_http(&account, Trouble::None);
        let abilities = session.verify().expect("we are known").capabilities;
        let post = post(WORDS, &abilities);
        let result = session.create(&post, attempt(&key(&post, "create")));
        (result.expect_err("a failure"), bench.count(&post.canonical))
    };
    let (failure, made) = send("reject@example.org");
    assert_eq!((failure.kind, made), (FailureKind::Refused, 0), "{failure}");
    assert!(
        failure.message.contains("check `from` and `to`"),
        "{failure}"
    );
    let (failure, made) = send("defer@example.org");
    assert_eq!((failure.kind, made), (FailureKind::Limited, 0), "{failure}");
    assert!(failure.after.is_some());
    let (failure, made) = send("lost@example.org");
    assert_eq!((failure.kind, made), (FailureKind::Lost, 1), "{failure}");
}

#[test]
#[ignore = "needs tests/servers/all.sh start smtp"]
fn letters_go_guarded_and_only_to_the_server_with_the_right_certificate() {
    let bench = bench();
    let certificate = fs::read_to_string(bench.0.get("SMTP_CA")).expect("a certificate");
    for (scheme, port) in [("smtp", "SMTP_PORT"), ("smtps", "SMTPS_PORT")] {
        let mut account = bench.account_to(bench.address(scheme, port), "jobs@lists.example.org");
        account.settings.push(("certificate", certificate.clone()));
        let session = open_http(&account, Trouble::None);
        let abilities = session.verify().expect("we are known").capabilities;
        let post = post(WORDS, &abilities);
        let remote = session
            .create(&post, attempt(&key(&post, "create")))
            .expect("a letter");
        assert_eq!(bench.letter(&remote.id).envelope["tls"], true, "{scheme}");
        bench.remove(&remote);
    }
    let account = bench.account_to(
        bench.address("smtps", "SMTPS_PORT"),
        "jobs@lists.example.org",
    );
    let failure = open_http(&account, Trouble::None)
        .verify()
        .expect_err("nobody vouches for this certificate");
    assert_eq!(failure.kind, FailureKind::Unreachable);
}
