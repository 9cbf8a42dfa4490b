//! What the process was given: read once in `main`, passed as a value, so that everything below is
//! a function of its arguments.

#![expect(
    clippy::disallowed_methods,
    reason = "the clock and the variables are read here, once"
)]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use chrono::{DateTime, Utc};

/// The process's surroundings at its start.
#[derive(Debug, Clone)]
pub struct Env {
    /// When the process started.
    pub now: DateTime<Utc>,
    /// The environment variables. Values may be secrets: never print them.
    pub vars: BTreeMap<OsString, OsString>,
    /// This host's name, for reports.
    pub host: String,
    /// Whether standard error is a terminal.
    pub stderr_is_terminal: bool,
}

impl Env {
    /// Reads it all from the process. Called once, in `main`.
    #[must_use]
    pub fn read() -> Self {
        Self {
            now: Utc::now(),
            vars: std::env::vars_os().collect(),
            host: rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned(),
            stderr_is_terminal: std::io::IsTerminal::is_terminal(&std::io::stderr()),
        }
    }

    /// The same, with the clock read again: for a process that stays.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            now: Utc::now(),
            ..self.clone()
        }
    }

    /// The variable's value where it is set, not empty and UTF-8.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        let value = self.vars.get(OsStr::new(name))?.to_str()?;
        (!value.is_empty()).then_some(value)
    }

    /// The variable's value where it is set and not empty, as bytes.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        let value = self.vars.get(OsStr::new(name))?.as_encoded_bytes();
        (!value.is_empty()).then_some(value)
    }

    /// The user's home folder, from `HOME`.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        self.var("HOME").map(PathBuf::from)
    }
}
