//! Rows of an `INSERT` of ours as lines of `LOAD DATA … FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES
//! TERMINATED BY '\n'` under `CHARACTER SET binary`. Pure; one pass over the bytes.
//!
//! A field is text, and a column stores it as it stores a string of those bytes. Only literals for which that
//! is the same go through: a number into a column of numbers (not into an ENUM, where it is a member's
//! place), a string into one of strings or times. All others are for the `INSERT`.

use memchr::memchr3;

use crate::mysql::wire::reply::Column;

/// ENUM and SET in a column definition's flags.
const MEMBERS: u16 = 0x0100 | 0x0800;
/// NOT NULL and AUTO_INCREMENT.
const NOT_NULL: u16 = 0x0001;
const COUNTER: u16 = 0x0200;

/// What a column takes, of whatever literals there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Take {
    /// Digits, sign, point, exponent.
    Number,
    /// A year of four digits: fewer mean another one in a text.
    Year,
    /// A string, or bytes as digits.
    Text,
    /// A string only: a time, or a member's name, which a text of bytes may not be.
    Plain,
    /// Bits, as digits of bytes.
    Bits,
}

impl Take {
    /// `None`: this column's values have other rules, or were not thought of. Types:
    /// <https://mariadb.com/kb/en/result-set-packets/#field-types>
    pub(super) fn of(column: &Column) -> Option<Self> {
        // A NULL in it takes a number from a file, not from an `INSERT` of its own.
        if column.flags & (COUNTER | NOT_NULL) == COUNTER {
            return None;
        }
        match column.kind {
            // DECIMAL, TINY, SHORT, LONG, FLOAT, DOUBLE, LONGLONG, INT24, NEWDECIMAL
            0..=5 | 8 | 9 | 246 => Some(Self::Number),
            13 => Some(Self::Year),
            16 => Some(Self::Bits),
            // TIMESTAMP, DATE, TIME, DATETIME
            7 | 10..=12 => Some(Self::Plain),
            // ENUM and SET come as CHAR
            15 | 253 | 254 if column.flags & MEMBERS != 0 => Some(Self::Plain),
            // VARCHAR, the four BLOBs and TEXTs, CHAR
            15 | 249..=254 => Some(Self::Text),
            _ => None,
        }
    }
}

/// Writes the next row as a line, and gives what follows it: the comma and the line's end behind it are taken
/// too. `None`: it holds something that has no equal there. What was written is then no whole line.
pub(super) fn row<'a>(rows: &'a [u8], takes: &[Take], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let mut rest = rows.strip_prefix(b"(")?;
    for (at, take) in takes.iter().enumerate() {
        if at > 0 {
            rest = rest.strip_prefix(b",")?;
            out.push(b'\t');
        }
        rest = value(rest, *take, out)?;
    }
    rest = rest.strip_prefix(b")")?;
    out.push(b'\n');
    match rest {
        [] => Some(rest),
        _ => rest.strip_prefix(b",\n").filter(|rest| !rest.is_empty()),
    }
}

fn value<'a>(text: &'a [u8], take: Take, out: &mut Vec<u8>) -> Option<&'a [u8]> {
    match (take, text.first()?) {
        (_, b'N') => {
            out.extend_from_slice(b"\\N");
            text.strip_prefix(b"NULL")
        }
        (Take::Number, _) => number(text, out),
        (Take::Year, _) => number(text, out).filter(|rest| text.len() - rest.len() == 4),
        (Take::Text | Take::Plain, b'\'') => string(text.get(1..)?, out),
        (Take::Text, b'_') => string(text.strip_prefix(b"_binary'")?, out),
        (Take::Text | Take::Bits, b'0') => digits(text.strip_prefix(b"0x")?, out),
        _ => None,
    }
}

fn number<'a>(text: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let good = |byte: &u8| {
        (byte.wrapping_sub(b'0') < 10) | matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
    };
    let end = text.iter().position(|byte| !good(byte))?;
    let (number, rest) = text.split_at_checked(end).filter(|_| end > 0)?;
    out.extend_from_slice(number);
    Some(rest)
}

/// What stands up to the quote. Its escapes mean the same in a line.
fn string<'a>(mut text: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let at = memchr3(b'\'', b'\\', b'\t', text)?;
        let (plain, found) = text.split_at_checked(at)?;
        out.extend_from_slice(plain);
        match found {
            [b'\t', rest @ ..] => {
                out.extend_from_slice(b"\\t");
                text = rest;
            }
            [b'\'', rest @ ..] => return Some(rest),
            [b'\\', escaped, rest @ ..] if b"0nrZ\\'".contains(escaped) => {
                out.extend_from_slice(&[b'\\', *escaped]);
                text = rest;
            }
            _ => return None,
        }
    }
}

/// So many bytes are decoded at once.
const BLOCK: usize = 1024;

/// Bytes that are written as hexadecimal digits.
fn digits<'a>(text: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let end = text.iter().position(|byte| !byte.is_ascii_hexdigit())?;
    let (digits, rest) = text.split_at_checked(end).filter(|_| end > 0)?;
    let mut block = [0; BLOCK];
    for digits in digits.chunks(2 * BLOCK) {
        let bytes = block.get_mut(..digits.len() / 2)?;
        const_hex::decode_to_slice(digits, bytes).ok()?;
        escaped(bytes, out);
    }
    Some(rest)
}

fn escaped(mut bytes: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memchr3(b'\\', b'\t', b'\n', bytes) {
        let (plain, found) = bytes.split_at(at);
        out.extend_from_slice(plain);
        let Some((byte, rest)) = found.split_first() else {
            return;
        };
        out.push(b'\\');
        out.push(match byte {
            b'\t' => b't',
            b'\n' => b'n',
            other => *other,
        });
        bytes = rest;
    }
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use proptest::prelude::*;

    use super::*;
    use crate::mysql::insert::{Form, write};

    const ALL: [Take; 5] = [
        Take::Number,
        Take::Year,
        Take::Text,
        Take::Plain,
        Take::Bits,
    ];

    fn line(rows: &[u8], takes: &[Take]) -> Option<String> {
        let mut out = Vec::new();
        row(rows, takes, &mut out)?;
        Some(String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn literals_become_fields() {
        let sql = br"(-1.5e0,2024,'it\'s	\\N\n','NULL',0x01095c0a),
(NULL,NULL,NULL,NULL,NULL)";
        let mut out = Vec::new();
        let rest = row(sql, &ALL, &mut out).unwrap();
        let last = row(rest, &ALL, &mut out).unwrap();
        assert!(last.is_empty());
        let expected = b"-1.5e0\t2024\tit\\'s\\t\\\\N\\n\tNULL\t\x01\\t\\\\\\n\n\
                         \\N\t\\N\t\\N\t\\N\t\\N\n";
        assert_eq!(out, expected);
        assert_eq!(line(b"(_binary'a')", &[Take::Text]).unwrap(), "a\n");
        assert_eq!(line(b"('')", &[Take::Text]).unwrap(), "\n");
    }

    #[test]
    fn what_means_another_thing_in_a_text_does_not_go_through() {
        for (sql, take) in [
            (&b"(1)"[..], Take::Plain),
            (b"(1)", Take::Text),
            (b"('1')", Take::Number),
            (b"(0)", Take::Year),
            (b"(0x00)", Take::Plain),
            (b"(_utf8mb4'{}')", Take::Text),
            (b"(_latin1'::1')", Take::Text),
            (b"('a''b')", Take::Text),
            (b"('a\\%')", Take::Text),
            (b"(NULLIF(1,1))", Take::Number),
            (b"(1)(2)", Take::Number),
            (b"(1),\n", Take::Number),
            (b"(1", Take::Number),
            (b"(0x123)", Take::Text),
            (b"(1,2)", Take::Number),
            (b"(POINT(1,1))", Take::Text),
            (b"()", Take::Number),
        ] {
            let shown = String::from_utf8_lossy(sql);
            assert_eq!(line(sql, &[take]), None, "{shown} for {take:?}");
        }
    }

    /// The fields that the server reads from a line.
    fn read_back(line: &[u8]) -> Vec<Option<Vec<u8>>> {
        let line = line.strip_suffix(b"\n").unwrap();
        let field = |field: &[u8]| {
            if field == b"\\N" {
                return None;
            }
            let mut out = Vec::new();
            let mut bytes = field.iter();
            while let Some(&byte) = bytes.next() {
                assert_ne!(byte, b'\n');
                out.push(match byte {
                    b'\\' => match bytes.next().unwrap() {
                        b'0' => 0,
                        b't' => b'\t',
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b'Z' => 0x1a,
                        other => *other,
                    },
                    other => other,
                });
            }
            Some(out)
        };
        line.split(|byte| *byte == b'\t').map(field).collect()
    }

    proptest! {
        #[test]
        fn every_text_arrives(value: Vec<u8>) {
            for form in [Form::String, Form::Bytes, Form::Binary, Form::Hex] {
                let mut literal = Vec::new();
                write(form, &value, &mut literal).unwrap();
                let sql = [b"(".as_slice(), &literal, b",NULL)"].concat();
                let mut out = Vec::new();
                row(&sql, &[Take::Text, Take::Text], &mut out).unwrap();
                prop_assert_eq!(read_back(&out), [Some(value.clone()), None]);
            }
        }

        #[test]
        fn nothing_makes_it_panic(text: Vec<u8>, at in 0_usize..5) {
            let _ = line(&text, &ALL[at..]);
            let _ = line(&[b"(", text.as_slice()].concat(), &ALL[at..]);
        }
    }
}
