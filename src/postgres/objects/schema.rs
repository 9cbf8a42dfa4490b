//! Schemas. Catalog: pg_namespace. `public` is in every new database: see `public_schema`.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A schema.
#[derive(Debug, Clone)]
pub struct Schema {
    oid: u32,
    name: BString,
    owner: BString,
}

impl Object for Schema {
    const NAME: &'static str = "schema";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from("pg_catalog.pg_namespace n")
                .col("oid", "n.oid")
                .col("name", "n.nspname")
                .col("owner", "pg_catalog.pg_get_userbyid(n.nspowner)")
                .made_by_users("n.oid", class::PG_NAMESPACE)
                .filter("n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            name: row.owned("name")?,
            owner: row.owned("owner")?,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_NAMESPACE, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            owner: Some(self.owner.clone()),
            ..Identity::default()
        }
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::all("SCHEMA", ident(&self.name)))
    }

    fn render(&self, sql: &mut Sql) {
        sql.push(cat!["CREATE SCHEMA ", ident(&self.name)]);
        sql.drop_with(cat!["DROP SCHEMA ", ident(&self.name)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_a_hostile_name() {
        let schema = Schema {
            oid: 1,
            name: "a\"; DROP".into(),
            owner: "o".into(),
        };
        let mut sql = Sql::default();
        schema.render(&mut sql);
        assert_eq!(sql.create[0].text, "CREATE SCHEMA \"a\"\"; DROP\"");
    }
}
