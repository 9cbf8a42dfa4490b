//! Rows: workers take slices from a queue and stream them into frames, which a worker's lanes compress
//! and append while it reads on, from one slice into the next. The frames of a worker are appended in
//! the order in which it filled them.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::JoinSet;

use crate::archive::codec::Encoder;
use crate::archive::frame::FrameSink;
use crate::archive::writer::{Part, Writer};
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::dump::Plan;
use crate::pipeline::lanes::Lanes;
use crate::pipeline::pace::Pace;
use crate::plan::entry::{EntryId, Slice};
use crate::plan::shelf::Reading;
use crate::plan::slice::Piece;
use crate::progress::{Item, Task};
use crate::source::Snapshot;

/// A table of at most so many bytes is asked for together with others.
const SMALL_BYTES: u64 = 64 << 10;

/// So many are asked for at once.
const TOGETHER: usize = 64;

/// An archive that several workers append to.
pub(super) struct Shared<W: Write>(pub(super) Mutex<Writer<W>>);

impl<W: Write + Send + 'static> Shared<W> {
    pub(super) fn new(writer: Writer<W>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(writer)))
    }

    /// Compresses and appends one frame. Takes its time: not for async threads.
    pub(super) fn append(&self, encoder: &mut Encoder, sql: &[u8], parts: &[Part]) -> Result<()> {
        let frame = encoder.encode(sql)?;
        lock(&self.0).append(&frame, parts)?;
        encoder.take_back(frame);
        Ok(())
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

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the workers share.
pub(super) struct Job<W: Write> {
    pub(super) out: Arc<Shared<W>>,
    queue: Mutex<VecDeque<Piece>>,
    pub(super) plan: Arc<Plan>,
    pub(super) pace: Pace,
    task: Task,
}

/// Streams all pieces through these snapshots; gives the snapshots back in their order, for the
/// locks must live until all is written. The first error ends all workers.
pub(super) async fn stream<N, W>(
    snapshots: Vec<N>,
    pieces: Vec<Piece>,
    plan: Arc<Plan>,
    (out, pace, task): (Arc<Shared<W>>, Pace, Task),
) -> Result<Vec<N>>
where
    N: Snapshot + 'static,
    W: Write + Send + 'static,
{
    let planned = pieces.len();
    let job = Arc::new(Job {
        out,
        queue: Mutex::new(pieces.into()),
        plan,
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
    let mut lanes = Lanes::new(Arc::clone(&job))?;
    let mut count = 0;
    let mut taken = Taken::default();
    loop {
        if taken.slices.is_empty() {
            let pieces = take(&mut lock(&job.queue));
            taken.add(pieces, &job.plan)?;
            snapshot.upcoming(taken.slices.make_contiguous()).await?;
        }
        let Some((slice, label)) = taken.next() else {
            break;
        };
        let read = one_slice(&mut snapshot, &slice, &mut lanes, &label).await;
        if lanes.failed {
            // says itself whose frame it was
            read?;
        } else {
            read.while_with(|| format!("reading {label}"))?;
        }
        count += 1;
    }
    lanes.finish().await?;
    Ok((number, snapshot, count))
}

/// What a worker reads next, and what it is called.
#[derive(Default)]
struct Taken {
    slices: VecDeque<Slice>,
    labels: VecDeque<String>,
    reading: Reading,
}

impl Taken {
    fn add(&mut self, pieces: VecDeque<Piece>, plan: &Plan) -> Result<()> {
        for piece in pieces {
            let label = plan.label_at(piece.at(), &mut self.reading)?;
            self.labels.push_back(label);
            let slice = piece.slice(&plan.entries, &mut self.reading)?;
            self.slices.push_back(slice);
        }
        Ok(())
    }

    fn next(&mut self) -> Option<(Slice, String)> {
        self.slices.pop_front().zip(self.labels.pop_front())
    }
}

/// The next piece; where it is a small one, those that follow too, which are asked for together: a
/// round trip takes longer than such a table.
fn take(queue: &mut VecDeque<Piece>) -> VecDeque<Piece> {
    let small = |piece: &Piece| piece.bytes() <= SMALL_BYTES;
    let together = queue.iter().take(TOGETHER).take_while(|piece| small(piece));
    let count = together.count().max(1).min(queue.len());
    queue.drain(..count).collect()
}

async fn one_slice<N, W>(
    snapshot: &mut N,
    slice: &Slice,
    lanes: &mut Lanes<W>,
    label: &str,
) -> Result<()>
where
    N: Snapshot,
    W: Write + Send + 'static,
{
    let mut sink = Sink {
        slice: (slice.entry, slice.number),
        rows: 0,
        item: lanes.job.task.item(label, slice.data.bytes),
        lanes,
    };
    let rows = snapshot.stream(slice, &mut sink).await?;
    if rows != sink.rows {
        let what = format!("{rows} rows were read and {} written", sink.rows);
        return Err(Error::new(Kind::Internal, what));
    }
    Ok(())
}

/// Takes the frames of one slice.
struct Sink<'a, W: Write> {
    lanes: &'a mut Lanes<W>,
    slice: (EntryId, u32),
    rows: u64,
    item: Item,
}

impl<W: Write + Send + 'static> FrameSink for Sink<'_, W> {
    async fn emit(&mut self, sql: Vec<u8>, rows: u64) -> Result<Vec<u8>> {
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
        let taken = self.lanes.take(sql, part).await;
        self.lanes.failed = taken.is_err();
        let empty = taken?;
        self.lanes.job.pace.take(bytes).await;
        Ok(empty)
    }
}

/// A task that panicked or was cancelled.
pub(super) fn died(error: tokio::task::JoinError) -> Error {
    Error::new(Kind::Internal, "a worker ended early").cause(error)
}
