//! How an archive is restored.

use crate::archive::toc::ArchiveKind;
use crate::pipeline::restore::Names;
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
    /// Under which names, and for whom.
    pub names: Names,
    /// Roles that are asked for and not there are made, without a way to log in.
    pub create_missing_roles: bool,
    /// A server that is older than the archive's is no reason to stop.
    pub older_server: bool,
    /// Begin without looking what would fail.
    pub unchecked: bool,
    /// What makes the server load faster.
    pub tuning: Tuning,
    /// MySQL and MariaDB: rows of this length or more, in bytes, may go by a file, which is asked for by
    /// more statements.
    pub by_file_from: u64,
    /// Record in the target what is done, so that a restore that is broken off can go on.
    pub journal: bool,
    /// Go on with a restore that was broken off.
    pub resume: bool,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
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
            names: Names::default(),
            create_missing_roles: false,
            older_server: false,
            unchecked: false,
            tuning: Tuning::default(),
            by_file_from: 256 << 10,
            journal: false,
            resume: false,
            dry_run: false,
        }
    }
}

impl RestoreJob {
    /// Whether several connections may work: a transaction is one connection's.
    pub(super) fn spread(&self) -> bool {
        self.jobs > 1 && !self.single_transaction
    }

    /// Whether a failure ends the restore and leaves what was done before it.
    pub(super) fn by_steps(&self) -> bool {
        self.on_error == OnError::Stop && !self.single_transaction
    }

    /// Whether what is done is recorded: not for a few objects, or rows alone, that go into a
    /// database in use.
    pub(super) fn is_recorded(&self, kind: ArchiveKind) -> bool {
        self.journal && self.owns_all(kind)
    }

    /// Whether the database holds nothing but what this restore makes, step by step.
    pub(super) fn owns_all(&self, kind: ArchiveKind) -> bool {
        let makes = self.choice.makes() && !self.choice.data_only && !self.names.renames();
        let whole = kind == ArchiveKind::Database && makes && !self.choice.by_name();
        // What was begun is dropped when it goes on: it must be nobody else's.
        let alone = !self.into_existing || self.clean;
        whole && self.by_steps() && alone
    }
}
