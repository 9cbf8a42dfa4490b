//! Rows: workers take slices from a queue, stream them into frames, compress and append them. A
//! worker holds at most two frames: the one that it fills and the one that is being compressed.

use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::{JoinHandle, JoinSet, spawn_blocking};

use crate::archive::codec::{Codec, Encoder};
use crate::archive::frame::FrameSink;
use crate::archive::writer::{Part, Writer};
use crate::error::{Context as _, Error, Kind, Result};
use crate::plan::entry::{EntryId, Slice};
use crate::progress::{Item, Task};
use crate::source::Snapshot;

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
    codec: Codec,
    task: Task,
}

/// Streams all slices through these snapshots; gives the snapshots back in their order, for the
/// locks must live until all is written. The first error ends all workers.
pub(super) async fn stream<N, W>(
    snapshots: Vec<N>,
    slices: Vec<Slice>,
    labels: HashMap<EntryId, String>,
    (out, codec, task): (Arc<Shared<W>>, Codec, Task),
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
        codec,
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
    let mut encoder = Encoder::new(job.codec)?;
    let mut count = 0;
    loop {
        let next = lock(&job.queue).pop_front();
        let Some(slice) = next else { break };
        let label = job.labels.get(&slice.entry).map_or("rows", String::as_str);
        encoder = one_slice(&mut snapshot, &slice, &job, (encoder, label))
            .await
            .while_with(|| format!("reading {label}"))?;
        count += 1;
    }
    Ok((number, snapshot, count))
}

async fn one_slice<N, W>(
    snapshot: &mut N,
    slice: &Slice,
    job: &Job<W>,
    (encoder, label): (Encoder, &str),
) -> Result<Encoder>
where
    N: Snapshot,
    W: Write + Send + 'static,
{
    let mut sink = Sink {
        out: Arc::clone(&job.out),
        slice: (slice.entry, slice.number),
        idle: Some((encoder, Vec::new())),
        busy: None,
        rows: 0,
        item: job.task.item(label, slice.data.bytes),
    };
    let rows = snapshot.stream(slice, &mut sink).await?;
    let (encoder, _) = sink.idle().await?;
    if rows != sink.rows {
        let what = format!("{rows} rows were read and {} written", sink.rows);
        return Err(Error::new(Kind::Internal, what));
    }
    Ok(encoder)
}

type Idle = (Encoder, Vec<u8>);

/// Compresses and appends the frames of one slice, one behind the other, while the next is filled.
struct Sink<W: Write> {
    out: Arc<Shared<W>>,
    slice: (EntryId, u32),
    idle: Option<Idle>,
    busy: Option<JoinHandle<Result<Idle>>>,
    rows: u64,
    item: Item,
}

impl<W: Write + Send + 'static> Sink<W> {
    /// Waits until the frame before is written.
    async fn idle(&mut self) -> Result<Idle> {
        if let Some(busy) = self.busy.take() {
            return busy.await.map_err(died)?;
        }
        self.idle
            .take()
            .ok_or_else(|| Error::new(Kind::Internal, "a frame was lost"))
    }
}

impl<W: Write + Send + 'static> FrameSink for Sink<W> {
    async fn emit(&mut self, sql: Vec<u8>, rows: u64) -> Result<Vec<u8>> {
        let (mut encoder, empty) = self.idle().await?;
        self.rows += rows;
        self.item.add(sql.len() as u64, rows);
        let (entry, slice) = self.slice;
        let part = Part {
            entry,
            slice,
            offset: 0,
            length: u32::try_from(sql.len()).unwrap_or(u32::MAX),
            rows,
        };
        let out = Arc::clone(&self.out);
        self.busy = Some(spawn_blocking(move || {
            out.append(&mut encoder, &sql, &[part])?;
            Ok((encoder, sql))
        }));
        Ok(empty)
    }
}

/// A task that panicked or was cancelled.
pub(super) fn died(error: tokio::task::JoinError) -> Error {
    Error::new(Kind::Internal, "a worker ended early").cause(error)
}
