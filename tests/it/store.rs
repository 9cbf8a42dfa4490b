//! The store on file systems that are full, read-only or of several mounts.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::support::command::with_config;
use crate::support::mount::Mount;
use crate::support::night::Night;
use crate::support::server::{MariaDb, Postgres};

fn configured(folder: &Path, url: &str, more: &str) -> PathBuf {
    let text = format!(
        "root = \"store\"\n{more}\n[[target]]\nname = \"t\"\nurl = \"{url}\"\n\
         databases = [\"shop\"]\nglobals = false\n"
    );
    let path = folder.join("dumpkeep.toml");
    fs::write(&path, text).expect("written");
    path
}

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(path).expect("read"));
        }
    }
    found
}

fn shop() -> Postgres {
    let server = Postgres::start("15");
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
    server
}

#[test]
fn a_full_disk_is_4_and_spares_what_is_there() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
    let folder = tempfile::tempdir().expect("a folder");
    let _small = Mount::memory(&folder.path().join("store"), "1m");
    let config = configured(folder.path(), &server.url(""), "");
    assert_eq!(with_config(&config, &["backup"]).code, Some(0));
    let before = files(&folder.path().join("store/t"));
    let random = "SELECT md5(rand()) AS a, md5(rand()) AS b FROM seq_1_to_100000";
    server.sql("shop", &format!("CREATE TABLE t2 {random}"));
    let full = with_config(&config, &["backup"]);
    assert_eq!(full.code, Some(4), "{full:?}");
    assert!(full.err.contains("No space left on device"), "{full:?}");
    assert_eq!(files(&folder.path().join("store/t")), before);
    server.sql("shop", "DROP TABLE t2");
    assert_eq!(with_config(&config, &["backup"]).code, Some(0));
}

#[test]
fn a_class_on_another_mount_is_5_or_holds_copies() {
    let server = shop();
    let folder = tempfile::tempdir().expect("a folder");
    let daily = folder.path().join("store/t/shop/daily");
    let _other = Mount::memory(&daily, "1m");
    let config = configured(folder.path(), &server.url("postgres"), "");
    let refused = with_config(&config, &["backup"]);
    assert_eq!(refused.code, Some(5), "{refused:?}");
    assert!(
        refused.err.contains("cannot make the hard link"),
        "{refused:?}"
    );
    assert_eq!(files(&folder.path().join("store/t/shop/dumps")).len(), 1);

    let config = configured(
        folder.path(),
        &server.url("postgres"),
        "[store]\nwithout_hard_links = \"copy\"",
    );
    let copied = with_config(&config, &["backup"]);
    assert_eq!(copied.code, Some(0), "{copied:?}");
    let dumps = files(&folder.path().join("store/t/shop/dumps"));
    let held = files(&daily);
    assert_eq!((dumps.len(), held.len()), (2, 1));
    assert_eq!(dumps.values().next(), held.values().next());
}

#[test]
fn a_root_yet_to_be_made_is_probed_where_it_will_be() {
    let server = shop();
    let folder = tempfile::tempdir().expect("a folder");
    let config = configured(folder.path(), &server.url("postgres"), "");
    let ran = with_config(&config, &["check"]);
    let shown = folder.path().display();
    let probed = format!("{shown} can be written and has hard links");
    assert!(ran.out.contains(&probed), "{ran:?}");
    assert!(!folder.path().join("store").exists());
}

#[test]
fn a_root_that_is_a_dangling_link_or_below_a_file_is_said() {
    let server = shop();
    let folder = tempfile::tempdir().expect("a folder");
    let config = configured(folder.path(), &server.url("postgres"), "");
    let store = folder.path().join("store");
    std::os::unix::fs::symlink("/nowhere/at/all", &store).expect("linked");
    for command in ["backup", "check"] {
        let ran = with_config(&config, &[command]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!((ran.err + &ran.out).contains("store"));
    }
}

/// A program's output is the quickest backup; `a` and `b` are two databases.
fn two(more: &str) -> Night {
    Night::new(&format!(
        "[[target]]\nname = \"t\"\nkind = \"command\"\ndump = [\"echo\", \"hello\"]\n\
         databases = [\"a\", \"b\"]\n{more}\n"
    ))
}

#[test]
fn a_database_s_folder_may_be_a_link_to_another_disk() {
    let night = two("retention = { last = 1, days = 1, weeks = 1, months = 1, years = 1 }");
    let disk = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(night.store().join("t")).expect("a folder");
    symlink(disk.path(), night.store().join("t/a")).expect("a link");
    assert_eq!(night.run(&["backup"]).code, Some(0));
    let left = disk.path().join("dumps/.left.dump.zst.1-0.partial");
    fs::write(&left, "").expect("written");
    let status = night.run(&["status"]);
    assert_eq!(status.code, Some(0), "{status:?}");
    let dry = night.run(&["prune", "--dry-run"]);
    assert!(dry.out.contains("t/a"), "{dry:?}");
    assert_eq!(night.run(&["backup"]).code, Some(0));
    assert!(!left.exists());
}

/// A link to itself can't be read by anybody, not even by root.
#[test]
fn a_folder_that_can_t_be_read_fails_its_database_alone_and_is_said_before() {
    let night = two("");
    assert_eq!(night.run(&["backup"]).code, Some(0));
    let daily = night.store().join("t/a/daily");
    fs::rename(&daily, night.store().join("kept")).expect("moved");
    symlink(&daily, &daily).expect("a link");
    for command in ["check", "status"] {
        let ran = night.run(&[command]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains("t/a/daily"), "{ran:?}");
    }
    let ran = night.run(&["backup"]);
    assert!(matches!(ran.code, Some(4 | 5)), "{ran:?}");
    let saved = fs::read_dir(night.store().join("t/b/dumps")).expect("b's backups");
    assert_eq!(saved.count(), 2, "{ran:?}");
    let dumps = night.store().join("t/a/dumps");
    fs::rename(&dumps, night.store().join("kept2")).expect("moved");
    symlink(&dumps, &dumps).expect("a link");
    let dry = night.run(&["prune", "--dry-run"]);
    assert_eq!(
        dry.code,
        Some(1),
        "what can't be read is not passed over: {dry:?}"
    );
}

/// Who watches the pages is not to lose sight of what a run leaves out.
#[test]
fn pages_tell_of_all_targets_also_after_a_run_of_one() {
    let more = "[[target]]\nname = \"u\"\nkind = \"command\"\ndump = [\"echo\", \"hello\"]\n\
        databases = [\"c\"]\n[report]\nhtml = \"page.html\"\nprometheus = \"dumpkeep.prom\"";
    let night = two(more);
    for arguments in [
        &["backup"][..],
        &["backup", "--target", "t"],
        &["backup", "--database", "c", "--target", "u"],
    ] {
        let ran = night.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        let folder = night.config();
        let folder = folder.parent().expect("a folder");
        let metrics = fs::read_to_string(folder.join("dumpkeep.prom")).expect("metrics");
        let page = fs::read_to_string(folder.join("page.html")).expect("the page");
        for database in ["a", "b", "c"] {
            let metric =
                format!("dumpkeep_last_success_timestamp_seconds{{database=\"{database}\"");
            assert!(metrics.contains(&metric), "{arguments:?}: {metrics}");
            assert!(
                page.contains(&format!("/{database}/dumps/")),
                "{arguments:?}: {database}"
            );
        }
    }
}
