//! Two PostgreSQL databases.

use super::{diff_sorted, diff_text, report, sorted};
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

/// Makes every value's text exact, and row security an error.
const SESSION: &str = "SET extra_float_digits = 3; SET bytea_output = hex; SET DateStyle = ISO; \
     SET IntervalStyle = postgres; SET TimeZone = UTC; SET row_security = off; \
     SET search_path = ''; SET quote_all_identifiers = off;\n";

/// Compares two databases; an error lists the first differences.
pub(crate) fn compare(a: (&Postgres, &str), b: (&Postgres, &str)) -> Result<(), String> {
    let mut found = diff_text("schema", &schema(a), &schema(b));
    found.extend(compare_data(a, b));
    report(found)
}

/// The same for `b` restored from `a`, where what the reference dumper's own way there and back
/// changes in definitions is no difference: servers rewrite some expressions when they read them.
pub(crate) fn compare_as_restored(
    a: (&Postgres, &str),
    b: (&Postgres, &str),
) -> Result<(), String> {
    let (schema_a, schema_b) = (objects(&schema(a)), objects(&schema(b)));
    let mut found = diff_text("schema", &schema_a, &schema_b);
    if !found.is_empty() {
        let reference = objects(&reference_copy(a, b.0));
        let against = diff_text("schema", &reference, &schema_b);
        found.retain(|difference| against.contains(difference));
    }
    found.extend(compare_data(a, b));
    report(found)
}

fn schema((server, db): (&Postgres, &str)) -> String {
    server.reference_dump(db, &["--schema-only", "--quote-all-identifiers"])
}

/// A script with its objects in an order of their own: the dumper's depends on the objects' numbers.
fn objects(script: &str) -> String {
    let mut objects: Vec<&str> = script.split("\n--\n-- Name: ").collect();
    objects.sort_unstable();
    objects.join("\n-- Name: ")
}

/// What `a`'s definitions become by the reference dumper's script loaded into another database.
fn reference_copy(a: (&Postgres, &str), server: &Postgres) -> String {
    let copy = format!("{}, by the reference", a.1);
    server.create_database(&copy);
    let script = a.0.reference_dump(a.1, &[]);
    // Stops at no error: the newest dumper's script sets what an old server doesn't know.
    let mut client = server.client("psql", &copy);
    feed(client.args(["-X", "-q"]), script.as_bytes()).expect("psql runs");
    let schema = schema((server, &copy));
    server.sql("postgres", &format!("DROP DATABASE \"{copy}\""));
    schema
}

/// Compares rows, sequences' states and large objects.
fn compare_data(a: (&Postgres, &str), b: (&Postgres, &str)) -> Vec<String> {
    let mut found = Vec::new();
    for (what, list) in [("table", TABLES), ("sequence", SEQUENCES)] {
        found.extend(compare_each(what, a, b, list));
    }
    let objects = |(server, db): (&Postgres, &str)| server.sql(db, LARGE_OBJECTS);
    found.extend(diff_text("large object", &objects(a), &objects(b)));
    found
}

/// Compares what belongs to two servers: roles, memberships, settings, tablespaces.
pub(crate) fn compare_globals(a: &Postgres, b: &Postgres) -> Result<(), String> {
    let (a, b) = (a.reference_globals(), b.reference_globals());
    report(diff_text("globals", &a, &b))
}

/// Runs each query that `list` makes on both sides and compares the rows.
fn compare_each(what: &str, a: (&Postgres, &str), b: (&Postgres, &str), list: &str) -> Vec<String> {
    let (queries, other) = (queries(a, list), queries(b, list));
    let names = |queries: &[(String, String)]| -> Vec<String> {
        queries.iter().map(|(name, _)| name.clone()).collect()
    };
    let (names_a, names_b) = (names(&queries), names(&other));
    let mut found = diff_text(what, &names_a.join("\n"), &names_b.join("\n"));
    for (name, query) in queries.iter().filter(|(name, _)| names_b.contains(name)) {
        let (rows_a, rows_b) = (rows(a, query), rows(b, query));
        if rows_a != rows_b {
            let (sorted_a, sorted_b) = (sorted(&rows_a), sorted(&rows_b));
            let label = format!("{what} {name}");
            found.extend(diff_sorted(
                &label,
                sorted_a.into_iter(),
                sorted_b.into_iter(),
            ));
        }
    }
    found
}

fn queries((server, db): (&Postgres, &str), list: &str) -> Vec<(String, String)> {
    let lines = server.sql(db, &format!("{SESSION}{list}"));
    let split = |line: &str| {
        let (name, query) = line.trim_start_matches('\n').split_once('\x1f')?;
        Some((name.to_owned(), query.to_owned()))
    };
    // Names may hold newlines.
    lines.split('\x1e').filter_map(split).collect()
}

/// COPY's text form: one line a row whatever the values hold, and NULL unlike an empty string.
fn rows((server, db): (&Postgres, &str), query: &str) -> String {
    let script = format!("{SESSION}COPY ({query}) TO STDOUT;");
    feed(&mut server.psql(db), script.as_bytes()).expect("the rows")
}
