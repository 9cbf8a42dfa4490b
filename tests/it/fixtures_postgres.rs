//! Every kind of PostgreSQL, from `schema_fixtures/postgres/KIND/CASE/`, on every version: as many
//! cases as get on with one another in one database, dumped by four workers in small slices,
//! restored natively and through psql, and into the newest version too. All are equal to the
//! first by the oracle and by each case's `check.sql`, and both copies dump to the same script.
//! Beside that each case's script alone is as its `expect.sql` has it.
//!
//! `FIXTURE=index/` runs the cases whose names hold that, `DUMPKEEP_BLESS=1` writes `expect.sql`.

#[path = "fixtures_postgres/case.rs"]
mod case;
#[path = "fixtures_postgres/expected.rs"]
mod expected;
#[path = "fixtures_postgres/globals.rs"]
mod globals;
#[path = "fixtures_postgres/group.rs"]
mod group;

use std::fs;
use std::path::Path;

use dumpkeep::postgres::objects::{GLOBALS, KINDS};
use dumpkeep::postgres::version::Caps;

use self::case::{Case, VERSIONS, cases, folders, last, root};

use crate::support::command::ran;

/// Kinds whose entries only a switch makes, and where they are tested: `--disable-triggers`
/// (selection_postgres), `--statistics` (postgres_statistics).
const BY_A_SWITCH: [&str; 3] = ["triggers_off", "triggers_on", "relation_statistics"];

fn dumpkeep(arguments: &[&str]) -> Result<String, String> {
    let ran = ran(arguments);
    if ran.code == Some(0) {
        return Ok(ran.out);
    }
    let command = arguments.join(" ");
    Err(format!("dumpkeep {command}: {:?}: {}", ran.code, ran.err))
}

fn all(run: fn(&str, &[Case]) -> Vec<String>, version: &str) {
    let failed = run(version, &cases());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

macro_rules! on {
    ($($databases:ident $globals:ident $version:literal),*) => {$(
        #[test]
        fn $databases() {
            all(group::run, $version);
        }

        #[test]
        fn $globals() {
            all(globals::run, $version);
        }
    )*};
}

on!(
    databases_10 globals_10 "10",
    databases_11 globals_11 "11",
    databases_12 globals_12 "12",
    databases_13 globals_13 "13",
    databases_14 globals_14 "14",
    databases_15 globals_15 "15",
    databases_16 globals_16 "16",
    databases_17 globals_17 "17",
    databases_18 globals_18 "18"
);

#[test]
fn scripts_are_as_expected() {
    let failed = expected::run(&cases());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn each_kind_has_a_fixture_and_each_fixture_a_kind() {
    let mut kinds: Vec<&str> = KINDS.iter().chain(GLOBALS).map(|kind| kind.name).collect();
    kinds.retain(|kind| !BY_A_SWITCH.contains(kind));
    kinds.sort_unstable();
    kinds.dedup();
    let mut fixtures: Vec<String> = folders(&root()).iter().map(|path| last(path)).collect();
    fixtures.sort_unstable();
    assert_eq!(kinds, fixtures);
}

/// The table in `docs/postgresql.md`, from the registry. `DUMPKEEP_BLESS=1` writes it.
#[test]
fn the_table_of_kinds_is_in_step() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/postgresql.md");
    let page = fs::read_to_string(&path).expect("the page");
    let (before, rest) = page
        .split_once(TABLE_BEGINS)
        .expect("the table's beginning");
    let (table, after) = rest.split_once(TABLE_ENDS).expect("the table's end");
    let made = table_of_kinds();
    if std::env::var_os("DUMPKEEP_BLESS").is_some() {
        let page = [before, TABLE_BEGINS, &made, TABLE_ENDS, after].concat();
        fs::write(&path, page).expect("the page is written");
        return;
    }
    assert_eq!(table, made, "DUMPKEEP_BLESS=1 writes the table");
}

const TABLE_BEGINS: &str = "<!-- kinds: made from the registry -->\n";
const TABLE_ENDS: &str = "<!-- kinds: end -->";

fn table_of_kinds() -> String {
    let mut table = "| kind | archive | servers |\n|---|---|---|\n".to_owned();
    for (kinds, archive) in [(GLOBALS, "globals"), (KINDS, "database")] {
        for kind in kinds {
            let has = |version: &&&str| {
                let major: u32 = version.parse().expect("a number");
                !(kind.queries)(&Caps::new(major * 10_000)).is_empty()
            };
            let servers = match (VERSIONS.iter().find(has), VERSIONS.iter().rfind(has)) {
                (Some(first), Some(last)) => format!("{first} to {last}"),
                _ if BY_A_SWITCH.contains(&kind.name) => {
                    "10 to 18, where a switch asks for it".to_owned()
                }
                _ => "10 to 18, made of other kinds' objects".to_owned(),
            };
            table.push_str(&format!("| {} | {archive} | {servers} |\n", kind.name));
        }
    }
    table
}
