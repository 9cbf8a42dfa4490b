//! What makes a restore fast, and that the database is none the worse for it.

use crate::support::command::{Ran, ran};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres};

fn good(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

fn dumped(url: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a").display().to_string();
    good(&ran(&["dump", url, "-o", &archive]));
    (folder, archive)
}

/// Keys of all kinds, in an order that is not that of their names; tables whose keys are needed
/// before the rows, or by others.
const KEYS: &str = "\
CREATE TABLE digits (d INT); INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
CREATE TABLE much (id INT AUTO_INCREMENT, a INT NOT NULL, b VARCHAR(40) COMMENT 'KEY `x` (`y`),', c TEXT, d INT,
  KEY z (a, b), KEY `a``,(` (c(20)) COMMENT 'it''s', UNIQUE KEY u (b), UNIQUE KEY n (a, id), PRIMARY KEY (id),
  KEY m (b DESC, a), KEY k (d), CONSTRAINT much_positive CHECK (a >= 0)) ENGINE = InnoDB;
INSERT INTO much (a, b, c, d) SELECT p.d, CONCAT(p.d, q.d, r.d, s.d, 'x'), REPEAT('text ', 30), q.d
  FROM digits p, digits q, digits r, digits s;
CREATE TABLE counted (id INT AUTO_INCREMENT, note TEXT, KEY (id), KEY (note(5))) ENGINE = InnoDB;
INSERT INTO counted (note) SELECT c FROM much;
CREATE TABLE parent (id INT PRIMARY KEY, a INT, note TEXT, UNIQUE KEY u (a), KEY ref (note(3))) ENGINE = InnoDB;
INSERT INTO parent SELECT id, id, c FROM much;
CREATE TABLE child (id INT PRIMARY KEY, a INT, note TEXT, KEY note (note(9)), KEY a (a),
  FOREIGN KEY (a) REFERENCES parent (a)) ENGINE = InnoDB;
INSERT INTO child SELECT id, id, c FROM much;
CREATE TABLE words (id INT PRIMARY KEY, t TEXT, a INT, FULLTEXT KEY t (t), KEY a (a)) ENGINE = InnoDB;
INSERT INTO words SELECT id, c, a FROM much;
CREATE TABLE parted (id INT, a INT, note TEXT, KEY a (a)) ENGINE = InnoDB PARTITION BY HASH (id) PARTITIONS 3;
INSERT INTO parted SELECT id, a, c FROM much;
CREATE TABLE seen (id INT PRIMARY KEY, note TEXT, v INT AS (id * 2) VIRTUAL, KEY v (v), KEY note (note(7))) ENGINE = InnoDB;
INSERT INTO seen (id, note) SELECT id, c FROM much;
CREATE TRIGGER t BEFORE INSERT ON much FOR EACH ROW SET NEW.d = 7;
";

fn keys_come_after_rows(server: &MySqlServer, more: &str) {
    server.create_database("a");
    server.sql("a", &format!("{KEYS}{more}"));
    let (_folder, archive) = dumped(&server.url("a"));
    server.sql(
        "",
        "SET GLOBAL log_output = 'TABLE', GLOBAL general_log = 1",
    );
    for (database, jobs) in [("b", "1"), ("c", "3")] {
        server.create_database(database);
        server.sql("", "TRUNCATE mysql.general_log");
        let url = server.url(database);
        good(&ran(&["restore", &archive, "--jobs", jobs, "--to", &url]));
        let log = "SELECT CAST(argument AS CHAR) FROM mysql.general_log WHERE command_type = 'Query' \
                   AND argument REGEXP '^(INSERT INTO|ALTER TABLE|LOAD DATA LOCAL INFILE .dumpkeep. INTO TABLE) \
                   `?(much|child|seen|parent)`? ' ORDER BY event_time";
        let log = server.sql("", log);
        let ways = ["INSERT INTO `much`", "INTO TABLE `much`"];
        let last = ways.into_iter().filter_map(|way| log.rfind(way)).max();
        let last = last.expect("rows");
        let keys = log.find("ALTER TABLE `much` ADD KEY `z`").expect("keys");
        assert!(last < keys, "keys of {database} before its rows");
        assert!(log.contains("ALTER TABLE `seen` ADD KEY `"), "{log}");
        assert!(
            !log.contains("ALTER TABLE `child`"),
            "a foreign key needs its keys"
        );
        oracle::mysql((server, "a"), (server, database)).expect("equal");
    }
    // Objects by name go the same way, under other names they don't.
    server.create_database("d");
    let url = server.url("d");
    good(&ran(&[
        "restore", &archive, "--table", "much", "--to", &url,
    ]));
    good(&ran(&[
        "restore",
        &archive,
        "--table",
        "much",
        "--rename-table",
        "much=other",
        "--to",
        &url,
    ]));
    let shown = |table: &str| {
        let shown = server.sql("d", &format!("SHOW CREATE TABLE {table}"));
        shown.replace("other", "much").trim().to_owned()
    };
    assert_eq!(
        shown("much"),
        server.sql("a", "SHOW CREATE TABLE much").trim()
    );
    assert_eq!(shown("other"), shown("much"));
}

#[test]
fn keys_come_after_rows_on_mariadb_10_11() {
    let server = MariaDb::start("10.11");
    keys_come_after_rows(
        &server,
        "CREATE TABLE past (id INT PRIMARY KEY, note TEXT, KEY note (note(7))) WITH SYSTEM VERSIONING;
         INSERT INTO past SELECT id, c FROM much;
         CREATE TABLE long_unique (id INT, a INT, c TEXT, KEY a (a), UNIQUE KEY c (c)) ENGINE = InnoDB;
         INSERT INTO long_unique SELECT id, a, CONCAT(id, c) FROM much;
         ALTER TABLE seen ALTER INDEX v IGNORED;",
    );
    let checks = server.sql(
        "",
        "SELECT COUNT(*) FROM mysql.general_log WHERE argument = 'SET unique_checks = 1'",
    );
    assert_ne!(
        checks.trim(),
        "0",
        "first rows would be collected and sorted"
    );
}

#[test]
fn keys_come_after_rows_on_mysql_9_7() {
    let server = MySql::start("9.7");
    keys_come_after_rows(
        &server,
        "CREATE TABLE computed (id INT PRIMARY KEY, c TEXT, j JSON, KEY e ((id + 1)), KEY c (c(9)));
         INSERT INTO computed SELECT id, c, '[1]' FROM much;
         ALTER TABLE seen ALTER INDEX v INVISIBLE;",
    );
}

const ROWS: &str = r#"
CREATE SCHEMA "a. b";
CREATE TYPE state AS ENUM ('on', 'off');
CREATE TABLE "a. b"."t ""1" (id int PRIMARY KEY, note text);
INSERT INTO "a. b"."t ""1" SELECT i, repeat('note ', 40) FROM generate_series(1, 20000) i;
CREATE TABLE heirs (more int) INHERITS ("a. b"."t ""1");
INSERT INTO heirs SELECT i, repeat('note ', 40), i FROM generate_series(1, 10000) i;
CREATE TABLE parted (id int, s state, note text) PARTITION BY HASH (s);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT i, 'on', repeat('note ', 40) FROM generate_series(1, 10000) i;
INSERT INTO parted SELECT i, 'off', repeat('note ', 40) FROM generate_series(1, 10000) i;
CREATE TABLE few (id int PRIMARY KEY);
INSERT INTO few SELECT generate_series(1, 100);
ALTER TABLE heirs ADD FOREIGN KEY (id) REFERENCES "a. b"."t ""1";
CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
CREATE TRIGGER stop BEFORE TRUNCATE OR INSERT ON heirs EXECUTE FUNCTION stop();
"#;

/// Which of the tables have pages whose rows everybody sees: those that a batch of rows ended in do
/// not count as such.
fn frozen(server: &Postgres, database: &str) -> String {
    server.sql(database, "ANALYZE");
    let sql = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text !~ '^(pg_|information)' \
               AND relallvisible * 2 > relpages ORDER BY 1";
    server.sql(database, sql).trim().to_owned()
}

#[test]
fn rows_of_tables_that_one_connection_loads_are_frozen_on_postgres_18() {
    let server = Postgres::start("18");
    server.create_database("a");
    server.sql("a", ROWS);
    let (_folder, archive) = dumped(&server.url("a"));
    for (database, switches) in [
        ("b", &["--jobs", "1"][..]),
        ("c", &["--jobs", "4"]),
        ("d", &["--single-transaction"]),
    ] {
        server.create_database(database);
        let url = server.url(database);
        good(&ran(
            &[&["restore", &archive, "--to", &url], switches].concat()
        ));
        oracle::postgres((&server, "a"), (&server, database)).expect("equal");
        let found = frozen(&server, database);
        match database {
            "b" | "d" => assert_eq!(found, "heirs\nt \"1"),
            // The largest are loaded by all together.
            _ => assert!(!found.contains("t \"1"), "{found}"),
        }
    }
    server.create_database("e");
    let url = server.url("e");
    good(&ran(&[
        "restore",
        &archive,
        "--schema-only",
        "--section",
        "pre-data",
        "--to",
        &url,
    ]));
    good(&ran(&["restore", &archive, "--data-only", "--to", &url]));
    assert_eq!(frozen(&server, "e"), "", "what was there is not emptied");
}

#[test]
fn rows_are_frozen_on_postgres_10_too() {
    let server = Postgres::with("10").setting("log_statement", "all").start();
    server.create_database("a");
    server.sql("a", "CREATE TABLE t (id int PRIMARY KEY, note text)");
    server.sql(
        "a",
        "INSERT INTO t SELECT i, repeat('note ', 40) FROM generate_series(1, 20000) i",
    );
    let (_folder, archive) = dumped(&server.url("a"));
    server.create_database("b");
    good(&ran(&["restore", &archive, "--to", &server.url("b")]));
    let log = server.log();
    assert!(
        log.contains("COPY public.t (id, note) FROM stdin WITH (FREEZE)"),
        "{log}"
    );
    oracle::postgres((&server, "a"), (&server, "b")).expect("equal");
}

/// Many tables, with types whose names clash, sequences, heirs, partitions and defaults that call
/// functions.
const MANY: &str = r#"
DO $$BEGIN
  FOR i IN 1..80 LOOP
    EXECUTE format('CREATE TABLE plain_%s (id serial PRIMARY KEY, note text DEFAULT ''x'')', i);
    EXECUTE format('CREATE TABLE _plain_%s (id int)', i);
  END LOOP;
  FOR i IN 1..80 LOOP
    EXECUTE format('CREATE TABLE heir_%s (more int) INHERITS (plain_%s)', i, i % 3 + 1);
  END LOOP;
END$$;
CREATE FUNCTION next() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM plain_7$$;
CREATE TABLE parted (id int, n bigint DEFAULT next()) PARTITION BY LIST (id);
DO $$BEGIN
  FOR i IN 1..40 LOOP
    EXECUTE format('CREATE TABLE part_%s PARTITION OF parted FOR VALUES IN (%s)', i, i);
    EXECUTE format('CREATE TABLE later_%s (n bigint DEFAULT next(), r plain_%s, q heir_2[])', i, i);
    EXECUTE format('INSERT INTO later_%s (r) VALUES (ROW(%s, ''a''))', i, i);
  END LOOP;
END$$;
INSERT INTO parted (id) SELECT generate_series(1, 40);
"#;

#[test]
fn tables_are_made_by_several_connections_on_postgres() {
    for version in ["10", "18"] {
        let server = Postgres::with(version)
            .setting("log_statement", "ddl")
            .setting("log_line_prefix", "%d %p ")
            .start();
        server.create_database("a");
        server.sql("a", MANY);
        let (_folder, archive) = dumped(&server.url("a"));
        for (database, jobs) in [("b", "1"), ("c", "4")] {
            server.create_database(database);
            let url = server.url(database);
            good(&ran(&["restore", &archive, "--jobs", jobs, "--to", &url]));
            oracle::postgres((&server, "a"), (&server, database)).expect("equal");
            let log = server.log();
            let made = log.lines().filter_map(|line| {
                let (process, _) = line
                    .strip_prefix(&format!("{database} "))?
                    .split_once(' ')
                    .filter(|(_, rest)| rest.contains("CREATE TABLE public."))?;
                Some(process.to_owned())
            });
            let processes: std::collections::HashSet<String> = made.collect();
            assert_eq!(processes.len() > 1, jobs == "4", "{version} {processes:?}");
        }
    }
}

fn tables_are_made_by_several_connections(server: &MySqlServer) {
    server.create_database("a");
    server.sql(
        "",
        "ALTER DATABASE a CHARACTER SET latin2 COLLATE latin2_bin",
    );
    let tables: Vec<String> = (0..300)
        .map(|number| {
            let key = match number % 50 {
                0 if number > 0 => ", FOREIGN KEY (a) REFERENCES t1 (id)",
                _ => "",
            };
            format!("CREATE TABLE t{number} (id INT PRIMARY KEY, a INT, KEY a (a){key}) ENGINE = InnoDB;")
        })
        .collect();
    server.sql("a", &tables.concat());
    // What a stored program knows of its database is what its session knows.
    let programs = (0..100).map(|number| {
        format!(
            "CREATE PROCEDURE p{number}(a CHAR(9)) SELECT a; \
             CREATE TRIGGER r{number} BEFORE UPDATE ON t{number} FOR EACH ROW SET NEW.a = 1; \
             CREATE EVENT e{number} ON SCHEDULE EVERY 9 DAY DISABLE DO SELECT 1;"
        )
    });
    server.sql("a", &programs.collect::<String>());
    server.sql(
        "a",
        "INSERT INTO t1 VALUES (1, 1); INSERT INTO t50 VALUES (2, 1)",
    );
    let (_folder, archive) = dumped(&server.url("a"));
    server.sql(
        "",
        "SET GLOBAL log_output = 'TABLE', GLOBAL general_log = 1",
    );
    for (database, jobs) in [("b", "1"), ("c", "4")] {
        server.create_database(database);
        server.sql("", "TRUNCATE mysql.general_log");
        let url = server.url(database);
        good(&ran(&["restore", &archive, "--jobs", jobs, "--to", &url]));
        for made in ["CREATE TABLE `t%", "CREATE % TRIGGER %"] {
            let sessions = format!(
                "SELECT COUNT(DISTINCT thread_id) FROM mysql.general_log WHERE argument LIKE '{made}'"
            );
            let sessions = server.sql("", &sessions);
            assert_eq!(sessions.trim() != "1", jobs == "4", "{made}: {sessions}");
        }
        let collations = format!(
            "SELECT database_collation FROM information_schema.routines WHERE routine_schema = '{database}' UNION \
             SELECT database_collation FROM information_schema.triggers WHERE trigger_schema = '{database}' UNION \
             SELECT database_collation FROM information_schema.events WHERE event_schema = '{database}'"
        );
        assert_eq!(server.sql("", &collations).trim(), "latin2_bin");
        oracle::mysql((server, "a"), (server, database)).expect("equal");
    }
}

#[test]
fn tables_are_made_by_several_connections_on_mariadb() {
    tables_are_made_by_several_connections(&MariaDb::start("10.11"));
}

#[test]
fn tables_are_made_by_several_connections_on_mysql() {
    tables_are_made_by_several_connections(&MySql::start("9.7"));
}

/// Triggers of which every other one was made under another default of the database: while one
/// connection gives the database that, others make theirs.
fn programs_keep_their_databases_collation(server: &MySqlServer) {
    server.create_database("a");
    let programs = (0..120).map(|number| {
        let collation = ["latin2_bin", "utf8mb4_bin", "utf8mb3_bin"][number % 3];
        format!(
            "ALTER DATABASE a COLLATE {collation}; CREATE TABLE t{number} (a INT) ENGINE = InnoDB; \
             CREATE TRIGGER r{number} BEFORE UPDATE ON t{number} FOR EACH ROW SET NEW.a = 1; \
             CREATE EVENT e{number} ON SCHEDULE EVERY 9 DAY DISABLE DO SELECT 1;"
        )
    });
    server.sql("a", &programs.collect::<String>());
    let (_folder, archive) = dumped(&server.url("a"));
    server.create_database("b");
    let url = server.url("b");
    good(&ran(&["restore", &archive, "--jobs", "8", "--to", &url]));
    let collations = |database: &str| {
        let sql = format!(
            "SELECT trigger_name AS name, database_collation FROM information_schema.triggers WHERE trigger_schema = '{database}' UNION ALL \
             SELECT event_name, database_collation FROM information_schema.events WHERE event_schema = '{database}' ORDER BY name"
        );
        server.sql("", &sql)
    };
    assert_eq!(collations("b"), collations("a"));
}

#[test]
fn programs_keep_their_databases_collation_on_mariadb() {
    programs_keep_their_databases_collation(&MariaDb::start("10.11"));
}

#[test]
fn programs_keep_their_databases_collation_on_mysql() {
    programs_keep_their_databases_collation(&MySql::start("9.7"));
}

/// Rows that a server refuses once for another session's sake are loaded again where they were taken
/// back, and only there.
fn rows_are_not_loaded_twice(server: &MySqlServer) {
    for (engine, code) in [("InnoDB", 0), ("MyISAM", 1)] {
        let database = engine.to_lowercase();
        server.create_database(&database);
        let sql = format!(
            "CREATE TABLE digits (d INT); INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
             CREATE TABLE kept (id INT, note TEXT) ENGINE = {engine};
             INSERT INTO kept SELECT p.d + 10 * q.d + 100 * r.d + 1000 * s.d, REPEAT('text ', 100)
               FROM digits p, digits q, digits r, digits s;
             DROP TABLE digits;"
        );
        server.sql(&database, &sql);
        let (_folder, archive) = dumped(&server.url(&database));
        server.sql(
            &database,
            "TRUNCATE kept;\nDELIMITER //\n\
             CREATE TRIGGER once BEFORE INSERT ON kept FOR EACH ROW BEGIN
               IF NEW.id = 9000 AND @failed IS NULL THEN
                 SET @failed = 1;
                 SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'another one first';
               END IF;
             END//",
        );
        let url = server.url(&database);
        let loaded = ran(&["restore", &archive, "--data-only", "--to", &url]);
        assert_eq!(loaded.code, Some(code), "{engine}: {}", loaded.err);
        let twice = "SELECT COUNT(*) - COUNT(DISTINCT id) FROM kept";
        assert_eq!(server.sql(&database, twice).trim(), "0", "{engine}");
    }
}

#[test]
fn rows_are_not_loaded_twice_on_mariadb() {
    rows_are_not_loaded_twice(&MariaDb::start("10.11"));
}

#[test]
fn rows_are_not_loaded_twice_on_mysql() {
    rows_are_not_loaded_twice(&MySql::start("9.7"));
}

/// A database that can only be read becomes so behind all else: its record is gone then, and its
/// scratch database goes as well.
#[test]
fn databases_that_can_only_be_read_come_back_on_mysql() {
    let server = MySql::start("9.7");
    server.create_database("a");
    server.sql(
        "a",
        "CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (1), (2); ALTER DATABASE a READ ONLY = 1",
    );
    let (_folder, archive) = dumped(&server.url("a"));
    server.create_database("b");
    let restored = ["restore", &archive, "--jobs", "2", "--to", &server.url("b")];
    good(&ran(&restored));
    good(&ran(&[&restored[..], &["--clean"]].concat()));
    let tables =
        "SELECT GROUP_CONCAT(table_name) FROM information_schema.tables WHERE table_schema = 'b'";
    assert_eq!(server.sql("", tables).trim(), "t");
    let options =
        "SELECT options FROM information_schema.schemata_extensions WHERE schema_name = 'b'";
    assert_eq!(server.sql("", options).trim(), "READ ONLY=1");
    good(&ran(&["verify", &archive, "--restore-to", &server.url("")]));
    let scratch =
        "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE 'dumpkeep%'";
    assert_eq!(server.sql("", scratch).trim(), "0");
}
