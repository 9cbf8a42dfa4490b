//! Settings of roles in every database. Catalog: pg_db_role_setting (setdatabase 0). Those of a role
//! in one database belong to that database's archive.

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::guc;
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Rows;

/// The kind.
pub const KIND: Kind = Kind::new("role_setting", queries, build);

fn queries(_caps: &Caps) -> Vec<Select> {
    let select = Select::from(
        "pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole, \
         LATERAL pg_catalog.unnest(s.setconfig) WITH ORDINALITY c(setting, n)",
    )
    .col("role", "r.rolname")
    .col("setting", "c.setting")
    .filter("s.setdatabase = 0")
    .order("r.rolname, c.n");
    vec![select]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let mut objects = Vec::new();
    for (at, row) in rows.iter().flat_map(Rows::iter).enumerate() {
        let Some(set) = guc::set(row.bytes("setting")?) else {
            continue;
        };
        let role = row.opt_owned("role")?;
        let who = role.as_ref().map_or_else(|| "ALL".into(), ident);
        let mut sql = Sql::default();
        sql.push(cat!["ALTER ROLE ", who, " ", set]);
        let identity = Identity {
            name: role.unwrap_or_default(),
            detail: format!("{at:06}").into(),
            ..Identity::default()
        };
        objects.push(Loaded::new("role_setting", Section::Globals, identity, sql));
    }
    Ok(objects)
}
