//! The parts of a dump's options. What they are called in pg_dump's manual is in `cli`.

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
