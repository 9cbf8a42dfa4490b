//! Switches of `restore` that don't go together, or not with such a file: refused by name, before
//! anything is done.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::command::{Ran, dumpkeep, finished, ran};
use crate::support::server::{MariaDb, Postgres};

/// A kind of file, and whether it comes through a pipe.
struct Source {
    what: &'static str,
    file: String,
    piped: bool,
}

impl Source {
    fn new(what: &'static str, file: &Path) -> Self {
        Self {
            what,
            file: file.display().to_string(),
            piped: what.ends_with("pipe"),
        }
    }

    fn restore(&self, url: &str, switches: &str) -> Ran {
        let mut command = dumpkeep();
        let file = if self.piped { "-" } else { &self.file };
        command.args(["restore", file, "--to", url]);
        command.args(switches.split_whitespace());
        if self.piped {
            let file = File::open(&self.file).expect("the file");
            command.stdin(Stdio::from(file));
        }
        finished(command.output().expect("dumpkeep starts"))
    }
}

/// A file that pg_dump wrote.
fn others(form: &str) -> String {
    format!(
        "{}/tests/it/foreign_files/pg_dump-16.{form}",
        env!("CARGO_MANIFEST_DIR")
    )
}

const OTHERS: &str = "script script-pipe custom tar directory";
const SCRIPTS: &str = "script script-pipe";
const PIPES: &str = "own-pipe";
const ALL: &str = "own own-pipe script script-pipe custom tar directory";

/// Switches, the sources that they don't go with, what is said.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "--single-transaction --keep-going",
        ALL,
        "exclude each other",
    ),
    ("--schema-only --data-only", ALL, "cannot be used with"),
    ("--exit-on-error --keep-going", ALL, "cannot be used with"),
    ("--rename-database other", ALL, "--create"),
    ("--disable-triggers", ALL, "--data-only"),
    ("--no-checks --dry-run", ALL, "cannot be used with"),
    (
        "--clean --data-only",
        "own custom tar directory",
        "rows alone make nothing",
    ),
    (
        "--clean --section data",
        "own custom tar directory",
        "rows alone make nothing",
    ),
    ("--resume --dry-run", "own", "--resume goes on with one"),
    ("--resume --keep-going", "own", "--resume goes with a whole"),
    (
        "--resume --single-transaction",
        "own",
        "--resume goes with a whole",
    ),
    ("--resume --data-only", "own", "--resume goes with a whole"),
    (
        "--resume --into-existing",
        "own",
        "--resume goes with a whole",
    ),
    (
        "--resume --table app.small",
        "own",
        "--resume goes with a whole",
    ),
    ("--resume", PIPES, "--resume needs a file"),
    ("--dry-run", PIPES, "--dry-run needs a file"),
    ("--create", PIPES, "--create needs a file"),
    ("--clean", PIPES, "--clean needs a file"),
    ("--table app.small", PIPES, "can't be chosen from a pipe"),
    ("--section pre-data", PIPES, "can't be chosen from a pipe"),
    ("--schema-only", PIPES, "can't be chosen from a pipe"),
    ("--entry 1", PIPES, "can't be chosen from a pipe"),
    ("--no-owner", PIPES, "need a file"),
    ("--rename-table a=b", PIPES, "need a file"),
    ("--into-schema a=b", PIPES, "need a file"),
    ("--map-tablespace a=b", PIPES, "need a file"),
    ("--no-toast-compression", PIPES, "need a file"),
    ("--create-missing-roles", PIPES, "need a file"),
    (
        "--resume",
        OTHERS,
        "--resume is for dumpkeep's own archives",
    ),
    ("--rename-table a=b", OTHERS, "for dumpkeep's own archives"),
    ("--into-schema a=b", OTHERS, "for dumpkeep's own archives"),
    (
        "--rename-database b --create",
        OTHERS,
        "for dumpkeep's own archives",
    ),
    ("--no-tablespaces", OTHERS, "for dumpkeep's own archives"),
    (
        "--map-tablespace a=b",
        OTHERS,
        "for dumpkeep's own archives",
    ),
    (
        "--create-missing-roles",
        OTHERS,
        "for dumpkeep's own archives",
    ),
    (
        "--assume-encoding UTF8",
        OTHERS,
        "for dumpkeep's own archives",
    ),
    (
        "--table app.small",
        SCRIPTS,
        "can't be chosen from another dumper's script",
    ),
    (
        "--exclude-table a",
        SCRIPTS,
        "can't be chosen from another dumper's script",
    ),
    (
        "--schema a",
        SCRIPTS,
        "can't be chosen from another dumper's script",
    ),
    (
        "--section data",
        SCRIPTS,
        "can't be chosen from another dumper's script",
    ),
    (
        "--schema-only",
        SCRIPTS,
        "can't be chosen from another dumper's script",
    ),
    (
        "--data-only",
        SCRIPTS,
        "can't be chosen from another dumper's script",
    ),
    (
        "--entry 1",
        SCRIPTS,
        "can't be chosen from another dumper's script",
    ),
    ("--dry-run", SCRIPTS, "a script has no table of contents"),
    (
        "--clean",
        SCRIPTS,
        "nothing in this script drops what is there",
    ),
    (
        "--create",
        SCRIPTS,
        "before it enters a database of its own",
    ),
    (
        "--create --single-transaction",
        SCRIPTS,
        "exclude each other",
    ),
    ("--jobs 2", "custom-pipe", "can't be restored from a pipe"),
];

#[test]
fn switches_that_do_not_go_together_are_refused_by_name_on_postgres_16() {
    let server = Postgres::start("16");
    server.create_database("a");
    server.sql(
        "a",
        "CREATE SCHEMA app; CREATE TABLE app.small (id int PRIMARY KEY); INSERT INTO app.small VALUES (1)",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("own");
    let to = own.display().to_string();
    let made = ran(&["dump", &server.url("a"), "-o", &to]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let other = |form: &str| PathBuf::from(others(form));
    let sources = [
        Source::new("own", &own),
        Source::new("own-pipe", &own),
        Source::new("script", &other("sql")),
        Source::new("script-pipe", &other("sql")),
        Source::new("custom", &other("custom")),
        Source::new("custom-pipe", &other("custom")),
        Source::new("tar", &other("tar")),
        Source::new("directory", &other("directory")),
    ];
    server.create_database("b");
    let mut wrong = Vec::new();
    for (switches, of, says) in REFUSED {
        for source in &sources {
            if !of.split(' ').any(|what| what == source.what) {
                continue;
            }
            let ran = source.restore(&server.url("b"), switches);
            if ran.code != Some(2) || !ran.err.contains(says) {
                let found = ran.err.lines().next().unwrap_or_default().to_owned();
                wrong.push(format!(
                    "{switches} of {}: {:?} {found}",
                    source.what, ran.code
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for made in [
        "SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')",
        "SELECT count(*) FROM pg_class WHERE oid >= 16384",
    ] {
        assert_eq!(server.sql("b", made).trim(), "0", "nothing was done");
    }
}

#[test]
fn a_whole_archive_goes_into_another_schema_of_an_empty_or_a_new_database() {
    let server = Postgres::start("16");
    server.create_database("a");
    server.sql(
        "a",
        "CREATE SCHEMA app; CREATE TABLE app.small (id int PRIMARY KEY); INSERT INTO app.small VALUES (1)",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("own").display().to_string();
    let good = |arguments: &[&str]| {
        let ran = ran(arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    };
    good(&["dump", &server.url("a"), "-o", &own]);
    server.create_database("b");
    let b = server.url("b");
    good(&["restore", &own, "--to", &b, "--into-schema", "app=new"]);
    server.create_database("d");
    let d = server.url("d");
    good(&[
        "restore",
        &own,
        "--to",
        &d,
        "--into-schema",
        "app=new",
        "--create",
        "--rename-database",
        "c",
    ]);
    for database in ["b", "c"] {
        assert_eq!(server.sql(database, "SELECT id FROM new.small").trim(), "1");
    }
    let made = "SELECT count(*) FROM pg_namespace WHERE nspname IN ('new', 'app')";
    assert_eq!(
        server.sql("d", made).trim(),
        "0",
        "the database that was connected to"
    );
}

#[test]
fn postgres_switches_are_refused_on_mariadb() {
    let server = MariaDb::start("10.11");
    server.create_database("a");
    server.sql("a", "CREATE TABLE t (a INT)");
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("own").display().to_string();
    let made = ran(&["dump", &server.url("a"), "-o", &own]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    server.create_database("b");
    for (switches, says) in [
        ("--single-transaction", "definitions end a transaction"),
        ("--maintenance-work-mem 64MB", "PostgreSQL's"),
        ("--synchronous-commit on", "PostgreSQL's"),
        (
            "--disable-triggers --data-only",
            "no setting switches triggers off",
        ),
        ("--clean --data-only", "rows alone make nothing"),
        ("--into-schema a", "PostgreSQL"),
    ] {
        let source = Source {
            what: "own",
            file: own.clone(),
            piped: false,
        };
        let ran = source.restore(&server.url("b"), switches);
        assert_eq!(ran.code, Some(2), "{switches}: {}", ran.err);
        assert!(ran.err.contains(says), "{switches}: {}", ran.err);
    }
    assert_eq!(server.sql("b", "SHOW TABLES"), "");
}

#[test]
fn a_named_pipe_is_read_once_and_from_its_beginning() {
    let server = Postgres::start("16");
    server.create_database("a");
    server.sql("a", "CREATE TABLE t AS SELECT 1 AS id");
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (own, pipe) = (path("own"), path("pipe"));
    let made = ran(&["dump", &server.url("a"), "-o", &own]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    for (database, file) in [("b", own.clone()), ("c", others("sql"))] {
        server.create_database(database);
        let to = pipe.clone();
        let writer = std::thread::spawn(move || std::fs::copy(file, to));
        let ran = ran(&["restore", &pipe, "--to", &server.url(database)]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        writer.join().expect("no panic").expect("all is read");
    }
    let rows = server.sql("c", "SELECT count(*) FROM app.customers");
    assert_eq!(rows.trim(), "50");
    assert_eq!(server.sql("b", "SELECT id FROM t").trim(), "1");
    for arguments in [
        &["verify", &pipe][..],
        &["show", &pipe],
        &["show", "-"],
        &["diff", &pipe, &own],
        &["restore", &pipe, "--list"],
    ] {
        let ran = ran(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("it is a pipe"), "{}", ran.err);
    }
}

#[test]
fn what_is_said_names_the_file_and_what_helps() {
    let server = Postgres::start("16");
    server.create_database("b");
    let url = server.url("b");
    for form in ["custom", "tar", "directory"] {
        let listed = ran(&["restore", &others(form), "--list"]);
        assert_eq!(listed.code, Some(0), "{}", listed.err);
        assert!(
            listed.out.contains(" table app.customers\n"),
            "{}",
            listed.out
        );
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("list").display().to_string();
        std::fs::write(&list, &listed.out).expect("written");
        server.create_database(form);
        let url = server.url(form);
        let restored = ran(&["restore", &others(form), "--use-list", &list, "--to", &url]);
        assert_eq!(restored.code, Some(0), "{}", restored.err);
        let rows = server.sql(form, "SELECT count(*) FROM app.customers");
        assert_eq!(rows.trim(), "50");
    }
    let listed = ran(&["restore", &others("sql"), "--list"]);
    assert!(
        listed.err.contains("is a script: there is nothing to list"),
        "{}",
        listed.err
    );
    let missing = ran(&["verify", "no/such/file"]);
    assert!(missing.err.contains("no/such/file"), "{}", missing.err);
    server.sql("b", "CREATE TABLE t (id int)");
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("own").display().to_string();
    assert_eq!(ran(&["dump", &url, "-o", &own]).code, Some(0));
    let again = ran(&["restore", &own, "--table", "t", "--to", &url]);
    assert_eq!(again.code, Some(1), "{}", again.err);
    assert!(
        again.err.contains("--clean drops what is there"),
        "{}",
        again.err
    );
}

/// libpq would take the user's name, or `postgres`, for the database's.
#[test]
fn a_restore_goes_into_no_database_that_nobody_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = |name: &str| folder.path().join(name).display().to_string();
    let (postgres, mariadb) = (Postgres::start("16"), MariaDb::start("10.11"));
    postgres.create_database("shop");
    postgres.sql("shop", "CREATE TABLE t (a int)");
    mariadb.create_database("shop");
    mariadb.sql("shop", "CREATE TABLE t (a int)");
    let custom = text("custom");
    let mut pg_dump = postgres.client("pg_dump", "shop");
    let made = pg_dump.args(["-Fc", "-f", &custom]).status();
    assert!(made.expect("pg_dump").success());
    let unnamed = [postgres.url(""), mariadb.url("")];
    for (number, (shop, server)) in [
        (postgres.url("shop"), &unnamed[0]),
        (mariadb.url("shop"), &unnamed[1]),
    ]
    .into_iter()
    .enumerate()
    {
        let file = text(&format!("own{number}"));
        assert_eq!(ran(&["dump", &shop, "-o", &file]).code, Some(0));
        let refused = |ran: Ran| {
            assert_eq!(ran.code, Some(2), "{ran:?}");
            assert!(ran.err.contains("names no database"), "{ran:?}");
        };
        refused(ran(&["restore", &file, "--to", server]));
        let mut piped = dumpkeep();
        piped.args(["restore", "-", "--to", server]);
        let input = File::open(&file).expect("the archive");
        refused(finished(piped.stdin(input).output().expect("dumpkeep")));
        if number == 0 {
            refused(ran(&["restore", &custom, "--to", server]));
        }
        let made = ran(&[
            "restore",
            &file,
            "--create",
            "--rename-database",
            "new",
            "--to",
            server,
        ]);
        assert_eq!(made.code, Some(0), "{made:?}");
    }
    assert_eq!(
        postgres
            .sql("postgres", "SELECT to_regclass('t') IS NULL")
            .trim(),
        "t"
    );
}

/// A server is reached without a database's name also by whom none is called after.
#[test]
fn a_server_has_a_database_to_meet_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("globals").display().to_string();
    let server = Postgres::start("16");
    server.sql("postgres", "CREATE ROLE keeper LOGIN SUPERUSER");
    let url = server.url("").replace("user=postgres", "user=keeper");
    assert_eq!(ran(&["globals", &url, "-o", &file]).code, Some(0));
    let restored = ran(&["restore", &file, "--to", &url]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    server.sql("postgres", "CREATE ROLE low LOGIN; CREATE TABLE t (a int)");
    let url = server.url("postgres").replace("user=postgres", "user=low");
    let refused = ran(&["dump", &url, "-o", "/dev/null"]);
    assert!(refused.err.contains("pg_read_all_data"), "{refused:?}");
}

/// What a server of 18 sets for a session, 15 knows only in part.
#[test]
fn an_older_server_is_tried_on_request() {
    let (newer, older) = (Postgres::start("18"), Postgres::start("15"));
    newer.create_database("a");
    let made =
        "CREATE TABLE t (id int PRIMARY KEY, n text NOT NULL); INSERT INTO t VALUES (1, 'x')";
    newer.sql("a", made);
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("own").display().to_string();
    let dumped = ran(&["dump", &newer.url("a"), "-o", &own]);
    assert_eq!(dumped.code, Some(0), "{}", dumped.err);
    for (number, more) in ["--jobs=1", "--jobs=2", "--single-transaction"]
        .iter()
        .enumerate()
    {
        let b = format!("b{number}");
        older.create_database(&b);
        let to = ["restore", &own, "--to", &older.url(&b), more];
        let refused = ran(&to);
        assert_eq!(refused.code, Some(2), "{}", refused.err);
        assert!(refused.err.contains("--older-server"), "{}", refused.err);
        let tried = ran(&[&to[..], &["--older-server"]].concat());
        assert_eq!(tried.code, Some(0), "{more}: {}", tried.err);
        assert_eq!(older.sql(&b, "SELECT * FROM t").trim(), "1|x");
    }
}
