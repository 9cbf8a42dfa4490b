//! Rights on this database's tables, columns and routines, after these. They name no database, so
//! that they hold in the one that is restored into. Catalog: `mysql.tables_priv`,
//! `mysql.columns_priv`, `mysql.procs_priv`, `SHOW GRANTS`.

use bstr::{BStr, BString};

use crate::error::Result;
use crate::mysql::around::Around;
use crate::mysql::claims::Claims;
use crate::mysql::objects::account::Account;
use crate::mysql::objects::grant::{read_grants, show_grants};
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::quote;
use crate::mysql::scan::{Quoting, Token, tokens};
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
    /// Rights on columns of tables that are gone, which no server takes again.
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
            lost: Vec::new(),
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
            let own = all.into_iter();
            let own = own.filter(|grant| grant.database.as_ref() == Some(&scope.database));
            let mut own: Vec<BString> = own.map(|grant| grant.local).collect();
            // MariaDB lists them in no order
            own.sort_unstable();
            for grant in own {
                let (statements, lost) = on_what_is_there(grant, scope);
                self.statements.extend(statements);
                self.lost.extend(lost);
            }
        }
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        for statement in &self.lost {
            let message = format!("left out, since the table is gone: {statement}");
            claims.warn(format!("grants to {}", self.identity().name), message);
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

/// Rights on tables stay when the table goes. They can be given without it together with CREATE,
/// which is taken away again; those on single columns can't.
fn on_what_is_there(grant: BString, scope: &Scope<'_>) -> (Vec<BString>, Option<BString>) {
    let all: Vec<Token<'_>> = tokens(&grant, Quoting::default()).collect();
    let mut depth = 0_i32;
    let on = all.iter().position(|token| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0 && token.is("ON")
    });
    let (rights, rest) = all.split_at(on.unwrap_or(all.len()));
    let [on, name, to, who @ ..] = rest else {
        return (vec![grant], None);
    };
    let known = |name: &BString| {
        let mut relations = scope.relations.iter();
        relations.any(|relation| relation.name == *name)
    };
    let gone = quote::unquote_ident(name.text).filter(|(name, _)| !known(name));
    let has = |word: &str| rights.iter().any(|token| token.is(word));
    if gone.is_none() || !to.is("TO") || has("CREATE") || has("ALL") {
        return (vec![grant], None);
    }
    if rights.iter().any(|token| token.is_mark(b'(')) {
        return (Vec::new(), Some(grant));
    }
    let part = |from: usize, to: usize| grant.get(from..to).unwrap_or_default();
    let given = [
        part(0, on.start).trim_ascii_end(),
        b", CREATE ",
        part(on.start, grant.len()),
    ];
    let end = who.iter().find(|token| token.is("WITH"));
    let end = end.map_or(grant.len(), |with| with.start);
    let first = who.first().map_or(grant.len(), |token| token.start);
    let taken = [
        b"REVOKE CREATE ON ",
        name.text,
        b" FROM ",
        part(first, end).trim_ascii_end(),
    ];
    (vec![given.concat().into(), taken.concat().into()], None)
}
