//! New names: of archives, and of logs.

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;

use crate::error::{Error, Kind, Result};
use crate::store::fs;
use crate::store::layout::{BackupName, Class, Home};

/// How far a name may be moved ahead of the clock, in seconds.
const TRIES: i64 = 300;

/// A point in time as names have it: local, whole seconds.
pub(super) fn local(at: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    let local = at.with_timezone(&zone).naive_local();
    local.with_nanosecond(0).unwrap_or(local)
}

/// A name that nothing in this home has: in an hour that a zone repeats, or twice in one second, the
/// clock's own may be taken; then the next free second.
pub(super) fn free_name(home: &Home, at: NaiveDateTime, extension: &str) -> Result<BackupName> {
    let name = |seconds| BackupName {
        folder: home.folder.clone(),
        at: at + TimeDelta::seconds(seconds),
        extension: extension.to_owned(),
    };
    let mut names = (0..TRIES).map(name);
    names.find(|name| !taken(home, name)).ok_or_else(|| {
        let file = home.dumps().join(name(0).to_string());
        Error::new(Kind::Io, format!("{} is there already", file.display()))
    })
}

fn taken(home: &Home, name: &BackupName) -> bool {
    let file = name.to_string();
    let link = |class: Class| home.class(class).join(class.link_name(&file, name.at));
    std::iter::once(home.dumps().join(&file))
        .chain(Class::ALL.map(link))
        .any(|path| path.symlink_metadata().is_ok())
}

/// Begins the log of a run that began at `at`; gives its path. Two runs of one second have a number.
pub(super) fn new_log(dir: &Path, at: NaiveDateTime) -> Result<(File, PathBuf)> {
    let at = at.format("%Y-%m-%d_%H-%M-%S");
    for number in 1..100 {
        let name = match number {
            1 => format!("{at}.log"),
            _ => format!("{at}_{number:02}.log"),
        };
        if !dir.join(&name).exists() {
            return Ok((fs::create_log(dir, &name)?, dir.join(name)));
        }
    }
    Err(Error::new(Kind::Io, format!("too many logs of {at}")))
}

/// Removes all but the newest `keep` logs; other files in the folder stay.
pub(super) fn drop_logs(dir: &Path, keep: usize) -> Result<()> {
    let mut logs = fs::files(dir)?;
    logs.retain(|(name, _)| is_log(name));
    let old = logs.len().saturating_sub(keep);
    logs.iter()
        .take(old)
        .try_for_each(|(_, path)| fs::unlink(path))
}

fn is_log(name: &str) -> bool {
    let Some((time, rest)) = name.split_at_checked(19) else {
        return false;
    };
    let number = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = rest
        .strip_prefix('_')
        .and_then(|rest| rest.strip_suffix(".log"))
        .is_some_and(number);
    NaiveDateTime::parse_from_str(time, "%Y-%m-%d_%H-%M-%S").is_ok() && (rest == ".log" || numbered)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn at() -> NaiveDateTime {
        DateTime::UNIX_EPOCH.naive_utc()
    }

    #[test]
    fn names_are_free_ones() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::new(root.path(), "shop");
        let mut seen = Vec::new();
        for dir in ["dumps", "daily"] {
            let name = free_name(&home, at(), "sql.zst").unwrap();
            std::fs::create_dir_all(home.path.join(dir)).unwrap();
            let file = match dir {
                "daily" => Class::Daily.link_name(&name.to_string(), name.at),
                _ => name.to_string(),
            };
            std::fs::write(home.path.join(dir).join(file), "").unwrap();
            seen.push(name.at);
        }
        let third = free_name(&home, at(), "sql.zst").unwrap().at;
        assert_eq!(third - seen[0], TimeDelta::seconds(2));
    }

    #[test]
    fn logs_are_numbered_and_counted() {
        let root = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            new_log(root.path(), at()).unwrap();
        }
        std::fs::write(root.path().join("notes.log"), "").unwrap();
        drop_logs(root.path(), 1).unwrap();
        let left: Vec<_> = fs::files(root.path()).unwrap();
        let left: Vec<&str> = left.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(left, ["1970-01-01_00-00-00_03.log", "notes.log"]);
    }
}
