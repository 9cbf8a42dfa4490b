//! Users who may not see all of a database: an error that names what they lack, or with leniency a
//! warning for each; never a smaller dump without a word.

use dumpkeep::error::{Error, Kind};
use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::source::{Catalog, DumpOptions, Snapshot as _, Source as _};

use crate::support::mysql_archive::{nowhere, wait};
use crate::support::server::{MariaDb, MySql, MySqlServer};

const SHOP: &str = "CREATE DATABASE shop; USE shop; CREATE TABLE t (a INT); CREATE VIEW v AS SELECT 1 AS a; \
    CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; \
    CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DO 1; CREATE PROCEDURE p() SELECT 1; \
    CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;";

/// What must be granted on the database.
const RIGHTS: [&str; 4] = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"];

/// What a dump as this user reads; its objects' number and its warnings.
fn seen(server: &MySqlServer, who: &str, options: &DumpOptions) -> Result<Catalog, Error> {
    let url = server.url("shop").replace("root@", &format!("{who}@"));
    wait(async {
        let source = MysqlSource::connect(&url, &nowhere()).await?;
        let mut snapshots = source.snapshot(b"shop", 1, options).await?;
        let mut snapshot = snapshots.pop().expect("a snapshot");
        let catalog = snapshot.entries().await?;
        snapshot.close().await?;
        Ok(catalog)
    })
}

/// Dumps no grants: who may read those is another matter.
fn options(lenient: bool) -> DumpOptions {
    DumpOptions {
        lenient,
        no_privileges: true,
        ..DumpOptions::default()
    }
}

/// Gives `who` these rights on the database, and the one that shows routines.
fn user(server: &MySqlServer, who: &str, rights: &[&str], routines: &str) {
    let rights = rights.join(", ");
    server.sql(
        "",
        &format!("CREATE USER {who}@localhost; GRANT {rights} ON shop.* TO {who}@localhost;"),
    );
    if !routines.is_empty() {
        server.sql("", &format!("GRANT {routines} TO {who}@localhost"));
    }
}

/// `routines` is the right that shows all of them, as in `SHOW_ROUTINE ON *.*`; `lacking` how the
/// error calls it.
fn rights(server: &MySqlServer, routines: &str, lacking: &str) {
    server.sql("", SHOP);
    user(server, "whole", &RIGHTS, routines);
    let all = seen(server, "whole", &options(false)).expect("all rights");
    let root = seen(server, "root", &options(false)).expect("root");
    assert_eq!(all.entries.len(), root.entries.len());

    for (at, right) in RIGHTS.into_iter().enumerate() {
        let others: Vec<&str> = RIGHTS.into_iter().filter(|one| *one != right).collect();
        let who = format!("without{at}");
        user(server, &who, &others, routines);
        check_lacking(server, &who, right);
    }
    user(server, "blind", &RIGHTS, "");
    check_lacking(server, "blind", lacking);
}

/// Who may do everything in a database sees that there are routines; whose body is hidden is an
/// error too.
fn hidden_bodies(server: &MySqlServer, lacking: &str) {
    user(server, "owner", &["ALL"], "");
    let error = seen(server, "owner", &options(false)).expect_err("routines of root's");
    assert_eq!(error.kind(), Kind::Privilege, "{}", error.report());
    assert!(error.report().contains(lacking), "{}", error.report());
}

fn check_lacking(server: &MySqlServer, who: &str, right: &str) {
    let error = seen(server, who, &options(false)).expect_err(right);
    assert_eq!(error.kind(), Kind::Privilege, "{}", error.report());
    let line = error.line();
    assert!(line.contains(&format!("the user lacks {right}")), "{line}");
    let lenient = seen(server, who, &options(true)).expect("leniency");
    let told = |one: &&dumpkeep::source::Warning| {
        one.object == "database shop" && one.message.contains(right)
    };
    assert_eq!(lenient.warnings.iter().filter(told).count(), 1, "{right}");
}

/// The same where the rights come through roles, the second by way of the first.
fn roles(server: &MySqlServer, routines: &str, to: &str) {
    server.sql(
        "",
        &format!(
            "CREATE ROLE outer_role; CREATE ROLE inner_role; GRANT inner_role TO outer_role; \
             GRANT SELECT, SHOW VIEW, EVENT ON shop.* TO inner_role; GRANT {routines} TO inner_role; \
             CREATE USER member@localhost; GRANT outer_role TO member@localhost; \
             SET DEFAULT ROLE outer_role {to} member@localhost;"
        ),
    );
    check_lacking(server, "member", "TRIGGER");
    server.sql("", "GRANT TRIGGER ON shop.* TO outer_role");
    let all = seen(server, "member", &options(false)).expect("all rights by roles");
    assert!(all.warnings.is_empty(), "{:?}", all.warnings);
    // a role that is not active gives nothing
    server.sql(
        "",
        "CREATE USER idle@localhost; GRANT SELECT ON shop.* TO idle@localhost; \
         GRANT outer_role TO idle@localhost",
    );
    check_lacking(server, "idle", "SHOW VIEW");
}

/// Who asks for tables by name needs no more than what shows these.
fn one_table(server: &MySqlServer) {
    server.sql(
        "",
        "CREATE USER narrow@localhost; GRANT SELECT, TRIGGER ON shop.t TO narrow@localhost",
    );
    let mut chosen = options(false);
    chosen.selection.tables = vec!["t".to_owned()];
    seen(server, "narrow", &chosen).expect("rights on the one table");
    let error = seen(server, "narrow", &options(false)).expect_err("not on the others");
    assert_eq!(error.kind(), Kind::Privilege, "{}", error.report());
}

#[test]
fn mariadb_10_5_names_what_a_user_lacks() {
    let server = MariaDb::start("10.5");
    rights(&server, "SELECT ON mysql.proc", "SELECT on mysql.proc");
    hidden_bodies(&server, "SELECT on mysql.proc");
    roles(&server, "SELECT ON mysql.proc", "FOR");
    one_table(&server);
}

#[test]
fn mariadb_10_11_names_what_a_user_lacks() {
    let server = MariaDb::start("10.11");
    rights(&server, "SELECT ON mysql.proc", "SELECT on mysql.proc");
    hidden_bodies(&server, "SELECT on mysql.proc");
    roles(&server, "SELECT ON mysql.proc", "FOR");
    server.sql(
        "",
        &format!("GRANT {} ON shop.* TO PUBLIC", RIGHTS.join(", ")),
    );
    server.sql(
        "",
        "CREATE USER anyone@localhost; GRANT SELECT ON mysql.proc TO anyone@localhost",
    );
    seen(&server, "anyone", &options(false)).expect("rights of PUBLIC");
}

#[test]
fn mariadb_11_8_names_what_a_user_lacks() {
    let server = MariaDb::start("11.8");
    let right = "SHOW CREATE ROUTINE on the database";
    rights(&server, "SHOW CREATE ROUTINE ON shop.*", right);
    user(&server, "owner", &["ALL"], "");
    seen(&server, "owner", &options(false)).expect("ALL has that right");
    roles(&server, "SHOW CREATE ROUTINE ON shop.*", "FOR");
}

#[test]
fn mysql_9_7_names_what_a_user_lacks() {
    let server = MySql::with("9.7").setting("partial-revokes=ON").start();
    rights(&server, "SHOW_ROUTINE ON *.*", "SHOW_ROUTINE on *.*");
    hidden_bodies(&server, "SHOW_ROUTINE");
    roles(&server, "SHOW_ROUTINE ON *.*", "TO");
    one_table(&server);
    server.sql(
        "",
        "CREATE USER revoked@localhost; GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO revoked@localhost; \
         REVOKE EVENT ON shop.* FROM revoked@localhost",
    );
    check_lacking(&server, "revoked", "EVENT");
}

#[test]
fn mysql_5_6_names_what_a_user_lacks() {
    let server = MySql::start("5.6");
    rights(&server, "SELECT ON mysql.proc", "SELECT on mysql.proc");
    hidden_bodies(&server, "SELECT on mysql.proc");
    one_table(&server);
}
