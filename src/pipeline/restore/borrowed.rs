//! Views of MariaDB whose definers may not read in this database. A server opens the views that a new one
//! reads with their definers' rights, and refuses it where these have none: in a database of another name.
//! So those are the restoring user's while it is made, and get their own definers back.
//!
//! Not on MySQL, which notes of each view whether it could be opened when something under it was made last:
//! there the definers need their rights before.

use std::collections::HashSet;
use std::io::{Read, Seek};
use std::sync::Arc;

use crate::archive::toc::Toc;
use crate::error::{Error, Result};
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::definitions;
use crate::pipeline::runner::Runner;
use crate::source::Target;
use crate::sql::dialect::Dialect;
use crate::sql::names::{Outcome, Renaming};

/// "View references invalid tables, columns or functions, or its definer lacks rights", "the user specified
/// as a definer does not exist", and "command denied" for a table and a column.
const REFUSED: [&str; 4] = ["1356", "1449", "1142", "1143"];

/// The same of a routine: "execute command denied".
const NO_ROUTINE: &str = "1370";

/// Makes the view at this place.
pub(super) async fn make<T, R>(
    runner: &mut Runner<'_, T>,
    archive: &Arc<Archive<R>>,
    (at, chosen): (usize, &[usize]),
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let done = run(runner, archive, (at, As::First)).await;
    let done = done.map_err(hinted);
    if !done.as_ref().is_err_and(is_refused) || !lends(runner) {
        return done;
    }
    let read = views_read(archive.toc(), at, chosen);
    if read.is_empty() {
        return done;
    }
    let mut made = Ok(());
    for view in &read {
        if made.is_ok() {
            made = run(runner, archive, (*view, As::Borrowed)).await;
        }
    }
    if made.is_ok() {
        made = run(runner, archive, (at, As::First)).await;
    }
    let back = give_back(runner, archive, (at, chosen)).await;
    made.map_err(hinted).and(back)
}

/// Gives the views that this one reads their own definers, as far as they were made: the last one first,
/// for it needs the others as they are.
pub(super) async fn give_back<T, R>(
    runner: &mut Runner<'_, T>,
    archive: &Arc<Archive<R>>,
    (at, chosen): (usize, &[usize]),
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    if !lends(runner) {
        return Ok(());
    }
    for view in views_read(archive.toc(), at, chosen).iter().rev() {
        run(runner, archive, (*view, As::Own)).await?;
    }
    Ok(())
}

fn lends<T: Target>(runner: &mut Runner<'_, T>) -> bool {
    runner.target().server().product == "MariaDB"
}

fn is_refused(error: &Error) -> bool {
    let code = error.server_code();
    code.is_some_and(|code| REFUSED.contains(&code))
}

fn hinted(error: Error) -> Error {
    if error.server_code() != Some(NO_ROUTINE) && !is_refused(&error) {
        return error;
    }
    error.hint(
        "Its definer, or that of what it reads, may have no rights in this database: grant them before, \
         or give --no-owner, which makes the user the definer, or --map-role.",
    )
}

/// How a view is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    /// For the first time.
    First,
    /// Again, as the restoring user's.
    Borrowed,
    /// Again, as its definer's.
    Own,
}

/// Runs a view's statements: the settings that it is made under, and are put back in any case.
async fn run<T, R>(
    runner: &mut Runner<'_, T>,
    archive: &Arc<Archive<R>>,
    (at, how): (usize, As),
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let mut statements = Vec::new();
    let mut label = String::new();
    definitions::each(archive, &[at], |entry, sql| {
        label = entry.label();
        statements.push(as_made(sql, how));
    })
    .await?;
    let mut done = Ok(());
    for sql in statements {
        if done.is_ok() {
            done = runner.statement(&sql, &label).await;
        } else if sql.starts_with(b"SET ") {
            runner.statement(&sql, &label).await?;
        }
    }
    done
}

fn as_made(sql: &[u8], how: As) -> Vec<u8> {
    let Some(rest) = sql.strip_prefix(b"CREATE ").filter(|_| how != As::First) else {
        return sql.to_vec();
    };
    let again = [b"CREATE OR REPLACE ", rest].concat();
    let without = Renaming {
        no_owner: how == As::Borrowed,
        ..Renaming::default()
    };
    match without.apply(Dialect::Mysql, &again) {
        Ok(Outcome::Changed(sql)) => sql,
        _ => again,
    }
}

/// The views that this one reads, and those that they do, as far as they are made here: in the archive's
/// order.
fn views_read(toc: &Toc, at: usize, chosen: &[usize]) -> Vec<usize> {
    let chosen: HashSet<usize> = chosen.iter().copied().collect();
    let is_view = |at: &usize| chosen.contains(at) && toc.entries.kind(*at) == "view";
    let (mut found, mut open) = (HashSet::new(), vec![at]);
    while let Some(at) = open.pop() {
        let needs = toc.entries.needed(at).filter(is_view);
        open.extend(needs.filter(|need| found.insert(*need)));
    }
    let mut found: Vec<usize> = found.into_iter().collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_borrowed_view_has_no_definer() {
        let sql =
            b"CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`%` SQL SECURITY DEFINER VIEW `v` AS select 1";
        assert_eq!(as_made(sql, As::First), sql);
        let own = as_made(sql, As::Own);
        assert!(own.starts_with(b"CREATE OR REPLACE ALGORITHM=UNDEFINED DEFINER=`a`@`%` SQL"));
        let borrowed = as_made(sql, As::Borrowed);
        assert!(
            borrowed.starts_with(b"CREATE OR REPLACE ALGORITHM=UNDEFINED SQL SECURITY DEFINER")
        );
        assert_eq!(as_made(b"SET a = 1", As::Own), b"SET a = 1");
    }
}
