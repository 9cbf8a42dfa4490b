//! Targets of kind `command`, and what a run does around databases: limits, space, modes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::support::night::Night;

fn night(more: &str) -> Night {
    Night::new(&format!(
        "[[target]]\nname = \"t\"\nkind = \"command\"\n{more}\n"
    ))
}

fn unpacked(night: &Night, file: &str) -> Vec<u8> {
    let program = match file.rsplit('.').next() {
        Some("zst") => "zstd",
        Some("gz") => "gzip",
        Some("xz") => "xz",
        _ => "cat",
    };
    let path = night.store().join(file);
    let mut command = Command::new(program);
    if program != "cat" {
        command.arg("-dc");
    }
    let done = command.arg(path).output().expect("it starts");
    assert!(done.status.success(), "{file}");
    done.stdout
}

#[test]
fn a_program_s_output_is_stored_linked_and_pruned_like_a_database() {
    let night = night(
        "list = \"echo a; echo b; echo skip\"\ndump = [\"/bin/sh\", \"-c\", \"head -c 9000000 /dev/zero; echo $0 $DUMPKEEP_DATABASE; echo oops >&2\", \"{database}\"]\n\
         global = \"echo all\"\nexclude = [\"skip\"]\nextension = \"rdb\"\ncompression = { method = \"xz\", level = 0 }\n\
         retention = { last = 1, days = 1, weeks = 0, months = 0, years = 0 }\nparallel_databases = 2",
    );
    for _ in 0..2 {
        let ran = night.run(&["backup"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    }
    assert!(night.dumps("skip").is_empty());
    for database in ["a", "b"] {
        let dumps = night.dumps(database);
        assert_eq!(
            dumps.len(),
            2,
            "the first of the day and the newest: {dumps:?}"
        );
        assert!(dumps[0].ends_with(".rdb.xz"), "{dumps:?}");
        let raw = unpacked(&night, &dumps[0]);
        assert_eq!(raw.len(), 9_000_000 + 2 * database.len() + 2);
        assert!(
            !raw.windows(4).any(|four| four == b"oops"),
            "standard error is not in it"
        );
    }
    assert_eq!(unpacked(&night, &night.dumps("__GLOBAL__")[0]), b"all\n");
    let logs = fs::read_dir(night.store().join("logs")).expect("logs");
    let log = logs.last().expect("a log").expect("an entry").path();
    assert!(fs::read_to_string(log).expect("read").contains("oops"));
    assert_eq!(night.run(&["status"]).code, Some(0));
}

#[test]
fn a_program_that_fails_leaves_no_file() {
    for (dump, part) in [
        ("\"echo half; exit 3\"", "exit code 3"),
        ("\"true\"", "wrote nothing"),
        ("[\"/nonexistent/program\"]", "cannot be started"),
        ("\"echo half; kill -9 $$\"", "killed by signal 9"),
    ] {
        let night = night(&format!("dump = {dump}"));
        let ran = night.run(&["backup"]);
        assert_eq!(ran.code, Some(4), "{dump}: {ran:?}");
        assert!(ran.err.contains(part), "{part}: {ran:?}");
        assert!(night.files().is_empty(), "{:?}", night.files());
    }
}

#[test]
fn programs_have_a_time_limit_and_get_their_password_by_the_environment() {
    let slow = night("dump = \"echo a; sleep 600\"\ntimeout = \"1s\"");
    let ran = slow.run(&["backup"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("ran longer than 1.0s"), "{ran:?}");
    let told = night(
        "dump = \"printf %s \\\"$DUMPKEEP_PASSWORD\\\" | wc -c\"\npassword_file = \"pw\"\ncompression = { method = \"none\" }",
    );
    fs::write(told.config().with_file_name("pw"), "secret\n").expect("written");
    assert_eq!(told.run(&["backup"]).code, Some(0));
    assert_eq!(unpacked(&told, &told.dumps("data")[0]), b"6\n");
}

#[test]
fn a_run_has_a_time_limit() {
    let night = Night::new(
        "run_timeout = \"1s\"\n[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo a; sleep 600\"\n",
    );
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("the run took longer than 1.0s"), "{ran:?}");
    assert!(night.files().is_empty());
}

#[test]
fn too_little_space_fails_before_anything_is_written() {
    let text = |reserve: &str| {
        format!(
            "[store]\nreserve = \"{reserve}\"\n[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo a\"\n"
        )
    };
    let night = Night::new(&text("0"));
    assert_eq!(night.run(&["backup"]).code, Some(0));
    let before = night.files();
    let whole = format!("root = \"store\"\n{}", text("900000T"));
    fs::write(night.config(), whole).expect("written");
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("too little space"), "{ran:?}");
    assert_eq!(night.files(), before);
}

#[test]
fn files_have_the_modes_that_are_asked_for() {
    let night = Night::new(
        "[store]\nfile_mode = \"604\"\ndir_mode = \"705\"\n[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo a\"\n",
    );
    assert_eq!(night.run(&["backup"]).code, Some(0));
    let mode = |path: &str| {
        let meta = fs::metadata(night.store().join(path)).expect("there");
        meta.permissions().mode() & 0o7777
    };
    assert_eq!(mode(&night.dumps("data")[0]), 0o604);
    assert_eq!(mode("t/data/dumps"), 0o705);
}

#[test]
fn counts_differ_by_database() {
    let night = night(
        "list = \"echo audit_1; echo shop\"\ndump = \"echo a\"\n\
         retention = { last = 1, days = 0, weeks = 0, months = 0, years = 0 }\n\
         keep = [{ databases = [\"audit_*\"], retention = { last = 3 } }]",
    );
    for _ in 0..4 {
        assert_eq!(night.run(&["backup"]).code, Some(0));
    }
    assert_eq!(
        (night.dumps("audit_1").len(), night.dumps("shop").len()),
        (3, 1)
    );
}

/// Each kind of failure, its exit code, and what cron would mail: nothing on standard output, and
/// nothing at all where all went well.
#[test]
fn each_failure_kind_has_its_exit_code_and_a_good_run_says_nothing() {
    let target = |more: &str| format!("[[target]]\nname = \"t\"\nkind = \"command\"\n{more}\n");
    let good = target("dump = \"echo x\"\nglobal = \"echo g\"");
    for (text, code, part) in [
        (good.clone(), 0, ""),
        (
            format!("[hooks]\npre_backup = \"exit 1\"\n{good}"),
            1,
            "hook pre_backup failed",
        ),
        ("rot = 1".to_owned(), 2, "Did you mean root?"),
        (
            target("dump = \"echo x\"\nglobal = \"exit 1\""),
            3,
            "__GLOBAL__",
        ),
        (target("dump = \"exit 1\"\nglobal = \"echo g\""), 4, "data"),
        (
            target("dump = \"exit 1\"\nglobal = \"exit 1\""),
            4,
            "__GLOBAL__",
        ),
        (
            "[[target]]\nurl = \"postgres://127.0.0.1:1/\"".to_owned(),
            4,
            "127.0.0.1:1",
        ),
        (
            format!("[hooks]\npost_backup = \"exit 1\"\n{good}"),
            5,
            "hook post_backup failed",
        ),
        (
            format!(
                "mail = {{ on = \"always\", smtp = \"smtp://127.0.0.1:1\", from = \"a@b.c\", to = [\"d@e.f\"] }}\n{good}"
            ),
            5,
            "cannot send mail",
        ),
        (
            format!("report = {{ html = \"/dev/null/page.html\" }}\n{good}"),
            5,
            "/dev/null",
        ),
    ] {
        let ran = Night::new(&text).run(&["backup"]);
        assert_eq!(ran.code, Some(code), "{text}: {ran:?}");
        assert_eq!(ran.out, "", "{text}");
        assert!(
            ran.err.contains(part) && (code == 0) == ran.err.is_empty(),
            "{part}: {ran:?}"
        );
    }
}

#[test]
fn several_configurations_share_a_root_and_leave_each_other_alone() {
    let night = Night::new(
        "[retention]\nlast = 1\ndays = 0\nweeks = 0\nmonths = 0\nyears = 0\nlogs = 3\n[[target]]\nname = \"a\"\nkind = \"command\"\ndump = \"echo a\"\n",
    );
    let other = night.config().with_file_name("other.toml");
    let text =
        "root = \"store\"\n[[target]]\nname = \"b\"\nkind = \"command\"\ndump = \"echo b\"\n";
    fs::write(&other, text).expect("written");
    let count = |target: &str| {
        let folder = format!("{target}/data/dumps/");
        night
            .files()
            .keys()
            .filter(|name| name.starts_with(&folder))
            .count()
    };
    for _ in 0..3 {
        let ran = crate::support::command::with_config(&other, &["backup"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    for _ in 0..2 {
        assert_eq!(night.run(&["backup"]).code, Some(0));
    }
    assert_eq!(
        (count("a"), count("b")),
        (1, 3),
        "each keeps by its own counts"
    );
    let status = night.run(&["status"]);
    assert!(!status.out.contains("b  "), "{status:?}");

    // One lock for both: a run of the one keeps the other out.
    let held = fs::read_to_string(night.config()).expect("read");
    let go = night.config().with_file_name("go");
    let wait = format!("until [ -e {} ]; do sleep 0.1; done; echo a", go.display());
    fs::write(night.config(), held.replace("echo a", &wait)).expect("written");
    let run = night.command().spawn().expect("dumpkeep starts");
    while !night.files().keys().any(|name| name.ends_with(".partial")) {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let second = crate::support::command::with_config(&other, &["backup"]);
    assert_eq!(second.code, Some(75), "{second:?}");
    assert_eq!(second.out, "");
    fs::write(go, "").expect("written");
    let first = run.wait_with_output().expect("it ends");
    assert_eq!(first.status.code(), Some(0), "{first:?}");
}

#[test]
fn files_belong_to_whom_they_should() {
    use std::os::unix::fs::MetadataExt as _;
    let night = Night::new(
        "[store]\nowner = 4242\ngroup = 4343\n[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo a\"\n",
    );
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for path in [
        night.dumps("data")[0].as_str(),
        "t/data/daily",
        "t/data",
        "t",
    ] {
        let meta = fs::metadata(night.store().join(path)).expect("there");
        assert_eq!((meta.uid(), meta.gid()), (4242, 4343), "{path}");
    }
}

/// The examples of the page about the configuration are configurations; that of files is run.
#[test]
fn the_documented_commands_are_configurations() {
    let page = include_str!("../../docs/configuration.md");
    let examples = page.lines().filter_map(|line| {
        let (name, keys) = line.strip_prefix("* ")?.split_once(": `")?;
        let keys = keys.trim_end_matches('`').replace("`, `", "\n");
        Some((name.to_owned(), keys))
    });
    let examples: Vec<(String, String)> = examples.collect();
    let names: Vec<&str> = examples.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Redis", "MongoDB", "SQLite", "Files"]);
    for (name, keys) in examples {
        let night = night(&keys);
        let ran = night.run(&["prune", "--dry-run"]);
        assert_eq!(ran.code, Some(0), "{name}: {ran:?}");
    }
    let whole = page
        .split("```toml\n")
        .find(|part| part.contains("slapcat"));
    let whole = whole
        .and_then(|part| part.split("```").next())
        .expect("LDAP's example");
    assert_eq!(Night::new(whole).run(&["prune", "--dry-run"]).code, Some(0));

    let srv = tempfile::tempdir().expect("a folder");
    fs::create_dir(srv.path().join("uploads")).expect("a folder");
    fs::write(srv.path().join("uploads/a"), "upload").expect("written");
    let files = format!(
        "dump = [\"tar\", \"-C\", {:?}, \"-cf\", \"-\", \"uploads\"]\nextension = \"tar\"",
        srv.path().display().to_string()
    );
    let night = night(&files);
    assert_eq!(night.run(&["backup"]).code, Some(0));
    let dumps = night.dumps("data");
    assert!(dumps[0].ends_with(".tar.zst"), "{dumps:?}");
    let tar = unpacked(&night, &dumps[0]);
    assert!(tar.windows(6).any(|six| six == b"upload"));
}
