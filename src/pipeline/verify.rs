//! Is an archive what it says? Every checksum, every frame, every piece, and the rows counted again.

use std::io::{Read, Seek};

use crate::archive::reader::Reader;
use crate::archive::toc::{FrameInfo, Piece, Toc};
use crate::error::{Error, Kind, Result};
use crate::pipeline::header::COMPLETE;
use crate::sql::insert;
use crate::sql::split::{Item, Splitter};

/// What a verified archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// Its entries.
    pub entries: u64,
    /// Its rows, counted.
    pub rows: u64,
    /// The script's length in bytes.
    pub script: u64,
    /// The file's length in bytes.
    pub file: u64,
}

/// Reads the whole archive and compares it with its table of contents. The first fault is the
/// error. Takes its time: not for async threads.
pub fn verify<R: Read + Seek>(reader: &mut Reader<R>) -> Result<Verified> {
    let toc = reader.shared_toc();
    let mut contents = Contents::new(&toc);
    reader.check(|number, sql| contents.frame(number, sql))?;
    let rows = contents.end()?;
    Ok(Verified {
        entries: toc.entries.len() as u64,
        rows,
        script: toc.frames.iter().map(|frame| u64::from(frame.raw)).sum(),
        file: reader.length(),
    })
}

/// Walks the frames in the file's order: one script for the splitter, whose settings hold on.
struct Contents<'a> {
    toc: &'a Toc,
    splitter: Splitter,
    /// The pieces by their frames, and in those by their places, each with the entry's in the table of
    /// contents.
    pieces: Vec<(u32, Piece)>,
    rows: u64,
}

impl<'a> Contents<'a> {
    fn new(toc: &'a Toc) -> Self {
        let mut pieces: Vec<(u32, Piece)> = Vec::new();
        for (at, entry) in (0..).zip(&toc.entries) {
            pieces.extend(entry.pieces.iter().map(|piece| (at, *piece)));
        }
        pieces.sort_by_key(|(_, piece)| (piece.frame, piece.offset));
        Self {
            toc,
            splitter: Splitter::new(toc.head.dialect),
            pieces,
            rows: 0,
        }
    }

    fn frame(&mut self, number: u32, sql: &[u8]) -> Result<()> {
        let offset = self.info(number).map_or(0, |info| info.offset);
        if number == 0 && !sql.starts_with(b"-- dumpkeep") {
            return Err(fault(offset, "the script does not begin as dumpkeep's do"));
        }
        if number as usize + 1 == self.toc.frames.len() && !sql.ends_with(COMPLETE.as_bytes()) {
            return Err(fault(offset, "the script does not end with its last line"));
        }
        let first = self
            .pieces
            .partition_point(|(_, piece)| piece.frame < number);
        let end = self
            .pieces
            .partition_point(|(_, piece)| piece.frame <= number);
        if first == end {
            self.count(sql)?;
            return Ok(());
        }
        let mut at = 0;
        for place in first..end {
            let Some((entry, piece)) = self.pieces.get(place).copied() else {
                break;
            };
            let entry = entry as usize;
            if piece.offset as usize != at {
                return Err(self.wrong(
                    entry,
                    offset,
                    "does not begin where the entry before ends",
                ));
            }
            at += piece.length as usize;
            let part = sql.get(piece.offset as usize..at).unwrap_or_default();
            self.piece(entry, piece, part, offset)?;
        }
        if at != sql.len() {
            return Err(fault(offset, "a part of the frame belongs to no entry"));
        }
        Ok(())
    }

    fn piece(&mut self, entry: usize, piece: Piece, sql: &[u8], offset: u64) -> Result<()> {
        let counted = self.count(sql)?;
        let Some(counted) = counted else {
            return Ok(());
        };
        // What is inserted elsewhere is no table's rows: where a sequence of MariaDB's stands.
        if !self.toc.entries.is_rows(entry) && piece.rows == 0 {
            return Ok(());
        }
        self.rows += counted;
        if counted == piece.rows {
            return Ok(());
        }
        let what = format!("holds {counted} rows here, not {} as noted", piece.rows);
        Err(self.wrong(entry, offset, &what))
    }

    /// The rows of whole statements; `None` where none of them is about rows.
    fn count(&mut self, sql: &[u8]) -> Result<Option<u64>> {
        let mut rows = None;
        self.splitter.push(sql);
        while let Some(item) = self.splitter.next()? {
            let more = match item {
                Item::CopyEnd { lines } => Some(lines),
                Item::Statement(piece) => insert::rows(self.toc.head.dialect, piece.text),
                _ => None,
            };
            if let Some(more) = more {
                *rows.get_or_insert(0) += more;
            }
        }
        Ok(rows)
    }

    fn end(mut self) -> Result<u64> {
        self.splitter.end();
        self.count(b"")?;
        Ok(self.rows)
    }

    fn info(&self, number: u32) -> Option<&FrameInfo> {
        self.toc.frames.get(number as usize)
    }

    fn wrong(&self, entry: usize, offset: u64, what: &str) -> Error {
        let entry = self.toc.entries.get(entry);
        let label = entry.map_or_else(String::new, |entry| entry.label());
        fault(offset, &format!("{label} {what}"))
    }
}

fn fault(offset: u64, what: &str) -> Error {
    Error::new(Kind::Archive, format!("at byte {offset}: {what}"))
}
