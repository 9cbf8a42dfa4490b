//! Defaults of columns in UCS-2, UTF-16 and UTF-32 that are printed in that character set, byte by
//! byte, and not as text (MariaDB before 10.11): `'it'` as `'\0i\0t'`, a constant beyond ASCII as
//! question marks. A constant's value is asked for; of an expression only what is plain ASCII can be
//! told, which is its text without the zeros.

use bstr::{BString, ByteSlice as _};

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::mysql::inventory::{Column, Relation};
use crate::mysql::objects::wide_literal::is_wide;
use crate::mysql::quote;
use crate::mysql::scan::{Kind, Quoting, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::Text;
use crate::sql::rows::Rows;

/// A column with such a default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WideDefault {
    column: BString,
    /// As the catalog prints it. `CREATE TABLE` prints the same, with bytes where this has question
    /// marks.
    printed: BString,
    /// What asks for the value, where it looks like a constant. An expression is not asked for: it
    /// might take numbers of a sequence.
    pub(super) question: Option<BString>,
}

/// Those of a table.
pub(super) fn of(relation: &Relation, scope: &Scope<'_>) -> Vec<WideDefault> {
    if !scope.caps.is_mariadb() || scope.caps.shows_wide_strings() {
        return Vec::new();
    }
    let columns = relation.columns.iter().filter(|column| is_wide(column));
    let wide = columns.filter_map(|column| {
        let printed = column.default.clone()?;
        printed.contains(&0).then(|| WideDefault {
            question: looks_constant(&printed).then(|| ask(relation, column)),
            column: column.name.clone(),
            printed,
        })
    });
    wide.collect()
}

/// Columns whose default has a string that names its character set and may have bytes beyond ASCII: MariaDB
/// prints such a byte as an `x` and two digits, and can't read that again.
pub(super) fn bytes_as_digits<'r>(
    relation: &'r Relation,
    scope: &Scope<'_>,
) -> impl Iterator<Item = &'r Column> {
    let relations = scope.caps.is_mariadb().then_some(relation).into_iter();
    let columns = relations.flat_map(|relation| relation.columns.iter());
    columns.filter(|column| {
        column
            .default
            .as_deref()
            .is_some_and(|default| has_digits(default))
    })
}

fn has_digits(expression: &[u8]) -> bool {
    let mut before = None;
    tokens(expression, Quoting::default()).any(|token| {
        let word = before.replace(token).filter(|word| word.kind == Kind::Word);
        let named = word.is_some_and(|word| word.text.starts_with(b"_"));
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
        let byte = |three: &[u8]| matches!(three, [b'x', rest @ ..] if rest.iter().all(is_digit));
        named && token.kind == Kind::Literal && token.text.windows(3).any(byte)
    })
}

fn looks_constant(printed: &[u8]) -> bool {
    printed.len() > 1 && printed.starts_with(b"'") && printed.ends_with(b"'")
}

/// `DEFAULT(column)` needs a table to be in, but no row of it.
fn ask(relation: &Relation, column: &Column) -> BString {
    Text::new("SELECT HEX(CONVERT(DEFAULT(")
        .ident(&column.name)
        .words(") USING utf8mb4)) AS answer FROM (SELECT 1) AS one LEFT JOIN ")
        .ident(&relation.name)
        .words(" ON FALSE")
        .into()
}

/// Writes them into the statement, in the order of its columns: up to the first one all strings are
/// closed, since what is behind it may not be.
pub(super) fn mend(create: BString, wide: &[WideDefault], answers: &[Rows]) -> Result<BString> {
    let mut answers = answers.iter();
    let (mut out, mut rest) = (Vec::new(), create.as_slice());
    for default in wide {
        let answer = default.question.as_ref().and_then(|_| answers.next());
        let value = default.value(answer)?;
        let at = place(rest, &default.column, &default.printed).ok_or_else(|| default.unknown())?;
        let (head, tail) = rest.split_at(at);
        out.extend_from_slice(head);
        out.extend_from_slice(&value);
        rest = tail.get(default.printed.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Ok(out.into())
}

impl WideDefault {
    fn unknown(&self) -> Error {
        let message = format!(
            "cannot tell the default of column {}: the server prints strings of its character set \
             byte by byte",
            self.column
        );
        Error::new(ErrorKind::Unsupported, message)
    }

    fn value(&self, answer: Option<&Rows>) -> Result<BString> {
        let plain = self.printed.replace(b"\0", b"");
        let Some(answer) = answer else {
            return match is_plain(&plain) {
                true => Ok(plain.into()),
                false => Err(self.unknown()),
            };
        };
        let row = answer.first().ok_or_else(|| self.unknown())?;
        let digits = row.opt("answer")?.ok_or_else(|| self.unknown())?;
        let value = const_hex::decode(digits).map_err(|_| self.unknown())?;
        let literal = quote::string(&value);
        // operators between two strings give numbers: then it must be printed as one
        let number = |byte: &u8| byte.is_ascii_digit() || b"+-.e".contains(byte);
        if value.to_str().is_err() || (value.iter().all(number) && literal != plain) {
            return Err(self.unknown());
        }
        Ok(literal)
    }
}

/// Where a column's default stands: behind the first line that begins with the column's name.
pub(super) fn place(create: &[u8], column: &[u8], printed: &[u8]) -> Option<usize> {
    let line = [b"\n  ".as_slice(), &quote::ident(column), b" "].concat();
    let start = create.find(&line)? + 1;
    let own = create.get(start..)?;
    let alike =
        |(known, there): (&u8, &u8)| known == there || (*known == b'?' && !there.is_ascii());
    let is_at = |text: &[u8]| text.len() >= printed.len() && printed.iter().zip(text).all(alike);
    let places = own.find_iter(" DEFAULT ").map(|at| at + " DEFAULT ".len());
    let at = { places }.find(|at| is_at(own.get(*at..).unwrap_or_default()))?;
    let before = own.get(..at)?;
    (!before.contains(&b'\n')).then_some(start + at)
}

/// Whether an expression is what it says: without characters that were not printed, and without
/// strings that name their character set, whose bytes were zeros too.
fn is_plain(expression: &[u8]) -> bool {
    let mut before = None;
    for token in tokens(expression, Quoting::default()) {
        let word = before.replace(token).filter(|word| word.kind == Kind::Word);
        let named = word.is_some_and(|word| {
            let text = word.text;
            text.starts_with(b"_") || text.eq_ignore_ascii_case(b"x")
        });
        if token.kind == Kind::Literal && named {
            return false;
        }
    }
    let shown = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'?';
    expression.iter().all(shown)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    fn default(column: &str, printed: &[u8]) -> WideDefault {
        WideDefault {
            column: column.into(),
            printed: printed.into(),
            question: looks_constant(printed).then(BString::default),
        }
    }

    fn rows(answer: &str) -> Rows {
        let mut rows = Rows::new(vec!["answer".into()]);
        rows.push([Some(answer)]).unwrap();
        rows
    }

    #[test]
    fn constants_are_what_the_server_answers() {
        let create =
            b"CREATE TABLE `t` (\n  `b` int DEFAULT NULL,\n  `a` text DEFAULT '\0a\0'\0b',\n  \
                       `c` text DEFAULT \0u\0u\0i\0d(),\n  `d` text DEFAULT '\0\xd0\0\xb6')";
        let wide = [
            default("a", b"'\0a\0'\0b'"),
            default("c", b"\0u\0u\0i\0d()"),
            default("d", b"'\0?\0?'"),
        ];
        let answers = [rows("612762"), rows("D0B6")];
        assert_eq!(
            mend(create.into(), &wide, &answers).unwrap(),
            "CREATE TABLE `t` (\n  `b` int DEFAULT NULL,\n  `a` text DEFAULT 'a''b',\n  `c` text DEFAULT uuid(),\n  \
             `d` text DEFAULT 'ж')"
        );
    }

    #[test]
    fn bytes_that_are_printed_as_digits_are_seen() {
        assert!(has_digits(b"concat(_latin1'xE4')"));
        assert!(has_digits(b"concat(_ucs2'x00a', 1)"));
        assert!(!has_digits(b"concat(_latin1'xe4', 'xE4', x'E4')"));
    }

    #[test]
    fn what_cannot_be_told_is_an_error() {
        let one = |printed: &[u8], answer: &str| default("a", printed).value(Some(&rows(answer)));
        // 'a' <> 'b'
        assert!(one(b"'a'\0 \0<\0>'b'", "31").is_err());
        assert_eq!(one(b"'\x001'", "31").unwrap(), "'1'");
        let expression = |printed: &[u8]| default("a", printed).value(None);
        assert!(expression(b"\0f('\0?')").is_err());
        assert!(expression(b"\0f(\0_\0u\0c\0s\x002'\0x\x000\x000\0a')").is_err());
        assert_eq!(expression(b"\0f('\0i\0t\0\\\0'')").unwrap(), "f('it\\'')");
    }
}
