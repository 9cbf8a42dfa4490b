//! The server's errors, made ours: the kind by SQLSTATE, the server's own words, a hint.

use std::fmt;

use bstr::ByteSlice;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorFields;

use crate::error::{Error, Kind};

/// The longest text that is kept of one field of a server's message, in bytes.
const TEXT_LIMIT: usize = 4096;

/// An error or a notice as the server sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DbError {
    /// ERROR, FATAL, PANIC, WARNING, NOTICE …; never translated.
    pub severity: String,
    /// The SQLSTATE.
    pub code: String,
    /// The message, in the server's language.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
    /// What the server proposes.
    pub hint: Option<String>,
    /// Where in the statement, in characters from 1.
    pub position: Option<u32>,
    /// What the server was doing: a COPY's line, a function's.
    pub context: Option<String>,
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        if let Some(position) = self.position {
            write!(f, " at character {position}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DbError {}

impl DbError {
    /// Reads the fields of an ErrorResponse or NoticeResponse. Fields that can't be read are left
    /// out: an error about an error helps nobody.
    #[must_use]
    pub fn read(mut fields: ErrorFields<'_>) -> Self {
        let mut error = Self::default();
        while let Ok(Some(field)) = fields.next() {
            let text = clipped(field.value_bytes());
            match field.type_() {
                b'V' => error.severity = text,
                b'S' if error.severity.is_empty() => error.severity = text,
                b'C' => error.code = text,
                b'M' => error.message = text,
                b'D' => error.detail = Some(text),
                b'H' => error.hint = Some(text),
                b'P' => error.position = text.parse().ok(),
                b'W' => error.context = Some(text),
                _ => {}
            }
        }
        error
    }

    /// The sort of failure, by SQLSTATE (PostgreSQL manual, appendix A).
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.code.as_str() {
            "42501" => Kind::Privilege,
            // Conflict with recovery on a standby, serialization failure, deadlock, and an object
            // that is gone by its oid.
            "40001" | "40P01" | "XX000" if self.is_passing() => Kind::Changed,
            "3D000" | "57P01" | "57P02" | "57P03" | "57P04" | "53300" => Kind::Connect,
            "57014" => Kind::Cancelled,
            code if code.starts_with("08") || code.starts_with("28") => Kind::Connect,
            _ => Kind::Server,
        }
    }

    fn is_passing(&self) -> bool {
        self.code != "XX000"
            || self.message.starts_with("could not open relation with OID")
            || self.message.starts_with("cache lookup failed")
    }

    /// As the program's error; `doing` says what could not be done.
    #[must_use]
    pub fn into_error(self, doing: impl Into<String>) -> Error {
        let mut error = Error::new(self.kind(), doing).code(self.code.clone());
        if let Some(hint) = self.own_hint() {
            error = error.hint(hint);
        }
        if let Some(context) = &self.context {
            error = error.while_(format!("the server was at: {context}"));
        }
        if let Some(hint) = &self.hint {
            error = error.hint(hint.clone());
        }
        error.cause(self)
    }

    fn own_hint(&self) -> Option<&'static str> {
        Some(match self.code.as_str() {
            "28P01" => "Check the password: in the URL, PGPASSWORD, or the password file.",
            "3D000" => "Check the database's name in the URL.",
            "53300" => "Use fewer jobs, or raise max_connections on the server.",
            "53200" if self.message.contains("shared memory") => {
                "Raise max_locks_per_transaction on the server: a dump locks every table."
            }
            "55P03" => {
                "Another session holds a lock on it: try again later, or raise --lock-timeout."
            }
            "57P03" => "The server is starting up or shutting down: try again.",
            "40001" if self.message.contains("recovery") => {
                "Raise max_standby_streaming_delay on the standby, or dump from the primary."
            }
            _ => return None,
        })
    }
}

fn clipped(bytes: &[u8]) -> String {
    let text = bytes.to_str_lossy();
    match text.char_indices().nth(TEXT_LIMIT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str, message: &str) -> DbError {
        DbError {
            code: code.to_owned(),
            message: message.to_owned(),
            ..DbError::default()
        }
    }

    #[test]
    fn says_what_the_server_said() {
        let error = DbError {
            hint: Some("Ask the owner.".to_owned()),
            ..error("42501", "permission denied for table orders")
        }
        .into_error("cannot read table public.orders");
        assert_eq!(error.kind(), Kind::Privilege);
        assert_eq!(
            error.report(),
            "error: cannot read table public.orders: permission denied for table orders (42501)\n  \
             hint: Ask the owner."
        );
    }

    #[test]
    fn our_hint_comes_before_the_servers() {
        let error = DbError {
            hint: Some("The server's hint.".to_owned()),
            ..error("28P01", "password authentication failed for user \"a\"")
        }
        .into_error("cannot log in");
        assert_eq!(error.kind(), Kind::Connect);
        assert!(error.report().contains("hint: Check the password"));
    }

    #[test]
    fn recovery_conflicts_may_be_tried_again() {
        let conflict = error("40001", "canceling statement due to conflict with recovery");
        assert_eq!(conflict.kind(), Kind::Changed);
    }
}
