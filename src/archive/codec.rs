//! The compressors: names and levels as users write them, an encoder that a worker keeps, and a
//! bounded decoder. Every frame (a zstd frame, a gzip member, an xz stream …) stands alone.

use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::str::FromStr;

use sha2::{Digest, Sha256};
use zstd::bulk::Compressor;
use zstd::zstd_safe::{CParameter, Strategy};

use crate::archive::sum::Sum;
use crate::archive::toc::Check;
use crate::error::{Error, Kind, Result};

/// A compressor and its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// zstd, -7 to 22.
    Zstd(i32),
    /// gzip, 1 to 9.
    Gzip(u32),
    /// xz, 0 to 9.
    Xz(u32),
    /// bzip2, 1 to 9.
    Bzip2(u32),
    /// As it is.
    None,
}

/// The most that a frame may hold, compressed or not, in bytes: what the seek table can say.
pub const MAX_FRAME: u64 = u32::MAX as u64;

/// The memory that a hostile xz header may ask for, in bytes; level 9 needs 65 MiB.
const XZ_MEMORY: u64 = 256 << 20;

impl Default for Codec {
    fn default() -> Self {
        Self::Zstd(3)
    }
}

impl Codec {
    /// The method's name without a level.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Self::Zstd(_) => "zstd",
            Self::Gzip(_) => "gzip",
            Self::Xz(_) => "xz",
            Self::Bzip2(_) => "bzip2",
            Self::None => "none",
        }
    }

    /// The file name's ending: "sql.zst".
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Zstd(_) => "sql.zst",
            Self::Gzip(_) => "sql.gz",
            Self::Xz(_) => "sql.xz",
            Self::Bzip2(_) => "sql.bz2",
            Self::None => "sql",
        }
    }

    /// Tells the method by a file's first bytes; the level is the default one.
    #[must_use]
    pub fn detect(start: &[u8]) -> Option<Self> {
        let known: [(&[u8], Self); 5] = [
            (&[0x28, 0xb5, 0x2f, 0xfd], Self::Zstd(3)),
            (&[0x1f, 0x8b, 8], Self::Gzip(6)),
            (&[0xfd, b'7', b'z', b'X', b'Z', 0], Self::Xz(6)),
            (b"BZh", Self::Bzip2(9)),
            (b"-- dumpkeep", Self::None),
        ];
        let found = known.iter().find(|(magic, _)| start.starts_with(magic));
        found.map(|(_, codec)| *codec)
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zstd(level) => write!(f, "zstd:{level}"),
            Self::Gzip(level) | Self::Xz(level) | Self::Bzip2(level) => {
                write!(f, "{}:{level}", self.method())
            }
            Self::None => f.write_str("none"),
        }
    }
}

impl FromStr for Codec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (method, level) = match text.split_once(':') {
            Some((method, level)) => (method, Some(level)),
            None => (text, None),
        };
        match method {
            "zstd" => Ok(Self::Zstd(parse_level(text, level, 3, -7..=22)?)),
            "gzip" => Ok(Self::Gzip(parse_level(text, level, 6, 1..=9)?)),
            "xz" => Ok(Self::Xz(parse_level(text, level, 6, 0..=9)?)),
            "bzip2" => Ok(Self::Bzip2(parse_level(text, level, 9, 1..=9)?)),
            "none" if level.is_none() => Ok(Self::None),
            _ => Err(
                Error::new(Kind::Usage, format!("unknown compression \"{text}\""))
                    .hint("Use zstd[:LEVEL], gzip[:LEVEL], xz[:LEVEL], bzip2[:LEVEL] or none."),
            ),
        }
    }
}

fn parse_level<T>(
    text: &str,
    level: Option<&str>,
    default: T,
    range: std::ops::RangeInclusive<T>,
) -> Result<T>
where
    T: FromStr + PartialOrd + fmt::Display,
{
    let Some(level) = level else {
        return Ok(default);
    };
    match level.parse() {
        Ok(level) if range.contains(&level) => Ok(level),
        _ => Err(Error::new(
            Kind::Usage,
            format!(
                "compression \"{text}\" has a level outside {} to {}",
                range.start(),
                range.end()
            ),
        )),
    }
}

/// A frame, ready to be appended to an archive.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The compressed bytes.
    pub bytes: Vec<u8>,
    /// How many bytes it decompresses to.
    pub raw: u32,
    /// Tells whether the compressed bytes are still the same.
    pub check: Check,
    /// The sum over its rows, where it holds those of one table.
    pub sum: Sum,
}

/// Compresses frames one after the other; a worker keeps its own, with its memory.
pub struct Encoder {
    inner: Inner,
    /// Room for the next frame.
    spare: Vec<u8>,
}

/// Room for a frame above this is not kept, in bytes.
const SPARE: usize = 16 << 20;

enum Inner {
    Zstd(Compressor<'static>),
    Level3(Level3),
    Other(Codec),
}

impl Encoder {
    /// An encoder for this method and level.
    pub fn new(codec: Codec) -> Result<Self> {
        let Codec::Zstd(level) = codec else {
            return Ok(Self::of(Inner::Other(codec)));
        };
        let made = if level == 3 {
            Level3::new().map(Inner::Level3)
        } else {
            zstd_encoder(level).map(Inner::Zstd)
        };
        made.map(Self::of).map_err(|error| {
            Error::new(Kind::Internal, "cannot set the compressor up").cause(error)
        })
    }

    fn of(inner: Inner) -> Self {
        Self {
            inner,
            spare: Vec::new(),
        }
    }

    /// Takes back a frame that was written: its room is the next one's, where the system would have to
    /// find and to clear new pages.
    pub fn take_back(&mut self, frame: Encoded) {
        let room = frame.bytes.capacity();
        if room > self.spare.capacity() && room <= SPARE {
            self.spare = frame.bytes;
        }
    }

    /// Compresses one frame. An error if it is larger than a frame may be.
    pub fn encode(&mut self, sql: &[u8]) -> Result<Encoded> {
        let raw = u32::try_from(sql.len()).map_err(|_| too_large(sql.len()))?;
        let bytes = self
            .compress(sql)
            .map_err(|error| Error::new(Kind::Internal, "cannot compress").cause(error))?;
        if bytes.len() as u64 > MAX_FRAME {
            return Err(too_large(bytes.len()));
        }
        let check = Check::of(&bytes);
        let sum = Sum::of(sql);
        Ok(Encoded {
            bytes,
            raw,
            check,
            sum,
        })
    }

    fn compress(&mut self, sql: &[u8]) -> io::Result<Vec<u8>> {
        let room = || Vec::with_capacity(sql.len() / 4 + 64);
        match &mut self.inner {
            Inner::Zstd(zstd) => compress(zstd, sql, std::mem::take(&mut self.spare)),
            Inner::Level3(zstd) => zstd.encode(sql, std::mem::take(&mut self.spare)),
            Inner::Other(Codec::Gzip(level)) => {
                let level = flate2::Compression::new(*level);
                let mut out = flate2::write::GzEncoder::new(room(), level);
                out.write_all(sql)?;
                out.finish()
            }
            Inner::Other(Codec::Xz(level)) => {
                let mut out = liblzma::write::XzEncoder::new(room(), *level);
                out.write_all(sql)?;
                out.finish()
            }
            Inner::Other(Codec::Bzip2(level)) => {
                let level = bzip2::Compression::new(*level);
                let mut out = bzip2::write::BzEncoder::new(room(), level);
                out.write_all(sql)?;
                out.finish()
            }
            Inner::Other(Codec::None | Codec::Zstd(_)) => Ok(sql.to_vec()),
        }
    }
}

/// Level 3's size for less work: it looks back over a whole frame of the usual size, not over half
/// of it, and takes the search that suits a frame's rows, which a part of them tells. Numbers
/// are found as well by one table of seven bytes as by two, in half the time; so is most of what
/// programs write; only texts need both (docs/decisions/slices-and-rows.md has sizes and times).
struct Level3(Compressor<'static>);

/// How matches are looked for: the strategy, the binary logarithm of its table's length, its shortest
/// match in bytes.
type Search = (Strategy, u32, u32);
const TEXT: Search = (Strategy::ZSTD_dfast, 18, 6);
const BETWEEN: Search = (Strategy::ZSTD_fast, 18, 7);
const NUMBERS: Search = (Strategy::ZSTD_fast, 17, 7);

/// What is tried of a frame, in bytes, from its middle; smaller frames are not tried.
const SAMPLE: usize = 64 << 10;
const SAMPLED_FROM: usize = 16 * SAMPLE;

impl Level3 {
    fn new() -> io::Result<Self> {
        let mut zstd = zstd_encoder(3)?;
        zstd.set_parameter(CParameter::WindowLog(22))?;
        zstd.set_parameter(CParameter::ChainLog(16))?;
        // no positions are left out, whatever the strategy
        zstd.set_parameter(CParameter::TargetLength(0))?;
        Ok(Self(zstd))
    }

    fn encode(&mut self, sql: &[u8], room: Vec<u8>) -> io::Result<Vec<u8>> {
        let search = self.search(sql)?;
        self.by(search, sql, room)
    }

    /// The choice depends on the frame alone: the same rows make the same bytes.
    fn search(&mut self, sql: &[u8]) -> io::Result<Search> {
        let middle = sql.len() / 2;
        let sample = sql.get(middle..middle + SAMPLE);
        let Some(sample) = sample.filter(|_| sql.len() >= SAMPLED_FROM) else {
            return Ok(TEXT);
        };
        let two = self.by(TEXT, sample, Vec::new())?.len();
        let one = self.by(NUMBERS, sample, Vec::new())?.len();
        Ok(match one {
            _ if one <= two => NUMBERS,
            _ if one <= two + two / 50 => BETWEEN,
            _ => TEXT,
        })
    }

    fn by(
        &mut self,
        (strategy, length, shortest): Search,
        sql: &[u8],
        room: Vec<u8>,
    ) -> io::Result<Vec<u8>> {
        self.0.set_parameter(CParameter::Strategy(strategy))?;
        self.0.set_parameter(CParameter::HashLog(length))?;
        self.0.set_parameter(CParameter::MinMatch(shortest))?;
        compress(&mut self.0, sql, room)
    }
}

/// One frame of `sql`, in this room.
fn compress(zstd: &mut Compressor<'_>, sql: &[u8], mut room: Vec<u8>) -> io::Result<Vec<u8>> {
    room.clear();
    room.reserve_exact(zstd::zstd_safe::compress_bound(sql.len()));
    zstd.compress_to_buffer(sql, &mut room)?;
    Ok(room)
}

fn zstd_encoder(level: i32) -> io::Result<Compressor<'static>> {
    let mut zstd = Compressor::new(level)?;
    zstd.set_parameter(CParameter::ChecksumFlag(true))?;
    zstd.set_parameter(CParameter::ContentSizeFlag(true))?;
    Ok(zstd)
}

/// What is compressed as it is written: a level above this would need more memory than all else, for
/// its window is not bounded by a length that nobody knows yet.
const STREAM_LEVEL: i32 = 6;

/// One zstd frame of what `write` writes, at this level or a lower one; and what `write` gives.
pub(crate) fn stream_zstd<T>(
    level: i32,
    write: impl FnOnce(&mut dyn Write) -> Result<T>,
) -> Result<(Vec<u8>, T)> {
    let failed = |error: io::Error| Error::new(Kind::Internal, "cannot compress").cause(error);
    let mut zstd =
        zstd::stream::write::Encoder::new(Vec::new(), level.min(STREAM_LEVEL)).map_err(failed)?;
    zstd.include_checksum(true).map_err(failed)?;
    // A serializer writes word by word.
    let mut out = io::BufWriter::with_capacity(1 << 16, zstd);
    let written = write(&mut out)?;
    let zstd = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    Ok((zstd.finish().map_err(failed)?, written))
}

fn too_large(bytes: usize) -> Error {
    Error::new(
        Kind::Unsupported,
        format!("{bytes} bytes of SQL in one piece are more than an archive's frame can hold"),
    )
}

/// Decompresses exactly one frame from `input` onto `out`, and leaves `input` right behind it.
/// More than `limit` bytes are an error. Uncompressed frames have no end of their own: all of
/// `input` is taken.
pub fn decode(
    codec: Codec,
    input: &mut impl BufRead,
    out: &mut Vec<u8>,
    limit: u64,
) -> io::Result<()> {
    match codec {
        Codec::Zstd(_) => {
            let mut from = zstd::stream::read::Decoder::with_buffer(&mut *input)?.single_frame();
            bounded(&mut from, out, limit)?;
            from.finish_frame()
        }
        Codec::Gzip(_) => bounded(flate2::bufread::GzDecoder::new(input), out, limit),
        Codec::Xz(_) => {
            let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, 0)?;
            let from = liblzma::bufread::XzDecoder::new_stream(input, stream);
            bounded(from, out, limit)
        }
        Codec::Bzip2(_) => bounded(bzip2::bufread::BzDecoder::new(input), out, limit),
        Codec::None => bounded(input, out, limit),
    }
}

/// What decompresses frame after frame, with its memory.
pub(crate) type Context = zstd::zstd_safe::DCtx<'static>;

/// A reader of the one frame that `frame` is. The caller bounds what it takes.
pub(crate) fn unpack<'a>(
    codec: Codec,
    frame: &'a [u8],
    context: &'a mut Context,
) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match codec {
        Codec::Zstd(_) => {
            Box::new(zstd::stream::read::Decoder::with_context(frame, context).single_frame())
        }
        Codec::Gzip(_) => Box::new(flate2::bufread::GzDecoder::new(frame)),
        Codec::Xz(_) => {
            let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, 0)?;
            Box::new(liblzma::bufread::XzDecoder::new_stream(frame, stream))
        }
        Codec::Bzip2(_) => Box::new(bzip2::bufread::BzDecoder::new(frame)),
        Codec::None => Box::new(frame),
    })
}

fn bounded(from: impl Read, out: &mut Vec<u8>, limit: u64) -> io::Result<()> {
    let before = out.len();
    from.take(limit.saturating_add(1)).read_to_end(out)?;
    if (out.len() - before) as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it holds more than the {limit} bytes that it may"),
        ));
    }
    Ok(())
}

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    const ALL: [Codec; 5] = [
        Codec::Zstd(3),
        Codec::Gzip(6),
        Codec::Xz(1),
        Codec::Bzip2(9),
        Codec::None,
    ];

    #[test]
    fn names_go_both_ways() {
        for codec in ALL {
            assert_eq!(codec.to_string().parse::<Codec>().unwrap(), codec);
        }
        assert_eq!("zstd".parse::<Codec>().unwrap(), Codec::Zstd(3));
        assert_eq!("zstd:-5".parse::<Codec>().unwrap(), Codec::Zstd(-5));
        for wrong in ["", "lz4", "none:1", "zstd:23", "zstd:x", "gzip:0"] {
            assert_eq!(
                wrong.parse::<Codec>().unwrap_err().kind(),
                Kind::Usage,
                "{wrong}"
            );
        }
    }

    #[test]
    fn one_frame_is_taken_and_no_more() {
        for codec in ALL.into_iter().filter(|codec| *codec != Codec::None) {
            let mut encoder = Encoder::new(codec).unwrap();
            let mut both = encoder.encode(b"SELECT 1;\n").unwrap().bytes;
            let first = both.len();
            both.extend(encoder.encode(b"").unwrap().bytes);
            let mut input = both.as_slice();
            let mut out = Vec::new();
            decode(codec, &mut input, &mut out, 10).unwrap();
            assert_eq!(out, b"SELECT 1;\n");
            assert_eq!(input.len(), both.len() - first, "{codec}");
            decode(codec, &mut input, &mut out, 0).unwrap();
            assert!(input.is_empty());
        }
    }

    #[test]
    fn a_bomb_is_bounded() {
        for codec in ALL {
            let frame = Encoder::new(codec)
                .unwrap()
                .encode(&vec![b' '; 1 << 20])
                .unwrap();
            let mut out = Vec::new();
            let error = decode(codec, &mut frame.bytes.as_slice(), &mut out, 1000).unwrap_err();
            assert!(error.to_string().contains("1000"), "{codec}: {error}");
        }
    }

    #[test]
    fn the_method_is_told_by_the_first_bytes() {
        for codec in ALL {
            let frame = Encoder::new(codec)
                .unwrap()
                .encode(b"-- dumpkeep\n")
                .unwrap();
            assert_eq!(
                Codec::detect(&frame.bytes).unwrap().method(),
                codec.method()
            );
        }
        assert_eq!(Codec::detect(b"PGDMP"), None);
    }
}
