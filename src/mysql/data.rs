//! A table's rows as whole `INSERT` statements in frames.
//!
//! A frame begins with `SET NAMES binary`, so that the bytes of every character set arrive as they
//! are (or with introducers before all strings, where the server can't read the table so), and ends with the script's own `SET NAMES utf8mb4`: frames stand in any order, and tables'
//! definitions before and after them.

use crate::archive::frame::{FrameBuilder, FrameSink};
use crate::error::{Error, Kind, Result};
use crate::mysql::insert::{RowEncoder, STATEMENT};
use crate::mysql::pieces::Pieces;
use crate::mysql::refusal;
use crate::mysql::session::Session;
use crate::mysql::versions::{self, Clock};
use crate::mysql::wire::connection::Next;
use crate::mysql::wire::packets::Parts;
use crate::mysql::wire::reply::{Column, Reader};
use crate::plan::entry::{DataRef, Method, Range, Slice};

/// What the smaller of the flavours' default packet limits takes (MariaDB's).
const PACKET: usize = 16 << 20;

const HEAD: &[u8] = b"SET NAMES binary;\n";
/// Of tables whose strings all have introducers.
const CHARACTERS_HEAD: &[u8] = b"SET NAMES utf8mb4;\n";
const TAIL: &[u8] = b";\nSET NAMES utf8mb4;\n";

/// A row's two times are no longer than this, in bytes.
const TIMES: usize = 64;

/// How much goes into one statement, and what a row may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The size at which a statement ends.
    statement: usize,
    /// What a server takes.
    packet: usize,
}

impl Limits {
    /// For a server that takes packets of this size; unknown: the flavours' smaller default.
    #[must_use]
    pub fn new(packet: Option<u64>) -> Self {
        let packet = packet.map_or(PACKET, |bytes| usize::try_from(bytes).unwrap_or(PACKET));
        Self {
            // a row's literals can be twice its size and more
            statement: STATEMENT.min(packet / 4),
            packet,
        }
    }
}

/// What became of a slice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Streamed {
    /// Its rows.
    pub rows: u64,
    /// The length of its longest row, where that is more than a server takes.
    pub oversized: Option<usize>,
}

/// What the slice's rows are asked for with.
pub fn statement(slice: &Slice) -> Result<Vec<u8>> {
    select(&slice.data, &slice.range)
}

/// Streams the slice's rows. Nothing is held but the frame that is filled.
pub async fn stream<S: FrameSink>(
    session: &mut Session,
    slice: &Slice,
    sink: &mut S,
    (frame_limit, limits): (usize, Limits),
) -> Result<Streamed> {
    if !matches!(
        slice.data.method,
        Method::Rows | Method::CharacterRows | Method::Versions(_)
    ) {
        return Err(Error::new(Kind::Internal, "MySQL has rows only"));
    }
    session.as_stored().await?;
    stream_rows(session, slice, sink, (frame_limit, limits)).await
}

async fn stream_rows<S: FrameSink>(
    session: &mut Session,
    slice: &Slice,
    sink: &mut S,
    (frame_limit, limits): (usize, Limits),
) -> Result<Streamed> {
    let sql = statement(slice)?;
    let columns = session.begin(&sql).await?;
    let mut statements = Statements::new(&slice.data, &columns, limits);
    let mut frames = FrameBuilder::new(
        sink,
        statements.opening.to_vec(),
        statements.tail(),
        frame_limit,
    );
    loop {
        let rows = statements.arrived(session, frames.buffer(), frame_limit)?;
        statements.before_cut(frames.buffer(), frame_limit)?;
        frames.rows(rows).await?;
        if rows > 0 {
            continue;
        }
        match session.row(&sql).await? {
            Next::End(_) => break,
            Next::Row(row) => statements.write(row, frames.buffer())?,
            Next::Parts(parts) => statements.write_parts(parts, frames.buffer()).await?,
        }
        statements.before_cut(frames.buffer(), frame_limit)?;
        frames.rows(1).await?;
    }
    statements.before_cut(frames.buffer(), 0)?;
    Ok(Streamed {
        rows: frames.finish().await?,
        oversized: statements.oversized,
    })
}

/// Cuts rows into statements.
struct Statements {
    encoder: RowEncoder,
    /// What each frame begins with.
    opening: &'static [u8],
    head: Vec<u8>,
    /// Where the open statement begins in the frame.
    start: usize,
    /// Where the open row begins in the frame.
    row: usize,
    limits: Limits,
    oversized: Option<usize>,
    /// Of rows that come with their times.
    clock: Option<Clock>,
}

impl Statements {
    fn new(data: &DataRef, columns: &[Column], limits: Limits) -> Self {
        let clock = match &data.method {
            Method::Versions(versions) => Some(Clock::new(data, versions)),
            _ => None,
        };
        let times = if clock.is_some() { 2 } else { 0 };
        let encoder = RowEncoder::new(data, columns.get(times..).unwrap_or_default());
        Self {
            opening: match (clock.is_some(), encoder.wants_characters()) {
                (false, false) => HEAD,
                (false, true) => CHARACTERS_HEAD,
                (true, false) => versions::HEAD,
                (true, true) => versions::CHARACTERS_HEAD,
            },
            encoder,
            head: insert_head(data),
            start: 0,
            row: 0,
            limits,
            oversized: None,
            clock,
        }
    }

    /// What each frame ends with.
    fn tail(&self) -> &'static [u8] {
        match self.clock {
            Some(_) => versions::TAIL,
            None => TAIL,
        }
    }

    /// Rows that go again go before their frame ends.
    fn before_cut(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<()> {
        match &mut self.clock {
            Some(clock) if out.len() >= limit => clock.close(out),
            _ => Ok(()),
        }
    }

    /// Writes the rows that have arrived, up to a frame's limit: no wait for each of them.
    fn arrived(&mut self, session: &mut Session, out: &mut Vec<u8>, limit: usize) -> Result<u64> {
        let mut rows = 0;
        while out.len() < limit
            && let Some(row) = session.ready_row()
        {
            self.write(row, out)?;
            rows += 1;
        }
        Ok(rows)
    }

    #[inline]
    fn write(&mut self, mut row: Reader<'_>, out: &mut Vec<u8>) -> Result<()> {
        if !self.turn(&mut row, out)? {
            self.before_row(row.0.len(), out);
        }
        if let Some(clock) = &mut self.clock {
            clock.note(Reader(row.0))?;
        }
        self.encoder.row(row, out)?;
        self.after_row(out);
        Ok(())
    }

    /// A large row, while it comes.
    async fn write_parts(&mut self, mut parts: Parts<'_>, out: &mut Vec<u8>) -> Result<()> {
        // of a row that comes with its times, these are at its beginning
        let mut begun = Vec::new();
        while self.clock.is_some() && begun.len() < TIMES {
            match parts.next().await.map_err(refusal::lost)? {
                [] => break,
                piece => begun.extend_from_slice(piece),
            }
        }
        let mut row = Reader(&begun);
        if !self.turn(&mut row, out)? {
            self.before_row(self.limits.statement, out);
        }
        if let Some(clock) = &mut self.clock {
            clock.unknown();
        }
        let mut pieces = Pieces::new(&self.encoder);
        pieces.piece(row.0, out)?;
        loop {
            match parts.next().await.map_err(refusal::lost)? {
                [] => break,
                piece => pieces.piece(piece, out)?,
            }
        }
        pieces.end(out)?;
        self.after_row(out);
        Ok(())
    }

    /// Where rows of other times begin with this one, begins a statement for them: `true`.
    fn turn(&mut self, row: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<bool> {
        let fresh = out.len() == self.opening.len();
        let Some(clock) = &mut self.clock else {
            return Ok(false);
        };
        let turned = clock.turn(row, fresh, out)?;
        if turned {
            self.start = out.len();
            out.extend_from_slice(&self.head);
            self.row = out.len();
        }
        Ok(turned)
    }

    /// Begins a statement, or goes on with the open one, for a row of about `size` bytes.
    fn before_row(&mut self, size: usize, out: &mut Vec<u8>) {
        let fresh = out.len() == self.opening.len();
        if fresh || out.len() - self.start + size > self.limits.statement {
            if !fresh {
                out.extend_from_slice(b";\n");
            }
            self.start = out.len();
            out.extend_from_slice(&self.head);
        } else {
            out.extend_from_slice(b",\n");
        }
        self.row = out.len();
    }

    /// Notes a row that a server may refuse.
    fn after_row(&mut self, out: &[u8]) {
        let length = out.len() - self.row + self.head.len();
        if length >= self.limits.packet {
            self.oversized = self.oversized.max(Some(length));
        }
    }
}

/// `INSERT INTO t (a, b) VALUES` and a line's end.
fn insert_head(data: &DataRef) -> Vec<u8> {
    let mut out = b"INSERT INTO ".to_vec();
    out.extend_from_slice(&data.into);
    out.extend_from_slice(b" (");
    for (at, column) in data.columns.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(&column.name);
    }
    out.extend_from_slice(b") VALUES\n");
    out
}

/// The statement that reads the slice.
fn select(data: &DataRef, range: &Range) -> Result<Vec<u8>> {
    let mut out = b"SELECT ".to_vec();
    if let Method::Versions(versions) = &data.method {
        versions::read(versions, &mut out);
    }
    for (at, column) in data.columns.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(&column.read);
    }
    if data.columns.is_empty() {
        out.push(b'1');
    }
    out.extend_from_slice(b" FROM ");
    out.extend_from_slice(&data.table);
    if matches!(range, Range::Condition(_)) {
        // a piece of many is still a large part of the table, which tempts to read all of it
        out.extend_from_slice(b" FORCE INDEX (PRIMARY)");
    }
    let range = match range {
        Range::Whole => None,
        Range::Condition(condition) => Some(condition),
        Range::Blocks(..) => return Err(Error::new(Kind::Internal, "MySQL has no heap blocks")),
    };
    let conditions = [data.filter.as_ref(), range];
    for (at, condition) in conditions.into_iter().flatten().enumerate() {
        out.extend_from_slice(if at == 0 { b" WHERE (" } else { b" AND (" });
        out.extend_from_slice(condition);
        out.push(b')');
    }
    if let Method::Versions(versions) = &data.method {
        versions::order(versions, &mut out);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;
    use crate::plan::entry::{DataColumn, ValueForm};

    fn data(columns: &[(&str, &str)]) -> DataRef {
        let columns = columns.iter().map(|(name, read)| DataColumn {
            name: (*name).into(),
            read: (*read).into(),
            form: ValueForm::Text,
        });
        DataRef {
            table: "`d`.`t`".into(),
            into: "`t`".into(),
            columns: columns.collect(),
            filter: None,
            method: Method::Rows,
            bytes: 0,
            rows: 0,
            blocks: 0,
            key: 0,
        }
    }

    #[test]
    fn columns_are_named_and_read_by_their_expressions() {
        let mut data = data(&[("`a`", "`a`"), ("`f`", "`f`*1e0")]);
        assert_eq!(insert_head(&data), b"INSERT INTO `t` (`a`, `f`) VALUES\n");
        let sql = |data: &DataRef, range| String::from_utf8(select(data, &range).unwrap()).unwrap();
        assert_eq!(sql(&data, Range::Whole), "SELECT `a`, `f`*1e0 FROM `d`.`t`");
        data.filter = Some("a > 1 OR 1".into());
        assert_eq!(
            sql(&data, Range::Condition("a < 9".into())),
            "SELECT `a`, `f`*1e0 FROM `d`.`t` FORCE INDEX (PRIMARY) WHERE (a > 1 OR 1) AND (a < 9)"
        );
        data = self::data(&[]);
        assert_eq!(sql(&data, Range::Whole), "SELECT 1 FROM `d`.`t`");
        assert_eq!(insert_head(&data), b"INSERT INTO `t` () VALUES\n");
    }

    #[test]
    fn a_large_row_stands_alone() {
        let mut statements = Statements {
            head: b"I ".to_vec(),
            ..Statements::new(&data(&[]), &[], Limits::new(None))
        };
        let mut out = HEAD.to_vec();
        for size in [1, 1, STATEMENT, 1] {
            statements.before_row(size, &mut out);
            out.resize(out.len() + size, b'x');
        }
        let text = String::from_utf8(out).unwrap();
        let text = text.replace(&"x".repeat(STATEMENT), "X");
        assert_eq!(text, "SET NAMES binary;\nI x,\nx;\nI X;\nI x");
    }
}
