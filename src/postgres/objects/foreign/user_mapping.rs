//! User mappings. View: pg_user_mappings, which everyone may read and which shows the options,
//! passwords among them, only to those who may see them.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::foreign::options;
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("user_mapping", queries, build);

fn queries(_caps: &Caps) -> Vec<Select> {
    let mappings = Select::from("pg_catalog.pg_user_mappings m")
        .col("oid", "m.umid")
        .col("server", "m.srvname")
        .col("role", "CASE WHEN m.umuser <> 0 THEN m.usename END");
    vec![
        mappings,
        options::select("pg_user_mappings", "umid", "umoptions"),
    ]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [mappings, options] = rows else {
        return Ok(Vec::new());
    };
    let options = options::gather(options)?;
    mappings.iter().map(|row| loaded(&row, &options)).collect()
}

fn loaded(row: &Row<'_>, options: &HashMap<u32, BString>) -> Result<Loaded> {
    let oid = row.num("oid")?;
    let (server, role) = (row.owned("server")?, row.opt_owned("role")?);
    let who = role.as_ref().map_or_else(|| "PUBLIC".into(), ident);
    let on = cat!["USER MAPPING FOR ", who, " SERVER ", ident(&server)];
    let mut sql = Sql::default();
    sql.push(cat![
        "CREATE ",
        &on,
        options.get(&oid).cloned().unwrap_or_default()
    ]);
    sql.drop_with(cat!["DROP ", on]);
    let identity = Identity {
        name: role.unwrap_or_else(|| "public".into()),
        detail: server,
        ..Identity::default()
    };
    Ok(Loaded {
        address: Some(Address::new(class::PG_USER_MAPPING, oid)),
        ..Loaded::new("user_mapping", Section::PreData, identity, sql)
    })
}
