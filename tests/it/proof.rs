//! `verify --restore-to`, `diff` and `show --extract`, on real servers.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::command::{Ran, dumpkeep, ran};
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres};

const SCRATCH: &str = "SELECT count(*) FROM pg_database WHERE datname LIKE 'dumpkeep_verify_%'";

/// Values that CSV, COPY and INSERT each write in a way of their own.
const ODD: &str = "CREATE TABLE odd (id int PRIMARY KEY, \"a \"\"b\" text, c varchar(20));\
    INSERT INTO odd VALUES (1, E'x,\"y\"\\n\\tz\\\\', ''), (2, NULL, 'plain'), (3, '\\N', 'ü');";

fn good(ran: Ran) -> String {
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    ran.out
}

fn dump(url: &str, to: &Path) -> String {
    let file = to.display().to_string();
    good(ran(&["dump", url, "-o", &file, "--jobs", "2"]));
    file
}

#[test]
fn an_archive_is_proven_and_nothing_is_left() {
    let server = Postgres::start("15");
    let folder = tempfile::tempdir().expect("a folder");
    server.create_database("shop");
    server.sql("shop", ODD);
    server.sql(
        "shop",
        "CREATE TABLE many AS SELECT i, md5(i::text) AS t FROM generate_series(1, 20000) i",
    );
    let file = dump(&server.url("shop"), &folder.path().join("a.zst"));
    let url = server.url("postgres");
    let said = good(ran(&["verify", &file, "--restore-to", &url, "--jobs", "2"]));
    assert!(said.contains("restored and compared: "), "{said}");
    assert!(said.contains("20003 rows, 2 sums"), "{said}");
    assert_eq!(server.sql("postgres", SCRATCH), "0");
}

/// Frames end where the connection that reads them has so many rows: the proof's are other ones.
#[test]
fn rows_are_compared_however_they_are_cut_and_written() {
    let server = Postgres::start("15");
    let folder = tempfile::tempdir().expect("a folder");
    server.create_database("shop");
    server.sql("shop", ODD);
    server.sql(
        "shop",
        "CREATE TABLE many AS SELECT i, md5(i::text) AS t FROM generate_series(1, 20000) i; \
         CREATE TABLE bare (); INSERT INTO bare DEFAULT VALUES",
    );
    let (from, to) = (server.url("shop"), server.url("postgres"));
    let mut sums = Vec::new();
    for (number, switches) in [
        "--jobs=1",
        "--jobs=3 --frame-size=64K --slice-size=100K",
        "--inserts --frame-size=64K",
        "--column-inserts",
        "--rows-per-insert=7 --on-conflict-do-nothing",
        "--statistics --load-via-partition-root",
    ]
    .into_iter()
    .enumerate()
    {
        let file = folder.path().join(number.to_string()).display().to_string();
        let switches: Vec<&str> = switches.split(' ').collect();
        good(ran(&[&["dump", &from, "-o", &file], &switches[..]].concat()));
        let said = good(ran(&["verify", &file, "--restore-to", &to]));
        assert!(said.contains("20004 rows, 3 sums"), "{switches:?}: {said}");
        let shown = good(ran(&["show", &file, "--json"]));
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        let mut entries = shown["entries"].as_array().expect("entries").iter();
        let many = entries.find(|one| one["kind"] == "table_data" && one["name"] == "many");
        sums.push(many.expect("many's rows")["sum"].to_string());
    }
    assert_eq!(sums[0], sums[1], "COPY");
    assert!(sums[2] == sums[3] && sums[3] == sums[4], "INSERT: {sums:?}");
    assert!(!sums[2].contains("0000000000000000"), "{sums:?}");
}

/// As pg_upgrade leaves it: made anew, with an oid as users' objects have. The scratch database has the
/// template's.
#[test]
fn a_database_with_a_plpgsql_of_its_own_is_proven() {
    let server = Postgres::start("15");
    let folder = tempfile::tempdir().expect("a folder");
    server.create_database("shop");
    for comment in ["PL/pgSQL procedural language", "another"] {
        server.sql(
            "shop",
            &format!(
                "DROP EXTENSION plpgsql; CREATE EXTENSION plpgsql; \
                 COMMENT ON EXTENSION plpgsql IS '{comment}'; \
                 REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC"
            ),
        );
        let file = dump(
            &server.url("shop"),
            &folder.path().join(comment.len().to_string()),
        );
        let said = good(ran(&[
            "verify",
            &file,
            "--restore-to",
            &server.url("postgres"),
        ]));
        assert!(said.contains("restored and compared: "), "{said}");
    }
}

/// Definers have their rights in the database of the archive's name, and in no scratch database; nor under
/// another name.
fn views_of_definers_without_rights_come_back(server: &MySqlServer) {
    server.sql(
        "",
        "CREATE DATABASE shop; CREATE DATABASE b; CREATE USER app@localhost; \
         GRANT ALL ON shop.* TO app@localhost",
    );
    server.sql(
        "shop",
        "CREATE TABLE t (a INT); INSERT INTO t VALUES (1); \
         CREATE DEFINER = app@localhost VIEW first AS SELECT a FROM t; \
         CREATE DEFINER = app@localhost VIEW second AS SELECT a FROM first; \
         CREATE DEFINER = app@localhost VIEW third AS SELECT s.a FROM second s JOIN first f ON f.a = s.a; \
         CREATE DEFINER = app@localhost VIEW grouped AS SELECT a, COUNT(*) AS n FROM t GROUP BY a; \
         CREATE DEFINER = app@localhost VIEW ungrouped AS SELECT a FROM grouped WHERE n > 0",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = dump(&server.url("shop"), &folder.path().join("a"));
    let restore = || ran(&["restore", &file, "--to", &server.url("b")]);
    if !server.is_mariadb() {
        let denied = restore();
        assert_eq!(denied.code, Some(1), "{}", denied.err);
        assert!(denied.err.contains("grant them before"), "{}", denied.err);
        server.sql(
            "",
            "DROP DATABASE b; CREATE DATABASE b; GRANT ALL ON b.* TO app@localhost",
        );
    }
    good(restore());
    let definers = "SELECT table_name FROM information_schema.views WHERE table_schema = 'b' \
                    AND definer = 'app@localhost' ORDER BY 1";
    assert_eq!(
        server.sql("", definers),
        "first\ngrouped\nsecond\nthird\nungrouped"
    );
    let reads = server.sql(
        "",
        "GRANT ALL ON b.* TO app@localhost; SELECT a FROM b.third",
    );
    assert_eq!(reads, "1");
    // A routine's rights can't be had in another way.
    server.sql(
        "shop",
        "CREATE DEFINER = app@localhost FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1; \
         CREATE DEFINER = app@localhost VIEW fourth AS SELECT f() AS a FROM third",
    );
    let file = dump(&server.url("shop"), &folder.path().join("b"));
    let url = server.url("");
    let said = good(ran(&["verify", &file, "--restore-to", &url, "--jobs", "2"]));
    assert!(said.contains("restored and compared: "), "{said}");
    server.sql(
        "",
        "REVOKE ALL ON b.* FROM app@localhost; DROP DATABASE b; CREATE DATABASE b",
    );
    let denied = ran(&["restore", &file, "--to", &server.url("b")]);
    assert_eq!(denied.code, Some(1), "{}", denied.err);
    assert!(denied.err.contains("grant them before"), "{}", denied.err);
}

#[test]
fn views_of_definers_without_rights_come_back_on_mariadb_10_11() {
    views_of_definers_without_rights_come_back(&MariaDb::start("10.11"));
}

#[test]
fn views_of_definers_without_rights_come_back_on_mysql_9_7() {
    views_of_definers_without_rights_come_back(&MySql::start("9.7"));
}

#[test]
fn an_archive_of_mariadb_is_proven() {
    let server: MySqlServer = MariaDb::start("10.11");
    let folder = tempfile::tempdir().expect("a folder");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t (id int PRIMARY KEY, b blob, s varchar(9)); \
        INSERT INTO t VALUES (1, x'00ff', 'a\\nb'), (2, NULL, ''), (3, 'x', NULL)",
    );
    let file = dump(&server.url("shop"), &folder.path().join("a.zst"));
    let said = good(ran(&["verify", &file, "--restore-to", &server.url("")]));
    assert!(said.contains("3 rows, 1 sums"), "{said}");
    let databases = server.sql("", "SHOW DATABASES LIKE 'dumpkeep_verify_%'");
    assert_eq!(databases, "");
    let csv = good(ran(&["show", &file, "--extract", "t"]));
    assert_eq!(csv, "id,b,s\r\n1,0x00ff,\"a\nb\"\r\n2,,\"\"\r\n3,0x78,\r\n");
}

#[test]
fn an_interrupted_proof_drops_its_database() {
    let server = Postgres::start("15");
    let folder = tempfile::tempdir().expect("a folder");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i",
    );
    // Whoever restores this waits: long enough to be interrupted.
    server.sql("shop", "CREATE FUNCTION slow(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS \
        $$ BEGIN IF current_database() <> 'shop' THEN PERFORM pg_sleep(60); END IF; RETURN i; END $$");
    server.sql("shop", "CREATE INDEX ON t (slow(i))");
    let file = dump(&server.url("shop"), &folder.path().join("a.zst"));
    let mut command = dumpkeep();
    command.args(["verify", &file, "--restore-to", &server.url("postgres")]);
    let mut proof = command
        .stderr(Stdio::piped())
        .spawn()
        .expect("dumpkeep starts");
    let begun = "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'dumpkeep_verify_%' \
        AND query LIKE 'CREATE INDEX%'";
    let limit = Instant::now() + Duration::from_secs(60);
    while server.sql("postgres", begun) == "0" {
        assert!(Instant::now() < limit, "the proof does not begin");
        std::thread::sleep(Duration::from_millis(50));
    }
    let pid = i32::try_from(proof.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(pid.expect("a number"), rustix::process::Signal::TERM)
        .expect("TERM");
    let ended = proof.wait().expect("it ends");
    assert_eq!(ended.code(), Some(143));
    assert_eq!(server.sql("postgres", SCRATCH), "0");
}

/// Waits until the server answers so.
fn until(server: &MySqlServer, sql: &str, there: impl Fn(&str) -> bool) -> String {
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        let found = server.sql("", sql).trim().to_owned();
        if there(&found) {
            return found;
        }
        assert!(Instant::now() < limit, "{sql}: {found}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_proof_that_is_interrupted_while_it_drops_its_database_waits_for_that() {
    let server = MariaDb::start("10.11");
    let folder = tempfile::tempdir().expect("a folder");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE held (i INT); INSERT INTO held SELECT seq FROM seq_1_to_100",
    );
    let file = dump(&server.url("shop"), &folder.path().join("a.zst"));
    let mut command = dumpkeep();
    command.args(["verify", &file, "--restore-to", &server.url("")]);
    let mut proof = command
        .stderr(Stdio::piped())
        .spawn()
        .expect("dumpkeep starts");
    let made = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'held' \
        AND table_schema LIKE 'dumpkeep%'";
    let scratch = until(&server, made, |name| !name.is_empty());
    // Whoever reads a table in a transaction keeps its database from being dropped.
    let hold = format!("START TRANSACTION; SELECT COUNT(*) FROM {scratch}.held; SELECT SLEEP(60)");
    std::thread::scope(|scope| {
        scope.spawn(|| std::panic::catch_unwind(|| server.sql("", &hold)));
        let drops =
            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'DROP DATABASE%'";
        until(&server, drops, |count| count == "1");
        let pid = i32::try_from(proof.id()).ok();
        let pid = pid.and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(pid.expect("a number"), rustix::process::Signal::TERM)
            .expect("TERM");
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(
            proof.try_wait().expect("a child"),
            None,
            "it is not dropped yet"
        );
        let holder =
            "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(60)%'";
        let holder = until(&server, holder, |id| !id.is_empty());
        server.sql("", &format!("KILL {holder}"));
    });
    let ended = proof.wait().expect("it ends");
    assert_eq!(ended.code(), Some(143));
    let left =
        "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE 'dumpkeep%'";
    assert_eq!(server.sql("", left).trim(), "0");
}

#[test]
fn diff_tells_what_came_went_and_changed() {
    let server = Postgres::start("15");
    let folder = tempfile::tempdir().expect("a folder");
    server.create_database("shop");
    server.sql("shop", ODD);
    server.sql("shop", "CREATE TABLE gone (a int); CREATE VIEW v AS SELECT 1 AS a; CREATE TABLE same AS SELECT 1 AS a");
    let a = dump(&server.url("shop"), &folder.path().join("a.zst"));
    let unchanged = dump(&server.url("shop"), &folder.path().join("u.zst"));
    server.sql(
        "shop",
        "DROP TABLE gone; CREATE TABLE come (a int); CREATE OR REPLACE VIEW v AS SELECT 2 AS a;\
        UPDATE odd SET c = 'PLAIN' WHERE id = 2",
    );
    let b = dump(&server.url("shop"), &folder.path().join("b.zst"));
    assert_eq!(
        good(ran(&["diff", &a, &unchanged, "--exit-code"])),
        "no difference\n"
    );
    let differs = ran(&["diff", &a, &b, "--exit-code"]);
    assert_eq!(differs.code, Some(1));
    for line in [
        "+ table public.come",
        "- table public.gone",
        "~ view public.v",
        "* table_data public.odd: 3 to 3 rows",
    ] {
        assert!(differs.out.contains(line), "{line}: {}", differs.out);
    }
    assert!(!differs.out.contains("same"), "{}", differs.out);
    let json = good(ran(&["diff", &a, &b, "--json"]));
    assert!(json.contains("\"same\": false"), "{json}");
}

#[test]
fn a_tables_rows_are_extracted() {
    let server = Postgres::start("15");
    let folder = tempfile::tempdir().expect("a folder");
    server.create_database("shop");
    server.sql("shop", ODD);
    let file = dump(&server.url("shop"), &folder.path().join("a.zst"));
    let inserts = folder.path().join("i.zst").display().to_string();
    good(ran(&[
        "dump",
        &server.url("shop"),
        "-o",
        &inserts,
        "--inserts",
    ]));
    let csv = "id,\"a \"\"b\",c\r\n1,\"x,\"\"y\"\"\n\tz\\\",\"\"\r\n2,,plain\r\n3,\\N,ü\r\n";
    for file in [&file, &inserts] {
        assert_eq!(
            good(ran(&["show", file, "--extract", "odd"])),
            csv,
            "{file}"
        );
    }
    let jsonl = good(ran(&[
        "show",
        &file,
        "--extract",
        "public.odd",
        "--format",
        "jsonl",
    ]));
    let second = jsonl.lines().nth(1).expect("a second row");
    assert_eq!(second, r#"{"id":"2","a \"b":null,"c":"plain"}"#);
    let none = ran(&["show", &file, "--extract", "nothing"]);
    assert_eq!(none.code, Some(2), "{}", none.err);
}
