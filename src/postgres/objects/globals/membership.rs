//! Memberships. Catalog: pg_auth_members. A grantor's own ADMIN OPTION comes first: from 16 on the
//! server demands it.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("role_membership", queries, build);

#[derive(Debug, Clone)]
struct Membership {
    role: BString,
    member: BString,
    /// `None` where that role is gone.
    grantor: Option<BString>,
    by_bootstrap: bool,
    admin: bool,
    /// INHERIT and SET, from 16 on.
    options: Option<(bool, bool)>,
}

fn queries(caps: &Caps) -> Vec<Select> {
    let options = caps.membership_options();
    let select = Select::from(
        "pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.roleid \
         JOIN pg_catalog.pg_roles u ON u.oid = m.member \
         LEFT JOIN pg_catalog.pg_roles g ON g.oid = m.grantor",
    )
    .col("role", "r.rolname")
    .col("member", "u.rolname")
    .col("grantor", "g.rolname")
    .col("by_bootstrap", "m.grantor = 10")
    .col("admin", "m.admin_option")
    .col_if(options, "inherit", "m.inherit_option", "NULL")
    .col_if(options, "set", "m.set_option", "NULL")
    .filter("NOT (r.rolname ~ '^pg_' AND u.rolname ~ '^pg_')")
    .order("r.rolname, u.rolname, g.rolname");
    vec![select]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let memberships = rows.iter().flat_map(Rows::iter).map(|row| decode(&row));
    let ordered = by_grantor(memberships.collect::<Result<_>>()?);
    Ok(ordered
        .iter()
        .enumerate()
        .map(|(at, m)| m.loaded(at))
        .collect())
}

fn decode(row: &Row<'_>) -> Result<Membership> {
    let options = match row.opt("inherit")? {
        Some(_) => Some((row.bool("inherit")?, row.bool("set")?)),
        None => None,
    };
    Ok(Membership {
        role: row.owned("role")?,
        member: row.owned("member")?,
        grantor: row.opt_owned("grantor")?,
        by_bootstrap: row.bool("by_bootstrap")?,
        admin: row.bool("admin")?,
        options,
    })
}

/// Those whose grantor can give them by then; what is left at the end (older servers don't care
/// about grantors) in its own order.
fn by_grantor(mut left: Vec<Membership>) -> Vec<Membership> {
    let mut ordered: Vec<Membership> = Vec::new();
    while !left.is_empty() {
        let able = |m: &Membership| {
            m.by_bootstrap
                || ordered
                    .iter()
                    .any(|o| o.admin && o.role == m.role && Some(&o.member) == m.grantor.as_ref())
        };
        let at = left.iter().position(able).unwrap_or(0);
        ordered.push(left.remove(at));
    }
    ordered
}

impl Membership {
    fn loaded(&self, at: usize) -> Loaded {
        let identity = Identity {
            // Keeps the order of grantors, which names don't tell.
            schema: Some(format!("{at:08}").into()),
            name: self.role.clone(),
            detail: self.member.clone(),
            owner: None,
        };
        let mut sql = Sql::default();
        sql.push(self.sql());
        Loaded::new("role_membership", Section::Globals, identity, sql)
    }

    fn sql(&self) -> BString {
        let mut text = cat!["GRANT ", ident(&self.role), " TO ", ident(&self.member)];
        match self.options {
            Some((inherit, set)) => {
                let admin = if self.admin { "ADMIN TRUE, " } else { "" };
                let options = format!(" WITH {admin}INHERIT {inherit}, SET {set}").to_uppercase();
                text.extend_from_slice(options.as_bytes());
            }
            None if self.admin => text.extend_from_slice(b" WITH ADMIN OPTION"),
            None => {}
        }
        if let Some(grantor) = &self.grantor {
            text.extend_from_slice(&cat![" GRANTED BY ", ident(grantor)]);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grantor_gets_the_option_first() {
        let m = |role: &str, member: &str, grantor: &str, admin| Membership {
            role: role.into(),
            member: member.into(),
            grantor: Some(grantor.into()),
            by_bootstrap: grantor == "postgres",
            admin,
            options: Some((true, false)),
        };
        let ordered = by_grantor(vec![m("r", "b", "a", false), m("r", "a", "postgres", true)]);
        assert_eq!(
            ordered[0].sql(),
            "GRANT r TO a WITH ADMIN TRUE, INHERIT TRUE, SET FALSE GRANTED BY postgres"
        );
        assert_eq!(
            ordered[1].sql(),
            "GRANT r TO b WITH INHERIT TRUE, SET FALSE GRANTED BY a"
        );
    }
}
