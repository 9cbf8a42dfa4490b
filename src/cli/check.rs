//! `dumpkeep check`.

use std::path::Path;

use super::Context;
use super::config::ConfigFile;
use super::table::Table;
use crate::config::Target;
use crate::config::raw::{RawConfig, RawTarget};
use crate::config::resolve::{Flags, resolve};
use crate::error::{Error, Kind, Result};
use crate::pipeline::check::{Findings, Level, check, check_server};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigFile,
    /// A server, instead of a configuration
    #[arg(conflicts_with = "config")]
    url: Option<String>,
    /// Only this target; may be given more than once
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    target: Vec<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Says what a run would meet; 1 where it would fail.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    let findings = match &args.url {
        Some(url) => check_server(&target(url, ctx)?, &ctx.env).await,
        None => {
            let flags = Flags {
                targets: args.target,
                databases: Vec::new(),
            };
            check(&args.config.job(&flags, ctx)?, &ctx.env).await
        }
    };
    if args.json {
        let json = serde_json::to_string_pretty(&findings.0)
            .map_err(|cause| Error::new(Kind::Internal, "cannot write JSON").cause(cause))?;
        ctx.print(json + "\n")?;
    } else {
        ctx.print(text(&findings))?;
    }
    Ok(u8::from(!findings.well()))
}

/// The target that a configuration of nothing but this URL has.
fn target(url: &str, ctx: &Context) -> Result<Target> {
    let target = RawTarget {
        // References are the configuration's; a URL on the command line has none.
        url: Some(url.replace("${", "$${")),
        ..RawTarget::default()
    };
    let raw = RawConfig {
        target: vec![target],
        ..RawConfig::default()
    };
    let job = resolve(&raw, &Flags::default(), &ctx.env, Path::new("/"))?;
    let mut targets = job.targets.into_iter();
    targets
        .next()
        .ok_or_else(|| Error::new(Kind::Internal, "no target is left"))
}

fn text(findings: &Findings) -> String {
    let mut table = Table::new(["", "what", "finding"]);
    for finding in &findings.0 {
        let level = match finding.level {
            Level::Ok => "ok",
            Level::Warning => "warn",
            Level::Failure => "FAIL",
        };
        let message = finding.message.replace("\n  ", "; ");
        table.row([level.to_owned(), finding.subject.clone(), message]);
    }
    table.show()
}
