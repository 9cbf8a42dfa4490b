//! From a db_smart_backup: its configuration, its store, and its bugs, each of which must not be ours.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::command::ran;
use crate::support::mount::Mount;
use crate::support::night::Night;
use crate::support::server::{Postgres, output};

/// What the old script did wrong, each with the test that fails where this program does it too. The
/// documentation has the same list.
const BUGS: [(&str, &str); 17] = [
    (
        "success and failure hooks were swapped",
        "the_globals_failure_is_3_and_hooks_are_not_swapped",
    ),
    (
        "a failed dump was linked into every class and pushed good ones out",
        "a_failed_dump_is_linked_nowhere_and_pushes_nothing_out",
    ),
    (
        "at most one file per class was removed in a run",
        "as_many_as_are_too_many_are_removed_in_one_run",
    ),
    (
        "without compression there was no file, and success was said",
        "without_compression_there_is_a_file",
    ),
    (
        "without hard links the only copy was pruned in the same run",
        "without_hard_links_the_only_copy_stays",
    ),
    (
        "30 December 2024 was filed under the first week of 2024",
        "the_last_days_of_december_are_filed_under_the_weeks_own_year",
    ),
    (
        "files could be read by everybody until the end",
        "nobody_else_may_read_a_dump_while_it_is_written",
    ),
    (
        "old backups were rotated after failed runs",
        "a_failed_run_prunes_nothing_of_what_failed",
    ),
    (
        "a compressor that failed went unnoticed, and its source was removed",
        "what_cannot_be_compressed_onto_the_disk_is_a_failure",
    ),
    (
        "what the dumper said on its standard error was in the SQL",
        "what_is_said_on_standard_error_is_not_in_the_file",
    ),
    (
        "an exclusion matched parts of names",
        "exclusion_is_of_whole_names",
    ),
    (
        "two servers on sockets shared one folder",
        "two_servers_on_sockets_do_not_share_a_folder",
    ),
    (
        "a failure was swallowed by what followed",
        "a_failure_is_told_whatever_follows",
    ),
    (
        "passwords were arguments, for everybody to see",
        "a_password_reaches_no_output_log_mail_hook_process_list_or_archive",
    ),
    ("two runs at once had no lock", "two_runs_at_once_one_is_75"),
    (
        "exit code 3 was promised and never returned",
        "the_globals_failure_is_3_and_hooks_are_not_swapped",
    ),
    (
        "mail was documented and never sent",
        "a_failure_is_mailed_and_a_good_run_is_not",
    ),
];

#[test]
fn each_of_the_old_script_s_bugs_has_its_test_and_is_documented() {
    let tests = [
        include_str!("coming_over.rs"),
        include_str!("secrets.rs"),
        include_str!("backup.rs"),
        include_str!("mail.rs"),
    ];
    let page = include_str!("../../docs/from-db_smart_backup.md");
    for (bug, test) in BUGS {
        let there = format!("#[test]\nfn {test}()");
        assert!(tests.iter().any(|text| text.contains(&there)), "{test}");
        assert!(page.contains(&format!("| {bug} |")), "{bug}");
    }
    let listed = page.split("## What it did wrong").nth(1).expect("the list");
    assert_eq!(
        listed.matches("\n| ").count(),
        BUGS.len() + 1,
        "and no others"
    );
}

/// A store as the old script leaves it: `nights` nights up to 2024-12-31, at 01:00.
fn old_store(target: &Path, database: &str, nights: i64) {
    let home = target.join(database);
    for class in ["dumps", "lastsnapshots", "daily", "weekly", "monthly"] {
        fs::create_dir_all(home.join(class)).expect("a folder");
    }
    let last = chrono::NaiveDate::from_ymd_opt(2024, 12, 31).expect("a day");
    for night in (0..nights).rev() {
        let day = last - chrono::TimeDelta::days(night);
        let real = home.join(format!(
            "dumps/{database}_{}_01-00-00.sql.xz",
            day.format("%Y-%m-%d")
        ));
        fs::write(&real, format!("night {day}")).expect("written");
        for (class, name) in [
            (
                "lastsnapshots",
                day.format("%Y_%j_%Y-%m-%d_01-00-00").to_string(),
            ),
            ("daily", day.format("%Y_%j_%Y-%m-%d").to_string()),
            // The calendar's year with the ISO week, as the script had it.
            ("weekly", day.format("%Y_%V").to_string()),
            ("monthly", day.format("%Y_%m").to_string()),
        ] {
            let link = home.join(class).join(format!("{database}_{name}.sql.xz"));
            if !link.exists() {
                fs::hard_link(&real, link).expect("linked");
            }
        }
    }
}

fn count(night: &Night, folder: &str) -> usize {
    night
        .files()
        .keys()
        .filter(|name| name.starts_with(folder))
        .count()
}

#[test]
fn an_old_store_is_known_and_rotates_along() {
    let night = Night::new(
        "retention = { last = 3, days = 5, weeks = 2, months = 2, years = 0 }\n\
         [[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo new\"\ndatabases = [\"shop\"]\nextension = \"sql\"\n",
    );
    old_store(&night.store().join("t"), "shop", 40);
    let own = night.store().join("t/shop/daily/notes.txt");
    fs::write(&own, "mine").expect("written");
    let adopted = ran(&["adopt", &night.store().display().to_string()]);
    assert_eq!(adopted.code, Some(0), "{adopted:?}");
    assert!(
        adopted.out.contains("shop_2024-12-31_01-00-00.sql.xz"),
        "{adopted:?}"
    );
    assert!(night.run(&["status"]).out.contains("shop_2024-12-31"));
    let before = night.files();

    let dry = night.run(&["prune", "--dry-run"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(
        !dry.out.contains("somebody else"),
        "old links are no pins: {}",
        dry.out
    );
    assert_eq!(night.files(), before);

    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(count(&night, "t/shop/lastsnapshots/"), 3);
    assert_eq!(
        count(&night, "t/shop/daily/"),
        5 + 1,
        "and the user's own file"
    );
    assert_eq!(count(&night, "t/shop/weekly/"), 2);
    assert_eq!(count(&night, "t/shop/monthly/"), 2);
    assert!(own.exists());
    let dumps = night.dumps("shop");
    assert!(
        dumps.last().is_some_and(|last| last.ends_with(".sql.zst")),
        "{dumps:?}"
    );
    assert!(
        dumps.len() < 12,
        "old ones that no class holds are gone: {dumps:?}"
    );
    let again = night.run(&["prune", "-v"]);
    assert!(!again.out.contains(" removed "), "{}", again.out);
}

#[test]
fn the_last_days_of_december_are_filed_under_the_weeks_own_year() {
    let night = Night::new(
        "[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo x\"\ndatabases = [\"shop\"]\n",
    );
    let dumps = night.store().join("t/shop/dumps");
    fs::create_dir_all(&dumps).expect("a folder");
    fs::write(dumps.join("shop_2024-12-30_01-00-00.sql.xz"), "x").expect("written");
    assert_eq!(night.run(&["prune"]).code, Some(0));
    assert_eq!(
        count(&night, "t/shop/weekly/2025_W01_"),
        1,
        "{:?}",
        night.files()
    );
}

#[test]
fn a_configuration_is_read_and_never_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = folder.path().join("old.conf");
    let trap = folder.path().join("trap");
    fs::write(
        &old,
        format!(
            "BACKUP_TYPE=mysql\nTOP_BACKUPDIR=/srv/b\nPASSWORD='import-marker'\nCOMP=gzip\n\
             KEEP_DAYS=$(touch {0})\ntouch {0}\npost_db_backup_hook() {{\n  touch {0}.hook; echo \"$db\"\n}}\n",
            trap.display()
        ),
    )
    .expect("written");
    let into = folder.path().join("new");
    let (old, new) = (old.display().to_string(), into.display().to_string());
    let done = ran(&["config", "import", &old, "--into", &new]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(!trap.exists(), "nothing was run");
    assert!(
        done.err.contains("KEEP_DAYS") && done.err.contains("touch"),
        "{done:?}"
    );
    let toml = fs::read_to_string(into.join("dumpkeep.toml")).expect("written");
    assert!(
        toml.contains("method = \"gzip\"") && !toml.contains("import-marker"),
        "{toml}"
    );
    assert!(!done.err.contains("import-marker") && !done.out.contains("import-marker"));
    let mode = |name: &str| {
        fs::metadata(into.join(name))
            .expect("there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(
        (mode("password"), mode("hooks/post_db_backup.sh")),
        (0o600, 0o755)
    );
    let hook = std::process::Command::new(into.join("hooks/post_db_backup.sh"))
        .env("DUMPKEEP_DATABASE", "shop")
        .output()
        .expect("the hook runs");
    assert_eq!(hook.stdout, b"shop\n");
    let status = ran(&["prune", "--dry-run", "-c", &format!("{new}/dumpkeep.toml")]);
    assert_eq!(
        status.code,
        Some(0),
        "the new file is a configuration: {status:?}"
    );
    assert_eq!(
        ran(&["config", "import", &old, "--into", &new]).code,
        Some(1),
        "nothing is overwritten"
    );
}

const NIGHT: &str = "retention = { last = 2, days = 1, weeks = 0, months = 0, years = 0 }\n[[target]]\nname = \"t\"\nkind = \"command\"\n";

#[test]
fn a_failed_dump_is_linked_nowhere_and_pushes_nothing_out() {
    let night = Night::new(&format!("{NIGHT}dump = \"echo good\"\n"));
    for _ in 0..2 {
        assert_eq!(night.run(&["backup"]).code, Some(0));
    }
    let good = night.files();
    let text = fs::read_to_string(night.config()).expect("read");
    fs::write(
        night.config(),
        text.replace("echo good", "echo half; exit 1"),
    )
    .expect("written");
    for _ in 0..5 {
        assert_eq!(night.run(&["backup"]).code, Some(4));
    }
    assert_eq!(night.files(), good);
}

#[test]
fn as_many_as_are_too_many_are_removed_in_one_run() {
    let night = Night::new(&format!("{NIGHT}dump = \"echo x\"\n"));
    let dumps = night.store().join("t/data/dumps");
    fs::create_dir_all(&dumps).expect("a folder");
    for day in 1..=20 {
        fs::write(
            dumps.join(format!("data_2020-01-{day:02}_01-00-00.sql")),
            "x",
        )
        .expect("written");
    }
    assert_eq!(night.run(&["backup"]).code, Some(0));
    assert_eq!(night.dumps("data").len(), 2);
}

#[test]
fn without_compression_there_is_a_file() {
    let night = Night::new(&format!(
        "{NIGHT}dump = \"echo x\"\ncompression = {{ method = \"none\" }}\n"
    ));
    assert_eq!(night.run(&["backup"]).code, Some(0));
    let dumps = night.dumps("data");
    assert_eq!(
        fs::read(night.store().join(&dumps[0])).expect("read"),
        b"x\n"
    );
}

#[test]
fn nobody_else_may_read_a_dump_while_it_is_written() {
    let night = Night::new(&format!(
        "{NIGHT}dump = \"echo x; ls -l $ROOT/t/data/dumps -a >&2\"\npass_env = [\"ROOT\"]\n"
    ));
    let mut command = night.command();
    let ran = command
        .env("ROOT", night.store())
        .output()
        .expect("dumpkeep starts");
    assert!(ran.status.success());
    let logs = fs::read_dir(night.store().join("logs")).expect("logs");
    let log = logs.last().expect("a log").expect("an entry").path();
    let log = fs::read_to_string(log).expect("read");
    let line = log
        .lines()
        .find(|line| line.contains(".partial"))
        .expect("it is there");
    assert!(line.contains("-rw-r-----"), "{line}");
}

#[test]
fn exclusion_is_of_whole_names() {
    let night = Night::new(&format!(
        "{NIGHT}dump = \"echo x\"\nlist = \"echo test; echo latest; echo test_2\"\nexclude = [\"test\"]\n"
    ));
    assert_eq!(night.run(&["backup"]).code, Some(0));
    assert_eq!(
        (
            night.dumps("latest").len(),
            night.dumps("test_2").len(),
            night.dumps("test").len()
        ),
        (1, 1, 0)
    );
}

#[test]
fn two_servers_on_sockets_do_not_share_a_folder() {
    let night = Night::new(
        "[[target]]\nkind = \"postgresql\"\nhost = \"/run/a\"\n[[target]]\nkind = \"postgresql\"\nhost = \"/run/b\"\n",
    );
    assert_eq!(night.run(&["prune", "--dry-run"]).code, Some(0));
    let same =
        Night::new("[[target]]\nhost = \"/run/a\"\n[[target]]\nhost = \"/run/a\"\nport = 5433\n");
    let ran = same.run(&["prune", "--dry-run"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("would share a folder"), "{ran:?}");
}

#[test]
fn the_globals_failure_is_3_and_hooks_are_not_swapped() {
    let night = Night::new(&format!(
        "{NIGHT}dump = \"echo x\"\nglobal = \"exit 1\"\n[hooks]\n\
         post_global_backup = \"echo wrong >> said\"\npost_global_backup_failure = \"echo globals failed >> said\"\n\
         post_db_backup = \"echo database saved >> said\"\npost_db_backup_failure = \"echo wrong >> said\"\n"
    ));
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let said = fs::read_to_string(night.store().join("said")).expect("hooks ran");
    assert_eq!(said, "globals failed\ndatabase saved\n");
}

#[test]
fn without_hard_links_the_only_copy_stays() {
    for (more, code) in [("", 5), ("store = { without_hard_links = \"copy\" }\n", 0)] {
        let night = Night::new(&format!("{more}{NIGHT}dump = \"echo x\"\n"));
        let home = night.store().join("t/data");
        // Each class on a file system of its own: no link can reach it.
        let classes = ["lastsnapshots", "daily", "weekly", "monthly", "yearly"];
        let _mounts = classes.map(|class| Mount::memory(&home.join(class), "1m"));
        for run in 1..=4 {
            let ran = night.run(&["backup"]);
            assert_eq!(ran.code, Some(code), "{ran:?}");
            let dumps = night.dumps("data");
            let newest = dumps.last().expect("the backup of this run");
            assert!(
                fs::metadata(night.store().join(newest))
                    .expect("there")
                    .len()
                    > 0
            );
            let kept = if code == 0 { run.min(3) } else { run };
            assert_eq!(dumps.len(), kept, "{dumps:?}");
        }
    }
}

#[test]
fn a_failed_run_prunes_nothing_of_what_failed() {
    let night = Night::new(&format!(
        "{NIGHT}dump = \"test $DUMPKEEP_DATABASE = good && echo x\"\nlist = \"echo good; echo bad\"\n"
    ));
    for database in ["good", "bad"] {
        let dumps = night.store().join(format!("t/{database}/dumps"));
        fs::create_dir_all(&dumps).expect("a folder");
        for day in 1..=9 {
            let name = format!("{database}_2020-01-0{day}_01-00-00.dump.zst");
            fs::write(dumps.join(name), "old").expect("written");
        }
    }
    for _ in 0..3 {
        assert_eq!(night.run(&["backup"]).code, Some(4));
    }
    assert_eq!(
        (night.dumps("good").len(), night.dumps("bad").len()),
        (3, 9)
    );
}

#[test]
fn what_cannot_be_compressed_onto_the_disk_is_a_failure() {
    let night = Night::new(&format!("{NIGHT}dump = \"echo small\"\n"));
    let _small = Mount::memory(&night.store(), "2m");
    assert_eq!(night.run(&["backup"]).code, Some(0));
    let before = night.files();
    let text = fs::read_to_string(night.config()).expect("read");
    let text = text.replace("echo small", "head -c 9000000 /dev/urandom");
    fs::write(night.config(), text).expect("written");
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("No space left on device"), "{ran:?}");
    assert_eq!(night.files(), before);
}

#[test]
fn what_is_said_on_standard_error_is_not_in_the_file() {
    let night = Night::new(&format!(
        "{NIGHT}dump = \"echo first; echo oops >&2; echo last\"\ncompression = {{ method = \"none\" }}\n"
    ));
    assert_eq!(night.run(&["backup"]).code, Some(0));
    let file = night.store().join(&night.dumps("data")[0]);
    assert_eq!(fs::read(file).expect("read"), b"first\nlast\n");
}

#[test]
fn a_failure_is_told_whatever_follows() {
    for (broken, code) in [("list", 4), ("a", 4), ("global", 3)] {
        let night = Night::new(&format!(
            "{NIGHT}list = \"echo a; echo b{}\"\nglobal = \"{}\"\ndump = \"test $DUMPKEEP_DATABASE != {broken} && echo x\"\n\
             [hooks]\npost_backup = \"exit 0\"\nfailure = \"exit 0\"\n",
            if broken == "list" { "; exit 1" } else { "" },
            if broken == "global" {
                "exit 1"
            } else {
                "echo g"
            },
        ));
        let ran = night.run(&["backup"]);
        assert_eq!(ran.code, Some(code), "{broken}: {ran:?}");
        assert!(ran.err.contains("failed: exit code 1"), "{ran:?}");
        let saved = usize::from(broken != "list");
        assert_eq!(night.dumps("b").len(), saved, "the others went on");
    }
}

/// The commands of a page, in its order: the newest backup of each database first.
fn commands(night: &Night) -> Vec<String> {
    let page = fs::read_to_string(night.config().with_file_name("page.html")).expect("a page");
    let commands = page.split("<pre>").skip(1);
    let commands = commands.filter_map(|rest| rest.split("</pre>").next());
    let commands = commands.filter(|text| text.starts_with("dumpkeep "));
    commands
        .map(|text| text.replace("&#39;", "'").replace("&amp;", "&"))
        .collect()
}

#[test]
fn the_page_s_commands_bring_everything_back() {
    let server = Postgres::start("15");
    server.create_database("shop");
    let sql = "CREATE TABLE t AS SELECT i FROM generate_series(1, 77) i; CREATE ROLE seller";
    server.sql("shop", sql);
    let night = Night::new(&format!(
        "report = {{ html = \"page.html\" }}\n[[target]]\nname = \"t\"\nurl = \"{}\"\ndatabases = [\"shop\"]\n",
        server.url("postgres")
    ));
    // Old files: a script for a database that is there, one that makes its own, and an archive that
    // is called a script.
    let dumps = night.store().join("t/shop/dumps");
    fs::create_dir_all(&dumps).expect("a folder");
    for (day, switches, packer) in [(29, "", "xz"), (30, "--create", "gzip"), (31, "-Fc", "")] {
        let mut dump = server.client("pg_dump", "shop");
        let plain = dumps.join(format!("shop_2024-12-{day}_01-00-00.sql"));
        dump.args(switches.split_whitespace()).arg("-f").arg(&plain);
        output(&mut dump).expect("dumped");
        if !packer.is_empty() {
            let done = std::process::Command::new(packer).arg(&plain).status();
            assert!(done.expect("it starts").success());
        }
    }
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let commands = commands(&night);
    assert_eq!(commands.len(), 5, "{commands:?}");
    let program = Path::new(env!("CARGO_BIN_EXE_dumpkeep"));
    for (number, command) in commands.iter().enumerate() {
        let globals = command.contains("__GLOBAL__");
        if globals {
            server.sql("postgres", "DROP ROLE seller");
        } else {
            server.sql("postgres", "DROP DATABASE shop");
            if !command.contains("--create") {
                server.create_database("shop");
            }
        }
        let mut shell = std::process::Command::new("/bin/sh");
        shell.args(["-c", command]);
        shell.env("PATH", program.parent().expect("a folder"));
        output(&mut shell).unwrap_or_else(|error| panic!("{number} {command}: {error}"));
        match globals {
            true => assert_eq!(
                server
                    .sql(
                        "postgres",
                        "SELECT count(*) FROM pg_roles WHERE rolname = 'seller'"
                    )
                    .trim(),
                "1"
            ),
            false => assert_eq!(server.sql("shop", "SELECT count(*) FROM t").trim(), "77"),
        }
    }
    let with_create = commands.iter().filter(|line| line.contains("--create"));
    assert_eq!(
        with_create.count(),
        3,
        "ours, the script with its own, the archive: {commands:?}"
    );
}

#[test]
fn the_page_of_a_program_s_files_names_no_restore() {
    let night = Night::new(
        "report = { html = \"page.html\" }\n[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo x\"\nextension = \"sql\"\n",
    );
    assert_eq!(night.run(&["backup"]).code, Some(0));
    assert!(commands(&night).is_empty());
    let page = fs::read_to_string(night.config().with_file_name("page.html")).expect("a page");
    assert!(page.contains("<pre>zstd -dc /"), "{page}");
}

#[test]
fn a_whole_old_root_is_known_globals_and_odd_names_too() {
    let night = Night::new(
        "retention = { last = 3, days = 5, weeks = 2, months = 2, years = 0 }\n\
         [[target]]\nname = \"postgresql/localhost\"\nkind = \"command\"\nlist = \"echo shop; echo 'my blog'\"\nglobal = \"echo g\"\ndump = \"echo x\"\nextension = \"sql\"\n\
         [[target]]\nname = \"mysql\"\nkind = \"command\"\nlist = \"echo wiki\"\ndump = \"echo x\"\nextension = \"sql\"\n",
    );
    for (target, database) in [
        ("postgresql/localhost", "shop"),
        ("postgresql/localhost", "my blog"),
        ("postgresql/localhost", "__GLOBAL__"),
        ("mysql", "wiki"),
    ] {
        old_store(&night.store().join(target), database, 40);
    }
    let log = night.store().join("logs/db_smart_backup_2024-12-31.log");
    fs::create_dir_all(log.parent().expect("a folder")).expect("a folder");
    fs::write(&log, "old").expect("written");
    let adopted = ran(&["adopt", &night.store().display().to_string()]);
    for part in [
        "my blog",
        "__GLOBAL__",
        "wiki",
        "name = \"postgresql/localhost\"",
        "name = \"mysql\"",
    ] {
        assert!(adopted.out.contains(part), "{part}: {}", adopted.out);
    }
    for _ in 0..2 {
        let ran = night.run(&["backup"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    }
    for (folder, months) in [
        ("postgresql/localhost/shop", 2),
        ("postgresql/localhost/__GLOBAL__", 2),
        ("mysql/wiki", 2),
    ] {
        assert_eq!(count(&night, &format!("{folder}/monthly/")), months);
        assert_eq!(
            count(&night, &format!("{folder}/lastsnapshots/")),
            3,
            "two new ones and an old one"
        );
    }
    assert!(log.exists(), "an old log is none of ours");
    let status = night.run(&["status", "--max-age", "26h"]);
    assert_eq!(
        status.code,
        Some(0),
        "the old folder of \"my blog\" has a new one beside it: {status:?}"
    );
}

#[test]
fn a_mysql_configuration_comes_over_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = folder.path().join("old.conf");
    let text = "BACKUP_TYPE=mysql\nDBUSER=\"root\"\nPASSWORD=\"import-marker\"\nTOP_BACKUPDIR=ROOT\nHOST=db1\nPORT=3307\n\
        DBNAMES=\"shop crm\"\nDBEXCLUDE=\"test\"\nCOMP=gz\nDO_GLOBAL_BACKUP=\"\"\nMYSQLDUMP_LOCKTABLES=\"1\"\nMYSQL_USE_SSL=\"1\"\n";
    let store = folder.path().join("store").display().to_string();
    fs::write(&old, text.replace("ROOT", &store)).expect("written");
    let into = folder.path().join("new").display().to_string();
    let done = ran(&[
        "config",
        "import",
        &old.display().to_string(),
        "--into",
        &into,
    ]);
    assert_eq!(done.code, Some(0), "{done:?}");
    for part in ["MYSQLDUMP_LOCKTABLES", "MYSQL_USE_SSL", "DBEXCLUDE"] {
        assert!(done.err.contains(part), "{part}: {done:?}");
    }
    assert!(done.out.contains("dumpkeep check -c"), "{done:?}");
    let config = format!("{into}/dumpkeep.toml");
    let check = ran(&["check", "-c", &config]);
    assert!(check.out.contains("password: from the file"), "{check:?}");
    assert!(check.out.contains("db1"), "{check:?}");
    let status = ran(&["status", "--json", "-c", &config]);
    for name in ["shop", "crm"] {
        assert!(
            status.out.contains(&format!("\"database\": \"{name}\"")),
            "{status:?}"
        );
    }
    assert!(!status.out.contains("__GLOBAL__"), "{status:?}");
}
