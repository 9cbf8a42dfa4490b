//! A MySQL or MariaDB server that is restored into.

use bstr::ByteSlice as _;

use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::mysql::conninfo;
use crate::mysql::optionfile::Disk;
use crate::mysql::quote;
use crate::mysql::session::Session;
use crate::mysql::settings::Settings;
use crate::mysql::setup::Purpose;
use crate::mysql::source::server_info;
use crate::source::{Existing, ServerInfo, Target, Tuning};
use crate::sql::dialect::Dialect;

/// Values that were cut, rounded or replaced: what stands in the table is not what was sent.
/// 1265 is not among them: it also comes with an ENUM's error value, which is carried so.
const LOSSES: [&str; 4] = ["1264", "1292", "1366", "1406"];

/// One connection that loads.
#[derive(Debug)]
pub struct MysqlTarget {
    session: Session,
    server: ServerInfo,
    settings: Settings,
    /// The database that was changed to; `None`: the settings' own.
    database: Option<Vec<u8>>,
    max_packet: usize,
}

impl MysqlTarget {
    /// Resolves the URL and connects.
    pub async fn connect(url: &str, env: &Env) -> Result<Self> {
        Self::with_settings(&conninfo::resolve(url, env, &Disk)?).await
    }

    /// The same with settings that are resolved already.
    pub async fn with_settings(settings: &Settings) -> Result<Self> {
        let mut session = Session::open_for(settings, Purpose::Load).await?;
        let rows = session
            .query("SELECT @@max_allowed_packet AS bytes")
            .await?;
        let row = rows.first();
        let max_packet = row.map(|row| row.num("bytes")).transpose()?;
        Ok(Self {
            server: server_info(session.facts(), settings),
            session,
            settings: settings.clone(),
            database: None,
            max_packet: max_packet.unwrap_or(1 << 20),
        })
    }

    /// The session, for what a restore asks beside its statements.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// What a server may have beside accounts: the kind, whether it knows it, and what lists it.
    fn others(&self) -> [(&'static str, bool, &'static str); 5] {
        let caps = self.session.caps();
        let dictionary = caps.data_dictionary();
        [
            (
                "server",
                true,
                "SELECT server_name AS name FROM mysql.servers",
            ),
            (
                "loadable_function",
                true,
                "SELECT name AS name FROM mysql.func",
            ),
            (
                "component",
                dictionary,
                "SELECT GROUP_CONCAT(component_urn ORDER BY component_id) AS name \
                 FROM mysql.component GROUP BY component_group_id",
            ),
            (
                "tablespace",
                dictionary,
                "SELECT name AS name FROM information_schema.innodb_tablespaces \
                 WHERE space_type IN ('General', 'Undo')",
            ),
            (
                "resource_group",
                caps.resource_groups(),
                "SELECT resource_group_name AS name FROM information_schema.resource_groups",
            ),
        ]
    }

    /// A server without STRICT mode stores what it can and says so in a warning only.
    async fn check_losses(&mut self) -> Result<()> {
        let rows = self.session.query("SHOW WARNINGS LIMIT 100").await?;
        for row in rows.iter() {
            let code = row.str("Code")?;
            if LOSSES.contains(&code) {
                let message = row.bytes("Message")?.to_str_lossy().into_owned();
                return Err(
                    Error::new(Kind::Server, "a row was not stored as it was sent")
                        .cause(message)
                        .code(code),
                );
            }
        }
        Ok(())
    }
}

impl Target for MysqlTarget {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    fn dialect(&self) -> Dialect {
        Dialect::Mysql
    }

    async fn execute(&mut self, sql: &[u8]) -> Result<()> {
        // the server would close the connection instead of answering
        if sql.len() >= self.max_packet {
            let message = format!(
                "a statement of {} bytes is more than the server takes ({})",
                sql.len(),
                self.max_packet
            );
            return Err(Error::new(Kind::Server, message)
                .hint("Raise max_allowed_packet on the server (SET GLOBAL), then restore again."));
        }
        let done = self.session.execute(sql).await?;
        if done.warnings > 0 && sql.starts_with(b"INSERT") {
            self.check_losses().await?;
        }
        Ok(())
    }

    async fn copy_begin(&mut self, _: &[u8]) -> Result<()> {
        Err(no_copy())
    }

    async fn copy_data(&mut self, _: &[u8]) -> Result<()> {
        Err(no_copy())
    }

    async fn copy_end(&mut self) -> Result<u64> {
        Err(no_copy())
    }

    async fn object_count(&mut self) -> Result<u64> {
        let rows = self
            .session
            .query(
                "SELECT (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()) \
                 + (SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = DATABASE()) \
                 + (SELECT COUNT(*) FROM information_schema.events WHERE event_schema = DATABASE()) AS objects",
            )
            .await?;
        let row = rows.first();
        Ok(row.map(|row| row.num("objects")).transpose()?.unwrap_or(0))
    }

    async fn existing(&mut self) -> Result<Existing> {
        let accounts =
            "SELECT IF(host = '', user, CONCAT(user, '@', host)) AS name FROM mysql.user";
        let mut existing = Existing::default();
        for row in self.session.query(accounts).await?.iter() {
            existing.names.push(("user", row.owned("name")?));
        }
        for (kind, has, sql) in self.others() {
            if !has {
                continue;
            }
            for row in self.session.query(sql).await?.iter() {
                existing.names.push((kind, row.owned("name")?));
            }
        }
        let rows = self.session.query("SELECT CURRENT_USER() AS name").await?;
        if let Some(row) = rows.first() {
            existing.own = row.owned("name")?;
        }
        Ok(existing)
    }

    async fn use_database(&mut self, database: &[u8]) -> Result<()> {
        let sql = [b"USE ".as_slice(), &quote::ident(database)].concat();
        self.session.execute(sql).await?;
        self.database = Some(database.to_vec());
        Ok(())
    }

    async fn another(&mut self) -> Result<Self> {
        let mut next = Self::with_settings(&self.settings).await?;
        if let Some(database) = &self.database {
            next.use_database(database).await?;
        }
        Ok(next)
    }

    async fn tune(&mut self, _: &Tuning) -> Result<()> {
        Ok(())
    }

    async fn settle(&mut self) -> Result<()> {
        Ok(())
    }

    async fn close(self) -> Result<()> {
        self.session.close().await
    }
}

fn no_copy() -> Error {
    Error::new(
        Kind::Unsupported,
        "MySQL has no COPY: the archive is PostgreSQL's",
    )
}
