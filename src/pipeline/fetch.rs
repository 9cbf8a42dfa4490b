//! Reads an archive's pieces ahead of those who run them, off the async threads.

use std::io::{Read, Seek};

use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::archive::reader::Reader;
use crate::archive::toc::Piece;
use crate::error::{Error, Kind, Result};
use crate::pipeline::stream::died;

/// So many pieces wait to be run at most.
const AHEAD: usize = 2;

/// Pieces on their way: each with the place of its entry in the table of contents.
pub(super) struct Fetched {
    pieces: Receiver<(usize, u64, Vec<u8>)>,
    reading: JoinHandle<Result<()>>,
}

impl Fetched {
    /// Begins to read these pieces, in this order.
    pub(super) fn start<R>(reader: Reader<R>, wanted: Vec<(usize, Piece)>) -> Self
    where
        R: Read + Seek + Send + 'static,
    {
        let (send, pieces) = channel(AHEAD);
        let reading = spawn_blocking(move || {
            let mut frames = Frames::new(reader);
            for (entry, piece) in wanted {
                if send
                    .blocking_send((entry, piece.rows, frames.piece(piece)?))
                    .is_err()
                {
                    break;
                }
            }
            Ok(())
        });
        Self { pieces, reading }
    }

    /// The next piece: its entry, its rows, its SQL; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<(usize, u64, Vec<u8>)>> {
        if let Some(piece) = self.pieces.recv().await {
            return Ok(Some(piece));
        }
        (&mut self.reading).await.map_err(died)??;
        Ok(None)
    }
}

/// Frames with the last one kept: small entries share one.
pub(super) struct Frames<R> {
    reader: Reader<R>,
    kept: Option<u32>,
    sql: Vec<u8>,
}

impl<R: Read + Seek> Frames<R> {
    pub(super) fn new(reader: Reader<R>) -> Self {
        Self {
            reader,
            kept: None,
            sql: Vec::new(),
        }
    }

    /// The SQL of one piece.
    pub(super) fn piece(&mut self, piece: Piece) -> Result<Vec<u8>> {
        if self.kept != Some(piece.frame) {
            self.kept = None;
            self.reader.frame(piece.frame, &mut self.sql)?;
            self.kept = Some(piece.frame);
        }
        let (start, length) = (piece.offset as usize, piece.length as usize);
        if length == self.sql.len() {
            self.kept = None;
            return Ok(std::mem::take(&mut self.sql));
        }
        let part = self.sql.get(start..start + length).map(<[u8]>::to_vec);
        part.ok_or_else(|| Error::new(Kind::Archive, "a piece lies outside of its frame"))
    }

    /// A whole frame's SQL.
    pub(super) fn whole(&mut self, frame: u32) -> Result<Vec<u8>> {
        self.kept = None;
        self.reader.frame(frame, &mut self.sql)?;
        Ok(std::mem::take(&mut self.sql))
    }

    /// The reader again.
    pub(super) fn into_reader(self) -> Reader<R> {
        self.reader
    }
}
