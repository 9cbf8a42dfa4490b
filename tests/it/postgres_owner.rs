//! Users that are no superusers: who owns a database, or only what is in it, dumps it and restores
//! it; the copy is the original by the oracle.

use crate::support::command::ran;
use crate::support::oracle::PostgresPicture as Picture;
use crate::support::server::{Postgres, feed, output, pipe_script};

const OBJECTS: &str = r#"
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('a', 'b');
CREATE DOMAIN app.positive AS integer CHECK (VALUE > 0);
CREATE TABLE app.t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m app.mood, p app.positive DEFAULT 1, j jsonb);
INSERT INTO app.t (m) VALUES ('a'), ('b');
CREATE TABLE app.c (id serial PRIMARY KEY, t integer REFERENCES app.t);
INSERT INTO app.c (t) VALUES (1);
ALTER TABLE app.c FORCE ROW LEVEL SECURITY;
CREATE VIEW app.v AS SELECT * FROM app.t;
CREATE MATERIALIZED VIEW app.counted AS SELECT count(*) FROM app.c;
CREATE FUNCTION app.f(integer) RETURNS integer LANGUAGE plpgsql AS $$BEGIN RETURN $1; END$$;
CREATE FUNCTION app.fired() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER tr BEFORE INSERT ON app.c FOR EACH ROW EXECUTE PROCEDURE app.fired();
CREATE INDEX ON app.t USING gin (j);
ALTER TABLE app.t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON app.t USING (true);
GRANT SELECT ON app.t TO reader;
GRANT CREATE ON SCHEMA app TO reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO reader;
COMMENT ON TABLE app.t IS 'x';
SELECT lo_from_bytea(0, 'abc');
CREATE PUBLICATION pub FOR TABLE app.t;
REVOKE EXECUTE ON FUNCTION app.f(integer) FROM PUBLIC;
CREATE AGGREGATE app.added(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE OPERATOR app.@+ (PROCEDURE = int4pl, LEFTARG = integer, RIGHTARG = integer);
CREATE TEXT SEARCH CONFIGURATION app.cfg (COPY = simple);
CREATE STATISTICS app.st ON id, p FROM app.t;
CREATE COLLATION app.coll FROM "C";
CREATE TYPE app.spans AS RANGE (SUBTYPE = integer);
"#;

/// The databases are the owner's, or the superuser's and open to the owner.
fn there_and_back(version: &str, owns: bool) {
    let server = Postgres::start(version);
    server.sql("postgres", "CREATE ROLE owner LOGIN; CREATE ROLE reader");
    let owner = if owns { "owner" } else { "postgres" };
    for database in ["a", "natively", "piped"] {
        let create = format!("CREATE DATABASE {database} OWNER {owner} TEMPLATE template0");
        server.sql("postgres", &create);
        let grant = format!("GRANT CREATE ON DATABASE {database} TO owner");
        server.sql("postgres", &grant);
    }
    let psql = |database: &str| {
        let mut psql = server.psql(database);
        psql.env("PGUSER", "owner");
        psql
    };
    let url = |database: &str| server.url(database).replace("user=postgres", "user=owner");
    feed(&mut psql("a"), OBJECTS.as_bytes()).expect("the objects");
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let path = file.to_str().expect("UTF-8");
    for arguments in [
        ["dump", &url("a"), "-o", path],
        ["restore", path, "--to", &url("natively")],
    ] {
        let ran = ran(&arguments);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
    }
    pipe_script(&file, &mut psql("piped")).expect("the script loads");
    let original = Picture::of((&server, "a"));
    let reference = Picture::by_reference((&server, "a"), &server);
    for copy in ["natively", "piped"] {
        let same = original.same_as_restored(&reference, &Picture::of((&server, copy)));
        assert_eq!(same, Ok(()), "{copy}");
    }
}

#[test]
fn an_owner_of_a_database_carries_it_on_10() {
    there_and_back("10", true);
}

#[test]
fn an_owner_of_a_database_carries_it_on_18() {
    there_and_back("18", true);
}

#[test]
fn an_owner_of_what_is_in_a_database_carries_it_on_14() {
    there_and_back("14", false);
}

#[test]
fn an_owner_of_what_is_in_a_database_carries_it_on_15() {
    there_and_back("15", false);
}

/// What only a superuser may make is named, each by itself; all else, and every row, comes all the same.
#[test]
fn what_a_superuser_made_does_not_keep_the_rows_from_an_owner() {
    let server = Postgres::start("18");
    server.sql("postgres", "CREATE ROLE owner LOGIN");
    for database in ["a", "b"] {
        let create = format!("CREATE DATABASE {database} OWNER owner TEMPLATE template0");
        server.sql("postgres", &create);
    }
    server.sql(
        "a",
        "CREATE EXTENSION file_fdw; CREATE FUNCTION fired() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$; \
         CREATE EVENT TRIGGER ev ON ddl_command_end EXECUTE FUNCTION fired(); \
         CREATE PUBLICATION everything FOR ALL TABLES; \
         SET ROLE owner; CREATE TABLE t (a integer PRIMARY KEY); INSERT INTO t VALUES (1), (2)",
    );
    let url = |database: &str| server.url(database).replace("user=postgres", "user=owner");
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let path = file.to_str().expect("UTF-8");
    let dumped = ran(&["dump", &url("a"), "-o", path]);
    assert_eq!((dumped.code, dumped.err.as_str()), (Some(0), ""));
    let to = url("b");
    let restored = ran(&["restore", path, "--to", &to, "--no-owner", "--keep-going"]);
    assert_eq!(restored.code, Some(1), "{}", restored.err);
    for what in [
        "extension file_fdw",
        "event_trigger ev",
        "publication everything",
    ] {
        let named = format!("while restoring {what}");
        assert!(restored.err.contains(&named), "{named}: {}", restored.err);
    }
    let rows =
        "SELECT count(*), (SELECT count(*) FROM pg_constraint WHERE conname = 't_pkey') FROM t";
    assert_eq!(server.sql("b", rows).trim(), "2|1");
}

/// Default privileges are their role's: who is no member of it is told before anything is done, and with
/// which switch it goes. Another dumper's file says it at the statement.
#[test]
fn default_privileges_of_another_role_are_told_before() {
    for version in ["10", "18"] {
        let server = Postgres::start(version);
        server.sql("postgres", "CREATE ROLE owner LOGIN; CREATE ROLE other");
        for database in ["a", "b"] {
            let create = format!("CREATE DATABASE {database} OWNER owner TEMPLATE template0");
            server.sql("postgres", &create);
        }
        server.sql(
            "a",
            "CREATE TABLE t (a integer); ALTER DEFAULT PRIVILEGES FOR ROLE other GRANT SELECT ON TABLES TO owner",
        );
        server.sql("b", "GRANT CREATE ON SCHEMA public TO owner");
        let to = server.url("b").replace("user=postgres", "user=owner");
        let files = tempfile::tempdir().expect("a folder");
        let [own, foreign] = ["own", "foreign"].map(|name| files.path().join(name));
        let [own, foreign] = [&own, &foreign].map(|file| file.to_str().expect("UTF-8"));
        let dumped = ran(&["dump", &server.url("a"), "-o", own]);
        assert_eq!(dumped.code, Some(0), "{}", dumped.err);
        let restore = |file: &str, more: &[&str]| {
            ran(&[&["restore", file, "--to", &to, "--no-owner"], more].concat())
        };
        let told = restore(own, &[]);
        assert_eq!(told.code, Some(2), "{}", told.err);
        let says = "the user may not change the default privileges of other, for it is no member of that \
                    role (default_privileges TABLES other): --no-privileges, or --map-role other=OTHER";
        assert!(told.err.contains(says), "{}", told.err);
        let tables = "SELECT count(*) FROM pg_class WHERE relname = 't'";
        assert_eq!(server.sql("b", tables).trim(), "0", "{version}");
        let mut dumper = server.client_of("pgclient", "pg_dump", "a");
        output(dumper.args(["-Fc", "-f", foreign])).expect("pg_dump");
        let late = restore(foreign, &["--single-transaction"]);
        assert_eq!(late.code, Some(1), "{}", late.err);
        assert!(late.err.contains("--no-privileges"), "{}", late.err);
        for file in [own, foreign] {
            let restored = restore(file, &["--no-privileges"]);
            assert_eq!(restored.code, Some(0), "{version}: {}", restored.err);
            server.sql("b", "DROP TABLE t");
        }
    }
}
