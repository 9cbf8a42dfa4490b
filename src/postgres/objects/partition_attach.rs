//! Partitions: attached to their tables once both are there, so that a partition's columns may
//! stand in another order. Catalogs: pg_inherits, pg_class.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class, step};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A partition of a table.
#[derive(Debug, Clone)]
pub struct PartitionAttach {
    oid: u32,
    parent_oid: u32,
    schema: BString,
    name: BString,
    parent: BString,
    bound: BString,
}

impl Object for PartitionAttach {
    const NAME: &'static str = "partition_attach";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from(
                "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid \
                 JOIN pg_catalog.pg_class p ON p.oid = i.inhparent \
                 JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace",
            )
            .col("oid", "c.oid")
            .col("parent_oid", "p.oid")
            .col("schema", "n.nspname")
            .col("name", "c.relname")
            .col("parent_schema", "pn.nspname")
            .col("parent_name", "p.relname")
            .col("bound", "pg_catalog.pg_get_expr(c.relpartbound, c.oid)")
            .filter("c.relispartition AND c.relkind IN ('r', 'p', 'f')")
            .of_user_relation("c"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the bounds of partition ", &name];
        Ok(Self {
            oid: row.num("oid")?,
            parent_oid: row.num("parent_oid")?,
            schema: row.owned("schema")?,
            parent: qualified(row.bytes("parent_schema")?, row.bytes("parent_name")?),
            bound: server_sql(row.bytes("bound")?, what)?,
            name,
        })
    }

    fn address(&self) -> Address {
        step::partition_attach(self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn reference(&self) -> Option<Reference> {
        None
    }

    fn needs(&self) -> Vec<Address> {
        let tables = [self.oid, self.parent_oid];
        tables.map(|oid| Address::new(class::PG_CLASS, oid)).into()
    }

    fn table(&self) -> Option<Address> {
        Some(Address::new(class::PG_CLASS, self.oid))
    }

    fn render(&self, sql: &mut Sql) {
        let child = qualified(&self.schema, &self.name);
        let attach = cat![
            "ALTER TABLE ONLY ",
            &self.parent,
            " ATTACH PARTITION ",
            child
        ];
        sql.push(cat![attach, " ", &self.bound]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attaches_by_qualified_names() {
        let attach = PartitionAttach {
            oid: 2,
            parent_oid: 1,
            schema: "a".into(),
            name: "P2".into(),
            parent: "b.p".into(),
            bound: "FOR VALUES IN (1)".into(),
        };
        let mut sql = Sql::default();
        attach.render(&mut sql);
        assert_eq!(
            sql.create[0].text,
            "ALTER TABLE ONLY b.p ATTACH PARTITION a.\"P2\" FOR VALUES IN (1)"
        );
    }
}
