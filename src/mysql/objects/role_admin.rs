//! Who makes a role administers it, in MariaDB, and without that no one could grant it further. So
//! when all is granted, the account that restored gives back what it has by that alone. Catalog:
//! `mysql.roles_mapping`.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::quote;
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section, Statement};
use crate::sql::rows::Row;

/// A role, with its members and those of them who administer it, as `CURRENT_USER()` names them in
/// hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAdmin {
    role: BString,
    members: BString,
    admins: BString,
}

/// The user variable that says that this session made the role.
fn made(role: &[u8]) -> String {
    format!("@dumpkeep_role_{}", const_hex::encode(role))
}

/// Notes whether the role is new.
pub(in crate::mysql) fn note(role: &BString) -> Statement {
    let note = Text::new(&format!("SET {} = ", made(role)))
        .words("(SELECT COUNT(*) = 0 FROM mysql.user WHERE is_role = 'Y' AND user = ")
        .string(role)
        .words(")");
    Statement::new(note)
}

/// Makes the role.
pub(in crate::mysql) fn create(role: &BString) -> Statement {
    Statement::new(Text::new("CREATE ROLE IF NOT EXISTS ").ident(role))
}

/// Takes from the account that restores what making the role gave it, unless it is one of those
/// who had it.
pub(in crate::mysql) fn give_back(
    role: &BString,
    members: &BString,
    admins: &BString,
) -> Statement {
    let quoted = quote::ident(role);
    let revoke = |words: &str| {
        let text = Text::new("REVOKE ").words(words).raw(&quoted);
        let text: BString = text.words(" FROM CURRENT_USER").into();
        Text::default().string(&text)
    };
    let is_in = |list: &BString| format!("FIND_IN_SET(HEX(CURRENT_USER()), '{}')", list.as_bstr());
    let text = Text::new("EXECUTE IMMEDIATE IF(COALESCE(")
        .words(&made(role))
        .words(&format!(", 0) = 0 OR {}, 'DO 0', IF(", is_in(admins)))
        .words(&is_in(members))
        .words(", ")
        .raw(revoke("ADMIN OPTION FOR ").as_ref())
        .words(", ")
        .raw(revoke("").as_ref())
        .words("))");
    Statement::new(text)
}

impl Object for RoleAdmin {
    const NAME: &'static str = "role_admin";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if scope.options.no_privileges || !scope.caps.roles_mapping() {
            return Found::Nothing;
        }
        let of = |condition: &str| {
            format!(
                "COALESCE((SELECT GROUP_CONCAT(HEX(CONCAT(m.user, '@', m.host))) \
                 FROM mysql.roles_mapping m WHERE m.role = u.user AND m.host <> ''{condition}), '')"
            )
        };
        Found::Query(
            Select::from("mysql.user u")
                .col("role", "u.user")
                .col("members", &of(""))
                .col("admins", &of(" AND m.admin_option = 'Y'"))
                .filter("u.is_role = 'Y' AND u.user <> 'PUBLIC'")
                .order("u.user"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            role: row.owned("role")?,
            members: row.owned("members")?,
            admins: row.owned("admins")?,
        })
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.role.clone(),
            ..Identity::default()
        }
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        sql.create
            .push(give_back(&self.role, &self.members, &self.admins));
        Ok(Rendered::Sql(sql))
    }
}
