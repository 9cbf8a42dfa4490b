//! One session: statements by the simple query protocol. Everything is bytes in the session's
//! encoding; results come as text.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{DataRowBody, Message, RowDescriptionBody};

use super::connect::{self, Opened};
use super::copy::SEND_BYTES;
use super::failure::DbError;
use super::settings::{Host, Settings, Wanted};
use super::wanted;
use super::wire::{self, Wire};
use crate::error::{Error, Kind, Result};
use crate::sql::rows::Rows;

/// What an error says where the caller has nothing better.
const DOING: &str = "the server refused a statement";

/// So much is sent at once of what is asked ahead, in bytes: it has room in the system's buffers.
const AHEAD_BYTES: usize = 16 << 10;

/// The most notices that are kept.
const NOTICES: usize = 100;

/// What was sent and not answered yet; `doing` begins its error's text.
enum PutOff {
    Statement(&'static str),
    /// With so many rows.
    Copy {
        doing: &'static str,
        rows: u64,
    },
}

/// An open session.
pub struct Session {
    pub(super) wire: Wire,
    parameters: BTreeMap<String, String>,
    notices: Vec<DbError>,
    status: u8,
    /// Queries whose answers have not been read to their end.
    open: usize,
    /// Those of them that wait for the next to go with them.
    put_off: Vec<PutOff>,
    /// All are put off.
    pipelined: bool,
    /// COPYs that were sent before anybody began to read them, the first one first.
    ahead: VecDeque<Vec<u8>>,
    /// The COPY that takes rows was not answered yet: it may not even be sent.
    unanswered_copy: bool,
    cancel: Option<Cancel>,
    address: String,
}

/// What it takes to end a running statement from outside.
#[derive(Debug, Clone)]
struct Cancel {
    settings: Settings,
    host: Host,
    process: i32,
    key: i32,
}

impl Session {
    /// Connects to the first of the hosts that will do, and logs in. The session's parameters are
    /// still the server's own.
    pub async fn connect(settings: &Settings) -> Result<Self> {
        match wanted::first(settings, settings.wanted).await {
            Err(_) if settings.wanted == Wanted::PreferStandby => {
                wanted::first(settings, Wanted::Any).await
            }
            done => done,
        }
    }

    pub(super) async fn open(settings: &Settings, host: &Host) -> Result<Self> {
        let opened = connect::open(settings, host).await?;
        Ok(Self::over(opened, settings))
    }

    /// The session of a connection that is logged in.
    #[must_use]
    pub fn over(opened: Opened, settings: &Settings) -> Self {
        let Opened {
            wire,
            greeting,
            host,
        } = opened;
        Self {
            wire,
            address: host.address(),
            parameters: greeting.parameters,
            notices: greeting.notices,
            status: greeting.status,
            open: 0,
            put_off: Vec::new(),
            pipelined: false,
            ahead: VecDeque::new(),
            unanswered_copy: false,
            cancel: greeting.cancel.map(|(process, key)| Cancel {
                settings: settings.clone(),
                host,
                process,
                key,
            }),
        }
    }

    /// "db1:5432", or the socket's path.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What the server reports of a parameter: `server_version`, `server_encoding`, …
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The server's process of this session; 0 where it did not say.
    #[must_use]
    pub fn process(&self) -> i32 {
        self.cancel.as_ref().map_or(0, |cancel| cancel.process)
    }

    /// Whether a transaction is open, failed or not.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.status != b'I'
    }

    /// Takes the notices and warnings that came since the last call.
    pub fn take_notices(&mut self) -> Vec<DbError> {
        std::mem::take(&mut self.notices)
    }

    /// Runs statements; gives the last result set, empty where there was none.
    pub async fn query(&mut self, sql: &[u8]) -> Result<Rows> {
        self.query_for(DOING, sql).await
    }

    /// The same; `doing` begins the error's text: "cannot read the catalog of tables".
    pub async fn query_for(&mut self, doing: &str, sql: &[u8]) -> Result<Rows> {
        self.send(sql).await?;
        self.answer(doing).await
    }

    /// Sends a query behind those that are not answered yet, for [`Self::answer`]: the server works
    /// on it while the answers before are looked at. One or two ahead, of some kilobytes each: the
    /// server takes no more while nobody reads what it says.
    pub(super) async fn ask(&mut self, sql: &[u8]) -> Result<()> {
        self.put(sql)?;
        self.wire.flush().await
    }

    /// Sends COPYs together, for [`Self::begin_copy`] to be called for each in this order: as many as
    /// go into a few kilobytes. Gives their number.
    pub(super) async fn ask_ahead(
        &mut self,
        copies: impl Iterator<Item = Vec<u8>>,
    ) -> Result<usize> {
        for sql in copies {
            if self.open > 0 && self.wire.outgoing().len() + sql.len() > AHEAD_BYTES {
                break;
            }
            self.put(&sql)?;
            self.ahead.push_back(sql);
        }
        self.wire.flush().await?;
        Ok(self.ahead.len())
    }

    /// Sends a COPY, unless that was done ahead.
    pub(super) async fn begin_copy(&mut self, sql: &[u8]) -> Result<()> {
        match self.ahead.pop_front() {
            None => self.send(sql).await,
            Some(sent) if sent == sql => Ok(()),
            Some(_) => Err(Error::new(
                Kind::Internal,
                "rows are read in another order than they were asked for",
            )),
        }
    }

    /// Puts a COPY where its rows will follow; `false` where something else goes with it, which must not
    /// fail unseen: rows would be taken in no transaction.
    pub(super) fn put_copy(&mut self, sql: &[u8]) -> Result<bool> {
        if self.open > 0 && !self.pipelined {
            return Ok(false);
        }
        self.put(sql)?;
        self.unanswered_copy = !self.pipelined;
        Ok(true)
    }

    /// Whether the answer to [`Self::put_copy`] is to be read now.
    pub(super) fn take_unanswered_copy(&mut self) -> bool {
        std::mem::take(&mut self.unanswered_copy)
    }

    fn put(&mut self, sql: &[u8]) -> Result<()> {
        if sql.contains(&0) {
            return Err(Error::new(
                Kind::Unsupported,
                "a statement holds a NUL byte",
            ));
        }
        wire::put(self.wire.outgoing(), b'Q', &[sql, b"\0"])?;
        self.open += 1;
        Ok(())
    }

    /// The answer to the first query that has none yet: the last result set. `doing` begins the
    /// error's text.
    pub(super) async fn answer(&mut self, doing: &str) -> Result<Rows> {
        let mut gather = Gather::default();
        let mut failed = None;
        loop {
            match self.message().await? {
                Message::RowDescription(body) => gather.begin(&body)?,
                Message::DataRow(body) => gather.row(&body)?,
                Message::ErrorResponse(body) => {
                    failed.get_or_insert_with(|| DbError::read(body.fields()));
                }
                Message::CommandComplete(_) | Message::EmptyQueryResponse => {}
                Message::CopyInResponse(_) => self.refuse_copy().await?,
                Message::ReadyForQuery(_) => break,
                _ => return Err(wire::broken()),
            }
        }
        match failed {
            Some(error) => Err(error.into_error(doing)),
            None => {
                gather.rows.shrink();
                Ok(gather.rows)
            }
        }
    }

    /// Runs statements and forgets their results.
    pub async fn execute(&mut self, sql: &[u8]) -> Result<()> {
        if !self.pipelined {
            return self.execute_for(DOING, sql).await;
        }
        self.put_off(DOING, sql)?;
        self.send_much().await
    }

    /// The same, and waits for it in any case; `doing` begins the error's text.
    pub async fn execute_for(&mut self, doing: &str, sql: &[u8]) -> Result<()> {
        self.query_for(doing, sql).await.map(drop)
    }

    /// Whether statements, and COPYs with their rows, are sent without a look at the answers to those before.
    /// Only in a transaction, which the first failure ends: the others fail with it. Turned off, it waits
    /// for all answers, and gives the first failure.
    pub(super) async fn pipeline(&mut self, on: bool) -> Result<()> {
        self.pipelined = false;
        if !self.put_off.is_empty() {
            self.wire.flush().await?;
            self.answers_put_off().await?;
        }
        self.pipelined = on && self.in_transaction();
        Ok(())
    }

    /// Sends what was put where it is much.
    pub(super) async fn send_much(&mut self) -> Result<()> {
        if self.wire.outgoing().len() >= SEND_BYTES {
            self.wire.flush().await?;
        }
        Ok(())
    }

    /// `false` where somebody waits for the answer.
    pub(super) fn put_off_copy_end(&mut self, doing: &'static str, rows: u64) -> bool {
        if self.pipelined {
            self.put_off.push(PutOff::Copy { doing, rows });
        }
        self.pipelined
    }

    async fn refuse_copy(&mut self) -> Result<()> {
        wire::put(self.wire.outgoing(), b'f', &[b"no data\0"])?;
        self.wire.flush().await
    }

    /// Sends a query. The session is busy until the server is ready for the next.
    pub(super) async fn send(&mut self, sql: &[u8]) -> Result<()> {
        if self.open > self.put_off.len() {
            return Err(Error::new(
                Kind::Connect,
                "the connection was left in the middle of a statement",
            ));
        }
        self.ask(sql).await?;
        let failed = self.answers_put_off().await;
        if failed.is_err() {
            // What went with it was run as well, or refused for that: nobody looks at it.
            let _ = self.answer(DOING).await;
        }
        failed
    }

    async fn answers_put_off(&mut self) -> Result<()> {
        let mut failed = None;
        for put_off in std::mem::take(&mut self.put_off) {
            let done = match put_off {
                PutOff::Statement(doing) => self.answer(doing).await.map(drop),
                PutOff::Copy { doing, rows } => self.copied_all(doing, rows).await,
            };
            if let Err(error) = done {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Has a statement sent together with the next one, which fails with its error: one way to the
    /// server and back for both. `doing` begins the error's text.
    pub(super) fn put_off(&mut self, doing: &'static str, sql: &[u8]) -> Result<()> {
        self.put(sql)?;
        self.put_off.push(PutOff::Statement(doing));
        Ok(())
    }

    /// The next message that is an answer: what the server says in between is put where it belongs.
    pub(super) async fn message(&mut self) -> Result<Message> {
        loop {
            match self.wire.message().await? {
                Message::NoticeResponse(body) => {
                    if self.notices.len() < NOTICES {
                        self.notices.push(DbError::read(body.fields()));
                    }
                }
                Message::ParameterStatus(body) => {
                    if let (Ok(name), Ok(value)) = (body.name(), body.value())
                        && self.parameters.len() < 1000
                    {
                        self.parameters.insert(name.into(), value.into());
                    }
                }
                Message::NotificationResponse(_) => {}
                Message::ReadyForQuery(body) => {
                    self.status = body.status();
                    self.open = self.open.saturating_sub(1);
                    return Ok(Message::ReadyForQuery(body));
                }
                message => return Ok(message),
            }
        }
    }

    /// Ends the session in order.
    pub async fn close(mut self) -> Result<()> {
        self.terminate().await
    }

    /// Ends the session in order, where others hold it too.
    pub(super) async fn terminate(&mut self) -> Result<()> {
        if self.open > 0 {
            return Ok(());
        }
        wire::put(self.wire.outgoing(), b'X', &[])?;
        self.wire.flush().await?;
        self.wire.shutdown().await
    }
}

/// A session that is let go in the middle of a statement would leave it running on the server.
impl Drop for Session {
    fn drop(&mut self) {
        if let (true, Some(cancel)) = (self.open > 0, self.cancel.take())
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(tokio::time::timeout(Duration::from_secs(5), cancel.send()));
        }
    }
}

impl Cancel {
    async fn send(self) -> Result<()> {
        connect::cancel(&self.settings, &self.host, self.process, self.key).await
    }
}

#[derive(Default)]
struct Gather {
    rows: Rows,
    /// Where the values of a row are in its message.
    values: Vec<Option<Range<usize>>>,
}

impl Gather {
    fn begin(&mut self, body: &RowDescriptionBody) -> Result<()> {
        let mut columns = Vec::new();
        let mut fields = body.fields();
        while let Some(field) = fields.next().map_err(|error| wire::broken().cause(error))? {
            columns.push(field.name().to_owned());
        }
        self.rows = Rows::new(columns);
        Ok(())
    }

    fn row(&mut self, body: &DataRowBody) -> Result<()> {
        let buffer = body.buffer();
        let mut ranges = body.ranges();
        self.values.clear();
        while let Some(range) = ranges.next().map_err(|error| wire::broken().cause(error))? {
            self.values.push(range);
        }
        if self.values.len() != self.rows.columns().len() {
            return Err(wire::hostile("a row has other columns than announced"));
        }
        let values = self.values.iter();
        self.rows
            .push(values.map(|range| range.clone().and_then(|range| buffer.get(range))))
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use bstr::BString;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::postgres::auth::Greeting;
    use crate::postgres::settings::Place;

    pub(in crate::postgres) fn session(server: &[u8]) -> Session {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let bytes = server.to_vec();
        tokio::spawn(async move {
            theirs.write_all(&bytes).await?;
            std::future::pending::<std::io::Result<()>>().await
        });
        over(Box::new(ours))
    }

    pub(in crate::postgres) fn over(io: Box<dyn wire::Io>) -> Session {
        Session::over(
            Opened {
                wire: Wire::new(io),
                greeting: Greeting::default(),
                host: Host {
                    place: Place::Socket("/".into()),
                    port: 5432,
                },
            },
            &Settings::default(),
        )
    }

    pub(in crate::postgres) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
        let mut out = bytes::BytesMut::new();
        wire::put(&mut out, tag, &[body]).unwrap();
        out.to_vec()
    }

    fn described(name: &str) -> Vec<u8> {
        message(b'T', &[&[0, 1], name.as_bytes(), &[0; 19]].concat())
    }

    #[tokio::test]
    async fn gives_the_last_result_set_and_bytes_that_are_no_text() {
        let server = [
            described("a"),
            message(b'D', b"\0\x01\0\0\0\x01x"),
            message(b'C', b"SELECT 1\0"),
            described("b"),
            message(b'D', b"\0\x01\0\0\0\x02\xff\xfe"),
            message(b'D', b"\0\x01\xff\xff\xff\xff"),
            message(b'C', b"SELECT 2\0"),
            message(b'Z', b"I"),
        ]
        .concat();
        let rows = session(&server).query(b"SELECT").await.unwrap();
        assert_eq!(rows.columns(), ["b"]);
        let values: Vec<_> = rows.iter().map(|row| row.opt_owned("b").unwrap()).collect();
        assert_eq!(values, [Some(BString::from(b"\xff\xfe".to_vec())), None]);
    }

    #[tokio::test]
    async fn an_error_leaves_the_session_ready() {
        let server = [
            message(
                b'E',
                b"SERROR\0C42P01\0Mrelation \"x\" does not exist\0P15\0\0",
            ),
            message(b'Z', b"E"),
            message(b'C', b"ROLLBACK\0"),
            message(b'Z', b"I"),
        ]
        .concat();
        let mut session = session(&server);
        let error = session.query_for("cannot look", b"x").await.unwrap_err();
        assert_eq!(
            error.line(),
            "cannot look: relation \"x\" does not exist at character 15 (42P01)"
        );
        assert!(session.in_transaction());
        session.execute(b"ROLLBACK").await.unwrap();
        assert!(!session.in_transaction());
    }

    #[tokio::test]
    async fn a_row_of_another_shape_is_hostile() {
        let server = [described("a"), message(b'D', b"\0\0")].concat();
        let error = session(&server).query(b"SELECT").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Hostile);
    }

    #[tokio::test]
    async fn a_session_left_half_way_is_not_used_again() {
        let mut session = session(&described("a"));
        let wait = Duration::from_millis(20);
        let cut = tokio::time::timeout(wait, session.query(b"SELECT 1")).await;
        assert!(cut.is_err());
        let error = session.query(b"SELECT 1").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Connect);
    }

    #[tokio::test]
    async fn what_was_put_off_fails_with_the_statement_that_follows() {
        let server = [
            message(b'C', b"START TRANSACTION\0"),
            message(b'Z', b"T"),
            message(b'E', b"SERROR\0C42501\0Mnot yours\0\0"),
            message(b'Z', b"E"),
            message(b'C', b"ROLLBACK\0"),
            message(b'Z', b"I"),
            message(b'C', b"SELECT 1\0"),
            message(b'Z', b"I"),
        ]
        .concat();
        let mut session = session(&server);
        session
            .put_off("cannot begin", b"START TRANSACTION")
            .unwrap();
        session.put_off("cannot record", b"INSERT").unwrap();
        let error = session.execute(b"COMMIT").await.unwrap_err();
        assert_eq!(error.line(), "cannot record: not yours (42501)");
        // All answers were read: the next one is the next statement's.
        session.execute(b"SELECT 1").await.unwrap();
        assert!(!session.in_transaction());
    }

    #[tokio::test]
    async fn rows_are_not_sent_where_what_was_put_off_fails() {
        let server = [
            message(b'E', b"SERROR\0C42501\0Mnot yours\0\0"),
            message(b'Z', b"E"),
            message(b'G', b"\0\0\0"),
            message(b'E', b"SERROR\0C57014\0MCOPY failed\0\0"),
            message(b'Z', b"E"),
        ]
        .concat();
        let mut session = session(&server);
        session.put_off("cannot empty", b"TRUNCATE").unwrap();
        let error = session.copy_in("rows", b"COPY").await.unwrap_err();
        assert_eq!(error.line(), "cannot empty: not yours (42501)");
    }

    #[tokio::test]
    async fn a_copy_goes_with_its_rows() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let mut session = over(Box::new(ours));
        session.copy_in("rows", b"COPY t").await.unwrap();
        session.copy_in_data("rows", b"1\n").await.unwrap();
        let answer = [
            message(b'G', b"\0\0\0"),
            message(b'C', b"COPY 1\0"),
            message(b'Z', b"I"),
        ];
        theirs.write_all(&answer.concat()).await.unwrap();
        session.copy_in_end("rows", 1).await.unwrap();
        let mut sent = vec![0; 128];
        let length = theirs.read(&mut sent).await.unwrap();
        let expected = [
            message(b'Q', b"COPY t\0"),
            message(b'd', b"1\n"),
            message(b'c', b""),
        ];
        assert_eq!(sent[..length], expected.concat());
    }

    #[tokio::test]
    async fn no_nul_bytes_in_statements() {
        let error = session(b"").query(b"SELECT '\0'").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
    }
}
