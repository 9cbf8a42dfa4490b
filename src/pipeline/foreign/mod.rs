//! Other dumpers' files into a server: plain SQL as it comes, and pg_dump's archives entry by entry.

mod about;
mod archive;
mod file;
mod loader;
mod objects;
mod parallel;
mod schedule;
mod scope;
mod script;
mod times;

pub use about::{About, about, verify};
pub use file::{ForeignFile, Piped};

use crate::error::{Error, Kind, Result};
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::runner::Outcome;
use crate::progress::Task;
use crate::source::Target;

/// Restores a file of another dumper.
pub async fn restore<T: Target + 'static>(
    target: &mut T,
    file: ForeignFile,
    job: &RestoreJob,
    task: &Task,
) -> Result<Outcome> {
    job.names.of_foreign()?;
    if job.create_missing_roles {
        let what =
            "--create-missing-roles is for dumpkeep's own archives: this is another dumper's file";
        return Err(
            Error::new(Kind::Usage, what).hint("Give --no-owner, --no-privileges or --map-role.")
        );
    }
    if job.resume {
        let what = "--resume is for dumpkeep's own archives: this is another dumper's file";
        return Err(Error::new(Kind::Usage, what).hint("Begin again in an empty database."));
    }
    let parallel = matches!(file, ForeignFile::PgDump(_)) && parallel::spreads(job);
    if job.jobs > 1 && !parallel && !job.single_transaction {
        tracing::warn!(
            "another dumper's script, rows alone and --keep-going are loaded over one connection: \
             --jobs is not heeded"
        );
    }
    let utc = matches!(&file, ForeignFile::Script { maker: Some(maker), .. } if maker.is_in_utc());
    target.as_client(utc).await?;
    match file {
        ForeignFile::Script { input, maker } => {
            script::restore(target, (input, maker), job, task).await
        }
        ForeignFile::PgDump(archive) => archive::restore(target, archive, job, task).await,
    }
}
