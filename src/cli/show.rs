//! `dumpkeep show`.

use std::fmt::Write as _;
use std::path::PathBuf;

use bstr::ByteSlice as _;

use super::Context;
use super::choice::ChoiceArgs;
use super::table::Table;
use crate::archive::toc::{ArchiveKind, Head, Toc};
use crate::error::{Error, Kind, Result, visible};
use crate::pipeline::engine::open;
use crate::pipeline::show::sql;
use crate::report::size;

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
}

/// Shows what an archive holds.
pub fn run(args: &Args, ctx: &Context) -> Result<u8> {
    let reader = open(&args.file)?;
    let choice = args.choice.choice()?;
    if args.sql {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        return sql(reader, &choice, &mut out).map(|()| 0);
    }
    let length = reader.length();
    let mut toc = reader.toc().clone();
    if !choice.takes_all() {
        let places = choice.of(&toc)?;
        let entries = places.into_iter().filter_map(|at| toc.entries.get(at));
        toc.entries = entries.cloned().collect();
    }
    let text = if args.json {
        let json = serde_json::to_string_pretty(&toc);
        json.map_err(|cause| Error::new(Kind::Internal, "cannot write JSON").cause(cause))? + "\n"
    } else {
        about(&toc.head, length) + &table(&toc)
    };
    ctx.print(text).map(|()| 0)
}

fn about(head: &Head, length: u64) -> String {
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
    let place = format!(
        "{} {} at {}",
        server.product, server.version, server.address
    );
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
    say("by", &format!("dumpkeep {}", head.tool));
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

fn table(toc: &Toc) -> String {
    let mut table = Table::new(["ID", "KIND", "NAME", "ROWS", "BYTES", "OWNER"]);
    for entry in &toc.entries {
        let label = entry.label();
        let name = label
            .strip_prefix(&entry.kind)
            .unwrap_or(&label)
            .trim_start();
        table.row([
            entry.id.0.to_string(),
            entry.kind.clone(),
            name.to_owned(),
            entry.rows.map_or_else(String::new, |rows| rows.to_string()),
            entry.bytes.to_string(),
            entry
                .owner
                .as_ref()
                .map_or_else(String::new, |owner| owner.0.to_str_lossy().into_owned()),
        ]);
    }
    table.show()
}
