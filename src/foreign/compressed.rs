//! A text that may be compressed, read as one stream: any number of members, in constant memory.

use std::io::{BufRead, BufReader, Cursor, Read};

use crate::error::{Error, Kind, Result};

/// Bytes that come from a file, a pipe or a decompressor.
pub type Input = Box<dyn Read + Send>;

/// The memory that a hostile xz header may ask for, in bytes.
const XZ_MEMORY: u64 = 256 << 20;

/// The window that a hostile zstd frame may ask for: 2 to this power, as the zstd tool has it.
const ZSTD_WINDOW: u32 = 27;

/// How a file is compressed, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
    /// xz.
    Xz,
    /// bzip2.
    Bzip2,
    /// LZ4 frames.
    Lz4,
}

impl Method {
    /// By a file's first bytes.
    #[must_use]
    pub fn detect(start: &[u8]) -> Self {
        let known: [(&[u8], Self); 5] = [
            (&[0x28, 0xb5, 0x2f, 0xfd], Self::Zstd),
            (&[0x1f, 0x8b, 8], Self::Gzip),
            (&[0xfd, b'7', b'z', b'X', b'Z', 0], Self::Xz),
            (b"BZh", Self::Bzip2),
            (&[0x04, 0x22, 0x4d, 0x18], Self::Lz4),
        ];
        let found = known.iter().find(|(magic, _)| start.starts_with(magic));
        found.map_or(Self::None, |(_, method)| *method)
    }

    /// The method's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Lz4 => "lz4",
        }
    }

    /// What `input` decompresses to.
    pub fn reader<'a>(self, input: impl BufRead + Send + 'a) -> Result<Box<dyn Read + Send + 'a>> {
        let wrong = |cause| Error::new(Kind::Archive, "cannot begin to decompress").cause(cause);
        Ok(match self {
            Self::None => Box::new(input),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(input)),
            Self::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(input)),
            Self::Xz => {
                let flags = liblzma::stream::CONCATENATED;
                let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, flags);
                let stream = stream.map_err(|cause| wrong(cause.into()))?;
                Box::new(liblzma::bufread::XzDecoder::new_stream(input, stream))
            }
            Self::Zstd => {
                let mut zstd = zstd::stream::read::Decoder::with_buffer(input).map_err(wrong)?;
                zstd.window_log_max(ZSTD_WINDOW).map_err(wrong)?;
                Box::new(zstd)
            }
        })
    }
}

/// The text of `input`, by whatever it is compressed.
pub fn plain(input: Input) -> Result<(Method, Input)> {
    let (start, input) = peek(input, 16)?;
    let method = Method::detect(&start);
    let input = BufReader::with_capacity(1 << 18, input);
    Ok((method, method.reader(input)?))
}

/// The first bytes (fewer only where there are no more), and the whole again.
pub fn peek(mut input: Input, count: u64) -> Result<(Vec<u8>, Input)> {
    let mut start = Vec::new();
    let read = input.by_ref().take(count).read_to_end(&mut start);
    read.map_err(cannot_read)?;
    let whole = Cursor::new(start.clone()).chain(input);
    Ok((start, Box::new(whole)))
}

/// Fills `buffer` as far as there is something.
pub fn fill(input: &mut impl Read, buffer: &mut Vec<u8>, size: usize) -> Result<()> {
    buffer.clear();
    let read = input.take(size as u64).read_to_end(buffer);
    read.map(drop).map_err(cannot_read)
}

/// Broken compression and a broken disk look alike from here.
pub(crate) fn cannot_read(cause: std::io::Error) -> Error {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    let kind = match cause.kind() {
        InvalidData | InvalidInput | Other | UnexpectedEof => Kind::Archive,
        _ => Kind::Io,
    };
    Error::new(kind, "cannot read the file").cause(cause)
}
