//! An archive's file for several workers: one reads at a time, each decompresses for itself, off the
//! async threads and a little at a time, so that memory does not grow with the frames. What is small
//! is read where it is wanted: to wake another thread for it would take longer.

use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::sync::mpsc::{self, Sender as BackSender};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::archive::packed::Unpacker;
use crate::archive::reader::Reader;
use crate::archive::toc::{Piece, Toc};
use crate::error::{Error, Kind, Result};
use crate::pipeline::fetch::Frames;
use crate::pipeline::stream::died;

/// How much SQL goes to a worker at once, in bytes.
const CHUNK: usize = 256 << 10;

/// So many chunks wait for a worker at most.
const AHEAD: usize = 4;

/// So many bytes of frames are checked before it is asked whether anybody still waits for it.
const STRETCH: u64 = 16 << 20;

/// So many threads compute their digests.
const CHECKERS: usize = 4;

/// A file that is open for several workers.
pub(super) struct Archive<R> {
    frames: Mutex<Frames<R>>,
    toc: Arc<Toc>,
    unpackers: Mutex<Vec<Unpacker>>,
}

impl<R: Read + Seek + Send + 'static> Archive<R> {
    /// For these workers.
    pub(super) fn new(reader: Reader<R>) -> Arc<Self> {
        Arc::new(Self {
            toc: reader.shared_toc(),
            frames: Mutex::new(Frames::new(reader)),
            unpackers: Mutex::new(Vec::new()),
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
        let mut rest = &frames[..];
        let mut running = VecDeque::new();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(self.stretch(rest));
            let (all, now) = (Arc::clone(self), now.to_vec());
            running.push_back(spawn_blocking(move || all.check_frames(&now)));
            if running.len() >= CHECKERS
                && let Some(first) = running.pop_front()
            {
                first.await.map_err(died)??;
            }
            rest = later;
        }
        for each in running {
            each.await.map_err(died)??;
        }
        Ok(())
    }

    /// One thread reads at a time; what takes time is to compute the digests.
    fn check_frames(&self, frames: &[u32]) -> Result<()> {
        for frame in frames {
            let packed = self.frames().packed(*frame)?;
            packed.check()?;
            self.frames().take_back(packed);
        }
        Ok(())
    }

    /// How many of these frames are checked at a time.
    fn stretch(&self, frames: &[u32]) -> usize {
        let mut bytes = 0;
        let full = frames.iter().position(|frame| {
            let info = self.toc.frames.get(*frame as usize);
            bytes += info.map_or(0, |info| u64::from(info.length));
            bytes >= STRETCH
        });
        full.map_or(frames.len(), |last| last + 1)
    }

    /// A whole frame's SQL.
    pub(super) async fn whole(self: &Arc<Self>, frame: u32) -> Result<Vec<u8>> {
        self.on_thread(move |frames| frames.whole(frame)).await
    }

    /// One piece's SQL, for pieces that share a frame.
    pub(super) async fn piece(self: &Arc<Self>, piece: Piece) -> Result<Vec<u8>> {
        match self.at_hand(piece) {
            Some(sql) => sql,
            None => self.on_thread(move |frames| frames.piece(piece)).await,
        }
    }

    async fn on_thread<A: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Frames<R>) -> Result<A> + Send + 'static,
    ) -> Result<A> {
        let all = Arc::clone(self);
        let done = spawn_blocking(move || work(&mut all.frames()));
        done.await.map_err(died)?
    }

    /// The piece's SQL, where it takes no time to get it.
    fn at_hand(&self, piece: Piece) -> Option<Result<Vec<u8>>> {
        let mut frames = match self.frames.try_lock() {
            Ok(frames) => frames,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        frames.is_at_hand(piece).then(|| frames.piece(piece))
    }

    /// Begins to read a piece, chunk by chunk.
    pub(super) fn stream(self: &Arc<Self>, piece: Piece) -> Chunks {
        if let Some(sql) = self.at_hand(piece) {
            return Chunks::Here(Some(sql));
        }
        let (send, chunks) = channel(AHEAD);
        let (back, used) = mpsc::channel();
        let all = Arc::clone(self);
        let reading = spawn_blocking(move || all.send(piece, &send, &used));
        Chunks::Coming {
            chunks,
            back,
            reading,
        }
    }

    fn send(
        &self,
        piece: Piece,
        to: &Sender<Vec<u8>>,
        used: &mpsc::Receiver<Vec<u8>>,
    ) -> Result<()> {
        let info = self.toc.frames.get(piece.frame as usize);
        let alone = info.is_some_and(|info| info.raw == piece.length);
        if !alone {
            let sql = self.frames().piece(piece)?;
            // Whoever no longer takes it has an error of its own.
            let _ = to.blocking_send(sql);
            return Ok(());
        }
        let packed = self.frames().packed(piece.frame)?;
        // All were checked before anything was run.
        if !packed.checks_itself() {
            packed.check()?;
        }
        let mut unpacker = self.unpackers().pop().unwrap_or_default();
        packed.chunks(&mut unpacker, CHUNK, |chunk, spare| {
            spare.extend(used.try_iter());
            to.blocking_send(chunk).is_ok()
        })?;
        self.unpackers().push(unpacker);
        self.frames().take_back(packed);
        Ok(())
    }

    fn frames(&self) -> std::sync::MutexGuard<'_, Frames<R>> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unpackers(&self) -> std::sync::MutexGuard<'_, Vec<Unpacker>> {
        self.unpackers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A piece on its way.
pub(super) enum Chunks {
    /// It was read at once.
    Here(Option<Result<Vec<u8>>>),
    /// A thread reads it.
    Coming {
        chunks: Receiver<Vec<u8>>,
        back: BackSender<Vec<u8>>,
        reading: JoinHandle<Result<()>>,
    },
}

impl Chunks {
    /// The next chunk; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let (chunks, reading) = match self {
            Self::Here(sql) => return sql.take().transpose(),
            Self::Coming {
                chunks, reading, ..
            } => (chunks, reading),
        };
        if let Some(chunk) = chunks.recv().await {
            return Ok(Some(chunk));
        }
        reading.await.map_err(died)??;
        Ok(None)
    }

    /// Gives back a chunk that was used up, for one that follows.
    pub(super) fn give_back(&self, chunk: Vec<u8>) {
        if let Self::Coming { back, .. } = self {
            // The last ones come too late: the thread is done.
            let _ = back.send(chunk);
        }
    }
}

/// The entries' places are the table of contents' own.
pub(super) fn missing(at: usize) -> Error {
    Error::new(Kind::Internal, format!("there is no entry {at}"))
}
