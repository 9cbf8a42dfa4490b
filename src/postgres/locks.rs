//! Locks on every selected table, before the snapshot is taken. A snapshot alone protects nothing:
//! after another session's TRUNCATE or rewriting ALTER it reads no rows and gives no error.
//!
//! The order is what makes it safe. `LOCK TABLE` takes no snapshot (PostgreSQL manual, "LOCK"), so
//! in one REPEATABLE READ transaction the locks come first and the snapshot sees every change that
//! they waited for. What the snapshot then shows and no lock covers (made, renamed or swapped
//! meanwhile) is found by asking `pg_locks`, and the database starts over.

use bstr::BString;

use super::chosen::Hits;
use super::quote::qualified;
use super::session::Session;
use crate::error::{Error, Kind, Result};

/// How many tables one statement locks.
const BATCH: usize = 200;

/// `c` is a table, `n` its schema.
const FROM: &str = "\
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";

/// The tables to lock: all with rows, and partitioned ones; of extensions only those whose rows are
/// dumped.
const TABLES: &str = "\
c.relkind IN ('r', 'p') AND c.relpersistence <> 't' \
AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid \
WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid \
AND d.objsubid = 0 AND d.deptype = 'e' \
AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass \
AND NOT c.oid = ANY (COALESCE(e.extconfig, '{}')))";

/// The extension whose table it is, if it is one's.
const EXTENSION: &str = "\
(SELECT e.extname FROM pg_catalog.pg_depend d \
JOIN pg_catalog.pg_extension e ON d.refclassid = 3079 AND e.oid = d.refobjid \
WHERE d.classid = 1259 AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')";

/// Locks that are held on relations of this database.
const HELD: &str = "\
l.locktype = 'relation' AND l.granted AND l.database = (SELECT d.oid \
FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())";

/// A table that is to be locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    schema: BString,
    name: BString,
}

/// The tables that are there now.
pub async fn tables(session: &mut Session, hits: &Hits) -> Result<Vec<Table>> {
    list(session, hits, TABLES).await
}

/// Those that the snapshot shows and no lock of this session covers.
pub async fn uncovered(session: &mut Session, hits: &Hits) -> Result<Vec<Table>> {
    let which = format!(
        "{TABLES} AND c.oid NOT IN (SELECT l.relation FROM pg_catalog.pg_locks l \
         WHERE {HELD} AND l.pid = pg_catalog.pg_backend_pid())"
    );
    list(session, hits, &which).await
}

async fn list(session: &mut Session, hits: &Hits, which: &str) -> Result<Vec<Table>> {
    let sql = format!(
        "SELECT c.oid, n.nspname, c.relname, {EXTENSION} AS extension {FROM} WHERE {which} \
         ORDER BY c.oid"
    );
    let doing = "cannot list the tables";
    let rows = session.query_for(doing, sql.as_bytes()).await?;
    let mut tables = Vec::new();
    for row in rows.iter() {
        let table = Table {
            schema: row.owned("nspname")?,
            name: row.owned("relname")?,
        };
        let oid = row.num("oid")?;
        let asked = match row.opt_owned("extension")? {
            Some(extension) => hits.table_of_extension(oid, &table.schema, &extension),
            None => hits.relation(oid, &table.schema),
        };
        if asked {
            tables.push(table);
        }
    }
    Ok(tables)
}

/// Locks the tables against everything that would change what they are, until the transaction ends.
/// The session must be in a transaction that has no snapshot yet.
pub async fn take(session: &mut Session, tables: &[Table], timeout_ms: Option<u64>) -> Result<()> {
    let timeout = format!("SET lock_timeout = {}", timeout_ms.unwrap_or(0));
    session.execute(timeout.as_bytes()).await?;
    for batch in tables.chunks(BATCH) {
        let names = batch.iter().map(|table| {
            bstr::concat([b"ONLY ".as_slice(), &qualified(&table.schema, &table.name)])
        });
        let names = bstr::join(", ", names);
        let sql = bstr::concat([b"LOCK TABLE ", names.as_slice(), b" IN ACCESS SHARE MODE"]);
        let locked = session.execute_for("cannot lock the tables", &sql).await;
        locked.map_err(gone_meanwhile)?;
    }
    session.execute(b"SET lock_timeout = 0").await
}

/// A table or schema that is gone since it was listed.
fn gone_meanwhile(error: Error) -> Error {
    match error.server_code() {
        Some("42P01" | "3F000" | "42809") => {
            Error::new(Kind::Changed, "the tables changed while they were locked").cause(error)
        }
        Some("42501") => error.hint(
            "Grant SELECT on it to the user (from 14 on pg_read_all_data), or leave it out by \
             --exclude-table.",
        ),
        _ => error,
    }
}

/// A lock that took too long, as an error that says who holds it. The transaction must be over.
pub async fn held(session: &mut Session, error: Error) -> Error {
    match holder(session).await {
        Ok(Some((table, process))) => {
            Error::new(Kind::Server, format!("cannot lock table {table}"))
                .code(LOCK_NOT_AVAILABLE)
                .cause(format!("process {process} holds it"))
                .hint("Try again later, or raise --lock-timeout.")
        }
        _ => error,
    }
}

async fn holder(session: &mut Session) -> Result<Option<(BString, i64)>> {
    let sql = format!(
        "SELECT n.nspname, c.relname, l.pid {FROM} \
         JOIN pg_catalog.pg_locks l ON l.relation = c.oid WHERE {TABLES} AND {HELD} \
         AND l.mode = 'AccessExclusiveLock' ORDER BY c.oid LIMIT 1"
    );
    let rows = session.query(sql.as_bytes()).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let table = qualified(row.bytes("nspname")?, row.bytes("relname")?);
    Ok(Some((table, row.num("pid")?)))
}

/// The SQLSTATE of a lock that can't be had, or not in time.
pub const LOCK_NOT_AVAILABLE: &str = "55P03";

/// What `uncovered` found, as an error.
#[must_use]
pub fn moved(tables: &[Table]) -> Error {
    let named = tables
        .iter()
        .take(3)
        .map(|table| format!("{}.{}", table.schema, table.name));
    let named: Vec<_> = named.collect();
    Error::new(
        Kind::Changed,
        format!(
            "tables were made or moved while the others were locked: {}",
            named.join(", ")
        ),
    )
    .hint("Try again when no schema changes run.")
}

/// Locks tables in a worker, or none of them and gives `false` where somebody waits for one: waiting behind a
/// waiting ALTER, which waits for our own leader, would be for ever.
pub async fn at_once(session: &mut Session, tables: &[&[u8]]) -> Result<bool> {
    let names = bstr::join(", ONLY ", tables);
    let sql = bstr::concat([
        b"SAVEPOINT a_lock; LOCK TABLE ONLY ".as_slice(),
        &names,
        b" IN ACCESS SHARE MODE NOWAIT; RELEASE SAVEPOINT a_lock",
    ]);
    let doing = format!("cannot lock {}", String::from_utf8_lossy(&names));
    match session.execute_for(&doing, &sql).await {
        Ok(()) => Ok(true),
        Err(error) if error.server_code() == Some(LOCK_NOT_AVAILABLE) => {
            session.execute(b"ROLLBACK TO SAVEPOINT a_lock").await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
