//! Rights on objects in databases that no dump carries: the server's own, and those that are gone, of
//! which rights stay behind. They come last: an older server's tables may not be there. Catalog:
//! `mysql.tables_priv`, `mysql.columns_priv`, `mysql.procs_priv`, `SHOW GRANTS`.

use std::collections::BTreeMap;

use bstr::BString;

use crate::error::{Error, Kind, Result};
use crate::mysql::claims::Claims;
use crate::mysql::objects::account::{self, Account};
use crate::mysql::objects::given_rights::{self, Known};
use crate::mysql::objects::grant::{read_grants, show_grants};
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::own_databases::OWN;
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::Sql;
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// One account's rights of that sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemGrants {
    account: Account,
    statements: Vec<BString>,
    /// Grants of rights on what is gone, which no server takes again.
    lost: Vec<BString>,
}

/// The condition on a row `p` of the rights' tables.
fn elsewhere() -> String {
    format!(
        "CAST(p.db AS BINARY) NOT IN (SELECT CAST(s.schema_name AS BINARY) \
         FROM information_schema.schemata s WHERE {OWN})"
    )
}

/// All rights on objects.
const RIGHTS: &str = "(SELECT user, host, db FROM mysql.tables_priv \
                      UNION SELECT user, host, db FROM mysql.procs_priv) AS p";

fn of_account(select: Select, account: &Account) -> BString {
    let select = select.equals("p.user", &account.user);
    select.equals("p.host", &account.host).sql()
}

/// The databases, and whether each is there.
fn databases(account: &Account) -> BString {
    let there = "CAST(p.db AS BINARY) IN (SELECT CAST(s.schema_name AS BINARY) \
                 FROM information_schema.schemata s)";
    let select = Select::from(RIGHTS).col("db", "p.db").col("there", there);
    of_account(select.filter(&elsewhere()), account)
}

/// The columns of the server's own tables that the account has rights on.
fn tables_there(account: &Account) -> BString {
    let from = "mysql.tables_priv AS p JOIN information_schema.columns AS c \
                ON c.table_schema = p.db AND c.table_name = p.table_name";
    let select = Select::from(from)
        .col("db", "p.db")
        .col("table_name", "p.table_name")
        .col("column_name", "c.column_name")
        .filter("c.table_schema IN ('mysql', 'sys', 'performance_schema', 'ndbinfo')");
    of_account(select.order("db, table_name, column_name"), account)
}

/// The server's own routines that the account has rights on, by kind and name.
fn routines_there(account: &Account) -> BString {
    let from = "mysql.procs_priv AS p JOIN information_schema.routines AS r \
                ON r.routine_schema = p.db AND r.routine_name = p.routine_name \
                AND r.routine_type = p.routine_type";
    let select = Select::from(from)
        .col("db", "p.db")
        .col("name", "CONCAT(p.routine_type, ' ', p.routine_name)")
        .filter("r.routine_schema IN ('mysql', 'sys')");
    of_account(select.order("db, name"), account)
}

impl Object for SystemGrants {
    const NAME: &'static str = "system_grant";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if scope.options.no_privileges {
            return Found::Nothing;
        }
        // rights of accounts that are gone are nobody's
        let rights = format!(
            "EXISTS (SELECT * FROM {RIGHTS} WHERE p.user = mysql.user.user \
             AND p.host = mysql.user.host AND {})",
            elsewhere()
        );
        Found::Query(Account::query(scope).filter(&rights))
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            account: Account::decode(row)?,
            statements: Vec::new(),
            lost: Vec::new(),
        })
    }

    fn show(&self, scope: &Scope<'_>) -> Vec<BString> {
        let mut all = vec![
            show_grants(&self.account),
            databases(&self.account),
            tables_there(&self.account),
            routines_there(&self.account),
        ];
        if !scope.caps.grants_quote_columns() {
            all.push(given_rights::columns(&self.account).sql());
        }
        all
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        let [shown, databases, tables, routines, columns @ ..] = answers else {
            let message = "an account's rights were asked for and not answered";
            return Err(Error::new(Kind::Internal, message));
        };
        let mut there: BTreeMap<BString, bool> = BTreeMap::new();
        for row in databases.iter() {
            there.insert(row.owned("db")?, row.bool("there")?);
        }
        let mut names: BTreeMap<(BString, BString), Vec<BString>> = BTreeMap::new();
        for row in tables.iter() {
            let name = (row.owned("db")?, row.owned("table_name")?);
            names
                .entry(name)
                .or_default()
                .push(row.owned("column_name")?);
        }
        let mut kept: Vec<(BString, BString)> = Vec::new();
        for row in routines.iter() {
            kept.push((row.owned("db")?, row.owned("name")?));
        }
        let all = read_grants(shown, &self.account, scope.caps)?.into_iter();
        let mut own: Vec<(BString, BString)> = all
            .filter_map(|grant| Some((grant.database?, grant.local)))
            .collect();
        for rows in columns {
            own.extend(given_rights::on_columns(rows, &self.account)?);
        }
        own.retain(|(database, _)| there.contains_key(database));
        // MariaDB lists them in no order
        own.sort_unstable();
        for (database, grant) in own {
            let is_there = there.get(&database).is_some_and(|there| *there);
            let (statements, lost) = match given_rights::routine(&grant) {
                Some(routine) => {
                    let is_kept = kept.iter().any(|(within, name)| {
                        *within == database && name.eq_ignore_ascii_case(&routine)
                    });
                    match is_kept {
                        true => (vec![grant], None),
                        false => (Vec::new(), Some(grant)),
                    }
                }
                None => given_rights::on_what_is_there(grant, |table| {
                    match names.get(&(database.clone(), table.clone())) {
                        Some(columns) => Known::There(columns.clone()),
                        None if is_there => Known::GoneForGood,
                        None => Known::Gone,
                    }
                }),
            };
            let qualified = |grant: &BString| given_rights::qualified(grant, &database);
            self.statements.extend(statements.iter().map(qualified));
            self.lost.extend(lost.iter().map(qualified));
        }
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        for statement in &self.lost {
            let message = format!("what it is on is gone, so it is left out: {statement}");
            claims.warn(format!("grants of {}", self.identity().name), message);
        }
        Ok(())
    }

    fn hint(error: &Error) -> Option<&'static str> {
        account::is_unknown(error).then_some(account::UNKNOWN)
    }

    fn identity(&self) -> Identity {
        self.account.identity()
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let object = format!("grants of {}", self.identity().name);
        let mut sql = Sql::default();
        for statement in &self.statements {
            sql.server_text(&object, statement)?;
        }
        Ok(Rendered::Sql(sql))
    }
}
