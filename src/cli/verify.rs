//! `dumpkeep verify`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Context;
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::engine::{Load, load_url, open};
use crate::pipeline::foreign::{self, ForeignFile};
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
}

/// Verifies every file; 1 where one is broken.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    let mut broken = false;
    for file in &args.files {
        match one_of_any(file, args.restore_to.as_deref(), ctx).await {
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

async fn one_of_any(file: &Path, restore_to: Option<&str>, ctx: &Context) -> Result<String> {
    let Some(found) = ForeignFile::open(file)? else {
        let verified = one(file, restore_to, ctx).await?;
        return Ok(line(file, verified, restore_to.is_some()));
    };
    if restore_to.is_some() {
        let what = "--restore-to proves dumpkeep's own archives: this is another dumper's file";
        return Err(Error::new(Kind::Usage, what));
    }
    let read = tokio::task::spawn_blocking(move || foreign::verify(found)).await;
    let read =
        read.map_err(|cause| Error::new(Kind::Internal, "verifying ended early").cause(cause))?;
    let what = read.while_with(|| format!("verifying {}", file.display()))?;
    Ok(format!(
        "{}: can be read to its end: {what}\n",
        file.display()
    ))
}

async fn one(file: &Path, restore_to: Option<&str>, ctx: &Context) -> Result<Verified> {
    let path = file.to_owned();
    let reading = tokio::task::spawn_blocking(move || verify(&mut open(&path)?));
    let verified = reading
        .await
        .map_err(|cause| Error::new(Kind::Internal, "verifying ended early").cause(cause))?;
    let verified = verified.while_with(|| format!("verifying {}", file.display()))?;
    if let Some(url) = restore_to {
        let load = Load::Prove(open(file)?);
        let proved = load_url(url, &ctx.env, load, &ctx.progress).await;
        proved.while_with(|| format!("verifying {}", file.display()))?;
    }
    Ok(verified)
}

fn line(file: &Path, verified: Verified, restored: bool) -> String {
    format!(
        "{}: good: {} objects, {} rows, {} ({} of SQL){}\n",
        file.display(),
        verified.entries,
        verified.rows,
        size(verified.file),
        size(verified.script),
        if restored { ", restored" } else { "" }
    )
}
