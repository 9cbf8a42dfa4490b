//! What the models of objects that belong to a table begin with: oid, table, name.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Identity;
use crate::postgres::address::{Address, class};
use crate::postgres::objects::Reference;
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::cat;
use crate::postgres::select::Select;
use crate::sql::rows::Row;

/// An object's names and its table's: of a constraint, a trigger, a rule, a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnTable {
    /// Its oid.
    pub oid: u32,
    /// Its table's (pg_class.oid).
    pub table_oid: u32,
    /// Its table's schema.
    pub schema: BString,
    /// Its table's name.
    pub table_name: BString,
    /// Its name, unique among the table's.
    pub name: BString,
}

impl OnTable {
    /// Adds the columns that [`OnTable::decode`] reads; `c` is the table's pg_class, `n` its schema.
    #[must_use]
    pub fn columns(select: Select, oid: &str, name: &str) -> Select {
        select
            .col("oid", oid)
            .col("table_oid", "c.oid")
            .col("schema", "n.nspname")
            .col("table_name", "c.relname")
            .col("name", name)
    }

    /// Reads the five columns.
    pub fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            table_oid: row.num("table_oid")?,
            schema: row.owned("schema")?,
            table_name: row.owned("table_name")?,
            name: row.owned("name")?,
        })
    }

    /// The table's quoted name, with its schema's.
    #[must_use]
    pub fn table(&self) -> BString {
        qualified(&self.schema, &self.table_name)
    }

    /// `name ON schema.table`, quoted, as `COMMENT ON` and `DROP` have it.
    #[must_use]
    pub fn name_on_table(&self) -> BString {
        cat![ident(&self.name), " ON ", self.table()]
    }

    /// How the table of contents names it.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            schema: Some(self.schema.clone()),
            name: self.table_name.clone(),
            detail: self.name.clone(),
            owner: None,
        }
    }

    /// How `COMMENT ON` names it.
    #[must_use]
    pub fn reference(&self, keyword: &'static str) -> Reference {
        Reference::comment_only(keyword, self.name_on_table())
    }

    /// Its address in a catalog.
    #[must_use]
    pub fn address(&self, class: u32) -> Address {
        Address::new(class, self.oid)
    }

    /// Its table's address.
    #[must_use]
    pub fn table_address(&self) -> Address {
        Address::new(class::PG_CLASS, self.table_oid)
    }
}
