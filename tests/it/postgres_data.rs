//! Rows and large objects through frames into another database, by psql: as COPY and as INSERT, in
//! frames so small that every table is cut. And what a hostile server sends.

use std::sync::Arc;

use dumpkeep::error::Kind;
use dumpkeep::plan::entry::{Method, Range, Slice};
use dumpkeep::postgres::data;
use dumpkeep::postgres::source::PgSource;
use dumpkeep::source::{DumpOptions, Snapshot, Source};

use crate::support::canned_pg;
use crate::support::frames::{self, Frames, env};
use crate::support::oracle;
use crate::support::server::{Postgres, feed};

const DEFINITIONS: &str = r#"
CREATE TABLE "odd ""t" (id integer GENERATED ALWAYS AS IDENTITY, "a b" text, c bytea, d float8, e text[], f boolean);
CREATE TABLE nothing ();
CREATE TABLE one (v text);
"#;

/// Everything that COPY escapes, what ends its data, what is empty and what is NULL.
const ROWS: &str = r#"
INSERT INTO "odd ""t" ("a b", c, d, e, f)
  SELECT chr(i) || '\' || chr(i) || 'N', decode(lpad(to_hex(i), 2, '0'), 'hex'), 1.0 / i, ARRAY[chr(i), NULL, ''], i % 2 = 0
  FROM generate_series(1, 255) i;
INSERT INTO "odd ""t" ("a b", d) VALUES (NULL, 'NaN'), ('', '-0'), (E'\\.', '-Infinity'), (E'a\\.\nb', 5e-324), ('''', 0.1);
INSERT INTO nothing SELECT FROM generate_series(1, 300);
INSERT INTO one VALUES (NULL), (''), (E'\\.'), (E'\\N'), ('\\'), (E'\t'), (E'\r\n'), (E'\n'), (' '), (repeat('€', 50000));
SELECT lo_create(1), lo_from_bytea(2, decode(repeat('00ff5c27', 100000), 'hex')), lo_from_bytea(3, 'small'),
  lo_from_bytea(4, decode(repeat('ab', 131072), 'hex')), lo_from_bytea(5, decode(repeat('cd', 262145), 'hex'));
SELECT lo_create(6), lo_put(6, 500000, 'after a hole');
"#;

fn slice(table: &str, columns: &[&str], method: Method, range: Range) -> Slice {
    let mut slice = frames::slice(table, columns, range);
    Arc::make_mut(&mut slice.data).method = method;
    slice
}

async fn round_trip(version: &str, method: Method) {
    let server = Postgres::start(version);
    for database in ["a", "b"] {
        server.create_database(database);
        server.sql(database, DEFINITIONS);
    }
    server.sql("a", ROWS);
    server.sql("b", "SELECT lo_create(i) FROM generate_series(1, 6) i");
    let source = PgSource::connect(&server.url("a"), None, &env(&[])).await;
    let source = source.expect("a source");
    let options = DumpOptions {
        frame_bytes: 300,
        ..DumpOptions::default()
    };
    let opened = source.snapshot(b"a", 2, &options).await;
    let mut opened = opened.expect("a snapshot");
    let odd = ["id", "\"a b\"", "c", "d", "e", "f"];
    let half = |range| slice("public.\"odd \"\"t\"", &odd, method.clone(), range);
    let objects = Method::LargeObjects((1..=6).collect());
    let slices = [
        (half(Range::Blocks(0, Some(2))), None),
        (half(Range::Blocks(2, None)), None),
        (
            slice("public.nothing", &[], method.clone(), Range::Whole),
            Some(300),
        ),
        (
            slice("public.one", &["v"], method.clone(), Range::Whole),
            Some(10),
        ),
        (slice("", &[], objects, Range::Whole), Some(6)),
    ];
    let mut frames = Frames::default();
    for (number, (slice, expected)) in slices.iter().enumerate() {
        let snapshot = opened.get_mut(number % 2).expect("a snapshot");
        let rows = snapshot.stream(slice, &mut frames).await.expect("rows");
        assert!(expected.is_none_or(|expected| expected == rows), "{rows}");
    }
    let script = opened.first().expect("a leader").script().clone();
    for snapshot in opened.into_iter().rev() {
        snapshot.close().await.expect("closes");
    }
    assert!(frames.0.len() > 20, "{} frames", frames.0.len());
    let body = frames
        .0
        .iter()
        .map(|(sql, _)| sql.clone())
        .collect::<Vec<_>>();
    let all = [script.head, body.concat(), script.tail].concat();
    feed(&mut server.psql("b"), &all).expect("psql takes it");
    // Sequences' values and the like are others' work.
    server.sql("b", r#"SELECT setval('"odd ""t_id_seq"', 260)"#);
    oracle::postgres((&server, "a"), (&server, "b")).expect("equal");
}

#[tokio::test]
async fn postgres_10_copies() {
    round_trip("10", Method::Copy).await;
}

#[tokio::test]
async fn postgres_12_copies() {
    round_trip("12", Method::Copy).await;
}

#[tokio::test]
async fn postgres_15_copies() {
    round_trip("15", Method::Copy).await;
}

#[tokio::test]
async fn postgres_18_copies() {
    round_trip("18", Method::Copy).await;
}

#[tokio::test]
async fn postgres_10_inserts() {
    round_trip("10", Method::Rows).await;
}

#[tokio::test]
async fn postgres_18_inserts() {
    round_trip("18", Method::Rows).await;
}

/// A script of an SQL_ASCII database stops in any other.
#[tokio::test]
async fn an_sql_ascii_script_fails_elsewhere() {
    let ascii = Postgres::with("15")
        .initdb(&["--encoding=SQL_ASCII", "--locale=C"])
        .start();
    let source = PgSource::connect(&ascii.url("postgres"), None, &env(&[])).await;
    let source = source.expect("a source");
    let opened = source
        .snapshot(b"postgres", 1, &DumpOptions::default())
        .await;
    let opened = opened.expect("a snapshot");
    let script = opened.first().expect("a leader").script();
    assert_eq!(script.encoding, "SQL_ASCII");
    let script = [script.head.as_slice(), &script.inside].concat();
    ascii.create_database("same");
    feed(&mut ascii.psql("same"), &script).expect("it loads into its own sort");
    let utf8 = Postgres::start("15");
    let refused = feed(&mut utf8.psql("postgres"), &script).expect_err("refused");
    assert!(refused.contains("SQL_ASCII database"), "{refused}");
}

#[tokio::test]
async fn a_table_that_may_not_be_read_is_named() {
    let server = Postgres::start("15");
    server.create_database("shop");
    let sql = "CREATE ROLE reader LOGIN; CREATE TABLE secret (a integer); CREATE TABLE rows (a \
        integer); ALTER TABLE rows ENABLE ROW LEVEL SECURITY; GRANT SELECT ON rows TO reader";
    server.sql("shop", sql);
    let url = server.url("shop").replace("user=postgres", "user=reader");
    let source = PgSource::connect(&url, None, &env(&[]))
        .await
        .expect("a source");
    let refused = source.snapshot(b"shop", 1, &DumpOptions::default()).await;
    let error = refused.err().expect("an error");
    assert_eq!(error.kind(), Kind::Privilege);
    assert!(error.line().contains("secret"), "{}", error.report());
    server.sql("shop", "GRANT SELECT ON secret TO reader");
    let opened = source.snapshot(b"shop", 1, &DumpOptions::default()).await;
    let mut opened = opened.expect("a snapshot");
    // Rows that a policy hides are an error, not a gap.
    let slice = slice("public.rows", &["a"], Method::Copy, Range::Whole);
    let leader = opened.first_mut().expect("a leader");
    let error = leader.stream(&slice, &mut Frames::default()).await;
    let error = error.expect_err("row security");
    assert!(error.report().contains("public.rows"), "{}", error.report());
    assert!(error.report().contains("BYPASSRLS"), "{}", error.report());
}

/// What a server in somebody's hands could send to run SQL, or psql's commands, at the restore.
#[tokio::test]
async fn forged_rows_never_reach_a_frame() {
    let table = slice("public.t", &["a"], Method::Copy, Range::Whole);
    let forged: [&[u8]; 4] = [
        b"\\.\n\\! touch /tmp/x\n",
        b"a\n\\.\n",
        b"a\\.\n",
        b"a\r\\.\r\n",
    ];
    for row in forged {
        let says: Arc<[u8]> = canned_pg::copy([b"1\n".to_vec(), row.to_vec()]).into();
        let mut session = canned_pg::session(says);
        let mut frames = Frames::default();
        let error = data::stream(&mut session, &table, &mut frames, 1 << 20).await;
        assert_eq!(error.expect_err("refused").kind(), Kind::Hostile);
        assert!(frames.0.is_empty());
    }
}

/// A stream cut anywhere is an error, never fewer rows.
#[tokio::test]
async fn a_stream_cut_anywhere_is_an_error() {
    let table = slice("public.t", &["a"], Method::Copy, Range::Whole);
    let says = canned_pg::copy([b"1\n".to_vec(), b"2\n".to_vec()]);
    for end in 0..says.len() {
        let cut: Arc<[u8]> = says.get(..end).expect("a part").into();
        let mut session = canned_pg::session(cut);
        let read = data::stream(&mut session, &table, &mut Frames::default(), 1).await;
        assert!(read.is_err(), "cut at {end}");
    }
    let mut session = canned_pg::session(says.into());
    let read = data::stream(&mut session, &table, &mut Frames::default(), 1).await;
    assert_eq!(read.expect("whole"), 2);
}
