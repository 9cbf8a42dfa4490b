//! How many rows an `INSERT` holds. Pure.

use crate::sql::dialect::Dialect;
use crate::sql::scan::{Kind, Rules, Scanner};

/// The rows of an `INSERT … VALUES (…), (…)`; `None` for what is no such statement. Read with the
/// settings that a session begins with, as this program's scripts set them.
#[must_use]
pub fn rows(dialect: Dialect, statement: &[u8]) -> Option<u64> {
    let mut scanner = Scanner::new(Rules::new(dialect));
    let (mut depth, mut rows) = (0_u64, 0);
    let mut verb = None;
    let (mut values, mut defaults) = (false, false);
    while let Some(token) = scanner.next(statement, true) {
        let text = statement.get(token.start..token.end)?;
        match token.kind {
            Kind::Word if verb.is_none() => {
                verb = Some(());
                if !is(text, "insert") && !is(text, "replace") {
                    return None;
                }
            }
            Kind::Word if depth == 0 && is(text, "values") => values = true,
            // What follows (`ON CONFLICT DO NOTHING`) says nothing of the rows.
            Kind::Word if depth == 0 && !values => defaults = is(text, "default"),
            Kind::Open => {
                rows += u64::from(values && depth == 0);
                depth += 1;
            }
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    // `DEFAULT VALUES` is one row; a name before `VALUES` is none of it.
    values.then_some(if defaults && rows == 0 { 1 } else { rows })
}

fn is(word: &[u8], wanted: &str) -> bool {
    word.eq_ignore_ascii_case(wanted.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_rows_and_not_what_is_inside() {
        for (dialect, sql, expected) in [
            (
                Dialect::Mysql,
                "INSERT INTO `t` (`a`) VALUES (1),\n(2)",
                Some(2),
            ),
            (
                Dialect::Mysql,
                r"INSERT INTO t VALUES ('(\'),('),(x'00')",
                Some(2),
            ),
            (
                Dialect::Mysql,
                "INSERT INTO `values` (`(`) VALUES (f((1)), 2)",
                Some(1),
            ),
            (
                Dialect::Postgres,
                r"INSERT INTO t VALUES ('\'), (E'\'(')",
                Some(2),
            ),
            (Dialect::Postgres, "SELECT 1", None),
            (Dialect::Postgres, "INSERT INTO t DEFAULT VALUES", Some(1)),
            (
                Dialect::Postgres,
                "INSERT INTO t DEFAULT VALUES ON CONFLICT DO NOTHING",
                Some(1),
            ),
        ] {
            assert_eq!(rows(dialect, sql.as_bytes()), expected, "{sql}");
        }
    }
}
