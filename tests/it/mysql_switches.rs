//! What a dump of MySQL or MariaDB can be asked for beside its objects: one point in time for a
//! whole server, the wait for long statements, other definers, a packet's limit; and what a native
//! restore tells from a loss.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use dumpkeep::archive::frame::FrameSink;
use dumpkeep::archive::reader::Reader;
use dumpkeep::error::Error;
use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::mysql::target::MysqlTarget;
use dumpkeep::plan::entry::{Body, Range, Slice};
use dumpkeep::source::mysql::{Consistency, Definer, LongQueries, Said};
use dumpkeep::source::{DumpOptions, Snapshot as _, Source as _, Target as _};

use crate::support::mysql_archive::{archive, job, native, nowhere, script, wait};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer};

/// The table of contents' warnings.
fn warnings(archive: &[u8]) -> Vec<String> {
    let reader = Reader::open(std::io::Cursor::new(archive.to_vec())).expect("an archive");
    let warnings = reader.toc().head.warnings.iter();
    warnings
        .map(|one| format!("{}: {}", one.object, one.message))
        .collect()
}

fn text(archive: &[u8]) -> String {
    String::from_utf8_lossy(&script(archive)).into_owned()
}

const OWNED: &str = "
CREATE TABLE t (a INT);
CREATE DEFINER = 'nobody here'@'%' VIEW v AS SELECT a, 'DEFINER=`x`@`y`' AS b FROM t;
CREATE DEFINER = other@h PROCEDURE p() SELECT 1;
CREATE DEFINER = other@h TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
CREATE DEFINER = other@h EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1;
";

fn definers(server: &MySqlServer) {
    server.create_database("owned");
    server.sql("owned", OWNED);
    let with = |definer: Definer| {
        let mut job = job();
        job.options.mysql.definer = definer;
        archive(&server.url("owned"), "owned", &job, None).expect("a dump")
    };
    let skipped = with(Definer::Skip);
    assert_eq!(text(&skipped).matches("DEFINER=").count(), 1);
    let given = with(Definer::Account("root".into(), "localhost".into()));
    for (archive, database) in [(&skipped, "skipped"), (&given, "given")] {
        server.create_database(database);
        native(archive, &server.url(database)).expect("a restore");
        let owners = server.sql(
            "",
            &format!(
                "SELECT definer FROM information_schema.views WHERE table_schema = '{database}' \
                 UNION SELECT definer FROM information_schema.routines WHERE routine_schema = '{database}' \
                 UNION SELECT definer FROM information_schema.triggers WHERE trigger_schema = '{database}' \
                 UNION SELECT definer FROM information_schema.events WHERE event_schema = '{database}'"
            ),
        );
        assert_eq!(owners, "root@localhost", "{database}");
    }
}

/// Statements stay below the limit; a row that can't is named in the table of contents; a native
/// restore cuts statements that the server does not take.
fn packets(server: &MySqlServer) {
    server.create_database("packets");
    server.sql(
        "packets",
        "CREATE TABLE small (v LONGBLOB); \
         INSERT INTO small VALUES (REPEAT('a''b', 10000)), (REPEAT(0xff, 9000)), (REPEAT('c', 20000)); \
         INSERT INTO small SELECT v FROM small; INSERT INTO small SELECT v FROM small; \
         INSERT INTO small SELECT v FROM small; INSERT INTO small SELECT v FROM small; \
         CREATE TABLE large (v LONGBLOB); INSERT INTO large VALUES (REPEAT('x', 300000));",
    );
    let mut job = job();
    job.options.mysql.max_allowed_packet = Some(256 << 10);
    let bytes = archive(&server.url("packets"), "packets", &job, None).expect("a dump");
    let longest = text(&bytes)
        .split(";\n")
        .filter(|statement| statement.contains("`small`"))
        .map(str::len)
        .max();
    assert!(
        longest.is_some_and(|length| length < 256 << 10),
        "{longest:?}"
    );
    let found = warnings(&bytes);
    let named = found.iter().filter(|line| line.contains("`large`")).count();
    assert_eq!((named, found.len()), (1, 1), "{found:?}");

    let tiny = MariaDb::with("10.11")
        .setting("max-allowed-packet=1M")
        .start();
    tiny.create_database("packets");
    server.sql("packets", "INSERT INTO small SELECT v FROM small");
    let bytes = archive(
        &server.url("packets"),
        "packets",
        &crate::support::mysql_archive::job(),
        None,
    );
    let bytes = bytes.expect("a dump");
    native(&bytes, &tiny.url("packets")).expect("a restore");
    oracle::mysql((server, "packets"), (&tiny, "packets")).expect("equal");
}

/// Warnings of computed columns and of the largest value of FLOAT(M,D) are not losses; others are.
fn losses(server: &MySqlServer) {
    server.create_database("losses");
    server.sql(
        "losses",
        "SET sql_mode = ''; \
         CREATE TABLE scaled (a FLOAT(10,5), b DOUBLE(10,5) UNSIGNED); \
         INSERT INTO scaled VALUES (1e9, 1e9), (-1e9, 0), (1.5, 1.5); \
         CREATE TABLE computed (a DATE NOT NULL, b INT AS (a + 'x') STORED); \
         INSERT INTO computed (a) VALUES (7777777777); \
         CREATE TABLE members (a ENUM('x', 'y'), b SET('x', 'y'), c VARCHAR(5), d DECIMAL(5, 2)); \
         INSERT INTO members VALUES ('none', 'x,none', 'long   ', 1.234), ('y', '', 'short', 0);",
    );
    let bytes = archive(&server.url("losses"), "losses", &job(), None).expect("a dump");
    server.create_database("kept");
    native(&bytes, &server.url("kept")).expect("nothing is lost");
    oracle::mysql((server, "losses"), (server, "kept")).expect("equal");
    // the server keeps few warnings, where it is not asked for more
    let known = "('2001-02-31'),\n".repeat(3000);
    let behind_many = format!("`computed` (`a`) VALUES\n{known}('none')");
    for lost in [
        "`scaled` (`a`) VALUES\n(1),\n('x')",
        "`members` (`a`, `c`) VALUES\n('x', 'short'),\n('none', 'too long')",
        // not the error value, but a member that the column lacks
        "`members` (`a`) VALUES\n('x'),\n(0),\n('none')",
        "`members` (`a`, `b`) VALUES\n('x', ''),\n(0, 'x,none')",
        &behind_many,
    ] {
        let error = wait(async {
            let mut target = MysqlTarget::connect(&server.url("kept"), &nowhere()).await?;
            target
                .execute(b"INSERT INTO `computed` (`a`) VALUES\n('2001-02-31')")
                .await?;
            target
                .execute(format!("INSERT INTO {lost}").as_bytes())
                .await
        });
        let error = error.expect_err(lost).report();
        assert!(error.contains("not stored as it was sent"), "{error}");
    }
}

/// The guard fails, waits, or goes on.
fn long_statements(server: &MySqlServer) {
    server.create_database("long");
    server.sql("long", "CREATE TABLE t (a INT)");
    let mut sleeper = server.client("");
    sleeper.args(["-e", "DO SLEEP(6)"]).stdout(Stdio::null());
    let mut sleeper = sleeper.spawn().expect("a client");
    std::thread::sleep(Duration::from_millis(2500));
    let dumped = |what| {
        let mut job = job();
        job.options.mysql.long_queries = what;
        job.options.mysql.long_query_seconds = 1;
        archive(&server.url("long"), "long", &job, None)
    };
    let error = dumped(LongQueries::Fail).expect_err("a long statement");
    assert!(
        error.report().contains("a statement of root"),
        "{}",
        error.report()
    );
    dumped(LongQueries::GoOn).expect("a dump");
    assert!(sleeper.try_wait().expect("a child").is_none());
    dumped(LongQueries::Wait).expect("a dump");
    assert!(
        sleeper.try_wait().expect("a child").is_some(),
        "it did not wait"
    );
}

#[test]
fn mariadb_heeds_what_it_is_asked() {
    let server = MariaDb::start("10.11");
    definers(&server);
    packets(&server);
    losses(&server);
    long_statements(&server);
    let bytes = archive(&server.url("owned"), "owned", &job(), None).expect("a dump");
    assert!(text(&bytes).contains("no binary log position: the binary log is off"));
    unreadable(&server);
}

/// With leniency a table whose file is gone costs no other table, and is named.
fn unreadable(server: &MySqlServer) {
    server.create_database("gone");
    server.sql(
        "gone",
        "CREATE TABLE good (a INT); INSERT INTO good VALUES (7); \
         CREATE TABLE gone (a INT) ENGINE = MyISAM; INSERT INTO gone VALUES (8); FLUSH TABLES;",
    );
    let folder = server.sql("", "SELECT @@datadir");
    let rows = Path::new(folder.trim()).join("gone/gone.MYD");
    std::fs::remove_file(rows).expect("the table's rows are a file");
    let mut job = job();
    let error =
        archive(&server.url("gone"), "gone", &job, None).expect_err("a table without its file");
    assert!(error.report().contains("gone"), "{}", error.report());
    job.options.lenient = true;
    let bytes = archive(&server.url("gone"), "gone", &job, None).expect("a dump");
    assert!(text(&bytes).contains("(7)"));
    let found = warnings(&bytes);
    // MariaDB does not even show what the table was like
    let said = ["table_data gone", "table gone: the server can't open it"];
    let named = |line: &String| said.iter().any(|said| line.contains(said));
    assert!(found.iter().any(named), "{found:?}");
}

#[test]
fn mysql_heeds_what_it_is_asked() {
    let server = MySql::start("9.7");
    definers(&server);
    unreadable(&server);
}

/// Keeps frames.
struct Kept(Vec<u8>);

impl FrameSink for Kept {
    async fn emit(&mut self, sql: Vec<u8>, _rows: u64) -> Result<Vec<u8>, Error> {
        self.0.extend_from_slice(&sql);
        Ok(Vec::new())
    }
}

/// The only row of `t` in a database, by a snapshot that is closed again.
async fn row(source: &MysqlSource, database: &str, options: &DumpOptions) -> (String, String) {
    let opened = source.snapshot(database.as_bytes(), 2, options).await;
    let mut snapshots = opened.unwrap_or_else(|error| panic!("{}", error.report()));
    let catalog = snapshots[0].entries().await.expect("entries");
    let data = catalog
        .entries
        .unpack()
        .expect("entries")
        .into_iter()
        .find_map(|entry| match entry.body {
            Body::Data(data) => Some(Slice {
                entry: entry.id,
                data,
                range: Range::Whole,
                number: 0,
            }),
            Body::Statements(_) => None,
        });
    let mut kept = Kept(Vec::new());
    let slice = data.expect("a table");
    snapshots[1].stream(&slice, &mut kept).await.expect("rows");
    let position = snapshots[0].script().position.clone().unwrap_or_default();
    for snapshot in snapshots.into_iter().rev() {
        snapshot.close().await.expect("an end");
    }
    let rows = String::from_utf8(kept.0).expect("digits");
    let row = rows.split("VALUES\n").nth(1).expect("a row").to_owned();
    (row, position)
}

/// A commit writes to two databases at once: they are dumped one after the other, and agree.
fn one_point(server: &MySqlServer) {
    server.sql(
        "",
        "CREATE DATABASE one; CREATE DATABASE two; \
         CREATE TABLE one.t (n BIGINT); CREATE TABLE two.t (n BIGINT); \
         INSERT INTO one.t VALUES (0); INSERT INTO two.t VALUES (0);",
    );
    server.sql(
        "one",
        "DELIMITER //\nCREATE PROCEDURE busy() BEGIN LOOP START TRANSACTION; \
         UPDATE one.t SET n = n + 1; UPDATE two.t SET n = n + 1; COMMIT; END LOOP; END//\n",
    );
    let mut client = server.client("one");
    client
        .args(["-e", "CALL busy()"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut writer = client.spawn().expect("a client");
    std::thread::sleep(Duration::from_millis(500));
    let both = |consistency| {
        let mut options = DumpOptions::default();
        options.mysql.consistency = consistency;
        wait(async {
            let source = MysqlSource::connect(&server.url(""), &nowhere())
                .await
                .expect("a source");
            let one = row(&source, "one", &options).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            (one, row(&source, "two", &options).await)
        })
    };
    let (one, two) = both(Consistency::Server);
    assert_eq!(one, two);
    let (one, two) = both(Consistency::Auto);
    assert_ne!(one, two, "the writer is too slow for this test");
    let _ = writer.kill();
    let _ = writer.wait();
}

#[test]
fn a_whole_server_is_at_one_point() {
    one_point(&MariaDb::with("10.11").binlog().start());
    one_point(&MySql::with("9.7").binlog().start());
}

/// Where a replica goes on from: in a comment, or as what the script ends with.
fn replica_goes_on(source: &MySqlServer, target: &MySqlServer, words: [&str; 3]) {
    let [host, status, gtids] = words;
    target.sql("", host);
    source.create_database("shop");
    source.sql(
        "shop",
        "CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (1);",
    );
    let dumped = |said: Said| {
        let mut job = job();
        job.options.mysql.source_data = Some(said);
        job.options.mysql.gtid_purged = Some(said);
        archive(&source.url("shop"), "shop", &job, None).expect("an archive")
    };
    let commented = script(&dumped(Said::Comment));
    let commented = String::from_utf8_lossy(&commented);
    assert!(commented.contains("\n-- CHANGE "), "{commented}");
    assert!(commented.contains("\n-- SET GLOBAL gtid_"), "{commented}");
    assert!(!commented.contains("\nCHANGE ") && !commented.contains("\nSET GLOBAL"));
    let run = dumped(Said::Statement);
    let text = script(&run);
    let text = String::from_utf8_lossy(&text);
    let (_, rest) = text.split_once("INSERT INTO `t`").expect("rows");
    assert!(
        rest.contains("\nCHANGE ") && rest.contains("\nSET GLOBAL gtid_"),
        "{text}"
    );
    target.create_database("shop");
    native(&run, &target.url("shop")).expect("restored");
    let status = target.sql("", status);
    assert!(status.contains("binlog.00000"), "{status}");
    assert_ne!(target.sql("", gtids), "");
}

#[test]
fn a_replica_of_mariadb_goes_on_from_the_dump() {
    let target = MariaDb::with("10.11").setting("server-id=2").start();
    let source = MariaDb::with("10.11").binlog().start();
    let host = "CHANGE MASTER TO MASTER_HOST = 'nowhere'";
    let words = [host, "SHOW SLAVE STATUS", "SELECT @@gtid_slave_pos"];
    replica_goes_on(&source, &target, words);
}

#[test]
fn a_replica_of_mysql_goes_on_from_the_dump() {
    let gtid = || {
        let server = MySql::with("9.7").setting("gtid-mode=ON");
        server.setting("enforce-gtid-consistency=ON")
    };
    // the two have one UUID: the target must count none of its own
    let target = gtid().setting("disable-log-bin").setting("server-id=2");
    let host = "CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'nowhere'";
    let words = [host, "SHOW REPLICA STATUS", "SELECT @@gtid_purged"];
    replica_goes_on(&gtid().binlog().start(), &target.start(), words);
}

#[test]
fn a_position_that_is_not_known_is_an_error() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    let mut job = job();
    job.options.mysql.source_data = Some(Said::Comment);
    let error = archive(&server.url("shop"), "shop", &job, None).expect_err("no binary log");
    assert!(
        error.report().contains("position is not known"),
        "{}",
        error.report()
    );
}

/// MySQL before 8 leaves tables that their engine does not know out of its catalog: a dump would be without
/// them.
#[test]
fn tables_that_only_their_file_tells_of_are_an_error() {
    // InnoDB does not know it; nobody may read it
    let servers = [
        (MySql::start("5.6"), 0o666),
        (MySql::start("5.6"), 0o000),
        (MariaDb::start("10.5"), 0o000),
        (MariaDb::start("11.8"), 0o000),
    ];
    for (server, mode) in servers {
        server.create_database("shop");
        server.sql("shop", "CREATE TABLE good (a INT) ENGINE = InnoDB");
        let folder = server.sql("", "SELECT @@datadir");
        let file = |name: &str| Path::new(folder.trim()).join("shop").join(name);
        let lost = file("lost.frm");
        std::fs::copy(file("good.frm"), &lost).expect("a definition's file");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&lost, mode).expect("a file of this mode");
        let mut job = job();
        let error = archive(&server.url("shop"), "shop", &job, None);
        let error = error.expect_err("a table is missing");
        assert!(error.report().contains("table lost"), "{}", error.report());
        job.options.lenient = true;
        let bytes = archive(&server.url("shop"), "shop", &job, None).expect("a dump");
        assert!(text(&bytes).contains("CREATE TABLE `good`"));
        let found = warnings(&bytes);
        assert!(
            found.iter().any(|line| line.contains("table lost")),
            "{found:?}"
        );
    }
}

/// A server without STRICT mode stored something else than NULL in a computed column, and does so again.
#[test]
fn a_null_of_a_computed_column_is_no_loss() {
    let server = MySql::start("9.7");
    server.create_database("shop");
    let setup = "SET sql_mode = ''; CREATE TABLE t (a VARCHAR(9), b VARCHAR(9) AS (CONCAT(a, 'x')) NOT NULL); \
                 INSERT INTO t (a) VALUES ('y'), (NULL), ('z')";
    server.sql("shop", setup);
    let bytes = archive(&server.url("shop"), "shop", &job(), None).expect("a dump");
    server.create_database("again");
    native(&bytes, &server.url("again")).expect("a restore");
    let rows = |database: &str| server.sql(database, "SELECT a, HEX(b) FROM t ORDER BY a");
    assert_eq!(rows("again"), rows("shop"));
}
