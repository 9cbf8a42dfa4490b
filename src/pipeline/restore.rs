//! An archive's file into a server: entry by entry, in the order of its table of contents.

use std::io::{Read, Seek};

use bstr::ByteSlice as _;

use crate::archive::reader::Reader;
use crate::archive::toc::{ArchiveKind, Piece, Text, Toc, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::pipeline::existing::leave_existing;
use crate::pipeline::fetch::{Fetched, Frames};
use crate::pipeline::head::feed_head;
use crate::pipeline::runner::{OnError, Outcome, Runner};
use crate::pipeline::select::Choice;
use crate::plan::entry::Section;
use crate::progress::Task;
use crate::source::Target;
use crate::sql::dialect::Dialect;
use crate::sql::if_exists::if_exists;

/// How an archive is restored.
#[derive(Debug, Clone)]
pub struct RestoreJob {
    /// Which entries.
    pub choice: Choice,
    /// Make the database first, and go on in it.
    pub create: bool,
    /// Drop what will be made, where it exists.
    pub clean: bool,
    /// What a failed statement means.
    pub on_error: OnError,
    /// All or nothing.
    pub single_transaction: bool,
    /// Load into a database that holds objects already.
    pub into_existing: bool,
    /// The encoding that the texts of an SQL_ASCII database are taken to be in.
    pub assume_encoding: Option<String>,
    /// Globals: accounts that exist are set as the archive has them.
    pub overwrite_existing: bool,
}

impl Default for RestoreJob {
    fn default() -> Self {
        Self {
            choice: Choice::default(),
            create: false,
            clean: false,
            on_error: OnError::Stop,
            single_transaction: false,
            into_existing: false,
            assume_encoding: None,
            overwrite_existing: false,
        }
    }
}

/// Restores an archive's file. Every frame that is needed is checked before anything is run.
pub async fn restore<T, R>(
    target: &mut T,
    mut reader: Reader<R>,
    job: &RestoreJob,
    task: &Task,
) -> Result<Outcome>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let toc = reader.toc().clone();
    usable(&toc, target, job)?;
    let mut chosen = chosen(&toc, job)?;
    check_frames(&mut reader, &chosen)?;
    let mut frames = Frames::new(reader);
    let head = frames.whole(0)?;
    if job.create {
        create_database(target, &mut frames, &toc, job).await?;
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
        drop_all(&mut runner, &chosen).await?;
    }
    if toc.head.kind == ArchiveKind::Globals {
        chosen = leave_existing(&mut runner, chosen, job).await?;
    }
    let names = job.choice.by_name();
    task.expect(chosen.iter().map(|entry| entry.bytes).sum());
    feed_entries(&mut runner, frames.into_reader(), (&chosen, names), task).await?;
    if job.single_transaction {
        runner.commit().await?;
    }
    runner.end().await
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
pub(super) fn transactional(dialect: Dialect, job: &RestoreJob) -> Result<()> {
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
pub(super) async fn refuse_filled<T: Target>(target: &mut T, job: &RestoreJob) -> Result<()> {
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

fn chosen<'a>(toc: &'a Toc, job: &RestoreJob) -> Result<Vec<&'a TocEntry>> {
    let places = job.choice.of(toc)?.into_iter();
    let entries = places.filter_map(|at| toc.entries.get(at));
    Ok(entries
        .filter(|entry| entry.section != Section::Database)
        .collect())
}

fn check_frames<R: Read + Seek>(reader: &mut Reader<R>, chosen: &[&TocEntry]) -> Result<()> {
    let pieces = chosen.iter().flat_map(|entry| &entry.pieces);
    let mut frames: Vec<u32> = pieces.map(|piece| piece.frame).collect();
    frames.sort_unstable();
    frames.dedup();
    let mut frames = frames.into_iter();
    frames.try_for_each(|frame| reader.check_frame(frame))
}

/// Makes the database as the archive has it, and goes on in it.
async fn create_database<T: Target, R: Read + Seek>(
    target: &mut T,
    frames: &mut Frames<R>,
    toc: &Toc,
    job: &RestoreJob,
) -> Result<()> {
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
            runner.feed(&frames.piece(*piece)?, Some(&label)).await?;
        }
    }
    runner.end().await?;
    target.use_database(&toc.head.database.0).await
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

async fn feed_entries<T, R>(
    runner: &mut Runner<'_, T>,
    reader: Reader<R>,
    (chosen, by_name): (&[&TocEntry], bool),
    task: &Task,
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let pieces = |(at, entry): (usize, &&TocEntry)| -> Vec<(usize, Piece)> {
        entry.pieces.iter().map(|piece| (at, *piece)).collect()
    };
    let wanted = chosen.iter().enumerate().flat_map(pieces).collect();
    let mut fetched = Fetched::start(reader, wanted);
    let mut shown = None;
    while let Some((at, rows, sql)) = fetched.next().await? {
        let Some(entry) = chosen.get(at) else {
            continue;
        };
        let label = entry.label();
        if by_name && entry.kind == "schema" {
            // What was chosen goes into the schema, whether it is there already or not.
            let guarded = sql.replacen("\nCREATE SCHEMA ", "\nCREATE SCHEMA IF NOT EXISTS ", 1);
            runner.feed(&guarded, Some(&label)).await?;
        } else {
            runner.feed(&sql, Some(&label)).await?;
        }
        runner.took(rows);
        let (_, item) = match shown.take() {
            Some(shown @ (before, _)) if before == at => shown,
            _ => (at, task.item(&label, entry.bytes)),
        };
        let (_, item) = shown.insert((at, item));
        item.add(sql.len() as u64, rows);
    }
    Ok(())
}
