//! Numbers and texts as pg_dump's archives hold them.

use std::io::Read;

use bstr::BString;

use crate::error::{Error, Kind, Result};

/// The longest text that a table of contents may hold: one definition.
const MAX_TEXT: usize = 1 << 30;

/// Reads an archive's numbers and texts, and counts the bytes that it takes.
pub(super) struct Source<R> {
    input: R,
    /// How many bytes a number takes.
    pub(super) int_size: usize,
    /// How many bytes an offset takes.
    pub(super) offset_size: usize,
    pub(super) taken: u64,
}

impl<R: Read> Source<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            int_size: 4,
            offset_size: 8,
            taken: 0,
        }
    }

    /// The same with the sizes of an archive whose header was read before.
    pub(super) fn sized(input: R, int_size: usize, offset_size: usize) -> Self {
        Self {
            int_size,
            offset_size,
            ..Self::new(input)
        }
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        let mut byte = [0];
        self.exact(&mut byte)?;
        Ok(byte[0])
    }

    pub(super) fn exact(&mut self, out: &mut [u8]) -> Result<()> {
        self.input
            .read_exact(out)
            .map_err(|cause| self.cut(cause))?;
        self.taken += out.len() as u64;
        Ok(())
    }

    /// `count` bytes onto `out`. Memory grows with what is really there.
    pub(super) fn bytes(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()> {
        let before = out.len();
        let mut from = (&mut self.input).take(count as u64);
        let read = from.read_to_end(out).map_err(|cause| self.cut(cause))?;
        self.taken += read as u64;
        if out.len() - before == count {
            Ok(())
        } else {
            Err(broken(format!(
                "it ends at byte {}, inside of something",
                self.taken
            )))
        }
    }

    /// A sign, then the bytes, the lowest first.
    pub(super) fn int(&mut self) -> Result<i64> {
        let negative = self.byte()? != 0;
        let value = self.number(self.int_size)?;
        let value = i64::try_from(value).map_err(|_| broken("a number is too large"))?;
        Ok(if negative { -value } else { value })
    }

    fn number(&mut self, size: usize) -> Result<u64> {
        let mut bytes = [0; 8];
        let bytes_used = bytes
            .get_mut(..size)
            .ok_or_else(|| broken("its numbers have an unknown size"))?;
        self.exact(bytes_used)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// A text; `None` for none.
    pub(super) fn text(&mut self) -> Result<Option<BString>> {
        let length = self.int()?;
        if length < 0 {
            return Ok(None);
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_TEXT {
            return Err(broken(format!("a text of {length} bytes is too long")));
        }
        let mut text = Vec::new();
        self.bytes(length, &mut text)?;
        Ok(Some(text.into()))
    }

    /// A text that is there.
    pub(super) fn some_text(&mut self) -> Result<BString> {
        Ok(self.text()?.unwrap_or_default())
    }

    /// An offset: what is known about it, and where.
    pub(super) fn offset(&mut self) -> Result<Offset> {
        let flag = self.byte()?;
        let at = self.number(self.offset_size)?;
        match flag {
            0 | 1 => Ok(Offset::Unknown),
            2 => Ok(Offset::At(at)),
            3 => Ok(Offset::NoData),
            _ => Err(broken(format!("an offset of an unknown sort ({flag})"))),
        }
    }

    /// At the end of the file.
    pub(super) fn byte_or_end(&mut self) -> Result<Option<u8>> {
        let mut byte = Vec::new();
        let mut from = (&mut self.input).take(1);
        let read = from
            .read_to_end(&mut byte)
            .map_err(|cause| self.cut(cause))?;
        self.taken += read as u64;
        Ok(byte.first().copied())
    }

    fn cut(&self, cause: std::io::Error) -> Error {
        let at = self.taken;
        broken(format!("it can't be read beyond byte {at}")).cause(cause)
    }
}

/// Where an entry's data are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offset {
    /// Somewhere: the dump went to a pipe.
    Unknown,
    At(u64),
    NoData,
}

/// An archive that is not what pg_dump writes.
pub(super) fn broken(what: impl std::fmt::Display) -> Error {
    Error::new(
        Kind::Archive,
        format!("pg_dump's archive is broken: {what}"),
    )
}
