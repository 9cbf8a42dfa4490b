//! `dumpkeep bench`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use super::Context;
use super::table::Table;
use crate::config::duration;
use crate::error::Result;
use crate::pipeline::advice::{Bench, Stage};
use crate::pipeline::bench::{BenchJob, bench_url};
use crate::pipeline::output::folder_is_there;
use crate::report::size;

/// Arguments of `bench`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The database: postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE
    #[arg(value_name = "URL")]
    url: String,
    /// Try up to so many connections
    #[arg(short, long, value_name = "N", default_value_t = 4,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// How long each part may take
    #[arg(long, value_name = "TIME", default_value = "6s", value_parser = time)]
    time: Duration,
    /// The folder whose disk is measured
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// A time in which something can be measured.
fn time(text: &str) -> Result<Duration, String> {
    match duration::parse(text)? {
        Duration::ZERO => Err("it must be above 0".to_owned()),
        time => Ok(time),
    }
}

/// Measures what bounds a dump, and says what to give it.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    folder_is_there(&args.folder)?;
    let job = BenchJob {
        jobs: usize::from(args.jobs),
        time: args.time,
        folder: args.folder,
    };
    let bench = bench_url(&args.url, &ctx.env, &job).await?;
    ctx.print(shown(&bench)).map(|()| 0)
}

fn shown(bench: &Bench) -> String {
    let mut out = format!("the database holds about {} of rows\n\n", size(bench.total));
    out.push_str(&readings(bench));
    out.push('\n');
    out.push_str(&packings(bench));
    let _ = writeln!(out, "\n  disk: {}\n", rate(bench.disk));
    out.push_str(&advice(bench));
    out
}

fn readings(bench: &Bench) -> String {
    let mut table = Table::new([
        "CONNECTIONS",
        "ROWS",
        "SQL",
        "SERVER SENDS",
        "CLIENT COULD TAKE",
    ]);
    for reading in &bench.readings {
        table.row([
            reading.jobs.to_string(),
            reading.rows.to_string(),
            size(reading.bytes),
            rate(reading.rate()),
            reading
                .client_rate()
                .map_or_else(|| "?".into(), |each| rate(each) + " a core"),
        ]);
    }
    table.show()
}

fn packings(bench: &Bench) -> String {
    let mut table = Table::new(["ZSTD LEVEL", "A CORE COMPRESSES", "SMALLER BY"]);
    for packing in &bench.packings {
        table.row([
            packing.level.to_string(),
            rate(packing.rate),
            format!("{:.2}", packing.ratio),
        ]);
    }
    table.show()
}

fn advice(bench: &Bench) -> String {
    let Some(advice) = bench.advice() else {
        return "There are no rows to measure: any switches will do.\n".into();
    };
    let bound = match advice.bound {
        Stage::Server => "the server, or the way to it",
        Stage::Client => "this machine, which makes SQL of the rows",
        Stage::Compressor => "the compressor",
        Stage::Disk => "the disk",
    };
    format!(
        "bound by {bound}; about {} of SQL\nrecommended: --jobs {} --compress zstd:{}\n",
        rate(advice.rate),
        advice.jobs,
        advice.level,
    )
}

fn rate(bytes: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate to look at"
    )]
    let whole = bytes.max(0.0) as u64;
    size(whole) + "/s"
}
