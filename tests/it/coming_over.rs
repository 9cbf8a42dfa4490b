//! From a db_smart_backup: its configuration, its store, and its bugs, each of which must not be ours.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::command::ran;
use crate::support::night::Night;

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
