//! The parts of a dump's options. What they are called in pg_dump's manual is in `cli`.

use std::time::Duration;

/// What a server does, beside what we ask of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Statements that run.
    pub active: u64,
    /// How far it is behind its source, or the slowest of those that follow it; `None`: nobody
    /// follows anybody, or the user may not know.
    pub lag: Option<Duration>,
}

/// How much other work a server may have for rows to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nice {
    /// Statements of others that run.
    pub sessions: u64,
    /// How far a replica may be behind.
    pub lag: Duration,
}

impl Nice {
    /// Whether rows may be read now.
    #[must_use]
    pub fn allows(self, load: Load) -> bool {
        load.active <= self.sessions && load.lag.is_none_or(|lag| lag <= self.lag)
    }
}

/// What a dump leaves out, of all that is selected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeaveOut {
    /// Publications.
    pub publications: bool,
    /// Subscriptions.
    pub subscriptions: bool,
    /// Security labels.
    pub security_labels: bool,
    /// Policies, and which tables have row security.
    pub policies: bool,
    /// Which access method a table has.
    pub table_access_method: bool,
    /// How a column's values are compressed.
    pub toast_compression: bool,
    /// Rows of unlogged tables.
    pub unlogged_table_data: bool,
    /// Large objects.
    pub large_objects: bool,
}

/// How the sessions read (PostgreSQL).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The role that reads, instead of the one that connects.
    pub role: Option<String>,
    /// A snapshot that another session has exported.
    pub snapshot: Option<String>,
    /// Waits for a moment that no serializable transaction contradicts.
    pub serializable_deferrable: bool,
    /// Reads the rows that policies show, where hidden ones would be an error.
    pub row_security: bool,
}

/// How rows are written (PostgreSQL).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowForm {
    /// Rows in one INSERT; 0 and 1 are one.
    pub per_insert: usize,
    /// Rows that are there already are no error.
    pub on_conflict_do_nothing: bool,
    /// Rows of partitions go through the root table.
    pub via_partition_root: bool,
    /// No trigger fires while rows are loaded without definitions.
    pub disable_triggers: bool,
}
