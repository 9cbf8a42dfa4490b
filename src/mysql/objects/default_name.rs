//! Names in defaults that are expressions, of columns that are not in UTF-8: MariaDB before 10.11 prints them in the
//! column's character set (numbers and dates have latin1), with question marks for what that does not have.
//! They are names of the table's columns and the database's sequences: which ones, their other characters tell.

use bstr::{BString, ByteSlice as _};

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::mysql::inventory::{Column, Relation};
use crate::mysql::objects::wide_default;
use crate::mysql::objects::wide_literal::is_wide;
use crate::mysql::quote::{ident, unquote_ident};
use crate::mysql::scan::{Kind, Quoting, tokens};
use crate::mysql::scope::Scope;

/// Character sets in which names are printed as they are.
const WHOLE: [&str; 4] = ["utf8", "utf8mb3", "utf8mb4", "binary"];

/// The table's statement with such names as they are.
pub(super) fn mend(create: BString, relation: &Relation, scope: &Scope<'_>) -> Result<BString> {
    if !scope.caps.is_mariadb() || scope.caps.shows_wide_strings() {
        return Ok(create);
    }
    let mut create = create;
    for column in relation.columns.iter().filter(|column| recodes(column)) {
        let printed = column.default.as_ref();
        let odd = |printed: &&BString| !printed.is_ascii() || printed.contains(&b'?');
        let Some(printed) = printed
            .filter(|printed| printed.contains(&b'`'))
            .filter(odd)
        else {
            continue;
        };
        let place = wide_default::place(&create, &column.name, printed);
        let Some((start, end)) = place.map(|at| (at, at + printed.len())) else {
            continue;
        };
        let part = |from: usize, to: usize| create.get(from..to).unwrap_or_default();
        let columns = relation.columns.iter().map(|column| column.name.clone());
        let tables = scope.relations.iter().map(|relation| relation.name.clone());
        let own = std::iter::once(scope.database.clone());
        let names: Vec<BString> = columns.chain(tables).chain(own).collect();
        let latin = column
            .charset
            .as_ref()
            .is_none_or(|charset| charset == "latin1");
        let named = with_names(part(start, end), latin, &names).map_err(|name| {
            let message = format!(
                "cannot tell the default of column {}: the server prints the name {name} in the column's character set",
                column.name
            );
            Error::new(ErrorKind::Unsupported, message)
        })?;
        create = [part(0, start), &named, part(end, create.len())]
            .concat()
            .into();
    }
    Ok(create)
}

fn recodes(column: &Column) -> bool {
    let charset = column.charset.as_ref();
    let whole = charset.is_some_and(|charset| WHOLE.iter().any(|whole| charset == whole));
    !whole && !is_wide(column)
}

/// The expression with its names among these; as an error the name that can be none or several of them.
fn with_names(
    expression: &[u8],
    latin: bool,
    names: &[BString],
) -> std::result::Result<Vec<u8>, BString> {
    let (mut out, mut done) = (Vec::new(), 0);
    for token in tokens(expression, Quoting::default()).filter(|token| token.kind == Kind::Ident) {
        let Some((printed, _)) = unquote_ident(token.text) else {
            continue;
        };
        let odd = !printed.is_ascii() || printed.contains(&b'?');
        if !odd || (!printed.is_ascii() && names.contains(&printed)) {
            continue;
        }
        let mut alike = names
            .iter()
            .filter(|name| is_printed_as(name, &printed, latin));
        match alike.next() {
            Some(name) if alike.all(|other| other == name) => {
                out.extend_from_slice(expression.get(done..token.start).unwrap_or_default());
                out.extend_from_slice(&ident(name));
                done = token.end();
            }
            _ => return Err(printed),
        }
    }
    out.extend_from_slice(expression.get(done..).unwrap_or_default());
    Ok(out)
}

fn is_printed_as(name: &[u8], printed: &[u8], latin: bool) -> bool {
    let mut bytes = printed.iter().copied();
    let alike = name.chars().all(|char| {
        bytes.next().is_some_and(|byte| match u8::try_from(char) {
            Ok(own) if own.is_ascii() => byte == own,
            _ if byte == b'?' => true,
            Ok(own) if latin && own >= 0xa0 => byte == own,
            // latin1 has a few letters more there
            _ if latin => matches!(byte, 0x80..=0x9f),
            _ => !byte.is_ascii(),
        })
    });
    alike && bytes.next().is_none()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_other_characters() {
        let names = ["é", "日", "éq", "a?b", "ó1", "é"].map(BString::from);
        let named = |expression: &[u8], latin| with_names(expression, latin, &names);
        assert_eq!(
            named(
                b"nextval(`\xe9q`) + `?q` + `\xe9` + `a?b` + f('?', `b`)",
                true
            )
            .unwrap(),
            "nextval(`éq`) + `éq` + `é` + `a?b` + f('?', `b`)".as_bytes()
        );
        assert_eq!(named(b"`\xfc1`", false).unwrap(), "`ó1`".as_bytes());
        assert_eq!(named("`é`".as_bytes(), true).unwrap(), "`é`".as_bytes());
        // two of them
        assert_eq!(named(b"`?`", true), Err("?".into()));
        assert_eq!(named(b"`\xe9`", false), Err(b"\xe9".as_slice().into()));
        assert_eq!(named(b"`\xfc1`", true), Err(b"\xfc1".as_slice().into()));
    }
}
