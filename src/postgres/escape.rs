//! Bytes of texts as COPY's text form has them. PostgreSQL manual, "COPY", "Text Format".

use super::wire::hostile;
use crate::error::Result;

/// So many bytes are looked at together.
const BLOCK: usize = 32;

const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);
const HIGH_BIT: u64 = u64::from_ne_bytes([0x80; 8]);
/// Brings 14 and more to the high bit.
const UP_FROM_14: u64 = u64::from_ne_bytes([0x80 - 14; 8]);
const BACKSLASH: u64 = u64::from_ne_bytes([b'\\'; 8]);

/// The high bits of those of eight bytes, the first one lowest, that may need a backslash: below 14, or
/// one themselves. Exact for each byte, for nothing is carried from one into the next.
#[inline]
fn marked(bytes: &[u8; 8]) -> u64 {
    let word = u64::from_le_bytes(*bytes);
    let low = !((word & LOW_BITS) + UP_FROM_14) & !word;
    let other = word ^ BACKSLASH;
    let backslash = !(((other & LOW_BITS) + LOW_BITS) | other);
    (low | backslash) & HIGH_BIT
}

/// The first byte that may need a backslash.
#[inline]
fn find(bytes: &[u8]) -> Option<usize> {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let clean = |block: &&[u8; BLOCK]| {
        let (words, _) = block.as_chunks::<8>();
        words.iter().fold(0, |all, word| all | marked(word)) == 0
    };
    let from = blocks.iter().take_while(clean).count() * BLOCK;
    let rest = bytes.get(from..).unwrap_or_default();
    let (words, tail) = rest.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let marks = marked(word);
        if marks != 0 {
            return Some(from + at * 8 + marks.trailing_zeros() as usize / 8);
        }
    }
    let at = tail.iter().position(|byte| *byte < 14 || *byte == b'\\');
    at.map(|at| from + words.len() * 8 + at)
}

/// Appends a piece of a text. No text of a server holds NUL bytes: those are hostile.
pub(super) fn push_text(out: &mut Vec<u8>, text: &[u8]) -> Result<()> {
    let mut rest = text;
    while let Some(at) = find(rest) {
        let (plain, from) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((byte, after)) = from.split_first() else {
            break;
        };
        match byte {
            0 => return Err(hostile("a value of a COPY holds a NUL byte")),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            11 => out.extend_from_slice(b"\\v"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            other => out.push(*other),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use proptest::prelude::*;

    use super::*;

    fn slowly(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for byte in text {
            match byte {
                8 => out.extend(b"\\b"),
                9 => out.extend(b"\\t"),
                10 => out.extend(b"\\n"),
                11 => out.extend(b"\\v"),
                12 => out.extend(b"\\f"),
                13 => out.extend(b"\\r"),
                b'\\' => out.extend(b"\\\\"),
                other => out.push(*other),
            }
        }
        out
    }

    fn escaped(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        push_text(&mut out, text).unwrap();
        out
    }

    #[test]
    fn every_byte_at_every_place() {
        for byte in 1..=255 {
            for at in 0..80 {
                let mut text = vec![b'x'; 80];
                text[at] = byte;
                assert_eq!(escaped(&text), slowly(&text), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn nul_is_hostile() {
        for at in 0..40 {
            let mut text = vec![b'x'; 40];
            text[at] = 0;
            assert!(push_text(&mut Vec::new(), &text).is_err());
        }
    }

    proptest! {
        #[test]
        fn texts_are_escaped_as_byte_by_byte(text in proptest::collection::vec(1_u8.., 0..300)) {
            prop_assert_eq!(escaped(&text), slowly(&text));
        }

        #[test]
        fn dense_ones_too(text in proptest::collection::vec(
            prop_oneof![Just(b'\\'), 1_u8..16, Just(b'a'), 120_u8..140], 0..100,
        )) {
            prop_assert_eq!(escaped(&text), slowly(&text));
        }
    }
}
