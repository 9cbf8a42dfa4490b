//! Foreign servers. Catalog: pg_foreign_server.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::class;
use crate::postgres::objects::foreign::options;
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::{ident, literal};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("foreign_server", queries, build);

fn queries(_caps: &Caps) -> Vec<Select> {
    let servers = Select::from(
        "pg_catalog.pg_foreign_server s \
         JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw",
    )
    .col("oid", "s.oid")
    .col("schema", "NULL")
    .col("name", "s.srvname")
    .col("owner", "pg_catalog.pg_get_userbyid(s.srvowner)")
    .col("type", "s.srvtype")
    .col("version", "s.srvversion")
    .col("wrapper", "w.fdwname")
    .made_by_users("s.oid", class::PG_FOREIGN_SERVER);
    vec![
        servers,
        options::select("pg_foreign_server", "oid", "srvoptions"),
    ]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [servers, options] = rows else {
        return Ok(Vec::new());
    };
    let options = options::gather(options)?;
    servers.iter().map(|row| loaded(&row, &options)).collect()
}

fn loaded(row: &Row<'_>, options: &HashMap<u32, BString>) -> Result<Loaded> {
    let named = Named::decode(row)?;
    let name = named.quoted();
    let of_type = row
        .opt("type")?
        .filter(|t| !t.is_empty())
        .map(|t| cat![" TYPE ", literal(t)]);
    let version = row
        .opt("version")?
        .filter(|v| !v.is_empty())
        .map(|v| cat![" VERSION ", literal(v)]);
    let mut text = cat!["CREATE SERVER ", &name];
    text.extend_from_slice(&of_type.unwrap_or_default());
    text.extend_from_slice(&version.unwrap_or_default());
    text.extend_from_slice(&cat![
        " FOREIGN DATA WRAPPER ",
        ident(row.bytes("wrapper")?)
    ]);
    text.extend_from_slice(&options.get(&named.oid).cloned().unwrap_or_default());
    let mut sql = Sql::default();
    sql.push(text);
    sql.drop_with(cat!["DROP SERVER ", &name]);
    Ok(Loaded {
        address: Some(named.address(class::PG_FOREIGN_SERVER)),
        reference: Some(Reference {
            grant_keyword: Some("FOREIGN SERVER"),
            ..Reference::owned("SERVER", name)
        }),
        ..Loaded::new("foreign_server", Section::PreData, named.identity(), sql)
    })
}
