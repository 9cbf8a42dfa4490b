//! Accounts that servers take no notice of, and servers that take none of certain accounts.

use dumpkeep::error::Error;
use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::pipeline::globals::globals;
use dumpkeep::sql::dialect::Dialect;

use crate::support::mysql_archive::{archive, job, native, nowhere, pipe, script, wait, warned};
use crate::support::server::{MariaDb, MySql, MySqlServer};

fn globals_archive(server: &MySqlServer, lenient: bool) -> Result<Vec<u8>, Error> {
    let mut job = job();
    job.options.lenient = lenient;
    wait(async {
        let source = MysqlSource::connect(&server.url(""), &nowhere()).await?;
        let made = globals(&source, Dialect::Mysql, &job, Vec::new()).await?;
        Ok(made.0)
    })
}

/// An account that `CREATE USER` made, and that the server takes no notice of while it resolves no names,
/// is one none the less.
#[test]
fn accounts_that_the_server_takes_no_notice_of_are_an_error_by_name() {
    let server = MariaDb::with("11.8").setting("skip-name-resolve").start();
    // the server's own set-up makes more of them
    server.sql(
        "",
        "DELETE FROM mysql.global_priv WHERE host NOT IN ('localhost', '')",
    );
    server.create_database("shop");
    let setup = "CREATE TABLE t (a INT); CREATE USER named@`a.host`, good@localhost; \
                 GRANT SELECT ON t TO named@`a.host`, good@localhost; FLUSH PRIVILEGES";
    server.sql("shop", setup);
    let dumped = |lenient: bool| {
        let mut job = job();
        job.options.lenient = lenient;
        archive(&server.url("shop"), "shop", &job, None)
    };
    for error in [
        globals_archive(&server, false).expect_err("an unknown account"),
        dumped(false).expect_err("its rights"),
    ] {
        let said = error.report();
        assert!(
            said.contains("named@a.host") && said.contains("skip_name_resolve"),
            "{said}"
        );
    }
    let globals = globals_archive(&server, true).expect("with leniency");
    assert_eq!(
        warned(&globals),
        ["user named@a.host", "grant named@a.host"]
    );
    let shop = dumped(true).expect("with leniency");
    assert_eq!(warned(&shop), ["object_grant named@a.host"]);
    for archive in [globals, shop] {
        assert!(String::from_utf8_lossy(&script(&archive)).contains("good"));
    }
}

/// Rights that stayed behind when an account was deleted by hand are nobody's.
#[test]
fn rights_of_nobody_are_left_out_with_a_warning() {
    for (server, rows) in [
        (MariaDb::start("11.8"), "mysql.global_priv"),
        (MySql::start("9.7"), "mysql.user"),
    ] {
        server.create_database("shop");
        let setup = format!(
            "CREATE TABLE t (a INT); CREATE USER gone@localhost, good@localhost; \
             GRANT SELECT ON t TO gone@localhost, good@localhost; \
             DELETE FROM {rows} WHERE user = 'gone'; FLUSH PRIVILEGES"
        );
        server.sql("shop", &setup);
        let dumped = archive(&server.url("shop"), "shop", &job(), None).expect("dumped");
        assert_eq!(warned(&dumped), ["object_grant gone@localhost"]);
        assert!(String::from_utf8_lossy(&script(&dumped)).contains("good"));
        globals_archive(&server, false).expect("no account is missing");
    }
}

/// A server that checks passwords refuses a new account without one, but no role.
#[test]
fn accounts_without_a_password_come_to_a_server_that_checks_them() {
    let from = MySql::start("9.7");
    let setup = "CREATE ROLE `r``'1`; CREATE USER `bare'`@localhost REQUIRE SSL PASSWORD EXPIRE INTERVAL 9 DAY; \
        CREATE USER old@localhost IDENTIFIED WITH sha256_password ACCOUNT LOCK COMMENT 'it''s'; \
        CREATE USER known@localhost IDENTIFIED BY 'a'; GRANT `r``'1` TO `bare'`@localhost, known@localhost; \
        SET DEFAULT ROLE `r``'1` TO `bare'`@localhost; GRANT SELECT ON *.* TO `r``'1`;";
    from.sql("", setup);
    let globals = globals_archive(&from, false).expect("globals");
    let accounts = |server: &MySqlServer| {
        let who = [
            "`r``'1`",
            "`bare'`@localhost",
            "old@localhost",
            "known@localhost",
        ];
        let show = |who: &&str| format!("SHOW CREATE USER {who}; SHOW GRANTS FOR {who};");
        let all: String = who.iter().map(show).collect();
        server.sql("", &format!("SET print_identified_with_as_hex = 1; {all}"))
    };
    for natively in [true, false] {
        let to = MySql::start("9.7");
        to.sql("", "INSTALL COMPONENT 'file://component_validate_password'");
        match natively {
            true => native(&globals, &to.url("")).expect("natively"),
            false => drop(pipe(&globals, &to, "", &[]).expect("by the client")),
        }
        assert_eq!(accounts(&to), accounts(&from));
    }
}

/// Rights on columns and routines can't be given where these are gone: that stopped a restore.
#[test]
fn rights_on_what_is_gone_are_told() {
    const SETUP: &str = "CREATE PROCEDURE p() SELECT 1; CREATE FUNCTION `f ``g`() RETURNS INT DETERMINISTIC RETURN 1; \
         CREATE USER u@localhost; GRANT EXECUTE ON PROCEDURE p TO u@localhost; \
         GRANT EXECUTE, ALTER ROUTINE ON FUNCTION `f ``g` TO u@localhost; \
         CREATE TABLE t (`select` INT, b INT); GRANT SELECT (`select`), INSERT (b) ON t TO u@localhost; \
         CREATE TABLE k (`a, b` INT, a INT, b INT); GRANT SELECT (`a, b`) ON k TO u@localhost;";
    const AGAIN: &str = "CREATE FUNCTION `f ``g`() RETURNS INT DETERMINISTIC RETURN 1; CREATE TABLE k (`a, b` INT, a INT, b INT)";
    for server in [
        MySql::start("5.6"),
        MySql::start("9.7"),
        MariaDb::start("10.5"),
        MariaDb::start("11.8"),
    ] {
        server.create_database("shop");
        server.sql("shop", SETUP);
        // the rights stay
        server.sql("", "DROP DATABASE shop");
        let globals = globals_archive(&server, false).expect("dumped");
        let named = |archive: &[u8], what: &str| {
            let script = String::from_utf8_lossy(&script(archive)).into_owned();
            script
                .lines()
                .any(|line| line.starts_with("GRANT") && line.contains(what))
        };
        assert_eq!(warned(&globals).len(), 4, "{:?}", warned(&globals));
        assert!(!named(&globals, "`shop`"));
        server.create_database("shop");
        server.sql("shop", AGAIN);
        assert_eq!(
            warned(&globals_archive(&server, false).expect("dumped")),
            [""; 0]
        );
        let dumped = archive(&server.url("shop"), "shop", &job(), None).expect("dumped");
        assert_eq!(warned(&dumped), ["grants to u@localhost"; 2]);
        assert!(named(&dumped, "SELECT (`a, b`) ON `k`"));
        assert!(named(&dumped, "ON FUNCTION `f ``g`"));
        assert!(!named(&dumped, "`p`") && !named(&dumped, "`t`"));
        server.create_database("again");
        native(&dumped, &server.url("again")).expect("a restore");
        server.create_database("piped");
        pipe(&dumped, &server, "piped", &["--binary-mode", "--comments"])
            .expect("a script that loads");
        for database in ["again", "piped"] {
            let sql = format!("SELECT column_name FROM mysql.columns_priv WHERE db = '{database}'");
            assert_eq!(server.sql("", &sql).trim(), "a, b");
        }
    }
}
