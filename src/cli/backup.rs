//! `dumpkeep backup`.

use std::io::Write as _;

use super::Context;
use super::config::ConfigFile;
use super::signals::Signals;
use crate::config::resolve::Flags;
use crate::error::{Error, Kind, Result};
use crate::logging::Verbosity;
use crate::pipeline::backup::{Surroundings, rehearse, run as run_backup};
use crate::report::{Failure, Report, Stopped};

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigFile,
    /// Only this target; may be given more than once
    #[arg(long, value_name = "NAME")]
    target: Vec<String>,
    /// Only databases that match, and no globals; may be given more than once
    #[arg(long, value_name = "PATTERN")]
    database: Vec<String>,
    /// Connect and list what would be backed up, without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Print the report as JSON on standard output
    #[arg(long)]
    json: bool,
}

/// Runs it; gives the run's exit code.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    let flags = Flags {
        targets: args.target,
        databases: args.database,
    };
    let job = args.config.job(&flags, ctx)?;
    let around = Surroundings {
        env: &ctx.env,
        progress: &ctx.progress,
        log: &ctx.log,
    };
    let report = if args.dry_run {
        rehearse(&job, around).await
    } else {
        let mut signals = Signals::listen()?;
        run_backup(&job, around, async || stopped(signals.next().await)).await?
    };
    ctx.progress.clear();
    show(&report, args.json, args.dry_run, ctx)?;
    Ok(report.exit_code)
}

impl Args {
    /// Whether nothing is written.
    pub(super) fn dry_run(&self) -> bool {
        self.dry_run
    }
}

fn stopped((signal, code): (&str, u8)) -> Stopped {
    let error = Error::new(Kind::Cancelled, format!("interrupted by {signal}"));
    let why = Failure::from(&error);
    Stopped { why, code }
}

/// Silence where all went well and nobody looks: cron mails every word.
fn show(report: &Report, json: bool, asked: bool, ctx: &Context) -> Result<()> {
    let watched = ctx.env.stderr_is_terminal || ctx.verbosity >= Verbosity::Info;
    if json {
        ctx.print(report.json() + "\n")
    } else if asked {
        ctx.print(report.plan())
    } else if watched && ctx.verbosity > Verbosity::Quiet {
        ctx.print(report.text())
    } else {
        if report.exit_code != 0 {
            // The errors themselves were logged as they came.
            let _ = writeln!(std::io::stderr(), "{}", report.summary());
        }
        Ok(())
    }
}
