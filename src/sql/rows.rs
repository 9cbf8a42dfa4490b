//! Result sets in the servers' text form, with typed reading by column name. For catalogs; table
//! data never come this way.

use bstr::{BStr, BString, ByteSlice};

use crate::error::{Error, Kind, Result};

/// A whole result set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Option<BString>>>,
}

impl Rows {
    /// A result set with these columns and no rows yet.
    #[must_use]
    pub fn new(columns: Vec<String>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row; its values stand in the order of the columns.
    pub fn push(&mut self, row: Vec<Option<BString>>) {
        self.rows.push(row);
    }

    /// The columns' names.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows, in the server's order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row {
            columns: &self.columns,
            values,
        })
    }

    /// The first row, if there is one.
    #[must_use]
    pub fn first(&self) -> Option<Row<'_>> {
        self.iter().next()
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// One row of a result set.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [String],
    values: &'a [Option<BString>],
}

impl<'a> Row<'a> {
    /// The value, or `None` where it is NULL. A column that is not there is an internal error.
    pub fn opt(&self, column: &str) -> Result<Option<&'a BStr>> {
        let at = self.columns.iter().position(|name| name == column);
        let value = at.and_then(|at| self.values.get(at));
        let value = value.ok_or_else(|| internal(column, "is not in the result"))?;
        Ok(value.as_ref().map(|value| value.as_bstr()))
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
