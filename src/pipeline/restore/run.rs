//! An archive's file into a server: definitions in the order of its table of contents, then rows and
//! what stands behind them as the schedule has it.

use std::collections::HashSet;
use std::io::{Read, Seek};
use std::sync::Arc;

use crate::archive::reader::Reader;
use crate::archive::toc::{ArchiveKind, Text, Toc, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::pipeline::existing::leave_existing;
use crate::pipeline::head::feed_head;
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::schedule::Schedule;
use crate::pipeline::restore::workers::{self, Shared};
use crate::pipeline::runner::{OnError, Outcome, Runner};
use crate::plan::entry::{EntryId, Section};
use crate::progress::Task;
use crate::source::Target;
use crate::sql::dialect::Dialect;
use crate::sql::if_exists::if_exists;

/// Restores an archive's file. Every frame that is needed is checked before anything is run.
pub async fn restore<T, R>(
    target: &mut T,
    reader: Reader<R>,
    job: &RestoreJob,
    task: &Task,
) -> Result<Outcome>
where
    T: Target + 'static,
    R: Read + Seek + Send + 'static,
{
    let archive = Archive::new(reader);
    let toc = archive.toc();
    usable(toc, target, job)?;
    let mut chosen = chosen(toc, job)?;
    archive.check(&chosen).await?;
    let head = archive.whole(0).await?;
    target.tune(&job.tuning).await?;
    if job.create {
        create_database(target, &archive, job).await?;
    }
    if toc.head.kind == ArchiveKind::Database {
        refuse_filled(target, job).await?;
    }
    let mut runner = Runner::new(target, job.on_error);
    if job.single_transaction {
        runner.begin().await?;
    }
    feed_head(&mut runner, &head, job).await?;
    if job.clean {
        drop_all(&mut runner, &entries(toc, &chosen)).await?;
    }
    if toc.head.kind == ArchiveKind::Globals {
        let left = leave_existing(&mut runner, entries(toc, &chosen), job).await?;
        let left: HashSet<EntryId> = left.into_iter().map(|entry| entry.id).collect();
        let stays = |at: &usize| {
            let entry = toc.entries.get(*at);
            entry.is_some_and(|entry| left.contains(&entry.id))
        };
        chosen.retain(stays);
    }
    task.expect(entries(toc, &chosen).iter().map(|entry| entry.bytes).sum());
    let schedule = Schedule::new(toc, &chosen, job.spread());
    let shared = Shared::new(Arc::clone(&archive), job, (head, task.clone()), schedule);
    for entry in entries(toc, &chosen) {
        if entry.section < Section::Data {
            workers::run(&mut runner, &shared, entry, &entry.pieces).await?;
        }
    }
    let more = if job.spread() { job.jobs - 1 } else { 0 };
    let others = workers::work_all(&mut runner, &shared, more).await?;
    if job.single_transaction {
        runner.commit().await?;
    }
    let mut outcome = runner.end().await?;
    target.settle().await?;
    others.into_iter().for_each(|other| outcome.add(other));
    Ok(outcome)
}

fn entries<'a>(toc: &'a Toc, places: &[usize]) -> Vec<&'a TocEntry> {
    places
        .iter()
        .filter_map(|at| toc.entries.get(*at))
        .collect()
}

/// Whether this archive can go to this server in this way.
fn usable<T: Target>(toc: &Toc, target: &T, job: &RestoreJob) -> Result<()> {
    let head = &toc.head;
    if head.dialect != target.dialect() {
        let there = target.server();
        let what = format!(
            "the archive is of {}, and {} is {}",
            head.server.product, there.address, there.product
        );
        return Err(Error::new(Kind::Usage, what));
    }
    if job.create && head.kind == ArchiveKind::Globals {
        let what = "the archive holds globals: there is no database to create";
        return Err(Error::new(Kind::Usage, what));
    }
    transactional(head.dialect, job)
}

/// Whether all or nothing can be had.
pub(crate) fn transactional(dialect: Dialect, job: &RestoreJob) -> Result<()> {
    if job.single_transaction && job.on_error == OnError::KeepGoing {
        let what = "--single-transaction and --keep-going exclude each other";
        return Err(Error::new(Kind::Usage, what));
    }
    if job.single_transaction && dialect == Dialect::Mysql && !job.choice.data_only {
        let what = "--single-transaction needs --data-only here: definitions end a transaction";
        return Err(Error::new(Kind::Usage, what));
    }
    Ok(())
}

/// A restore into a database that is in use mixes two databases: only on request, or where what is
/// restored was chosen.
pub(crate) async fn refuse_filled<T: Target>(target: &mut T, job: &RestoreJob) -> Result<()> {
    if job.into_existing || job.clean || !job.choice.takes_all() {
        return Ok(());
    }
    match target.object_count().await? {
        0 => Ok(()),
        count => Err(Error::new(
            Kind::Usage,
            format!("the database holds {count} objects already"),
        )
        .hint(
            "Restore into an empty one (--create makes it), or give --clean or --into-existing.",
        )),
    }
}

fn chosen(toc: &Toc, job: &RestoreJob) -> Result<Vec<usize>> {
    let mut places = job.choice.of(toc)?;
    places.retain(|at| {
        let entry = toc.entries.get(*at);
        entry.is_some_and(|entry| entry.section != Section::Database)
    });
    Ok(places)
}

/// Makes the database as the archive has it, and goes on in it.
async fn create_database<T: Target, R: Read + Seek + Send + 'static>(
    target: &mut T,
    archive: &Arc<Archive<R>>,
    job: &RestoreJob,
) -> Result<()> {
    let toc = archive.toc();
    let entries = || {
        let entries = toc.entries.iter();
        entries.filter(|entry| entry.section == Section::Database)
    };
    if entries().next().is_none() {
        let what = "the archive does not say how its database is made";
        return Err(Error::new(Kind::Usage, what));
    }
    let mut runner = Runner::new(target, job.on_error);
    if job.clean {
        drop_all(&mut runner, &entries().collect::<Vec<_>>()).await?;
    }
    for entry in entries() {
        let label = entry.label();
        for statement in &entry.sql {
            runner.statement(&statement.0, &label).await?;
        }
        for piece in &entry.pieces {
            runner
                .feed(&archive.piece(*piece).await?, Some(&label))
                .await?;
        }
    }
    runner.end().await?;
    target.use_database(&toc.head.database.0).await?;
    target.tune(&job.tuning).await
}

/// The last made first.
async fn drop_all<T: Target>(runner: &mut Runner<'_, T>, chosen: &[&TocEntry]) -> Result<()> {
    for entry in chosen.iter().rev() {
        for Text(drop) in &entry.drop {
            runner.statement(&if_exists(drop), &entry.label()).await?;
        }
    }
    Ok(())
}
