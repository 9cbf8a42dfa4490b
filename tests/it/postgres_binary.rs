//! Rows that are read in binary are what COPY itself writes as text, byte for byte, on every version and
//! in encodings that are not UTF-8.

use std::sync::Arc;

use bstr::{BStr, ByteSlice as _};
use dumpkeep::plan::entry::{Range, Slice};
use dumpkeep::postgres::source::PgSource;
use dumpkeep::source::{DumpOptions, Snapshot, Source};

use crate::support::frames::{self, Frames, env};
use crate::support::server::Postgres;

/// What COPY writes of it depends on these alone.
const SETTINGS: &str = "SET timezone = 'UTC'; SET datestyle = ISO; SET bytea_output = hex;";

const TABLE: &str = r#"
CREATE TYPE mood AS ENUM ('sad', E'so\\so\t', 'happy');
CREATE TABLE v (i8 int8, i4 int4, i2 int2, o oid, b bool, "T t" text, vc varchar, c char(12), j json, jb jsonb,
  y bytea, n numeric, n2 numeric(30, 7), d date, ts timestamp, tz timestamptz, u uuid, e mood);
INSERT INTO v SELECT ('x' || m)::bit(64)::int8 >> i % 64, ('x' || m)::bit(32)::int4 >> i % 32,
  (('x' || m)::bit(32)::int4 >> 16)::int2, (i + 4294960000)::oid, i % 3 = 0,
  (SELECT string_agg(chr(1 + (i * 7 + k * k) % 127), '') FROM generate_series(1, i % 90) k), m || E'\\' || i, i,
  to_json(m || E'\n\\'), jsonb_build_object('a', m, E'b\t\\', i / 7.0), decode(left(m, i % 16 * 2), 'hex'),
  round(('x' || m)::bit(64)::int8 / 7.0 * (10::numeric ^ (i % 60 - 30)), i % 40), i * 1234567.8901234 - 1e9,
  date '4713-01-01 BC' + i * 1009, timestamp '4713-01-01 BC' + i * interval '997 days 1 hour 0.000101 seconds',
  timestamptz '2000-01-01 00:00:00+00' + (i - 1500) * interval '11 days 59 minutes 59.9991 seconds', m::uuid,
  (enum_range(NULL::mood))[1 + i % 3]
FROM (SELECT i, md5(i::text) AS m FROM generate_series(1, 3000) i) r;
INSERT INTO v DEFAULT VALUES;
INSERT INTO v ("T t") VALUES (''), (E'\\.'), (E'\\N'), (E'\b\t\n\v\f\r\\'), (repeat(E'x\\y\r', 100000)), (repeat('z', 700001));
INSERT INTO v (y) VALUES (''), ('\x00'), (decode(repeat('00ff0d5c', 90001), 'hex'));
INSERT INTO v (jb) SELECT jsonb_agg(i || repeat('"\', 20)) FROM generate_series(1, 5000) i;
INSERT INTO v (n) SELECT unnest(ARRAY[0, -0.0, 0.000, 1, 10000, 99999999, 1e4, 1e8, 123456789012345678901234567890,
  1e-1, 1e-4, 1e-5, 0.00010000, 5000.0005, -1e-20, 'NaN', ('1e' || 100000)::numeric, ('-7e' || -16000)::numeric,
  repeat('9', 5000)::numeric + 0.25]);
INSERT INTO v (d, ts, tz) VALUES ('infinity', '-infinity', 'infinity'), ('-infinity', 'infinity', '-infinity'),
  ('4714-11-24 BC', '4714-11-24 00:00:00 BC', '4714-11-24 00:00:00+00 BC'),
  ('5874897-12-31', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00'),
  ('0001-12-31 BC', '0001-12-31 23:59:59.9 BC', '0001-12-31 23:59:59.00001+00 BC'),
  ('0001-01-01', '1999-12-31 23:59:59.999999', '9999-12-31 23:59:59.5+00'),
  ('10000-01-01', '1970-01-01 00:00:00.000001', '1900-03-01 00:00+00'), ('1900-02-28', '2000-02-29', '2004-02-29 12:00+00');
INSERT INTO v (i8, i4, i2, o) VALUES (-9223372036854775808, -2147483648, -32768, 0),
  (9223372036854775807, 2147483647, 32767, 4294967295), (0, 0, 0, 1), (-1, -10, -100, 10);
DO $$ BEGIN IF current_setting('server_version_num')::int >= 140000 THEN
  INSERT INTO v (n) VALUES ('Infinity'), ('-Infinity'); END IF; END $$;
DO $$ BEGIN IF getdatabaseencoding() <> 'SQL_ASCII' THEN
  INSERT INTO v ("T t", vc, c) SELECT chr(i), chr(i) || E'\\' || chr(i), chr(i) FROM generate_series(128, 255) i; END IF; END $$;
"#;

const COLUMNS: [&str; 18] = [
    "i8", "i4", "i2", "o", "b", "\"T t\"", "vc", "c", "j", "jb", "y", "n", "n2", "d", "ts", "tz",
    "u", "e",
];

/// A slice of `public.v` of which the server says that its rows are `row` bytes long.
fn slice(key: u64, row: u64, range: Range) -> Slice {
    let mut slice = frames::slice("public.v", &COLUMNS, range);
    let data = Arc::make_mut(&mut slice.data);
    (data.bytes, data.rows, data.key) = (row * 10_000, 10_000, key);
    slice
}

/// What COPY writes.
fn reference(server: &Postgres, database: &str, encoding: &str) -> Vec<u8> {
    let mut psql = server.psql(database);
    psql.env("PGCLIENTENCODING", encoding);
    let copy = format!("COPY v ({}) TO STDOUT", COLUMNS.join(", "));
    let done = psql.args(["-c", SETTINGS, "-c", &copy]).output();
    let done = done.expect("psql runs");
    assert!(done.status.success(), "{}", done.stderr.as_bstr());
    done.stdout
}

/// The rows of a slice, and the statement that read them.
async fn read(
    source: &PgSource,
    server: &Postgres,
    database: &str,
    slice: &Slice,
) -> (Vec<u8>, String) {
    let options = DumpOptions {
        frame_bytes: 1 << 20,
        ..DumpOptions::default()
    };
    let opened = source.snapshot(database.as_bytes(), 1, &options).await;
    let mut opened = opened.expect("a snapshot");
    let mut frames = Frames::default();
    let leader = opened.first_mut().expect("a leader");
    leader.stream(slice, &mut frames).await.expect("rows");
    let last = server.sql(
        "postgres",
        "SELECT query FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'idle in transaction'",
    );
    for snapshot in opened {
        snapshot.close().await.expect("closes");
    }
    let head = format!("COPY public.v ({}) FROM stdin;\n", COLUMNS.join(", "));
    let frames = frames.0.iter().map(|(sql, _)| {
        let rows = sql.strip_prefix(head.as_bytes());
        rows.and_then(|rows| rows.strip_suffix(b"\\.\n\n"))
            .expect("a frame of whole statements")
    });
    (frames.collect::<Vec<_>>().concat(), last)
}

fn assert_same(ours: &[u8], theirs: &[u8]) {
    let mut lines = ours.lines().zip(theirs.lines()).enumerate();
    let other = lines.find(|(_, (ours, theirs))| ours != theirs);
    if let Some((number, (ours, theirs))) = other {
        let values = ours.split_str("\t").zip(theirs.split_str("\t"));
        let values = values.filter(|(ours, theirs)| ours != theirs);
        let values: Vec<_> = values.map(|(a, b)| (BStr::new(a), BStr::new(b))).collect();
        assert!(values.is_empty(), "row {number}: {values:?}");
    }
    assert!(ours == theirs, "{} and {} bytes", ours.len(), theirs.len());
}

async fn as_text(version: &str) {
    let server = Postgres::start(version);
    for (database, encoding) in [("u", "UTF8"), ("l", "LATIN1"), ("a", "SQL_ASCII")] {
        server.sql(
            "postgres",
            &format!("CREATE DATABASE {database} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"),
        );
        server.sql(database, TABLE);
        let key = server.sql(database, "SELECT 'v'::regclass::oid");
        let key = key.parse().expect("an oid");
        let source = PgSource::connect(&server.url(database), None, &env(&[])).await;
        let source = source.expect("a source");
        let theirs = reference(&server, database, encoding);
        for (row, form) in [(2000, "binary"), (200, "text")] {
            let whole = slice(key, row, Range::Whole);
            let (ours, statement) = read(&source, &server, database, &whole).await;
            assert_same(&ours, &theirs);
            assert_eq!(
                statement.contains("binary"),
                form == "binary",
                "{statement}"
            );
        }
        let part = slice(key, 2000, Range::Condition("true".into()));
        let (ours, statement) = read(&source, &server, database, &part).await;
        assert_same(&ours, &theirs);
        assert!(
            statement.ends_with(") TO STDOUT (FORMAT binary)"),
            "{statement}"
        );
    }
}

#[tokio::test]
async fn postgres_10_binary_rows() {
    as_text("10").await;
}

#[tokio::test]
async fn postgres_11_binary_rows() {
    as_text("11").await;
}

#[tokio::test]
async fn postgres_12_binary_rows() {
    as_text("12").await;
}

#[tokio::test]
async fn postgres_13_binary_rows() {
    as_text("13").await;
}

#[tokio::test]
async fn postgres_14_binary_rows() {
    as_text("14").await;
}

#[tokio::test]
async fn postgres_15_binary_rows() {
    as_text("15").await;
}

#[tokio::test]
async fn postgres_16_binary_rows() {
    as_text("16").await;
}

#[tokio::test]
async fn postgres_17_binary_rows() {
    as_text("17").await;
}

#[tokio::test]
async fn postgres_18_binary_rows() {
    as_text("18").await;
}
