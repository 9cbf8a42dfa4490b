//! The header of a pg_dump archive.

use std::io::Read;

use bstr::{BString, ByteSlice as _};
use chrono::{DateTime, NaiveDate, Utc};

use super::custom::MAGIC;
use super::primitive::{Source, broken};
use crate::error::{Error, Kind, Result};

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Major and minor number of the archive's version: 1.14.
    pub version: (u8, u8),
    /// The format: 1 custom, 3 tar (and directory), 5 directory.
    pub format: u8,
    /// How the custom format's data are compressed.
    pub(super) compression: Compression,
    /// When it was made, in the maker's own zone.
    pub made: DateTime<Utc>,
    /// The database.
    pub database: BString,
    /// The server's version.
    pub server: String,
    /// pg_dump's version.
    pub tool: String,
    pub(super) int_size: usize,
    pub(super) offset_size: usize,
}

/// How data are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    /// In the custom format with zlib's header, in files with gzip's.
    Gzip,
    Lz4,
    Zstd,
}

impl Head {
    /// Whether the archive is at least of this version.
    pub(super) fn since(&self, minor: u8) -> bool {
        self.version >= (1, minor)
    }

    /// "1.14"
    #[must_use]
    pub fn version_text(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    /// The compression's name.
    #[must_use]
    pub fn compression_name(&self) -> &'static str {
        match self.compression {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Lz4 => "lz4",
            Compression::Zstd => "zstd",
        }
    }
}

/// Reads the header; `source` knows the sizes of numbers from then on.
pub(super) fn read<R: Read>(source: &mut Source<R>) -> Result<Head> {
    let mut magic = [0; 5];
    source.exact(&mut magic)?;
    if magic != MAGIC {
        return Err(broken("it does not begin with PGDMP"));
    }
    let version = (source.byte()?, source.byte()?);
    let _revision = source.byte()?;
    if !((1, 12)..=(1, 16)).contains(&version) {
        let what = format!(
            "pg_dump's archive version {}.{} is not one that is known (1.12 to 1.16)",
            version.0, version.1
        );
        let hint = "Let the pg_restore that belongs to it write SQL (pg_restore -f FILE), and restore that.";
        return Err(Error::new(Kind::Unsupported, what).hint(hint));
    }
    source.int_size = size(source.byte()?)?;
    source.offset_size = size(source.byte()?)?;
    let format = source.byte()?;
    let compression = compression(source, version)?;
    let made = made(source)?;
    Ok(Head {
        version,
        format,
        compression,
        made,
        database: source.some_text()?,
        server: source.some_text()?.to_str_lossy().into_owned(),
        tool: source.some_text()?.to_str_lossy().into_owned(),
        int_size: source.int_size,
        offset_size: source.offset_size,
    })
}

fn size(size: u8) -> Result<usize> {
    match size {
        1..=8 => Ok(usize::from(size)),
        _ => Err(broken(format!("numbers of {size} bytes"))),
    }
}

fn compression<R: Read>(source: &mut Source<R>, version: (u8, u8)) -> Result<Compression> {
    if version < (1, 15) {
        let level = source.int()?;
        return Ok(if level == 0 {
            Compression::None
        } else {
            Compression::Gzip
        });
    }
    match source.byte()? {
        0 => Ok(Compression::None),
        1 => Ok(Compression::Gzip),
        2 => Ok(Compression::Lz4),
        3 => Ok(Compression::Zstd),
        other => Err(broken(format!("an unknown compression ({other})"))),
    }
}

/// Second, minute, hour, day, month from 0, year from 1900, summer time.
fn made<R: Read>(source: &mut Source<R>) -> Result<DateTime<Utc>> {
    let mut parts = [0_i64; 7];
    for part in &mut parts {
        *part = source.int()?;
    }
    let [second, minute, hour, day, month, year, _] = parts;
    let small = |part: i64| u32::try_from(part).unwrap_or(u32::MAX);
    let year = i32::try_from(year.saturating_add(1900)).unwrap_or(0);
    let date = NaiveDate::from_ymd_opt(year, small(month).saturating_add(1), small(day));
    let time = date.and_then(|date| date.and_hms_opt(small(hour), small(minute), small(second)));
    Ok(time.unwrap_or_default().and_utc())
}
