//! The example site, as it was when the program was compiled: takes the pack that
//! `pack_example.rs` wrote, gives files by path.

/// One head line with the number of files, one line `length path` per file, then the bytes.
const PACK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/example.pack"));

/// The files, by path with `/`. None when the pack is not what `pack_example.rs` writes.
pub(super) fn files() -> Option<Vec<(&'static str, &'static [u8])>> {
    unpack(PACK)
}

fn unpack(pack: &[u8]) -> Option<Vec<(&str, &[u8])>> {
    let (head, mut rest) = line(pack)?;
    let count: usize = head.parse().ok()?;
    let mut names = Vec::with_capacity(count.min(pack.len()));
    for _ in 0..count {
        let (entry, after) = line(rest)?;
        let (length, path) = entry.split_once(' ')?;
        names.push((path, length.parse::<usize>().ok()?));
        rest = after;
    }
    let mut files = Vec::with_capacity(names.len());
    for (path, length) in names {
        let (bytes, after) = rest.split_at_checked(length)?;
        files.push((path, bytes));
        rest = after;
    }
    Some(files)
}

fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::{files, unpack};

    #[test]
    fn a_pack_opens_and_a_short_one_does_not() {
        let pack = "2\n3 a b.md\n0 c\nxyz".as_bytes();
        let wanted: Vec<(&str, &[u8])> = vec![("a b.md", b"xyz"), ("c", b"")];
        assert_eq!(unpack(pack), Some(wanted));
        assert_eq!(unpack(&pack[..pack.len() - 1]), None);
    }

    #[test]
    fn the_embedded_site_can_be_opened() {
        let files = files().unwrap_or_default();
        for (path, _) in &files {
            assert!(crate::output::is_safe(path), "{path}");
        }
    }
}
