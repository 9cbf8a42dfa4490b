//! From a URL to a source or a target: for single commands, the one place where the engine matters.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::archive::reader::Reader;
use crate::archive::toc::ArchiveKind;
use crate::archive::writer::Sealed;
use crate::config::resolve::Engine;
use crate::env::Env;
use crate::error::{Context as _, Error, Kind, Result};
use crate::mysql::source::MysqlSource;
use crate::mysql::target::MysqlTarget;
use crate::pipeline::dump::{DumpJob, dump};
use crate::pipeline::foreign::{self, ForeignFile};
use crate::pipeline::globals::globals;
use crate::pipeline::output::Output;
use crate::pipeline::proof::Proof;
use crate::pipeline::restore::{RestoreJob, restore};
use crate::pipeline::restore_pipe::restore_pipe;
use crate::pipeline::runner::Outcome;
use crate::pipeline::scratch::{self, ProofJob};
use crate::postgres::source::PgSource;
use crate::postgres::target::PgTarget;
use crate::progress::{Progress, Task};
use crate::source::{Source, Target};
use crate::sql::dialect::Dialect;
use crate::store::fs::{failed, not_a_pipe};

/// A database changed while it was dumped: how often a file is begun again.
const TRIES: usize = 3;

/// Where an archive goes.
#[derive(Debug, Clone)]
pub struct Destination {
    /// A file; none or `-` is standard output.
    pub path: Option<PathBuf>,
    /// A file that is there is overwritten.
    pub force: bool,
}

/// What was written, and the file's name where it is one.
pub type Written = (Sealed, Option<PathBuf>);

/// Dumps the database that the URL names, or the server's globals.
pub async fn dump_url(
    url: &str,
    env: &Env,
    what: ArchiveKind,
    job: &DumpJob,
    (to, progress): (&Destination, &Progress),
) -> Result<Written> {
    let dialect = dialect(url)?;
    // Before anything is asked of the server: the output may be refused.
    let out = Output::open(to.path.as_deref(), to.force)?;
    match dialect {
        Dialect::Postgres => {
            let source = PgSource::connect(url, None, env).await?;
            write(&source, dialect, what, job, (out, to, progress)).await
        }
        Dialect::Mysql => {
            let source = MysqlSource::connect(url, env).await?;
            write(&source, dialect, what, job, (out, to, progress)).await
        }
    }
}

async fn write<S>(
    source: &S,
    dialect: Dialect,
    what: ArchiveKind,
    job: &DumpJob,
    (mut out, to, progress): (Output, &Destination, &Progress),
) -> Result<Written>
where
    S: Source,
    S::Snapshot: 'static,
{
    if what == ArchiveKind::Globals {
        let (out, sealed) = globals(source, dialect, job, out).await?;
        let path = out.commit(&sealed)?;
        return Ok((sealed, path));
    }
    if source.database().is_empty() {
        let what = "the URL names no database";
        return Err(Error::new(Kind::Usage, what).hint("Put its name behind the last slash."));
    }
    let mut tries = 0;
    loop {
        tries += 1;
        let again = matches!(out, Output::File(_)) && tries < TRIES;
        match dump(source, source.database(), job, out, progress).await {
            Ok((out, sealed)) => {
                let path = out.commit(&sealed)?;
                return Ok((sealed, path));
            }
            Err(error) if error.kind() == Kind::Changed && again => {
                tracing::warn!("{}: begins again", error.line());
                out = Output::open(to.path.as_deref(), to.force)?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// An archive on its way into a server.
pub enum Load<'a> {
    /// From a file.
    File(Box<Reader<File>>, &'a RestoreJob),
    /// From a pipe.
    Pipe(Box<dyn Read + Send>, &'a RestoreJob),
    /// Another dumper's file.
    Foreign(ForeignFile, &'a RestoreJob),
}

/// Restores an archive into the server that the URL names.
pub async fn load_url(
    url: &str,
    env: &Env,
    load: Load<'_>,
    progress: &Progress,
) -> Result<Outcome> {
    let task = progress.task("restore", 0);
    let done = match dialect(url)? {
        Dialect::Postgres => {
            let target = PgTarget::connect(url, None, env).await?;
            load_into(target, load, &task).await
        }
        Dialect::Mysql => {
            let target = MysqlTarget::connect(url, env).await?;
            load_into(target, load, &task).await
        }
    };
    task.done();
    done
}

async fn load_into<T: Target + 'static>(
    mut target: T,
    load: Load<'_>,
    task: &Task,
) -> Result<Outcome> {
    let outcome = match load {
        Load::File(reader, job) => restore(&mut target, *reader, job, task).await?,
        Load::Pipe(input, job) => restore_pipe(&mut target, input, job).await?,
        Load::Foreign(file, job) => foreign::restore(&mut target, file, job, task).await?,
    };
    target.close().await?;
    Ok(outcome)
}

/// Proves an archive on the server that the URL names: see [`scratch::prove`].
pub async fn prove_url(
    url: &str,
    path: &Path,
    job: &ProofJob<'_>,
    stop: impl AsyncFnMut(),
) -> Result<Proof> {
    // the same file each time, whatever becomes of its name meanwhile
    let file = open_file(path)?;
    let reader = || {
        let file = file.try_clone();
        let file = file.map_err(|cause| failed("read", path, cause))?;
        Reader::open(file).while_with(|| format!("reading {}", path.display()))
    };
    match dialect(url)? {
        Dialect::Postgres => {
            let target = async || PgTarget::connect(url, None, job.env).await;
            let source = async || PgSource::connect(url, None, job.env).await;
            scratch::prove((target, source), &reader, job, stop).await
        }
        Dialect::Mysql => {
            let target = async || MysqlTarget::connect(url, job.env).await;
            let source = async || MysqlSource::connect(url, job.env).await;
            scratch::prove((target, source), &reader, job, stop).await
        }
    }
}

/// Which engine a URL names.
pub fn dialect(url: &str) -> Result<Dialect> {
    match Engine::of(url) {
        Some(Engine::Postgresql) => Ok(Dialect::Postgres),
        Some(Engine::Mysql) => Ok(Dialect::Mysql),
        Some(Engine::Command) | None => Err(Error::new(
            Kind::Usage,
            "the URL does not say which server it is",
        )
        .hint("It begins with postgres:// or mysql://.")),
    }
}

/// Opens an archive's file.
pub fn open(path: &Path) -> Result<Reader<File>> {
    let file = open_file(path)?;
    Reader::open(file).while_with(|| format!("reading {}", path.display()))
}

fn open_file(path: &Path) -> Result<File> {
    not_a_pipe(path)?;
    let wrong = |cause| failed("read", path, cause);
    let file = File::open(path).map_err(wrong)?;
    if file.metadata().map_err(wrong)?.is_dir() {
        let what = format!("cannot read {}: it is a folder", path.display());
        return Err(Error::new(Kind::Io, what));
    }
    Ok(file)
}
