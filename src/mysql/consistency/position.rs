//! The binary log's position that belongs to the snapshots.

use std::fmt;

use bstr::{BStr, ByteSlice as _};

use crate::error::{Error, Kind, Result};
use crate::mysql::consistency::changed;
use crate::mysql::consistency::strategy::{Held, Strategy};
use crate::mysql::session::Session;
use crate::mysql::text::Text;

/// How often snapshots are opened before the writers are too many for it.
const TRIES: usize = 200;

/// A place in the binary log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The log's file.
    pub file: String,
    /// In bytes.
    pub offset: u64,
    /// The transactions up to there, where the server counts them.
    pub gtid: Option<String>,
}

impl Position {
    fn new(file: &BStr, offset: &BStr, gtid: Option<&BStr>) -> Result<Self> {
        let offset = offset.to_str_lossy().parse().map_err(|_| {
            let message = format!("the binary log's position {offset} is no number");
            Error::new(Kind::Server, message)
        })?;
        let gtid = gtid.filter(|gtid| !gtid.is_empty());
        Ok(Self {
            file: file.to_str_lossy().into_owned(),
            offset,
            gtid: gtid.map(|gtid| gtid.to_str_lossy().replace(['\n', ' '], "")),
        })
    }
}

/// `binlog.000002:157, GTID 0-1-5`
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.offset)?;
        match &self.gtid {
            Some(gtid) => write!(f, ", GTID {gtid}"),
            None => Ok(()),
        }
    }
}

/// The position, read while the lock is held; `None` where there is no log or no right to see it.
pub(super) async fn read(leader: &mut Session, held: &mut Held) -> Result<Option<Position>> {
    if leader.caps().is_mariadb() {
        return of_snapshot(leader).await;
    }
    // without a lock it would be a later one
    if matches!(held.strategy, Strategy::Alone | Strategy::Unprotected) {
        return Ok(None);
    }
    of_log(&mut held.control).await
}

/// MySQL: the log's end, which stands still.
async fn of_log(control: &mut Session) -> Result<Option<Position>> {
    let mut answer = control.query("SHOW BINARY LOG STATUS").await;
    if answer
        .as_ref()
        .is_err_and(|error| error.server_code() == Some("1064"))
    {
        answer = control.query("SHOW MASTER STATUS").await;
    }
    let rows = match answer {
        Ok(rows) => rows,
        Err(error) if error.kind() == Kind::Privilege => {
            tracing::info!("the binary log's position is not known: {}", error.line());
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let gtid = row.opt("Executed_Gtid_Set").unwrap_or_default();
    Position::new(row.bytes("File")?, row.bytes("Position")?, gtid).map(Some)
}

/// MariaDB: the position at which the session's snapshot was opened, exact without any lock.
async fn of_snapshot(session: &mut Session) -> Result<Option<Position>> {
    let rows = session
        .query("SHOW STATUS WHERE Variable_name IN ('Binlog_snapshot_file', 'Binlog_snapshot_position')")
        .await?;
    let (mut file, mut position) = (None, None);
    for row in rows.iter() {
        match row.str("Variable_name")? {
            "Binlog_snapshot_file" => file = row.opt_owned("Value")?,
            _ => position = row.opt_owned("Value")?,
        }
    }
    let (Some(file), Some(position)) = (file, position) else {
        return Ok(None);
    };
    if file.is_empty() {
        return Ok(None);
    }
    let sql = Text::new("SELECT BINLOG_GTID_POS(")
        .string(&file)
        .words(", ")
        .string(&position)
        .words(") AS gtid");
    let rows = session.query(sql).await?;
    let row = rows.first();
    let gtid = row.map(|row| row.opt("gtid")).transpose()?.flatten();
    Position::new(file.as_bstr(), position.as_bstr(), gtid).map(Some)
}

/// Opens all snapshots until they are at one position. No lock: each commit in between is one more
/// try.
pub(super) async fn agree(workers: &mut [Session]) -> Result<Position> {
    for _ in 0..TRIES {
        let mut first = None;
        let mut equal = true;
        for session in workers.iter_mut() {
            super::begin(session).await?;
            let at = of_snapshot(session).await?.ok_or_else(lost)?;
            equal &= *first.get_or_insert_with(|| at.clone()) == at;
        }
        match first {
            Some(at) if equal => return Ok(at),
            Some(_) => {}
            None => break,
        }
        for session in workers.iter_mut() {
            session.execute("ROLLBACK").await?;
        }
    }
    Err(Error::new(
        Kind::Server,
        "the snapshots never came to one binary log position: there are too many writers",
    )
    .hint("Grant RELOAD or LOCK TABLES, or use --jobs 1."))
}

fn lost() -> Error {
    changed("the binary log was switched off")
}
