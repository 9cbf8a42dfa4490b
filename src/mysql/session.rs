//! One connection to a server: statements in, bytes out. Text protocol only, so every value comes
//! as the server prints it.

use std::collections::VecDeque;

use crate::error::{Context as _, Error, Kind, Result};
use crate::mysql::direct;
use crate::mysql::facts::Facts;
use crate::mysql::settings::Settings;
use crate::mysql::setup::{self, Purpose};
use crate::mysql::version::Caps;
use crate::mysql::wire::connection::{Answer, Connection, Next};
use crate::mysql::wire::reply::{Column, Done, Reader, nonsense};
use crate::sql::rows::{Row, Rows};

/// Longer statements are not sent without waiting, in bytes: they would be more than one packet.
const SENT: usize = 8 << 20;

/// So much is asked for ahead, in bytes: the server takes it in while it still sends.
const AHEAD_BYTES: usize = 16 << 10;

/// A connection with what is known of its server.
#[derive(Debug)]
pub struct Session {
    connection: Connection,
    facts: Facts,
    /// Statements may be sent before those before them are answered.
    pipelines: bool,
    /// Texts come in their columns' own character sets.
    as_stored: bool,
    /// What was sent and not begun.
    ahead: VecDeque<Vec<u8>>,
}

impl Session {
    /// A session that reads: connected, the server asked what it is, its settings fixed.
    pub async fn open(settings: &Settings) -> Result<Self> {
        Self::open_for(settings, Purpose::Read).await
    }

    /// The same for either purpose.
    pub async fn open_for(settings: &Settings, purpose: Purpose) -> Result<Self> {
        let infile = purpose == Purpose::Load && settings.local_infile;
        let mut connection = Connection::open(settings, infile).await?;
        let facts = Facts::read(&mut connection).await?;
        setup::settle(&mut connection, purpose)
            .await
            .while_with(|| format!("fixing the session's settings on {}", settings.place))?;
        let pipelines = match settings.pipelining {
            _ if !connection.may_pipeline() => false,
            Some(asked) => asked,
            None => direct::is_direct(&mut connection).await?,
        };
        Ok(Self {
            connection,
            facts,
            pipelines,
            as_stored: false,
            ahead: VecDeque::new(),
        })
    }

    /// Flavour and version of the server.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What the server can do.
    #[must_use]
    pub fn caps(&self) -> Caps {
        Caps::of(&self.facts)
    }

    /// Runs a statement and gives all its rows. For catalogs; never for a table's rows.
    pub async fn query(&mut self, sql: impl AsRef<[u8]> + Send) -> Result<Rows> {
        let sql = sql.as_ref();
        if self.was_asked(sql)? {
            let answer = self.connection.answer_to(sql).await?;
            return Ok(self.connection.finish(sql, answer).await?.0);
        }
        self.translated().await?;
        Ok(self.connection.run(sql).await?.0)
    }

    /// The same for many rows: gives each to `take` as it comes.
    pub async fn each(
        &mut self,
        sql: impl AsRef<[u8]> + Send,
        take: impl FnMut(Row<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        self.translated().await?;
        self.connection.each(sql.as_ref(), take).await
    }

    /// Runs a statement whose rows, if any, do not matter.
    pub async fn execute(&mut self, sql: impl AsRef<[u8]> + Send) -> Result<Done> {
        self.translated().await?;
        Ok(self.connection.run(sql.as_ref()).await?.1)
    }

    /// From now on [`Self::begin`] gives the bytes of the columns, not a conversion of them; for as
    /// long as nothing else is asked, which would cost a small table more than its rows.
    pub async fn as_stored(&mut self) -> Result<()> {
        if !self.as_stored {
            let sql = b"SET character_set_results = NULL";
            self.connection.run(sql).await?;
            self.as_stored = true;
        }
        Ok(())
    }

    async fn translated(&mut self) -> Result<()> {
        if self.as_stored {
            let sql = b"SET character_set_results = utf8mb4";
            self.connection.run(sql).await?;
            self.as_stored = false;
        }
        Ok(())
    }

    /// The columns of a statement's result, which holds no rows.
    pub async fn columns(&mut self, sql: &[u8]) -> Result<Vec<Column>> {
        let columns = self.begin(sql).await?;
        while !matches!(self.connection.row(sql).await?, Next::End(_)) {}
        Ok(columns)
    }

    /// Runs a statement whose rows are to be read one by one with [`Self::row`], to the end.
    pub async fn begin(&mut self, sql: &[u8]) -> Result<Vec<Column>> {
        let answer = match self.was_asked(sql)? {
            true => self.connection.answer_to(sql).await?,
            false => self.connection.query(sql).await?,
        };
        match answer {
            Answer::Rows(columns) => Ok(columns),
            Answer::Done(_) => Err(Error::new(Kind::Internal, "a statement gave no rows")),
        }
    }

    /// The next row of the statement that was begun.
    pub async fn row(&mut self, sql: &[u8]) -> Result<Next<'_>> {
        self.connection.row(sql).await
    }

    /// The next row, where it has arrived already.
    #[inline]
    pub fn ready_row(&mut self) -> Option<Reader<'_>> {
        self.connection.ready_row()
    }

    /// Sends a statement that gives no rows, without waiting for its answer; `false`: nothing was sent, for this
    /// connection can't.
    pub async fn send(&mut self, sql: &[u8]) -> Result<bool> {
        if !self.pipelines || sql.len() >= SENT {
            return Ok(false);
        }
        self.translated().await?;
        self.connection.send(&[sql]).await?;
        Ok(true)
    }

    /// The answer to the first of the sent statements that has none yet.
    pub async fn answered(&mut self) -> Result<Done> {
        match self.connection.answer_to(b"").await? {
            Answer::Done(done) if !done.more() => Ok(done),
            _ => Err(nonsense("rows in answer to a statement that gives none")),
        }
    }

    /// Sends statements for which [`Self::begin`] is going to be called in this order, with nothing else between them: as many
    /// as go into a few kilobytes, none where the connection can't.
    pub async fn ask_ahead(&mut self, statements: Vec<Vec<u8>>) -> Result<()> {
        self.as_stored().await?;
        self.send_ahead(statements.into_iter()).await
    }

    /// The same for [`Self::query`].
    pub async fn query_ahead(&mut self, statements: impl Iterator<Item = Vec<u8>>) -> Result<()> {
        self.translated().await?;
        self.send_ahead(statements).await
    }

    async fn send_ahead(&mut self, statements: impl Iterator<Item = Vec<u8>>) -> Result<()> {
        let mut bytes = 0;
        let few = statements.take_while(|sql| {
            bytes += sql.len();
            bytes <= AHEAD_BYTES
        });
        let few: Vec<Vec<u8>> = few.collect();
        if few.len() < 2 || !self.pipelines {
            return Ok(());
        }
        self.connection.send(&few).await?;
        self.ahead.extend(few);
        Ok(())
    }

    /// Reads the answers to what was sent ahead for [`Self::query`] and is not wanted any more.
    pub async fn let_go_ahead(&mut self) -> Result<()> {
        while let Some(sql) = self.ahead.front().cloned() {
            match self.query(sql).await {
                Err(error) if error.server_code().is_none() => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether statements were sent that are not begun.
    #[must_use]
    pub fn is_asked_ahead(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Whether this statement was sent ahead: it is the next one then.
    fn was_asked(&mut self, sql: &[u8]) -> Result<bool> {
        match self.ahead.pop_front() {
            None => Ok(false),
            Some(sent) if sent == sql => Ok(true),
            Some(_) => {
                let message = "answers are read in another order than was asked";
                Err(Error::new(Kind::Internal, message))
            }
        }
    }

    /// Runs a `LOAD DATA LOCAL`, up to where the server wants its rows. A session that reads can't.
    pub async fn load_begin(&mut self, sql: &[u8]) -> Result<()> {
        self.connection.load_begin(sql).await
    }

    /// Sends some of them.
    pub async fn load_data(&mut self, data: &[u8]) -> Result<()> {
        self.connection.load_data(data).await
    }

    /// Ends them, and gives what the server made of them.
    pub async fn load_end(&mut self, sql: &[u8]) -> Result<Done> {
        self.connection.load_end(sql).await
    }

    /// The connection itself.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Ends the connection cleanly.
    pub async fn close(self) -> Result<()> {
        self.connection.close().await
    }
}
