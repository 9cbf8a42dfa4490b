//! Each case by itself, on the newest version that it suits: its script.

use std::collections::BTreeMap;
use std::fs;

use super::case::Case;
use super::dumpkeep;
use super::group;
use crate::support::oracle;
use crate::support::server::{Postgres, feed};

/// Compares all; what differs.
pub(super) fn run(cases: &[Case]) -> Vec<String> {
    let mut servers: BTreeMap<&str, Postgres> = BTreeMap::new();
    let files = tempfile::tempdir().expect("a folder");
    let file = files
        .path()
        .join("a.sql.zst")
        .to_string_lossy()
        .into_owned();
    let mut failed = Vec::new();
    for (at, case) in cases
        .iter()
        .filter(|case| !case.of_the_server())
        .enumerate()
    {
        let version = case.newest();
        let server = servers
            .entry(version)
            .or_insert_with(|| group::server(version));
        let database = format!("case_number_{at}");
        server.create_database(&database);
        let set_up = feed(&mut server.psql(&database), case.setup().as_bytes());
        let script = set_up.and_then(|_| {
            let url = server.url(&database);
            dumpkeep(&["dump", &url, "-o", &file, "--force", "--schema-only"])?;
            let script = dumpkeep(&["show", "--sql", &file])?;
            // The database's own name is in it.
            Ok(script.replace(&database, "a_database"))
        });
        let same = script.and_then(|script| compare(case, &script));
        failed.extend(same.err().map(|error| format!("{}: {error}", case.name)));
    }
    failed
}

fn compare(case: &Case, script: &str) -> Result<(), String> {
    if std::env::var_os("DUMPKEEP_BLESS").is_some() {
        return fs::write(case.path("expect.sql"), script).map_err(|error| error.to_string());
    }
    spares(script)?;
    let expected = case.text("expect.sql").ok_or("no expect.sql")?;
    oracle::text("expect.sql", &expected, script)
}

/// A script that was not asked to clean makes what is not there and drops nothing: what is there
/// already is an error. But a dropped `public`, which no other statement can say.
fn spares(script: &str) -> Result<(), String> {
    let spoils = |line: &&str| {
        let drops = line.starts_with("DROP ") && *line != "DROP SCHEMA IF EXISTS public;";
        drops || (line.starts_with("CREATE ") && line.contains(" IF NOT EXISTS "))
    };
    match script.lines().find(spoils) {
        Some(line) => Err(format!("a script without --clean holds {line}")),
        None => Ok(()),
    }
}
