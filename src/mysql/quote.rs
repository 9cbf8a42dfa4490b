//! Identifiers and literals as both flavours read them with `ANSI_QUOTES` and
//! `NO_BACKSLASH_ESCAPES` off, which the head of every script sees to. Pure.

use bstr::BString;

/// An identifier in backticks.
#[must_use]
pub fn ident(name: &[u8]) -> BString {
    let mut out = Vec::with_capacity(name.len() + 2);
    push_ident(&mut out, name);
    out.into()
}

/// Appends an identifier in backticks.
pub fn push_ident(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'`');
    for &byte in name {
        out.push(byte);
        if byte == b'`' {
            out.push(byte);
        }
    }
    out.push(b'`');
}

/// `` `database`.`name` ``.
#[must_use]
pub fn qualified(database: &[u8], name: &[u8]) -> BString {
    let mut out = Vec::with_capacity(database.len() + name.len() + 5);
    push_ident(&mut out, database);
    out.push(b'.');
    push_ident(&mut out, name);
    out.into()
}

/// A string literal in single quotes.
#[must_use]
pub fn string(value: &[u8]) -> BString {
    let mut out = Vec::with_capacity(value.len() + 2);
    push_string(&mut out, value);
    out.into()
}

/// Appends a string literal. NUL and CR are escaped because the servers' own clients, reading a
/// script, stop at the one and drop the other; LF so that every literal is one line.
pub fn push_string(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'\'');
    for &byte in value {
        match byte {
            0 => out.extend_from_slice(b"\\0"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x1a => out.extend_from_slice(b"\\Z"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\'' => out.extend_from_slice(b"''"),
            byte => out.push(byte),
        }
    }
    out.push(b'\'');
}

/// Bytes as a hexadecimal literal: `0x00ff`, or `''` where there are none.
#[must_use]
pub fn hex(value: &[u8]) -> BString {
    if value.is_empty() {
        return "''".into();
    }
    format!("0x{}", const_hex::encode(value)).into()
}

/// An account: `'user'@'host'`, or `'role'` where it has no host.
#[must_use]
pub fn account(user: &[u8], host: &[u8]) -> BString {
    let mut out = Vec::new();
    push_string(&mut out, user);
    out.push(b'@');
    push_string(&mut out, host);
    out.into()
}

/// Reads an identifier in backticks at the head of `text`: its name and what follows.
#[must_use]
pub fn unquote_ident(text: &[u8]) -> Option<(BString, &[u8])> {
    let mut rest = text.strip_prefix(b"`")?;
    let mut name = Vec::new();
    loop {
        let end = memchr::memchr(b'`', rest)?;
        let (part, tail) = rest.split_at(end);
        name.extend_from_slice(part);
        rest = tail.get(1..)?;
        if rest.first() != Some(&b'`') {
            return Some((name.into(), rest));
        }
        name.push(b'`');
        rest = rest.get(1..)?;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use proptest::prelude::*;

    use super::*;

    /// A reader of string literals as the manual's "String Literals" describes them.
    fn read_string(literal: &[u8]) -> Vec<u8> {
        let inner = literal
            .strip_prefix(b"'")
            .and_then(|rest| rest.strip_suffix(b"'"))
            .unwrap();
        let mut out = Vec::new();
        let mut bytes = inner.iter().copied();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => out.push(match bytes.next().unwrap() {
                    b'0' => 0,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b'Z' => 0x1a,
                    other => other,
                }),
                b'\'' => {
                    assert_eq!(bytes.next(), Some(b'\''), "a quote ends the literal early");
                    out.push(b'\'');
                }
                byte => out.push(byte),
            }
        }
        out
    }

    proptest! {
        #[test]
        fn strings_come_back(value: Vec<u8>) {
            prop_assert_eq!(read_string(&string(&value)), value);
        }

        #[test]
        fn identifiers_come_back(name: Vec<u8>, tail in "[^`]*") {
            let mut text = ident(&name).to_vec();
            text.extend_from_slice(tail.as_bytes());
            let (read, rest) = unquote_ident(&text).unwrap();
            prop_assert_eq!(read.as_slice(), name.as_slice());
            prop_assert_eq!(rest, tail.as_bytes());
        }

        #[test]
        fn literals_are_one_line(value: Vec<u8>) {
            let literal = string(&value);
            prop_assert!(!literal.iter().any(|byte| matches!(byte, 0 | b'\n' | b'\r')));
        }
    }

    #[test]
    fn an_open_identifier_is_none() {
        assert_eq!(unquote_ident(b"`abc``"), None);
        assert_eq!(unquote_ident(b"abc`"), None);
    }

    #[test]
    fn accounts_and_bytes() {
        assert_eq!(account(b"o'b", b"%"), "'o''b'@'%'");
        assert_eq!(hex(b""), "''");
        assert_eq!(hex(b"\0\xff"), "0x00ff");
        assert_eq!(qualified(b"a`b", b"c"), "`a``b`.`c`");
    }
}
