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

/// What the page about hooks says.
const PAGE: &str = include_str!("../../docs/hooks.md");

/// A kind of run, of commands, so that each part can fail: the programs that list, save the globals
/// and save a database, and the hook that fails.
struct Kind {
    name: &'static str,
    list: &'static str,
    global: &'static str,
    dump: &'static str,
    hook: &'static str,
    code: i32,
}

const WELL: Kind = Kind {
    name: "all well",
    list: "echo a; echo b",
    global: "echo g",
    dump: "echo x",
    hook: "",
    code: 0,
};
const ONLY_A: &str = "test $DUMPKEEP_DATABASE = a && echo x";

#[rustfmt::skip]
const KINDS: [Kind; 8] = [
    WELL,
    Kind { name: "the globals fail", global: "exit 1", code: 3, ..WELL },
    Kind { name: "one database fails", dump: ONLY_A, code: 4, ..WELL },
    Kind { name: "all fail", global: "exit 1", dump: "exit 1", code: 4, ..WELL },
    Kind { name: "the server is not reached", list: "exit 1", code: 4, ..WELL },
    Kind { name: "a hook fails", hook: "post_cleanup", code: 5, ..WELL },
    Kind { name: "pre_backup fails", hook: "pre_backup", code: 1, ..WELL },
    Kind { name: "a signal ends it at b", dump: "test $DUMPKEEP_DATABASE = b && sleep 600; echo x", code: 143, ..WELL },
];

impl Kind {
    /// A night whose hooks write down their stages, and which variables they have.
    fn night(&self, mail: &str) -> Night {
        let mut hooks = String::from("[hooks]\n");
        for stage in STAGES {
            let end = if stage == self.hook { "; exit 1" } else { "" };
            let line = format!(
                "echo $DUMPKEEP_STAGE $DUMPKEEP_DATABASE >> said; \
                 echo $DUMPKEEP_STAGE,$DUMPKEEP_STATUS,$(env | sed -n 's/^DUMPKEEP_\\([A-Z_]*\\)=.*/\\1/p') >> variables{end}"
            );
            hooks.push_str(&format!("{stage} = {line:?}\n"));
        }
        let Self {
            list, global, dump, ..
        } = self;
        Night::new(&format!(
            "{mail}{hooks}[[target]]\nname = \"t\"\nkind = \"command\"\nhost = \"h\"\nport = 1\n\
             databases = [\"a\", \"b\"]\nlist = {list:?}\nglobal = {global:?}\ndump = {dump:?}\n"
        ))
    }

    /// Runs it; where a signal is to end it, when b is under way.
    fn code(&self, night: &Night) -> Option<i32> {
        if self.code != 143 {
            return night.run(&["backup"]).code;
        }
        let mut child = night.command().spawn().expect("dumpkeep starts");
        let under_way = || {
            let mut files = night.files().into_keys();
            files.any(|name| name.starts_with("t/b/") && name.ends_with(".partial"))
        };
        while !under_way() {
            std::thread::sleep(Duration::from_millis(50));
            assert!(child.try_wait().expect("asked").is_none(), "it ended");
        }
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("kill starts").success());
        child.wait().expect("it ends").code()
    }
}

fn lines(night: &Night, file: &str) -> Vec<String> {
    let text = fs::read_to_string(night.store().join(file)).expect("hooks ran");
    text.lines().map(|line| line.trim().to_owned()).collect()
}

/// Checks what the hooks of a run were told against the page's table of variables.
fn check_variables(night: &Night) {
    for line in lines(night, "variables") {
        let mut parts = line.splitn(3, ',');
        let mut part = || parts.next().expect("three parts").to_owned();
        let (stage, status, names) = (part(), part(), part());
        let given: Vec<&str> = names.split(' ').collect();
        // In the page's order; a name that it does not know is at no place.
        let mut known = dumpkeep::hooks::facts::VARIABLES
            .map(|(name, _)| &name["DUMPKEEP_".len()..])
            .to_vec();
        known.retain(|name| given.contains(name));
        assert_eq!(known.len(), given.len(), "{names}");
        assert_eq!(known[..3], ["STAGE", "RUN_ID", "ROOT"], "{names}");
        let known = match known[3..].join(", ") {
            none if none.is_empty() => "none".to_owned(),
            some => some,
        };
        let row = format!("| {stage} | {status} | {known} |");
        assert!(PAGE.contains(&row), "{row}");
    }
}

#[test]
fn order_and_environment_of_every_kind_of_run_are_the_documented_ones() {
    for kind in KINDS {
        let night = kind.night("");
        assert_eq!(kind.code(&night), Some(kind.code), "{}", kind.name);
        let (name, said, code) = (kind.name, lines(&night, "said").join(", "), kind.code);
        let row = format!("| {name} | {said} | {code} |");
        assert!(PAGE.contains(&row), "{row}");
        check_variables(&night);
    }
}

#[test]
fn a_mail_s_hook_comes_before_the_failure_s() {
    let folder = tempfile::tempdir().expect("a folder");
    let sendmail = folder.path().join("sendmail");
    fs::write(&sendmail, "#!/bin/sh\nexec cat > /dev/null\n").expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&sendmail, mode).expect("executable");
    let mail = format!(
        "[mail]\non = \"always\"\nsendmail = {:?}\nfrom = \"a@b.c\"\nto = [\"d@e.f\"]\n",
        sendmail.display().to_string()
    );
    for (kind, end) in [
        (&KINDS[0], &["post_backup", "post_mail"][..]),
        (&KINDS[2], &["post_backup", "post_mail", "failure"]),
    ] {
        let night = kind.night(&mail);
        assert_eq!(kind.code(&night), Some(kind.code), "{}", kind.name);
        let said = lines(&night, "said");
        assert_eq!(said[said.len() - end.len()..], *end, "{said:?}");
        check_variables(&night);
    }
}

#[test]
fn programs_are_found_beside_the_configuration_and_checked_before() {
    let night = Night::new(
        "[hooks]\npost_backup = [\"hooks/mark\"]\npost_cleanup = [\"/usr/bin/python3\", \"-c\", \"import json, sys; print(json.load(sys.stdin)['stage'], 'in Python')\"]\npost_db_backup = [\"hooks/none\"]\n\
         failure = { command = [\"nosuchprogram\"], on_error = \"warn\" }\n\
         [[target]]\nname = \"t\"\nkind = \"command\"\ndump = [\"hooks/dump\"]\n",
    );
    let hooks = night.config().with_file_name("hooks");
    fs::create_dir(&hooks).expect("a folder");
    for (name, text) in [
        ("mark", "touch marked; echo first; echo second >&2"),
        ("dump", "echo x"),
    ] {
        let file = hooks.join(name);
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).expect("written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&file, mode).expect("executable");
    }
    let check = night.run(&["check"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    for part in [
        "hooks/mark",
        "there is no program",
        "hooks/none",
        "nosuchprogram",
    ] {
        assert!(check.out.contains(part), "{part}: {check:?}");
    }
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(5), "one hook is not there: {ran:?}");
    assert!(night.store().join("marked").exists());
    let logs = fs::read_dir(night.store().join("logs")).expect("logs");
    let log = logs.last().expect("a log").expect("an entry").path();
    let log = fs::read_to_string(log).expect("read");
    for line in [
        "hook post_backup: first",
        "hook post_backup: second",
        "hook post_cleanup: post_cleanup in Python",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert_eq!(night.dumps("data").len(), 1);
}
