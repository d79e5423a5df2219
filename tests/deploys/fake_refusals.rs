//! What a service says when it refuses: a wrong clock, a full storage, another region. Most of it
//! no server that runs here can be brought to say, so a fake answers, with the codes that the
//! services' documentations name; it takes nothing.

use crate::deploys::place::{Inside, Machine, Place};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;

/// A service that holds nothing and answers every upload alike; ends with the test's process.
fn fake_service(status: u16, body: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || fake_answer(&stream, status, body));
        }
    });
    address
}

fn fake_answer(mut stream: &TcpStream, status: u16, body: &str) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    let (status, body) = match first.split(' ').next()? {
        "PUT" => (status, body),
        "GET" if first.contains("list-type") => (200, "<ListBucketResult></ListBucketResult>"),
        _ => (404, "<Error><Code>NoSuchKey</Code></Error>"),
    };
    let answer = format!(
        "HTTP/1.1 {status} X\r\ndate: Mon, 15 Jun 2026 00:00:00 GMT\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).ok()
}

fn place(settings: String) -> Place {
    Place {
        settings,
        secrets: ["KEY", "SECRET", "PASSWORD"]
            .map(|name| (format!("GUIDEPOST_TRIAL_{name}"), format!("the-{name}")))
            .into(),
        inside: Inside::Disk(PathBuf::new()),
        is_listed: true,
        _folder: None,
    }
}

#[test]
fn refusals_of_a_storage_service_say_what_to_do() {
    for (status, body, words) in [
        (
            403,
            "<Error><Code>RequestTimeTooSkewed</Code></Error>",
            "this machine's clock is wrong: it says 20",
        ),
        (
            403,
            "<Error><Code>QuotaExceeded</Code></Error>",
            "full or its bill unpaid; then deploy again",
        ),
        (
            403,
            "<Error><Code>UserDisable</Code></Error>",
            "full or its bill unpaid",
        ),
        (
            301,
            "<Error><Code>PermanentRedirect</Code><Region>eu-west-1</Region></Error>",
            "write `region: eu-west-1`",
        ),
        (
            400,
            "<Error><Code>EntityTooLarge</Code><Message>Too  big.</Message></Error>",
            "Too big.",
        ),
        (503, "<Error><Code>SlowDown</Code></Error>", "is busy"),
    ] {
        let address = fake_service(status, body);
        let place = place(format!(
            "to: s3, bucket: b, region: us-east-1, endpoint: 'http://{address}'"
        ));
        let said = Machine::new(&place).run(&[]).trouble(words);
        assert_eq!(said.number("/sent"), 0);
    }
}

#[test]
fn refusals_of_a_webdav_server_say_what_to_do() {
    for (status, words) in [
        (403, "this user may not write there"),
        (405, "no WebDAV at this address"),
        (423, "locked by another program"),
        (507, "its storage is full"),
    ] {
        let address = fake_service(status, "");
        let place = place(format!("to: webdav, url: 'http://{address}', user: u"));
        Machine::new(&place).run(&[]).trouble(words);
    }
}
