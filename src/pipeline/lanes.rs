//! A worker's lanes: each compresses frames and appends them, off the async threads, behind those
//! that the worker filled before. Small frames go together, so that a thousand small tables cost no
//! thousand hand-overs.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::task::{JoinHandle, spawn_blocking};

use crate::archive::codec::Encoder;
use crate::archive::writer::Part;
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::pace::Pace;
use crate::pipeline::stream::{Job, died, lock};

/// A frame above this (it holds a large row) is written before more is read, in bytes.
const LARGE_BYTES: usize = 16 << 20;

/// A frame below this waits for others to go with, in bytes.
const SMALL_BYTES: usize = 256 << 10;

/// So many bytes of small frames go together.
const TOGETHER_BYTES: usize = 1 << 20;

/// So many small frames go together: each is compressed by itself, which takes its time.
const TOGETHER_FRAMES: usize = 256;

/// The lanes of one worker.
pub(super) struct Lanes<W: Write> {
    pub(super) job: Arc<Job<W>>,
    /// The last error was one of compressing or writing.
    pub(super) failed: bool,
    idle: Vec<Lane>,
    /// The lanes at work, the first frame's first.
    busy: VecDeque<JoinHandle<Result<Lane>>>,
    /// Says when the last frame is appended.
    before: Option<Receiver<()>>,
    /// Small frames that wait for others.
    small: Batch,
}

/// A compressor and the buffer that was compressed last.
struct Lane {
    encoder: Encoder,
    batch: Batch,
}

/// Frames, one after the other.
#[derive(Default)]
struct Batch {
    sql: Vec<u8>,
    parts: Vec<Part>,
}

impl Lane {
    fn new(pace: &Pace) -> Result<Self> {
        Ok(Self {
            encoder: Encoder::new(pace.codec)?,
            batch: Batch::default(),
        })
    }
}

impl<W: Write + Send + 'static> Lanes<W> {
    pub(super) fn new(job: Arc<Job<W>>) -> Result<Self> {
        let idle = (0..job.pace.lanes).map(|_| Lane::new(&job.pace));
        Ok(Self {
            failed: false,
            idle: idle.collect::<Result<_>>()?,
            busy: VecDeque::new(),
            before: None,
            small: Batch::default(),
            job,
        })
    }

    /// Takes a frame; gives back an empty buffer. Waits where no lane is idle.
    pub(super) async fn take(&mut self, mut sql: Vec<u8>, part: Part) -> Result<Vec<u8>> {
        if sql.len() < SMALL_BYTES {
            self.small.sql.extend_from_slice(&sql);
            self.small.parts.push(part);
            let (bytes, frames) = (self.small.sql.len(), self.small.parts.len());
            if bytes >= TOGETHER_BYTES || frames >= TOGETHER_FRAMES {
                self.send_small().await?;
            }
            sql.clear();
            return Ok(sql);
        }
        self.send_small().await?;
        let large = sql.len() > LARGE_BYTES;
        let parts = vec![part];
        let empty = self.send(Batch { sql, parts }).await?;
        if large {
            // one of these is enough to have in memory
            self.settle().await?;
        }
        Ok(empty.sql)
    }

    async fn send_small(&mut self) -> Result<()> {
        if !self.small.parts.is_empty() {
            let batch = std::mem::take(&mut self.small);
            self.small = self.send(batch).await?;
        }
        Ok(())
    }

    /// Has the frames compressed and appended; gives back the lane's last batch, emptied.
    async fn send(&mut self, batch: Batch) -> Result<Batch> {
        let mut lane = self.lane().await?;
        let mut empty = std::mem::replace(&mut lane.batch, batch);
        empty.sql.clear();
        empty.parts.clear();
        self.begin(lane);
        Ok(empty)
    }

    /// A lane that has nothing to do: waits for the oldest.
    async fn lane(&mut self) -> Result<Lane> {
        if let Some(lane) = self.idle.pop() {
            return Ok(lane);
        }
        let oldest = self.busy.pop_front();
        let oldest = oldest.ok_or_else(|| Error::new(Kind::Internal, "a frame was lost"))?;
        oldest.await.map_err(died)?
    }

    /// Compresses at once, and appends behind the frames before.
    fn begin(&mut self, mut lane: Lane) {
        let (done, next) = channel();
        let before = self.before.replace(next);
        let job = Arc::clone(&self.job);
        self.busy.push_back(spawn_blocking(move || {
            run(&job, &mut lane, before)?;
            tell(&done);
            Ok(lane)
        }));
    }

    /// Waits until every frame is written.
    async fn settle(&mut self) -> Result<()> {
        while let Some(oldest) = self.busy.pop_front() {
            let mut lane = oldest.await.map_err(died)??;
            if lane.batch.sql.capacity() > LARGE_BYTES {
                lane.batch.sql = Vec::new();
            }
            self.idle.push(lane);
        }
        Ok(())
    }

    /// Writes what waits, and waits until every frame is written.
    pub(super) async fn finish(mut self) -> Result<()> {
        self.send_small().await?;
        self.settle().await
    }
}

fn run<W>(job: &Job<W>, lane: &mut Lane, before: Option<Receiver<()>>) -> Result<()>
where
    W: Write + Send + 'static,
{
    let mut frames = Vec::with_capacity(lane.batch.parts.len());
    let mut rest = lane.batch.sql.as_slice();
    for part in &lane.batch.parts {
        let length = match lane.batch.parts.as_slice() {
            // longer than a part can say, perhaps: for the compressor to refuse
            [_] => rest.len(),
            _ => part.length as usize,
        };
        let (sql, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        frames.push(
            lane.encoder
                .encode(sql)
                .while_with(|| reading(job, *part))?,
        );
    }
    wait_for(before)?;
    let mut out = lock(&job.out.0);
    for (frame, part) in frames.iter().zip(&lane.batch.parts) {
        let appended = out.append(frame, &[*part]);
        appended.while_with(|| reading(job, *part))?;
    }
    drop(out);
    for frame in frames {
        lane.encoder.take_back(frame);
    }
    Ok(())
}

fn reading<W: Write>(job: &Job<W>, part: Part) -> String {
    format!("reading {}", job.plan.label(part.entry))
}

/// Waits for the frame before; where that failed, its error is the one that counts.
fn wait_for(before: Option<Receiver<()>>) -> Result<()> {
    match before.map(|before| before.recv()) {
        Some(Err(_)) => Err(Error::new(
            Kind::Internal,
            "the frame before was not written",
        )),
        _ => Ok(()),
    }
}

fn tell(done: &Sender<()>) {
    // nobody listens behind the last frame
    let _ = done.send(());
}
