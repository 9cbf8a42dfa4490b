//! Two PostgreSQL databases.

use std::collections::{BTreeMap, BTreeSet};

use super::{ENOUGH, diff_text, report, sorted};
use crate::support::server::{Postgres, feed};

/// Every table with a query for its rows: each column as text, columns by name, since a restored
/// table may have them in another order. What is partitioned by hash is read through its root:
/// where a row of a hash on an enum lies depends on the enum's numbers, which no restore keeps.
const TABLES: &str = r#"
WITH RECURSIVE hashed (root, oid) AS (
  SELECT partrelid, partrelid FROM pg_catalog.pg_partitioned_table WHERE partstrat = 'h'
  UNION SELECT h.root, i.inhrelid FROM hashed h
  JOIN pg_catalog.pg_inherits i ON i.inhparent = h.oid)
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) || E'\x1f' ||
  'SELECT ' || coalesce((
    SELECT string_agg(format('%I::text', a.attname), ', ' ORDER BY a.attname::text COLLATE "C")
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '') ||
  CASE c.relkind WHEN 'p' THEN ' FROM ' ELSE ' FROM ONLY ' END ||
  quote_ident(n.nspname) || '.' || quote_ident(c.relname) || E'\x1e'
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE (c.relkind IN ('r', 'm') OR c.oid IN (SELECT root FROM hashed))
  AND NOT EXISTS (SELECT FROM hashed h WHERE h.oid = c.oid AND h.root <> c.oid)
  AND (c.relkind <> 'm' OR c.relispopulated)
  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
ORDER BY n.nspname::text COLLATE "C", c.relname::text COLLATE "C""#;

/// The sequences' states, one query each.
const SEQUENCES: &str = r#"
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) || E'\x1f' ||
  'SELECT last_value, is_called FROM ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || E'\x1e'
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND n.nspname NOT LIKE 'pg\_%'
ORDER BY n.nspname::text COLLATE "C", c.relname::text COLLATE "C""#;

const LARGE_OBJECTS: &str = "SELECT oid, md5(pg_catalog.lo_get(oid)) \
     FROM pg_catalog.pg_largeobject_metadata ORDER BY oid";

/// Stands between the rows of two queries.
const MARK: &str = "~~~ rows of query";

/// Makes every value's text exact, and row security an error.
const SESSION: &str = "SET extra_float_digits = 3; SET bytea_output = hex; SET DateStyle = ISO; \
     SET IntervalStyle = postgres; SET TimeZone = UTC; SET row_security = off; \
     SET search_path = ''; SET quote_all_identifiers = off;\n";

/// What the oracle knows of a database.
pub(crate) struct Picture {
    /// The reference's definition of each object, by its head.
    objects: BTreeMap<String, String>,
    /// The rows of each table, of each sequence, of the large objects: sorted lines.
    rows: BTreeMap<String, String>,
}

impl Picture {
    /// Of a database.
    pub(crate) fn of((server, db): (&Postgres, &str)) -> Self {
        Self {
            objects: objects(&schema((server, db))),
            rows: rows((server, db)),
        }
    }

    /// Of what the database becomes by the reference's own script on `server`. Stops at no error:
    /// the newest dumper's script sets what an old server doesn't know.
    pub(crate) fn by_reference(a: (&Postgres, &str), server: &Postgres) -> Self {
        let copy = format!("{}, by the reference", a.1);
        let picture = Self::by_reference_named(a, server, &copy);
        // One with subscriptions stays.
        drop(server.try_sql("postgres", &format!("DROP DATABASE \"{copy}\"")));
        picture
    }

    /// The same, the copy being called this.
    pub(crate) fn by_reference_named(a: (&Postgres, &str), server: &Postgres, copy: &str) -> Self {
        let gone = format!("DROP DATABASE IF EXISTS \"{}\"", copy.replace('"', "\"\""));
        server.sql("postgres", &gone);
        server.create_database(copy);
        let script = a.0.reference_dump(a.1, &[]);
        let mut client = server.client("psql", copy);
        feed(client.args(["-X", "-q"]), script.as_bytes()).expect("psql runs");
        Self::of((server, copy))
    }

    /// Whether `b`, which was restored from this, is the same: what the reference's own way there
    /// and back makes of it too is no difference, since servers rewrite some expressions when they
    /// read them.
    pub(crate) fn same_as_restored(&self, reference: &Self, b: &Self) -> Result<(), String> {
        let mut found = differences(&self.objects, &reference.objects, &b.objects);
        found.extend(differences(&self.rows, &reference.rows, &b.rows));
        report(found)
    }
}

/// What `b` has unlike both.
fn differences(
    a: &BTreeMap<String, String>,
    reference: &BTreeMap<String, String>,
    b: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut found = Vec::new();
    let heads: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for head in heads {
        let (a, b) = (a.get(head), b.get(head));
        if a != b && reference.get(head) != b {
            let text = |side: Option<&String>| side.cloned().unwrap_or_default();
            found.extend(diff_text(head, &text(a), &text(b)));
        }
    }
    found.truncate(ENOUGH);
    found
}

/// Compares two databases; an error lists the first differences.
pub(crate) fn compare(a: (&Postgres, &str), b: (&Postgres, &str)) -> Result<(), String> {
    let mut found = diff_text("schema", &schema(a), &schema(b));
    let (a, b) = (rows(a), rows(b));
    found.extend(differences(&a, &a, &b));
    report(found)
}

/// The same for `b` restored from `a`, where what the reference dumper's own way there and back
/// changes is no difference.
pub(crate) fn compare_as_restored(
    a: (&Postgres, &str),
    b: (&Postgres, &str),
) -> Result<(), String> {
    let reference = Picture::by_reference(a, b.0);
    Picture::of(a).same_as_restored(&reference, &Picture::of(b))
}

fn schema((server, db): (&Postgres, &str)) -> String {
    server.reference_dump(db, &["--schema-only", "--quote-all-identifiers"])
}

/// A script's objects by their heads: the dumper's order depends on the objects' numbers.
fn objects(script: &str) -> BTreeMap<String, String> {
    let mut objects: BTreeMap<String, String> = BTreeMap::new();
    // The end is no object's.
    let (script, _) = script
        .split_once("\n--\n-- PostgreSQL database dump complete\n")
        .unwrap_or((script, ""));
    for object in script.split("\n--\n-- Name: ") {
        let (head, text) = object.split_once('\n').unwrap_or((object, ""));
        objects
            .entry(head.to_owned())
            .or_default()
            .push_str(text.trim_end());
    }
    objects
}

/// Compares what belongs to two servers: roles, memberships, settings, tablespaces.
pub(crate) fn compare_globals(a: &Postgres, b: &Postgres) -> Result<(), String> {
    let (a, b) = (a.reference_globals(), b.reference_globals());
    report(diff_text("globals", &a, &b))
}

/// The rows of all tables, the sequences' states and the large objects.
fn rows(database: (&Postgres, &str)) -> BTreeMap<String, String> {
    let mut all = queries("table", database, TABLES);
    all.extend(queries("sequence", database, SEQUENCES));
    all.push(("large objects".to_owned(), LARGE_OBJECTS.to_owned()));
    let mut script = SESSION.to_owned();
    for (at, (_, query)) in all.iter().enumerate() {
        // COPY's text form: one line a row whatever the values hold, and NULL unlike an empty
        // string.
        script.push_str(&format!("\\echo {MARK} {at}\nCOPY ({query}) TO STDOUT;\n"));
    }
    let out = feed(&mut database.0.psql(database.1), script.as_bytes()).expect("the rows");
    let parts = out.split(MARK).skip(1);
    let rows = parts.map(|part| part.split_once('\n').map_or("", |(_, rows)| rows));
    let rows: Vec<String> = rows.map(|rows| sorted(rows).join("\n")).collect();
    assert_eq!(rows.len(), all.len(), "one answer a query");
    all.into_iter().map(|(name, _)| name).zip(rows).collect()
}

fn queries(what: &str, (server, db): (&Postgres, &str), list: &str) -> Vec<(String, String)> {
    let lines = server.sql(db, &format!("{SESSION}{list}"));
    let split = |line: &str| {
        let (name, query) = line.trim_start_matches('\n').split_once('\x1f')?;
        Some((format!("{what} {name}"), query.to_owned()))
    };
    // Names may hold newlines.
    lines.split('\x1e').filter_map(split).collect()
}
