//! What only older servers have, and what comes of it: tables WITH OIDS where they can't go, and
//! bytes that are no characters.

use crate::support::command::ran;
use crate::support::server::Postgres;

/// `dumpkeep dump` of a database to a file; its exit code and what it said.
fn dump(server: &Postgres, file: &str, switches: &[&str]) -> (Option<i32>, String) {
    let url = server.url("a");
    let mut arguments = vec!["dump", &url, "-o", file, "--force"];
    arguments.extend(switches);
    let ran = ran(&arguments);
    (ran.code, ran.err)
}

#[test]
fn oids_are_refused_where_they_would_be_lost() {
    let server = Postgres::start("11");
    server.create_database("a");
    server.sql(
        "a",
        "CREATE TABLE t (a integer) WITH OIDS; INSERT INTO t VALUES (1)",
    );
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let file = file.to_str().expect("UTF-8");

    let (code, said) = dump(&server, file, &["--inserts"]);
    assert_ne!(code, Some(0));
    assert!(said.contains("table public.t has OIDs"), "{said}");
    let (code, said) = dump(&server, file, &["--inserts", "--lenient"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("table public.t: has OIDs"), "{said}");
    assert_eq!(
        dump(&server, file, &["--inserts", "--schema-only"]).0,
        Some(0)
    );

    assert_eq!(dump(&server, file, &["--where", "t=a > 0"]).0, Some(0));
    let newer = Postgres::start("12");
    newer.create_database("b");
    let restored = ran(&["restore", file, "--to", &newer.url("b")]);
    assert_ne!(restored.code, Some(0));
    assert!(
        restored.err.contains("no tables WITH OIDS"),
        "{}",
        restored.err
    );
    assert!(restored.err.contains("table public.t"), "{}", restored.err);

    newer.sql("b", "CREATE TABLE t (a integer)");
    let rows = ran(&["restore", file, "--data-only", "--to", &newer.url("b")]);
    assert_ne!(rows.code, Some(0));
    assert!(rows.err.contains("no tables WITH OIDS"), "{}", rows.err);
    assert!(rows.err.contains("table_data public.t"), "{}", rows.err);

    server.create_database("b");
    let restored = ran(&["restore", file, "--to", &server.url("b")]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    let rows = "SELECT oid, a FROM t";
    assert_eq!(server.sql("b", rows), server.sql("a", rows));
    let csv = ran(&["show", file, "--extract", "t"]);
    assert_eq!(csv.code, Some(0), "{}", csv.err);
    let oid = server.sql("a", "SELECT oid FROM t");
    assert_eq!(csv.out, format!("oid,a\r\n{oid},1\r\n"));
}

#[test]
fn half_characters_stop_the_dump() {
    let server = Postgres::start("14");
    server.create_database("a");
    server.sql(
        "a",
        "CREATE DOMAIN letter AS \"char\"; CREATE TYPE pair AS (a integer, b letter); \
         CREATE TABLE whole (a \"char\", b pair[]); \
         INSERT INTO whole VALUES ('x', ARRAY[(1, 'y')::pair, NULL]), ('', NULL), (NULL, NULL); \
         CREATE TABLE \"Half\" (a integer, b pair[])",
    );
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let file = file.to_str().expect("UTF-8");
    assert_eq!(dump(&server, file, &[]).0, Some(0));

    server.sql(
        "a",
        "INSERT INTO \"Half\" VALUES (1, ARRAY[(1, (-61)::\"char\")::pair])",
    );
    let (code, said) = dump(&server, file, &[]);
    assert_ne!(code, Some(0));
    assert!(said.contains("the rows of public.\"Half\""), "{said}");
    for without in [
        "--schema-only",
        "--exclude-table-data=\"Half\"",
        "--where=\"Half\"=a > 1",
    ] {
        let (code, said) = dump(&server, file, &[without]);
        assert_eq!(code, Some(0), "{without}: {said}");
    }
    let (code, said) = dump(&server, file, &["--lenient"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("rows of public.\"Half\""), "{said}");
    server.create_database("b");
    let restored = ran(&["restore", file, "--to", &server.url("b")]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    let rows = "SELECT * FROM whole ORDER BY 1";
    assert_eq!(server.sql("b", rows), server.sql("a", rows));
}

/// Each in its own words, before anything is made.
#[test]
fn what_newer_servers_refuse_is_named_before_the_restore() {
    let newest = Postgres::start("18");
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let file = file.to_str().expect("UTF-8");
    for (version, setup, expected) in [
        (
            "15",
            "CREATE TABLE p (a integer, g integer, same integer GENERATED ALWAYS AS (1) STORED); \
             CREATE TABLE c (g integer GENERATED ALWAYS AS (a * 2) STORED) INHERITS (p); \
             CREATE TABLE later (a integer, g integer GENERATED ALWAYS AS (7) STORED, \
             same integer GENERATED ALWAYS AS (1) STORED); ALTER TABLE later INHERIT p",
            &[
                "column g of table public.c, whose parent is public.p",
                "column g of table public.later",
            ][..],
        ),
        (
            "17",
            "CREATE DOMAIN d AS integer CONSTRAINT one NOT NULL CONSTRAINT two NOT NULL; \
             CREATE DOMAIN e AS integer NOT NULL CHECK (VALUE IS NOT NULL)",
            &["one NOT NULL of a domain since version 18 (domain public.d)"],
        ),
    ] {
        let server = Postgres::start(version);
        for database in ["a", "b"] {
            server.create_database(database);
        }
        server.sql("a", setup);
        assert_eq!(dump(&server, file, &[]).0, Some(0));
        let own = ran(&["restore", file, "--to", &server.url("b")]);
        assert_eq!(own.code, Some(0), "{}", own.err);
        newest.create_database(&format!("from_{version}"));
        let to = newest.url(&format!("from_{version}"));
        let restored = ran(&["restore", file, "--to", &to]);
        assert_ne!(restored.code, Some(0));
        for what in expected {
            assert!(restored.err.contains(what), "{}", restored.err);
        }
        assert!(!restored.err.contains("same"), "{}", restored.err);
        let made = newest.sql(
            &format!("from_{version}"),
            "SELECT count(*) FROM pg_class WHERE oid >= 16384",
        );
        assert_eq!(made.trim(), "0");
    }
}
