//! `dumpkeep dump`.

use std::path::PathBuf;
use std::time::Duration;

use super::Context;
use super::made;
use super::mysql::Mysql;
use super::pace::Pace;
use crate::archive::codec::Codec;
use crate::archive::toc::ArchiveKind;
use crate::config::duration;
use crate::error::Result;
use crate::pipeline::dump::DumpJob;
use crate::pipeline::engine::{Destination, dump_url};
use crate::plan::filter::Selection;
use crate::source::DumpOptions;

/// Arguments of `dump`.
#[derive(Debug, clap::Args)]
pub struct Args {
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

/// Which objects and rows.
#[derive(Debug, clap::Args)]
struct What {
    /// Only tables that match the pattern, with what belongs to them
    #[arg(short, long, value_name = "PATTERN")]
    table: Vec<String>,
    /// No tables that match
    #[arg(short = 'T', long, value_name = "PATTERN")]
    exclude_table: Vec<String>,
    /// No rows of tables that match
    #[arg(long, value_name = "PATTERN")]
    exclude_table_data: Vec<String>,
    /// Only schemas that match
    #[arg(short = 'n', long, value_name = "PATTERN")]
    schema: Vec<String>,
    /// No schemas that match
    #[arg(short = 'N', long, value_name = "PATTERN")]
    exclude_schema: Vec<String>,
    /// Definitions, no rows
    #[arg(short, long, conflicts_with = "data_only")]
    schema_only: bool,
    /// Rows, no definitions
    #[arg(short = 'a', long)]
    data_only: bool,
    /// Only rows for which the expression is true
    #[arg(long = "where", value_name = "TABLE=EXPR", value_parser = condition)]
    conditions: Vec<(String, String)>,
    /// No owners
    #[arg(short = 'O', long)]
    no_owner: bool,
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
}

/// How it is read and written.
#[derive(Debug, clap::Args)]
struct How {
    /// The script drops what it makes first
    #[arg(short, long)]
    clean: bool,
    /// … only where it exists
    #[arg(long, requires = "clean")]
    if_exists: bool,
    /// The script creates the database and goes on in it
    #[arg(short = 'C', long)]
    create: bool,
    /// Rows as INSERT statements instead of COPY
    #[arg(long)]
    inserts: bool,
    /// Read rows over so many connections
    #[arg(short, long, value_name = "N", default_value_t = 2,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// `zstd[:LEVEL]`, `gzip[:LEVEL]`, `xz[:LEVEL]`, `bzip2[:LEVEL]` or `none`
    #[arg(short = 'Z', long, value_name = "METHOD", default_value_t, value_parser = codec)]
    compress: Codec,
    /// Give up waiting for a table's lock after this time, such as 10s
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    lock_timeout: Option<Duration>,
    /// No \restrict in the script, for a psql older than August 2025
    #[arg(long)]
    no_restrict: bool,
    /// The same database gives the same script
    #[arg(long)]
    deterministic: bool,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    mysql: Mysql,
}

fn condition(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((table, condition)) if !table.is_empty() && !condition.is_empty() => {
            Ok((table.to_owned(), condition.to_owned()))
        }
        _ => Err("it must be TABLE=EXPR".into()),
    }
}

pub(super) fn codec(text: &str) -> Result<Codec, String> {
    text.parse()
        .map_err(|error: crate::error::Error| error.line())
}

/// Dumps one database.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    let job = DumpJob {
        options: options(&args),
        codec: args.how.compress,
        jobs: usize::from(args.how.jobs),
        create: args.how.create,
        clean: args.how.clean,
        if_exists: args.how.if_exists,
        deterministic: args.how.deterministic,
        switches: switches(&args),
        started: ctx.env.now,
    };
    let to = Destination {
        path: args.output,
        force: args.force,
    };
    let out = (&to, &ctx.progress);
    let written = dump_url(&args.url, &ctx.env, ArchiveKind::Database, &job, out).await?;
    made::report(&written, ctx);
    Ok(0)
}

fn options(args: &Args) -> DumpOptions {
    let (what, how) = (&args.what, &args.how);
    DumpOptions {
        selection: Selection {
            tables: what.table.clone(),
            exclude_tables: what.exclude_table.clone(),
            exclude_table_data: what.exclude_table_data.clone(),
            schemas: what.schema.clone(),
            exclude_schemas: what.exclude_schema.clone(),
            schema_only: what.schema_only,
            data_only: what.data_only,
            conditions: what.conditions.clone(),
        },
        lenient: what.lenient,
        no_owner: what.no_owner,
        no_privileges: what.no_privileges,
        no_comments: what.no_comments,
        no_tablespaces: what.no_tablespaces,
        no_restrict: how.no_restrict,
        inserts: how.inserts,
        lock_timeout_ms: how
            .lock_timeout
            .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        frame_bytes: usize::try_from(how.pace.frame_size).unwrap_or(usize::MAX),
        slice_bytes: how.pace.slice_size,
        max_rate: how.pace.max_rate,
        restrict_key: how.deterministic.then(|| "dumpkeep".into()),
        mysql: how.mysql.options(),
    }
}

/// What shaped the archive, for its table of contents.
fn switches(args: &Args) -> Vec<String> {
    let (what, how) = (&args.what, &args.how);
    let mut switches = Vec::new();
    for (name, values) in [
        ("table", &what.table),
        ("exclude-table", &what.exclude_table),
        ("exclude-table-data", &what.exclude_table_data),
        ("schema", &what.schema),
        ("exclude-schema", &what.exclude_schema),
    ] {
        switches.extend(values.iter().map(|value| format!("--{name}={value}")));
    }
    for (table, condition) in &what.conditions {
        switches.push(format!("--where={table}={condition}"));
    }
    switches.extend(how.mysql.switches());
    for (name, given) in [
        ("schema-only", what.schema_only),
        ("data-only", what.data_only),
        ("no-owner", what.no_owner),
        ("no-privileges", what.no_privileges),
        ("no-comments", what.no_comments),
        ("no-tablespaces", what.no_tablespaces),
        ("lenient", what.lenient),
        ("clean", how.clean),
        ("if-exists", how.if_exists),
        ("create", how.create),
        ("inserts", how.inserts),
        ("no-restrict", how.no_restrict),
        ("deterministic", how.deterministic),
    ] {
        if given {
            switches.push(format!("--{name}"));
        }
    }
    switches
}
