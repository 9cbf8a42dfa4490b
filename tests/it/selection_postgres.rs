//! `dump`'s selection and output switches on PostgreSQL, with pg_dump 18 as the referee: what ours
//! and the reference's script make of the same switches, each loaded into a database of its own, is
//! the same by the reference's dump of both. A few cases run on every version;
//! `DUMPKEEP_SELECTIONS=all` runs them all there too.

use std::path::Path;

use crate::support::command::{Ran, ran};
use crate::support::server::{Postgres, feed, output};

/// What is to be selected from, and what the target has already: a part of a database needs the rest.
fn sample(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    std::fs::read_to_string(folder.join(name)).expect("the sample")
}

struct Bench {
    server: Postgres,
    version: u32,
    files: tempfile::TempDir,
}

impl Bench {
    fn start(version: &str) -> Self {
        let server = Postgres::with(version)
            .setting("shared_preload_libraries", "")
            .start();
        server.sql("postgres", "CREATE ROLE reader; CREATE ROLE owner_b");
        server.create_database("a");
        server.sql("a", &sample("selection_sample.sql"));
        server.create_database("prepared");
        server.sql("prepared", &sample("selection_prepared.sql"));
        let version = version.parse().expect("a version");
        let files = tempfile::tempdir().expect("a folder");
        Self {
            server,
            version,
            files,
        }
    }

    fn fresh(&self, database: &str) {
        let sql = format!("DROP DATABASE IF EXISTS {database}");
        self.server.sql("postgres", &sql);
        let sql = format!("CREATE DATABASE {database} TEMPLATE prepared");
        self.server.sql("postgres", &sql);
    }

    /// Stops at no error: a part of a database may need what is not there, in both scripts.
    fn load(&self, database: &str, script: &str) -> String {
        self.fresh(database);
        let mut client = self.server.client("psql", database);
        client.args(["-X", "-q"]);
        feed(&mut client, script.as_bytes()).expect("psql runs");
        objects(&self.server.reference_dump(database, &[]))
    }

    fn ours(&self, switches: &[&str]) -> Ran {
        let url = self.server.url("a");
        let fixed = ["dump", &url, "-o", "-", "-Z", "none"];
        let one: &[&str] = match switches.contains(&"--jobs") {
            true => &[],
            false => &["-j", "1"],
        };
        ran(&[&fixed[..], one, switches].concat())
    }

    fn reference(&self, switches: &[&str]) -> Result<String, String> {
        output(self.server.client("pg_dump", "a").args(switches))
    }

    /// The same switches for both, or ours and the reference's where they differ.
    fn compare(&self, ours: &[&str], reference: &[&str]) -> Result<(), String> {
        let own = self.ours(ours);
        let script = match self.reference(reference) {
            Ok(script) => script,
            Err(error) if own.code == Some(2) || own.code == Some(1) => {
                return match error.is_empty() {
                    true => Err("an error without a word".to_owned()),
                    false => Ok(()),
                };
            }
            Err(error) => return Err(format!("the reference alone refuses: {error}")),
        };
        if own.code != Some(0) {
            return Err(format!("{:?}: {}", own.code, own.err));
        }
        let (wanted, found) = (self.load("r", &script), self.load("o", &own.out));
        crate::support::oracle::text("what was restored", &wanted, &found)
    }
}

/// A script with its objects in an order of their own.
fn objects(script: &str) -> String {
    let mut objects: Vec<&str> = script.split("\n--\n-- ").collect();
    objects.sort_unstable();
    objects.join("\n-- ")
}

/// Switches that mean the same to both.
const CASES: &[&[&str]] = &[
    &[],
    &["-t", "orders"],
    &["-t", "a.*", "-T", "a.log*"],
    &["-n", "b"],
    &["--schema-only", "--no-comments", "--no-policies"],
    &["--section=data"],
    &["--data-only"],
    &["--no-owner", "--no-privileges", "--no-security-labels"],
    // From here on 18 alone, unless asked.
    &["-t", "measures"],
    &["-t", "measures_2024"],
    &["--table-and-children=measures"],
    &["--exclude-table-and-children=measures"],
    &["--exclude-table=measures"],
    &["--exclude-table=parent"],
    &["-t", "child"],
    &["-t", "parent", "-t", "measures*"],
    &[
        "--exclude-table-data=orders",
        "--exclude-table-data=totals",
        "--exclude-table-data=*_seq",
    ],
    &["--exclude-table-data-and-children=measures"],
    &["-n", "a", "-n", "b"],
    &["-n", "a", "-T", "a.log"],
    &["-N", "a"],
    &["-N", "public"],
    &["-n", "public", "-t", "a.log"],
    &["-t", "orders_id_seq"],
    &["-t", "free_seq", "-t", "takes_free"],
    &["-t", "names_moved"],
    &["-T", "names_moved_seq"],
    &["-N", "b", "-t", "totals", "-t", "cheap"],
    &["-t", "\"Odd.Name\"", "-t", "a.\"we\"\"ird\""],
    &["-t", "?ut", "-t", "(items|orders)"],
    &["-t", "[o-p]rders", "-t", "a.lo?"],
    &["-t", "*.log", "-t", "A.LOG"],
    &["-t", "a.public.log"],
    &["-t", "nosuch"],
    &["-t", "nosuch", "-t", "orders"],
    &["-t", "nosuch", "-t", "orders", "--strict-names"],
    &["-n", "nosuch"],
    &["-N", "nosuch", "-T", "nosuch", "--strict-names"],
    &["-t", "shadowed"],
    &["-e", "hstore"],
    &["--exclude-extension=hstore"],
    &["-e", "nosuch"],
    &["-e", "hstore", "-n", "b"],
    &["--section=pre-data", "--section=post-data"],
    &["--section=post-data"],
    &["-N", "pg_catalog"],
    &["-e", "plpgsql"],
    &["--data-only", "-t", "items", "-t", "orders"],
    &["--schema-only", "-t", "orders"],
    &["--schema-only", "--large-objects"],
    &["-t", "a.*grouped"],
    &["-t", "a.uses_grouped", "-T", "a.grouped"],
    &["--no-data"],
    &["--no-schema", "-t", "orders"],
    &["--large-objects", "-t", "orders"],
    &["--no-large-objects"],
    &["--no-large-objects", "--data-only"],
    &["--no-publications", "--no-subscriptions"],
    &[
        "--no-tablespaces",
        "--no-table-access-method",
        "--no-toast-compression",
    ],
    &["--no-unlogged-table-data"],
    &[
        "--no-unlogged-table-data",
        "-t",
        "a.fleeting",
        "-t",
        "orders",
    ],
    &["--inserts"],
    &["--column-inserts", "-t", "orders"],
    &["--rows-per-insert=7"],
    &["--inserts", "--on-conflict-do-nothing", "-t", "orders"],
    &["--load-via-partition-root"],
    &["--serializable-deferrable"],
    &["--enable-row-security", "--inserts"],
    &["--clean", "--if-exists"],
    &["--clean", "--if-exists", "-t", "orders", "-t", "cheap"],
    &["--role=postgres", "-t", "orders"],
    &["--include-foreign-data=loop*", "-t", "far"],
    &["--include-foreign-data=nosuch"],
];

/// How many of them run on every version.
const EVERYWHERE: usize = 8;

fn all(version: &str) {
    let bench = Bench::start(version);
    let only = std::env::var("DUMPKEEP_SELECTIONS").unwrap_or_default();
    let count = match version == "18" || !only.is_empty() {
        true => CASES.len(),
        false => EVERYWHERE,
    };
    let mut failed = Vec::new();
    for case in CASES.iter().take(count) {
        if !only.is_empty() && only != "all" && !case.join(" ").contains(&only) {
            continue;
        }
        if let Err(error) = bench.compare(case, case) {
            failed.push(format!("== {} on {version}\n{error}", case.join(" ")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn switches_mean_what_they_mean_to_the_reference_on_12() {
    all("12");
}

#[test]
fn switches_mean_what_they_mean_to_the_reference_on_15() {
    all("15");
}

#[test]
fn switches_mean_what_they_mean_to_the_reference_on_18() {
    all("18");
}

/// What has no counterpart, or is an error.
#[test]
fn switches_of_our_own() {
    let bench = Bench::start("15");
    filter_files_are_those_of_the_reference(&bench);
    conditions_choose_rows(&bench);
    wrong_switches_are_usage_errors(&bench);
    triggers_are_off_while_rows_load(&bench);
    another_sessions_snapshot_is_read(&bench);
    hidden_rows_are_an_error_or_left_out(&bench);
    who_may_read_a_part_may_dump_it(&bench);
    assert_eq!(bench.version, 15);
}

fn filter_files_are_those_of_the_reference(bench: &Bench) {
    let path = bench.files.path().join("filter");
    let lines = "# a comment\ninclude table orders # why\ninclude table \"Odd.Name\"\n\
                 include table_and_children measures\n\nexclude table measures_2025\n\
                 exclude table_data orders\n";
    std::fs::write(&path, lines).expect("the filter");
    let switch = format!("--filter={}", path.to_str().expect("UTF-8"));
    bench.compare(&[&switch], &[&switch]).expect("the filter");
    // It leaves nothing out but other extensions, unlike `--extension`.
    std::fs::write(&path, "include extension citext\n").expect("the filter");
    bench.compare(&[&switch], &[&switch]).expect("the filter");
    bench
        .compare(&[&switch, "-e", "hstore"], &[&switch, "-e", "hstore"])
        .expect("the filter");
    std::fs::write(&path, "include tables x\n").expect("the filter");
    let refused = bench.ours(&[&switch]);
    assert!(
        refused.code == Some(2) && refused.err.contains("line 1"),
        "{refused:?}"
    );
}

fn conditions_choose_rows(bench: &Bench) {
    let of = |switches: &[&str]| {
        let ran = bench.ours(&[&["-a", "-t", "orders", "-t", "\"Odd.Name\""], switches].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    };
    let rows = |script: &str| {
        script
            .lines()
            .filter(|line| line.contains("\tnote "))
            .count()
    };
    assert_eq!(rows(&of(&[])), 40);
    assert_eq!(rows(&of(&["--where", "orders=id <= 10"])), 10);
    let two = [
        "--where",
        "orders=id <= 10",
        "--where",
        "public.ord*=id > 5",
    ];
    assert_eq!(rows(&of(&two)), 5);
    assert_eq!(rows(&of(&["--where", "orders=note = 'a = b; --'"])), 0);
    assert!(!of(&["--where", "\"Odd.Name\"=\"a=b\" > 1"]).contains("\n1\n"));
}

fn wrong_switches_are_usage_errors(bench: &Bench) {
    for switches in [
        &["--where", "orders=true) TO PROGRAM 'id' --"][..],
        &["--where", "orders=true; DROP TABLE orders"],
        &["--where", "orders=1 --"],
        &["--where", "orders='"],
        &["--where", "nosuch=true"],
        &["--where", "orders"],
        &["-s", "-a"],
        &["-a", "--clean"],
        &["--if-exists"],
        &["--disable-triggers"],
        &["-t", "a.b.c.d"],
        &["-t", "other.public.orders"],
        &["-t", "\"orders"],
        &["-t", "(orders"],
        &["-t", "'; DROP TABLE orders; --"],
        &["-t", "pg_class"],
        &["-n", "information_schema"],
        &["-e", "a.b"],
        &["--frame-size", "1"],
        &["--jobs", "0"],
        &["--rows-per-insert", "0"],
        &["--on-conflict-do-nothing"],
        &["-s", "--include-foreign-data", "loop*"],
        &["--filter", "/nosuch"],
    ] {
        let ran = bench.ours(switches);
        assert_eq!(ran.code, Some(2), "{switches:?}: {ran:?}");
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{ran:?}");
    }
    assert_eq!(bench.server.sql("a", "SELECT count(*) FROM orders"), "40");
    let partly = bench.ours(&["-t", "nosuch", "-t", "orders"]);
    assert!(partly.err.contains("nosuch"), "{partly:?}");
}

/// Rows into tables with foreign keys: in their order, or in none with the triggers off.
fn triggers_are_off_while_rows_load(bench: &Bench) {
    bench.server.create_database("made");
    let definitions = bench.ours(&["-s", "-n", "public", "-n", "a", "-n", "b"]);
    feed(
        bench.server.client("psql", "made").args(["-q"]),
        definitions.out.as_bytes(),
    )
    .expect("psql");
    for switches in [&["-a"][..], &["-a", "--disable-triggers"]] {
        let tables = ["-t", "items", "-t", "orders", "-t", "measures*"];
        let rows = bench.ours(&[switches, &tables[..]].concat());
        bench
            .server
            .sql("made", "TRUNCATE orders, items, measures CASCADE");
        feed(&mut bench.server.psql("made"), rows.out.as_bytes()).expect("the rows load");
        assert_eq!(bench.server.sql("made", "SELECT count(*) FROM items"), "30");
        let file = bench.files.path().join("rows.zst");
        let file = file.to_str().expect("UTF-8");
        let dumped = ran(&[
            &["dump", &bench.server.url("a"), "--force", "-o", file],
            switches,
            &tables[..],
        ]
        .concat());
        assert_eq!(dumped.code, Some(0), "{dumped:?}");
        for more in [&["--into-existing"][..], &["--data-only", "--jobs", "3"]] {
            bench
                .server
                .sql("made", "TRUNCATE orders, items, measures CASCADE");
            let url = bench.server.url("made");
            let restored = ran(&[&["restore", file, "--to", &url], more].concat());
            assert_eq!(restored.code, Some(0), "{restored:?}");
            assert_eq!(bench.server.sql("made", "SELECT count(*) FROM items"), "30");
        }
    }
    let circle = bench.ours(&["-a", "-t", "round", "-t", "trip"]);
    assert!(circle.err.contains("circle"), "{circle:?}");
}

fn another_sessions_snapshot_is_read(bench: &Bench) {
    let (mut session, name) = exporting(bench);
    bench
        .server
        .sql("a", "INSERT INTO a.log VALUES (99, 'later')");
    let rows = |switches: &[&str]| bench.ours(&[&["-a", "-t", "a.log"], switches].concat());
    assert!(rows(&[]).out.contains("later"));
    for jobs in ["1", "3"] {
        let old = rows(&["--snapshot", &name, "--jobs", jobs]);
        assert!(old.code == Some(0) && !old.out.contains("later"), "{old:?}");
    }
    drop(session.stdin.take());
    session.wait().expect("psql ends");
    bench.server.sql(
        "a",
        "ALTER TABLE a.log REPLICA IDENTITY FULL; DELETE FROM a.log WHERE id = 99; \
         ALTER TABLE a.log REPLICA IDENTITY DEFAULT",
    );
    let gone = rows(&["--snapshot", &name]);
    assert!(
        gone.code == Some(1) && gone.err.contains("snapshot"),
        "{gone:?}"
    );
}

/// A session that holds a snapshot open until its input ends.
fn exporting(bench: &Bench) -> (std::process::Child, String) {
    use std::io::{BufRead as _, Write as _};
    let mut command = bench.server.psql("a");
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut session = command.spawn().expect("psql starts");
    let begin = b"BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot();\n";
    let input = session.stdin.as_mut().expect("its input");
    input.write_all(begin).expect("psql reads");
    let mut name = String::new();
    let out = session.stdout.as_mut().expect("its output");
    std::io::BufReader::new(out)
        .read_line(&mut name)
        .expect("a name");
    (session, name.trim().to_owned())
}

fn hidden_rows_are_an_error_or_left_out(bench: &Bench) {
    let url = bench
        .server
        .url("a")
        .replace("user=postgres", "user=reader");
    let dump = |switches: &[&str]| {
        let fixed = [
            "dump",
            &url,
            "-o",
            "-",
            "-Z",
            "none",
            "-a",
            "-t",
            "a.private",
        ];
        ran(&[&fixed[..], switches].concat())
    };
    bench.server.sql("postgres", "ALTER ROLE reader LOGIN");
    let refused = dump(&[]);
    assert!(
        refused.code == Some(1) && refused.err.contains("a.private"),
        "{refused:?}"
    );
    let shown = dump(&["--enable-row-security", "--inserts"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(
        shown.out.contains("shown") && !shown.out.contains("hidden"),
        "{shown:?}"
    );
    assert!(shown.out.contains("row_security = 'on'"), "{shown:?}");
}

/// Nothing but what is selected is locked or read: not the other tables, nor their sequences.
fn who_may_read_a_part_may_dump_it(bench: &Bench) {
    let url = bench
        .server
        .url("a")
        .replace("user=postgres", "user=reader");
    let dump =
        |switches: &[&str]| ran(&[&["dump", &url, "-o", "-", "-Z", "none"], switches].concat());
    let part = dump(&["-t", "a.log"]);
    assert!(
        part.code == Some(0) && part.out.contains("COPY a.log"),
        "{part:?}"
    );
    let whole = dump(&[]);
    assert!(
        whole.code == Some(1) && whole.err.contains("permission denied"),
        "{whole:?}"
    );
    let definitions = bench.ours(&["-t", "a.log", "--role", "reader"]);
    assert_eq!(definitions.code, Some(0), "{definitions:?}");
    let refused = bench.ours(&["--role", "reader"]);
    assert!(
        refused.code == Some(1) && refused.out.is_empty(),
        "{refused:?}"
    );
}

/// Archives with a selection are archives: verified, and restored natively.
#[test]
fn a_selection_is_an_archive() {
    let server = Postgres::start("18");
    server.create_database("a");
    server.sql(
        "a",
        "CREATE TABLE t (id serial PRIMARY KEY, b text); INSERT INTO t (b) SELECT i FROM \
         generate_series(1, 5000) i; CREATE TABLE u (a int); CREATE VIEW v AS SELECT * FROM t",
    );
    server.create_database("b");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("t.sql.zst");
    let name = file.to_str().expect("UTF-8");
    let (from, to) = (server.url("a"), server.url("b"));
    let small = ["--rows-per-insert", "9", "--frame-size", "64KiB"];
    let dumped = ran(&[&["dump", &from, "-o", name, "-t", "t"], &small[..]].concat());
    assert_eq!(dumped.code, Some(0), "{dumped:?}");
    assert_eq!(ran(&["verify", name]).code, Some(0));
    let restored = ran(&["restore", name, "--to", &to]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let state = "SELECT count(*), sum(b::int), (SELECT last_value FROM t_id_seq), \
                 to_regclass('u') IS NULL, to_regclass('v') IS NULL FROM t";
    assert_eq!(server.sql("b", state), "5000|12502500|5000|t|t");
    server.create_database("c");
    server.load("c", Path::new(name)).expect("psql takes it");
    assert_eq!(server.sql("c", state), server.sql("b", state));
}

/// What is granted on the system's own objects belongs to their schema.
#[test]
fn grants_of_an_excluded_system_schema_stay_out() {
    let server = Postgres::start("18");
    server.create_database("a");
    server.sql(
        "a",
        "GRANT SELECT ON pg_catalog.pg_authid TO PUBLIC; GRANT CREATE ON SCHEMA pg_catalog TO PUBLIC",
    );
    let url = server.url("a");
    for (switches, stays) in [
        (&["-N", "public"][..], true),
        (&["-N", "pg_catalog"], false),
        (&["-N", "p*"], false),
        (&["-n", "public"], false),
    ] {
        let dumped = ran(&[&["dump", &url, "-o", "-", "-Z", "none"], switches].concat());
        assert_eq!(dumped.code, Some(0), "{switches:?}: {}", dumped.err);
        for granted in ["pg_authid", "CREATE ON SCHEMA pg_catalog"] {
            assert_eq!(
                dumped.out.contains(granted),
                stays,
                "{switches:?} {granted}"
            );
        }
    }
}
