//! The splitter and the lexer against the servers: what the splitter calls a statement is exactly
//! one for the server, and no definition that a server prints is refused.

use std::collections::BTreeMap;

use dumpkeep::env::Env;
use dumpkeep::mysql::session::Session;
use dumpkeep::mysql::target::MysqlTarget;
use dumpkeep::source::Target;
use dumpkeep::sql::dialect::Dialect;
use dumpkeep::sql::foreign::{Maker, connect_database};
use dumpkeep::sql::lex::{Lexer, check_expression, check_statement};
use dumpkeep::sql::split::{Command, Item, Splitter};
use futures_util::SinkExt;
use tokio::runtime::{Builder, Runtime};

use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres, output};

const POSTGRES: &str = r#"
SET check_function_bodies = off;
CREATE SCHEMA "s;'--";
CREATE TABLE "s;'--"."t""$$" ("stdin" int, "a;b" text DEFAULT E'\\;''\n', "/*" int[] DEFAULT '{1,2}');
COMMENT ON TABLE "s;'--"."t""$$" IS E'it''s; \\! id\n\\.\n-- no comment /* nor this';
INSERT INTO "s;'--"."t""$$" SELECT i, E'\\.\n\\.' || repeat(E'\t;''\\', i % 9), ARRAY[i] FROM generate_series(1, 30000) i;
INSERT INTO "s;'--"."t""$$" VALUES (NULL, NULL, NULL), (1, '\.', '{}'), (2, '', NULL);
CREATE TABLE lonely ();
INSERT INTO lonely DEFAULT VALUES;
CREATE TABLE plain (id int PRIMARY KEY, body text CHECK (body <> E'\\''; '), moment interval);
INSERT INTO plain VALUES (1, E'\n\r\t\\', '1 day'), (2, '$$ $a$', NULL);
CREATE FUNCTION quoted() RETURNS text LANGUAGE plpgsql AS $body$
BEGIN -- ' " ; \! id
  RETURN $$;\$$ || '''' || E'\''; /* ; */
END $body$;
CREATE FUNCTION tagged() RETURNS text LANGUAGE sql AS '$_$ $function$ $ $1$';
CREATE FUNCTION atomic(a int) RETURNS int BEGIN ATOMIC
  SELECT CASE a WHEN 1 THEN CASE WHEN true THEN 2 END ELSE 3 END AS "end";
  SELECT 1 AS "begin", ';' AS c;
  SELECT a;
END;
CREATE PROCEDURE "begin"() BEGIN ATOMIC INSERT INTO plain VALUES (9); DELETE FROM plain WHERE id = 9; END;
CREATE RULE r AS ON UPDATE TO plain DO ALSO (DELETE FROM lonely; INSERT INTO lonely DEFAULT VALUES;);
CREATE VIEW v AS SELECT '\' AS back, U&'\0041;' AS u, "stdin" - -1 AS minus, '{1}'::int[] @> "/*" AS op FROM "s;'--"."t""$$";
CREATE OPERATOR @-@ (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int);
CREATE VIEW w AS SELECT 1 OPERATOR(public.@-@) -2 AS a, ARRAY[1, 2, 3]::int[] AS b;
CREATE INDEX ON plain ((CASE WHEN body = ';' THEN 1 END));
CREATE TRIGGER "t;" BEFORE INSERT ON lonely FOR EACH ROW WHEN (pg_trigger_depth() > 999)
  EXECUTE FUNCTION suppress_redundant_updates_trigger('\;''');
SELECT lo_from_bytea(1, '\x00275c3b');
"#;

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

fn utf8(text: &[u8]) -> &str {
    std::str::from_utf8(text).expect("UTF-8")
}

/// Loads a script statement by statement; `prepare` refuses more than one.
async fn load_postgres(server: &Postgres, database: &str, script: &str, piece: usize) {
    let mut config = tokio_postgres::Config::new();
    config.host_path(server.socket_folder()).port(server.port());
    config.user("postgres").dbname(database);
    let (client, connection) = config
        .connect(tokio_postgres::NoTls)
        .await
        .expect("a connection");
    tokio::spawn(connection);
    let mut splitter = Splitter::new(Dialect::Postgres);
    let mut copy = None;
    for bytes in script.as_bytes().chunks(piece) {
        splitter.push(bytes);
        while let Some(item) = splitter.next().expect("a script") {
            match item {
                Item::Statement(piece) => {
                    let sql = utf8(piece.text);
                    let statement = client.prepare(sql).await;
                    let statement = statement.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
                    client.execute(&statement, &[]).await.expect(sql);
                }
                Item::CopyBegin(piece) => {
                    let sql = utf8(piece.text);
                    copy = Some(Box::pin(client.copy_in(sql).await.expect(sql)));
                }
                Item::CopyData(data) => {
                    let sink = copy.as_mut().expect("a COPY that began");
                    sink.send(bytes::Bytes::copy_from_slice(data))
                        .await
                        .expect("COPY data");
                }
                Item::CopyEnd { lines } => {
                    let mut sink = copy.take().expect("a COPY that began");
                    let rows = sink.as_mut().finish().await.expect("the end of COPY");
                    assert_eq!(rows, lines);
                }
                Item::Meta(_) => {}
            }
        }
    }
    splitter.end();
    assert!(splitter.next().expect("the whole script").is_none());
}

#[test]
fn the_reference_dump_of_postgres_loads_statement_by_statement() {
    let server = Postgres::start("18");
    server.create_database("a");
    server.sql("a", POSTGRES);
    for (number, (options, piece)) in [
        (vec![], 1 << 20),
        (vec![], 17),
        (vec!["--inserts", "--rows-per-insert=100"], 4096),
    ]
    .into_iter()
    .enumerate()
    {
        let copy = format!("copy{number}");
        server.create_database(&copy);
        let script = server.reference_dump("a", &options);
        runtime().block_on(load_postgres(&server, &copy, &script, piece));
        oracle::postgres((&server, "a"), (&server, &copy)).expect("equal databases");
    }
}

#[test]
fn pg_dumpall_says_which_database_comes_next() {
    let server = Postgres::start("18");
    let names = ["plain", "it's `a` \"\\ $x"];
    names.iter().for_each(|name| server.create_database(name));
    let mut command = server.client("pg_dumpall", "postgres");
    let script = output(command.arg("--schema-only")).expect("pg_dumpall");
    assert_eq!(Maker::detect(script.as_bytes()), Some(Maker::PgDumpall));
    let mut splitter = Splitter::new(Dialect::Postgres);
    splitter.push(script.as_bytes());
    splitter.end();
    let mut found = Vec::new();
    while let Some(item) = splitter.next().expect("a script") {
        if let Item::Meta(meta) = item
            && meta.command == Command::Connect
        {
            found.push(
                connect_database(meta.argument)
                    .expect("a database")
                    .to_string(),
            );
        }
    }
    assert!(
        names.iter().all(|name| found.contains(&(*name).to_owned())),
        "{found:?}"
    );
}

/// Texts that the server prints about all of its own objects, one query each; every row has the
/// text, with its zero-width separators made visible by `psql`'s format.
const PRINTED: [&str; 5] = [
    "SELECT 'CREATE VIEW v AS ' || rtrim(pg_get_viewdef(oid), ';') FROM pg_class WHERE relkind IN ('v', 'm')",
    "SELECT rtrim(pg_get_ruledef(oid), ';') FROM pg_rewrite",
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE oid NOT IN (SELECT aggfnoid FROM pg_aggregate)",
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index",
    "SELECT 'ALTER TABLE t ADD ' || pg_get_constraintdef(oid) FROM pg_constraint",
];

#[test]
fn nothing_that_postgres_prints_is_refused() {
    for version in ["10", "18"] {
        let server = Postgres::start(version);
        server.create_database("a");
        if version == "18" {
            server.sql("a", POSTGRES);
        }
        let mut seen = 0;
        for query in PRINTED {
            let rows = server.sql("a", &format!("SELECT json_agg(t) FROM ({query}) AS q(t)"));
            let texts: Vec<String> = serde_json::from_str(&rows).unwrap_or_default();
            for text in &texts {
                let judged = check_statement(Dialect::Postgres, text.as_bytes());
                assert_eq!(judged, Ok(()), "{text}");
            }
            seen += texts.len();
        }
        let expressions = "SELECT json_agg(pg_get_expr(adbin, adrelid)) FROM pg_attrdef";
        let texts: Option<Vec<String>> =
            serde_json::from_str(&server.sql("a", expressions)).unwrap_or_default();
        for text in texts.unwrap_or_default() {
            assert_eq!(
                check_expression(Dialect::Postgres, text.as_bytes()),
                Ok(()),
                "{text}"
            );
        }
        assert!(seen > 2000, "only {seen} texts of version {version}");
    }
}

const MYSQL: &str = r#"
CREATE TABLE `t;``'"` (id INT PRIMARY KEY AUTO_INCREMENT, `-- a` TEXT COMMENT 'it''s; \\ "', b VARBINARY(300),
  e ENUM(';', '''', '"')) COMMENT='/* \\! id */';
INSERT INTO `t;``'"` (`-- a`, b, e) VALUES ('it''s; \\''\n\r\t\0', x'00275c3b0a0d1a22', ';'), (NULL, NULL, ''''),
  ('\\', '\\\\''', '"'), ('-- #', '/*!50000 SELECT 1 */', NULL);
CREATE TABLE p (a INT) PARTITION BY HASH (a) PARTITIONS 3;
CREATE VIEW v AS SELECT '\\;''' AS a, id AS `;` FROM `t;``'"` WHERE id > -1;
DELIMITER ;;
CREATE PROCEDURE blocks(IN `;` INT, OUT o INT)
BEGIN -- it's ; a comment
  DECLARE done INT DEFAULT IF(`;`, 1, 2);
  DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN SET done = 1; END;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION IF done THEN SET o = 1; END IF;
  a: LOOP
    IF done > 3 THEN LEAVE a; ELSEIF done = 2 THEN SET done = CASE done WHEN 2 THEN IF(1, 3, 4) ELSE 5 END; END IF;
    CASE WHEN done THEN BEGIN SET o = 2; END; ELSE SET o = 3; END CASE;
    REPEAT SET done = done + 1; UNTIL done > 3 END REPEAT;
    WHILE done < 3 DO SET done = REPEAT('4', 1); END WHILE;
  END LOOP a; # ;
  SELECT end, begin FROM (SELECT 1 AS begin, 2 AS end) x WHERE end > begin;
  /* ' ; */ SET o = 4;
END ;;
CREATE FUNCTION one() RETURNS VARCHAR(20) DETERMINISTIC RETURN CASE WHEN 1 THEN '\\;' ELSE "'" END;;
CREATE TRIGGER bi BEFORE INSERT ON p FOR EACH ROW IF NEW.a IS NULL THEN SET NEW.a = 1; SET @x = ';'; END IF;;
CREATE TRIGGER b2 BEFORE INSERT ON p FOR EACH ROW FOLLOWS bi BEGIN SET @y = 1; END;;
CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DISABLE DO BEGIN SET @a = 1; DO SLEEP(0); END;;
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';;
CREATE PROCEDURE modes() SELECT '\' AS "a;\", ';';;
SET sql_mode = '';;
DELIMITER ;
"#;

const MARIADB: &str = r#"
CREATE SEQUENCE s;
DELIMITER ;;
CREATE PROCEDURE loops() BEGIN FOR r IN (SELECT 1 AS a) DO SET @a = r.a; END FOR; FOR i IN 1..3 DO SET @b = i; END FOR; END;;
SET sql_mode = 'ORACLE';;
CREATE PROCEDURE ora(a INT) AS x INT := 1; BEGIN
  FOR i IN 1..3 LOOP x := x + i; END LOOP;
  WHILE x < 9 LOOP x := x + 1; END LOOP;
  IF x > 1 THEN NULL; ELSIF x > 2 THEN NULL; END IF;
EXCEPTION WHEN OTHERS THEN x := 2;
END;;
CREATE PACKAGE pack AS PROCEDURE a; FUNCTION b RETURN INT; END;;
CREATE PACKAGE BODY pack AS
  z INT := 1;
  PROCEDURE a AS y INT; BEGIN y := 1; END;
  FUNCTION b RETURN INT AS BEGIN RETURN 2; END;
BEGIN z := 3;
END;;
SET sql_mode = '';;
DELIMITER ;
"#;

/// Loads a script statement by statement, by a connection that takes one at a time.
async fn load_mysql(server: &MySqlServer, database: &str, script: &str, piece: usize) {
    let mut target = connect(server, database).await;
    let mut splitter = Splitter::new(Dialect::Mysql);
    for bytes in script.as_bytes().chunks(piece) {
        splitter.push(bytes);
        while let Some(item) = splitter.next().expect("a script") {
            if let Item::Statement(piece) = item {
                let ran = target.execute(piece.text).await;
                assert!(ran.is_ok(), "{ran:?}: {}", utf8(piece.text));
            }
        }
    }
    splitter.end();
    assert!(splitter.next().expect("the whole script").is_none());
    target.close().await.expect("an end");
}

async fn connect(server: &MySqlServer, database: &str) -> MysqlTarget {
    let env = Env {
        vars: BTreeMap::new(),
        ..Env::read()
    };
    let target = MysqlTarget::connect(&server.url(database), &env).await;
    target.expect("a connection")
}

fn loads_statement_by_statement(server: &MySqlServer, setup: &[&str]) {
    server.create_database("a");
    setup.iter().for_each(|sql| drop(server.sql("a", sql)));
    for (number, piece) in [1 << 20, 13].into_iter().enumerate() {
        let copy = format!("copy{number}");
        server.create_database(&copy);
        let mut options = vec!["--extended-insert"];
        options.extend((!server.is_mariadb()).then_some("--set-gtid-purged=OFF"));
        let script = server.reference_dump("a", &options);
        runtime().block_on(load_mysql(server, &copy, &script, piece));
        oracle::mysql((server, "a"), (server, &copy)).expect("equal databases");
    }
}

#[test]
fn the_connection_takes_one_statement_at_a_time() {
    let server = MariaDb::start("10.11");
    runtime().block_on(async {
        let mut target = connect(&server, "mysql").await;
        target.execute(b"SET @a = 1").await.expect("one statement");
        let two = target.execute(b"SET @a = 1; SET @b = 2").await;
        two.expect_err("two statements");
    });
}

#[test]
fn the_reference_dumps_of_mariadb_load_statement_by_statement() {
    for version in ["10.5", "10.11", "11.8"] {
        loads_statement_by_statement(&MariaDb::start(version), &[MYSQL, MARIADB]);
    }
}

#[test]
fn the_reference_dump_of_mysql_loads_statement_by_statement() {
    loads_statement_by_statement(&MySql::start("9.7"), &[MYSQL]);
}

/// What `SHOW CREATE` calls the definition's column.
const TEXT_COLUMNS: [&str; 8] = [
    "Create Procedure",
    "Create Function",
    "Create Package",
    "Create Package Body",
    "SQL Original Statement",
    "Create Event",
    "Create Table",
    "Create View",
];

async fn definition(session: &mut Session, object: &str) -> String {
    let show = format!("SHOW CREATE {object}");
    let rows = session.query(&show).await.expect(&show);
    let row = rows.first().expect(&show);
    let text = TEXT_COLUMNS.iter().find_map(|column| row.str(column).ok());
    text.expect(&show).to_owned()
}

/// Every routine, trigger and event of the server's own schemas and of ours, with its sql_mode.
const COMPOUND: &str = "
    SELECT CONCAT(routine_type, ' `', routine_schema, '`.`', routine_name, '`') AS object, sql_mode AS mode
    FROM information_schema.routines WHERE routine_type NOT LIKE 'LIB%'
    UNION ALL SELECT CONCAT('TRIGGER `', trigger_schema, '`.`', trigger_name, '`'), sql_mode
    FROM information_schema.triggers
    UNION ALL SELECT CONCAT('EVENT `', event_schema, '`.`', event_name, '`'), sql_mode
    FROM information_schema.events";

const TABLES: &str = "
    SELECT CONCAT('TABLE `', table_schema, '`.`', REPLACE(table_name, '`', '``'), '`') AS object
    FROM information_schema.tables WHERE table_type LIKE '%BASE%' OR table_type LIKE '%VIEW%'";

fn nothing_is_refused(server: &MySqlServer, setup: &[&str], least: usize) {
    server.create_database("a");
    setup.iter().for_each(|sql| drop(server.sql("a", sql)));
    runtime().block_on(async {
        let mut target = connect(server, "a").await;
        let session = target.session();
        let objects = session.query(COMPOUND).await.expect(COMPOUND);
        assert!(objects.len() >= least, "only {}", objects.len());
        for row in objects.iter() {
            let (object, mode) = (row.str("object").expect("a name"), row.str("mode"));
            let text = definition(session, object).await;
            judge_compound(object, mode.expect("a mode"), &text);
        }
        for row in session.query(TABLES).await.expect(TABLES).iter() {
            let text = definition(session, row.str("object").expect("a name")).await;
            let lexer = Lexer::new(Dialect::Mysql).versioned_comments();
            assert_eq!(lexer.statement(text.as_bytes()), Ok(()), "{text}");
        }
    });
}

fn judge_compound(object: &str, mode: &str, text: &str) {
    let lexer = Lexer::new(Dialect::Mysql).compound().sql_mode(mode);
    assert_eq!(lexer.statement(text.as_bytes()), Ok(()), "{object}: {text}");
    let more = format!("{text}\n; DROP TABLE t");
    // What Oracle's packages may hold is not followed in full.
    let refused = mode.contains("ORACLE") || lexer.statement(more.as_bytes()).is_err();
    assert!(refused, "{object}: {more}");
}

#[test]
fn nothing_that_mariadb_prints_is_refused() {
    nothing_is_refused(&MariaDb::start("11.8"), &[MYSQL, MARIADB], 30);
}

#[test]
fn nothing_that_mysql_prints_is_refused() {
    nothing_is_refused(&MySql::start("9.7"), &[MYSQL], 40);
}
