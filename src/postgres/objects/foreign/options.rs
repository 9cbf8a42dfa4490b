//! Options of foreign objects: arrays of `name=value`.

use std::collections::HashMap;

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::postgres::quote::{ident, literal};
use crate::postgres::render::{cat, join};
use crate::postgres::select::Select;
use crate::sql::rows::Rows;

/// One option a row, in order, of the array `column` of `catalog`.
pub(super) fn select(catalog: &str, oid: &str, column: &str) -> Select {
    Select::from(format!(
        "pg_catalog.{catalog} c, \
         LATERAL pg_catalog.unnest(c.{column}) WITH ORDINALITY o(option, n)"
    ))
    .col("oid", format!("c.{oid}"))
    .col("option", "o.option")
    .order("1, o.n")
}

/// The clause ` OPTIONS (…)` of each object.
pub(super) fn gather(rows: &Rows) -> Result<HashMap<u32, BString>> {
    let mut of: HashMap<u32, Vec<BString>> = HashMap::new();
    for row in rows.iter() {
        let option = row.bytes("option")?;
        let (name, value) = option
            .split_once_str("=")
            .unwrap_or((option.as_bytes(), b""));
        let text = cat!["\n    ", ident(name), " ", literal(value)];
        of.entry(row.num("oid")?).or_default().push(text);
    }
    let clause = |options: Vec<BString>| cat![" OPTIONS (", join(options, ","), "\n)"];
    Ok(of
        .into_iter()
        .map(|(oid, options)| (oid, clause(options)))
        .collect())
}
