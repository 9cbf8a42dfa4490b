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
WHERE t.table_schema = DATABASE() AND t.table_type NOT LIKE '%VIEW'
GROUP BY t.table_name, t.table_type ORDER BY t.table_name";

const SESSION: &str =
    "SET SESSION group_concat_max_len = 1000000, time_zone = '+00:00', sql_mode = '';\n";

/// Compares two databases; an error lists the first differences.
pub(crate) fn compare(a: (&MySqlServer, &str), b: (&MySqlServer, &str)) -> Result<(), String> {
    let schema = |(server, db): (&MySqlServer, &str)| server.reference_dump(db, &["--no-data"]);
    let mut found = diff_text("schema", &schema(a), &schema(b));
    let (tables_a, tables_b) = (tables(a), tables(b));
    found.extend(diff_text(
        "tables",
        &tables_a.join("\n"),
        &tables_b.join("\n"),
    ));
    for table in tables_a.iter().filter(|table| tables_b.contains(table)) {
        found.extend(compare_rows(a, b, table));
    }
    report(found)
}

fn tables((server, db): (&MySqlServer, &str)) -> Vec<String> {
    let lines = server.sql(db, &format!("{SESSION}{TABLES};"));
    lines.lines().map(str::to_owned).collect()
}

fn compare_rows(a: (&MySqlServer, &str), b: (&MySqlServer, &str), table: &str) -> Vec<String> {
    let columns: Vec<&str> = table.split('\t').collect();
    let [name, kind, values] = columns[..] else {
        return vec![format!("a table that the oracle can't read: {table}")];
    };
    let history = if kind.contains("VERSIONED") {
        " FOR SYSTEM_TIME ALL"
    } else {
        ""
    };
    // The client's batch form escapes what would break its lines; names hold such too.
    let name = unescaped(name).replace('`', "``");
    let values = unescaped(values);
    let query = format!("{SESSION}SELECT {values} FROM `{name}`{history};");
    let (rows_a, rows_b) = (rows(a, &query), rows(b, &query));
    if rows_a == rows_b {
        return Vec::new();
    }
    let label = format!("table {name}");
    diff_sorted(
        &label,
        sorted(&rows_a).into_iter(),
        sorted(&rows_b).into_iter(),
    )
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

fn rows((server, db): (&MySqlServer, &str), query: &str) -> String {
    feed(&mut server.client(db), query.as_bytes()).expect("the rows")
}
