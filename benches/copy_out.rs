//! A canned COPY stream through the session into frames: what the client can do at most. Rows of 16
//! bytes to 64 KiB; numbers in docs/benchmarks.md.
#![expect(clippy::expect_used, reason = "a bench fails by panicking")]

#[path = "../tests/support/canned_pg.rs"]
mod canned_pg;

use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dumpkeep::archive::frame::FrameSink;
use dumpkeep::error::Result;
use dumpkeep::plan::entry::{DataColumn, DataRef, EntryId, Method, Range, Slice, ValueForm};
use dumpkeep::postgres::data;
use dumpkeep::source::FRAME_BYTES;

/// How much is streamed at once, in bytes: beyond the processor's caches.
const STREAM: usize = 64 << 20;

/// Takes frames and gives their buffers back, as the compressor does.
struct Recycle;

impl FrameSink for Recycle {
    async fn emit(&mut self, sql: Vec<u8>, rows: u64) -> Result<Vec<u8>> {
        std::hint::black_box((&sql, rows));
        Ok(sql)
    }
}

fn slice(method: Method) -> Slice {
    let column = |name: &str| DataColumn {
        name: name.into(),
        read: name.into(),
        form: ValueForm::Text,
    };
    Slice {
        entry: EntryId(1),
        data: Arc::new(DataRef {
            table: "public.t".into(),
            into: "public.t".into(),
            columns: vec![column("a"), column("b")],
            filter: None,
            method,
            bytes: 0,
            rows: 0,
            blocks: 0,
            key: 0,
        }),
        range: Range::Whole,
        number: 0,
    }
}

/// Two columns; an escape in every 64 bytes, as text has its line ends.
fn row(number: usize, size: usize) -> Vec<u8> {
    let mut row = format!("{number:07}\t").into_bytes();
    while row.len() < size - 1 {
        match row.len() % 64 {
            62 if row.len() + 2 < size => row.extend_from_slice(b"\\n"),
            at => row.push(b'a' + u8::try_from(at % 26).unwrap_or_default()),
        }
    }
    row.push(b'\n');
    row
}

fn stream(size: usize) -> Arc<[u8]> {
    canned_pg::copy((0..STREAM / size).map(|number| row(number, size))).into()
}

fn bench(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    for (name, method) in [
        ("copy_out", Method::Copy),
        ("copy_out_inserts", Method::Rows),
    ] {
        let slice = slice(method);
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(STREAM as u64));
        for size in [16, 64, 256, 1024, 8 << 10, 64 << 10] {
            let says = stream(size);
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                bencher.iter(|| {
                    let mut session = canned_pg::session(Arc::clone(&says));
                    let mut sink = Recycle;
                    let rows = data::stream(&mut session, &slice, &mut sink, FRAME_BYTES);
                    runtime.block_on(rows).expect("rows")
                });
            });
        }
        group.finish();
    }
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
    targets = bench
}
criterion_main!(benches);
