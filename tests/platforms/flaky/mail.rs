//! The proxy before a mail server: passes lines and replies, and has its mishap at the end of a
//! letter.

use super::{Mishap, Shared};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

/// One conversation; it ends with the mishap, or when either side goes.
pub(super) fn serve(shared: &Shared, stream: &TcpStream) {
    let _ = converse(shared, stream);
}

fn converse(shared: &Shared, mut stream: &TcpStream) -> Option<()> {
    let mut target = &TcpStream::connect(&shared.target).ok()?;
    let mut client = BufReader::new(stream);
    let mut server = BufReader::new(target);
    stream.write_all(&reply(&mut server)?).ok()?;
    loop {
        target.write_all(&line(&mut client)?).ok()?;
        let said = reply(&mut server)?;
        stream.write_all(&said).ok()?;
        if !said.starts_with(b"354") {
            continue;
        }
        let mut letter = Vec::new();
        loop {
            let line = line(&mut client)?;
            letter.extend(&line);
            if line == b".\r\n" {
                break;
            }
        }
        let mishap = shared.mishap("DATA", "", &letter);
        match mishap {
            Some(Mishap::DropBefore) => return None,
            Some(Mishap::HoldBefore) => {
                shared.wait();
                return None;
            }
            Some(Mishap::Busy(_)) => {
                stream
                    .write_all(b"451 4.3.2 busy, come back later\r\n")
                    .ok()?;
                return None;
            }
            _ => {}
        }
        target.write_all(&letter).ok()?;
        let said = reply(&mut server)?;
        match mishap {
            Some(Mishap::DropAfter) => return None,
            Some(Mishap::HoldAfter) => {
                shared.wait();
                return None;
            }
            Some(Mishap::Cut) => {
                stream.write_all(&said[..said.len() / 2]).ok()?;
                return None;
            }
            Some(Mishap::WebPage) => {
                stream
                    .write_all(b"<!doctype html><h1>Bad gateway</h1>\r\n")
                    .ok()?;
                return None;
            }
            _ => stream.write_all(&said).ok()?,
        }
    }
}

fn line(reader: &mut BufReader<&TcpStream>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let length = reader.read_until(b'\n', &mut line).ok()?;
    (length > 0).then_some(line)
}

/// All lines of a reply: the last one has a space behind its number.
fn reply(reader: &mut BufReader<&TcpStream>) -> Option<Vec<u8>> {
    let mut reply = Vec::new();
    loop {
        let line = line(reader)?;
        let goes_on = line.get(3) == Some(&b'-');
        reply.extend(line);
        if !goes_on {
            return Some(reply);
        }
    }
}
