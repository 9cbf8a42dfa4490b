//! Triggers that users made, and whether a partition's copies fire otherwise than their original.
//! Catalog: pg_trigger.

use bstr::BString;

use super::rule::firing;
use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::on_table::OnTable;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A trigger.
#[derive(Debug, Clone)]
pub struct Trigger {
    on: OnTable,
    /// None where it is a partition's copy.
    definition: Option<BString>,
    firing: Option<&'static str>,
    original: Option<u32>,
}

/// Before 13 a copy is known by its dependency on the original alone.
const ORIGINAL: &str = "LEFT JOIN (pg_catalog.pg_depend d \
    JOIN pg_catalog.pg_trigger o ON o.oid = d.refobjid) ON d.classid = 2620 AND d.objid = t.oid \
    AND d.refclassid = 2620 AND d.deptype IN ('i', 'I', 'P')";

impl Object for Trigger {
    const NAME: &'static str = "trigger";
    const SECTION: Section = Section::PostData;

    fn query(caps: &Caps) -> Option<Select> {
        let parent = "LEFT JOIN pg_catalog.pg_trigger o ON o.oid = t.tgparentid";
        let select = Select::from(
            "pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
        )
        .join_if(caps.tgparentid(), parent)
        .join_if(!caps.tgparentid(), ORIGINAL);
        Some(
            OnTable::columns(select, "t.oid", "t.tgname")
                .col(
                    "definition",
                    "CASE WHEN o.oid IS NULL THEN pg_catalog.pg_get_triggerdef(t.oid) END",
                )
                .col("original", "o.oid")
                .col("enabled", "t.tgenabled")
                .filter(
                    "(o.oid IS NULL AND NOT t.tgisinternal) OR (t.tgenabled <> o.tgenabled \
                 AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k \
                 WHERE k.oid = t.tgconstraint AND k.contype = 'f'))",
                )
                .of_user_relation("c"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let on = OnTable::decode(row)?;
        let what = || cat!["the trigger ", &on.name];
        let definition = row.opt("definition")?;
        let enabled = firing(row.letter("enabled")?);
        let original = row.opt_num("original")?;
        Ok(Self {
            definition: definition.map(|text| server_sql(text, what)).transpose()?,
            // A copy begins as its original is.
            firing: enabled.or(original.map(|_| "ENABLE")),
            original,
            on,
        })
    }

    fn address(&self) -> Address {
        self.on.address(class::PG_TRIGGER)
    }

    fn identity(&self) -> Identity {
        self.on.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(self.on.reference("TRIGGER"))
    }

    fn needs(&self) -> Vec<Address> {
        let original = self.original;
        original
            .map(|oid| Address::new(class::PG_TRIGGER, oid))
            .into_iter()
            .collect()
    }

    fn table(&self) -> Option<Address> {
        Some(self.on.table_address())
    }

    fn render(&self, sql: &mut Sql) {
        if let Some(definition) = &self.definition {
            sql.push(definition.clone());
            sql.drop_with(cat!["DROP TRIGGER ", self.on.name_on_table()]);
        }
        if let Some(firing) = self.firing {
            let (table, name) = (self.on.table(), ident(&self.on.name));
            sql.push(cat!["ALTER TABLE ", table, " ", firing, " TRIGGER ", name]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partitions_copy_is_only_switched() {
        let copy = Trigger {
            on: OnTable {
                oid: 1,
                table_oid: 2,
                schema: "public".into(),
                table_name: "p_1".into(),
                name: "t".into(),
            },
            definition: None,
            firing: Some("ENABLE"),
            original: Some(7),
        };
        let mut sql = Sql::default();
        copy.render(&mut sql);
        assert_eq!(sql.create.len(), 1);
        assert_eq!(
            sql.create[0].text,
            "ALTER TABLE public.p_1 ENABLE TRIGGER t"
        );
        assert_eq!(copy.needs(), [Address::new(class::PG_TRIGGER, 7)]);
    }
}
