//! Sessions for reading: fixed, in a transaction, in the snapshot.

use bstr::BString;

use super::chosen::{self, Hits};
use super::quote::{ident, literal};
use super::render::cat;
use super::session::Session;
use super::settings::Settings;
use super::{fixed, locks};
use crate::error::{Context as _, Error, Kind, Result};
use crate::source::{DumpOptions, Reading};

/// How often a database that changes while it is locked starts over.
const TRIES: usize = 5;

/// A leader in its transaction, with its locks and its snapshot.
pub struct Leader {
    /// The session.
    pub session: Session,
    /// The name under which others can take the same snapshot.
    pub exported: BString,
    /// What was asked for by name.
    pub hits: Hits,
    /// The write-ahead log's position, at or before the snapshot.
    pub position: Option<String>,
}

/// Connects and fixes the session.
pub async fn session(settings: &Settings) -> Result<Session> {
    reader(settings, &DumpOptions::default()).await
}

/// The same for rows as they are asked for.
async fn reader(settings: &Settings, options: &DumpOptions) -> Result<Session> {
    let mut session = Session::connect(settings).await?;
    fixed::reading(&mut session, options).await?;
    if let Some(role) = &options.reading.role {
        let sql = cat!["SET ROLE ", ident(role)];
        session.execute_for("cannot take the role", &sql).await?;
    }
    Ok(session)
}

/// Opens the leader: the locks, then the snapshot.
pub async fn leader(settings: &Settings, options: &DumpOptions) -> Result<Leader> {
    let mut session = reader(settings, options).await?;
    let mut tries = 1;
    loop {
        match begin(&mut session, options).await {
            Ok(begun) => {
                return Ok(Leader {
                    session,
                    exported: begun.exported,
                    hits: begun.hits,
                    position: begun.position,
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

struct Begun {
    exported: BString,
    hits: Hits,
    position: Option<String>,
}

async fn begin(session: &mut Session, options: &DumpOptions) -> Result<Begun> {
    let reading = &options.reading;
    let position = match &reading.snapshot {
        // Another's snapshot is older than this.
        Some(_) => None,
        None => super::position::now(session).await,
    };
    let hits = chosen::look_up(session, options).await?;
    let tables = locks::tables(session, &hits).await?;
    session.execute(begin_statement(reading)).await?;
    locks::take(session, &tables, options.lock_timeout_ms).await?;
    if let Some(name) = &reading.snapshot {
        take_snapshot(session, name.as_bytes(), "cannot take the snapshot").await?;
    }
    let rows = session.query(b"SELECT pg_catalog.pg_export_snapshot() AS name");
    let rows = rows.await?;
    let row = rows.first().ok_or_else(no_snapshot)?;
    let exported = row.owned("name")?;
    // Again, for what came meanwhile.
    let hits = match options.selection.is_everything() {
        true => hits,
        false => chosen::look_up(session, options).await?,
    };
    let uncovered = locks::uncovered(session, &hits).await?;
    if !uncovered.is_empty() {
        return Err(locks::moved(&uncovered));
    }
    fixed::check(session, options).await?;
    Ok(Begun {
        exported,
        hits,
        position,
    })
}

fn begin_statement(reading: &Reading) -> &'static [u8] {
    if reading.serializable_deferrable && reading.snapshot.is_none() {
        b"BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE"
    } else {
        BEGIN
    }
}

async fn take_snapshot(session: &mut Session, name: &[u8], doing: &str) -> Result<()> {
    let sql = cat!["SET TRANSACTION SNAPSHOT ", literal(name)];
    session.execute_for(doing, &sql).await
}

/// Begins a transaction that reads one state.
pub const BEGIN: &[u8] = b"BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

fn no_snapshot() -> Error {
    Error::new(Kind::Hostile, "the server exports no snapshot")
}

/// Opens a worker in the leader's snapshot.
pub async fn worker(
    settings: &Settings,
    exported: &[u8],
    options: &DumpOptions,
) -> Result<Session> {
    let mut session = reader(settings, options).await?;
    session.execute(BEGIN).await?;
    take_snapshot(&mut session, exported, "cannot take the leader's snapshot")
        .await
        .while_with(|| "opening a worker's connection")?;
    fixed::check(&mut session, options).await?;
    Ok(session)
}
