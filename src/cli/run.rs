//! From the process's start to its exit code: parse, run, wait for signals, report.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use clap::Parser as _;
use tokio::runtime::Runtime;

use super::signals::Signals;
use super::{Cli, Command, Context};
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::logging::{self, Verbosity};
use crate::progress::{Mode, Progress};

/// How long what was interrupted may take to clean up.
const GRACE: Duration = Duration::from_secs(10);

/// How long a command may take to hear a signal.
const PATIENCE: Duration = Duration::from_secs(1);

/// The stack of the thread that a command runs on, in bytes: that of a program's first one.
const STACK: usize = 8 << 20;

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
    on_thread(runtime, cli.command, ctx)
}

/// Runs the command on a thread of its own, so that the program can end while that is held up: by a
/// pipe that nobody writes to, by a long computation.
fn on_thread(runtime: Runtime, command: Command, ctx: Context) -> Result<u8> {
    let (end, ended) = channel();
    let heard = Arc::new(AtomicBool::new(false));
    if !command.minds_signals() {
        let signals = {
            let _inside = runtime.enter();
            Signals::listen()?
        };
        let (unheard, end) = (end_unheard(signals, Arc::clone(&heard)), end.clone());
        runtime.spawn(async move {
            // The command may have ended in the meantime.
            let _ = end.send(Ok(unheard.await));
        });
    }
    let started = std::thread::Builder::new()
        .name("command".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let outcome = runtime.block_on(until_signal(command, &ctx, &heard));
            // Dropping the tasks drops their partial files; blocking threads get time to notice.
            runtime.shutdown_timeout(GRACE);
            ctx.progress.clear();
            let _ = end.send(outcome);
        });
    started.map_err(|cause| Error::new(Kind::Io, "cannot start a thread").cause(cause))?;
    let died = |_| Error::new(Kind::Internal, "the command ended early");
    ended.recv().map_err(died)?
}

/// Runs to the end, or to the first signal: then everything under way is dropped, which removes
/// partial files and closes connections. A command that has more to do then listens by itself.
async fn until_signal(command: Command, ctx: &Context, heard: &AtomicBool) -> Result<u8> {
    if command.minds_signals() {
        return command.run(ctx).await;
    }
    let mut signals = Signals::listen()?;
    let (name, code) = tokio::select! {
        outcome = command.run(ctx) => return outcome,
        signal = signals.next() => signal,
    };
    heard.store(true, Ordering::Relaxed);
    tracing::error!("interrupted by {name}");
    Ok(code)
}

/// The exit code, where a signal came and the command does not listen.
async fn end_unheard(mut signals: Signals, heard: Arc<AtomicBool>) -> u8 {
    let (name, code) = signals.next().await;
    tokio::time::sleep(PATIENCE).await;
    if heard.load(Ordering::Relaxed) {
        // It cleans up, in a time that is bounded.
        return std::future::pending().await;
    }
    tracing::error!("interrupted by {name}");
    code
}
