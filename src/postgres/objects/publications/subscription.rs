//! Subscriptions. Catalog: pg_subscription, of which the connection string is for superusers only.
//! They are written without a connection being made, and disabled.

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::class;
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference, later};
use crate::postgres::quote::{ident, literal};
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("subscription", queries, build);

/// Options by column: keyword, what need not be said.
const OPTIONS: &[(&str, &str, &str)] = &[
    ("slot", "slot_name", ""),
    ("synchronous", "synchronous_commit", "off"),
    ("binary_format", "binary", "f"),
    // 18 streams by default.
    ("streaming", "streaming", ""),
    ("two_phase", "two_phase", "f"),
    ("on_error", "disable_on_error", "f"),
    ("password", "password_required", "t"),
    ("run_as_owner", "run_as_owner", "f"),
    ("origin", "origin", "any"),
    ("failover", "failover", "f"),
];

fn queries(caps: &Caps) -> Vec<Select> {
    let (v14, v15) = (caps.subscription_streaming(), caps.subscription_two_phase());
    let (v16, v17) = (caps.membership_options(), caps.subscription_failover());
    // Before 14 who may not read the connection string may not read these columns either; then all
    // that is wanted is the name.
    let reads = caps.reads_conninfo();
    // A boolean before 16, 't' or 'true' in text; then a letter.
    let streaming = "CASE pg_catalog.left(s.substream::pg_catalog.text, 1) WHEN 't' THEN 'on' WHEN 'p' THEN 'parallel' ELSE 'off' END";
    let subscriptions = Select::from(
        "pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid",
    )
    .col_if(reads, "oid", "s.oid", "0")
    .col("schema", "NULL")
    .col("name", "s.subname")
    .col("owner", "pg_catalog.pg_get_userbyid(s.subowner)")
    .col_if(reads, "conninfo", "s.subconninfo", "NULL")
    .col_if(reads, "slot", "s.subslotname", "NULL")
    .col_if(reads, "synchronous", "s.subsynccommit", "NULL")
    .col_if(v14, "binary_format", "s.subbinary", "false")
    .col_if(v14, "streaming", streaming, "''")
    .col_if(v15, "two_phase", "s.subtwophasestate <> 'd'", "false")
    .col_if(v15, "on_error", "s.subdisableonerr", "false")
    .col_if(v16, "password", "s.subpasswordrequired", "true")
    .col_if(v16, "run_as_owner", "s.subrunasowner", "false")
    .col_if(v16, "origin", "s.suborigin", "'any'")
    .col_if(v17, "failover", "s.subfailover", "false")
    .filter("d.datname = pg_catalog.current_database()");
    let publications = Select::from(
        "pg_catalog.pg_subscription s, \
         LATERAL pg_catalog.unnest(s.subpublications) WITH ORDINALITY p(name, n)",
    )
    .col_if(reads, "oid", "s.oid", "0")
    .col("name", "p.name")
    .order("s.subname, p.n");
    vec![subscriptions, publications]
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [subscriptions, publications] = rows else {
        return Ok(Vec::new());
    };
    subscriptions
        .iter()
        .map(|row| loaded(context, &row, publications))
        .collect()
}

fn loaded(context: &BuildContext, row: &Row<'_>, publications: &Rows) -> Result<Loaded> {
    let named = Named::decode(row)?;
    let mut names = Vec::new();
    for publication in publications.iter() {
        if publication.num::<u32>("oid")? == named.oid {
            names.push(ident(publication.bytes("name")?));
        }
    }
    let name = named.quoted();
    let mut sql = Sql::default();
    let conninfo = row.opt("conninfo")?;
    sql.push(cat![
        "CREATE SUBSCRIPTION ",
        &name,
        " CONNECTION ",
        literal(conninfo.unwrap_or_default()),
        " PUBLICATION ",
        join(names, ", "),
        " WITH (connect = false, ",
        join(options(row)?, ", "),
        ")",
    ]);
    if !context.caps.membership_options() {
        sql.push(as_before_16(context, &name));
    }
    sql.drop_with(cat!["DROP SUBSCRIPTION ", &name]);
    let hidden = "the user may not read its connection string (pg_subscription.subconninfo)";
    Ok(Loaded {
        address: Some(named.address(class::PG_SUBSCRIPTION)),
        reference: Some(Reference::owned("SUBSCRIPTION", name)),
        left_out: conninfo.is_none().then(|| hidden.to_owned()),
        ..Loaded::new("subscription", Section::PostData, named.identity(), sql)
    })
}

/// Before 16 a subscription applied changes as its owner, and before 14 none streamed.
fn as_before_16(context: &BuildContext, name: &BString) -> BString {
    let streaming = match context.caps.subscription_streaming() {
        true => "",
        false => ", streaming = off",
    };
    let set = cat![
        "ALTER SUBSCRIPTION ",
        name,
        " SET (run_as_owner = true",
        streaming,
        ")"
    ];
    later::from_version(160_000, [set])
}

fn options(row: &Row<'_>) -> Result<Vec<BString>> {
    let mut options = Vec::new();
    for (column, keyword, default) in OPTIONS {
        let value = row.opt(column)?;
        let Some(value) = value else {
            options.push(cat![*keyword, " = NONE"]);
            continue;
        };
        if value.as_bytes() != default.as_bytes() {
            let boolean = matches!(*default, "t" | "f");
            let value = match value.as_bytes() {
                b"t" if boolean => "true".into(),
                b"f" if boolean => "false".into(),
                text => literal(text),
            };
            options.push(cat![*keyword, " = ", value]);
        }
    }
    Ok(options)
}
