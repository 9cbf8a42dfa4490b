//! Refreshing: the rows of materialized views that had any, each after those that it reads, directly
//! or through views. Those that were never populated stay so.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class, step};
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("matview_refresh", queries, build);

/// Which materialized views each one reads: through the rules of any views between.
const READS: &str = "(WITH RECURSIVE reads(view, through) AS (\
     SELECT r.ev_class, d.refobjid FROM pg_catalog.pg_rewrite r \
     JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind = 'm' \
     JOIN pg_catalog.pg_depend d ON d.classid = 2618 AND d.objid = r.oid AND d.refclassid = 1259 \
     AND d.refobjid <> r.ev_class \
     UNION SELECT w.view, d.refobjid FROM reads w \
     JOIN pg_catalog.pg_rewrite r ON r.ev_class = w.through \
     JOIN pg_catalog.pg_depend d ON d.classid = 2618 AND d.objid = r.oid AND d.refclassid = 1259) \
     SELECT w.view, w.through FROM reads w JOIN pg_catalog.pg_class c ON c.oid = w.through \
     AND c.relkind = 'm' AND c.relispopulated WHERE w.view <> w.through) reads";

fn queries(_caps: &Caps) -> Vec<Select> {
    let views = Select::from(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
    )
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.relname")
    .filter("c.relkind = 'm' AND c.relispopulated")
    .made_by_users("c.oid", class::PG_CLASS)
    .in_user_schema("c.relnamespace");
    let reads = Select::from(READS)
        .col("oid", "reads.view")
        .col("through", "reads.through");
    vec![views, reads]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [views, reads] = rows else {
        return Ok(Vec::new());
    };
    views.iter().map(|row| loaded(&row, reads)).collect()
}

fn loaded(row: &Row<'_>, reads: &Rows) -> Result<Loaded> {
    let oid: u32 = row.num("oid")?;
    let view = Address::new(class::PG_CLASS, oid);
    let (schema, name): (BString, BString) = (row.owned("schema")?, row.owned("name")?);
    let mut sql = Sql::default();
    sql.push(cat![
        "REFRESH MATERIALIZED VIEW ",
        qualified(&schema, &name)
    ]);
    let mut needs = vec![view];
    for read in reads.iter() {
        if read.num::<u32>("oid")? == oid {
            needs.push(step::refresh(read.num("through")?));
        }
    }
    let identity = Identity {
        schema: Some(schema),
        name,
        ..Identity::default()
    };
    Ok(Loaded {
        address: Some(step::refresh(oid)),
        needs,
        table: Some(view),
        ..Loaded::new("matview_refresh", Section::PostData, identity, sql)
    })
}
