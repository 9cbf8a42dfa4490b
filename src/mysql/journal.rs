//! What a restore has done, recorded in the database that it loads. Rows and their record are one
//! transaction; a definition is recorded before and after, for it ends every transaction: what was
//! begun and not done is dropped and made again. The table is dropped at the restore's end.

use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::mysql::quote::ident;
use crate::mysql::session::Session;
use crate::source::{Relation, Step};
use crate::sql::rows::Row;

/// So many sessions a restore has at most.
const SESSIONS: usize = 64;

/// "There is no such table", and the two ways of "you may not".
const MISSING: &str = "1146";
const FORBIDDEN: [&str; 2] = ["1044", "1142"];

/// The name of a session's lock: those of the whole server share their names.
fn lock(number: usize) -> String {
    // A lock's name holds 64 characters; MD5() is gone in MySQL 9.
    format!("CONCAT('dumpkeep.', LEFT(SHA2(DATABASE(), 256), 32), '.{number}')")
}

/// Takes the lock of this number; the first session waits until all are free.
pub(super) async fn guard(session: &mut Session, number: usize, seconds: u64) -> Result<()> {
    if number == 0 {
        wait_until_free(session, seconds).await?;
    }
    let sql = format!("SELECT GET_LOCK({}, 0) AS good", lock(number));
    if good(session, &sql).await? {
        return Ok(());
    }
    Err(taken())
}

async fn wait_until_free(session: &mut Session, seconds: u64) -> Result<()> {
    let each = (0..SESSIONS).map(|number| format!("IS_FREE_LOCK({})", lock(number)));
    let all = each.collect::<Vec<_>>().join(" AND ");
    let sql = format!("SELECT {all} AS good");
    let mut waited = 0;
    while !good(session, &sql).await? {
        if waited >= seconds {
            return Err(taken());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        waited += 1;
    }
    Ok(())
}

async fn good(session: &mut Session, sql: &str) -> Result<bool> {
    let rows = session.query(sql).await?;
    rows.first().map_or(Ok(false), |row| row.bool("good"))
}

fn taken() -> Error {
    Error::new(Kind::Locked, "another restore is at work in this database")
}

/// Makes the record, of what is said. `false`: the user may not.
pub(super) async fn begin(session: &mut Session, of: &str) -> Result<bool> {
    session
        .execute("DROP TABLE IF EXISTS dumpkeep_restore")
        .await?;
    let made = session
        .execute(
            "CREATE TABLE dumpkeep_restore (entry BIGINT NOT NULL, piece BIGINT NOT NULL, \
             loaded BIGINT NOT NULL, done TINYINT NOT NULL, note VARCHAR(200), \
             PRIMARY KEY (entry, piece)) ENGINE = InnoDB \
             COMMENT = 'the record of a dumpkeep restore'",
        )
        .await;
    match made {
        Err(error)
            if error
                .server_code()
                .is_some_and(|code| FORBIDDEN.contains(&code)) =>
        {
            return Ok(false);
        }
        made => made?,
    };
    let of: String = of.chars().filter(char::is_ascii_alphanumeric).collect();
    let sql = format!("INSERT INTO dumpkeep_restore VALUES (-1, -1, 0, 1, '{of}')");
    session.execute(sql).await?;
    Ok(true)
}

/// What is recorded, where anything is.
pub(super) async fn read(session: &mut Session) -> Result<Option<(String, Vec<Step>)>> {
    let sql = "SELECT entry, NULLIF(piece, -1) AS piece, loaded, done, note FROM dumpkeep_restore";
    let rows = match session.query(sql).await {
        Err(error) if error.server_code() == Some(MISSING) => return Ok(None),
        rows => rows?,
    };
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
        rows: row.num("loaded")?,
        done: row.bool("done")?,
    })
}

/// Records steps.
pub(super) async fn note(session: &mut Session, steps: &[Step]) -> Result<()> {
    let row = |step: &Step| {
        let piece = step.piece.map_or(-1, i64::from);
        let (entry, rows, done) = (step.entry, step.rows, u8::from(step.done));
        format!("({entry}, {piece}, {rows}, {done}, NULL)")
    };
    let rows = steps.iter().map(row).collect::<Vec<_>>().join(", ");
    let sql = format!("REPLACE INTO dumpkeep_restore VALUES {rows}");
    session.execute(sql).await.map(drop)
}

/// Takes back all that is recorded of these entries.
pub(super) async fn forget(session: &mut Session, entries: &[u32]) -> Result<()> {
    let entries: Vec<String> = entries.iter().map(u32::to_string).collect();
    let entries = entries.join(", ");
    let sql = format!("DELETE FROM dumpkeep_restore WHERE entry IN ({entries})");
    session.execute(sql).await.map(drop)
}

/// Removes the record.
pub(super) async fn end(session: &mut Session) -> Result<()> {
    session
        .execute("DROP TABLE IF EXISTS dumpkeep_restore")
        .await
        .map(drop)
}

/// The tables, views and sequences.
pub(super) async fn relations(session: &mut Session) -> Result<Vec<Relation>> {
    let sql = "SELECT t.table_name AS name, COALESCE(e.transactions, 'YES') = 'YES' AS transactional, \
         t.table_type = 'SYSTEM VERSIONED' AS versioned FROM information_schema.tables t \
         LEFT JOIN information_schema.engines e ON e.engine = t.engine \
         WHERE t.table_schema = DATABASE() AND t.table_name <> 'dumpkeep_restore' \
         AND (@@lower_case_table_names <> 0 OR CAST(t.table_schema AS BINARY) = CAST(DATABASE() AS BINARY))";
    let rows = session.query(sql).await?;
    let relation = |row: Row<'_>| {
        Ok(Relation {
            schema: None,
            name: row.owned("name")?,
            transactional: row.bool("transactional")?,
            versioned: row.bool("versioned")?,
        })
    };
    rows.iter().map(relation).collect()
}

/// How many rows a table has.
pub(super) async fn row_count(session: &mut Session, table: &Relation) -> Result<u64> {
    let past = if table.versioned {
        " FOR SYSTEM_TIME ALL"
    } else {
        ""
    };
    let sql = [
        b"SELECT COUNT(*) AS total FROM ".as_slice(),
        &ident(&table.name),
        past.as_bytes(),
    ];
    let rows = session.query(sql.concat()).await?;
    rows.first().map_or(Ok(0), |row| row.num("total"))
}
