//! Shell types: a name with nothing behind it yet, which a base type's own functions need. Those of
//! base and range types stand in for them in loops of dependencies.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("shell_type", queries, build);

fn queries(_caps: &Caps) -> Vec<Select> {
    // A range needs its shell only for a function of its own.
    let range = "EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid \
                 AND r.rngcanonical <> 0)";
    vec![
        super::select("p")
            .filter("NOT t.typisdefined")
            .col("bare", "true"),
        super::select("b").filter(BASE).col("bare", "false"),
        super::select("r").filter(range).col("bare", "false"),
    ]
}

/// Base types, without the array types that come with every type.
pub(super) const BASE: &str = "t.typisdefined AND NOT EXISTS (SELECT FROM pg_catalog.pg_type a \
     WHERE a.typarray = t.oid)";

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    rows.iter()
        .flat_map(Rows::iter)
        .map(|row| loaded(&row))
        .collect()
}

fn loaded(row: &Row<'_>) -> Result<Loaded> {
    let (schema, name): (BString, BString) = (row.owned("schema")?, row.owned("name")?);
    let address = Address::new(class::PG_TYPE, row.num("oid")?);
    let quoted = qualified(&schema, &name);
    let identity = Identity {
        schema: Some(schema),
        name,
        ..Identity::default()
    };
    let mut sql = Sql::default();
    sql.push(cat!["CREATE TYPE ", &quoted]);
    let new = Loaded::new("shell_type", Section::PreData, identity, sql);
    if !row.bool("bare")? {
        return Ok(Loaded {
            stands_in_for: Some(address),
            ..new
        });
    }
    let mut bare = Loaded {
        address: Some(address),
        ..new
    };
    bare.identity.owner = Some(row.owned("owner")?);
    bare.sql.drop_with(cat!["DROP TYPE ", &quoted]);
    bare.reference = Some(Reference::all("TYPE", quoted));
    Ok(bare)
}
