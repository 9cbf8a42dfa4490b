//! Plain SQL of pg_dump, pg_dumpall, mysqldump and mariadb-dump, as it comes, in constant memory.

use std::pin::Pin;

use tokio::sync::mpsc::{Receiver, channel};

use super::loader::Loader;
use super::scope::Scope;
use crate::error::{Error, Kind, Result};
use crate::foreign::compressed::{Input, fill};
use crate::foreign::ending::Ending;
use crate::pipeline::aside::aside;
use crate::pipeline::restore::{RestoreJob, goes_together, refuse_filled};
use crate::pipeline::runner::Outcome;
use crate::progress::Task;
use crate::source::Target;
use crate::sql::foreign::Maker;

/// So much text is read at once, in bytes.
const CHUNK: usize = 512 << 10;

/// So many chunks wait at most.
const AHEAD: usize = 2;

/// Restores a script into the target's database, or, with `create`, into those that it makes.
pub(super) async fn restore<T: Target>(
    target: &mut T,
    (input, maker): (Input, Option<Maker>),
    job: &RestoreJob,
    task: &Task,
) -> Result<Outcome> {
    usable(target, maker, job)?;
    if !job.create {
        refuse_filled(target, job).await?;
    }
    let scope = Scope::new(target.dialect(), job);
    let mut loader = Loader::new(target, job, scope);
    if job.single_transaction {
        loader.begin().await?;
    }
    let mut item = task.item("the script", 0);
    let mut text = Text::start(input);
    let mut ending = Ending::default();
    while let Some(piece) = text.next().await? {
        ending.push(&piece);
        let rows = loader.feed(&piece, None).await?;
        item.add(piece.len() as u64, rows);
    }
    loader.close(None).await.map_err(loaded)?;
    if let Some(maker) = maker {
        whole(&ending, maker).map_err(loaded)?;
    }
    if job.single_transaction {
        loader.commit().await?;
    }
    if loader.has_times_of_no_zone() {
        let read = if maker.is_some_and(Maker::is_in_utc) {
            "in UTC, as mariadb-dump --compact writes them"
        } else {
            "in the server's own"
        };
        tracing::warn!(
            "the script does not say in which time zone its times are (TIMESTAMP): they were read {read}"
        );
    }
    Ok(loader.end())
}

fn usable<T: Target>(target: &T, maker: Option<Maker>, job: &RestoreJob) -> Result<()> {
    let usage = |what: &str| Err(Error::new(Kind::Usage, what));
    if let Some(maker) = maker
        && maker.dialect() != target.dialect()
    {
        let there = target.server();
        let what = format!(
            "the script is {}'s, and {} is {}",
            maker.name(),
            there.address,
            there.product
        );
        return usage(&what);
    }
    if !job.choice.takes_all() {
        return usage("what is restored can't be chosen from another dumper's script");
    }
    if job.assume_encoding.is_some() {
        return usage("--assume-encoding is for dumpkeep's own archives");
    }
    if job.dry_run {
        let what = "--dry-run: a script has no table of contents, and nothing was done";
        return Err(Error::new(Kind::Usage, what)
            .hint("`dumpkeep verify` reads it to its end and counts its rows."));
    }
    if job.single_transaction && job.create {
        return usage("--single-transaction and --create exclude each other");
    }
    if maker == Some(Maker::PgDumpall) && !job.create {
        return Err(Error::new(
            Kind::Usage,
            "pg_dumpall's script makes and enters databases",
        )
        .hint("Give --create, and any database of the server in the URL."));
    }
    goes_together(target.dialect(), job)
}

/// An error where the script's end is missing.
pub(super) fn whole(ending: &Ending, maker: Maker) -> Result<()> {
    if ending.is_whole(maker) {
        return Ok(());
    }
    let what = format!(
        "the script does not end as {} ends one: it was cut",
        maker.name()
    );
    Err(Error::new(Kind::Archive, what))
}

fn loaded(error: Error) -> Error {
    error.hint("What came before this is loaded already: drop that database.")
}

/// A text that is read ahead, off the async threads.
pub(super) struct Text {
    pieces: Receiver<Vec<u8>>,
    reading: Pin<Box<dyn Future<Output = Result<()>> + Send>>,
}

impl Text {
    pub(super) fn start(mut input: Input) -> Self {
        let (send, pieces) = channel(AHEAD);
        let reading = aside(move || {
            loop {
                let mut piece = Vec::new();
                fill(&mut input, &mut piece, CHUNK)?;
                if piece.is_empty() || send.blocking_send(piece).is_err() {
                    return Ok(());
                }
            }
        });
        Self {
            pieces,
            reading: Box::pin(reading),
        }
    }

    /// The next piece; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if let Some(piece) = self.pieces.recv().await {
            return Ok(Some(piece));
        }
        (&mut self.reading).await?;
        Ok(None)
    }
}
