//! An archive's file for several workers: one reads at a time, each decompresses for itself, a little at a
//! time, so that memory does not grow with the frames. What is small is read where it is wanted: to wake
//! another thread for it would take longer. So are the frames of rows for COPY, whose bytes go as they are
//! and wait in the socket while more is decompressed; what becomes statements comes from another thread,
//! for there the server waits.

use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::sync::mpsc::{self, Sender as BackSender};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::archive::packed::Unpacker;
use crate::archive::reader::Reader;
use crate::archive::steps::{Stepper, Steps, suits};
use crate::archive::toc::{Piece, Toc};
use crate::error::{Error, Kind, Result};
use crate::pipeline::fetch::Frames;
use crate::pipeline::stream::died;
use crate::sql::dialect::Dialect;

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
    steppers: Mutex<Vec<Stepper>>,
}

impl<R: Read + Seek + Send + 'static> Archive<R> {
    /// For these workers.
    pub(super) fn new(reader: Reader<R>) -> Arc<Self> {
        Arc::new(Self {
            toc: reader.shared_toc(),
            frames: Mutex::new(Frames::new(reader)),
            unpackers: Mutex::new(Vec::new()),
            steppers: Mutex::new(Vec::new()),
        })
    }

    /// What it holds.
    pub(super) fn toc(&self) -> &Toc {
        &self.toc
    }

    /// Checks that the bytes of all frames that these entries need are those that were written.
    pub(super) async fn check(self: &Arc<Self>, entries: &[usize]) -> Result<()> {
        let mut frames: Vec<u32> = Vec::new();
        for entry in self.toc.entries.those(entries) {
            for piece in &entry.pieces {
                // Small entries that stand beside each other share one.
                if frames.last() != Some(&piece.frame) {
                    frames.push(piece.frame);
                }
            }
        }
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
    pub(super) fn stream(self: &Arc<Self>, piece: Piece) -> Chunks<R> {
        let from = match self.at_hand(piece) {
            Some(sql) => From::Here(Some(sql)),
            None if self.goes_in_steps(piece) => From::Steps(self.steps(piece)),
            None => self.thread(piece),
        };
        Chunks {
            from,
            now: Vec::new(),
            archive: Arc::clone(self),
        }
    }

    fn thread(self: &Arc<Self>, piece: Piece) -> From {
        let (send, chunks) = channel(AHEAD);
        let (back, used) = mpsc::channel();
        let all = Arc::clone(self);
        let reading = spawn_blocking(move || all.send(piece, &send, &used));
        From::Thread {
            chunks,
            back,
            reading,
        }
    }

    fn goes_in_steps(&self, piece: Piece) -> bool {
        let codec = self.toc.head.codec.parse();
        let info = self.toc.frames.get(piece.frame as usize);
        self.toc.head.dialect == Dialect::Postgres
            && info.is_some_and(|info| info.raw == piece.length)
            && codec.is_ok_and(|codec| suits(codec, piece.length))
    }

    fn steps(self: &Arc<Self>, piece: Piece) -> Coming {
        let all = Arc::clone(self);
        Coming::Read(Some(spawn_blocking(move || {
            let packed = all.frames().packed(piece.frame)?;
            let stepper = all.steppers().pop().unwrap_or_default();
            Steps::new(packed, stepper)
        })))
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

    fn steppers(&self) -> std::sync::MutexGuard<'_, Vec<Stepper>> {
        self.steppers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unpackers(&self) -> std::sync::MutexGuard<'_, Vec<Unpacker>> {
        self.unpackers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A piece on its way.
pub(super) struct Chunks<R> {
    from: From,
    /// The chunk that was given last.
    now: Vec<u8>,
    archive: Arc<Archive<R>>,
}

enum From {
    /// It was read at once.
    Here(Option<Result<Vec<u8>>>),
    /// It is decompressed where it is wanted.
    Steps(Coming),
    /// A thread reads it.
    Thread {
        chunks: Receiver<Vec<u8>>,
        back: BackSender<Vec<u8>>,
        reading: JoinHandle<Result<()>>,
    },
}

enum Coming {
    /// A thread reads its compressed bytes.
    Read(Option<JoinHandle<Result<Steps>>>),
    There(Steps),
}

impl<R: Read + Seek + Send + 'static> Chunks<R> {
    /// The next chunk; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<&[u8]>> {
        match &mut self.from {
            From::Here(sql) => {
                let Some(sql) = sql.take().transpose()? else {
                    return Ok(None);
                };
                self.now = sql;
                Ok(Some(&self.now))
            }
            From::Thread {
                chunks,
                back,
                reading,
            } => {
                // The last ones come too late: the thread is done.
                let _ = back.send(std::mem::take(&mut self.now));
                let Some(chunk) = chunks.recv().await else {
                    reading.await.map_err(died)??;
                    return Ok(None);
                };
                self.now = chunk;
                Ok(Some(&self.now))
            }
            From::Steps(coming) => {
                if let Coming::Read(reading) = coming
                    && let Some(reading) = reading.take()
                {
                    *coming = Coming::There(reading.await.map_err(died)??);
                }
                match coming {
                    Coming::There(steps) => steps.advance(),
                    Coming::Read(_) => Ok(None),
                }
            }
        }
    }

    /// After the last chunk: what the next piece can use is given back.
    pub(super) fn end(self) {
        if let From::Steps(Coming::There(steps)) = self.from {
            let (packed, stepper) = steps.end();
            self.archive.frames().take_back(packed);
            self.archive.steppers().push(stepper);
        }
    }
}

/// The entries' places are the table of contents' own.
pub(super) fn missing(at: usize) -> Error {
    Error::new(Kind::Internal, format!("there is no entry {at}"))
}
