//! Foreign-data wrappers. Catalog: pg_foreign_data_wrapper.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::class;
use crate::postgres::objects::foreign::options;
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("foreign_data_wrapper", queries, build);

fn queries(_caps: &Caps) -> Vec<Select> {
    let function =
        |column: &str| format!("CASE WHEN {column} <> 0 THEN {column}::pg_catalog.regproc END");
    let wrappers = Select::from("pg_catalog.pg_foreign_data_wrapper w")
        .col("oid", "w.oid")
        .col("schema", "NULL")
        .col("name", "w.fdwname")
        .col("owner", "pg_catalog.pg_get_userbyid(w.fdwowner)")
        .col("handler", function("w.fdwhandler"))
        .col("validator", function("w.fdwvalidator"))
        .made_by_users("w.oid", class::PG_FOREIGN_DATA_WRAPPER);
    vec![
        wrappers,
        options::select("pg_foreign_data_wrapper", "oid", "fdwoptions"),
    ]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [wrappers, options] = rows else {
        return Ok(Vec::new());
    };
    let options = options::gather(options)?;
    wrappers.iter().map(|row| loaded(&row, &options)).collect()
}

fn loaded(row: &Row<'_>, options: &HashMap<u32, BString>) -> Result<Loaded> {
    let named = Named::decode(row)?;
    let name = named.quoted();
    let handler = row
        .opt("handler")?
        .map(|f| cat![" HANDLER ", f])
        .unwrap_or_default();
    let validator = row
        .opt("validator")?
        .map(|f| cat![" VALIDATOR ", f])
        .unwrap_or_default();
    let options = options.get(&named.oid).cloned().unwrap_or_default();
    let mut sql = Sql::default();
    sql.push(cat![
        "CREATE FOREIGN DATA WRAPPER ",
        &name,
        handler,
        validator,
        options
    ]);
    sql.drop_with(cat!["DROP FOREIGN DATA WRAPPER ", &name]);
    Ok(Loaded {
        address: Some(named.address(class::PG_FOREIGN_DATA_WRAPPER)),
        reference: Some(Reference::all("FOREIGN DATA WRAPPER", name)),
        ..Loaded::new(
            "foreign_data_wrapper",
            Section::PreData,
            named.identity(),
            sql,
        )
    })
}
