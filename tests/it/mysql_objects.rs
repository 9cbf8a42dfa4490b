//! What belongs to no fixture: accounts and their rights, and what must be an error or be told.

use dumpkeep::error::Kind;
use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::pipeline::globals::globals;
use dumpkeep::source::Source as _;
use dumpkeep::sql::dialect::Dialect;

use crate::support::command::ran;
use crate::support::mysql_archive::{
    archive, job, native, nowhere, pipe, script, told, wait, warned,
};
use crate::support::server::{MariaDb, MySql, MySqlServer};

const MARIADB: &str = r"
CREATE ROLE reader; CREATE ROLE `od``d role`; GRANT SELECT ON *.* TO reader; GRANT reader TO `od``d role`;
CREATE USER `o'b`@`%` IDENTIFIED BY 'pw' REQUIRE SUBJECT 'a''b' WITH MAX_QUERIES_PER_HOUR 5;
GRANT reader TO `o'b`@`%` WITH ADMIN OPTION; SET DEFAULT ROLE reader FOR `o'b`@`%`;
CREATE USER locked@localhost ACCOUNT LOCK PASSWORD EXPIRE INTERVAL 5 DAY;
CREATE USER two@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('x') OR unix_socket;
GRANT SELECT, INSERT ON `s\_hop`.* TO locked@localhost WITH GRANT OPTION; GRANT PROXY ON locked@localhost TO `o'b`@`%`;
GRANT SELECT (a), INSERT (b), UPDATE ON shop.t TO locked@localhost; GRANT EXECUTE ON PROCEDURE shop.p TO reader;
";

const MYSQL: &str = r#"
CREATE ROLE reader; CREATE ROLE `od``d role`; GRANT SELECT ON *.* TO reader; GRANT reader TO `od``d role`;
CREATE USER `o'b`@`%` IDENTIFIED BY 'pw' REQUIRE SUBJECT 'a''b' WITH MAX_QUERIES_PER_HOUR 5;
GRANT reader TO `o'b`@`%` WITH ADMIN OPTION; SET DEFAULT ROLE reader TO `o'b`@`%`;
CREATE USER locked@localhost IDENTIFIED BY 'x' ACCOUNT LOCK PASSWORD EXPIRE INTERVAL 5 DAY PASSWORD HISTORY 3;
GRANT SELECT, INSERT ON `s\_hop`.* TO locked@localhost WITH GRANT OPTION; GRANT PROXY ON locked@localhost TO `o'b`@`%`;
GRANT BACKUP_ADMIN ON *.* TO locked@localhost;
GRANT SELECT (a), INSERT (b), UPDATE ON shop.t TO locked@localhost; GRANT EXECUTE ON PROCEDURE shop.p TO reader;
"#;

const OLD_MYSQL: &str = r"
CREATE USER `o'b`@`%` IDENTIFIED BY 'pw'; GRANT USAGE ON *.* TO `o'b`@`%` REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 5;
CREATE USER plain@localhost; GRANT SELECT, INSERT ON `s\_hop`.* TO plain@localhost WITH GRANT OPTION;
GRANT SELECT (a), INSERT (b), UPDATE ON shop.t TO plain@localhost; GRANT EXECUTE ON PROCEDURE shop.p TO plain@localhost;
CREATE USER bare@h IDENTIFIED WITH sha256_password; GRANT USAGE ON *.* TO bare@h REQUIRE SSL; CREATE USER stale@h IDENTIFIED BY 'x';
ALTER USER stale@h PASSWORD EXPIRE; GRANT USAGE ON *.* TO hashed@h IDENTIFIED WITH sha256_password AS '$5$a''b\\c';
";

/// What the statements of 5.6 don't tell of an account.
const UNTOLD: &str = "SELECT user, plugin, password_expired, HEX(authentication_string) FROM mysql.user \
     WHERE user NOT IN ('', 'root') ORDER BY user, host";

const SHOP: &str = "CREATE TABLE t (a INT, b INT); CREATE PROCEDURE p() SELECT 1;";

fn globals_archive(server: &MySqlServer) -> Vec<u8> {
    wait(async {
        let source = MysqlSource::connect(&server.url(""), &nowhere()).await?;
        let made = globals(&source, Dialect::Mysql, &job(), Vec::new()).await?;
        Ok::<_, dumpkeep::error::Error>(made.0)
    })
    .expect("globals")
}

/// What every account is and may do, in an order of its own.
fn accounts(server: &MySqlServer, who: &[&str]) -> String {
    let show = |account: &&str| {
        // older servers have no such statement, MariaDB's roles are no users
        let user = server.try_sql("", &format!("SHOW CREATE USER {account}"));
        let grants = server.sql("", &format!("SHOW GRANTS FOR {account}"));
        let mut grants: Vec<&str> = grants.lines().collect();
        grants.sort_unstable();
        format!("{}\n{}\n", user.unwrap_or_default(), grants.join("\n"))
    };
    let shown: String = who.iter().map(show).collect();
    shown + &server.sql("", UNTOLD)
}

fn carried(start: impl Fn() -> MySqlServer, setup: &str, who: &[&str]) {
    let (a, native_to, client_to) = (start(), start(), start());
    a.create_database("shop");
    a.sql("shop", SHOP);
    a.sql("", setup);
    let expected = accounts(&a, who);
    let all = globals_archive(&a);
    let shop = archive(&a.url("shop"), "shop", &job(), None).expect("an archive");
    for (b, by_client) in [(&native_to, false), (&client_to, true)] {
        b.create_database("shop");
        if by_client {
            pipe(&all, b, "", &[]).expect("globals by the client");
            pipe(&shop, b, "shop", &[]).expect("a database by the client");
        } else {
            native(&all, &b.url("")).expect("globals natively");
            native(&shop, &b.url("shop")).expect("a database natively");
        }
        assert_eq!(accounts(b, who), expected, "by client: {by_client}");
    }
}

#[test]
fn mariadb_accounts_come_back() {
    let who = [
        "`o'b`@`%`",
        "locked@localhost",
        "two@localhost",
        "reader",
        "`od``d role`",
    ];
    carried(|| MariaDb::start("10.11"), MARIADB, &who);
}

#[test]
fn mysql_accounts_come_back() {
    let who = [
        "`o'b`@`%`",
        "locked@localhost",
        "reader@`%`",
        "`od``d role`@`%`",
    ];
    carried(|| MySql::start("9.7"), MYSQL, &who);
}

#[test]
fn old_mysql_accounts_come_back() {
    carried(
        || MySql::start("5.6"),
        OLD_MYSQL,
        &["`o'b`@`%`", "plain@localhost"],
    );
}

#[test]
fn a_pattern_that_finds_nothing_is_an_error() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql("shop", SHOP);
    let mut job = job();
    job.options.selection.tables = vec!["nowhere".to_owned()];
    let error = archive(&server.url("shop"), "shop", &job, None).expect_err("no such table");
    assert_eq!(error.kind(), Kind::Usage);
    job.options.selection.tables = vec!["t".to_owned()];
    let one = archive(&server.url("shop"), "shop", &job, None).expect("one table");
    let script = crate::support::mysql_archive::script(&one);
    let script = String::from_utf8_lossy(&script);
    assert!(script.contains("CREATE TABLE `t`") && !script.contains("PROCEDURE"));
}

/// Numbers of transactions mean nothing on another server: a history by them can't come back.
#[test]
fn history_by_transaction_numbers_is_an_error_by_name() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    let setup = "CREATE TABLE numbered (a INT, s BIGINT UNSIGNED GENERATED ALWAYS AS ROW START, \
        e BIGINT UNSIGNED GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING; \
        INSERT INTO numbered (a) VALUES (1), (2);";
    server.sql("shop", setup);
    let dumped = |lenient: bool| {
        let mut job = job();
        job.options.lenient = lenient;
        archive(&server.url("shop"), "shop", &job, None)
    };
    let current = dumped(false).expect("nothing is past yet");
    let told = told(&current);
    let numbers = "table numbered: its row times are transaction numbers: those of its 2 rows ";
    assert!(
        matches!(&told[..], [one] if one.starts_with(numbers)),
        "{told:?}"
    );
    server.sql("shop", "DELETE FROM numbered WHERE a = 2");
    let error = dumped(false).expect_err("a past row");
    assert!(
        error.report().contains("history of table numbered"),
        "{}",
        error.report()
    );
    let archive = dumped(true).expect("with leniency");
    server.create_database("copy");
    native(&archive, &server.url("copy")).expect("restored");
    assert_eq!(
        server.sql("copy", "SELECT a FROM numbered FOR SYSTEM_TIME ALL"),
        "1"
    );
}

/// Before 10.11 no `INSERT` takes a row's times: past rows are made again as the session's clock is set,
/// in their order, also where they fill several frames and several connections restore.
#[test]
fn history_of_an_old_server_is_made_again() {
    let server = MariaDb::start("10.5");
    server.create_database("shop");
    let mut setup = String::from(
        "CREATE TABLE keyed (a INT, b BIGINT, t TEXT, PRIMARY KEY (b, a), UNIQUE (a)) WITH SYSTEM VERSIONING; \
         CREATE TABLE texts (t VARCHAR(20) PRIMARY KEY, n INT) WITH SYSTEM VERSIONING; \
         CREATE TABLE `no ``key` (n INT, w INT WITHOUT SYSTEM VERSIONING, \
         `s``1` TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE, e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, \
         PERIOD FOR SYSTEM_TIME (`s``1`, e)) WITH SYSTEM VERSIONING ENGINE = Aria; \
         CREATE TABLE parts (id INT PRIMARY KEY, n INT) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 5 \
         (PARTITION p0 HISTORY, PARTITION p1 HISTORY, PARTITION now CURRENT); \
         SET timestamp = 1000000000; INSERT INTO keyed VALUES (1, 10, 'x'), (2, 20, 'y'), (-3, 30, NULL); \
         INSERT INTO texts VALUES ('a''\\\\', 1), ('b', 2); INSERT INTO `no ``key` (n, w) VALUES (1, 1), (1, 1), (2, 2); \
         INSERT INTO parts VALUES (1, 1), (2, 2);",
    );
    for step in 0..900 {
        setup.push_str(&format!(
            "SET timestamp = 1000000001 + {step} * 0.123457; \
             UPDATE keyed SET t = REPEAT('{step} ', 2000), a = a + 10 WHERE b = {};\n",
            10 + 10 * (step % 2)
        ));
        if step % 50 == 0 {
            setup.push_str(&format!(
                "UPDATE texts SET n = n + {step}; UPDATE `no ``key` SET n = n + 1; \
                 UPDATE parts SET n = {step}; INSERT INTO texts VALUES ('{step}', 0);\n"
            ));
        }
    }
    setup.push_str("DELETE FROM texts WHERE n = 0; DELETE FROM keyed WHERE a = -3;");
    server.sql("shop", &setup);
    let rows = |database: &str| {
        let questions = "SELECT *, row_start, row_end FROM keyed FOR SYSTEM_TIME ALL ORDER BY row_start, row_end, b; \
             SELECT *, row_start, row_end FROM texts FOR SYSTEM_TIME ALL ORDER BY row_start, row_end, t; \
             SELECT n, w, `s``1`, e FROM `no ``key` FOR SYSTEM_TIME ALL ORDER BY 3, 4, 1, 2; \
             SELECT *, row_start, row_end FROM parts FOR SYSTEM_TIME ALL ORDER BY row_start, row_end, id;";
        server.sql(database, questions)
    };
    let expected = rows("shop");
    assert!(expected.lines().count() > 900);
    let archive = archive(&server.url("shop"), "shop", &job(), None).expect("a dump");
    // Aria has no transactions: nothing else is told
    assert_eq!(warned(&archive), ["table no `key"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.sql.zst");
    std::fs::write(&file, &archive).expect("a file");
    let file = file.to_str().expect("UTF-8");
    for table in ["keyed", "texts", "no `key", "parts"] {
        let pattern = format!("\"{table}\"");
        let rows = ran(&["show", file, "--extract", &pattern, "--format", "csv"]);
        assert_eq!(rows.code, Some(0), "{}", rows.err);
        // Behind a line of names.
        let count = rows.out.lines().count() - 1;
        let now = format!("SELECT COUNT(*) FROM `{}`", table.replace('`', "``"));
        assert_eq!(count.to_string(), server.sql("shop", &now), "{table}");
    }
    for way in ["native", "client"] {
        server.create_database(way);
        match way {
            "client" => pipe(&archive, &server, way, &[]).map(drop).expect("loaded"),
            _ => {
                let ran = ran(&["restore", file, "--to", &server.url(way), "--jobs", "4"]);
                assert_eq!(ran.code, Some(0), "{}", ran.err);
            }
        }
        assert!(rows(way) == expected, "{way}: other rows");
    }
}

/// A cascading key writes history that ends before it begins, where the clock goes back or stands: no
/// server takes such rows. Told when they are dumped, not when a restore stops at them.
#[test]
fn history_that_ends_before_it_begins_is_an_error_by_name() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    let setup = "CREATE TABLE p (id INT PRIMARY KEY); INSERT INTO p VALUES (1), (2); \
        CREATE TABLE hidden (a INT, r INT, FOREIGN KEY (r) REFERENCES p (id) ON UPDATE CASCADE) WITH SYSTEM VERSIONING; \
        CREATE TABLE named (r INT, `s``1` TIMESTAMP(6) GENERATED ALWAYS AS ROW START, \
        e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (`s``1`, e), \
        FOREIGN KEY (r) REFERENCES p (id) ON DELETE CASCADE) WITH SYSTEM VERSIONING; \
        SET timestamp = 1000001000; INSERT INTO hidden VALUES (7, 1); INSERT INTO named (r) VALUES (2); \
        SET timestamp = 1000002000; UPDATE hidden SET a = 8;";
    server.sql("shop", setup);
    let dumped = |lenient: bool| {
        let mut job = job();
        job.options.lenient = lenient;
        archive(&server.url("shop"), "shop", &job, None)
    };
    dumped(false).expect("nothing goes backwards yet");
    server.sql(
        "shop",
        "SET timestamp = 1000000500; UPDATE p SET id = 5 WHERE id = 1",
    );
    let said = dumped(false).expect_err("rows backwards").report();
    assert!(said.contains("history of table hidden"), "{said}");
    server.sql(
        "shop",
        "SET timestamp = 1000000500; DELETE FROM p WHERE id = 2",
    );
    let archive = dumped(true).expect("with leniency");
    let told = ["history of table hidden", "history of table named"];
    assert_eq!(warned(&archive), told);
    server.create_database("copy");
    native(&archive, &server.url("copy")).expect("restored");
    let rows = "SELECT a, r FROM hidden FOR SYSTEM_TIME ALL ORDER BY 1; \
        SELECT COUNT(*) FROM named FOR SYSTEM_TIME ALL;";
    assert_eq!(server.sql("copy", rows), "7\t1\n8\t5\n0");
}

/// The server's own views compare names without their case.
fn databases_that_differ_by_case(server: &MySqlServer) {
    let objects = |text: &str| {
        format!(
            "CREATE TABLE t (a INT, {text} INT); CREATE TRIGGER {text}_trigger BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; \
             CREATE TABLE only_{text} (a INT); CREATE VIEW {text}_view AS SELECT a FROM t; \
             CREATE PROCEDURE p() COMMENT '{text}' SELECT 1; \
             CREATE EVENT {text}_event ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;"
        )
    };
    let names = if server.is_mariadb() {
        &["shop", "SHOP", "MySQL"][..]
    } else {
        // MySQL makes nothing in a database of that name
        &["shop", "SHOP"]
    };
    for (database, text) in names.iter().zip(["lower", "upper", "named"]) {
        server.create_database(database);
        server.sql(database, &objects(text));
    }
    let all = wait(async {
        let source = MysqlSource::connect(&server.url(""), &nowhere()).await?;
        source.databases().await
    });
    let all: Vec<String> = all
        .expect("a list")
        .into_iter()
        .map(|one| one.name.to_string())
        .collect();
    for name in names {
        assert!(all.iter().any(|one| one == name), "{name} in {all:?}");
    }
    assert!(!all.iter().any(|one| one == "mysql"), "{all:?}");
    let dumped = archive(&server.url("SHOP"), "SHOP", &job(), None).expect("an archive");
    let script = crate::support::mysql_archive::script(&dumped);
    let script = String::from_utf8_lossy(&script);
    assert!(
        !script.contains("lower_") && !script.contains("`lower`"),
        "{script}"
    );
    server.create_database("copy");
    native(&dumped, &server.url("copy")).expect("restored");
    crate::support::oracle::mysql((server, "SHOP"), (server, "copy")).expect("equal");
}

#[test]
fn databases_that_differ_by_case_are_kept_apart_on_mariadb() {
    databases_that_differ_by_case(&MariaDb::start("10.11"));
}

#[test]
fn databases_that_differ_by_case_are_kept_apart_on_mysql() {
    databases_that_differ_by_case(&MySql::start("9.7"));
}

/// No server gives rights on columns that are gone, but keeps those that it gave.
#[test]
fn rights_on_columns_that_are_gone_do_not_stop_a_restore() {
    for server in [MariaDb::start("10.11"), MySql::start("9.7")] {
        server.create_database("shop");
        let setup = "CREATE USER u@localhost; CREATE TABLE t (a INT, `b``c` INT); CREATE TABLE s (a INT, b INT); \
            GRANT SELECT (a), INSERT (a, `b``c`), UPDATE ON t TO u@localhost; GRANT SELECT (a) ON s TO u@localhost; \
            ALTER TABLE t DROP COLUMN a; ALTER TABLE s DROP COLUMN a;";
        server.sql("shop", setup);
        let dumped = archive(&server.url("shop"), "shop", &job(), None).expect("an archive");
        server.create_database("copy");
        native(&dumped, &server.url("copy")).expect("restored");
        let granted = server.sql("", "SHOW GRANTS FOR u@localhost");
        let mut on_copy = granted.lines().filter(|line| line.contains("`copy`"));
        let line = on_copy.next().expect("rights on the copy");
        assert!(
            line.contains("UPDATE") && line.contains("INSERT (`b``c`)"),
            "{line}"
        );
        assert_eq!(on_copy.next(), None, "{granted}");
    }
}

/// A trigger that another version stored: the server shows its text, and takes it no more.
#[test]
fn triggers_that_the_server_cannot_read_are_an_error_by_name() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    let setup = "CREATE TABLE t (a INT, b INT); \
        CREATE TRIGGER odd BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 12345; \
        CREATE TRIGGER good BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 2;";
    server.sql("shop", setup);
    let file = format!("{}/shop/t.TRG", server.sql("", "SELECT @@datadir"));
    let text = std::fs::read_to_string(&file).expect("the table's triggers");
    std::fs::write(&file, text.replace("= 12345", "12 45")).expect("written");
    server.sql("", "FLUSH TABLES");
    let dumped = |lenient: bool| {
        let mut job = job();
        job.options.lenient = lenient;
        archive(&server.url("shop"), "shop", &job, None)
    };
    let error = dumped(false).expect_err("a trigger without a meaning");
    let said = error.report();
    assert!(said.contains("cannot dump trigger odd"), "{said}");
    let archive = dumped(true).expect("with leniency");
    server.create_database("copy");
    native(&archive, &server.url("copy")).expect("restored");
    let triggers =
        "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = 'copy'";
    assert_eq!(server.sql("copy", triggers), "good");
}

/// What MariaDB leaves out of a broken view's text, or breaks down over when asked for it.
#[test]
fn broken_views_that_are_not_shown_are_an_error_by_name() {
    for (version, name, view) in [
        (
            "11.8",
            "tabled",
            "SELECT x.a FROM gone, JSON_TABLE(gone.j, '$' COLUMNS (a INT PATH '$.a')) x",
        ),
        ("10.5", "dated", "SELECT a FROM gone FOR SYSTEM_TIME ALL"),
    ] {
        let server = MariaDb::start(version);
        server.create_database("shop");
        let table = "CREATE TABLE gone (a INT, j LONGTEXT) WITH SYSTEM VERSIONING";
        server.sql(
            "shop",
            &format!("{table}; CREATE VIEW {name} AS {view}; DROP TABLE gone;"),
        );
        let error = archive(&server.url("shop"), "shop", &job(), None).expect_err("no text");
        let said = error.report();
        assert!(said.contains(&format!("cannot dump view {name}")), "{said}");
    }
}

/// A server that keeps names in small letters takes them in any.
#[test]
fn names_in_small_letters_are_taken_in_any_case() {
    let large = MariaDb::start("10.11");
    let small = MariaDb::with("10.11")
        .setting("lower-case-table-names=1")
        .start();
    let setup = "CREATE TABLE Foo (Id INT PRIMARY KEY); CREATE TABLE Child (a INT, CONSTRAINT Fk FOREIGN KEY (a) REFERENCES Foo (Id)); \
        INSERT INTO Foo VALUES (1); CREATE VIEW V AS SELECT F.Id FROM Foo F; \
        CREATE TRIGGER Tr BEFORE INSERT ON Foo FOR EACH ROW SET NEW.Id = 2; CREATE PROCEDURE P() SELECT * FROM Foo;";
    let names = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1; \
        SELECT trigger_name, event_object_table FROM information_schema.triggers WHERE trigger_schema = DATABASE(); \
        SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE(); SELECT * FROM V;";
    let expected = "child\nfoo\nv\nTr\tfoo\nP\n1";
    for (server, made, asked) in [(&large, "Shop", "Shop"), (&small, "Shop", "SHOP")] {
        server.create_database(made);
        server.sql(made, setup);
        let archive = archive(&server.url(asked), asked, &job(), None).expect("dumped");
        small.sql("", "DROP DATABASE IF EXISTS Copy; CREATE DATABASE Copy");
        native(&archive, &small.url("COPY")).expect("restored");
        assert_eq!(small.sql("Copy", names), expected);
    }
    large.sql("Shop", "CREATE TABLE foo (b INT)");
    let archive = archive(&large.url("Shop"), "Shop", &job(), None).expect("dumped");
    small.sql("", "DROP DATABASE IF EXISTS Copy; CREATE DATABASE Copy");
    let error = native(&archive, &small.url("Copy")).expect_err("one name for two tables");
    assert!(
        error.report().contains("already exists"),
        "{}",
        error.report()
    );
}

/// What an administrator has every session do must not change what is dumped, or stop it in silence.
#[test]
fn init_connect_changes_nothing() {
    for server in [MariaDb::start("10.11"), MySql::start("9.7")] {
        server.create_database("shop");
        let setup = "CREATE TABLE t (a VARCHAR(9) CHARACTER SET utf8mb4, d TIMESTAMP); \
            INSERT INTO t VALUES ('é\\\\', '2020-01-02 03:04:05'); \
            CREATE USER plain; GRANT ALL ON shop.* TO plain; \
            SET GLOBAL init_connect = 'SET NAMES latin1, sql_mode = \"ANSI_QUOTES,NO_BACKSLASH_ESCAPES\", time_zone = \"+05:00\", sql_select_limit = 1, autocommit = 0';";
        server.sql("shop", setup);
        let mut job = job();
        job.options.no_privileges = true;
        job.deterministic = true;
        let url = server.url("shop").replace("root@", "plain@");
        let by = |url: &str| archive(url, "shop", &job, None);
        // the header names the locks, which the two may not both take
        let body = |url: &str| {
            let text = String::from_utf8_lossy(&script(&by(url).expect("dumped"))).into_owned();
            text.split_once("\n\n").expect("a header").1.to_owned()
        };
        assert_eq!(body(&url), body(&server.url("shop")));
        server.sql("", "SET GLOBAL init_connect = 'SELECT gone FROM nowhere'");
        let error = by(&url).expect_err("the server ends such sessions");
        assert!(error.report().contains("connect"), "{}", error.report());
    }
}

/// What an archive makes itself is not missing where it is restored.
#[test]
fn no_account_of_a_globals_archive_is_told_to_be_missing() {
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("globals.sql.zst");
    let path = file.to_str().expect("UTF-8");
    let starts: [fn() -> MySqlServer; 2] = [|| MariaDb::start("11.8"), || MySql::start("9.7")];
    for start in starts {
        let (from, to) = (start(), start());
        let setup = "CREATE ROLE `r``'1`; CREATE USER `u'1`@`%`; CREATE USER v@localhost; \
            GRANT `r``'1` TO `u'1`@`%`; GRANT PROXY ON v@localhost TO `u'1`@`%`; GRANT SELECT ON *.* TO `r``'1`;";
        from.sql("", setup);
        let dumped = ran(&["globals", &from.url(""), "--force", "-o", path]);
        assert_eq!(dumped.code, Some(0), "{}", dumped.err);
        let restored = ran(&["restore", path, "--to", &to.url("")]);
        assert_eq!(restored.code, Some(0), "{}", restored.err);
        let told = restored.err.contains("there is no account");
        assert!(!told, "{}", restored.err);
        let who = "`u'1`@`%`";
        assert_eq!(accounts(&to, &[who]), accounts(&from, &[who]));
    }
}

/// A view whose text MariaDB itself can't read any more (it prints the name of a common table without
/// quotes): it has the server refuse the list of all columns, and must be named none the less.
#[test]
fn views_that_stop_the_catalog_are_an_error_by_name() {
    for version in ["10.5", "11.8"] {
        let server = MariaDb::start(version);
        server.create_database("shop");
        let setup = "CREATE TABLE t (a INT); CREATE TABLE `T` (b INT); \
             CREATE VIEW odd AS WITH `c``d` AS (SELECT 1 AS a) SELECT * FROM `c``d`; \
             CREATE VIEW good AS SELECT a FROM t;";
        server.sql("shop", setup);
        let dumped = |lenient: bool| {
            let mut job = job();
            job.options.lenient = lenient;
            archive(&server.url("shop"), "shop", &job, None)
        };
        let said = dumped(false)
            .expect_err("a view without a meaning")
            .report();
        assert!(said.contains(" odd"), "{said}");
        let archive = dumped(true).expect("with leniency");
        server.create_database("copy");
        native(&archive, &server.url("copy")).expect("restored");
        let columns = "SELECT table_name, column_name FROM information_schema.columns \
             WHERE table_schema = 'copy' ORDER BY BINARY table_name";
        assert_eq!(server.sql("copy", columns), "T\tb\ngood\ta\nt\ta");
    }
}

/// Strings of a view that the server shows as bytes, and takes for other ones when it gets them back.
#[test]
fn strings_that_a_view_does_not_show_are_an_error_by_name() {
    // each with a view that looks alike, and can be read
    let bytes = "SET collation_connection = ucs2_general_ci; CREATE VIEW odd AS SELECT a = 'x' AS x FROM t; \
         CREATE VIEW good AS SELECT _ucs2'x' AS x, 'a\\\\0' AS y;";
    let met = "CREATE VIEW odd AS SELECT CONCAT(u, 'x') AS x FROM t; CREATE VIEW good AS SELECT 'a\\0b' AS x;";
    let separated = "CREATE VIEW odd AS SELECT GROUP_CONCAT(u SEPARATOR 'x') AS x FROM t; \
         CREATE VIEW good AS SELECT 'a\\0b' AS x;";
    for (server, setup) in [
        (MySql::start("9.7"), bytes),
        (MySql::start("5.6"), met),
        (MariaDb::start("10.5"), separated),
    ] {
        server.create_database("shop");
        let table = "CREATE TABLE t (a VARBINARY(9), u VARCHAR(9) CHARACTER SET ucs2);";
        server.sql("shop", &format!("{table}{setup}"));
        let dumped = || archive(&server.url("shop"), "shop", &job(), None);
        let said = dumped().expect_err("bytes for a string").report();
        assert!(said.contains("cannot dump view odd"), "{said}");
        server.sql("shop", "DROP VIEW odd");
        dumped().expect("an archive");
    }
}

/// Members that not every server prints are written by their numbers, which mean others in another list.
fn rows_by_numbers(server: &MySqlServer) {
    let table = |members: &str, set: &str| {
        format!(
            "CREATE TABLE `t``1` (id INT, e ENUM({members}) CHARACTER SET utf8, s SET({set}) CHARACTER SET utf8, \
             p ENUM('x', 'y'));"
        )
    };
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst").display().to_string();
    server.create_database("shop");
    server.sql("shop", &table("'ä','b'", "'it''s','c'"));
    let rows = "INSERT INTO `t``1` VALUES (1, 'ä', 'c', 'y'), (2, 'b', 'it''s,c', 'x')";
    server.sql("shop", rows);
    let dumped = ran(&["dump", &server.url("shop"), "-o", &file]);
    assert_eq!(dumped.code, Some(0), "{}", dumped.err);
    let all = "SELECT id, e, s, p FROM `t``1` ORDER BY id";
    for (members, set, same) in [
        ("'b','ä'", "'it''s','c'", false),
        ("'ä','b'", "'c','it''s'", false),
        ("'ä'", "'it''s','c'", false),
        ("'ä','b','c'", "'it''s','c','d'", true),
    ] {
        server.sql("", "DROP DATABASE IF EXISTS copy; CREATE DATABASE copy");
        server.sql("copy", &table(members, set));
        let url = server.url("copy");
        let restored = ran(&["restore", &file, "--to", &url, "--data-only"]);
        if same {
            assert_eq!(restored.code, Some(0), "{members}: {}", restored.err);
            assert_eq!(server.sql("copy", all), server.sql("shop", all));
        } else {
            assert_eq!(restored.code, Some(2), "{members}: {}", restored.err);
            assert!(
                restored.err.contains("are numbers of its members"),
                "{}",
                restored.err
            );
            assert_eq!(server.sql("copy", all), "");
        }
    }
}

#[test]
fn numbers_of_other_members_are_refused_on_mariadb() {
    rows_by_numbers(&MariaDb::start("10.11"));
}

#[test]
fn numbers_of_other_members_are_refused_on_mysql() {
    rows_by_numbers(&MySql::start("9.7"));
}
/// A view over a database that is not there: the server's words alone don't say what to do.
#[test]
fn a_view_over_another_database_asks_for_that_one() {
    for (server, code) in [
        (MariaDb::start("10.11"), "(1146)"),
        (MySql::start("9.7"), "(1049)"),
    ] {
        asks_for_another_database(&server, code);
    }
}

fn asks_for_another_database(server: &MySqlServer, code: &str) {
    server.create_database("other");
    server.create_database("shop");
    server.sql("other", "CREATE TABLE t (a INT)");
    server.sql("shop", "CREATE VIEW v AS SELECT a FROM other.t");
    let shop = archive(&server.url("shop"), "shop", &job(), None).expect("an archive");
    server.sql("", "DROP DATABASE other; CREATE DATABASE copy");
    let error = native(&shop, &server.url("copy")).expect_err("no such database");
    let report = error.report();
    assert!(
        report.contains(code) && report.contains("restore that one before"),
        "{report}"
    );
}

/// What a server without `partial_revokes` says of one is that there is no such grant.
#[test]
fn partial_revokes_ask_for_their_setting() {
    let with = MySql::with("9.7").setting("partial-revokes=ON").start();
    let setup = "CREATE USER part@localhost; GRANT SELECT ON *.* TO part@localhost; \
                 REVOKE SELECT ON mysql.* FROM part@localhost";
    with.sql("", setup);
    let all = globals_archive(&with);
    let without = MySql::start("9.7");
    let error = native(&all, &without.url("")).expect_err("no partial revokes");
    let report = error.report();
    assert!(report.contains("SET PERSIST partial_revokes"), "{report}");
}

/// MariaDB prints bytes beyond ASCII as digits in strings that name their character set.
#[test]
fn defaults_whose_bytes_are_printed_as_digits_are_told() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    let setup = "CREATE TABLE t (a INT, b VARCHAR(9) CHARACTER SET latin1 DEFAULT (CONCAT(_latin1 x'e4')), \
                 c VARCHAR(9) DEFAULT (CONCAT(_latin1 'xe4')))";
    server.sql("shop", setup);
    let archive = archive(&server.url("shop"), "shop", &job(), None).expect("a dump");
    assert_eq!(warned(&archive), ["column t.b"]);
}
