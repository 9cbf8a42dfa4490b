//! `dumpkeep diff`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Context;
use crate::archive::toc::Toc;
use crate::error::{Error, Kind, Result, visible};
use crate::pipeline::diff::{Diff, diff};
use crate::pipeline::engine::open;
use crate::pipeline::foreign::{About, ForeignFile, about};
use crate::report::size;

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The earlier archive
    a: PathBuf,
    /// The later one
    b: PathBuf,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// End with 1 where they differ, with 0 where they don't
    #[arg(long)]
    exit_code: bool,
}

/// Shows what differs between two archives, by their tables of contents.
pub fn run(args: &Args, ctx: &Context) -> Result<u8> {
    let (a, b) = (toc(&args.a)?, toc(&args.b)?);
    let found = diff(&a, &b);
    let text = if args.json {
        let json = serde_json::to_string_pretty(&found);
        json.map_err(|cause| Error::new(Kind::Internal, "cannot write JSON").cause(cause))? + "\n"
    } else {
        text(&found)
    };
    ctx.print(text)?;
    Ok(u8::from(args.exit_code && !found.same))
}

fn toc(path: &Path) -> Result<Arc<Toc>> {
    let Some(file) = ForeignFile::open(path)? else {
        return Ok(open(path)?.shared_toc());
    };
    match about(&file)? {
        About::PgDump(_, toc, _) => Ok(Arc::from(toc)),
        About::Script(_) => {
            let what = format!(
                "{} is a script: it has no table of contents",
                path.display()
            );
            Err(Error::new(Kind::Usage, what))
        }
    }
}

fn text(found: &Diff) -> String {
    let mut out = String::new();
    let objects = [
        ("+", &found.came),
        ("-", &found.went),
        ("~", &found.changed),
    ];
    for (sign, objects) in objects {
        for object in objects {
            let _ = writeln!(out, "{sign} {}", visible(&object.label()));
        }
    }
    for rows in &found.rows {
        let label = visible(&rows.object.label());
        let (before, after) = (size(rows.bytes_before), size(rows.bytes_after));
        let _ = writeln!(
            out,
            "* {label}: {} to {} rows, {before} to {after}",
            rows.before, rows.after
        );
    }
    if found.same {
        out.push_str("no difference\n");
    }
    out
}
