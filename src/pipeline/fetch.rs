//! Reads an archive's pieces: entries share frames, and those that were read last are kept.

use std::collections::VecDeque;
use std::io::{Read, Seek};

use crate::archive::packed::Packed;
use crate::archive::reader::Reader;
use crate::archive::toc::Piece;
use crate::error::{Error, Kind, Result};

/// So many frames are kept.
const KEPT: usize = 3;

/// Longer frames are not kept, in bytes: they are one entry's.
const KEEP: usize = 16 << 20;

/// Shorter frames are read at once, in bytes.
const SMALL: u32 = 256 << 10;

/// Frames with the last ones kept: small entries share one.
pub(super) struct Frames<R> {
    reader: Reader<R>,
    kept: VecDeque<(u32, Vec<u8>)>,
}

impl<R: Read + Seek> Frames<R> {
    pub(super) fn new(reader: Reader<R>) -> Self {
        Self {
            reader,
            kept: VecDeque::new(),
        }
    }

    /// Whether the piece is there without much ado: its frame is kept, or small.
    pub(super) fn is_at_hand(&self, piece: Piece) -> bool {
        let info = self.reader.toc().frames.get(piece.frame as usize);
        info.is_some_and(|info| info.raw <= SMALL)
            || self.kept.iter().any(|(frame, _)| *frame == piece.frame)
    }

    /// The SQL of one piece.
    pub(super) fn piece(&mut self, piece: Piece) -> Result<Vec<u8>> {
        let (start, length) = (piece.offset as usize, piece.length as usize);
        if let Some((_, sql)) = self.kept.iter().find(|(frame, _)| *frame == piece.frame) {
            return part(sql, start, length);
        }
        let sql = self.whole(piece.frame)?;
        if start == 0 && length == sql.len() {
            return Ok(sql);
        }
        let found = part(&sql, start, length);
        if sql.len() <= KEEP {
            self.kept.truncate(KEPT - 1);
            self.kept.push_front((piece.frame, sql));
        }
        found
    }

    /// A whole frame's SQL.
    pub(super) fn whole(&mut self, frame: u32) -> Result<Vec<u8>> {
        let mut sql = Vec::new();
        self.reader.frame(frame, &mut sql)?;
        Ok(sql)
    }

    /// A frame's compressed bytes, not checked yet.
    pub(super) fn packed(&mut self, frame: u32) -> Result<Packed> {
        self.reader.packed(frame)
    }

    /// Takes back what is done with.
    pub(super) fn take_back(&mut self, packed: Packed) {
        self.reader.take_back(packed);
    }
}

fn part(sql: &[u8], start: usize, length: usize) -> Result<Vec<u8>> {
    let part = sql.get(start..start + length).map(<[u8]>::to_vec);
    part.ok_or_else(|| Error::new(Kind::Archive, "a piece lies outside of its frame"))
}
