//! One point in time for several connections, and nothing moved under them until they are done.
//!
//! A consistent snapshot alone protects neither: two connections that open theirs one after the
//! other see different commits, and a table that is swapped (`RENAME`), truncated or altered in
//! mid-dump gives wrong rows without an error. So:
//!
//! 1. a *guard* touches every table in a transaction, whose metadata locks then hold DDL back;
//! 2. a *control* connection takes a lock that holds commits back ([`strategy`]);
//! 3. the *workers* open their snapshots; the position is read; the lock goes;
//! 4. each worker touches every table too (a waiting `ALTER` would otherwise stop it behind the
//!    guard for ever), then the guard goes; or, of many tables, guards stay ([`guards`]).

pub mod guards;
pub mod position;
pub mod shared;
pub mod strategy;
pub mod tables;

use bstr::BString;
use tokio::task::JoinSet;

use crate::error::{Context as _, Error, Kind, Result};
use crate::mysql::consistency::guards::{Guards, Letting};
use crate::mysql::consistency::position::Position;
use crate::mysql::consistency::strategy::{Held, Strategy};
use crate::mysql::consistency::tables::Tables;
use crate::mysql::session::Session;
use crate::mysql::settings::Settings;
use crate::source::mysql::Consistency;
use crate::source::{DumpOptions, Warning};

/// How often all is begun again when tables changed in between.
const TRIES: u32 = 3;
/// How long a worker waits for a table that someone wants to change, in seconds.
const WORKER_WAIT: u64 = 5;

/// The snapshots of one database, or of all of a server.
#[derive(Debug)]
pub struct Opened {
    /// Sessions in a transaction each, all at the same point. Fewer than were asked for where the
    /// server allows no lock.
    pub workers: Vec<Session>,
    /// Holds what is kept to the end (`LOCK INSTANCE FOR BACKUP`).
    pub control: Option<Session>,
    /// How it was done.
    pub strategy: Strategy,
    /// Binary log file and position, GTID set.
    pub position: Option<Position>,
    /// Hold the metadata locks to the end, where the workers don't.
    pub guards: Guards,
    /// The tables whose metadata locks are held.
    pub tables: Tables,
    /// What the user should hear of the way.
    pub warnings: Vec<Warning>,
}

/// What is to be opened.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The server.
    pub settings: &'a Settings,
    /// The databases.
    pub databases: &'a [BString],
    /// How many connections.
    pub workers: usize,
    /// The time limit for locks.
    pub options: &'a DumpOptions,
    /// The one strategy to use; `None`: the best that the server allows.
    pub strategy: Option<Strategy>,
}

impl Request<'_> {
    fn strategy(&self) -> Option<Strategy> {
        self.strategy.or(match self.options.mysql.consistency {
            Consistency::Auto | Consistency::Server => None,
            Consistency::SingleConnection => Some(Strategy::Alone),
            Consistency::None => Some(Strategy::Unprotected),
        })
    }
}

/// Opens the snapshots; begins again where tables changed in between.
pub async fn open(request: Request<'_>) -> Result<Opened> {
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt(request).await {
            Err(error) if error.kind() == Kind::Changed && tries < TRIES => {
                tracing::warn!("{}: begins again", error.line());
            }
            other => return other.while_with(|| "opening a consistent snapshot"),
        }
    }
}

async fn attempt(request: Request<'_>) -> Result<Opened> {
    let mut workers = connect(request).await?;
    // not by a guard: what holds many tables is slow in opening others
    let lister = workers.first_mut().ok_or_else(none)?;
    let hashed = lister.caps().metadata_locks_hashed();
    let mut tables = Tables::list(lister, request.databases).await?;
    let mut guards = Guards::begin(request, tables.len(), hashed).await?;
    guards.touch(&tables).await?;

    let control = Session::open(request.settings).await?;
    let (mut held, refused) = Held::take(control, &tables, request).await?;
    let lister = workers.first_mut().ok_or_else(none)?;
    let now = Tables::list(lister, request.databases).await?;
    let new = now.beyond(&tables);
    if !held.strategy.stops_ddl() && !new.is_empty() {
        return Err(changed("tables came or went while the snapshot was opened"));
    }
    guards.touch(&new).await?;
    tables.extend(&new);

    if held.strategy == Strategy::Alone {
        workers.truncate(1);
    }
    let at = begin_all(&mut workers, &mut held).await?;
    let strategy = held.strategy;
    let control = held.release().await?;
    let wait = strategy::seconds(request.options).unwrap_or(strategy::FOR_EVER);
    if guards.stay() {
        for session in &mut workers {
            Letting::begin(session).await?;
        }
    } else {
        workers = touch_all(workers, &tables, wait).await?;
        std::mem::take(&mut guards).end().await?;
    }
    let warnings = strategy.warning(request.workers, refused.as_deref());
    Ok(Opened {
        workers,
        control,
        strategy,
        position: at,
        guards,
        tables,
        warnings: warnings.into_iter().collect(),
    })
}

/// Connections first: nobody waits for them under the lock.
async fn connect(request: Request<'_>) -> Result<Vec<Session>> {
    let mut workers = Vec::new();
    for _ in 0..request.workers.max(1) {
        let mut session = Session::open(request.settings).await?;
        session
            .execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            .await?;
        session
            .execute(format!("SET SESSION lock_wait_timeout = {WORKER_WAIT}"))
            .await?;
        workers.push(session);
    }
    Ok(workers)
}

fn none() -> Error {
    Error::new(Kind::Internal, "there is no connection")
}

/// Opens every worker's snapshot, and reads the position that is theirs.
async fn begin_all(workers: &mut [Session], held: &mut Held) -> Result<Option<Position>> {
    if held.strategy == Strategy::Positions {
        return position::agree(workers).await.map(Some);
    }
    for session in workers.iter_mut() {
        begin(session).await?;
    }
    match workers.first_mut() {
        Some(leader) => position::read(leader, held).await,
        None => Ok(None),
    }
}

/// MySQL refuses temporary tables in a transaction that only reads, and the catalog needs one
/// where the server prints an ENUM's members wrong; MariaDB opens no view there that takes numbers of
/// a sequence.
async fn begin(session: &mut Session) -> Result<()> {
    let caps = session.caps();
    let read_only = if caps.anonymous_blocks() && !caps.sequences() {
        ", READ ONLY"
    } else {
        ""
    };
    session
        .execute(format!(
            "START TRANSACTION WITH CONSISTENT SNAPSHOT{read_only}"
        ))
        .await
        .map(drop)
}

/// All workers at once, each in its own transaction.
async fn touch_all(workers: Vec<Session>, tables: &Tables, wait: u64) -> Result<Vec<Session>> {
    let mut set = JoinSet::new();
    for (number, mut session) in workers.into_iter().enumerate() {
        let tables = tables.clone();
        set.spawn(async move {
            tables.touch(&mut session).await?;
            // from here on it holds what it reads; definitions of views may still have to wait
            let wait = format!("SET SESSION lock_wait_timeout = {wait}");
            session.execute(wait).await?;
            Ok::<_, Error>((number, session))
        });
    }
    let mut back = Vec::new();
    while let Some(done) = set.join_next().await {
        let done = done.map_err(|error| {
            Error::new(Kind::Internal, "a worker ended while it began").cause(error)
        })?;
        back.push(done?);
    }
    back.sort_by_key(|(number, _)| *number);
    Ok(back.into_iter().map(|(_, session)| session).collect())
}

/// The error after which all is begun again.
pub(crate) fn changed(what: &str) -> Error {
    Error::new(Kind::Changed, what).hint("Dump again when no migration runs on the database.")
}

/// Checks that the tables are those whose metadata locks are held. One that came later has no rows
/// in the snapshot, or is one that a migration swaps in.
pub async fn unchanged(session: &mut Session, database: &BString, tables: &Tables) -> Result<()> {
    let now = Tables::list(session, std::slice::from_ref(database)).await?;
    if now.beyond(tables).is_empty() {
        Ok(())
    } else {
        Err(changed("tables came after the snapshot was opened"))
    }
}

/// Checks that a session's transaction, and so its snapshot and its metadata locks, lived to here.
pub async fn alive(session: &mut Session) -> Result<()> {
    let done = session.execute("SELECT 1").await?;
    if done.in_transaction() {
        Ok(())
    } else {
        Err(changed(
            "the snapshot's transaction ended before the dump did",
        ))
    }
}
