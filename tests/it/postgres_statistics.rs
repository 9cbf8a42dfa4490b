//! `dump --statistics`: what the planner knows of a copy is what pg_dump 18 finds in the original,
//! from 18 and from older servers, restored over several connections and through psql.

use std::collections::BTreeSet;

use crate::support::command::ran;
use crate::support::server::Postgres;

/// Kinds of relations and of statistics: all of pg_stats' columns have a value somewhere.
const TABLES: &str = r#"
CREATE SCHEMA "s'q";
CREATE TABLE plain (a integer PRIMARY KEY, b text, c numeric, d text[], nothing integer);
INSERT INTO plain SELECT i, CASE WHEN i % 3 = 0 THEN 'it''s' ELSE E'b\\' || i END, i / 7.0,
  ARRAY['x' || i % 5, 'y'] FROM generate_series(1, 500) i;
CREATE INDEX plain_expression ON plain (lower(b), (a % 10));
CREATE TABLE "s'q"."T ""x" (r int4range, t tsvector, "C" date);
INSERT INTO "s'q"."T ""x" SELECT int4range(i, i + i % 9), to_tsvector('simple', 'word w' || i % 4),
  date '2020-01-01' + i FROM generate_series(1, 300) i;
CREATE TABLE parent (a integer, b text);
CREATE TABLE child (c integer) INHERITS (parent);
INSERT INTO parent SELECT i, 'p' FROM generate_series(1, 50) i;
INSERT INTO child SELECT i, 'c' || i % 3, i FROM generate_series(1, 70) i;
CREATE TABLE parted (a integer, b text) PARTITION BY RANGE (a);
CREATE TABLE part_one PARTITION OF parted FOR VALUES FROM (0) TO (100);
CREATE TABLE part_two PARTITION OF parted FOR VALUES FROM (100) TO (200);
INSERT INTO parted SELECT i, 'v' || i % 4 FROM generate_series(0, 199) i;
CREATE MATERIALIZED VIEW seen AS SELECT b, count(*) FROM plain GROUP BY b;
CREATE INDEX seen_b ON seen (b);
CREATE TABLE empty (a integer);
CREATE TABLE never (a integer);
INSERT INTO never SELECT generate_series(1, 10);
VACUUM ANALYZE plain;
VACUUM ANALYZE "s'q"."T ""x";
ANALYZE parent;
VACUUM ANALYZE child;
ANALYZE parted;
VACUUM ANALYZE part_one;
ANALYZE seen;
VACUUM ANALYZE empty;
"#;

fn run(arguments: &[&str]) {
    let ran = ran(arguments);
    assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.err);
}

/// The calls of the reference, each on one line, without the version that they name, and without
/// a number of frozen pages that older servers don't count.
fn reference(server: &Postgres, database: &str) -> BTreeSet<String> {
    let script = server.reference_dump(database, &["--statistics-only"]);
    let calls = script.split("SELECT * FROM ").skip(1);
    let calls = calls.map(|call| call.split(";\n").next().unwrap_or_default());
    let calls = calls.map(|call| {
        let lines = call.lines().map(|line| line.trim().trim_end_matches(','));
        let lines = lines.filter(|line| {
            !line.starts_with("'version'") && !line.starts_with("'relallfrozen', '0'")
        });
        shortest(&lines.collect::<Vec<_>>().join(", "))
    });
    calls.collect()
}

/// Each number with as few digits as tell it from other `real`s: 10 and 11 write more.
fn shortest(call: &str) -> String {
    let of_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | 'e');
    let mut text = String::new();
    for part in call.split_inclusive(|c| !of_number(c)) {
        let end = part.find(|c| !of_number(c)).unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        match number.parse::<f32>() {
            Ok(number) => text.push_str(&number.to_string()),
            Err(_) => text.push_str(number),
        }
        text.push_str(rest);
    }
    text
}

fn into_18(version: &str) {
    let server = Postgres::start(version);
    let newest = Postgres::start("18");
    server.create_database("a");
    server.sql("a", TABLES);
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let path = file.to_str().expect("UTF-8");
    run(&["dump", &server.url("a"), "--statistics", "-o", path]);
    let expected = reference(&server, "a");
    assert!(expected.len() > 30, "{expected:#?}");
    for (name, target) in [("own", &server), ("newest", &newest)] {
        let (native, piped) = (format!("{name}_native"), format!("{name}_piped"));
        target.create_database(&native);
        run(&["restore", path, "--to", &target.url(&native), "--jobs", "4"]);
        target.create_database(&piped);
        target.load(&piped, &file).expect("the script loads");
        if name == "newest" {
            for copy in [&native, &piped] {
                let found = reference(target, copy);
                let differ: Vec<_> = found.symmetric_difference(&expected).collect();
                assert!(differ.is_empty(), "{copy}: {differ:#?}");
            }
        }
    }
}

#[test]
fn statistics_of_18_come_back() {
    into_18("18");
}

#[test]
fn statistics_of_17_come_into_18() {
    into_18("17");
}

#[test]
fn statistics_of_13_come_into_18() {
    into_18("13");
}

#[test]
fn statistics_of_10_come_into_18() {
    into_18("10");
}

/// They are no rows and no definitions, and follow their table.
#[test]
fn statistics_go_with_what_is_selected_and_with_new_names() {
    let server = Postgres::start("18");
    server.create_database("a");
    server.sql("a", TABLES);
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let path = file.to_str().expect("UTF-8");
    let url = server.url("a");
    let script = |switches: &[&str]| {
        let mut arguments = vec!["dump", &url, "-o", path, "--force"];
        arguments.extend(switches);
        run(&arguments);
        let shown = ran(&["show", "--sql", path]);
        shown.out.matches("pg_restore_").count()
    };
    assert_eq!(script(&[]), 0);
    let all = script(&["--statistics"]);
    assert_eq!(script(&["--statistics", "--schema-only"]), all);
    assert_eq!(script(&["--statistics", "--data-only"]), all);
    assert_eq!(script(&["--statistics", "--section=pre-data"]), 0);
    let of_plain = script(&["--statistics", "--table=plain"]);
    assert!(0 < of_plain && of_plain < all, "{of_plain} of {all}");

    server.create_database("b");
    let to = server.url("b");
    run(&[
        "restore",
        path,
        "--to",
        &to,
        "--rename-table",
        "plain=other",
    ]);
    let known = "SELECT count(*) FROM pg_stats WHERE tablename = 'other'";
    assert_eq!(server.sql("b", known), "5");
}
