//! What the store holds, for people and monitors: read from names alone, no server is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::config::{Job, Target};
use crate::error::Result;
use crate::pipeline::overview::next_start;
use crate::pipeline::proof_notes;
use crate::retention::policy::{AHEAD, Backup};
use crate::retention::scan::{backups, homes};
use crate::store::layout::{Class, GLOBALS, Home, database_folder, database_name};

/// What there is.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// The version of this form.
    pub format: u32,
    /// The store's root.
    pub root: String,
    /// When this was found out.
    pub at: DateTime<Utc>,
    /// The limit of a backup's age, in seconds, where one was given.
    pub max_age: Option<u64>,
    /// Whether every configured database has a good backup within the limit.
    pub ok: bool,
    /// One for each database, target by target.
    pub databases: Vec<DatabaseStatus>,
}

/// What there is of one database, or of a server's globals.
#[derive(Debug, Clone, Serialize)]
pub struct DatabaseStatus {
    /// The target's name.
    pub target: String,
    /// The database's name; `__GLOBAL__` for the globals.
    pub database: String,
    /// The newest good backup's file.
    pub file: Option<String>,
    /// When it was begun.
    pub time: Option<DateTime<Utc>>,
    /// How long ago, in seconds.
    pub age: Option<u64>,
    /// Its size in bytes.
    pub bytes: Option<u64>,
    /// The size in bytes of the one before it.
    pub previous_bytes: Option<u64>,
    /// All good backups.
    pub backups: usize,
    /// Their bytes together.
    pub total_bytes: u64,
    /// How many each class holds.
    pub classes: BTreeMap<Class, usize>,
    /// The backup that was proven last by restoring it, where one is.
    pub proven: Option<Proven>,
    /// When its target runs next, where it has a schedule.
    pub next: Option<DateTime<Utc>>,
    /// Whether the newest is within the limit.
    pub ok: bool,
}

/// A proof that went well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proven {
    /// The backup's file.
    pub file: String,
    /// When it was restored and compared.
    pub at: DateTime<Utc>,
}

/// The last one.
pub(super) fn proven(home: &Home) -> Result<Option<Proven>> {
    let notes = proof_notes::read(home)?.into_iter();
    let good = notes.filter(|(_, note)| note.good);
    let last = good.max_by_key(|(_, note)| note.at);
    Ok(last.map(|(file, note)| Proven { file, at: note.at }))
}

/// Looks at everything that the job's targets have in the store. A database that is configured by
/// its name is listed even where it has no backup; one that is only found by a pattern can't be.
pub fn status(job: &Job, now: DateTime<Utc>, max_age: Option<Duration>) -> Result<Status> {
    let mut databases = Vec::new();
    for target in &job.targets {
        let next = next_start(target, job, now);
        let found = of_target(job, target, now)?.into_iter();
        databases.extend(found.map(|database| DatabaseStatus { next, ..database }));
    }
    for database in &mut databases {
        database.judge(max_age);
    }
    forgive(job, &mut databases);
    Ok(Status {
        format: 1,
        root: job.root.display().to_string(),
        at: now,
        max_age: max_age.map(|age| age.as_secs()),
        ok: !databases.is_empty() && databases.iter().all(|database| database.ok),
        databases,
    })
}

fn of_target(job: &Job, target: &Target, now: DateTime<Utc>) -> Result<Vec<DatabaseStatus>> {
    let mut found: BTreeMap<String, (Vec<Backup>, Option<Proven>)> = BTreeMap::new();
    let named = target.wanted.include.iter();
    let named = named.filter_map(|pattern| pattern.literal());
    for name in named.filter(|name| target.wanted.takes(name, true)) {
        found.insert(database_folder(name), (Vec::new(), None));
    }
    if target.globals {
        found.insert(GLOBALS.to_owned(), (Vec::new(), None));
    }
    for home in homes(&job.root.join(&target.folder))? {
        let all = (backups(&home)?, proven(&home)?);
        found.insert(home.folder, all);
    }
    let found = found.into_iter();
    Ok(found
        .map(|(folder, (backups, proven))| DatabaseStatus {
            proven,
            ..DatabaseStatus::new(target, &folder, backups, job.zone, now)
        })
        .collect())
}

/// What is old for a reason is no failure: backups of what is no longer wanted, and those in the old
/// script's folder of a database whose name is spelt otherwise now.
fn forgive(job: &Job, databases: &mut [DatabaseStatus]) {
    let name = |database: &DatabaseStatus| (database.target.clone(), database.database.clone());
    let fresh = databases.iter().filter(|database| database.ok);
    let fresh: BTreeSet<(String, String)> = fresh.map(name).collect();
    for database in databases.iter_mut().filter(|database| !database.ok) {
        let target = job.targets.iter().find(|one| one.name == database.target);
        let wanted = target.is_none_or(|target| match database.database.as_str() {
            GLOBALS => target.globals,
            name => target.wanted.takes(name.as_bytes(), false),
        });
        database.ok = !wanted || fresh.contains(&name(database));
    }
}

impl DatabaseStatus {
    fn new(
        target: &Target,
        folder: &str,
        mut all: Vec<Backup>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Self {
        // One that is dated in the future would be new for ever.
        let horizon = now.with_timezone(&zone).naive_local() + AHEAD;
        all.retain(|backup| backup.bytes > 0 && backup.name.at <= horizon);
        let newest = all.last();
        let time = newest.map(|backup| instant(backup.name.at, zone));
        let age = time.map(|at| (now - at).to_std().unwrap_or_default().as_secs());
        let before = all.len().checked_sub(2).and_then(|index| all.get(index));
        let mut classes: BTreeMap<Class, usize> = Class::ALL.map(|class| (class, 0)).into();
        for (class, _) in all.iter().flat_map(|backup| &backup.links) {
            *classes.entry(*class).or_default() += 1;
        }
        Self {
            target: target.name.clone(),
            database: name_of(folder),
            file: newest.map(|backup| backup.name.to_string()),
            time,
            age,
            bytes: newest.map(|backup| backup.bytes),
            previous_bytes: before.map(|backup| backup.bytes),
            backups: all.len(),
            total_bytes: all.iter().map(|backup| backup.bytes).sum(),
            classes,
            proven: None,
            next: None,
            ok: false,
        }
    }

    fn judge(&mut self, max_age: Option<Duration>) {
        let within = |age: u64| max_age.is_none_or(|max| age <= max.as_secs());
        self.ok = self.age.is_some_and(within);
    }
}

pub(super) fn name_of(folder: &str) -> String {
    if folder == GLOBALS {
        return GLOBALS.to_owned();
    }
    database_name(folder).map_or_else(
        || folder.to_owned(),
        |name| String::from_utf8_lossy(&name).into_owned(),
    )
}

/// The moment of a local time: the later one in an hour that is repeated, so that nothing is called
/// too old an hour early.
fn instant(at: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    zone.from_local_datetime(&at)
        .latest()
        .map_or_else(|| Utc.from_utc_datetime(&at), |at| at.with_timezone(&Utc))
}
