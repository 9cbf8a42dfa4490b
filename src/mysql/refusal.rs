//! The driver's and the server's refusals as the program's errors.

use mysql_async::Error as DriverError;

use crate::error::{Error, Kind, visible};

/// The error of a statement that failed. Only its beginning is told.
pub(crate) fn of_statement(sql: &[u8], error: DriverError) -> Error {
    match error {
        DriverError::Server(refusal) => {
            let message = format!("the server refused {}", excerpt(sql));
            Error::new(kind(refusal.code), message)
                .cause(visible(&refusal.message))
                .code(refusal.code.to_string())
        }
        other => Error::new(Kind::Connect, "lost the connection to the server").cause(other),
    }
}

/// Which sort of failure an error number is.
/// <https://mariadb.com/kb/en/mariadb-error-code-reference/>
#[must_use]
pub fn kind(code: u16) -> Kind {
    match code {
        // access to a database, a table, a column, a routine; SUPER or a named privilege; SHOW VIEW
        1044 | 1142 | 1143 | 1227 | 1345 | 1356 | 1370 | 1410 | 1873 => Kind::Privilege,
        1040 | 1045 | 1049 | 1129 | 1130 | 1158..=1161 | 1203 | 1226 | 1698 => Kind::Connect,
        // the table's definition changed after the snapshot was opened
        1412 => Kind::Changed,
        1317 | 1969 | 3024 => Kind::Cancelled,
        _ => Kind::Server,
    }
}

/// The beginning of a statement, on one line, without anything that may be a secret.
fn excerpt(sql: &[u8]) -> String {
    let text = String::from_utf8_lossy(&sql[..sql.len().min(400)]).into_owned();
    let upper = text.to_ascii_uppercase();
    let secret = ["IDENTIFIED", "PASSWORD"]
        .iter()
        .filter_map(|word| upper.find(word))
        .min()
        .unwrap_or(text.len());
    let line: String = text[..secret]
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
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
}
