//! A dump of one flavour for the other: loaded natively and through its client, the same rows in
//! it, and each change listed.

use crate::support::mysql_archive::{archive, job, native, pipe};
use crate::support::server::{MariaDb, MySql, MySqlServer};

const MYSQL: &str = r#"
CREATE TABLE plain (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50) COLLATE utf8mb4_0900_as_cs,
  old VARCHAR(50) COLLATE utf8mb4_sv_0900_ai_ci DEFAULT 'x''y', doc JSON, f FLOAT, d DECIMAL(20,5),
  made TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  code CHAR(36) DEFAULT (UUID()), hidden INT INVISIBLE DEFAULT 7, bits BIT(9), kind ENUM('a','b'),
  twice INT GENERATED ALWAYS AS (hidden * 2) STORED, body TEXT DEFAULT ('none'), raw VARBINARY(20),
  KEY by_name (name) INVISIBLE, KEY by_half ((hidden DIV 2)), CONSTRAINT small CHECK (hidden < 1000) NOT ENFORCED);
INSERT INTO plain (id, name, doc, f, d, hidden, bits, kind, raw)
  VALUES (1, 'Ä🌍', '{"a": [1, 2.5, "x"]}', 1.17549435e-38, 12345.67890, 8, b'101', 'b', 0x00ff0d0a27),
         (2, NULL, 'null', NULL, NULL, 9, NULL, NULL, NULL);
CREATE TABLE placed (p POINT NOT NULL SRID 4326, SPATIAL KEY (p));
INSERT INTO placed VALUES (ST_SRID(POINT(1, 2), 4326));
CREATE TABLE parts (a INT NOT NULL) PARTITION BY RANGE (a)
  (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE);
INSERT INTO parts VALUES (1), (11);
CREATE TABLE child (id INT, FOREIGN KEY (id) REFERENCES plain (id) ON DELETE CASCADE);
INSERT INTO child VALUES (1);
CREATE VIEW v AS SELECT id, CONCAT(name, 'z' COLLATE utf8mb4_0900_ai_ci) AS named FROM plain;
SET sql_mode = 'TIME_TRUNCATE_FRACTIONAL,ANSI_QUOTES';
CREATE PROCEDURE p(x INT) SELECT x + 1 AS y;
CREATE TRIGGER t BEFORE INSERT ON child FOR EACH ROW SET NEW.id = NEW.id;
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01' DISABLE ON REPLICA DO DELETE FROM child;
"#;

const MARIADB: &str = r#"
CREATE SEQUENCE s;
CREATE TABLE plain (id INT PRIMARY KEY AUTO_INCREMENT,
  name VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_as_cs,
  old VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_swedish_nopad_ci DEFAULT 'x''y', doc JSON, f FLOAT,
  d DECIMAL(20,5), made TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  code UUID DEFAULT UUID(), ip INET6, hidden INT INVISIBLE DEFAULT 7, bits BIT(9), kind ENUM('a','b'),
  twice INT GENERATED ALWAYS AS (hidden * 2) STORED, body TEXT DEFAULT 'none', n INT DEFAULT NEXTVAL(s),
  raw VARBINARY(20), KEY by_name (name) IGNORED);
INSERT INTO plain (id, name, doc, f, d, ip, hidden, bits, kind, n, raw)
  VALUES (1, 'Ä🌍', '{"a": [1, 2.5, "x"]}', 1.17549435e-38, 12345.67890, '::1', 8, b'101', 'b', 5, 0x00ff0d0a27),
         (2, NULL, 'null', NULL, NULL, NULL, 9, NULL, NULL, 6, NULL);
CREATE TABLE old (a INT) ENGINE = Aria TRANSACTIONAL = 1 PAGE_CHECKSUM = 1;
INSERT INTO old VALUES (4);
CREATE TABLE kept (a INT, b INT WITHOUT SYSTEM VERSIONING, s TIMESTAMP(6) GENERATED ALWAYS AS ROW START,
  e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING;
INSERT INTO kept (a, b) VALUES (1, 2); UPDATE kept SET a = 3;
CREATE TABLE child (id INT, FOREIGN KEY (id) REFERENCES plain (id) ON DELETE CASCADE);
INSERT INTO child VALUES (1);
CREATE VIEW v AS SELECT id, CONCAT(name, 'z') AS named FROM plain;
SET sql_mode = 'NO_AUTO_CREATE_USER,ANSI_QUOTES';
CREATE PROCEDURE p(x INT) SELECT x + 1 AS y;
CREATE TRIGGER t BEFORE INSERT ON child FOR EACH ROW SET NEW.id = NEW.id;
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01' DISABLE ON SLAVE DO DELETE FROM child;
"#;

/// What both flavours answer alike.
const ASK: &str = "
SET NAMES utf8mb4; SET time_zone = '+00:00';
SELECT id, HEX(name), old, f * 1e0, d, made, code, hidden, bits + 0, kind, twice, body, HEX(raw) FROM plain ORDER BY id;
SELECT JSON_EXTRACT(doc, '$.a[1]'), JSON_TYPE(doc) FROM plain ORDER BY id;
SELECT * FROM child; SELECT id, HEX(named) FROM v ORDER BY id; CALL p(4);
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()
  AND column_name NOT IN ('s', 'e') AND table_name <> 's' ORDER BY 1, 2;
SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE();
SELECT event_name, status LIKE '%SIDE_DISABLED' FROM information_schema.events WHERE event_schema = DATABASE();
";

fn across(from: &MySqlServer, to: &MySqlServer, setup: &str, target: &str) -> Vec<String> {
    let database = format!("to_{}", target.replace([':', '.'], "_"));
    let database = database.as_str();
    from.create_database(database);
    from.sql(database, setup);
    let mut job = job();
    job.options.mysql.target = Some(target.parse().expect("a target"));
    let bytes = archive(&from.url(database), database, &job, None);
    let bytes = bytes.unwrap_or_else(|error| panic!("{target}: {}", error.report()));
    for way in ["native", "client"] {
        to.sql("", &format!("DROP DATABASE IF EXISTS {database}"));
        to.create_database(database);
        let done = match way {
            "native" => native(&bytes, &to.url(database)).map_err(|error| error.report()),
            _ => pipe(&bytes, to, database, &["--binary-mode", "--comments"]).map(drop),
        };
        done.unwrap_or_else(|error| panic!("{target} {way}: {error}"));
        assert_eq!(
            to.sql(database, ASK),
            from.sql(database, ASK),
            "{target} {way}"
        );
    }
    let reader = std::io::Cursor::new(bytes);
    let reader = dumpkeep::archive::reader::Reader::open(reader).expect("an archive");
    let warnings = reader.toc().head.warnings.iter();
    warnings
        .map(|one| format!("{}: {}", one.object, one.message))
        .collect()
}

#[test]
fn each_flavour_loads_what_is_written_for_it() {
    let (mysql, mariadb) = (MySql::start("9.7"), MariaDb::start("11.8"));
    let said = across(&mysql, &mariadb, MYSQL, "mariadb:11.8").join("\n");
    for what in [
        "table plain: for MariaDB: ",
        "utf8mb4_0900_as_cs became utf8mb4_uca1400_as_cs",
        "utf8mb4_sv_0900_ai_ci became utf8mb4_uca1400_ai_ci",
        "left out KEY `by_half`",
        "NOT ENFORCED",
        "left out TIME_TRUNCATE_FRACTIONAL of its sql_mode",
    ] {
        assert!(said.contains(what), "{what}: {said}");
    }
    let said = across(&mariadb, &mysql, MARIADB, "mysql").join("\n");
    for what in [
        "sequence s: for MySQL: left out, there are no sequences",
        "uuid became char(36)",
        "Aria became InnoDB",
        "left out WITH SYSTEM VERSIONING",
        "table kept: its history is left out",
        "left out NO_AUTO_CREATE_USER of its sql_mode",
    ] {
        assert!(said.contains(what), "{what}: {said}");
    }
}

/// The source's own flavour needs no rewriting, and other versions of it get none.
#[test]
fn the_own_flavour_is_no_target() {
    let server = MariaDb::start("10.11");
    server.create_database("own");
    let mut job = job();
    job.options.mysql.target = Some("mariadb:10.5".parse().expect("a target"));
    let error = archive(&server.url("own"), "own", &job, None).expect_err("the own flavour");
    assert_eq!(error.exit_code(), 2, "{}", error.report());
}
