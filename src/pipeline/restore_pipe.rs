//! An archive from a pipe into a server: the script as it comes, for the table of contents comes
//! last. What is wrong with the archive may show only at the end, when all is loaded.

use std::io::Read;

use bstr::ByteSlice as _;
use tokio::sync::mpsc;

use crate::archive::sequential::Sequential;
use crate::error::{Error, Kind, Result};
use crate::pipeline::aside::aside;
use crate::pipeline::head::feed_head;
use crate::pipeline::header::{CLEANS, CREATES};
use crate::pipeline::restore::{
    Names, RestoreJob, database_is_named, goes_together, refuse_filled,
};
use crate::pipeline::runner::{Outcome, Runner};
use crate::source::Target;

/// Restores what comes through a pipe into the target's database.
pub async fn restore_pipe<T, R>(target: &mut T, input: R, job: &RestoreJob) -> Result<Outcome>
where
    T: Target,
    R: Read + Send + 'static,
{
    can_be_piped(job)?;
    goes_together(target.dialect(), job)?;
    refuse_filled(target, job).await?;
    let mut runner = Runner::new(target, job.on_error);
    if job.single_transaction {
        runner.begin().await?;
    }
    feed(&mut runner, input, job).await.map_err(|error| {
        if error.kind() == Kind::Archive && !job.single_transaction {
            error.hint("What came before this is loaded already: drop that database.")
        } else {
            error
        }
    })?;
    if job.single_transaction {
        runner.commit().await?;
    }
    runner.end().await
}

fn can_be_piped(job: &RestoreJob) -> Result<()> {
    let what = if job.resume {
        "--resume needs a file: a pipe can't be read from the middle"
    } else if job.dry_run {
        "--dry-run needs a file: in a pipe the table of contents comes last"
    } else if job.create {
        "--create needs a file: in a pipe the table of contents comes last"
    } else if job.names != Names::default() || job.create_missing_roles {
        "other names, owners and roles need a file: in a pipe the table of contents comes last"
    } else if job.choice.takes_all() {
        return Ok(());
    } else {
        "what is restored can't be chosen from a pipe: there the table of contents comes last"
    };
    Err(Error::new(Kind::Usage, what).hint("Give a file instead of a pipe."))
}

async fn feed<T, R>(runner: &mut Runner<'_, T>, input: R, job: &RestoreJob) -> Result<()>
where
    T: Target,
    R: Read + Send + 'static,
{
    let (send, mut frames) = mpsc::channel(2);
    let reading = aside(move || {
        let mut archive = Sequential::open(input)?;
        loop {
            let mut sql = Vec::new();
            if !archive.next(&mut sql)? || send.blocking_send(sql).is_err() {
                let entries = archive.toc().into_iter().flat_map(|toc| &toc.entries);
                return Ok::<_, Error>(entries.filter_map(|entry| entry.rows).sum::<u64>());
            }
        }
    });
    let mut first = true;
    while let Some(sql) = frames.recv().await {
        if std::mem::take(&mut first) {
            fits_a_pipe(&sql, job)?;
            if of_a_database(&sql) {
                database_is_named(runner.target())?;
            }
            feed_head(runner, &sql, job).await?;
        } else {
            runner.feed(&sql, None).await?;
        }
    }
    runner.took(reading.await?);
    Ok(())
}

/// Whether the script's second line says so.
fn of_a_database(head: &[u8]) -> bool {
    let mut lines = head.lines();
    lines
        .nth(1)
        .is_some_and(|line| line.starts_with(b"-- database "))
}

/// Refuses scripts that would do more than load.
fn fits_a_pipe(head: &[u8], job: &RestoreJob) -> Result<()> {
    let says = |wanted: &str| {
        let mut comments = head.lines().take_while(|line| line.starts_with(b"-- "));
        comments.any(|line| line == wanted.as_bytes())
    };
    if says(CREATES) {
        let what = "this script makes its own database and goes on in that";
        return Err(Error::new(Kind::Usage, what).hint("Give a file instead of a pipe."));
    }
    if job.clean && !says(CLEANS) {
        let what = "nothing in this script drops what is there: --clean needs a file";
        return Err(Error::new(Kind::Usage, what).hint("Give a file instead of a pipe."));
    }
    if says(CLEANS) && !job.clean {
        let what = "this script drops what it makes first";
        return Err(Error::new(Kind::Usage, what).hint("Give --clean if that is what you want."));
    }
    Ok(())
}
