//! Nostr's readable forms of keys and addresses (NIP-19): bech32 texts such as `npub1…`.
//!
//! Takes bytes with a prefix and gives the text, and back. Refuses texts with a mistake in them;
//! knows no meaning of what they hold.

/// The 32 signs, by their value.
const SIGNS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Signs of the checksum.
const CHECKSUM: usize = 6;

/// Writes bytes behind a prefix of lower-case letters.
pub(super) fn encode(prefix: &str, bytes: &[u8]) -> String {
    let mut values = regroup(bytes, 8, 5, true).unwrap_or_default();
    let mut checked = expanded(prefix);
    checked.extend(&values);
    checked.extend([0; CHECKSUM]);
    let sum = polymod(&checked) ^ 1;
    for index in 0..CHECKSUM {
        let shift = 5 * (CHECKSUM - 1 - index);
        values.push(u8::try_from((sum >> shift) & 31).unwrap_or_default());
    }
    let mut text = format!("{prefix}1");
    text.extend(
        values
            .iter()
            .filter_map(|value| SIGNS.get(usize::from(*value)))
            .map(|sign| char::from(*sign)),
    );
    text
}

/// Reads the bytes behind that prefix; none when a sign is wrong or missing.
pub(super) fn decode(prefix: &str, text: &str) -> Option<Vec<u8>> {
    let text = text.to_ascii_lowercase();
    let signs = text.strip_prefix(prefix)?.strip_prefix('1')?;
    let values = signs
        .bytes()
        .map(|sign| {
            let value = SIGNS.iter().position(|known| *known == sign)?;
            u8::try_from(value).ok()
        })
        .collect::<Option<Vec<u8>>>()?;
    let mut checked = expanded(prefix);
    checked.extend(&values);
    if polymod(&checked) != 1 {
        return None;
    }
    let payload = values.get(..values.len().checked_sub(CHECKSUM)?)?;
    regroup(payload, 5, 8, false)
}

/// The prefix as it enters the checksum.
fn expanded(prefix: &str) -> Vec<u8> {
    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    high.chain([0]).chain(low).collect()
}

/// The checksum over values of five bits.
fn polymod(values: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    values.iter().fold(1, |sum: u32, value| {
        let top = sum >> 25;
        let next = ((sum & 0x01ff_ffff) << 5) ^ u32::from(*value);
        GENERATOR
            .iter()
            .enumerate()
            .filter(|(bit, _)| (top >> bit) & 1 == 1)
            .fold(next, |next, (_, word)| next ^ word)
    })
}

/// The same bits in groups of another size. Without filling, left-over bits must be few and zero.
fn regroup(groups: &[u8], from: u32, to: u32, fill: bool) -> Option<Vec<u8>> {
    let (mut held, mut count) = (0_u32, 0);
    let mut out = Vec::new();
    let most = (1 << to) - 1;
    for group in groups {
        held = (held << from) | u32::from(*group);
        count += from;
        while count >= to {
            count -= to;
            out.push(u8::try_from((held >> count) & most).ok()?);
        }
        held &= (1 << count) - 1;
    }
    if fill && count > 0 {
        out.push(u8::try_from((held << (to - count)) & most).ok()?);
    } else if !fill && (count >= from || held != 0) {
        return None;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    fn bytes(digits: &str) -> Vec<u8> {
        hex::decode(digits).expect("digits")
    }

    /// The examples of NIP-19 itself.
    #[test]
    fn the_examples_of_the_specification_are_read_and_written() {
        let public = bytes("7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e");
        let secret = bytes("67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa");
        for (prefix, held, text) in [
            (
                "npub",
                public,
                "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
            ),
            (
                "nsec",
                secret,
                "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
            ),
        ] {
            assert_eq!(encode(prefix, &held), text);
            assert_eq!(decode(prefix, text), Some(held.clone()));
            assert_eq!(decode(prefix, &text.to_uppercase()), Some(held));
        }
    }

    #[test]
    fn a_wrong_sign_a_short_text_and_another_prefix_are_refused() {
        let right = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
        for wrong in [
            right.replace("vl029", "vl02q"),
            right[..20].to_owned(),
            "nsec1".to_owned(),
            "nsec".to_owned(),
            right.replace("nsec", "npub"),
            right.replace('v', "b"),
            "深圳".to_owned(),
        ] {
            assert_eq!(decode("nsec", &wrong), None, "{wrong}");
        }
    }
}
