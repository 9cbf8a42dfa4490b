//! `--nice`: what other sessions do is seen, and rows wait for it.

use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::pipeline::dump::{DumpJob, dump};
use dumpkeep::postgres::source::PgSource;
use dumpkeep::progress::Progress;
use dumpkeep::source::{Load, Nice, Source};

use crate::support::frames::env;
use crate::support::mysql_archive::{job, nowhere, wait};
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres};

/// Statements of others that run for longer than any test.
const SLEEPERS: usize = 3;

/// So often a server is asked until it shows what is waited for.
const LOOKS: usize = 60;

fn sleepers(mut client: impl FnMut() -> Command) -> Vec<Child> {
    let one = |_| client().spawn().expect("a client starts");
    (0..SLEEPERS).map(one).collect()
}

fn end(sleepers: Vec<Child>) {
    for mut sleeper in sleepers {
        let _ = sleeper.wait();
    }
}

/// What the server says, until `wanted` is there.
async fn until<S: Source>(source: &S, own: usize, wanted: impl Fn(Load) -> bool) {
    let (tell, mut said) = tokio::sync::mpsc::unbounded_channel();
    let watching = source.watch(own, |load| tell.send(load).expect("somebody listens"));
    let looking = async {
        for _ in 0..LOOKS {
            let load = said.recv().await.expect("the watcher lives");
            if wanted(load) {
                return;
            }
        }
        panic!("it is never seen");
    };
    tokio::select! {
        () = looking => {}
        ended = watching => panic!("the watcher ended: {ended:?}"),
    }
}

fn nice(nice: Nice) -> DumpJob {
    let mut job = job();
    job.options.nice = Some(nice);
    job
}

/// A server that is as `busy` says keeps a dump waiting, until it is told to `stop`.
async fn waits<S: Source + 'static>(
    (source, database): (S, &'static [u8]),
    job: DumpJob,
    busy: impl Fn(Load) -> bool + Copy,
    stop: impl FnOnce(),
) where
    S::Snapshot: 'static,
{
    until(&source, 1, busy).await;
    let source = Arc::new(source);
    let ours = Arc::clone(&source);
    let dumping = tokio::spawn(async move {
        let progress = Progress::default();
        dump(&*ours, database, &job, Vec::new(), &progress).await
    });
    // it can't end before the others do, however long that is
    for _ in 0..3 {
        until(&*source, 1, busy).await;
        assert!(!dumping.is_finished());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    stop();
    let (bytes, sealed) = dumping.await.expect("it lives").expect("a dump");
    assert_eq!(bytes.len() as u64, sealed.length);
    until(&*source, 1, |load| !busy(load)).await;
}

fn crowded(load: Load) -> bool {
    load.active >= SLEEPERS as u64
}

/// Behind for longer than [`PATIENCE`].
fn behind(load: Load) -> bool {
    load.lag.is_some_and(|lag| lag > PATIENCE)
}

const PATIENCE: Duration = Duration::from_secs(1);

fn patient() -> DumpJob {
    nice(Nice {
        sessions: 100,
        lag: PATIENCE,
    })
}

/// A primary whose standby takes nothing in, and that standby.
#[test]
fn rows_wait_while_a_standby_of_postgres_is_behind() {
    let primary = Postgres::start("18");
    let standby = Postgres::with("18").follows(&primary).start();
    primary.create_database("d");
    primary.sql("d", "CREATE TABLE t AS SELECT generate_series(1, 10) AS a");
    for server in [&primary, &standby] {
        let mut writer = primary.psql("d");
        writer.args([
            "-c",
            "DO $$BEGIN LOOP INSERT INTO t VALUES (0); COMMIT; PERFORM pg_sleep(0.1); END LOOP; END$$",
        ]);
        let mut writer = writer.spawn().expect("a client starts");
        // A lag is told of who has taken something in before.
        let taken = || standby.try_sql("d", "SELECT count(*) > 0 FROM t WHERE a = 0");
        for _ in 0..600 {
            if taken().as_deref() == Ok("t") {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        standby.sql("postgres", "SELECT pg_wal_replay_pause()");
        wait(async {
            let source = PgSource::connect(&server.url("d"), None, &env(&[])).await;
            let source = (source.expect("a source"), &b"d"[..]);
            waits(source, patient(), behind, || {
                primary.sql(
                    "postgres",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE query LIKE 'DO %LOOP INSERT%' AND pid <> pg_backend_pid()",
                );
                standby.sql("postgres", "SELECT pg_wal_replay_resume()");
            })
            .await;
        });
        let _ = writer.wait();
    }
}

/// A replica that takes everything in late.
#[test]
fn rows_wait_while_a_replica_of_mariadb_is_behind() {
    let source = MariaDb::with("10.11").binlog().tcp().start();
    let replica = MariaDb::with("10.11").setting("server-id=2").start();
    source.sql(
        "",
        "CREATE USER r IDENTIFIED BY 'r'; GRANT REPLICATION SLAVE ON *.* TO r",
    );
    let from = format!(
        "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {}, MASTER_USER = 'r', \
         MASTER_PASSWORD = 'r', MASTER_USE_GTID = no, MASTER_LOG_FILE = 'binlog.000001', \
         MASTER_LOG_POS = 4",
        source.port()
    );
    replica.sql("", &from);
    replica.sql("", "START SLAVE");
    source.create_database("d");
    source.sql(
        "d",
        "CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (1)",
    );
    wait(async {
        let url = replica.url("");
        let ours = MysqlSource::connect(&url, &nowhere())
            .await
            .expect("a source");
        until(&ours, 1, |load| load.lag == Some(Duration::ZERO)).await;
        replica.sql(
            "",
            "STOP SLAVE; CHANGE MASTER TO MASTER_DELAY = 600; START SLAVE",
        );
        source.sql("d", "INSERT INTO t VALUES (2)");
        waits((ours, &b"d"[..]), patient(), behind, || {
            replica.sql(
                "",
                "STOP SLAVE; CHANGE MASTER TO MASTER_DELAY = 0; START SLAVE",
            );
        })
        .await;
    });
}

#[test]
fn rows_wait_while_postgres_has_other_work() {
    let server = Postgres::start("18");
    server.create_database("d");
    server.sql("d", "CREATE TABLE t AS SELECT generate_series(1, 10) AS a");
    let others = sleepers(|| {
        let mut client = server.psql("postgres");
        client.args(["-c", "SELECT pg_sleep(600)"]);
        client
    });
    wait(async {
        let source = PgSource::connect(&server.url("d"), None, &env(&[])).await;
        let job = nice(Nice {
            sessions: SLEEPERS as u64 - 1,
            lag: Duration::from_secs(10),
        });
        waits((source.expect("a source"), &b"d"[..]), job, crowded, || {
            server.sql(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE query = 'SELECT pg_sleep(600)'",
            );
        })
        .await;
    });
    end(others);
}

fn kill(server: &MySqlServer) {
    let ids = server.sql(
        "",
        "SELECT id FROM information_schema.processlist WHERE info = 'SELECT SLEEP(600)'",
    );
    for id in ids.lines().filter(|line| line.parse::<u64>().is_ok()) {
        server.sql("", &format!("KILL {id}"));
    }
}

#[test]
fn what_mysql_does_beside_is_seen() {
    for server in [MySql::start("9.7"), MariaDb::start("10.11")] {
        let others = sleepers(|| {
            let mut client = server.client("");
            client.args(["-e", "SELECT SLEEP(600)"]);
            client
        });
        wait(async {
            let source = MysqlSource::connect(&server.url(""), &nowhere()).await;
            let source = source.expect("a source");
            until(&source, 0, |load| load.active == SLEEPERS as u64).await;
            kill(&server);
            until(&source, 0, |load| load.active == 0).await;
        });
        end(others);
    }
}
