//! How an archive without zstd ends: a member of SQL comment lines with the table of contents, then
//! one of a single line that says where that member is. Both are comments to whoever runs the
//! script. Pure.
//!
//! The last member must be the same to the bit whoever reads it, and compressed formats have bits
//! that nobody checks. So it is always of one form: for gzip and xz a stored block that is put
//! together here (RFC 1952 with RFC 1951, 3.2.4; the .xz file format, 1.0.4), for bzip2, which has
//! none, what the library makes of it, the same since 1.0.

use std::fmt::Write as _;

use bstr::ByteSlice;

use crate::archive::codec::{Codec, Encoder, decode, sha256};
use crate::archive::format::broken;
use crate::error::Result;

/// How long the last lines of a decompressed archive may be; no form of it is longer in the file.
pub(crate) const TAIL: usize = 1024;
/// The first line of the contents' member, up to the version.
pub(crate) const CONTENTS_LINE: &str = "-- dumpkeep: contents ";
const LINE_WIDTH: usize = 4096;

/// Where the table of contents is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closing {
    /// Where its member begins in the file.
    pub(crate) offset: u64,
    /// How many bytes the member takes.
    pub(crate) length: u64,
    /// Their SHA-256.
    pub(crate) sha256: [u8; 32],
}

impl Closing {
    /// Says where `member` is, which begins at byte `offset`.
    pub(crate) fn of(member: &[u8], offset: u64) -> Self {
        Self {
            offset,
            length: member.len() as u64,
            sha256: sha256(member),
        }
    }

    /// The line, always of one length.
    pub(crate) fn line(&self) -> String {
        format!(
            "-- dumpkeep: contents at {:020} length {:020} sha256 {}\n",
            self.offset,
            self.length,
            const_hex::encode(self.sha256)
        )
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let line = line.to_str().ok()?;
        let rest = line.strip_prefix("-- dumpkeep: contents at ")?;
        let (offset, rest) = rest.split_once(" length ")?;
        let (length, rest) = rest.split_once(" sha256 ")?;
        let closing = Self {
            offset: offset.parse().ok()?,
            length: length.parse().ok()?,
            sha256: const_hex::decode_to_array(rest.trim_end()).ok()?,
        };
        (closing.line() == line).then_some(closing)
    }

    /// The member that ends the file.
    pub(crate) fn member(&self, codec: Codec) -> Result<Vec<u8>> {
        let line = self.line().into_bytes();
        match codec {
            Codec::Gzip(_) => Ok(stored_gzip(&line)),
            Codec::Xz(_) => Ok(stored_xz(&line)),
            Codec::Bzip2(_) => Ok(Encoder::new(Codec::Bzip2(1))?.encode(&line)?.bytes),
            Codec::None | Codec::Zstd(_) => Ok(line),
        }
    }
}

/// Finds the closing member in the last bytes of a file: it and how many bytes it takes.
pub(crate) fn find(codec: Codec, tail: &[u8]) -> Option<(Closing, usize)> {
    let magic: &[u8] = match codec {
        Codec::Gzip(_) => &[0x1f, 0x8b, 8],
        Codec::Xz(_) => &[0xfd, b'7', b'z', b'X', b'Z', 0],
        Codec::Bzip2(_) => b"BZh1",
        Codec::None | Codec::Zstd(_) => b"-- dumpkeep: contents at ",
    };
    tail.find_iter(magic)
        .filter_map(|at| Some((read(codec, tail.get(at..)?)?, tail.len() - at)))
        .last()
}

/// Reads a closing member that takes all of `member`, to the bit.
pub(crate) fn read(codec: Codec, member: &[u8]) -> Option<Closing> {
    let mut line = Vec::new();
    let mut rest = member;
    decode(codec, &mut rest, &mut line, TAIL as u64).ok()?;
    let closing = Closing::parse(&line)?;
    (closing.member(codec).ok()? == member).then_some(closing)
}

/// The document as comment lines, with the version on the first.
pub(crate) fn comment_lines(json: &[u8], version: u32) -> Vec<u8> {
    let mut first = String::from(CONTENTS_LINE);
    let _ = writeln!(first, "{version}");
    let mut out = first.into_bytes();
    for part in json.chunks(LINE_WIDTH) {
        out.extend_from_slice(b"-- ");
        out.extend_from_slice(part);
        out.push(b'\n');
    }
    out
}

/// Reads comment lines back, which began at byte `offset`: the version and the document.
pub(crate) fn from_comment_lines(text: &[u8], offset: u64) -> Result<(u32, Vec<u8>)> {
    let fault = || broken(offset, "this is not dumpkeep's table of contents");
    let mut lines = text.lines();
    let version = lines
        .next()
        .and_then(|line| line.strip_prefix(CONTENTS_LINE.as_bytes()))
        .and_then(|version| version.to_str().ok()?.parse().ok())
        .ok_or_else(fault)?;
    let mut json = Vec::with_capacity(text.len());
    for line in lines {
        json.extend_from_slice(line.strip_prefix(b"-- ").ok_or_else(fault)?);
    }
    Ok((version, json))
}

fn crc32(bytes: &[u8]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

fn stored_gzip(line: &[u8]) -> Vec<u8> {
    let length = line.len() as u16;
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(line);
    out.extend(crc32(line));
    out.extend(u32::from(length).to_le_bytes());
    out
}

fn stored_xz(line: &[u8]) -> Vec<u8> {
    const FLAGS: [u8; 2] = [0, 1];
    let mut out = vec![0xfd, b'7', b'z', b'X', b'Z', 0];
    out.extend(FLAGS);
    out.extend(crc32(&FLAGS));
    let header = [2, 0, 0x21, 1, 0, 0, 0, 0];
    out.extend(header);
    out.extend(crc32(&header));
    let block = out.len() - header.len() - 4;
    out.push(1);
    out.extend((line.len() as u16 - 1).to_be_bytes());
    out.extend(line);
    out.push(0);
    let unpadded = out.len() - block + 4;
    pad(&mut out, 0);
    out.extend(crc32(line));
    let index = out.len();
    out.extend([0, 1]);
    push_vli(&mut out, unpadded);
    push_vli(&mut out, line.len());
    pad(&mut out, index);
    let sum = crc32(&out[index..]);
    out.extend(sum);
    let mut backward = ((out.len() - index) as u32 / 4 - 1).to_le_bytes().to_vec();
    backward.extend(FLAGS);
    out.extend(crc32(&backward));
    out.extend(backward);
    out.extend(b"YZ");
    out
}

/// Zeros up to a multiple of four bytes from `start`.
fn pad(out: &mut Vec<u8>, start: usize) {
    while !(out.len() - start).is_multiple_of(4) {
        out.push(0);
    }
}

/// A number of the .xz format: seven bits a byte, the lowest first.
fn push_vli(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn the_last_member_is_found_and_read_by_the_libraries() {
        for codec in [Codec::Gzip(6), Codec::Xz(6), Codec::Bzip2(9), Codec::None] {
            let closing = Closing::of(b"contents", 77);
            let member = closing.member(codec).unwrap();
            assert!(member.len() <= TAIL);
            let tail = [b"something before".as_slice(), &member].concat();
            assert_eq!(find(codec, &tail), Some((closing, member.len())), "{codec}");
        }
    }

    #[test]
    fn every_changed_bit_of_the_last_member_shows() {
        for codec in [Codec::Gzip(6), Codec::Xz(6), Codec::Bzip2(9), Codec::None] {
            let member = Closing::of(b"contents", 77).member(codec).unwrap();
            for bit in 0..member.len() * 8 {
                let mut changed = member.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_ne!(
                    read(codec, &changed),
                    read(codec, &member),
                    "{codec} bit {bit}"
                );
            }
        }
    }

    #[test]
    fn long_documents_are_cut_into_lines() {
        let json = vec![b'x'; 3 * LINE_WIDTH + 5];
        let lines = comment_lines(&json, 1);
        assert_eq!(from_comment_lines(&lines, 0).unwrap(), (1, json));
    }
}
