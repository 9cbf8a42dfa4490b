//! The script's head, as a native restore runs it.

use bstr::ByteSlice as _;

use crate::error::{Error, Kind, Result};
use crate::pipeline::reconnect::stop_at_error;
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::runner::Runner;
use crate::source::Target;
use crate::sql::dialect::Dialect;
use crate::sql::split::{Item, Splitter};

/// Runs the settings. The texts of an SQL_ASCII database are in no known encoding: its script begins
/// with a statement that fails in any other, and the user can say what to take them for.
pub(super) async fn feed_head<T: Target>(
    runner: &mut Runner<'_, T>,
    head: &[u8],
    job: &RestoreJob,
) -> Result<()> {
    let dialect = runner.target().dialect();
    // Native restores stop at errors by themselves, and run no commands of psql's.
    let stop = stop_at_error(dialect);
    let head = if stop.is_empty() {
        head.to_vec()
    } else {
        head.replace(stop, b"")
    };
    let Some(encoding) = &job.assume_encoding else {
        return runner.feed(&head, Some("the settings")).await;
    };
    let encoding = client_encoding(dialect, encoding)?;
    runner.statement(&encoding, "the settings").await?;
    for statement in statements(dialect, &head)? {
        if statement.find(b"SQL_ASCII").is_none() {
            runner.statement(&statement, "the settings").await?;
        }
    }
    Ok(())
}

fn client_encoding(dialect: Dialect, encoding: &str) -> Result<Vec<u8>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if dialect != Dialect::Postgres {
        let what = "--assume-encoding is for archives of PostgreSQL's SQL_ASCII databases";
        return Err(Error::new(Kind::Usage, what));
    }
    if encoding.is_empty() || !encoding.chars().all(plain) {
        let what = format!("\"{encoding}\" is not an encoding's name");
        return Err(Error::new(Kind::Usage, what));
    }
    Ok(format!("SET client_encoding = '{encoding}'").into_bytes())
}

fn statements(dialect: Dialect, sql: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut splitter = Splitter::new(dialect);
    splitter.push(sql);
    splitter.end();
    let mut statements = Vec::new();
    while let Some(item) = splitter.next()? {
        if let Item::Statement(piece) = item {
            statements.push(piece.text.to_vec());
        }
    }
    Ok(statements)
}
