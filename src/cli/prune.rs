//! `dumpkeep prune`.

use std::fmt::Write as _;

use super::Context;
use super::config::ConfigFile;
use super::table::Table;
use crate::config::resolve::Flags;
use crate::error::{Context as _, Result};
use crate::logging::Verbosity;
use crate::pipeline::backup;
use crate::retention::policy::PrunePlan;
use crate::store::lock::Lock;

/// Arguments of `prune`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigFile,
    /// Only this target; may be given more than once
    #[arg(long, value_name = "NAME")]
    target: Vec<String>,
    /// List what would be done, and why, without doing it
    #[arg(long)]
    dry_run: bool,
}

/// Links and removes what retention says, of everything in the targets' folders.
pub fn run(args: &Args, ctx: &Context) -> Result<u8> {
    let flags = Flags {
        targets: args.target.clone(),
        ..Flags::default()
    };
    let job = args.config.job(&flags, ctx)?;
    let _lock = (!args.dry_run).then(|| Lock::take(&job.root)).transpose()?;
    let mut text = String::new();
    for target in &job.targets {
        let plans = backup::prune(&job, target, ctx.env.now, args.dry_run)
            .while_with(|| format!("pruning target {}", target.name))?;
        for (folder, plan) in plans {
            let _ = writeln!(text, "{}/{folder}", target.name);
            text.push_str(&table(&plan));
        }
    }
    if args.dry_run || ctx.verbosity >= Verbosity::Info || ctx.env.stderr_is_terminal {
        ctx.print(text)?;
    }
    Ok(0)
}

/// One line for each backup, with its classes and why it stays or goes.
fn table(plan: &PrunePlan) -> String {
    let mut table = Table::new(["backup", "classes", "", "why"]);
    for verdict in &plan.verdicts {
        let classes: Vec<String> = verdict.classes.iter().map(ToString::to_string).collect();
        table.row([
            verdict.file.clone(),
            classes.join(" "),
            if verdict.kept { "kept" } else { "removed" }.to_owned(),
            verdict.reason.clone(),
        ]);
    }
    table.show()
}
