//! Indexes of partitions: attached to the partitioned table's index. Catalog: pg_inherits.
//!
//! No server attaches the index of an exclusion or of a key `WITHOUT OVERLAPS` (17, 18), though it makes
//! such partitions itself: there each table comes back with its own, which holds as before, and a
//! warning says so. The reference's script fails at the statement.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class, step};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A partition's index and the one that it is attached to.
#[derive(Debug, Clone)]
pub struct IndexAttach {
    oid: u32,
    parent_oid: u32,
    table_oid: u32,
    schema: BString,
    name: BString,
    parent: BString,
    exclusion: bool,
}

impl Object for IndexAttach {
    const NAME: &'static str = "index_attach";
    const SECTION: Section = Section::PostData;

    fn query(caps: &Caps) -> Option<Select> {
        caps.partitioned_indexes().then(|| {
            Select::from(
                "pg_catalog.pg_inherits h JOIN pg_catalog.pg_class i ON i.oid = h.inhrelid \
                 JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace \
                 JOIN pg_catalog.pg_index x ON x.indexrelid = i.oid \
                 JOIN pg_catalog.pg_class c ON c.oid = x.indrelid \
                 JOIN pg_catalog.pg_class p ON p.oid = h.inhparent \
                 JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace",
            )
            .col("oid", "i.oid")
            .col("parent_oid", "p.oid")
            .col("table_oid", "c.oid")
            .col("schema", "n.nspname")
            .col("name", "i.relname")
            .col("parent_schema", "pn.nspname")
            .col("parent_name", "p.relname")
            .col("exclusion", "x.indisexclusion")
            .filter("i.relkind = 'I' OR (i.relkind = 'i' AND x.indisvalid)")
            .of_user_relation("c")
        })
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            parent_oid: row.num("parent_oid")?,
            table_oid: row.num("table_oid")?,
            schema: row.owned("schema")?,
            name: row.owned("name")?,
            parent: qualified(row.bytes("parent_schema")?, row.bytes("parent_name")?),
            exclusion: row.bool("exclusion")?,
        })
    }

    fn address(&self) -> Address {
        step::index_attach(self.oid)
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
        let [child, parent] =
            [self.oid, self.parent_oid].map(|oid| Address::new(class::PG_CLASS, oid));
        vec![child, parent, step::partition_attach(self.table_oid)]
    }

    fn table(&self) -> Option<Address> {
        Some(Address::new(class::PG_CLASS, self.table_oid))
    }

    fn left_out(&self) -> Option<String> {
        self.exclusion.then(|| {
            format!(
                "no server attaches the index of an exclusion: the restored partition's is its own, and \
                 {} is the table's alone",
                self.parent
            )
        })
    }

    fn render(&self, sql: &mut Sql) {
        let child = qualified(&self.schema, &self.name);
        sql.push(cat![
            "ALTER INDEX ",
            &self.parent,
            " ATTACH PARTITION ",
            child
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attaches_by_qualified_names() {
        let attach = IndexAttach {
            oid: 3,
            parent_oid: 2,
            table_oid: 1,
            exclusion: false,
            schema: "a".into(),
            name: "I".into(),
            parent: "b.p".into(),
        };
        let mut sql = Sql::default();
        attach.render(&mut sql);
        assert_eq!(
            sql.create[0].text,
            "ALTER INDEX b.p ATTACH PARTITION a.\"I\""
        );
        assert_eq!(attach.needs()[2], step::partition_attach(1));
    }
}
