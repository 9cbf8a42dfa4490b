//! Ordering entries, cutting scripts, judging server text. See docs/benchmarks.md.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dumpkeep::plan::entries::Entries;
use dumpkeep::plan::entry::{Body, Entry, EntryId, Identity, Section};
use dumpkeep::plan::order::order;
use dumpkeep::sql::dialect::Dialect;
use dumpkeep::sql::lex::check_statement;
use dumpkeep::sql::split::Splitter;

/// Tables with two indexes and a comment each, some views on top, in a shuffled order.
fn entries(count: u32) -> Vec<Entry> {
    let entry = |id: u32| {
        let table = id / 5 * 5;
        let (kind, rank, section, needs) = match id % 5 {
            0 => ("table", 20, Section::PreData, vec![]),
            1 | 2 => ("index", 10, Section::PostData, vec![table]),
            3 => ("view", 30, Section::PreData, vec![table, table / 2 / 5 * 5]),
            _ => ("comment", 40, Section::PostData, vec![table]),
        };
        Entry {
            id: EntryId(id),
            kind,
            section,
            rank,
            identity: Identity {
                schema: Some("public".into()),
                name: format!("object_{}", id.wrapping_mul(0x9E37_79B1)).into(),
                ..Identity::default()
            },
            needs: needs.into_iter().map(EntryId).collect(),
            body: Body::Statements(Vec::new()),
            drop: Vec::new(),
        }
    };
    let mut entries: Vec<Entry> = (0..count).map(entry).collect();
    entries.sort_by_key(|entry| entry.id.0.wrapping_mul(0x85EB_CA6B));
    entries
}

fn ordering(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("order");
    group.sample_size(20);
    for count in [1_000, 10_000, 100_000] {
        let entries = entries(count);
        group.throughput(Throughput::Elements(count.into()));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            let order = |entries| Entries::pack(entries).and_then(order);
            bencher.iter_batched(|| entries.clone(), order, BatchSize::LargeInput);
        });
    }
}

fn copy_script() -> Vec<u8> {
    let mut script = b"COPY public.t (a, b, c) FROM stdin;\n".to_vec();
    for row in 0..100_000 {
        script.extend(format!("{row}\tname of row {row}\t\\N\n").into_bytes());
    }
    script.extend_from_slice(b"\\.\n");
    script
}

fn insert_script() -> Vec<u8> {
    let mut script = Vec::new();
    for statement in 0..100 {
        script.extend_from_slice(b"INSERT INTO `t` VALUES ");
        for row in 0..1000 {
            let row = format!("({statement}{row},'it\\'s row {row}',NULL,1.5e0),");
            script.extend(row.into_bytes());
        }
        script.extend_from_slice(b"(0,'',NULL,0e0);\n");
    }
    script
}

fn definitions_script() -> Vec<u8> {
    let mut script = Vec::new();
    for table in 0..10_000 {
        let statement = format!(
            "--\n-- Name: t{table}\n--\n\nCREATE TABLE public.t{table} (\n    id integer DEFAULT \
             nextval('public.s{table}'::regclass) NOT NULL,\n    \"Name\" text\n);\n\n"
        );
        script.extend(statement.into_bytes());
    }
    script
}

fn splitting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("split");
    group.sample_size(20);
    for (name, dialect, script) in [
        ("copy", Dialect::Postgres, copy_script()),
        ("insert", Dialect::Mysql, insert_script()),
        ("definitions", Dialect::Postgres, definitions_script()),
    ] {
        group.throughput(Throughput::Bytes(script.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| split(dialect, &script)));
    }
}

fn split(dialect: Dialect, script: &[u8]) -> usize {
    let mut splitter = Splitter::new(dialect);
    let mut items = 0;
    for piece in script.chunks(256 << 10) {
        splitter.push(piece);
        while let Ok(Some(item)) = splitter.next() {
            black_box(item);
            items += 1;
        }
    }
    items
}

fn judging(criterion: &mut Criterion) {
    let view = format!(
        "CREATE VIEW v AS  SELECT {} FROM public.t",
        vec!["t.\"Column\" + 1 AS column_name"; 50].join(",\n    ")
    );
    let mut group = criterion.benchmark_group("check_statement");
    group.throughput(Throughput::Bytes(view.len() as u64));
    group.bench_function("view", |bencher| {
        bencher.iter(|| check_statement(Dialect::Postgres, black_box(view.as_bytes())));
    });
}

criterion_group!(benches, ordering, splitting, judging);
criterion_main!(benches);
