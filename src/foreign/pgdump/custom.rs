//! The data blocks of the custom format: a type, the entry's number, chunks with their lengths, and
//! an empty chunk at the end. The chunks together are one compressed stream; each large object has
//! a stream of its own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use super::entry::{Entry, small};
use super::head::{Compression, Head};
use super::primitive::{Offset, Source, broken};
use crate::error::Result;
use crate::foreign::compressed::{Input, Method, cannot_read};
use crate::foreign::window::Window;

/// What such a file begins with.
pub const MAGIC: &[u8] = b"PGDMP";

/// The header's number for the format.
pub(super) const FORMAT: u8 = 1;

const ROWS: u8 = 1;
const LARGE_OBJECTS: u8 = 3;

/// Larger chunks are none: pg_dump writes some KiB at a time.
const MAX_CHUNK: i64 = 1 << 30;

/// So much of a chunk is held at once.
const PIECE: usize = 1 << 16;

/// The data of a custom archive.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    /// Where the block of each entry begins, as far as it is known.
    places: HashMap<i32, u64>,
    /// The same, in the file's order.
    starts: BTreeSet<u64>,
    sizes: (usize, usize),
    compression: Compression,
}

impl Blocks {
    /// Of an archive whose table of contents ends at `data`.
    pub(super) fn find(
        file: &Arc<File>,
        head: &Head,
        entries: &[Entry],
        data: u64,
    ) -> Result<Self> {
        let mut blocks = Self {
            places: HashMap::new(),
            starts: BTreeSet::new(),
            sizes: (head.int_size, head.offset_size),
            compression: head.compression,
        };
        let mut unknown = HashSet::new();
        for entry in entries.iter().filter(|entry| entry.has_data) {
            match entry.offset {
                Offset::At(at) => drop(blocks.places.insert(entry.id, at)),
                Offset::Unknown => drop(unknown.insert(entry.id)),
                Offset::NoData => {}
            }
        }
        if !unknown.is_empty() {
            blocks.scan(file, data, unknown)?;
        }
        blocks.starts = blocks.places.values().copied().collect();
        Ok(blocks)
    }

    /// The dump went to a pipe: the blocks are walked once, by the lengths of their chunks, as far as
    /// they are wanted. pg_dump 16 to 18, whose standard output is a file, write the table of contents
    /// with the places behind them, where nobody looks for it.
    fn scan(&mut self, file: &Arc<File>, data: u64, mut wanted: HashSet<i32>) -> Result<()> {
        let mut at = data;
        let mut input = self.source(file, at)?;
        while !wanted.is_empty() {
            let before = input.taken;
            let Some(kind) = input.byte_or_end()? else {
                return Ok(());
            };
            let id = small(input.int()?)?;
            self.places.insert(id, at);
            wanted.remove(&id);
            match kind {
                ROWS => skip_stream(&mut input)?,
                LARGE_OBJECTS => {
                    while input.int()? != 0 {
                        skip_stream(&mut input)?;
                    }
                }
                other => return Err(broken(format!("a block of an unknown sort ({other})"))),
            }
            at += input.taken - before;
        }
        Ok(())
    }

    /// About how long an entry's block is: up to the next one, or the file's end.
    pub(super) fn size(&self, entry: &Entry, length: u64) -> u64 {
        let Some(at) = self.places.get(&entry.id) else {
            return 0;
        };
        let next = self.starts.range(at + 1..).next().copied();
        next.unwrap_or(length).saturating_sub(*at)
    }

    fn source(&self, file: &Arc<File>, at: u64) -> Result<Source<BufReader<Window>>> {
        let end = file.metadata().map_err(cannot_read)?.len();
        let file = Arc::clone(file);
        let input = BufReader::with_capacity(1 << 17, Window { file, at, end });
        Ok(Source::sized(input, self.sizes.0, self.sizes.1))
    }

    /// The block of an entry, at its first chunk or large object.
    fn block(
        &self,
        file: &Arc<File>,
        entry: &Entry,
        wanted: u8,
    ) -> Result<Option<Source<BufReader<Window>>>> {
        let Some(at) = self.places.get(&entry.id) else {
            return match entry.offset {
                Offset::NoData => Ok(None),
                _ => Err(broken(format!(
                    "the data of entry {} are missing",
                    entry.id
                ))),
            };
        };
        let mut source = self.source(file, *at)?;
        let (kind, id) = (source.byte()?, source.int()?);
        if (kind, id) != (wanted, i64::from(entry.id)) {
            let what = format!("the data of entry {} are not where it says", entry.id);
            return Err(broken(what));
        }
        Ok(Some(source))
    }

    /// The rows of an entry as text.
    pub(super) fn rows(&self, file: &Arc<File>, entry: &Entry) -> Result<Option<Input>> {
        let Some(source) = self.block(file, entry, ROWS)? else {
            return Ok(None);
        };
        decompressed(self.compression, Chunks::new(source)).map(Some)
    }

    /// Every large object of an entry, as a stream.
    pub(super) fn objects(
        &self,
        file: &Arc<File>,
        entry: &Entry,
        take: &mut super::open::Take<'_>,
    ) -> Result<()> {
        let Some(source) = self.block(file, entry, LARGE_OBJECTS)? else {
            return Ok(());
        };
        let mut chunks = Chunks::new(source);
        loop {
            let oid = chunks.source.int()?;
            if oid == 0 {
                return Ok(());
            }
            // The upper half of them is written as negative numbers.
            let oid = i32::try_from(oid).map(i32::cast_unsigned);
            let oid = oid.map_err(|_| broken("a large object without a number"))?;
            take(oid, &mut decompressed(self.compression, &mut chunks)?)?;
            chunks.finish()?;
        }
    }
}

/// What chunks decompress to.
fn decompressed<'a>(
    compression: Compression,
    mut chunks: impl BufRead + Send + 'a,
) -> Result<Box<dyn Read + Send + 'a>> {
    if chunks.fill_buf().map_err(cannot_read)?.is_empty() {
        return Ok(Box::new(io::empty()));
    }
    match compression {
        Compression::None => Method::None.reader(chunks),
        Compression::Gzip => Ok(Box::new(flate2::bufread::ZlibDecoder::new(chunks))),
        Compression::Lz4 => Method::Lz4.reader(chunks),
        Compression::Zstd => Method::Zstd.reader(chunks),
    }
}

/// One stream of chunks as bytes.
struct Chunks {
    source: Source<BufReader<Window>>,
    buffer: Vec<u8>,
    at: usize,
    /// Of the open chunk, what is not yet in the buffer.
    left: usize,
    ended: bool,
}

impl Chunks {
    fn new(source: Source<BufReader<Window>>) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            at: 0,
            left: 0,
            ended: false,
        }
    }

    fn more(&mut self) -> Result<()> {
        self.buffer.clear();
        self.at = 0;
        if self.left == 0 {
            self.left = length(&mut self.source)?;
            self.ended = self.left == 0;
        }
        let now = self.left.min(PIECE);
        self.left -= now;
        self.source.bytes(now, &mut self.buffer)
    }

    /// Goes behind the end of this stream.
    fn finish(&mut self) -> Result<()> {
        while !self.ended {
            self.more()?;
        }
        self.ended = false;
        Ok(())
    }
}

impl BufRead for Chunks {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() && !self.ended {
            self.more()
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        Ok(self.buffer.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.buffer.len());
    }
}

impl Read for Chunks {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

fn skip_stream(input: &mut Source<BufReader<Window>>) -> Result<()> {
    let mut chunk = Vec::new();
    loop {
        let mut left = length(input)?;
        if left == 0 {
            return Ok(());
        }
        while left > 0 {
            let now = left.min(PIECE);
            chunk.clear();
            input.bytes(now, &mut chunk)?;
            left -= now;
        }
    }
}

fn length(source: &mut Source<BufReader<Window>>) -> Result<usize> {
    let length = source.int()?;
    if !(0..=MAX_CHUNK).contains(&length) {
        return Err(broken(format!("a chunk of {length} bytes")));
    }
    Ok(usize::try_from(length).unwrap_or(0))
}
