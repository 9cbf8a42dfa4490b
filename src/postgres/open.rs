//! Sessions for reading: fixed, in a transaction, in the snapshot.

use bstr::BString;

use super::quote::literal;
use super::session::Session;
use super::settings::Settings;
use super::{fixed, locks};
use crate::error::{Context as _, Error, Kind, Result};
use crate::source::DumpOptions;

/// How often a database that changes while it is locked starts over.
const TRIES: usize = 5;

/// A leader in its transaction, with its locks and its snapshot.
pub struct Leader {
    /// The session.
    pub session: Session,
    /// The name under which others can take the same snapshot.
    pub exported: BString,
    /// The write-ahead log's position, at or before the snapshot.
    pub position: Option<String>,
}

/// Connects and fixes the session.
pub async fn session(settings: &Settings) -> Result<Session> {
    let mut session = Session::connect(settings).await?;
    fixed::reading(&mut session).await?;
    Ok(session)
}

/// Opens the leader: the locks, then the snapshot.
pub async fn leader(settings: &Settings, options: &DumpOptions) -> Result<Leader> {
    let mut session = session(settings).await?;
    let mut tries = 1;
    loop {
        match begin(&mut session, options).await {
            Ok((exported, position)) => {
                return Ok(Leader {
                    session,
                    exported,
                    position,
                });
            }
            Err(error) if error.kind() == Kind::Changed && tries < TRIES => {
                session.execute(b"ROLLBACK").await?;
                tries += 1;
            }
            Err(error) if error.server_code() == Some(locks::LOCK_NOT_AVAILABLE) => {
                session.execute(b"ROLLBACK").await?;
                return Err(locks::held(&mut session, error).await);
            }
            Err(error) => return Err(error),
        }
    }
}

async fn begin(session: &mut Session, options: &DumpOptions) -> Result<(BString, Option<String>)> {
    let position = super::position::now(session).await;
    let tables = locks::tables(session, &options.selection).await?;
    session.execute(BEGIN).await?;
    locks::take(session, &tables, options.lock_timeout_ms).await?;
    let rows = session.query(b"SELECT pg_catalog.pg_export_snapshot() AS name");
    let rows = rows.await?;
    let row = rows.first().ok_or_else(no_snapshot)?;
    let exported = row.owned("name")?;
    let uncovered = locks::uncovered(session, &options.selection).await?;
    if !uncovered.is_empty() {
        return Err(locks::moved(&uncovered));
    }
    fixed::check(session).await?;
    Ok((exported, position))
}

/// Begins a transaction that reads one state.
pub const BEGIN: &[u8] = b"BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

fn no_snapshot() -> Error {
    Error::new(Kind::Hostile, "the server exports no snapshot")
}

/// Opens a worker in the leader's snapshot.
pub async fn worker(settings: &Settings, exported: &[u8]) -> Result<Session> {
    let mut session = session(settings).await?;
    session.execute(BEGIN).await?;
    let sql = bstr::concat([b"SET TRANSACTION SNAPSHOT ".as_slice(), &literal(exported)]);
    session
        .execute_for("cannot take the leader's snapshot", &sql)
        .await
        .while_with(|| "opening a worker's connection")?;
    fixed::check(&mut session).await?;
    Ok(session)
}
