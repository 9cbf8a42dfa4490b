//! Triggers, with constraint triggers. Catalog: pg_trigger, text from `pg_get_triggerdef`. Those that
//! a partition got from its table are not repeated; where their state was changed, the state is.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A trigger.
#[derive(Debug, Clone)]
pub struct Trigger {
    oid: u32,
    relation: u32,
    name: BString,
    schema: BString,
    table: BString,
    foreign: bool,
    /// `None` for a clone, whose state alone is set.
    definition: Option<BString>,
    enabled: Option<&'static str>,
}

/// The state as `ALTER TABLE` sets it; `None` where it is the usual one.
pub(super) fn enabled(letter: u8) -> Option<&'static str> {
    match letter {
        b'D' => Some("DISABLE"),
        b'R' => Some("ENABLE REPLICA"),
        b'A' => Some("ENABLE ALWAYS"),
        _ => None,
    }
}

impl Object for Trigger {
    const NAME: &'static str = "trigger";
    const SECTION: Section = Section::PostData;

    fn query(caps: &Caps) -> Option<Select> {
        let parent = caps.tgparentid();
        let clone = if parent {
            "t.tgparentid <> 0"
        } else {
            // Before 13 a clone depends internally on the trigger that it is of.
            "EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 2620 \
             AND d.objid = t.oid AND d.refclassid = 2620 AND d.deptype IN ('i', 'I', 'P'))"
        };
        let changed = if parent {
            "EXISTS (SELECT FROM pg_catalog.pg_trigger p WHERE p.oid = t.tgparentid \
             AND p.tgenabled <> t.tgenabled)"
        } else {
            "t.tgenabled <> 'O'"
        };
        Some(
            Select::from(
                "pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
            )
            .col("oid", "t.oid")
            .col("relation", "c.oid")
            .col("name", "t.tgname")
            .col("schema", "n.nspname")
            .col("table_name", "c.relname")
            .col("is_foreign", "c.relkind = 'f'")
            .col(
                "definition",
                format!("CASE WHEN NOT ({clone}) THEN pg_catalog.pg_get_triggerdef(t.oid) END"),
            )
            .col("is_clone", clone)
            .col("enabled", "t.tgenabled")
            .filter(format!(
                "(NOT t.tgisinternal AND NOT ({clone})) OR (({clone}) AND {changed} AND NOT EXISTS \
                 (SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = t.tgconstraint \
                 AND k.contype = 'f'))"
            ))
            .made_by_users("t.oid", class::PG_TRIGGER)
            .in_user_schema("c.relnamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the definition of trigger ", &name];
        let definition = row
            .opt("definition")?
            .map(|text| server_sql(text, what))
            .transpose()?;
        let state = enabled(row.letter("enabled")?);
        let is_clone = row.bool("is_clone")?;
        Ok(Self {
            oid: row.num("oid")?,
            relation: row.num("relation")?,
            schema: row.owned("schema")?,
            table: row.owned("table_name")?,
            foreign: row.bool("is_foreign")?,
            definition,
            enabled: if is_clone {
                state.or(Some("ENABLE"))
            } else {
                state
            },
            name,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_TRIGGER, self.oid)
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
        self.definition.as_ref()?;
        Some(Reference::comment_only("TRIGGER", self.on()))
    }

    fn table(&self) -> Option<Address> {
        Some(Address::new(class::PG_CLASS, self.relation))
    }

    fn render(&self, sql: &mut Sql) {
        if let Some(definition) = &self.definition {
            sql.push(definition.clone());
            sql.drop_with(cat!["DROP TRIGGER ", self.on()]);
        }
        if let Some(state) = self.enabled {
            let of = if self.foreign {
                "ALTER FOREIGN TABLE "
            } else {
                "ALTER TABLE "
            };
            let table = qualified(&self.schema, &self.table);
            sql.push(cat![of, table, " ", state, " TRIGGER ", ident(&self.name)]);
        }
    }
}

impl Trigger {
    fn on(&self) -> BString {
        cat![
            ident(&self.name),
            " ON ",
            qualified(&self.schema, &self.table)
        ]
    }
}
