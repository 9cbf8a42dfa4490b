//! `dumpkeep dump`.

mod engines;
mod given;
mod how;
mod what;

use std::path::PathBuf;

use super::Context;
use super::made;
use crate::archive::codec::Codec;
use crate::archive::toc::ArchiveKind;
use crate::error::Result;
use crate::pipeline::dump::DumpJob;
use crate::pipeline::engine::{Destination, dialect, dump_url};
use crate::source::DumpOptions;
use given::Given;
use how::How;
use what::What;

/// Arguments of `dump`, with the switches as they were given.
#[derive(Debug)]
pub struct Args {
    // Boxed: the other commands' arguments are far smaller.
    parsed: Box<Parsed>,
    given: Vec<Given>,
}

#[derive(Debug, clap::Args)]
struct Parsed {
    /// The database: postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE
    #[arg(value_name = "URL")]
    url: String,
    /// Write to this file; "-", or nothing where the output is a pipe: standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    how: How,
}

pub(super) fn codec(text: &str) -> Result<Codec, String> {
    text.parse()
        .map_err(|error: crate::error::Error| error.line())
}

/// Dumps one database.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    let Args { parsed, given } = args;
    let parsed = *parsed;
    engines::check(&given, dialect(&parsed.url)?)?;
    let job = job(&parsed, &given, ctx)?;
    let to = Destination {
        path: parsed.output,
        force: parsed.force,
    };
    let out = (&to, &ctx.progress);
    let written = dump_url(&parsed.url, &ctx.env, ArchiveKind::Database, &job, out).await?;
    made::report(&written, ctx);
    Ok(0)
}

fn job(parsed: &Parsed, given: &[Given], ctx: &Context) -> Result<DumpJob> {
    let how = &parsed.how;
    how.check()?;
    let mut options = DumpOptions {
        selection: parsed.what.selection()?,
        ..DumpOptions::default()
    };
    parsed.what.apply(&mut options);
    how.apply(&mut options);
    Ok(DumpJob {
        options,
        codec: how.compress,
        jobs: how.jobs.number(),
        create: how.create,
        clean: how.clean,
        if_exists: how.if_exists,
        deterministic: how.deterministic,
        switches: given.iter().flat_map(Given::words).collect(),
        started: ctx.env.now,
    })
}
