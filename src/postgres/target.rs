//! A PostgreSQL database that is restored into.

use super::conninfo::{self, surroundings::Machine};
use super::quote::literal;
use super::session::Session;
use super::settings::{Secret, Settings};
use super::source::{MEETING_PLACES, is_no_meeting_place};
use super::{fixed, journal, server, target_facts};
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::source::{Asked, Existing, Relation, ServerInfo, Step, Target, TargetFacts, Tuning};
use crate::sql::dialect::Dialect;

/// What COPY's errors begin with.
const COPYING: &str = "the server refused rows";

/// Catalogs whose rows make a database not empty, by their objects' owners' choice.
const CATALOGS: [&str; 22] = [
    "pg_class",
    "pg_type",
    "pg_proc",
    "pg_namespace",
    "pg_extension",
    "pg_operator",
    "pg_opclass",
    "pg_opfamily",
    "pg_am",
    "pg_cast",
    "pg_collation",
    "pg_conversion",
    "pg_language",
    "pg_ts_config",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_event_trigger",
    "pg_publication",
    "pg_largeobject_metadata",
];

/// A session that loads.
pub struct PgTarget {
    session: Session,
    settings: Settings,
    server: ServerInfo,
    /// The database that was changed to; `None`: the settings' own.
    database: Option<Vec<u8>>,
    /// It loads another dumper's file.
    as_client: bool,
}

impl PgTarget {
    /// Connects and fixes the session. `password` goes before the URL's and others.
    pub async fn connect(url: &str, password: Option<Secret>, env: &Env) -> Result<Self> {
        let settings = conninfo::resolve(url, password, env, &Machine)?;
        for warning in &settings.warnings {
            tracing::warn!("{warning}");
        }
        if settings.database_named {
            return Self::open(settings).await;
        }
        let mut last = Error::new(Kind::Connect, "no database to connect to");
        for place in MEETING_PLACES {
            let database = place.to_vec();
            let settings = Settings {
                database,
                ..settings.clone()
            };
            match Self::open(settings).await {
                Err(error) if is_no_meeting_place(&error) => last = error,
                done => return done,
            }
        }
        Err(last)
    }

    async fn open(settings: Settings) -> Result<Self> {
        let mut session = Session::connect(&settings).await?;
        fixed::loading(&mut session).await?;
        let (server, _) = server::info(&mut session).await?;
        Ok(Self {
            session,
            settings,
            server,
            database: None,
            as_client: false,
        })
    }

    /// Another session of this one's kind.
    async fn beside(&mut self, settings: Settings) -> Result<Self> {
        let mut next = Self::open(settings).await?;
        if self.as_client {
            next.as_client(true).await?;
        }
        Ok(next)
    }

    /// The database's own encoding, as the server calls it.
    pub fn encoding(&self) -> Result<&str> {
        fixed::encoding(&self.session)
    }

    /// What connecting is done with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl Target for PgTarget {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn database_is_named(&self) -> bool {
        self.settings.database_named || self.database.is_some()
    }

    async fn execute(&mut self, sql: &[u8]) -> Result<()> {
        self.session.execute(sql).await
    }

    async fn execute_soon(&mut self, sql: &[u8]) -> Result<()> {
        self.session.put_off("the server refused a statement", sql)
    }

    async fn copy_begin(&mut self, sql: &[u8]) -> Result<()> {
        self.session.copy_in(COPYING, sql).await
    }

    async fn copy_data(&mut self, data: &[u8]) -> Result<()> {
        self.session.copy_in_data(COPYING, data).await
    }

    async fn copy_end(&mut self, rows: u64) -> Result<()> {
        self.session.copy_in_end(COPYING, rows).await
    }

    /// There are no `INSERT`s of ours.
    async fn together(&mut self, _: &[&[u8]]) -> Result<bool> {
        Ok(true)
    }

    async fn apart(&mut self) -> Result<()> {
        Ok(())
    }

    async fn by_file(&mut self, _: bool) -> Result<()> {
        Ok(())
    }

    async fn pipeline(&mut self, on: bool) -> Result<()> {
        self.session.pipeline(on).await
    }

    async fn object_count(&mut self) -> Result<u64> {
        let counts: Vec<_> = CATALOGS.iter().map(|name| count(name)).collect();
        let sql = format!("SELECT {} AS objects", counts.join(" + "));
        let doing = "cannot count the database's objects";
        let rows = self.session.query_for(doing, sql.as_bytes()).await?;
        let row = rows
            .first()
            .ok_or_else(|| Error::new(Kind::Hostile, doing))?;
        row.num("objects")
    }

    async fn facts(&mut self, asked: &Asked) -> Result<TargetFacts> {
        let encoding = fixed::encoding(&self.session)?.to_owned();
        target_facts::read(&mut self.session, asked, &encoding).await
    }

    async fn existing(&mut self) -> Result<Existing> {
        let doing = "cannot list the roles and tablespaces";
        let rows = self.session.query_for(doing, EXISTING.as_bytes()).await?;
        let mut existing = Existing::default();
        for row in rows.iter() {
            let name = row.owned("name")?;
            match row.str("kind")? {
                "role" => existing.names.push(("role", name)),
                "tablespace" => existing.names.push(("tablespace", name)),
                _ => existing.own = name,
            }
        }
        Ok(existing)
    }

    async fn use_database(&mut self, database: &[u8]) -> Result<()> {
        let mut next = self.beside(self.settings.for_database(database)).await?;
        next.database = Some(database.to_vec());
        let before = std::mem::replace(self, next);
        before.close().await
    }

    async fn another(&mut self) -> Result<Self> {
        let settings = match &self.database {
            Some(database) => self.settings.for_database(database),
            None => self.settings.clone(),
        };
        let mut next = self.beside(settings).await?;
        next.database.clone_from(&self.database);
        Ok(next)
    }

    async fn tune(&mut self, tuning: &Tuning) -> Result<()> {
        // A restore that is lost with the server is begun again, or resumed where the server is.
        let commit = tuning.synchronous_commit.as_deref().unwrap_or("off");
        let doing = "cannot set synchronous_commit";
        let set = [b"SET synchronous_commit = ", literal(commit).as_slice()].concat();
        self.session.execute_for(doing, &set).await?;
        if tuning.triggers_off {
            let doing = "cannot switch the triggers off";
            let set = b"SET session_replication_role = replica";
            self.session
                .execute_for(doing, set)
                .await
                .map_err(|error| {
                    error.hint(
                        "It takes a superuser, or from PostgreSQL 15 on who was granted SET on \
                     session_replication_role.",
                    )
                })?;
        }
        if let Some(memory) = &tuning.maintenance_work_mem {
            let doing = "cannot set maintenance_work_mem";
            let set = [b"SET maintenance_work_mem = ", literal(memory).as_slice()].concat();
            self.session.execute_for(doing, &set).await?;
        }
        Ok(())
    }

    async fn hasten(&mut self) -> Result<()> {
        Ok(())
    }

    async fn look_again(&mut self) -> Result<()> {
        Ok(())
    }

    async fn as_client(&mut self, _: bool) -> Result<()> {
        self.as_client = true;
        fixed::as_client(&mut self.session).await
    }

    async fn settle(&mut self) -> Result<()> {
        self.session.execute(b"SET synchronous_commit = on").await?;
        // A commit that waits for the log waits for all that came before it too.
        let mark = "SELECT pg_catalog.pg_logical_emit_message(true, 'dumpkeep', 'restored')";
        let doing = "cannot wait for the server's log";
        self.session.execute_for(doing, mark.as_bytes()).await
    }

    async fn guard(&mut self, number: usize, seconds: u64) -> Result<()> {
        journal::guard(&mut self.session, number, seconds).await
    }

    async fn journal_begin(&mut self, of: &str) -> Result<bool> {
        journal::begin(&mut self.session, of).await
    }

    async fn journal_read(&mut self) -> Result<Option<(String, Vec<Step>)>> {
        journal::read(&mut self.session).await
    }

    async fn journal_note(&mut self, steps: &[Step]) -> Result<()> {
        journal::note(&mut self.session, steps)
    }

    async fn journal_fold(&mut self) -> Result<()> {
        journal::fold(&mut self.session).await
    }

    async fn journal_forget(&mut self, entries: &[u32]) -> Result<()> {
        journal::forget(&mut self.session, entries).await
    }

    async fn journal_end(&mut self) -> Result<()> {
        journal::end(&mut self.session).await
    }

    async fn relations(&mut self) -> Result<Vec<Relation>> {
        journal::relations(&mut self.session).await
    }

    async fn row_count(&mut self, table: &Relation) -> Result<u64> {
        journal::row_count(&mut self.session, table).await
    }

    async fn close(self) -> Result<()> {
        self.session.close().await
    }
}

const EXISTING: &str = "\
SELECT 'role' AS kind, rolname AS name FROM pg_catalog.pg_roles \
UNION ALL SELECT 'tablespace', spcname FROM pg_catalog.pg_tablespace \
UNION ALL SELECT 'own', session_user";

/// Those from `initdb`, of extensions, and those that go with another object don't count; nor do
/// other sessions' temporary tables, and what a broken restore recorded.
fn count(catalog: &str) -> String {
    let own = match catalog {
        "pg_class" => {
            " AND o.relpersistence <> 't' AND o.relnamespace IS DISTINCT FROM \
             pg_catalog.to_regnamespace('dumpkeep_restore')::pg_catalog.oid"
        }
        "pg_type" => {
            " AND o.typnamespace IS DISTINCT FROM \
             pg_catalog.to_regnamespace('dumpkeep_restore')::pg_catalog.oid"
        }
        "pg_namespace" => " AND o.nspname !~ '^pg_' AND o.nspname <> 'dumpkeep_restore'",
        _ => "",
    };
    let class = match catalog {
        "pg_largeobject_metadata" => "pg_largeobject",
        other => other,
    };
    format!(
        "(SELECT pg_catalog.count(*) FROM pg_catalog.{catalog} o WHERE o.oid >= 16384{own} \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
         WHERE d.classid = 'pg_catalog.{class}'::pg_catalog.regclass AND d.objid = o.oid \
         AND d.deptype IN ('e', 'i')))"
    )
}
