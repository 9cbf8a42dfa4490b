//! Temporary objects of another session are nobody's to save, of whatever kind they are: a dump
//! neither carries them nor stops at them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use crate::support::command::ran;
use crate::support::server::Postgres;

const KEPT: &str = "CREATE TABLE kept (a integer, b integer); INSERT INTO kept VALUES (1, 2)";

/// Every kind that can be in a temporary schema, or on what is in one.
const TEMPORARY: &str = r#"
CREATE TEMPORARY TABLE t (a serial PRIMARY KEY, b integer GENERATED ALWAYS AS IDENTITY,
  c text CHECK (c <> '') DEFAULT 'x', d integer REFERENCES t);
CREATE INDEX ON t (lower(c));
CREATE STATISTICS pg_temp.together ON a, b FROM t;
CREATE STATISTICS public.elsewhere ON b, d FROM t;
CREATE POLICY everybody ON t USING (true);
CREATE RULE quiet AS ON INSERT TO t DO ALSO NOTHING;
CREATE FUNCTION pg_temp.passes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER passing BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE pg_temp.passes();
CREATE TEMPORARY TABLE inherits () INHERITS (kept);
CREATE TEMPORARY TABLE parts (a integer) PARTITION BY LIST (a);
CREATE TEMPORARY TABLE part PARTITION OF parts FOR VALUES IN (1);
CREATE TEMPORARY VIEW v AS SELECT * FROM t;
CREATE TEMPORARY SEQUENCE s;
CREATE TYPE pg_temp.mood AS ENUM ('sad');
CREATE TYPE pg_temp.pair AS (x integer, y integer);
CREATE TYPE pg_temp.span AS RANGE (subtype = integer);
CREATE DOMAIN pg_temp.small AS integer CHECK (VALUE < 10);
CREATE CAST (pg_temp.mood AS pg_temp.pair) WITH INOUT;
CREATE AGGREGATE pg_temp.total(integer) (sfunc = int4pl, stype = integer);
CREATE COLLATION pg_temp.plain FROM pg_catalog."C";
CREATE OPERATOR pg_temp.=== (leftarg = integer, rightarg = integer, procedure = int4eq);
CREATE OPERATOR CLASS pg_temp.ints FOR TYPE integer USING btree AS
  OPERATOR 1 <, FUNCTION 1 btint4cmp(integer, integer);
CREATE CONVERSION pg_temp.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH DICTIONARY pg_temp.words (template = simple);
CREATE TEXT SEARCH CONFIGURATION pg_temp.english (copy = english);
CREATE TEXT SEARCH PARSER pg_temp.parser (start = prsd_start, gettoken = prsd_nexttoken,
  end = prsd_end, lextypes = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE pg_temp.template (lexize = dsimple_lexize);
COMMENT ON TABLE t IS 'gone soon';
COMMENT ON COLUMN t.a IS 'gone soon';
COMMENT ON CONSTRAINT t_pkey ON t IS 'gone soon';
COMMENT ON FUNCTION pg_temp.passes() IS 'gone soon';
COMMENT ON TYPE pg_temp.mood IS 'gone soon';
GRANT SELECT (a), UPDATE (b) ON t TO PUBLIC;
GRANT SELECT ON t, v TO PUBLIC;
GRANT USAGE ON SEQUENCE s TO PUBLIC;
REVOKE ALL ON FUNCTION pg_temp.passes() FROM PUBLIC;
REVOKE USAGE ON TYPE pg_temp.mood FROM PUBLIC;
\echo made
"#;

fn left_alone(version: &str) {
    let server = Postgres::start(version);
    for database in ["a", "b"] {
        server.create_database(database);
    }
    server.sql("a", KEPT);
    let mut other = server.client("psql", "a");
    other.args(["-X", "-q"]);
    other.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut other = other.spawn().expect("psql starts");
    let mut says = other.stdin.take().expect("its input");
    says.write_all(TEMPORARY.as_bytes()).expect("written");
    says.flush().expect("written");
    let mut line = String::new();
    let mut hears = BufReader::new(other.stdout.take().expect("its output"));
    hears.read_line(&mut line).expect("an answer");
    assert_eq!(line, "made\n");

    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let file = file.to_str().expect("UTF-8");
    let dumped = ran(&["dump", &server.url("a"), "-o", file]);
    drop(says);
    other.wait().expect("psql ends");
    assert_eq!(dumped.code, Some(0), "{version}: {}", dumped.err);
    let restored = ran(&["restore", file, "--to", &server.url("b")]);
    assert_eq!(restored.code, Some(0), "{version}: {}", restored.err);
    let kept = "SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relnamespace = 2200";
    assert_eq!(server.sql("b", kept), "1", "{version}");
}

#[test]
fn other_sessions_temporary_objects_are_left_alone_on_12() {
    left_alone("12");
}

#[test]
fn other_sessions_temporary_objects_are_left_alone_on_18() {
    left_alone("18");
}
