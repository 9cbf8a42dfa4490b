//! What a server says in a warning when it stored something else than what was sent, and which of
//! these warnings are none of a row's own: the server computes generated columns anew and warns of
//! what their expressions meet, rounds the largest value of a `FLOAT(M,D)` above its own limit
//! before it clips it to what it was, and cuts an ENUM's error value to itself.

use bstr::{BStr, BString, ByteSlice as _};

use crate::error::{Error, Kind, Result};
use crate::mysql::quote::{ident, unquote_ident};
use crate::mysql::scan::{Kind as TokenKind, Quoting, tokens};
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::sql::rows::Rows;

/// Values that were cut, rounded or replaced.
const LOSSES: [&str; 5] = ["1264", CUT, "1292", "1366", "1406"];

/// A value was cut. It also comes with an ENUM's error value, which is carried so; and as a note, where
/// nothing but blanks or digits beyond a column's scale was cut.
const CUT: &str = "1265";

/// Checks the warnings of the `INSERT` that just ran. A server without STRICT mode stores what it
/// can and says so in a warning only.
pub async fn check(session: &mut Session, insert: &[u8]) -> Result<()> {
    let warnings = session.query("SHOW WARNINGS LIMIT 100").await?;
    let mut columns = None;
    for row in warnings.iter() {
        let code = row.str("Code")?;
        let noted = code == CUT && row.bytes("Level")? == "Note";
        if noted || !LOSSES.contains(&code) {
            continue;
        }
        let columns = match &mut columns {
            Some(columns) => columns,
            None => columns.insert(columns_of(session, insert).await?),
        };
        let message = row.bytes("Message")?;
        if !innocent(columns, code, message)? {
            return Err(
                Error::new(Kind::Server, "a row was not stored as it was sent")
                    .cause(message.to_str_lossy().into_owned())
                    .code(code.to_owned()),
            );
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
    session.query(sql.string(&table)).await
}

fn innocent(columns: &Rows, code: &str, text: &BStr) -> Result<bool> {
    for row in columns.iter() {
        let generated = is_generated(row.bytes("extra")?);
        let own = is_about(text, row.bytes("name")?);
        let kind = row.bytes("type")?;
        let carried = match code {
            "1264" => is_scaled(kind),
            CUT => has_members(kind),
            _ => false,
        };
        // an expression's own conversions are told of whatever column it reads
        if (own && carried) || (generated && (own || code == "1292")) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn has_members(kind: &BStr) -> bool {
    ["enum(", "set("]
        .iter()
        .any(|head| kind.starts_with_str(head))
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

/// "… for column 'c' at row 3", or `` `d`.`t`.`c` ``. A name may hold quotes of either kind.
fn is_about(message: &BStr, name: &BStr) -> bool {
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
    }

    #[test]
    fn the_table_is_the_first_name() {
        let insert = b"INSERT INTO `a``b` (`c`) VALUES\n(1)";
        assert_eq!(table(insert), Some("a`b".into()));
    }
}
