//! Packets: a length, a sequence number, a payload. Payloads of 16 MiB - 1 and more are cut into
//! several. Buffers grow by what has arrived, never by what was announced.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::mysql::settings::Compression;
use crate::mysql::wire::compressed::Compressed;

/// What packets go over: TCP, a socket, TLS, or memory in tests.
pub trait Io: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Io for T {}

/// The longest payload of one packet; one of exactly this length is followed by another.
const PART: usize = 0x00ff_ffff;
/// The longest payload that is taken: a row of 1 GiB with its lengths and a margin.
const LIMIT: usize = 0x4800_0000;
/// How much is asked of the system at once.
const CHUNK: usize = 128 * 1024;
/// A buffer above this is given back after a large packet.
const KEEP: usize = 4 << 20;

/// A stream of packets in both directions.
pub struct Packets {
    io: Box<dyn Io>,
    /// Bytes that came, of which `start..end` were not used yet.
    buf: Vec<u8>,
    start: usize,
    end: usize,
    /// A payload of several parts.
    joined: Vec<u8>,
    sequence: u8,
    /// The layer below counts, and what stands here means nothing.
    uncounted: bool,
}

impl std::fmt::Debug for Packets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packets").finish_non_exhaustive()
    }
}

impl Packets {
    /// Packets over `io`.
    #[must_use]
    pub fn new(io: Box<dyn Io>) -> Self {
        Self {
            io,
            buf: Vec::new(),
            start: 0,
            end: 0,
            joined: Vec::new(),
            sequence: 0,
            uncounted: false,
        }
    }

    /// Gives the stream back, to put TLS on it. Bytes that came before TLS are refused: they would
    /// be taken for the server's (CVE-2021-44532's kind).
    pub fn into_io(self) -> io::Result<(Box<dyn Io>, u8)> {
        if self.start != self.end {
            return Err(io::Error::other("the server spoke before TLS was begun"));
        }
        Ok((self.io, self.sequence))
    }

    /// Goes on at this sequence number, after TLS was put in between.
    #[must_use]
    pub fn resumed(io: Box<dyn Io>, sequence: u8) -> Self {
        let mut packets = Self::new(io);
        packets.sequence = sequence;
        packets
    }

    /// Packets in the compressed protocol.
    #[must_use]
    pub fn compressed(io: Box<dyn Io>, method: Compression) -> Self {
        let mut packets = Self::new(Box::new(Compressed::new(io, method)));
        packets.uncounted = true;
        packets
    }

    /// Whether these are packets in the compressed protocol.
    #[must_use]
    pub fn is_compressed(&self) -> bool {
        self.uncounted
    }

    /// Reads a payload, or the beginning of one that comes in parts: those are for the caller to read,
    /// who need not hold all of it.
    pub async fn payload(&mut self) -> io::Result<Payload<'_>> {
        let length = self.head().await?;
        if length == PART {
            return Ok(Payload::Parts(Parts {
                packets: self,
                left: length,
                follows: true,
                whole: length,
            }));
        }
        self.have(length).await?;
        let payload = self.start..self.start + length;
        self.start = payload.end;
        Ok(Payload::Whole(&self.buf[payload]))
    }

    /// Reads a payload. The slice lives until the next call.
    pub async fn read(&mut self) -> io::Result<&[u8]> {
        let length = self.part().await?;
        if length < PART {
            // Here and not where room is made: that happens between the parts of a payload, too.
            if self.joined.capacity() > KEEP {
                self.joined = Vec::new();
            }
            let payload = self.start..self.start + length;
            self.start = payload.end;
            return Ok(&self.buf[payload]);
        }
        self.read_parts(length).await?;
        Ok(&self.joined)
    }

    /// The next payload, where it has arrived whole and in one part: the short way through many
    /// small packets. `wanted` sees its first byte.
    #[inline]
    pub fn ready(&mut self, wanted: impl Fn(u8) -> bool) -> Option<&[u8]> {
        let arrived = self.buf.get(self.start..self.end)?;
        let (&[a, b, c, sequence], rest) = arrived.split_first_chunk()?;
        let length = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
        let whole =
            length < PART && length <= rest.len() && (sequence == self.sequence || self.uncounted);
        if !whole || !rest.first().is_some_and(|first| wanted(*first)) {
            return None;
        }
        self.sequence = self.sequence.wrapping_add(1);
        let payload = self.start + 4..self.start + 4 + length;
        self.start = payload.end;
        self.buf.get(payload)
    }

    async fn read_parts(&mut self, mut length: usize) -> io::Result<()> {
        self.joined.clear();
        let mut whole = 0;
        loop {
            self.joined
                .extend_from_slice(&self.buf[self.start..self.start + length]);
            self.start += length;
            whole += length;
            if self.joined.len() != whole {
                return Err(io::Error::other("a part of a packet was lost"));
            }
            if length < PART {
                return Ok(());
            }
            if self.joined.len() > LIMIT {
                return Err(too_long());
            }
            length = self.part().await?;
        }
    }

    /// Waits until a whole part is in the buffer; gives its length. `start` is at its payload.
    async fn part(&mut self) -> io::Result<usize> {
        let length = self.head().await?;
        self.have(length).await?;
        Ok(length)
    }

    /// Takes a part's header; gives the part's length.
    async fn head(&mut self) -> io::Result<usize> {
        self.have(4).await?;
        let header = &self.buf[self.start..self.start + 4];
        let length =
            usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
        if header[3] != self.sequence && !self.uncounted {
            return Err(io::Error::other("a packet out of sequence"));
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.start += 4;
        Ok(length)
    }

    /// Waits until `wanted` bytes are in the buffer.
    async fn have(&mut self, wanted: usize) -> io::Result<()> {
        while self.end - self.start < wanted {
            self.make_room();
            let count = self.io.read(&mut self.buf[self.end..]).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.end += count;
        }
        Ok(())
    }

    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if self.buf.len() > KEEP {
                self.buf = Vec::new();
            }
        }
        if self.buf.len() - self.end < CHUNK {
            self.buf.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            // doubled, so that a large packet is not moved once for every chunk
            let wanted = (self.end + CHUNK).max(if self.end > CHUNK { self.end * 2 } else { 0 });
            if self.buf.len() < wanted {
                self.buf.resize(wanted, 0);
            }
        }
    }

    /// Begins a command: its packets count from 0.
    pub fn begin(&mut self) {
        self.sequence = 0;
    }

    /// Begins an answer: its packets count on from those of its command, which was one of one part.
    pub fn begin_answer(&mut self) {
        self.sequence = 1;
    }

    /// Writes `first` and `rest` as one payload.
    pub async fn write(&mut self, first: &[u8], rest: &[u8]) -> io::Result<()> {
        let total = first.len() + rest.len();
        let mut sent = 0;
        loop {
            let length = PART.min(total - sent);
            let mut head = self.header(length).to_vec();
            let end = sent + length;
            // the first part's head and a short payload go out in one write
            let head_part = &first[sent.min(first.len())..end.min(first.len())];
            head.extend_from_slice(head_part);
            let body = &rest[sent.saturating_sub(first.len())..end.saturating_sub(first.len())];
            self.write_part(head, body).await?;
            sent = end;
            if length < PART {
                return self.io.flush().await;
            }
        }
    }

    /// Writes commands of one part each, in one piece; each begins with this byte.
    pub async fn write_all(&mut self, first: u8, commands: &[impl AsRef<[u8]>]) -> io::Result<()> {
        let mut all = Vec::new();
        for command in commands.iter().map(AsRef::as_ref) {
            self.begin();
            if command.len() + 1 >= PART {
                return Err(io::Error::other("a command of several parts among others"));
            }
            all.extend(self.header(command.len() + 1));
            all.push(first);
            all.extend_from_slice(command);
        }
        self.io.write_all(&all).await?;
        self.io.flush().await
    }

    async fn write_part(&mut self, mut head: Vec<u8>, body: &[u8]) -> io::Result<()> {
        if body.len() <= CHUNK {
            head.extend_from_slice(body);
            return self.io.write_all(&head).await;
        }
        self.io.write_all(&head).await?;
        self.io.write_all(body).await
    }

    fn header(&mut self, length: usize) -> [u8; 4] {
        let [a, b, c, ..] = length.to_le_bytes();
        let sequence = self.sequence;
        self.sequence = self.sequence.wrapping_add(1);
        [a, b, c, sequence]
    }

    /// Ends the stream.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        self.io.shutdown().await
    }
}

/// A payload, as far as it has been read.
#[derive(Debug)]
pub enum Payload<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// One of 16 MiB and more.
    Parts(Parts<'a>),
}

/// A payload that comes in parts. It must be read to its end.
#[derive(Debug)]
pub struct Parts<'a> {
    packets: &'a mut Packets,
    /// What is left of this part, in bytes.
    left: usize,
    /// Another part follows this one.
    follows: bool,
    /// The length of all parts so far, in bytes.
    whole: usize,
}

impl Parts<'_> {
    /// What has arrived of it since the last call: at least a byte, nothing at its end.
    pub async fn next(&mut self) -> io::Result<&[u8]> {
        while self.left == 0 {
            if !self.follows {
                return Ok(&[]);
            }
            self.left = self.packets.head().await?;
            self.follows = self.left == PART;
            self.whole += self.left;
            if self.whole > LIMIT {
                return Err(too_long());
            }
        }
        let packets = &mut *self.packets;
        packets.have(1).await?;
        let count = self.left.min(packets.end - packets.start);
        let from = packets.start;
        packets.start += count;
        self.left -= count;
        Ok(&packets.buf[from..packets.start])
    }

    /// All of it.
    pub async fn join(mut self) -> io::Result<Vec<u8>> {
        let mut joined = Vec::new();
        loop {
            match self.next().await? {
                [] => return Ok(joined),
                piece => joined.extend_from_slice(piece),
            }
        }
    }
}

fn too_long() -> io::Error {
    io::Error::other("a packet of more than 1 GiB")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    async fn there_and_back(length: usize, by_parts: bool) {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let payload: Vec<u8> = (0..length)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();
        let sent = payload.clone();
        let writer = tokio::spawn(async move {
            let mut packets = Packets::new(Box::new(ours));
            let (first, rest) = sent.split_at(sent.len().min(1));
            packets.write(first, rest).await.unwrap();
            packets.write(b"next", b"").await.unwrap();
        });
        let mut packets = Packets::new(Box::new(theirs));
        if by_parts {
            let whole = match packets.payload().await.unwrap() {
                Payload::Whole(whole) => whole.to_vec(),
                Payload::Parts(parts) => parts.join().await.unwrap(),
            };
            assert!(whole == payload);
        } else {
            assert!(packets.read().await.unwrap() == payload);
        }
        assert_eq!(packets.read().await.unwrap(), b"next");
        writer.await.unwrap();
    }

    #[tokio::test]
    async fn payloads_of_any_length_arrive_whole() {
        for length in [0, 1, 70_000, PART - 1, PART, PART + 1, 2 * PART] {
            there_and_back(length, false).await;
            there_and_back(length, true).await;
        }
    }

    /// A part that ends where the buffer does leaves it empty in the middle of a payload.
    #[tokio::test]
    async fn parts_that_arrive_one_by_one_are_all_kept() {
        // room for one part with its header: nothing of the next one comes with it
        let (mut ours, theirs) = tokio::io::duplex(PART + 4);
        let mut packets = Packets::new(Box::new(theirs));
        let parts = [vec![b'a'; PART], vec![b'b'; PART], vec![b'c'; 14]];
        let whole = parts.concat();
        let write = async {
            for (sequence, part) in (0..).zip(&parts) {
                let [a, b, c, ..] = part.len().to_le_bytes();
                ours.write_all(&[a, b, c, sequence]).await.unwrap();
                ours.write_all(part).await.unwrap();
            }
        };
        let (payload, ()) = tokio::join!(packets.read(), write);
        assert!(payload.unwrap() == whole);
    }

    #[tokio::test]
    async fn a_wrong_sequence_and_a_cut_are_errors() {
        for bytes in [&b"\x01\0\0\x05x"[..], b"\x05\0\0\0xx", b"\x05"] {
            let (mut ours, theirs) = tokio::io::duplex(100);
            ours.write_all(bytes).await.unwrap();
            drop(ours);
            assert!(Packets::new(Box::new(theirs)).read().await.is_err());
        }
    }
}
