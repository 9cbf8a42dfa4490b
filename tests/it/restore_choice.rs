//! What of an archive is restored: by tables, entries, lists, sections; what is needed; how little is
//! read for it.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dumpkeep::archive::reader::Reader;
use dumpkeep::pipeline::restore::{RestoreJob, restore};
use dumpkeep::pipeline::select::Choice;
use dumpkeep::postgres::target::PgTarget;
use dumpkeep::progress::Progress;
use dumpkeep::source::Target as _;

use crate::support::command::{Ran, dumpkeep, finished, ran};
use crate::support::mysql_archive::{nowhere, wait};
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres, output};

const SHOP: &str = r"
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'fine');
CREATE TABLE app.small (id int PRIMARY KEY, mood app.mood);
INSERT INTO app.small SELECT i, 'fine' FROM generate_series(1, 100) i;
CREATE TABLE app.child (id int REFERENCES app.small);
INSERT INTO app.child VALUES (1);
CREATE VIEW app.moods AS SELECT mood FROM app.small;
CREATE TABLE app.large (id int, text text);
INSERT INTO app.large SELECT i, (SELECT string_agg(md5((i * j)::text), '') FROM generate_series(1, 30) j)
  FROM generate_series(1, 20000) i;
";

struct Shop {
    server: Postgres,
    folder: tempfile::TempDir,
    file: String,
}

impl Shop {
    fn open(version: &str) -> Self {
        let server = Postgres::start(version);
        server.create_database("shop");
        server.sql("shop", SHOP);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a").display().to_string();
        good(&ran(&["dump", &server.url("shop"), "-o", &file]));
        server.create_database("b");
        Self {
            server,
            folder,
            file,
        }
    }

    fn restore(&self, more: &[&str]) -> Ran {
        let url = self.server.url("b");
        ran(&[&["restore", &self.file, "--to", &url], more].concat())
    }

    fn tables(&self) -> String {
        let sql = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class c \
                   JOIN pg_namespace n ON n.oid = relnamespace \
                   WHERE nspname = 'app' AND relkind IN ('r', 'v')";
        self.server.sql("b", sql).trim().to_owned()
    }
}

fn good(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

fn refused(ran: &Ran, code: i32, says: &str) {
    assert_eq!(ran.code, Some(code), "{}", ran.err);
    assert!(ran.err.contains(says), "{}", ran.err);
}

#[test]
fn what_is_missing_is_named_and_taken_along_on_request() {
    let shop = Shop::open("15");
    let alone = shop.restore(&["--table", "app.small"]);
    refused(
        &alone,
        1,
        "It needs what was not chosen: enum app.mood, schema app",
    );
    good(&shop.restore(&["--table", "app.moods", "--with-dependencies"]));
    assert_eq!(shop.tables(), "moods small");
    let rows = shop.server.sql("b", "SELECT count(*) FROM app.moods");
    assert_eq!(rows.trim(), "100");
}

#[test]
fn tables_stay_out_with_what_needs_them() {
    let shop = Shop::open("15");
    good(&shop.restore(&[
        "--exclude-table",
        "app.small",
        "--exclude-table",
        "large",
        "--jobs",
        "2",
    ]));
    assert_eq!(shop.tables(), "child");
    refused(
        &shop.restore(&["--exclude-table", "nothing"]),
        2,
        "no table in the archive matches",
    );
}

/// A view that needs a table's key has its query behind that key, as an entry of its own; a partition its
/// place among its like.
const KEYED: &str = "CREATE TABLE base (id int PRIMARY KEY, name text); INSERT INTO base VALUES (1, 'a'), (2, 'b'); \
    CREATE TABLE other (base int REFERENCES base); INSERT INTO other VALUES (1), (1); \
    CREATE VIEW keyed AS SELECT b.id, b.name, count(o.base) AS n FROM base b LEFT JOIN other o ON o.base = b.id GROUP BY b.id; \
    CREATE VIEW above AS SELECT name FROM keyed; \
    CREATE MATERIALIZED VIEW stored AS SELECT * FROM keyed; \
    CREATE TABLE parts (k int PRIMARY KEY) PARTITION BY RANGE (k); \
    CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (10); \
    CREATE TABLE part_2 PARTITION OF parts FOR VALUES FROM (10) TO (20); INSERT INTO parts VALUES (1), (11)";

#[test]
fn what_stands_apart_from_its_table_or_view_goes_with_it() {
    let server = Postgres::start("18");
    server.create_database("shop");
    server.sql("shop", KEYED);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("shop"), "-o", &file]));
    let restore = |file: &str, switches: &[&str]| {
        server.sql("postgres", "DROP DATABASE IF EXISTS b");
        server.create_database("b");
        let url = server.url("b");
        ran(&[&["restore", file, "--to", &url], switches].concat())
    };
    let restored = |switches: &[&str]| restore(&file, switches);
    let made = || {
        let sql = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class \
                   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')";
        server.sql("b", sql).trim().to_owned()
    };
    // The view's own query, with the tables that it reads, their rows, and what ties them.
    let with = ["--with-dependencies"];
    for (table, all, rows) in [
        ("keyed", "base keyed other", "2"),
        ("above", "above base keyed other", "2"),
        ("stored", "base keyed other stored", "2"),
    ] {
        good(&restored(&[&["--table", table], &with[..]].concat()));
        assert_eq!(made(), all, "{table}");
        let count = server.sql("b", &format!("SELECT count(*) FROM {table}"));
        assert_eq!(count.trim(), rows, "{table}");
        let keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f'";
        assert_eq!(server.sql("b", keys).trim(), "1", "{table}");
    }
    // pg_dump's archives have it as a rule.
    let other = folder.path().join("other").display().to_string();
    let mut dumper = server.client_of("pgclient", "pg_dump", "shop");
    output(dumper.args(["-Fc", "-f", &other])).expect("pg_dump");
    good(&restore(
        &other,
        &[&["--table", "keyed"], &with[..]].concat(),
    ));
    let count = server.sql("b", "SELECT count(*) FROM keyed");
    assert_eq!((made().as_str(), count.trim()), ("base keyed other", "2"));
    good(&restore(&other, &["--exclude-table", "other"]));
    assert_eq!(made(), "base part_1 part_2 parts");
    let alone = restored(&["--table", "keyed"]);
    refused(&alone, 1, "It needs what was not chosen");
    good(&restored(&["--exclude-table", "other"]));
    assert_eq!(made(), "base part_1 part_2 parts");
    let listed = ran(&["restore", &file, "--list"]);
    let without: Vec<&str> = listed
        .out
        .lines()
        .filter(|line| !line.contains("view_rule"))
        .collect();
    let list = folder.path().join("list").display().to_string();
    std::fs::write(&list, without.join("\n")).expect("a list");
    refused(
        &restored(&["--use-list", &list]),
        2,
        "which holds its query",
    );
    // A partition with its parent, and not with its like; a parent says that it has none.
    good(&restored(&[&["--table", "part_1"], &with[..]].concat()));
    assert_eq!(made(), "part_1 parts");
    let parent = server.sql(
        "b",
        "SELECT count(*), tableoid::regclass FROM parts GROUP BY 2",
    );
    assert_eq!(parent.trim(), "1|part_1");
    good(&restored(&[&["--table", "parts"], &with[..]].concat()));
    assert_eq!(made(), "part_1 part_2 parts");
    assert_eq!(server.sql("b", "SELECT count(*) FROM parts").trim(), "2");
    let parent = restored(&["--table", "parts"]);
    good(&parent);
    let said = "partition_attach public.part_1 is left out: it needs table public.part_1";
    assert!(parent.err.contains(said), "{}", parent.err);
    // A view over a partitioned table shows the rows of all partitions.
    server.sql(
        "shop",
        "CREATE VIEW sums AS SELECT count(*) AS n FROM parts; CREATE MATERIALIZED VIEW kept AS SELECT * FROM sums",
    );
    let sums = folder.path().join("sums").display().to_string();
    good(&ran(&["dump", &server.url("shop"), "-o", &sums]));
    good(&restore(&sums, &[&["--table", "kept"], &with[..]].concat()));
    assert_eq!(made(), "kept part_1 part_2 parts sums");
    assert_eq!(server.sql("b", "SELECT n FROM kept").trim(), "2");
    // Beside the one that is there.
    good(&restored(&[]));
    let url = server.url("b");
    good(&ran(&[
        "restore",
        &file,
        "--to",
        &url,
        "--table",
        "parts",
        "--rename-table",
        "parts=\"old.parts\"",
    ]));
    assert_eq!(
        made(),
        "above base keyed old.parts other part_1 part_2 parts stored"
    );
}

/// A view with its query behind a key is loosened from that key before both are dropped: if it is there.
#[test]
fn what_is_not_there_need_not_be_dropped() {
    let server = Postgres::start("18");
    server.create_database("shop");
    let large = "SELECT lo_from_bytea(90001, '\\x00ff')";
    let setup = format!("CREATE SCHEMA s; SET search_path = s; {KEYED}; {large}");
    server.sql("shop", &setup);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (own, custom, plain) = (path("a"), path("custom"), path("plain"));
    good(&ran(&["dump", &server.url("shop"), "-o", &own]));
    for switches in [&["-Fc", "-f", &custom][..], &["--clean", "-f", &plain]] {
        let mut dumper = server.client_of("pgclient", "pg_dump", "shop");
        output(dumper.args(switches)).expect("pg_dump");
    }
    server.create_database("b");
    let url = server.url("b");
    for (file, switches) in [
        (&own, &["--clean"][..]),
        (&own, &["--clean", "--jobs", "4"]),
        (&own, &["--clean", "--single-transaction"]),
        (&custom, &["--clean"]),
        (&custom, &["--clean", "--single-transaction"]),
        (&plain, &["--clean"]),
        (&plain, &["--clean", "--single-transaction"]),
    ] {
        server.sql(
            "b",
            "DROP SCHEMA IF EXISTS s CASCADE; SELECT lo_unlink(oid) FROM pg_largeobject_metadata",
        );
        // Into nothing, and over all of it.
        for _ in 0..2 {
            let restored = ran(&[&["restore", file, "--to", &url], switches].concat());
            assert_eq!(
                restored.code,
                Some(0),
                "{file} {switches:?}: {}",
                restored.err
            );
            let rows = server.sql("b", "SELECT sum(n) FROM s.keyed");
            assert_eq!(rows.trim(), "2", "{file} {switches:?}");
        }
    }
    // A database that is made anew holds nothing that could be dropped.
    let create = |more: &[&str]| {
        let to = server.url("postgres");
        ran(&[&["restore", "--create", &own, "--to", &to], more].concat())
    };
    let exists = create(&[]);
    refused(&exists, 1, "already exists");
    refused(&exists, 1, "--rename-database");
    good(&create(&["--clean"]));
    assert_eq!(server.sql("shop", "SELECT sum(n) FROM s.keyed").trim(), "2");
    let plan = create(&["--clean", "--dry-run"]);
    good(&plan);
    assert_eq!(plan.out.matches("DROP ").count(), 1, "{}", plan.out);
}

#[test]
fn a_list_is_written_edited_and_read() {
    let shop = Shop::open("18");
    let listed = ran(&["restore", &shop.file, "--list"]);
    good(&listed);
    let lines = |text: &str| -> Vec<String> {
        let lines = listed.out.lines().filter(|line| line.ends_with(text));
        lines.map(str::to_owned).collect()
    };
    let list = shop.folder.path().join("list");
    let wanted = [
        lines(" schema app"),
        lines(" app.mood"),
        lines(" app.small"),
    ]
    .concat();
    std::fs::write(&list, wanted.join("\n")).expect("a list");
    let list = list.display().to_string();
    good(&shop.restore(&["--use-list", &list]));
    assert_eq!(shop.tables(), "small");
    let mut backwards = wanted;
    backwards.reverse();
    std::fs::write(&list, backwards.join("\n")).expect("a list");
    refused(&shop.restore(&["--use-list", &list]), 2, "which it needs");
    std::fs::write(&list, "; nothing\n").expect("a list");
    let nothing = "nothing in the archive of what was chosen";
    refused(&shop.restore(&["--use-list", &list]), 2, nothing);
    let number = backwards.first().and_then(|line| line.split(' ').next());
    let number = number.expect("a number");
    refused(
        &shop.restore(&["--entry", "999999"]),
        2,
        "has no entry 999999",
    );
    let plan = shop.restore(&["--entry", number, "--dry-run", "--clean"]);
    good(&plan);
    assert_eq!(plan.out.lines().count(), 1, "{}", plan.out);
}

#[test]
fn a_plan_is_said_and_nothing_done() {
    let shop = Shop::open("12");
    let plan = shop.restore(&["--clean", "--dry-run"]);
    good(&plan);
    for line in [
        "DROP TABLE IF EXISTS app.small",
        "make table app.small",
        "load table_data app.small: 100 rows",
    ] {
        assert!(
            plan.out.lines().any(|found| found == line),
            "{line}: {}",
            plan.out
        );
    }
    assert_eq!(shop.tables(), "");
    good(&shop.restore(&[]));
    refused(&shop.restore(&["--schema-only"]), 2, "objects already");
    refused(&shop.restore(&[]), 2, "--if-empty=false");
    refused(&shop.restore(&["--if-empty=false"]), 1, "already exists");
    let kept = shop.restore(&["--if-empty=false", "--keep-going", "--schema-only"]);
    refused(&kept, 1, "statements failed");
    assert!(
        kept.err.matches("already exists").count() > 8,
        "{}",
        kept.err
    );
    good(&shop.restore(&["--clean"]));
}

#[test]
fn what_cant_be_dropped_from_a_pipe_is_an_error() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t (a INT)");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("shop"), "-o", &file]));
    let input = std::fs::File::open(&file).expect("the archive");
    let mut piped = dumpkeep();
    piped.args(["restore", "-", "--clean", "--to", &server.url("shop")]);
    let piped = finished(piped.stdin(input).output().expect("dumpkeep"));
    refused(&piped, 2, "--clean needs a file");
    let kept = server.sql("shop", "SELECT COUNT(*) FROM t");
    assert!(kept.contains('0'), "{kept}");
}

/// Counts the bytes that are read.
struct Counting(Cursor<Vec<u8>>, Arc<AtomicU64>);

impl Read for Counting {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.read(out)?;
        self.1.fetch_add(count as u64, Ordering::SeqCst);
        Ok(count)
    }
}

impl Seek for Counting {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn of_a_large_archive_only_what_is_needed_is_read() {
    let shop = Shop::open("15");
    let bytes = std::fs::read(&shop.file).expect("the archive");
    let length = bytes.len() as u64;
    assert!(length > 8 << 20, "a large archive: {length}");
    let read = Arc::new(AtomicU64::new(0));
    let reader = Reader::open(Counting(Cursor::new(bytes), Arc::clone(&read)));
    let job = RestoreJob {
        choice: Choice {
            tables: vec!["app.small".into()],
            with_dependencies: true,
            ..Choice::default()
        },
        jobs: 2,
        ..RestoreJob::default()
    };
    let url = shop.server.url("b");
    wait(async {
        let mut target = PgTarget::connect(&url, None, &nowhere()).await?;
        let task = Progress::default().task("restore", 0);
        restore(&mut target, reader?, &job, &task).await?;
        target.close().await
    })
    .expect("it is restored");
    assert_eq!(shop.tables(), "small");
    let read = read.load(Ordering::SeqCst);
    assert!(read < 1 << 20, "{read} bytes of {length} were read");
}

/// Rows into tables that are there with their foreign keys: in their order where there is one, with
/// none checked where there is none.
#[test]
fn rows_alone_heed_foreign_keys_that_are_there() {
    let server = Postgres::start("18");
    server.create_database("a");
    server.sql(
        "a",
        "CREATE TABLE zones (id int PRIMARY KEY); \
         CREATE TABLE parts (id int, zone int REFERENCES zones, PRIMARY KEY (id, zone)) PARTITION BY LIST (zone); \
         CREATE TABLE a_part PARTITION OF parts FOR VALUES IN (1); \
         CREATE TABLE b_part PARTITION OF parts DEFAULT; \
         CREATE TABLE aa (part int, zone int, FOREIGN KEY (part, zone) REFERENCES parts); \
         INSERT INTO zones SELECT generate_series(1, 3); \
         INSERT INTO parts SELECT i, i % 3 + 1 FROM generate_series(1, 3000) i; \
         INSERT INTO aa SELECT id, zone FROM parts; \
         CREATE TABLE egg (id int PRIMARY KEY, hen int); CREATE TABLE hen (id int PRIMARY KEY, egg int REFERENCES egg); \
         ALTER TABLE egg ADD FOREIGN KEY (hen) REFERENCES hen; \
         BEGIN; INSERT INTO egg VALUES (1, NULL); INSERT INTO hen VALUES (1, 1); UPDATE egg SET hen = 1; COMMIT",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("a"), "-o", &file]));
    server.create_database("b");
    let url = server.url("b");
    let restore = |more: &[&str]| ran(&[&["restore", &file, "--to", &url], more].concat());
    good(&restore(&["--schema-only"]));
    let chickens = ["--exclude-table", "egg", "--exclude-table", "hen"];
    for jobs in ["1", "3"] {
        server.sql("b", "TRUNCATE zones, parts, aa");
        good(&restore(
            &[&["--data-only", "--jobs", jobs], &chickens[..]].concat(),
        ));
        assert_eq!(server.sql("b", "SELECT count(*) FROM aa").trim(), "3000");
    }
    let circle = restore(&["--data-only", "--table", "egg", "--table", "hen"]);
    refused(&circle, 1, "--data-only --disable-triggers");
    server.sql("b", "TRUNCATE zones, parts, aa, egg, hen");
    good(&restore(&[
        "--section",
        "data",
        "--data-only",
        "--disable-triggers",
        "--jobs",
        "3",
    ]));
    assert_eq!(server.sql("b", "SELECT hen FROM egg").trim(), "1");
    server.sql("b", "CREATE ROLE plain LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO plain; TRUNCATE zones, parts, aa, egg, hen");
    let plain = url.replace("user=postgres", "user=plain");
    let denied = ran(&[
        "restore",
        &file,
        "--to",
        &plain,
        "--data-only",
        "--disable-triggers",
    ]);
    refused(&denied, 1, "It takes a superuser");
    refused(&restore(&["--disable-triggers"]), 2, "--data-only");
}

const GRANTED: &str = "\
CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'x'); \
CREATE MATERIALIZED VIEW by_key AS SELECT id, a FROM t GROUP BY id; \
GRANT SELECT ON t, by_key TO PUBLIC; GRANT UPDATE (a) ON t TO PUBLIC; \
GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO PUBLIC; \
SELECT lo_from_bytea(4711, 'large'); COMMENT ON LARGE OBJECT 4711 IS 'a large one'; \
GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC; ";

/// Grants go with what they are on, and large objects with all that is about them are rows, as pg_restore
/// has it: the sections, and definitions and rows, make the whole.
#[test]
fn parts_take_grants_with_what_they_are_on() {
    let server = Postgres::start("18");
    server.create_database("a");
    server.sql("a", GRANTED);
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("own").display().to_string();
    good(&ran(&["dump", &server.url("a"), "-o", &own]));
    let other = folder.path().join("other").display().to_string();
    let mut dumper = server.client_of("pgclient", "pg_dump", "a");
    output(dumper.args(["-Fc", "-f", &other])).expect("pg_dump");
    let granted = |name: &str| {
        let sql = format!("SELECT relacl IS NOT NULL FROM pg_class WHERE relname = '{name}'");
        server.sql("b", &sql).trim().to_owned()
    };
    let large = || {
        let sql = "SELECT lomacl IS NOT NULL, obj_description(oid, 'pg_largeobject') \
                   FROM pg_largeobject_metadata";
        server.sql("b", sql).trim().to_owned()
    };
    let original = server.reference_dump("a", &[]);
    for file in [&own, &other] {
        let fresh = || {
            server.sql("postgres", "DROP DATABASE IF EXISTS b");
            server.create_database("b");
        };
        let url = server.url("b");
        let restore = |switches: &[&str]| {
            good(&ran(&[
                &["restore", file, "--to", &url, "--if-empty=false"],
                switches,
            ]
            .concat()));
        };
        fresh();
        restore(&["--section", "pre-data"]);
        assert_eq!(
            (granted("t"), granted("by_key")),
            ("t".into(), String::new())
        );
        assert_eq!(large(), "");
        restore(&["--section", "data"]);
        assert_eq!(large(), "t|a large one");
        restore(&["--section", "post-data"]);
        assert_eq!(granted("by_key"), "t");
        assert_eq!(server.reference_dump("b", &[]), original, "{file}");
        fresh();
        restore(&["--schema-only"]);
        assert_eq!((granted("t").as_str(), large().as_str()), ("t", ""));
        restore(&["--data-only"]);
        assert_eq!(large(), "t|a large one");
        assert_eq!(
            server.reference_dump("b", &["-t", "t", "-b"]),
            server.reference_dump("a", &["-t", "t", "-b"]),
            "{file}"
        );
    }
}

/// A foreign key is a part of its table on MySQL: what it points to may not be there.
fn a_foreign_key_to_nothing_is_named(server: &MySqlServer) {
    server.create_database("shop");
    server.create_database("b");
    server.sql(
        "shop",
        "CREATE TABLE `Part of``s` (id INT PRIMARY KEY) ENGINE = InnoDB; \
         CREATE TABLE parts (id INT PRIMARY KEY, whole INT, FOREIGN KEY (whole) REFERENCES `Part of``s` (id), \
         up INT, FOREIGN KEY (up) REFERENCES parts (id)) ENGINE = InnoDB",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("shop"), "-o", &file]));
    let url = server.url("b");
    let restored = |switches: &[&str]| {
        let restored = ran(&[&["restore", &file, "--to", &url], switches].concat());
        good(&restored);
        restored
            .err
            .contains("table parts has a foreign key to part of`s, which was not chosen")
    };
    assert!(restored(&["--table", "parts"]));
    server.sql("b", "DROP TABLE parts");
    assert!(restored(&["--exclude-table", "Part*"]), "left out");
    server.sql("b", "DROP TABLE parts");
    assert!(!restored(&["--table", "Part*", "--table", "parts"]));
    // It is there.
    let beside = ["--table", "parts", "--rename-table", "parts=\"parts=2\""];
    assert!(!restored(&beside));
}

#[test]
fn a_foreign_key_to_nothing_is_named_on_mariadb_10_11() {
    a_foreign_key_to_nothing_is_named(&MariaDb::start("10.11"));
}

#[test]
fn a_foreign_key_to_nothing_is_named_on_mysql_9_7() {
    a_foreign_key_to_nothing_is_named(&MySql::start("9.7"));
}
