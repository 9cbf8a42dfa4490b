//! Retention on real files and real links.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use dumpkeep::pipeline::backup::{Kept, keep};
use dumpkeep::retention::policy::Policy;
use dumpkeep::retention::scan::backups;
use dumpkeep::store::fs::{Existing, Partial, failed};
use dumpkeep::store::layout::{BackupName, Class, Home};

use crate::support::command::with_config;
use crate::support::mount::Mount;

const POLICY: Policy = Policy {
    last: 5,
    days: 14,
    weeks: 8,
    months: 12,
    years: 3,
};

fn utc(y: i32, m: u32, d: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(y, m, d, 1, 15, 0)
        .single()
        .expect("a time")
}

fn save(home: &Home, at: NaiveDateTime) {
    fs::create_dir_all(home.dumps()).expect("a folder");
    let name = BackupName {
        folder: home.folder.clone(),
        at,
        extension: "sql.zst".to_owned(),
    };
    fs::write(home.dumps().join(name.to_string()), "x").expect("written");
}

/// As a run saves one: a partial file, whose name comes when all of it is on disk.
fn saved(home: &Home, at: NaiveDateTime) -> dumpkeep::error::Result<()> {
    let name = BackupName {
        folder: home.folder.clone(),
        at,
        extension: "sql.zst".to_owned(),
    };
    let dumps = home.dumps();
    let mut partial = Partial::create(&dumps, &name.to_string(), Existing::Refuse)?;
    let path = partial.path().to_owned();
    let written = partial.write_all(&[7; 6000]);
    written.map_err(|cause| failed("write", &path, cause))?;
    partial.sync()?;
    partial.commit().map(drop)
}

/// Fills what is left of a file system.
fn fill(ballast: &Path) {
    let mut file = fs::File::create(ballast).expect("a file");
    while file.write(&[0; 65_536]).is_ok_and(|written| written > 0) {}
}

/// Everything that a database has, with its sizes.
fn everything(home: &Home) -> BTreeSet<(String, u64)> {
    let dirs = Class::ALL.map(|class| home.class(class));
    let dirs = std::iter::once(home.dumps()).chain(dirs);
    let files = dirs.flat_map(|dir| names(&dir).into_iter().map(move |name| dir.join(name)));
    files
        .map(|file| {
            let size = file.metadata().expect("there").len();
            (file.display().to_string(), size)
        })
        .collect()
}

fn names(dir: &Path) -> BTreeSet<String> {
    let Ok(read) = fs::read_dir(dir) else {
        return BTreeSet::new();
    };
    read.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("UTF-8")
    })
    .collect()
}

/// A number that looks random and is the same in every run.
fn dice(seed: i64) -> i64 {
    (seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407)
        >> 33)
        & 0xff
}

#[test]
fn three_years_of_nights() {
    let root = tempfile::tempdir().expect("a folder");
    let disk = root.path().join("disk");
    // Room for all that is kept, and for a ballast that takes the rest.
    let _mount = Mount::memory(&disk, "2m");
    let home = Home::new(&disk, "shop");
    let mut made: Vec<NaiveDateTime> = Vec::new();
    let mut full = 0;
    for night in 0..1100 {
        let now = utc(2023, 11, 20) + TimeDelta::days(night);
        let zone = if night < 500 {
            Tz::Europe__Paris
        } else {
            Tz::America__New_York
        };
        if dice(night) < 40 {
            continue; // the night failed: nothing is saved, nothing pruned
        }
        let at = now.with_timezone(&zone).naive_local();
        if dice(night + 5000) < 20 && !made.is_empty() {
            let before = everything(&home);
            fill(&disk.join("ballast"));
            let error = saved(&home, at).expect_err("the disk is full");
            assert!(error.line().contains("No space left"), "{error}");
            assert_eq!(everything(&home), before, "night {night}");
            // Emptied first: a process that another test starts may hold the file open for a moment.
            fs::write(disk.join("ballast"), "").expect("emptied");
            fs::remove_file(disk.join("ballast")).expect("removed");
            full += 1;
            continue;
        }
        saved(&home, at).expect("saved");
        made.push(at);
        let kept = Kept {
            policy: &POLICY,
            copies: false,
            now,
            zone,
        };
        keep(&home, kept, false).expect("kept");
        check(&home, &made);
        let (again, applied) = keep(&home, kept, false).expect("kept");
        assert!(
            again.links.is_empty() && again.drops.is_empty(),
            "night {night}"
        );
        assert!(applied.links.is_empty());
    }
    assert!(full > 50, "the disk was full in {full} nights");
    let years: BTreeSet<i32> = made.iter().map(Datelike::year).collect();
    assert_eq!(names(&home.class(Class::Yearly)).len(), years.len().min(3));
}

/// Every class holds its count of the newest periods that ever had a backup, the newest backup is
/// there, and dumps are the classes' backups and no more.
fn check(home: &Home, made: &[NaiveDateTime]) {
    let all = backups(home).expect("read");
    assert_eq!(all.last().map(|b| b.name.at), made.last().copied());
    let mut held = BTreeSet::new();
    for class in Class::ALL {
        let links = names(&home.class(class));
        let periods: BTreeSet<String> = made
            .iter()
            .map(|at| match class {
                Class::Last => at.to_string(),
                _ => class.period(*at),
            })
            .collect();
        let count = POLICY.count(class) as usize;
        assert_eq!(links.len(), periods.len().min(count), "{class}");
        held.extend(links.iter().map(|link| {
            let name = BackupName::parse_link(class, "shop", link).expect(link);
            if class != Class::Last {
                assert!(link.starts_with(&class.period(name.at)), "{link}");
            }
            name.to_string()
        }));
    }
    assert_eq!(names(&home.dumps()), held);
}

#[test]
fn prune_lists_before_it_removes_and_spares_what_is_not_ours() {
    let root = tempfile::tempdir().expect("a folder");
    let config = root.path().join("dumpkeep.toml");
    let text = "root = \"store\"\nretention = { last = 1, days = 1, weeks = 0, months = 0, years = 0 }\n\
        [[target]]\nname = \"t\"\nurl = \"postgres://db1/\"\n";
    fs::write(&config, text).expect("written");
    let home = Home::new(&root.path().join("store/t"), "shop");
    for day in 1..=5 {
        save(&home, utc(2020, 1, day).naive_utc());
    }
    let own = home.dumps().join("shop_2020-01-01.notes");
    fs::write(&own, "mine").expect("written");
    let pin = root.path().join("pin");
    let pinned = home.dumps().join("shop_2020-01-02_01-15-00.sql.zst");
    fs::hard_link(&pinned, &pin).expect("linked");

    let dry = with_config(&config, &["prune", "--dry-run"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert_eq!(dry.out.matches(" removed ").count(), 3, "{}", dry.out);
    assert!(dry.out.contains("somebody else's"), "{}", dry.out);
    assert_eq!(names(&home.dumps()).len(), 6);
    assert!(!root.path().join("store/.dumpkeep.lock").exists());

    let real = with_config(&config, &["prune"]);
    assert_eq!((real.code, real.out.as_str()), (Some(0), ""), "{real:?}");
    let left: Vec<String> = names(&home.dumps()).into_iter().collect();
    assert_eq!(
        left,
        [
            "shop_2020-01-01.notes",
            "shop_2020-01-02_01-15-00.sql.zst",
            "shop_2020-01-05_01-15-00.sql.zst"
        ]
    );
    let daily = names(&home.class(Class::Daily));
    assert_eq!(daily.len(), 1);

    let status = with_config(&config, &["status", "--target", "t"]);
    assert_eq!(status.code, Some(1), "no globals yet: {status:?}");
    assert!(status.out.contains("NO BACKUP"), "{}", status.out);
    let json = with_config(&config, &["status", "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["databases"][1]["backups"], 2);
}

#[test]
fn where_links_are_impossible_classes_hold_copies() {
    let root = tempfile::tempdir().expect("a folder");
    let home = Home::new(root.path(), "shop");
    // Copies made as on a file system without links: each is a file of its own.
    save(&home, utc(2020, 1, 1).naive_utc());
    let copies = Class::ALL.map(|class| home.class(class));
    for dir in &copies {
        fs::create_dir_all(dir).expect("a folder");
    }
    let name = names(&home.dumps()).pop_first().expect("one");
    for class in Class::ALL {
        let link = class.link_name(&name, utc(2020, 1, 1).naive_utc());
        fs::copy(home.dumps().join(&name), home.class(class).join(link)).expect("copied");
    }
    let policy = Policy {
        last: 1,
        days: 0,
        weeks: 0,
        months: 0,
        years: 0,
    };
    let kept = Kept {
        policy: &policy,
        copies: true,
        now: utc(2020, 1, 2),
        zone: Tz::UTC,
    };
    keep(&home, kept, false).expect("kept");
    assert_eq!(names(&home.dumps()).len(), 1);
    assert_eq!(names(&home.class(Class::Last)).len(), 1);
    assert!(names(&home.class(Class::Daily)).is_empty());
}

/// A night's store with these files among the dumps of `t/NAME`.
fn stored(files: &[(&str, &str)], more: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let root = tempfile::tempdir().expect("a folder");
    let config = root.path().join("dumpkeep.toml");
    let text = format!(
        "root = \"store\"\n[[target]]\nname = \"t\"\nkind = \"command\"\nlist = \"echo shop; echo 'my blog'\"\ndump = \"echo x\"\n{more}\n"
    );
    fs::write(&config, text).expect("written");
    for (folder, file) in files {
        let dumps = root.path().join("store/t").join(folder).join("dumps");
        fs::create_dir_all(&dumps).expect("a folder");
        fs::write(dumps.join(file), "x").expect("written");
    }
    (root, config)
}

#[test]
fn a_monitor_hears_of_what_is_too_old_and_of_nothing_else() {
    let old = ("shop", "shop_2020-01-01_01-00-00.dump.zst");
    let (_root, config) = stored(&[old], "");
    let status = |arguments: &[&str]| {
        let mut all = vec!["status"];
        all.extend(arguments);
        with_config(&config, &all)
    };
    let aged = status(&["--max-age", "26h"]);
    assert_eq!(aged.code, Some(1), "{aged:?}");
    assert!(aged.out.contains("TOO OLD"), "{aged:?}");
    assert_eq!(status(&[]).code, Some(0), "without a limit any will do");
    assert_eq!(with_config(&config, &["backup"]).code, Some(0));
    let fresh = status(&["--max-age", "26h"]);
    assert_eq!(fresh.code, Some(0), "{fresh:?}");

    // The old script's folder of a database that has another one now, and what is wanted no more.
    let left = [
        ("my blog", "my blog_2020-01-01_01-00-00.dump.zst"),
        ("gone", "gone_2020-01-01_01-00-00.dump.zst"),
    ];
    let (_root, config) = stored(&left, "exclude = [\"gone\"]");
    assert_eq!(with_config(&config, &["backup"]).code, Some(0));
    let status = with_config(&config, &["status", "--max-age", "26h"]);
    assert_eq!(status.code, Some(0), "{status:?}");
    assert!(
        status.out.contains("gone_2020-01-01"),
        "it is listed still: {status:?}"
    );
}

#[test]
fn a_backup_of_the_future_is_kept_told_and_fools_no_monitor() {
    let future = ("shop", "shop_2999-01-01_01-00-00.dump.zst");
    let (root, config) = stored(
        &[future],
        "databases = [\"shop\"]\nretention = { last = 1, days = 0, weeks = 0, months = 0, years = 0 }",
    );
    let status = with_config(&config, &["status", "--max-age", "26h"]);
    assert_eq!(status.code, Some(1), "{status:?}");
    assert!(status.out.contains("NO BACKUP"), "{status:?}");
    for _ in 0..2 {
        let ran = with_config(&config, &["backup", "--json"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.contains("its date is in the future"), "{ran:?}");
    }
    let dumps = names(&root.path().join("store/t/shop/dumps"));
    assert_eq!(
        dumps.len(),
        2,
        "the newest, and that of the future: {dumps:?}"
    );
    assert!(dumps.contains(future.1));
}
