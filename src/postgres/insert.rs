//! COPY's rows as INSERT statements.

use super::data::column_list;
use super::quote::literal;
use crate::plan::entry::DataRef;
use crate::source::RowForm;

/// Writes rows as statements of one or several. Every value is a quoted literal, which the server
/// takes for the column's type; identity columns take it too.
pub struct Inserts {
    head: Vec<u8>,
    end: &'static [u8],
    per_statement: usize,
    without_columns: bool,
    open: usize,
}

impl Inserts {
    /// For the rows of a table.
    #[must_use]
    pub fn new(data: &DataRef, form: RowForm) -> Self {
        let columns = column_list(data);
        let without_columns = data.columns.is_empty();
        Self {
            head: bstr::concat([b"INSERT INTO ".as_slice(), &data.into, &columns]),
            end: match form.on_conflict_do_nothing {
                true => b" ON CONFLICT DO NOTHING;\n",
                false => b";\n",
            },
            // DEFAULT VALUES is one row.
            per_statement: if without_columns {
                1
            } else {
                form.per_insert.max(1)
            },
            without_columns,
            open: 0,
        }
    }

    /// Appends a row in COPY's text form, without its line's end. Gives the number of rows that are
    /// in whole statements now and were not before.
    pub fn write(&mut self, row: &[u8], out: &mut Vec<u8>) -> u64 {
        if self.open == 0 {
            out.extend_from_slice(&self.head);
            out.extend_from_slice(match self.without_columns {
                true => b" DEFAULT VALUES".as_slice(),
                false => b" OVERRIDING SYSTEM VALUE VALUES",
            });
        }
        if !self.without_columns {
            self.values(row, out);
        }
        self.open += 1;
        if self.open < self.per_statement {
            return 0;
        }
        self.finish(out)
    }

    /// Ends the open statement; gives its number of rows.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> u64 {
        if self.open == 0 {
            return 0;
        }
        out.extend_from_slice(self.end);
        std::mem::take(&mut self.open) as u64
    }

    fn values(&self, row: &[u8], out: &mut Vec<u8>) {
        let before: &[u8] = match (self.open, self.per_statement) {
            (_, 1) => b" (",
            (0, _) => b"\n\t(",
            _ => b",\n\t(",
        };
        out.extend_from_slice(before);
        for (at, field) in row.split(|&byte| byte == b'\t').enumerate() {
            if at > 0 {
                out.extend_from_slice(b", ");
            }
            match field {
                b"\\N" => out.extend_from_slice(b"NULL"),
                field => out.extend_from_slice(&literal(unescape(field))),
            }
        }
        out.push(b')');
    }
}

fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut bytes = field.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => out.extend(bytes.next().map(control)),
            byte => out.push(byte),
        }
    }
    out
}

fn control(letter: u8) -> u8 {
    match letter {
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use bstr::BString;

    use super::*;

    fn inserts(columns: bool, per_statement: usize, end: &'static [u8]) -> Inserts {
        let head: &[u8] = match columns {
            true => b"INSERT INTO t (a, b, c)",
            false => b"INSERT INTO t",
        };
        Inserts {
            head: head.to_vec(),
            end,
            per_statement,
            without_columns: !columns,
            open: 0,
        }
    }

    #[test]
    fn values_are_unescaped_and_quoted() {
        let mut out = Vec::new();
        let rows = inserts(true, 1, b";\n").write(b"it's\t\\N\ta\\\\b\\n\\x", &mut out);
        assert_eq!(rows, 1);
        assert_eq!(
            BString::from(out),
            "INSERT INTO t (a, b, c) OVERRIDING SYSTEM VALUE VALUES ('it''s', NULL, \
             E'a\\\\b\nx');\n"
        );
    }

    #[test]
    fn several_rows_are_one_statement() {
        let mut out = Vec::new();
        let mut inserts = inserts(true, 2, b" ON CONFLICT DO NOTHING;\n");
        let rows: Vec<u64> = (0..3)
            .map(|_| inserts.write(b"1\t2\t3", &mut out))
            .collect();
        assert_eq!(rows, [0, 2, 0]);
        assert_eq!((inserts.finish(&mut out), inserts.finish(&mut out)), (1, 0));
        let head = "INSERT INTO t (a, b, c) OVERRIDING SYSTEM VALUE VALUES\n\t('1', '2', '3')";
        let tail = " ON CONFLICT DO NOTHING;\n";
        assert_eq!(
            BString::from(out),
            format!("{head},\n\t('1', '2', '3'){tail}{head}{tail}")
        );
    }

    #[test]
    fn a_row_without_columns_is_its_defaults() {
        let mut out = Vec::new();
        let mut inserts = inserts(false, 1, b";\n");
        assert_eq!(inserts.write(b"", &mut out), 1);
        assert_eq!(BString::from(out), "INSERT INTO t DEFAULT VALUES;\n");
    }
}
