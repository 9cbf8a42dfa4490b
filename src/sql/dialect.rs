//! The two dialects: how a statement stands in a script.

use std::borrow::Cow;

use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::plan::entry::Statement;
use crate::sql::verbatim;

/// Whose SQL it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// Appends the statement with its terminator. A compound MySQL statement gets a `DELIMITER`
    /// that does not occur in it: bodies may hold `;;`.
    pub fn write_statement(self, statement: &Statement, out: &mut Vec<u8>) {
        let text = self.script_text(statement);
        if statement.compound && self == Self::Mysql {
            let delimiter = delimiter_for(&text);
            out.extend_from_slice(b"DELIMITER ");
            out.extend_from_slice(&delimiter);
            out.push(b'\n');
            out.extend_from_slice(&text);
            out.push(b'\n');
            out.extend_from_slice(&delimiter);
            out.extend_from_slice(b"\nDELIMITER ;\n");
        } else {
            out.extend_from_slice(&text);
            out.extend_from_slice(b";\n");
        }
    }

    /// The statement as it stands in a script: stored programs of MySQL in the way in which its client
    /// leaves them alone.
    #[must_use]
    pub fn script_text(self, statement: &Statement) -> Cow<'_, [u8]> {
        match self {
            Self::Mysql if statement.compound => verbatim::kept(&statement.text),
            _ => Cow::Borrowed(&statement.text),
        }
    }
}

fn delimiter_for(text: &[u8]) -> Vec<u8> {
    let mut delimiter = b";;".to_vec();
    while memmem::find(text, &delimiter).is_some() {
        delimiter.push(b';');
    }
    delimiter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_not_in_the_body() {
        let mut out = Vec::new();
        Dialect::Mysql.write_statement(&Statement::compound("BEGIN ;; END"), &mut out);
        assert_eq!(out, b"DELIMITER ;;;\nBEGIN ;; END\n;;;\nDELIMITER ;\n");
    }
}
