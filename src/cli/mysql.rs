//! Switches of `dump` that only MySQL and MariaDB heed.

use std::time::Duration;

use crate::config::duration;
use crate::source::mysql::{Consistency, Definer, LongQueries, MysqlOptions, Product, Said, bytes};

/// What only MySQL and MariaDB heed.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "MySQL and MariaDB")]
pub(super) struct Mysql {
    /// One point in time for all connections: auto, single-connection, or none
    #[arg(long, value_name = "HOW", value_parser = consistency)]
    consistency: Option<Consistency>,
    /// Statements that run for long when the lock is wanted: wait for them, fail, or go-on
    #[arg(long, value_name = "WHAT", value_parser = str::parse::<LongQueries>)]
    long_queries: Option<LongQueries>,
    /// From when on a statement runs for long [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    long_query_time: Option<Duration>,
    /// Views, routines, triggers and events belong to whoever loads the script
    #[arg(long, conflicts_with = "definer")]
    skip_definer: bool,
    /// … belong to this account
    #[arg(long, value_name = "USER@HOST", value_parser = str::parse::<Definer>)]
    definer: Option<Definer>,
    /// Write for the other flavour, `mysql` or `mariadb[:VERSION]`, and list what that changes
    #[arg(long, value_name = "FLAVOUR", value_parser = str::parse::<Product>)]
    target: Option<Product>,
    /// The largest statement that the server takes that this is loaded into, such as 4M
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_allowed_packet: Option<u64>,
    /// Tell a replica the binary log's position: as a statement, or as a comment
    #[arg(long, alias = "master-data", value_name = "HOW", value_parser = str::parse::<Said>,
        num_args = 0..=1, require_equals = true, default_missing_value = "statement")]
    source_data: Option<Said>,
    /// Tell a replica the transactions that the dump holds (GTID): as a statement, or as a comment
    #[arg(long, value_name = "HOW", value_parser = str::parse::<Said>,
        num_args = 0..=1, require_equals = true, default_missing_value = "statement")]
    gtid_purged: Option<Said>,
}

/// One database has no others to agree with.
fn consistency(text: &str) -> Result<Consistency, String> {
    match text.parse()? {
        Consistency::Server => Err("server is for the configuration of backup".into()),
        other => Ok(other),
    }
}

impl Mysql {
    pub(super) fn options(&self) -> MysqlOptions {
        MysqlOptions {
            consistency: self.consistency.unwrap_or_default(),
            long_queries: self.long_queries.unwrap_or_default(),
            long_query_seconds: self.long_query_time.map_or(0, |time| time.as_secs().max(1)),
            definer: match &self.definer {
                Some(definer) => definer.clone(),
                None if self.skip_definer => Definer::Skip,
                None => Definer::Keep,
            },
            target: self.target,
            max_allowed_packet: self.max_allowed_packet,
            source_data: self.source_data,
            gtid_purged: self.gtid_purged,
        }
    }
}
