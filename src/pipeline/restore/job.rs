//! How an archive is restored.

use crate::pipeline::runner::OnError;
use crate::pipeline::select::Choice;
use crate::source::Tuning;

/// How an archive is restored.
#[derive(Debug, Clone)]
pub struct RestoreJob {
    /// Which entries.
    pub choice: Choice,
    /// Make the database first, and go on in it.
    pub create: bool,
    /// Drop what will be made, where it exists.
    pub clean: bool,
    /// What a failed statement means.
    pub on_error: OnError,
    /// All or nothing.
    pub single_transaction: bool,
    /// Load into a database that holds objects already.
    pub into_existing: bool,
    /// The encoding that the texts of an SQL_ASCII database are taken to be in.
    pub assume_encoding: Option<String>,
    /// Globals: accounts that exist are set as the archive has them.
    pub overwrite_existing: bool,
    /// The number of connections that load.
    pub jobs: usize,
    /// What makes the server load faster.
    pub tuning: Tuning,
}

impl Default for RestoreJob {
    fn default() -> Self {
        Self {
            choice: Choice::default(),
            create: false,
            clean: false,
            on_error: OnError::Stop,
            single_transaction: false,
            into_existing: false,
            assume_encoding: None,
            overwrite_existing: false,
            jobs: 1,
            tuning: Tuning::default(),
        }
    }
}

impl RestoreJob {
    /// Whether several connections may work: a transaction is one connection's.
    pub(super) fn spread(&self) -> bool {
        self.jobs > 1 && !self.single_transaction
    }
}
