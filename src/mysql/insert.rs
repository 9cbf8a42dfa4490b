//! A row of values in the text protocol as a row of an `INSERT`. Pure; one pass over the bytes, no
//! allocation per row.
//!
//! Statements are read under `SET NAMES binary`: a string is the bytes of its column, in the
//! column's own character set, and the server converts nothing.

use bstr::ByteSlice as _;
use memchr::memchr3;

use crate::error::{Error, Kind, Result};
use crate::mysql::typed_json;
use crate::mysql::wire::reply::{Column, Reader};
use crate::plan::entry::{DataRef, Method, ValueForm};

/// The size at which a statement ends, in bytes: below every server's packet limit, and large
/// enough that a larger one loads no faster.
pub const STATEMENT: usize = 1 << 20;

/// ENUM and SET in a column definition's flags.
const MEMBERS: u16 = 0x0100 | 0x0800;
/// CHAR, BINARY and what looks like them (UUID, INET6).
const STRING: u8 = 254;

/// How one column's values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Number,
    Float,
    String,
    /// A string that the server has to read as text even under `SET NAMES binary`: UUID and INET
    /// types take a binary string for their internal form.
    Ascii,
    /// The column's bytes, where the statement is not read under `SET NAMES binary`.
    Bytes,
    Json,
    Binary,
    Hex,
    Expression,
}

impl Form {
    fn of(form: ValueForm, column: Option<&Column>) -> Self {
        let textual =
            column.is_some_and(|column| column.kind == STRING && column.flags & MEMBERS == 0);
        match form {
            ValueForm::Text => Self::String,
            ValueForm::Quoted if textual => Self::Ascii,
            ValueForm::Quoted => Self::String,
            ValueForm::Number => Self::Number,
            ValueForm::Float => Self::Float,
            ValueForm::Binary => Self::Binary,
            ValueForm::Bit => Self::Hex,
            ValueForm::Json => Self::Json,
            ValueForm::Expression => Self::Expression,
        }
    }
}

/// Writes rows of one table.
#[derive(Debug, Clone)]
pub struct RowEncoder {
    pub(super) forms: Vec<Form>,
    pub(super) characters: bool,
}

impl RowEncoder {
    /// For these columns of a table, and what the server said of its result's columns.
    #[must_use]
    pub fn new(data: &DataRef, result: &[Column]) -> Self {
        let columns = data.columns.iter().enumerate();
        let forms = columns.map(|(at, column)| Form::of(column.form, result.get(at)));
        let mut forms: Vec<Form> = forms.collect();
        let characters = forms.contains(&Form::Ascii) || data.method == Method::CharacterRows;
        if characters {
            let strings = forms.iter_mut().filter(|form| **form == Form::String);
            strings.for_each(|form| *form = Form::Bytes);
        }
        Self { forms, characters }
    }

    /// Whether the statements must be read under an ordinary character set: MariaDB reads the bounds
    /// of partitions by UUID and INET columns in the connection's when it opens the table, MySQL 8
    /// those of all partitions.
    #[must_use]
    pub fn wants_characters(&self) -> bool {
        self.characters
    }

    /// Appends `(value,value,…)`.
    pub fn row(&self, mut row: Reader<'_>, out: &mut Vec<u8>) -> Result<()> {
        out.push(b'(');
        for (at, form) in self.forms.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            let short = match form {
                Form::Number => short_number(&mut row, out),
                Form::String => short_string(&mut row, out),
                _ => false,
            };
            if short {
                continue;
            }
            match row.value()? {
                None => out.extend_from_slice(b"NULL"),
                Some(value) => write(*form, value, out)?,
            }
        }
        row.end()?;
        out.push(b')');
        Ok(())
    }
}

pub(super) fn write(form: Form, value: &[u8], out: &mut Vec<u8>) -> Result<()> {
    match form {
        Form::String => quoted(b"'", value, out),
        Form::Bytes => quoted(b"_binary'", value, out),
        Form::Ascii => quoted(b"_latin1'", value, out),
        Form::Json if value.first() == Some(&typed_json::MARK) => typed_json::write(value, out)?,
        Form::Json => quoted(b"_utf8mb4'", value, out),
        Form::Number => {
            check(value)?;
            out.extend_from_slice(value);
        }
        Form::Float => {
            check(value)?;
            out.extend_from_slice(value);
            // without an exponent it would be a DECIMAL, which knows no -0
            if value.find_byteset(b"eE").is_none() {
                out.extend_from_slice(b"e0");
            }
        }
        Form::Binary => binary(value, out),
        Form::Hex => hex(value, out),
        Form::Expression => {
            harmless(value)?;
            out.extend_from_slice(value);
        }
    }
    Ok(())
}

/// Digits, sign, point, exponent.
const NUMERIC: [bool; 256] = {
    let mut table = [false; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        table[digit as usize] = true;
        digit += 1;
    }
    table[b'-' as usize] = true;
    table[b'+' as usize] = true;
    table[b'.' as usize] = true;
    table[b'e' as usize] = true;
    table[b'E' as usize] = true;
    table
};

/// Most numbers and many strings are shorter than this: they are checked and copied as one block,
/// with what follows them in the row, and cut to their length behind it.
const BLOCK: usize = 16;

/// Takes a value of at most [`BLOCK`] bytes whose every byte will do as it is.
#[inline]
fn short<'a>(row: &mut Reader<'a>, good: impl Fn(u8) -> bool) -> Option<(&'a [u8; BLOCK], usize)> {
    let (&length, rest) = row.0.split_first()?;
    let (length, block) = (usize::from(length), rest.first_chunk::<BLOCK>()?);
    if length > BLOCK {
        return None;
    }
    let each = block.iter().enumerate();
    let all = each.fold(true, |all, (at, byte)| all & (good(*byte) | (at >= length)));
    if !all {
        return None;
    }
    row.0 = rest.get(length..)?;
    Some((block, length))
}

/// Writes a short number; `false`: nothing is taken, for it is no short one, or no number.
#[inline]
fn short_number(row: &mut Reader<'_>, out: &mut Vec<u8>) -> bool {
    let digit = |byte: u8| {
        (byte.wrapping_sub(b'0') < 10)
            | (byte == b'-')
            | (byte == b'+')
            | (byte == b'.')
            | (byte | 0x20 == b'e')
    };
    match row.0.first() {
        None | Some(0) => return false,
        Some(_) => {}
    }
    let Some((block, length)) = short(row, digit) else {
        return false;
    };
    out.extend_from_slice(block);
    out.truncate(out.len() - BLOCK + length);
    true
}

/// Writes a short string without anything to escape.
#[inline]
fn short_string(row: &mut Reader<'_>, out: &mut Vec<u8>) -> bool {
    let plain = |byte: u8| {
        (byte != 0)
            & (byte != b'\n')
            & (byte != b'\r')
            & (byte != 0x1a)
            & (byte != b'\'')
            & (byte != b'\\')
    };
    let Some((block, length)) = short(row, plain) else {
        return false;
    };
    out.push(b'\'');
    out.extend_from_slice(block);
    out.truncate(out.len() - BLOCK + length);
    out.push(b'\'');
    true
}

fn check(value: &[u8]) -> Result<()> {
    let numeric = |good: bool, &byte: &u8| good & NUMERIC[usize::from(byte)];
    if !value.is_empty() && value.iter().fold(true, numeric) {
        return Ok(());
    }
    let shown = value[..value.len().min(40)].to_str_lossy();
    Err(Error::new(
        Kind::Hostile,
        format!("the server gave {shown} for a number"),
    ))
}

/// Outside of quotes an expression that a server made holds names, numbers, brackets and commas,
/// but nothing that ends the statement or begins a comment.
fn harmless(value: &[u8]) -> Result<()> {
    let mut depth = 0_usize;
    let mut rest = value;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\'' => rest = after_string(after).ok_or_else(|| strange(value))?,
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1).ok_or_else(|| strange(value))?,
            b'-' if after.first() == Some(&b'-') => return Err(strange(value)),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            b' ' | b',' | b'_' | b'.' | b'+' | b'-' | b'*' => {}
            _ => return Err(strange(value)),
        }
    }
    if depth == 0 && !value.is_empty() {
        Ok(())
    } else {
        Err(strange(value))
    }
}

/// What follows a string whose opening quote is gone; a doubled quote begins another one.
fn after_string(text: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    loop {
        at += text.get(at..)?.find_byteset(b"'\\")?;
        match text[at] {
            b'\\' => at += 2,
            _ => return text.get(at + 1..),
        }
    }
}

fn strange(value: &[u8]) -> Error {
    let shown = value[..value.len().min(80)].to_str_lossy();
    Error::new(
        Kind::Hostile,
        format!("the server made an expression that is no value: {shown}"),
    )
}

/// What follows the backslash for a byte that needs one; 0 for the others. NUL and CR because the
/// clients, reading a script without `--binary-mode`, stop at the one and drop the other; LF so
/// that a row is a line; ^Z for Windows.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    table[0] = b'0';
    table[b'\n' as usize] = b'n';
    table[b'\r' as usize] = b'r';
    table[0x1a] = b'Z';
    table[b'\\' as usize] = b'\\';
    table[b'\'' as usize] = b'\'';
    table
};

fn quoted(open: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.reserve(value.len() + open.len() + 1);
    out.extend_from_slice(open);
    escape(value, out);
    out.push(b'\'');
}

/// What stands between quotes, or a part of it.
pub(super) fn escape(value: &[u8], out: &mut Vec<u8>) {
    let mut clean = 0;
    let (mut control, mut mark) = (control_from(value, 0), mark_from(value, 0));
    while let Some(&byte) = value.get(control.min(mark)) {
        let at = control.min(mark);
        out.extend_from_slice(&value[clean..at]);
        out.extend_from_slice(&[b'\\', ESCAPES[usize::from(byte)]]);
        clean = at + 1;
        // a search costs most where it begins: each goes on only when its last find is used up
        if control < clean {
            control = control_from(value, clean);
        }
        if mark < clean {
            mark = mark_from(value, clean);
        }
    }
    out.extend_from_slice(&value[clean..]);
}

/// The first half of the bytes in [`ESCAPES`]; `usize::MAX` where there is none.
#[inline]
fn control_from(value: &[u8], from: usize) -> usize {
    let rest = value.get(from..).unwrap_or_default();
    memchr3(0, b'\n', b'\r', rest).map_or(usize::MAX, |at| from + at)
}

/// The other half.
#[inline]
fn mark_from(value: &[u8], from: usize) -> usize {
    let rest = value.get(from..).unwrap_or_default();
    memchr3(0x1a, b'\'', b'\\', rest).map_or(usize::MAX, |at| from + at)
}

/// The shorter of a hexadecimal literal (`0x` and each byte twice) and a quoted string
/// (`_binary''` and each escaped byte twice): the first where eight bytes at most need no escape.
fn binary(value: &[u8], out: &mut Vec<u8>) {
    let plain = value.iter().filter(|byte| is_plain(**byte));
    if !value.is_empty() && plain.take(9).count() <= 8 {
        hex(value, out);
    } else {
        quoted(b"_binary'", value, out);
    }
}

/// Whether a byte stands between quotes as it is.
pub(super) fn is_plain(byte: u8) -> bool {
    ESCAPES[usize::from(byte)] == 0
}

fn hex(value: &[u8], out: &mut Vec<u8>) {
    if value.is_empty() {
        out.extend_from_slice(b"''");
        return;
    }
    out.extend_from_slice(b"0x");
    hex_digits(value, out);
}

/// The digits of a hexadecimal literal, or of a part of it.
pub(super) fn hex_digits(value: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + 2 * value.len(), 0);
    // the room is exactly right, so this can't fail
    let _ = const_hex::encode_to_slice(value, &mut out[start..]);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use proptest::prelude::*;

    use super::*;

    fn written(form: Form, value: &[u8]) -> String {
        let mut out = Vec::new();
        write(form, value, &mut out).unwrap();
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn each_form_has_its_literal() {
        assert_eq!(written(Form::Number, b"-12.50"), "-12.50");
        assert_eq!(written(Form::Float, b"-0"), "-0e0");
        assert_eq!(written(Form::Float, b"1.5e-300"), "1.5e-300");
        assert_eq!(
            written(Form::String, b"it's\0\r\n\x1a\\"),
            r"'it\'s\0\r\n\Z\\'"
        );
        assert_eq!(written(Form::Ascii, b"::1"), "_latin1'::1'");
        assert_eq!(written(Form::Json, b"{}"), "_utf8mb4'{}'");
        assert_eq!(written(Form::Hex, b"\x01\xff"), "0x01ff");
        assert_eq!(written(Form::Hex, b""), "''");
        assert_eq!(written(Form::Binary, b""), "_binary''");
        assert_eq!(written(Form::Binary, b"ab"), "0x6162");
        assert_eq!(written(Form::Binary, b"abcdefghij"), "_binary'abcdefghij'");
    }

    #[test]
    fn what_is_no_number_and_no_value_is_refused() {
        let mut out = Vec::new();
        for value in [&b""[..], b"1);DROP TABLE t", b"0x1"] {
            assert!(write(Form::Number, value, &mut out).is_err());
        }
        let good = br"JSON_OBJECT(_utf8mb4'a\'b;--', CAST('1.5' AS DECIMAL(65,30)), NULL, -1)";
        assert!(write(Form::Expression, good, &mut out).is_ok());
        for value in [
            &b"1;DROP TABLE t"[..],
            b"1)",
            b"(1",
            b"'a",
            br"'a\'",
            b"1 -- x",
            b"1 /* x",
            b"1#",
            b"@@datadir",
            b"",
        ] {
            assert!(
                write(Form::Expression, value, &mut out).is_err(),
                "{value:?}"
            );
        }
    }

    /// A row whose beginning was lost reads as another one, with bytes behind it.
    #[test]
    fn what_follows_the_last_value_is_refused() {
        let encoder = RowEncoder {
            forms: vec![Form::String, Form::String],
            characters: false,
        };
        let mut out = Vec::new();
        assert!(encoder.row(Reader(b"\x01a\x01b"), &mut out).is_ok());
        assert!(encoder.row(Reader(b"\x01a\x01b\x01"), &mut out).is_err());
        assert!(encoder.row(Reader(b"\x01a\xfb\0"), &mut out).is_err());
    }

    /// The bytes that a server reads from a quoted string.
    fn read_back(literal: &[u8]) -> Vec<u8> {
        let inner = literal
            .strip_suffix(b"'")
            .unwrap()
            .splitn_str(2, "'")
            .nth(1)
            .unwrap();
        let mut out = Vec::new();
        let mut bytes = inner.iter();
        while let Some(&byte) = bytes.next() {
            assert!(![b'\'', 0, b'\r', b'\n'].contains(&byte));
            out.push(match (byte, byte == b'\\') {
                (_, true) => match bytes.next().unwrap() {
                    b'0' => 0,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b'Z' => 0x1a,
                    other => *other,
                },
                (byte, _) => byte,
            });
        }
        out
    }

    proptest! {
        #[test]
        fn strings_come_back(value: Vec<u8>) {
            let mut out = Vec::new();
            quoted(b"'", &value, &mut out);
            prop_assert_eq!(read_back(&out), value);
        }

        #[test]
        fn binaries_take_the_shorter_form(value: Vec<u8>) {
            let mut out = Vec::new();
            binary(&value, &mut out);
            prop_assert!(value.is_empty() || out.len() <= 2 + 2 * value.len());
            if out.starts_with(b"0x") {
                prop_assert_eq!(const_hex::decode(&out[2..]).unwrap(), value);
            } else {
                prop_assert_eq!(read_back(&out), value);
            }
        }

        #[test]
        fn short_values_are_written_as_long_ones_are(values: Vec<(bool, Vec<u8>)>, number: bool) {
            let form = if number { Form::Number } else { Form::String };
            let value = |(digits, bytes): &(bool, Vec<u8>)| -> Vec<u8> {
                let digit = |byte: &u8| if *digits { b'0' + byte % 10 } else { *byte };
                bytes.iter().take(40).map(digit).collect()
            };
            let values: Vec<Vec<u8>> = values.iter().map(value).collect();
            let mut row = Vec::new();
            for value in &values {
                row.push(u8::try_from(value.len()).unwrap());
                row.extend_from_slice(value);
            }
            let (mut ours, mut theirs) = (Vec::new(), b"(".to_vec());
            let forms = vec![form; values.len()];
            let written = RowEncoder { forms, characters: false }.row(Reader(&row), &mut ours);
            let mut each = values.iter().enumerate();
            let expected = each.try_for_each(|(at, value)| {
                if at > 0 {
                    theirs.push(b',');
                }
                write(form, value, &mut theirs)
            });
            theirs.push(b')');
            prop_assert_eq!(written.is_ok(), expected.is_ok());
            if written.is_ok() {
                prop_assert_eq!(ours, theirs);
            }
        }

        #[test]
        fn no_row_makes_it_panic(row: Vec<u8>) {
            let encoder = RowEncoder { forms: vec![Form::Number, Form::Expression, Form::Binary], characters: false };
            let _ = encoder.row(Reader(&row), &mut Vec::new());
        }
    }
}
