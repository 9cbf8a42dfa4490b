//! Tables cut into many pieces that several workers share: every row once, on each way of cutting.

use std::path::Path;

use crate::support::command::ran;
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres};

/// Keys that are cut each in their own way, unequal ones too. `{n}` is a number from 1 to 4000.
const KEYS: &[(&str, &str, &str)] = &[
    ("even", "id int PRIMARY KEY", "{n}"),
    ("signed", "id bigint PRIMARY KEY", "{n} * 7919 - 20000000"),
    (
        "huge",
        "id bigint unsigned PRIMARY KEY",
        "18446744073709551615 - {n}",
    ),
    (
        "skewed",
        "id bigint PRIMARY KEY",
        "IF({n} < 3990, {n}, {n} * 100000000000)",
    ),
    (
        "names",
        "id varchar(60) CHARACTER SET utf8mb4 PRIMARY KEY",
        "CONCAT('Key ', {n} % 7, 'é', {n})",
    ),
    (
        "latin",
        "id char(20) CHARACTER SET latin1 PRIMARY KEY",
        "CONCAT(CHAR(97 + {n} % 26), '\\'', {n})",
    ),
    (
        "bytes",
        "id varbinary(20) PRIMARY KEY",
        "LEFT(UNHEX(SHA2({n}, 256)), 20)",
    ),
    (
        "tenants",
        "a int, id int, PRIMARY KEY (a, id)",
        "IF({n} < 3600, 5, {n} % 9), {n}",
    ),
    (
        "one_tenant",
        "a varchar(9), b smallint, id int, PRIMARY KEY (a, b, id)",
        "'x', {n} % 2, {n}",
    ),
    (
        "dated",
        "a date, id int, PRIMARY KEY (a, id)",
        "DATE_ADD('2020-01-01', INTERVAL {n} DAY), {n}",
    ),
    ("keyless", "id int", "{n} % 100"),
];

fn filled(server: &MySqlServer) {
    server.create_database("a");
    server.create_database("b");
    let digits = "(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 \
                  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
    let mut script = format!(
        "CREATE TABLE numbers (n int PRIMARY KEY); INSERT INTO numbers SELECT 1 + p.d + 10 * q.d + 100 * r.d \
         + 1000 * s.d FROM {digits} p, {digits} q, {digits} r, {digits} s WHERE s.d < 4;\n"
    );
    for (name, columns, values) in KEYS {
        let values = values.replace("{n}", "n");
        script.push_str(&format!(
            "CREATE TABLE {name} ({columns}, v varchar(200)); \
             INSERT INTO {name} SELECT {values}, REPEAT(SHA2(n, 256), 3) FROM numbers; ANALYZE TABLE {name};\n"
        ));
    }
    server.sql("a", &script);
}

/// Through files in `folder`, by four workers in pieces of 64 KiB; gives the number of slices.
fn through(folder: &Path, from: &str, to: &str) {
    let file = folder.join("cut.sql.zst");
    let file = file.to_str().expect("a path");
    let dumped = ran(&[
        "dump",
        from,
        "-o",
        file,
        "--force",
        "--jobs",
        "4",
        "--slice-size",
        "64K",
    ]);
    assert_eq!(dumped.code, Some(0), "{}", dumped.err);
    let restored = ran(&["restore", file, "--to", to]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
}

fn mysql(server: &MySqlServer) {
    filled(server);
    let folder = tempfile::tempdir().expect("a folder");
    through(folder.path(), &server.url("a"), &server.url("b"));
    for (name, ..) in KEYS {
        let sums = format!("SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', id, v))) FROM {name}");
        assert_eq!(server.sql("b", &sums), server.sql("a", &sums), "{name}");
    }
    for (name, ..) in KEYS {
        let cut = !["dated", "keyless"].contains(name);
        let pieces = pieces(folder.path(), name);
        assert!(
            if cut { pieces >= 4 } else { pieces >= 1 },
            "{name}: {pieces}"
        );
    }
}

/// The frames of a table's rows: a slice that holds rows has one at least.
fn pieces(folder: &Path, table: &str) -> usize {
    let file = folder.join("cut.sql.zst");
    let shown = ran(&["show", file.to_str().expect("a path"), "--json"]);
    let toc: serde_json::Value = serde_json::from_str(&shown.out).expect("JSON");
    let mut entries = toc["entries"].as_array().expect("entries").iter();
    let data = entries.find(|entry| entry["kind"] == "table_data" && entry["name"] == table);
    data.expect(table)["pieces"]
        .as_array()
        .expect("pieces")
        .len()
}

#[test]
fn keys_of_every_sort_cut_tables_on_mariadb() {
    mysql(&MariaDb::start("10.11"));
}

#[test]
fn keys_of_every_sort_cut_tables_on_mysql() {
    mysql(&MySql::start("9.7"));
}

fn postgres(version: &str, cut: &[&str]) {
    let server = Postgres::start(version);
    server.create_database("a");
    server.create_database("b");
    server.sql(
        "a",
        "CREATE TABLE numbers (id bigint PRIMARY KEY, v text); \
         INSERT INTO numbers SELECT i * 37 - 5000, repeat(md5(i::text), 5) FROM generate_series(1, 5000) i; \
         CREATE TABLE uuids (id uuid PRIMARY KEY, v text); \
         INSERT INTO uuids SELECT md5(i::text)::uuid, repeat('x', 100) FROM generate_series(1, 5000) i; \
         CREATE TABLE bloated (id int PRIMARY KEY, v text); \
         INSERT INTO bloated SELECT i, repeat('y', 300) FROM generate_series(1, 5000) i; \
         DELETE FROM bloated WHERE id % 50 <> 0; \
         CREATE TABLE parts (id int, v text) PARTITION BY RANGE (id); \
         CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (4000); \
         CREATE TABLE part_2 PARTITION OF parts DEFAULT; \
         INSERT INTO parts SELECT i, repeat(md5(i::text), 3) FROM generate_series(1, 5000) i; \
         CREATE TABLE texts (id text PRIMARY KEY, v text); \
         INSERT INTO texts SELECT md5(i::text), repeat('z', 300) FROM generate_series(1, 2000) i; \
         VACUUM ANALYZE",
    );
    let folder = tempfile::tempdir().expect("a folder");
    through(folder.path(), &server.url("a"), &server.url("b"));
    for table in ["numbers", "uuids", "bloated", "parts", "texts"] {
        let sums = format!("SELECT count(*), sum(hashtext(id::text || v)::bigint) FROM {table}");
        assert_eq!(server.sql("b", &sums), server.sql("a", &sums), "{table}");
    }
    for name in cut {
        assert!(pieces(folder.path(), name) >= 4, "{name}");
    }
}

#[test]
fn blocks_cut_tables_on_postgres_18() {
    postgres("18", &["numbers", "uuids", "bloated", "part_1", "texts"]);
}

/// No range of blocks can be read by itself there.
#[test]
fn keys_cut_tables_on_postgres_12() {
    postgres("12", &["numbers", "uuids"]);
}
