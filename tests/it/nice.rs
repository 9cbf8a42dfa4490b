//! `--nice`: what other sessions do is seen, and rows wait for it.

use std::process::{Child, Command};
use std::time::Duration;

use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::pipeline::dump::{DumpJob, dump};
use dumpkeep::postgres::source::PgSource;
use dumpkeep::progress::Progress;
use dumpkeep::source::{Load, Nice, Source};

use crate::support::frames::env;
use crate::support::mysql_archive::{job, nowhere, wait};
use crate::support::server::{MySql, MySqlServer, Postgres};

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

fn nice(sessions: u64) -> DumpJob {
    let mut job = job();
    job.options.nice = Some(Nice {
        sessions,
        lag: Duration::from_secs(10),
    });
    job
}

async fn waits_for_others<S: Source + Clone + 'static>(
    source: S,
    database: &'static [u8],
    stop: impl FnOnce(),
) where
    S::Snapshot: 'static,
{
    let busy = |load: Load| load.active >= SLEEPERS as u64;
    until(&source, 1, busy).await;
    let ours = source.clone();
    let dumping = tokio::spawn(async move {
        let (job, progress) = (nice(SLEEPERS as u64 - 1), Progress::default());
        dump(&ours, database, &job, Vec::new(), &progress).await
    });
    // it can't end before the others do, however long that is
    for _ in 0..3 {
        until(&source, 1, busy).await;
        assert!(!dumping.is_finished());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    stop();
    let (bytes, sealed) = dumping.await.expect("it lives").expect("a dump");
    assert_eq!(bytes.len() as u64, sealed.length);
    until(&source, 1, |load| load.active == 0).await;
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
        waits_for_others(source.expect("a source"), b"d", || {
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
    for server in [
        MySql::start("9.7"),
        crate::support::server::MariaDb::start("10.11"),
    ] {
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
