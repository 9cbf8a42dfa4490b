//! From the process's start to its exit code: parse, run, wait for signals, report.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;

use super::signals::Signals;
use super::{Cli, Command, Context};
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::logging::{self, Verbosity};
use crate::progress::{Mode, Progress};

/// How long what was interrupted may take to clean up.
const GRACE: Duration = Duration::from_secs(10);

/// Parses the command line, runs the command, and gives its exit code.
pub fn main(env: Env) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return print_usage(&usage),
    };
    ExitCode::from(match run(cli, env) {
        Ok(code) => code,
        Err(error) => {
            // Nobody is left to tell if standard error is gone.
            let _ = writeln!(std::io::stderr(), "{}", error.report());
            error.exit_code()
        }
    })
}

fn print_usage(usage: &clap::Error) -> ExitCode {
    let _ = usage.print();
    ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2))
}

fn run(cli: Cli, env: Env) -> Result<u8> {
    let verbosity = Verbosity::from_flags(cli.global.verbose, cli.global.quiet);
    let mode = if verbosity == Verbosity::Quiet {
        Mode::Never
    } else {
        cli.global.progress
    };
    let progress = Progress::new(mode, env.stderr_is_terminal);
    let colour = env.stderr_is_terminal && env.var("NO_COLOR").is_none();
    let log = logging::start(verbosity, colour, progress.clone());
    let ctx = Context {
        env,
        progress,
        verbosity,
        log,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::new(Kind::Io, "cannot start threads").cause(cause))?;
    let outcome = runtime.block_on(until_signal(cli.command, &ctx));
    // Dropping the tasks drops their partial files; blocking threads get time to notice.
    runtime.shutdown_timeout(GRACE);
    ctx.progress.clear();
    outcome
}

/// Runs to the end, or to the first signal: then everything under way is dropped, which removes
/// partial files and closes connections. A command that has more to do then listens by itself.
async fn until_signal(command: Command, ctx: &Context) -> Result<u8> {
    if command.minds_signals() {
        return command.run(ctx).await;
    }
    let mut signals = Signals::listen()?;
    let (name, code) = tokio::select! {
        outcome = command.run(ctx) => return outcome,
        signal = signals.next() => signal,
    };
    tracing::error!("interrupted by {name}");
    Ok(code)
}
