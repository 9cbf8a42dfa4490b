//! What most kinds' models begin with: oid, schema, name, owner.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Identity;
use crate::postgres::address::Address;
use crate::postgres::quote::{ident, qualified};
use crate::sql::rows::Row;

/// An object's names. Columns: `oid`, `schema`, `name`, `owner`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Its oid.
    pub oid: u32,
    /// Its schema, where it is in one.
    pub schema: Option<BString>,
    /// Its name.
    pub name: BString,
    /// Its owner, where it has one.
    pub owner: Option<BString>,
}

impl Named {
    /// Reads the four columns; NULL where there is no schema or owner.
    pub fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            schema: row.opt_owned("schema")?,
            name: row.owned("name")?,
            owner: row.opt_owned("owner")?,
        })
    }

    /// The quoted name, with its schema's.
    #[must_use]
    pub fn quoted(&self) -> BString {
        self.schema
            .as_ref()
            .map_or_else(|| ident(&self.name), |s| qualified(s, &self.name))
    }

    /// How the table of contents names it.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            schema: self.schema.clone(),
            name: self.name.clone(),
            detail: BString::default(),
            owner: self.owner.clone(),
        }
    }

    /// Its address in a catalog.
    #[must_use]
    pub fn address(&self, class: u32) -> Address {
        Address::new(class, self.oid)
    }
}
