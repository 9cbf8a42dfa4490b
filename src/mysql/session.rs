//! One connection to a server: statements in, bytes out. Text protocol only, so every value comes
//! as the server prints it.

use bstr::BString;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Opts, Value};

use crate::error::{Error, Kind, Result};
use crate::mysql::facts::Facts;
use crate::mysql::refusal;
use crate::sql::rows::Rows;

/// A connection with what is known of its server.
#[derive(Debug)]
pub struct Session {
    conn: Conn,
    facts: Option<Facts>,
}

impl Session {
    /// Opens a connection and asks the server what it is.
    pub async fn open(opts: impl Into<Opts> + Send) -> Result<Self> {
        let conn = Conn::new(opts.into())
            .await
            .map_err(|error| refusal::of_statement(b"the connection", error))?;
        let mut session = Self { conn, facts: None };
        session.facts = Some(Facts::read(&mut session).await?);
        Ok(session)
    }

    /// Flavour and version of the server.
    pub fn facts(&self) -> Result<&Facts> {
        self.facts
            .as_ref()
            .ok_or_else(|| Error::new(Kind::Internal, "the server's version was not read yet"))
    }

    /// Runs a statement and gives all its rows. For catalogs; never for a table's rows.
    pub async fn query(&mut self, sql: impl AsRef<[u8]> + Send) -> Result<Rows> {
        let sql = sql.as_ref();
        let failed = |error| refusal::of_statement(sql, error);
        let mut result = self.conn.query_iter(sql).await.map_err(failed)?;
        let names = result
            .columns_ref()
            .iter()
            .map(|column| column.name_str().into_owned());
        let mut rows = Rows::new(names.collect());
        while let Some(row) = result.next().await.map_err(failed)? {
            rows.push(row.unwrap_raw().into_iter().map(text).collect());
        }
        result.drop_result().await.map_err(failed)?;
        Ok(rows)
    }

    /// Runs a statement whose rows, if any, do not matter.
    pub async fn execute(&mut self, sql: impl AsRef<[u8]> + Send) -> Result<()> {
        self.query(sql).await.map(drop)
    }

    /// Ends the connection cleanly.
    pub async fn close(self) -> Result<()> {
        let closed = self.conn.disconnect().await;
        closed.map_err(|error| refusal::of_statement(b"the end of the connection", error))
    }
}

/// The text protocol knows bytes and NULL only.
fn text(value: Option<Value>) -> Option<BString> {
    match value {
        Some(Value::Bytes(bytes)) => Some(bytes.into()),
        _ => None,
    }
}
