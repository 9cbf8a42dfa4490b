//! A MySQL or MariaDB server that is dumped, and its snapshots.

use bstr::{BString, ByteSlice as _};

use crate::archive::frame::FrameSink;
use crate::env::Env;
use crate::error::{Context as _, Error, Kind, Result};
use crate::mysql::catalog;
use crate::mysql::conninfo;
use crate::mysql::consistency::strategy::Strategy;
use crate::mysql::consistency::tables::Tables;
use crate::mysql::consistency::{self, Opened, Request};
use crate::mysql::data;
use crate::mysql::facts::Facts;
use crate::mysql::optionfile::Disk;
use crate::mysql::ranges;
use crate::mysql::script::{self, Habits};
use crate::mysql::session::Session;
use crate::mysql::settings::Settings;
use crate::mysql::version::Caps;
use crate::plan::entry::{DataRef, Range, Slice};
use crate::source::{
    Catalog, Database, DumpOptions, GlobalsDump, Script, ServerInfo, Snapshot, Source, Warning,
};
use crate::sql::dialect::Dialect;

/// A server, reached once: each snapshot opens connections of its own.
#[derive(Debug)]
pub struct MysqlSource {
    settings: Settings,
    server: ServerInfo,
    strategy: Option<Strategy>,
}

impl MysqlSource {
    /// Resolves the URL, connects and finds out what the server is.
    pub async fn connect(url: &str, env: &Env) -> Result<Self> {
        Self::with_settings(conninfo::resolve(url, env, &Disk)?).await
    }

    /// The same with settings that are resolved already.
    pub async fn with_settings(settings: Settings) -> Result<Self> {
        let session = Session::open(&settings).await?;
        let server = server_info(session.facts(), &settings);
        session.close().await?;
        Ok(Self {
            settings,
            server,
            strategy: None,
        })
    }

    /// Opens snapshots in this way only, not in the best that the server allows.
    #[must_use]
    pub fn with_strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = Some(strategy);
        self
    }
}

/// What messages and headers say of a server.
pub(crate) fn server_info(facts: &Facts, settings: &Settings) -> ServerInfo {
    ServerInfo {
        product: facts.flavor.product().to_owned(),
        version: facts.version.clone(),
        number: facts.number,
        address: settings.place.to_string(),
    }
}

impl Source for MysqlSource {
    type Snapshot = MysqlSnapshot;

    fn server(&self) -> &ServerInfo {
        &self.server
    }

    fn database(&self) -> &[u8] {
        self.settings.database.as_deref().unwrap_or("").as_bytes()
    }

    async fn databases(&self) -> Result<Vec<Database>> {
        let mut session = Session::open(&self.settings).await?;
        let found = databases(&mut session).await;
        let found =
            found.while_with(|| format!("listing the databases of {}", self.server.address));
        session.close().await?;
        found
    }

    async fn globals(&self, options: &DumpOptions) -> Result<GlobalsDump> {
        let mut session = Session::open(&self.settings).await?;
        let catalog = catalog::globals(&mut session, options).await?;
        let habits = habits(&mut session).await?;
        let script = script::script(session.caps(), habits, None);
        session.close().await?;
        Ok(GlobalsDump { catalog, script })
    }

    async fn snapshot(
        &self,
        database: &[u8],
        workers: usize,
        options: &DumpOptions,
    ) -> Result<Vec<MysqlSnapshot>> {
        let opened = consistency::open(Request {
            settings: &self.settings,
            database,
            workers,
            options,
            strategy: self.strategy,
        });
        let mut opened = opened.await?;
        let label = opened.strategy.label();
        tracing::info!(database = %database.as_bstr(), "snapshot opened under {label}");
        let script = self.script(&mut opened).await?;
        Ok(self.snapshots(opened, database, options, &script))
    }
}

impl MysqlSource {
    async fn script(&self, opened: &mut Opened) -> Result<Script> {
        let leader = opened.workers.first_mut();
        let leader = leader.ok_or_else(|| Error::new(Kind::Internal, "no connection is left"))?;
        let habits = habits(leader).await?;
        let label = opened.strategy.label();
        let position = opened.position.take();
        let position = position.unwrap_or_else(|| "an unknown binary log position".to_owned());
        let said = Some(format!("{position} (by {label})"));
        Ok(script::script(leader.caps(), habits, said))
    }

    fn snapshots(
        &self,
        opened: Opened,
        database: &[u8],
        options: &DumpOptions,
        script: &Script,
    ) -> Vec<MysqlSnapshot> {
        let mut leader = Some(Leader {
            control: opened.control,
            tables: opened.tables,
            warnings: opened.warnings,
        });
        let workers = opened.workers.into_iter();
        let snapshots = workers.map(|session| MysqlSnapshot {
            session,
            server: self.server.clone(),
            script: script.clone(),
            database: database.into(),
            options: options.clone(),
            leader: leader.take(),
        });
        snapshots.collect()
    }
}

/// Names of databases that come with a server. `sys` is one only where it is the server's own: it
/// came late, and users had it first.
async fn databases(session: &mut Session) -> Result<Vec<Database>> {
    let rows = session
        .query(
            "SELECT s.schema_name AS name, COALESCE(SUM(t.data_length + t.index_length), 0) AS bytes \
             FROM information_schema.schemata s \
             LEFT JOIN information_schema.tables t ON t.table_schema = s.schema_name \
             WHERE s.schema_name NOT IN ('information_schema', 'performance_schema', 'mysql', 'ndbinfo') \
             AND (s.schema_name <> 'sys' OR NOT EXISTS (SELECT 1 FROM information_schema.tables c \
             WHERE c.table_schema = 'sys' AND c.table_name = 'sys_config')) \
             GROUP BY s.schema_name ORDER BY s.schema_name",
        )
        .await?;
    let mut found = Vec::new();
    for row in rows.iter() {
        found.push(Database {
            name: row.owned("name")?,
            refuses: None,
            bytes: row.num("bytes").unwrap_or(0),
            template: false,
        });
    }
    Ok(found)
}

async fn habits(session: &mut Session) -> Result<Habits> {
    let rows = session
        .query(
            "SHOW GLOBAL VARIABLES WHERE Variable_name IN \
             ('explicit_defaults_for_timestamp', 'innodb_strict_mode')",
        )
        .await?;
    let mut habits = Habits::default();
    for row in rows.iter() {
        let on = row.bool("Value")?;
        match row.str("Variable_name")? {
            "explicit_defaults_for_timestamp" => habits.explicit_timestamps = on,
            _ => habits.lax_innodb = !on,
        }
    }
    Ok(habits)
}

/// One connection with its view of a database.
#[derive(Debug)]
pub struct MysqlSnapshot {
    session: Session,
    server: ServerInfo,
    script: Script,
    database: BString,
    options: DumpOptions,
    leader: Option<Leader>,
}

/// What only the first of the snapshots has.
#[derive(Debug)]
struct Leader {
    /// Keeps DDL away to the end.
    control: Option<Session>,
    tables: Tables,
    warnings: Vec<Warning>,
}

impl MysqlSnapshot {
    /// What the server can do.
    #[must_use]
    pub fn caps(&self) -> Caps {
        self.session.caps()
    }
}

impl Snapshot for MysqlSnapshot {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    fn dialect(&self) -> Dialect {
        Dialect::Mysql
    }

    fn script(&self) -> &Script {
        &self.script
    }

    async fn entries(&mut self) -> Result<Catalog> {
        let loaded = catalog::load(&mut self.session, &self.database, &self.options).await;
        let Some(leader) = &mut self.leader else {
            return loaded;
        };
        // a table that came meanwhile may also be what the catalog stumbled over
        consistency::unchanged(&mut self.session, &self.database, &leader.tables).await?;
        let mut catalog = loaded?;
        catalog.warnings.append(&mut leader.warnings);
        Ok(catalog)
    }

    async fn ranges(&mut self, data: &DataRef, parts: u64) -> Result<Vec<Range>> {
        ranges::ranges(&mut self.session, &self.database, data, parts)
            .await
            .while_with(|| format!("cutting table {} by its key", data.table))
    }

    async fn stream<S: FrameSink>(&mut self, slice: &Slice, sink: &mut S) -> Result<u64> {
        let limit = self.options.frame_limit();
        data::stream(&mut self.session, slice, sink, limit).await
    }

    async fn close(mut self) -> Result<()> {
        consistency::alive(&mut self.session).await?;
        self.session.close().await?;
        let Some(mut control) = self.leader.and_then(|leader| leader.control) else {
            return Ok(());
        };
        control.execute("UNLOCK INSTANCE").await.map_err(|error| {
            consistency::changed("LOCK INSTANCE FOR BACKUP did not live to the end").cause(error)
        })?;
        control.close().await
    }
}
