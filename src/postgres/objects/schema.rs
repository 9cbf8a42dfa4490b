//! Schemas. Catalog: pg_namespace. `public` is in every new database: it is not created, and only
//! what differs from a new one's owner and comment is set.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, FIRST_USER_OID, class};
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
    /// `public` alone: whether a new database's has this owner.
    usual_owner: bool,
    /// `public` alone: its comment was taken away.
    bare: bool,
}

impl Schema {
    fn is_public(&self) -> bool {
        self.name == "public"
    }
}

impl Object for Schema {
    const NAME: &'static str = "schema";
    const SECTION: Section = Section::PreData;

    fn query(caps: &Caps) -> Option<Select> {
        let usual = if caps.public_schema_locked() {
            "pg_catalog.pg_get_userbyid(n.nspowner) = 'pg_database_owner'"
        } else {
            "n.nspowner = 10"
        };
        Some(
            Select::from("pg_catalog.pg_namespace n")
                .col("oid", "n.oid")
                .col("name", "n.nspname")
                .col("owner", "pg_catalog.pg_get_userbyid(n.nspowner)")
                .col("usual_owner", usual)
                .col(
                    "bare",
                    "pg_catalog.obj_description(n.oid, 'pg_namespace') IS NULL",
                )
                .filter(format!(
                    "n.nspname = 'public' OR (n.oid >= {FIRST_USER_OID} AND NOT EXISTS \
                     (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = {} \
                     AND e.objid = n.oid AND e.deptype = 'e'))",
                    class::PG_NAMESPACE
                ))
                .filter("n.nspname !~ '^pg_'")
                .in_user_schema("n.oid"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            name: row.owned("name")?,
            owner: row.owned("owner")?,
            usual_owner: row.bool("usual_owner")?,
            bare: row.bool("bare")?,
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
        let reference = Reference::all("SCHEMA", ident(&self.name));
        let keeps_owner = self.is_public() && self.usual_owner;
        Some(Reference {
            owner_keyword: (!keeps_owner).then_some("SCHEMA"),
            ..reference
        })
    }

    fn render(&self, sql: &mut Sql) {
        if self.is_public() {
            if self.bare {
                sql.push("COMMENT ON SCHEMA public IS NULL");
            }
            return;
        }
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
            usual_owner: false,
            bare: true,
        };
        let mut sql = Sql::default();
        schema.render(&mut sql);
        assert_eq!(sql.create[0].text, "CREATE SCHEMA \"a\"\"; DROP\"");
    }
}
