//! What a restore has done, recorded in the database that it loads: a step and its record are one
//! transaction, so that a restore that was broken off at any point can go on. The schema is dropped
//! with the restore's last step.

use std::time::Duration;

use super::quote::{literal, qualified};
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::source::{Relation, Step};
use crate::sql::rows::Row;

/// The key of the advisory lock that sessions of a restore hold: "dumpkeep" in ASCII.
const KEY: i64 = 0x6475_6d70_6b65_6570;

const DOING: &str = "cannot record what is restored";

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
          COMMENT ON SCHEMA dumpkeep_restore IS 'the record of a dumpkeep restore'; \
          CREATE TABLE dumpkeep_restore.step \
          (entry bigint NOT NULL, piece bigint, rows bigint NOT NULL, note text); \
          INSERT INTO dumpkeep_restore.step VALUES (-1, NULL, 0, "
            .as_slice(),
        &literal(of),
        b")",
    ];
    session.execute_for(DOING, &sql.concat()).await?;
    Ok(true)
}

/// What is recorded, where anything is.
pub(super) async fn read(session: &mut Session) -> Result<Option<(String, Vec<Step>)>> {
    let there = "SELECT pg_catalog.to_regclass('dumpkeep_restore.step') IS NOT NULL AS there";
    let rows = session.query_for(DOING, there.as_bytes()).await?;
    if !rows.first().map_or(Ok(false), |row| row.bool("there"))? {
        return Ok(None);
    }
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
