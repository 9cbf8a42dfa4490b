//! `dumpkeep status`.

use std::time::Duration;

use super::Context;
use super::config::ConfigFile;
use super::table::Table;
use crate::config::duration;
use crate::config::resolve::Flags;
use crate::error::{Error, Kind, Result};
use crate::pipeline::status::{DatabaseStatus, Status, status};
use crate::report::size;

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigFile,
    /// Only this target; may be given more than once
    #[arg(long, value_name = "NAME")]
    target: Vec<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Exit with 1 where a newest good backup is older, such as 26h
    #[arg(long, value_name = "AGE", value_parser = duration::parse)]
    max_age: Option<Duration>,
}

/// Shows what there is; 1 where something is missing or too old.
pub fn run(args: &Args, ctx: &Context) -> Result<u8> {
    let flags = Flags {
        targets: args.target.clone(),
        ..Flags::default()
    };
    let job = args.config.job(&flags, ctx)?;
    let status = status(&job, ctx.env.now, args.max_age)?;
    if args.json {
        let json = serde_json::to_string_pretty(&status)
            .map_err(|cause| Error::new(Kind::Internal, "cannot write JSON").cause(cause))?;
        ctx.print(json + "\n")?;
    } else {
        ctx.print(table(&status))?;
    }
    Ok(u8::from(!status.ok))
}

fn table(status: &Status) -> String {
    if status.databases.is_empty() {
        return format!("no backups in {}\n", status.root);
    }
    let mut table = Table::new([
        "target",
        "database",
        "newest",
        "age",
        "size",
        "trend",
        "backups",
        "total",
        "last/day/week/month/year",
        "proven",
        "next run",
        "",
    ]);
    for database in &status.databases {
        table.row(row(database));
    }
    table.show()
}

fn row(database: &DatabaseStatus) -> [String; 12] {
    let none = || "-".to_owned();
    let classes: Vec<String> = database.classes.values().map(usize::to_string).collect();
    let verdict = match (database.ok, &database.file) {
        (true, _) => "",
        (false, Some(_)) => "TOO OLD",
        (false, None) => "NO BACKUP",
    };
    [
        database.target.clone(),
        database.database.clone(),
        database.file.clone().unwrap_or_else(none),
        database
            .age
            .map_or_else(none, |age| duration::show(Duration::from_secs(age))),
        database.bytes.map_or_else(none, size),
        trend(database),
        database.backups.to_string(),
        size(database.total_bytes),
        classes.join("/"),
        database.proven.as_ref().map_or_else(none, |proven| {
            proven.at.format("%Y-%m-%d %H:%MZ").to_string()
        }),
        database
            .next
            .map_or_else(none, |next| next.format("%Y-%m-%d %H:%MZ").to_string()),
        verdict.to_owned(),
    ]
}

/// How the newest one's size compares with the one before it.
fn trend(database: &DatabaseStatus) -> String {
    match (database.bytes, database.previous_bytes) {
        (Some(now), Some(before)) if before > 0 => {
            #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
            let change = (now as f64 / before as f64 - 1.0) * 100.0;
            format!("{change:+.1}%")
        }
        _ => "-".to_owned(),
    }
}
