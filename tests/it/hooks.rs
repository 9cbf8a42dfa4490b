//! Hooks of every kind of run, and hooks that behave badly.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::night::Night;
use crate::support::server::{MariaDb, MySqlServer};

const STAGES: [&str; 10] = [
    "pre_backup",
    "post_global_backup",
    "post_global_backup_failure",
    "post_db_backup",
    "post_db_backup_failure",
    "post_rotate",
    "post_cleanup",
    "post_backup",
    "post_mail",
    "failure",
];

fn server() -> MySqlServer {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
    server
}

/// A night whose every stage is recorded, but for those that `other` says.
struct Recorded {
    night: Night,
    record: PathBuf,
}

impl Recorded {
    fn new(server: &MySqlServer, databases: &str, other: &[(&str, &str)]) -> Self {
        let kept = tempfile::tempdir().expect("a folder").keep();
        let record = kept.join("record");
        let line = format!(
            "(env | grep '^DUMPKEEP_[A-Z_]*=' | sort; cat; echo) >> {}",
            record.display()
        );
        let mut hooks = String::from("[hooks]\n");
        for stage in STAGES {
            let own = other.iter().find(|(name, _)| *name == stage);
            let value = own.map_or_else(|| format!("{line:?}"), |(_, value)| (*value).to_owned());
            hooks.push_str(&format!("{stage} = {value}\n"));
        }
        let url = server.url("");
        let night = Night::new(&format!(
            "{hooks}\n[[target]]\nname = \"t\"\nurl = \"{url}\"\ndatabases = {databases}\n"
        ));
        Self { night, record }
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.record).unwrap_or_default()
    }

    /// The stages that were recorded, with the database where there is one.
    fn stages(&self) -> Vec<String> {
        let text = self.text();
        let lines = text.lines().filter_map(|line| line.strip_prefix('{'));
        let parsed = lines.map(|line| {
            let json: serde_json::Value = serde_json::from_str(&format!("{{{line}")).expect("JSON");
            let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
            format!("{} {}", text("stage"), text("database"))
                .trim()
                .to_owned()
        });
        parsed.collect()
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        if let Some(folder) = self.record.parent() {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Whether the process whose id a hook wrote into the store's root is there still.
fn alive(run: &Recorded, file: &str) -> bool {
    let id = fs::read_to_string(run.night.store().join(file)).expect("an id");
    let status = fs::read_to_string(format!("/proc/{}/status", id.trim()));
    // Ended, but not waited for by whoever inherited it, is ended.
    status.is_ok_and(|status| !status.contains("State:\tZ"))
}

#[test]
fn a_good_run_and_what_its_hooks_are_told() {
    let server = server();
    let run = Recorded::new(&server, "[\"shop\"]", &[]);
    let ran = run.night.run(&["backup"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert_eq!(
        run.stages(),
        [
            "pre_backup",
            "post_global_backup __GLOBAL__",
            "post_rotate __GLOBAL__",
            "post_db_backup shop",
            "post_rotate shop",
            "post_cleanup",
            "post_backup",
        ]
    );
    let text = run.text();
    for said in [
        "DUMPKEEP_STAGE=post_db_backup",
        "DUMPKEEP_TARGET=t",
        "DUMPKEEP_KIND=mysql",
        "DUMPKEEP_DATABASE=shop",
        "DUMPKEEP_STATUS=success",
        "/t/shop/dumps/shop_",
        "/t/shop/daily/",
        "DUMPKEEP_SIZE=",
        "DUMPKEEP_DURATION=",
        "DUMPKEEP_RUN_ID=",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn failures_have_their_own_hooks() {
    let server = server();
    let run = Recorded::new(&server, "[\"shop\", \"nosuch\"]", &[]);
    assert_eq!(run.night.run(&["backup"]).code, Some(4));
    let stages = run.stages();
    assert_eq!(
        stages
            .iter()
            .filter(|stage| stage.ends_with("nosuch"))
            .count(),
        1
    );
    assert!(stages.contains(&"post_db_backup_failure nosuch".to_owned()));
    assert!(stages.contains(&"post_db_backup shop".to_owned()));
    assert_eq!(stages.last().map(String::as_str), Some("failure"));
    assert!(
        run.text()
            .contains("DUMPKEEP_ERROR=there is no database nosuch")
    );
}

#[test]
fn a_failed_pre_backup_stops_the_run() {
    let server = server();
    let run = Recorded::new(
        &server,
        "[\"shop\"]",
        &[("pre_backup", "\"echo no; exit 3\"")],
    );
    let ran = run.night.run(&["backup"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.err.contains("hook pre_backup failed: exit code 3"),
        "{ran:?}"
    );
    assert_eq!(run.stages(), ["failure"]);
    assert!(run.night.files().is_empty());
}

#[test]
fn a_failed_hook_is_5_or_a_warning() {
    let server = server();
    let missing = "[\"/nonexistent/program\"]";
    let run = Recorded::new(&server, "[\"shop\"]", &[("post_db_backup", missing)]);
    let ran = run.night.run(&["backup"]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert_eq!(run.night.dumps("shop").len(), 1);
    assert_eq!(run.stages().last().map(String::as_str), Some("failure"));

    let warned = format!("{{ command = {missing}, on_error = \"warn\" }}");
    let run = Recorded::new(&server, "[\"shop\"]", &[("post_db_backup", &warned)]);
    let ran = run.night.run(&["backup"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("cannot be started"), "{ran:?}");
}

#[test]
fn hooks_that_behave_badly_neither_hang_nor_break_the_run() {
    let server = server();
    let hooks = [
        ("pre_backup", "\"exec <&-; exit 0\""),
        ("post_global_backup", "\"yes flood | head -c 5000000\""),
        ("post_rotate", "\"sleep 20 & exit 0\""),
        (
            "post_db_backup",
            "{ command = \"trap '' TERM; sleep 601 & echo $! > child; sleep 601\", timeout = \"1s\" }",
        ),
        ("post_cleanup", "\"kill -9 $$\""),
    ];
    let run = Recorded::new(&server, "[\"shop\"]", &hooks);
    let clock = Instant::now();
    let ran = run.night.run(&["backup", "-v"]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(clock.elapsed() < Duration::from_secs(60));
    for said in [
        "ran longer than 1.0s and was ended",
        "killed by signal 9",
        "says more than is logged",
    ] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err.len());
    }
    assert!(!alive(&run, "child"), "the whole group was ended");
}

#[test]
fn an_interrupted_run_still_says_so() {
    let server = server();
    let run = Recorded::new(
        &server,
        "[\"shop\"]",
        &[(
            "post_global_backup",
            "\"sleep 602 & echo $! > child; wait\"",
        )],
    );
    let mut child = run.night.command().spawn().expect("dumpkeep starts");
    let mut waited = 0;
    while run.night.dumps("__GLOBAL__").is_empty() && waited < 200 {
        std::thread::sleep(Duration::from_millis(50));
        waited += 1;
    }
    std::thread::sleep(Duration::from_millis(500));
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill")
            .success()
    );
    assert_eq!(child.wait().expect("ends").code(), Some(143));
    assert_eq!(run.stages(), ["pre_backup", "failure"]);
    assert!(run.text().contains("DUMPKEEP_ERROR=interrupted by SIGTERM"));
    assert!(!alive(&run, "child"), "the hook was ended too");
}

/// The stages of every kind of run, against docs/hooks.md. Of commands, so that each part can fail.
#[test]
fn the_order_of_every_kind_of_run_is_the_documented_one() {
    let page = include_str!("../../docs/hooks.md");
    for (run, global, dump, hook, code) in [
        ("all well", "echo g", "echo x", "", 0),
        ("the globals fail", "exit 1", "echo x", "", 3),
        (
            "one database fails",
            "echo g",
            "test $DUMPKEEP_DATABASE = a && echo x",
            "",
            4,
        ),
        ("all fail", "exit 1", "exit 1", "", 4),
        ("a hook fails", "echo g", "echo x", "post_cleanup", 5),
        ("pre_backup fails", "echo g", "echo x", "pre_backup", 1),
    ] {
        let mut hooks = String::from("[hooks]\n");
        for stage in STAGES {
            let end = if stage == hook { "; exit 1" } else { "" };
            hooks.push_str(&format!(
                "{stage} = \"echo $DUMPKEEP_STAGE $DUMPKEEP_DATABASE >> said{end}\"\n"
            ));
        }
        let night = Night::new(&format!(
            "{hooks}[[target]]\nname = \"t\"\nkind = \"command\"\nlist = \"echo a; echo b\"\nglobal = \"{global}\"\ndump = \"{dump}\"\n"
        ));
        assert_eq!(night.run(&["backup"]).code, Some(code), "{run}");
        let said = fs::read_to_string(night.store().join("said")).expect("hooks ran");
        let said: Vec<&str> = said.lines().map(str::trim).collect();
        let row = format!("| {run} | {} | {code} |", said.join(", "));
        assert!(page.contains(&row), "{row}");
    }
}
