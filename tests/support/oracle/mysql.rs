//! Two MySQL or MariaDB databases.

use super::{diff_sorted, diff_text, report, sorted};
use crate::support::server::{MySqlServer, feed};

/// One line for each table with rows of its own: its name and, for each column, an expression whose
/// text is the value's bytes in full. `SHOW`'s and the clients' own texts round floats and don't
/// tell an enum's error value from an empty string.
const TABLES: &str = r"
SELECT t.table_name, t.table_type, GROUP_CONCAT(
  CASE
    WHEN c.data_type IN ('float', 'double') THEN CONCAT('CONCAT(', q.name, '*1e0)')
    WHEN c.data_type IN ('enum', 'set') THEN CONCAT('CONCAT(', q.name, '+0,'':'',HEX(', q.name, '))')
    WHEN c.data_type = 'bit' THEN CONCAT('BIN(', q.name, '+0)')
    WHEN c.data_type IN ('char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'binary',
      'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob', 'geometry', 'point', 'linestring',
      'polygon', 'multipoint', 'multilinestring', 'multipolygon', 'geometrycollection',
      'geomcollection', 'vector') THEN CONCAT('HEX(', q.name, ')')
    ELSE CONCAT('HEX(CAST(', q.name, ' AS CHAR))')
  END ORDER BY c.column_name SEPARATOR ', ')
FROM information_schema.tables t
JOIN information_schema.columns c
  ON c.table_schema = t.table_schema AND c.table_name = t.table_name
JOIN (SELECT table_schema s, table_name t, column_name c,
    CONCAT('`', REPLACE(column_name, '`', '``'), '`') AS name FROM information_schema.columns) q
  ON q.s = c.table_schema AND q.t = c.table_name AND q.c = c.column_name
WHERE t.table_schema = DATABASE() AND BINARY c.table_schema = BINARY DATABASE()
  AND BINARY t.table_schema = BINARY DATABASE() AND BINARY q.s = BINARY DATABASE() AND t.table_type NOT LIKE '%VIEW'
GROUP BY t.table_name, t.table_type ORDER BY t.table_name";

const SESSION: &str =
    "SET SESSION group_concat_max_len = 1000000, time_zone = '+00:00', sql_mode = '';\n";

/// What is compared of a database, read with three runs of clients, so that one state can be
/// compared with several.
#[derive(Debug)]
pub(crate) struct State {
    schema: String,
    /// Name, type and expressions of each table, as the client prints them.
    tables: Vec<String>,
    /// The rows of each of these.
    rows: Vec<String>,
}

impl State {
    /// Reads it.
    pub(crate) fn of(server: &MySqlServer, database: &str) -> Self {
        let lines = server.sql(database, &format!("{SESSION}{TABLES};"));
        let tables: Vec<String> = lines.lines().map(str::to_owned).collect();
        Self {
            schema: server.reference_dump(database, &["--no-data"]),
            rows: rows(server, database, &tables),
            tables,
        }
    }

    /// Compares two; an error lists the first differences.
    pub(crate) fn compare(&self, other: &Self) -> Result<(), String> {
        let mut found = diff_text("schema", &self.schema, &other.schema);
        found.extend(diff_text(
            "tables",
            &self.tables.join("\n"),
            &other.tables.join("\n"),
        ));
        for (table, rows) in self.tables.iter().zip(&self.rows) {
            let same = other.tables.iter().position(|one| one == table);
            let Some(others) = same.and_then(|at| other.rows.get(at)) else {
                continue;
            };
            if rows != others {
                let name = table.split('\t').next().unwrap_or_default();
                found.extend(diff_sorted(
                    &format!("table {name}"),
                    sorted(rows).into_iter(),
                    sorted(others).into_iter(),
                ));
            }
        }
        report(found)
    }
}

/// Compares two databases; an error lists the first differences.
pub(crate) fn compare(a: (&MySqlServer, &str), b: (&MySqlServer, &str)) -> Result<(), String> {
    State::of(a.0, a.1).compare(&State::of(b.0, b.1))
}

/// Stands between the rows of two tables: hexadecimal digits and numbers are all that they have.
const BETWEEN: &str = "-- the next table --";

/// The rows of each table, by one client.
fn rows(server: &MySqlServer, database: &str, tables: &[String]) -> Vec<String> {
    let mut script = SESSION.to_owned();
    for table in tables {
        script.push_str(&query(table));
        script.push_str(&format!("SELECT '{BETWEEN}';\n"));
    }
    let found = feed(&mut server.client(database), script.as_bytes()).expect("the rows");
    let mut parts: Vec<String> = found
        .split(&format!("{BETWEEN}\n"))
        .map(str::to_owned)
        .collect();
    assert_eq!(parts.pop().as_deref(), Some(""), "rows of every table");
    assert_eq!(parts.len(), tables.len(), "rows of every table");
    parts
}

fn query(table: &str) -> String {
    let columns: Vec<&str> = table.split('\t').collect();
    let [name, kind, values] = columns[..] else {
        panic!("a table that the oracle can't read: {table}");
    };
    let history = if kind.contains("VERSIONED") {
        " FOR SYSTEM_TIME ALL"
    } else {
        ""
    };
    // The client's batch form escapes what would break its lines; names hold such too.
    let name = unescaped(name).replace('`', "``");
    let values = unescaped(values);
    format!("SELECT {values} FROM `{name}`{history};\n")
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => out.push(match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(c) => c,
                None => '\\',
            }),
            (c, false) => out.push(c),
        }
    }
    out
}
