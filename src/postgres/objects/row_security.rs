//! Which tables have row security, also for their owners. Catalog: pg_class. After the rows: an
//! owner who is not exempt could not load them. Not here: policies.

use bstr::BString;

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
        .col("enabled", "c.relrowsecurity")
        .col("forced", "c.relforcerowsecurity")
        .filter("c.relrowsecurity OR c.relforcerowsecurity")
        .of_user_relation("c")
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let rows = rows.iter().flat_map(Rows::iter);
    let objects = rows.map(|row| loaded(context, &row));
    objects
        .filter(|object| !matches!(object, Ok(object) if object.sql.create.is_empty()))
        .collect()
}

/// Without its policies a table keeps only that its owner is not exempt.
fn loaded(context: &BuildContext, row: &Row<'_>) -> Result<Loaded> {
    let enabled = row.bool("enabled")? && !context.leave_out.policies;
    let (schema, name) = (row.owned("schema")?, row.owned("name")?);
    let actions = [
        enabled.then_some("ENABLE"),
        row.bool("forced")?.then_some("FORCE"),
    ];
    let sql = render(&qualified(&schema, &name), actions.into_iter().flatten());
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

fn render(table: &BString, actions: impl Iterator<Item = &'static str>) -> Sql {
    let mut sql = Sql::default();
    for action in actions {
        let alter = cat!["ALTER TABLE ONLY ", table, " ", action];
        sql.push(cat![alter, " ROW LEVEL SECURITY"]);
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_a_statement() {
        let sql = render(&"public.t".into(), ["ENABLE", "FORCE"].into_iter());
        assert_eq!(sql.create.len(), 2);
        assert_eq!(
            sql.create[1].text,
            "ALTER TABLE ONLY public.t FORCE ROW LEVEL SECURITY"
        );
    }
}
