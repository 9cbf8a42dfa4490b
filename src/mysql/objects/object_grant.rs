//! Rights on this database's tables, columns and routines, after these. They name no database, so
//! that they hold in the one that is restored into. Catalog: `mysql.tables_priv`,
//! `mysql.columns_priv`, `mysql.procs_priv`, `SHOW GRANTS`.

use bstr::{BStr, BString, ByteSlice as _};

use crate::error::{Error, Result};
use crate::mysql::around::Around;
use crate::mysql::claims::Claims;
use crate::mysql::objects::account::{self, Account};
use crate::mysql::objects::grant::{read_grants, show_grants};
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::quote;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
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
    /// Grants of rights on columns that are gone, which no server takes again.
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
        let row = "EXISTS (SELECT * FROM mysql.user u WHERE u.user = granted.user \
                   AND u.host = granted.host)";
        select = select.col("has_account", row);
        Found::Query(select.col("default_role", "''").order("user, host"))
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            account: Account::decode(row)?,
            has_account: row.bool("has_account")?,
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
            let message = format!("what is about columns that are gone is left out: {statement}");
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

fn is_on_package(grant: &[u8]) -> bool {
    let all: Vec<Token<'_>> = tokens(grant, Quoting::default()).collect();
    let on = |pair: &[Token<'_>]| matches!(pair, [on, kind] if on.is("ON") && kind.is("PACKAGE"));
    all.windows(2).any(on)
}

/// Rights on tables and columns stay when these go. Those on a table can be given without it together
/// with CREATE, which is taken away again; those on columns can't be given again, and are returned.
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
    let Some((table, _)) = quote::unquote_ident(name.text).filter(|_| to.is("TO")) else {
        return (vec![grant], None);
    };
    let relation = scope.relations.find(&table);
    let there = |column: &BString| {
        let mut columns = relation.iter().flat_map(|relation| &relation.columns);
        // a view that can't be opened lists none
        let unknown = relation.is_some_and(|relation| relation.columns.is_empty());
        unknown || columns.any(|one| one.name.eq_ignore_ascii_case(column))
    };
    let given = rights_on(rights.get(1..).unwrap_or_default(), there);
    let complete = given.len() == rights_on(rights.get(1..).unwrap_or_default(), |_| true).len()
        && rights
            .iter()
            .filter(|token| token.kind == Kind::Ident)
            .all(|token| {
                quote::unquote_ident(token.text).is_some_and(|(column, _)| there(&column))
            });
    let part = |from: usize, to: usize| grant.get(from..to).unwrap_or_default();
    let lost = (!complete).then(|| grant.clone());
    let needs_create = relation.is_none() && !given.iter().any(|right| right.starts_with("CREATE"));
    if given.is_empty()
        || (complete && !needs_create)
        || given.iter().any(|one| one == "ALL PRIVILEGES")
    {
        return (if complete { vec![grant] } else { Vec::new() }, lost);
    }
    let create = if needs_create { ", CREATE " } else { " " };
    let rights = Text::new("GRANT ").words(&given.join(", ")).words(create);
    let mut statements = vec![rights.raw(part(on.start, grant.len())).into()];
    if needs_create {
        let end = who.iter().find(|token| token.is("WITH"));
        let end = end.map_or(grant.len(), |with| with.start);
        let first = who.first().map_or(grant.len(), |token| token.start);
        let taken = Text::new("REVOKE CREATE ON ")
            .raw(name.text)
            .words(" FROM ");
        statements.push(taken.raw(part(first, end).trim_ascii_end()).into());
    }
    (statements, lost)
}

/// The rights of a grant, each with those of its columns that are there.
fn rights_on(all: &[Token<'_>], there: impl Fn(&BString) -> bool) -> Vec<String> {
    let mut depth = 0_i32;
    let each = all.split(|token| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0 && token.is_mark(b',')
    });
    let right = |tokens: &[Token<'_>]| {
        let words = tokens.iter().filter(|token| token.kind == Kind::Word);
        let words: Vec<_> = words.map(|token| token.text.to_str_lossy()).collect();
        let columns = tokens.iter().filter(|token| token.kind == Kind::Ident);
        let columns = columns.filter_map(|token| quote::unquote_ident(token.text));
        let kept: Vec<String> = columns
            .filter(|(column, _)| there(column))
            .map(|(column, _)| quote::ident(&column).to_string())
            .collect();
        let on_columns = tokens.iter().any(|token| token.is_mark(b'('));
        match (on_columns, kept.is_empty()) {
            (false, _) => Some(words.join(" ")),
            (true, true) => None,
            (true, false) => Some(format!("{} ({})", words.join(" "), kept.join(", "))),
        }
    };
    each.filter_map(right).collect()
}
