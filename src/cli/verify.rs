//! `dumpkeep verify`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Context;
use super::signals::Signals;
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::aside::aside;
use crate::pipeline::engine::{open, prove_url};
use crate::pipeline::foreign::{self, ForeignFile};
use crate::pipeline::proof::Proof;
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::scratch::ProofJob;
use crate::pipeline::verify::{Verified, verify};
use crate::report::size;

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The archives
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Restore each into a scratch database of this server, and drop that again
    #[arg(long, value_name = "URL")]
    restore_to: Option<String>,
    /// Restore and read back over so many connections
    #[arg(short, long, value_name = "N", default_value_t = 1, requires = "restore_to",
          value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
}

impl Args {
    /// Whether a database is made that must be dropped again.
    pub(super) fn proves(&self) -> bool {
        self.restore_to.is_some()
    }
}

/// Verifies every file; 1 where one is broken.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    let mut broken = false;
    let mut signals = Signals::listen()?;
    for file in &args.files {
        let mut interrupted = None;
        let stop = async || interrupted = Some(signals.next().await);
        let done = one_of_any(file, &args, ctx, stop).await;
        if let Some((name, code)) = interrupted {
            tracing::error!("interrupted by {name}");
            return Ok(code);
        }
        match done {
            Ok(line) => ctx.print(line)?,
            Err(error) if error.exit_code() == 2 => return Err(error),
            Err(error) => {
                broken = true;
                // Nobody is left to tell if standard error is gone.
                let _ = writeln!(std::io::stderr(), "{}", error.report());
            }
        }
    }
    Ok(u8::from(broken))
}

async fn one_of_any(
    file: &Path,
    args: &Args,
    ctx: &Context,
    mut stop: impl AsyncFnMut(),
) -> Result<String> {
    let path = file.to_owned();
    let found = aside(move || ForeignFile::open(&path));
    let Some(found) = or_stopped(found, &mut stop).await? else {
        let verified = or_stopped(read(file), &mut stop).await?;
        let proof = match &args.restore_to {
            None => None,
            Some(url) => Some(prove(file, url, args, ctx, stop).await?),
        };
        return Ok(line(file, verified, proof));
    };
    if args.restore_to.is_some() {
        let what = "--restore-to proves dumpkeep's own archives: this is another dumper's file";
        return Err(Error::new(Kind::Usage, what));
    }
    let read = or_stopped(aside(move || foreign::verify(found)), &mut stop).await;
    let what = read.while_with(|| format!("verifying {}", file.display()))?;
    Ok(format!(
        "{}: can be read to its end: {what}\n",
        file.display()
    ))
}

async fn or_stopped<A>(
    work: impl Future<Output = Result<A>>,
    stop: &mut impl AsyncFnMut(),
) -> Result<A> {
    tokio::select! {
        done = work => done,
        () = stop() => Err(Error::new(Kind::Cancelled, "verifying was interrupted")),
    }
}

async fn read(file: &Path) -> Result<Verified> {
    let path = file.to_owned();
    let verified = aside(move || verify(&mut open(&path)?)).await;
    verified.while_with(|| format!("verifying {}", file.display()))
}

async fn prove(
    file: &Path,
    url: &str,
    args: &Args,
    ctx: &Context,
    stop: impl AsyncFnMut(),
) -> Result<Proof> {
    let job = ProofJob {
        restore: RestoreJob {
            jobs: args.jobs.into(),
            ..RestoreJob::default()
        },
        jobs: args.jobs.into(),
        env: &ctx.env,
        progress: &ctx.progress,
    };
    let proved = prove_url(url, file, &job, stop).await;
    proved.while_with(|| format!("verifying {}", file.display()))
}

fn line(file: &Path, verified: Verified, proof: Option<Proof>) -> String {
    let proved = proof.map_or_else(String::new, |proof| {
        format!(
            ", restored and compared: {} objects, {} rows, {} sums",
            proof.objects, proof.rows, proof.sums
        )
    });
    format!(
        "{}: good: {} objects, {} rows, {} ({} of SQL){proved}\n",
        file.display(),
        verified.entries,
        verified.rows,
        size(verified.file),
        size(verified.script),
    )
}
