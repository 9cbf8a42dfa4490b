//! What publications publish: tables with row filters and column lists, whole schemas. Catalogs:
//! pg_publication_rel, pg_publication_namespace.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("publication_member", queries, build);

fn queries(caps: &Caps) -> Vec<Select> {
    let filters = caps.publication_schemas();
    let tables = Select::from(
        "pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid \
         JOIN pg_catalog.pg_class c ON c.oid = r.prrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
    )
    .col("catalog", class::PG_PUBLICATION_REL.to_string())
    .col("oid", "r.oid")
    .col("publication", "p.pubname")
    .col("schema", "n.nspname")
    .col("relation", "c.oid")
    .col("table_name", "c.relname")
    .col_if(
        filters,
        "columns",
        "(SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' \
         ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.prrelid \
         AND a.attnum = ANY (r.prattrs))",
        "NULL",
    )
    .col_if(
        filters,
        "condition",
        "pg_catalog.pg_get_expr(r.prqual, r.prrelid)",
        "NULL",
    )
    .made_by_users("r.oid", class::PG_PUBLICATION_REL);
    let mut queries = vec![tables];
    if filters {
        queries.push(schemas());
    }
    queries
}

fn schemas() -> Select {
    Select::from(
        "pg_catalog.pg_publication_namespace r \
         JOIN pg_catalog.pg_publication p ON p.oid = r.pnpubid \
         JOIN pg_catalog.pg_namespace n ON n.oid = r.pnnspid",
    )
    .col("catalog", class::PG_PUBLICATION_NAMESPACE.to_string())
    .col("oid", "r.oid")
    .col("publication", "p.pubname")
    .col("schema", "n.nspname")
    .col("relation", "NULL")
    .col("table_name", "NULL")
    .col("columns", "NULL")
    .col("condition", "NULL")
    .made_by_users("r.oid", class::PG_PUBLICATION_NAMESPACE)
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    rows.iter()
        .flat_map(Rows::iter)
        .map(|row| loaded(&row))
        .collect()
}

fn loaded(row: &Row<'_>) -> Result<Loaded> {
    let publication = row.owned("publication")?;
    let alter = cat!["ALTER PUBLICATION ", ident(&publication)];
    let what = what(row)?;
    let mut sql = Sql::default();
    sql.push(cat![&alter, " ADD ", what]);
    let identity = Identity {
        schema: row.opt_owned("schema")?,
        name: publication,
        detail: row.opt_owned("table_name")?.unwrap_or_default(),
        owner: None,
    };
    let table: Option<u32> = row.opt_num("relation")?;
    Ok(Loaded {
        address: Some(Address::new(row.num("catalog")?, row.num("oid")?)),
        table: table.map(|oid| Address::new(class::PG_CLASS, oid)),
        ..Loaded::new("publication_member", Section::PostData, identity, sql)
    })
}

fn what(row: &Row<'_>) -> Result<BString> {
    let schema = row.bytes("schema")?;
    let Some(table) = row.opt("table_name")? else {
        return Ok(cat!["TABLES IN SCHEMA ", ident(schema)]);
    };
    let columns = row
        .opt("columns")?
        .map(|c| cat![" (", c, ")"])
        .unwrap_or_default();
    let condition = row
        .opt("condition")?
        .map(|c| cat![" WHERE (", c, ")"])
        .unwrap_or_default();
    Ok(cat![
        "TABLE ONLY ",
        qualified(schema, table),
        columns,
        condition
    ])
}
