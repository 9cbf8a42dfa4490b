//! Files of pg_dump and pg_dumpall, restored by dumpkeep alone and compared by the oracle.

use std::path::{Path, PathBuf};

use crate::support::command::{Ran, dumpkeep, finished, ran};
use crate::support::oracle;
use crate::support::server::{Postgres, output};

/// A shop of every kind with some hundred rows.
fn shop() -> String {
    let sample = include_str!("../support/sample/postgres.sql");
    sample.replace("00000) i", "000) i").replace("50000", "500")
}

const ROLES: &str = "CREATE ROLE shop_owner NOLOGIN CREATEDB; CREATE ROLE shop_reader LOGIN;\
    CREATE ROLE \"Odd \"\"role\"\"\" NOINHERIT;";

/// Many large objects with rights and owners, an empty one, a large one; what event triggers see.
const MORE: &str = "\
    SELECT lo_create(90000); SELECT lo_from_bytea(4294967295, '\\x01'); SELECT lo_from_bytea(90001, '\\x00ff5c0a');\
    SELECT lo_from_bytea(90002, decode(repeat('00ff5c', 300000), 'hex'));\
    ALTER LARGE OBJECT 90001 OWNER TO shop_owner; GRANT SELECT ON LARGE OBJECT 90001 TO shop_reader;\
    SELECT lo_create(90100 + i) FROM generate_series(1, 30) i;\
    CREATE TABLE odd (\"a;b\" text, \"\\.\" int); COMMENT ON TABLE odd IS '\\connect evil; -- ';\
    INSERT INTO odd VALUES ('\\.', 1), (E'tab\\tline\\nback\\\\', 2), (NULL, NULL), ('', 3);\
    CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;\
    CREATE EVENT TRIGGER watch ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION watch();";

fn shop_on(version: &str) -> Postgres {
    let server = Postgres::start(version);
    server.sql("postgres", ROLES);
    server.create_database("shop");
    server.sql("shop", &shop());
    server.sql("shop", MORE);
    server
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn good(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
}

/// Writes the shop's file with this pg_dump, these switches.
fn dumped(server: &Postgres, dumper: &str, switches: &[&str], to: &Path) -> PathBuf {
    let mut command = server.client_of(dumper, "pg_dump", "shop");
    output(command.args(switches).arg("-f").arg(to)).expect("pg_dump");
    to.to_owned()
}

/// Over one connection, and archives over four.
fn comes_back(server: &Postgres, file: &Path, number: usize) {
    let is_script = std::fs::read(file).is_ok_and(|bytes| bytes.starts_with(b"--"));
    let all: &[&str] = if is_script { &["1"] } else { &["1", "4"] };
    for jobs in all {
        let database = format!("back{number}");
        server.create_database(&database);
        let url = server.url(&database);
        let restored = ran(&["restore", &text(file), "--jobs", jobs, "--to", &url]);
        good(&restored);
        let heeded = !restored.err.contains("--jobs is not heeded");
        assert!(heeded, "{}", restored.err);
        let equal = oracle::postgres_as_restored((server, "shop"), (server, &database));
        equal.unwrap_or_else(|differences| {
            panic!("{}, {jobs} connections: {differences}", file.display())
        });
        server.sql("postgres", &format!("DROP DATABASE {database}"));
    }
}

const FORMATS: [&[&str]; 7] = [
    &["-Fp"],
    &["-Fc"],
    &["-Fc", "-Z0"],
    &["-Fc", "-Zzstd"],
    &["-Fd", "-Zlz4", "-j2"],
    &["-Fd", "-Zzstd"],
    &["-Ft"],
];

fn formats_of_the_newest_pg_dump(version: &str, formats: &[&[&str]]) {
    let server = shop_on(version);
    let folder = tempfile::tempdir().expect("a folder");
    for (number, switches) in formats.iter().enumerate() {
        let to = folder.path().join(number.to_string());
        let file = dumped(&server, "pgclient", switches, &to);
        comes_back(&server, &file, number);
        let verified = ran(&["verify", &text(&file)]);
        good(&verified);
        assert!(
            verified.out.contains("can be read to its end: "),
            "{}",
            verified.out
        );
    }
}

#[test]
fn files_of_pg_dump_come_back_on_postgresql_18() {
    formats_of_the_newest_pg_dump("18", &FORMATS);
}

/// `pg_dump -Fc shop >FILE`: its second table of contents lands behind the data.
#[test]
fn a_file_that_a_shell_opened_comes_back_on_postgresql_18() {
    let server = shop_on("18");
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("redirected");
    let mut command = server.client("pg_dump", "shop");
    let file = std::fs::File::create(&to).expect("a file");
    let done = command.arg("-Fc").stdout(file).status().expect("pg_dump");
    assert!(done.success());
    good(&ran(&["verify", &text(&to)]));
    comes_back(&server, &to, 0);
}

#[test]
fn files_of_pg_dump_come_back_on_postgresql_12() {
    formats_of_the_newest_pg_dump("12", &[&["-Fp"], &["-Fc", "-Zlz4"], &["-Fd"]]);
}

#[test]
fn files_of_pg_dump_come_back_on_the_versions_between() {
    if std::env::var_os("DUMPKEEP_EVERY_VERSION").is_some() {
        for version in ["13", "14", "15", "16", "17"] {
            formats_of_the_newest_pg_dump(version, &FORMATS);
        }
    } else {
        formats_of_the_newest_pg_dump("15", &[&["-Ft"]]);
    }
}

#[test]
fn files_of_an_older_pg_dump_come_back() {
    let server = shop_on("15");
    let folder = tempfile::tempdir().expect("a folder");
    for (number, switches) in [&["-Fp"][..], &["-Fc"], &["-Fd", "-Z0"], &["-Ft"]]
        .iter()
        .enumerate()
    {
        let to = folder.path().join(number.to_string());
        let file = dumped(&server, "pg15", switches, &to);
        comes_back(&server, &file, number);
        let shown = ran(&["show", &text(&file)]);
        good(&shown);
        assert!(shown.out.contains("pg_dump"), "{}", shown.out);
    }
}

/// The programs of 13 write archives as 12's do, those of 17 as 18's; each reads older servers too.
fn formats_of(dumper: &str, servers: &[&str], formats: &[&[&str]]) {
    for version in servers {
        let server = shop_on(version);
        let folder = tempfile::tempdir().expect("a folder");
        for (number, switches) in formats.iter().enumerate() {
            let to = folder.path().join(number.to_string());
            let file = dumped(&server, dumper, switches, &to);
            comes_back(&server, &file, number);
        }
    }
}

#[test]
fn files_of_pg_dump_13_come_back() {
    let formats: [&[&str]; 4] = [&["-Fp"], &["-Fc"], &["-Fd", "-j2"], &["-Ft"]];
    formats_of("pgclient13", &["13"], &formats);
    formats_of("pgclient13", &["12"], &formats[1..2]);
}

#[test]
fn files_of_pg_dump_17_come_back() {
    let formats: [&[&str]; 4] = [
        &["-Fp"],
        &["-Fc", "-Zzstd"],
        &["-Fd", "-j2", "-Zlz4"],
        &["-Ft"],
    ];
    formats_of("pgclient17", &["17"], &formats);
    formats_of("pgclient17", &["14"], &formats[1..2]);
}

#[test]
fn files_of_pg_dump_16_come_back() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/foreign_files");
    for version in ["16", "17"] {
        let server = Postgres::start(version);
        server.create_database("shop");
        server.sql("shop", include_str!("foreign_files/setup.sql"));
        for (number, name) in ["sql", "custom", "tar", "directory"].iter().enumerate() {
            comes_back(&server, &files.join(format!("pg_dump-16.{name}")), number);
        }
    }
}

#[test]
fn one_table_is_taken_out_of_an_archive_of_pg_dump() {
    let server = shop_on("15");
    let folder = tempfile::tempdir().expect("a folder");
    let file = dumped(&server, "pgclient", &["-Fc"], &folder.path().join("a"));
    server.create_database("one");
    let url = server.url("one");
    good(&ran(&[
        "restore",
        &text(&file),
        "--to",
        &url,
        "--table",
        "odd",
    ]));
    let rows = |database| server.sql(database, "SELECT * FROM odd ORDER BY 2");
    assert_eq!(rows("one"), rows("shop"));
    assert_eq!(
        server.sql(
            "one",
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND oid >= 16384"
        ),
        "1"
    );
    // Other statements than COPY.
    let inserts = dumped(
        &server,
        "pgclient",
        &["-Fc", "--inserts"],
        &folder.path().join("i"),
    );
    server.create_database("two");
    let into = server.url("two");
    good(&ran(&[
        "restore",
        &text(&inserts),
        "--to",
        &into,
        "--table",
        "odd",
    ]));
    assert_eq!(rows("two"), rows("shop"));
    let again = ran(&["restore", &text(&file), "--to", &url]);
    assert_eq!(again.code, Some(2), "{}", again.err);
}

#[test]
fn an_archive_of_pg_dump_makes_its_database() {
    let (a, b) = (shop_on("15"), Postgres::start("15"));
    b.sql("postgres", ROLES);
    a.sql("postgres", "ALTER DATABASE shop SET work_mem = '5MB'");
    let folder = tempfile::tempdir().expect("a folder");
    let file = dumped(&a, "pgclient", &["-Fc"], &folder.path().join("a"));
    good(&ran(&[
        "restore",
        "--create",
        &text(&file),
        "--to",
        &b.url("postgres"),
    ]));
    oracle::postgres_as_restored((&a, "shop"), (&b, "shop")).expect("equal");
    let settings = "SELECT setconfig FROM pg_db_role_setting";
    assert_eq!(b.sql("shop", settings), a.sql("shop", settings));
}

#[test]
fn a_server_of_pg_dumpall_comes_back_from_a_pipe() {
    let (a, b) = (shop_on("15"), Postgres::start("15"));
    let script =
        output(&mut a.client_of("pgclient", "pg_dumpall", "postgres")).expect("pg_dumpall");
    let folder = tempfile::tempdir().expect("a folder");
    let plain = folder.path().join("all.sql");
    std::fs::write(&plain, script).expect("the script");
    output(std::process::Command::new("gzip").arg(&plain)).expect("gzip");
    let packed = folder.path().join("all.sql.gz");

    let refused = ran(&["restore", &text(&packed), "--to", &b.url("postgres")]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    let input = std::fs::File::open(&packed).expect("the file");
    let mut command = dumpkeep();
    command
        .args(["restore", "-", "--create", "--to", &b.url("postgres")])
        .stdin(input);
    good(&finished(command.output().expect("dumpkeep starts")));
    oracle::postgres_as_restored((&a, "shop"), (&b, "shop")).expect("equal");
    oracle::postgres_globals(&a, &b).expect("equal globals");

    // Over what is there: all is dropped but the role that restores.
    let mut dumpall = a.client_of("pgclient", "pg_dumpall", "postgres");
    let again = folder.path().join("again.sql");
    let switches = ["--clean", "--if-exists", "-f"];
    output(dumpall.args(switches).arg(&again)).expect("pg_dumpall");
    b.sql("shop", "CREATE SEQUENCE new");
    let url = b.url("postgres");
    let restore = [
        "restore",
        &text(&again),
        "--create",
        "--clean",
        "--to",
        &url,
    ];
    let cleaned = ran(&restore);
    good(&cleaned);
    assert!(cleaned.err.contains("left as it is"), "{}", cleaned.err);
    oracle::postgres_as_restored((&a, "shop"), (&b, "shop")).expect("equal");
    oracle::postgres_globals(&a, &b).expect("equal globals");
}

#[test]
fn scripts_that_would_do_more_than_load_are_refused() {
    let server = Postgres::start("15");
    server.create_database("empty");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.sql");
    let head = "--\n-- PostgreSQL database dump\n--\nSET statement_timeout = 0;\n";
    let end = "--\n-- PostgreSQL database dump complete\n--\n";
    for (line, why) in [
        ("\\! touch /tmp/x", "\\! in line 5 is not allowed"),
        ("\\i other.sql", "\\i in line 5"),
        ("\\copy t from x", "\\copy in line 5"),
        ("\\connect postgres", "goes on in database postgres"),
        (
            "\\connect - - evil.example",
            "is not how a dumper names a database",
        ),
        ("CREATE DATABASE x;", "the script makes a database"),
        ("DROP DATABASE x;", "the script drops a database"),
        ("CREATE TABLE public.t (a int);\n-- cut", ""),
    ] {
        std::fs::write(&file, format!("{head}{line}\n{end}")).expect("the script");
        let ran = ran(&["restore", &text(&file), "--to", &server.url("empty")]);
        assert_eq!(ran.code == Some(0), why.is_empty(), "{line}: {}", ran.err);
        assert!(ran.err.contains(why), "{line}: {}", ran.err);
    }
    std::fs::write(&file, format!("{head}SELECT 1;\n")).expect("the script");
    server.create_database("other");
    let cut = ran(&["restore", &text(&file), "--to", &server.url("other")]);
    assert_eq!(cut.code, Some(1));
    assert!(cut.err.contains("it was cut"), "{}", cut.err);
}

/// A plan is said, of a script that there is none; neither does anything.
#[test]
fn a_dry_run_executes_nothing() {
    let server = Postgres::start("18");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1)",
    );
    let folder = tempfile::tempdir().expect("a folder");
    server.create_database("back");
    let url = server.url("back");
    for (format, code) in [("-Fp", 2), ("-Fc", 0), ("-Ft", 0), ("-Fd", 0)] {
        let file = dumped(&server, "pgclient", &[format], &folder.path().join(format));
        for more in [&[][..], &["--clean"], &["--jobs", "2"]] {
            let planned =
                ran(&[&["restore", &text(&file), "--dry-run", "--to", &url], more].concat());
            assert_eq!(planned.code, Some(code), "{format}: {}", planned.err);
            let says = planned.out.contains("make table public.t") && planned.out.contains("load ");
            assert!(says || code == 2, "{format}: {}", planned.out);
        }
    }
    let made = server.sql("back", "SELECT count(*) FROM pg_class WHERE relname = 't'");
    assert_eq!(made.trim(), "0");
    let file = folder.path().join("-Fc");
    let resumed = ran(&["restore", &text(&file), "--resume", "--to", &url]);
    assert_eq!(resumed.code, Some(2), "{}", resumed.err);
    let renamed = ran(&[
        "restore",
        &text(&file),
        "--rename-table",
        "t=u",
        "--to",
        &url,
    ]);
    assert!(
        renamed.code == Some(2) && renamed.err.contains("another dumper's file"),
        "{}",
        renamed.err
    );
    let made = server.sql("back", "SELECT count(*) FROM pg_class WHERE relname = 't'");
    assert_eq!(made.trim(), "0");
}

/// Owners and rights stay out on request, or go to others.
#[test]
fn owners_and_rights_of_other_dumpers_files_stay_out_or_go_to_others() {
    let server = Postgres::start("18");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE ROLE keeper; CREATE ROLE reader; CREATE TABLE t (a int); ALTER TABLE t OWNER TO keeper; \
         GRANT SELECT ON t TO reader",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let files = ["-Fp", "-Fc"].map(|format| {
        let to = folder.path().join(format);
        text(&dumped(&server, "pgclient", &[format], &to))
    });
    server.sql(
        "shop",
        "DROP TABLE t; DROP ROLE keeper; DROP ROLE reader; CREATE ROLE me",
    );
    let state = "SELECT tableowner, relacl IS NULL FROM pg_tables JOIN pg_class ON relname = tablename \
                 WHERE tablename = 't'";
    let url = server.url("shop");
    for file in &files {
        for (switches, expected) in [
            (&["-O", "-x"][..], "postgres|t"),
            (&["--map-role", "keeper=me", "-x"], "me|t"),
            (
                &["--map-role", "keeper=me", "--map-role", "reader=me"],
                "me|f",
            ),
        ] {
            good(&ran(
                &[&["restore", file.as_str(), "--to", &url], switches].concat()
            ));
            assert_eq!(
                server.sql("shop", state).trim(),
                expected,
                "{file} {switches:?}"
            );
            server.sql("shop", "DROP TABLE t");
        }
    }
}

/// A session that has made a table elsewhere makes the next index where that belongs.
#[test]
fn what_a_table_was_made_with_is_not_its_indexes_on_postgresql_18() {
    let server = Postgres::with("18")
        .setting("allow_in_place_tablespaces", "on")
        .start();
    server.sql("postgres", "CREATE TABLESPACE fast LOCATION ''");
    server.create_database("shop");
    let tables = (1..=30).map(|number| {
        format!(
            "CREATE TABLE t{number} (a int) TABLESPACE fast; INSERT INTO t{number} VALUES (1); \
             CREATE INDEX i{number} ON t{number} (a);"
        )
    });
    server.sql("shop", &tables.collect::<String>());
    let folder = tempfile::tempdir().expect("a folder");
    let file = dumped(&server, "pgclient", &["-Fc"], &folder.path().join("a"));
    server.create_database("back");
    let url = server.url("back");
    good(&ran(&[
        "restore",
        &text(&file),
        "--jobs",
        "2",
        "--to",
        &url,
    ]));
    let places = "SELECT relkind, count(*), count(*) FILTER (WHERE reltablespace = 0) FROM pg_class \
                  WHERE relname ~ '^[ti][0-9]+$' GROUP BY 1 ORDER BY 1";
    assert_eq!(server.sql("back", places).trim(), "i|30|30\nr|30|0");
}

/// A materialized view has its statistics after its rows: a refresh counts none.
#[test]
fn statistics_come_after_what_they_are_about_on_postgresql_18() {
    let server = Postgres::start("18");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t AS SELECT i FROM generate_series(1, 500) i; \
         CREATE MATERIALIZED VIEW m AS SELECT i, i % 5 AS five FROM t; CREATE INDEX ON m (i); \
         ANALYZE t, m",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let switches = ["-Fc", "--statistics"];
    let file = dumped(&server, "pgclient", &switches, &folder.path().join("a"));
    let known = "SELECT relname, reltuples, (SELECT count(*) FROM pg_stats WHERE tablename = relname) \
                 FROM pg_class WHERE relname ~ '^[tm]' ORDER BY 1";
    let known = |database: &str| server.sql(database, known);
    for (database, jobs) in [("b", "1"), ("c", "2")] {
        server.create_database(database);
        let url = server.url(database);
        good(&ran(&[
            "restore",
            &text(&file),
            "--jobs",
            jobs,
            "--to",
            &url,
        ]));
        assert_eq!(known(database), known("shop"), "{jobs}");
    }
}

/// What a file leaves to the session that loads it is as psql would have it.
#[test]
fn what_a_file_does_not_set_is_the_databases_own_on_postgresql_18() {
    let server = Postgres::with("18")
        .setting("allow_in_place_tablespaces", "on")
        .start();
    server.sql("postgres", "CREATE TABLESPACE fast LOCATION ''");
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
    let folder = tempfile::tempdir().expect("a folder");
    // What is computed while it is loaded sees the session.
    server.sql(
        "shop",
        "CREATE MATERIALIZED VIEW m AS SELECT current_setting('lc_monetary')",
    );
    let forms: [(&[&str], &str, &str); 3] = [
        (&["-Fp", "--no-tablespaces"], "1", "fast"),
        (&["-Fp"], "1", ""),
        (&["-Fc"], "2", ""),
    ];
    for (number, (switches, jobs, wanted)) in forms.into_iter().enumerate() {
        let to = folder.path().join(number.to_string());
        let file = dumped(&server, "pgclient", switches, &to);
        let database = format!("back{number}");
        server.create_database(&database);
        let set = format!("ALTER DATABASE {database} SET default_tablespace = fast; ");
        let money = format!("ALTER DATABASE {database} SET lc_monetary = 'POSIX'");
        server.sql("postgres", &(set + &money));
        let url = server.url(&database);
        good(&ran(&[
            "restore",
            &text(&file),
            "--jobs",
            jobs,
            "--to",
            &url,
        ]));
        let place = "SELECT tablespace FROM pg_tables WHERE tablename = 't'";
        assert_eq!(server.sql(&database, place).trim(), wanted, "{switches:?}");
        let money = server.sql(&database, "SELECT * FROM m");
        assert_eq!(money.trim(), "POSIX", "{switches:?}");
    }
}

/// A deadlock is no end: what another session stood in the way of is made again.
#[test]
fn what_the_server_ends_for_a_deadlock_is_made_again_on_postgresql_18() {
    let server = Postgres::start("18");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE parts (k int PRIMARY KEY) PARTITION BY RANGE (k); \
         CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10); INSERT INTO parts VALUES (1); \
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
         CREATE TRIGGER t BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION f(); \
         CREATE RULE r AS ON DELETE TO part DO INSTEAD NOTHING; GRANT SELECT ON parts TO PUBLIC",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = dumped(&server, "pgclient", &["-Fc"], &folder.path().join("a"));
    server.create_database("back");
    // Each kind of statement fails once, as the server's own deadlocks do.
    server.sql(
        "back",
        "CREATE SCHEMA met; CREATE SEQUENCE met.alter_index; CREATE SEQUENCE met.create_trigger; \
         CREATE SEQUENCE met.create_rule; CREATE SEQUENCE met.grant; \
         CREATE FUNCTION met.once() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF nextval('met.' || replace(lower(tg_tag), ' ', '_')) = 1 THEN \
         RAISE EXCEPTION 'once' USING ERRCODE = 'deadlock_detected'; END IF; END $$; \
         CREATE EVENT TRIGGER once ON ddl_command_end WHEN TAG IN ('ALTER INDEX', 'CREATE TRIGGER', \
         'CREATE RULE', 'GRANT') EXECUTE FUNCTION met.once()",
    );
    let url = server.url("back");
    good(&ran(&[
        "restore",
        &text(&file),
        "--jobs",
        "2",
        "--if-empty=false",
        "--to",
        &url,
    ]));
    let tries = "SELECT s.last_value > 1, t.last_value > 1, r.last_value > 1, g.last_value > 1 \
                 FROM met.alter_index s, met.create_trigger t, met.create_rule r, met.grant g";
    assert_eq!(server.sql("back", tries).trim(), "t|t|t|t");
    server.sql("back", "DROP EVENT TRIGGER once; DROP SCHEMA met CASCADE");
    oracle::postgres_as_restored((&server, "shop"), (&server, "back")).expect("equal");
}

/// Settings that an older server does not know would end the one transaction, and so would those that the
/// script puts around its large objects.
#[test]
fn a_script_of_a_newer_pg_dump_comes_back_in_one_transaction_on_postgresql_15() {
    let server = shop_on("15");
    let folder = tempfile::tempdir().expect("a folder");
    for (number, format) in ["-Fp", "-Fc"].iter().enumerate() {
        let to = folder.path().join(number.to_string());
        let file = dumped(&server, "pgclient", &[format], &to);
        let database = format!("back{number}");
        server.create_database(&database);
        let url = server.url(&database);
        let whole = [
            "restore",
            &text(&file),
            "--single-transaction",
            "--to",
            &url,
        ];
        good(&ran(&whole));
        oracle::postgres_as_restored((&server, "shop"), (&server, &database)).expect("equal");
    }
    // What fails behind the large objects takes all with it.
    let script = std::fs::read_to_string(folder.path().join("0")).expect("the script");
    let end = "--\n-- PostgreSQL database dump complete";
    let (before, after) = script.rsplit_once(end).expect("the end");
    for (statement, says) in [
        ("SELECT 1 / 0;", "division by zero"),
        ("ROLLBACK;", "takes back what it did"),
    ] {
        let broken = folder.path().join("broken");
        let text_of = format!("{before}{statement}\n{end}{after}");
        std::fs::write(&broken, text_of).expect("the script");
        server.create_database("none");
        let url = server.url("none");
        let failed = ran(&[
            "restore",
            &text(&broken),
            "--single-transaction",
            "--to",
            &url,
        ]);
        assert_ne!(failed.code, Some(0), "{statement}");
        assert!(failed.err.contains(says), "{}", failed.err);
        let left = "SELECT (SELECT count(*) FROM pg_class WHERE oid >= 16384) + \
                    (SELECT count(*) FROM pg_largeobject_metadata)";
        assert_eq!(server.sql("none", left).trim(), "0", "{statement}");
        server.sql("postgres", "DROP DATABASE none");
    }
}

/// What is to be dropped need not be there.
#[test]
fn a_script_that_drops_comes_into_an_empty_database_on_postgresql_18() {
    let server = Postgres::start("18");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('fine'); CREATE TABLE app.t (a int PRIMARY KEY, m app.mood); \
         CREATE TABLE u (a int REFERENCES app.t, b int DEFAULT 1 CHECK (b > 0)); CREATE VIEW v AS SELECT a FROM u; \
         CREATE FUNCTION f(m app.mood) RETURNS int LANGUAGE sql AS 'SELECT 1'; \
         INSERT INTO app.t VALUES (1, 'fine'); INSERT INTO u VALUES (1)",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = dumped(
        &server,
        "pgclient",
        &["-Fp", "--clean"],
        &folder.path().join("a"),
    );
    server.create_database("back");
    let url = server.url("back");
    // Into nothing, and over what that made.
    for _ in 0..2 {
        good(&ran(&["restore", &text(&file), "--clean", "--to", &url]));
        oracle::postgres_as_restored((&server, "shop"), (&server, "back")).expect("equal");
    }
}
