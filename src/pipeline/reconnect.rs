//! How a script with `CREATE DATABASE` goes on in that database. Pure.
//!
//! For psql the reconnect stands alone between an `\unrestrict` and the next `\restrict`, built from
//! a quoted constant only; the settings are given again, for it is a new session.

use bstr::ByteSlice as _;

use crate::error::{Error, Kind, Result};
use crate::source::Script;
use crate::sql::dialect::Dialect;

/// A script that reconnects must not go on in another database when that failed. The mysql client
/// stops at errors by itself.
#[must_use]
pub fn stop_at_error(dialect: Dialect) -> &'static [u8] {
    match dialect {
        Dialect::Postgres => b"\\set ON_ERROR_STOP on\n",
        Dialect::Mysql => b"",
    }
}

/// Leaves the session, enters the database, gives the settings again. An error for a name that a
/// line of the script can't hold.
pub fn script(dialect: Dialect, database: &[u8], script: &Script) -> Result<Vec<u8>> {
    if database.find_byteset(b"\r\n\0").is_some() {
        let name = database.to_str_lossy();
        return Err(Error::new(
            Kind::Unsupported,
            format!(
                "the name of database {name} holds a line break, which no script can reconnect to"
            ),
        )
        .hint("Dump without --create; `dumpkeep restore --create` takes it."));
    }
    let line = match dialect {
        Dialect::Postgres => psql_connect(database),
        Dialect::Mysql => quoted(b"USE `", database, b"`", b"`;\n"),
    };
    Ok([script.tail.as_slice(), &line, &script.head, &script.inside].concat())
}

/// psql reads the argument's double quotes, libpq the connection string's single ones.
fn psql_connect(database: &[u8]) -> Vec<u8> {
    let mut value = Vec::new();
    for &byte in database {
        if matches!(byte, b'\'' | b'\\') {
            value.push(b'\\');
        }
        value.push(byte);
    }
    let start = b"\\connect -reuse-previous=on \"dbname='";
    quoted(start, &value, b"\"", b"'\"\n")
}

/// Between a start and an end, with every `quote` doubled.
fn quoted(start: &[u8], name: &[u8], quote: &[u8], end: &[u8]) -> Vec<u8> {
    let doubled = name.replace(quote, [quote, quote].concat());
    [start, &doubled, end].concat()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn lines(dialect: Dialect, name: &str) -> String {
        let around = Script {
            head: b"SET x;\n".to_vec(),
            tail: b"RESET x;\n".to_vec(),
            ..Script::default()
        };
        String::from_utf8(script(dialect, name.as_bytes(), &around).unwrap()).unwrap()
    }

    #[test]
    fn names_are_constants() {
        assert_eq!(
            lines(Dialect::Postgres, r#"a'b"c\d"#),
            "RESET x;\n\\connect -reuse-previous=on \"dbname='a\\'b\"\"c\\\\d'\"\nSET x;\n"
        );
        assert_eq!(
            lines(Dialect::Mysql, "a`b"),
            "RESET x;\nUSE `a``b`;\nSET x;\n"
        );
    }

    #[test]
    fn a_line_break_is_refused() {
        let error = script(Dialect::Postgres, b"a\nb", &Script::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
    }
}
