//! `dumpkeep globals`.

use std::path::PathBuf;

use super::{Context, dump, made};
use crate::archive::codec::Codec;
use crate::archive::toc::ArchiveKind;
use crate::error::Result;
use crate::pipeline::dump::DumpJob;
use crate::pipeline::engine::{Destination, dump_url};
use crate::source::mysql::Product;

/// Arguments of `globals`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The server: postgres://USER@HOST/ or mysql://USER@HOST/
    #[arg(value_name = "URL")]
    url: String,
    /// Write to this file; "-", or nothing where the output is a pipe: standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long)]
    force: bool,
    /// `zstd[:LEVEL]`, `gzip[:LEVEL]`, `xz[:LEVEL]`, `bzip2[:LEVEL]` or `none`
    #[arg(short = 'Z', long, value_name = "METHOD", default_value_t, value_parser = dump::codec)]
    compress: Codec,
    /// No grants
    #[arg(short = 'x', long)]
    no_privileges: bool,
    /// No comments on objects
    #[arg(long)]
    no_comments: bool,
    /// No tablespaces
    #[arg(long)]
    no_tablespaces: bool,
    /// Leave out what can't be carried, with a warning each, instead of failing
    #[arg(long)]
    lenient: bool,
    /// No \restrict in the script, for a psql older than August 2025
    #[arg(long)]
    no_restrict: bool,
    /// Write for the other flavour, `mysql` or `mariadb[:VERSION]`, and list what that changes
    #[arg(long, value_name = "FLAVOUR", value_parser = str::parse::<Product>)]
    target: Option<Product>,
}

/// Dumps what belongs to the server.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    let mut job = DumpJob::new(ctx.env.now);
    job.codec = args.compress;
    let options = &mut job.options;
    for (option, name, given) in [
        (
            &mut options.no_privileges,
            "no-privileges",
            args.no_privileges,
        ),
        (&mut options.no_comments, "no-comments", args.no_comments),
        (
            &mut options.no_tablespaces,
            "no-tablespaces",
            args.no_tablespaces,
        ),
        (&mut options.lenient, "lenient", args.lenient),
        (&mut options.no_restrict, "no-restrict", args.no_restrict),
    ] {
        *option = given;
        if given {
            job.switches.push(format!("--{name}"));
        }
    }
    job.options.mysql.target = args.target;
    let to = Destination {
        path: args.output,
        force: args.force,
    };
    let out = (&to, &ctx.progress);
    let written = dump_url(&args.url, &ctx.env, ArchiveKind::Globals, &job, out).await?;
    made::report(&written, ctx);
    Ok(0)
}
