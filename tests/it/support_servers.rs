//! The tests' own ground: servers start and end, and the oracle tells equal from unequal.

use std::path::PathBuf;

use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres};

const POSTGRES: &str = r#"
CREATE SCHEMA "odd ""name";
CREATE TABLE "odd ""name".t (id integer PRIMARY KEY, body text, f double precision, b bytea);
INSERT INTO "odd ""name".t SELECT i, repeat('x', i) || E'\n\\', 1.0 / i, '\x00ff' FROM generate_series(1, 500) i;
INSERT INTO "odd ""name".t VALUES (1000, NULL, '-0', NULL), (1001, '', 'NaN', '');
CREATE TABLE lonely ();
INSERT INTO lonely DEFAULT VALUES;
CREATE VIEW v AS SELECT id FROM "odd ""name".t;
SELECT lo_from_bytea(4711, 'large');
"#;

const MYSQL: &str = r"
CREATE TABLE `odd``name` (id INT PRIMARY KEY, body TEXT, f FLOAT, d DOUBLE, e ENUM('', 'x'), b BIT(9),
  bin VARBINARY(9), j JSON, moment DATETIME(6));
INSERT INTO `odd``name` VALUES (1, 'a\n\\\t', 1.2345678, -0e0, 'x', b'101', x'00ff', '[1]', '2026-01-02 03:04:05.6'),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (3, '', 0, 0, '', 0, '', '{}', '1000-01-01');
CREATE VIEW v AS SELECT id FROM `odd``name`;
CREATE PROCEDURE p() SELECT 1;
";

/// Two equal databases, and then each of `changes` to the second must be told.
fn postgres(version: &str) {
    let server = Postgres::start(version);
    for db in ["a", "b"] {
        server.create_database(db);
        server.sql(db, POSTGRES);
    }
    oracle::postgres((&server, "a"), (&server, "b")).expect("equal databases");
    let changes = [
        (r#"UPDATE "odd ""name".t SET f = 0 WHERE id = 1000"#, "-0"),
        (
            r#"UPDATE "odd ""name".t SET body = '' WHERE id = 1000"#,
            "1000",
        ),
        ("INSERT INTO lonely DEFAULT VALUES", "table public.lonely"),
        ("COMMENT ON VIEW v IS 'changed'", "COMMENT ON VIEW"),
        ("SELECT lo_put(4711, 0, 'L')", "4711"),
        ("CREATE TABLE more (id serial)", "public.more"),
    ];
    for (change, told) in changes {
        server.sql("b", change);
        let found = oracle::postgres((&server, "a"), (&server, "b")).expect_err(change);
        assert!(found.contains(told), "{change}: {found}");
        server.sql("a", change);
        oracle::postgres((&server, "a"), (&server, "b")).expect(change);
    }
}

#[test]
fn postgres_10_and_the_oracle() {
    postgres("10");
}

#[test]
fn postgres_12_and_the_oracle() {
    postgres("12");
}

#[test]
fn postgres_15_and_the_oracle() {
    postgres("15");
}

#[test]
fn postgres_18_and_the_oracle() {
    postgres("18");
}

#[test]
fn the_oracle_tells_roles() {
    let (a, b) = (Postgres::start("16"), Postgres::start("16"));
    oracle::postgres_globals(&a, &b).expect("equal servers");
    b.sql("postgres", "CREATE ROLE reader");
    let found = oracle::postgres_globals(&a, &b).expect_err("a role more");
    assert!(found.contains("reader"), "{found}");
}

fn mysql(server: &MySqlServer) {
    mysql_with(server, MYSQL);
}

fn mysql_with(server: &MySqlServer, tables: &str) {
    for db in ["a", "b"] {
        server.create_database(db);
        server.sql(db, tables);
    }
    oracle::mysql((server, "a"), (server, "b")).expect("equal databases");
    let changes = [
        ("UPDATE `odd``name` SET d = 1 WHERE id = 1", "odd"),
        ("UPDATE `odd``name` SET f = 1.2345679 WHERE id = 1", "odd"),
        ("UPDATE `odd``name` SET e = 0 WHERE id = 3", "0:"),
        ("UPDATE `odd``name` SET body = '' WHERE id = 2", "NULL"),
        ("ALTER TABLE `odd``name` COMMENT 'changed'", "changed"),
        ("DROP PROCEDURE p", "PROCEDURE"),
        ("CREATE TABLE more (id INT)", "more"),
    ];
    for (change, told) in changes {
        let lenient = format!("SET sql_mode = ''; {change}");
        server.sql("b", &lenient);
        let found = oracle::mysql((server, "a"), (server, "b")).expect_err(change);
        assert!(found.contains(told), "{change}: {found}");
        server.sql("a", &lenient);
        oracle::mysql((server, "a"), (server, "b")).expect(change);
    }
}

#[test]
fn the_oracle_tells_minus_zero_where_the_server_keeps_it() {
    // MariaDB 10.11 and 11.8 store it as plain zero, whatever one writes.
    let server = MySql::start("9.7");
    for (db, value) in [("a", "-0e0"), ("b", "0")] {
        server.create_database(db);
        let rows = format!("CREATE TABLE t (d DOUBLE); INSERT INTO t VALUES ({value})");
        server.sql(db, &rows);
    }
    let found = oracle::mysql((&server, "a"), (&server, "b")).expect_err("-0 is not 0");
    assert!(found.contains("-0"), "{found}");
}

#[test]
fn mysql_5_6_and_the_oracle() {
    mysql_with(&MySql::start("5.6"), &MYSQL.replace("JSON", "TEXT"));
}

#[test]
fn mariadb_10_11_and_the_oracle() {
    mysql(&MariaDb::start("10.11"));
}

#[test]
fn mariadb_10_5_and_the_oracle() {
    mysql(&MariaDb::start("10.5"));
}

#[test]
fn mariadb_11_8_and_the_oracle() {
    mysql(&MariaDb::start("11.8"));
}

#[test]
fn mysql_9_7_and_the_oracle() {
    mysql(&MySql::start("9.7"));
}

#[test]
fn a_dropped_server_leaves_nothing() {
    let server = Postgres::start("15");
    let home: PathBuf = server.socket_folder().to_owned();
    let pid = std::fs::read_to_string(home.join("pid")).expect("a pid");
    drop(server);
    assert!(!home.exists(), "{} is still there", home.display());
    let process = format!("/proc/{}", pid.trim());
    assert!(!PathBuf::from(process).exists(), "the server still runs");
}

#[test]
fn passwords_and_certificates_are_checked() {
    let server = Postgres::with("15").tls().scram("secret").start();
    let login = |password: &str, options: &str| {
        let url = server.tcp_url(&format!("postgres:{password}"), "postgres");
        let ca = server.authority().display();
        let mut psql = server.psql("postgres");
        psql.arg(format!(
            "{url}?sslmode=verify-full&sslrootcert={ca}{options}"
        ));
        crate::support::server::output(psql.args(["-c", "SELECT 7"]))
    };
    assert_eq!(login("secret", "").expect("a login"), "7\n");
    assert!(
        login("wrong", "")
            .expect_err("a refusal")
            .contains("password")
    );
}
