//! Which InnoDB tables have no rows because their tablespace was discarded: no catalog says so on
//! every server, so those that may be are asked for a row.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::mysql::inventory::Relation;
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::mysql::version::Caps;

/// `ER_TABLESPACE_DISCARDED`.
const DISCARDED: &str = "1814";

/// Marks one of them, where there may be any ([`may_be`]). Partitions are left alone: others of the same
/// table may have rows.
pub(super) async fn mark(session: &mut Session, caps: Caps, relation: &mut Relation) {
    // MySQL estimates the bytes of a table whose file is gone as well
    let empty = !caps.is_mariadb() || relation.bytes == 0;
    let may_be =
        empty && relation.is_table() && relation.has_engine(&["InnoDB"]) && !relation.partitioned;
    if may_be {
        let probe = Text::new("SELECT 1 FROM ").ident(&relation.name);
        relation.discarded = match session.query(probe.words(" LIMIT 1")).await {
            Err(error) if is_discarded(&error) => true,
            // whatever else is wrong is said where the rows are read
            _ => false,
        };
    }
}

/// Whether there may be any: MySQL 8 and newer say so.
pub(super) async fn may_be(session: &mut Session, caps: Caps) -> Result<bool> {
    if !caps.data_dictionary() {
        return Ok(true);
    }
    let sql = "SELECT 1 AS one FROM information_schema.innodb_tablespaces \
               WHERE state = 'discarded' LIMIT 1";
    match session.query(sql).await {
        Ok(rows) => Ok(!rows.is_empty()),
        Err(error) if error.kind() == ErrorKind::Privilege => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_discarded(error: &Error) -> bool {
    error.server_code() == Some(DISCARDED)
}
