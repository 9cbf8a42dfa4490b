//! One server's backups, whatever the engine.

use std::path::Path;

use bstr::ByteSlice as _;
use chrono::{DateTime, Utc};

use crate::archive::writer::Sealed;
use crate::config::Target;
use crate::error::{Error, Kind, Result};
use crate::logging::failure;
use crate::pipeline::dump::{DumpJob, dump};
use crate::pipeline::globals::globals;
use crate::pipeline::proof_notes::{self, ProofNote};
use crate::report::{BackupKind, BackupReport, Event, Failure, Status};
use crate::source::{Database, Source};
use crate::sql::dialect::Dialect;
use crate::store::fs::Partial;
use crate::store::layout::{Class, GLOBALS, Home, database_folder};

use super::made::Made;
use super::names::local;
use super::run::{Mode, Run};
use super::save::save;
use super::work::Work;

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
    let work = run.work(target, mode);
    if target.globals {
        let report = work.globals(source, dialect).await;
        run.done(work.finished(report).await);
    }
    match offer(source, target).await {
        Ok(offer) => {
            run.found(target, offer.databases.len() + offer.missing.len());
            for name in offer.missing {
                run.done(work.finished(missing(name)).await);
            }
            let each = offer.databases.iter();
            let each = each.map(|database| async {
                let report = work.database(source, database).await;
                work.finished(report).await
            });
            run.all(each, target.parallel).await;
        }
        Err(error) => {
            failure(&error);
            run.take(Event::TargetFailed(Failure::from(&error)));
            if mode == Mode::Make {
                run.unlisted(target, &error).await;
            }
        }
    }
}

impl Run<'_> {
    /// Takes in how many databases a target has, named ones that are missing too.
    pub(super) fn found(&mut self, target: &Target, count: usize) {
        if let Some(error) = nothing(target, count) {
            failure(&error);
            self.take(Event::TargetFailed(Failure::from(&error)));
        }
    }

    /// A server that was not reached has failed with all that is known of it by name: each has its
    /// failure, and its hook.
    pub(super) async fn unreached(&mut self, target: &Target, error: &Error) {
        if target.globals {
            let work = self.work(target, Mode::Make);
            let report = lost(BackupReport::new(BackupKind::Globals, ""), error);
            self.done(work.finished(report).await);
        }
        self.unlisted(target, error).await;
    }

    /// The databases that were named, where the server did not say which there are.
    async fn unlisted(&mut self, target: &Target, error: &Error) {
        let work = self.work(target, Mode::Make);
        for name in target.wanted.named() {
            let report = lost(BackupReport::new(BackupKind::Database, name), error);
            self.done(work.finished(report).await);
        }
    }
}

/// Failed with its server, whose error was logged.
fn lost(mut report: BackupReport, error: &Error) -> BackupReport {
    report.error = Some(Failure {
        message: error.line(),
        // The whole of it is said of the server.
        detail: "error: nothing could be done for its server".to_owned(),
    });
    report
}

/// Why a target of which no database was found is no success: a pattern may be wrong, and servers
/// hide databases from users without rights. Not where none is asked for, or one run chooses.
pub fn nothing(target: &Target, found: usize) -> Option<Error> {
    let wanted = &target.wanted;
    if found > 0 || wanted.include.is_empty() || !wanted.only.is_empty() {
        return None;
    }
    let what = "no database was found that databases and exclude leave";
    Some(Error::new(Kind::Config, what).hint(
        "Check the patterns, and whether the user may see the databases; databases = [] saves the \
         globals alone.",
    ))
}

/// A database that is named and not there.
pub(super) fn missing(name: String) -> BackupReport {
    let error = Error::new(Kind::Config, format!("there is no database {name}"))
        .hint("It is named in databases: create it, or take it out.");
    failed(BackupReport::new(BackupKind::Database, name), &error)
}

pub(super) fn would_be(mut report: BackupReport) -> BackupReport {
    report.status = Status::Success;
    report
}

pub(super) fn failed(mut report: BackupReport, error: &Error) -> BackupReport {
    failure(error);
    report.error = Some(Failure::from(error));
    report
}

impl Work<'_> {
    async fn globals<S>(&self, source: &S, dialect: Dialect) -> BackupReport
    where
        S: Source,
    {
        let now = self.clock.now();
        let job = self.dump_job(now);
        let report = BackupReport::new(BackupKind::Globals, "");
        if self.mode == Mode::Rehearse {
            return would_be(report);
        }
        let home = self.home(GLOBALS.to_owned());
        let place = self.place(&home, now, self.target.codec.extension());
        save(
            place,
            report,
            |out| {
                let made = globals(source, dialect, &job, out);
                async { made.await.map(archive) }
            },
            async |_| Ok(()),
        )
        .await
    }

    async fn database<S>(&self, source: &S, database: &Database) -> BackupReport
    where
        S: Source,
        S::Snapshot: 'static,
    {
        let now = self.clock.now();
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
        let place = self.place(&home, now, self.target.codec.extension());
        save(
            place,
            report,
            |out| {
                let made = dump(source, &database.name, &job, out, self.progress);
                async { made.await.map(archive) }
            },
            async |path| self.prove(path, &home).await,
        )
        .await
    }

    /// Proves the backup, where that is asked for and its turn.
    async fn prove(&self, path: &Path, home: &Home) -> Result<()> {
        let Some(how) = &self.target.prove else {
            return Ok(());
        };
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let week = |at: DateTime<Utc>| Class::Weekly.period(local(at, self.job.zone));
        let now = self.clock.now();
        if !how.always {
            let notes = proof_notes::read(home)?;
            if notes
                .values()
                .any(|note| note.good && week(note.at) == week(now))
            {
                return Ok(());
            }
        }
        tracing::info!("proving {}", path.display());
        let proof = self
            .proofs
            .prove(path, how, (self.env, self.progress))
            .await;
        // One that was interrupted says nothing of the backup.
        if !matches!(&proof, Err(error) if error.kind() == Kind::Cancelled) {
            proof_notes::write(home, &file, &ProofNote::of(self.clock.now(), &proof))?;
        }
        let proof = proof?;
        tracing::info!("proven: {} objects, {} rows", proof.objects, proof.rows);
        Ok(())
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

fn archive((partial, sealed): (Partial, Sealed)) -> (Partial, Made) {
    (partial, Made::Archive(Box::new(sealed)))
}
