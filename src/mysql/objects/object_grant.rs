//! Rights on this database's tables, columns and routines, after these. They name no database, so
//! that they hold in the one that is restored into. Catalog: `mysql.tables_priv`,
//! `mysql.columns_priv`, `mysql.procs_priv`, `SHOW GRANTS`.

use bstr::{BStr, BString, ByteSlice as _};

use crate::error::{Error, Result};
use crate::mysql::around::Around;
use crate::mysql::claims::Claims;
use crate::mysql::objects::account::{self, Account, Grant};
use crate::mysql::objects::given_rights::{self, Known};
use crate::mysql::objects::grant::{read_grants, show_grants};
use crate::mysql::objects::view;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::quote;
use crate::mysql::scan::{Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// One account's rights on objects of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectGrants {
    account: Account,
    /// There is a row that makes it one.
    has_account: bool,
    statements: Vec<BString>,
    has_routines: bool,
    /// Grants of rights on columns and routines that are gone, which no server takes again.
    lost: Vec<BString>,
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
            .col("issuer", "''")
            .col("cipher", "''");
        // MariaDB's roles have no host
        select = select.col_if(
            scope.caps.roles_mapping(),
            "is_role",
            "host = '' AND EXISTS (SELECT * FROM mysql.user u WHERE u.user = granted.user \
             AND u.host = '' AND u.is_role = 'Y')",
            "FALSE",
        );
        let row = "EXISTS (SELECT * FROM mysql.user u WHERE u.user = granted.user \
                   AND u.host = granted.host)";
        select = select.col("has_account", row);
        let routines = Text::new("EXISTS (SELECT * FROM mysql.procs_priv p WHERE p.db = ")
            .string(&scope.database)
            .words(" AND p.user = granted.user AND p.host = granted.host)");
        select = select.col("has_routines", &BString::from(routines).to_str_lossy());
        Found::Query(select.col("default_role", "''").order("user, host"))
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            account: Account::decode(row)?,
            has_account: row.bool("has_account")?,
            has_routines: row.bool("has_routines")?,
            statements: Vec::new(),
            lost: Vec::new(),
        })
    }

    fn show(&self, scope: &Scope<'_>) -> Vec<BString> {
        let mut all = vec![show_grants(&self.account)];
        if self.has_routines {
            all.push(routines_gone(&self.account, &scope.database));
        }
        if !scope.caps.grants_quote_columns() {
            let columns = given_rights::columns(&self.account);
            all.push(columns.equals("c.db", &scope.database).sql());
        }
        all
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        let (shown, more) = answers.split_at(answers.len().min(1));
        let (gone, columns) = more.split_at(usize::from(self.has_routines).min(more.len()));
        let gone = gone
            .iter()
            .flat_map(Rows::iter)
            .map(|row| row.owned("name"));
        let gone = gone.collect::<Result<Vec<BString>>>()?;
        for rows in shown {
            let all = read_grants(rows, &self.account, scope.caps)?;
            // a line that can't be read may be about an object of this database
            let object = format!("grants to {}", self.identity().name);
            // where nothing is quoted, lines of proxies can't be; these are about accounts
            let of_proxy = |grant: &Grant| grant.sql.starts_with(b"GRANT PROXY ");
            let whole = all.iter().filter(|grant| grant.database.is_none());
            for grant in whole.filter(|grant| !of_proxy(grant)) {
                Sql::default().server_text(&object, &grant.sql)?;
            }
            let own = all.into_iter();
            let own = own.filter(|grant| grant.database.as_ref() == Some(&scope.database));
            let mut own: Vec<BString> = own.map(|grant| grant.local).collect();
            for rows in columns {
                let each = given_rights::on_columns(rows, &self.account)?.into_iter();
                own.extend(each.map(|(_, grant)| grant));
            }
            // MariaDB lists them in no order
            own.sort_unstable();
            for grant in own {
                let routine = given_rights::routine(&grant).unwrap_or_default();
                if gone.iter().any(|one| one.eq_ignore_ascii_case(&routine)) {
                    self.lost.push(grant);
                    continue;
                }
                let known = |table: &BString| match scope.relations.find(table) {
                    Some(relation) if !relation.is_table() && view::is_broken(&relation) => {
                        Known::Broken
                    }
                    Some(relation) => Known::There(
                        relation
                            .columns
                            .iter()
                            .map(|one| one.name.clone())
                            .collect(),
                    ),
                    None => Known::Gone,
                };
                let (statements, lost) = given_rights::on_what_is_there(grant, known);
                self.statements.extend(statements);
                self.lost.extend(lost);
            }
        }
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        for statement in &self.lost {
            let message = format!(
                "what is about columns and routines that are gone, or columns of a broken view, is left out: {statement}"
            );
            claims.warn(format!("grants to {}", self.identity().name), message);
        }
        Ok(())
    }

    fn unknown(&self, error: &Error) -> Option<&'static str> {
        (account::is_unknown(error) && !self.has_account).then_some(
            "left out: no account has these rights, which stayed behind when one was deleted without \
             DROP USER",
        )
    }

    fn hint(error: &Error) -> Option<&'static str> {
        account::is_unknown(error).then_some(account::UNKNOWN)
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
        let packages = self
            .statements
            .iter()
            .any(|statement| is_on_package(statement));
        if packages {
            // the word is one in this mode only
            let mode = BStr::new("ORACLE,NO_AUTO_CREATE_USER");
            let around = Around::default().set("sql_mode", mode);
            around.render(&mut sql, grants)?;
        } else if scope.caps.grant_makes_users() {
            // a grant to who is not there must fail, not make an account without a password
            let around = Around::default().set("sql_mode", BStr::new("NO_AUTO_CREATE_USER"));
            around.render(&mut sql, grants)?;
        } else {
            grants(&mut sql)?;
        }
        Ok(Rendered::Sql(sql))
    }
}

/// The query for the routines that an account has rights on and that are gone, by kind and name.
fn routines_gone(account: &Account, database: &BString) -> BString {
    let there = "SELECT * FROM information_schema.routines r WHERE r.routine_schema = p.db \
                 AND r.routine_name = p.routine_name AND r.routine_type = p.routine_type";
    let select = Select::from("mysql.procs_priv AS p")
        .col("name", "CONCAT(p.routine_type, ' ', p.routine_name)")
        .filter("p.routine_type IN ('FUNCTION', 'PROCEDURE')")
        .filter(&format!("NOT EXISTS ({there})"));
    let select = select
        .equals("p.db", database)
        .equals("p.user", &account.user);
    select.equals("p.host", &account.host).order("name").sql()
}

fn is_on_package(grant: &[u8]) -> bool {
    let all: Vec<Token<'_>> = tokens(grant, Quoting::default()).collect();
    let on = |pair: &[Token<'_>]| matches!(pair, [on, kind] if on.is("ON") && kind.is("PACKAGE"));
    all.windows(2).any(on)
}
