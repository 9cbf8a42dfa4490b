//! Rows of several small tables in one transaction, their statements sent without a wait for the answers.
//!
//! A server goes on behind a statement that it refused, and a deadlock ends the transaction: what was sent behind
//! would be kept. So `autocommit` is off meanwhile: whatever happens, nothing is kept before the `COMMIT`, which is sent
//! when all answers have been read. Warnings can't be asked for any more then: one about rows counts as a
//! refusal, and each table goes by itself, where they are looked at.

use std::collections::VecDeque;

use crate::error::{Error, Kind, Result};
use crate::mysql::losses;
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::mysql::wire::reply::Done;

/// So many answers are not read at most: they must find room in the sockets' buffers, or both sides would wait.
const UNANSWERED: usize = 64;

/// What is known of a session whose statements may go so.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// `autocommit` is off.
    begun: bool,
    sending: bool,
    /// Of each statement that was sent and not answered: whether it stores rows.
    sent: VecDeque<bool>,
}

impl Together {
    /// Whether statements are sent without a wait for their answers.
    pub(super) fn is_sending(&self) -> bool {
        self.sending
    }

    /// Looks whether these tables' rows can be taken back, and go to the server as they are (those of `UUID` and `INET`
    /// columns don't: [`crate::mysql::addresses`]). `false`: nothing was begun.
    pub(super) async fn begin(&mut self, session: &mut Session, tables: &[&[u8]]) -> Result<bool> {
        let looks = (0..).zip(tables);
        let looks = looks.map(|(at, table)| look(at, table, session.caps().is_mariadb()));
        let looks: Vec<Vec<u8>> = looks.collect();
        let rows = session.query(looks.join(&b" UNION ALL "[..])).await?;
        let found = rows.iter().map(|row| row.num::<usize>("place"));
        if found.collect::<Result<Vec<_>>>()? != (0..tables.len()).collect::<Vec<_>>() {
            return Ok(false);
        }
        session.execute("SET autocommit = 0").await?;
        self.begun = true;
        Ok(true)
    }

    /// The transaction is over.
    pub(super) async fn end(&mut self, session: &mut Session) -> Result<()> {
        if std::mem::take(&mut self.begun) {
            session.execute("SET autocommit = 1").await?;
        }
        Ok(())
    }

    /// Statements are sent so from now on, or no longer; then all answers are read, and the first failure is given.
    pub(super) async fn turn(&mut self, session: &mut Session, on: bool) -> Result<()> {
        self.sending = on && self.begun;
        let mut first = Ok(());
        while let Some(rows) = self.sent.pop_front() {
            let answer = session.answered().await;
            if answer
                .as_ref()
                .is_err_and(|error| error.server_code().is_none())
            {
                // there are no more of them
                self.sent.clear();
            }
            first = first.and(answer.and_then(|done| check(&done, rows)));
        }
        first
    }

    /// Sends a statement.
    pub(super) async fn send(&mut self, session: &mut Session, sql: &[u8]) -> Result<()> {
        let rows = losses::is_about_rows(sql);
        if session.send(sql).await? {
            self.sent.push_back(rows);
            return self.make_room(session).await;
        }
        self.turn(session, true).await?;
        let done = session.execute(sql).await?;
        check(&done, rows)
    }

    async fn make_room(&mut self, session: &mut Session) -> Result<()> {
        if self.sent.len() < UNANSWERED {
            return Ok(());
        }
        let rows = self.sent.pop_front().unwrap_or_default();
        check(&session.answered().await?, rows)
    }
}

fn check(done: &Done, rows: bool) -> Result<()> {
    if !rows || done.warnings == 0 {
        return Ok(());
    }
    let warnings = done.warnings;
    let what = format!("rows were taken with {warnings} warnings, among statements sent together");
    Err(Error::new(Kind::Server, what))
}

/// Gives `place` if the table is InnoDB's and has no columns of types that take a text for something else. One
/// table a query: the servers look these up by their names, and look through all tables for several.
fn look(place: usize, table: &[u8], mariadb: bool) -> Vec<u8> {
    let sql = Text::new(&format!(
        "SELECT {place} AS place FROM information_schema.tables WHERE table_schema = DATABASE() \
         AND table_type = 'BASE TABLE' AND engine = 'InnoDB' AND table_name = "
    ));
    let mut sql = sql.string(table);
    if mariadb {
        let types = " AND NOT EXISTS (SELECT 1 FROM information_schema.columns \
                     WHERE table_schema = DATABASE() AND data_type IN ('inet4', 'inet6', 'uuid') \
                     AND table_name = ";
        sql = sql.words(types).string(table).words(")");
    }
    sql.as_ref().to_vec()
}
