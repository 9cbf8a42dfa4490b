//! Frames while they are filled: whole statements up to a size, then handed on with back-pressure.

use crate::error::Result;

/// Takes filled frames. Waits when those behind it (compressor, disk) are slower.
pub trait FrameSink: Send {
    /// Takes a frame of whole statements with its number of rows; gives back an empty buffer.
    fn emit(&mut self, sql: Vec<u8>, rows: u64) -> impl Future<Output = Result<Vec<u8>>> + Send;
}

/// Gathers rows between a head and a tail (`COPY … FROM stdin;` and `\.`) into frames.
pub struct FrameBuilder<'a, S: FrameSink> {
    sink: &'a mut S,
    head: Vec<u8>,
    tail: &'static [u8],
    limit: usize,
    buf: Vec<u8>,
    in_frame: u64,
    total: u64,
}

impl<'a, S: FrameSink> FrameBuilder<'a, S> {
    /// Frames of about `limit` bytes; `head` and `tail` stand around the rows of each.
    pub fn new(sink: &'a mut S, head: Vec<u8>, tail: &'static [u8], limit: usize) -> Self {
        Self {
            sink,
            head,
            tail,
            limit,
            buf: Vec::new(),
            in_frame: 0,
            total: 0,
        }
    }

    /// The open frame, with its head written: append whole rows to it, then call [`Self::rows`].
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        if self.buf.is_empty() {
            self.buf.extend_from_slice(&self.head);
        }
        &mut self.buf
    }

    /// Says that `rows` whole rows were appended to [`Self::buffer`]; hands the frame on when full.
    pub async fn rows(&mut self, rows: u64) -> Result<()> {
        self.in_frame += rows;
        if self.buf.len() >= self.limit {
            self.cut().await
        } else {
            Ok(())
        }
    }

    /// Hands the open frame on, if it holds anything: a piece of one large row counts none.
    pub async fn cut(&mut self) -> Result<()> {
        if self.in_frame == 0 && self.buf.len() <= self.head.len() {
            self.buf.clear();
            return Ok(());
        }
        self.buf.extend_from_slice(self.tail);
        self.total += self.in_frame;
        let full = std::mem::take(&mut self.buf);
        self.buf = self
            .sink
            .emit(full, std::mem::take(&mut self.in_frame))
            .await?;
        self.buf.clear();
        Ok(())
    }

    /// Hands on what is left; gives the number of rows of all frames.
    pub async fn finish(mut self) -> Result<u64> {
        self.cut().await?;
        Ok(self.total)
    }
}
