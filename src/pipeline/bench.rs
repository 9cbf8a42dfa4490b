//! What bounds a dump of one database: the server, this client, the compressor or the disk. Each is
//! measured by itself, for some seconds, with the code that a dump runs.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::{JoinSet, spawn_blocking};

use crate::archive::codec::{Codec, Encoder};
use crate::archive::frame::FrameSink;
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::mysql::source::MysqlSource;
use crate::pipeline::advice::{Bench, Packing, Reading, per_second};
use crate::pipeline::engine::dialect;
use crate::pipeline::stream::died;
use crate::plan::entry::Slice;
use crate::plan::shelf;
use crate::plan::slice::{Cut, SliceRule, by_key, slices};
use crate::postgres::source::PgSource;
use crate::source::{DumpOptions, FRAME_BYTES, Snapshot, Source};
use crate::sql::dialect::Dialect;
use crate::store::fs::{Existing, Partial, failed};

/// The levels that are tried.
const LEVELS: [i32; 6] = [1, 3, 6, 9, 12, 19];

/// How much SQL is kept to be compressed, in bytes.
const SAMPLE_BYTES: usize = 32 << 20;

/// How much is counted at once, in bytes: little, so that a slow link is measured too.
const COUNTED_BYTES: usize = 128 << 10;

/// The most that is written to the disk, in bytes.
const DISK_BYTES: u64 = 512 << 20;

/// What Linux counts processor time in, for programs, on every machine: in a second.
const TICKS: f64 = 100.0;

/// So much goes to the disk before more is written, in bytes: whole pieces.
const SYNCED_BYTES: u64 = 32 << 20;

/// One piece of what is written to the disk, in bytes.
const DISK_PIECE: usize = 4 << 20;

/// What is measured, and for how long.
#[derive(Debug, Clone)]
pub struct BenchJob {
    /// The most connections that are tried.
    pub jobs: usize,
    /// How long each part may take.
    pub time: Duration,
    /// The folder whose disk is measured.
    pub folder: std::path::PathBuf,
}

/// Measures the database that the URL names.
pub async fn bench_url(url: &str, env: &Env, job: &BenchJob) -> Result<Bench> {
    match dialect(url)? {
        Dialect::Postgres => bench(&PgSource::connect(url, None, env).await?, job).await,
        Dialect::Mysql => bench(&MysqlSource::connect(url, env).await?, job).await,
    }
}

async fn bench<S: Source>(source: &S, job: &BenchJob) -> Result<Bench>
where
    S::Snapshot: 'static,
{
    if source.database().is_empty() {
        let what = "the URL names no database";
        return Err(Error::new(Kind::Usage, what).hint("Put its name behind the last slash."));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let sample = Arc::new(Mutex::new(Sample::default()));
    let mut readings = Vec::new();
    let mut total = 0;
    for jobs in steps(job.jobs) {
        let (reading, estimate) = read(source, jobs, job.time, &sample).await?;
        readings.push(reading);
        total = estimate;
    }
    let sql = std::mem::take(&mut lock(&sample).sql);
    let time = job.time / 2;
    let packings = spawn_blocking(move || packings(&sql, time));
    let packings = packings.await.map_err(died)??;
    let (folder, time) = (job.folder.clone(), job.time);
    let disk = spawn_blocking(move || disk(&folder, time))
        .await
        .map_err(died)??;
    Ok(Bench {
        readings,
        packings,
        disk,
        cores,
        total,
    })
}

/// 1, 2, 4 … connections.
fn steps(most: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(1), |jobs| Some(jobs * 2)).take_while(move |jobs| *jobs <= most)
}

/// What was read so far, by all connections.
#[derive(Debug, Default)]
struct Sample {
    bytes: u64,
    rows: u64,
    sql: Vec<Vec<u8>>,
    kept: usize,
}

impl Sample {
    /// Bytes and rows since it was asked last.
    fn take_counts(&mut self) -> (u64, u64) {
        (
            std::mem::take(&mut self.bytes),
            std::mem::take(&mut self.rows),
        )
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts frames, and keeps some.
struct Counter(Arc<Mutex<Sample>>);

impl FrameSink for Counter {
    async fn emit(&mut self, sql: Vec<u8>, rows: u64) -> Result<Vec<u8>> {
        let mut sample = lock(&self.0);
        sample.bytes += sql.len() as u64;
        sample.rows += rows;
        if sample.kept < SAMPLE_BYTES {
            sample.kept += sql.len();
            match sample
                .sql
                .last_mut()
                .filter(|frame| frame.len() < FRAME_BYTES)
            {
                Some(frame) => frame.extend_from_slice(&sql),
                None => sample.sql.push(sql.clone()),
            }
        }
        Ok(sql)
    }
}

async fn read<S: Source>(
    source: &S,
    jobs: usize,
    time: Duration,
    sample: &Arc<Mutex<Sample>>,
) -> Result<(Reading, u64)>
where
    S::Snapshot: 'static,
{
    let options = DumpOptions {
        lenient: true,
        frame_bytes: COUNTED_BYTES,
        ..DumpOptions::default()
    };
    let mut snapshots = source.snapshot(source.database(), jobs, &options).await?;
    let (estimate, queue) = plan(&mut snapshots, jobs).await?;
    lock(sample).take_counts();
    let queue = Arc::new(Mutex::new(queue.into_iter()));
    let (start, client) = (Instant::now(), processor_time());
    let mut workers = JoinSet::new();
    for snapshot in snapshots {
        workers.spawn(work(
            snapshot,
            Arc::clone(&queue),
            Counter(Arc::clone(sample)),
        ));
    }
    // those that still read are dropped with their connections
    let ended = tokio::time::timeout(time, all(&mut workers)).await;
    let seconds = start.elapsed().as_secs_f64();
    let client = processor_time().zip(client).map(|(now, then)| now - then);
    workers.shutdown().await;
    ended.unwrap_or(Ok(()))?;
    let (bytes, rows) = lock(sample).take_counts();
    let reading = Reading {
        jobs,
        bytes,
        rows,
        seconds,
        client,
    };
    Ok((reading, estimate))
}

async fn plan<N: Snapshot>(snapshots: &mut [N], jobs: usize) -> Result<(u64, Vec<Slice>)> {
    let Some(leader) = snapshots.first_mut() else {
        return Ok((0, Vec::new()));
    };
    let entries = leader.entries().await?.entries;
    let cut = Cut {
        workers: jobs,
        rule: SliceRule::Ranges,
        bytes: 0,
    };
    let mut ranges = std::collections::HashMap::new();
    for (id, data, parts) in by_key(&entries, &cut)? {
        ranges.insert(id, leader.ranges(&data, parts).await?);
    }
    let mut reading = shelf::Reading::default();
    let pieces = slices(&entries, &cut, &ranges)?.into_iter();
    let queue = pieces.map(|piece| piece.slice(&entries, &mut reading));
    Ok((entries.all_bytes(), queue.collect::<Result<_>>()?))
}

async fn work<N: Snapshot>(
    mut snapshot: N,
    queue: Arc<Mutex<std::vec::IntoIter<Slice>>>,
    mut counter: Counter,
) -> Result<()> {
    loop {
        let next = lock(&queue).next();
        let Some(slice) = next else { return Ok(()) };
        snapshot.stream(&slice, &mut counter).await?;
    }
}

async fn all(workers: &mut JoinSet<Result<()>>) -> Result<()> {
    while let Some(ended) = workers.join_next().await {
        ended.map_err(died)??;
    }
    Ok(())
}

/// User and system time of this process, in seconds: proc(5), "/proc/pid/stat", fields 14 and 15.
fn processor_time() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: u32 = ticks.filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    Some(f64::from(ticks) / TICKS)
}

fn packings(frames: &[Vec<u8>], time: Duration) -> Result<Vec<Packing>> {
    let mut all = Vec::new();
    let first = frames.iter().find(|frame| !frame.is_empty());
    for level in LEVELS.into_iter().filter(|_| first.is_some()) {
        all.push(packing(frames, level, time)?);
    }
    Ok(all)
}

fn packing(frames: &[Vec<u8>], level: i32, time: Duration) -> Result<Packing> {
    let mut encoder = Encoder::new(Codec::Zstd(level))?;
    let (start, mut raw, mut packed) = (Instant::now(), 0_u64, 0_u64);
    for frame in frames.iter().filter(|frame| !frame.is_empty()) {
        raw += frame.len() as u64;
        packed += encoder.encode(frame)?.bytes.len() as u64;
        if start.elapsed() > time {
            break;
        }
    }
    Ok(Packing {
        level,
        rate: per_second(raw, start.elapsed().as_secs_f64()),
        ratio: raw as f64 / packed.max(1) as f64,
    })
}

/// Writes a file as a backup is written, until it is on the disk, and removes it.
fn disk(folder: &Path, time: Duration) -> Result<f64> {
    let mut file = Partial::create(folder, "dumpkeep-bench", Existing::Refuse)?;
    // what a file system that compresses can't make smaller
    let mut piece = vec![0; DISK_PIECE];
    rand::Rng::fill_bytes(&mut rand::rng(), &mut piece);
    let (start, mut written) = (Instant::now(), 0);
    while written < DISK_BYTES && start.elapsed() < time {
        let done = file.write_all(&piece);
        done.map_err(|cause| failed("write", file.path(), cause))?;
        written += piece.len() as u64;
        // or all would lie in memory when the time is over, and take as long again and more
        if written.is_multiple_of(SYNCED_BYTES) {
            file.sync()?;
        }
    }
    file.sync()?;
    Ok(per_second(written, start.elapsed().as_secs_f64()))
}
