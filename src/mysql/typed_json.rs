//! JSON values that are more than their text says: in a document `1.50` may be a DECIMAL or a
//! DOUBLE, `"2020-01-01"` a string or a DATE, `"base64:type15:AP8="` a string or bytes. Text alone
//! would bring them back as doubles and strings.
//!
//! The server finds the documents that hold such values, and says for them what each member and
//! each cell is: members in one list, cells in another, both in the order in which it walks the
//! document (each container's own before those of the containers in it). Such a document is written
//! as its text with the typed values put in by `JSON_REPLACE`.

use bstr::{BString, ByteSlice as _};

use crate::error::{Error, Kind, Result};
use crate::mysql::text::Text;

/// What no JSON text begins with: the answer of a document with typed values.
pub const MARK: u8 = b'#';

/// What `JSON_TYPE` calls the values that their text does not tell.
const TYPED: &str = "('DECIMAL', 'UNSIGNED INTEGER', 'DATE', 'TIME', 'DATETIME', 'TIMESTAMP', \
                     'BLOB', 'BIT', 'OPAQUE')";

/// Deeper than any document may be.
const DEPTH: usize = 200;

/// The expression that reads a column: its text, or for a document with typed values
/// `#type#types of members#types of cells#text`.
#[must_use]
pub fn read(name: &[u8]) -> BString {
    let types = |text: Text, path: &str| {
        text.words(
            "COALESCE((SELECT GROUP_CONCAT(COALESCE(JSON_TYPE(v), 'NULL') ORDER BY n) FROM JSON_TABLE(",
        )
        .raw(name)
        .words(&format!(
            ", '{path}' COLUMNS (n FOR ORDINALITY, v JSON PATH '$')) AS dumpkeep), '')"
        ))
    };
    let text = Text::new("IF(JSON_TYPE(")
        .raw(name)
        .words(&format!(
            ") IN {TYPED} OR EXISTS (SELECT 1 FROM JSON_TABLE("
        ))
        .raw(name)
        .words(&format!(
            ", '$' COLUMNS (NESTED PATH '$**.*' COLUMNS (v JSON PATH '$'), NESTED PATH '$**[*]' \
             COLUMNS (w JSON PATH '$'))) AS dumpkeep WHERE JSON_TYPE(v) IN {TYPED} OR \
             JSON_TYPE(w) IN {TYPED}), CONCAT('#', JSON_TYPE("
        ))
        .raw(name)
        .words("), '#', ");
    let text = types(text, "$**.*").words(", '#', ");
    let text = types(text, "$**[*]").words(", '#', ");
    text.raw(name).words("), ").raw(name).words(")").into()
}

/// Appends the expression for a marked answer.
pub fn write(answer: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let mut parts = answer.splitn(5, |byte| *byte == MARK).skip(1);
    let mut part = || parts.next().ok_or_else(strange);
    let (root, members, cells, text) = (part()?, part()?, part()?, part()?);
    let document = parse(text)?;
    let mut walk = Walk {
        members: list(members),
        cells: list(cells),
        typed: Vec::new(),
    };
    if let Node::Scalar(scalar) = document {
        walk.note(&BString::from("$"), scalar, root);
    }
    walk.visit(&document, &BString::from("$"))?;
    if walk.members.next().is_some() || walk.cells.next().is_some() {
        return Err(strange());
    }
    let mut sql = Text::new("JSON_REPLACE(_utf8mb4").string(text);
    for (path, scalar, kind) in walk.typed {
        sql = sql.words(", _utf8mb4").string(&path).words(", ");
        sql = value(sql, scalar, kind)?;
    }
    out.extend_from_slice(sql.words(")").as_ref());
    Ok(())
}

/// A document, its scalars as they are written.
enum Node<'a> {
    Scalar(&'a [u8]),
    /// Names with their quotes.
    Object(Vec<(&'a [u8], Node<'a>)>),
    Array(Vec<Node<'a>>),
}

type Names<'a> = std::vec::IntoIter<&'a [u8]>;

fn list(names: &[u8]) -> Names<'_> {
    let all = names.split(|byte| *byte == b',');
    let all: Vec<&[u8]> = all.filter(|name| !name.is_empty()).collect();
    all.into_iter()
}

/// Follows the server's own walk through a document.
struct Walk<'a> {
    members: Names<'a>,
    cells: Names<'a>,
    /// Path, text and type.
    typed: Vec<(BString, &'a [u8], &'a [u8])>,
}

impl<'a> Walk<'a> {
    fn note(&mut self, path: &BString, scalar: &'a [u8], kind: &'a [u8]) {
        if TYPED.as_bytes().contains_str([b"'", kind, b"'"].concat()) {
            self.typed.push((path.clone(), scalar, kind));
        }
    }

    fn visit(&mut self, node: &Node<'a>, path: &BString) -> Result<()> {
        let children: Vec<(BString, &Node<'a>)> = match node {
            Node::Scalar(_) => return Ok(()),
            Node::Object(members) => members
                .iter()
                .map(|(name, child)| ([path, b".".as_slice(), name].concat().into(), child))
                .collect(),
            Node::Array(cells) => cells
                .iter()
                .enumerate()
                .map(|(at, child)| ([path, format!("[{at}]").as_bytes()].concat().into(), child))
                .collect(),
        };
        for (path, child) in &children {
            let kind = match node {
                Node::Object(_) => self.members.next(),
                _ => self.cells.next(),
            };
            let kind = kind.ok_or_else(strange)?;
            if let Node::Scalar(scalar) = child {
                self.note(path, scalar, kind);
            }
        }
        children
            .iter()
            .try_for_each(|(path, child)| self.visit(child, path))
    }
}

/// Appends the expression whose value is of this type.
fn value(sql: Text, scalar: &[u8], kind: &[u8]) -> Result<Text> {
    let inner = scalar
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    let time = |sql: Text, words: &str| {
        let text = inner.ok_or_else(strange)?;
        Ok(sql
            .words("CAST(_latin1")
            .string(text)
            .words(&format!(" AS {words})")))
    };
    match kind {
        b"DECIMAL" => decimal(sql, scalar),
        b"UNSIGNED INTEGER" if scalar.iter().all(u8::is_ascii_digit) => {
            Ok(sql.words("CAST(").raw(scalar).words(" AS UNSIGNED)"))
        }
        b"DATE" => time(sql, "DATE"),
        b"TIME" => time(sql, "TIME(6)"),
        b"DATETIME" => time(sql, "DATETIME(6)"),
        b"TIMESTAMP" => {
            let text = inner.ok_or_else(strange)?;
            let array = Text::new("JSON_ARRAY(_utf8mb4").string(text).words(")");
            Ok(of_column(sql, array, "TIMESTAMP(6)"))
        }
        b"BLOB" | b"BIT" | b"OPAQUE" => bytes(sql, inner.ok_or_else(strange)?),
        _ => Err(strange()),
    }
}

/// With as many digits as it has. `scalar` has a point where it has more than 65.
fn decimal(sql: Text, scalar: &[u8]) -> Result<Text> {
    let digits = scalar.strip_prefix(b"-").unwrap_or(scalar);
    let (whole, fraction) = digits.split_once_str(b".").unwrap_or((digits, b""));
    let all = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if whole.is_empty() || !all(whole) || !all(fraction) {
        return Err(strange());
    }
    let (precision, scale) = (whole.len() + fraction.len(), fraction.len());
    // a literal may have more digits than a type can be given, and is a DECIMAL by its point
    if scale > 30 || precision > 65 {
        return Ok(sql.raw(scalar));
    }
    Ok(sql
        .words("CAST(")
        .raw(scalar)
        .words(&format!(" AS DECIMAL({precision},{scale}))")))
}

/// `base64:typeN:…`: bytes of a column of type N of the protocol.
fn bytes(sql: Text, inner: &[u8]) -> Result<Text> {
    let rest = inner.strip_prefix(b"base64:type").ok_or_else(strange)?;
    let (number, encoded) = rest.split_once_str(b":").ok_or_else(strange)?;
    let bytes = decode(&encoded.replace(b"\\n", b""))?;
    let literal = format!("x'{}'", const_hex::encode(&bytes));
    let array = Text::new(&format!("JSON_ARRAY({literal})"));
    let column = match number {
        b"15" => return Ok(sql.words(&literal)),
        b"16" if (1..=8).contains(&bytes.len()) => {
            let number = bytes
                .iter()
                .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
            let array = Text::new(&format!("JSON_ARRAY({number})"));
            return Ok(of_column(sql, array, &format!("BIT({})", bytes.len() * 8)));
        }
        b"249" => "TINYBLOB".to_owned(),
        b"250" => "MEDIUMBLOB".to_owned(),
        b"251" => "LONGBLOB".to_owned(),
        b"252" => "BLOB".to_owned(),
        b"254" if bytes.len() <= 255 => format!("BINARY({})", bytes.len()),
        other => {
            let other = other.to_str_lossy();
            let message = format!("a JSON document holds a value of type {other} of the protocol");
            return Err(Error::new(Kind::Unsupported, message)
                .hint("No statement can write such a value: exclude the table's rows."));
        }
    };
    Ok(of_column(sql, array, &column))
}

/// The bytes that base64 digits stand for.
fn decode(digits: &[u8]) -> Result<Vec<u8>> {
    let digits = digits.trim_end_with(|digit| digit == '=');
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            let value = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return Err(strange()),
            };
            bits = bits << 6 | u32::from(value);
        }
        let [_, whole @ ..] = (bits << (6 * (4 - group.len()))).to_be_bytes();
        bytes.extend_from_slice(whole.get(..group.len() - 1).ok_or_else(strange)?);
    }
    Ok(bytes)
}

/// A value that only a column of this type has: one of a table made of an array.
fn of_column(sql: Text, array: Text, column: &str) -> Text {
    sql.words("(SELECT JSON_EXTRACT(JSON_ARRAY(v), _utf8mb4'$[0]') FROM JSON_TABLE(")
        .raw(array.as_ref())
        .words(&format!(
            ", _utf8mb4'$[*]' COLUMNS (v {column} PATH _utf8mb4'$')) AS dumpkeep)"
        ))
}

fn parse(text: &[u8]) -> Result<Node<'_>> {
    let mut rest = text;
    let node = parse_node(&mut rest, 0)?;
    if rest.trim_ascii().is_empty() {
        Ok(node)
    } else {
        Err(strange())
    }
}

fn parse_node<'a>(rest: &mut &'a [u8], depth: usize) -> Result<Node<'a>> {
    skip_space(rest);
    match rest.first() {
        _ if depth > DEPTH => Err(strange()),
        Some(b'{') => {
            let member = |rest: &mut &'a [u8]| {
                skip_space(rest);
                let name = string(rest)?;
                expect(rest, b':')?;
                Ok((name, parse_node(rest, depth + 1)?))
            };
            Ok(Node::Object(sequence(rest, b'}', member)?))
        }
        Some(b'[') => {
            let cell = |rest: &mut &'a [u8]| parse_node(rest, depth + 1);
            Ok(Node::Array(sequence(rest, b']', cell)?))
        }
        Some(b'"') => Ok(Node::Scalar(string(rest)?)),
        _ => {
            let end = rest.find_byteset(b",]} \n").unwrap_or(rest.len());
            let (scalar, tail) = rest.split_at(end);
            *rest = tail;
            Ok(Node::Scalar(scalar))
        }
    }
}

/// What stands between brackets, separated by commas.
fn sequence<'a, T>(
    rest: &mut &'a [u8],
    close: u8,
    mut one: impl FnMut(&mut &'a [u8]) -> Result<T>,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    *rest = rest.get(1..).unwrap_or_default();
    skip_space(rest);
    if rest.first() == Some(&close) {
        *rest = rest.get(1..).unwrap_or_default();
        return Ok(all);
    }
    loop {
        all.push(one(rest)?);
        skip_space(rest);
        let (&next, tail) = rest.split_first().ok_or_else(strange)?;
        *rest = tail;
        match next {
            b',' => {}
            next if next == close => return Ok(all),
            _ => return Err(strange()),
        }
    }
}

fn string<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => {
                let (text, tail) = rest.split_at(at + 1);
                *rest = tail;
                return Ok(text);
            }
            _ => at += 1,
        }
    }
    Err(strange())
}

fn expect(rest: &mut &[u8], mark: u8) -> Result<()> {
    skip_space(rest);
    *rest = rest.strip_prefix(&[mark]).ok_or_else(strange)?;
    Ok(())
}

fn skip_space(rest: &mut &[u8]) {
    *rest = rest.trim_ascii_start();
}

fn strange() -> Error {
    Error::new(
        Kind::Hostile,
        "the server's types of a JSON document do not fit its text",
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use proptest::prelude::*;

    use super::*;

    fn written(answer: &str) -> String {
        let mut out = Vec::new();
        write(answer.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn typed_values_are_put_into_the_text() {
        assert_eq!(
            written(
                "#OBJECT#DECIMAL,ARRAY,DATE#STRING,OBJECT#{\"a\": -1.50, \"b\": [\"2020-01-01\", {\"c.\\\"\": \"2020-01-02\"}]}"
            ),
            "JSON_REPLACE(_utf8mb4'{\"a\": -1.50, \"b\": [\"2020-01-01\", {\"c.\\\\\"\": \"2020-01-02\"}]}', \
             _utf8mb4'$.\"a\"', CAST(-1.50 AS DECIMAL(3,2)), \
             _utf8mb4'$.\"b\"[1].\"c.\\\\\"\"', CAST(_latin1'2020-01-02' AS DATE))"
        );
    }

    #[test]
    fn a_scalar_is_replaced_whole() {
        assert_eq!(
            written("#TIME###\"-10:11:12.500000\""),
            "JSON_REPLACE(_utf8mb4'\"-10:11:12.500000\"', _utf8mb4'$', \
             CAST(_latin1'-10:11:12.500000' AS TIME(6)))"
        );
        assert!(written("#BLOB###\"base64:type15:AP8=\"").contains(", x'00ff')"));
        let bits = written("#BIT###\"base64:type16:BQ==\"");
        assert!(bits.contains("JSON_ARRAY(5), _utf8mb4'$[*]' COLUMNS (v BIT(8) PATH"));
    }

    #[test]
    fn base64_is_read() {
        for (digits, bytes) in [
            ("", ""),
            ("YQ==", "a"),
            ("YWI=", "ab"),
            ("YWJj", "abc"),
            ("+/8=", "\u{fb}\u{ff}"),
        ] {
            let bytes: Vec<u8> = bytes
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap())
                .collect();
            assert_eq!(decode(digits.as_bytes()).unwrap(), bytes);
        }
    }

    #[test]
    fn lists_that_do_not_fit_are_an_error() {
        for answer in [
            "#OBJECT#DATE##{}",
            "#OBJECT###{\"a\": 1}",
            "#ARRAY##DECIMAL#[1;2]",
            "#ARRAY##DECIMAL#[1)]",
            "#DATE###1",
            "#OPAQUE###\"base64:type245:AA==\"",
            "#ARRAY##DATE#[\"a\"",
            "#",
        ] {
            assert!(
                write(answer.as_bytes(), &mut Vec::new()).is_err(),
                "{answer}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(answer in "#[A-Z,]{0,9}#[A-Z,]{0,9}#[A-Z,]{0,9}#[\\[\\]{}:\", 0-9a\\\\]{0,40}") {
            let _ = write(answer.as_bytes(), &mut Vec::new());
        }
    }
}
