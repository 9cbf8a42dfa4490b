//! A server's refusals and a broken connection as the program's errors.

use std::io;

use crate::error::{Error, Kind};
use crate::mysql::wire::reply::Refusal;

/// The error of a statement that was refused. Only its beginning is told.
pub(crate) fn of_statement(sql: &[u8], refusal: Refusal) -> Error {
    let hint = statement_hint(&refusal);
    let error = named(
        format!("the server refused {}", excerpt(asked(sql))),
        refusal,
    );
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

fn statement_hint(refusal: &Refusal) -> Option<&'static str> {
    // ER_INVALID_CHARACTER_STRING
    if refusal.code == 1300 {
        return Some(
            "A script that does not say its character set is read as UTF-8: write SET NAMES with another \
             one at its head (mysqldump --compatible leaves it out).",
        );
    }
    // no such engine; one that `disabled_storage_engines` names; another than `enforce_storage_engine` does
    let engine = match refusal.code {
        1286 | 3161 => true,
        1290 => refusal.message.contains("NO_ENGINE_SUBSTITUTION"),
        _ => false,
    };
    engine.then_some(
        "Install or allow the engine (disabled_storage_engines, enforce_storage_engine), or load the script \
         after changing ENGINE in it.",
    )
}

/// A statement that is chosen by the server is told by what was asked.
fn asked(sql: &[u8]) -> &[u8] {
    let chosen = sql.strip_prefix(b"EXECUTE IMMEDIATE IF(");
    let shown = chosen.and_then(|sql| {
        let start = memchr::memmem::find(sql, b"SHOW CREATE ")?;
        sql.get(start..)?.strip_suffix(b"')")
    });
    shown.unwrap_or(sql)
}

/// The error of a log in that was refused.
pub(crate) fn at_login(refusal: Refusal) -> Error {
    let hint = login_hint(refusal.code);
    let code = refusal.code.to_string();
    let error = Error::new(Kind::Connect, "the server refused the connection")
        .cause(refusal.message)
        .code(code);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

fn login_hint(code: u16) -> Option<&'static str> {
    match code {
        1044 | 1045 | 1698 => {
            Some("Check the user, the password, and from which hosts the account may log in.")
        }
        1049 => Some("Check the database's name; the account may also not be allowed to see it."),
        1040 | 1203 | 1226 => Some("Wait for other sessions to end, or raise the limit."),
        1129 => Some("Run FLUSH HOSTS on the server."),
        1130 => Some("Give the account this host's name or address."),
        1820 | 1862 => Some("Set a new password for the account."),
        3159 | 3889 => Some("Set ssl-mode=REQUIRED or better."),
        _ => None,
    }
}

fn named(message: String, refusal: Refusal) -> Error {
    Error::new(kind(refusal.code), message)
        .cause(refusal.message)
        .code(refusal.code.to_string())
}

/// The error of a connection that broke.
pub(crate) fn lost(error: io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::Other => Kind::Hostile,
        _ => Kind::Connect,
    };
    let error = match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::other("the server closed it"),
        _ => error,
    };
    Error::new(kind, "lost the connection to the server").cause(error)
}

/// Which sort of failure an error number is.
/// <https://mariadb.com/kb/en/mariadb-error-code-reference/>
#[must_use]
pub fn kind(code: u16) -> Kind {
    match code {
        // access to a database, a table, a column, a routine; SUPER or a named privilege; SHOW VIEW
        1044 | 1142 | 1143 | 1227 | 1345 | 1370 | 1410 | 1873 => Kind::Privilege,
        1040 | 1045 | 1049 | 1129 | 1130 | 1158..=1161 | 1203 | 1226 | 1698 => Kind::Connect,
        // the table's definition changed after the snapshot was opened
        1412 => Kind::Changed,
        // KILL QUERY, and the two flavours' time limits
        1317 | 1969 | 3024 => Kind::Cancelled,
        _ => Kind::Server,
    }
}

/// The beginning of a statement, on one line, without anything that may be a secret.
pub(crate) fn excerpt(sql: &[u8]) -> String {
    let text = String::from_utf8_lossy(&sql[..sql.len().min(400)]).into_owned();
    let upper = text.to_ascii_uppercase();
    let secret = ["IDENTIFIED", "PASSWORD"]
        .iter()
        .filter_map(|word| upper.find(word))
        .min()
        .unwrap_or(text.len());
    let line = text[..secret].split_whitespace().collect::<Vec<_>>();
    let line = line.join(" ");
    let short: String = line.chars().take(100).collect();
    if short.len() < line.len() || secret < text.len() || sql.len() > 400 {
        format!("`{short}…`")
    } else {
        format!("`{short}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_hold_no_password() {
        assert_eq!(excerpt(b"SELECT\n 1"), "`SELECT 1`");
        assert_eq!(
            excerpt(b"CREATE USER a identified by 'hunter2'"),
            "`CREATE USER a…`"
        );
        assert!(excerpt(&[b'x'; 5000]).len() < 120);
    }

    #[test]
    fn refusals_keep_number_and_words() {
        let refusal = Refusal {
            code: 1142,
            message: "SELECT command denied".into(),
        };
        let error = of_statement(b"SELECT 1", refusal);
        assert_eq!(error.kind(), Kind::Privilege);
        assert_eq!(
            error.line(),
            "the server refused `SELECT 1`: SELECT command denied (1142)"
        );
    }
}
