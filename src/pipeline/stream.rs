//! Rows: workers take slices from a queue, stream them into frames, compress and append them. A
//! worker holds the frame that it fills and one in each of its lanes, where frames are compressed;
//! the frames of a slice are appended in their order.

use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::{JoinHandle, JoinSet, spawn_blocking};

use crate::archive::codec::Encoder;
use crate::archive::frame::FrameSink;
use crate::archive::writer::{Part, Writer};
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::pace::Pace;
use crate::plan::entry::{EntryId, Slice};
use crate::progress::{Item, Task};
use crate::source::Snapshot;

/// A frame above this (it holds a large row) is written before more is read, in bytes.
const LARGE_BYTES: u64 = 16 << 20;

/// An archive that several workers append to.
pub(super) struct Shared<W: Write>(Mutex<Writer<W>>);

impl<W: Write + Send + 'static> Shared<W> {
    pub(super) fn new(writer: Writer<W>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(writer)))
    }

    /// Compresses and appends one frame. Takes its time: not for async threads.
    pub(super) fn append(&self, encoder: &mut Encoder, sql: &[u8], parts: &[Part]) -> Result<()> {
        let frame = encoder.encode(sql)?;
        lock(&self.0).append(&frame, parts)
    }

    /// The archive alone again, once every worker is done.
    pub(super) fn into_writer(self: Arc<Self>) -> Result<Writer<W>> {
        let shared = Arc::into_inner(self)
            .ok_or_else(|| Error::new(Kind::Internal, "a worker still writes"))?;
        Ok(shared
            .0
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the workers share.
struct Job<W: Write> {
    out: Arc<Shared<W>>,
    queue: Mutex<VecDeque<Slice>>,
    labels: HashMap<EntryId, String>,
    pace: Pace,
    task: Task,
}

/// Streams all slices through these snapshots; gives the snapshots back in their order, for the
/// locks must live until all is written. The first error ends all workers.
pub(super) async fn stream<N, W>(
    snapshots: Vec<N>,
    slices: Vec<Slice>,
    labels: HashMap<EntryId, String>,
    (out, pace, task): (Arc<Shared<W>>, Pace, Task),
) -> Result<Vec<N>>
where
    N: Snapshot + 'static,
    W: Write + Send + 'static,
{
    let planned = slices.len();
    let job = Arc::new(Job {
        out,
        queue: Mutex::new(slices.into()),
        labels,
        pace,
        task,
    });
    let mut workers = JoinSet::new();
    for (number, snapshot) in snapshots.into_iter().enumerate() {
        workers.spawn(work(number, snapshot, Arc::clone(&job)));
    }
    let mut back = Vec::new();
    let mut written = 0;
    while let Some(ended) = workers.join_next().await {
        let (number, snapshot, count) = ended.map_err(died)??;
        back.push((number, snapshot));
        written += count;
    }
    if written != planned {
        let what = format!("{written} of {planned} slices were written");
        return Err(Error::new(Kind::Internal, what));
    }
    back.sort_by_key(|(number, _)| *number);
    Ok(back.into_iter().map(|(_, snapshot)| snapshot).collect())
}

async fn work<N, W>(number: usize, mut snapshot: N, job: Arc<Job<W>>) -> Result<(usize, N, usize)>
where
    N: Snapshot,
    W: Write + Send + 'static,
{
    let lanes = (0..job.pace.lanes).map(|_| Lane::new(&job.pace));
    let mut lanes = lanes.collect::<Result<Vec<_>>>()?;
    let mut count = 0;
    loop {
        let next = lock(&job.queue).pop_front();
        let Some(slice) = next else { break };
        let label = job.labels.get(&slice.entry).map_or("rows", String::as_str);
        lanes = one_slice(&mut snapshot, &slice, &job, (lanes, label))
            .await
            .while_with(|| format!("reading {label}"))?;
        count += 1;
    }
    Ok((number, snapshot, count))
}

async fn one_slice<N, W>(
    snapshot: &mut N,
    slice: &Slice,
    job: &Arc<Job<W>>,
    (idle, label): (Vec<Lane>, &str),
) -> Result<Vec<Lane>>
where
    N: Snapshot,
    W: Write + Send + 'static,
{
    let mut sink = Sink {
        job: Arc::clone(job),
        slice: (slice.entry, slice.number),
        idle,
        busy: VecDeque::new(),
        before: None,
        rows: 0,
        item: job.task.item(label, slice.data.bytes),
    };
    let rows = snapshot.stream(slice, &mut sink).await?;
    if rows != sink.rows {
        let what = format!("{rows} rows were read and {} written", sink.rows);
        return Err(Error::new(Kind::Internal, what));
    }
    sink.all().await
}

/// A compressor and the buffer that is filled next, or was compressed last.
struct Lane {
    encoder: Encoder,
    sql: Vec<u8>,
}

impl Lane {
    fn new(pace: &Pace) -> Result<Self> {
        Ok(Self {
            encoder: Encoder::new(pace.codec)?,
            sql: Vec::new(),
        })
    }
}

/// Compresses and appends the frames of one slice while the next is filled.
struct Sink<W: Write> {
    job: Arc<Job<W>>,
    slice: (EntryId, u32),
    idle: Vec<Lane>,
    /// The lanes at work, the first frame's first.
    busy: VecDeque<JoinHandle<Result<Lane>>>,
    /// Says when the last frame is appended.
    before: Option<Receiver<()>>,
    rows: u64,
    item: Item,
}

impl<W: Write + Send + 'static> Sink<W> {
    /// A lane that has nothing to do: waits for the oldest.
    async fn lane(&mut self) -> Result<Lane> {
        if let Some(lane) = self.idle.pop() {
            return Ok(lane);
        }
        let oldest = self.busy.pop_front();
        let oldest = oldest.ok_or_else(|| Error::new(Kind::Internal, "a frame was lost"))?;
        oldest.await.map_err(died)?
    }

    /// All lanes, once every frame is written.
    async fn all(mut self) -> Result<Vec<Lane>> {
        self.settle().await?;
        Ok(self.idle)
    }

    /// Waits until every frame is written.
    async fn settle(&mut self) -> Result<()> {
        while let Some(oldest) = self.busy.pop_front() {
            let mut lane = oldest.await.map_err(died)??;
            if lane.sql.capacity() as u64 > LARGE_BYTES {
                lane.sql = Vec::new();
            }
            self.idle.push(lane);
        }
        Ok(())
    }

    /// Compresses at once, and appends behind the frame before.
    fn begin(&mut self, mut lane: Lane, part: Part) {
        let (done, next) = channel();
        let before = self.before.replace(next);
        let job = Arc::clone(&self.job);
        self.busy.push_back(spawn_blocking(move || {
            let frame = lane.encoder.encode(&lane.sql)?;
            wait_for(before)?;
            lock(&job.out.0).append(&frame, &[part])?;
            tell(&done);
            Ok(lane)
        }));
    }
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

impl<W: Write + Send + 'static> FrameSink for Sink<W> {
    async fn emit(&mut self, sql: Vec<u8>, rows: u64) -> Result<Vec<u8>> {
        let mut lane = self.lane().await?;
        let bytes = sql.len() as u64;
        self.rows += rows;
        self.item.add(bytes, rows);
        let (entry, slice) = self.slice;
        let part = Part {
            entry,
            slice,
            offset: 0,
            length: u32::try_from(sql.len()).unwrap_or(u32::MAX),
            rows,
        };
        let empty = std::mem::replace(&mut lane.sql, sql);
        self.begin(lane, part);
        if bytes > LARGE_BYTES {
            // one of these is enough to have in memory
            self.settle().await?;
        }
        self.job.pace.take(bytes).await;
        Ok(empty)
    }
}

/// A task that panicked or was cancelled.
pub(super) fn died(error: tokio::task::JoinError) -> Error {
    Error::new(Kind::Internal, "a worker ended early").cause(error)
}
