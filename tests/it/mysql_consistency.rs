//! One state in every archive: busy writers against several workers, for each lock; and tables that
//! are swapped, emptied, altered and dropped in mid-dump. The first test counts only because it
//! fails with the lock taken out.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dumpkeep::archive::frame::FrameSink;
use dumpkeep::error::{Error, Kind};
use dumpkeep::mysql::consistency::strategy::Strategy;
use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::plan::entry::{Body, Range, Slice};
use dumpkeep::source::mysql::{Consistency, LongQueries};
use dumpkeep::source::{Catalog, DumpOptions, Snapshot as _, Source as _};
use tokio::task::JoinSet;

use crate::support::mysql_archive::{archive, job, nowhere, script, wait};
use crate::support::server::{MariaDb, MySql, MySqlServer};

/// Each commit moves the writer's row in every table by one: in one state all tables are equal.
const BUSY: &str = r"
CREATE TABLE t1 (id INT PRIMARY KEY, n BIGINT);
CREATE TABLE t2 LIKE t1; CREATE TABLE t3 LIKE t1; CREATE TABLE t4 LIKE t1;
INSERT INTO t1 VALUES (1, 0), (2, 0);
INSERT INTO t2 SELECT * FROM t1; INSERT INTO t3 SELECT * FROM t1; INSERT INTO t4 SELECT * FROM t1;
DELIMITER //
CREATE PROCEDURE busy(who INT) BEGIN
  LOOP
    START TRANSACTION;
    UPDATE t1 SET n = n + 1 WHERE id = who;
    UPDATE t2 SET n = n + 1 WHERE id = who;
    UPDATE t3 SET n = n + 1 WHERE id = who;
    UPDATE t4 SET n = n + 1 WHERE id = who;
    COMMIT;
  END LOOP;
END//
DELIMITER ;
";

/// Rounds for each strategy; more with DUMPKEEP_ROUNDS.
fn rounds() -> usize {
    let wanted = std::env::var("DUMPKEEP_ROUNDS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(10)
}

#[expect(
    clippy::print_stderr,
    reason = "a measurement, for whoever runs the test"
)]
fn say(text: &str) {
    eprintln!("{text}");
}

/// Sessions that commit as fast as they can, until they are dropped.
struct Writers(Vec<Child>);

impl Writers {
    fn start(server: &MySqlServer, database: &str) -> Self {
        let one = |who: i32| {
            let mut client = server.client(database);
            client.args(["-e", &format!("CALL busy({who})")]);
            client.stdout(Stdio::null()).stderr(Stdio::null());
            client.spawn().expect("a client")
        };
        Self(vec![one(1), one(2)])
    }
}

impl Drop for Writers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Keeps frames.
struct Kept(Vec<u8>);

impl FrameSink for Kept {
    async fn emit(&mut self, sql: Vec<u8>, _rows: u64) -> Result<Vec<u8>, Error> {
        self.0.extend_from_slice(&sql);
        Ok(Vec::new())
    }
}

/// Reads each table by a worker of its own; gives their rows, which are equal in one state.
async fn round(source: &MysqlSource, database: &[u8]) -> Result<BTreeMap<String, String>, Error> {
    let mut options = DumpOptions::default();
    // the writers are long statements themselves, which no lock would be asked behind
    options.mysql.long_queries = LongQueries::GoOn;
    let mut snapshots = source.snapshot(database, 4, &options).await?;
    let leader = snapshots.first_mut().expect("a leader");
    let catalog = leader.entries().await?;
    let tables = catalog
        .entries
        .unpack()
        .expect("entries")
        .into_iter()
        .filter_map(|entry| match entry.body {
            Body::Data(data) => Some(Slice {
                entry: entry.id,
                data,
                range: Range::Whole,
                number: 0,
            }),
            Body::Statements(_) => None,
        });
    let mut workers = JoinSet::new();
    let count = snapshots.len();
    let tables: Vec<Slice> = tables.collect();
    for (number, mut snapshot) in snapshots.into_iter().enumerate() {
        let mine: Vec<Slice> = tables.iter().skip(number).step_by(count).cloned().collect();
        workers.spawn(async move {
            let mut rows = Vec::new();
            for slice in mine {
                let mut kept = Kept(Vec::new());
                snapshot.stream(&slice, &mut kept).await?;
                let text = String::from_utf8(kept.0).expect("digits");
                let values = text.split("VALUES\n").nth(1).unwrap_or("").to_owned();
                rows.push((slice.data.table.to_string(), values));
            }
            Ok::<_, Error>((number, snapshot, rows))
        });
    }
    let mut found = BTreeMap::new();
    let mut back = Vec::new();
    while let Some(done) = workers.join_next().await {
        let (number, snapshot, rows) = done.expect("a worker")?;
        found.extend(rows);
        back.push((number, snapshot));
    }
    // the leader last, as a dump does it
    back.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    for (_, snapshot) in back {
        snapshot.close().await?;
    }
    Ok(found)
}

/// In how many rounds the tables did not fit together.
fn inconsistent(url: &str, strategy: Strategy) -> usize {
    wait(async {
        let source = MysqlSource::connect(url, &nowhere())
            .await
            .expect("a source");
        let source = source.with_strategy(strategy);
        let mut wrong = 0;
        for _ in 0..rounds() {
            let found = round(&source, b"busy").await;
            let found = found.unwrap_or_else(|error| panic!("{strategy:?}: {}", error.report()));
            assert_eq!(found.len(), 4);
            let first = found.values().next().expect("a table");
            wrong += usize::from(found.values().any(|rows| rows != first));
        }
        wrong
    })
}

fn commits(server: &MySqlServer) -> u64 {
    let sum = server.sql("busy", "SELECT SUM(n) FROM t1");
    sum.parse().expect("a number")
}

fn busy_writers(server: &MySqlServer, strategies: &[Strategy]) {
    server.create_database("busy");
    server.sql("busy", BUSY);
    let url = server.url("busy");
    let writers = Writers::start(server, "busy");
    std::thread::sleep(Duration::from_millis(300));
    let (before, clock) = (commits(server), Instant::now());
    std::thread::sleep(Duration::from_secs(1));
    let rate = (commits(server) - before) as f64 / clock.elapsed().as_secs_f64();
    say(&format!("{rate:.0} commits a second"));
    for strategy in strategies {
        assert_eq!(inconsistent(&url, *strategy), 0, "{strategy:?}");
    }
    let without = inconsistent(&url, Strategy::Unprotected);
    assert!(
        without > 0,
        "no round was wrong without a lock: the writers are too slow"
    );
    say(&format!(
        "without a lock {without} of {} rounds were wrong",
        rounds()
    ));
    drop(writers);
}

#[test]
fn mariadb_workers_see_one_state() {
    let server = MariaDb::with("10.11").binlog().start();
    let all = [Strategy::BackupStages, Strategy::Global, Strategy::Tables];
    busy_writers(&server, &all);
}

#[test]
fn mysql_workers_see_one_state() {
    let server = MySql::with("9.7").binlog().start();
    let all = [
        Strategy::InstanceAndGlobal,
        Strategy::Global,
        Strategy::Tables,
    ];
    busy_writers(&server, &all);
}

/// A migration in a loop: a copy with its first row only at first, then whole, then swapped in.
const SWAP: &str = r"
CREATE TABLE IF NOT EXISTS t (id INT PRIMARY KEY, v VARCHAR(20));
INSERT IGNORE INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three');
";

/// What a migration does, step by step; each may fail, for it waits for the dump a second at most.
const MIGRATIONS: [&[&str]; 4] = [
    &[
        "DROP TABLE IF EXISTS t_new, t_old",
        "CREATE TABLE t_new (id INT PRIMARY KEY, w INT DEFAULT 7, v VARCHAR(20))",
        "INSERT INTO t_new (id, v) VALUES (1, 'one')",
        "INSERT INTO t_new (id, v) SELECT id, v FROM t WHERE id > 1",
        "RENAME TABLE t TO t_old, t_new TO t",
    ],
    &[
        "ALTER TABLE t ADD COLUMN x INT DEFAULT 5, ALGORITHM = COPY",
        "ALTER TABLE t DROP COLUMN x",
    ],
    &[
        "TRUNCATE t",
        "INSERT INTO t (id, v) VALUES (1, 'one'), (2, 'two'), (3, 'three')",
    ],
    &[
        "DROP TABLE t",
        "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20))",
        "INSERT INTO t (id, v) VALUES (1, 'one'), (2, 'two'), (3, 'three')",
    ],
];

/// Dumps while a migration goes round and round: whole each time, or an error.
fn migrations(server: &MySqlServer, beside: usize) {
    server.create_database("m");
    server.sql("m", SWAP);
    server.sql("m", &many(beside));
    // more tables, so that there is a middle of the dump
    for table in 0..20 {
        server.sql(
            "m",
            &format!("CREATE TABLE other{table} (v LONGTEXT); INSERT INTO other{table} VALUES (REPEAT('x', 300000));"),
        );
    }
    for steps in MIGRATIONS {
        let (mut good, mut bad) = (0, 0);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    for step in steps {
                        let _ = server.try_sql("m", &format!("SET lock_wait_timeout = 1; {step};"));
                    }
                }
            });
            for _ in 0..8 {
                let mut job = job();
                job.jobs = 4;
                match archive(&server.url("m"), "m", &job, None) {
                    Ok(bytes) => {
                        check_whole(&script(&bytes));
                        good += 1;
                    }
                    Err(error) => {
                        say(&error.report());
                        bad += 1;
                    }
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
        say(&format!("{}: {good} whole, {bad} errors", steps[0]));
    }
}

/// The table is there with all its rows, or was empty or absent at that moment as a whole.
fn check_whole(script: &[u8]) {
    let text = String::from_utf8_lossy(script);
    assert!(text.ends_with("-- dumpkeep: complete\n"));
    let Some((_, rows)) = text.split_once("INSERT INTO `t` ") else {
        return;
    };
    let rows = rows.split(";\n").next().expect("a statement");
    for value in ["'one'", "'two'", "'three'"] {
        assert!(rows.contains(value), "not whole: {rows}");
    }
}

#[test]
fn mariadb_migrations_in_mid_dump() {
    migrations(&MariaDb::start("10.11"), 0);
}

#[test]
fn mysql_migrations_in_mid_dump() {
    migrations(&MySql::start("9.7"), 0);
}

/// So many tables that MariaDB's workers leave their locks to others.
const MANY: usize = 1100;

fn many(tables: usize) -> String {
    let one =
        |table| format!("CREATE TABLE many{table} (i INT); INSERT INTO many{table} VALUES (7);\n");
    (0..tables).map(one).collect()
}

#[test]
fn mariadb_migrations_among_many_tables() {
    migrations(&MariaDb::start("10.11"), MANY);
}

/// Whoever waits to change a table that is not read yet keeps the workers out of it, and gets it when the
/// dump, which that ends, lets go. A guard that is lost is an error, too.
#[test]
fn guards_of_many_tables_hold_them_to_the_end() {
    let server = MariaDb::start("10.11");
    server.create_database("m");
    server.sql("m", &many(MANY));
    let slice = |catalog: &Catalog, table: &str| {
        let entries = catalog.entries.iter();
        let entries = entries.map(|entry| entry.expect("an entry"));
        let mut slices = entries.filter_map(|entry| match &entry.body {
            Body::Data(data) if data.into == table => Some(Slice {
                entry: entry.id,
                data: data.clone(),
                range: Range::Whole,
                number: 0,
            }),
            _ => None,
        });
        slices.next().expect("the table's rows")
    };
    wait(async {
        let source = MysqlSource::connect(&server.url("m"), &nowhere()).await?;
        let mut snapshots = source.snapshot(b"m", 1, &DumpOptions::default()).await?;
        let mut leader = snapshots.remove(0);
        let catalog = leader.entries().await?;
        let mut change = server.client("m");
        change.args(["-e", "RENAME TABLE many5 TO other"]);
        let mut change = change.spawn().expect("a client");
        while !server.sql("", "SHOW PROCESSLIST").contains("metadata lock") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // more than are let go of at once: the transaction goes on behind it
        for table in 10..70 {
            let slice = slice(&catalog, &format!("`many{table}`"));
            let rows = leader.stream(&slice, &mut Kept(Vec::new())).await;
            assert_eq!(rows.expect("the other tables are read"), 1);
        }
        let kept_out = slice(&catalog, "`many5`");
        let read = leader.stream(&kept_out, &mut Kept(Vec::new())).await;
        assert_eq!(read.expect_err("a lock is waited for").kind(), Kind::Changed);
        assert!(change.try_wait().expect("a client").is_none());
        leader.close().await.expect("all locks were held");
        assert!(change.wait().expect("a client").success());

        for consistency in [Consistency::Auto, Consistency::Server] {
            let mut options = DumpOptions::default();
            options.mysql.consistency = consistency;
            let mut snapshots = source.snapshot(b"m", 1, &options).await?;
            let mut leader = snapshots.remove(0);
            leader.entries().await?;
            let guards = "SELECT id FROM information_schema.processlist WHERE command = 'Sleep' AND id NOT IN \
                          (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx)";
            for id in server.sql("", guards).lines() {
                server.sql("", &format!("KILL {id}"));
            }
            assert!(leader.close().await.is_err(), "{consistency:?}");
        }
        Ok::<_, Error>(())
    })
    .expect("sessions");
}

/// How many connections an account gets for two, and what the script says of the way.
fn chosen(server: &MySqlServer, who: &str) -> (usize, String) {
    let url = server.url("p").replace("root@", &format!("{who}@"));
    wait(async {
        let source = MysqlSource::connect(&url, &nowhere()).await?;
        let snapshots = source.snapshot(b"p", 2, &DumpOptions::default()).await?;
        let position = snapshots[0].script().position.clone();
        let count = snapshots.len();
        for snapshot in snapshots.into_iter().rev() {
            snapshot.close().await?;
        }
        Ok::<_, Error>((count, position.unwrap_or_default()))
    })
    .unwrap_or_else(|error| panic!("{who}: {}", error.report()))
}

const ACCOUNTS: &str = "
CREATE DATABASE p; CREATE TABLE p.t (a INT); CREATE TABLE p.u (a INT) ENGINE = MyISAM;
CREATE USER all_rights; GRANT ALL ON *.* TO all_rights;
CREATE USER reload; GRANT SELECT, RELOAD ON *.* TO reload;
CREATE USER locker; GRANT SELECT, LOCK TABLES ON p.* TO locker;
CREATE USER reader; GRANT SELECT ON p.* TO reader;
";

#[test]
fn mariadb_locks_follow_the_privileges() {
    let server = MariaDb::with("10.11").binlog().start();
    server.sql("", ACCOUNTS);
    for (who, count, way) in [
        ("all_rights", 2, "(by BACKUP STAGE)"),
        ("reload", 2, "(by BACKUP STAGE)"),
        ("locker", 2, "(by LOCK TABLES)"),
        ("reader", 2, "(by equal binary log positions)"),
    ] {
        let (got, said) = chosen(&server, who);
        assert_eq!(got, count, "{who}: {said}");
        assert!(
            said.starts_with("binlog.0") && said.ends_with(way),
            "{who}: {said}"
        );
        assert!(said.contains(", GTID 0-1-"), "{said}");
    }
    let server = MariaDb::start("10.11");
    server.sql("", ACCOUNTS);
    let (got, said) = chosen(&server, "reader");
    assert_eq!(
        (got, said.ends_with("(by a single connection)")),
        (1, true),
        "{said}"
    );
}

#[test]
fn mysql_locks_follow_the_privileges() {
    let server = MySql::with("9.7")
        .binlog()
        .setting("gtid-mode=ON")
        .setting("enforce-gtid-consistency=ON")
        .start();
    server.sql("", ACCOUNTS);
    for (who, count, way) in [
        (
            "all_rights",
            2,
            "(by LOCK INSTANCE FOR BACKUP, FLUSH TABLES WITH READ LOCK)",
        ),
        ("reload", 2, "(by FLUSH TABLES WITH READ LOCK)"),
        ("locker", 2, "(by LOCK TABLES)"),
        ("reader", 1, "(by a single connection)"),
    ] {
        let (got, said) = chosen(&server, who);
        assert_eq!(got, count, "{who}: {said}");
        assert!(said.ends_with(way), "{who}: {said}");
        let known = said.starts_with("binlog.0") && said.contains(", GTID ");
        assert_eq!(known, who == "all_rights", "{who}: {said}");
    }
}

#[test]
fn old_mysql_uses_the_global_lock() {
    let server = MySql::with("5.6").binlog().start();
    server.sql("", ACCOUNTS);
    let (got, said) = chosen(&server, "root");
    assert_eq!(got, 2);
    assert!(
        said.starts_with("binlog.0") && said.ends_with("(by FLUSH TABLES WITH READ LOCK)"),
        "{said}"
    );
}

/// A lock that can't be had in time is an error, and leaves nothing locked.
#[test]
fn the_wait_for_a_lock_has_an_end() {
    let server = MariaDb::start("10.11");
    server.create_database("busy");
    server.sql("busy", BUSY);
    let mut holder = server.client("busy");
    holder.args(["-e", "LOCK TABLES t1 WRITE; DO SLEEP(60)"]);
    let mut holder = holder.spawn().expect("a client");
    std::thread::sleep(Duration::from_millis(500));
    let mut job = job();
    job.options.lock_timeout_ms = Some(2000);
    let clock = Instant::now();
    let error = archive(&server.url("busy"), "busy", &job, None).expect_err("a locked table");
    assert!(
        clock.elapsed() < Duration::from_secs(20),
        "{:?}",
        clock.elapsed()
    );
    say(&error.report());
    let _ = holder.kill();
    let _ = holder.wait();
    archive(&server.url("busy"), "busy", &job, None).expect("nothing is locked any more");
}

/// A snapshot that was killed, or the connection that holds DDL back, makes the dump an error.
#[test]
fn a_lost_transaction_is_noticed_at_the_end() {
    let server = MySql::start("9.7");
    server.create_database("busy");
    server.sql("busy", BUSY);
    for (query, hint) in [
        (
            "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx",
            "snapshot",
        ),
        (
            "SELECT id FROM information_schema.processlist WHERE command = 'Sleep' AND user = 'root' AND id NOT IN (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx)",
            "control",
        ),
    ] {
        let ended = wait(async {
            let source = MysqlSource::connect(&server.url("busy"), &nowhere()).await?;
            let mut snapshots = source.snapshot(b"busy", 1, &DumpOptions::default()).await?;
            let mut leader = snapshots.remove(0);
            leader.entries().await?;
            for id in server.sql("", query).lines() {
                let _ = server.try_sql("", &format!("KILL {id}"));
            }
            leader.close().await
        });
        assert!(ended.is_err(), "{hint}");
    }
}
