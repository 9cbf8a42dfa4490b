//! Does a script say what it should? Each statement is read back as the restoring side reads it,
//! and must come out as the one statement that went in, whatever a server slipped into one of its
//! parts. What a compound statement of MySQL holds inside is judged where its `sql_mode` is known.

use std::num::NonZero;
use std::ops::Range;
use std::thread::{Builder, available_parallelism};

use crate::error::{Error, Kind, Result};
use crate::plan::entries::Entries;
use crate::plan::entry::{Body, Entry, Statement};
use crate::sql::dialect::Dialect;
use crate::sql::lex::check_statement;
use crate::sql::split::{Item, Splitter};

/// Checks the statements of these entries, their drops included. The error is `Hostile` and names
/// the object.
pub fn check(dialect: Dialect, entries: &Entries) -> Result<()> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let count = entries.len();
    let share = count.div_ceil(threads).max(FEW);
    let shares = (0..count).step_by(share);
    let mut shares = shares.map(|first| first..(first + share).min(count));
    let check_share = |share: &Range<usize>| check_share(dialect, entries.some(share.clone()));
    std::thread::scope(|scope| {
        let own = shares.next().unwrap_or_default();
        let check = |share: Range<usize>| {
            let own = share.clone();
            (
                share,
                Builder::new().spawn_scoped(scope, move || check_share(&own)),
            )
        };
        let others: Vec<_> = shares.map(check).collect();
        let mut checked = check_share(&own);
        for (share, other) in others {
            let gone = |_| Err(Error::new(Kind::Internal, "a check of statements is gone"));
            checked = checked.and(match other {
                Ok(other) => other.join().unwrap_or_else(gone),
                // The system gives no thread.
                Err(_) => check_share(&share),
            });
        }
        checked
    })
}

/// So few entries are not worth a thread.
const FEW: usize = 2000;

fn check_share(dialect: Dialect, entries: impl Iterator<Item = Result<Entry>>) -> Result<()> {
    for entry in entries {
        let entry = entry?;
        if let Body::Statements(statements) = &entry.body {
            check_all(dialect, &entry, statements)?;
        }
        check_all(dialect, &entry, &entry.drop)?;
    }
    Ok(())
}

/// Settings that one statement changes hold for the next, as in the script.
fn check_all(dialect: Dialect, entry: &Entry, statements: &[Statement]) -> Result<()> {
    let mut splitter = Splitter::new(dialect);
    let mut script = Vec::new();
    for statement in statements {
        if dialect == Dialect::Postgres {
            check_statement(dialect, &statement.text).map_err(|harm| {
                let harm = Error::new(Kind::Hostile, format!("it holds {harm}"));
                refuse(entry, harm)
            })?;
        }
        script.clear();
        dialect.write_statement(statement, &mut script);
        splitter.push(&script);
        check_one(&mut splitter, &dialect.script_text(statement))
            .map_err(|error| refuse(entry, error))?;
    }
    Ok(())
}

fn check_one(splitter: &mut Splitter, text: &[u8]) -> Result<()> {
    let reads_back = match splitter.next()? {
        Some(Item::Statement(piece)) => piece.text == text.trim_ascii(),
        _ => false,
    };
    if reads_back && splitter.next()?.is_none() {
        Ok(())
    } else {
        Err(Error::new(Kind::Hostile, "it is not one statement"))
    }
}

fn refuse(entry: &Entry, error: Error) -> Error {
    let message = format!("cannot write {}", crate::plan::graph::label(entry));
    Error::new(Kind::Hostile, message)
        .cause(error.line())
        .hint("What the server says of it would be read as something else. Look at its definition.")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::plan::entry::{EntryId, Identity, Section};

    fn judge(dialect: Dialect, statements: &[Statement]) -> Result<()> {
        let entry = Entry {
            id: EntryId(1),
            kind: "view",
            section: Section::PreData,
            rank: 1,
            identity: Identity {
                schema: Some("public".into()),
                name: "v".into(),
                ..Identity::default()
            },
            needs: Vec::new(),
            body: Body::Statements(statements.to_vec()),
            drop: Vec::new(),
        };
        check(dialect, &Entries::pack([entry])?)
    }

    #[test]
    fn what_was_meant_reads_back() {
        let statements = [
            "CREATE VIEW v AS SELECT ';'",
            " COMMENT ON VIEW v IS E'\\''\n",
        ];
        judge(Dialect::Postgres, &statements.map(Statement::new)).unwrap();
        let statements = [
            Statement::new("SET sql_mode = 'NO_BACKSLASH_ESCAPES'"),
            Statement::compound("CREATE PROCEDURE p() BEGIN SELECT '\\'; END -- ;;"),
            Statement::new("SET sql_mode = ''"),
            Statement::new("/*!50100 SELECT '\\'' */"),
        ];
        judge(Dialect::Mysql, &statements).unwrap();
    }

    #[test]
    fn what_reads_as_something_else_is_an_error_that_names_the_object() {
        for text in [
            "SELECT 1; DROP TABLE t",
            "SELECT 1 \\! id",
            "\\! id",
            "SELECT 'a",
            "SELECT (1",
            "CREATE TABLE t (a int DEFAULT 1; DROP TABLE u)",
            "SELECT 1 --",
            "-- nothing",
            "",
            "COPY t FROM stdin",
        ] {
            let error = judge(Dialect::Postgres, &[Statement::new(text)]).unwrap_err();
            assert!(
                error.line().starts_with("cannot write view public.v: "),
                "{error}"
            );
        }
        for text in ["SELECT 1; SELECT 2", "SELECT 'a\\'", "DELIMITER ;;\n"] {
            assert!(
                judge(Dialect::Mysql, &[Statement::new(text)]).is_err(),
                "{text}"
            );
        }
    }
}
