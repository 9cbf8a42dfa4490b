//! The signals that end a command.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{Error, Kind, Result};

/// SIGINT, SIGTERM and SIGHUP, listened to.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// None under `nohup`, which asks for it to be ignored.
    hangup: Option<Signal>,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> Result<Self> {
        Self::listen_and(!hangup_is_ignored())
    }

    /// The same for who takes SIGHUP to mean something else than an end.
    pub(super) fn listen_to_all() -> Result<Self> {
        Self::listen_and(true)
    }

    fn listen_and(hangup: bool) -> Result<Self> {
        let listen = |kind| {
            signal(kind)
                .map_err(|cause| Error::new(Kind::Io, "cannot listen to signals").cause(cause))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: match hangup {
                true => Some(listen(SignalKind::hangup())?),
                false => None,
            },
        })
    }

    /// The next one: its name, and the exit code that shells know it by.
    pub(super) async fn next(&mut self) -> (&'static str, u8) {
        tokio::select! {
            _ = self.interrupt.recv() => ("SIGINT", 130),
            _ = self.terminate.recv() => ("SIGTERM", 143),
            _ = hung_up(self.hangup.as_mut()) => ("SIGHUP", 129),
        }
    }
}

async fn hung_up(hangup: Option<&mut Signal>) -> Option<()> {
    match hangup {
        Some(signal) => signal.recv().await,
        None => std::future::pending().await,
    }
}

/// Whether the process began with SIGHUP ignored: bit 0 of what Linux says it ignores (proc(5)).
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 != 0)
}
