//! A program's output, line by line into the log.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::error::visible;

/// How long output is waited for when the program has ended: what it left in the background may
/// hold the pipe for ever.
const DRAIN: Duration = Duration::from_secs(1);
/// The bytes of output that are logged.
const LOGGED: usize = 1 << 20;
/// The bytes of a line that are logged.
const LINE: usize = 4096;

/// Waits for the end of a log, not for ever.
pub(crate) async fn drained(log: JoinHandle<()>) {
    let abort = log.abort_handle();
    if timeout(DRAIN, log).await.is_err() {
        abort.abort();
    }
}

/// Logs a pipe line by line, each with `who` in front. Beyond the limit it is read on, so that the hook is not blocked.
pub(crate) fn log(
    mut pipe: impl AsyncRead + Unpin + Send + 'static,
    who: String,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut lines = Lines::new(who);
        let mut chunk = vec![0; 16 << 10];
        while let Ok(length @ 1..) = pipe.read(&mut chunk).await {
            lines.take(&chunk[..length]);
        }
        lines.end();
    })
}

struct Lines {
    who: String,
    open: Vec<u8>,
    left: usize,
}

impl Lines {
    fn new(who: String) -> Self {
        Self {
            who,
            open: Vec::new(),
            left: LOGGED,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        if self.left == 0 {
            return;
        }
        for &byte in bytes {
            match byte {
                b'\n' => self.line(),
                byte => self.open.push(byte),
            }
            if self.open.len() >= LINE {
                self.line();
            }
            if self.left == 0 {
                tracing::warn!("{}: says more than is logged", self.who);
                return;
            }
        }
    }

    fn line(&mut self) {
        let line = String::from_utf8_lossy(&self.open);
        let line = visible(line.trim_end_matches('\r'));
        tracing::info!("{}: {line}", self.who);
        self.left = self.left.saturating_sub(self.open.len() + 1);
        self.open.clear();
    }

    fn end(&mut self) {
        if !self.open.is_empty() {
            self.line();
        }
    }
}
