//! Extensions with tables of their own: what they are comes with the extension, and of their rows what
//! the extension says is the users' (manual, "Extension Configuration Tables"). The servers' own
//! extensions have none, so one is put beside them.

use std::fs;
use std::path::Path;

use crate::support::command::ran;
use crate::support::oracle::PostgresPicture as Picture;
use crate::support::server::{Postgres, feed, pipe_script};

const NAME: &str = "dumpkeep_test_tables";

const CONTROL: &str = "comment = 'tables for users to fill'\ndefault_version = '1.0'\nrelocatable = false\nschema = ext_rows\n";

/// Everything that can hang on a table; rows of its own beside the users'; keys from one table to
/// another, whose names are in the wrong order.
const SCRIPT: &str = r#"
CREATE TABLE a_child (id serial PRIMARY KEY, of integer NOT NULL, note text DEFAULT 'none' CHECK (note <> ''));
CREATE TABLE b_parent (id integer PRIMARY KEY, builtin boolean NOT NULL DEFAULT false, name text UNIQUE);
ALTER TABLE a_child ADD CONSTRAINT of_parent FOREIGN KEY (of) REFERENCES b_parent;
CREATE TABLE inner_state (id serial PRIMARY KEY, v text DEFAULT 'x');
CREATE TABLE in_circle_1 (id integer PRIMARY KEY, other integer);
CREATE TABLE in_circle_2 (id integer PRIMARY KEY REFERENCES in_circle_1, other integer);
ALTER TABLE in_circle_1 ADD FOREIGN KEY (other) REFERENCES in_circle_2;
CREATE TABLE listed (id integer, v text);
CREATE SEQUENCE counter;
CREATE SEQUENCE inner_counter;
CREATE INDEX ON a_child (lower(note));
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER touch BEFORE INSERT ON a_child FOR EACH ROW EXECUTE PROCEDURE touched();
CREATE RULE quiet AS ON DELETE TO listed DO INSTEAD NOTHING;
ALTER TABLE listed ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON listed USING (true);
CREATE STATISTICS together ON id, v FROM listed;
CREATE DOMAIN short AS text CHECK (length(VALUE) < 9) NOT NULL DEFAULT '';
CREATE VIEW names AS SELECT name FROM b_parent;
GRANT SELECT (id, name) ON b_parent TO PUBLIC;
INSERT INTO b_parent VALUES (1, true, 'ours'), (2, true, 'also ours');
INSERT INTO inner_state (v) VALUES ('ours');
SELECT pg_catalog.pg_extension_config_dump('a_child', '');
SELECT pg_catalog.pg_extension_config_dump('a_child_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('b_parent', 'where not builtin');
SELECT pg_catalog.pg_extension_config_dump('in_circle_1', '');
SELECT pg_catalog.pg_extension_config_dump('in_circle_2', '');
SELECT pg_catalog.pg_extension_config_dump('listed', 'WHERE id > 1 ORDER BY id DESC');
SELECT pg_catalog.pg_extension_config_dump('counter', '');
"#;

const ROWS: &str = r#"
INSERT INTO ext_rows.b_parent VALUES (10, false, 'theirs'), (11, false, E'a\ttab');
INSERT INTO ext_rows.a_child (of, note) VALUES (10, 'x'), (11, DEFAULT), (1, 'of the extension''s own');
INSERT INTO ext_rows.inner_state (v) VALUES ('not carried');
INSERT INTO ext_rows.listed VALUES (1, 'left out'), (2, 'two'), (3, 'three');
SELECT nextval('ext_rows.counter'), nextval('ext_rows.counter'), nextval('ext_rows.inner_counter');
CREATE TABLE of_users (id integer PRIMARY KEY, p integer REFERENCES ext_rows.b_parent, s ext_rows.short);
INSERT INTO of_users VALUES (1, 10, 'abc'), (2, 1, '');
CREATE VIEW of_users_too AS SELECT * FROM ext_rows.names;
REVOKE SELECT (name) ON ext_rows.b_parent FROM PUBLIC;
"#;

/// Puts the extension where this server looks for them.
fn install(server: &Postgres) {
    let folder = server.sql(
        "postgres",
        "SELECT setting FROM pg_config WHERE name = 'SHAREDIR'",
    );
    let folder = Path::new(folder.trim()).join("extension");
    for (file, text) in [
        (format!("{NAME}.control"), CONTROL),
        (format!("{NAME}--1.0.sql"), SCRIPT),
    ] {
        // Tests run side by side: the file is there whole, or not.
        let new = folder.join(format!("{file}.{}", std::process::id()));
        fs::write(&new, text).expect("a file among the server's extensions");
        fs::rename(&new, folder.join(file)).expect("its name");
    }
}

const COUNTS: &str = "SELECT (SELECT count(*) FROM ext_rows.b_parent), (SELECT count(*) FROM ext_rows.a_child), \
     (SELECT count(*) FROM ext_rows.inner_state), (SELECT string_agg(v, ',' ORDER BY id) FROM ext_rows.listed), \
     (SELECT last_value FROM ext_rows.counter), (SELECT last_value FROM ext_rows.inner_counter), \
     (SELECT last_value FROM ext_rows.a_child_id_seq)";

fn begun(version: &str) -> Postgres {
    let server = Postgres::start(version);
    install(&server);
    server.create_database("a");
    server.sql(
        "a",
        &format!("CREATE SCHEMA ext_rows; CREATE EXTENSION {NAME}"),
    );
    feed(&mut server.psql("a"), ROWS.as_bytes()).expect("the rows");
    server
}

fn well(arguments: &[&str]) {
    let ran = ran(arguments);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
}

fn there_and_back(version: &str) {
    let server = begun(version);
    let files = tempfile::tempdir().expect("a folder");
    for (form, switch) in [("copy", None), ("inserts", Some("--column-inserts"))] {
        let file = files.path().join(format!("{form}.sql.zst"));
        let path = file.to_str().expect("UTF-8");
        let url = server.url("a");
        let mut dump = vec!["dump", &url, "-o", path];
        dump.extend(switch);
        well(&dump);
        let (natively, piped) = (format!("natively_{form}"), format!("piped_{form}"));
        server.create_database(&natively);
        server.create_database(&piped);
        well(&["restore", path, "--to", &server.url(&natively)]);
        pipe_script(&file, &mut server.psql(&piped)).expect("the script loads");
        let original = Picture::of((&server, "a"));
        let reference = Picture::by_reference_named((&server, "a"), &server, &format!("by_{form}"));
        for copy in [&natively, &piped] {
            let same = original.same_as_restored(&reference, &Picture::of((&server, copy)));
            assert_eq!(same, Ok(()), "{copy}");
            assert_eq!(
                server.sql(copy, COUNTS).trim(),
                "4|3|1|two,three|2|1|3",
                "{copy}"
            );
        }
    }
}

#[test]
fn rows_of_extensions_come_back_on_10() {
    there_and_back("10");
}

#[test]
fn rows_of_extensions_come_back_on_12() {
    there_and_back("12");
}

#[test]
fn rows_of_extensions_come_back_on_15() {
    there_and_back("15");
}

#[test]
fn rows_of_extensions_come_back_on_18() {
    there_and_back("18");
}

/// The rows go with their extension, or with what was asked for by name.
#[test]
fn rows_of_extensions_follow_what_is_asked_for() {
    let server = begun("18");
    let files = tempfile::tempdir().expect("a folder");
    let kept = |switches: &[&str]| {
        let file = files.path().join("s.sql.zst");
        let (url, path) = (server.url("a"), file.to_str().expect("UTF-8").to_owned());
        let mut dump = vec!["dump", &url, "--force", "-o", &path];
        dump.extend(switches);
        well(&dump);
        let script = std::process::Command::new("zstd")
            .arg("-dcq")
            .arg(&path)
            .output();
        let script = String::from_utf8(script.expect("zstd").stdout).expect("UTF-8");
        let has = |what: &str| script.contains(what);
        [
            has("CREATE EXTENSION"),
            has("COPY ext_rows.b_parent"),
            has("COPY ext_rows.listed"),
            has("'ext_rows.counter'"),
            has("COPY public.of_users"),
        ]
    };
    let extension = format!("--extension={NAME}");
    let not_extension = format!("--exclude-extension={NAME}");
    for (switches, expected) in [
        (&[][..], [true, true, true, true, true]),
        (&[extension.as_str()], [true, true, true, true, true]),
        (
            &[not_extension.as_str()],
            [false, false, false, false, true],
        ),
        (&["--schema-only"], [true, false, false, false, false]),
        (
            &["--table=ext_rows.listed"],
            [false, false, true, false, false],
        ),
        (&["--schema=ext_rows"], [false, true, true, true, false]),
        (
            &["--exclude-schema=ext_rows"],
            [true, false, false, false, true],
        ),
        (
            &["--exclude-table-data=ext_rows.listed"],
            [true, true, false, true, true],
        ),
        (
            &["--exclude-table=ext_rows.listed"],
            [true, true, false, true, true],
        ),
    ] {
        assert_eq!(kept(switches), expected, "{switches:?}");
    }
}
