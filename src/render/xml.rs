//! Well-formed XML: takes names, attributes and texts, gives bytes. Whatever a text holds,
//! the result can be parsed. Refuses to know any vocabulary.

use super::sanitise;
use crate::content::bytes;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};
use std::io;

/// A document that is being written.
pub(crate) struct Document {
    writer: Writer<Vec<u8>>,
}

/// Attributes of an element: name and value.
pub(crate) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Document {
    /// Starts a document with its XML declaration. `room` is how many bytes it is likely to have.
    pub(crate) fn new(room: usize) -> io::Result<Self> {
        let mut writer = Writer::new(Vec::with_capacity(room));
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        writer.get_mut().push(b'\n');
        Ok(Self { writer })
    }

    /// Opens an element.
    pub(crate) fn open(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.writer
            .write_event(Event::Start(start(name, attributes)))
    }

    /// Closes an element and ends its line.
    pub(crate) fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))?;
        self.end_line();
        Ok(())
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.writer
            .write_event(Event::Empty(start(name, attributes)))?;
        self.end_line();
        Ok(())
    }

    /// An element with a text.
    pub(crate) fn text(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        text: &str,
    ) -> io::Result<()> {
        self.open(name, attributes)?;
        push_escaped(self.writer.get_mut(), &sanitise::text(text));
        self.close(name)
    }

    /// Ends the current line, so that a long document can be read and compared.
    pub(crate) fn end_line(&mut self) {
        self.writer.get_mut().push(b'\n');
    }

    /// Bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.writer.get_ref().len()
    }

    /// Ends the document.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.writer.into_inner()
    }
}

/// Appends a text as content. Bodies in feeds are long, so many bytes are looked at together.
fn push_escaped(out: &mut Vec<u8>, text: &str) {
    let is_special = |byte: u8| (byte == b'<') | (byte == b'>') | (byte == b'&');
    let mut rest = text.as_bytes();
    while let Some(at) = bytes::position(rest, 0, is_special) {
        out.extend(&rest[..at]);
        out.extend(match rest[at] {
            b'<' => &b"&lt;"[..],
            b'>' => b"&gt;",
            _ => b"&amp;",
        });
        rest = &rest[at + 1..];
    }
    out.extend(rest);
}

fn start<'a>(name: &'a str, attributes: Attributes<'_>) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        start.push_attribute((*key, &*sanitise::text(value)));
    }
    start
}

#[cfg(test)]
mod tests {
    use super::Document;
    use proptest::prelude::{any, proptest};
    use quick_xml::events::Event;

    /// Reads a document back: the attribute and text of its one element.
    fn read(bytes: &[u8]) -> (String, String) {
        let text = std::str::from_utf8(bytes).expect("UTF-8");
        let mut reader = quick_xml::Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let (mut attribute, mut content) = (String::new(), String::new());
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Start(start) => {
                    content.clear();
                    for found in start.attributes() {
                        let found = found.expect("an attribute");
                        attribute = quick_xml::escape::unescape(&found.value)
                            .expect("escapes")
                            .into_owned();
                    }
                }
                Event::Text(text) => content.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    if let Some(character) = reference.resolve_char_ref().expect("a reference") {
                        content.push(character);
                    } else {
                        content.push_str(match &*reference {
                            "lt" => "<",
                            "gt" => ">",
                            "amp" => "&",
                            "quot" => "\"",
                            "apos" => "'",
                            other => panic!("unknown entity {other}"),
                        });
                    }
                }
                Event::Eof => return (attribute, content),
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read_back(text in any::<String>()) {
            let mut document = Document::new(0).unwrap();
            document.text("a", &[("b", &text)], &text).unwrap();
            let (attribute, content) = read(&document.finish());
            let clean = crate::render::sanitise::text(&text).into_owned();
            assert_eq!(content.trim_end_matches('\n'), clean.trim_end_matches('\n'));
            assert_eq!(attribute, clean);
        }
    }
}
