//! The compressed protocol: packets go through a second layer of packets, whose payloads are
//! compressed by zlib or zstd where that pays. For links that are slower than a processor.
//! MySQL internals, "Compression".

use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::mysql::settings::Compression;
use crate::mysql::wire::packets::Io;

/// Three bytes of length, a sequence number, three bytes of the length before compression.
const HEADER: usize = 7;
/// A payload below this goes as it is, in bytes.
const LEAST: usize = 50;
/// The most that goes into one packet, in bytes; the protocol allows 16 MiB - 1.
const MOST: usize = 1 << 20;
/// The room for one read, in bytes.
const CHUNK: usize = 128 << 10;
/// What zlib's own client takes.
const ZLIB_LEVEL: u32 = 6;
/// What the servers' clients take for zstd.
pub(super) const ZSTD_LEVEL: i32 = 3;

/// A byte stream through the compressed protocol.
pub(super) struct Compressed {
    io: Box<dyn Io>,
    method: Compression,
    /// What came and was not unpacked yet.
    packed: Vec<u8>,
    /// What was unpacked; up to `taken` it was read.
    plain: Vec<u8>,
    taken: usize,
    /// What is to be sent; up to `sent` it was.
    out: Vec<u8>,
    sent: usize,
    sequence: u8,
    /// The last that happened was a read: what is written next may begin a command.
    answered: bool,
}

impl Compressed {
    /// Speaks compressed from the next command on.
    pub(super) fn new(io: Box<dyn Io>, method: Compression) -> Self {
        Self {
            io,
            method,
            packed: Vec::new(),
            plain: Vec::new(),
            taken: 0,
            out: Vec::new(),
            sent: 0,
            sequence: 0,
            answered: true,
        }
    }

    /// Unpacks the next packet, where it has arrived whole.
    fn unpack(&mut self) -> io::Result<bool> {
        let Some((header, rest)) = self.packed.split_first_chunk::<HEADER>() else {
            return Ok(false);
        };
        let &[a, b, c, sequence, d, e, f] = header;
        let length = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
        let before = usize::from(d) | usize::from(e) << 8 | usize::from(f) << 16;
        let Some(payload) = rest.get(..length) else {
            return Ok(false);
        };
        if sequence != self.sequence {
            return Err(io::Error::other("a compressed packet out of sequence"));
        }
        self.plain.clear();
        self.taken = 0;
        match before {
            0 => self.plain.extend_from_slice(payload),
            _ => inflate(self.method, payload, before, &mut self.plain)?,
        }
        self.packed.drain(..HEADER + length);
        self.sequence = self.sequence.wrapping_add(1);
        Ok(true)
    }

    /// Appends a packet to what is to be sent.
    fn pack(&mut self, part: &[u8]) -> io::Result<()> {
        // Only a command's first packet has the number 0 after an answer; a file that the server asked for
        // goes on counting.
        if std::mem::take(&mut self.answered) && part.get(3) == Some(&0) {
            self.sequence = 0;
        }
        let deflated = match part.len() {
            ..LEAST => None,
            _ => Some(deflate(self.method, part)?).filter(|packed| packed.len() < part.len()),
        };
        let before = deflated.as_ref().map_or(0, |_| part.len());
        let payload = deflated.as_deref().unwrap_or(part);
        let three = |number: usize| {
            let [a, b, c, ..] = number.to_le_bytes();
            [a, b, c]
        };
        self.out.extend_from_slice(&three(payload.len()));
        self.out.push(self.sequence);
        self.out.extend_from_slice(&three(before));
        self.out.extend_from_slice(payload);
        self.sequence = self.sequence.wrapping_add(1);
        Ok(())
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.out.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut self.io).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.sent += written,
            }
        }
        self.out.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let start = self.packed.len();
        self.packed.resize(start + CHUNK, 0);
        let mut room = ReadBuf::new(self.packed.get_mut(start..).unwrap_or_default());
        let read = Pin::new(&mut self.io).poll_read(cx, &mut room);
        let count = room.filled().len();
        self.packed.truncate(start + count);
        ready!(read)?;
        Poll::Ready(Ok(count))
    }
}

fn inflate(
    method: Compression,
    payload: &[u8],
    length: usize,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let limit = length as u64 + 1;
    match method {
        Compression::Zlib => {
            let from = flate2::read::ZlibDecoder::new(payload);
            io::Read::read_to_end(&mut io::Read::take(from, limit), out)?;
        }
        Compression::Zstd => {
            let from = zstd::stream::read::Decoder::with_buffer(payload)?;
            io::Read::read_to_end(&mut io::Read::take(from, limit), out)?;
        }
    }
    if out.len() == length {
        Ok(())
    } else {
        Err(io::Error::other(
            "a compressed packet of another length than it says",
        ))
    }
}

fn deflate(method: Compression, part: &[u8]) -> io::Result<Vec<u8>> {
    match method {
        Compression::Zlib => {
            let level = flate2::Compression::new(ZLIB_LEVEL);
            let mut out = flate2::write::ZlibEncoder::new(Vec::new(), level);
            out.write_all(part)?;
            out.finish()
        }
        Compression::Zstd => zstd::bulk::compress(part, ZSTD_LEVEL),
    }
}

impl AsyncRead for Compressed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.taken == this.plain.len() {
            if !this.unpack()? && ready!(this.poll_fill(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        this.answered = true;
        let rest = this.plain.get(this.taken..).unwrap_or_default();
        let (part, _) = rest.split_at(rest.len().min(buf.remaining()));
        buf.put_slice(part);
        this.taken += part.len();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Compressed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        ready!(this.poll_send(cx))?;
        let (part, _) = buf.split_at(buf.len().min(MOST));
        this.pack(part)?;
        Poll::Ready(Ok(part.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn there_and_back(method: Compression, length: usize) {
        let (ours, theirs) = tokio::io::duplex(1000);
        let sent: Vec<u8> = (0..length).map(|at| (at / 7 % 251) as u8).collect();
        let copy = sent.clone();
        let writer = tokio::spawn(async move {
            let mut out = Compressed::new(Box::new(ours), method);
            out.write_all(&copy).await.unwrap();
            out.flush().await.unwrap();
        });
        let mut from = Compressed::new(Box::new(theirs), method);
        let mut got = Vec::new();
        from.read_to_end(&mut got).await.unwrap();
        writer.await.unwrap();
        assert!(got == sent, "{method:?} {length}");
    }

    #[tokio::test]
    async fn what_is_sent_arrives() {
        for method in [Compression::Zlib, Compression::Zstd] {
            for length in [1, LEAST, 1000, MOST, 3 * MOST + 5] {
                there_and_back(method, length).await;
            }
        }
    }

    #[tokio::test]
    async fn lengths_and_numbers_that_lie_are_errors() {
        let packed = deflate(Compression::Zlib, &[b'x'; 100]).unwrap();
        let length = packed.len() as u8;
        for (sequence, before) in [(1, 100), (0, 99), (0, 101)] {
            let mut bytes = vec![length, 0, 0, sequence, before, 0, 0];
            bytes.extend_from_slice(&packed);
            let (mut ours, theirs) = tokio::io::duplex(1000);
            ours.write_all(&bytes).await.unwrap();
            drop(ours);
            let mut from = Compressed::new(Box::new(theirs), Compression::Zlib);
            assert!(
                from.read_to_end(&mut Vec::new()).await.is_err(),
                "{sequence} {before}"
            );
        }
    }
}
