//! Every kind of MySQL and MariaDB, from `schema_fixtures/mysql/KIND/CASE/`: loaded into one server,
//! dumped, restored into another natively and through the server's own client; both are equal to
//! the first by the oracle and by the case's `check.sql`. Cases of the server's own kinds make no
//! database: their archive is that of the globals.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use dumpkeep::archive::reader::Reader;
use dumpkeep::mysql::objects::{GLOBALS, KINDS};
use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::pipeline::globals::globals;
use dumpkeep::pipeline::verify::verify;
use dumpkeep::sql::dialect::Dialect;

use crate::support::mysql_archive;
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlOptions as Options, MySqlServer, feed};

/// One folder of the fixtures.
struct Case {
    folder: PathBuf,
    name: String,
    /// What makes a session an ordinary one.
    plain: &'static str,
}

impl Case {
    fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(file)).ok()
    }

    fn setup(&self) -> String {
        self.text("setup.sql").expect("a setup.sql in each case")
    }

    /// What it asks, in a session with ordinary settings.
    fn question(&self) -> Option<String> {
        let check = self.text("check.sql")?;
        Some(format!("{}{check}", self.plain))
    }

    /// The kind that it is about.
    fn kind(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// Whether its kind belongs to the server, not to a database.
    fn is_global(&self) -> bool {
        GLOBALS.iter().any(|kind| kind.name == self.kind())
    }

    /// Whether the reference dumper can read it; where not, `check.sql` must say it all.
    fn has_reference(&self) -> bool {
        !self.setup().contains("\n-- no reference:")
    }

    /// Whether the first line of `setup.sql` lets it run on this server.
    fn suits(&self, server: &MySqlServer, version: &str) -> bool {
        let setup = self.setup();
        let line = setup.lines().next().unwrap_or_default();
        let needs = line
            .strip_prefix("-- requires:")
            .unwrap_or_else(|| panic!("{}: the first line is no `-- requires:`", self.name));
        let flavour = if server.is_mariadb() {
            "mariadb"
        } else {
            "mysql"
        };
        let suits = |need: &str| {
            need.split_once(">=")
                .is_some_and(|(name, least)| name == flavour && number(version) >= number(least))
        };
        needs.split_whitespace().any(suits)
    }
}

fn number(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.parse().expect("a number"))
        .collect()
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema_fixtures/mysql");
    let mut found = Vec::new();
    for kind in folders(&root) {
        for folder in folders(&kind) {
            let name = folder
                .strip_prefix(&root)
                .expect("below")
                .display()
                .to_string();
            let plain = "";
            found.push(Case {
                folder,
                name,
                plain,
            });
        }
    }
    let only = std::env::var("FIXTURE").unwrap_or_default();
    found.retain(|case| only.split(',').any(|only| case.name.contains(only)));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).expect("the fixtures");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_dir()).collect()
}

/// What the script's head tells its users to load it with.
const SWITCHES: &[&str] = &["--binary-mode", "--comments"];

/// Runs a script as a user would who knows the client's two switches.
fn run(server: &MySqlServer, database: &str, script: &[u8]) -> Result<String, String> {
    let mut client = server.client(database);
    client.args(SWITCHES);
    feed(&mut client, script)
}

const DATABASE: &str = "fixture";

fn fresh(server: &MySqlServer) {
    let script = format!("DROP DATABASE IF EXISTS {DATABASE}; CREATE DATABASE {DATABASE};");
    if server.try_sql("", &script).is_ok() {
        return;
    }
    server.sql("", &format!("ALTER DATABASE {DATABASE} READ ONLY = 0"));
    server.sql("", &script);
}

/// How an archive is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Native,
    Client,
}

impl Way {
    fn restore(self, archive: &[u8], server: &MySqlServer, database: &str) -> Result<(), String> {
        let native = || mysql_archive::native(archive, &server.url(database));
        match self {
            Self::Native => native().map_err(|error| error.report()),
            Self::Client => mysql_archive::pipe(archive, server, database, SWITCHES).map(drop),
        }
    }
}

fn dump(server: &MySqlServer, schema_only: bool) -> Result<Vec<u8>, String> {
    let mut job = mysql_archive::job();
    job.deterministic = true;
    job.options.selection.schema_only = schema_only;
    let archive = mysql_archive::archive(&server.url(DATABASE), DATABASE, &job, None);
    let archive = archive.map_err(|error| error.report())?;
    let whole = Reader::open(Cursor::new(&archive)).and_then(|mut reader| verify(&mut reader));
    whole.map_err(|error| format!("verify: {}", error.report()))?;
    Ok(archive)
}

/// The script behind its header, which names the server.
fn body(archive: &[u8]) -> String {
    let script = String::from_utf8_lossy(&mysql_archive::script(archive)).into_owned();
    script.split_once("\n\n").expect("a header").1.to_owned()
}

fn dump_globals(server: &MySqlServer) -> Result<Vec<u8>, String> {
    let mut job = mysql_archive::job();
    job.deterministic = true;
    let archive = mysql_archive::wait(async {
        let source = MysqlSource::connect(&server.url(""), &mysql_archive::nowhere()).await?;
        let made = globals(&source, Dialect::Mysql, &job, Vec::new()).await?;
        Ok::<_, dumpkeep::error::Error>(made.0)
    });
    archive.map_err(|error| error.report())
}

fn check_globals(case: &Case, (a, b): (&MySqlServer, &MySqlServer)) -> Result<(), String> {
    run(a, "", format!("{}{}", case.plain, case.setup()).as_bytes())?;
    let answers = |server| {
        let check = case.question().expect("a check.sql of what is global");
        run(server, "", check.as_bytes())
    };
    let expected = answers(a)?;
    let archive = dump_globals(a)?;
    for way in [Way::Native, Way::Client] {
        prepare(case, b)?;
        way.restore(&archive, b, "")
            .map_err(|error| format!("{way:?}: {error}"))?;
        let found = answers(b)?;
        if found != expected {
            let differs = oracle::text("answer", &expected, &found).expect_err("not equal");
            return Err(format!("{way:?}: check.sql: {differs}"));
        }
        let again = body(&dump_globals(b)?);
        if again != body(&archive) {
            let differs = oracle::text("script", &body(&archive), &again).expect_err("not equal");
            return Err(format!("{way:?}: a second dump differs:\n{differs}"));
        }
        clean(case, b)?;
    }
    clean(case, a)
}

fn check(case: &Case, (a, b): (&MySqlServer, &MySqlServer), version: &str) -> Result<(), String> {
    if case.is_global() {
        return check_globals(case, (a, b));
    }
    fresh(a);
    let setup = format!("{}{}", case.plain, case.setup());
    run(a, DATABASE, setup.as_bytes())?;
    let answers = |server| {
        let check = case.question();
        check
            .map(|sql| run(server, DATABASE, sql.as_bytes()))
            .transpose()
    };
    let expected = answers(a)?;
    let state = |server| {
        case.has_reference()
            .then(|| oracle::MysqlState::of(server, DATABASE))
    };
    let original = state(a);
    let schema = body(&dump(a, true)?);
    compare_expected(case, &schema, a, version)?;
    let archive = dump(a, false)?;
    for way in [Way::Native, Way::Client] {
        fresh(b);
        prepare(case, b)?;
        let failed = |error| format!("{way:?}: {error}");
        way.restore(&archive, b, DATABASE)
            .map_err(|error| format!("{way:?}: {error}\n{schema}"))?;
        if let (Some(original), Some(copy)) = (&original, state(b)) {
            original.compare(&copy).map_err(failed)?;
        }
        let found = answers(b)?;
        if found != expected {
            let differs = oracle::text(
                "answer",
                &expected.unwrap_or_default(),
                &found.unwrap_or_default(),
            );
            return Err(format!(
                "{way:?}: check.sql: {}",
                differs.expect_err("not equal")
            ));
        }
        let again = body(&dump(b, false)?);
        if again != body(&archive) {
            let differs = oracle::text("script", &body(&archive), &again).expect_err("not equal");
            return Err(format!("{way:?}: a second dump differs:\n{differs}"));
        }
        clean(case, b)?;
    }
    clean(case, a)
}

/// What an archive needs of its server.
fn prepare(case: &Case, server: &MySqlServer) -> Result<(), String> {
    match case.text("before.sql") {
        Some(sql) => run(server, "", format!("{}{sql}", case.plain).as_bytes()).map(drop),
        None => Ok(()),
    }
}

/// What a case made outside of its database goes again.
fn clean(case: &Case, server: &MySqlServer) -> Result<(), String> {
    match case.text("clean.sql") {
        Some(sql) => run(server, "", format!("{}{sql}", case.plain).as_bytes()).map(drop),
        None => Ok(()),
    }
}

/// `expect.sql` is MariaDB 10.11's script, or MySQL 9.7's of a case that MariaDB can't run.
fn compare_expected(
    case: &Case,
    schema: &str,
    server: &MySqlServer,
    version: &str,
) -> Result<(), String> {
    let only_mysql = !case
        .setup()
        .lines()
        .next()
        .unwrap_or_default()
        .contains("mariadb");
    let reference = match server.is_mariadb() {
        true => version == "10.11",
        false => version == "9.7" && only_mysql,
    };
    if !reference {
        return Ok(());
    }
    let file = case.folder.join("expect.sql");
    if std::env::var_os("DUMPKEEP_BLESS").is_some() {
        return fs::write(&file, schema).map_err(|error| error.to_string());
    }
    let expected = case.text("expect.sql").unwrap_or_default();
    if expected == schema {
        return Ok(());
    }
    Err(format!(
        "{} is not what was dumped:\n{schema}",
        file.display()
    ))
}

fn start(options: Options) -> MySqlServer {
    // An event whose time has passed goes as soon as the scheduler sees it.
    let server = options.setting("event-scheduler=OFF").start();
    if server.is_mariadb() {
        // what its installation writes into the table by hand, no GRANT can write again
        let usual = "UPDATE mysql.proxies_priv SET proxied_host = '%'; COMMIT; FLUSH PRIVILEGES;";
        server.sql("", usual);
    }
    server
}

fn all(options: impl Fn() -> Options, version: &str) {
    let (a, b) = (start(options()), start(options()));
    let mut failed = Vec::new();
    for case in cases().iter().filter(|case| case.suits(&a, version)) {
        if let Err(error) = check(case, (&a, &b), version) {
            let _ = (clean(case, &a), clean(case, &b));
            failed.push(format!("== {}\n{error}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Each kind has a fixture, each fixture a kind.
#[test]
fn every_kind_has_a_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema_fixtures/mysql");
    let mut found: Vec<String> = folders(&root)
        .iter()
        .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
        .collect();
    let mut kinds: Vec<String> = KINDS
        .iter()
        .chain(GLOBALS)
        .map(|kind| kind.name.to_owned())
        .collect();
    found.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(found, kinds);
}

/// The table of kinds in the documentation is the registry, in its order; what it and the table of
/// losses name as a fixture is one.
#[test]
fn the_documentation_names_every_kind_and_real_fixtures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/mysql.md")).expect("docs/mysql.md");
    let kinds: Vec<&str> = KINDS.iter().chain(GLOBALS).map(|kind| kind.name).collect();
    let (_, table) = text.split_once("## Kinds").expect("a table of kinds");
    let (table, rest) = table.split_once("\n## ").expect("an end of the table");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let named: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    assert_eq!(named, kinds);
    let cells = rest.split('`').filter(|cell| {
        let kind = cell.split_once('/').map(|(kind, _)| kind);
        kind.is_some_and(|kind| kinds.contains(&kind))
    });
    for case in cells {
        let folder = root.join("schema_fixtures/mysql").join(case);
        assert!(
            folder.is_dir(),
            "docs/mysql.md names {case}, which is no fixture"
        );
    }
}

#[test]
fn mariadb_10_5() {
    all(|| MariaDb::with("10.5"), "10.5");
}

#[test]
fn mariadb_10_11() {
    all(|| MariaDb::with("10.11"), "10.11");
}

#[test]
fn mariadb_11_8() {
    all(|| MariaDb::with("11.8"), "11.8");
}

#[test]
fn mysql_9_7() {
    all(|| MySql::with("9.7"), "9.7");
}

#[test]
fn mysql_5_6() {
    all(|| MySql::with("5.6"), "5.6");
}

/// Global settings that change what statements mean, as far as they can stand together.
const HOSTILE: &[&str] = &[
    "sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,STRICT_ALL_TABLES,NO_ZERO_DATE,\
     NO_ZERO_IN_DATE,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,REAL_AS_FLOAT,NO_UNSIGNED_SUBTRACTION,\
     PAD_CHAR_TO_FULL_LENGTH",
    "character-set-server=latin1",
    "collation-server=latin1_german2_ci",
    "autocommit=0",
    "completion-type=CHAIN",
    "default-storage-engine=MyISAM",
    "explicit-defaults-for-timestamp=0",
    "group-concat-max-len=4",
    "max-allowed-packet=1M",
    "transaction-isolation=READ-UNCOMMITTED",
];

/// What each flavour has beside these; MariaDB's zones end sooner.
const HOSTILE_MARIADB: &[&str] = &[
    "default-time-zone=+12:45",
    "sql-mode=ORACLE,ANSI_QUOTES,\
     NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,EMPTY_STRING_IS_NULL,STRICT_ALL_TABLES",
];
/// MySQL prints a character set behind each collation that is not its first, the second time.
const HOSTILE_MYSQL: &[&str] = &[
    "collation-server=latin1_swedish_ci",
    "default-time-zone=+13:45",
    "loose-sql-require-primary-key=1",
    "loose-sql-generate-invisible-primary-key=1",
];

/// The settings of an ordinary session, under which the fixtures are made.
const PLAIN: &str = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', \
     autocommit = 1, completion_type = 'NO_CHAIN', time_zone = '+00:00', \
     default_storage_engine = InnoDB, group_concat_max_len = 1000000, \
     explicit_defaults_for_timestamp = 1;\n";

/// Every sixth fixture, or all with DUMPKEEP_HOSTILE.
fn hostile(options: Options, own: &[&str], (plain, version): (&'static str, &str)) {
    let settings = HOSTILE.iter().chain(own);
    let options = settings.fold(options, |options, one| options.setting(one));
    let (a, b) = (start(options.clone()), start(options));
    let every = match std::env::var_os("DUMPKEEP_HOSTILE") {
        Some(_) => 1,
        None => 6,
    };
    let mut failed = Vec::new();
    let suits = |case: &Case| case.suits(&a, version);
    for mut case in cases().into_iter().filter(suits).step_by(every) {
        case.plain = plain;
        // the scripts of another version's servers are not expected here
        if let Err(error) = check(&case, (&a, &b), "hostile") {
            let _ = (clean(&case, &a), clean(&case, &b));
            failed.push(format!("== {}\n{error}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn hostile_settings_change_nothing_on_mariadb() {
    let mariadb = MariaDb::with("11.8");
    hostile(mariadb, HOSTILE_MARIADB, (PLAIN, "11.8"));
}

#[test]
fn hostile_settings_change_nothing_on_mysql() {
    const ALSO: &str = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', \
         autocommit = 1, completion_type = 'NO_CHAIN', time_zone = '+00:00', \
         default_storage_engine = InnoDB, group_concat_max_len = 1000000, \
         explicit_defaults_for_timestamp = 1, sql_require_primary_key = 0, \
         sql_generate_invisible_primary_key = 0;\n";
    hostile(MySql::with("9.7"), HOSTILE_MYSQL, (ALSO, "9.7"));
}
