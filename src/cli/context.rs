//! What every command is given beside its own arguments.

use std::io::{BufWriter, Write};

use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::logging::{RunLog, Verbosity};
use crate::progress::Progress;

/// The surroundings of a command.
#[derive(Debug, Clone)]
pub struct Context {
    /// The process's environment, read once.
    pub env: Env,
    /// Where progress is shown.
    pub progress: Progress,
    /// How much is said on standard error.
    pub verbosity: Verbosity,
    /// The file that a run's log lines go to, while there is one.
    pub log: RunLog,
}

impl Context {
    /// Writes to standard output: what the command was asked for.
    pub fn print(&self, text: impl AsRef<[u8]>) -> Result<()> {
        self.write(|out| out.write_all(text.as_ref()))
    }

    /// The same piece by piece, for what is long.
    pub fn write(&self, make: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
        let mut out = BufWriter::new(std::io::stdout().lock());
        make(&mut out)
            .and_then(|()| out.flush())
            .map_err(|cause| Error::new(Kind::Io, "cannot write to standard output").cause(cause))
    }
}
