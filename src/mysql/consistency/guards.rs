//! The sessions whose transactions hold metadata locks. Of few tables each worker holds all of them
//! besides, and reads behind a waiting `ALTER` as if it were not there. Of many that would take for
//! ever: before MySQL 8 a session looks for a lock among all that it holds, one by one, whenever it
//! opens a table (MariaDB 10.11, 20,000 tables: 92 % of the server's time, and no end after ten minutes).
//! Then several guards hold a share each, to the end, and workers let go of what they have read; a
//! worker that is kept out by a waiting `ALTER` ends the dump, for it to begin again.

use crate::error::{Error, Kind, Result};
use crate::mysql::consistency::tables::Tables;
use crate::mysql::consistency::{Request, alive, strategy};
use crate::mysql::session::Session;

/// From so many tables on the guards stay.
const MANY: usize = 1000;

/// A guard holds about so many tables, ...
const SHARE: usize = 1000;

/// ... unless that would take more guards than these, ...
const MOST: usize = 8;

/// ... or than this part of the connections that are free.
const PART: usize = 4;

/// No more than these, however many connections are free.
const EVER: usize = 64;

/// The point to which a worker's transaction goes back after what it has read.
const READ: &str = "dumpkeep_read";

/// So many slices are read before their tables are let go of.
const TOGETHER: usize = 50;

/// Those that hold the locks.
#[derive(Debug, Default)]
pub struct Guards {
    sessions: Vec<Session>,
    /// To the end of the dump: no worker holds them.
    stay: bool,
}

impl Guards {
    /// One guard, or several for many tables on a server whose sessions hold many badly.
    pub async fn begin(request: Request<'_>, tables: usize, hashed: bool) -> Result<Self> {
        let stay = !hashed && tables >= MANY;
        let mut first = guard(request).await?;
        let wanted = if stay {
            let most = (free_connections(&mut first).await? / PART).clamp(MOST, EVER);
            tables.div_ceil(SHARE).clamp(1, most)
        } else {
            1
        };
        let mut sessions = vec![first];
        while sessions.len() < wanted {
            match guard(request).await {
                Ok(session) => sessions.push(session),
                // no more connections are free
                Err(error) if error.kind() == Kind::Connect => break,
                Err(error) => return Err(error),
            }
        }
        Ok(Self { sessions, stay })
    }

    /// Whether workers hold nothing themselves.
    #[must_use]
    pub fn stay(&self) -> bool {
        self.stay
    }

    /// Takes the tables' locks, a share for each guard.
    pub async fn touch(&mut self, tables: &Tables) -> Result<()> {
        let share = tables.len().div_ceil(self.sessions.len().max(1)).max(1);
        let mut names = tables.names();
        for session in &mut self.sessions {
            Tables::touch_these(session, names.by_ref().take(share)).await?;
        }
        Ok(())
    }

    /// Checks that the locks were held to here.
    pub async fn check(&mut self) -> Result<()> {
        for session in &mut self.sessions {
            alive(session).await?;
        }
        Ok(())
    }

    /// Checks that the locks were held to here, and lets go.
    pub async fn end(mut self) -> Result<()> {
        self.check().await?;
        for session in self.sessions {
            session.close().await?;
        }
        Ok(())
    }
}

async fn guard(request: Request<'_>) -> Result<Session> {
    let mut guard = Session::open(request.settings).await?;
    let wait = strategy::seconds(request.options).unwrap_or(strategy::FOR_EVER);
    guard
        .execute(format!("SET SESSION lock_wait_timeout = {wait}"))
        .await?;
    guard.execute("START TRANSACTION READ ONLY").await?;
    Ok(guard)
}

async fn free_connections(session: &mut Session) -> Result<usize> {
    let sql = "SHOW GLOBAL STATUS LIKE 'Threads_connected'";
    let taken = session.query(sql).await?;
    let taken = taken.first().map_or(Ok(0), |row| row.num("Value"))?;
    let most = session.query("SELECT @@GLOBAL.max_connections AS most");
    let most = most.await?;
    let most: usize = most.first().map_or(Ok(0), |row| row.num("most"))?;
    Ok(most.saturating_sub(taken))
}

/// What a worker holds: nothing for longer than a few tables, where guards stay.
#[derive(Debug, Default)]
pub struct Letting {
    slices: usize,
}

impl Letting {
    /// Notes where the worker's transaction holds no table.
    pub async fn begin(session: &mut Session) -> Result<Self> {
        session.execute(format!("SAVEPOINT {READ}")).await?;
        Ok(Self::default())
    }

    /// After a slice: lets go of what was read, now and then.
    pub async fn read(&mut self, session: &mut Session) -> Result<()> {
        self.slices += 1;
        if self.slices >= TOGETHER && !session.is_asked_ahead() {
            self.slices = 0;
            session
                .execute(format!("ROLLBACK TO SAVEPOINT {READ}"))
                .await?;
        }
        Ok(())
    }

    /// A worker that was kept out of a table, as what it is.
    pub fn kept_out(error: Error) -> Error {
        match error.server_code() {
            Some("1205") => {
                super::changed("a table is about to be changed by another session").cause(error)
            }
            _ => error,
        }
    }
}
