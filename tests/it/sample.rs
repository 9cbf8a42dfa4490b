//! A shop with objects of every kind and a million rows, there and back: as a script through the
//! servers' own clients and natively over several connections, equal by the oracle.

use std::path::Path;

use crate::support::command::{Ran, ran};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySqlServer, Postgres};

const POSTGRES: &str = include_str!("../support/sample/postgres.sql");
const MARIADB: &str = include_str!("../support/sample/mariadb.sql");

/// Roles with attributes, memberships and settings; none that only newer servers know.
const ROLES: &str = "CREATE ROLE shop_owner NOLOGIN CREATEDB;\
    CREATE ROLE shop_reader LOGIN PASSWORD 'sesame' CONNECTION LIMIT 7 VALID UNTIL '2040-01-01 00:00+00';\
    CREATE ROLE \"Odd \"\"role\"\"\" NOINHERIT;\
    GRANT shop_owner TO shop_reader WITH ADMIN OPTION;\
    ALTER ROLE shop_reader SET search_path = shop, \"Stock & More\";\
    COMMENT ON ROLE shop_owner IS 'owns';";

fn good(ran: Ran) -> String {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(ran.err, "", "a warning");
    ran.out
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn postgres(version: &str) {
    let (a, b) = (Postgres::start(version), Postgres::start(version));
    let folder = tempfile::tempdir().expect("a folder");
    let (globals, archive) = (folder.path().join("g.zst"), folder.path().join("a.zst"));
    a.sql("postgres", ROLES);
    a.create_database("shop");
    a.sql("shop", POSTGRES);

    good(ran(&["globals", &a.url("postgres"), "-o", &text(&globals)]));
    b.load("postgres", &globals).expect("the globals load");
    oracle::postgres_globals(&a, &b).expect("equal globals");

    good(ran(&[
        "dump",
        &a.url("shop"),
        "--jobs",
        "3",
        "-o",
        &text(&archive),
    ]));
    b.create_database("script");
    b.load("script", &archive).expect("the script loads");
    oracle::postgres((&a, "shop"), (&b, "script")).expect("equal by script");

    b.create_database("natively");
    good(ran(&[
        "restore",
        &text(&archive),
        "--to",
        &b.url("natively"),
        "--jobs",
        "4",
    ]));
    oracle::postgres((&a, "shop"), (&b, "natively")).expect("equal natively");
}

#[test]
fn a_shop_comes_back_on_postgresql_12() {
    postgres("12");
}

#[test]
fn a_shop_comes_back_on_postgresql_15() {
    postgres("15");
}

#[test]
fn a_shop_comes_back_on_postgresql_18() {
    postgres("18");
}

#[test]
fn a_shop_comes_back_on_mariadb_10_11() {
    let (a, b): (MySqlServer, MySqlServer) = (MariaDb::start("10.11"), MariaDb::start("10.11"));
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a.zst");
    a.create_database("shop");
    a.sql("shop", MARIADB);
    let dumped = ran(&["dump", &a.url("shop"), "--jobs", "3", "-o", &text(&archive)]);
    assert_eq!(dumped.code, Some(0), "{}", dumped.err);

    for (database, natively) in [("script", false), ("natively", true)] {
        b.create_database(database);
        if natively {
            let url = b.url(database);
            let restored = ran(&["restore", &text(&archive), "--to", &url, "--jobs", "4"]);
            assert_eq!(restored.code, Some(0), "{}", restored.err);
        } else {
            b.load(database, &archive).expect("the script loads");
        }
        oracle::mysql((&a, "shop"), (&b, database)).expect(database);
    }
}
