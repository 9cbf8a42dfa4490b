//! Frames compressed and appended by one to four threads at several levels, and one table's rows
//! found and read among a hundred thousand entries. Bytes per second of SQL. See docs/benchmarks.md.

use std::hint::black_box;
use std::io::{self, Cursor, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::DateTime;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dumpkeep::archive::codec::{Codec, Encoder};
use dumpkeep::archive::reader::Reader;
use dumpkeep::archive::toc::{ArchiveKind, FORMAT, Head, Text, TocEntry};
use dumpkeep::archive::writer::{Part, Writer};
use dumpkeep::error::Result;
use dumpkeep::plan::entry::{EntryId, Section};
use dumpkeep::source::{FRAME_BYTES, ServerInfo};
use dumpkeep::sql::dialect::Dialect;

const FRAMES: usize = 8;
const ENTRIES: u32 = 100_000;

/// Rows as COPY prints them: numbers, words, a time; the same for every run.
fn rows(bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + 128);
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    while out.len() < bytes {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let (id, pick) = (out.len() / 90, seed % 97);
        let line = format!(
            "{id}\t{seed:x}\tcustomer number {pick}\t{}.{:02}\t2026-11-{:02} 10:00:00\n",
            seed % 10_000,
            seed % 100,
            seed % 28 + 1
        );
        out.extend_from_slice(line.as_bytes());
    }
    out
}

struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The frames of one dump, by so many workers.
fn pack(frame: &[u8], codec: Codec, threads: usize) {
    let writer = Mutex::new(Writer::new(Nowhere, codec));
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| -> Result<()> {
                let mut encoder = Encoder::new(codec)?;
                while next.fetch_add(1, Ordering::Relaxed) < FRAMES {
                    let encoded = encoder.encode(frame)?;
                    if let Ok(mut writer) = writer.lock() {
                        writer.append(&encoded, &[])?;
                    }
                }
                Ok(())
            });
        }
    });
    black_box(writer);
}

fn packing(c: &mut Criterion) {
    let frame = rows(FRAME_BYTES);
    let mut group = c.benchmark_group("pack");
    group.throughput(Throughput::Bytes((frame.len() * FRAMES) as u64));
    for codec in ["zstd:1", "zstd:3", "zstd:9", "gzip:6", "none"] {
        let Ok(parsed) = codec.parse::<Codec>() else {
            continue;
        };
        for threads in [1, 2, 4] {
            let id = BenchmarkId::new(codec, threads);
            group.bench_function(id, |b| b.iter(|| pack(&frame, parsed, threads)));
        }
    }
    group.finish();
}

fn head() -> Head {
    Head {
        format: FORMAT,
        tool: String::new(),
        kind: ArchiveKind::Database,
        dialect: Dialect::Postgres,
        server: ServerInfo::default(),
        database: Text::default(),
        encoding: "UTF8".into(),
        position: None,
        started: DateTime::UNIX_EPOCH,
        ended: DateTime::UNIX_EPOCH,
        codec: "zstd:3".into(),
        switches: Vec::new(),
        warnings: Vec::new(),
    }
}

fn entry(id: u32) -> TocEntry {
    TocEntry {
        id: EntryId(id),
        kind: "table_data".into(),
        section: Section::Data,
        schema: Some(Text("public".into())),
        name: Text(format!("table_{id}").into()),
        detail: Text::default(),
        owner: Some(Text("postgres".into())),
        needs: Vec::new(),
        pieces: Vec::new(),
        rows: Some(0),
        in_turn: false,
        bytes: 0,
        sum: None,
        digest: None,
        sql: Vec::new(),
        drop: Vec::new(),
    }
}

/// An archive of many small tables, each with a frame of its own.
fn many() -> Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new(), Codec::Zstd(1));
    let mut encoder = Encoder::new(Codec::Zstd(1))?;
    let frame = encoder.encode(&rows(1000))?;
    for id in 0..ENTRIES {
        let part = Part {
            entry: EntryId(id),
            slice: 0,
            offset: 0,
            length: frame.raw,
            rows: 11,
        };
        writer.append(&frame, &[part])?;
    }
    let (file, _) = writer.finish(head(), (0..ENTRIES).map(entry).map(Ok), |_| Ok(()))?;
    Ok(file)
}

fn seeking(c: &mut Criterion) {
    let Ok(file) = many() else { return };
    let mut group = c.benchmark_group("seek");
    group.bench_function("open among 100k entries", |b| {
        b.iter(|| Reader::open(Cursor::new(&file)).map(|reader| reader.length()));
    });
    if let Ok(mut reader) = Reader::open(Cursor::new(&file)) {
        let (mut number, mut sql) = (0, Vec::new());
        group.bench_function("one frame among 100k", |b| {
            b.iter(|| {
                number = (number + 54_321) % ENTRIES;
                reader.frame(number, &mut sql)
            });
        });
    }
    group.finish();
}

/// Short: each bench is to end within a minute or two, and medians of ten are steady enough.
fn quick() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
}

criterion_group! {
    name = benches;
    config = quick();
    targets = packing, seeking
}
criterion_main!(benches);
