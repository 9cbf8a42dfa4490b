//! `dumpkeep show`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use bstr::ByteSlice as _;

use super::Context;
use super::choice::ChoiceArgs;
use super::table;
use crate::archive::entries::TocEntries;
use crate::archive::toc::{ArchiveKind, Head, Piece, Toc, TocEntry};
use crate::error::{Error, Kind, Result, visible};
use crate::pipeline::engine::open;
use crate::pipeline::extract::{Format, extract};
use crate::pipeline::foreign::{About, ForeignFile, about as about_foreign};
use crate::pipeline::show::sql;
use crate::report::size;
use crate::sql::foreign::Maker;

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The archive
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    choice: ChoiceArgs,
    /// The table of contents as JSON
    #[arg(long, conflicts_with = "sql")]
    json: bool,
    /// The SQL of the chosen entries
    #[arg(long)]
    sql: bool,
    /// The rows of this table
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["sql", "json"])]
    extract: Option<String>,
    /// How --extract writes them
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = FormatArg::Csv, requires = "extract")]
    format: FormatArg,
}

/// A form for rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FormatArg {
    /// RFC 4180, with a line of names; NULL is empty, an empty text is ""
    Csv,
    /// One JSON object a row
    Jsonl,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Csv => Self::Csv,
            FormatArg::Jsonl => Self::Jsonl,
        }
    }
}

/// Shows what an archive holds.
pub fn run(args: &Args, ctx: &Context) -> Result<u8> {
    if let Some(file) = ForeignFile::open(&args.file)? {
        return foreign(&about_foreign(&file)?, args, ctx);
    }
    let reader = open(&args.file)?;
    let choice = args.choice.choice()?;
    if let Some(table) = &args.extract {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        return extract(reader, table, args.format.into(), &mut out).map(|_| 0);
    }
    if args.sql {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        return sql(reader, &choice, &mut out).map(|()| 0);
    }
    let (length, toc) = (reader.length(), reader.toc());
    let by = format!("dumpkeep {}", toc.head.tool);
    contents(toc, &by, length, args, ctx)
}

/// Another dumper's file.
fn foreign(about: &About, args: &Args, ctx: &Context) -> Result<u8> {
    match about {
        _ if args.sql || args.extract.is_some() => {
            let what = "--sql and --extract are for dumpkeep's own archives";
            Err(Error::new(Kind::Usage, what))
        }
        About::Script(maker) => {
            let name = maker.map_or("an unknown dumper", Maker::name);
            let text = if args.json {
                format!("{}\n", serde_json::json!({"script": name}))
            } else {
                format!("script    of {name}: it has no table of contents\n")
            };
            ctx.print(text).map(|()| 0)
        }
        About::PgDump(what, toc, length) => {
            let by = format!("{what}, by pg_dump {}", toc.head.tool);
            contents(toc, &by, *length, args, ctx)
        }
    }
}

fn contents(toc: &Toc, by: &str, length: u64, args: &Args, ctx: &Context) -> Result<u8> {
    let choice = args.choice.choice()?;
    let chosen = if choice.takes_all() {
        None
    } else {
        let places = choice.of(toc)?;
        let entries = toc.entries.those(&places);
        Some(Toc {
            head: toc.head.clone(),
            digest: toc.digest.clone(),
            frames: toc.frames.clone(),
            entries: TocEntries::of(entries.map(Arc::unwrap_or_clone))?,
        })
    };
    let toc = chosen.as_ref().unwrap_or(toc);
    ctx.write(|out| {
        if args.json {
            serde_json::to_writer_pretty(&mut *out, toc)?;
            return out.write_all(b"\n");
        }
        out.write_all(about(&toc.head, by, length).as_bytes())?;
        let head = ["ID", "KIND", "NAME", "ROWS", "BYTES", "PACKED", "OWNER"];
        table::write(out, head, || {
            toc.entries.iter().map(|entry| cells(toc, &entry))
        })
    })?;
    Ok(0)
}

fn about(head: &Head, by: &str, length: u64) -> String {
    let mut out = String::new();
    let what = match head.kind {
        ArchiveKind::Database => format!("database {}", head.database.0.to_str_lossy()),
        ArchiveKind::Globals => "globals".into(),
    };
    let server = &head.server;
    let mut say = |name: &str, value: &str| {
        let _ = writeln!(out, "{name:<10}{}", visible(value));
    };
    say("archive", &what);
    let mut place = format!("{} {}", server.product, server.version);
    // pg_dump does not say where.
    if !server.address.is_empty() {
        place.push_str(&format!(" at {}", server.address));
    }
    say("server", &place);
    say("encoding", &head.encoding);
    if let Some(position) = &head.position {
        say("snapshot", position);
    }
    let time = |time: &chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%d %H:%M:%S").to_string();
    say(
        "made",
        &format!("{} to {} UTC", time(&head.started), time(&head.ended)),
    );
    say("by", by);
    if !head.switches.is_empty() {
        say("switches", &head.switches.join(" "));
    }
    say("file", &format!("{} ({})", size(length), head.codec));
    for warning in &head.warnings {
        say(
            "warning",
            &format!("{}: {}", warning.object, warning.message),
        );
    }
    out.push('\n');
    out
}

fn cells(toc: &Toc, entry: &TocEntry) -> [String; 7] {
    let label = entry.label();
    let name = label
        .strip_prefix(&entry.kind)
        .unwrap_or(&label)
        .trim_start();
    let owner = entry.owner.as_ref();
    [
        entry.id.0.to_string(),
        entry.kind.clone(),
        name.to_owned(),
        entry.rows.map_or_else(String::new, |rows| rows.to_string()),
        entry.bytes.to_string(),
        packed(toc, entry).map_or_else(String::new, |bytes| bytes.to_string()),
        owner.map_or_else(String::new, |owner| owner.0.to_str_lossy().into_owned()),
    ]
}

/// The bytes that an entry takes in the file: of frames that it shares, its part.
fn packed(toc: &Toc, entry: &TocEntry) -> Option<u64> {
    let of = |piece: &Piece| {
        let frame = toc.frames.get(piece.frame as usize)?;
        let share = u64::from(frame.length) * u64::from(piece.length);
        share.checked_div(u64::from(frame.raw))
    };
    let pieces: Option<Vec<u64>> = entry.pieces.iter().map(of).collect();
    pieces
        .filter(|_| !toc.frames.is_empty())
        .map(|pieces| pieces.iter().sum())
}
