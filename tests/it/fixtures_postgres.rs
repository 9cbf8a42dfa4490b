//! Every kind of PostgreSQL, from `schema_fixtures/postgres/KIND/CASE/`: loaded into one database,
//! dumped, restored into a second natively and into a third through psql; both are equal to the
//! first by the oracle and by the case's `check.sql`, and dump to the same script again.
//!
//! `FIXTURE=index/` runs the cases whose names hold that, `DUMPKEEP_BLESS=1` writes `expect.sql`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dumpkeep::postgres::objects::{GLOBALS, KINDS};

use crate::support::command::ran;
use crate::support::oracle;
use crate::support::server::{Postgres, feed};

/// The version whose script `expect.sql` holds.
const EXPECTED: &str = "18";

/// Kinds whose objects belong to the server, or are a whole database: between two servers.
const OF_SERVERS: &[&str] = &[
    "role",
    "role_membership",
    "role_setting",
    "tablespace",
    "parameter_grant",
    "database",
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

    fn is_of_servers(&self) -> bool {
        OF_SERVERS.contains(&self.kind.as_str())
    }

    /// SQL that runs in a schema of the case's own instead of `public`.
    fn placed(&self, sql: &str) -> String {
        let own = format!("\"{}\"", self.name);
        let sql = sql.replace("public.", &format!("{own}."));
        format!("SET search_path = {own}, public;\n{sql}")
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
        // A database with a subscription can't be dropped, and these have never been connected.
        let forget = format!(
            "DELETE FROM pg_catalog.pg_subscription WHERE subdbid = \
             (SELECT oid FROM pg_catalog.pg_database WHERE datname = '{database}')"
        );
        self.server.sql("postgres", &forget);
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
        compare_answers(case, bench, false).map_err(|error| format!("{way:?}: {error}"))?;
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

fn compare_answers(case: &Case, bench: &Bench, placed: bool) -> Result<(), String> {
    let Some(sql) = case.text("check.sql") else {
        return Ok(());
    };
    let sql = if placed { case.placed(&sql) } else { sql };
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

/// The databases of a server that are not initdb's.
const DATABASES: &str = "SELECT datname FROM pg_catalog.pg_database \
     WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1";

/// The cases of the server's own objects and of whole databases, all at once: by `dumpkeep globals`
/// and `dumpkeep dump --create` into two further servers.
fn check_servers(cases: &[&Case], version: &str) -> Result<(), String> {
    let a = server_for(version);
    for case in cases {
        feed(&mut a.server.psql("postgres"), case.setup().as_bytes())
            .map_err(|error| format!("{}: {error}", case.name))?;
    }
    let names = a.server.sql("postgres", DATABASES);
    let mut files = vec![a.path("globals.sql.zst")];
    dumpkeep(&["globals", &a.server.url("postgres"), "-o", &files[0]])?;
    for (at, name) in names.lines().enumerate() {
        let file = a.path(&format!("{at}.sql.zst"));
        let url = a.server.url(&encoded(name));
        dumpkeep(&["dump", "--create", &url, "-o", &file])?;
        files.push(file);
    }
    for way in [Way::Native, Way::Psql] {
        restore_servers(way, &files, &a, &names, version)
            .map_err(|error| format!("{way:?}: {error}"))?;
    }
    Ok(())
}

fn server_for(version: &str) -> Bench {
    let options = Postgres::with(version);
    let in_place = version.parse::<u32>().expect("a major version") >= 15;
    Bench {
        server: match in_place {
            true => options.setting("allow_in_place_tablespaces", "on").start(),
            false => options.start(),
        },
        version: version.to_owned(),
        files: tempfile::tempdir().expect("a folder"),
    }
}

/// A database's name as it stands in a URL.
fn encoded(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn restore_servers(
    way: Way,
    files: &[String],
    a: &Bench,
    names: &str,
    version: &str,
) -> Result<(), String> {
    let b = server_for(version);
    for (at, file) in files.iter().enumerate() {
        let url = b.server.url("postgres");
        match (way, at) {
            (Way::Native, 0) => dumpkeep(&["restore", file, "--to", &url]),
            (Way::Native, _) => dumpkeep(&["restore", "--create", file, "--to", &url]),
            (Way::Psql, _) => b.server.load("postgres", Path::new(file)),
        }?;
    }
    oracle::postgres_globals(&a.server, &b.server)?;
    for name in names.lines() {
        let options = ["--create", "--schema-only"];
        let dump = |bench: &Bench| bench.server.reference_dump(name, &options);
        oracle::text(name, &dump(a), &dump(&b))?;
    }
    Ok(())
}

/// All cases side by side in one database, each in a schema of its own: restored both ways.
fn together(version: &str) -> Result<(), String> {
    let bench = Bench::start(version);
    bench.fresh("a");
    let cases = cases();
    let suitable = |case: &&Case| case.suits(version) && !case.is_of_servers();
    // Publications of all tables change what can be done to the others' tables.
    let (last, first): (Vec<&Case>, Vec<&Case>) = cases
        .iter()
        .filter(suitable)
        .partition(|case| case.kind.starts_with("publication"));
    for case in first.into_iter().chain(last) {
        // A second schema that several cases have makes room for the next one's.
        let setup = format!(
            "CREATE SCHEMA \"{name}\";\n{}\nSELECT format('ALTER SCHEMA s RENAME TO %I', \
             '{name} s') FROM pg_catalog.pg_namespace WHERE nspname = 's' \\gexec\n",
            case.placed(&case.setup()),
            name = case.name,
        );
        feed(&mut bench.server.psql("a"), setup.as_bytes())
            .map_err(|error| format!("{}: {error}", case.name))?;
    }
    let file = bench.dump("a", &[])?;
    let mut second = None;
    for way in [Way::Native, Way::Psql] {
        way.restore(&bench, &file, "b")?;
        oracle::postgres_as_restored((&bench.server, "a"), (&bench.server, "b"))
            .map_err(|error| format!("{way:?}: {error}"))?;
        for case in cases.iter().filter(suitable) {
            compare_answers(case, &bench, true)
                .map_err(|error| format!("{way:?}: {}: {error}", case.name))?;
        }
        let again = body(&bench.dump("b", &["--schema-only"])?);
        match &second {
            None => second = Some(again),
            Some(first) => same_script(first, &again)?,
        }
    }
    Ok(())
}

fn all(version: &str) {
    let cases = cases();
    let (of_servers, others): (Vec<&Case>, Vec<&Case>) = cases
        .iter()
        .filter(|case| case.suits(version))
        .partition(|case| case.is_of_servers());
    let mut failed = Vec::new();
    if !of_servers.is_empty()
        && let Err(error) = check_servers(&of_servers, version)
    {
        failed.push(format!("== servers' own objects on {version}\n{error}"));
    }
    let bench = Bench::start(version);
    for case in others {
        if let Err(error) = check(case, &bench) {
            failed.push(format!("== {} on {version}\n{error}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// One by one on one version, all at once on the others.
#[test]
fn postgres_18() {
    all("18");
}

#[test]
fn postgres_12() {
    all("12");
}

/// Defines a test for each version on which the cases stand side by side.
macro_rules! together {
    ($($name:ident = $version:literal;)*) => {
        $(#[test] fn $name() {
            let cases = cases();
            let of_servers: Vec<&Case> = cases
                .iter()
                .filter(|case| case.suits($version) && case.is_of_servers())
                .collect();
            if !of_servers.is_empty() {
                check_servers(&of_servers, $version).expect("equal servers");
            }
            together($version).expect("equal databases");
        })*
    };
}

together! {
    postgres_10_together = "10";
    postgres_11_together = "11";
    postgres_13_together = "13";
    postgres_14_together = "14";
    postgres_15_together = "15";
    postgres_16_together = "16";
    postgres_17_together = "17";
    postgres_18_together = "18";
}

#[test]
fn each_kind_has_a_fixture_and_each_fixture_a_kind() {
    let kinds: BTreeSet<String> = KINDS
        .iter()
        .chain(GLOBALS)
        .map(|kind| kind.name.to_owned())
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema_fixtures/postgres");
    let fixtures: BTreeSet<String> = folders(&root).iter().map(|path| last(path)).collect();
    assert_eq!(kinds, fixtures);
}
