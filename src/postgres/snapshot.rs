//! One connection in the shared snapshot.

use std::sync::Arc;

use bstr::BString;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinSet;

use super::chosen::Hits;
use super::readers::Readers;
use super::session::Session;
use super::settings::Settings;
use super::version::Caps;
use super::{catalog, data, half_characters, locks, open, ranges, redefined};
use crate::archive::frame::FrameSink;
use crate::error::{Context as _, Error, Kind, Result};
use crate::plan::entry::{DataRef, Method, Range, Slice};
use crate::source::{Catalog, DumpOptions, Script, ServerInfo, Snapshot, Warning};
use crate::sql::dialect::Dialect;

/// The leader, or a worker in its snapshot.
pub struct PgSnapshot {
    pub(super) server: ServerInfo,
    pub(super) caps: Caps,
    pub(super) database: Vec<u8>,
    /// What further sessions connect with.
    pub(super) settings: Settings,
    pub(super) options: DumpOptions,
    pub(super) script: Script,
    /// What was asked for by name.
    pub(super) hits: Hits,
    /// Holds the locks. Workers use it where they may not lock a table themselves.
    pub(super) leader: Arc<Mutex<Session>>,
    /// The name under which other sessions take the leader's snapshot.
    pub(super) exported: BString,
    /// A worker's own session; the leader has none.
    pub(super) own: Option<Session>,
    /// So many slices were asked for together and are not streamed yet.
    pub(super) ahead: usize,
    /// The leader's session, while it answers what was asked for together: no worker may come between.
    pub(super) held: Option<OwnedMutexGuard<Session>>,
}

impl PgSnapshot {
    /// A worker beside this leader.
    pub(super) fn worker(&self, own: Session) -> Self {
        Self {
            server: self.server.clone(),
            caps: self.caps,
            database: self.database.clone(),
            settings: self.settings.clone(),
            options: self.options.clone(),
            script: self.script.clone(),
            hits: self.hits.clone(),
            leader: Arc::clone(&self.leader),
            exported: self.exported.clone(),
            own: Some(own),
            ahead: 0,
            held: None,
        }
    }

    /// The worker's session, if it may read the slice's table. Somebody who waits for the table
    /// keeps the worker out; the leader has its lock already.
    async fn worker_for(&mut self, slice: &Slice) -> Result<Option<&mut Session>> {
        let Some(own) = &mut self.own else {
            return Ok(None);
        };
        // Only tables can be locked.
        let locked =
            !is_table(slice, &self.hits) || locks::at_once(own, &[&slice.data.table]).await?;
        Ok(locked.then_some(own))
    }

    /// A session that reads the catalogs beside the leader; none where the server has no further
    /// connection, or another server answers that does not know the snapshot: the leader can do alone.
    async fn beside(&mut self) -> Result<Option<Arc<Mutex<Session>>>> {
        match open::worker(&self.settings, &self.exported, &self.options).await {
            Ok(mut session) => {
                session.execute(BESIDE).await?;
                Ok(Some(Arc::new(Mutex::new(session))))
            }
            Err(error)
                if error
                    .server_code()
                    .is_some_and(|code| ALONE.contains(&code)) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The session that was asked ahead for the slice that is streamed now.
    fn asked(&mut self) -> Option<&mut Session> {
        self.ahead = self.ahead.checked_sub(1)?;
        self.own.as_mut().or(self.held.as_deref_mut())
    }
}

/// "Too many connections", and what servers say of a snapshot that is not theirs.
const ALONE: [&str; 4] = [TOO_MANY, "22023", "55000", "0A000"];
const TOO_MANY: &str = "53300";

/// How long a session beside the leader waits for a lock (`Readers` says why it must not for long).
const BESIDE: &[u8] = b"SET LOCAL lock_timeout = '1s'";

/// Compares definitions as the leader sees them with those of now, in the session that was beside it or
/// in a new one. `false`: a user with a connection limit of one still has a dump.
async fn compare(
    leader: Arc<Mutex<Session>>,
    beside: Option<Arc<Mutex<Session>>>,
    settings: Settings,
) -> Result<bool> {
    let beside = match beside {
        Some(beside) => beside,
        None => match open::session(&settings).await {
            Ok(new) => Arc::new(Mutex::new(new)),
            Err(error) if error.server_code() == Some(TOO_MANY) => return Ok(false),
            Err(error) => return Err(error),
        },
    };
    let (mut leader, mut now) = (leader.lock().await, beside.lock().await);
    // Out of the snapshot, if it was in it.
    now.execute(b"COMMIT").await?;
    redefined::check(&mut leader, &mut now).await?;
    now.terminate().await.map(|()| true)
}

/// Not a foreign one, and no large objects: what can be locked, and copied.
fn is_table(slice: &Slice, hits: &Hits) -> bool {
    let foreign = || hits.foreign_rows(u32::try_from(slice.data.key).unwrap_or(0));
    !matches!(slice.data.method, Method::LargeObjects(_)) && !foreign()
}

impl Snapshot for PgSnapshot {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn script(&self) -> &Script {
        &self.script
    }

    async fn entries(&mut self) -> Result<Catalog> {
        let beside = self.beside().await?;
        let about = (&self.options, &self.hits);
        let readers = Readers::new(
            Arc::clone(&self.leader).lock_owned().await,
            match &beside {
                Some(beside) => Some(Arc::clone(beside).lock_owned().await),
                None => None,
            },
        );
        let read = catalog::read(&readers, &self.database, self.caps, about).await?;
        readers.finish().await?;
        let mut comparing = JoinSet::new();
        let leader = Arc::clone(&self.leader);
        comparing.spawn(compare(leader, beside, self.settings.clone()));
        // Its questions go out before entries are made.
        tokio::task::yield_now().await;
        let mut catalog = read.entries(about)?;
        let mut compared = false;
        while let Some(done) = comparing.join_next().await {
            let gone = |error| Error::new(Kind::Internal, "a comparison is gone").cause(error);
            compared = done.map_err(gone)??;
        }
        if !compared {
            catalog.warnings.push(Warning {
                object: "definitions".to_owned(),
                message: "were not compared again: the server has no further connection".to_owned(),
            });
        }
        let mut leader = self.leader.lock().await;
        let lenient = (self.options.lenient, &mut catalog.warnings);
        half_characters::check(&mut leader, &self.caps, &mut catalog.entries, lenient).await?;
        Ok(catalog)
    }

    async fn ranges(&mut self, data: &DataRef, parts: u64) -> Result<Vec<Range>> {
        ranges::ranges(&mut *self.leader.lock().await, data, parts).await
    }

    async fn stream<S: FrameSink>(&mut self, slice: &Slice, sink: &mut S) -> Result<u64> {
        let limit = (self.options.frame_limit(), self.options.rows);
        if let Some(session) = self.asked() {
            let rows = data::stream_as(session, slice, sink, limit).await?;
            if self.ahead == 0 {
                self.held = None;
            }
            return Ok(rows);
        }
        if let Some(own) = self.worker_for(slice).await? {
            return data::stream_as(own, slice, sink, limit).await;
        }
        let mut leader = self.leader.lock().await;
        data::stream_as(&mut leader, slice, sink, limit).await
    }

    async fn upcoming(&mut self, slices: &[Slice]) -> Result<()> {
        let tables = slices
            .iter()
            .take_while(|slice| is_table(slice, &self.hits));
        let tables: Vec<&Slice> = tables.collect();
        if tables.len() < 2 {
            return Ok(());
        }
        let copies = tables.iter().map(|slice| data::statement(slice));
        if let Some(own) = &mut self.own {
            let names: Vec<&[u8]> = tables
                .iter()
                .map(|slice| slice.data.table.as_slice())
                .collect();
            // where one of them can't be locked, each is asked for by itself
            if locks::at_once(own, &names).await? {
                self.ahead = own.ask_ahead(copies).await?;
            }
        } else {
            let mut leader = Arc::clone(&self.leader).lock_owned().await;
            self.ahead = leader.ask_ahead(copies).await?;
            self.held = Some(leader);
        }
        Ok(())
    }

    async fn close(self) -> Result<()> {
        match self.own {
            Some(own) => own.close().await,
            None => {
                let mut leader = self.leader.lock().await;
                // Its transaction must have lived to the end: it held the locks.
                let alive = leader.execute(b"COMMIT").await;
                alive.while_with(|| "checking that the locks were held to the end")?;
                leader.terminate().await
            }
        }
    }
}
