//! Random schemas there and back. Statements are made from a seed and run without a care for those
//! that the server refuses; what stands there then is dumped, restored natively and through psql,
//! and equal by the oracle.
//!
//! `DUMPKEEP_SCHEMAS=1000` makes so many; `DUMPKEEP_SEED=7` begins with that seed;
//! `DUMPKEEP_SERVER=10` is the version of the server.

#[path = "generated_postgres/draw.rs"]
mod draw;
#[path = "generated_postgres/schema.rs"]
mod schema;

use std::path::Path;

use crate::support::command::ran;
use crate::support::oracle::PostgresPicture as Picture;
use crate::support::server::{Postgres, feed};

/// Schemas in one database.
const TOGETHER: u64 = 4;

/// A materialized view of somebody who may not read what it reads can be filled by nobody (docs/postgresql.md).
const READABLE: &str = "\
DO $$ DECLARE v text; BEGIN \
  FOR v IN SELECT oid::regclass FROM pg_class WHERE relkind = 'm' AND relispopulated LOOP \
    BEGIN EXECUTE 'REFRESH MATERIALIZED VIEW ' || v; EXCEPTION WHEN insufficient_privilege THEN \
      EXECUTE 'ALTER MATERIALIZED VIEW ' || v || ' OWNER TO CURRENT_USER'; END; \
  END LOOP; END $$";

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).ok();
    text.map_or(default, |text| text.parse().expect("a number"))
}

fn generated(version: &str) {
    let other = std::env::var("DUMPKEEP_SERVER").ok();
    let version = other.as_deref().unwrap_or(version);
    let server = Postgres::start(version);
    server.sql("postgres", "CREATE ROLE alice; CREATE ROLE \"Bob's \"\"\"");
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let first = number("DUMPKEEP_SEED", 1);
    let mut seed = first;
    while seed < first + number("DUMPKEEP_SCHEMAS", TOGETHER) {
        let seeds = seed..seed + TOGETHER;
        if let Err(error) = there_and_back(&server, &file, seeds.clone()) {
            panic!("{version}, seeds {seeds:?}: {error}");
        }
        seed = seeds.end;
    }
}

fn there_and_back(
    server: &Postgres,
    file: &Path,
    seeds: std::ops::Range<u64>,
) -> Result<(), String> {
    let name = |what: &str| format!("{what}_{}", seeds.start);
    let a = name("a");
    server.create_database(&a);
    for seed in seeds.clone() {
        let script = schema::script(seed);
        let mut psql = server.client("psql", &a);
        feed(psql.args(["-X", "-q"]), script.as_bytes())?;
    }
    server.sql(&a, READABLE);
    let made = server.sql(&a, "SELECT count(*) FROM pg_class WHERE oid >= 16384");
    let made: u64 = made.parse().expect("a number");
    // Else the test shows nothing.
    assert!(made > 5 * TOGETHER, "only {made} relations were made");
    let path = file.to_str().expect("UTF-8");
    let keep = |arguments: &[&str]| {
        let ran = ran(arguments);
        match ran.code {
            Some(0) => Ok(()),
            code => Err(format!("{}: {code:?}: {}", arguments[0], ran.err)),
        }
    };
    let sliced = ["--jobs", "4", "--slice-size", "1MiB", "--force", "-o", path];
    keep(&[&["dump", &server.url(&a)][..], &sliced].concat())?;
    let (original, reference) = (
        Picture::of((server, &a)),
        Picture::by_reference((server, &a), server),
    );
    for natively in [true, false] {
        let copy = name(if natively { "natively" } else { "piped" });
        server.create_database(&copy);
        match natively {
            true => keep(&["restore", path, "--to", &server.url(&copy), "--jobs", "4"])?,
            false => server.load(&copy, file).map(drop)?,
        }
        let copied = Picture::of((server, &copy));
        let same = original.same_as_restored(&reference, &copied);
        same.map_err(|error| format!("{copy}: {error}"))?;
    }
    Ok(())
}

#[test]
fn random_schemas_come_back_on_12() {
    generated("12");
}

#[test]
fn random_schemas_come_back_on_15() {
    generated("15");
}

#[test]
fn random_schemas_come_back_on_18() {
    generated("18");
}
