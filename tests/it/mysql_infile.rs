//! Rows that go by `LOAD DATA LOCAL`: where they do, and where they must not. That they arrive is
//! shown with those of every type (`mysql_data`).

use crate::support::command::ran;
use crate::support::mysql_archive::{archive, by_files, job, loads};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer};

/// 20,000 rows in a megabyte.
fn shop(server: &MySqlServer) -> tempfile::NamedTempFile {
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(60), c DATETIME(6), d DECIMAL(12,4),
           e TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP) ENGINE=InnoDB;
         INSERT INTO t (a, b, c, d) VALUES (1, 'tab\\t, \\\\N, it''s a \\\\ and\\na line', '2026-01-02 03:04:05.678901', -1.5);
         INSERT INTO t SELECT a + 1, b, c, d, NULL FROM t; INSERT INTO t SELECT a + 2, b, c, d, NULL FROM t;
         INSERT INTO t SELECT a + 4, b, c, d, NULL FROM t; INSERT INTO t SELECT a + 8, b, c, d, NULL FROM t;
         INSERT INTO t SELECT a + 16, b, c, d, NULL FROM t; INSERT INTO t SELECT a + 32, b, c, d, NULL FROM t;
         INSERT INTO t SELECT x.a + 64 * y.a, x.b, x.c, x.d, x.e FROM t x, t y;
         INSERT INTO t SELECT a + 4160, NULL, c, NULL, e FROM t WHERE a > 64;
         INSERT INTO t SELECT a + 8320, b, c, d, NULL FROM t WHERE a > 64;",
    );
    let file = tempfile::NamedTempFile::new().expect("a file");
    let bytes = archive(&server.url("shop"), "shop", &job(), None).expect("a dump");
    std::fs::write(file.path(), bytes).expect("written");
    file
}

/// Restores as a user would, and tells how many files were sent.
fn restored(
    server: &MySqlServer,
    (file, database): (&tempfile::NamedTempFile, &str),
    parameter: &str,
) -> u64 {
    server.create_database(database);
    let before = loads(server);
    let url = server.url(database);
    let mark = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{mark}{parameter}");
    let file = file.path().to_str().expect("a path");
    let ran = ran(&["restore", file, "--to", &url]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    oracle::mysql((server, "shop"), (server, database)).expect(database);
    loads(server) - before
}

#[test]
fn large_tables_go_by_files_where_both_sides_allow_it() {
    for server in [MariaDb::start("10.5"), MySql::start("5.6")] {
        let file = shop(&server);
        let files = restored(&server, (&file, "plain"), "connect-timeout=30");
        assert!(files > 0, "none");
        let zlib = "compression-algorithms=zlib";
        assert!(restored(&server, (&file, "zlib"), zlib) > 0, "none");
        assert_eq!(restored(&server, (&file, "no"), "local-infile=0"), 0);
        server.sql("", "SET GLOBAL local_infile = 0");
        let off = restored(&server, (&file, "off"), "local-infile=1");
        assert_eq!(off, 0);
    }
    // the newer ones allow it only where they are told to
    let server = MySql::start("9.7");
    let file = shop(&server);
    assert_eq!(restored(&server, (&file, "plain"), "local-infile=1"), 0);
    server.sql("", "SET GLOBAL local_infile = 1");
    let files = restored(&server, (&file, "yes"), "local-infile=1");
    assert!(files > 0, "none");
    for method in ["zlib", "zstd"] {
        let parameter = format!("compression-algorithms={method}");
        let files = restored(&server, (&file, method), &parameter);
        assert!(files > 0, "none");
    }
}

/// As a statement it would be logged with its file, which replicas read under their own settings.
#[test]
fn a_log_of_statements_gets_statements() {
    let server = MariaDb::with("10.11").binlog().start();
    let file = shop(&server);
    let files = restored(&server, (&file, "by_row"), "local-infile=1");
    assert!(files > 0, "none");
    for format in ["MIXED", "STATEMENT"] {
        server.sql("", &format!("SET GLOBAL binlog_format = {format}"));
        let files = restored(&server, (&file, format), "local-infile=1");
        assert_eq!(files, 0, "{format}");
    }
    // a cluster may commit a file in parts
    server.sql(
        "",
        "SET GLOBAL binlog_format = ROW, GLOBAL wsrep_load_data_splitting = 1",
    );
    assert_eq!(restored(&server, (&file, "parts"), "local-infile=1"), 0);
}

/// A file's rows are stored with `IGNORE`: what does not fit would be made to.
#[test]
fn what_a_server_refuses_is_still_refused() {
    for server in [MariaDb::start("11.8"), MySql::start("5.6")] {
        let file = shop(&server);
        let archive = file.path().to_str().expect("a path");
        for (database, change, code) in [
            // as a warning, under the modes that a script has
            ("short", "MODIFY b VARCHAR(5)", "1265"),
            ("twice", "ADD UNIQUE (c)", "1062"),
            ("fewer", "MODIFY b VARCHAR(60) NOT NULL", "1048"),
        ] {
            server.create_database(database);
            let like = format!("CREATE TABLE t LIKE shop.t; ALTER TABLE t {change};");
            server.sql(database, &like);
            let before = loads(&server);
            let ran = ran(&[
                "restore",
                archive,
                "--data-only",
                "--to",
                &server.url(database),
            ]);
            assert_eq!(ran.code, Some(1), "{}", ran.err);
            let told = ran.err.contains(&format!("({code})")) && !ran.err.contains("LOAD DATA");
            assert!(told, "{database}: {}", ran.err);
            assert!(loads(&server) > before, "{database}");
            let rows = server.sql(database, "SELECT COUNT(*) FROM t");
            assert_eq!(rows.trim(), "0", "{database}");
        }
    }
}

/// Values and tables for which a file would be another thing.
#[test]
fn what_only_statements_carry_goes_by_them() {
    let types = "
        CREATE TABLE wrong_member (a INT, e ENUM('1', '0', 'b')) ENGINE=InnoDB;
        INSERT IGNORE INTO wrong_member VALUES (1, 'b'), (2, 'none'), (3, 2), (4, '1');
        CREATE TABLE years (y YEAR) ENGINE=InnoDB;
        INSERT INTO years VALUES (0), (2000), (1901), (NULL);
        CREATE TABLE one (a VARCHAR(20)) ENGINE=InnoDB;
        INSERT INTO one VALUES (''), ('\\\\N'), (NULL), ('NULL'), ('\\\\'), ('\\t'), ('\\n'), (''), ('\\0\\Z\\b\\r');
        CREATE TABLE bits (b BIT(12), c BIT(1), d BIT(64)) ENGINE=InnoDB;
        INSERT INTO bits VALUES (0, 0, 0), (b'111111111111', 1, ~0), (10, 1, 9), (NULL, NULL, NULL);
        CREATE TABLE zero (id INT AUTO_INCREMENT PRIMARY KEY, t TIMESTAMP NULL, d DATE) ENGINE=InnoDB;
        SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
        INSERT INTO zero VALUES (0, NULL, '0000-00-00'), (70, '2001-02-03 04:05:06', '2001-00-00');
        CREATE TABLE counted (a INT, b INT AUTO_INCREMENT NULL, UNIQUE (b)) ENGINE=InnoDB;
        INSERT INTO counted (a) VALUES (1), (2);
        CREATE TABLE kept (a INT) ENGINE=MyISAM;
        INSERT INTO kept VALUES (1), (2);";
    let servers = [
        MariaDb::start("10.5"),
        MariaDb::start("10.11"),
        MariaDb::start("11.8"),
        MySql::start("5.6"),
        MySql::start("9.7"),
    ];
    for server in servers {
        server.create_database("a");
        server.sql("a", types);
        let first = archive(&server.url("a"), "a", &job(), None).expect("a dump");
        server.create_database("b");
        // all but the table that can't be rolled back and that with a NULL for a counter; that of the wrong
        // member is taken back
        assert_eq!(by_files(&first, &server, "b"), 5);
        oracle::mysql((&server, "a"), (&server, "b")).expect("by files");
    }
}
