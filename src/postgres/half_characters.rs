//! Values of the type `"char"` that are no characters: before 16 the server gives out a byte above
//! 127 as it is, and takes none back where a character has more bytes. COPY's rows would be text
//! that no server of the encoding reads, so these tables are found before anything is written.

use std::collections::HashMap;

use bstr::{BStr, BString, ByteSlice as _};

use super::quote::ident;
use super::render::{cat, join};
use super::session::Session;
use super::version::Caps;
use crate::error::{Error, Kind, Result};
use crate::plan::entries::Entries;
use crate::plan::entry::{DataRef, Method};
use crate::plan::shelf::Reading;
use crate::source::Warning;

/// "invalid byte sequence for encoding".
const INVALID_BYTES: &str = "22021";

/// Columns whose type is `"char"` or holds one: arrays, domains, composite types, ranges.
const COLUMNS: &str = "WITH RECURSIVE inside(type, part) AS ( \
    SELECT oid, typelem FROM pg_catalog.pg_type WHERE typelem <> 0 AND typlen = -1 \
    UNION ALL SELECT oid, typbasetype FROM pg_catalog.pg_type WHERE typbasetype <> 0 \
    UNION ALL SELECT rngtypid, rngsubtype FROM pg_catalog.pg_range \
    UNION ALL SELECT c.reltype, a.atttypid FROM pg_catalog.pg_attribute a \
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
    WHERE c.reltype <> 0 AND a.attnum > 0 AND NOT a.attisdropped), \
    reached(type) AS (SELECT 18::pg_catalog.oid \
    UNION SELECT i.type FROM reached r JOIN inside i ON i.part = r.type) \
    SELECT a.attrelid AS oid, a.attname AS name FROM pg_catalog.pg_attribute a \
    JOIN reached r ON r.type = a.atttypid WHERE a.attrelid >= 16384 AND a.attnum > 0 \
    AND EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database() \
    AND pg_catalog.pg_encoding_max_length(encoding) > 1)";

/// Reads these columns. A table with such a value is an error; `lenient` (the flag, and where its
/// warnings go) leaves its rows out.
pub(super) async fn check(
    session: &mut Session,
    caps: &Caps,
    entries: &mut Entries,
    (lenient, warnings): (bool, &mut Vec<Warning>),
) -> Result<()> {
    if caps.char_escapes() || entries.rows().next().is_none() {
        return Ok(());
    }
    let doing = "cannot look for columns of type \"char\"";
    let rows = session.query_for(doing, COLUMNS.as_bytes()).await?;
    let mut columns: HashMap<u64, Vec<BString>> = HashMap::new();
    for row in rows.iter() {
        let name = ident(row.bytes("name")?);
        columns.entry(row.num("oid")?).or_default().push(name);
    }
    let mut whole = vec![true; entries.len()];
    let mut reading = Reading::default();
    for (at, whole) in whole.iter_mut().enumerate() {
        if columns.is_empty() || !entries.is_rows(at) {
            continue;
        }
        let Some(data) = entries.data(at, &mut reading)? else {
            continue;
        };
        let own = columns.get(&data.key).map_or(&[][..], Vec::as_slice);
        let carried = |name: &&BString| data.columns.iter().any(|c| c.name == **name);
        let own: Vec<_> = own.iter().filter(carried).collect();
        let of_table = !matches!(data.method, Method::LargeObjects(_));
        if !own.is_empty() && of_table && !readable(session, &data, &own).await? {
            if !lenient {
                return Err(refusal(data.table.as_bstr()));
            }
            *whole = false;
            warnings.push(Warning {
                object: format!("rows of {}", data.table),
                message: "are left out: a value of type \"char\" is no character".to_owned(),
            });
        }
    }
    entries.retain(&whole);
    Ok(())
}

/// Whether all values are text in the database's encoding: its conversion to itself verifies it.
async fn readable(session: &mut Session, data: &DataRef, columns: &[&BString]) -> Result<bool> {
    let filter = match &data.filter {
        Some(filter) => cat![" WHERE (\n", filter, "\n)"],
        None => BString::default(),
    };
    let sql = cat![
        "SAVEPOINT half_characters; \
         SELECT pg_catalog.count(pg_catalog.convert(pg_catalog.textsend(ROW(",
        join(columns, ", "),
        ")::pg_catalog.text), pg_catalog.getdatabaseencoding(), \
         pg_catalog.getdatabaseencoding())) AS values FROM ONLY ",
        &data.table,
        filter,
        "; RELEASE half_characters"
    ];
    let doing = format!("cannot read the columns of type \"char\" of {}", data.table);
    match session.execute_for(&doing, &sql).await {
        Ok(()) => Ok(true),
        Err(error) if error.server_code() == Some(INVALID_BYTES) => {
            session.execute(b"ROLLBACK TO half_characters").await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

fn refusal(table: &BStr) -> Error {
    let what =
        format!("cannot carry the rows of {table}: a value of type \"char\" is no character");
    Error::new(Kind::Unsupported, what).hint(
        "Before 16 the server gives out a byte above 127 and takes none back: change the value, or \
         leave the rows out (--exclude-table-data, --lenient).",
    )
}
