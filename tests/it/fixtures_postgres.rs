//! Every kind of PostgreSQL, from `schema_fixtures/postgres/KIND/CASE/`: loaded into one database,
//! dumped, restored into a second natively and into a third through psql; both are equal to the
//! first by the oracle and by the case's `check.sql`, and dump to the same script again.
//!
//! `FIXTURE=index/` runs the cases whose names hold that, `DUMPKEEP_BLESS=1` writes `expect.sql`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::command::ran;
use crate::support::oracle;
use crate::support::server::{Postgres, feed};

/// The version whose script `expect.sql` holds.
const EXPECTED: &str = "18";

/// Kinds whose objects belong to the server: restored into a second one.
const GLOBALS: &[&str] = &[
    "role",
    "role_membership",
    "role_setting",
    "tablespace",
    "parameter_grant",
];

/// One folder of the fixtures.
struct Case {
    folder: PathBuf,
    kind: String,
    name: String,
}

impl Case {
    fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(file)).ok()
    }

    fn setup(&self) -> String {
        self.text("setup.sql").expect("a setup.sql in each case")
    }

    /// Whether the first line of `setup.sql`, such as `-- requires: pg>=15 pg<18`, names this
    /// version.
    fn suits(&self, version: &str) -> bool {
        let setup = self.setup();
        let line = setup.lines().next().unwrap_or_default();
        let needs = line
            .strip_prefix("-- requires:")
            .unwrap_or_else(|| panic!("{}: the first line is no `-- requires:`", self.name));
        needs.split_whitespace().all(|need| holds(need, version))
    }
}

fn holds(need: &str, version: &str) -> bool {
    let number = |text: &str| -> u32 { text.parse().expect("a major version") };
    if let Some(least) = need.strip_prefix("pg>=") {
        return number(version) >= number(least);
    }
    let first_not = need.strip_prefix("pg<");
    number(version) < number(first_not.unwrap_or_else(|| panic!("what is {need}?")))
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema_fixtures/postgres");
    let only = std::env::var("FIXTURE").unwrap_or_default();
    let mut found = Vec::new();
    for kind in folders(&root) {
        for folder in folders(&kind) {
            let (kind, case) = (last(&kind), last(&folder));
            let name = format!("{kind}/{case}");
            found.push(Case { folder, kind, name });
        }
    }
    found.retain(|case| case.name.contains(&only));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).expect("the fixtures");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_dir()).collect()
}

fn last(path: &Path) -> String {
    let name = path.file_name().expect("a name");
    name.to_str().expect("UTF-8").to_owned()
}

/// One server with a folder for archives.
struct Bench {
    server: Postgres,
    version: String,
    files: tempfile::TempDir,
}

impl Bench {
    fn start(version: &str) -> Self {
        Self {
            server: Postgres::start(version),
            version: version.to_owned(),
            files: tempfile::tempdir().expect("a folder"),
        }
    }

    fn fresh(&self, database: &str) {
        let drop = format!("DROP DATABASE IF EXISTS \"{database}\"");
        self.server.sql("postgres", &drop);
        self.server.create_database(database);
    }

    fn path(&self, name: &str) -> String {
        let path = self.files.path().join(name);
        path.to_str().expect("UTF-8").to_owned()
    }

    fn dump(&self, database: &str, options: &[&str]) -> Result<String, String> {
        let file = self.path(&format!("{database}.sql.zst"));
        let url = self.server.url(database);
        let mut arguments = vec!["dump", &url, "-o", &file, "--force", "--deterministic"];
        arguments.extend(options);
        dumpkeep(&arguments)?;
        Ok(file)
    }
}

/// An archive's script, entry by entry.
fn body(file: &str) -> String {
    dumpkeep(&["show", "--sql", file]).expect("the script")
}

fn dumpkeep(arguments: &[&str]) -> Result<String, String> {
    let ran = ran(arguments);
    if ran.code == Some(0) {
        return Ok(ran.out);
    }
    Err(format!(
        "dumpkeep {}: {:?}: {}",
        arguments[0], ran.code, ran.err
    ))
}

/// How an archive is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Native,
    Psql,
}

impl Way {
    fn restore(self, bench: &Bench, file: &str, database: &str) -> Result<(), String> {
        bench.fresh(database);
        match self {
            Self::Native => dumpkeep(&["restore", file, "--to", &bench.server.url(database)]),
            Self::Psql => bench.server.load(database, Path::new(file)),
        }
        .map(drop)
        .map_err(|error| format!("{self:?}: {error}"))
    }
}

fn check(case: &Case, bench: &Bench) -> Result<(), String> {
    bench.fresh("a");
    feed(&mut bench.server.psql("a"), case.setup().as_bytes())?;
    compare_expected(case, bench)?;
    let file = bench.dump("a", &[])?;
    let mut second = None;
    for way in [Way::Native, Way::Psql] {
        way.restore(bench, &file, "b")?;
        oracle::postgres_as_restored((&bench.server, "a"), (&bench.server, "b"))
            .map_err(|error| format!("{way:?}: {error}"))?;
        compare_answers(case, bench).map_err(|error| format!("{way:?}: {error}"))?;
        let again = bench.dump("b", &["--schema-only"])?;
        let again = body(&again);
        // The fixpoint begins at the second generation: the servers themselves change some texts.
        // Of definitions alone: rows of a hash on an enum lie elsewhere in each database.
        match &second {
            None => second = Some(again),
            Some(first) => same_script(first, &again)?,
        }
    }
    Ok(())
}

fn same_script(a: &str, b: &str) -> Result<(), String> {
    oracle::text("script of the second generation", a, b)
}

fn compare_answers(case: &Case, bench: &Bench) -> Result<(), String> {
    let Some(sql) = case.text("check.sql") else {
        return Ok(());
    };
    let answers = |database| feed(&mut bench.server.psql(database), sql.as_bytes());
    oracle::text("check.sql", &answers("a")?, &answers("b")?)
}

/// Compares the definitions' script with `expect.VERSION.sql`, or with `expect.sql`, which is of the
/// version above, or of the newest that the case is for.
fn compare_expected(case: &Case, bench: &Bench) -> Result<(), String> {
    let own = format!("expect.{}.sql", bench.version);
    let file = match case.text(&own) {
        Some(_) => own,
        None if bench.version == EXPECTED => "expect.sql".to_owned(),
        None => return Ok(()),
    };
    let bless = std::env::var_os("DUMPKEEP_BLESS").is_some();
    let path = case.folder.join(&file);
    if !bless && !path.exists() {
        return Ok(());
    }
    let found = body(&bench.dump("a", &["--schema-only"])?);
    if bless {
        return fs::write(&path, found).map_err(|error| error.to_string());
    }
    oracle::text(&file, &case.text(&file).unwrap_or_default(), &found)
}

/// A case of the server's own objects: between two servers, by `dumpkeep globals`.
fn check_globals(case: &Case, version: &str) -> Result<(), String> {
    for way in [Way::Native, Way::Psql] {
        let (a, b) = (Bench::start(version), Bench::start(version));
        feed(&mut a.server.psql("postgres"), case.setup().as_bytes())?;
        let file = a.path("globals.sql.zst");
        dumpkeep(&["globals", &a.server.url("postgres"), "-o", &file])?;
        match way {
            Way::Native => {
                dumpkeep(&["restore", &file, "--to", &b.server.url("postgres")]).map(drop)
            }
            Way::Psql => b.server.load("postgres", Path::new(&file)).map(drop),
        }
        .and_then(|()| oracle::postgres_globals(&a.server, &b.server))
        .map_err(|error| format!("{way:?}: {error}"))?;
    }
    Ok(())
}

fn all(version: &str) {
    let bench = Bench::start(version);
    let mut failed = Vec::new();
    for case in cases().iter().filter(|case| case.suits(version)) {
        let result = match GLOBALS.contains(&case.kind.as_str()) {
            true => check_globals(case, version),
            false => check(case, &bench),
        };
        if let Err(error) = result {
            failed.push(format!("== {} on {version}\n{error}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn postgres_12() {
    all("12");
}

#[test]
fn postgres_15() {
    all("15");
}

#[test]
fn postgres_18() {
    all("18");
}
