//! Log lines: to standard error by verbosity, and to the run's log file while there is one.
//! Only this program's own events: a driver's could hold what the server or the user said in secret.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::error::Error;
use crate::progress::Progress;

/// How much is said on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Warnings and errors: silence where all goes well.
    #[default]
    Normal,
    /// What is done, step by step.
    Info,
    /// And how.
    Debug,
    /// Everything.
    Trace,
}

impl Verbosity {
    /// From the number of `-v` and whether `-q` was given.
    #[must_use]
    pub fn from_flags(verbose: u8, quiet: bool) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (_, 0) => Self::Normal,
            (_, 1) => Self::Info,
            (_, 2) => Self::Debug,
            _ => Self::Trace,
        }
    }
}

/// A handle on the run's log file: none until [`RunLog::attach`].
#[derive(Debug, Clone, Default)]
pub struct RunLog(Arc<Mutex<Option<File>>>);

impl RunLog {
    /// Sends log lines to `file` from now on.
    pub fn attach(&self, file: File) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
    }

    /// Ends the log file: what was written is on disk afterwards.
    pub fn detach(&self) -> io::Result<()> {
        let file = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        file.map_or(Ok(()), |file| file.sync_all())
    }
}

impl Write for &RunLog {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(file) => file.write(buf),
            None => Ok(buf.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for RunLog {
    type Writer = &'a RunLog;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

/// Standard error, beside the progress bars.
struct Stderr(Progress);

impl Write for Stderr {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.beside_bars(|| io::stderr().write(buf))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts logging for the process; gives the handle for the run's log file.
pub fn start(verbosity: Verbosity, colour: bool, progress: Progress) -> RunLog {
    let log = RunLog::default();
    let level = level(verbosity);
    let to_stderr = tracing_subscriber::fmt::layer()
        .with_ansi(colour)
        .without_time()
        .with_target(false)
        .with_writer(move || Stderr(progress.clone()))
        .with_filter(own(level));
    let to_file = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .with_writer(log.clone())
        .with_filter(own(level.max(LevelFilter::INFO)));
    // A second start in one process (tests) keeps the first one's subscriber.
    let _ = tracing_subscriber::registry()
        .with(to_stderr)
        .with(to_file)
        .try_init();
    log
}

/// Logs an error with its context and hint.
pub fn failure(error: &Error) {
    let report = error.report();
    tracing::error!("{}", report.strip_prefix("error: ").unwrap_or(&report));
}

fn level(verbosity: Verbosity) -> LevelFilter {
    LevelFilter::from_level(match verbosity {
        Verbosity::Quiet => Level::ERROR,
        Verbosity::Normal => Level::WARN,
        Verbosity::Info => Level::INFO,
        Verbosity::Debug => Level::DEBUG,
        Verbosity::Trace => Level::TRACE,
    })
}

fn own(level: LevelFilter) -> Targets {
    Targets::new().with_target("dumpkeep", level)
}
