//! Settings of the server that is restored into, or dumped, that would change in silence what comes back:
//! each was seen to.

use crate::support::command::ran;
use crate::support::mysql_archive::{archive, job, native, pipe, script};
use crate::support::server::{MariaDb, MySql, MySqlServer};

const SWITCHES: &[&str] = &["--binary-mode", "--comments"];

fn dumped(server: &MySqlServer, database: &str) -> Vec<u8> {
    let mut job = job();
    job.deterministic = true;
    archive(&server.url(database), database, &job, None).expect("a dump")
}

/// The script behind its header.
fn body(archive: &[u8]) -> String {
    let text = String::from_utf8_lossy(&script(archive)).into_owned();
    text.split_once("\n\n").expect("a header").1.to_owned()
}

/// Restores in both ways into databases of their own, and gives these.
fn restored(archive: &[u8], server: &MySqlServer) -> [&'static str; 2] {
    for database in ["by_native", "by_client"] {
        server.create_database(database);
    }
    native(archive, &server.url("by_native")).expect("a native restore");
    pipe(archive, server, "by_client", SWITCHES).expect("the script loads");
    ["by_native", "by_client"]
}

/// A database with tables only: routines ask for more rights than a database's own.
fn tables_of(server: &MySqlServer) -> Vec<u8> {
    server.create_database("tables");
    server.sql(
        "tables",
        "CREATE TABLE t (a VARCHAR(9)) DEFAULT CHARSET utf8mb4",
    );
    dumped(server, "tables")
}

fn refused_engine(server: &MySqlServer, archive: &[u8], code: &str) {
    server.create_database("other");
    let error = native(archive, &server.url("other")).expect_err("no such engine");
    let report = error.report();
    assert!(
        report.contains(code) && report.contains("MyISAM"),
        "{report}"
    );
    assert!(report.contains("ENGINE in it"), "{report}");
    server.create_database("piped");
    let error = pipe(archive, server, "piped", SWITCHES).expect_err("no such engine");
    assert!(error.contains(code), "{error}");
    // scripts of others may allow it: then it is told
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("plain.sql");
    let text = "CREATE TABLE t (a INT) ENGINE=MyISAM;\n";
    let text = format!("SET sql_mode = '';\n{text}");
    std::fs::write(&file, text).expect("a file");
    server.create_database("foreign_script");
    let file = file.to_str().expect("a path");
    let ran = ran(&["restore", file, "--to", &server.url("foreign_script")]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("not as it was told to be"), "{}", ran.err);
}

/// A server that does not have a table's engine would make it by another one.
#[test]
fn tables_of_another_engine_are_refused() {
    const TABLE: &str = "CREATE TABLE t (a INT) ENGINE=MyISAM; INSERT INTO t VALUES (1);";
    let mysql = MySql::start("9.7");
    mysql.create_database("shop");
    mysql.sql("shop", TABLE);
    let without = MySql::with("9.7").setting("disabled-storage-engines=MyISAM");
    refused_engine(&without.start(), &dumped(&mysql, "shop"), "3161");
    let mariadb = MariaDb::start("10.11");
    mariadb.create_database("shop");
    mariadb.sql("shop", TABLE);
    let archive = dumped(&mariadb, "shop");
    mariadb.sql("", "SET GLOBAL enforce_storage_engine = InnoDB");
    refused_engine(&mariadb, &archive, "1290");
}

/// The server keeps expressions and triggers as the session would print them, and can't read all of these
/// again.
#[test]
fn expressions_keep_their_quotes() {
    const SETUP: &str = "CREATE TABLE t (a INT, b INT AS (a + 1), CHECK (a > 0)) \
         PARTITION BY HASH (a) PARTITIONS 2; CREATE VIEW v AS SELECT a FROM t; \
         CREATE DEFINER = `é x`@localhost TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;";
    for server in [MariaDb::start("11.8"), MySql::start("9.7")] {
        server.create_database("shop");
        server.sql("shop", SETUP);
        let archive = dumped(&server, "shop");
        server.sql("", "SET GLOBAL sql_quote_show_create = 0");
        assert_eq!(body(&dumped(&server, "shop")), body(&archive));
        for database in restored(&archive, &server) {
            let kept = |database: &str| {
                let sql = "SELECT view_definition FROM information_schema.views WHERE table_schema = '@' \
                           UNION ALL SELECT check_clause FROM information_schema.check_constraints \
                           WHERE constraint_schema = '@' UNION ALL \
                           SELECT CONCAT(definer, action_statement) FROM information_schema.triggers \
                           WHERE trigger_schema = '@'";
                let found = server.sql("", &sql.replace('@', database));
                found.replace(database, "shop")
            };
            assert_eq!(kept(database), kept("shop"));
        }
    }
}

/// What `utf8mb4` alone means can be set.
#[test]
fn a_character_set_keeps_its_collation() {
    const SETUP: &str = "CREATE TABLE t (a VARCHAR(9) CHARACTER SET utf8mb4, b VARCHAR(9) CHARACTER SET utf8) \
         DEFAULT CHARSET utf8mb4; CREATE TABLE d (a VARCHAR(9) CHARACTER SET utf8mb4) CHARSET latin1; \
         CREATE FUNCTION f (x VARCHAR(9) CHARSET utf8mb4) RETURNS VARCHAR(9) CHARSET utf8mb4 \
         DETERMINISTIC RETURN x;";
    const COLLATIONS: &str = "SELECT CONCAT_WS(' ', table_name, column_name, \
         REPLACE(collation_name, 'utf8_', 'utf8mb3_')) AS a FROM information_schema.columns \
         WHERE table_schema = '@' UNION ALL SELECT CONCAT_WS(' ', specific_name, parameter_name, \
         collation_name) FROM information_schema.parameters WHERE specific_schema = '@' ORDER BY a";
    let collations =
        |server: &MySqlServer, database: &str| server.sql("", &COLLATIONS.replace('@', database));
    let old = MySql::start("5.6");
    let mysql = MySql::start("9.7");
    for server in [&old, &mysql] {
        server.create_database("shop");
        server.sql("shop", SETUP);
    }
    mysql.sql(
        "",
        "SET GLOBAL default_collation_for_utf8mb4 = utf8mb4_general_ci",
    );
    let other = MySql::start("9.7");
    for (archive, from, to) in [
        (dumped(&mysql, "shop"), &mysql, &mysql),
        (dumped(&old, "shop"), &old, &other),
    ] {
        for database in restored(&archive, to) {
            assert_eq!(collations(to, database), collations(from, "shop"));
        }
    }
    // whoever may not set it in a session needs not, where it is set for all
    let setup = "CREATE USER plain; GRANT ALL ON plain.* TO plain; \
         SET GLOBAL default_collation_for_utf8mb4 = utf8mb4_general_ci; SET GLOBAL innodb_strict_mode = 0";
    other.create_database("plain");
    other.sql("", setup);
    let tables = tables_of(&old);
    let url = other.url("plain").replace("root@", "plain@");
    native(&tables, &url).expect("a restore without that privilege");
    assert!(collations(&other, "plain").contains("utf8mb4_general_ci"));
    // the older flavour's names, also where they stand for another character set
    let old = MariaDb::start("10.5");
    old.create_database("shop");
    let tables = SETUP.split("CREATE FUNCTION").next().unwrap_or_default();
    old.sql("shop", tables);
    let new = MariaDb::start("11.8");
    new.sql("", "SET GLOBAL old_mode = ''");
    for database in restored(&dumped(&old, "shop"), &new) {
        assert_eq!(collations(&new, database), collations(&old, "shop"));
    }
}

/// Settings of the server that is dumped change nothing of what is written, nor stop it.
#[test]
fn what_is_written_is_the_same_under_other_settings() {
    const SETUP: &str = "CREATE TABLE t (a ENUM('x', 'é') CHARACTER SET latin1); \
         CREATE VIEW v AS SELECT CAST(a AS CHAR CHARSET utf8mb4) AS b FROM t;";
    let mysql: &[&str] = &[
        "show_create_table_verbosity = 1",
        "transaction_read_only = 1",
    ];
    let mariadb: &[&str] = &[
        "character_set_collations = 'utf8mb4=utf8mb4_bin'",
        "tx_read_only = 1",
    ];
    for (server, settings) in [
        (MySql::start("9.7"), mysql),
        (MariaDb::start("11.8"), mariadb),
    ] {
        server.create_database("shop");
        server.sql("shop", SETUP);
        let archive = dumped(&server, "shop");
        for setting in settings {
            server.create_database("by_native");
            server.create_database("by_client");
            server.sql("", &format!("SET GLOBAL {setting}"));
            assert_eq!(body(&dumped(&server, "shop")), body(&archive), "{setting}");
            native(&archive, &server.url("by_native")).expect("a native restore");
            pipe(&archive, &server, "by_client", SWITCHES).expect("the script loads");
            let name = setting.split(' ').next().unwrap_or_default();
            server.sql("", &format!("SET GLOBAL {name} = DEFAULT"));
            for database in ["by_native", "by_client"] {
                let again = body(&dumped(&server, database)).replace(database, "shop");
                assert_eq!(again, body(&archive), "{setting}");
            }
            server.sql("", "DROP DATABASE by_native; DROP DATABASE by_client;");
        }
    }
}

/// A server computes stored columns anew, by its own settings.
#[test]
fn computed_columns_keep_their_values() {
    const SETUP: &str = "CREATE TABLE t (a INT, b DECIMAL(20, 10) AS (a / 3) STORED); \
         INSERT INTO t (a) VALUES (1), (2);";
    const NAMES: &str = "CREATE TABLE n (a DATE, b VARCHAR(30) AS (DAYNAME(a)) STORED); \
         INSERT INTO n (a) VALUES ('2024-01-01');";
    for (server, names) in [(MySql::start("9.7"), NAMES), (MariaDb::start("10.11"), "")] {
        server.create_database("shop");
        server.sql("shop", &format!("{SETUP}{names}"));
        let archive = dumped(&server, "shop");
        let other = "SET GLOBAL div_precision_increment = 0, GLOBAL lc_time_names = 'de_DE';";
        server.sql("", other);
        for database in restored(&archive, &server) {
            let rows = |database: &str| {
                let names = if names.is_empty() {
                    ""
                } else {
                    "SELECT * FROM n;"
                };
                server.sql(database, &format!("SELECT * FROM t; {names}"))
            };
            assert_eq!(rows(database), rows("shop"));
        }
    }
}

/// Without symbolic links a server puts a table beside the others, and says so in a warning.
#[test]
fn a_directory_that_is_ignored_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open).expect("a folder for every user");
    let with = MySql::with("9.7").setting("symbolic-links=1").start();
    with.create_database("shop");
    let place = folder.path().display();
    let table = format!("CREATE TABLE t (a INT) ENGINE=MyISAM DATA DIRECTORY = '{place}'");
    with.sql("shop", &table);
    let archive = dumped(&with, "shop");
    assert!(body(&archive).contains("DATA DIRECTORY"));
    let file = folder.path().join("shop.sql");
    std::fs::write(&file, &archive).expect("a file");
    let without = MySql::start("9.7");
    without.create_database("shop");
    let file = file.to_str().expect("a path");
    let ran = ran(&["restore", file, "--to", &without.url("shop")]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("DATA DIRECTORY"), "{}", ran.err);
}

/// What a MariaDB server may have set for its own administrators' safety, or for altering tables.
#[test]
fn statements_beside_the_tables_run_under_other_settings() {
    const SETUP: &str = "CREATE TABLE p (a INT PRIMARY KEY); CREATE TABLE c (a INT, b INT, KEY (a), FOREIGN KEY (a) REFERENCES p (a)); \
         SET foreign_key_checks = 0; ALTER TABLE c DROP KEY a; \
         CREATE TABLE h (a INT) WITH SYSTEM VERSIONING; INSERT INTO h VALUES (1), (2); UPDATE h SET a = 3 WHERE a = 1;";
    let server = MariaDb::start("10.5");
    server.create_database("shop");
    server.sql("shop", SETUP);
    let archive = dumped(&server, "shop");
    server.sql(
        "",
        "SET GLOBAL sql_safe_updates = 1, GLOBAL alter_algorithm = 'INSTANT'",
    );
    for database in restored(&archive, &server) {
        let again = body(&dumped(&server, database)).replace(database, "shop");
        assert_eq!(again, body(&archive));
    }
}
