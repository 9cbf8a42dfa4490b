//! Partitions: attached to their tables once both are there, so that a partition's columns may
//! stand in another order. Catalogs: pg_inherits, pg_class.
//!
//! A `DETACH PARTITION … CONCURRENTLY` that was broken off between its two transactions leaves the
//! partition half detached: queries of its table pass it over, and it is a partition still, with its
//! indexes, triggers and keys. No statement makes that state, so it is attached, and a warning says so.

use bstr::BString;

use crate::error::{Error, Kind, Result};
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
    half_detached: bool,
}

/// Whether `c` has other columns, checks or NOT NULLs than its table `p` by now: statements about a table
/// pass its half detached partitions over.
const OUTDATED: &str = "EXISTS (SELECT FROM (SELECT a.attname, a.atttypid, a.atttypmod, \
     a.attnotnull FROM pg_catalog.pg_attribute a WHERE a.attrelid = p.oid AND a.attnum > 0 \
     AND NOT a.attisdropped) above FULL JOIN (SELECT a.attname, a.atttypid, a.atttypmod, a.attnotnull \
     FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 \
     AND NOT a.attisdropped) own USING (attname, atttypid, atttypmod) \
     WHERE own.attnotnull IS NULL OR above.attnotnull IS NULL OR above.attnotnull > own.attnotnull) \
     OR EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = p.oid AND k.contype = 'c' \
     AND NOT k.connoinherit AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o \
     WHERE o.conrelid = c.oid AND o.contype = 'c' AND o.conname = k.conname))";

impl Object for PartitionAttach {
    const NAME: &'static str = "partition_attach";
    const SECTION: Section = Section::PreData;

    fn query(caps: &Caps) -> Option<Select> {
        let half = caps.detaches_concurrently();
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
            .col_if(half, "half_detached", "i.inhdetachpending", "false")
            .col_if(
                half,
                "outdated",
                &format!("i.inhdetachpending AND ({OUTDATED})"),
                "false",
            )
            .filter("c.relispartition AND c.relkind IN ('r', 'p', 'f')")
            .of_user_relation("c"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the bounds of partition ", &name];
        let parent = qualified(row.bytes("parent_schema")?, row.bytes("parent_name")?);
        if row.bool("outdated")? {
            let child = qualified(row.bytes("schema")?, &name);
            return Err(changed_since(&child, &parent));
        }
        Ok(Self {
            oid: row.num("oid")?,
            parent_oid: row.num("parent_oid")?,
            schema: row.owned("schema")?,
            parent,
            bound: server_sql(row.bytes("bound")?, what)?,
            half_detached: row.bool("half_detached")?,
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

    fn remark(&self) -> Option<String> {
        self.half_detached.then(|| {
            format!(
                "its DETACH … CONCURRENTLY from {} was not finished: the restored one is attached, and its \
                 rows are {}'s again",
                self.parent, self.parent
            )
        })
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

fn changed_since(child: &BString, parent: &BString) -> Error {
    let what = format!(
        "cannot carry partition {child}: its DETACH … CONCURRENTLY was not finished, and {parent} has \
         changed since, so that it can't be attached again"
    );
    Error::new(Kind::Unsupported, what).hint(format!(
        "Finish it, which may need that change undone: ALTER TABLE {parent} DETACH PARTITION {child} FINALIZE."
    ))
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
            half_detached: false,
        };
        assert_eq!(attach.remark(), None);
        let mut sql = Sql::default();
        attach.render(&mut sql);
        assert_eq!(
            sql.create[0].text,
            "ALTER TABLE ONLY b.p ATTACH PARTITION a.\"P2\" FOR VALUES IN (1)"
        );
    }
}
