//! How a column's values are read so that they come back bit for bit, and how they are written.

use bstr::{BString, ByteSlice};

use crate::mysql::inventory::Column;
use crate::mysql::quote::ident;
use crate::mysql::typed_json;
use crate::mysql::version::Caps;
use crate::plan::entry::{DataColumn, ValueForm};

/// The column of a table's data, or `None` where the server computes the values.
#[must_use]
pub fn data_column(column: &Column, caps: Caps) -> Option<DataColumn> {
    if column.is_generated() && !column.is_row_time() {
        return None;
    }
    let name = ident(&column.name);
    let (read, form) = reading(column, &name, caps);
    Some(DataColumn { name, read, form })
}

fn reading(column: &Column, name: &BString, caps: Caps) -> (BString, ValueForm) {
    let plain = |form| (name.clone(), form);
    match column.data_type.to_ascii_lowercase().as_slice() {
        b"year" if column.column_type.starts_with(b"year(2)") => {
            (two_digit_year(name), ValueForm::Expression)
        }
        b"tinyint" | b"smallint" | b"mediumint" | b"int" | b"bigint" | b"decimal" | b"year" => {
            plain(ValueForm::Number)
        }
        // Printed with 6 digits, or as many as declared: times 1e0 it is a DOUBLE with all of
        // them. (Plus 0e0 would lose the sign of -0.)
        b"float" | b"double" => (wrap("", name, "*1e0"), ValueForm::Float),
        b"bit" => plain(ValueForm::Bit),
        b"json" if caps.json_table() => (typed_json::read(name), ValueForm::Json),
        b"json" => plain(ValueForm::Json),
        b"enum" => enumeration(column, name),
        b"set" => set(column, name),
        b"char" | b"varchar" | b"tinytext" | b"text" | b"mediumtext" | b"longtext" => {
            plain(ValueForm::Text)
        }
        b"date" | b"time" | b"datetime" | b"timestamp" | b"uuid" | b"inet4" | b"inet6" => {
            plain(ValueForm::Quoted)
        }
        _ => plain(ValueForm::Binary),
    }
}

/// A YEAR(2) prints 2000 and its zero alike; as a date the one is of 2000, the other of 1900.
fn two_digit_year(name: &BString) -> BString {
    let zero = wrap(
        "IF(YEAR(CAST(",
        name,
        " AS DATETIME)) = 1900, QUOTE('0000'), CAST(",
    );
    [zero.as_slice(), name, b" + 0 AS CHAR))"].concat().into()
}

/// An ENUM can hold the error value, number 0, which prints as an empty string and can't be told
/// from a member of that name: it is written as 0. Members that are not plain ASCII go by number,
/// since what prints them (`column_type`) may not know their characters; so do empty ones, which
/// may be bytes that are no text.
fn enumeration(column: &Column, name: &BString) -> (BString, ValueForm) {
    if !prints_plainly(column) {
        return (wrap("CAST(", name, " AS UNSIGNED)"), ValueForm::Number);
    }
    let mut read = wrap("IF(CAST(", name, " AS UNSIGNED) = 0, '0', QUOTE(");
    read.extend_from_slice(name);
    read.extend_from_slice(b"))");
    (read, ValueForm::Expression)
}

fn set(column: &Column, name: &BString) -> (BString, ValueForm) {
    if prints_plainly(column) {
        return (name.clone(), ValueForm::Quoted);
    }
    (wrap("CAST(", name, " AS UNSIGNED)"), ValueForm::Number)
}

fn prints_plainly(column: &Column) -> bool {
    let charset = column
        .charset
        .as_ref()
        .map_or(&b""[..], |set| set.as_bytes());
    let wide = ["ucs2", "utf16", "utf16le", "utf32"];
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) && !matches!(byte, b'?' | b'\\');
    let text = &column.column_type;
    let whole = text.ends_with(b"')") && !text.contains_str("''");
    whole && !wide.iter().any(|wide| charset == wide.as_bytes()) && text.iter().all(plain)
}

fn wrap(before: &str, name: &BString, after: &str) -> BString {
    [before.as_bytes(), name, after.as_bytes()].concat().into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;
    use crate::mysql::facts::Flavor;

    const CAPS: Caps = Caps {
        flavor: Flavor::Mysql,
        number: 80_400,
    };

    fn read(data_type: &str, column_type: &str) -> (String, ValueForm) {
        let column = Column {
            name: "c".into(),
            data_type: data_type.into(),
            column_type: column_type.into(),
            ..Column::default()
        };
        let data = data_column(&column, CAPS).unwrap();
        (data.read.to_string(), data.form)
    }

    #[test]
    fn floats_are_read_with_all_their_digits() {
        assert_eq!(
            read("float", "float(7,2)"),
            ("`c`*1e0".into(), ValueForm::Float)
        );
    }

    #[test]
    fn odd_members_go_by_number() {
        let number = ("CAST(`c` AS UNSIGNED)".into(), ValueForm::Number);
        assert_eq!(read("enum", "enum('?')"), number);
        assert_eq!(read("set", "set('é')"), number);
        assert_eq!(read("set", "set('a')"), ("`c`".into(), ValueForm::Quoted));
        assert_eq!(read("enum", "enum('a')").1, ValueForm::Expression);
    }

    #[test]
    fn computed_columns_are_not_data() {
        let column = |generation: &str| Column {
            extra: "STORED GENERATED".into(),
            generation: generation.into(),
            ..Column::default()
        };
        assert_eq!(data_column(&column("`a` + 1"), CAPS), None);
        assert!(data_column(&column("ROW START"), CAPS).is_some());
    }
}
