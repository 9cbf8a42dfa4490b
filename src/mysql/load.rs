//! What else a server has to do: statements that run, and how far it is behind its source.

use std::time::Duration;

use crate::error::{Kind, Result};
use crate::mysql::session::Session;
use crate::source::Load;
use crate::sql::rows::Rows;

/// Asks once. `own` statements of those that run are ours, this one not counted.
pub(super) async fn load(session: &mut Session, own: u64) -> Result<Load> {
    let running = session.query("SHOW GLOBAL STATUS LIKE 'Threads_running'");
    let running = running.await?;
    let running = match running.first() {
        Some(row) => row.num::<u64>("Value")?,
        None => 0,
    };
    Ok(Load {
        active: running.saturating_sub(own + 1 + waiting(session).await?),
        lag: lag(session).await?,
    })
}

/// The scheduler of events, which servers count as one that runs while it waits for them.
async fn waiting(session: &mut Session) -> Result<u64> {
    let rows = session.query("SELECT @@GLOBAL.event_scheduler = 'ON' AS counts");
    let rows = rows.await?;
    rows.first().map_or(Ok(0), |row| row.num("counts"))
}

/// Nothing where it is no replica, or where the user may not ask (REPLICATION CLIENT).
async fn lag(session: &mut Session) -> Result<Option<Duration>> {
    let (sql, column) = if session.caps().replica_status() {
        ("SHOW REPLICA STATUS", "Seconds_Behind_Source")
    } else {
        ("SHOW SLAVE STATUS", "Seconds_Behind_Master")
    };
    match session.query(sql).await {
        Ok(rows) => behind(&rows, column),
        Err(error) if error.kind() == Kind::Privilege => Ok(None),
        Err(error) => Err(error),
    }
}

fn behind(rows: &Rows, column: &str) -> Result<Option<Duration>> {
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(row.opt_num(column)?.map(Duration::from_secs))
}
