//! What a snapshot alone does not protect: tables that are truncated, rewritten, dropped or swapped
//! while they are dumped. The dump is whole, or it is an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dumpkeep::error::{Kind, Result};
use dumpkeep::plan::entry::{Range, Slice};
use dumpkeep::postgres::snapshot::PgSnapshot;
use dumpkeep::postgres::source::PgSource;
use dumpkeep::source::{DumpOptions, Snapshot, Source};
use tokio_postgres::{Client, NoTls};

use crate::support::frames::{Frames, env, slice};
use crate::support::server::Postgres;

const WORKERS: usize = 4;

async fn client(server: &Postgres, database: &str) -> Client {
    let config = format!(
        "host={} port={} user=postgres dbname={database}",
        server.socket_folder().display(),
        server.port()
    );
    let (client, connection) = tokio_postgres::connect(&config, NoTls)
        .await
        .expect("a client connects");
    tokio::spawn(connection);
    client
}

async fn source(server: &Postgres) -> PgSource {
    let url = server.url("postgres");
    PgSource::connect(&url, None, &env(&[]))
        .await
        .expect("a source connects")
}

/// Each worker reads its share of the slices; gives all rows.
async fn read(snapshots: Vec<PgSnapshot>, slices: &[Slice]) -> Result<Vec<String>> {
    read_as(snapshots, slices, false).await
}

/// The same; `together`: each worker asks for all of its slices before it reads the first.
async fn read_as(
    snapshots: Vec<PgSnapshot>,
    slices: &[Slice],
    together: bool,
) -> Result<Vec<String>> {
    let mut tasks = Vec::new();
    let count = snapshots.len();
    for (number, mut snapshot) in snapshots.into_iter().enumerate() {
        let own: Vec<_> = slices.iter().skip(number).step_by(count).cloned().collect();
        tasks.push(tokio::spawn(async move {
            let mut frames = Frames::default();
            if together {
                snapshot.upcoming(&own).await?;
            }
            for slice in &own {
                let rows = snapshot.stream(slice, &mut frames).await?;
                assert!(rows <= frames.rows().len() as u64);
            }
            Ok((snapshot, frames.rows()))
        }));
    }
    let mut all = Vec::new();
    let mut open = Vec::new();
    let mut failed = None;
    for task in tasks {
        match task.await.expect("a worker ends") {
            Ok((snapshot, rows)) => {
                open.push(snapshot);
                all.extend(rows);
            }
            Err(error) => failed = Some(error),
        }
    }
    for snapshot in open.into_iter().rev() {
        snapshot.close().await?;
    }
    failed.map_or(Ok(all), Err)
}

fn options(lock_timeout_ms: Option<u64>) -> DumpOptions {
    DumpOptions {
        lock_timeout_ms,
        frame_bytes: 4096,
        ..DumpOptions::default()
    }
}

/// 2,000 rows in some 50 blocks, read in 8 slices of blocks.
const FILL: &str = "\
CREATE TABLE t (id integer, body text); \
INSERT INTO t SELECT i, repeat('x', 150) FROM generate_series(1, 2000) i; \
CREATE INDEX t_id ON t (id); \
CREATE TABLE other (id integer)";

fn slices() -> Vec<Slice> {
    let block = |n: u64| Range::Blocks(n * 6, (n < 7).then_some(n * 6 + 6));
    (0..8)
        .map(|n| slice("public.t", &["id", "body"], block(n)))
        .collect()
}

fn is_whole(rows: &[String]) -> bool {
    let mut ids: Vec<u32> = rows
        .iter()
        .filter_map(|row| row.split('\t').next()?.parse().ok())
        .collect();
    ids.sort_unstable();
    ids == (1..=2000).collect::<Vec<_>>()
}

/// Each leaves 2,000 rows when it commits.
const DISTURBANCES: &[(&str, &str)] = &[
    (
        "truncate",
        "BEGIN; TRUNCATE t; INSERT INTO t SELECT i, repeat('y', 150) FROM generate_series(1, 2000) \
         i; COMMIT",
    ),
    (
        "rewrite",
        "ALTER TABLE t ALTER id TYPE bigint; ALTER TABLE t ALTER id TYPE integer",
    ),
    (
        "cluster",
        "UPDATE t SET body = body WHERE id % 7 = 0; CLUSTER t USING t_id",
    ),
    (
        "drop",
        "BEGIN; DROP TABLE t; CREATE TABLE t (id integer, body text); INSERT INTO t SELECT i, \
         repeat('z', 150) FROM generate_series(1, 2000) i; CREATE INDEX t_id ON t (id); COMMIT",
    ),
    (
        "swap",
        "CREATE TABLE t_new (LIKE t INCLUDING ALL); INSERT INTO t_new SELECT * FROM t; BEGIN; \
         ALTER TABLE t RENAME TO t_old; ALTER TABLE t_new RENAME TO t; COMMIT; DROP TABLE t_old; \
         ALTER INDEX IF EXISTS t_new_id_idx RENAME TO t_id",
    ),
];

/// Dumps over and over while another session does the same thing over and over.
async fn disturbed(version: &str) {
    let server = Postgres::start(version);
    for (name, sql) in DISTURBANCES {
        server.create_database(name);
        server.sql(name, FILL);
        let stop = Arc::new(AtomicBool::new(false));
        let done = Arc::new(AtomicU64::new(0));
        let other = client(&server, name).await;
        let task = tokio::spawn({
            let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
            async move {
                while !stop.load(Ordering::Relaxed) {
                    if other.batch_execute(sql).await.is_ok() {
                        done.fetch_add(1, Ordering::Relaxed);
                    } else {
                        let _ = other.batch_execute("ROLLBACK").await;
                    }
                }
            }
        });
        let (whole, refused) = dumps(&server, Duration::from_millis(1200), name).await;
        stop.store(true, Ordering::Relaxed);
        task.await.expect("the other session ends");
        let done = done.load(Ordering::Relaxed);
        assert!(
            whole > 0 && done > 2,
            "{name}: {whole} whole, {refused} refused, {done} changes"
        );
    }
}

async fn dumps(server: &Postgres, time: Duration, name: &str) -> (u32, u32) {
    let source = source(server).await;
    let end = Instant::now() + time;
    let (mut whole, mut refused) = (0, 0);
    while Instant::now() < end {
        let read = match source
            .snapshot(name.as_bytes(), WORKERS, &options(None))
            .await
        {
            Ok(snapshots) => read(snapshots, &slices()).await,
            Err(error) => Err(error),
        };
        match read {
            Ok(rows) => {
                assert!(is_whole(&rows), "{name}: {} rows", rows.len());
                whole += 1;
            }
            Err(error) => {
                assert_eq!(error.kind(), Kind::Changed, "{name}: {}", error.report());
                refused += 1;
            }
        }
    }
    (whole, refused)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_12_disturbed_dumps_are_whole_or_refused() {
    disturbed("12").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_15_disturbed_dumps_are_whole_or_refused() {
    disturbed("15").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_18_disturbed_dumps_are_whole_or_refused() {
    disturbed("18").await;
}

fn shop(version: &str) -> Postgres {
    let server = Postgres::start(version);
    server.create_database("shop");
    server.sql("shop", FILL);
    server
}

const DEFINITIONS: &str = "\
CREATE TABLE t (a integer, b integer); CREATE VIEW v AS SELECT a FROM t; \
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; \
CREATE TYPE pair AS (x integer, y integer); CREATE TYPE mood AS ENUM ('sad'); \
CREATE DOMAIN small AS integer CHECK (VALUE < 10); CREATE SCHEMA s; \
CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX i ON t (a)";

/// Views, routines, types and names can't be locked: what changed after the snapshot is found.
async fn redefined(version: &str) {
    let server = Postgres::start(version);
    let source = source(&server).await;
    for (at, (change, found)) in [
        ("CREATE OR REPLACE VIEW v AS SELECT a, b FROM t", Some("v ")),
        ("ALTER TABLE v RENAME COLUMN a TO z", Some("v ")),
        ("DROP VIEW v", Some("")),
        (
            "CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
            Some("f "),
        ),
        ("ALTER TYPE pair RENAME ATTRIBUTE x TO z", Some("pair ")),
        ("ALTER TYPE mood RENAME TO moods", Some("mood ")),
        (
            "ALTER DOMAIN small ADD CONSTRAINT more CHECK (VALUE > 0)",
            None,
        ),
        (
            "ALTER DOMAIN small RENAME CONSTRAINT small_check TO other",
            Some("small_check "),
        ),
        ("ALTER SCHEMA s RENAME TO r", Some("s ")),
        ("ALTER INDEX i RENAME TO j", Some("i ")),
        ("REFRESH MATERIALIZED VIEW m", None),
        (
            "CREATE VIEW w AS SELECT 1 AS a; CREATE TEMPORARY VIEW x AS SELECT 1 AS a",
            None,
        ),
        ("ANALYZE", None),
    ]
    .into_iter()
    .enumerate()
    {
        let database = format!("d{at}");
        server.create_database(&database);
        server.sql(&database, DEFINITIONS);
        let snapshots = source
            .snapshot(database.as_bytes(), 1, &options(None))
            .await;
        let mut leader = snapshots.expect("a snapshot").remove(0);
        server.sql(&database, change);
        let read = leader.entries().await.map(drop);
        match (read, found) {
            (Ok(()), None) => {}
            (Err(error), Some(name)) => {
                assert_eq!(error.kind(), Kind::Changed, "{change}: {}", error.report());
                assert!(error.line().starts_with(name), "{change}: {}", error.line());
            }
            (read, _) => panic!("{version}, {change}: {read:?}"),
        }
    }
}

#[tokio::test]
async fn postgres_12_definitions_that_changed_are_found() {
    redefined("12").await;
}

#[tokio::test]
async fn postgres_18_definitions_that_changed_are_found() {
    redefined("18").await;
}

/// Who may have one connection only is told that nothing was compared.
#[tokio::test]
async fn a_single_connection_is_enough_for_definitions() {
    let server = Postgres::start("15");
    server.sql(
        "postgres",
        "CREATE ROLE one LOGIN CONNECTION LIMIT 1; CREATE DATABASE own OWNER one",
    );
    let url = server.url("own").replace("user=postgres", "user=one");
    let source = PgSource::connect(&url, None, &env(&[])).await;
    let source = source.expect("a source connects");
    // The server counts a connection until its process has ended.
    server.sql(
        "postgres",
        "DO $$BEGIN FOR i IN 1..400 LOOP \
         EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'one'); \
         PERFORM pg_sleep(0.05), pg_stat_clear_snapshot(); END LOOP; END$$",
    );
    let snapshots = source.snapshot(b"own", 1, &options(None)).await;
    let mut leader = snapshots.expect("a snapshot").remove(0);
    let catalog = leader.entries().await.expect("the definitions");
    let told = catalog
        .warnings
        .iter()
        .any(|w| w.message.contains("not compared again"));
    assert!(told, "{:?}", catalog.warnings);
}

/// What all this is for: a snapshot without locks reads an emptied table, without an error.
#[tokio::test]
async fn a_snapshot_alone_reads_nothing_after_truncate() {
    let server = shop("15");
    let reader = client(&server, "shop").await;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM other";
    reader.batch_execute(begin).await.expect("a snapshot");
    server.sql("shop", "TRUNCATE t");
    let row = reader.query_one("SELECT count(*) FROM t", &[]).await;
    assert_eq!(row.expect("no error").get::<_, i64>(0), 0);
}

/// Somebody who waits for the table keeps workers from locking it; the leader reads for them.
#[tokio::test]
async fn a_change_waits_for_the_dump_and_the_dump_does_not_wait_for_it() {
    let server = shop("15");
    let source = source(&server).await;
    let snapshots = source.snapshot(b"shop", WORKERS, &options(None)).await;
    let snapshots = snapshots.expect("a snapshot");
    let other = client(&server, "shop").await;
    let change = tokio::spawn(async move { other.batch_execute("TRUNCATE t").await });
    wait_for_waiting(&server).await;
    let rows = read(snapshots, &slices()).await.expect("whole");
    assert!(is_whole(&rows));
    change.await.expect("ends").expect("the change goes on");
    assert_eq!(server.sql("shop", "SELECT count(*) FROM t").trim(), "0");
}

/// The same for definitions: they are read over two connections, of which one holds no locks.
#[tokio::test]
async fn definitions_are_read_while_a_change_waits() {
    let server = shop("18");
    server.sql(
        "shop",
        "CREATE TABLE many (a int DEFAULT 1 + 1, b int GENERATED ALWAYS AS (a + 1) STORED, \
         CHECK (a < 10), PRIMARY KEY (a)); CREATE INDEX ON many ((a + b)) WHERE b > 0; \
         CREATE VIEW seen AS SELECT a FROM many",
    );
    let source = source(&server).await;
    for _ in 0..5 {
        let snapshots = source.snapshot(b"shop", 1, &options(None)).await;
        let mut leader = snapshots.expect("a snapshot").remove(0);
        let other = client(&server, "shop").await;
        let change =
            tokio::spawn(async move { other.batch_execute("TRUNCATE many, t, other").await });
        wait_for_waiting(&server).await;
        let read = tokio::time::timeout(Duration::from_secs(60), leader.entries()).await;
        let catalog = read.expect("nobody waits for ever").expect("definitions");
        let entries = catalog.entries;
        let has = |kind| (0..entries.len()).any(|at| entries.kind(at) == kind);
        assert!(["table", "index", "constraint", "view"].map(has) == [true; 4]);
        leader.close().await.expect("the leader lived");
        change.await.expect("ends").expect("the change goes on");
    }
}

/// What is asked for together comes in order, from workers that lock the tables themselves and from
/// those that are kept out, which take turns at the leader.
#[tokio::test]
async fn what_is_asked_for_together_is_whole() {
    let server = shop("15");
    let source = source(&server).await;
    for kept_out in [false, true] {
        let snapshots = source.snapshot(b"shop", WORKERS, &options(None)).await;
        let snapshots = snapshots.expect("a snapshot");
        let other = client(&server, "shop").await;
        let change =
            kept_out.then(|| tokio::spawn(async move { other.batch_execute("TRUNCATE t").await }));
        if kept_out {
            wait_for_waiting(&server).await;
        }
        let rows = read_as(snapshots, &slices(), true).await.expect("whole");
        assert!(is_whole(&rows), "{kept_out}");
        if let Some(change) = change {
            change.await.expect("ends").expect("the change goes on");
        }
    }
}

#[tokio::test]
async fn another_order_than_was_asked_for_is_an_error() {
    let server = shop("15");
    let source = source(&server).await;
    let snapshots = source.snapshot(b"shop", 1, &options(None)).await;
    let mut leader = snapshots.expect("a snapshot").pop().expect("a leader");
    let slices = slices();
    leader.upcoming(&slices).await.expect("asked");
    let read = leader.stream(&slices[1], &mut Frames::default()).await;
    assert_eq!(
        read.expect_err("the first comes first").kind(),
        Kind::Internal
    );
}

async fn wait_for_waiting(server: &Postgres) {
    let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    for _ in 0..100 {
        if server.sql("shop", sql).trim() != "0" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody waits for a lock");
}

#[tokio::test]
async fn a_lock_is_waited_for_as_long_as_was_said() {
    let server = shop("15");
    let source = source(&server).await;
    let other = client(&server, "shop").await;
    let hold = "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(hold).await.expect("a lock");
    let start = Instant::now();
    let refused = source.snapshot(b"shop", 2, &options(Some(300))).await;
    let error = refused.err().expect("an error");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(error.server_code(), Some("55P03"));
    assert!(error.line().contains("public.t"), "{}", error.report());
    assert!(
        error.report().contains("--lock-timeout"),
        "{}",
        error.report()
    );
}

/// The change that was waited for is in the snapshot, not half of it.
#[tokio::test]
async fn a_change_that_was_waited_for_is_seen() {
    let server = shop("15");
    let source = source(&server).await;
    let other = client(&server, "shop").await;
    let sql = "BEGIN; TRUNCATE t; INSERT INTO t VALUES (7, 'new')";
    other.batch_execute(sql).await.expect("a change");
    let task = tokio::spawn(async move { source.snapshot(b"shop", 2, &options(None)).await });
    wait_for_waiting(&server).await;
    other.batch_execute("COMMIT").await.expect("a commit");
    let snapshots = task.await.expect("ends").expect("a snapshot");
    let rows = read(snapshots, &slices()).await.expect("whole");
    assert_eq!(rows, ["7\tnew"]);
}

#[tokio::test]
async fn a_leader_that_is_gone_is_an_error() {
    let server = shop("15");
    let source = source(&server).await;
    let snapshots = source.snapshot(b"shop", 2, &options(None)).await;
    let mut snapshots = snapshots.expect("a snapshot");
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 't'::regclass";
    server.sql("shop", kill);
    let mut worker = snapshots.pop().expect("a worker");
    let mut frames = Frames::default();
    for slice in slices() {
        let read = worker.stream(&slice, &mut frames).await;
        read.expect("the worker has a snapshot of its own");
    }
    worker.close().await.expect("the worker is well");
    let leader = snapshots.pop().expect("a leader");
    let error = leader.close().await.expect_err("the locks are gone");
    assert_eq!(error.kind(), Kind::Connect, "{}", error.report());
}

const ACCOUNTS: &str = "\
CREATE TABLE a0 (id integer PRIMARY KEY, v integer); \
INSERT INTO a0 SELECT i, 100 FROM generate_series(1, 50) i; \
CREATE TABLE a1 AS TABLE a0; CREATE TABLE a2 AS TABLE a0; CREATE TABLE a3 AS TABLE a0; \
CREATE TABLE commits (n bigint); \
CREATE PROCEDURE move(n integer) LANGUAGE plpgsql AS $$ \
DECLARE f integer; t integer; BEGIN FOR i IN 1..n LOOP \
f := floor(random() * 4); t := floor(random() * 4); \
EXECUTE format('UPDATE a%s SET v = v - 1 WHERE id = %s', least(f, t), i % 50 + 1); \
EXECUTE format('UPDATE a%s SET v = v + 1 WHERE id = %s', greatest(f, t), i % 50 + 1); \
COMMIT; END LOOP; END $$";

/// Money moves between four tables all the time; the sum is always the same.
async fn consistent(version: &str) {
    let server = Postgres::start(version);
    server.create_database("shop");
    server.sql("shop", ACCOUNTS);
    let stop = Arc::new(AtomicBool::new(false));
    let moved = Arc::new(AtomicU64::new(0));
    let mut writers = Vec::new();
    for _ in 0..2 {
        let (stop, moved) = (Arc::clone(&stop), Arc::clone(&moved));
        let writer = client(&server, "shop").await;
        writers.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                writer.batch_execute("CALL move(50)").await.expect("writes");
                moved.fetch_add(50, Ordering::Relaxed);
            }
        }));
    }
    let source = source(&server).await;
    let start = Instant::now();
    let (mut torn, rounds) = (0, 40);
    for _ in 0..rounds {
        let together = source.snapshot(b"shop", WORKERS, &options(None)).await;
        assert_eq!(sum(together.expect("a snapshot")).await, 20_000);
        let mut apart = Vec::new();
        for _ in 0..WORKERS {
            let one = source.snapshot(b"shop", 1, &options(None)).await;
            apart.extend(one.expect("a snapshot"));
        }
        torn += u32::from(sum(apart).await != 20_000);
    }
    let rate = moved.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("a writer ends");
    }
    // Else the test shows nothing.
    assert!(
        torn > rounds / 2,
        "only {torn} of {rounds} rounds were torn"
    );
    assert!(rate > 1000.0, "only {rate:.0} commits a second");
}

async fn sum(snapshots: Vec<PgSnapshot>) -> i64 {
    let slices: Vec<_> = (0..4)
        .map(|n| slice(&format!("public.a{n}"), &["v"], Range::Whole))
        .collect();
    let rows = read(snapshots, &slices).await.expect("whole");
    rows.iter()
        .map(|v| v.parse::<i64>().expect("a number"))
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_12_workers_see_one_state() {
    consistent("12").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_15_workers_see_one_state() {
    consistent("15").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_18_workers_see_one_state() {
    consistent("18").await;
}
