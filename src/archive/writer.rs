//! Writes an archive to anything: frames in the order in which they come, then the table of
//! contents. Whether every planned entry came is the caller's to check.

use std::collections::HashMap;
use std::io::Write;

use sha2::{Digest, Sha256};
use twox_hash::xxhash3_128::Hasher as Xxh3;

use crate::archive::closing::{Closing, comment_lines};
use crate::archive::codec::{Codec, Encoded, Encoder, stream_zstd};
use crate::archive::format::write_json;
use crate::archive::seekable::{contents_frame, seek_table};
use crate::archive::sum::Sum;
use crate::archive::toc::{FORMAT, FrameInfo, Head, Piece, Toc, TocEntry};
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
    /// What it holds.
    pub toc: Toc,
}

/// An archive while it is written.
pub struct Writer<W: Write> {
    out: W,
    codec: Codec,
    digest: Sha256,
    written: Xxh3,
    offset: u64,
    frames: Vec<FrameInfo>,
    pieces: HashMap<EntryId, Vec<(u32, Piece)>>,
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
            pieces: HashMap::new(),
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
            let piece = Piece {
                frame: number,
                offset: part.offset,
                length: part.length,
                rows: part.rows,
            };
            let of_entry = self.pieces.entry(part.entry).or_default();
            of_entry.push((part.slice, piece));
        }
        Ok(())
    }

    /// Writes the table of contents: `entries` in the order in which they restore, their pieces,
    /// rows and bytes are filled in here. Gives the output back, flushed.
    pub fn finish(mut self, head: Head, mut entries: Vec<TocEntry>) -> Result<(W, Sealed)> {
        for entry in &mut entries {
            let pieces = self.pieces.remove(&entry.id).unwrap_or_default();
            fill(entry, pieces);
            if entry.rows.is_some() {
                entry.sum = Some(self.sums.remove(&entry.id).unwrap_or_default());
            }
        }
        if let Some(id) = self.pieces.keys().next() {
            let what = format!("entry {} was written but not planned", id.0);
            return Err(Error::new(Kind::Internal, what));
        }
        let toc = Toc {
            head,
            digest: const_hex::encode(self.digest.clone().finalize()),
            frames: std::mem::take(&mut self.frames),
            entries,
        };
        self.write_trailer(&toc)?;
        self.out.flush().map_err(cannot_write)?;
        let sealed = Sealed {
            length: self.offset,
            digest: const_hex::encode(self.digest.finalize()),
            written: self.written.finish_128(),
            toc,
        };
        Ok((self.out, sealed))
    }

    fn write_trailer(&mut self, toc: &Toc) -> Result<()> {
        if let Codec::Zstd(level) = self.codec {
            // Hundreds of thousands of entries are a long document: it is never whole in memory.
            let (document, raw) = stream_zstd(level, |out| write_json(toc, out))?;
            let contents = contents_frame(&document, raw)?;
            drop(document);
            let table = seek_table(&toc.frames, contents.len() as u32)?;
            self.write(&contents)?;
            return self.write(&table);
        }
        let mut json = Vec::new();
        write_json(toc, &mut json)?;
        let mut encoder = Encoder::new(self.codec)?;
        let member = encoder.encode(&comment_lines(&json, FORMAT))?.bytes;
        let closing = Closing::of(&member, self.offset).member(self.codec)?;
        self.write(&member)?;
        self.write(&closing)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(cannot_write)?;
        self.digest.update(bytes);
        self.written.write(bytes);
        self.offset += bytes.len() as u64;
        Ok(())
    }
}

/// Pieces in slice order, and their sums. A data entry without pieces is an empty table.
fn fill(entry: &mut TocEntry, mut pieces: Vec<(u32, Piece)>) {
    pieces.sort_by_key(|(slice, _)| *slice);
    entry.pieces = pieces.into_iter().map(|(_, piece)| piece).collect();
    if entry.rows.is_some() {
        entry.rows = Some(entry.pieces.iter().map(|piece| piece.rows).sum());
    }
    entry.bytes = if entry.pieces.is_empty() {
        entry.sql.iter().map(|sql| sql.0.len() as u64).sum()
    } else {
        entry
            .pieces
            .iter()
            .map(|piece| u64::from(piece.length))
            .sum()
    };
}

fn cannot_write(error: std::io::Error) -> Error {
    Error::new(Kind::Io, "cannot write the archive").cause(error)
}
