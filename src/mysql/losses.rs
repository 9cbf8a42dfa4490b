//! What a server says in a warning when it stored something else than what was sent, and which of
//! these warnings are none of a row's own: the server computes generated columns anew and warns of
//! what their expressions meet, and rounds the largest value of a `FLOAT(M,D)` above its own limit
//! before it clips it to what it was.

use bstr::{BStr, BString, ByteSlice as _};

use crate::error::{Error, Kind, Result};
use crate::mysql::quote::{ident, unquote_ident};
use crate::mysql::scan::{Kind as TokenKind, Quoting, tokens};
use crate::mysql::session::Session;
use crate::mysql::text::Text;

/// Values that were cut, rounded or replaced.
/// 1265 is not among them: it also comes with an ENUM's error value, which is carried so.
const LOSSES: [&str; 4] = ["1264", "1292", "1366", "1406"];

/// Checks the warnings of the `INSERT` that just ran. A server without STRICT mode stores what it
/// can and says so in a warning only.
pub async fn check(session: &mut Session, insert: &[u8]) -> Result<()> {
    let rows = session.query("SHOW WARNINGS LIMIT 100").await?;
    for row in rows.iter() {
        let code = row.str("Code")?.to_owned();
        let message = row.owned("Message")?;
        if LOSSES.contains(&code.as_str())
            && !innocent(session, insert, &code, message.as_bstr()).await?
        {
            return Err(
                Error::new(Kind::Server, "a row was not stored as it was sent")
                    .cause(message.to_str_lossy().into_owned())
                    .code(code),
            );
        }
    }
    Ok(())
}

async fn innocent(session: &mut Session, insert: &[u8], code: &str, text: &BStr) -> Result<bool> {
    let Some(table) = table(insert) else {
        return Ok(false);
    };
    let sql = Text::new(
        "SELECT column_name AS name, column_type AS type, extra AS extra \
         FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ",
    );
    let rows = session.query(sql.string(&table)).await?;
    for row in rows.iter() {
        let generated = is_generated(row.bytes("extra")?);
        let own = is_about(text, row.bytes("name")?);
        let scaled = own && code == "1264" && is_scaled(row.bytes("type")?);
        // an expression's own conversions are told of whatever column it reads
        if scaled || (generated && (own || code == "1292")) {
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
