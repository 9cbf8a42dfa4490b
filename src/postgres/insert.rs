//! COPY's rows as INSERT statements.

use super::data::column_list;
use super::quote::literal;
use crate::plan::entry::DataRef;

/// Writes one statement for each row. Every value is a quoted literal, which the server takes for
/// the column's type; identity columns take it too.
pub struct Inserts {
    head: Vec<u8>,
    without_columns: bool,
}

impl Inserts {
    /// For the rows of a table.
    #[must_use]
    pub fn new(data: &DataRef) -> Self {
        let columns = column_list(data);
        Self {
            head: bstr::concat([b"INSERT INTO ".as_slice(), &data.into, &columns]),
            without_columns: data.columns.is_empty(),
        }
    }

    /// Appends the statement for a row in COPY's text form, without its line's end.
    pub fn write(&self, row: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        if self.without_columns {
            out.extend_from_slice(b" DEFAULT VALUES;\n");
            return;
        }
        out.extend_from_slice(b" OVERRIDING SYSTEM VALUE VALUES (");
        for (at, field) in row.split(|&byte| byte == b'\t').enumerate() {
            if at > 0 {
                out.extend_from_slice(b", ");
            }
            match field {
                b"\\N" => out.extend_from_slice(b"NULL"),
                field => out.extend_from_slice(&literal(unescape(field))),
            }
        }
        out.extend_from_slice(b");\n");
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

    #[test]
    fn values_are_unescaped_and_quoted() {
        let inserts = Inserts {
            head: b"INSERT INTO t (a, b, c)".to_vec(),
            without_columns: false,
        };
        let mut out = Vec::new();
        inserts.write(b"it's\t\\N\ta\\\\b\\n\\x", &mut out);
        assert_eq!(
            BString::from(out),
            "INSERT INTO t (a, b, c) OVERRIDING SYSTEM VALUE VALUES ('it''s', NULL, \
             E'a\\\\b\nx');\n"
        );
    }

    #[test]
    fn a_row_without_columns_is_its_defaults() {
        let inserts = Inserts {
            head: b"INSERT INTO t".to_vec(),
            without_columns: true,
        };
        let mut out = Vec::new();
        inserts.write(b"", &mut out);
        assert_eq!(BString::from(out), "INSERT INTO t DEFAULT VALUES;\n");
    }
}
