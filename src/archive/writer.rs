//! Writes an archive to anything: frames in the order in which they come, then the table of
//! contents. Whether every planned entry came is the caller's to check.

use std::collections::HashMap;
use std::io::Write;

use sha2::{Digest, Sha256};
use twox_hash::xxhash3_128::Hasher as Xxh3;

use crate::archive::closing::{Closing, comment_lines};
use crate::archive::codec::{Codec, Encoded, Encoder, stream_zstd};
use crate::archive::format::{Front, write_json};
use crate::archive::seekable::{contents_frame, seek_table};
use crate::archive::sum::Sum;
use crate::archive::toc::{ContentsSum, FORMAT, FrameInfo, Head, Piece, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::plan::entry::EntryId;

/// What a part of a frame belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The entry.
    pub entry: EntryId,
    /// The slice of its rows; 0 for statements. Frames of one slice come in order.
    pub slice: u32,
    /// Where in the decompressed frame it begins.
    pub offset: u32,
    /// How long it is there.
    pub length: u32,
    /// How many rows it holds.
    pub rows: u64,
}

/// A finished archive.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The file's length in bytes.
    pub length: u64,
    /// The SHA-256 of the whole file, as `sha256sum` prints it.
    pub digest: String,
    /// XXH3 of the whole file, with 128 bits: to see that it came to the disk as it was written
    /// takes no proof against forgers, and a tenth of SHA-256's time.
    pub(crate) written: u128,
    /// Tells its table of contents from others.
    pub(crate) contents: u128,
    /// What made it, from what, when.
    pub head: Head,
    /// How many entries it holds.
    pub entries: u64,
    /// How many rows.
    pub rows: u64,
}

/// An archive while it is written.
pub struct Writer<W: Write> {
    out: W,
    codec: Codec,
    digest: Sha256,
    written: Xxh3,
    offset: u64,
    frames: Vec<FrameInfo>,
    /// The entry, the slice and where it is: a list for each entry would take more room.
    pieces: Vec<(EntryId, u32, Piece)>,
    /// The sums over the rows of each entry.
    sums: HashMap<EntryId, Sum>,
}

impl<W: Write> Writer<W> {
    /// Begins an archive whose frames come compressed by `codec`.
    pub fn new(out: W, codec: Codec) -> Self {
        Self {
            out,
            codec,
            digest: Sha256::new(),
            written: Xxh3::new(),
            offset: 0,
            frames: Vec::new(),
            pieces: Vec::new(),
            sums: HashMap::new(),
        }
    }

    /// The bytes written so far.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.offset
    }

    /// Appends a frame and notes whose its parts are.
    pub fn append(&mut self, frame: &Encoded, parts: &[Part]) -> Result<()> {
        let number = u32::try_from(self.frames.len())
            .map_err(|_| Error::new(Kind::Unsupported, "the archive has too many frames"))?;
        let info = FrameInfo {
            offset: self.offset,
            length: frame.bytes.len() as u32,
            raw: frame.raw,
            check: frame.check,
        };
        self.write(&frame.bytes)?;
        self.frames.push(info);
        // A frame of rows is one table's.
        if let [part] = parts {
            let sum = self.sums.entry(part.entry).or_default();
            *sum = sum.and(frame.sum);
        }
        for part in parts {
            // No reader opens such an archive, and what reads this one back does not look for it.
            if u64::from(part.offset) + u64::from(part.length) > u64::from(frame.raw) {
                let what = format!("a part of entry {} lies outside of its frame", part.entry.0);
                return Err(Error::new(Kind::Internal, what));
            }
            let piece = Piece {
                frame: number,
                offset: part.offset,
                length: part.length,
                rows: part.rows,
            };
            self.pieces.push((part.entry, part.slice, piece));
        }
        Ok(())
    }

    /// Writes the table of contents: `entries` in the order in which they restore, their pieces,
    /// rows and bytes are filled in here, and `each` sees them then. Gives the output back, flushed.
    pub fn finish(
        mut self,
        head: Head,
        entries: impl IntoIterator<Item = Result<TocEntry>>,
        mut each: impl FnMut(&TocEntry) -> Result<()>,
    ) -> Result<(W, Sealed)> {
        let frames = std::mem::take(&mut self.frames);
        let digest = const_hex::encode(self.digest.clone().finalize());
        let mut filling = Filling::new(
            std::mem::take(&mut self.pieces),
            std::mem::take(&mut self.sums),
        );
        let (mut sum, mut count, mut rows) = (ContentsSum::new(), 0, 0);
        let entries = entries.into_iter().map(|entry| {
            let mut entry = entry?;
            filling.fill(&mut entry);
            sum.add(&entry);
            count += 1;
            rows += entry.rows.unwrap_or(0);
            each(&entry)?;
            Ok(entry)
        });
        let trailer = self.trailer((&head, &digest, &frames), entries)?;
        filling.end()?;
        for part in trailer {
            self.write(&part)?;
        }
        self.out.flush().map_err(cannot_write)?;
        let sealed = Sealed {
            length: self.offset,
            digest: const_hex::encode(self.digest.finalize()),
            written: self.written.finish_128(),
            contents: sum.of(&head, &digest, &frames),
            head,
            entries: count,
            rows,
        };
        Ok((self.out, sealed))
    }

    /// What stands behind the frames, to be written in this order.
    fn trailer(
        &self,
        front: Front<'_>,
        entries: impl Iterator<Item = Result<TocEntry>>,
    ) -> Result<[Vec<u8>; 2]> {
        if let Codec::Zstd(level) = self.codec {
            // Hundreds of thousands of entries are a long document: it is never whole in memory.
            let (document, raw) = stream_zstd(level, |out| write_json(front, entries, out))?;
            let contents = contents_frame(&document, raw)?;
            drop(document);
            let table = seek_table(front.2, contents.len() as u32)?;
            return Ok([contents, table]);
        }
        let mut json = Vec::new();
        write_json(front, entries, &mut json)?;
        let mut encoder = Encoder::new(self.codec)?;
        let member = encoder.encode(&comment_lines(&json, FORMAT))?.bytes;
        let closing = Closing::of(&member, self.offset).member(self.codec)?;
        Ok([member, closing])
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(cannot_write)?;
        self.digest.update(bytes);
        self.written.write(bytes);
        self.offset += bytes.len() as u64;
        Ok(())
    }
}

/// What was written, for the entries to be filled with.
struct Filling {
    /// By entry, and each entry's in slice order.
    pieces: Vec<(EntryId, u32, Piece)>,
    /// Which of them were planned.
    planned: Vec<bool>,
    sums: HashMap<EntryId, Sum>,
}

impl Filling {
    fn new(mut pieces: Vec<(EntryId, u32, Piece)>, sums: HashMap<EntryId, Sum>) -> Self {
        pieces.sort_by_key(|(entry, slice, _)| (*entry, *slice));
        let planned = vec![false; pieces.len()];
        Self {
            pieces,
            planned,
            sums,
        }
    }

    /// Pieces in slice order, and their sums. A data entry without pieces is an empty table.
    fn fill(&mut self, entry: &mut TocEntry) {
        let first = self.pieces.partition_point(|(id, ..)| *id < entry.id);
        let own = self.pieces.iter().zip(&mut self.planned).skip(first);
        let own = own.take_while(|((id, ..), _)| *id == entry.id);
        entry.pieces = own
            .map(|((_, _, piece), planned)| {
                *planned = true;
                *piece
            })
            .collect();
        let pieces = entry.pieces.iter();
        if entry.rows.is_some() {
            entry.rows = Some(pieces.clone().map(|piece| piece.rows).sum());
            entry.sum = Some(self.sums.remove(&entry.id).unwrap_or_default());
        }
        entry.bytes = match entry.pieces.is_empty() {
            true => entry.sql.iter().map(|sql| sql.0.len() as u64).sum(),
            false => pieces.map(|piece| u64::from(piece.length)).sum(),
        };
    }

    /// Nothing may be left over.
    fn end(self) -> Result<()> {
        let mut left = self.pieces.iter().zip(self.planned);
        match left.find(|(_, planned)| !planned) {
            None => Ok(()),
            Some(((id, ..), _)) => {
                let what = format!("entry {} was written but not planned", id.0);
                Err(Error::new(Kind::Internal, what))
            }
        }
    }
}

fn cannot_write(error: std::io::Error) -> Error {
    Error::new(Kind::Io, "cannot write the archive").cause(error)
}
