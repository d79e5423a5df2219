//! Messages of the SSH file transfer protocol, version 3: takes and gives bytes. Pure; what
//! carries them is the session's matter.

/// Largest message that a server may send.
const LARGEST: u32 = 1 << 20;

/// Kinds of messages.
pub(super) mod kind {
    pub(in super::super) const INIT: u8 = 1;
    pub(in super::super) const VERSION: u8 = 2;
    pub(in super::super) const OPEN: u8 = 3;
    pub(in super::super) const CLOSE: u8 = 4;
    pub(in super::super) const READ: u8 = 5;
    pub(in super::super) const WRITE: u8 = 6;
    pub(in super::super) const REMOVE: u8 = 13;
    pub(in super::super) const MKDIR: u8 = 14;
    pub(in super::super) const RMDIR: u8 = 15;
    pub(in super::super) const STATUS: u8 = 101;
    pub(in super::super) const HANDLE: u8 = 102;
    pub(in super::super) const DATA: u8 = 103;
    pub(in super::super) const EXTENDED: u8 = 200;
}

/// Codes of a status.
pub(super) mod code {
    pub(in super::super) const OK: u32 = 0;
    pub(in super::super) const END: u32 = 1;
    pub(in super::super) const NO_SUCH_FILE: u32 = 2;
    pub(in super::super) const PERMISSION_DENIED: u32 = 3;
    pub(in super::super) const FAILURE: u32 = 4;
    pub(in super::super) const UNSUPPORTED: u32 = 8;
}

/// A message in the making.
#[derive(Debug)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// A message with a number, by which its answer is known.
    pub(super) fn new(kind: u8, number: u32) -> Self {
        Self {
            bytes: vec![0, 0, 0, 0, kind],
        }
        .number(number)
    }

    pub(super) fn number(mut self, number: u32) -> Self {
        self.bytes.extend(number.to_be_bytes());
        self
    }

    pub(super) fn offset(mut self, offset: u64) -> Self {
        self.bytes.extend(offset.to_be_bytes());
        self
    }

    pub(super) fn text(mut self, text: &[u8]) -> Self {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(text);
        self
    }

    /// The bytes to send.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let length = u32::try_from(self.bytes.len() - 4).unwrap_or(u32::MAX);
        self.bytes[..4].copy_from_slice(&length.to_be_bytes());
        self.bytes
    }
}

/// The length of a message out of its first four bytes; nothing when no server means it.
pub(super) fn length(head: [u8; 4]) -> Option<usize> {
    let length = u32::from_be_bytes(head);
    (1..=LARGEST).contains(&length).then_some(length as usize)
}

/// A message that is read from its front; reading beyond its end gives nothing.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        let (head, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        Some(u32::from_be_bytes(*head))
    }

    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.number()? as usize;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, Reader, kind, length};

    #[test]
    fn messages_read_back() {
        let bytes = Message::new(kind::WRITE, 7)
            .text("路径".as_bytes())
            .offset(1 << 40)
            .finish();
        let (head, rest) = bytes.split_first_chunk::<4>().unwrap();
        assert_eq!(length(*head), Some(rest.len()));
        let mut reader = Reader::new(rest);
        assert_eq!(reader.byte(), Some(kind::WRITE));
        assert_eq!(reader.number(), Some(7));
        assert_eq!(reader.text(), Some("路径".as_bytes()));
    }

    #[test]
    fn senseless_lengths_are_refused() {
        assert_eq!(length([0, 0, 0, 0]), None);
        // The first four bytes of a greeting, `Welc`, where a shell talks before the protocol.
        assert_eq!(length(*b"Welc"), None);
        assert_eq!(Reader::new(&[0, 0, 0, 9, 1]).text(), None);
        assert_eq!(Reader::new(&[0, 0]).number(), None);
    }
}
