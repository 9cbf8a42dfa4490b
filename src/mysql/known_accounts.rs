//! The server's accounts, for the other flavour: which of them are roles, since only one flavour
//! keeps these apart, and which names are taken.

use bstr::BString;

use crate::error::{Kind, Result};
use crate::mysql::select::Select;
use crate::mysql::session::Session;
use crate::sql::rows::Row;

/// A user, a role, or both (MySQL, where any account can be granted).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    /// Its name.
    pub user: BString,
    /// Its host; MariaDB's roles have none.
    pub host: BString,
    /// It is granted to others, or was made for that.
    pub is_role: bool,
    /// It is made to log in.
    pub logs_in: bool,
}

impl KnownAccount {
    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            user: row.owned("user")?,
            host: row.owned("host")?,
            is_role: row.bool("is_role")?,
            logs_in: row.bool("logs_in")?,
        })
    }
}

/// All accounts; none where the user may not read them, and so sees no rights of theirs either.
pub async fn read(session: &mut Session) -> Result<Vec<KnownAccount>> {
    let caps = session.caps();
    let select = Select::from("mysql.user u").cols(&["user", "host"]);
    let select = if caps.role_edges() {
        let made = "account_locked = 'Y' AND password_expired = 'Y' AND authentication_string = ''";
        let edge = "EXISTS (SELECT 1 FROM mysql.role_edges e WHERE e.from_user = u.user \
                    AND e.from_host = u.host)";
        select
            .col("is_role", &format!("({made}) OR {edge}"))
            .col("logs_in", &format!("NOT ({made})"))
    } else if caps.roles_mapping() {
        select
            .col("is_role", "is_role = 'Y'")
            .col("logs_in", "is_role <> 'Y'")
    } else {
        select.col("is_role", "FALSE").col("logs_in", "TRUE")
    };
    let rows = match session.query(select.order("user, host").sql()).await {
        Err(error) if error.kind() == Kind::Privilege => return Ok(Vec::new()),
        rows => rows?,
    };
    rows.iter().map(|row| KnownAccount::decode(&row)).collect()
}
