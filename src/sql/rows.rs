//! Result sets in the servers' text form, with typed reading by column name. For catalogs; table
//! data never come this way.

use bstr::{BStr, BString, ByteSlice};

use crate::error::{Error, Kind, Result};

/// A whole result set. Its values lie one behind the other: catalogs give hundreds of thousands, most of
/// a few bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    columns: Vec<String>,
    /// The values of a row in the order of the columns, each behind its length.
    bytes: Vec<u8>,
    /// Where each row begins in `bytes`.
    starts: Vec<u32>,
}

/// The most that the values of a result set may take, in bytes.
const MOST: usize = 1 << 31;

/// Adds a length, or that a value is NULL: seven bits a byte, the lowest first, of one more than the length;
/// zero for NULL.
fn put_length(length: Option<usize>, out: &mut Vec<u8>) {
    let mut rest = length.map_or(0, |length| length + 1);
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Takes the next value from the front; `None` where it is NULL, as it is where there is none.
fn take_value<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (mut length, mut shift) = (0, 0);
    while let Some((byte, rest)) = from.split_first() {
        *from = rest;
        length |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let (value, rest) = from.split_at_checked(length.checked_sub(1)?)?;
    *from = rest;
    Some(value)
}

impl Rows {
    /// A result set with these columns and no rows yet.
    #[must_use]
    pub fn new(columns: Vec<String>) -> Self {
        Self {
            columns,
            ..Self::default()
        }
    }

    /// Adds a row. Its values stand in the order of the columns; those that it lacks are NULL.
    ///
    /// The error is `Unsupported`: all values together may have 2 GiB, more than catalogs of a million
    /// objects.
    pub fn push<V: AsRef<[u8]>>(&mut self, row: impl IntoIterator<Item = Option<V>>) -> Result<()> {
        let mut values = row.into_iter();
        self.starts
            .push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        for _ in 0..self.columns.len() {
            let value = values.next().flatten();
            let value = value.as_ref().map(AsRef::as_ref);
            put_length(value.map(<[u8]>::len), &mut self.bytes);
            self.bytes.extend_from_slice(value.unwrap_or_default());
            if self.bytes.len() >= MOST {
                let what = "a result set is larger than 2 GiB";
                return Err(Error::new(Kind::Unsupported, what));
            }
        }
        Ok(())
    }

    /// Takes all rows out.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.starts.clear();
    }

    /// Gives back the room that no further row needs.
    pub fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    /// The columns' names.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows, in the server's order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|number| Row { rows: self, number })
    }

    /// The row of this number, from 0.
    #[must_use]
    pub fn row(&self, number: usize) -> Option<Row<'_>> {
        (number < self.len()).then_some(Row { rows: self, number })
    }

    /// The first row, if there is one.
    #[must_use]
    pub fn first(&self) -> Option<Row<'_>> {
        self.row(0)
    }

    /// What the values take in memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len() + size_of_val(self.starts.as_slice())
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

/// One row of a result set.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    rows: &'a Rows,
    number: usize,
}

impl<'a> Row<'a> {
    /// The value, or `None` where it is NULL. A column that is not there is an internal error.
    pub fn opt(&self, column: &str) -> Result<Option<&'a BStr>> {
        let columns = &self.rows.columns;
        let at = columns.iter().position(|name| name == column);
        let at = at.ok_or_else(|| internal(column, "is not in the result"))?;
        let start = self.rows.starts.get(self.number);
        let start = start.map_or(usize::MAX, |start| *start as usize);
        let mut values = self.rows.bytes.get(start..).unwrap_or_default();
        for _ in 0..at {
            take_value(&mut values);
        }
        Ok(take_value(&mut values).map(BStr::new))
    }

    /// The value, as owned bytes, or `None` where it is NULL.
    pub fn opt_owned(&self, column: &str) -> Result<Option<BString>> {
        Ok(self.opt(column)?.map(BStr::to_owned))
    }

    /// The value; NULL is an error.
    pub fn bytes(&self, column: &str) -> Result<&'a BStr> {
        self.opt(column)?.ok_or_else(|| internal(column, "is NULL"))
    }

    /// The value as owned bytes; NULL is an error.
    pub fn owned(&self, column: &str) -> Result<BString> {
        Ok(self.bytes(column)?.to_owned())
    }

    /// The value as UTF-8; NULL is an error.
    pub fn str(&self, column: &str) -> Result<&'a str> {
        self.bytes(column)?
            .to_str()
            .map_err(|_| internal(column, "is not UTF-8"))
    }

    /// A number; NULL is an error.
    pub fn num<T: std::str::FromStr>(&self, column: &str) -> Result<T> {
        let text = self.str(column)?;
        text.parse()
            .map_err(|_| internal(column, &format!("is not such a number: {text}")))
    }

    /// A number, or `None` where it is NULL.
    pub fn opt_num<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>> {
        if self.opt(column)?.is_none() {
            Ok(None)
        } else {
            self.num(column).map(Some)
        }
    }

    /// A truth value: `t`, `true`, `1`, `YES`; NULL is false.
    pub fn bool(&self, column: &str) -> Result<bool> {
        let Some(value) = self.opt(column)? else {
            return Ok(false);
        };
        Ok(matches!(
            value.as_bytes(),
            b"t" | b"true" | b"1" | b"YES" | b"yes" | b"on" | b"ON"
        ))
    }

    /// A catalog's one-letter discriminator; empty or NULL gives a zero byte.
    pub fn letter(&self, column: &str) -> Result<u8> {
        Ok(self
            .opt(column)?
            .and_then(|value| value.first().copied())
            .unwrap_or(0))
    }
}

fn internal(column: &str, what: &str) -> Error {
    Error::new(
        Kind::Internal,
        format!("the catalog column {column} {what}"),
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use super::*;

    #[test]
    fn each_value_is_its_own_row_and_columns() {
        let mut rows = Rows::new(vec!["a".into(), "b".into()]);
        assert!(rows.is_empty() && rows.first().is_none());
        rows.push([Some("1"), None]).unwrap();
        rows.push([None, Some("")]).unwrap();
        rows.push([Some("x"), Some("yz"), Some("one too many")])
            .unwrap();
        rows.push([Some("short")]).unwrap();
        let long = "l".repeat(70_000);
        rows.push([Some(&long), Some(&long[..127].to_owned())])
            .unwrap();
        let values: Vec<_> = rows
            .iter()
            .map(|row| (row.opt("a").unwrap(), row.opt("b").unwrap()))
            .collect();
        let text = |text: &'static str| Some(BStr::new(text));
        assert_eq!(
            values,
            [
                (text("1"), None),
                (None, text("")),
                (text("x"), text("yz")),
                (text("short"), None),
                (Some(BStr::new(&long)), Some(BStr::new(&long[..127]))),
            ]
        );
        assert_eq!(rows.len(), 5);
        assert!(rows.first().unwrap().opt("c").is_err());
        assert!(rows.row(4).is_some() && rows.row(5).is_none());
    }
}
