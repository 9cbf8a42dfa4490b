//! Schemas. Catalog: pg_namespace. `public` is in every new database: it is not created, and only
//! what differs from a new one's owner and comment is set. Where it is gone, it is dropped.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section, Statement};
use crate::postgres::address::{Address, FIRST_USER_OID, class};
use crate::postgres::objects::{BuildContext, Kind, Loaded, Object, Reference, later};
use crate::postgres::quote::{ident, literal};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new(
    "schema",
    |caps| Schema::query(caps).into_iter().collect(),
    build,
);

/// The first version whose `public` belongs to pg_database_owner and is closed to others.
const LOCKED: u32 = 150_000;

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let rows = rows.iter().flat_map(Rows::iter);
    let schemas: Vec<Schema> = rows
        .map(|row| Schema::decode(&row))
        .collect::<Result<_>>()?;
    let mut objects: Vec<Loaded> = schemas.iter().map(Loaded::of).collect();
    let public = schemas.iter().position(Schema::is_public);
    match public {
        None if context.hits.is_everything() => objects.insert(0, without_public()),
        Some(at) if !context.caps.public_schema_locked() => {
            let open = schemas[at].as_open(context);
            let sql = &mut objects[at].sql.create;
            sql.splice(0..0, open.map(Statement::new));
        }
        _ => {}
    }
    Ok(objects)
}

fn without_public() -> Loaded {
    let mut sql = Sql::default();
    sql.push("DROP SCHEMA IF EXISTS public");
    let identity = Identity {
        name: "public".into(),
        ..Identity::default()
    };
    Loaded::new(Schema::NAME, Schema::SECTION, identity, sql)
}

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

    /// Newer servers' `public` is another's and is closed: opens it there as it was here.
    fn as_open(&self, context: &BuildContext) -> Option<BString> {
        let mut statements = Vec::new();
        if self.usual_owner && !context.no_owner {
            let name = literal(&self.owner);
            statements.push(cat![
                "IF (SELECT pg_catalog.bool_or(pg_catalog.pg_has_role(r.oid, 'MEMBER')) \
                 FROM pg_catalog.pg_roles r WHERE r.rolname = ",
                name,
                ") THEN\n            ALTER SCHEMA public OWNER TO ",
                ident(&self.owner),
                ";\n        END IF"
            ]);
        }
        if !context.no_privileges {
            statements.push("GRANT CREATE ON SCHEMA public TO PUBLIC".into());
        }
        (!statements.is_empty()).then(|| later::from_version(LOCKED, statements))
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
