//! A migration by a ghost table, as gh-ost and pt-online-schema-change make it: each of its steps at
//! each moment of a dump with four workers. The archive is one of the states that the migration goes
//! through, or there is none.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::{Arc, Mutex};

use dumpkeep::archive::frame::FrameSink;
use dumpkeep::error::{Error, Result};
use dumpkeep::mysql::source::{MysqlSnapshot, MysqlSource};
use dumpkeep::pipeline::dump::dump;
use dumpkeep::plan::entry::{DataRef, Range, Slice};
use dumpkeep::progress::Progress;
use dumpkeep::source::{
    Catalog, Database, DumpOptions, GlobalsDump, Load, Script, ServerInfo, Snapshot, Source,
    Warning,
};
use dumpkeep::sql::dialect::Dialect;

use crate::support::mysql_archive::{job, native, nowhere, wait};
use crate::support::server::{MariaDb, MySql, MySqlServer, feed};

/// Several frames of rows, and others before and behind them in the list.
const BEFORE: &str = "
CREATE TABLE a (v LONGTEXT); INSERT INTO a VALUES (REPEAT('x', 300000));
CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(900) NOT NULL);
INSERT INTO t (v) VALUES (REPEAT('a', 900)), (REPEAT('b', 900));
INSERT INTO t (v) SELECT v FROM t; INSERT INTO t (v) SELECT v FROM t; INSERT INTO t (v) SELECT v FROM t;
INSERT INTO t (v) SELECT v FROM t; INSERT INTO t (v) SELECT v FROM t; INSERT INTO t (v) SELECT v FROM t;
INSERT INTO t (v) SELECT v FROM t; INSERT INTO t (v) SELECT v FROM t; INSERT INTO t (v) SELECT v FROM t;
INSERT INTO t (v) SELECT v FROM t; INSERT INTO t (v) SELECT v FROM t;
CREATE TABLE z (v LONGTEXT); INSERT INTO z VALUES (REPEAT('z', 300000));
";

/// The migration's statements; between them the application writes.
const STEPS: &[&[&str]] = &[
    &[
        "CREATE TABLE _t_gho LIKE t",
        "ALTER TABLE _t_gho ADD COLUMN w INT NOT NULL DEFAULT 7",
    ],
    &[
        "CREATE TRIGGER _t_ins AFTER INSERT ON t FOR EACH ROW REPLACE INTO _t_gho (id, v) VALUES (NEW.id, NEW.v)",
        "CREATE TRIGGER _t_upd AFTER UPDATE ON t FOR EACH ROW REPLACE INTO _t_gho (id, v) VALUES (NEW.id, NEW.v)",
        "CREATE TRIGGER _t_del AFTER DELETE ON t FOR EACH ROW DELETE FROM _t_gho WHERE id = OLD.id",
        "INSERT INTO t (v) VALUES ('written meanwhile')",
    ],
    &[
        "INSERT IGNORE INTO _t_gho (id, v) SELECT id, v FROM t",
        "UPDATE t SET v = 'changed' WHERE id = 1",
    ],
    &[
        "RENAME TABLE t TO _t_old, _t_gho TO t",
        "INSERT INTO t (v, w) VALUES ('in the new one', 8)",
    ],
    &["DROP TABLE _t_old", "DELETE FROM t WHERE id = 2"],
];

/// Where in a dump a step comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    BeforeSnapshot,
    BeforeCatalog,
    AfterCatalog,
    InRows,
    BeforeEnd,
}

const MOMENTS: [Moment; 5] = [
    Moment::BeforeSnapshot,
    Moment::BeforeCatalog,
    Moment::AfterCatalog,
    Moment::InRows,
    Moment::BeforeEnd,
];

/// A step that waits for its moment. It comes once, and how it went is kept.
struct Step {
    moment: Moment,
    client: Mutex<Option<(Command, String)>>,
    went: Mutex<Option<bool>>,
}

impl Step {
    fn at(&self, moment: Moment) {
        if moment != self.moment {
            return;
        }
        let taken = self.client.lock().expect("the step").take();
        if let Some((mut client, sql)) = taken {
            let went = feed(&mut client, sql.as_bytes()).is_ok();
            *self.went.lock().expect("how it went") = Some(went);
        }
    }
}

/// A source whose dumps are met by the step.
struct Met {
    inner: MysqlSource,
    step: Arc<Step>,
}

struct MetSnapshot {
    inner: MysqlSnapshot,
    step: Arc<Step>,
}

struct MetSink<'a, S> {
    inner: &'a mut S,
    step: Arc<Step>,
}

impl<S: FrameSink> FrameSink for MetSink<'_, S> {
    async fn emit(&mut self, sql: Vec<u8>, rows: u64) -> Result<Vec<u8>> {
        self.step.at(Moment::InRows);
        self.inner.emit(sql, rows).await
    }
}

impl Source for Met {
    type Snapshot = MetSnapshot;

    fn server(&self) -> &ServerInfo {
        self.inner.server()
    }

    fn database(&self) -> &[u8] {
        self.inner.database()
    }

    async fn databases(&self) -> Result<Vec<Database>> {
        self.inner.databases().await
    }

    async fn globals(&self, options: &DumpOptions) -> Result<GlobalsDump> {
        self.inner.globals(options).await
    }

    async fn snapshot(
        &self,
        database: &[u8],
        workers: usize,
        options: &DumpOptions,
    ) -> Result<Vec<MetSnapshot>> {
        self.step.at(Moment::BeforeSnapshot);
        let opened = self.inner.snapshot(database, workers, options).await?;
        let met = opened.into_iter().map(|inner| MetSnapshot {
            inner,
            step: Arc::clone(&self.step),
        });
        Ok(met.collect())
    }

    async fn watch(&self, own: usize, tell: impl Fn(Load) + Send + Sync) -> Result<()> {
        self.inner.watch(own, tell).await
    }
}

impl Snapshot for MetSnapshot {
    fn server(&self) -> &ServerInfo {
        self.inner.server()
    }

    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }

    fn script(&self) -> &Script {
        self.inner.script()
    }

    async fn entries(&mut self) -> Result<Catalog> {
        self.step.at(Moment::BeforeCatalog);
        let catalog = self.inner.entries().await?;
        self.step.at(Moment::AfterCatalog);
        Ok(catalog)
    }

    async fn ranges(&mut self, data: &DataRef, parts: u64) -> Result<Vec<Range>> {
        self.inner.ranges(data, parts).await
    }

    async fn stream<S: FrameSink>(&mut self, slice: &Slice, sink: &mut S) -> Result<u64> {
        let own = slice.data.into == "t" || slice.data.into.ends_with(b"`t`");
        if !own {
            return self.inner.stream(slice, sink).await;
        }
        let step = Arc::clone(&self.step);
        let mut sink = MetSink { inner: sink, step };
        self.inner.stream(slice, &mut sink).await
    }

    async fn upcoming(&mut self, slices: &[Slice]) -> Result<()> {
        self.inner.upcoming(slices).await
    }

    fn noticed(&mut self) -> Vec<Warning> {
        self.inner.noticed()
    }

    async fn close(self) -> Result<()> {
        self.step.at(Moment::BeforeEnd);
        self.inner.close().await
    }
}

fn fresh(server: &MySqlServer, database: &str) {
    server.sql("", &format!("DROP DATABASE IF EXISTS {database}"));
    server.create_database(database);
}

/// All that the migration touches: definitions, rows, triggers.
fn state(server: &MySqlServer, database: &str) -> String {
    let list = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1";
    let tables = server.sql(database, list);
    let ask = |table: &str| {
        format!("SHOW CREATE TABLE {table}; CHECKSUM TABLE {table}; SELECT COUNT(*) FROM {table};")
    };
    let mut all: String = tables.lines().map(ask).collect();
    all.push_str(
        "SELECT trigger_name, event_object_table, action_statement FROM information_schema.triggers
         WHERE trigger_schema = DATABASE() ORDER BY 1",
    );
    let answer = server.sql(database, &all);
    // the counter is no part of it: rows that were refused raise it
    let counters = answer.replace(&format!("{database}."), "");
    let mut out = String::new();
    for piece in counters.split(" AUTO_INCREMENT=") {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        out.push_str(if out.is_empty() { piece } else { rest });
    }
    out
}

/// Each state that the migration goes through.
fn states(server: &MySqlServer) -> BTreeSet<String> {
    fresh(server, "walked");
    server.sql("walked", BEFORE);
    let mut all = BTreeSet::from([state(server, "walked")]);
    for statement in STEPS.iter().copied().flatten() {
        server.sql("walked", statement);
        all.insert(state(server, "walked"));
    }
    all
}

fn met(
    server: &MySqlServer,
    number: usize,
    moment: Moment,
) -> (Option<bool>, Result<Vec<u8>, Error>) {
    fresh(server, "swapped");
    server.sql("swapped", BEFORE);
    let (before, rest) = STEPS.split_at(number);
    for statement in before.iter().copied().flatten() {
        server.sql("swapped", statement);
    }
    let statements = rest.first().expect("a step").join(";");
    let step = Arc::new(Step {
        moment,
        client: Mutex::new(Some((
            server.client("swapped"),
            format!("SET lock_wait_timeout = 1; {statements};"),
        ))),
        went: Mutex::new(None),
    });
    let mut job = job();
    job.jobs = 4;
    let made = wait(async {
        let source = Met {
            inner: MysqlSource::connect(&server.url("swapped"), &nowhere()).await?,
            step: Arc::clone(&step),
        };
        let progress = Progress::default();
        let (bytes, _) = dump(&source, b"swapped", &job, Vec::new(), &progress).await?;
        Ok(bytes)
    });
    let went = *step.went.lock().expect("how it went");
    (went, made)
}

fn swaps(server: &MySqlServer) {
    let states = states(server);
    let (mut whole, mut held) = (0, 0);
    for moment in MOMENTS {
        for number in 0..STEPS.len() {
            let (went, made) = met(server, number, moment);
            let went = went.unwrap_or_else(|| panic!("{moment:?}, step {number}: it never came"));
            held += usize::from(!went);
            let bytes = match made {
                Ok(bytes) => bytes,
                // a dump may end instead, but not for what came before it
                Err(error) => {
                    assert_ne!(moment, Moment::BeforeSnapshot, "{}", error.report());
                    continue;
                }
            };
            fresh(server, "back");
            let restored = native(&bytes, &server.url("back"));
            restored
                .unwrap_or_else(|error| panic!("{moment:?}, step {number}: {}", error.report()));
            let found = state(server, "back");
            assert!(
                states.contains(&found),
                "{moment:?}, step {number}: no state of it: {found}"
            );
            whole += 1;
        }
    }
    // the steps did meet the dumps, and most of these did not end for it
    assert!(held >= STEPS.len(), "{held} steps were held back");
    assert!(whole >= 3 * STEPS.len(), "{whole} dumps were whole");
}

#[test]
fn each_step_at_each_moment_on_mysql() {
    swaps(&MySql::start("9.7"));
}

#[test]
fn each_step_at_each_moment_on_mariadb() {
    swaps(&MariaDb::start("11.8"));
}

#[test]
fn each_step_at_each_moment_on_an_older_mariadb() {
    swaps(&MariaDb::start("10.11"));
}
