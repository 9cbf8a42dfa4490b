//! A connection that is logged in: commands and their answers, row by row, nothing kept.

use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream, UnixStream, lookup_host};

use crate::error::{Error, Kind, Result};
use crate::mysql::refusal;
use crate::mysql::settings::{Place, Settings, TlsMode};
use crate::mysql::wire::auth::{self, Login};
use crate::mysql::wire::greeting::{self, Greeting, capability};
use crate::mysql::wire::packets::{Io, Packets, Parts, Payload};
use crate::mysql::wire::reply::{self, Column, Done, Reader, nonsense};
use crate::mysql::wire::tls;
use crate::sql::rows::{Row, Rows};

/// More columns than any server allows in a result.
const COLUMNS: u64 = 65_535;

/// A connection that is logged in.
#[derive(Debug)]
pub struct Connection {
    packets: Packets,
    capabilities: u32,
    id: u32,
    tls: bool,
    /// Rows of the last statement were not read to their end, or those of a file not all sent.
    open: bool,
    /// So many statements were sent and not answered.
    unanswered: usize,
}

/// What a statement gives first.
#[derive(Debug)]
pub enum Answer {
    /// No rows.
    Done(Done),
    /// Rows of these columns, to be read with [`Connection::row`].
    Rows(Vec<Column>),
}

/// One row, or the end of them.
#[derive(Debug)]
pub enum Next<'a> {
    /// A row's values, one after the other.
    Row(Reader<'a>),
    /// A row of 16 MiB and more.
    Parts(Parts<'a>),
    /// There are no more.
    End(Done),
}

impl Connection {
    /// Connects and logs in, within the settings' time limit. `infile`: for [`Self::load_begin`].
    pub async fn open(settings: &Settings, infile: bool) -> Result<Self> {
        let limit = settings.connect_timeout;
        let opened = tokio::time::timeout(limit, Self::log_in(settings, infile)).await;
        let opened = opened.unwrap_or_else(|_| Err(too_slow(limit)));
        opened.map_err(|error| error.while_(format!("connecting to {}", settings.place)))
    }

    async fn log_in(settings: &Settings, infile: bool) -> Result<Self> {
        let mut packets = Packets::new(dial(&settings.place).await?);
        let greeting = Greeting::parse(packets.read().await.map_err(refusal::lost)?)?;
        let tls = wants_tls(settings, &greeting)?;
        let database = settings.database.as_deref();
        let compression = greeting.compression(&settings.compression)?;
        let capabilities = greeting.agreed(tls, database.is_some())
            | compression.map_or(0, greeting::flag)
            | if infile { greeting.local_files() } else { 0 };
        if tls {
            packets = secured(packets, settings, capabilities).await?;
        }
        let login = Login {
            settings,
            private: tls || matches!(settings.place, Place::Socket(_)),
        };
        let (plugin, answer) = opening(login, &greeting)?;
        let response = greeting::response(capabilities, &settings.user, &answer, database, plugin);
        packets.write(&response, b"").await.map_err(refusal::lost)?;
        auth::converse(&mut packets, login, plugin, &greeting.scramble).await?;
        if let Some(method) = compression {
            let (io, _) = packets.into_io().map_err(refusal::lost)?;
            packets = Packets::compressed(io, method);
        }
        Ok(Self {
            packets,
            capabilities,
            id: greeting.id,
            tls,
            open: false,
            unanswered: 0,
        })
    }

    /// The connection's number on the server, for KILL.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether TLS is on.
    #[must_use]
    pub fn tls(&self) -> bool {
        self.tls
    }

    /// Runs a statement. Its rows must be read to their end before the next one.
    pub async fn query(&mut self, sql: &[u8]) -> Result<Answer> {
        if self.is_busy() {
            let message = "a statement was begun before the rows of the last one were read";
            return Err(Error::new(Kind::Internal, message));
        }
        self.packets.begin();
        let sent = self.packets.write(b"\x03", sql).await;
        // a server that refuses a packet for its size answers and closes without reading it all
        let answer = self.answer(sql).await;
        match (sent, answer) {
            (Err(error), Err(other)) if other.server_code().is_none() => Err(refusal::lost(error)),
            (_, answer) => answer,
        }
    }

    async fn answer(&mut self, sql: &[u8]) -> Result<Answer> {
        let payload = self.packets.read().await.map_err(refusal::lost)?;
        match payload.first() {
            Some(0x00) => Ok(Answer::Done(reply::done(payload)?)),
            Some(0xff) => Err(refusal::of_statement(sql, reply::refusal(payload))),
            Some(0xfb) => Err(Error::new(
                Kind::Hostile,
                "the server asked for a file of this machine (LOCAL INFILE)",
            )),
            _ => {
                let count = Reader(payload).number()?;
                self.columns(count).await.map(Answer::Rows)
            }
        }
    }

    async fn columns(&mut self, count: u64) -> Result<Vec<Column>> {
        if count == 0 || count > COLUMNS {
            return Err(nonsense("a result without columns"));
        }
        let mut columns = Vec::new();
        for _ in 0..count {
            let payload = self.packets.read().await.map_err(refusal::lost)?;
            columns.push(reply::column(payload)?);
        }
        if self.capabilities & capability::DEPRECATE_EOF == 0 {
            self.packets.read().await.map_err(refusal::lost)?;
        }
        self.open = true;
        Ok(columns)
    }

    /// The next row of the statement; `sql` is for the error.
    pub async fn row(&mut self, sql: &[u8]) -> Result<Next<'_>> {
        let modern = self.capabilities & capability::DEPRECATE_EOF != 0;
        let payload = match self.packets.payload().await.map_err(refusal::lost)? {
            Payload::Whole(payload) => payload,
            Payload::Parts(parts) => return Ok(Next::Parts(parts)),
        };
        match payload.first() {
            Some(0xff) => {
                self.open = false;
                Err(refusal::of_statement(sql, reply::refusal(payload)))
            }
            Some(0xfe) if modern => {
                self.open = false;
                Ok(Next::End(reply::done(payload)?))
            }
            Some(0xfe) if payload.len() < 9 => {
                self.open = false;
                Ok(Next::End(reply::old_end(payload)?))
            }
            _ => Ok(Next::Row(Reader(payload))),
        }
    }

    /// The next row, where it has arrived; the end of rows and errors are left to [`Self::row`].
    #[inline]
    pub fn ready_row(&mut self) -> Option<Reader<'_>> {
        self.packets.ready(|first| first < 0xfe).map(Reader)
    }

    /// Runs a statement and gives the rows of its first result set, and what the last one said.
    pub async fn run(&mut self, sql: &[u8]) -> Result<(Rows, Done)> {
        let answer = self.query(sql).await?;
        self.finish(sql, answer).await
    }

    /// The same from where the answer has begun.
    pub async fn finish(&mut self, sql: &[u8], answer: Answer) -> Result<(Rows, Done)> {
        let (rows, mut done) = self.collect(sql, answer).await?;
        while done.more() {
            let answer = self.answer(sql).await?;
            (_, done) = self.collect(sql, answer).await?;
        }
        Ok((rows, done))
    }

    /// Runs a statement with one result set and gives each of its rows to `take`.
    pub async fn each(
        &mut self,
        sql: &[u8],
        mut take: impl FnMut(Row<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        let Answer::Rows(columns) = self.query(sql).await? else {
            return Ok(());
        };
        let mut rows = Rows::new(columns.iter().map(Column::label).collect());
        let mut taken = Ok(());
        loop {
            match self.row(sql).await? {
                Next::End(_) => return taken,
                Next::Row(reader) => rows.push(values(&columns, reader)?)?,
                Next::Parts(parts) => {
                    let row = parts.join().await.map_err(refusal::lost)?;
                    rows.push(values(&columns, Reader(&row))?)?;
                }
            }
            // the session goes on behind the last row, whatever becomes of those before
            if let (Ok(()), Some(row)) = (&taken, rows.first()) {
                taken = take(row);
            }
            rows.clear();
        }
    }

    async fn collect(&mut self, sql: &[u8], answer: Answer) -> Result<(Rows, Done)> {
        let columns = match answer {
            Answer::Done(done) => return Ok((Rows::default(), done)),
            Answer::Rows(columns) => columns,
        };
        let mut rows = Rows::new(columns.iter().map(Column::label).collect());
        loop {
            match self.row(sql).await? {
                Next::End(done) => return Ok((rows, done)),
                Next::Row(reader) => rows.push(values(&columns, reader)?)?,
                Next::Parts(parts) => {
                    let row = parts.join().await.map_err(refusal::lost)?;
                    rows.push(values(&columns, Reader(&row))?)?;
                }
            }
        }
    }

    /// Whether statements can be sent before those before them are answered. In the compressed protocol the
    /// packets of both ways are counted together.
    #[must_use]
    pub fn may_pipeline(&self) -> bool {
        !self.packets.is_compressed()
    }

    /// Sends statements, each of less than 16 MiB, whose answers are for [`Self::answer_to`], one after the other. More may be
    /// sent before that.
    pub async fn send(&mut self, statements: &[impl AsRef<[u8]>]) -> Result<()> {
        self.unanswered += statements.len();
        let sent = self.packets.write_all(b'\x03', statements).await;
        sent.map_err(refusal::lost)
    }

    /// The answer to the first of the sent statements that has none yet; `sql` is for the error.
    pub async fn answer_to(&mut self, sql: &[u8]) -> Result<Answer> {
        if self.open || self.unanswered == 0 {
            let message = "an answer was read before the rows of the last one, or to nothing";
            return Err(Error::new(Kind::Internal, message));
        }
        self.unanswered -= 1;
        self.packets.begin_answer();
        self.answer(sql).await
    }

    /// Runs a `LOAD DATA LOCAL`, up to where the server asks for its file. No file is ever read: what is sent
    /// is what [`Self::load_data`] is given, and only after a statement that was run by this.
    pub async fn load_begin(&mut self, sql: &[u8]) -> Result<()> {
        if self.is_busy() {
            let message = "a file was begun before the rows of the last statement were read";
            return Err(Error::new(Kind::Internal, message));
        }
        self.packets.begin();
        let sent = self.packets.write(b"\x03", sql).await;
        sent.map_err(refusal::lost)?;
        let payload = self.packets.read().await.map_err(refusal::lost)?;
        match payload.first() {
            Some(0xfb) => self.open = true,
            Some(0xff) => return Err(refusal::of_statement(sql, reply::refusal(payload))),
            _ => return Err(nonsense("no answer to LOAD DATA")),
        }
        Ok(())
    }

    /// Sends a part of the file: not nothing, which would be its end.
    pub async fn load_data(&mut self, data: &[u8]) -> Result<()> {
        if data.is_empty() {
            return Ok(());
        }
        let sent = self.packets.write(b"", data).await;
        sent.map_err(refusal::lost)
    }

    /// Ends the file.
    pub async fn load_end(&mut self, sql: &[u8]) -> Result<Done> {
        let sent = self.packets.write(b"", b"").await;
        sent.map_err(refusal::lost)?;
        self.open = false;
        match self.answer(sql).await? {
            Answer::Done(done) => Ok(done),
            Answer::Rows(_) => Err(nonsense("rows in answer to LOAD DATA")),
        }
    }

    fn is_busy(&self) -> bool {
        self.open || self.unanswered > 0
    }

    /// Says goodbye.
    pub async fn close(mut self) -> Result<()> {
        if self.is_busy() {
            // nobody wants the rest: the server notices
            return Ok(());
        }
        self.packets.begin();
        self.packets
            .write(b"\x01", b"")
            .await
            .map_err(refusal::lost)?;
        // the server may be faster in closing
        let _ = self.packets.shutdown().await;
        Ok(())
    }
}

fn values<'a>(columns: &[Column], mut row: Reader<'a>) -> Result<Vec<Option<&'a [u8]>>> {
    let values = columns.iter().map(|_| row.value());
    let values = values.collect::<Result<_>>()?;
    row.end()?;
    Ok(values)
}

fn too_slow(limit: Duration) -> Error {
    let message = format!("no answer within {} s", limit.as_secs());
    Error::new(Kind::Connect, message).hint("Check host and port, or raise connect-timeout.")
}

/// The plugin to begin with. One that the server prefers but that we lack is left to its switch.
fn opening<'a>(login: Login<'_>, greeting: &'a Greeting) -> Result<(&'a str, Vec<u8>)> {
    match greeting.plugin.as_str() {
        plugin @ ("mysql_native_password" | "caching_sha2_password") => {
            Ok((plugin, login.first_answer(plugin, &greeting.scramble)?))
        }
        _ => {
            let plugin = "mysql_native_password";
            Ok((plugin, login.first_answer(plugin, &greeting.scramble)?))
        }
    }
}

fn wants_tls(settings: &Settings, greeting: &Greeting) -> Result<bool> {
    match settings.tls.mode {
        TlsMode::Disabled => Ok(false),
        TlsMode::Preferred => Ok(greeting.tls() && matches!(settings.place, Place::Tcp(..))),
        _ if greeting.tls() => Ok(true),
        _ => Err(
            Error::new(Kind::Connect, "TLS is demanded, but the server has none")
                .hint("Give the server a certificate, or set ssl-mode=PREFERRED."),
        ),
    }
}

async fn secured(mut packets: Packets, settings: &Settings, capabilities: u32) -> Result<Packets> {
    let request = greeting::tls_request(capabilities);
    packets.write(&request, b"").await.map_err(refusal::lost)?;
    let (io, sequence) = packets.into_io().map_err(refusal::lost)?;
    let io = tls::wrap(io, &settings.tls, &settings.place).await?;
    Ok(Packets::resumed(io, sequence))
}

/// Opens the byte stream.
async fn dial(place: &Place) -> Result<Box<dyn Io>> {
    let refused = |error: std::io::Error| {
        Error::new(Kind::Connect, format!("cannot connect to {place}"))
            .cause(error)
            .hint("Is the server running, and does it listen there?")
    };
    match place {
        Place::Socket(path) => Ok(Box::new(UnixStream::connect(path).await.map_err(refused)?)),
        Place::Tcp(host, port) => Ok(Box::new(dial_tcp(host, *port).await.map_err(refused)?)),
    }
}

/// Each address of the name in turn.
async fn dial_tcp(host: &str, port: u16) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::other("the name has no address");
    for address in lookup_host((host, port)).await? {
        let socket = match address {
            std::net::SocketAddr::V4(_) => TcpSocket::new_v4()?,
            std::net::SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // a peer that vanished while we wait for a lock is noticed
        socket.set_keepalive(true)?;
        socket.set_nodelay(true)?;
        match socket.connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}
