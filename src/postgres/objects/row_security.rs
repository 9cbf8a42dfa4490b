//! Which tables have row security. Catalog: pg_class. After the rows: an owner who is not exempt could
//! not load them. Not here: policies, and that it is forced (`table`).

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::sql::rows::{Row, Rows};

/// Row security of tables.
pub const ROW_SECURITY: Kind = Kind::new("row_security", |_| vec![query()], build);

fn query() -> Select {
    Select::from("pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace")
        .col("oid", "c.oid")
        .col("schema", "n.nspname")
        .col("name", "c.relname")
        .filter("c.relrowsecurity")
        .of_user_relation("c")
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    if context.leave_out.policies {
        return Ok(Vec::new());
    }
    let rows = rows.iter().flat_map(Rows::iter);
    rows.map(|row| loaded(&row)).collect()
}

fn loaded(row: &Row<'_>) -> Result<Loaded> {
    let (schema, name) = (row.owned("schema")?, row.owned("name")?);
    let mut sql = Sql::default();
    sql.push(cat![
        "ALTER TABLE ONLY ",
        qualified(&schema, &name),
        " ENABLE ROW LEVEL SECURITY"
    ]);
    let table = Address::new(class::PG_CLASS, row.num("oid")?);
    let identity = Identity {
        schema: Some(schema),
        name,
        ..Identity::default()
    };
    Ok(Loaded {
        needs: vec![table],
        table: Some(table),
        ..Loaded::new("row_security", Section::PostData, identity, sql)
    })
}
