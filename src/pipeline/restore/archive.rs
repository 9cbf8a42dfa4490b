//! An archive's file for several workers: one reads at a time, each decompresses for itself, off the
//! async threads and a little at a time, so that memory does not grow with the frames.

use std::io::{Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::archive::reader::Reader;
use crate::archive::toc::{Piece, Toc};
use crate::error::{Error, Kind, Result};
use crate::pipeline::fetch::Frames;
use crate::pipeline::stream::died;

/// How much SQL goes to a worker at once, in bytes.
const CHUNK: usize = 256 << 10;

/// So many chunks wait for a worker at most.
const AHEAD: usize = 4;

/// A file that is open for several workers.
pub(super) struct Archive<R> {
    frames: Mutex<Frames<R>>,
    toc: Toc,
}

impl<R: Read + Seek + Send + 'static> Archive<R> {
    /// For these workers.
    pub(super) fn new(reader: Reader<R>) -> Arc<Self> {
        Arc::new(Self {
            toc: reader.toc().clone(),
            frames: Mutex::new(Frames::new(reader)),
        })
    }

    /// What it holds.
    pub(super) fn toc(&self) -> &Toc {
        &self.toc
    }

    /// Checks that the bytes of all frames that these entries need are those that were written.
    pub(super) async fn check(self: &Arc<Self>, entries: &[usize]) -> Result<()> {
        let pieces = entries.iter().filter_map(|at| self.toc.entries.get(*at));
        let mut frames: Vec<u32> = pieces
            .flat_map(|entry| &entry.pieces)
            .map(|piece| piece.frame)
            .collect();
        frames.sort_unstable();
        frames.dedup();
        self.on_thread(move |all| frames.into_iter().try_for_each(|frame| all.check(frame)))
            .await
    }

    /// A whole frame's SQL.
    pub(super) async fn whole(self: &Arc<Self>, frame: u32) -> Result<Vec<u8>> {
        self.on_thread(move |frames| frames.whole(frame)).await
    }

    /// One piece's SQL, for pieces that share a frame.
    pub(super) async fn piece(self: &Arc<Self>, piece: Piece) -> Result<Vec<u8>> {
        self.on_thread(move |frames| frames.piece(piece)).await
    }

    async fn on_thread<A: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Frames<R>) -> Result<A> + Send + 'static,
    ) -> Result<A> {
        let all = Arc::clone(self);
        let done = spawn_blocking(move || {
            work(&mut all.frames.lock().unwrap_or_else(PoisonError::into_inner))
        });
        done.await.map_err(died)?
    }

    /// Begins to read a piece, chunk by chunk.
    pub(super) fn stream(self: &Arc<Self>, piece: Piece) -> Chunks {
        let (send, chunks) = channel(AHEAD);
        let all = Arc::clone(self);
        let reading = spawn_blocking(move || all.send(piece, &send));
        Chunks { chunks, reading }
    }

    fn send(&self, piece: Piece, to: &Sender<Vec<u8>>) -> Result<()> {
        let info = self.toc.frames.get(piece.frame as usize);
        let alone = info.is_some_and(|info| info.raw == piece.length);
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        if !alone {
            let sql = frames.piece(piece)?;
            drop(frames);
            // Whoever no longer takes it has an error of its own.
            let _ = to.blocking_send(sql);
            return Ok(());
        }
        let packed = frames.packed(piece.frame)?;
        drop(frames);
        packed.chunks(CHUNK, |chunk| to.blocking_send(chunk).is_ok())
    }
}

/// A piece on its way.
pub(super) struct Chunks {
    chunks: Receiver<Vec<u8>>,
    reading: JoinHandle<Result<()>>,
}

impl Chunks {
    /// The next chunk; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if let Some(chunk) = self.chunks.recv().await {
            return Ok(Some(chunk));
        }
        (&mut self.reading).await.map_err(died)??;
        Ok(None)
    }
}

/// The entries' places are the table of contents' own.
pub(super) fn missing(at: usize) -> Error {
    Error::new(Kind::Internal, format!("there is no entry {at}"))
}
