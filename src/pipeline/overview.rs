//! All that the store holds, backup by backup: what the page, the metrics and `adopt` are made of.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};

use crate::config::{Job, Target};
use crate::error::Result;
use crate::pipeline::bring_back::command;
use crate::pipeline::status::{Proven, name_of, proven};
use crate::retention::policy::Backup;
use crate::retention::scan::{backups, homes};
use crate::schedule::Schedule;
use crate::store::layout::{Class, Home};

/// One database's backups, oldest first.
#[derive(Debug, Clone)]
pub struct Line {
    /// The target's name.
    pub target: String,
    /// The database's name.
    pub database: String,
    /// When its target runs next.
    pub next: Option<DateTime<Utc>>,
    /// The backup that was proven last, where one was.
    pub proven: Option<Proven>,
    /// Its backups.
    pub backups: Vec<Kept>,
}

/// One backup.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its file.
    pub path: PathBuf,
    /// The day that its name says.
    pub day: NaiveDate,
    /// When it was begun, as its name says.
    pub at: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The classes that hold it.
    pub classes: Vec<Class>,
    /// The command that brings it back.
    pub restore: String,
}

/// Reads all targets' folders.
pub fn overview(job: &Job, now: DateTime<Utc>) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for target in &job.targets {
        for home in homes(&job.root.join(&target.folder))? {
            let backups = backups(&home)?;
            let backups = backups
                .iter()
                .map(|backup| Kept::new(target, &home, backup));
            lines.push(Line {
                target: target.name.clone(),
                database: name_of(&home.folder),
                next: next_start(target, job, now),
                proven: proven(&home)?,
                backups: backups.collect(),
            });
        }
    }
    Ok(lines)
}

/// When a target runs next, where it has a schedule.
#[must_use]
pub fn next_start(target: &Target, job: &Job, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let schedule = Schedule::parse(target.schedule.as_deref()?, "schedule").ok()?;
    schedule.next(now, job.zone)
}

impl Kept {
    fn new(target: &Target, home: &Home, backup: &Backup) -> Self {
        let real = home.dumps().join(backup.name.to_string());
        let link = backup.links.first();
        let path = match link {
            Some((class, name)) if !backup.in_dumps => home.class(*class).join(name),
            _ => real,
        };
        let mut classes: Vec<Class> = backup.links.iter().map(|(class, _)| *class).collect();
        classes.dedup();
        Self {
            restore: command(target, home, &path),
            path,
            day: backup.name.at.date(),
            at: backup.name.at.format("%Y-%m-%d %H:%M:%S").to_string(),
            bytes: backup.bytes,
            classes,
        }
    }
}
