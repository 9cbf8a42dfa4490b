//! The filling of materialized views, after those that they read, also by way of views and
//! functions. One that was never filled stays so.

use std::collections::HashMap;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::class::{PG_CLASS, PG_PROC, PG_REWRITE};
use crate::postgres::address::{Address, step};
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::sql::rows::{Row, Rows};

/// The filling of materialized views.
pub const MATVIEW_REFRESH: Kind = Kind::new("matview_refresh", |_| vec![views(), reads()], build);

fn views() -> Select {
    Select::from("pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace")
        .col("oid", "c.oid")
        .col("schema", "n.nspname")
        .col("name", "c.relname")
        .filter("c.relkind = 'm' AND c.relispopulated")
        .of_user_relation("c")
}

/// Which materialized view reads which.
fn reads() -> Select {
    let steps = format!(
        "SELECT {PG_CLASS} AS class, r.ev_class AS oid, d.refclassid, d.refobjid \
         FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid \
         WHERE d.classid = {PG_REWRITE} AND d.refobjid <> r.ev_class \
         AND d.refclassid IN ({PG_CLASS}, {PG_PROC}) \
         UNION SELECT {PG_PROC}, d.objid, d.refclassid, d.refobjid FROM pg_catalog.pg_depend d \
         WHERE d.classid = {PG_PROC} AND d.refclassid IN ({PG_CLASS}, {PG_PROC})"
    );
    // What a materialized view reads in its turn is its own refresh's business.
    Select::from(format!(
        "(WITH RECURSIVE s AS ({steps}), w(oid, class, target) AS ( \
         SELECT c.oid, s.refclassid, s.refobjid FROM pg_catalog.pg_class c \
         JOIN s ON s.class = {PG_CLASS} AND s.oid = c.oid WHERE c.relkind = 'm' \
         UNION SELECT w.oid, s.refclassid, s.refobjid FROM w \
         JOIN s ON s.class = w.class AND s.oid = w.target \
         LEFT JOIN pg_catalog.pg_class v ON w.class = {PG_CLASS} AND v.oid = w.target \
         WHERE v.relkind IS DISTINCT FROM 'm') \
         SELECT w.oid, w.target FROM w WHERE w.class = {PG_CLASS}) w \
         JOIN pg_catalog.pg_class t ON t.oid = w.target AND t.relkind = 'm'"
    ))
    .col("oid", "w.oid")
    .col("target", "t.oid")
}

fn build(_: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let sets = |at: usize| rows.get(at).into_iter().flat_map(Rows::iter);
    let mut reads: HashMap<u32, Vec<Address>> = HashMap::new();
    for row in sets(1) {
        let target = step::matview_refresh(row.num("target")?);
        reads.entry(row.num("oid")?).or_default().push(target);
    }
    let views = sets(0).map(|row| {
        let own = reads.remove(&row.num("oid")?);
        loaded(&row, own.unwrap_or_default())
    });
    views.collect()
}

fn loaded(row: &Row<'_>, reads: Vec<Address>) -> Result<Loaded> {
    let oid = row.num("oid")?;
    let (schema, name) = (row.owned("schema")?, row.owned("name")?);
    let mut sql = Sql::default();
    sql.push(cat![
        "REFRESH MATERIALIZED VIEW ",
        qualified(&schema, &name)
    ]);
    let view = Address::new(PG_CLASS, oid);
    let identity = Identity {
        schema: Some(schema),
        name,
        ..Identity::default()
    };
    Ok(Loaded {
        address: Some(step::matview_refresh(oid)),
        needs: [view].into_iter().chain(reads).collect(),
        table: Some(view),
        ..Loaded::new("matview_refresh", Section::PostData, identity, sql)
    })
}
