//! Rows out of a script that this program wrote: COPY lines and the literals of `INSERT`s. Pure.

use bstr::{BString, ByteSlice as _};

use crate::error::{Error, Kind, Result};
use crate::sql::dialect::Dialect;

/// A column's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// NULL.
    Null,
    /// A text, as the server prints the value.
    Text(BString),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// What an `INSERT` holds: the columns' names, and the rows.
pub type Inserted = (Vec<BString>, Vec<Vec<Value>>);

/// The columns that `COPY t (a, "b") FROM stdin` names; `WITH OIDS` puts one more before them.
pub fn copy_columns(statement: &[u8]) -> Result<Vec<BString>> {
    let mut reader = Reader::new(Dialect::Postgres, statement);
    let rest = statement.strip_suffix(b" WITH OIDS FROM stdin");
    let mut columns: Vec<BString> = rest.map(|_| "oid".into()).into_iter().collect();
    // a table that has nothing but OIDs has no list
    if rest.is_none_or(|rest| rest.ends_with(b")")) {
        reader.open_list()?;
        columns.extend(reader.names()?);
    }
    Ok(columns)
}

/// A line of COPY's text format.
pub fn copy_row(line: &[u8]) -> Result<Vec<Value>> {
    line.split(|byte| *byte == b'\t').map(copy_value).collect()
}

fn copy_value(field: &[u8]) -> Result<Value> {
    if field == b"\\N" {
        return Ok(Value::Null);
    }
    let mut text = BString::default();
    let mut bytes = field.iter();
    while let Some(&byte) = bytes.next() {
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        // Octal and hexadecimal escapes are read by the server and written by none.
        let escaped = bytes.next().ok_or_else(|| strange(field))?;
        text.push(match escaped {
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'0'..=b'7' | b'x' => return Err(strange(field)),
            other => *other,
        });
    }
    Ok(Value::Text(text))
}

/// The columns and rows of an `INSERT INTO t (a, b) VALUES (…), (…)`; `None` for other statements.
pub fn insert(dialect: Dialect, statement: &[u8]) -> Result<Option<Inserted>> {
    if !statement.starts_with(b"INSERT INTO ") {
        return Ok(None);
    }
    let mut reader = Reader::new(dialect, statement);
    reader.open_list()?;
    let columns = reader.names()?;
    while !reader.rest().starts_with(b"VALUES") {
        reader.at += 1;
        if reader.rest().is_empty() {
            return Err(strange(statement));
        }
    }
    reader.at += b"VALUES".len();
    let mut rows = Vec::new();
    loop {
        reader.blanks();
        rows.push(reader.row()?);
        reader.blanks();
        if !reader.takes(b",") {
            return Ok(Some((columns, rows)));
        }
    }
}

struct Reader<'a> {
    dialect: Dialect,
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(dialect: Dialect, text: &'a [u8]) -> Self {
        let at = 0;
        Self { dialect, text, at }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_ascii_start().len();
    }

    fn takes(&mut self, token: &[u8]) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    /// Goes behind the parenthesis that opens the list of columns; quoted names may hold any.
    fn open_list(&mut self) -> Result<()> {
        loop {
            match self.rest().first() {
                Some(b'(') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'"' | b'`') => drop(self.name()?),
                Some(_) => self.at += 1,
                None => return Err(strange(self.text)),
            }
        }
    }

    fn names(&mut self) -> Result<Vec<BString>> {
        let mut names = Vec::new();
        loop {
            self.blanks();
            if self.takes(b")") {
                return Ok(names);
            }
            names.push(self.name()?);
            self.blanks();
            self.takes(b",");
        }
    }

    fn name(&mut self) -> Result<BString> {
        let rest = self.rest();
        match rest.first() {
            Some(quote @ (b'"' | b'`')) => {
                self.at += 1;
                self.quoted(*quote, false)
            }
            _ => {
                let end = rest.find_byteset(b" ,()").filter(|end| *end > 0);
                let end = end.ok_or_else(|| strange(self.text))?;
                self.at += end;
                Ok(rest.get(..end).unwrap_or_default().into())
            }
        }
    }

    /// What stands up to the quote, which is doubled inside.
    fn quoted(&mut self, quote: u8, escapes: bool) -> Result<BString> {
        let mut out = BString::default();
        loop {
            let rest = self.rest();
            let special = rest
                .iter()
                .position(|byte| *byte == quote || (escapes && *byte == b'\\'));
            let special = special.ok_or_else(|| strange(self.text))?;
            out.extend_from_slice(rest.get(..special).unwrap_or_default());
            let next = rest.get(special + 1).copied();
            self.at += special + 1;
            match (rest.get(special), next) {
                (Some(b'\\'), Some(next)) if escapes => {
                    out.push(unescaped(next));
                    self.at += 1;
                }
                (_, Some(next)) if next == quote => {
                    out.push(quote);
                    self.at += 1;
                }
                _ => return Ok(out),
            }
        }
    }

    fn row(&mut self) -> Result<Vec<Value>> {
        if !self.takes(b"(") {
            return Err(strange(self.text));
        }
        let mut values = Vec::new();
        loop {
            self.blanks();
            if self.takes(b")") {
                return Ok(values);
            }
            values.push(self.value()?);
            self.blanks();
            self.takes(b",");
        }
    }

    fn value(&mut self) -> Result<Value> {
        let mysql = self.dialect == Dialect::Mysql;
        if self.takes(b"'") || self.takes(b"_utf8mb4'") {
            return self.quoted(b'\'', mysql).map(Value::Text);
        }
        if self.takes(b"E'") {
            return self.quoted(b'\'', true).map(Value::Text);
        }
        if self.takes(b"_binary'") {
            return self
                .quoted(b'\'', mysql)
                .map(|bytes| Value::Bytes(bytes.into()));
        }
        let rest = self.rest();
        let end = rest.find_byteset(b",) (").filter(|end| *end > 0);
        let end = end.ok_or_else(|| strange(self.text))?;
        let word = rest.get(..end).unwrap_or_default();
        // Behind a word's parenthesis stands an expression: only a server knows its value.
        if rest.get(end) == Some(&b'(') {
            let what = "a row holds an expression that only a server can evaluate";
            return Err(Error::new(Kind::Unsupported, what));
        }
        self.at += end;
        if word == b"NULL" {
            return Ok(Value::Null);
        }
        match word.strip_prefix(b"0x").filter(|_| mysql) {
            Some(digits) => {
                let bytes = const_hex::decode(digits).map_err(|_| strange(word))?;
                Ok(Value::Bytes(bytes))
            }
            None => Ok(Value::Text(word.into())),
        }
    }
}

fn unescaped(byte: u8) -> u8 {
    match byte {
        b'0' => 0,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'Z' => 0x1a,
        other => other,
    }
}

fn strange(text: &[u8]) -> Error {
    let start = text.get(..60).unwrap_or(text).to_str_lossy();
    let message = format!("\"{start}\" is not how this program writes rows");
    Error::new(Kind::Archive, message)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn copy_lines_are_read_as_the_server_reads_them() {
        let columns = copy_columns(b"COPY \"a (b\".t (x, \"y\"\"(,z\") FROM stdin").unwrap();
        assert_eq!(columns, ["x", "y\"(,z"]);
        let row = copy_row(b"\\N\t\ta\\tb\\\\\\nc\t\\\\N").unwrap();
        assert_eq!(row, [Value::Null, text(""), text("a\tb\\\nc"), text("\\N")]);
    }

    #[test]
    fn inserts_are_read_by_dialect() {
        let sql = br"INSERT INTO `a (``b` (`x`, `y),`) VALUES
(1, 'it\'s ''\n'),
(NULL, 0x00ff), (-1.5e0,_binary'\0x'), (_utf8mb4'{}',b'101')";
        let (columns, rows) = insert(Dialect::Mysql, sql).unwrap().unwrap();
        assert_eq!(columns, ["x", "y),"]);
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        let expected = [
            vec![text("1"), text("it's '\n")],
            vec![Value::Null, bytes(b"\0\xff")],
            vec![text("-1.5e0"), bytes(b"\0x")],
            vec![text("{}"), text("b'101'")],
        ];
        assert_eq!(rows, expected);
        let sql = br"INSERT INTO t (a, b) VALUES ('\', E'\'')";
        let (_, rows) = insert(Dialect::Postgres, sql).unwrap().unwrap();
        assert_eq!(rows, [vec![text("\\"), text("'")]]);
        assert_eq!(insert(Dialect::Mysql, b"SET NAMES binary").unwrap(), None);
        assert!(insert(Dialect::Mysql, b"INSERT INTO t (a) VALUES (CAST(1 AS x))").is_err());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic_or_hang(text in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = copy_row(&text);
            let _ = copy_columns(&text);
            let _ = insert(Dialect::Mysql, &[b"INSERT INTO ", text.as_slice()].concat());
        }
    }
}
