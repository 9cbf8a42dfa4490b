//! One server's backups, whatever the engine.

use bstr::ByteSlice as _;
use chrono::{DateTime, Utc};

use crate::config::{Job, Target};
use crate::error::{Error, Kind, Result};
use crate::logging::failure;
use crate::pipeline::dump::{DumpJob, dump};
use crate::pipeline::globals::globals;
use crate::report::{BackupKind, BackupReport, Event, Failure, Status};
use crate::source::{Database, Source};
use crate::sql::dialect::Dialect;
use crate::store::layout::{GLOBALS, Home, database_folder};

use super::keep::Kept;
use super::run::{Mode, Run};
use super::save::save;

/// What of a server's databases a run takes.
#[derive(Debug)]
pub struct Offer {
    /// Those that it takes.
    pub databases: Vec<Database>,
    /// Those that were named and are not there.
    pub missing: Vec<String>,
}

/// Asks the server for its databases and chooses among them.
pub async fn offer<S: Source>(source: &S, target: &Target) -> Result<Offer> {
    let all = source.databases().await?;
    let names: Vec<(&[u8], bool)> = all
        .iter()
        .map(|database| (database.name.as_bytes(), database.template))
        .collect();
    let chosen = target.wanted.choose(&names);
    let found = chosen.found.iter().filter_map(|&index| all.get(index));
    Ok(Offer {
        databases: found.cloned().collect(),
        missing: chosen.missing,
    })
}

/// Backs up everything that is wanted of one server, or only says what that is.
pub(super) async fn back_up<S>(
    run: &mut Run<'_>,
    (target, mode): (&Target, Mode),
    source: &S,
    dialect: Dialect,
) where
    S: Source,
    S::Snapshot: 'static,
{
    let server = source.server();
    run.take(Event::Server(format!(
        "{} {} at {}",
        server.product, server.version, server.address
    )));
    let one = One { run, target, mode };
    if target.globals {
        let report = one.globals(source, dialect).await;
        done(run, (target, mode), report).await;
    }
    match offer(source, target).await {
        Ok(offer) => databases(run, (target, mode), source, offer).await,
        Err(error) => {
            failure(&error);
            run.take(Event::TargetFailed(Failure::from(&error)));
        }
    }
}

async fn databases<S>(run: &mut Run<'_>, (target, mode): (&Target, Mode), source: &S, offer: Offer)
where
    S: Source,
    S::Snapshot: 'static,
{
    for name in offer.missing {
        let error = Error::new(Kind::Config, format!("there is no database {name}"))
            .hint("It is named in databases: create it, or take it out.");
        let report = BackupReport::new(BackupKind::Database, name);
        done(run, (target, mode), failed(report, &error)).await;
    }
    for database in offer.databases {
        let one = One { run, target, mode };
        let report = one.database(source, &database).await;
        done(run, (target, mode), report).await;
    }
}

async fn done(run: &mut Run<'_>, (target, mode): (&Target, Mode), report: BackupReport) {
    match mode {
        Mode::Make => run.backed_up(target, report).await,
        Mode::Rehearse => run.take(Event::Backup(Box::new(report))),
    }
}

fn would_be(mut report: BackupReport) -> BackupReport {
    report.status = Status::Success;
    report
}

fn failed(mut report: BackupReport, error: &Error) -> BackupReport {
    failure(error);
    report.error = Some(Failure::from(error));
    report
}

/// One backup of a run, about to be made.
struct One<'a, 'r> {
    run: &'a Run<'r>,
    target: &'a Target,
    mode: Mode,
}

impl One<'_, '_> {
    async fn globals<S>(&self, source: &S, dialect: Dialect) -> BackupReport
    where
        S: Source,
    {
        let now = self.run.now();
        let job = self.dump_job(now);
        let report = BackupReport::new(BackupKind::Globals, "");
        if self.mode == Mode::Rehearse {
            return would_be(report);
        }
        let home = self.home(GLOBALS.to_owned());
        let extension = self.target.codec.extension();
        save(&home, self.kept(now), extension, report, |out| {
            globals(source, dialect, &job, out)
        })
        .await
    }

    async fn database<S>(&self, source: &S, database: &Database) -> BackupReport
    where
        S: Source,
        S::Snapshot: 'static,
    {
        let now = self.run.now();
        let job = self.dump_job(now);
        let report = BackupReport::new(BackupKind::Database, database.name.to_str_lossy());
        if let Some(why) = &database.refuses {
            let what = format!("cannot dump database {}: {why}", database.name);
            let error = Error::new(Kind::Connect, what);
            return failed(report, &error.hint("Name it in exclude to leave it out."));
        }
        if self.mode == Mode::Rehearse {
            return would_be(report);
        }
        let home = self.home(database_folder(&database.name));
        let extension = self.target.codec.extension();
        save(&home, self.kept(now), extension, report, |out| {
            dump(source, &database.name, &job, out, self.run.progress())
        })
        .await
    }

    fn home(&self, folder: String) -> Home {
        Home::new(&self.run.job.root.join(&self.target.folder), folder)
    }

    fn kept(&self, now: DateTime<Utc>) -> Kept<'_> {
        let Job { copies, zone, .. } = *self.run.job;
        let policy = &self.target.policy;
        Kept {
            policy,
            copies,
            now,
            zone,
        }
    }

    fn dump_job(&self, started: DateTime<Utc>) -> DumpJob {
        DumpJob {
            options: self.target.options.clone(),
            codec: self.target.codec,
            jobs: self.target.jobs,
            ..DumpJob::new(started)
        }
    }
}
