//! An archive's file into a server: definitions in the order of its table of contents, then rows and
//! what stands behind them as the schedule has it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{Read, Seek};
use std::sync::Arc;

use crate::archive::reader::Reader;
use crate::archive::toc::{ArchiveKind, Text, Toc};
use crate::error::{Error, Kind, Result};
use crate::pipeline::existing::leave_existing;
use crate::pipeline::head::feed_head;
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::dangling::dangling;
use crate::pipeline::restore::late_keys::LateKeys;
use crate::pipeline::restore::prepared::Prepared;
use crate::pipeline::restore::resume::{self, Past};
use crate::pipeline::restore::schedule::Schedule;
use crate::pipeline::restore::stages::Stages;
use crate::pipeline::restore::whole::whole;
use crate::pipeline::restore::workers::{self, Shared};
use crate::pipeline::restore::{RestoreJob, definitions, plan};
use crate::pipeline::runner::{OnError, Outcome, Runner};
use crate::plan::entry::{EntryId, Section};
use crate::progress::Task;
use crate::source::Target;
use crate::sql::dialect::Dialect;
use crate::sql::names::Renaming;

/// How long a restore that goes on waits for the sessions of the one before it, in seconds.
const WAIT: u64 = 60;

/// "There is no such database."
const NO_DATABASE: [&str; 2] = ["3D000", "1049"];

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
    if toc.head.kind == ArchiveKind::Database && !job.create {
        database_is_named(target)?;
    }
    let chosen = chosen(toc, job)?;
    if !job.dry_run {
        archive.check(&chosen).await?;
    }
    let prepared = Prepared::of(target, &archive, &chosen, job).await?;
    if job.dry_run {
        let mut lines = plan::lines(toc, &chosen, job, &prepared.renaming);
        lines.splice(0..0, prepared.problems);
        return Ok(Outcome {
            plan: lines,
            ..Outcome::default()
        });
    }
    let mut skipped = prepared.make_roles(target).await?;
    skipped.extend(job.choice.left_out(toc, &chosen));
    skipped.extend(dangling(target, &archive, (&chosen, &job.choice)).await?);
    target.tune(&job.tuning).await?;
    let renaming = Arc::clone(&prepared.renaming);
    let past = prepare(target, &archive, (&chosen, &renaming), job).await?;
    // Not before the look whether the database is empty, and in the one that was made.
    prepared.make_schemas(target, job.create).await?;
    let loaded = load(target, &archive, (chosen, past), (job, &renaming), task).await;
    let loaded = loaded.map(|mut outcome| {
        outcome.skipped.splice(0..0, skipped);
        outcome
    });
    loaded.map_err(|error| {
        let error = name_elsewhere(error, toc.head.dialect, job);
        if job.is_recorded(toc.head.kind) {
            tracing::warn!("{}", left(toc.head.dialect));
            error.hint("What was done is recorded in the database: --resume goes on from there.")
        } else {
            error
        }
    })
}

/// MySQL: a database, and a table, that a definition names and that is not there.
const ELSEWHERE: [&str; 2] = ["1049", "1146"];

/// Says what can be done where a definition reads what is in no archive of this database.
fn name_elsewhere(error: Error, dialect: Dialect, job: &RestoreJob) -> Error {
    let code = error.server_code();
    let missing = code.is_some_and(|code| ELSEWHERE.contains(&code));
    if dialect != Dialect::Mysql || !missing || !job.choice.defines() {
        return error;
    }
    error.hint(
        "It reads what is not on this server: where that is in another database, restore that one \
         before, or leave this out (--exclude-table, --use-list).",
    )
}

/// What a restore that failed leaves in the database beside the objects.
fn left(dialect: Dialect) -> String {
    let drop = match dialect {
        Dialect::Postgres => "DROP SCHEMA dumpkeep_restore CASCADE",
        Dialect::Mysql => "DROP TABLE dumpkeep_restore",
    };
    format!(
        "dumpkeep_restore in the database records what was done: --resume goes on from there and \
         removes it; who does not want that drops it ({drop})"
    )
}

/// Sees to the database: makes it, looks whether it is empty, or how far an earlier restore came.
async fn prepare<T: Target, R: Read + Seek + Send + 'static>(
    target: &mut T,
    archive: &Arc<Archive<R>>,
    (chosen, renaming): (&[usize], &Arc<Renaming>),
    job: &RestoreJob,
) -> Result<Option<Past>> {
    let toc = archive.toc();
    let goes_on = job.resume && job.create && resumes_in(target, (toc, renaming), job).await?;
    if job.create && !goes_on {
        create_database(target, archive, renaming, job).await?;
    }
    if job.is_recorded(toc.head.kind) {
        let seconds = if job.resume { WAIT } else { 0 };
        target.guard(0, seconds).await?;
    }
    if job.resume {
        let name = resume::name(toc, chosen, job);
        return resume::past(target, toc, &name).await;
    }
    if toc.head.kind == ArchiveKind::Database {
        refuse_filled(target, job).await?;
    }
    Ok(None)
}

/// Goes on in the database that `--create` had made, where it had come so far.
async fn resumes_in<T: Target>(
    target: &mut T,
    (toc, renaming): (&Toc, &Renaming),
    job: &RestoreJob,
) -> Result<bool> {
    let missing = |error: &Error| {
        let code = error.server_code();
        code.is_some_and(|code| NO_DATABASE.contains(&code))
    };
    match target.use_database(database(toc, renaming)).await {
        Ok(()) => target.tune(&job.tuning).await.map(|()| true),
        Err(error) if missing(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What comes behind the end of the record: event triggers would fire for it, and a database that can only
/// be read has no room for it.
const LAST: [&str; 2] = ["event_trigger", "read_only"];

async fn load<T, R>(
    target: &mut T,
    archive: &Arc<Archive<R>>,
    (mut chosen, past): (Vec<usize>, Option<Past>),
    (job, renaming): (&RestoreJob, &Arc<Renaming>),
    task: &Task,
) -> Result<Outcome>
where
    T: Target + 'static,
    R: Read + Seek + Send + 'static,
{
    let toc = archive.toc();
    let head = archive.whole(0).await?;
    let mut runner = Runner::new(target, job.on_error).renaming(renaming);
    if job.single_transaction {
        runner.begin().await?;
    }
    feed_head(&mut runner, &head, job).await?;
    runner.target().hasten().await?;
    let journal = begin(&mut runner, archive, (&chosen, past.as_ref()), job).await?;
    if toc.head.kind == ArchiveKind::Globals {
        chosen = without_existing(&mut runner, toc, chosen, job).await?;
    }
    let past = past.unwrap_or_default();
    task.expect(toc.entries.those(&chosen).map(|entry| entry.bytes).sum());
    let is_last = |at: &usize| LAST.contains(&toc.entries.kind(*at));
    let last: Vec<usize> = chosen.iter().copied().filter(is_last).collect();
    let scheduled = if last.is_empty() {
        Cow::Borrowed(&chosen)
    } else {
        let before = chosen.iter().copied();
        Cow::Owned(before.filter(|at| !is_last(at)).collect())
    };
    let whole = whole(toc, &chosen, job, &past);
    let late = LateKeys::of(archive, &chosen, (job, renaming)).await?;
    let order = (if job.spread() { job.jobs } else { 1 }, &past);
    let schedule = Schedule::new(toc, &scheduled, order, (&whole, &late.places()));
    let stages = stages(archive, (&chosen, &past), job).await?;
    let steps = (chosen, stages, schedule);
    let surroundings = (head, task.clone(), Arc::clone(renaming));
    let shared = Shared::new(
        Arc::clone(archive),
        job,
        surroundings,
        steps,
        (whole, late),
        journal,
    );
    let more = if job.spread() { job.jobs - 1 } else { 0 };
    let others = workers::work_all(&mut runner, &shared, more).await?;
    end(&mut runner, &shared, &last).await?;
    if job.single_transaction {
        runner.commit().await?;
    }
    let mut outcome = runner.end().await?;
    target.settle().await?;
    others.into_iter().for_each(|other| outcome.add(other));
    Ok(outcome)
}

/// The definitions that are not made yet, and which of them several connections make.
async fn stages<R: Read + Seek + Send + 'static>(
    archive: &Arc<Archive<R>>,
    (chosen, past): (&[usize], &Past),
    job: &RestoreJob,
) -> Result<Stages> {
    let toc = archive.toc();
    let mut left = chosen.to_vec();
    left.retain(|at| {
        let before = toc
            .entries
            .section(*at)
            .is_some_and(|own| own < Section::Data);
        before && !past.has(toc, *at)
    });
    // What fails beside others is taken back and made again: only where a failure is no end.
    let spread = job.spread() && job.by_steps() && toc.head.kind == ArchiveKind::Database;
    let loose = if spread {
        definitions::loose(archive, &left).await?
    } else {
        HashSet::new()
    };
    Ok(Stages::new(toc, &left, (&loose, job.jobs)))
}

/// Drops what is asked to be dropped, or what an earlier restore left half made, and begins the
/// record. `true`: there is one.
async fn begin<T, R>(
    runner: &mut Runner<'_, T>,
    archive: &Arc<Archive<R>>,
    (chosen, past): (&[usize], Option<&Past>),
    job: &RestoreJob,
) -> Result<bool>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let toc = archive.toc();
    let recorded = job.is_recorded(toc.head.kind);
    if let Some(past) = past {
        resume::mend(runner, archive, (chosen, past)).await?;
        return Ok(recorded);
    }
    // A database that was just made holds nothing.
    if job.clean && !job.create {
        drop_all(runner, (toc, chosen), job.single_transaction).await?;
    }
    if !recorded {
        return Ok(false);
    }
    let name = resume::name(toc, chosen, job);
    let begun = runner.target().journal_begin(&name).await?;
    if !begun {
        tracing::info!("the user may not record what is done: this restore can't be resumed");
    }
    Ok(begun)
}

/// The last entries and the end of the record, together: there is no way back behind them.
async fn end<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    last: &[usize],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    if shared.journal {
        runner.begin_part().await?;
        runner.target().journal_end().await?;
    }
    for entry in shared.archive.toc().entries.those(last) {
        workers::feed(runner, shared, &entry, &entry.pieces).await?;
    }
    if shared.journal {
        runner.commit_part().await?;
    }
    Ok(())
}

/// The entries without those that would change accounts that exist.
async fn without_existing<T: Target>(
    runner: &mut Runner<'_, T>,
    toc: &Toc,
    mut chosen: Vec<usize>,
    job: &RestoreJob,
) -> Result<Vec<usize>> {
    let entries = toc.entries.those(&chosen).collect();
    let left = leave_existing(runner, entries, job).await?;
    let left: HashSet<EntryId> = left.into_iter().map(|entry| entry.id).collect();
    chosen.retain(|at| toc.entries.id(*at).is_some_and(|id| left.contains(&id)));
    Ok(chosen)
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
    if job.resume && !job.is_recorded(head.kind) {
        let what = "--resume goes with a whole database's restore: not with --keep-going, \
                    --single-transaction, --into-existing, rows alone or a choice of objects";
        return Err(Error::new(Kind::Usage, what));
    }
    if job.names.database.is_some() && !job.create {
        let what = "--rename-database goes with --create: without that --to names the database";
        return Err(Error::new(Kind::Usage, what));
    }
    goes_together(head.dialect, job)
}

/// Whether these switches go together, whatever the file.
pub(crate) fn goes_together(dialect: Dialect, job: &RestoreJob) -> Result<()> {
    let usage = |what: &str| Err(Error::new(Kind::Usage, what));
    if job.single_transaction && job.on_error == OnError::KeepGoing {
        return usage("--single-transaction and --keep-going exclude each other");
    }
    if job.single_transaction && dialect == Dialect::Mysql && !job.choice.data_only {
        return usage("--single-transaction needs --data-only here: definitions end a transaction");
    }
    if job.clean && !job.choice.defines() {
        return usage("--clean drops what is made, and rows alone make nothing");
    }
    if job.dry_run && job.resume {
        return usage(
            "--dry-run says the steps of a restore that begins, and --resume goes on with one",
        );
    }
    Ok(())
}

/// What no name was given for does not go into a database that a server takes in its place.
pub(crate) fn database_is_named<T: Target>(target: &T) -> Result<()> {
    if target.database_is_named() {
        return Ok(());
    }
    let what = "the URL names no database";
    Err(Error::new(Kind::Usage, what)
        .hint("Put its name behind the last slash, or give --create to have it made."))
}

/// A restore into a database that is in use mixes two databases: only on request, or where only rows
/// or a few objects are restored.
pub(crate) async fn refuse_filled<T: Target>(target: &mut T, job: &RestoreJob) -> Result<()> {
    let makes = !job.choice.data_only && !job.choice.by_name() && job.choice.makes();
    if job.into_existing || job.clean || !makes {
        return Ok(());
    }
    let count = target.object_count().await?;
    if count == 0 {
        return Ok(());
    }
    let what = format!("the database holds {count} objects already");
    let error = Error::new(Kind::Usage, what);
    Err(if target.journal_read().await?.is_some() {
        error.hint("A restore into it was broken off: --resume goes on with that.")
    } else {
        error.hint(
            "Restore into an empty one (--create makes it), or give --clean or --if-empty=false.",
        )
    })
}

fn chosen(toc: &Toc, job: &RestoreJob) -> Result<Vec<usize>> {
    let mut places = job.choice.of(toc)?;
    places.retain(|at| {
        let section = toc.entries.section(*at);
        section.is_some_and(|section| section != Section::Database)
    });
    places.shrink_to_fit();
    if places.is_empty() && job.choice.by_name() {
        let what = "there is nothing in the archive of what was chosen";
        return Err(Error::new(Kind::Usage, what)
            .hint("`dumpkeep restore FILE --list` lists what it holds."));
    }
    Ok(places)
}

/// Makes the database as the archive has it, and goes on in it.
async fn create_database<T: Target, R: Read + Seek + Send + 'static>(
    target: &mut T,
    archive: &Arc<Archive<R>>,
    renaming: &Arc<Renaming>,
    job: &RestoreJob,
) -> Result<()> {
    let toc = archive.toc();
    let own = 0..toc.entries.len();
    let own = own.filter(|at| toc.entries.section(*at) == Some(Section::Database));
    let own: Vec<usize> = own.collect();
    if own.is_empty() {
        let what = "the archive does not say how its database is made";
        return Err(Error::new(Kind::Usage, what));
    }
    let mut runner = Runner::new(target, job.on_error).renaming(renaming);
    if job.clean {
        drop_all(&mut runner, (toc, &own), false).await?;
    }
    for entry in toc.entries.those(&own) {
        let label = entry.label();
        for statement in &entry.sql {
            let made = runner.statement(&statement.0, &label).await;
            made.map_err(there_already)?;
        }
        for piece in &entry.pieces {
            runner
                .feed(&archive.piece(*piece).await?, Some(&label))
                .await?;
        }
    }
    runner.end().await?;
    target.use_database(database(toc, renaming)).await?;
    target.tune(&job.tuning).await
}

/// What servers say of a database of that name: PostgreSQL and MySQL.
const DATABASE_EXISTS: [&str; 2] = ["42P04", "1007"];

fn there_already(error: Error) -> Error {
    let code = error.server_code();
    if code.is_none_or(|code| !DATABASE_EXISTS.contains(&code)) {
        return error;
    }
    error.hint(
        "--rename-database makes one of another name; --create --clean drops this one before.",
    )
}

/// The database's name where it is made.
fn database<'a>(toc: &'a Toc, renaming: &'a Renaming) -> &'a [u8] {
    match &renaming.database {
        Some((_, new)) => new,
        None => &toc.head.database.0,
    }
}

/// The last made first. `inside`: in a transaction.
async fn drop_all<T: Target>(
    runner: &mut Runner<'_, T>,
    (toc, chosen): (&Toc, &[usize]),
    inside: bool,
) -> Result<()> {
    for entry in toc.entries.those(chosen.iter().rev()) {
        for Text(drop) in &entry.drop {
            runner.drop_one(drop, &entry.label(), inside).await?;
        }
    }
    Ok(())
}
