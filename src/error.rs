//! One error type for the whole program: what went wrong, to which object on which server, in the
//! server's own words, and what the user can do.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

/// A result with the program's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of failure it is: decides the exit code and whether trying again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Wrong usage of the command line.
    Usage,
    /// A configuration that can't be used.
    Config,
    /// No connection, or a lost one.
    Connect,
    /// The server refused a statement.
    Server,
    /// The server's user lacks a right that the dump needs.
    Privilege,
    /// An object, column or value that can't be carried.
    Unsupported,
    /// Objects changed while they were dumped; a new try may go well.
    Changed,
    /// A file or folder could not be read or written.
    Io,
    /// An archive that is broken or cut.
    Archive,
    /// Another run holds the lock.
    Locked,
    /// The user or a time limit ended it.
    Cancelled,
    /// Server text that is not what a harmless server sends.
    Hostile,
    /// A mistake in this program.
    Internal,
}

/// An error with its context. Messages: lowercase, no full stop, naming the object.
#[derive(thiserror::Error)]
#[error("{}", self.line())]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: String,
    cause: Option<Box<dyn StdError + Send + Sync>>,
    code: Option<String>,
    context: Vec<String>,
    hint: Option<String>,
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error {
    /// An error of `kind`: `message` says what could not be done, to which object.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            cause: None,
            code: None,
            context: Vec::new(),
            hint: None,
        }))
    }

    /// Adds what went wrong beneath, in its own words.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Adds the server's code for the failure: an SQLSTATE, or a MySQL error number.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Adds a line of context, from the inside out: "dumping database shop on db1:5432".
    #[must_use]
    pub fn while_(mut self, doing: impl Into<String>) -> Self {
        self.0.context.push(doing.into());
        self
    }

    /// Adds what the user can do, as a sentence. The innermost hint stays.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// The sort of failure.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The server's code, where a server refused.
    #[must_use]
    pub fn server_code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The message with its cause, on one line, with control characters made visible.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = self.0.message.clone();
        if let Some(cause) = &self.0.cause {
            let _ = write!(line, ": {cause}");
        }
        if let Some(code) = &self.0.code {
            let _ = write!(line, " ({code})");
        }
        visible(&line)
    }

    /// Everything, as printed to the user: the message, its context, the hint.
    #[must_use]
    pub fn report(&self) -> String {
        let mut text = format!("error: {}", self.line());
        for context in &self.0.context {
            let _ = write!(text, "\n  while {}", visible(context));
        }
        if let Some(hint) = &self.0.hint {
            let _ = write!(text, "\n  hint: {}", visible(hint));
        }
        text
    }

    /// The exit code of a single command that ends with this error.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.0.kind {
            Kind::Usage | Kind::Config => 2,
            Kind::Locked => 75,
            _ => 1,
        }
    }
}

/// Adds context to a failed result.
pub trait Context<T> {
    /// Adds a line of context to the error.
    fn while_with<S: Into<String>>(self, doing: impl FnOnce() -> S) -> Result<T>;
}

impl<T> Context<T> for Result<T> {
    fn while_with<S: Into<String>>(self, doing: impl FnOnce() -> S) -> Self {
        self.map_err(|error| error.while_(doing()))
    }
}

/// Text from a server, made safe for a terminal and a log line: control characters are escaped.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_message_cause_context_and_hint() {
        let error = Error::new(Kind::Server, "cannot read table public.orders")
            .cause("permission denied")
            .code("42501")
            .while_("dumping database shop on db1:5432 (PostgreSQL 16.3)")
            .hint("Grant SELECT on public.orders to role backup, or exclude the table.");
        assert_eq!(
            error.report(),
            "error: cannot read table public.orders: permission denied (42501)\n  \
             while dumping database shop on db1:5432 (PostgreSQL 16.3)\n  \
             hint: Grant SELECT on public.orders to role backup, or exclude the table."
        );
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(visible("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\nb");
    }
}
