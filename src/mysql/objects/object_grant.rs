//! Rights on this database's tables, columns and routines, after these. They name no database, so
//! that they hold in the one that is restored into. Catalog: `mysql.tables_priv`,
//! `mysql.columns_priv`, `mysql.procs_priv`, `SHOW GRANTS`.

use bstr::{BStr, BString};

use crate::error::Result;
use crate::mysql::around::Around;
use crate::mysql::objects::account::Account;
use crate::mysql::objects::grant::{read_grants, show_grants};
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::quote;
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::Sql;
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// One account's rights on objects of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectGrants {
    account: Account,
    statements: Vec<BString>,
}

impl Object for ObjectGrants {
    const NAME: &'static str = "object_grant";
    const SECTION: Section = Section::PostData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if scope.options.no_privileges || !scope.wants_rest() || !scope.sees_grants {
            return Found::Nothing;
        }
        let own = quote::string(&scope.database);
        let of = |table: &str| format!("SELECT user, host FROM mysql.{table} WHERE db = {own}");
        let tables = ["tables_priv", "columns_priv", "procs_priv"].map(of);
        let mut select = Select::from(format!("({}) AS granted", tables.join(" UNION ")))
            .cols(&["user", "host"])
            .col("subject", "''")
            .col("issuer", "''");
        // MariaDB's roles have no host
        select = select.col_if(
            scope.caps.roles_mapping(),
            "is_role",
            "host = '' AND EXISTS (SELECT * FROM mysql.user u WHERE u.user = granted.user \
             AND u.host = '' AND u.is_role = 'Y')",
            "FALSE",
        );
        Found::Query(select.col("default_role", "''").order("user, host"))
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            account: Account::decode(row)?,
            statements: Vec::new(),
        })
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        vec![show_grants(&self.account)]
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        for rows in answers {
            let all = read_grants(rows, &self.account)?;
            // a line that can't be read may be about an object of this database
            let object = format!("grants to {}", self.identity().name);
            for grant in all.iter().filter(|grant| grant.database.is_none()) {
                Sql::default().server_text(&object, &grant.sql)?;
            }
            let own = all
                .into_iter()
                .filter(|grant| grant.database.as_ref() == Some(&scope.database));
            self.statements.extend(own.map(|grant| grant.local));
        }
        Ok(())
    }

    fn identity(&self) -> Identity {
        self.account.identity()
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let object = format!("grants to {}", self.identity().name);
        let mut sql = Sql::default();
        let grants = |sql: &mut Sql| {
            let mut each = self.statements.iter();
            each.try_for_each(|statement| sql.server_text(&object, statement))
        };
        if scope.caps.grant_makes_users() {
            // a grant to who is not there must fail, not make an account without a password
            let around = Around::default().set("sql_mode", BStr::new("NO_AUTO_CREATE_USER"));
            around.render(&mut sql, grants)?;
        } else {
            grants(&mut sql)?;
        }
        Ok(Rendered::Sql(sql))
    }
}
