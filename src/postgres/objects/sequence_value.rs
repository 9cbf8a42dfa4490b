//! Where sequences stand, those of identity columns too. Before 18 that is in the sequence alone,
//! not in a catalog: they are read a few hundred at a time.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::{literal, qualified};
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// Sequences' values.
pub const SEQUENCE_VALUE: Kind = Kind {
    more: values,
    ..Kind::new("sequence_value", |caps| vec![query(caps)], build)
};

/// How many sequences one query reads.
const BATCH: usize = 250;

fn query(caps: &Caps) -> Select {
    let has = caps.sequence_data();
    let owners = format!(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN (pg_catalog.pg_depend d JOIN pg_catalog.pg_class t ON t.oid = d.refobjid \
         JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace) \
         ON d.classid = {class} AND d.objid = c.oid AND d.objsubid = 0 AND d.refclassid = {class} \
         AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')",
        class = class::PG_CLASS
    );
    Select::from(owners)
        .join_if(
            has,
            "LEFT JOIN LATERAL pg_catalog.pg_get_sequence_data(c.oid) v ON true",
        )
        .col("oid", "c.oid")
        .col("schema", "n.nspname")
        .col("name", "c.relname")
        .col("owner_oid", "t.oid")
        .col("owner_schema", "tn.nspname")
        .col(
            "unreadable",
            "c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery()",
        )
        .col_if(has, "last_value", "v.last_value", "NULL")
        .col_if(has, "is_called", "v.is_called", "NULL")
        .filter("c.relkind = 'S'")
        .with_users_rows()
        .order("c.oid")
}

fn values(context: &BuildContext, rows: &[Rows]) -> Result<Vec<BString>> {
    if context.caps.sequence_data() {
        return Ok(Vec::new());
    }
    let mut reads = Vec::new();
    for row in rows.iter().flat_map(Rows::iter) {
        if !row.bool("unreadable")? && wanted(context, &row)? {
            let name = qualified(row.bytes("schema")?, row.bytes("name")?);
            let select = cat![
                "SELECT ",
                row.bytes("oid")?,
                " AS oid, last_value, is_called FROM "
            ];
            reads.push(cat![select, name]);
        }
    }
    let batches = reads.chunks(BATCH);
    Ok(batches.map(|batch| join(batch, " UNION ALL ")).collect())
}

/// Who may not read a sequence may still dump all others.
fn wanted(context: &BuildContext, row: &Row<'_>) -> Result<bool> {
    let hits = &context.hits;
    let oid = row.num("oid")?;
    let owned = match row.opt_num("owner_oid")? {
        Some(owner) => hits.relation(owner, &row.owned("owner_schema")?),
        None => false,
    };
    let schema = row.owned("schema")?;
    let asked = match row.opt_owned("extension")? {
        Some(extension) => hits.table_of_extension(oid, &schema, &extension),
        None => owned || hits.relation(oid, &schema),
    };
    Ok(asked && !context.schema_only && !hits.without_rows(oid))
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let (list, batches) = rows
        .split_first()
        .map_or((None, rows), |(l, b)| (Some(l), b));
    let mut read: HashMap<u32, Row<'_>> = HashMap::new();
    for value in batches.iter().flat_map(Rows::iter) {
        read.insert(value.num("oid")?, value);
    }
    let list = list.into_iter().flat_map(Rows::iter);
    let list = list.map(|row| {
        let value = read.get(&row.num("oid")?).unwrap_or(&row);
        let wanted = wanted(context, &row)?;
        wanted.then(|| loaded(&row, value)).transpose()
    });
    list.filter_map(Result::transpose).collect()
}

fn loaded(row: &Row<'_>, value: &Row<'_>) -> Result<Loaded> {
    let left_out = row.bool("unreadable")?;
    let (schema, name) = (row.owned("schema")?, row.owned("name")?);
    let mut sql = Sql::default();
    if !left_out {
        let last = value.num::<i64>("last_value")?.to_string();
        let called = if value.bool("is_called")? {
            "true"
        } else {
            "false"
        };
        let quoted = literal(qualified(&schema, &name));
        let call = cat![
            "SELECT pg_catalog.setval(",
            quoted,
            ", ",
            last,
            ", ",
            called,
            ")"
        ];
        sql.push(call);
    }
    let identity = Identity {
        schema: Some(schema),
        name,
        ..Identity::default()
    };
    let sequence = Address::new(class::PG_CLASS, row.num("oid")?);
    Ok(Loaded {
        needs: vec![sequence],
        table: Some(sequence),
        left_out: left_out.then(|| "it can't be read on a standby: it is unlogged".into()),
        ..Loaded::new("sequence_value", Section::Data, identity, sql)
    })
}
