//! What a server answers with: OK, ERR, the end of rows, columns, values. Pure; every length is
//! checked against what is there.

use crate::error::{Error, Kind, Result, visible};

/// The server has more result sets for the same command.
const MORE_RESULTS: u16 = 0x0008;
/// The session is in a transaction.
const IN_TRANSACTION: u16 = 0x0001;

/// What a statement without rows did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Rows changed.
    pub affected: u64,
    /// Warnings; `SHOW WARNINGS` tells them.
    pub warnings: u16,
    /// The session's status.
    pub status: u16,
}

impl Done {
    /// Whether another result set of the same command follows.
    #[must_use]
    pub fn more(self) -> bool {
        self.status & MORE_RESULTS != 0
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn in_transaction(self) -> bool {
        self.status & IN_TRANSACTION != 0
    }
}

/// A server's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The error number.
    pub code: u16,
    /// The server's words, bounded, without control characters.
    pub message: String,
}

/// The error of a packet that makes no sense.
pub(crate) fn nonsense(what: &str) -> Error {
    Error::new(
        Kind::Hostile,
        format!("the server sent a packet that makes no sense: {what}"),
    )
}

/// Reads a payload from its beginning.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| nonsense("it is too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next byte.
    pub fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// The next two bytes as a number.
    pub fn u16(&mut self) -> Result<u16> {
        let bytes = self.take(2)?;
        Ok(u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    /// The next four bytes as a number.
    pub fn u32(&mut self) -> Result<u32> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// Bytes up to a zero, which is skipped; all that is left where there is none.
    pub fn until_zero(&mut self) -> &'a [u8] {
        let end = memchr::memchr(0, self.0).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or(&[]);
        taken
    }

    /// A number of variable length.
    pub fn number(&mut self) -> Result<u64> {
        match self.byte()? {
            short @ 0..=0xfa => Ok(u64::from(short)),
            0xfc => self.wide(2),
            0xfd => self.wide(3),
            0xfe => self.wide(8),
            _ => Err(nonsense("it has no number where one belongs")),
        }
    }

    fn wide(&mut self, count: usize) -> Result<u64> {
        let mut bytes = [0; 8];
        bytes[..count].copy_from_slice(self.take(count)?);
        Ok(u64::from_le_bytes(bytes))
    }

    /// Bytes with their length before them.
    pub fn string(&mut self) -> Result<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// A row ends with its last value: more than that is not the row that was asked for.
    pub fn end(&self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(nonsense("it is longer than what it holds"))
    }

    /// A value of a row: bytes, or `None` for NULL.
    pub fn value(&mut self) -> Result<Option<&'a [u8]>> {
        // nearly every value is short: its length is one byte
        if let Some((&length @ 0..=0xfa, rest)) = self.0.split_first() {
            let (value, rest) = rest
                .split_at_checked(usize::from(length))
                .ok_or_else(|| nonsense("a value is too short"))?;
            self.0 = rest;
            return Ok(Some(value));
        }
        if self.0.first() == Some(&0xfb) {
            self.0 = &self.0[1..];
            return Ok(None);
        }
        self.string().map(Some)
    }
}

/// An OK packet, after its first byte; or the end of rows in the form of one.
pub fn done(payload: &[u8]) -> Result<Done> {
    let mut reader = Reader(payload.get(1..).unwrap_or(&[]));
    let affected = reader.number()?;
    reader.number()?;
    let status = reader.u16()?;
    Ok(Done {
        affected,
        status,
        warnings: reader.u16()?,
    })
}

/// The end of columns or rows as servers before 5.7.5 say it.
pub fn old_end(payload: &[u8]) -> Result<Done> {
    let mut reader = Reader(payload.get(1..).unwrap_or(&[]));
    Ok(Done {
        affected: 0,
        warnings: reader.u16()?,
        status: reader.u16()?,
    })
}

/// An ERR packet. Before the greeting there is no SQLSTATE in it.
#[must_use]
pub fn refusal(payload: &[u8]) -> Refusal {
    let mut reader = Reader(payload.get(1..).unwrap_or(&[]));
    let code = reader.u16().unwrap_or(0);
    let mut text = reader.0;
    if text.first() == Some(&b'#') {
        text = text.get(6..).unwrap_or(&[]);
    }
    let text = String::from_utf8_lossy(&text[..text.len().min(2000)]);
    Refusal {
        code,
        message: visible(&text),
    }
}

/// A column of a result set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name or alias.
    pub name: Vec<u8>,
    /// The collation's number; 63 is binary.
    pub collation: u16,
    /// The type's number.
    pub kind: u8,
    /// The column's flags.
    pub flags: u16,
}

impl Column {
    /// Its name, as text.
    #[must_use]
    pub fn label(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }
}

/// A column definition.
pub fn column(payload: &[u8]) -> Result<Column> {
    let mut reader = Reader(payload);
    for _ in 0..4 {
        reader.string()?;
    }
    let name = reader.string()?.to_vec();
    reader.string()?;
    reader.number()?;
    let collation = reader.u16()?;
    reader.u32()?;
    Ok(Column {
        name,
        collation,
        kind: reader.byte()?,
        flags: reader.u16()?,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_of_each_length_form() {
        let mut row = vec![0xfb, 0, 2, b'a', b'b', 0xfc, 0, 1];
        row.extend([b'x'; 256]);
        let mut reader = Reader(&row);
        assert_eq!(reader.value().unwrap(), None);
        assert_eq!(reader.value().unwrap(), Some(&b""[..]));
        assert_eq!(reader.value().unwrap(), Some(&b"ab"[..]));
        assert_eq!(reader.value().unwrap(), Some(&[b'x'; 256][..]));
        assert!(reader.value().is_err());
    }

    #[test]
    fn refusals_with_and_without_sqlstate() {
        let full = refusal(b"\xff\x15\x04#28000Access \x1bdenied");
        assert_eq!(full.code, 1045);
        assert_eq!(full.message, "Access \\u{1b}denied");
        assert_eq!(refusal(b"\xff\x10\x04Too many connections").code, 1040);
        assert_eq!(refusal(b"\xff").code, 0);
    }

    proptest! {
        #[test]
        fn no_payload_makes_the_parsers_panic(payload: Vec<u8>) {
            let _ = (done(&payload), old_end(&payload), refusal(&payload), column(&payload));
            let mut reader = Reader(&payload);
            while reader.value().is_ok() && !reader.0.is_empty() {}
        }
    }
}
