//! Operator families, and the members that were added to them later (an entry of its own, after
//! the classes). Catalogs: pg_opfamily, pg_amop, pg_amproc.

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::operators::member::{self, Member};
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("operator_family", queries, build);

/// What was added to families.
pub const MEMBERS: Kind = Kind::new("operator_family_member", member_queries, build_members);

fn families() -> Select {
    Select::from(
        "pg_catalog.pg_opfamily f JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace \
         JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod",
    )
    .col("oid", "f.oid")
    .col("schema", "n.nspname")
    .col("name", "f.opfname")
    .col("owner", "pg_catalog.pg_get_userbyid(f.opfowner)")
    .col("method", "a.amname")
}

fn queries(_caps: &Caps) -> Vec<Select> {
    vec![
        families()
            .made_by_users("f.oid", class::PG_OPFAMILY)
            .in_user_schema("f.opfnamespace"),
    ]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    rows.iter()
        .flat_map(Rows::iter)
        .map(|row| family(&row))
        .collect()
}

fn family(row: &Row<'_>) -> Result<Loaded> {
    let named = Named::decode(row)?;
    let name = cat![named.quoted(), " USING ", ident(row.bytes("method")?)];
    let mut sql = Sql::default();
    sql.push(cat!["CREATE OPERATOR FAMILY ", &name]);
    sql.drop_with(cat!["DROP OPERATOR FAMILY ", &name]);
    let identity = identity(row, &named)?;
    Ok(Loaded {
        address: Some(named.address(class::PG_OPFAMILY)),
        reference: Some(Reference::owned("OPERATOR FAMILY", name)),
        ..Loaded::new("operator_family", Section::PreData, identity, sql)
    })
}

fn identity(row: &Row<'_>, named: &Named) -> Result<Identity> {
    Ok(Identity {
        detail: row.owned("method")?,
        ..named.identity()
    })
}

/// A family of the system's may have been added to as well. What is in an extension's family came
/// with the extension: nothing in the catalogs tells it from what was added later.
fn member_queries(_caps: &Caps) -> Vec<Select> {
    let own = families().filter(
        "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 2753 \
         AND e.objid = f.oid AND e.deptype = 'e')",
    );
    let mut queries = vec![own];
    queries.extend(member::selects());
    queries
}

fn build_members(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [families, members @ ..] = rows else {
        return Ok(Vec::new());
    };
    let mut of = member::gather(members, false)?;
    let mut objects = Vec::new();
    for row in families.iter() {
        let named = Named::decode(&row)?;
        if let Some(members) = of.remove(&named.oid) {
            objects.push(added(&row, &named, &members)?);
        }
    }
    Ok(objects)
}

fn added(row: &Row<'_>, named: &Named, members: &[Member]) -> Result<Loaded> {
    let name = cat![named.quoted(), " USING ", ident(row.bytes("method")?)];
    let items = members.iter().map(|m| cat!["\n    ", &m.loose]);
    let mut sql = Sql::default();
    sql.push(cat![
        "ALTER OPERATOR FAMILY ",
        name,
        " ADD",
        join(items, ",")
    ]);
    let identity = identity(row, named)?;
    let new = Loaded::new("operator_family_member", Section::PreData, identity, sql);
    Ok(Loaded {
        provides: members.iter().map(|m| m.address).collect(),
        needs: vec![Address::new(class::PG_OPFAMILY, named.oid)],
        ..new
    })
}
