//! Rules, but for those that make a view. Catalog: pg_rewrite, text from `pg_get_ruledef`.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::trigger::enabled;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    oid: u32,
    relation: u32,
    name: BString,
    schema: BString,
    table: BString,
    definition: BString,
    enabled: Option<&'static str>,
}

impl Object for Rule {
    const NAME: &'static str = "rule";
    const SECTION: Section = Section::PostData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from(
                "pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
            )
            .col("oid", "r.oid")
            .col("relation", "c.oid")
            .col("name", "r.rulename")
            .col("schema", "n.nspname")
            .col("table_name", "c.relname")
            .col("definition", "pg_catalog.pg_get_ruledef(r.oid)")
            .col("enabled", "r.ev_enabled")
            .filter("NOT (r.rulename = '_RETURN' AND r.ev_type = '1')")
            .made_by_users("r.oid", class::PG_REWRITE)
            .in_user_schema("c.relnamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the definition of rule ", &name];
        Ok(Self {
            oid: row.num("oid")?,
            relation: row.num("relation")?,
            schema: row.owned("schema")?,
            table: row.owned("table_name")?,
            definition: server_sql(row.bytes("definition")?, what)?,
            enabled: enabled(row.letter("enabled")?),
            name,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_REWRITE, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            detail: self.table.clone(),
            owner: None,
        }
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::comment_only("RULE", self.on()))
    }

    fn table(&self) -> Option<Address> {
        Some(Address::new(class::PG_CLASS, self.relation))
    }

    fn render(&self, sql: &mut Sql) {
        sql.push(self.definition.clone());
        if let Some(state) = self.enabled {
            let table = qualified(&self.schema, &self.table);
            sql.push(cat![
                "ALTER TABLE ",
                table,
                " ",
                state,
                " RULE ",
                ident(&self.name)
            ]);
        }
        sql.drop_with(cat!["DROP RULE ", self.on()]);
    }
}

impl Rule {
    fn on(&self) -> BString {
        cat![
            ident(&self.name),
            " ON ",
            qualified(&self.schema, &self.table)
        ]
    }
}
