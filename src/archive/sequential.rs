//! Reads an archive from a pipe: frame after frame, each checked by its own checksum. Only the end
//! tells whether the whole is what was written: whoever acts on frames before must be able to take
//! that back, or say so.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::archive::closing::{CONTENTS_LINE, Closing, TAIL, from_comment_lines, read};
use crate::archive::codec::{Codec, MAX_FRAME, decode};
use crate::archive::format::{MAX_TOC, broken, from_json, whole};
use crate::archive::reader::{not_an_archive, parse_contents_frame};
use crate::archive::seekable::{CONTENTS_MAGIC, compare, parse_seek_table, u32_at};
use crate::archive::toc::{Check, FrameInfo, Toc};
use crate::error::{Error, Kind, Result};

/// An archive that comes through a pipe.
pub struct Sequential<R> {
    input: Tally<BufReader<R>>,
    codec: Codec,
    seen: Vec<FrameInfo>,
    toc: Option<Arc<Toc>>,
}

impl<R: Read> Sequential<R> {
    /// Reads the first bytes, which tell the compressor.
    pub fn open(input: R) -> Result<Self> {
        let mut input = Tally::new(BufReader::with_capacity(1 << 18, input));
        let start = input.peek(16).map_err(cannot_read)?;
        let codec = Codec::detect(&start).ok_or_else(|| not_an_archive(start.len() as u64))?;
        Ok(Self {
            input,
            codec,
            seen: Vec::new(),
            toc: None,
        })
    }

    /// Reads the next piece of SQL into `out`, which is emptied first: a frame of whole statements,
    /// or of an uncompressed archive some whole lines. `false`: that was all, and all was checked.
    pub fn next(&mut self, out: &mut Vec<u8>) -> Result<bool> {
        out.clear();
        if self.toc.is_some() {
            return Ok(false);
        }
        let codec = self.codec;
        match codec {
            Codec::None => self.next_lines(out),
            Codec::Zstd(_) if self.magic()? == CONTENTS_MAGIC => self.end_zstd(),
            _ => self.next_frame(out),
        }
    }

    /// What it held, once all was read.
    #[must_use]
    pub fn toc(&self) -> Option<&Toc> {
        self.toc.as_deref()
    }

    /// The same, for who keeps it longer.
    #[must_use]
    pub fn shared_toc(&self) -> Option<Arc<Toc>> {
        self.toc.clone()
    }

    fn magic(&mut self) -> Result<u32> {
        Ok(u32_at(&self.input.peek(4).map_err(cannot_read)?, 0))
    }

    fn next_frame(&mut self, out: &mut Vec<u8>) -> Result<bool> {
        let offset = self.input.offset;
        let before = self.input.whole.clone();
        self.input.frame = Sha256::new();
        if self.input.peek(1).map_err(cannot_read)?.is_empty() {
            return Err(cut(offset));
        }
        decode(self.codec, &mut self.input, out, MAX_FRAME).map_err(|error| {
            let number = self.seen.len();
            broken(offset, format!("frame {number} cannot be decompressed")).cause(error)
        })?;
        if out.starts_with(CONTENTS_LINE.as_bytes()) {
            let digest: [u8; 32] = self.input.frame.clone().finalize().into();
            let (version, json) = from_comment_lines(out, offset)?;
            let toc = whole(|take| Ok((offset, from_json(&json, version, offset, take)?)))?;
            out.clear();
            self.check_closing(offset, digest)?;
            return self.end(toc, before);
        }
        self.seen.push(FrameInfo {
            offset,
            length: (self.input.offset - offset) as u32,
            raw: out.len() as u32,
            check: half(&self.input.frame),
        });
        Ok(true)
    }

    fn end_zstd(&mut self) -> Result<bool> {
        let at = self.input.offset;
        let before = self.input.whole.clone();
        let frame = self.skippable(at)?;
        let toc = parse_contents_frame(&frame, at)?;
        let table_at = self.input.offset;
        let table = parse_seek_table(&self.skippable(table_at)?, table_at)?;
        compare(&table, &toc.frames, table_at)?;
        if table.last() != Some(&(frame.len() as u32, 0)) {
            return Err(broken(
                table_at,
                "the seek table is wrong about the table of contents",
            ));
        }
        self.end(toc, before)
    }

    /// A whole skippable frame with its header.
    fn skippable(&mut self, at: u64) -> Result<Vec<u8>> {
        let head = self.input.peek(8).map_err(cannot_read)?;
        let length = u64::from(u32_at(&head, 4)) + 8;
        let mut frame = Vec::new();
        let mut from = (&mut self.input).take(length);
        from.read_to_end(&mut frame).map_err(cannot_read)?;
        if frame.len() as u64 == length {
            Ok(frame)
        } else {
            Err(cut(at + frame.len() as u64))
        }
    }

    /// Whole lines up to the table of contents, which is recognised by its first line, by all that
    /// follow being comments, and by the last.
    fn next_lines(&mut self, out: &mut Vec<u8>) -> Result<bool> {
        while out.len() < 1 << 20 {
            let at = self.input.offset;
            let before = self.input.whole.clone();
            let start = out.len();
            (&mut self.input)
                .take(MAX_FRAME)
                .read_until(b'\n', out)
                .map_err(cannot_read)?;
            if out.len() == start {
                return Err(cut(at));
            }
            if !out[start..].starts_with(CONTENTS_LINE.as_bytes()) {
                continue;
            }
            if let Some(toc) = self.contents_lines(at, start, out)? {
                out.truncate(start);
                self.end(toc, before)?;
                return Ok(!out.is_empty());
            }
        }
        Ok(true)
    }

    /// Reads on from what may be the first line of the table of contents, at `start` in `out`.
    fn contents_lines(&mut self, at: u64, start: usize, out: &mut Vec<u8>) -> Result<Option<Toc>> {
        loop {
            let line = out.len();
            (&mut self.input)
                .take(MAX_TOC)
                .read_until(b'\n', out)
                .map_err(cannot_read)?;
            if !out[line..].starts_with(b"-- ") || (out.len() - start) as u64 > MAX_TOC {
                return Ok(None);
            }
            let Some(closing) = read(Codec::None, &out[line..]) else {
                continue;
            };
            let member = &out[start..line];
            if closing != Closing::of(member, at) {
                return Err(changed_contents(at));
            }
            let (version, json) = from_comment_lines(member, at)?;
            let toc = whole(|take| Ok((at, from_json(&json, version, at, take)?)))?;
            return Ok(Some(toc));
        }
    }

    /// The last member, behind the contents' one.
    fn check_closing(&mut self, contents: u64, digest: [u8; 32]) -> Result<()> {
        let at = self.input.offset;
        let mut member = Vec::new();
        let mut from = (&mut self.input).take(TAIL as u64);
        from.read_to_end(&mut member).map_err(cannot_read)?;
        match read(self.codec, &member) {
            Some(closing)
                if closing.offset == contents
                    && closing.length == at - contents
                    && closing.sha256 == digest =>
            {
                Ok(())
            }
            _ => Err(broken(at, "the last line is not the one that was written")),
        }
    }

    /// Compares all that was read with what the table of contents says.
    fn end(&mut self, toc: Toc, before: Sha256) -> Result<bool> {
        let at = self.input.offset;
        if !self.input.peek(1).map_err(cannot_read)?.is_empty() {
            return Err(broken(at, "bytes follow the end of the archive"));
        }
        let differs = toc.frames.iter().zip(&self.seen).find(|(a, b)| a != b);
        if let Some((frame, _)) = differs {
            return Err(broken(
                frame.offset,
                "a frame has changed since it was written",
            ));
        }
        if self.codec != Codec::None && toc.frames.len() != self.seen.len() {
            return Err(broken(
                at,
                "frames are missing, or there are more than noted",
            ));
        }
        if const_hex::encode(before.finalize()) != toc.digest {
            return Err(broken(0, "the digest over all frames is not the one noted"));
        }
        self.toc = Some(Arc::new(toc));
        Ok(false)
    }
}

/// Counts and hashes what is taken from `inner`.
struct Tally<R> {
    inner: R,
    /// Bytes that were looked at before their time, not yet taken.
    ahead: Vec<u8>,
    offset: u64,
    whole: Sha256,
    frame: Sha256,
}

impl<R: BufRead> Tally<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            ahead: Vec::new(),
            offset: 0,
            whole: Sha256::new(),
            frame: Sha256::new(),
        }
    }

    /// The next bytes, without taking them: fewer than `count` only at the end.
    fn peek(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let missing = count.saturating_sub(self.ahead.len()) as u64;
        (&mut self.inner)
            .take(missing)
            .read_to_end(&mut self.ahead)?;
        Ok(self.ahead.iter().copied().take(count).collect())
    }
}

impl<R: BufRead> BufRead for Tally<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.ahead.is_empty() {
            self.inner.fill_buf()
        } else {
            Ok(&self.ahead)
        }
    }

    fn consume(&mut self, count: usize) {
        self.offset += count as u64;
        if !self.ahead.is_empty() {
            let taken = self.ahead.get(..count).unwrap_or_default();
            self.whole.update(taken);
            self.frame.update(taken);
            self.ahead.drain(..count);
            return;
        }
        // Filled by the call before this one: nothing is read here.
        if let Ok(buffer) = self.inner.fill_buf() {
            let taken = buffer.get(..count).unwrap_or_default();
            self.whole.update(taken);
            self.frame.update(taken);
        }
        self.inner.consume(count);
    }
}

impl<R: BufRead> Read for Tally<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

fn half(frame: &Sha256) -> Check {
    let whole: [u8; 32] = frame.clone().finalize().into();
    Check(std::array::from_fn(|at| whole[at]))
}

fn changed_contents(at: u64) -> Error {
    broken(at, "the table of contents has changed since it was written")
}

fn cut(at: u64) -> Error {
    broken(
        at,
        "the archive ends here without a table of contents: it was cut or never finished",
    )
}

fn cannot_read(error: io::Error) -> Error {
    Error::new(Kind::Io, "cannot read the archive").cause(error)
}
