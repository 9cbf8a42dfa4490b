//! Small tasks in one transaction, sent without a wait for the answers: of a table of some kilobytes, most of
//! the time goes to begin, to record and to commit, and to the ways there and back.

use std::io::{Read, Seek};
use std::sync::Arc;

use crate::archive::toc::{Piece, TocEntry};
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::restore::archive::missing;
use crate::pipeline::restore::schedule::Task;
use crate::pipeline::restore::workers::{self, Shared, add_keys, feed, note};
use crate::pipeline::runner::Runner;
use crate::source::{Step, Target};

/// Runs tasks that were handed out together.
pub(super) async fn run<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    tasks: &[Task],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    if tasks.len() > 1 && may_be_one(runner, shared, tasks).await? {
        let done = run_in_one(runner, shared, tasks).await;
        let refused = done.as_ref().is_err_and(is_refused);
        if refused {
            // Each by itself: those that the server takes are kept, and what is wrong is told of the right one.
            runner.roll_back_part().await?;
        } else {
            done.while_with(|| named(shared, tasks))?;
        }
        runner.target().apart().await?;
        if !refused {
            return Ok(());
        }
    }
    for task in tasks {
        if task.keys {
            add_keys(runner, shared, task.entry).await?;
        } else {
            workers::run(runner, shared, task.entry, task.piece).await?;
        }
    }
    Ok(())
}

async fn may_be_one<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Shared<R>,
    tasks: &[Task],
) -> Result<bool>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let entries = &shared.archive.toc().entries;
    let entries = tasks.iter().filter_map(|task| entries.get(task.entry));
    let entries: Vec<Arc<TocEntry>> = entries.collect();
    let tables: Vec<&[u8]> = entries
        .iter()
        .map(|entry| &*entry.name.0 as &[u8])
        .collect();
    runner.target().together(&tables).await
}

/// In the server's words, or by the number of rows that it took.
fn is_refused(error: &Error) -> bool {
    error.server_code().is_some() || error.kind() == Kind::Server
}

/// For an error that may have come with any of them: a connection that is lost.
fn named<R: Read + Seek + Send + 'static>(shared: &Shared<R>, tasks: &[Task]) -> String {
    let entries = &shared.archive.toc().entries;
    let first = tasks.first().and_then(|task| entries.get(task.entry));
    let first = first.map(|entry| entry.label()).unwrap_or_default();
    format!(
        "restoring {first} and what goes with it ({} in all)",
        tasks.len()
    )
}

async fn run_in_one<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    tasks: &[Task],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let (mut steps, mut rows) = (Vec::new(), 0);
    runner.begin_part().await?;
    runner.target().pipeline(true).await?;
    for task in tasks {
        let entry = shared.archive.toc().entries.get(task.entry);
        let entry = entry.ok_or_else(|| missing(task.entry))?;
        let pieces = pieces_of(&entry, task.piece);
        feed(runner, shared, &entry, pieces).await?;
        let step = step(&entry, (task.piece, pieces));
        rows += step.rows;
        steps.push(step);
    }
    runner.target().pipeline(false).await?;
    note(runner, shared, &steps).await?;
    runner.commit_part().await?;
    runner.took(rows);
    Ok(())
}

/// All of an entry's pieces, or this one.
pub(super) fn pieces_of(entry: &TocEntry, piece: Option<usize>) -> &[Piece] {
    match piece {
        None => &entry.pieces[..],
        Some(piece) => entry.pieces.get(piece..=piece).unwrap_or_default(),
    }
}

/// The record of an entry, or of one of its pieces.
pub(super) fn step(entry: &TocEntry, (number, pieces): (Option<usize>, &[Piece])) -> Step {
    Step {
        entry: entry.id.0,
        piece: number.and_then(|number| u32::try_from(number).ok()),
        rows: pieces.iter().map(|piece| piece.rows).sum(),
        done: true,
    }
}
