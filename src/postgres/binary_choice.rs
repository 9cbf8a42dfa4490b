//! Which tables are read in binary: those whose rows are long for their number of columns, for there it
//! costs the server half, and whose types have a text that is plain to tell (`binary_value`). Catalogs:
//! pg_attribute, pg_type. The table is locked: what is asked now holds.

use std::collections::HashMap;

use bstr::BString;

use super::binary_value::{self, Form};
use super::quote::ident;
use super::session::Session;
use crate::error::Result;
use crate::plan::entry::{DataRef, Method};

/// Below this, in bytes, a table is not worth a question; and it may have been asked for ahead.
const WORTH_BYTES: u64 = 1 << 20;

/// From this on, in bytes for each column of a row, as the server stores them. Numbers cost it the same in
/// both forms.
const LONG_BYTES: u64 = 64;

/// The forms of the columns of a table that is read in binary; none for one that is read as text.
pub(super) async fn forms(session: &mut Session, data: &DataRef) -> Result<Option<Vec<Form>>> {
    if !is_worth_it(data) {
        return Ok(None);
    }
    let doing = format!("cannot read the columns of table {}", data.table);
    let sql = format!("{TYPES} AND a.attrelid = {}", data.key);
    let rows = session.query_for(&doing, sql.as_bytes()).await?;
    let mut types: HashMap<BString, u32> = HashMap::new();
    for row in rows.iter() {
        types.insert(ident(row.bytes("name")?), row.num("type")?);
    }
    let forms = data.columns.iter().map(|column| {
        let known = types.get(&column.name).copied();
        known.and_then(binary_value::form)
    });
    let forms: Option<Vec<Form>> = forms.collect();
    Ok(forms.filter(|forms| forms.iter().any(|form| form.is_wide())))
}

/// An enum's label comes as text in both forms.
const TYPES: &str = "\
SELECT a.attname AS name, CASE t.typtype WHEN 'e' THEN 25 ELSE a.atttypid END AS type \
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
WHERE a.attnum > 0 AND NOT a.attisdropped";

fn is_worth_it(data: &DataRef) -> bool {
    let as_named = data.columns.iter().all(|column| column.read == column.name);
    let columns = data.columns.len() as u64;
    data.method == Method::Copy
        && as_named
        && data.bytes >= WORTH_BYTES
        && data.key > 0
        && (1..=data.bytes).contains(&data.rows)
        && data.bytes / data.rows >= LONG_BYTES.saturating_mul(columns.max(1))
}
