//! Result sets in the servers' text form, with typed reading by column name. For catalogs; table
//! data never come this way.

use bstr::{BStr, BString, ByteSlice};

use crate::error::{Error, Kind, Result};

/// A whole result set. Its values lie one behind the other: catalogs give hundreds of thousands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    columns: Vec<String>,
    bytes: Vec<u8>,
    /// Where each value ends in `bytes`, the values of a row in the order of the columns.
    ends: Vec<End>,
    /// The number of rows.
    count: usize,
}

/// Where a value ends, and whether it is NULL instead: then it ends where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End(u32);

impl End {
    const NULL: u32 = 1 << 31;

    fn at(self) -> usize {
        usize::try_from(self.0 & !Self::NULL).unwrap_or(usize::MAX)
    }

    fn is_null(self) -> bool {
        self.0 & Self::NULL != 0
    }
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
        for _ in 0..self.columns.len() {
            let value = values.next().flatten();
            self.bytes
                .extend_from_slice(value.as_ref().map_or(&[][..], AsRef::as_ref));
            let null = if value.is_none() { End::NULL } else { 0 };
            let end = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
            if end >= End::NULL {
                let what = "a result set is larger than 2 GiB";
                return Err(Error::new(Kind::Unsupported, what));
            }
            self.ends.push(End(end | null));
        }
        self.count += 1;
        Ok(())
    }

    /// Gives back the room that no further row needs.
    pub fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The columns' names.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows, in the server's order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.count).map(|number| Row { rows: self, number })
    }

    /// The row of this number, from 0.
    #[must_use]
    pub fn row(&self, number: usize) -> Option<Row<'_>> {
        (number < self.count).then_some(Row { rows: self, number })
    }

    /// The first row, if there is one.
    #[must_use]
    pub fn first(&self) -> Option<Row<'_>> {
        self.row(0)
    }

    /// What the values take in memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len() + size_of_val(self.ends.as_slice())
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
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
        let at = at.map(|at| self.number * columns.len() + at);
        let end = at.and_then(|at| self.rows.ends.get(at));
        let end = end.ok_or_else(|| internal(column, "is not in the result"))?;
        if end.is_null() {
            return Ok(None);
        }
        let before = at.and_then(|at| self.rows.ends.get(at.checked_sub(1)?));
        let start = before.map_or(0, |before| before.at());
        let value = self.rows.bytes.get(start..end.at());
        Ok(Some(value.unwrap_or_default().as_bstr()))
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
                (text("short"), None)
            ]
        );
        assert_eq!(rows.len(), 4);
        assert!(rows.first().unwrap().opt("c").is_err());
        assert!(rows.row(3).is_some() && rows.row(4).is_none());
    }
}
