//! Where in the write-ahead log a snapshot stands.

use super::session::Session;

/// The log's position now: taken before the snapshot, it is at or before it. `None` where the
/// server does not say (some hosted ones).
pub async fn now(session: &mut Session) -> Option<String> {
    let sql = "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() \
               THEN pg_catalog.pg_last_wal_replay_lsn() \
               ELSE pg_catalog.pg_current_wal_lsn() END AS lsn";
    let rows = session.query(sql.as_bytes()).await.ok()?;
    let row = rows.first()?;
    row.str("lsn").ok().map(str::to_owned)
}
