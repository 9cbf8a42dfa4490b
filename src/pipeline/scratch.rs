//! Proves an archive by restoring it: into a database of its own, which is dropped again in every
//! case, and dumped before that, to compare what came out with what went in.

use std::io::{Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bstr::{BString, ByteSlice as _};

use crate::archive::codec::Codec;
use crate::archive::reader::Reader;
use crate::archive::toc::{Toc, TocEntry};
use crate::env::Env;
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::dump::{DumpJob, contents_of};
use crate::pipeline::proof::{Proof, Tally, compare};
use crate::pipeline::restore::{RestoreJob, restore};
use crate::plan::entry::Section;
use crate::progress::Progress;
use crate::source::{DumpOptions, Source, Target};
use crate::sql::dialect::Dialect;

/// How often dropping is tried: connections that were cut take a moment to be gone.
const TRIES: u32 = 40;

/// How long is waited between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// What a proof is made with.
#[derive(Debug)]
pub struct ProofJob<'a> {
    /// How it is restored.
    pub restore: RestoreJob,
    /// The connections that read what was restored.
    pub jobs: usize,
    /// The process's surroundings.
    pub env: &'a Env,
    /// Where progress is shown.
    pub progress: &'a Progress,
}

/// Restores the archive into a scratch database with a random name, dumps that and compares. It is
/// dropped whether that went well, failed or was stopped; no other ever is. Who stops it for the second
/// time does not wait for that. `open` opens the archive; its contents are read again for the comparison, since
/// those of many tables would lie beside what the dump holds.
pub async fn prove<T, S, R>(
    (target, source): (impl AsyncFn() -> Result<T>, impl AsyncFn() -> Result<S>),
    open: &impl Fn() -> Result<Reader<R>>,
    job: &ProofJob<'_>,
    mut stop: impl AsyncFnMut(),
) -> Result<Proof>
where
    T: Target + 'static,
    S: Source,
    S::Snapshot: 'static,
    R: Read + Seek + Send + 'static,
{
    let reader = open()?;
    let name = format!("dumpkeep_verify_{:016x}", rand::random::<u64>());
    let interrupted = || Error::new(Kind::Cancelled, "the proof was interrupted");
    let mut loading = tokio::select! {
        connected = target() => connected?,
        () = stop() => return Err(interrupted()),
    };
    let (create, inserts) = {
        let toc = reader.shared_toc();
        let (create, database) = creation(&toc)?;
        let create = renamed(loading.dialect(), (&create, database), &name)?;
        let inserts = |switch: &String| INSERTS.iter().any(|name| switch.starts_with(name));
        (create, toc.head.switches.iter().any(inserts))
    };
    let made = loading.execute(&create).await;
    made.while_with(|| format!("making the scratch database {name}"))?;
    let work = async {
        loading.use_database(name.as_bytes()).await?;
        let task = job.progress.task("restore", 0);
        let mut how = job.restore.clone();
        // No definer of MySQL's has rights in a database of this name.
        how.names.no_owner |= loading.dialect() == Dialect::Mysql;
        let restored = restore(&mut loading, reader, &how, &task).await;
        task.done();
        restored.while_with(|| format!("restoring into the scratch database {name}"))?;
        loading.close().await?;
        let restored = tally(&source().await?, &name, inserts, job).await?;
        compare(&open()?.shared_toc().entries, restored)
    };
    let mut stopped = false;
    let proved = tokio::select! {
        proved = work => proved,
        () = stop() => {
            stopped = true;
            Err(interrupted())
        }
    };
    // Who stops it only now is the first to do so.
    let again = async {
        if !stopped {
            stop().await;
        }
        stop().await;
    };
    let dropped = tokio::select! {
        dropped = async { drop_database(&mut target().await?, &name).await } => dropped,
        () = again => Err(interrupted()),
    };
    let dropped = dropped.while_with(|| format!("dropping the scratch database {name}"));
    // The first fault is the one that is told; a database that stays must be told as well.
    if let (Err(_), Err(error)) = (&proved, &dropped) {
        tracing::error!(
            "the scratch database {name} is still there: {}",
            error.line()
        );
    }
    let proof = proved?;
    dropped?;
    Ok(proof)
}

/// Switches by which rows are statements: their sums are others than COPY's.
const INSERTS: [&str; 3] = ["--inserts", "--column-inserts", "--rows-per-insert"];

/// What a dump of the database has.
async fn tally<S>(source: &S, name: &str, inserts: bool, job: &ProofJob<'_>) -> Result<Tally>
where
    S: Source,
    S::Snapshot: 'static,
{
    let dump_job = DumpJob {
        options: DumpOptions {
            lenient: true,
            inserts,
            ..DumpOptions::default()
        },
        codec: Codec::Zstd(1),
        jobs: job.jobs,
        ..DumpJob::new(job.env.now)
    };
    let tally = Arc::new(Mutex::new(Tally::default()));
    let filled = Arc::clone(&tally);
    let add = move |entry: &TocEntry| lock(&filled).add(entry);
    contents_of(source, name.as_bytes(), &dump_job, (job.progress, add)).await?;
    Ok(std::mem::take(&mut *lock(&tally)))
}

fn lock(tally: &Mutex<Tally>) -> std::sync::MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

/// MySQL's "Schema '…' is in read only mode": the archive's database is, and so is its copy.
const READ_ONLY: &str = "3989";

async fn drop_database<T: Target>(target: &mut T, name: &str) -> Result<()> {
    let drop = format!("DROP DATABASE {name}");
    let mut tries = 0;
    loop {
        if target.dialect() == Dialect::Postgres {
            let end = format!(
                "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity \
                 WHERE datname = '{name}' AND pid <> pg_catalog.pg_backend_pid()"
            );
            target.execute(end.as_bytes()).await?;
        }
        tries += 1;
        match target.execute(drop.as_bytes()).await {
            Err(error) if tries < TRIES && error.server_code() == Some(READ_ONLY) => {
                let alter = format!("ALTER DATABASE {name} READ ONLY = 0");
                target.execute(alter.as_bytes()).await?;
            }
            Err(error) if tries < TRIES && error.kind() == Kind::Server => {
                tracing::debug!("{}: tries again", error.line());
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

/// The statement that makes the archive's database: encoding and collations matter to the proof.
fn creation(toc: &Toc) -> Result<(BString, &[u8])> {
    let database = &toc.head.database.0;
    let own = (0..toc.entries.len()).find(|at| {
        toc.entries.section(*at) == Some(Section::Database) && toc.entries.kind(*at) == "database"
    });
    let own = own.and_then(|at| toc.entries.get(at));
    let create = own.and_then(|entry| entry.sql.first().cloned());
    match create {
        Some(create) => Ok((create.0, database)),
        None => Err(Error::new(
            Kind::Usage,
            "the archive does not say by itself how its database is made",
        )
        .hint("Restore it with --create on a server where that name is free.")),
    }
}

/// The same statement for a database of this name, which needs no quotes.
fn renamed(dialect: Dialect, (create, database): (&[u8], &[u8]), name: &str) -> Result<Vec<u8>> {
    let quote: &[u8] = match dialect {
        Dialect::Postgres => b"\"",
        Dialect::Mysql => b"`",
    };
    let doubled = database.replace(quote, [quote, quote].concat());
    let verb = b"CREATE DATABASE ";
    for spelled in [[quote, &doubled, quote].concat(), database.to_vec()] {
        let rest = create.strip_prefix(verb);
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix(spelled.as_slice())) else {
            continue;
        };
        if rest.first().is_none_or(|next| *next == b' ') {
            return Ok([verb, name.as_bytes(), rest].concat());
        }
    }
    let what = "the statement that makes the archive's database is of an unknown form";
    Err(Error::new(Kind::Archive, what))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn the_scratch_database_is_made_like_the_archives() {
        for (dialect, create, database, expected) in [
            (
                Dialect::Postgres,
                "CREATE DATABASE \"a\"\"b\" WITH TEMPLATE = template0",
                "a\"b",
                "CREATE DATABASE s WITH TEMPLATE = template0",
            ),
            (
                Dialect::Postgres,
                "CREATE DATABASE shop",
                "shop",
                "CREATE DATABASE s",
            ),
            (
                Dialect::Mysql,
                "CREATE DATABASE `a` CHARSET x",
                "a",
                "CREATE DATABASE s CHARSET x",
            ),
        ] {
            let from = (create.as_bytes(), database.as_bytes());
            let made = renamed(dialect, from, "s").unwrap();
            assert_eq!(String::from_utf8(made).unwrap(), expected);
        }
        let other = (&b"CREATE DATABASE shopping"[..], &b"shop"[..]);
        assert!(renamed(Dialect::Postgres, other, "s").is_err());
    }
}
