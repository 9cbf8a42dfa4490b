//! What else a server has to do: statements that run, standbys that are behind.

use std::time::Duration;

use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::source::Load;

/// Own sessions are told by their name, user and machine. On a primary the lag is that of the
/// slowest standby (a user without `pg_monitor` is not told it), on a standby its own.
const LOAD: &str = "\
SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a \
WHERE a.state = 'active' AND a.backend_type = 'client backend' \
AND NOT (a.usename = CURRENT_USER \
AND a.application_name = pg_catalog.current_setting('application_name') \
AND a.client_addr IS NOT DISTINCT FROM pg_catalog.inet_client_addr())) AS active, \
pg_catalog.ceil(CASE WHEN pg_catalog.pg_is_in_recovery() \
THEN CASE WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() THEN 0 \
ELSE EXTRACT(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) END \
ELSE (SELECT pg_catalog.max(EXTRACT(epoch FROM r.replay_lag)) \
FROM pg_catalog.pg_stat_replication r) END)::bigint AS lag";

/// Asks once.
pub(super) async fn load(session: &mut Session) -> Result<Load> {
    let doing = "cannot see what else the server does";
    let rows = session.query_for(doing, LOAD.as_bytes()).await?;
    let row = rows.first();
    let row = row.ok_or_else(|| Error::new(Kind::Hostile, doing))?;
    let lag = row.opt_num::<i64>("lag")?;
    Ok(Load {
        active: row.num("active")?,
        // clocks of two machines may differ
        lag: lag.map(|seconds| Duration::from_secs(seconds.max(0).unsigned_abs())),
    })
}
