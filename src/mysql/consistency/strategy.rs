//! The locks that hold commits back while the workers open their snapshots. Which one is found out
//! by asking: a server says what it does not know (1064) or does not allow.
//!
//! Measured with 4 connections and 2 busy writers, inconsistent rounds of 40: no lock 20 to 38,
//! `LOCK INSTANCE FOR BACKUP` alone 28, `BACKUP STAGE BLOCK_DDL` 38; each of these here 0.

use std::time::{Duration, Instant};

use bstr::BString;

use crate::error::{Error, Kind, Result};
use crate::mysql::consistency::Request;
use crate::mysql::consistency::tables::Tables;
use crate::mysql::session::Session;
use crate::source::mysql::LongQueries;
use crate::source::{DumpOptions, Warning};

/// The longest `lock_wait_timeout`, in seconds.
pub(super) const FOR_EVER: u64 = 31_536_000;
/// How long one attempt may wait, in seconds: whoever writes waits behind it all the while.
const ATTEMPT: u64 = 10;
/// From how many seconds on a statement is a long one.
const LONG: u64 = 60;
/// How long writers get in between.
const PAUSE: Duration = Duration::from_secs(5);

/// How the snapshots are brought to one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// MySQL 8: `LOCK INSTANCE FOR BACKUP` to the end, which stops DDL only, and
    /// `FLUSH TABLES WITH READ LOCK` while the snapshots open.
    InstanceAndGlobal,
    /// MariaDB 10.4: the backup stages up to `BLOCK_COMMIT` while the snapshots open.
    BackupStages,
    /// `FLUSH TABLES WITH READ LOCK` while the snapshots open.
    Global,
    /// `LOCK TABLES … READ` on the control connection while the snapshots open.
    Tables,
    /// MariaDB with a binary log: snapshots are opened again until all are at one position.
    Positions,
    /// One connection, whatever was asked for.
    Alone,
    /// No lock: for the test that shows that the others are needed.
    Unprotected,
}

impl Strategy {
    /// What the user knows it by.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::InstanceAndGlobal => "LOCK INSTANCE FOR BACKUP, FLUSH TABLES WITH READ LOCK",
            Self::BackupStages => "BACKUP STAGE",
            Self::Global => "FLUSH TABLES WITH READ LOCK",
            Self::Tables => "LOCK TABLES",
            Self::Positions => "equal binary log positions",
            Self::Alone => "a single connection",
            Self::Unprotected => "no lock",
        }
    }

    /// Whether no table can come or go while it is held.
    pub(super) fn stops_ddl(self) -> bool {
        matches!(
            self,
            Self::InstanceAndGlobal | Self::BackupStages | Self::Global
        )
    }

    /// Whether it waits for others' statements, and makes others wait.
    fn locks(self) -> bool {
        !matches!(self, Self::Positions | Self::Alone | Self::Unprotected)
    }

    /// What is to be said of it: nothing of those that the design prefers.
    pub(super) fn warning(self, workers: usize, refused: Option<&str>) -> Option<Warning> {
        let why = refused.unwrap_or("the server allows no lock");
        let message = match self {
            Self::Alone if workers > 1 && refused.is_some() => format!(
                "read by one connection instead of {workers}, since no lock could be had ({why})"
            ),
            Self::Tables | Self::Positions => {
                format!(
                    "read under {}, since better locks could not be had ({why})",
                    self.label()
                )
            }
            Self::Unprotected => "read without any lock: its tables may not fit together".into(),
            _ => return None,
        };
        Some(Warning {
            object: "consistency".into(),
            message,
        })
    }
}

/// The limit that the user set, in whole seconds.
pub(super) fn seconds(options: &DumpOptions) -> Option<u64> {
    let limit = options.lock_timeout_ms?;
    Some(limit.div_ceil(1000).clamp(1, FOR_EVER))
}

/// A lock that is held.
#[derive(Debug)]
pub struct Held {
    /// The connection that holds it.
    pub control: Session,
    /// Which.
    pub strategy: Strategy,
    /// `LOCK INSTANCE FOR BACKUP` is held too.
    instance: bool,
}

/// What came of an attempt.
enum Tried {
    Taken,
    /// The server does not know it or does not allow it; its words.
    Refused(String),
}

impl Held {
    /// Takes the best lock that the server allows, or the one that was asked for; gives with it why
    /// a better one was refused.
    pub(super) async fn take(
        control: Session,
        tables: &Tables,
        request: Request<'_>,
    ) -> Result<(Self, Option<String>)> {
        let mut taker = Taker {
            control,
            clock: Clock::new(request.options),
            instance: false,
        };
        let mut refused = None;
        let wanted = match request.strategy() {
            Some(one) => vec![one],
            None => taker.candidates(),
        };
        if wanted.iter().any(|strategy| strategy.locks()) {
            taker.let_long_ones_end(request.options).await?;
        }
        for strategy in wanted {
            match taker.attempt(strategy, tables).await? {
                Tried::Taken => return Ok((taker.held(strategy), refused)),
                Tried::Refused(why) => {
                    tracing::info!("no {}: {why}", strategy.label());
                    refused.get_or_insert(why);
                }
            }
        }
        let why = refused.unwrap_or_default();
        Err(Error::new(
            Kind::Privilege,
            "cannot lock the server for a consistent snapshot",
        )
        .cause(why)
        .hint("Grant RELOAD (and BACKUP_ADMIN on MySQL 8), or LOCK TABLES on the database."))
    }

    /// Lets writers go on. That it succeeds on the connection that took the lock shows that the
    /// lock lived until now. What stays (`LOCK INSTANCE`) stays with the connection given back.
    pub(super) async fn release(mut self) -> Result<Option<Session>> {
        let sql = match self.strategy {
            Strategy::BackupStages => "BACKUP STAGE END",
            Strategy::InstanceAndGlobal | Strategy::Global | Strategy::Tables => "UNLOCK TABLES",
            Strategy::Positions | Strategy::Alone | Strategy::Unprotected => "DO 0",
        };
        self.control.execute(sql).await.map_err(|error| {
            super::changed("the lock did not live until the snapshots were open").cause(error)
        })?;
        if self.instance {
            return Ok(Some(self.control));
        }
        self.control.close().await?;
        Ok(None)
    }
}

struct Taker {
    control: Session,
    clock: Clock,
    instance: bool,
}

impl Taker {
    /// From the one that disturbs least to the one that helps least.
    fn candidates(&self) -> Vec<Strategy> {
        let mut all = vec![Strategy::InstanceAndGlobal, Strategy::BackupStages];
        all.extend([Strategy::Global, Strategy::Tables]);
        if self.control.caps().is_mariadb() {
            all.push(Strategy::Positions);
        }
        all.push(Strategy::Alone);
        all
    }

    /// A lock would wait behind a statement that runs for long, and everyone who writes behind the
    /// lock. Statements of others are seen by those with PROCESS only.
    async fn let_long_ones_end(&mut self, options: &DumpOptions) -> Result<()> {
        let options = &options.mysql;
        if options.long_queries == LongQueries::GoOn {
            return Ok(());
        }
        let least = match options.long_query_seconds {
            0 => LONG,
            seconds => seconds,
        };
        while let Some(found) = self.long_one(least).await? {
            if options.long_queries == LongQueries::Fail {
                return Err(Error::new(Kind::Cancelled, found).hint(
                    "A lock would wait behind it, and all writers behind the lock: dump later, or \
                     give --long-queries.",
                ));
            }
            tracing::warn!("{found}: waiting before a lock is asked for");
            self.clock.pause().await?;
        }
        Ok(())
    }

    /// The statement that has run the longest, from so many seconds on.
    async fn long_one(&mut self, least: u64) -> Result<Option<String>> {
        let sql = format!(
            "SELECT id AS id, user AS user, time AS seconds FROM information_schema.processlist \
             WHERE command IN ('Query', 'Execute') AND time >= {least} AND id <> CONNECTION_ID() \
             AND user NOT IN ('system user', 'event_scheduler') ORDER BY time DESC LIMIT 1"
        );
        let rows = self.control.query(sql).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let (id, user, seconds) = (row.bytes("id")?, row.bytes("user")?, row.bytes("seconds")?);
        Ok(Some(format!(
            "a statement of {user} (connection {id}) has run for {seconds} s"
        )))
    }

    fn held(self, strategy: Strategy) -> Held {
        Held {
            control: self.control,
            strategy,
            instance: self.instance,
        }
    }

    async fn attempt(&mut self, strategy: Strategy, tables: &Tables) -> Result<Tried> {
        match strategy {
            Strategy::InstanceAndGlobal => self.instance_and_global().await,
            Strategy::BackupStages => self.backup_stages().await,
            Strategy::Global => self.locked(b"FLUSH TABLES WITH READ LOCK").await,
            Strategy::Tables => self.lock_tables(tables).await,
            Strategy::Positions => self.has_binlog().await,
            Strategy::Alone | Strategy::Unprotected => Ok(Tried::Taken),
        }
    }

    async fn instance_and_global(&mut self) -> Result<Tried> {
        match self.locked(b"LOCK INSTANCE FOR BACKUP").await? {
            Tried::Taken => self.instance = true,
            refused @ Tried::Refused(_) => return Ok(refused),
        }
        // where only this one is refused, the other stays while the next strategies are tried
        self.locked(b"FLUSH TABLES WITH READ LOCK").await
    }

    /// All stages, or none: a stage that times out leaves the earlier ones held.
    async fn backup_stages(&mut self) -> Result<Tried> {
        let stages = ["START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT"];
        'again: loop {
            for stage in stages {
                let sql = format!("BACKUP STAGE {stage}");
                match self.once(sql.as_bytes()).await? {
                    Some(Tried::Taken) => {}
                    Some(refused) => return Ok(refused),
                    None => {
                        self.control.execute("BACKUP STAGE END").await?;
                        self.clock.pause().await?;
                        continue 'again;
                    }
                }
            }
            return Ok(Tried::Taken);
        }
    }

    async fn lock_tables(&mut self, tables: &Tables) -> Result<Tried> {
        if tables.is_empty() {
            return Ok(Tried::Taken);
        }
        let locks: Vec<BString> = tables.names().collect();
        let list = locks.join(&b" READ, "[..]);
        let sql = [b"LOCK TABLES ", list.as_slice(), b" READ"].concat();
        self.locked(&sql).await
    }

    /// Equal positions mean equal commits only where every commit is in the log.
    async fn has_binlog(&mut self) -> Result<Tried> {
        let rows = self
            .control
            .query("SHOW STATUS LIKE 'Binlog_snapshot_file'")
            .await?;
        let row = rows.first();
        let file = row.map(|row| row.opt("Value")).transpose()?.flatten();
        if file.is_none_or(|file| file.is_empty()) {
            return Ok(Tried::Refused("there is no binary log".into()));
        }
        Ok(Tried::Taken)
    }

    /// Tries until it is taken, refused or the time is over.
    async fn locked(&mut self, sql: &[u8]) -> Result<Tried> {
        loop {
            if let Some(tried) = self.once(sql).await? {
                return Ok(tried);
            }
            self.clock.pause().await?;
        }
    }

    /// One attempt; `None`: it waited too long.
    async fn once(&mut self, sql: &[u8]) -> Result<Option<Tried>> {
        let wait = self.clock.attempt();
        self.control
            .execute(format!("SET SESSION lock_wait_timeout = {wait}"))
            .await?;
        match self.control.execute(sql).await {
            Ok(_) => Ok(Some(Tried::Taken)),
            Err(error) if error.server_code() == Some("1205") => Ok(None),
            Err(error) if is_refusal(&error) => Ok(Some(Tried::Refused(error.line()))),
            Err(error) => Err(error),
        }
    }
}

/// Unknown syntax, no right to it (managed services say 1045), a server option that forbids it, a
/// table that can't be locked.
fn is_refusal(error: &Error) -> bool {
    let codes = ["1045", "1064", "1290", "1235", "1146", "1105"];
    error.kind() == Kind::Privilege
        || error
            .server_code()
            .is_some_and(|code| codes.contains(&code))
}

/// The time that all attempts may take together.
struct Clock {
    begun: Instant,
    limit: Option<Duration>,
}

impl Clock {
    fn new(options: &DumpOptions) -> Self {
        Self {
            begun: Instant::now(),
            limit: options.lock_timeout_ms.map(Duration::from_millis),
        }
    }

    fn left(&self) -> Duration {
        let limit = self.limit.unwrap_or(Duration::MAX);
        limit.saturating_sub(self.begun.elapsed())
    }

    /// How long the next attempt may wait, in seconds.
    fn attempt(&self) -> u64 {
        self.left().as_secs().clamp(1, ATTEMPT)
    }

    /// Lets writers through before the next attempt.
    async fn pause(&self) -> Result<()> {
        if self.left() <= Duration::from_secs(1) {
            return Err(Error::new(Kind::Cancelled, "no lock within the time limit")
                .hint("A long query or transaction holds it up: see SHOW PROCESSLIST, or raise --lock-timeout."));
        }
        tracing::warn!("a long query or transaction holds the lock up: waiting");
        tokio::time::sleep(PAUSE.min(self.left())).await;
        Ok(())
    }
}
