//! Aliyun OSS, Tencent COS and Huawei OBS cannot be asked here: a fake stands in for each, written
//! from their documentations. It is a proxy, so that the addresses are the real ones, and keeps its
//! objects as files of this disk. It looks at who signs, not whether the signature is right.

use crate::deploys::behaviour;
use crate::deploys::place::{Inside, Machine, Place, RECORD};
use md5::{Digest as _, Md5};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What a service has of its own.
struct FakeKind {
    to: &'static str,
    host: &'static str,
    /// How its signatures begin.
    signature: &'static str,
    /// The header by which a file replaces none, and its value.
    absent: (&'static str, &'static str),
}

const OSS: FakeKind = FakeKind {
    to: "oss",
    host: "oss-cn-trial.aliyuncs.com",
    signature: "OSS the-KEY:",
    absent: ("x-oss-forbid-overwrite", "true"),
};
const COS: FakeKind = FakeKind {
    to: "cos",
    host: "cos.ap-trial.myqcloud.com",
    signature: "q-sign-algorithm=sha1&q-ak=the-KEY&",
    absent: ("x-cos-forbid-overwrite", "true"),
};
const OBS: FakeKind = FakeKind {
    to: "obs",
    host: "obs.cn-trial.myhuaweicloud.com",
    signature: "AWS4-HMAC-SHA256 Credential=the-KEY/",
    absent: ("if-none-match", "*"),
};

/// A request that came.
#[derive(Debug, Clone, Default)]
struct Asked {
    method: String,
    /// Decoded, without the leading slash.
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Fake {
    kind: &'static FakeKind,
    root: PathBuf,
    /// Whether its listing never ends.
    repeats: AtomicBool,
    asked: Mutex<Vec<Asked>>,
}

fn decoded(text: &str) -> String {
    let bytes = percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
    String::from_utf8(bytes).expect("UTF-8")
}

fn read(stream: &TcpStream) -> Option<(String, Asked)> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split(' ');
    let method = words.next()?.to_owned();
    let rest = words.next()?.strip_prefix("http://")?;
    let (host, path) = rest.split_once('/')?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut asked = Asked {
        method,
        path: decoded(path),
        query: query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), decoded(value)))
            .collect(),
        ..Asked::default()
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        asked
            .headers
            .insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = asked.headers.get("content-length");
    let length = length.map_or(0, |text| text.parse().expect("a length"));
    asked.body = vec![0; length];
    reader.read_exact(&mut asked.body).ok()?;
    Some((host.to_owned(), asked))
}

fn tag(bytes: &[u8]) -> String {
    let hex: String = Md5::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    format!("\"{hex}\"")
}

impl Fake {
    fn start(kind: &'static FakeKind, root: &Path) -> (Arc<Self>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let fake = Arc::new(Self {
            kind,
            root: root.to_path_buf(),
            repeats: AtomicBool::default(),
            asked: Mutex::default(),
        });
        let shared = Arc::clone(&fake);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let fake = Arc::clone(&shared);
                std::thread::spawn(move || fake.serve(&stream));
            }
        });
        (fake, address)
    }

    fn serve(&self, mut stream: &TcpStream) -> Option<()> {
        let (host, asked) = read(stream)?;
        let signed = asked.headers.get("authorization");
        let signed = signed.is_some_and(|value| value.starts_with(self.kind.signature));
        let (status, etag, body) = if host != format!("b.{}", self.kind.host) {
            (404, String::new(), code("NoSuchBucket"))
        } else if signed {
            self.answer(&asked)
        } else {
            (403, String::new(), code("SignatureDoesNotMatch"))
        };
        self.asked.lock().expect("a list").push(asked);
        let head = format!(
            "HTTP/1.1 {status} X\r\netag: {etag}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(&body).ok()
    }

    fn answer(&self, asked: &Asked) -> (u16, String, Vec<u8>) {
        let file = self.root.join(&asked.path);
        let (header, value) = self.kind.absent;
        match asked.method.as_str() {
            "PUT" if asked.headers.get(header).is_some_and(|it| it == value) && file.exists() => {
                (409, String::new(), code("FileAlreadyExists"))
            }
            "PUT" => {
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(&file, &asked.body).expect("a file");
                (200, tag(&asked.body), Vec::new())
            }
            "DELETE" => {
                let _ = fs::remove_file(file);
                (204, String::new(), Vec::new())
            }
            _ if asked.path.is_empty() => (200, String::new(), self.listing(asked)),
            _ => match fs::read(file) {
                Ok(bytes) => (200, tag(&bytes), bytes),
                Err(_) => (404, String::new(), code("NoSuchKey")),
            },
        }
    }

    /// Two pages: the names to the middle, then the rest.
    fn listing(&self, asked: &Asked) -> Vec<u8> {
        let files = Inside::Disk(self.root.clone()).files();
        let prefix = asked.query.get("prefix").map_or("", String::as_str);
        let names: Vec<&String> = files.keys().filter(|key| key.starts_with(prefix)).collect();
        let middle = names.get(names.len() / 2).filter(|_| names.len() > 1);
        let after = asked
            .query
            .get("marker")
            .or_else(|| asked.query.get("continuation-token"));
        let mut text = String::from("<?xml version=\"1.0\"?><ListBucketResult>");
        for name in &names {
            let shown = match after {
                Some(after) => *name > after,
                None => middle.is_none_or(|middle| name <= middle),
            };
            if shown {
                let key = name.replace('&', "&amp;");
                text.push_str(&format!(
                    "<Contents><Key>{key}</Key><Size>{}</Size><ETag>{}</ETag>\
                     <LastModified>2026-06-15T00:00:00.000Z</LastModified></Contents>",
                    files[*name].len(),
                    tag(&files[*name])
                ));
            }
        }
        let repeats = self.repeats.load(Ordering::Relaxed);
        let more = middle.filter(|_| after.is_none() || repeats);
        text.push_str(&format!("<IsTruncated>{}</IsTruncated>", more.is_some()));
        if let Some(name) = more {
            let name = name.replace('&', "&amp;");
            text.push_str(&format!(
                "<NextMarker>{name}</NextMarker>\
                 <NextContinuationToken>{name}</NextContinuationToken>"
            ));
        }
        text.push_str("</ListBucketResult>");
        text.into_bytes()
    }
}

fn code(code: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>").into_bytes()
}

fn place(kind: &'static FakeKind) -> (Place, Arc<Fake>) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("objects");
    fs::create_dir(&root).expect("a folder");
    let (fake, proxy) = Fake::start(kind, &root);
    let place = Place {
        settings: format!(
            "to: {}, bucket: b, region: cn-trial, endpoint: 'http://{}', proxy: 'http://{proxy}', \
             path: blog",
            kind.to, kind.host
        ),
        secrets: ["KEY", "SECRET", "TOKEN"]
            .map(|name| (format!("GUIDEPOST_TRIAL_{name}"), format!("the-{name}")))
            .into(),
        inside: Inside::Disk(root.join("blog")),
        is_listed: true,
        _folder: Some(folder),
    };
    (place, fake)
}

fn behaves(kind: &'static FakeKind) {
    let place = || place(kind).0;
    behaviour::everything_arrives_and_a_second_run_sends_nothing(&place());
    behaviour::nothing_is_taken_away_unasked_and_nothing_foreign_ever(&place());
    behaviour::somebody_elses_deploy_is_not_undone_unasked(&place());
    behaviour::a_damaged_record_is_told(&place());
}

/// The first record replaces none; files have types and lives; a listing that repeats itself and a
/// key that is not known are told.
fn asks_as_documented(kind: &'static FakeKind) {
    let (place, fake) = place(kind);
    Machine::new(&place).run(&[]).fine();
    let asked = fake.asked.lock().expect("a list").clone();
    let put = |path: &str| {
        let is_it = |it: &&Asked| it.method == "PUT" && it.path == format!("blog/{path}");
        asked.iter().find(is_it).expect("an upload").headers.clone()
    };
    let (header, value) = kind.absent;
    assert_eq!(put(RECORD)[header], value);
    assert_eq!(
        put("图 & c.svg")["content-type"],
        "image/svg+xml; charset=utf-8"
    );
    assert_eq!(put("index.html")["cache-control"], "public, max-age=300");
    fake.repeats.store(true, Ordering::Relaxed);
    let machine = Machine::new(&place);
    machine.run(&[]).trouble("does not end");
    let mut wrong = place;
    wrong.secrets[0].1 = "another".to_owned();
    let ran = Machine::new(&wrong).told(&[]).mistakes();
    assert!(
        ran.stderr.contains("the access key is not accepted"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("the-SECRET"), "{ran:?}");
    assert!(!ran.stderr.contains("the-TOKEN"), "{ran:?}");
}

#[test]
fn a_fake_oss_is_served() {
    behaves(&OSS);
    asks_as_documented(&OSS);
}

#[test]
fn a_fake_cos_is_served() {
    behaves(&COS);
    asks_as_documented(&COS);
}

#[test]
fn a_fake_obs_is_served() {
    behaves(&OBS);
    asks_as_documented(&OBS);
}
