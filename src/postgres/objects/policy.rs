//! Policies of row security. Catalog: pg_policy. Not here: whether a table has row security
//! (`row_security`).

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::on_table::OnTable;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::render::{Sql, cat, join, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A policy.
#[derive(Debug, Clone)]
pub struct Policy {
    on: OnTable,
    restrictive: bool,
    command: Option<&'static str>,
    /// The roles, quoted and by commas; `None` is PUBLIC.
    roles: Option<BString>,
    using: Option<BString>,
    check: Option<BString>,
}

impl Object for Policy {
    const NAME: &'static str = "policy";
    const SECTION: Section = Section::PostData;

    fn query(_caps: &Caps) -> Option<Select> {
        let select = Select::from(
            "pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
        );
        Some(
            OnTable::columns(select, "p.oid", "p.polname")
                .col("restrictive", "NOT p.polpermissive")
                .col("command", "p.polcmd")
                .col(
                    "roles",
                    "CASE WHEN p.polroles <> '{0}' THEN (SELECT pg_catalog.string_agg(\
                 pg_catalog.quote_ident(CASE r WHEN 0 THEN 'public' \
                 ELSE pg_catalog.pg_get_userbyid(r) END), ', ' ORDER BY n) \
                 FROM pg_catalog.unnest(p.polroles) WITH ORDINALITY u(r, n)) END",
                )
                .col("using_", "pg_catalog.pg_get_expr(p.polqual, p.polrelid)")
                .col(
                    "check_",
                    "pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)",
                )
                .of_user_relation("c"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let on = OnTable::decode(row)?;
        let expression = |column| {
            let what = || cat!["the policy ", &on.name];
            let text = row.opt(column)?;
            text.map(|text| server_sql(text, what)).transpose()
        };
        Ok(Self {
            restrictive: row.bool("restrictive")?,
            command: command(row.letter("command")?),
            roles: row.opt_owned("roles")?,
            using: expression("using_")?,
            check: expression("check_")?,
            on,
        })
    }

    fn address(&self) -> Address {
        self.on.address(class::PG_POLICY)
    }

    fn identity(&self) -> Identity {
        self.on.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(self.on.reference("POLICY"))
    }

    fn table(&self) -> Option<Address> {
        Some(self.on.table_address())
    }

    fn render(&self, sql: &mut Sql) {
        let on = self.on.name_on_table();
        let words = [
            Some(cat!["CREATE POLICY ", &on]),
            self.restrictive.then(|| "AS RESTRICTIVE".into()),
            self.command.map(|command| cat!["FOR ", command]),
            self.roles.as_ref().map(|roles| cat!["TO ", roles]),
            self.using.as_ref().map(|using| cat!["USING (", using, ")"]),
            self.check
                .as_ref()
                .map(|check| cat!["WITH CHECK (", check, ")"]),
        ];
        sql.push(join(words.into_iter().flatten(), " "));
        sql.drop_with(cat!["DROP POLICY ", on]);
    }
}

/// The command that a policy is for; `None` is all of them (pg_policy.polcmd).
fn command(letter: u8) -> Option<&'static str> {
    match letter {
        b'r' => Some("SELECT"),
        b'a' => Some("INSERT"),
        b'w' => Some("UPDATE"),
        b'd' => Some("DELETE"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_all_clauses() {
        let policy = Policy {
            on: OnTable {
                oid: 1,
                table_oid: 2,
                schema: "public".into(),
                table_name: "t".into(),
                name: "own rows".into(),
            },
            restrictive: true,
            command: command(b'w'),
            roles: Some("a, \"B\"".into()),
            using: Some("(o = CURRENT_USER)".into()),
            check: Some("true".into()),
        };
        let mut sql = Sql::default();
        policy.render(&mut sql);
        assert_eq!(
            sql.create[0].text,
            "CREATE POLICY \"own rows\" ON public.t AS RESTRICTIVE FOR UPDATE TO a, \"B\" \
             USING ((o = CURRENT_USER)) WITH CHECK (true)"
        );
    }
}
