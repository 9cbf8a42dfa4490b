//! Reads an archive from a file: the table of contents first, then any frame by its number.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use twox_hash::xxhash3_128::Hasher as Xxh3;

use crate::archive::closing::{TAIL, find, from_comment_lines};
use crate::archive::codec::{Codec, Context, decode, sha256, unpack};
use crate::archive::format::{MAX_TOC, Take, broken, from_json, read_json, whole};
use crate::archive::packed::Packed;
use crate::archive::seekable::{
    CONTENTS_MAGIC, FOOTER, SKIP_HEADER, compare, incomplete, parse_contents, parse_footer,
    parse_seek_table, u32_at,
};
use crate::archive::toc::{ContentsSum, FrameInfo, Toc};
use crate::archive::writer::Sealed;
use crate::error::{Error, Kind, Result};

/// An archive's file, with its table of contents read and checked.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    codec: Codec,
    toc: Arc<Toc>,
    length: u64,
    /// Room of frames that are done with: the system would have to find and to clear new pages.
    rooms: Vec<Vec<u8>>,
}

/// Room above this is not kept, in bytes.
const ROOM: usize = 16 << 20;

/// So many rooms are kept at most.
const ROOMS: usize = 8;

impl<R: Read + Seek> Reader<R> {
    /// Reads and checks how the file begins and ends. The frames are checked when they are read.
    pub fn open(mut input: R) -> Result<Self> {
        let (mut length, mut codec) = (0, Codec::None);
        let toc = whole(|take| {
            let (at, toc);
            (length, codec, at, toc) = contents(&mut input, take)?;
            Ok((at, toc))
        })?;
        Ok(Self {
            input,
            codec,
            toc: Arc::new(toc),
            length,
            rooms: Vec::new(),
        })
    }

    /// What it holds.
    #[must_use]
    pub fn toc(&self) -> &Toc {
        &self.toc
    }

    /// The same, for who keeps it longer than the reader.
    #[must_use]
    pub fn shared_toc(&self) -> Arc<Toc> {
        Arc::clone(&self.toc)
    }

    /// The file's length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads frame `number` into `out`, which is emptied first. Its bytes are checked before they
    /// are decompressed.
    pub fn frame(&mut self, number: u32, out: &mut Vec<u8>) -> Result<()> {
        let bytes = self.compressed(number)?;
        self.decode(number, &bytes, out)?;
        self.keep(bytes);
        Ok(())
    }

    /// A frame's compressed bytes, not checked yet: for those who check or decompress it elsewhere.
    pub fn packed(&mut self, number: u32) -> Result<Packed> {
        let info = self.info(number)?;
        let mut bytes = self.rooms.pop().unwrap_or_default();
        let length = u64::from(info.length);
        read_into(&mut self.input, (info.offset, length), &mut bytes)?;
        Ok(Packed {
            codec: self.codec,
            number,
            info,
            bytes,
        })
    }

    /// Takes back what is done with: its room is a later frame's.
    pub fn take_back(&mut self, packed: Packed) {
        self.keep(packed.bytes);
    }

    fn keep(&mut self, room: Vec<u8>) {
        if room.capacity() <= ROOM && self.rooms.len() < ROOMS {
            self.rooms.push(room);
        }
    }

    /// Reads every frame and checks all there is: each frame, and the digest over all of them.
    /// `each` is given every frame's number and its SQL.
    pub fn check(&mut self, mut each: impl FnMut(u32, &[u8]) -> Result<()>) -> Result<()> {
        let mut digest = Sha256::new();
        let mut sql = Vec::new();
        for number in 0..self.toc.frames.len() as u32 {
            let bytes = self.compressed(number)?;
            digest.update(&bytes);
            self.decode(number, &bytes, &mut sql)?;
            self.keep(bytes);
            each(number, &sql)?;
        }
        if const_hex::encode(digest.finalize()) != self.toc.digest {
            return Err(broken(0, "the digest over all frames is not the one noted"));
        }
        Ok(())
    }

    /// Checks that the file is, to the bit, what was written, and that its table of contents reads as what
    /// was meant. Its entries are not kept, so what must hold between them is not looked for again: the plan's
    /// order makes sure that each is there once with all that it needs (`plan/graph.rs`), the writer that its
    /// pieces lie in their frames and add up.
    pub(crate) fn confirm(mut input: R, sealed: &Sealed) -> Result<()> {
        let mut sum = ContentsSum::new();
        let (length, _, _, toc) = contents(&mut input, &mut |entry| sum.add(&entry))?;
        input.rewind().map_err(cannot_read)?;
        let mut written = Xxh3::new();
        let mut buffer = vec![0; 1 << 18];
        loop {
            let count = input.read(&mut buffer).map_err(cannot_read)?;
            if count == 0 {
                break;
            }
            written.write(buffer.get(..count).unwrap_or_default());
        }
        let same = written.finish_128() == sealed.written && length == sealed.length;
        if same && sum.of(&toc.head, &toc.digest, &toc.frames) == sealed.contents {
            return Ok(());
        }
        Err(broken(0, "the file is not what was written to it"))
    }

    fn info(&self, number: u32) -> Result<FrameInfo> {
        let info = self.toc.frames.get(number as usize);
        info.copied()
            .ok_or_else(|| Error::new(Kind::Internal, format!("there is no frame {number}")))
    }

    fn compressed(&mut self, number: u32) -> Result<Vec<u8>> {
        let packed = self.packed(number)?;
        packed.check()?;
        Ok(packed.bytes)
    }

    fn decode(&self, number: u32, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let info = self.info(number)?;
        let mut rest = bytes;
        out.clear();
        decode(self.codec, &mut rest, out, u64::from(info.raw)).map_err(|error| {
            broken(
                info.offset,
                format!("frame {number} cannot be decompressed"),
            )
            .cause(error)
        })?;
        if !rest.is_empty() || out.len() as u64 != u64::from(info.raw) {
            let fault = format!("frame {number} is not as long as the table of contents says");
            return Err(broken(info.offset, fault));
        }
        Ok(())
    }
}

/// Finds the table of contents and gives its entries away; with the file's length, its compressor and
/// where in the file it is.
fn contents<R: Read + Seek>(input: &mut R, take: Take<'_>) -> Result<(u64, Codec, u64, Toc)> {
    let length = input.seek(SeekFrom::End(0)).map_err(cannot_read)?;
    let start = read_at(input, 0, length.min(16))?;
    let codec = Codec::detect(&start).ok_or_else(|| not_an_archive(length))?;
    let (at, toc) = match codec {
        Codec::Zstd(_) => seekable_toc(input, length, take)?,
        _ => closing_toc(input, codec, length, take)?,
    };
    Ok((length, codec, at, toc))
}

/// Reads `length` bytes at `offset`. Memory grows with what the file really holds.
fn read_at<R: Read + Seek>(input: &mut R, offset: u64, length: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_into(input, (offset, length), &mut bytes)?;
    Ok(bytes)
}

/// The same in place of what `bytes` holds.
fn read_into<R: Read + Seek>(
    input: &mut R,
    (offset, length): (u64, u64),
    bytes: &mut Vec<u8>,
) -> Result<()> {
    bytes.clear();
    input.seek(SeekFrom::Start(offset)).map_err(cannot_read)?;
    input
        .by_ref()
        .take(length)
        .read_to_end(bytes)
        .map_err(cannot_read)?;
    if bytes.len() as u64 != length {
        let end = offset + bytes.len() as u64;
        return Err(broken(
            end,
            "the file ends here, in the middle of its contents",
        ));
    }
    Ok(())
}

fn seekable_toc<R: Read + Seek>(input: &mut R, length: u64, take: Take<'_>) -> Result<(u64, Toc)> {
    let end = read_at(
        input,
        length.saturating_sub(FOOTER as u64),
        length.min(FOOTER as u64),
    )?;
    let footer = end
        .last_chunk::<FOOTER>()
        .ok_or_else(|| incomplete(length))?;
    let table_length = parse_footer(footer, length)?;
    let table_at = length - table_length;
    let table = parse_seek_table(&read_at(input, table_at, table_length)?, table_at)?;
    let contents_length = table.last().map_or(0, |(length, _)| u64::from(*length));
    let at = table_at
        .checked_sub(contents_length)
        .ok_or_else(|| broken(table_at, "the seek table reaches beyond the file"))?;
    let frame = read_at(input, at, contents_length)?;
    let toc = take_contents_frame(&frame, at, take)?;
    compare(&table, &toc.frames, table_at)?;
    Ok((at, toc))
}

/// A table of contents that decompresses to more, in bytes, is read piece by piece. With a hundred thousand
/// tables `verify` takes an eighth more processor time for it, and a quarter less memory.
const IN_MEMORY: u64 = 16 << 20;

/// Reads the skippable frame that holds the table of contents and begins at byte `at`.
pub(crate) fn parse_contents_frame(frame: &[u8], at: u64) -> Result<Toc> {
    whole(|take| Ok((at, take_contents_frame(frame, at, take)?)))
}

fn take_contents_frame(frame: &[u8], at: u64, take: Take<'_>) -> Result<Toc> {
    let payload = frame.get(SKIP_HEADER..).unwrap_or_default();
    if u32_at(frame, 0) != CONTENTS_MAGIC || u32_at(frame, 4) as usize != payload.len() {
        return Err(broken(at, "the table of contents does not begin here"));
    }
    let (head, document) = parse_contents(payload, at)?;
    let raw = head.raw.min(MAX_TOC);
    let cannot = |error| broken(at, "the table of contents cannot be decompressed").cause(error);
    let other_length = || broken(at, "the table of contents is not as long as it says");
    if raw > IN_MEMORY {
        let mut context = Context::create();
        let document = unpack(Codec::default(), document, &mut context).map_err(cannot)?;
        let mut document = document.take(raw + 1);
        let toc = read_json(&mut document, head.version, at, take)?;
        return match document.limit() {
            1 if raw == head.raw => Ok(toc),
            _ => Err(other_length()),
        };
    }
    // A list that grows is there twice. What the file claims is not believed further than what is
    // there makes likely; where it is right after all, the list grows.
    let likely = (document.len() as u64).saturating_mul(32).min(raw);
    let mut json = Vec::with_capacity(usize::try_from(likely).unwrap_or(0));
    let mut rest = document;
    decode(Codec::default(), &mut rest, &mut json, raw).map_err(cannot)?;
    if json.len() as u64 != head.raw || !rest.is_empty() {
        return Err(other_length());
    }
    from_json(&json, head.version, at, take)
}

fn closing_toc<R: Read + Seek>(
    input: &mut R,
    codec: Codec,
    length: u64,
    take: Take<'_>,
) -> Result<(u64, Toc)> {
    let tail_length = length.min(TAIL as u64);
    let tail = read_at(input, length - tail_length, tail_length)?;
    let (closing, taken) = find(codec, &tail).ok_or_else(|| incomplete(length))?;
    let end = length - taken as u64;
    if closing.offset.checked_add(closing.length) != Some(end) {
        return Err(broken(
            end,
            "the last line says that the table of contents is elsewhere",
        ));
    }
    let member = read_at(input, closing.offset, closing.length)?;
    if sha256(&member) != closing.sha256 {
        return Err(broken(
            closing.offset,
            "the table of contents has changed since it was written",
        ));
    }
    let mut lines = Vec::new();
    let mut rest = member.as_slice();
    decode(codec, &mut rest, &mut lines, MAX_TOC).map_err(|error| {
        broken(
            closing.offset,
            "the table of contents cannot be decompressed",
        )
        .cause(error)
    })?;
    let (version, json) = from_comment_lines(&lines, closing.offset)?;
    let toc = from_json(&json, version, closing.offset, take)?;
    Ok((closing.offset, toc))
}

/// Neither of the compressors, nor our first line.
pub(crate) fn not_an_archive(length: u64) -> Error {
    let what = if length == 0 {
        "the file is empty"
    } else {
        "the file is not a dumpkeep archive"
    };
    broken(0, what)
}

fn cannot_read(error: std::io::Error) -> Error {
    Error::new(Kind::Io, "cannot read the archive").cause(error)
}
