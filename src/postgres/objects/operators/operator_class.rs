//! Operator classes. Catalogs: pg_opclass, pg_amop, pg_amproc.

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::class;
use crate::postgres::objects::named::Named;
use crate::postgres::objects::operators::member::{self, Member};
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("operator_class", queries, build);

fn queries(_caps: &Caps) -> Vec<Select> {
    let classes = Select::from(
        "pg_catalog.pg_opclass c JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace \
         JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod \
         JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily \
         JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace",
    )
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.opcname")
    .col("owner", "pg_catalog.pg_get_userbyid(c.opcowner)")
    .col("method", "a.amname")
    .col("family", "f.opfname")
    .col("family_schema", "fn.nspname")
    .col("is_default", "c.opcdefault")
    .col("type", "pg_catalog.format_type(c.opcintype, NULL)")
    .col(
        "storage",
        "CASE WHEN c.opckeytype <> 0 THEN pg_catalog.format_type(c.opckeytype, NULL) END",
    )
    .made_by_users("c.oid", class::PG_OPCLASS)
    .in_user_schema("c.opcnamespace");
    let mut queries = vec![classes];
    queries.extend(member::selects());
    queries
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [classes, members @ ..] = rows else {
        return Ok(Vec::new());
    };
    let mut of = member::gather(members, true)?;
    classes
        .iter()
        .map(|row| {
            let named = Named::decode(&row)?;
            let members = of.remove(&named.oid).unwrap_or_default();
            loaded(&row, &named, &members)
        })
        .collect()
}

fn loaded(row: &Row<'_>, named: &Named, members: &[Member]) -> Result<Loaded> {
    let method = ident(row.bytes("method")?);
    let name = cat![named.quoted(), " USING ", &method];
    let default = if row.bool("is_default")? {
        " DEFAULT"
    } else {
        ""
    };
    let family = qualified(row.bytes("family_schema")?, row.bytes("family")?);
    let mut items: Vec<_> = row
        .opt("storage")?
        .map(|s| cat!["\n    STORAGE ", s])
        .into_iter()
        .collect();
    items.extend(members.iter().map(|m| cat!["\n    ", &m.text]));
    if items.is_empty() {
        // The statement wants one item; this one says nothing new.
        items.push(cat!["\n    STORAGE ", row.bytes("type")?]);
    }
    let mut sql = Sql::default();
    sql.push(cat![
        "CREATE OPERATOR CLASS ",
        named.quoted(),
        default,
        " FOR TYPE ",
        row.bytes("type")?,
        " USING ",
        &method,
        " FAMILY ",
        family,
        " AS",
        join(items, ","),
    ]);
    sql.drop_with(cat!["DROP OPERATOR CLASS ", &name]);
    let mut identity = named.identity();
    identity.detail = method;
    Ok(Loaded {
        address: Some(named.address(class::PG_OPCLASS)),
        provides: members.iter().map(|m| m.address).collect(),
        reference: Some(Reference::owned("OPERATOR CLASS", name)),
        ..Loaded::new("operator_class", Section::PreData, identity, sql)
    })
}
