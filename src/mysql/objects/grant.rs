//! What accounts may do, as far as it needs no object of a database: global and database-wide
//! rights, roles, proxies, default roles. Catalog: `SHOW GRANTS`, `mysql.proxies_priv`.

use bstr::BString;

use crate::error::{Error, Result};
use crate::mysql::objects::account::{self, Account, Grant, split_default_role};
use crate::mysql::objects::user::first_value;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::mysql::version::Caps;
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// One account's rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants {
    account: Account,
    statements: Vec<BString>,
}

/// The statement that lists an account's rights.
pub(super) fn show_grants(account: &Account) -> BString {
    Text::new("SHOW GRANTS FOR ").raw(&account.sql()).into()
}

/// How a line on a proxied account begins.
const PROXY: &[u8] = b"GRANT PROXY ";

/// The query for the accounts that this one may stand for: MariaDB prints a host that is empty as
/// any host.
fn proxies(account: &Account) -> BString {
    let select = Select::from("mysql.proxies_priv").cols(&["proxied_user", "proxied_host"]);
    let select = select.cols(&["with_grant"]).equals("user", &account.user);
    let select = select.equals("host", &account.host);
    select.order("proxied_user, proxied_host").sql()
}

fn proxy(row: &Row<'_>, account: &Account) -> Result<BString> {
    let text = Text::new("GRANT PROXY ON ")
        .string(row.bytes("proxied_user")?)
        .words("@")
        .string(row.bytes("proxied_host")?)
        .words(" TO ")
        .raw(&account.sql());
    let option = if row.bool("with_grant")? {
        " WITH GRANT OPTION"
    } else {
        ""
    };
    Ok(text.words(option).into())
}

/// The account's own lines, but for those on columns where their names are not quoted: no one can tell
/// where such a name ends.
pub(super) fn read_grants(rows: &Rows, account: &Account, caps: Caps) -> Result<Vec<Grant>> {
    let Some(column) = rows.columns().first() else {
        return Ok(Vec::new());
    };
    let mut grants = Vec::new();
    for row in rows.iter() {
        let line = row.bytes(column)?;
        if caps.grants_quote_columns() || !is_on_columns(line) {
            grants.extend(Grant::read(line, account));
        }
    }
    Ok(grants)
}

/// The words for rights hold no bracket, and the first name behind them is quoted.
fn is_on_columns(line: &[u8]) -> bool {
    let first = line.iter().find(|byte| b"(`'".contains(byte));
    first == Some(&b'(')
}

impl Object for Grants {
    const NAME: &'static str = "grant";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if scope.options.no_privileges {
            Found::Nothing
        } else {
            Found::Query(Account::query(scope))
        }
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            account: Account::decode(row)?,
            statements: Vec::new(),
        })
    }

    fn show(&self, scope: &Scope<'_>) -> Vec<BString> {
        let mut all = vec![show_grants(&self.account), proxies(&self.account)];
        if scope.caps.role_edges() {
            let show = Text::new("SHOW CREATE USER ");
            all.push(show.raw(&self.account.sql()).into());
        }
        all
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        let (grants, users) = answers.split_at_checked(2).unwrap_or_default();
        if let [rows, proxied] = grants {
            let all = read_grants(rows, &self.account, scope.caps)?;
            let own = |grant: &Grant| grant.database.is_none() && !grant.sql.starts_with(PROXY);
            let global = all.into_iter().filter(own);
            self.statements.extend(global.map(|grant| grant.sql));
            for row in proxied.iter() {
                self.statements.push(proxy(&row, &self.account)?);
            }
        }
        if scope.caps.role_edges() {
            let (_, roles) = split_default_role(&self.account.requoted(&first_value(users)?));
            self.statements
                .extend(roles.map(|roles| self.default_role(&roles)));
        } else if !self.account.default_role.is_empty() {
            let told = self
                .statements
                .iter()
                .any(|sql| sql.starts_with(b"SET DEFAULT ROLE"));
            let role = crate::mysql::quote::ident(&self.account.default_role);
            let set = (!told).then(|| self.mariadb_default_role(&role));
            self.statements.extend(set);
        }
        // lists of roles come in no order; what takes and what sets follows what gives
        self.statements
            .sort_by_key(|sql| (!sql.starts_with(b"GRANT "), sql.clone()));
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

impl Grants {
    fn default_role(&self, roles: &BString) -> BString {
        let set = Text::new("SET DEFAULT ROLE ").raw(roles).words(" TO ");
        set.raw(&self.account.sql()).into()
    }

    fn mariadb_default_role(&self, role: &BString) -> BString {
        let set = Text::new("SET DEFAULT ROLE ").raw(role).words(" FOR ");
        set.raw(&self.account.sql()).into()
    }
}
