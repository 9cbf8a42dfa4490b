//! What a restore has done, recorded in the database that it loads: a step and its record are one
//! transaction, so that a restore that was broken off at any point can go on. The schema is dropped
//! with the restore's last step.
//!
//! Materialized views are refreshed when all else is there, and one that reads the catalogs must find
//! no table of ours in them: before, the record is folded into the schema's comment.

use std::time::Duration;

use super::quote::{literal, qualified};
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::source::{Relation, Step};
use crate::sql::rows::Row;

/// The key of the advisory lock that sessions of a restore hold: "dumpkeep" in ASCII.
const KEY: i64 = 0x6475_6d70_6b65_6570;

const DOING: &str = "cannot record what is restored";

/// The schema's comment. A folded record stands behind it: [`folded`].
const MARK: &str = "the record of a dumpkeep restore";

/// The first session of a restore waits until those of an earlier one are gone; all of them share
/// the lock then.
pub(super) async fn guard(session: &mut Session, number: usize, seconds: u64) -> Result<()> {
    if number > 0 {
        return take(session, "pg_advisory_lock_shared").await;
    }
    let mut waited = 0;
    while !try_alone(session).await? {
        if waited >= seconds {
            let what = "another restore is at work in this database";
            return Err(Error::new(Kind::Locked, what));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        waited += 1;
    }
    take(session, "pg_advisory_lock_shared").await?;
    take(session, "pg_advisory_unlock").await
}

async fn take(session: &mut Session, function: &str) -> Result<()> {
    let sql = format!("SELECT pg_catalog.{function}({KEY})");
    session.execute_for(DOING, sql.as_bytes()).await
}

async fn try_alone(session: &mut Session) -> Result<bool> {
    let sql = format!("SELECT pg_catalog.pg_try_advisory_lock({KEY}) AS taken");
    let rows = session.query_for(DOING, sql.as_bytes()).await?;
    rows.first().map_or(Ok(false), |row| row.bool("taken"))
}

/// Makes the record, of what is said. `false`: the user may not.
pub(super) async fn begin(session: &mut Session, of: &str) -> Result<bool> {
    let may =
        "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may";
    let rows = session.query_for(DOING, may.as_bytes()).await?;
    if !rows.first().map_or(Ok(false), |row| row.bool("may"))? {
        return Ok(false);
    }
    let sql = [
        b"DROP SCHEMA IF EXISTS dumpkeep_restore CASCADE; CREATE SCHEMA dumpkeep_restore; \
          COMMENT ON SCHEMA dumpkeep_restore IS "
            .as_slice(),
        &literal(MARK),
        b"; CREATE TABLE dumpkeep_restore.step \
          (entry bigint NOT NULL, piece bigint, rows bigint NOT NULL, note text); \
          INSERT INTO dumpkeep_restore.step VALUES (-1, NULL, 0, ",
        &literal(of),
        b")",
    ];
    session.execute_for(DOING, &sql.concat()).await?;
    Ok(true)
}

/// What is recorded, where anything is.
pub(super) async fn read(session: &mut Session) -> Result<Option<(String, Vec<Step>)>> {
    if !has_table(session).await? {
        return read_folded(session).await;
    }
    read_table(session).await
}

async fn has_table(session: &mut Session) -> Result<bool> {
    let there = "SELECT pg_catalog.to_regclass('dumpkeep_restore.step') IS NOT NULL AS there";
    let rows = session.query_for(DOING, there.as_bytes()).await?;
    rows.first().map_or(Ok(false), |row| row.bool("there"))
}

async fn read_table(session: &mut Session) -> Result<Option<(String, Vec<Step>)>> {
    let sql = "SELECT entry, piece, rows, note FROM dumpkeep_restore.step";
    let rows = session.query_for(DOING, sql.as_bytes()).await?;
    let (mut of, mut steps) = (None, Vec::new());
    for row in rows.iter() {
        match row.opt("note")? {
            Some(note) => of = Some(note.to_string()),
            None => steps.push(step(&row)?),
        }
    }
    Ok(of.map(|of| (of, steps)))
}

fn step(row: &Row<'_>) -> Result<Step> {
    Ok(Step {
        entry: row.num("entry")?,
        piece: row.opt_num("piece")?,
        rows: row.num("rows")?,
        done: true,
    })
}

async fn read_folded(session: &mut Session) -> Result<Option<(String, Vec<Step>)>> {
    let sql = "SELECT pg_catalog.obj_description(pg_catalog.to_regnamespace('dumpkeep_restore')\
               ::pg_catalog.oid, 'pg_namespace') AS note";
    let rows = session.query_for(DOING, sql.as_bytes()).await?;
    let note = rows
        .first()
        .map(|row| row.opt("note"))
        .transpose()?
        .flatten();
    Ok(note.and_then(|note| unfolded(&note.to_string())))
}

/// Puts the record into the schema's comment and drops its table. Nothing can be noted from then on.
/// Again is nothing.
pub(super) async fn fold(session: &mut Session) -> Result<()> {
    if !has_table(session).await? {
        return Ok(());
    }
    let Some((of, steps)) = read_table(session).await? else {
        return Ok(());
    };
    // One message is one transaction.
    let sql = [
        b"COMMENT ON SCHEMA dumpkeep_restore IS ".as_slice(),
        &literal(folded(&of, &steps)),
        b"; DROP TABLE dumpkeep_restore.step",
    ];
    session.execute_for(DOING, &sql.concat()).await
}

/// `MARK: OF ENTRY:ROWS ENTRY/PIECE:ROWS …`
fn folded(of: &str, steps: &[Step]) -> String {
    let mut text = format!("{MARK}: {of}");
    for step in steps {
        text.push_str(&match step.piece {
            Some(piece) => format!(" {}/{piece}:{}", step.entry, step.rows),
            None => format!(" {}:{}", step.entry, step.rows),
        });
    }
    text
}

/// The reverse; `None` for anything else.
fn unfolded(text: &str) -> Option<(String, Vec<Step>)> {
    let mut words = text.strip_prefix(MARK)?.strip_prefix(": ")?.split(' ');
    let of = words.next()?.to_owned();
    let step = |word: &str| {
        let (entry, rows) = word.split_once(':')?;
        let (entry, piece) = match entry.split_once('/') {
            Some((entry, piece)) => (entry, Some(piece.parse().ok()?)),
            None => (entry, None),
        };
        Some(Step {
            entry: entry.parse().ok()?,
            piece,
            rows: rows.parse().ok()?,
            done: true,
        })
    };
    Some((of, words.map(step).collect::<Option<Vec<_>>>()?))
}

/// Records steps, with the statement that follows: it is the end of their transaction.
pub(super) fn note(session: &mut Session, steps: &[Step]) -> Result<()> {
    let row = |step: &Step| {
        let piece = step
            .piece
            .map_or("NULL".to_owned(), |piece| piece.to_string());
        format!("({}, {piece}, {}, NULL)", step.entry, step.rows)
    };
    let rows = steps.iter().map(row).collect::<Vec<_>>().join(", ");
    let sql = format!("INSERT INTO dumpkeep_restore.step VALUES {rows}");
    session.put_off(DOING, sql.as_bytes())
}

/// Takes back all that is recorded of these entries.
pub(super) async fn forget(session: &mut Session, entries: &[u32]) -> Result<()> {
    let entries: Vec<String> = entries.iter().map(u32::to_string).collect();
    let entries = entries.join(", ");
    let sql = format!("DELETE FROM dumpkeep_restore.step WHERE entry IN ({entries})");
    session.execute_for(DOING, sql.as_bytes()).await
}

/// Removes the record.
pub(super) async fn end(session: &mut Session) -> Result<()> {
    let sql = "DROP SCHEMA IF EXISTS dumpkeep_restore CASCADE";
    session.execute_for(DOING, sql.as_bytes()).await
}

/// The tables and views that no extension has made.
pub(super) async fn relations(session: &mut Session) -> Result<Vec<Relation>> {
    let sql = "SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid >= 16384 AND c.relpersistence <> 't' \
         AND n.nspname NOT IN ('dumpkeep_restore', 'pg_toast') AND NOT EXISTS (SELECT \
         FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
         AND d.objid = c.oid AND d.deptype = 'e')";
    let rows = session
        .query_for("cannot list the tables", sql.as_bytes())
        .await?;
    let relation = |row: Row<'_>| {
        Ok(Relation {
            schema: Some(row.owned("schema")?),
            name: row.owned("name")?,
            transactional: true,
            versioned: false,
        })
    };
    rows.iter().map(relation).collect()
}

/// How many rows a table has, not counting those of its heirs.
pub(super) async fn row_count(session: &mut Session, table: &Relation) -> Result<u64> {
    let schema = table.schema.clone().unwrap_or_default();
    let name = qualified(schema, &table.name);
    let sql = [
        b"SELECT pg_catalog.count(*) AS rows FROM ONLY ".as_slice(),
        &name,
    ]
    .concat();
    let rows = session
        .query_for("cannot count a table's rows", &sql)
        .await?;
    rows.first().map_or(Ok(0), |row| row.num("rows"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_record_says_the_same() {
        let step = |entry, piece, rows| Step {
            entry,
            piece,
            rows,
            done: true,
        };
        let steps = vec![
            step(1, None, 0),
            step(7, Some(0), 12),
            step(7, Some(3), u64::MAX),
        ];
        let text = folded("abc", &steps);
        assert_eq!(unfolded(&text), Some(("abc".to_owned(), steps)));
        assert_eq!(
            unfolded(&folded("abc", &[])),
            Some(("abc".to_owned(), Vec::new()))
        );
    }

    #[test]
    fn anything_else_is_no_record() {
        for text in [
            MARK,
            "",
            "a comment",
            &format!("{MARK}: abc 1"),
            &format!("{MARK}: abc 1:x"),
        ] {
            assert_eq!(unfolded(text), None, "{text}");
        }
    }
}
