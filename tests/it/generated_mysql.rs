//! Random schemas of MariaDB and MySQL there and back. Statements are made from a seed and run
//! without a care for those that the server refuses; what stands there then is dumped, restored
//! natively and through the client, and equal by the oracle.
//!
//! `DUMPKEEP_SCHEMAS=1000` makes so many; `DUMPKEEP_SEED=7` begins with that seed;
//! `DUMPKEEP_MARIADB=10.5` and `DUMPKEEP_MYSQL=5.6` take these servers.

#[path = "generated_mysql/schema.rs"]
mod schema;

use std::ops::Range;
use std::path::Path;

use crate::support::command::ran;
use crate::support::oracle::MysqlState;
use crate::support::server::{MariaDb, MySql, MySqlServer, feed};

/// Schemas in one database.
const TOGETHER: u64 = 6;

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).ok();
    text.map_or(default, |text| text.parse().expect("a number"))
}

fn generated(server: &MySqlServer) {
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let first = number("DUMPKEEP_SEED", 1);
    let mut seed = first;
    while seed < first + number("DUMPKEEP_SCHEMAS", TOGETHER) {
        let seeds = seed..seed + TOGETHER;
        if let Err(error) = there_and_back(server, &file, seeds.clone()) {
            panic!("seeds {seeds:?}: {error}");
        }
        seed = seeds.end;
    }
}

fn there_and_back(server: &MySqlServer, file: &Path, seeds: Range<u64>) -> Result<(), String> {
    for database in ["a", "copy"] {
        server.sql("", &format!("DROP DATABASE IF EXISTS {database}"));
    }
    server.create_database("a");
    // MariaDB 10.5's dumper, which also reads MySQL 5.6, finds no views with a backslash in their names,
    // and stops there.
    let version = server.sql("", "SELECT VERSION()");
    let backslashed = !(version.starts_with("10.5") || version.starts_with("5.6"));
    for seed in seeds {
        let script = schema::script(seed, server.is_mariadb(), backslashed);
        let mut client = server.client("a");
        // refused statements are told on standard error, and are an exit code
        let _ = feed(client.args(["--force", "--comments"]), script.as_bytes());
    }
    let made = server.sql(
        "a",
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'a'",
    );
    let made: u64 = made.parse().expect("a number");
    // Else the test shows nothing.
    assert!(made > 2 * TOGETHER, "only {made} relations were made");
    let path = file.to_str().expect("UTF-8");
    let keep = |arguments: &[&str]| {
        let ran = ran(arguments);
        match ran.code {
            Some(0) => Ok(()),
            code => Err(format!("{}: {code:?}: {}", arguments[0], ran.err)),
        }
    };
    let sliced = ["--jobs", "4", "--slice-size", "64K", "--force", "-o", path];
    keep(&[&["dump", &server.url("a")][..], &sliced].concat())?;
    let original = MysqlState::of(server, "a");
    for natively in [true, false] {
        server.sql("", "DROP DATABASE IF EXISTS copy; CREATE DATABASE copy");
        match natively {
            true => keep(&["restore", path, "--to", &server.url("copy"), "--jobs", "4"])?,
            false => server.load("copy", file).map(drop)?,
        }
        original
            .compare(&MysqlState::of(server, "copy"))
            .map_err(|error| format!("natively: {natively}: {error}"))?;
    }
    Ok(())
}

fn version(variable: &str, default: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| default.to_owned())
}

#[test]
fn on_mariadb() {
    let version = version("DUMPKEEP_MARIADB", "10.11");
    let server = MariaDb::with(&version).setting("event-scheduler=OFF");
    generated(&server.start());
}

#[test]
fn on_mysql() {
    let version = version("DUMPKEEP_MYSQL", "9.7");
    let server = MySql::with(&version).setting("event-scheduler=OFF");
    generated(&server.start());
}
