//! Small tables that are restored in one transaction: what the server refuses of one must not cost the others
//! anything, and must be told of the right one.

use crate::support::command::{Ran, ran};
use crate::support::oracle;
use crate::support::server::Postgres;

/// One table's rows break a check that was laxer when they came. It is the smallest: several connections load
/// the largest first, and one that began with it would end the others before they had done anything.
const TABLES: &str = r"
CREATE FUNCTION most() RETURNS int LANGUAGE sql AS 'SELECT 100';
DO $$BEGIN FOR i IN 1..40 LOOP EXECUTE format(
  'CREATE TABLE small_%1$s (id int PRIMARY KEY, a int CHECK (a < most()));
  INSERT INTO small_%1$s SELECT i, i FROM generate_series(1, 3) i; GRANT SELECT ON small_%1$s TO PUBLIC', i);
END LOOP; END$$;
DELETE FROM small_17;
INSERT INTO small_17 VALUES (50, 50);
CREATE OR REPLACE FUNCTION most() RETURNS int LANGUAGE sql AS 'SELECT 10';
";

const TABLE: &str = "table_data public.small_17";

const FILLED: &str = "SELECT count(*) FROM pg_stat_user_tables t, \
    LATERAL query_to_xml('SELECT FROM ' || relname, false, false, '') x \
    WHERE schemaname = 'public' AND x::text LIKE '%<row%'";

struct Start {
    server: Postgres,
    archive: String,
    _folder: tempfile::TempDir,
}

fn start() -> Start {
    let server = Postgres::start("18");
    server.sql("postgres", "CREATE DATABASE a TEMPLATE template0");
    server.sql("a", TABLES);
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a").display().to_string();
    let dumped = ran(&["dump", &server.url("a"), "-o", &archive]);
    assert_eq!(dumped.code, Some(0), "{}", dumped.err);
    Start {
        server,
        archive,
        _folder: folder,
    }
}

impl Start {
    fn restore(&self, more: &[&str]) -> Ran {
        let url = self.server.url("b");
        let restore = ["restore", &self.archive, "--to", &url];
        ran(&[&restore, more].concat())
    }

    fn fresh(&self) {
        let fresh = "DROP DATABASE IF EXISTS b";
        self.server.sql("postgres", fresh);
        let fresh = "CREATE DATABASE b TEMPLATE template0";
        self.server.sql("postgres", fresh);
    }

    fn filled(&self) -> u32 {
        let filled = self.server.sql("b", FILLED);
        filled.trim().parse().expect("a number")
    }
}

#[test]
fn the_others_are_kept_and_the_right_one_is_named() {
    let start = start();
    for jobs in ["1", "2"] {
        start.fresh();
        let failed = start.restore(&["--jobs", jobs]);
        assert_eq!(failed.code, Some(1), "{}", failed.err);
        assert!(failed.err.contains(TABLE), "{}", failed.err);
        assert!(
            failed.err.contains("COPY public.small_17"),
            "{}",
            failed.err
        );
        assert!(failed.err.contains("23514"), "{}", failed.err);
        let filled = start.filled();
        assert!((1..40).contains(&filled), "{filled}");
        // Nothing is done twice by what goes on.
        let lax = "CREATE OR REPLACE FUNCTION most() RETURNS int LANGUAGE sql AS 'SELECT 100'";
        start.server.sql("b", lax);
        let resumed = start.restore(&["--jobs", jobs, "--resume"]);
        assert_eq!(resumed.code, Some(0), "{}", resumed.err);
        let strict = "CREATE OR REPLACE FUNCTION most() RETURNS int LANGUAGE sql AS 'SELECT 10'";
        start.server.sql("b", strict);
        oracle::postgres((&start.server, "a"), (&start.server, "b")).expect("equal");
    }
}

#[test]
fn each_failure_is_counted_once_where_it_goes_on() {
    let start = start();
    start.fresh();
    let failed = start.restore(&["--jobs", "2", "--keep-going"]);
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    assert_eq!(failed.err.matches(TABLE).count(), 1, "{}", failed.err);
    assert_eq!(start.filled(), 39);
}

/// Tables that are there may keep rows back: the server says nothing of it but their number.
#[test]
fn the_table_that_takes_fewer_rows_is_named() {
    let start = start();
    start.fresh();
    start.server.sql(
        "b",
        "CREATE FUNCTION kept_back() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    );
    let tables = "DO $$BEGIN FOR i IN 1..40 LOOP EXECUTE format('CREATE TABLE small_%s (id int, a int)', i); END LOOP; END$$";
    start.server.sql("b", tables);
    start.server.sql(
        "b",
        "CREATE TRIGGER t BEFORE INSERT ON small_17 FOR EACH ROW EXECUTE FUNCTION kept_back()",
    );
    let failed = start.restore(&["--jobs", "1", "--data-only"]);
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    assert!(failed.err.contains(TABLE), "{}", failed.err);
    let told = "1 rows were sent and the server took 0";
    assert!(failed.err.contains(told), "{}", failed.err);
}
