//! Rows of every type and character set, bit for bit: piped into the servers' own clients, with
//! and without their switches for binary data, and restored natively.

use crate::support::mysql_archive::{archive, by_files, job, native, pipe, script};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer};

const TYPES: &str = r#"
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', time_zone = '+13:00';
CREATE TABLE numbers (id INT AUTO_INCREMENT PRIMARY KEY, t TINYINT, s SMALLINT UNSIGNED, m MEDIUMINT ZEROFILL,
  b BIGINT, u BIGINT UNSIGNED, d DECIMAL(65,30), f FLOAT, g DOUBLE, f2 FLOAT(7,3), bit1 BIT(1), bit64 BIT(64), y YEAR);
INSERT INTO numbers VALUES
  (0, -128, 65535, 7, -9223372036854775808, 18446744073709551615,
   -99999999999999999999999999999999999.999999999999999999999999999999, 1.2345678, 0.1, 1.5, 1, -1, 1901),
  (1, 127, 0, 0, 9223372036854775807, 0, 0.000000000000000000000000000001, 3.4028235e38, 1.7976931348623157e308,
   -1.25, 0, 0, 0),
  (-5, NULL, NULL, NULL, NULL, NULL, NULL, -0e0, -0e0, -0e0, NULL, NULL, 2155),
  (7, 0, 0, 0, 0, 0, 0, 1.17549435e-38, 4.9406564584124654e-324, 0, b'1', b'101', 2000),
  (8, 0, 0, 0, 0, 0, 0, 16777217, 9007199254740993, 0.1, b'1', 1 << 63, 2026);
CREATE TABLE times (d DATE, t TIME(6), dt DATETIME(3), ts TIMESTAMP(6) NULL);
INSERT INTO times VALUES ('0000-00-00', '-838:59:59', '0000-00-00', NULL), ('2020-02-31', '838:59:58.999999',
  '9999-12-31 23:59:59.999', '2038-01-19 03:14:07.999999'), ('1000-01-01', '00:00:00.000001', '2020-02-31 01:02:03',
  '1970-01-02 00:00:01');
CREATE TABLE members (e ENUM('', 'a''b', 'x,y', 'é'), s SET('a', 'b''', 'ü'));
INSERT INTO members VALUES ('', ''), ('a''b', 'a,ü'), ('é', 'b'''), (NULL, NULL), ('nothing', 'a');
CREATE TABLE bytes (id INT PRIMARY KEY, c CHAR(5), b BINARY(5), v VARBINARY(300), l LONGBLOB, t LONGTEXT, tt TINYTEXT);
INSERT INTO bytes VALUES (1, 'ab ', x'00', x'', x'00', '', NULL),
  (2, '''\\\0\n', x'0d0a1a5c27', REPEAT(x'000d0a1a5c27ff', 40), REPEAT(x'00ff', 100000), REPEAT('\r\n', 1000), '\\N'),
  (3, NULL, NULL, 'plain', 'delimiter //\n\\q\n', 'a;\nDELIMITER ;;\nb -- c /* d', '\r');
CREATE TABLE wide (v VARCHAR(20)) CHARACTER SET utf8mb4;
INSERT INTO wide VALUES ('😀'), (x'EFBFBD'), (NULL), (''), ('\0\Z');
CREATE TABLE shapes (g GEOMETRY, p POINT);
INSERT INTO shapes VALUES (ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))', 4326), POINT(-0e0, 1e300)), (NULL, NULL);
CREATE TABLE `odd ``\""name` (`a``b` INT, `select` TEXT, `ü` INT GENERATED ALWAYS AS (`a``b` * 2) VIRTUAL);
INSERT INTO `odd ``\""name` (`a``b`, `select`) VALUES (1, 'x'), (NULL, NULL);
CREATE TABLE no_rows (a INT);
CREATE TABLE only_generated (a INT AS (1) VIRTUAL);
INSERT INTO only_generated () VALUES (), ();
"#;

/// Each of the server's character sets, with all its single bytes, and what it makes of letters.
fn charsets(server: &MySqlServer, database: &str) {
    let list = server.sql(
        "",
        "SELECT character_set_name FROM information_schema.character_sets",
    );
    let mut all = String::new();
    for charset in list.lines() {
        all += &format!(
            "CREATE TABLE cs_{charset} (id INT AUTO_INCREMENT PRIMARY KEY, v TEXT, c CHAR(9)) \
             CHARACTER SET {charset};\n\
             INSERT IGNORE INTO cs_{charset} (v, c) \
             VALUES ('aÄ\\\\''\\0\\r\\n表ソ', 'é'), (NULL, '');\n"
        );
        for byte in (0..=255).step_by(5) {
            // a byte that is no character there becomes NULL or a question mark
            all += &format!(
                "INSERT IGNORE INTO cs_{charset} (v) VALUES (CONVERT(x'{byte:02x}5c' USING {charset}));\n"
            );
        }
    }
    server.sql(database, &all);
    // spellings that a conversion to Unicode and back would change
    for (charset, bytes) in [
        ("cp932", "8790fa9a"),
        ("eucjpms", "ade2"),
        ("big5", "a2cc"),
        ("sjis", "835c955c"),
    ] {
        if list.lines().any(|known| known == charset) {
            server.sql(
                database,
                &format!("INSERT INTO cs_{charset} (v) VALUES (x'{bytes}')"),
            );
        }
    }
}

fn everything(server: &MySqlServer, more: &str) {
    server.create_database("a");
    server.sql("a", TYPES);
    server.sql("a", more);
    charsets(server, "a");
    let first = archive(&server.url("a"), "a", &job(), None).expect("a dump");
    assert!(script(&first).ends_with(b"-- dumpkeep: complete\n"));

    for (database, switches) in [
        ("plain", &[][..]),
        ("switches", &["--binary-mode", "--comments"]),
        ("latin1", &["--default-character-set=latin1"]),
    ] {
        server.create_database(database);
        pipe(&first, server, database, switches).expect(database);
        oracle::mysql((server, "a"), (server, database)).expect(database);
    }
    server.create_database("native");
    native(&first, &server.url("native")).expect("a native restore");
    oracle::mysql((server, "a"), (server, "native")).expect("native");
    server.create_database("by_files");
    // Tables whose rows hold nothing that only a statement can carry, and no computed columns.
    let files = by_files(&first, server, "by_files");
    assert!(files >= 20, "{files} files");
    oracle::mysql((server, "a"), (server, "by_files")).expect("by files");
}

const MARIADB: &str = "
CREATE TABLE addresses (u UUID, i INET6);
INSERT INTO addresses VALUES ('123e4567-e89b-12d3-a456-426655440000', '::ffff:1.2.3.4'), (NULL, NULL);
CREATE TABLE doc (j JSON);
INSERT INTO doc VALUES ('{\"a\": \"\\\\u00e9\\'\"}'), (NULL);
";

const MYSQL: &str = r#"
CREATE TABLE doc (id INT PRIMARY KEY, j JSON);
INSERT INTO doc VALUES (1, '{"a": [1, -1.5e0, "é😀\\n\\\"''"], "b": null}'), (2, NULL), (3, '"x"'), (4, 'null');
CREATE TABLE shape (g GEOMETRY SRID 4326);
INSERT INTO shape VALUES (ST_GeomFromText('POINT(10 20)', 4326));
"#;

#[test]
fn mariadb_10_11_bit_for_bit() {
    everything(&MariaDb::start("10.11"), MARIADB);
}

#[test]
fn mysql_9_7_bit_for_bit() {
    everything(&MySql::start("9.7"), MYSQL);
}

/// Rows that come in parts of 16 MiB are written while they come; the third fills its first part and
/// is followed by an empty one.
fn rows_in_parts(server: &MySqlServer) {
    server.sql("", "SET GLOBAL max_allowed_packet = 1073741824");
    server.create_database("a");
    server.sql(
        "a",
        "CREATE TABLE big (id INT PRIMARY KEY, t LONGTEXT, b LONGBLOB, z LONGBLOB, n INT, j JSON);
         INSERT INTO big VALUES
           (1, REPEAT('it''s é\\\\ \\n', 1600000), REPEAT(x'00ff5c27', 5000000), REPEAT(x'00', 2000000), NULL,
            JSON_QUOTE(REPEAT('\"é', 3000000))),
           (2, 'a', 'b', 'c', 7, '[1]'),
           (3, REPEAT('x', 16777205), NULL, NULL, NULL, NULL),
           (4, '', REPEAT('y', 17000000), '', -1, '{}');",
    );
    let first = archive(&server.url("a"), "a", &job(), None).expect("a dump");
    let sums = |database| {
        let sql = "SELECT id, LENGTH(t), SHA2(t, 256), LENGTH(b), SHA2(b, 256), LENGTH(z), SHA2(z, 256), n, LENGTH(j), SHA2(j, 256) \
                   FROM big ORDER BY id";
        server.sql(database, sql)
    };
    let before = sums("a");
    assert_eq!(before.lines().count(), 4);
    server.create_database("plain");
    pipe(&first, server, "plain", &["--max-allowed-packet=1G"]).expect("the client reads it");
    assert_eq!(sums("plain"), before);
    server.create_database("native");
    native(&first, &server.url("native")).expect("a native restore");
    assert_eq!(sums("native"), before);
}

#[test]
fn mariadb_rows_in_parts() {
    rows_in_parts(&MariaDb::start("10.11"));
}

#[test]
fn mysql_rows_in_parts() {
    rows_in_parts(&MySql::start("9.7"));
}
