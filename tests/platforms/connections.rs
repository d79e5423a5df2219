//! How the client of all adapters uses connections.

use crate::platforms::bench::options;
use guidepost::platform::{Http, HttpOptions, Pace, Request, Sieve};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A server that counts connections, answers as often as it is asked on each, and never says that
/// it will close; gives how many there were for three requests.
fn connections(options: HttpOptions) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || {
                let mut out = &stream;
                for line in BufReader::new(&stream).lines().map_while(Result::ok) {
                    if line.is_empty() {
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                        let _ = out.write_all(answer);
                    }
                }
            });
        }
    });
    let http = Http::new(options, Pace::default(), Duration::ZERO, Sieve::default());
    let http = http.expect("a client");
    for _ in 0..3 {
        let request = Request::get(format!("http://{address}/"));
        assert_eq!(http.send(&request).expect("an answer").status, 200);
    }
    connections.load(Ordering::SeqCst)
}

/// A server that would close a kept connection under the next request leaves a post unknown.
#[test]
fn every_request_has_a_connection_of_its_own() {
    assert_eq!(connections(options()), 3);
}

#[test]
fn where_all_may_be_repeated_one_connection_serves() {
    let kept = HttpOptions {
        keep_connections: true,
        ..options()
    };
    assert_eq!(connections(kept), 1);
}
