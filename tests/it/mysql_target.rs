//! A dump of one flavour for the other: loaded natively and through its client, the same rows in
//! it, and each change listed.

use std::io::Cursor;

use dumpkeep::archive::reader::Reader;
use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::pipeline::globals::globals;
use dumpkeep::sql::dialect::Dialect;

use crate::support::mysql_archive::{archive, job, native, nowhere, pipe, wait};
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

const MYSQL_ACCOUNTS: &str = r#"
SET GLOBAL partial_revokes = ON;
CREATE ROLE reader, `od``d role`, twin@a, twin@b;
CREATE USER `o'b`@`%` IDENTIFIED WITH caching_sha2_password BY 'pw' REQUIRE SUBJECT '/CN=a''b' AND ISSUER '/CN=i' AND CIPHER 'AES256-SHA'
  WITH MAX_QUERIES_PER_HOUR 5 MAX_USER_CONNECTIONS 8 PASSWORD EXPIRE INTERVAL 5 DAY PASSWORD HISTORY 3
  FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME UNBOUNDED ACCOUNT LOCK COMMENT 'it''s';
CREATE USER open@localhost, narrow@`10.0.0.0/8`, lender@localhost, two@localhost IDENTIFIED BY 'one';
ALTER USER two@localhost IDENTIFIED BY 'two' RETAIN CURRENT PASSWORD;
GRANT SELECT ON *.* TO reader; GRANT reader TO `od``d role`; GRANT reader, `od``d role` TO open@localhost WITH ADMIN OPTION;
GRANT twin@a, twin@b, lender@localhost TO two@localhost; SET DEFAULT ROLE reader, `od``d role` TO open@localhost;
GRANT INSERT (a), SELECT ON `sh``op`.`t` TO open@localhost; GRANT ALL ON `s\_hop`.* TO lender@localhost WITH GRANT OPTION;
GRANT CREATE ROLE, DROP ROLE, RELOAD, BACKUP_ADMIN, SET_ANY_DEFINER, BINLOG_ADMIN ON *.* TO two@localhost;
GRANT SELECT, INSERT, UPDATE ON *.* TO narrow@`10.0.0.0/8`; REVOKE INSERT, UPDATE ON mysql.* FROM narrow@`10.0.0.0/8`;
GRANT PROXY ON open@localhost TO two@localhost WITH GRANT OPTION;
CREATE SERVER `far` FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h', PORT 3307, USER 'u''v');
"#;

const MARIADB_ACCOUNTS: &str = r#"
CREATE ROLE reader; CREATE ROLE `od``d role`; CREATE ROLE twin;
CREATE USER `o'b`@`%` IDENTIFIED BY 'pw' REQUIRE SUBJECT '/CN=a''b' AND ISSUER '/CN=i' AND CIPHER 'AES256-SHA'
  WITH MAX_QUERIES_PER_HOUR 5 MAX_STATEMENT_TIME 9.5 MAX_USER_CONNECTIONS 8 ACCOUNT LOCK PASSWORD EXPIRE INTERVAL 5 DAY;
CREATE USER open@localhost, twin@`%`, never@localhost IDENTIFIED VIA mysql_native_password USING 'invalid' PASSWORD EXPIRE NEVER;
CREATE USER two@localhost IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('x');
GRANT SELECT ON *.* TO reader; GRANT reader TO `od``d role`; GRANT `od``d role` TO open@localhost; GRANT twin TO twin@`%`;
GRANT reader TO open@localhost WITH ADMIN OPTION; SET DEFAULT ROLE reader FOR open@localhost;
GRANT INSERT (a), SELECT ON `sh``op`.`t` TO open@localhost; GRANT ALL ON `s\_hop`.* TO two@localhost WITH GRANT OPTION;
GRANT BINLOG MONITOR, REPLICATION MASTER ADMIN, READ_ONLY ADMIN, SET USER, RELOAD ON *.* TO two@localhost;
GRANT DELETE HISTORY, UPDATE ON `s%`.* TO twin;
GRANT PROXY ON open@localhost TO two@localhost WITH GRANT OPTION; GRANT SELECT ON `pub%`.* TO PUBLIC;
CREATE SERVER `far` FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h', PORT 3307, USER 'u''v');
"#;

/// The globals and a database's rights, for the other flavour; what is said of both.
fn accounts_across(from: &MySqlServer, to: &MySqlServer, setup: &str, target: &str) -> String {
    let database = "sh`op";
    from.sql(
        "",
        "CREATE DATABASE `sh``op`; CREATE TABLE `sh``op`.t (a INT, b INT)",
    );
    from.sql("", setup);
    let mut job = job();
    job.options.mysql.target = Some(target.parse().expect("a target"));
    let bytes = archive(&from.url(""), database, &job, None);
    let bytes = bytes.unwrap_or_else(|error| panic!("{target}: {}", error.report()));
    let globals = wait(async {
        let source = MysqlSource::connect(&from.url(""), &nowhere()).await?;
        let made = globals(&source, Dialect::Mysql, &job, Vec::new()).await?;
        Ok::<_, dumpkeep::error::Error>(made.0)
    });
    let globals = globals.unwrap_or_else(|error| panic!("{target}: {}", error.report()));
    to.sql("", "CREATE DATABASE `sh``op`");
    native(&globals, &to.url("")).unwrap_or_else(|error| panic!("{target}: {}", error.report()));
    let made = to.sql(
        "",
        "SELECT CONCAT('DROP ', IF(host = '', 'ROLE', 'USER'), ' `', REPLACE(user, '`', '``'), '`',
           IF(host = '', '', CONCAT('@`', host, '`'))) FROM mysql.user
         WHERE user NOT LIKE 'm%.%' AND user NOT IN ('root', 'dkadmin', 'PUBLIC', '')",
    );
    to.sql(
        "",
        &made
            .lines()
            .map(|line| format!("{line};"))
            .collect::<String>(),
    );
    pipe(&globals, to, "", &["--binary-mode", "--comments"])
        .unwrap_or_else(|error| panic!("{target}: {error}"));
    pipe(&bytes, to, database, &["--binary-mode", "--comments"])
        .unwrap_or_else(|error| panic!("{target}: {error}"));
    [globals, bytes]
        .into_iter()
        .map(changes)
        .collect::<Vec<_>>()
        .join("\n")
}

fn changes(archive: Vec<u8>) -> String {
    let reader = Reader::open(Cursor::new(archive)).expect("an archive");
    let warnings = reader.toc().head.warnings.iter();
    let lines = warnings.map(|one| format!("{}: {}", one.object, one.message));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn accounts_of_mysql_are_accounts_of_mariadb() {
    let (mysql, mariadb) = (MySql::start("9.7"), MariaDb::start("11.8"));
    let said = accounts_across(&mysql, &mariadb, MYSQL_ACCOUNTS, "mariadb:11.8");
    for what in [
        "user o'b@%: for MariaDB: left out PASSWORD HISTORY 3; ",
        "logged in by caching_sha2_password: it can't until it gets a password",
        "left out PASSWORD HISTORY 3",
        "left out FAILED_LOGIN_ATTEMPTS 3",
        "left out ATTRIBUTE '{\"comment\": \"it\\'s\"}'",
        "narrow@10.0.0.0/8: for MariaDB: `narrow`@`10.0.0.0/8` has a host by the length of its prefix",
        "two@localhost: for MariaDB: left out its second password",
        "user lender@localhost: for MariaDB: became a user and a role",
        "left out `reader` of its default roles: there is one",
        "SET_ANY_DEFINER became SET USER",
        "left out BACKUP_ADMIN",
        "left out REVOKE INSERT, UPDATE ON `mysql`.*",
        "may pass on its other rights too",
    ] {
        assert!(said.contains(what), "{what}: {said}");
    }
    let told = mariadb.sql("", "SHOW CREATE USER `o'b`@`%`; SHOW CREATE USER open@localhost;
        SHOW GRANTS FOR open@localhost; SHOW GRANTS FOR two@localhost; SHOW GRANTS FOR lender;
        SHOW GRANTS FOR narrow@`10.0.0.0/8`; SHOW GRANTS FOR `od``d role`; SHOW GRANTS FOR root@localhost;
        SELECT user, host, is_role FROM mysql.user ORDER BY 1, 2; SHOW CREATE SERVER `far`");
    let told = told.replace('\\', "");
    for what in [
        "IDENTIFIED BY PASSWORD 'invalid' REQUIRE ISSUER '/CN=i' SUBJECT '/CN=a''b' CIPHER 'AES256-SHA' \
         WITH MAX_QUERIES_PER_HOUR 5 MAX_USER_CONNECTIONS 8 ACCOUNT LOCK PASSWORD EXPIRE INTERVAL 5 DAY",
        "CREATE USER `open`@`localhost`\n",
        "GRANT `reader` TO `open`@`localhost` WITH ADMIN OPTION",
        "SET DEFAULT ROLE `od``d role` FOR `open`@`localhost`",
        "GRANT SELECT, INSERT (`a`) ON `sh``op`.`t` TO `open`@`localhost`",
        "GRANT `twin@a` TO `two`@`localhost`",
        "GRANT RELOAD, CREATE USER, SET USER, BINLOG ADMIN ON *.* TO `two`@`localhost`",
        "GRANT PROXY ON `open`@`localhost` TO `two`@`localhost` WITH GRANT OPTION",
        "GRANT ALL PRIVILEGES ON `s_hop`.* TO `lender` WITH GRANT OPTION",
        "GRANT SELECT ON *.* TO `narrow`@`10.0.0.0/8`",
        "GRANT `reader` TO `od``d role`",
        "lender\t\tY",
        "lender\tlocalhost\tN",
    ] {
        assert!(told.contains(what), "{what}: {told}");
    }
    // who restores administers none of the roles afterwards
    let roles = told.lines().filter(|line| line.starts_with("GRANT `"));
    assert!(
        roles.clone().count() > 3 && roles.clone().all(|line| !line.contains("TO `root`")),
        "{told}"
    );
}

#[test]
fn accounts_of_mariadb_are_accounts_of_mysql() {
    let (mariadb, mysql) = (MariaDb::start("11.8"), MySql::start("9.7"));
    let said = accounts_across(&mariadb, &mysql, MARIADB_ACCOUNTS, "mysql");
    for what in [
        "user o'b@%: for MySQL: left out MAX_STATEMENT_TIME 9.5",
        "user two@localhost: for MySQL: logged in by",
        "BINLOG MONITOR became REPLICATION CLIENT",
        "SET USER became SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER",
        "left out READ_ONLY ADMIN",
        "left out GRANT SELECT ON `pub%`.* TO PUBLIC",
    ] {
        assert!(said.contains(what), "{what}: {said}");
    }
    let told = mysql.sql(
        "",
        "SHOW CREATE USER `o'b`@`%`; SHOW CREATE USER open@localhost;
        SHOW GRANTS FOR open@localhost; SHOW GRANTS FOR two@localhost; SHOW GRANTS FOR twin@role;
        SHOW GRANTS FOR twin; SHOW GRANTS FOR `od``d role`; SHOW CREATE USER reader",
    );
    let told = told.replace('\\', "");
    for what in [
        "CIPHER 'AES256-SHA' WITH MAX_QUERIES_PER_HOUR 5 MAX_USER_CONNECTIONS 8 PASSWORD EXPIRE INTERVAL 5 DAY ACCOUNT LOCK",
        "CREATE USER `open`@`localhost` IDENTIFIED WITH 'caching_sha2_password' DEFAULT ROLE `reader`@`%` REQUIRE NONE",
        "GRANT `reader`@`%` TO `open`@`localhost` WITH ADMIN OPTION",
        "GRANT SELECT, INSERT (`a`) ON `sh``op`.`t` TO `open`@`localhost`",
        "GRANT RELOAD, REPLICATION CLIENT ON *.* TO `two`@`localhost`",
        "GRANT ALLOW_NONEXISTENT_DEFINER,SET_ANY_DEFINER ON *.* TO `two`@`localhost`",
        "GRANT UPDATE ON `s%`.* TO `twin`@`role`",
        "GRANT `twin`@`role` TO `twin`@`%`",
        "GRANT `reader`@`%` TO `od``d role`@`%`",
        "PASSWORD EXPIRE ACCOUNT LOCK",
    ] {
        assert!(told.contains(what), "{what}: {told}");
    }
    // nobody logs in by a password that is lost
    assert!(told.contains("no*password*has*this"), "{told}");
}
