//! Tablespaces. Catalog: pg_tablespace. The folder must exist on the server that is restored.

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::class;
use crate::postgres::facets::{acl, security_label};
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::{ident, literal};
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("tablespace", queries, build);

fn queries(_caps: &Caps) -> Vec<Select> {
    let spaces = Select::from("pg_catalog.pg_tablespace t")
        .col("oid", "t.oid")
        .col("name", "t.spcname")
        .col("owner", "pg_catalog.pg_get_userbyid(t.spcowner)")
        .col("location", "pg_catalog.pg_tablespace_location(t.oid)")
        // 15's tablespaces for tests, in the server's own folder: made in place again.
        .col(
            "in_place",
            "pg_catalog.pg_tablespace_location(t.oid) !~ '^(/|[A-Za-z]:)'",
        )
        .col(
            "comment",
            "pg_catalog.shobj_description(t.oid, 'pg_tablespace')",
        )
        .filter("t.spcname !~ '^pg_'");
    let options = Select::from(
        "pg_catalog.pg_tablespace t, \
         LATERAL pg_catalog.unnest(t.spcoptions) WITH ORDINALITY o(option, n)",
    )
    .col("oid", "t.oid")
    .col("option", "o.option")
    .order("t.oid, o.n");
    let labels = security_label::shared(class::PG_TABLESPACE);
    vec![spaces, options, acl::tablespaces(), labels]
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [spaces, options, acls, labels] = rows else {
        return Ok(Vec::new());
    };
    let acls = acl::decode(acls.iter())?;
    let with_labels = |row: Row<'_>| {
        let mut space = loaded(&row, options, &acls)?;
        if !context.leave_out.security_labels {
            let object = cat!["TABLESPACE ", ident(&space.identity.name)];
            let labels = security_label::on_shared(labels, row.num("oid")?, &object)?;
            space.sql.create.extend(labels);
        }
        Ok(space)
    };
    spaces.iter().map(with_labels).collect()
}

fn loaded(row: &Row<'_>, options: &Rows, acls: &[acl::Acl]) -> Result<Loaded> {
    let oid: u32 = row.num("oid")?;
    let (name, owner) = (row.owned("name")?, row.owned("owner")?);
    let quoted = ident(&name);
    let mut sql = Sql::default();
    let location = match row.bool("in_place")? {
        true => {
            sql.push("SET allow_in_place_tablespaces = true");
            literal("")
        }
        false => literal(row.bytes("location")?),
    };
    sql.push(cat![
        "CREATE TABLESPACE ",
        &quoted,
        " OWNER ",
        ident(&owner),
        " LOCATION ",
        location
    ]);
    let options = own_options(oid, options)?;
    if !options.is_empty() {
        sql.push(cat![
            "ALTER TABLESPACE ",
            &quoted,
            " SET (",
            join(options, ", "),
            ")"
        ]);
    }
    for acl in acls.iter().filter(|acl| acl.address.object == oid) {
        sql.create
            .extend(acl.statements("TABLESPACE", quoted.as_ref()));
    }
    if let Some(comment) = row.opt("comment")? {
        sql.push(cat![
            "COMMENT ON TABLESPACE ",
            &quoted,
            " IS ",
            literal(comment)
        ]);
    }
    sql.drop_with(cat!["DROP TABLESPACE ", &quoted]);
    let identity = Identity {
        name,
        owner: Some(owner),
        ..Identity::default()
    };
    Ok(Loaded::new("tablespace", Section::Globals, identity, sql))
}

fn own_options(oid: u32, options: &Rows) -> Result<Vec<BString>> {
    let mut own = Vec::new();
    for row in options.iter() {
        if row.num::<u32>("oid")? == oid
            && let Some((name, value)) = row.bytes("option")?.split_once_str("=")
        {
            own.push(cat![ident(name), " = ", literal(value)]);
        }
    }
    Ok(own)
}
