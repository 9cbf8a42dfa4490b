//! Users, and MariaDB's roles: what makes them. What they may do: `grant.rs`. Catalog:
//! `mysql.user`, `SHOW CREATE USER`.

use bstr::BString;

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::mysql::objects::account::{self, Account, split_default_role, with_empty_password};
use crate::mysql::objects::role_admin;
use crate::mysql::objects::{Found, Object, Rendered, only};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// A user or a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    account: Account,
    /// What follows `CREATE USER` or `ALTER USER`; before 5.7 a whole GRANT.
    definition: BString,
    /// It has no password (MySQL 8).
    is_bare: bool,
    second: Option<Second>,
    /// What `SHOW GRANTS` does not tell (MySQL before 5.7).
    untold: Untold,
}

/// What an account has beside its rights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Untold {
    /// The plugin that it logs in by, where it is not the usual one.
    plugin: BString,
    authentication: BString,
    is_expired: bool,
}

/// The password beside a retained one (MySQL), both as hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Second {
    plugin: BString,
    current: BString,
    retained: BString,
}

/// What has a hash in the table's old column logs in by that.
const OWN_PLUGIN: &str =
    "IF(plugin <> 'mysql_native_password' AND password = '', COALESCE(plugin, ''), '')";

impl Object for User {
    const NAME: &'static str = "user";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        let two = scope.caps.second_passwords();
        let old = !scope.caps.show_create_user();
        let retained = "HEX(user_attributes->>'$.additional_password')";
        // where it is no role, it is an account like others
        let others = match scope.caps.grants_to_public() {
            true => "NOT (user = 'PUBLIC' AND is_role = 'Y')",
            false => "TRUE",
        };
        Found::Query(
            Account::query(scope)
                .col_if(two, "retained", retained, "NULL")
                .col_if(two, "current", "HEX(authentication_string)", "''")
                .col_if(two, "plugin", "plugin", "''")
                .col_if(old, "own_plugin", OWN_PLUGIN, "''")
                .col_if(
                    old,
                    "authentication",
                    "COALESCE(authentication_string, '')",
                    "''",
                )
                .col_if(old, "expired", "password_expired = 'Y'", "FALSE")
                .filter(others),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            account: Account::decode(row)?,
            definition: BString::default(),
            is_bare: false,
            second: second(row)?,
            untold: Untold {
                plugin: row.owned("own_plugin")?,
                authentication: row.owned("authentication")?,
                is_expired: row.bool("expired")?,
            },
        })
    }

    fn show(&self, scope: &Scope<'_>) -> Vec<BString> {
        let words = match (self.account.is_role, scope.caps.show_create_user()) {
            (true, _) => return Vec::new(),
            (false, true) => "SHOW CREATE USER ",
            (false, false) => "SHOW GRANTS FOR ",
        };
        vec![Text::new(words).raw(&self.account.sql()).into()]
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        if self.account.is_role {
            return Ok(());
        }
        let text = self.account.requoted(&first_value(answers)?);
        if !scope.caps.show_create_user() {
            self.definition =
                account::with_plugin(&text, &self.untold.plugin, &self.untold.authentication);
            return Ok(());
        }
        let (text, _) = split_default_role(&text);
        let definition = text.strip_prefix(b"CREATE USER ".as_slice());
        let definition = definition.ok_or_else(not_a_user)?;
        self.definition = definition.into();
        if scope.caps.role_edges() {
            self.definition = with_empty_password(definition);
            // no role is anonymous
            self.is_bare = self.definition != definition && !self.account.user.is_empty();
        }
        Ok(())
    }

    fn hint(error: &Error) -> Option<&'static str> {
        account::is_unknown(error).then_some(account::UNKNOWN)
    }

    fn identity(&self) -> Identity {
        self.account.identity()
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let object = format!("user {}", self.identity().name);
        let mut sql = Sql::default();
        if self.account.is_role {
            self.render_role(&mut sql);
        } else if scope.caps.show_create_user() {
            let text = match self.is_bare {
                true => account::create_bare(&self.account.sql()),
                false => Text::new("CREATE USER IF NOT EXISTS ").raw(&self.definition),
            };
            sql.server_text(&object, &text.into())?;
            self.render_second(&object, &mut sql)?;
            let text = Text::new("ALTER USER ").raw(&self.definition);
            sql.server_text(&object, &text.into())?;
        } else {
            sql.server_text(&object, &self.definition)?;
            if self.untold.is_expired {
                let text = Text::new("ALTER USER ").raw(&self.account.sql());
                sql.server_text(&object, &text.words(" PASSWORD EXPIRE").into())?;
            }
        }
        Ok(Rendered::Sql(sql))
    }
}

impl User {
    /// Notes whether the role is new: who makes it gets more than it had (`role_admin.rs`).
    fn render_role(&self, sql: &mut Sql) {
        sql.create.push(role_admin::note(&self.account.user));
        sql.create.push(role_admin::create(&self.account.user));
    }

    /// The retained password first, so that the current one retains it.
    fn render_second(&self, object: &str, sql: &mut Sql) -> Result<()> {
        let Some(second) = &self.second else {
            return Ok(());
        };
        for (password, words) in [
            (&second.retained, ""),
            (&second.current, " RETAIN CURRENT PASSWORD"),
        ] {
            let text = Text::new("ALTER USER ").raw(&self.account.sql());
            let text = text.words(" IDENTIFIED WITH ").string(&second.plugin);
            let text = text.words(" AS 0x").raw(password).words(words);
            sql.server_text(object, &text.into())?;
        }
        Ok(())
    }
}

fn second(row: &Row<'_>) -> Result<Option<Second>> {
    let Some(retained) = row.opt_owned("retained")? else {
        return Ok(None);
    };
    Ok(Some(Second {
        plugin: row.owned("plugin")?,
        current: row.owned("current")?,
        retained,
    }))
}

/// The only column of the first row, whatever its name.
pub(super) fn first_value(answers: &[Rows]) -> Result<BString> {
    let row = only(answers)?;
    let columns = answers.first().map(Rows::columns).unwrap_or_default();
    let column = columns.first().ok_or_else(not_a_user)?;
    row.owned(column)
}

fn not_a_user() -> Error {
    Error::new(ErrorKind::Hostile, "the server's text makes no user")
}
