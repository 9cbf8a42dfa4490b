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
    let tried = job.older_server && dialect == Dialect::Postgres;
    if job.assume_encoding.is_none() && !tried {
        return runner.feed(&head, Some("the settings")).await;
    }
    if let Some(encoding) = &job.assume_encoding {
        let encoding = client_encoding(dialect, encoding)?;
        runner.statement(&encoding, "the settings").await?;
    }
    for statement in statements(dialect, &head)? {
        if job.assume_encoding.is_some() && statement.find(b"SQL_ASCII").is_some() {
            continue;
        }
        let known = if_known(&statement).filter(|_| tried);
        let statement = known.unwrap_or(statement);
        runner.statement(&statement, "the settings").await?;
    }
    Ok(())
}

/// A setting as a statement that does nothing on a server that does not know it, which an older one
/// may not. None for another statement than a script's `SET name = 'value'`.
fn if_known(statement: &[u8]) -> Option<Vec<u8>> {
    let (name, value) = statement.strip_prefix(b"SET ")?.split_once_str(" = ")?;
    let plain = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
    if !name.iter().all(plain) || !value.starts_with(b"'") {
        return None;
    }
    let name = name.to_str_lossy();
    let start = format!("SELECT pg_catalog.set_config('{name}', ");
    let end = format!(", false) FROM pg_catalog.pg_settings WHERE name = '{name}'");
    Some([start.as_bytes(), value, end.as_bytes()].concat())
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn settings_may_be_unknown() {
        let known = if_known(b"SET transaction_timeout = '0'").unwrap();
        let wanted = "SELECT pg_catalog.set_config('transaction_timeout', '0', false) \
            FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout'";
        assert_eq!(known, wanted.as_bytes());
        for other in ["SET ROLE a", "SET a = b", "SELECT 1"] {
            assert_eq!(if_known(other.as_bytes()), None, "{other}");
        }
    }
}
