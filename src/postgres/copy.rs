//! COPY, both ways. Rows go from the read buffer straight to where they are wanted, and are checked
//! on the way: what a harmless server never sends, would end the data early in a script. They are
//! text there, whether they come as text or in binary (`copy_binary`).
//! Text format: PostgreSQL manual, "COPY", "File Formats".

use memchr::{memchr_iter, memchr3};
use postgres_protocol::message::backend::{COPY_DATA_TAG, Message};

use super::binary_value::Form;
use super::copy_binary::BinaryRows;
use super::failure::DbError;
use super::session::Session;
use super::wire::{self, HEADER, hostile};
use crate::error::{Error, Kind, Result};

/// The most that goes into one CopyData message to the server, in bytes.
const MESSAGE_BYTES: usize = 64 << 10;

/// How much is gathered before it is sent, in bytes.
pub(super) const SEND_BYTES: usize = 256 << 10;

/// A `COPY … TO STDOUT` that runs. Let go before its end, it leaves the session unusable.
pub struct CopyOut<'a> {
    session: &'a mut Session,
    doing: String,
    /// What is left of a message that has not arrived whole, in bytes.
    left: usize,
    coming: Coming,
    rows: u64,
}

/// The form in which rows come.
enum Coming {
    Text(Lines),
    Binary(BinaryRows),
}

/// What [`CopyOut::read`] came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many whole rows were appended, and there may be more.
    Rows(u64),
    /// So many whole rows were appended, and that was the end.
    End(u64),
}

enum Next {
    Bytes,
    Enough,
    Message,
}

impl Session {
    /// Begins a `COPY … TO STDOUT` in text format. `doing` begins the errors' text.
    pub async fn copy_out(&mut self, doing: &str, sql: &[u8]) -> Result<CopyOut<'_>> {
        self.copy_from(doing, sql, Coming::Text(Lines::default()))
            .await
    }

    /// Begins a `COPY … TO STDOUT (FORMAT binary)` of columns of these forms; its rows become text.
    pub(super) async fn copy_out_binary(
        &mut self,
        doing: &str,
        sql: &[u8],
        forms: Vec<Form>,
    ) -> Result<CopyOut<'_>> {
        self.copy_from(doing, sql, Coming::Binary(BinaryRows::new(forms)))
            .await
    }

    async fn copy_from(&mut self, doing: &str, sql: &[u8], coming: Coming) -> Result<CopyOut<'_>> {
        self.begin_copy(sql).await?;
        let format = match coming {
            Coming::Text(_) => 0,
            Coming::Binary(_) => 1,
        };
        match self.message().await? {
            Message::CopyOutResponse(body) if body.format() == format => {}
            Message::CopyOutResponse(_) => return Err(hostile("it copies in another format")),
            Message::ErrorResponse(body) => {
                return self.failed(doing, DbError::read(body.fields())).await;
            }
            _ => return Err(wire::broken()),
        }
        Ok(CopyOut {
            session: self,
            doing: doing.to_owned(),
            left: 0,
            coming,
            rows: 0,
        })
    }

    /// Reads on until the server is ready again, and gives the error.
    pub(super) async fn failed<T>(&mut self, doing: &str, error: DbError) -> Result<T> {
        // A server that ends the session for it says nothing more.
        if !matches!(error.severity.as_str(), "FATAL" | "PANIC") {
            while !matches!(self.message().await?, Message::ReadyForQuery(_)) {}
        }
        Err(error.into_error(doing))
    }

    /// Begins a `COPY … FROM STDIN`. Where nothing else goes with it, it is sent with the first rows: a small
    /// table takes one way to the server and back. What the server has against it is then the error of
    /// [`Self::copy_in_data`] or [`Self::copy_in_end`], with the same words; it takes none of the rows.
    pub async fn copy_in(&mut self, doing: &str, sql: &[u8]) -> Result<()> {
        if self.put_copy(sql)? {
            return Ok(());
        }
        self.send(sql).await?;
        self.copy_begun(doing).await
    }

    async fn copy_begun(&mut self, doing: &str) -> Result<()> {
        match self.message().await? {
            Message::CopyInResponse(_) => Ok(()),
            Message::ErrorResponse(body) => self.failed(doing, DbError::read(body.fields())).await,
            _ => {
                while !matches!(self.message().await?, Message::ReadyForQuery(_)) {}
                Err(Error::new(Kind::Server, doing).cause("the statement takes no rows"))
            }
        }
    }

    /// Sends rows: any part of them.
    pub async fn copy_in_data(&mut self, doing: &str, data: &[u8]) -> Result<()> {
        for part in data.chunks(MESSAGE_BYTES) {
            wire::put(self.wire.outgoing(), COPY_DATA_TAG, &[part])?;
            if self.wire.outgoing().len() >= SEND_BYTES {
                self.wire.flush().await?;
                if self.take_unanswered_copy() {
                    self.copy_begun(doing).await?;
                }
            }
        }
        Ok(())
    }

    /// Ends the rows. An error where the server took another number than these.
    pub async fn copy_in_end(&mut self, doing: &'static str, rows: u64) -> Result<()> {
        wire::put(self.wire.outgoing(), b'c', &[])?;
        if self.put_off_copy_end(doing, rows) {
            return self.send_much().await;
        }
        self.wire.flush().await?;
        if self.take_unanswered_copy() {
            return self.copied_all(doing, rows).await;
        }
        self.copied(doing, rows).await
    }

    /// The whole answer to a COPY that was sent with its rows.
    pub(super) async fn copied_all(&mut self, doing: &str, rows: u64) -> Result<()> {
        self.copy_begun(doing).await?;
        self.copied(doing, rows).await
    }

    async fn copied(&mut self, doing: &str, sent: u64) -> Result<()> {
        let mut rows = None;
        loop {
            match self.message().await? {
                Message::CommandComplete(body) => rows = copied(body.tag().unwrap_or_default()),
                Message::ErrorResponse(body) => {
                    return self.failed(doing, DbError::read(body.fields())).await;
                }
                Message::ReadyForQuery(_) => break,
                _ => return Err(wire::broken()),
            }
        }
        let took = rows.ok_or_else(wire::broken)?;
        if took == sent {
            return Ok(());
        }
        let what = format!("{sent} rows were sent and the server took {took}");
        Err(Error::new(Kind::Server, what))
    }

    /// Breaks the rows off: the server takes none of them.
    pub async fn copy_in_fail(&mut self) -> Result<()> {
        wire::put(self.wire.outgoing(), b'f', &[b"the client gave up\0"])?;
        self.wire.flush().await?;
        while !matches!(self.message().await?, Message::ReadyForQuery(_)) {}
        Ok(())
    }
}

impl CopyOut<'_> {
    /// Appends whole rows to `out` until it holds `limit` bytes or what has arrived is used up.
    pub async fn read(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<Step> {
        let before = self.rows;
        loop {
            match self.take(out, limit)? {
                Next::Bytes => self.session.wire.fill().await?,
                Next::Enough => return Ok(Step::Rows(self.rows - before)),
                Next::Message => {
                    if self.other_message().await? {
                        return Ok(Step::End(self.rows - before));
                    }
                }
            }
        }
    }

    /// Moves what has arrived to `out`, and checks it there in one go: rows may be short, and a
    /// search costs most where it begins.
    fn take(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<Next> {
        let before = out.len();
        let next = self.gather(out, limit)?;
        self.rows += match &mut self.coming {
            Coming::Text(lines) => lines.check(out.get(before..).unwrap_or_default())?,
            Coming::Binary(rows) => rows.take_rows(),
        };
        Ok(next)
    }

    fn gather(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<Next> {
        let mut rest = self.session.wire.arrived();
        let arrived = rest.len();
        let next = loop {
            if self.left == 0 {
                if out.len() >= limit {
                    break Next::Enough;
                }
                match wire::header(rest)? {
                    None => break Next::Bytes,
                    Some(header) if header.tag != COPY_DATA_TAG => break Next::Message,
                    Some(header) => self.left = header.body,
                }
                rest = rest.get(HEADER..).unwrap_or_default();
            }
            let (part, after) = rest.split_at(self.left.min(rest.len()));
            rest = after;
            self.left -= part.len();
            let whole = match &mut self.coming {
                // a line's end that is escaped is no end, and refused where escapes are looked at
                Coming::Text(_) => {
                    out.extend_from_slice(part);
                    out.last().is_none_or(|last| *last == b'\n')
                }
                Coming::Binary(rows) => {
                    rows.feed(part, out)?;
                    rows.is_between_rows()
                }
            };
            if self.left > 0 {
                break Next::Bytes;
            }
            if !whole {
                return Err(hostile("a message of a COPY ends within a row"));
            }
        };
        let taken = arrived - rest.len();
        self.session.wire.take(taken);
        Ok(next)
    }

    /// Takes a message that is no row; whether it was the last.
    async fn other_message(&mut self) -> Result<bool> {
        match self.session.message().await? {
            Message::CopyDone => match &self.coming {
                Coming::Binary(rows) if !rows.has_ended() => {
                    Err(hostile("a binary COPY ends without saying so"))
                }
                _ => Ok(false),
            },
            Message::CommandComplete(body) => {
                let said = copied(body.tag().unwrap_or_default());
                if said != Some(self.rows) {
                    return Err(hostile(&format!(
                        "it sent {} rows and says it was {said:?}",
                        self.rows
                    )));
                }
                Ok(false)
            }
            Message::ReadyForQuery(_) => Ok(true),
            Message::ErrorResponse(body) => {
                let error = DbError::read(body.fields());
                self.session.failed(&self.doing, error).await
            }
            _ => Err(wire::broken()),
        }
    }
}

/// The number in `COPY 5`.
fn copied(tag: &str) -> Option<u64> {
    tag.strip_prefix("COPY ")?.parse().ok()
}

/// Where in a row we are.
#[derive(Debug, Default)]
struct Lines {
    /// After a backslash.
    escaped: bool,
}

impl Lines {
    /// Counts the rows that end in `part`. The server writes a backslash before `b f n r t v N` and
    /// the backslash only, never a bare carriage return: so `\.`, which ends the data, or anything
    /// else that COPY FROM would read otherwise, can't be in it. Two searches, one for what is rare
    /// and one that only counts, are both faster than one that stops at each row.
    #[inline]
    fn check(&mut self, part: &[u8]) -> Result<u64> {
        let mut rest = part;
        if self.escaped {
            rest = self.escape(rest)?;
        }
        while let Some(at) = memchr3(b'\\', b'\r', 0, rest) {
            let (_, from) = rest.split_at(at);
            rest = match from.split_first() {
                Some((b'\\', after)) => self.escape(after)?,
                Some((0, _)) => return Err(hostile("a row of a COPY holds a NUL byte")),
                _ => return Err(hostile("a row of a COPY holds a bare carriage return")),
            };
        }
        Ok(memchr_iter(b'\n', part).count() as u64)
    }

    /// What follows a backslash's letter.
    #[inline]
    fn escape<'a>(&mut self, rest: &'a [u8]) -> Result<&'a [u8]> {
        self.escaped = false;
        match rest.split_first() {
            None => {
                self.escaped = true;
                Ok(rest)
            }
            Some((b'\\' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'N', after)) => Ok(after),
            Some((b'.', _)) => Err(hostile("a row of a COPY holds the mark that ends the data")),
            Some(_) => Err(hostile("a row of a COPY holds an unknown escape")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use tokio::io::AsyncWriteExt;

    use super::*;
    use crate::postgres::session::tests::{message, session};

    const BEGIN: &[u8] = b"H\0\0\0\x09\0\0\x01\0\0";

    fn answer(rows: &[&[u8]], tag: &[u8]) -> Vec<u8> {
        let mut out = BEGIN.to_vec();
        for row in rows {
            out.extend(message(b'd', row));
        }
        out.extend(message(b'c', b""));
        out.extend(message(b'C', tag));
        out.extend(message(b'Z', b"I"));
        out
    }

    async fn copy(server: &[u8]) -> Result<(Vec<u8>, u64)> {
        let mut session = session(server);
        let mut copy = session
            .copy_out("cannot read t", b"COPY t TO STDOUT")
            .await?;
        let mut out = Vec::new();
        let mut total = 0;
        loop {
            match copy.read(&mut out, usize::MAX).await? {
                Step::Rows(rows) => total += rows,
                Step::End(rows) => return Ok((out, total + rows)),
            }
        }
    }

    #[tokio::test]
    async fn rows_come_as_they_are() {
        let rows: [&[u8]; 4] = [b"1\ta\\nb\n", b"\\N\t\\\\.\n", b"\n", b"2\t\xff\\\\\n"];
        let (out, count) = copy(&answer(&rows, b"COPY 4\0")).await.unwrap();
        assert_eq!(out, rows.concat());
        assert_eq!(count, 4);
    }

    #[tokio::test]
    async fn forged_rows_are_caught() {
        let forged: [&[u8]; 8] = [
            b"\\.\n",
            b"a\\.\n",
            b"a\n\\.\nDROP TABLE t;\n",
            b"a\r\n",
            b"a",
            b"a\\\n",
            b"a\\x41\n",
            b"a\0\n",
        ];
        for row in forged {
            let error = copy(&answer(&[b"x\n", row], b"COPY 2\0"))
                .await
                .unwrap_err();
            assert_eq!(error.kind(), Kind::Hostile, "{row:?}");
        }
    }

    #[tokio::test]
    async fn a_wrong_count_is_caught() {
        let error = copy(&answer(&[b"x\n"], b"COPY 2\0")).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Hostile);
    }

    #[tokio::test]
    async fn an_error_in_the_middle_is_an_error() {
        let mut server = BEGIN.to_vec();
        server.extend(message(b'd', b"x\n"));
        server.extend(message(b'E', b"SERROR\0C57014\0Mcancelled\0\0"));
        server.extend(message(b'Z', b"E"));
        let error = copy(&server).await.unwrap_err();
        assert_eq!(error.line(), "cannot read t: cancelled (57014)");
    }

    /// A row may arrive in pieces of any size.
    #[tokio::test]
    async fn pieces_of_rows_are_put_together() {
        let rows: [&[u8]; 2] = [b"1\ta\\\\b\\nc\n", b"\\\\\n"];
        let bytes = answer(&rows, b"COPY 2\0");
        let (ours, mut theirs) = tokio::io::duplex(1);
        tokio::spawn(async move { theirs.write_all(&bytes).await });
        let mut session = crate::postgres::session::tests::over(Box::new(ours));
        session.wire.outgoing().clear();
        let first = session.message().await.unwrap();
        assert!(matches!(first, Message::CopyOutResponse(_)));
        let mut copy = CopyOut {
            session: &mut session,
            doing: String::new(),
            left: 0,
            coming: Coming::Text(Lines::default()),
            rows: 0,
        };
        let mut out = Vec::new();
        assert_eq!(copy.read(&mut out, usize::MAX).await.unwrap(), Step::End(2));
        assert_eq!(out, rows.concat());
    }

    #[test]
    fn a_part_that_ends_after_a_backslash_goes_on() {
        let mut lines = Lines::default();
        assert_eq!(lines.check(b"a\\").unwrap(), 0);
        assert!(lines.escaped);
        assert_eq!(lines.check(b"\\\n").unwrap(), 1);
        assert!(!lines.escaped);
        let mut lines = Lines::default();
        lines.check(b"\\").unwrap();
        assert!(lines.check(b".\n").is_err());
    }
}
