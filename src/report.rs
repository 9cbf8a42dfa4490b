//! What happened in a run: events in, one report out. Hooks, mail, `--json` and the exit code read
//! only this. Pure.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::config::duration;
use crate::error::{Error, visible};
use crate::source::Warning;

/// The version of the JSON form.
pub const FORMAT: u32 = 1;

/// A run's report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The version of this form.
    pub format: u32,
    /// The tool's version.
    pub version: &'static str,
    /// Names the run: the time it began, in its zone.
    pub run_id: String,
    /// The host that it ran on.
    pub host: String,
    /// The store's root.
    pub root: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended.
    pub finished: Option<DateTime<Utc>>,
    /// Whether everything went well.
    pub status: Status,
    /// The code that the process ends with.
    pub exit_code: u8,
    /// One for each target, in the configuration's order.
    pub targets: Vec<TargetReport>,
    /// What else went wrong: hooks, mail.
    pub failures: Vec<Failure>,
    /// What ended the run before its end: a failed `pre_backup`, a signal.
    pub stopped: Option<Stopped>,
}

/// The end of a run that did not reach its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// Why.
    pub why: Failure,
    /// The code that the process ends with.
    pub code: u8,
}

/// Well or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It went well.
    Success,
    /// It did not.
    Failure,
}

impl Status {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

/// What happened to one target.
#[derive(Debug, Clone, Serialize)]
pub struct TargetReport {
    /// Its name.
    pub name: String,
    /// The server, where it was reached: "PostgreSQL 16.3 at db1:5432".
    pub server: Option<String>,
    /// Why nothing could be done, where nothing could.
    pub error: Option<Failure>,
    /// The globals first, then the databases.
    pub backups: Vec<BackupReport>,
}

/// What kind of backup it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BackupKind {
    /// What belongs to the server.
    Globals,
    /// A database.
    Database,
}

/// What happened to one database, or to the globals.
#[derive(Debug, Clone, Serialize)]
pub struct BackupReport {
    /// Globals or database.
    pub kind: BackupKind,
    /// The database's name; empty for globals.
    pub database: String,
    /// Whether there is a new good backup.
    pub status: Status,
    /// Why not.
    pub error: Option<Failure>,
    /// The archive.
    pub file: Option<String>,
    /// Its size in bytes.
    pub bytes: Option<u64>,
    /// The size of the backup before it, in bytes.
    pub previous_bytes: Option<u64>,
    /// The rows in it.
    pub rows: Option<u64>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The new links.
    pub links: Vec<String>,
    /// What retention removed.
    pub removed: Vec<String>,
    /// How many backups of it there are now.
    pub kept: Option<usize>,
    /// Why retention failed, where it did.
    pub prune_error: Option<Failure>,
    /// What the user should hear of.
    pub warnings: Vec<Warning>,
}

/// An error in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What went wrong, on one line.
    pub message: String,
    /// All of it: with context and hint.
    pub detail: String,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self {
            message: error.line(),
            detail: error.report(),
        }
    }
}

/// What can happen in a run.
#[derive(Debug)]
pub enum Event {
    /// A target is begun; what follows belongs to it.
    Target(String),
    /// Its server was reached.
    Server(String),
    /// Nothing can be done for the target.
    TargetFailed(Failure),
    /// A backup ended, well or not.
    Backup(Box<BackupReport>),
    /// Something beside the backups failed.
    Failed(Failure),
    /// The run can't go on.
    Stopped(Stopped),
    /// The run is over.
    Finished(DateTime<Utc>),
}

impl BackupReport {
    /// A backup that is not made yet.
    #[must_use]
    pub fn new(kind: BackupKind, database: impl Into<String>) -> Self {
        Self {
            kind,
            database: database.into(),
            status: Status::Failure,
            error: None,
            file: None,
            bytes: None,
            previous_bytes: None,
            rows: None,
            seconds: 0.0,
            links: Vec::new(),
            removed: Vec::new(),
            kept: None,
            prune_error: None,
            warnings: Vec::new(),
        }
    }

    /// Its database's name as hooks are told.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.kind {
            BackupKind::Globals => "__GLOBAL__",
            BackupKind::Database => &self.database,
        }
    }

    /// What went wrong, if anything.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.error.as_ref().or(self.prune_error.as_ref())
    }

    /// Its database's name as shown, made safe for a terminal.
    #[must_use]
    pub fn label(&self) -> String {
        match self.kind {
            BackupKind::Globals => "globals".to_owned(),
            BackupKind::Database => visible(&self.database),
        }
    }
}

impl Report {
    /// The report of a run that begins.
    #[must_use]
    pub fn new(run_id: String, host: String, root: String, started: DateTime<Utc>) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            run_id,
            host,
            root,
            started,
            finished: None,
            status: Status::Success,
            exit_code: 0,
            targets: Vec::new(),
            failures: Vec::new(),
            stopped: None,
        }
    }

    /// Takes in what happened.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Target(name) => self.targets.push(TargetReport {
                name,
                server: None,
                error: None,
                backups: Vec::new(),
            }),
            Event::Failed(failure) => self.failures.push(failure),
            Event::Stopped(stopped) => self.stopped = Some(stopped),
            Event::Finished(at) => self.finished = Some(at),
            Event::Server(_) | Event::TargetFailed(_) | Event::Backup(_) => self.of_target(event),
        }
        self.exit_code = self.code();
        self.status = match self.exit_code {
            0 => Status::Success,
            _ => Status::Failure,
        };
    }

    fn of_target(&mut self, event: Event) {
        let Some(target) = self.targets.last_mut() else {
            return;
        };
        match event {
            Event::Server(server) => target.server = Some(server),
            Event::TargetFailed(failure) => target.error = Some(failure),
            Event::Backup(backup) => target.backups.push(*backup),
            _ => {}
        }
    }

    /// A failed database is the gravest: its data has no new backup.
    fn code(&self) -> u8 {
        let failed = |kind: BackupKind| {
            let backups = self.targets.iter().flat_map(|target| &target.backups);
            backups
                .into_iter()
                .any(|backup| backup.kind == kind && backup.status == Status::Failure)
        };
        let pruning =
            |target: &TargetReport| target.backups.iter().any(|b| b.prune_error.is_some());
        if let Some(stopped) = &self.stopped {
            stopped.code
        } else if self.targets.iter().any(|target| target.error.is_some())
            || failed(BackupKind::Database)
        {
            4
        } else if failed(BackupKind::Globals) {
            3
        } else if !self.failures.is_empty() || self.targets.iter().any(pruning) {
            5
        } else {
            0
        }
    }

    /// The bytes of all new backups.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let backups = self.targets.iter().flat_map(|target| &target.backups);
        backups.filter_map(|backup| backup.bytes).sum()
    }

    /// What went wrong first, on one line.
    #[must_use]
    pub fn first_failure(&self) -> Option<&str> {
        let targets = self.targets.iter().flat_map(|target| {
            let backups = target.backups.iter().filter_map(BackupReport::failure);
            backups.chain(&target.error)
        });
        let stopped = self.stopped.iter().map(|stopped| &stopped.why);
        let mut all = stopped.chain(targets).chain(&self.failures);
        all.next().map(|failure| failure.message.as_str())
    }

    /// The report as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_else(|error| format!("\"{error}\""))
    }

    /// The report as text, one line for each backup.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for target in &self.targets {
            target.write(&mut text);
        }
        let stopped = self.stopped.iter().map(|stopped| &stopped.why);
        for failure in self.failures.iter().chain(stopped) {
            let _ = writeln!(text, "{}", failure.detail);
        }
        text.push_str(&self.summary());
        text.push('\n');
        text
    }

    /// What a run would back up, as text: nothing was.
    #[must_use]
    pub fn plan(&self) -> String {
        let mut text = String::new();
        let mut count = 0;
        for target in &self.targets {
            target.write_head(&mut text);
            for backup in &target.backups {
                if backup.error.is_some() {
                    backup.write(&mut text);
                } else {
                    count += 1;
                    let _ = writeln!(text, "  {}", backup.label());
                }
            }
        }
        let count = counted(count, "backup");
        let state = match self.exit_code {
            0 => "a dry run",
            _ => "a dry run, and FAILED",
        };
        let _ = writeln!(text, "{state}: {count} would be made; nothing was written");
        text
    }

    /// The whole run in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let all: Vec<&BackupReport> = self.targets.iter().flat_map(|t| &t.backups).collect();
        let good = all.iter().filter(|b| b.status == Status::Success);
        let (count, bytes) = good.fold((0, 0), |(count, bytes), backup| {
            (count + 1, bytes + backup.bytes.unwrap_or(0))
        });
        let took = self.finished.map_or(Duration::ZERO, |at| {
            (at - self.started).to_std().unwrap_or_default()
        });
        let state = match self.exit_code {
            0 => "all well",
            _ => "FAILED",
        };
        let failed = all.len() - count;
        let unreached = self.targets.iter().filter(|t| t.error.is_some()).count();
        let mut line = format!(
            "{state}: {}, {}, in {}",
            counted(count, "backup"),
            size(bytes),
            duration::show(took)
        );
        if failed > 0 {
            let _ = write!(line, ", {failed} failed");
        }
        if unreached > 0 {
            let _ = write!(line, ", {} not backed up", counted(unreached, "target"));
        }
        line
    }
}

impl TargetReport {
    fn write(&self, text: &mut String) {
        self.write_head(text);
        for backup in &self.backups {
            backup.write(text);
        }
    }

    fn write_head(&self, text: &mut String) {
        let server = self.server.as_deref().unwrap_or("not reached");
        let _ = writeln!(text, "{} ({})", visible(&self.name), visible(server));
        if let Some(error) = &self.error {
            let _ = writeln!(text, "{}", error.detail);
        }
    }
}

impl BackupReport {
    fn write(&self, text: &mut String) {
        let label = self.label();
        let took = duration::show(Duration::try_from_secs_f64(self.seconds).unwrap_or_default());
        match (&self.error, self.bytes) {
            (Some(error), _) => {
                let _ = writeln!(text, "  {label}: FAILED after {took}\n{}", error.detail);
            }
            (None, bytes) => {
                let rows = self
                    .rows
                    .map_or_else(String::new, |rows| format!(", {rows} rows"));
                let size = size(bytes.unwrap_or(0));
                let _ = writeln!(text, "  {label}: {size}{rows} in {took}");
            }
        }
        if let Some(error) = &self.prune_error {
            let _ = writeln!(text, "{}", error.detail);
        }
        for warning in &self.warnings {
            let (object, message) = (visible(&warning.object), visible(&warning.message));
            let _ = writeln!(text, "    warning: {object}: {message}");
        }
    }
}

fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// Bytes for people.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Precise enough: one decimal is shown.
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::error::Kind;

    fn failure() -> Failure {
        Failure::from(&Error::new(Kind::Server, "cannot read table t").hint("Grant it."))
    }

    fn backup(kind: BackupKind, well: bool) -> Event {
        let mut backup = BackupReport::new(kind, "shop");
        if well {
            backup.status = Status::Success;
            backup.bytes = Some(2048);
        } else {
            backup.error = Some(failure());
        }
        Event::Backup(Box::new(backup))
    }

    fn report(events: Vec<Event>) -> Report {
        let start = DateTime::UNIX_EPOCH;
        let mut report = Report::new("r".into(), "h".into(), "/x".into(), start);
        report.take(Event::Target("db1".into()));
        events.into_iter().for_each(|event| report.take(event));
        report.take(Event::Finished(start + TimeDelta::seconds(90)));
        report
    }

    #[test]
    fn exit_codes_are_the_contracts() {
        use BackupKind::{Database, Globals};
        let code = |events| report(events).exit_code;
        assert_eq!(code(vec![backup(Database, true)]), 0);
        assert_eq!(
            code(vec![backup(Globals, false), backup(Database, true)]),
            3
        );
        assert_eq!(
            code(vec![backup(Globals, false), backup(Database, false)]),
            4
        );
        assert_eq!(code(vec![Event::TargetFailed(failure())]), 4);
        assert_eq!(
            code(vec![backup(Database, true), Event::Failed(failure())]),
            5
        );
        let mut pruned = BackupReport::new(Database, "shop");
        pruned.status = Status::Success;
        pruned.prune_error = Some(failure());
        assert_eq!(code(vec![Event::Backup(Box::new(pruned))]), 5);
    }

    #[test]
    fn text_says_it_all() {
        let report = report(vec![
            Event::Server("PostgreSQL 16.3 at db1:5432".into()),
            backup(BackupKind::Database, true),
            backup(BackupKind::Database, false),
        ]);
        assert_eq!(
            report.text(),
            "db1 (PostgreSQL 16.3 at db1:5432)\n  shop: 2.0 KiB in 0.0s\n  \
             shop: FAILED after 0.0s\nerror: cannot read table t\n  hint: Grant it.\n\
             FAILED: 1 backup, 2.0 KiB, in 1m30s, 1 failed\n"
        );
        assert!(report.json().contains("\"exit_code\": 4"));
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [(0, "0 B"), (1536, "1.5 KiB"), (1 << 40, "1.0 TiB")] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(size(u64::MAX), "16384.0 PiB");
    }
}
