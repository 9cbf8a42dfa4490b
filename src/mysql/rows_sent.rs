//! The rows of an `INSERT`, of ours or of another dumper's: what was sent for one column of one row.

use std::ops::Range;

use bstr::{BStr, BString};

use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Quoting, tokens};

/// An `INSERT` and where its rows lie.
#[derive(Debug, Default)]
pub(super) struct RowsSent<'s> {
    insert: &'s [u8],
    /// The columns that it names; none: all, in the table's order.
    columns: Vec<BString>,
    /// What stands between the brackets of each row.
    rows: Vec<Range<usize>>,
}

impl<'s> RowsSent<'s> {
    /// Finds them.
    pub(super) fn of(insert: &'s [u8]) -> Self {
        let mut found = Self {
            insert,
            ..Self::default()
        };
        let (mut depth, mut start, mut values) = (0_usize, 0, false);
        for token in tokens(insert, Quoting::default()) {
            if token.is_mark(b'(') {
                depth += 1;
                if depth == 1 {
                    start = token.end();
                }
            } else if token.is_mark(b')') {
                depth = depth.saturating_sub(1);
                if depth == 0 && values {
                    found.rows.push(start..token.start);
                }
            } else if depth == 0 && (token.is("VALUES") || token.is("VALUE")) {
                values = true;
            } else if depth == 1
                && !values
                && let Some((name, _)) = unquote_ident(token.text)
            {
                found.columns.push(name);
            }
        }
        found
    }

    /// What was sent for a column, which is known by its name and by its place in the table.
    pub(super) fn value(&self, row: usize, (name, place): (&BStr, usize)) -> Option<&'s [u8]> {
        let range = self.rows.get(row.checked_sub(1)?)?.clone();
        let at = match self.columns.is_empty() {
            true => place,
            false => self.columns.iter().position(|column| column == name)?,
        };
        let text = self.insert.get(range)?;
        let mut depth = 0_usize;
        let mut own: Option<(usize, usize)> = None;
        let mut number = 0;
        for token in tokens(text, Quoting::default()) {
            if token.is_mark(b'(') {
                depth += 1;
            } else if token.is_mark(b')') {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && token.is_mark(b',') {
                number += 1;
                continue;
            }
            if number == at {
                own = Some((own.map_or(token.start, |(start, _)| start), token.end()));
            }
        }
        let (start, end) = own?;
        text.get(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name_or_place() {
        let ours = b"INSERT INTO `t` (`a`, `b``c`) VALUES\n(1,'x),('),\n(CAST(2 AS JSON), -1.5e0)";
        let sent = RowsSent::of(ours);
        assert_eq!(sent.value(1, ("b`c".into(), 7)), Some(&b"'x),('"[..]));
        assert_eq!(
            sent.value(2, ("a".into(), 7)),
            Some(&b"CAST(2 AS JSON)"[..])
        );
        assert_eq!(sent.value(2, ("b`c".into(), 0)), Some(&b"-1.5e0"[..]));
        assert_eq!(sent.value(3, ("a".into(), 0)), None);
        let sent = RowsSent::of(b"INSERT INTO t VALUES (1,''),(2,0)");
        assert_eq!(sent.value(2, ("any".into(), 1)), Some(&b"0"[..]));
        assert_eq!(sent.value(0, ("any".into(), 1)), None);
    }
}
