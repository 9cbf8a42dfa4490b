//! Cases in one database: as many as get on with one another.

use std::path::Path;
use std::sync::OnceLock;

use super::case::{Case, NEWEST, root};
use super::dumpkeep;
use crate::support::oracle::{self, PostgresPicture as Picture};
use crate::support::server::{Postgres, feed};

/// A server of the fixtures: with the roles that they use.
pub(super) fn server(version: &str) -> Postgres {
    let server = Postgres::start(version);
    let roles = std::fs::read_to_string(root().join("roles.sql")).expect("the roles");
    server.sql("postgres", &roles);
    server
}

/// The newest server, which takes what all others give.
fn newest() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| server(NEWEST))
}

/// Loads a case into a schema of its own, wholly or not at all.
fn set_up(case: &Case, server: &Postgres, database: &str) -> Result<(), String> {
    let mut psql = server.psql(database);
    psql.arg("--single-transaction");
    let schema = format!("CREATE SCHEMA \"{}\";\n", case.name);
    let script = schema + &within(case) + &case.setup();
    feed(&mut psql, script.as_bytes()).map(drop)
}

/// What unqualified names stand for.
fn within(case: &Case) -> String {
    format!("SET search_path = \"{}\", public;\n", case.name)
}

/// A database of some cases, and what came of them.
struct Group<'a> {
    server: &'a Postgres,
    version: &'a str,
    database: String,
    cases: Vec<&'a Case>,
    files: &'a Path,
}

/// Runs all cases on one version; what went wrong.
pub(super) fn run(version: &str, cases: &[Case]) -> Vec<String> {
    let server = server(version);
    let files = tempfile::tempdir().expect("a folder");
    let mut failed = Vec::new();
    failed.extend(untouched(&server, version, files.path()).err());
    let mut number = 0;
    let suiting = cases
        .iter()
        .filter(|case| case.suits(version) && !case.of_the_server());
    let (alone, together): (Vec<&Case>, Vec<&Case>) = suiting.partition(|case| case.is("alone"));
    let (old, lasting): (Vec<_>, Vec<_>) = together.into_iter().partition(|c| c.is("not-into-18"));
    let sets = [lasting, old].into_iter();
    for set in sets.chain(alone.into_iter().map(|case| vec![case])) {
        let mut left = set;
        while !left.is_empty() {
            number += 1;
            let (group, refused) =
                Group::fill(&server, version, format!("a{number}"), left, files.path());
            if let (true, Some((case, error))) = (group.cases.is_empty(), refused.first()) {
                failed.push(format!("{} on {version}: {error}", case.name));
                break;
            }
            left = refused.into_iter().map(|(case, _)| case).collect();
            failed.extend(group.check());
        }
    }
    failed
}

/// A new database differs from a new database in nothing: what servers give it at first is known.
fn untouched(server: &Postgres, version: &str, files: &Path) -> Result<(), String> {
    server.create_database("untouched");
    let file = files.join("untouched.sql.zst");
    let file = file.to_str().expect("UTF-8");
    dumpkeep(&["dump", &server.url("untouched"), "-o", file])?;
    let script = dumpkeep(&["show", "--sql", file])?;
    let is_change = |line: &&str| {
        let changes = ["GRANT", "REVOKE", "COMMENT", "ALTER", "CREATE", "DROP"];
        changes.iter().any(|word| line.starts_with(word)) && !line.contains(" DATABASE ")
    };
    let changes: Vec<&str> = script.lines().filter(is_change).collect();
    match changes.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "a new database of {version} has {}",
            changes.join("\n")
        )),
    }
}

impl<'a> Group<'a> {
    /// A new database of all cases that can be loaded into it; and the others.
    fn fill(
        server: &'a Postgres,
        version: &'a str,
        database: String,
        cases: Vec<&'a Case>,
        files: &'a Path,
    ) -> (Self, Vec<(&'a Case, String)>) {
        server.create_database(&database);
        let mut group = Self {
            server,
            version,
            database,
            cases: Vec::new(),
            files,
        };
        let mut refused = Vec::new();
        for case in cases {
            match set_up(case, server, &group.database) {
                Ok(()) => group.cases.push(case),
                Err(error) => refused.push((case, error)),
            }
        }
        (group, refused)
    }

    /// What goes wrong with it: nothing, if all is well.
    fn check(&self) -> Vec<String> {
        let names: Vec<&str> = self.cases.iter().map(|case| case.name.as_str()).collect();
        let wrong = |error| format!("== {} on {}\n{error}", names.join(" "), self.version);
        let file = match self.dump(&self.database, &["--jobs", "4", "--slice-size", "1MiB"]) {
            Ok(file) => file,
            Err(error) => return vec![wrong(error)],
        };
        let a = (self.server, self.database.as_str());
        let original = Picture::of(a);
        let mut failed = Vec::new();
        let reference = Picture::by_reference(a, self.server);
        let copies: Vec<_> = [Way::Native, Way::Psql]
            .into_iter()
            .map(|way| self.copy(&file, way, (&original, &reference), self.server))
            .collect();
        let scripts: Vec<_> = copies.into_iter().map(|copy| self.again(&copy?)).collect();
        match &scripts[..] {
            [Ok(a), Ok(b)] => {
                failed.extend(oracle::text("script of the second generation", a, b).err());
            }
            _ => failed.extend(scripts.into_iter().filter_map(Result::err)),
        }
        if self.version != NEWEST && !self.cases.iter().any(|case| case.is("not-into-18")) {
            let reference = Picture::by_reference_named(a, newest(), &self.name_there("reference"));
            let copy = self.copy(&file, Way::Native, (&original, &reference), newest());
            failed.extend(copy.err().map(|error| format!("into {NEWEST}: {error}")));
        }
        failed.into_iter().map(wrong).collect()
    }

    /// The name of a database on the newest server, which others use too.
    fn name_there(&self, what: &str) -> String {
        format!("{what} {} of {}", self.database, self.version)
    }

    fn dump(&self, database: &str, options: &[&str]) -> Result<String, String> {
        let file = self.files.join(format!("{database}.sql.zst"));
        let file = file.to_str().expect("UTF-8").to_owned();
        let url = self.server.url(database);
        let mut arguments = vec!["dump", &url, "-o", &file, "--force", "--deterministic"];
        arguments.extend(options);
        dumpkeep(&arguments)?;
        dumpkeep(&["verify", &file])?;
        Ok(file)
    }

    /// Restores the archive and compares; the copy's name.
    fn copy(
        &self,
        file: &str,
        way: Way,
        (original, reference): (&Picture, &Picture),
        server: &Postgres,
    ) -> Result<String, String> {
        let copy = self.name_there(&format!("{way:?}"));
        server.create_database(&copy);
        way.restore(server, file, &copy)
            .and_then(|()| original.same_as_restored(reference, &Picture::of((server, &copy))))
            .and_then(|()| self.same_answers(server, &copy))
            .map_err(|error| format!("{way:?}: {error}"))?;
        Ok(copy)
    }

    /// The definitions' script of a copy. The fixpoint begins at the second generation: the servers
    /// themselves change some texts.
    fn again(&self, copy: &str) -> Result<String, String> {
        let file = self.dump(copy, &["--schema-only"])?;
        // The database's own name is in the script.
        Ok(dumpkeep(&["show", "--sql", &file])?.replace(copy, "copy"))
    }

    fn same_answers(&self, server: &Postgres, copy: &str) -> Result<(), String> {
        for case in &self.cases {
            if let Some(sql) = case.text("check.sql") {
                let sql = within(case) + &sql;
                let a = feed(&mut self.server.psql(&self.database), sql.as_bytes())?;
                let b = feed(&mut server.psql(copy), sql.as_bytes())?;
                oracle::text(&format!("{}/check.sql", case.name), &a, &b)?;
            }
        }
        Ok(())
    }
}

/// How an archive is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Native,
    Psql,
}

impl Way {
    pub(super) fn restore(
        self,
        server: &Postgres,
        file: &str,
        database: &str,
    ) -> Result<(), String> {
        match self {
            Self::Native => {
                let url = server.url(&database.replace(' ', "%20"));
                dumpkeep(&["restore", file, "--to", &url, "--jobs", "4"]).map(drop)
            }
            Self::Psql => server.load(database, Path::new(file)).map(drop),
        }
    }
}
