//! A PostgreSQL server that can be dumped.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::conninfo::{self, surroundings::Machine};
use super::readers::Readers;
use super::session::Session;
use super::settings::{Secret, Settings};
use super::snapshot::PgSnapshot;
use super::version::Caps;
use super::{catalog, open, script, server};
use crate::env::Env;
use crate::error::{Context as _, Error, Kind, Result};
use crate::source::{Database, DumpOptions, GlobalsDump, Load, ServerInfo, Source};
use crate::sql::rows::Row;

/// Databases that are there to be connected to where none is named.
pub(super) const MEETING_PLACES: [&[u8]; 2] = [b"postgres", b"template1"];

/// A server, found and asked what it is. Holds no connection.
#[derive(Debug, Clone)]
pub struct PgSource {
    settings: Settings,
    server: ServerInfo,
    caps: Caps,
}

impl PgSource {
    /// Connects once, to see that it can be done. `password` goes before the URL's and others.
    pub async fn connect(url: &str, password: Option<Secret>, env: &Env) -> Result<Self> {
        let mut settings = conninfo::resolve(url, password, env, &Machine)?;
        // Said before a server asks for the password that was not read.
        for warning in &settings.warnings {
            tracing::warn!("{warning}");
        }
        let mut session = meet(&mut settings).await?;
        let (server, caps) = server::info(&mut session).await?;
        session.close().await?;
        Ok(Self {
            settings,
            server,
            caps,
        })
    }

    /// What connecting is done with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// Connects to the named database, or to one that every server has.
async fn meet(settings: &mut Settings) -> Result<Session> {
    if settings.database_named {
        return open::session(settings).await;
    }
    let mut last = Error::new(Kind::Connect, "no database to connect to");
    for place in MEETING_PLACES {
        settings.database = place.to_vec();
        match open::session(settings).await {
            Err(error) if is_no_meeting_place(&error) => last = error,
            done => return done,
        }
    }
    Err(last)
}

/// Whether the next one may be there, or open to the user.
pub(super) fn is_no_meeting_place(error: &Error) -> bool {
    matches!(error.server_code(), Some("3D000" | "42501"))
}

impl Source for PgSource {
    type Snapshot = PgSnapshot;

    fn server(&self) -> &ServerInfo {
        &self.server
    }

    fn database(&self) -> &[u8] {
        if self.settings.database_named {
            &self.settings.database
        } else {
            b""
        }
    }

    async fn databases(&self) -> Result<Vec<Database>> {
        let mut session = open::session(&self.settings).await?;
        let rows = session.query_for("cannot list the databases", DATABASES.as_bytes());
        let rows = rows.await?;
        session.close().await?;
        rows.iter().map(|row| database(&row)).collect()
    }

    async fn globals(&self, options: &DumpOptions) -> Result<GlobalsDump> {
        let mut session = open::session(&self.settings).await?;
        let position = super::position::now(&mut session).await;
        session.execute(open::BEGIN).await?;
        let session = Arc::new(Mutex::new(session));
        let readers = Readers::new(Arc::clone(&session).lock_owned().await, None);
        let catalog = catalog::globals(&readers, self.caps, options).await?;
        readers.finish().await?;
        let mut session = session.lock().await;
        let script = script::surroundings(&mut session, options, position).await?;
        session.terminate().await?;
        Ok(GlobalsDump { catalog, script })
    }

    async fn snapshot(
        &self,
        database: &[u8],
        workers: usize,
        options: &DumpOptions,
    ) -> Result<Vec<PgSnapshot>> {
        let settings = self.settings.for_database(database);
        let opening = self.open(&settings, workers, options);
        opening.await.while_with(|| {
            let name = String::from_utf8_lossy(database);
            format!("opening database {name} on {}", self.server.address)
        })
    }

    async fn watch(&self, _: usize, tell: impl Fn(Load) + Send + Sync) -> Result<()> {
        let mut session = open::session(&self.settings).await?;
        loop {
            tell(super::load::load(&mut session).await?);
            tokio::time::sleep(WATCH).await;
        }
    }
}

/// How often it is asked what else the server does.
const WATCH: std::time::Duration = std::time::Duration::from_secs(1);

impl PgSource {
    async fn open(
        &self,
        settings: &Settings,
        workers: usize,
        options: &DumpOptions,
    ) -> Result<Vec<PgSnapshot>> {
        let mut leader = open::leader(settings, options).await?;
        let script = script::surroundings(&mut leader.session, options, leader.position).await?;
        let mut opened = Vec::new();
        for _ in 1..workers {
            opened.push(open::worker(settings, &leader.exported, options).await?);
        }
        let first = PgSnapshot {
            server: self.server.clone(),
            caps: self.caps,
            database: settings.database.clone(),
            settings: settings.clone(),
            options: options.clone(),
            script,
            hits: leader.hits,
            leader: Arc::new(Mutex::new(leader.session)),
            exported: leader.exported,
            own: None,
            ahead: 0,
            held: None,
        };
        let others: Vec<_> = opened.into_iter().map(|own| first.worker(own)).collect();
        Ok(std::iter::once(first).chain(others).collect())
    }
}

const DATABASES: &str = "\
SELECT datname, datistemplate, datallowconn, datconnlimit, \
pg_catalog.has_database_privilege(oid, 'CONNECT') AS may, \
CASE WHEN datconnlimit <> -2 AND pg_catalog.has_database_privilege(oid, 'CONNECT') \
THEN pg_catalog.pg_database_size(oid) ELSE 0 END AS bytes \
FROM pg_catalog.pg_database ORDER BY datname";

fn database(row: &Row<'_>) -> Result<Database> {
    let refuses = if row.num::<i64>("datconnlimit")? == -2 {
        Some("it is half dropped (datconnlimit is -2): DROP DATABASE again")
    } else if !row.bool("datallowconn")? {
        Some("it does not allow connections (ALLOW_CONNECTIONS is false)")
    } else if !row.bool("may")? {
        Some("the user has no CONNECT privilege on it")
    } else {
        None
    };
    Ok(Database {
        name: row.owned("datname")?,
        refuses: refuses.map(str::to_owned),
        bytes: row.num("bytes")?,
        template: row.bool("datistemplate")?,
    })
}
