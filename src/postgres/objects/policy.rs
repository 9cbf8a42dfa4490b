//! Row security policies. Catalog: pg_policy. Row security itself is the table's.

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

/// A policy.
#[derive(Debug, Clone)]
pub struct Policy {
    oid: u32,
    relation: u32,
    name: BString,
    schema: BString,
    table: BString,
    command: u8,
    permissive: bool,
    roles: BString,
    using: Option<BString>,
    check: Option<BString>,
}

impl Object for Policy {
    const NAME: &'static str = "policy";
    const SECTION: Section = Section::PostData;

    fn query(_caps: &Caps) -> Option<Select> {
        let roles = "(SELECT pg_catalog.string_agg(CASE WHEN r.oid = 0 THEN 'PUBLIC' \
             ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.oid)) END, ', ' ORDER BY r.n) \
             FROM pg_catalog.unnest(p.polroles) WITH ORDINALITY r(oid, n))";
        Some(
            Select::from(
                "pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
            )
            .col("oid", "p.oid")
            .col("relation", "c.oid")
            .col("name", "p.polname")
            .col("schema", "n.nspname")
            .col("table_name", "c.relname")
            .col("command", "p.polcmd")
            .col("permissive", "p.polpermissive")
            .col("roles", roles)
            .col("visible", "pg_catalog.pg_get_expr(p.polqual, p.polrelid)")
            .col(
                "checked",
                "pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)",
            )
            .made_by_users("p.oid", class::PG_POLICY)
            .in_user_schema("c.relnamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let expression = |column| {
            let what = || cat!["an expression of policy ", &name];
            row.opt(column)?
                .map(|text| server_sql(text, what))
                .transpose()
        };
        Ok(Self {
            oid: row.num("oid")?,
            relation: row.num("relation")?,
            schema: row.owned("schema")?,
            table: row.owned("table_name")?,
            command: row.letter("command")?,
            permissive: row.bool("permissive")?,
            roles: row.owned("roles")?,
            using: expression("visible")?,
            check: expression("checked")?,
            name,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_POLICY, self.oid)
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
        Some(Reference::comment_only("POLICY", self.on()))
    }

    fn table(&self) -> Option<Address> {
        Some(Address::new(class::PG_CLASS, self.relation))
    }

    fn render(&self, sql: &mut Sql) {
        let restrictive = if self.permissive {
            ""
        } else {
            " AS RESTRICTIVE"
        };
        let command = match self.command {
            b'r' => " FOR SELECT",
            b'a' => " FOR INSERT",
            b'w' => " FOR UPDATE",
            b'd' => " FOR DELETE",
            _ => "",
        };
        let mut text = cat!["CREATE POLICY ", self.on(), restrictive, command];
        if self.roles != "PUBLIC" {
            text.extend_from_slice(&cat![" TO ", &self.roles]);
        }
        if let Some(using) = &self.using {
            text.extend_from_slice(&cat![" USING (", using, ")"]);
        }
        if let Some(check) = &self.check {
            text.extend_from_slice(&cat![" WITH CHECK (", check, ")"]);
        }
        sql.push(text);
        sql.drop_with(cat!["DROP POLICY ", self.on()]);
    }
}

impl Policy {
    fn on(&self) -> BString {
        cat![
            ident(&self.name),
            " ON ",
            qualified(&self.schema, &self.table)
        ]
    }
}
