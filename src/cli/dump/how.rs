//! How a dump is read and written.

use std::str::FromStr;
use std::time::Duration;

use super::super::mysql::Mysql;
use super::super::pace::Pace;
use super::codec;
use crate::archive::codec::Codec;
use crate::config::duration;
use crate::error::{Error, Kind};
use crate::source::{DumpOptions, Reading, RowForm};

/// How it is read and written.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// The script drops what it makes first
    #[arg(short, long, conflicts_with = "data_only")]
    pub(super) clean: bool,
    /// … only where it exists
    #[arg(long, requires = "clean")]
    pub(super) if_exists: bool,
    /// The script creates the database and goes on in it
    #[arg(short = 'C', long)]
    pub(super) create: bool,
    /// Rows as INSERT statements instead of COPY
    #[arg(long)]
    inserts: bool,
    /// The same: columns are always named
    #[arg(long, visible_alias = "attribute-inserts")]
    column_inserts: bool,
    /// The same, with so many rows in a statement
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rows_per_insert: Option<u32>,
    /// INSERT leaves rows that are there already
    #[arg(long)]
    on_conflict_do_nothing: bool,
    /// Rows of partitions go through the root table
    #[arg(long)]
    load_via_partition_root: bool,
    /// No trigger or foreign key is asked while rows are loaded
    #[arg(long, requires = "data_only")]
    disable_triggers: bool,
    /// Read as this role
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Read in a snapshot that another session has exported
    #[arg(long, value_name = "SNAPSHOT")]
    snapshot: Option<String>,
    /// Wait for a moment that no serializable transaction contradicts
    #[arg(long)]
    serializable_deferrable: bool,
    /// What the planner knows of tables and columns, for PostgreSQL 18 and newer to take in
    #[arg(long)]
    statistics: bool,
    /// Read the rows that policies show, where hidden ones would be an error
    #[arg(long)]
    enable_row_security: bool,
    /// Read rows over so many connections; auto is one a processor, at most four
    #[arg(short, long, value_name = "N|auto", default_value = "auto")]
    pub(super) jobs: Jobs,
    /// `zstd[:LEVEL]`, `gzip[:LEVEL]`, `xz[:LEVEL]`, `bzip2[:LEVEL]` or `none`
    #[arg(short = 'Z', long, value_name = "METHOD", default_value_t, value_parser = codec)]
    pub(super) compress: Codec,
    /// Give up waiting for a table's lock after this time, such as 10s
    #[arg(long, visible_alias = "lock-wait-timeout", value_name = "TIME",
          value_parser = duration::parse)]
    lock_timeout: Option<Duration>,
    /// No \restrict in the script, for a psql older than August 2025
    #[arg(long)]
    no_restrict: bool,
    /// The same database gives the same script
    #[arg(long)]
    pub(super) deterministic: bool,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    mysql: Mysql,
}

impl How {
    /// Switches that mean nothing without others, where clap can't say it.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.on_conflict_do_nothing && !self.as_inserts() {
            let message = "--on-conflict-do-nothing needs --inserts, --column-inserts or \
                           --rows-per-insert";
            return Err(Error::new(Kind::Usage, message));
        }
        Ok(())
    }

    fn as_inserts(&self) -> bool {
        self.inserts || self.column_inserts || self.rows_per_insert.is_some()
    }

    pub(super) fn apply(&self, options: &mut DumpOptions) {
        options.inserts = self.as_inserts();
        options.statistics = self.statistics;
        options.rows = RowForm {
            per_insert: self
                .rows_per_insert
                .map_or(0, |rows| usize::try_from(rows).unwrap_or(usize::MAX)),
            on_conflict_do_nothing: self.on_conflict_do_nothing,
            via_partition_root: self.load_via_partition_root,
            disable_triggers: self.disable_triggers,
        };
        options.reading = Reading {
            role: self.role.clone(),
            snapshot: self.snapshot.clone(),
            serializable_deferrable: self.serializable_deferrable,
            row_security: self.enable_row_security,
        };
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        options.lock_timeout_ms = self.lock_timeout.map(milliseconds);
        options.frame_bytes = usize::try_from(self.pace.frame_size).unwrap_or(usize::MAX);
        options.slice_bytes = self.pace.slice_size;
        options.max_rate = self.pace.max_rate;
        options.nice = self.pace.nice();
        options.mysql = self.mysql.options();
        options.no_restrict = self.no_restrict;
        options.restrict_key = self.deterministic.then(|| "dumpkeep".into());
    }
}

/// How many connections read rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Jobs {
    Auto,
    Number(u16),
}

/// More readers than this gain little and cost a server that has other work.
const AUTO_LIMIT: usize = 4;

impl Jobs {
    pub(super) fn number(self) -> usize {
        match self {
            Self::Auto => std::thread::available_parallelism()
                .map_or(1, usize::from)
                .min(AUTO_LIMIT),
            Self::Number(jobs) => usize::from(jobs),
        }
    }
}

impl FromStr for Jobs {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(jobs @ 1..=64) => Ok(Self::Number(jobs)),
            _ if text == "auto" => Ok(Self::Auto),
            _ => Err("it must be a number from 1 to 64, or auto".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_a_number_or_auto() {
        assert_eq!("auto".parse(), Ok(Jobs::Auto));
        assert_eq!("64".parse(), Ok(Jobs::Number(64)));
        assert!("0".parse::<Jobs>().is_err() && "65".parse::<Jobs>().is_err());
        assert!((1..=AUTO_LIMIT).contains(&Jobs::Auto.number()));
    }
}
