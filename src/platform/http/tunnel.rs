//! A plain connection to a host for protocols that are not HTTP, through the proxy where one is
//! set.

use super::Http;
use crate::platform::{Failure, FailureKind};
use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};

/// Most bytes of a proxy's answer before the connection is open.
const LONGEST_ANSWER: usize = 8192;

/// Connects to the host of an address.
///
/// # Errors
/// When nobody is there; nothing was sent then.
pub(in crate::platform) fn tunnel(http: &Http, url: &str) -> Result<TcpStream, Failure> {
    let parsed = reqwest::Url::parse(url)
        .map_err(|error| Failure::refused(format!("`{url}` is no address: {error}")))?;
    let (Some(host), Some(port)) = (parsed.host_str(), parsed.port_or_known_default()) else {
        return Err(Failure::refused(format!("`{url}` names no host")));
    };
    let failed = |reason: String| {
        Failure::new(
            FailureKind::Unreachable,
            http.clean(&format!("no connection to {host}:{port}: {reason}")),
        )
    };
    let Some(proxy) = &http.options.proxy else {
        return open(http, host, port).map_err(|error| failed(error.to_string()));
    };
    let proxy = reqwest::Url::parse(proxy)
        .ok()
        .filter(|proxy| proxy.scheme() == "http")
        .ok_or_else(|| failed("it goes through `http://` proxies only".to_owned()))?;
    let (Some(proxy_host), Some(proxy_port)) = (proxy.host_str(), proxy.port_or_known_default())
    else {
        return Err(failed("`proxy` names no host".to_owned()));
    };
    let stream = open(http, proxy_host, proxy_port)
        .map_err(|error| failed(format!("the proxy: {error}")))?;
    let answer =
        through(&stream, host, port).map_err(|error| failed(format!("the proxy: {error}")))?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if !status.starts_with('2') {
        return Err(failed(format!("the proxy answers {status}")));
    }
    Ok(stream)
}

fn open(http: &Http, host: &str, port: u16) -> std::io::Result<TcpStream> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let mut failed = std::io::Error::other("the name leads nowhere");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, http.options.patience / 2) {
            Ok(stream) => {
                stream.set_read_timeout(Some(http.options.patience))?;
                stream.set_write_timeout(Some(http.options.patience))?;
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// Asks a proxy for a connection; gives the first line of its answer.
fn through(mut stream: &TcpStream, host: &str, port: u16) -> std::io::Result<String> {
    let ask = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
    stream.write_all(ask.as_bytes())?;
    let mut answer = Vec::new();
    // Byte by byte: what follows the empty line belongs to the other protocol.
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") && answer.len() < LONGEST_ANSWER {
        stream.read_exact(&mut byte)?;
        answer.extend(byte);
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::tunnel;
    use crate::platform::{Http, HttpOptions, Pace, Sieve};
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpListener;
    use std::time::Duration;

    #[test]
    fn a_proxy_is_asked_and_what_follows_its_answer_is_left_alone() {
        let fake_proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = fake_proxy.local_addr().expect("an address");
        let thread = std::thread::spawn(move || {
            let (stream, _) = fake_proxy.accept().expect("a client");
            let mut first = String::new();
            BufReader::new(&stream)
                .read_line(&mut first)
                .expect("a line");
            (&stream)
                .write_all(b"HTTP/1.1 200 Connection established\r\n\r\nhello")
                .expect("an answer");
            first
        });
        let options = HttpOptions {
            patience: Duration::from_secs(10),
            longest_wait: Duration::from_secs(1),
            pause: Duration::from_millis(1),
            repeats: 0,
            proxy: Some(format!("http://{address}")),
            keep_connections: false,
            clock: || jiff::Timestamp::UNIX_EPOCH,
        };
        let http = Http::new(options, Pace::default(), Duration::ZERO, Sieve::default())
            .expect("a client");
        let mut stream = tunnel(&http, "wss://relay.example.org/path").expect("a connection");
        let mut rest = String::new();
        stream.read_to_string(&mut rest).expect("the rest");
        assert_eq!(rest, "hello");
        let first = thread.join().expect("no panic");
        assert_eq!(first.trim_end(), "CONNECT relay.example.org:443 HTTP/1.1");
    }
}
