//! A row in the text protocol to a row of an INSERT, by the production encoder: integers, text,
//! blobs, NULLs. Bytes per second of what the server sends. See docs/benchmarks.md.
#![expect(clippy::expect_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dumpkeep::mysql::insert::RowEncoder;
use dumpkeep::mysql::wire::reply::Reader;
use dumpkeep::plan::entry::{DataColumn, DataRef, Method, ValueForm};
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};

/// About this many bytes of rows in each round.
const VOLUME: usize = 4 << 20;

fn columns(forms: &[ValueForm]) -> DataRef {
    let columns = forms.iter().map(|form| DataColumn {
        name: "`c`".into(),
        read: "`c`".into(),
        form: *form,
    });
    DataRef {
        table: "`t`".into(),
        into: "`t`".into(),
        columns: columns.collect(),
        filter: None,
        method: Method::Rows,
        bytes: 0,
        rows: 0,
        blocks: 0,
        key: 0,
    }
}

/// A value with its length before it, as the text protocol has it.
fn push(row: &mut Vec<u8>, value: &[u8]) {
    match u8::try_from(value.len()) {
        Ok(short) if short < 251 => row.push(short),
        _ => {
            row.push(0xfd);
            let length = u32::try_from(value.len()).expect("a short value");
            row.extend_from_slice(&length.to_le_bytes()[..3]);
        }
    }
    row.extend_from_slice(value);
}

/// Rows of about `VOLUME` bytes, each made by `fill`.
fn rows(mut fill: impl FnMut(&mut StdRng, &mut Vec<u8>)) -> Vec<Vec<u8>> {
    let mut random = StdRng::seed_from_u64(2026);
    let mut rows = Vec::new();
    let mut total = 0;
    while total < VOLUME {
        let mut row = Vec::new();
        fill(&mut random, &mut row);
        total += row.len();
        rows.push(row);
    }
    rows
}

fn run(c: &mut Criterion, name: &str, forms: &[ValueForm], rows: &[Vec<u8>]) {
    let encoder = RowEncoder::new(&columns(forms), &[]);
    let total: usize = rows.iter().map(Vec::len).sum();
    let mut group = c.benchmark_group("insert_encode");
    group.throughput(Throughput::Bytes(total as u64));
    let mut out = Vec::with_capacity(4 * VOLUME);
    group.bench_function(BenchmarkId::from_parameter(name), |b| {
        b.iter(|| {
            out.clear();
            for row in rows {
                encoder.row(Reader(row), &mut out).expect("a row");
            }
            black_box(out.len())
        });
    });
    group.finish();
}

fn integers(c: &mut Criterion) {
    let rows = rows(|random, row| {
        for _ in 0..8 {
            push(row, random.random::<i32>().to_string().as_bytes());
        }
    });
    run(c, "integers", &[ValueForm::Number; 8], &rows);
}

fn text(c: &mut Criterion) {
    let words = [
        "the quick brown fox ",
        "it's ",
        "jumps over ",
        "a line\n",
        "größer ",
    ];
    let rows = rows(|random, row| {
        for _ in 0..3 {
            let count = random.random_range(2..10);
            let value: String = (0..count)
                .map(|_| words[random.random_range(0..words.len())])
                .collect();
            push(row, value.as_bytes());
        }
    });
    run(c, "text", &[ValueForm::Text; 3], &rows);
}

fn blobs(c: &mut Criterion) {
    for size in [16, 4096] {
        let rows = rows(|random, row| {
            let mut value = vec![0; size];
            random.fill_bytes(&mut value);
            push(row, &value);
        });
        run(
            c,
            &format!("blobs of {size} bytes"),
            &[ValueForm::Binary],
            &rows,
        );
    }
}

fn nulls(c: &mut Criterion) {
    let rows = rows(|random, row| {
        for _ in 0..16 {
            if random.random_bool(0.9) {
                row.push(0xfb);
            } else {
                push(row, b"1");
            }
        }
    });
    run(c, "nulls", &[ValueForm::Number; 16], &rows);
}

fn floats(c: &mut Criterion) {
    let rows = rows(|random, row| {
        for _ in 0..4 {
            push(row, random.random::<f64>().to_string().as_bytes());
        }
    });
    run(c, "floats", &[ValueForm::Float; 4], &rows);
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
    targets = integers, text, blobs, nulls, floats
}
criterion_main!(benches);
