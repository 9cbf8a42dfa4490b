//! How a zstd archive ends: the table of contents in a skippable frame, then the seek table of the
//! zstd seekable format, last. Pure.
//!
//! Sources: RFC 8878, 3.1.2 (skippable frames); zstd's `contrib/seekable_format` description.

use crate::archive::codec::sha256;
use crate::archive::format::broken;
use crate::archive::toc::{FORMAT, FrameInfo};
use crate::error::{Error, Kind, Result};

/// The magic number of the skippable frame that holds the table of contents.
pub(crate) const CONTENTS_MAGIC: u32 = 0x184D_2A5D;
const SEEK_TABLE_MAGIC: u32 = 0x184D_2A5E;
const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
/// What the seekable format allows.
const MAX_FRAMES: usize = 0x0800_0000;

/// The length of a skippable frame's header.
pub(crate) const SKIP_HEADER: usize = 8;
/// The length of the seek table's end.
pub(crate) const FOOTER: usize = 9;
/// The length of what stands before the compressed document: tag, version, size, SHA-256.
pub(crate) const CONTENTS_HEAD: usize = 8 + 4 + 8 + 32;
const TAG: &[u8; 8] = b"dumpkeep";

/// What stands before the compressed document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentsHead {
    /// The format's version.
    pub(crate) version: u32,
    /// The document's size.
    pub(crate) raw: u64,
    /// The SHA-256 of the compressed document.
    pub(crate) sha256: [u8; 32],
}

/// The skippable frame with the table of contents: `document` is compressed, `raw` bytes before.
pub(crate) fn contents_frame(document: &[u8], raw: u64) -> Result<Vec<u8>> {
    let length = u32::try_from(CONTENTS_HEAD + document.len()).map_err(|_| too_large())?;
    let mut out = Vec::with_capacity(SKIP_HEADER + CONTENTS_HEAD + document.len());
    out.extend(CONTENTS_MAGIC.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(TAG);
    out.extend(FORMAT.to_le_bytes());
    out.extend(raw.to_le_bytes());
    out.extend(sha256(document));
    out.extend(document);
    Ok(out)
}

/// Splits the inside of the contents' frame into its head and the compressed document.
pub(crate) fn parse_contents(payload: &[u8], offset: u64) -> Result<(ContentsHead, &[u8])> {
    let (head, document) = payload
        .split_first_chunk::<CONTENTS_HEAD>()
        .ok_or_else(|| broken(offset, "the table of contents is cut"))?;
    if head[..8] != TAG[..] {
        return Err(broken(offset, "this is not dumpkeep's table of contents"));
    }
    let head = ContentsHead {
        version: u32_at(head, 8),
        raw: u64::from(u32_at(head, 12)) | u64::from(u32_at(head, 16)) << 32,
        sha256: std::array::from_fn(|at| head[20 + at]),
    };
    if sha256(document) != head.sha256 {
        return Err(broken(
            offset,
            "the table of contents has changed since it was written",
        ));
    }
    Ok((head, document))
}

/// The seek table's skippable frame: each frame, then the contents' frame with size 0.
pub(crate) fn seek_table(frames: &[FrameInfo], contents: u32) -> Result<Vec<u8>> {
    let count = frames.len() + 1;
    if count > MAX_FRAMES {
        return Err(too_large());
    }
    let mut out = Vec::with_capacity(SKIP_HEADER + count * 8 + FOOTER);
    out.extend(SEEK_TABLE_MAGIC.to_le_bytes());
    out.extend(((count * 8 + FOOTER) as u32).to_le_bytes());
    for frame in frames {
        out.extend(frame.length.to_le_bytes());
        out.extend(frame.raw.to_le_bytes());
    }
    out.extend(contents.to_le_bytes());
    out.extend(0_u32.to_le_bytes());
    out.extend((count as u32).to_le_bytes());
    out.push(0);
    out.extend(SEEKABLE_MAGIC.to_le_bytes());
    Ok(out)
}

/// Reads the last bytes of a file, which is `length` long: the length of the whole seek table.
pub(crate) fn parse_footer(footer: &[u8; FOOTER], length: u64) -> Result<u64> {
    let at = length.saturating_sub(FOOTER as u64);
    if u32_at(footer, 5) != SEEKABLE_MAGIC || footer[4] != 0 {
        return Err(incomplete(length));
    }
    let count = u32_at(footer, 0);
    let table = SKIP_HEADER as u64 + u64::from(count) * 8 + FOOTER as u64;
    if count as usize > MAX_FRAMES || count == 0 || table > length {
        return Err(broken(
            at,
            format!("the seek table cannot have {count} frames"),
        ));
    }
    Ok(table)
}

/// Reads a whole seek table, which begins at byte `offset`: compressed and decompressed sizes.
pub(crate) fn parse_seek_table(table: &[u8], offset: u64) -> Result<Vec<(u32, u32)>> {
    let inside = table.get(SKIP_HEADER..table.len().saturating_sub(FOOTER));
    let inside = inside.ok_or_else(|| broken(offset, "the seek table is cut"))?;
    let footer = table.last_chunk::<FOOTER>();
    let length = footer
        .map(|footer| parse_footer(footer, u64::MAX))
        .transpose()?;
    if u32_at(table, 0) != SEEK_TABLE_MAGIC
        || length != Some(table.len() as u64)
        || u32_at(table, 4) as usize != table.len() - SKIP_HEADER
    {
        return Err(broken(
            offset,
            "the seek table does not begin here, as its end says",
        ));
    }
    let pairs = inside.chunks_exact(8);
    Ok(pairs
        .map(|pair| (u32_at(pair, 0), u32_at(pair, 4)))
        .collect())
}

/// The seek table must say what the table of contents says.
pub(crate) fn compare(table: &[(u32, u32)], frames: &[FrameInfo], offset: u64) -> Result<()> {
    let same = table.len() == frames.len() + 1
        && table
            .iter()
            .zip(frames)
            .all(|(pair, frame)| *pair == (frame.length, frame.raw))
        && table.last().is_some_and(|(_, raw)| *raw == 0);
    if same {
        Ok(())
    } else {
        Err(broken(
            offset,
            "the seek table and the table of contents disagree",
        ))
    }
}

/// A file that does not end as an archive does.
pub(crate) fn incomplete(length: u64) -> Error {
    broken(
        length,
        "the file ends without a table of contents: it was cut or never finished, or bytes were appended",
    )
    .hint(
        "What is there of it is a script for psql or mysql. One that was decompressed has lost its \
         table of contents: give the archive itself.",
    )
}

/// A little-endian number; bytes that are not there count as 0.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

fn too_large() -> Error {
    Error::new(
        Kind::Unsupported,
        "the table of contents is larger than an archive can hold",
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::archive::toc::Check;

    #[test]
    fn the_seek_table_is_as_the_format_describes_it() {
        let frame = FrameInfo {
            offset: 0,
            length: 0x11,
            raw: 0x22,
            check: Check([0; 16]),
        };
        let table = seek_table(&[frame], 0x33).unwrap();
        let expected = [
            &[0x5e, 0x2a, 0x4d, 0x18, 25, 0, 0, 0][..],
            &[0x11, 0, 0, 0, 0x22, 0, 0, 0],
            &[0x33, 0, 0, 0, 0, 0, 0, 0],
            &[2, 0, 0, 0, 0, 0xb1, 0xea, 0x92, 0x8f],
        ];
        assert_eq!(table, expected.concat());
        let footer = table.last_chunk::<FOOTER>().unwrap();
        assert_eq!(parse_footer(footer, 100).unwrap(), table.len() as u64);
        let pairs = parse_seek_table(&table, 0).unwrap();
        assert_eq!(pairs, [(0x11, 0x22), (0x33, 0)]);
        compare(&pairs, &[frame], 0).unwrap();
    }

    #[test]
    fn a_footer_that_promises_too_much_is_refused() {
        let mut footer = *b"\xff\xff\xff\x7f\0\xb1\xea\x92\x8f";
        assert!(parse_footer(&footer, u64::MAX).is_err());
        footer[3] = 0;
        footer[2] = 0;
        assert!(parse_footer(&footer, 1000).is_err());
    }
}
