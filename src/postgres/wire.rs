//! Messages over a byte stream, both ways, with bounds: what a hostile server announces is never
//! allocated, only what has arrived. Frontend/backend protocol 3.0, PostgreSQL manual part VIII.

use std::pin::Pin;
use std::task::Poll;

use bytes::{Buf, BytesMut};
use postgres_protocol::message::backend::{self, Message};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::linger::Linger;
use crate::error::{Error, Kind, Result};

/// A byte stream to a server: TCP, a Unix socket, TLS over either, a pipe in memory.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// The room for one read, in bytes.
const READ_BYTES: usize = 128 << 10;

/// A buffer that grew beyond this is given back once it is empty, in bytes.
const KEEP_BYTES: usize = 1 << 20;

/// The most that is kept of what the server says while it takes nothing of ours, in bytes.
const UNREAD_BYTES: usize = 32 << 20;

/// The tag and four bytes of length.
pub(super) const HEADER: usize = 5;

/// Messages, both ways.
pub struct Wire {
    io: Box<dyn Io>,
    read: BytesMut,
    write: BytesMut,
    linger: Linger,
}

/// A message's tag and the length of its body, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) tag: u8,
    pub(super) body: usize,
}

impl Wire {
    /// Speaks over this stream.
    pub fn new(io: Box<dyn Io>) -> Self {
        Self {
            io,
            read: BytesMut::new(),
            write: BytesMut::new(),
            linger: Linger::default(),
        }
    }

    /// The stream, for TLS to be laid over it. Bytes that came before that were not encrypted and
    /// are refused (CVE-2021-23222).
    pub fn into_io(self) -> Result<Box<dyn Io>> {
        if self.read.is_empty() {
            Ok(self.io)
        } else {
            Err(hostile("it sent unencrypted bytes before TLS began"))
        }
    }

    /// What has arrived and was not taken yet.
    pub fn arrived(&self) -> &[u8] {
        &self.read
    }

    /// Takes `bytes` of what has arrived.
    pub fn take(&mut self, bytes: usize) {
        self.read.advance(bytes.min(self.read.len()));
    }

    /// Waits for more bytes. The end of the stream is an error.
    pub(super) async fn fill(&mut self) -> Result<()> {
        if self.read.is_empty() && self.read.capacity() > KEEP_BYTES {
            self.read = BytesMut::new();
        }
        self.read.reserve(READ_BYTES);
        self.linger.before_read();
        let read = self.io.read_buf(&mut self.read).await;
        match read.map_err(|error| lost().cause(error))? {
            0 => Err(lost().cause("it closed the connection")),
            came => {
                self.linger.came(came);
                Ok(())
            }
        }
    }

    /// The next message's header, where it has arrived. The message is left where it is.
    pub(super) fn peek(&self) -> Result<Option<Header>> {
        header(&self.read)
    }

    /// Waits for a whole message.
    pub async fn message(&mut self) -> Result<Message> {
        loop {
            if let Some(header) = self.peek()?
                && self.read.len() >= HEADER + header.body
            {
                return self.parse();
            }
            self.fill().await?;
        }
    }

    fn parse(&mut self) -> Result<Message> {
        let message = Message::parse(&mut self.read).map_err(|error| broken().cause(error))?;
        message.ok_or_else(broken)
    }

    /// One byte that is not a message: the answer to the question for TLS.
    pub async fn byte(&mut self) -> Result<u8> {
        if self.read.is_empty() {
            self.fill().await?;
        }
        let byte = self.read.first().copied().ok_or_else(broken)?;
        self.take(1);
        Ok(byte)
    }

    /// The messages to send next: append, then [`Self::flush`].
    pub fn outgoing(&mut self) -> &mut BytesMut {
        &mut self.write
    }

    /// Sends what was appended to [`Self::outgoing`].
    pub async fn flush(&mut self) -> Result<()> {
        self.linger.begin();
        let sent = send(&mut self.io, &self.write, &mut self.read).await;
        self.write.clear();
        if self.write.capacity() > KEEP_BYTES {
            self.write = BytesMut::new();
        }
        sent?;
        self.io.flush().await.map_err(|error| lost().cause(error))
    }

    /// Closes the sending side, so that TLS ends properly.
    pub(super) async fn shutdown(&mut self) -> Result<()> {
        let closed = self.io.shutdown().await;
        closed.map_err(|error| lost().cause(error))
    }
}

/// Writes all of `data`, reading into `read` whenever the server does not take more: one that is
/// itself waiting to be rid of its notices would wait for ever.
async fn send(io: &mut Box<dyn Io>, data: &[u8], read: &mut BytesMut) -> Result<()> {
    let mut at = 0;
    std::future::poll_fn(|cx| {
        while let Some(rest) = data.get(at..).filter(|rest| !rest.is_empty()) {
            match Pin::new(&mut *io).poll_write(cx, rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(lost())),
                Poll::Ready(Ok(written)) => at += written,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(lost().cause(error))),
                Poll::Pending => std::task::ready!(read_meanwhile(io, read, cx))?,
            }
        }
        Poll::Ready(Ok(()))
    })
    .await
}

fn read_meanwhile(
    io: &mut Box<dyn Io>,
    read: &mut BytesMut,
    cx: &mut std::task::Context<'_>,
) -> Poll<Result<()>> {
    if read.len() > UNREAD_BYTES {
        return Poll::Ready(Err(hostile("it floods us while it takes nothing")));
    }
    read.reserve(READ_BYTES);
    match std::task::ready!(std::pin::pin!(io.read_buf(read)).poll(cx)) {
        Ok(0) => Poll::Ready(Err(lost().cause("it closed the connection"))),
        Ok(_) => Poll::Ready(Ok(())),
        Err(error) => Poll::Ready(Err(lost().cause(error))),
    }
}

/// A message's header at the beginning of `bytes`.
#[inline]
pub(super) fn header(bytes: &[u8]) -> Result<Option<Header>> {
    let Some((&[tag, a, b, c, d], _)) = bytes.split_first_chunk::<HEADER>() else {
        return Ok(None);
    };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if length < 4 || length > longest(tag) {
        return Err(broken().cause(format!("message {:?} of {length} bytes", char::from(tag))));
    }
    Ok(Some(Header {
        tag,
        body: length - 4,
    }))
}

/// The longest message of a sort, in bytes. A row can't exceed 1 GiB of text on the server; the
/// others are short.
fn longest(tag: u8) -> usize {
    match tag {
        backend::DATA_ROW_TAG | backend::COPY_DATA_TAG => (1 << 30) + (1 << 20),
        backend::ROW_DESCRIPTION_TAG
        | backend::ERROR_RESPONSE_TAG
        | backend::NOTICE_RESPONSE_TAG => 16 << 20,
        _ => 1 << 20,
    }
}

/// Appends a message whose body is `parts`, one after the other.
pub(super) fn put(out: &mut BytesMut, tag: u8, parts: &[&[u8]]) -> Result<()> {
    let body: usize = parts.iter().map(|part| part.len()).sum();
    let length = i32::try_from(body + 4)
        .map_err(|_| Error::new(Kind::Unsupported, "a statement is longer than 2 GiB"))?;
    out.extend_from_slice(&[tag]);
    out.extend_from_slice(&length.to_be_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    Ok(())
}

/// The connection is gone.
pub(super) fn lost() -> Error {
    Error::new(Kind::Connect, "the connection to the server was lost")
}

/// The server does not speak the protocol.
pub(super) fn broken() -> Error {
    Error::new(Kind::Hostile, "the server broke the protocol")
}

/// The server does what no harmless one does.
pub(super) fn hostile(what: &str) -> Error {
    broken().cause(what.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use super::*;

    fn wire(server: &[u8]) -> Wire {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let bytes = server.to_vec();
        tokio::spawn(async move { theirs.write_all(&bytes).await });
        Wire::new(Box::new(ours))
    }

    #[tokio::test]
    async fn messages_come_one_by_one() {
        let mut wire = wire(b"Z\0\0\0\x05IS\0\0\0\x08a\0b\0");
        assert!(matches!(
            wire.message().await.unwrap(),
            Message::ReadyForQuery(_)
        ));
        assert!(matches!(
            wire.message().await.unwrap(),
            Message::ParameterStatus(_)
        ));
        assert_eq!(wire.message().await.err().unwrap().kind(), Kind::Connect);
    }

    #[tokio::test]
    async fn an_announced_length_is_not_allocated() {
        let mut wire = wire(b"D\x40\0\0\0half a row");
        assert_eq!(wire.message().await.err().unwrap().kind(), Kind::Connect);
        assert!(wire.read.capacity() <= 4 * READ_BYTES);
    }

    #[tokio::test]
    async fn impossible_lengths_are_refused() {
        for bytes in [b"D\xff\xff\xff\xff", b"Z\0\0\0\x03", b"Z\x10\0\0\0"] {
            let error = wire(bytes).message().await.err().unwrap();
            assert_eq!(error.kind(), Kind::Hostile);
        }
    }

    #[test]
    fn bytes_before_tls_are_refused() {
        let mut wire = Wire::new(Box::new(tokio::io::duplex(1).0));
        wire.read.extend_from_slice(b"x");
        assert!(wire.into_io().is_err());
    }
}
