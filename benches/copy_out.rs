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

/// `bytes` is what the server says of the table's size, with one row: 0 is read as text.
fn slice(method: Method, bytes: u64) -> Slice {
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
            bytes,
            rows: u64::from(bytes > 0),
            blocks: 0,
            key: bytes,
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

/// What the server says of the columns, and the same rows in binary: a number, and text or binaries.
fn binary(size: usize, type_oid: &[u8]) -> Arc<[u8]> {
    let field = |name: &[u8]| [name, &[0; 19]].concat();
    let described = [&[0, 2][..], &field(b"name"), &field(b"type")].concat();
    let value = |value: &[u8]| {
        let length = i32::try_from(value.len()).unwrap_or(i32::MAX);
        [&length.to_be_bytes(), value].concat()
    };
    let told = |name: &[u8], type_oid: &[u8]| {
        canned_pg::message(
            b'D',
            &[&[0, 2][..], &value(name), &value(type_oid)].concat(),
        )
    };
    let rows = (0..STREAM / size).map(|number| {
        let begin: &[u8] = match number {
            0 => b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0",
            _ => b"",
        };
        let number = i32::try_from(number).unwrap_or(i32::MAX).to_be_bytes();
        let text = row(0, size).split_off(8);
        [begin, &[0, 2], &value(&number), &value(&text)].concat()
    });
    let end = [b"\xff\xff".to_vec()];
    let count = format!("COPY {}\0", STREAM / size);
    [
        canned_pg::message(b'T', &described),
        told(b"a", b"23"),
        told(b"b", type_oid),
        canned_pg::message(b'C', b"SELECT 2\0"),
        canned_pg::message(b'Z', b"I"),
        canned_pg::message(b'H', b"\x01\0\x02\0\x01\0\x01"),
        rows.chain(end)
            .flat_map(|row| canned_pg::message(b'd', &row))
            .collect(),
        canned_pg::message(b'c', b""),
        canned_pg::message(b'C', count.as_bytes()),
        canned_pg::message(b'Z', b"I"),
    ]
    .concat()
    .into()
}

fn bench(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    for (name, method, type_oid) in [
        ("copy_out", Method::Copy, None),
        ("copy_out_binary_text", Method::Copy, Some(b"25")),
        ("copy_out_binary_bytea", Method::Copy, Some(b"17")),
        ("copy_out_inserts", Method::Rows, None),
    ] {
        let slice = slice(method, if type_oid.is_some() { 1 << 30 } else { 0 });
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(STREAM as u64));
        for size in [16, 64, 256, 1024, 8 << 10, 64 << 10] {
            let says = match type_oid {
                Some(type_oid) => binary(size, type_oid),
                None => stream(size),
            };
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
