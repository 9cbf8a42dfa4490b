//! A MySQL or MariaDB server that is dumped, and its snapshots.

use std::sync::Arc;
use std::time::Duration;

use bstr::{BString, ByteSlice as _};

use crate::archive::frame::FrameSink;
use crate::env::Env;
use crate::error::{Context as _, Error, Kind, Result};
use crate::mysql::catalog;
use crate::mysql::conninfo;
use crate::mysql::consistency::guards::Letting;
use crate::mysql::consistency::shared::Shared;
use crate::mysql::consistency::strategy::Strategy;
use crate::mysql::consistency::tables::Tables;
use crate::mysql::consistency::{self, Opened, Request};
use crate::mysql::data::{self, Limits};
use crate::mysql::definer;
use crate::mysql::facts::{Facts, Flavor};
use crate::mysql::known_accounts;
use crate::mysql::load;
use crate::mysql::optionfile::Disk;
use crate::mysql::own_databases::OWN;
use crate::mysql::quote;
use crate::mysql::ranges;
use crate::mysql::replication;
use crate::mysql::rewrite;
use crate::mysql::script::{self, Habits};
use crate::mysql::session::Session;
use crate::mysql::settings::Settings;
use crate::mysql::text::Text;
use crate::mysql::version::Caps;
use crate::plan::entries::Entries;
use crate::plan::entry::{DataRef, EntryId, Range, Slice};
use crate::source::mysql::Consistency;
use crate::source::{
    Catalog, Database, DumpOptions, GlobalsDump, Load, Script, ServerInfo, Snapshot, Source,
    Warning,
};
use crate::sql::dialect::Dialect;

/// How often it is asked what else the server does.
const WATCH: Duration = Duration::from_secs(1);

/// A server, reached once: each snapshot opens connections of its own.
#[derive(Debug)]
pub struct MysqlSource {
    settings: Settings,
    server: ServerInfo,
    strategy: Option<Strategy>,
    /// The snapshots of `consistency = "server"`.
    shared: Arc<Shared>,
}

impl MysqlSource {
    /// Resolves the URL, connects and finds out what the server is.
    pub async fn connect(url: &str, env: &Env) -> Result<Self> {
        Self::with_settings(conninfo::resolve(url, env, &Disk)?).await
    }

    /// The same with settings that are resolved already.
    pub async fn with_settings(mut settings: Settings) -> Result<Self> {
        let mut session = Session::open(&settings).await?;
        if let Some(asked) = settings.database.as_mut() {
            let own = own_name(&mut session, asked.as_bytes()).await?;
            // a name in another case is text as well
            *asked = own.to_str().map_or_else(|_| asked.clone(), str::to_owned);
        }
        let server = server_info(session.facts(), &settings);
        session.close().await?;
        Ok(Self {
            settings,
            server,
            strategy: None,
            shared: Arc::default(),
        })
    }

    /// Opens snapshots in this way only, not in the best that the server allows.
    #[must_use]
    pub fn with_strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = Some(strategy);
        self
    }
}

/// A database's name as the server has it, which may take it in any case.
async fn own_name(session: &mut Session, asked: &[u8]) -> Result<BString> {
    let sql = "SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name = ";
    let sql = Text::new(sql)
        .string(asked)
        .words(" AND @@lower_case_table_names <> 0");
    let rows = session.query(sql).await?;
    let name = rows.first().map(|row| row.owned("name")).transpose()?;
    Ok(name.unwrap_or_else(|| asked.into()))
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
        self.check_target(options)?;
        let catalog = catalog::globals(&mut session, options).await;
        let mut catalog = catalog.map_err(|error| match error.kind() {
            Kind::Privilege => error.hint(
                "Globals stand in the tables of mysql: grant the user SELECT on mysql.*; in a \
                 configuration globals = false leaves them out.",
            ),
            _ => error,
        })?;
        let habits = habits(&mut session, b"").await?;
        let to = rewrite::target(session.caps(), options.mysql.target);
        if let Some(to) = to {
            let known = known_accounts::read(&mut session).await?;
            let mut entries = catalog.entries.unpack()?;
            catalog
                .warnings
                .extend(rewrite::apply(&mut entries, to, &known));
            catalog.entries = Entries::pack(entries)?;
        }
        let script = script::script(to.unwrap_or(session.caps()), habits, None);
        session.close().await?;
        Ok(GlobalsDump { catalog, script })
    }

    async fn snapshot(
        &self,
        database: &[u8],
        workers: usize,
        options: &DumpOptions,
    ) -> Result<Vec<MysqlSnapshot>> {
        self.check_target(options)?;
        let database = &self.own(database).await?;
        let mut opened = match options.mysql.consistency {
            Consistency::Server => self.shared.lend(self.open_all(workers, options)).await?,
            _ => {
                let databases = std::slice::from_ref(database);
                self.open(databases, workers, options).await?
            }
        };
        let label = opened.strategy.label();
        tracing::info!(database = %database.as_bstr(), "snapshot opened under {label}");
        let script = self.script(&mut opened, database, options).await?;
        Ok(self.snapshots(opened, database, options, &script))
    }

    async fn watch(&self, own: usize, tell: impl Fn(Load) + Send + Sync) -> Result<()> {
        let mut session = Session::open(&self.settings).await?;
        loop {
            tell(load::load(&mut session, own as u64).await?);
            tokio::time::sleep(WATCH).await;
        }
    }
}

impl MysqlSource {
    async fn open(
        &self,
        databases: &[BString],
        workers: usize,
        options: &DumpOptions,
    ) -> Result<Opened> {
        let request = Request {
            settings: &self.settings,
            databases,
            workers,
            options,
            strategy: self.strategy,
        };
        consistency::open(request).await
    }

    /// A database's own name; the source's has it already.
    async fn own(&self, asked: &[u8]) -> Result<BString> {
        if asked == self.database() {
            return Ok(asked.into());
        }
        let mut session = Session::open(&self.settings).await?;
        let name = own_name(&mut session, asked).await?;
        session.close().await?;
        Ok(name)
    }

    /// The snapshots of all databases that the user may see.
    async fn open_all(&self, workers: usize, options: &DumpOptions) -> Result<Opened> {
        let all = self.databases().await?;
        let names: Vec<BString> = all.into_iter().map(|database| database.name).collect();
        self.open(&names, workers, options).await
    }

    /// There is nothing to rewrite between versions of one flavour.
    fn check_target(&self, options: &DumpOptions) -> Result<()> {
        let mariadb = self.server.product == Flavor::Mariadb.product();
        if options
            .mysql
            .target
            .is_none_or(|target| target.mariadb != mariadb)
        {
            return Ok(());
        }
        let message = format!("the server is {} itself", self.server.product);
        Err(Error::new(Kind::Usage, message)
            .hint("Leave --target out: it is for the other flavour, MySQL or MariaDB."))
    }

    async fn script(
        &self,
        opened: &mut Opened,
        database: &[u8],
        options: &DumpOptions,
    ) -> Result<Script> {
        let leader = opened.workers.first_mut();
        let leader = leader.ok_or_else(|| Error::new(Kind::Internal, "no connection is left"))?;
        let habits = habits(leader, database).await?;
        let label = opened.strategy.label();
        let position = match &opened.position {
            Some(position) => position.to_string(),
            None => no_position(leader).await?,
        };
        let said = Some(format!("{position} (by {label})"));
        let caps = leader.caps();
        let caps = rewrite::target(caps, options.mysql.target).unwrap_or(caps);
        let asked = replication::asked(&options.mysql, opened.position.as_ref(), caps)?;
        let mut script = script::script(caps, habits, said);
        script.head.splice(0..0, replication::comments(&asked));
        Ok(script)
    }

    fn snapshots(
        &self,
        mut opened: Opened,
        database: &[u8],
        options: &DumpOptions,
        script: &Script,
    ) -> Vec<MysqlSnapshot> {
        let database = BString::from(database);
        let shared = options.mysql.consistency == Consistency::Server;
        let sessions = std::mem::take(&mut opened.workers);
        let letting = opened.guards.stay();
        let mut leader = Some(Leader {
            tables: opened.tables.of(&database),
            opened,
        });
        let snapshots = sessions.into_iter().map(|session| MysqlSnapshot {
            session,
            server: self.server.clone(),
            script: script.clone(),
            database: database.clone(),
            options: options.clone(),
            leader: leader.take(),
            shared: shared.then(|| Arc::clone(&self.shared)),
            letting: letting.then(Letting::default),
            noticed: Vec::new(),
        });
        snapshots.collect()
    }
}

/// Users' own databases. Names differ by their case alone where the server's do, which its views know
/// nothing of.
async fn databases(session: &mut Session) -> Result<Vec<Database>> {
    let rows = session
        .query(format!(
            "SELECT MIN(s.schema_name) AS name, COALESCE(SUM(t.data_length + t.index_length), 0) AS bytes \
             FROM information_schema.schemata s \
             LEFT JOIN information_schema.tables t ON t.table_schema = s.schema_name \
             AND CAST(t.table_schema AS BINARY) = CAST(s.schema_name AS BINARY) WHERE {OWN} \
             GROUP BY CAST(s.schema_name AS BINARY) ORDER BY CAST(s.schema_name AS BINARY)",
        ))
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

/// What is said in the place of a binary log's position.
async fn no_position(session: &mut Session) -> Result<String> {
    let rows = session.query("SELECT @@log_bin AS written").await?;
    let written = rows.first().map(|row| row.bool("written")).transpose()?;
    let text = match written {
        Some(false) => "no binary log position: the binary log is off",
        _ => "an unknown binary log position",
    };
    Ok(text.to_owned())
}

async fn habits(session: &mut Session, database: &[u8]) -> Result<Habits> {
    let rows = session
        .query(
            "SHOW GLOBAL VARIABLES WHERE Variable_name IN \
             ('explicit_defaults_for_timestamp', 'innodb_strict_mode')",
        )
        .await?;
    let mut habits = Habits::default();
    let mut strict = None;
    for row in rows.iter() {
        let on = row.bool("Value")?;
        match row.str("Variable_name")? {
            "explicit_defaults_for_timestamp" => habits.explicit_timestamps = on,
            _ => strict = Some(on),
        }
    }
    habits.lax_innodb = match strict {
        None => false,
        Some(false) => true,
        Some(true) => may_be_lax(session, database).await?,
    };
    habits.computing = computing(session).await?;
    habits.old_utf8mb4 = has_old_utf8mb4(session, database).await?;
    Ok(habits)
}

/// The server's own settings, not this session's.
async fn computing(session: &mut Session) -> Result<Vec<(&'static str, String)>> {
    let mut out = Vec::new();
    for name in script::COMPUTING {
        let sql = format!("SELECT @@GLOBAL.{name} AS value");
        let rows = session.query(sql).await?;
        let row = rows.first();
        let value = row.map(|row| row.owned("value")).transpose()?;
        let value = quote::string(&value.unwrap_or_default());
        let number = value.trim_with(|c| c == '\'');
        let number = number
            .to_str()
            .ok()
            .and_then(|text| text.parse::<u64>().ok());
        let value = number.map_or_else(|| value.to_string(), |number| number.to_string());
        out.push((name, value));
    }
    Ok(out)
}

/// Before MySQL 8 a collation that is the first of its character set is not printed, and that of
/// `utf8mb4` was another one.
async fn has_old_utf8mb4(session: &mut Session, database: &[u8]) -> Result<bool> {
    let caps = session.caps();
    if caps.is_mariadb() || caps.data_dictionary() {
        return Ok(false);
    }
    let columns = "SELECT 1 AS found FROM information_schema.columns \
                   WHERE character_set_name = 'utf8mb4' AND table_schema = ";
    let parameters = " LIMIT 1) UNION ALL (SELECT 1 FROM information_schema.parameters \
                      WHERE character_set_name = 'utf8mb4' AND specific_schema = ";
    let sql = Text::new("(").words(columns).string(database);
    let sql = sql.words(parameters).string(database).words(" LIMIT 1)");
    Ok(!session.query(sql).await?.is_empty())
}

/// Tables may have been made by a session that was laxer than its server. MySQL 8 lets not everyone
/// set the mode, so there it is set for tables with options that may need it only.
async fn may_be_lax(session: &mut Session, database: &[u8]) -> Result<bool> {
    if !session.caps().data_dictionary() {
        return Ok(true);
    }
    let sql = Text::new("SELECT 1 AS lax FROM information_schema.tables WHERE table_schema = ")
        .string(database)
        .words(
            " AND engine = 'InnoDB' AND (create_options LIKE '%row\\_format=FIXED%' \
             OR create_options LIKE '%row\\_format=COMPRESSED%' \
             OR create_options LIKE '%KEY\\_BLOCK\\_SIZE%') LIMIT 1",
        );
    if !session.query(sql).await?.is_empty() {
        return Ok(true);
    }
    // Formats that keep 768 bytes of each long value beside the others: a row may be too long for a page.
    let sql = Text::new(
        "SELECT 1 AS lax FROM information_schema.tables t JOIN information_schema.columns c \
         ON c.table_schema = t.table_schema AND c.table_name = t.table_name \
         WHERE t.engine = 'InnoDB' AND t.row_format IN ('Compact', 'Redundant') \
         AND t.table_schema = ",
    )
    .string(database)
    .words(
        " GROUP BY t.table_name \
         HAVING SUM(LEAST(COALESCE(c.character_octet_length, 8), 768)) > 7500 LIMIT 1",
    );
    Ok(!session.query(sql).await?.is_empty())
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
    /// Where the session goes back to, where all databases share it.
    shared: Option<Arc<Shared>>,
    /// Lets go of the tables that are read, where guards hold them.
    letting: Option<Letting>,
    noticed: Vec<Warning>,
}

/// What only the first of the snapshots has.
#[derive(Debug)]
struct Leader {
    /// All but the sessions; the control connection in it keeps DDL away to the end.
    opened: Opened,
    /// The tables of this database.
    tables: Tables,
}

impl MysqlSnapshot {
    /// What the server can do.
    #[must_use]
    pub fn caps(&self) -> Caps {
        self.session.caps()
    }

    /// A row that servers may refuse, one warning for a table's slice.
    fn notice_row(&mut self, table: &[u8], bytes: usize) {
        let limit = match self.options.mysql.max_allowed_packet {
            Some(limit) => format!("the given max_allowed_packet of {limit}"),
            None => "servers' default max_allowed_packet".to_owned(),
        };
        self.noticed.push(Warning {
            object: format!("table {}", table.to_str_lossy()),
            message: format!(
                "a row takes {bytes} bytes, more than {limit}: raise it where this is restored"
            ),
        });
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
        catalog.entries = definer::apply(catalog.entries, &self.options.mysql.definer)?;
        if let Some(caps) = rewrite::target(self.session.caps(), self.options.mysql.target) {
            let known = known_accounts::read(&mut self.session).await?;
            let mut entries = catalog.entries.unpack()?;
            catalog
                .warnings
                .extend(rewrite::apply(&mut entries, caps, &known));
            catalog.entries = Entries::pack(entries)?;
        }
        if let Some(position) = &leader.opened.position {
            let caps = self.session.caps();
            let caps = rewrite::target(caps, self.options.mysql.target).unwrap_or(caps);
            let asked = replication::asked(&self.options.mysql, Some(position), caps)?;
            let ids = catalog.entries.ids().map(|id| id.0 + 1);
            let id = EntryId(ids.max().unwrap_or(0));
            if let Some(entry) = replication::entry(asked, position, id) {
                catalog.entries.push(&entry)?;
                catalog.entries.close()?;
            }
        }
        catalog.warnings.extend(leader.tables.warnings());
        catalog.warnings.extend(leader.opened.warnings.clone());
        Ok(catalog)
    }

    async fn ranges(&mut self, data: &DataRef, parts: u64) -> Result<Vec<Range>> {
        ranges::ranges(&mut self.session, &self.database, data, parts)
            .await
            .while_with(|| format!("cutting table {} by its key", data.table))
    }

    async fn stream<S: FrameSink>(&mut self, slice: &Slice, sink: &mut S) -> Result<u64> {
        let limits = Limits::new(self.options.mysql.max_allowed_packet);
        let limits = (self.options.frame_limit(), limits);
        let streamed = data::stream(&mut self.session, slice, sink, limits).await;
        let streamed = match &mut self.letting {
            None => streamed?,
            Some(letting) => {
                let streamed = streamed.map_err(Letting::kept_out)?;
                letting.read(&mut self.session).await?;
                streamed
            }
        };
        if let Some(bytes) = streamed.oversized {
            self.notice_row(&slice.data.into, bytes);
        }
        Ok(streamed.rows)
    }

    async fn upcoming(&mut self, slices: &[Slice]) -> Result<()> {
        let statements = slices.iter().map(data::statement);
        let statements = statements.collect::<Result<_>>()?;
        self.session.ask_ahead(statements).await
    }

    fn noticed(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.noticed)
    }

    async fn close(mut self) -> Result<()> {
        consistency::alive(&mut self.session).await?;
        let mut opened = self.leader.map(|leader| leader.opened);
        if let Some(shared) = &self.shared {
            if let Some(opened) = &mut opened {
                opened.guards.check().await?;
            }
            shared.give_back(self.session, opened).await;
            return Ok(());
        }
        self.session.close().await?;
        let Some(opened) = opened else {
            return Ok(());
        };
        opened.guards.end().await?;
        let Some(mut control) = opened.control else {
            return Ok(());
        };
        control.execute("UNLOCK INSTANCE").await.map_err(|error| {
            consistency::changed("LOCK INSTANCE FOR BACKUP did not live to the end").cause(error)
        })?;
        control.close().await
    }
}
