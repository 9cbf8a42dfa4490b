//! `dumpkeep restore`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Context;
use super::choice::ChoiceArgs;
use super::names::NamesArgs;
use crate::archive::reader::Reader;
use crate::archive::toc::Toc;
use crate::error::{Context as _, Error, Kind, Result, visible};
use crate::pipeline::aside::aside;
use crate::pipeline::engine::{Load, load_url, open};
use crate::pipeline::foreign::{About, ForeignFile, Piped, about};
use crate::pipeline::list;
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::runner::{OnError, Outcome};
use crate::source::Tuning;
use crate::store::fs::{failed, is_pipe};

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The archive; "-" is standard input, and any other pipe is read like that
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The database to load into, or with --create any database of its server
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    to: Option<String>,
    /// Write the list of entries, to be edited for --use-list
    #[arg(long, conflicts_with = "to")]
    list: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Go on with a restore that was broken off: the same file, the same switches
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    choice: ChoiceArgs,
    /// Create the database as the archive has it, and load into that
    #[arg(short = 'C', long)]
    create: bool,
    /// Drop what will be made first, where it exists
    #[arg(short, long)]
    clean: bool,
    /// End at the first error (the default)
    #[arg(short, long, conflicts_with = "keep_going")]
    exit_on_error: bool,
    /// Note errors and go on
    #[arg(short, long)]
    keep_going: bool,
    /// All or nothing
    #[arg(short = '1', long)]
    single_transaction: bool,
    /// Only into an empty database (the default)
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    if_empty: bool,
    /// The same as --if-empty=false
    #[arg(long)]
    into_existing: bool,
    /// Take the texts of an SQL_ASCII database to be in this encoding
    #[arg(long, value_name = "ENCODING")]
    assume_encoding: Option<String>,
    /// Globals: set accounts that exist as the archive has them
    #[arg(long)]
    overwrite_existing: bool,
    #[command(flatten)]
    names: NamesArgs,
    /// Try it where the server is older than the archive's
    #[arg(long)]
    older_server: bool,
    /// Begin without looking for what would fail
    #[arg(long, conflicts_with = "dry_run")]
    no_checks: bool,
    /// Load over so many connections
    #[arg(short, long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// PostgreSQL: memory for building indexes, for each connection
    #[arg(long, value_name = "SIZE")]
    maintenance_work_mem: Option<String>,
    /// PostgreSQL: what a commit waits for while loading: off (the default), local, remote_write,
    /// on, remote_apply
    #[arg(long, value_name = "VALUE")]
    synchronous_commit: Option<String>,
    /// PostgreSQL: load rows with no trigger fired and no foreign key checked; needs --data-only
    #[arg(long, requires = "data_only")]
    disable_triggers: bool,
}

/// Restores an archive.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    let job = job(&args)?;
    let Some(to) = &args.to else {
        let toc = contents(&args.file)?;
        return ctx
            .print(list::write(&toc, &job.choice.of(&toc)?))
            .map(|()| 0);
    };
    if args.jobs > 1 && args.single_transaction {
        tracing::warn!("one transaction is one connection's: --jobs is not heeded");
    }
    let path = args.file.clone();
    let load = match aside(move || input(&path)).await? {
        Opened::Pipe(Piped::Own(input)) => Load::Pipe(input, &job),
        Opened::Pipe(Piped::Foreign(file)) | Opened::Foreign(file) => Load::Foreign(file, &job),
        Opened::Own(reader) => Load::File(reader, &job),
    };
    let outcome = load_url(to, &ctx.env, load, &ctx.progress).await;
    let outcome = outcome.while_with(|| format!("restoring {}", args.file.display()))?;
    ctx.progress.clear();
    if job.dry_run {
        let plan = outcome.plan.iter().map(|line| visible(line) + "\n");
        return ctx.print(plan.collect::<String>()).map(|()| 0);
    }
    Ok(report(&outcome))
}

/// What a file holds, for its list.
fn contents(path: &Path) -> Result<Arc<Toc>> {
    let Some(file) = ForeignFile::open(path)? else {
        return Ok(open(path)?.shared_toc());
    };
    match about(&file)? {
        About::PgDump(_, toc, _) => Ok(Arc::from(toc)),
        About::Script(_) => {
            let what = format!("{} is a script: there is nothing to list", path.display());
            Err(Error::new(Kind::Usage, what))
        }
    }
}

/// What there is to restore.
enum Opened {
    Pipe(Piped),
    Foreign(ForeignFile),
    Own(Box<Reader<File>>),
}

/// A pipe is waited for until something comes.
fn input(path: &Path) -> Result<Opened> {
    if path == Path::new("-") {
        return ForeignFile::pipe(Box::new(std::io::stdin())).map(Opened::Pipe);
    }
    if is_pipe(path) {
        let input = File::open(path).map_err(|cause| failed("read", path, cause))?;
        return ForeignFile::pipe(Box::new(input)).map(Opened::Pipe);
    }
    Ok(match ForeignFile::open(path)? {
        Some(file) => Opened::Foreign(file),
        None => Opened::Own(Box::new(open(path)?)),
    })
}

fn job(args: &Args) -> Result<RestoreJob> {
    Ok(RestoreJob {
        choice: args.choice.choice()?,
        create: args.create,
        clean: args.clean,
        on_error: if args.keep_going {
            OnError::KeepGoing
        } else {
            OnError::Stop
        },
        single_transaction: args.single_transaction,
        into_existing: args.into_existing || !args.if_empty,
        assume_encoding: args.assume_encoding.clone(),
        overwrite_existing: args.overwrite_existing,
        names: args.names.names(),
        create_missing_roles: args.names.creates_roles(),
        older_server: args.older_server,
        unchecked: args.no_checks,
        jobs: args.jobs.into(),
        tuning: Tuning {
            maintenance_work_mem: args.maintenance_work_mem.clone(),
            synchronous_commit: args.synchronous_commit.clone(),
            triggers_off: args.disable_triggers,
        },
        journal: true,
        resume: args.resume,
        dry_run: args.dry_run,
        ..RestoreJob::default()
    })
}

/// Failures were logged as they came; at the end they stand together.
fn report(outcome: &Outcome) -> u8 {
    for skipped in &outcome.skipped {
        tracing::warn!("{skipped}");
    }
    let failures = outcome.failures.len();
    tracing::info!("{} statements, {} rows", outcome.statements, outcome.rows);
    if failures > 0 {
        let each = outcome.failures.iter().map(Error::report);
        let list = each.collect::<Vec<_>>().join("\n");
        tracing::error!("{failures} statements failed:\n{list}");
    }
    u8::from(failures > 0)
}
