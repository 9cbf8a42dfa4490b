//! What a server says in a warning when it stored something else than what was sent, and which of
//! these warnings are none of a row's own: the server computes generated columns anew and warns of
//! what their expressions meet, rounds the largest value of a `FLOAT(M,D)` above its own limit
//! before it clips it to what it was, and cuts an ENUM's error value to itself.

use bstr::{BStr, BString, ByteSlice as _};

use crate::error::{Error, Kind, Result};
use crate::mysql::quote::{ident, unquote_ident};
use crate::mysql::refusal::excerpt;
use crate::mysql::rows_sent::RowsSent;
use crate::mysql::scan::{Kind as TokenKind, Quoting, tokens};
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::sql::rows::Rows;

/// Values that were cut, rounded or replaced; a NULL where none may be.
const LOSSES: [&str; 6] = ["1048", "1264", CUT, "1292", "1366", "1406"];

/// A value was cut. It also comes with an ENUM's error value, which is carried so; and as a note, where
/// nothing but blanks or digits beyond a column's scale was cut.
const CUT: &str = "1265";

/// Whether a statement's warnings are about the rows that it stores.
#[must_use]
pub fn is_about_rows(sql: &[u8]) -> bool {
    sql.starts_with(b"INSERT") || sql.starts_with(b"REPLACE INTO")
}

/// Checks the warnings of the `INSERT` that just ran, of which the server counted so many. A server
/// without STRICT mode stores what it can and says so in a warning only.
pub async fn check(session: &mut Session, insert: &[u8], counted: u16) -> Result<()> {
    let warnings = session.query("SHOW WARNINGS").await?;
    let mut about = None;
    for row in warnings.iter() {
        let code = row.str("Code")?;
        let noted = code == CUT && row.bytes("Level")? == "Note";
        if noted || !LOSSES.contains(&code) {
            continue;
        }
        let (columns, sent) = match &mut about {
            Some(about) => about,
            None => about.insert((columns_of(session, insert).await?, RowsSent::of(insert))),
        };
        let message = row.bytes("Message")?;
        if !innocent((columns, sent), code, message)? {
            return Err(
                Error::new(Kind::Server, "a row was not stored as it was sent")
                    .cause(message.to_str_lossy().into_owned())
                    .code(code.to_owned()),
            );
        }
    }
    // it counts no further, and keeps as many as max_error_count says
    if counted == u16::MAX || usize::from(counted) > warnings.len() {
        let table = table(insert).unwrap_or_default();
        tracing::warn!(
            "table {table}: the server has {counted} warnings or more of one statement and shows {}: \
             what the others say is not known",
            warnings.len()
        );
    }
    Ok(())
}

/// What a server makes otherwise than it was told to, with a warning only: a table by another engine than its
/// script asks for, if that does not forbid it (`NO_ENGINE_SUBSTITUTION`; ours do); one outside of the directory
/// that it should lie in, where symbolic links are off.
const CHANGES: [&str; 2] = ["1266", "1618"];

/// Tells what of the statement that just ran came to be otherwise.
pub async fn tell_changes(session: &mut Session, sql: &[u8]) -> Result<()> {
    let warnings = session.query("SHOW WARNINGS").await?;
    for row in warnings.iter() {
        if CHANGES.contains(&row.str("Code")?) {
            let message = row.bytes("Message")?;
            tracing::warn!("not as it was told to be: {}: {message}", excerpt(sql));
        }
    }
    Ok(())
}

/// The columns of the table that the statement is about; none where that can't be told.
async fn columns_of(session: &mut Session, insert: &[u8]) -> Result<Rows> {
    let Some(table) = table(insert) else {
        return Ok(Rows::default());
    };
    let sql = Text::new(
        "SELECT column_name AS name, column_type AS type, extra AS extra \
         FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ",
    );
    let sql = sql.string(&table).words(" ORDER BY ordinal_position");
    session.query(sql).await
}

fn innocent((columns, sent): (&Rows, &RowsSent<'_>), code: &str, text: &BStr) -> Result<bool> {
    for (at, row) in columns.iter().enumerate() {
        let generated = is_generated(row.bytes("extra")?);
        let name = row.bytes("name")?;
        let own = is_about(text, name);
        let kind = row.bytes("type")?;
        let is_error_value = || {
            let value = row_number(text).and_then(|row| sent.value(row, (name, at)));
            matches!(value, Some(b"0" | b"''"))
        };
        let carried = match code {
            "1264" => is_scaled(kind),
            CUT => kind.starts_with(b"enum(") && own && is_error_value(),
            _ => false,
        };
        // an expression's own conversions are told of whatever column it reads
        if (own && carried) || (generated && (own || code == "1292")) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_generated(extra: &BStr) -> bool {
    let extra = extra.to_ascii_uppercase();
    ["VIRTUAL", "PERSISTENT", "STORED GENERATED"]
        .iter()
        .any(|word| extra.contains_str(word))
}

/// `float(7,2)`: numbers of so many digits.
fn is_scaled(kind: &BStr) -> bool {
    (kind.starts_with(b"float(") || kind.starts_with(b"double(")) && kind.contains(&b',')
}

/// The table of `` INSERT INTO `t` … ``.
fn table(insert: &[u8]) -> Option<BString> {
    let head = insert.get(..insert.len().min(1000))?;
    let mut names = tokens(head, Quoting::default());
    let name = names.find(|token| token.kind == TokenKind::Ident)?;
    unquote_ident(name.text).map(|(name, _)| name)
}

/// "… at row 3"; counted from 1.
fn row_number(message: &BStr) -> Option<usize> {
    let at = message.rfind(" at row ")?;
    let number = message.get(at + " at row ".len()..)?.to_str().ok()?;
    number.trim().parse().ok()
}

/// "… for column 'c' at row 3", or `` `d`.`t`.`c` ``; "Column 'c' cannot be null". A name may hold quotes of
/// either kind.
fn is_about(message: &BStr, name: &BStr) -> bool {
    if *message == [b"Column '", name.as_bytes(), b"' cannot be null"].concat() {
        return true;
    }
    let before = message.rfind(" at row").and_then(|at| message.get(..at));
    let ways = [
        [b" column '", name.as_bytes(), b"'"].concat(),
        [b" column ".as_slice(), &ident(name)].concat(),
        [b".".as_slice(), &ident(name)].concat(),
        [b".`", name.as_bytes(), b"`"].concat(),
    ];
    before.is_some_and(|before| ways.iter().any(|way| before.ends_with(way)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_before_their_row() {
        let about = |text: &str, name: &str| is_about(BStr::new(text), BStr::new(name));
        let quoted = "Incorrect string value for column '#'2' at row 3";
        assert!(about(quoted, "#'2") && !about(quoted, "2"));
        let qualified = "Incorrect value: '0' for column `d`.`t`.`b``c` at row 1";
        assert!(about(qualified, "b`c") && !about(qualified, "c"));
        assert!(!about("Truncated incorrect DOUBLE value: 'x'", "x"));
        let null = "Column 'b'c' cannot be null";
        assert!(about(null, "b'c") && !about(null, "c"));
    }

    #[test]
    fn the_table_is_the_first_name() {
        let insert = b"INSERT INTO `a``b` (`c`) VALUES\n(1)";
        assert_eq!(table(insert), Some("a`b".into()));
    }
}
