//! Roles. Catalog: pg_authid; pg_roles, without passwords, for those who may not read it. The
//! script makes what is missing and sets the rest, as pg_dumpall's does.

use bstr::{BStr, BString};

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::facets::security_label;
use crate::postgres::objects::{BuildContext, Kind, Loaded, Object, Reference};
use crate::postgres::quote::{dollar, ident, literal};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind: roles with their labels.
pub const KIND: Kind = Kind::new(Role::NAME, queries, build);

/// Attributes: column of the catalog, keyword.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("rolsuper", "SUPERUSER"),
    ("rolinherit", "INHERIT"),
    ("rolcreaterole", "CREATEROLE"),
    ("rolcreatedb", "CREATEDB"),
    ("rolcanlogin", "LOGIN"),
    ("rolreplication", "REPLICATION"),
    ("rolbypassrls", "BYPASSRLS"),
];

/// A role.
#[derive(Debug, Clone)]
pub struct Role {
    oid: u32,
    name: BString,
    attributes: Vec<BString>,
    limit: i32,
    password: Option<BString>,
    until: Option<BString>,
    comment: Option<BString>,
}

fn queries(caps: &Caps) -> Vec<Select> {
    let labels = security_label::shared(class::PG_AUTHID);
    Role::query(caps).into_iter().chain([labels]).collect()
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [roles, labels] = rows else {
        return Ok(Vec::new());
    };
    let loaded = |row: Row<'_>| {
        let role = Role::decode(&row)?;
        let mut loaded = Loaded::of(&role);
        if !context.leave_out.security_labels {
            let object = cat!["ROLE ", ident(&role.name)];
            let labels = security_label::on_shared(labels, role.oid, &object)?;
            loaded.sql.create.extend(labels);
        }
        Ok(loaded)
    };
    roles.iter().map(loaded).collect()
}

impl Object for Role {
    const NAME: &'static str = "role";
    const SECTION: Section = Section::Globals;

    fn query(caps: &Caps) -> Option<Select> {
        let catalog = if caps.reads_passwords() {
            "pg_authid"
        } else {
            "pg_roles"
        };
        let mut select = Select::from(format!("pg_catalog.{catalog} r"))
            .col("oid", "r.oid")
            .col("name", "r.rolname")
            .col("limit", "r.rolconnlimit")
            .col_if(caps.reads_passwords(), "password", "r.rolpassword", "NULL")
            .col("until", "r.rolvaliduntil")
            .col(
                "comment",
                "pg_catalog.shobj_description(r.oid, 'pg_authid')",
            )
            .filter("r.rolname !~ '^pg_'");
        for (column, _) in ATTRIBUTES {
            select = select.col(column, format!("r.{column}"));
        }
        Some(select)
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let mut attributes = Vec::new();
        for (column, keyword) in ATTRIBUTES {
            let no = if row.bool(column)? { "" } else { "NO" };
            attributes.push(cat![no, *keyword]);
        }
        Ok(Self {
            oid: row.num("oid")?,
            name: row.owned("name")?,
            attributes,
            limit: row.num("limit")?,
            password: row.opt_owned("password")?,
            until: row.opt_owned("until")?,
            comment: row.opt_owned("comment")?,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_AUTHID, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::comment_only("ROLE", ident(&self.name)))
    }

    fn render(&self, sql: &mut Sql) {
        sql.push(create_missing(self.name.as_ref()));
        sql.push(self.alter());
        if let Some(comment) = &self.comment {
            sql.push(cat![
                "COMMENT ON ROLE ",
                ident(&self.name),
                " IS ",
                literal(comment)
            ]);
        }
        sql.drop_with(cat!["DROP ROLE ", ident(&self.name)]);
    }
}

impl Role {
    fn alter(&self) -> BString {
        let mut text = cat!["ALTER ROLE ", ident(&self.name), " WITH"];
        for attribute in &self.attributes {
            text.extend_from_slice(&cat![" ", attribute]);
        }
        if self.limit != -1 {
            text.extend_from_slice(format!(" CONNECTION LIMIT {}", self.limit).as_bytes());
        }
        if let Some(password) = &self.password {
            text.extend_from_slice(&cat![" PASSWORD ", literal(password)]);
        }
        if let Some(until) = &self.until {
            text.extend_from_slice(&cat![" VALID UNTIL ", literal(until)]);
        }
        text
    }
}

/// Makes the role where it is not there: its name may be taken on the server that is restored.
fn create_missing(name: &BStr) -> BString {
    let body = cat![
        "BEGIN\n    IF (SELECT pg_catalog.count(*) FROM pg_catalog.pg_roles WHERE rolname = ",
        literal(name),
        ") = 0 THEN\n        CREATE ROLE ",
        ident(name),
        ";\n    END IF;\nEND"
    ];
    cat!["DO ", dollar(body)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_attributes_and_the_verifier() {
        let role = Role {
            oid: 1,
            name: "back\"up".into(),
            attributes: vec!["NOSUPERUSER".into(), "LOGIN".into()],
            limit: 3,
            password: Some("SCRAM-SHA-256$4096:x".into()),
            until: Some("infinity".into()),
            comment: None,
        };
        assert_eq!(
            role.alter(),
            "ALTER ROLE \"back\"\"up\" WITH NOSUPERUSER LOGIN CONNECTION LIMIT 3 \
             PASSWORD 'SCRAM-SHA-256$4096:x' VALID UNTIL 'infinity'"
        );
    }
}
