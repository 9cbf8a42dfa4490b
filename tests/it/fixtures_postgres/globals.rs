//! Cases of what belongs to a server, and of databases: from one server to another. `@folder@` in
//! a `setup.sql` is an empty folder for a tablespace, which the other server uses after the first.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::case::{Case, NEWEST};
use super::dumpkeep;
use super::group::Way;
use crate::support::oracle;
use crate::support::server::{Postgres, feed, give_away};

/// What a server is: its globals, and its databases with their definitions.
fn picture(server: &Postgres) -> String {
    let mut picture = server.reference_globals();
    for name in databases(server) {
        picture.push_str(&server.reference_dump(&name, &["--create", "--schema-only"]));
    }
    picture
}

/// The databases that cases made.
fn databases(server: &Postgres) -> Vec<String> {
    let sql = "SELECT datname FROM pg_database \
        WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1";
    let names = server.sql("postgres", sql);
    names.lines().map(str::to_owned).collect()
}

/// Runs all cases on one version; what went wrong.
pub(super) fn run(version: &str, cases: &[Case]) -> Vec<String> {
    let cases: Vec<&Case> = cases
        .iter()
        .filter(|case| case.suits(version) && case.of_the_server())
        .collect();
    let files = tempfile::tempdir().expect("a folder");
    let spaces = tempfile::tempdir().expect("a folder");
    give_away(spaces.path());
    let a = Postgres::start(version);
    let set_up = |server: &Postgres| set_up(server, &cases, spaces.path());
    if let Err(error) = set_up(&a) {
        return vec![error];
    }
    let was = picture(&a);
    let archives = match archives(&a, files.path()) {
        Ok(archives) => archives,
        Err(error) => return vec![error],
    };
    let script = reference_script(&a);
    drop(a);
    let mut failed = Vec::new();
    for (way, onto) in [
        (Way::Native, version),
        (Way::Psql, version),
        (Way::Native, NEWEST),
    ] {
        empty(spaces.path());
        let b = Postgres::start(onto);
        let restored = archives.iter().try_for_each(|(kind, file)| {
            restore(&b, way, *kind, file).map_err(|error| format!("{file}: {error}"))
        });
        let is = picture(&b);
        drop(b);
        let mut same = oracle::text("server", &was, &is);
        if onto != version {
            empty(spaces.path());
            let reference = Postgres::start(onto);
            // Stops at no error: what the reference can't restore is not there to compare.
            let mut psql = reference.client("psql", "postgres");
            feed(psql.args(["-X", "-q"]), script.as_bytes()).expect("psql runs");
            same = same_on_newer(&was, &picture(&reference), &is);
        }
        let equal = restored.and(same);
        failed.extend(
            equal
                .err()
                .map(|error| format!("globals of {version} into {onto}, {way:?}: {error}")),
        );
    }
    failed
}

/// What the reference makes of a server elsewhere, and we make of it too: whatever both pictures of
/// the reference have must be there, and nothing that neither has. The reference leaves out who
/// granted a membership before 16.
fn same_on_newer(was: &str, reference: &str, is: &str) -> Result<(), String> {
    let lines = |text: &str| -> BTreeSet<String> {
        let lines = text.lines();
        let line = |line: &str| line.split(" GRANTED BY ").next().unwrap_or(line).to_owned();
        lines.map(|l| line(l.trim_end_matches(';'))).collect()
    };
    let (was, reference, is) = (lines(was), lines(reference), lines(is));
    let lost = was
        .intersection(&reference)
        .filter(|line| !is.contains(*line));
    let more = is
        .iter()
        .filter(|l| !was.contains(*l) && !reference.contains(*l));
    let wrong: Vec<String> = lost
        .map(|line| format!("lost: {line}"))
        .chain(more.map(|line| format!("more: {line}")))
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// All of the server by the reference: `pg_dumpall` can't be asked for definitions alone with
/// globals, so its own way there and back goes without the rows of databases, which have none.
fn reference_script(server: &Postgres) -> String {
    let mut script = server.reference_globals();
    for name in databases(server) {
        script.push_str("\n\\connect postgres\n");
        script.push_str(&server.reference_dump(&name, &["--create", "--schema-only"]));
    }
    script
}

fn set_up(server: &Postgres, cases: &[&Case], spaces: &Path) -> Result<(), String> {
    for (at, case) in cases.iter().enumerate() {
        let folder = spaces.join(at.to_string());
        fs::create_dir(&folder).expect("a folder");
        give_away(&folder);
        let setup = case.setup().replace("@folder@", &folder.to_string_lossy());
        feed(&mut server.psql("postgres"), setup.as_bytes())
            .map_err(|error| format!("{}: {error}", case.name))?;
    }
    Ok(())
}

/// Removes what a server that is gone left in the tablespaces' folders.
fn empty(spaces: &Path) {
    for folder in super::case::folders(spaces) {
        for left in super::case::folders(&folder) {
            fs::remove_dir_all(left).expect("a server's folder");
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Globals,
    Database,
}

fn archives(server: &Postgres, files: &Path) -> Result<Vec<(Holds, String)>, String> {
    let globals = files.join("globals.sql.zst").to_string_lossy().into_owned();
    dumpkeep(&["globals", &server.url("postgres"), "-o", &globals])?;
    let mut all = vec![(Holds::Globals, globals)];
    for (at, name) in databases(server).iter().enumerate() {
        let file = files
            .join(format!("{at}.sql.zst"))
            .to_string_lossy()
            .into_owned();
        dumpkeep(&["dump", "--create", &server.url(&encoded(name)), "-o", &file])?;
        all.push((Holds::Database, file));
    }
    Ok(all)
}

/// As a URL has it.
fn encoded(name: &str) -> String {
    let byte = |b: u8| match b.is_ascii_alphanumeric() {
        true => char::from(b).to_string(),
        false => format!("%{b:02X}"),
    };
    name.bytes().map(byte).collect()
}

fn restore(server: &Postgres, way: Way, holds: Holds, file: &str) -> Result<(), String> {
    if (way, holds) == (Way::Native, Holds::Database) {
        return dumpkeep(&["restore", "--create", file, "--to", &server.url("postgres")]).map(drop);
    }
    if holds == Holds::Globals && way == Way::Native {
        let to = server.url("postgres");
        return dumpkeep(&["restore", file, "--to", &to, "--overwrite-existing"]).map(drop);
    }
    way.restore(server, file, "postgres")
}
