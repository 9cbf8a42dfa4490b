//! A MySQL or MariaDB server that is restored into.

use bstr::ByteSlice as _;

use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::mysql::addresses::Addresses;
use crate::mysql::conninfo;
use crate::mysql::infile::Infile;
use crate::mysql::journal;
use crate::mysql::losses;
use crate::mysql::optionfile::Disk;
use crate::mysql::quote;
use crate::mysql::session::Session;
use crate::mysql::settings::Settings;
use crate::mysql::setup::Purpose;
use crate::mysql::source::server_info;
use crate::mysql::target_facts;
use crate::mysql::together::Together;
use crate::source::{Asked, Existing, Relation, ServerInfo, Step, Target, TargetFacts, Tuning};
use crate::sql::dialect::Dialect;

/// One connection that loads.
#[derive(Debug)]
pub struct MysqlTarget {
    session: Session,
    server: ServerInfo,
    settings: Settings,
    /// The database that was changed to; `None`: the settings' own.
    database: Option<Vec<u8>>,
    max_packet: usize,
    addresses: Addresses,
    infile: Infile,
    together: Together,
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
        let max_packet = max_packet.unwrap_or(1 << 20);
        let infile = match settings.local_infile {
            true => Infile::of(&mut session, max_packet).await?,
            false => Infile::default(),
        };
        Ok(Self {
            server: server_info(session.facts(), settings),
            session,
            settings: settings.clone(),
            database: None,
            max_packet,
            addresses: Addresses::default(),
            infile,
            together: Together::default(),
        })
    }

    /// The session, for what a restore asks beside its statements.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}

/// Groups of components, of whatever kind.
const COMPONENTS: &str = "SELECT GROUP_CONCAT(component_urn ORDER BY component_id) AS name \
                          FROM mysql.component GROUP BY component_group_id";

impl MysqlTarget {
    /// What a server may have beside accounts: the kind, whether it knows it, and what lists it.
    fn others(&self) -> [(&'static str, bool, &'static str); 6] {
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
            ("component", dictionary, COMPONENTS),
            ("password_check", dictionary, COMPONENTS),
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

    async fn run(&mut self, sql: &[u8]) -> Result<()> {
        if self.together.is_sending() {
            return self.together.send(&mut self.session, sql).await;
        }
        let changed = self.addresses.with_charset(&mut self.session, sql);
        let changed = changed.await?;
        let sql = changed.as_deref().unwrap_or(sql);
        let done = self.session.execute(sql).await?;
        if done.warnings == 0 {
            return Ok(());
        }
        if losses::is_about_rows(sql) {
            losses::check(&mut self.session, sql, done.warnings).await?;
        } else {
            losses::tell_changes(&mut self.session, sql).await?;
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

    fn database_is_named(&self) -> bool {
        self.settings.database.is_some() || self.database.is_some()
    }

    async fn execute(&mut self, sql: &[u8]) -> Result<()> {
        if self.infile.takes(&mut self.session, sql).await? {
            return Ok(());
        }
        if sql.len() < self.max_packet {
            return self.run(sql).await;
        }
        // the server would close the connection instead of answering
        for part in parts(sql, self.max_packet)? {
            self.run(&part).await?;
        }
        Ok(())
    }

    async fn execute_soon(&mut self, sql: &[u8]) -> Result<()> {
        self.execute(sql).await
    }

    async fn copy_begin(&mut self, _: &[u8]) -> Result<()> {
        Err(no_copy())
    }

    async fn copy_data(&mut self, _: &[u8]) -> Result<()> {
        Err(no_copy())
    }

    async fn copy_end(&mut self, _: u64) -> Result<()> {
        Err(no_copy())
    }

    async fn pipeline(&mut self, on: bool) -> Result<()> {
        self.together.turn(&mut self.session, on).await
    }

    async fn together(&mut self, tables: &[&[u8]]) -> Result<bool> {
        self.together.begin(&mut self.session, tables).await
    }

    async fn apart(&mut self) -> Result<()> {
        self.together.end(&mut self.session).await
    }

    async fn by_file(&mut self, on: bool) -> Result<()> {
        self.infile.turn(&mut self.session, on).await
    }

    async fn object_count(&mut self) -> Result<u64> {
        // the views' own comparison takes names that differ by their case for one
        let count = |view: &str, column: &str, more: &str| {
            format!(
                "(SELECT COUNT(*) FROM information_schema.{view} WHERE {column} = DATABASE() AND \
                 (@@lower_case_table_names <> 0 OR CAST({column} AS BINARY) = CAST(DATABASE() AS BINARY)){more})"
            )
        };
        let tables = count(
            "tables",
            "table_schema",
            " AND table_name <> 'dumpkeep_restore'",
        );
        let routines = count("routines", "routine_schema", "");
        let events = count("events", "event_schema", "");
        let sql = format!("SELECT {tables} + {routines} + {events} AS objects");
        let rows = self.session.query(sql).await?;
        let row = rows.first();
        Ok(row.map(|row| row.num("objects")).transpose()?.unwrap_or(0))
    }

    async fn facts(&mut self, asked: &Asked) -> Result<TargetFacts> {
        target_facts::read(&mut self.session, asked, self.max_packet).await
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

    async fn tune(&mut self, tuning: &Tuning) -> Result<()> {
        let what = if tuning.triggers_off {
            "--disable-triggers: no setting switches triggers off here (foreign keys are not \
             checked while rows are loaded)"
        } else if tuning.maintenance_work_mem.is_some() {
            "--maintenance-work-mem is PostgreSQL's"
        } else if tuning.synchronous_commit.is_some() {
            "--synchronous-commit is PostgreSQL's"
        } else {
            return Ok(());
        };
        Err(Error::new(Kind::Usage, what))
    }

    async fn hasten(&mut self) -> Result<()> {
        if self.session.caps().sorts_first_rows() {
            // Without these checks the first rows of a table are collected and sorted before they
            // are stored: four times the work of storing them, where they come sorted.
            self.session.execute("SET unique_checks = 1").await?;
        }
        Ok(())
    }

    async fn look_again(&mut self) -> Result<()> {
        // A session keeps its database's collation as it was when it went there, and writes that into
        // the triggers, routines and events that it makes. MariaDB looks again only where it comes
        // from elsewhere.
        let own = self.settings.database.as_ref();
        let own = || own.map(|database| database.as_bytes().to_vec());
        let Some(database) = self.database.clone().or_else(own) else {
            return Ok(());
        };
        self.session.execute("USE information_schema").await?;
        self.use_database(&database).await
    }

    async fn as_client(&mut self, utc: bool) -> Result<()> {
        // A script that says no time zone has its times in that of who loads it.
        if !utc {
            let sql = "SET SESSION time_zone = DEFAULT";
            self.session.execute(sql).await?;
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<()> {
        Ok(())
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
        journal::note(&mut self.session, steps).await
    }

    /// There are no materialized views.
    async fn journal_fold(&mut self) -> Result<()> {
        Ok(())
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

/// Cuts an `INSERT` of ours, which has a row on each line, into as many as the server's limit asks
/// for. Nothing else can be cut, and no row.
fn parts(sql: &[u8], limit: usize) -> Result<Vec<Vec<u8>>> {
    const VALUES: &[u8] = b" VALUES\n";
    let too_long = || {
        let message = format!(
            "a statement of {} bytes is more than the server takes ({limit})",
            sql.len()
        );
        Error::new(Kind::Server, message)
            .hint("Raise max_allowed_packet on the server (SET GLOBAL), then restore again.")
    };
    let insert = sql.starts_with(b"INSERT INTO ");
    let head = sql.find(VALUES).filter(|_| insert).ok_or_else(too_long)? + VALUES.len();
    let (head, rows) = sql.split_at(head);
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for row in rows.lines() {
        let row = row.strip_suffix(b",").unwrap_or(row);
        if head.len() + row.len() >= limit {
            return Err(too_long());
        }
        match parts.last_mut() {
            Some(part) if part.len() + row.len() + 2 < limit => part.extend_from_slice(b",\n"),
            _ => parts.push(head.to_vec()),
        }
        if let Some(part) = parts.last_mut() {
            part.extend_from_slice(row);
        }
    }
    Ok(parts)
}

fn no_copy() -> Error {
    Error::new(
        Kind::Unsupported,
        "MySQL has no COPY: the archive is PostgreSQL's",
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn rows_are_spread_over_statements() {
        let sql = b"INSERT INTO `t` (`a`) VALUES\n(1),\n(2),\n(3)";
        let found = parts(sql, 38).unwrap();
        let found: Vec<&str> = found.iter().map(|part| part.to_str().unwrap()).collect();
        assert_eq!(
            found,
            [
                "INSERT INTO `t` (`a`) VALUES\n(1),\n(2)",
                "INSERT INTO `t` (`a`) VALUES\n(3)"
            ]
        );
        assert!(parts(sql, 30).is_err());
        assert!(parts(b"CREATE TABLE t (a INT)", 10).is_err());
    }
}
