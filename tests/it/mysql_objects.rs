//! What belongs to no fixture: accounts and their rights, and what must be an error or be told.

use dumpkeep::error::Kind;
use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::pipeline::globals::globals;
use dumpkeep::sql::dialect::Dialect;

use crate::support::mysql_archive::{archive, job, native, nowhere, pipe, wait};
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
";

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
    who.iter().map(show).collect()
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
    dumped(false).expect("nothing is past yet");
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
