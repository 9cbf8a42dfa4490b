//! The rows of tables, each partition's by itself, and of extensions' tables that are for users to fill
//! (pg_extension.extconfig). Catalogs: pg_class, pg_attribute,
//! pg_partitioned_table.
//!
//! Where a row may belong to another partition on the server that it comes to (hashes of enums
//! and the order of texts are not the same everywhere), it is loaded through the root.

use std::sync::Arc;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{DataColumn, DataRef, Identity, Method, Section, ValueForm};
use crate::postgres::address::{Address, class, step};
use crate::postgres::objects::{BuildContext, Give, Kind, Loaded};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The rows of tables.
pub const TABLE_DATA: Kind = Kind {
    rows: true,
    ..Kind::each(
        "table_data",
        |caps| vec![tables(caps), columns(caps)],
        build,
    )
};

/// A table's size. It costs the server a look at its files, as much as all else of a small table: it is
/// asked for once (`OFFSET 0` keeps the planner from writing it out at each use).
const SIZE: &str = "COALESCE(pg_catalog.pg_relation_size(c.oid), 0)";

fn tables(caps: &Caps) -> Select {
    Select::from(format!(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN ({}) u ON u.leaf = c.oid \
         LEFT JOIN pg_catalog.pg_class r ON r.oid = u.at \
         LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace \
         CROSS JOIN LATERAL (SELECT {SIZE} AS size OFFSET 0) h",
        roots(caps)
    ))
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.relname")
    .col("owner", "pg_catalog.pg_get_userbyid(c.relowner)")
    .col("is_partition", "c.relispartition")
    .col("root_schema", "rn.nspname")
    .col("root_name", "r.relname")
    .col("root_needed", "COALESCE(u.through, false)")
    .col("kind", "c.relkind")
    .col(
        "bytes",
        "h.size + CASE WHEN h.size > 0 \
         THEN COALESCE(pg_catalog.pg_relation_size(NULLIF(c.reltoastrelid, 0)), 0) ELSE 0 END",
    )
    .col("rows", "GREATEST(c.reltuples, 0)::pg_catalog.int8")
    .col_if(
        caps.tid_range_scan(),
        "blocks",
        "CASE WHEN c.relam = 2 THEN h.size \
         / pg_catalog.current_setting('block_size')::pg_catalog.int8 ELSE 0 END",
        "0",
    )
    .col_if(caps.table_oids(), "oids", "c.relhasoids", "false")
    .col(
        "unreadable",
        "c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery()",
    )
    .filter("c.relkind IN ('r', 'f')")
    .with_users_rows()
}

/// Partitions with their roots, and whether an ancestor is unsafe to load by partition.
fn roots(caps: &Caps) -> String {
    format!(
        "WITH RECURSIVE unsafe AS ({}), \
         up(leaf, at, through) AS ( \
         SELECT i.inhrelid, i.inhparent, x.partrelid IS NOT NULL FROM pg_catalog.pg_inherits i \
         JOIN pg_catalog.pg_class l ON l.oid = i.inhrelid AND l.relispartition \
         AND l.relkind = 'r' LEFT JOIN unsafe x ON x.partrelid = i.inhparent \
         UNION ALL \
         SELECT up.leaf, i.inhparent, up.through OR x.partrelid IS NOT NULL FROM up \
         JOIN pg_catalog.pg_class p ON p.oid = up.at AND p.relispartition \
         JOIN pg_catalog.pg_inherits i ON i.inhrelid = p.oid \
         LEFT JOIN unsafe x ON x.partrelid = i.inhparent) \
         SELECT up.leaf, up.at, up.through FROM up \
         JOIN pg_catalog.pg_class p ON p.oid = up.at WHERE NOT p.relispartition",
        unsafe_tables(caps)
    )
}

/// Partitioned tables whose rows may be spread in another way elsewhere: hashes by a class for
/// polymorphic types (an enum's labels are hashed by their oids), ranges in an order that is not
/// the bytes', equality by a nondeterministic collation.
fn unsafe_tables(caps: &Caps) -> String {
    let bytewise = if caps.builtin_provider() {
        "k.collprovider = 'b' OR (k.collprovider = 'd' AND b.datlocprovider = 'b') OR "
    } else {
        ""
    };
    let database = if caps.datlocprovider() {
        "b.datlocprovider = 'c'"
    } else {
        "true"
    };
    let loose = if caps.collisdeterministic() {
        "NOT k.collisdeterministic"
    } else {
        "false"
    };
    format!(
        "SELECT t.partrelid FROM pg_catalog.pg_partitioned_table t WHERE (t.partstrat = 'h' \
         AND EXISTS (SELECT FROM pg_catalog.pg_opclass o WHERE o.oid = ANY (t.partclass) \
         AND o.opcintype IN (2249, 2277, 3500, 3831, 4537))) \
         OR EXISTS (SELECT FROM pg_catalog.pg_collation k, pg_catalog.pg_database b \
         WHERE k.oid = ANY (t.partcollation) AND b.datname = pg_catalog.current_database() \
         AND ({loose} OR (t.partstrat = 'r' AND NOT ({bytewise}COALESCE(k.collcollate, '') ~ '^(C|POSIX)([.]|$)' \
         OR (k.collprovider = 'd' AND {database} AND b.datcollate ~ '^(C|POSIX)([.]|$)')))))"
    )
}

fn columns(caps: &Caps) -> Select {
    Select::from(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
         AND a.attnum > 0 AND NOT a.attisdropped",
    )
    .col("table_oid", "c.oid")
    .col("name", "a.attname")
    .filter("c.relkind IN ('r', 'f')")
    .filter(if caps.generated_columns() {
        "a.attgenerated = ''"
    } else {
        "true"
    })
    .with_users_rows()
    .order("a.attrelid, a.attnum")
}

fn build(context: &BuildContext, rows: &[Rows], give: Give<'_>) -> Result<()> {
    let [tables, columns] = rows else {
        return Ok(());
    };
    let columns = Columns::new(columns)?;
    tables.iter().try_for_each(|row| {
        let oid: u32 = row.num("oid")?;
        let asked = row.letter("kind")? == b'r' || context.hits.foreign_rows(oid);
        match asked {
            true => give(loaded(context, &row, columns.of(oid)?)?),
            false => Ok(()),
        }
    })
}

/// The rows of all columns, and where each table's begin: they stand in the tables' order.
struct Columns<'r> {
    rows: &'r Rows,
    /// The table's oid and the number of the row, ascending.
    first: Vec<(u32, u32)>,
}

impl<'r> Columns<'r> {
    fn new(rows: &'r Rows) -> Result<Self> {
        let mut first: Vec<(u32, u32)> = Vec::new();
        for (row, number) in rows.iter().zip(0..) {
            let oid = row.num("table_oid")?;
            if first.last().is_none_or(|(last, _)| *last != oid) {
                first.push((oid, number));
            }
        }
        first.sort_unstable();
        Ok(Self { rows, first })
    }

    fn of(&self, table: u32) -> Result<Vec<DataColumn>> {
        let at = self.first.binary_search_by_key(&table, |(oid, _)| *oid);
        let first = at.ok().and_then(|at| self.first.get(at));
        let mut columns = Vec::new();
        let numbers = first.map_or(0..0, |(_, first)| *first as usize..self.rows.len());
        for row in numbers.filter_map(|number| self.rows.row(number)) {
            if row.num::<u32>("table_oid")? != table {
                break;
            }
            let name = ident(row.bytes("name")?);
            columns.push(DataColumn {
                read: name.clone(),
                name,
                form: ValueForm::Text,
            });
        }
        Ok(columns)
    }
}

fn loaded(context: &BuildContext, row: &Row<'_>, columns: Vec<DataColumn>) -> Result<Loaded> {
    let oid: u32 = row.num("oid")?;
    let table = Address::new(class::PG_CLASS, oid);
    let attach = row
        .bool("is_partition")?
        .then(|| step::partition_attach(oid));
    let identity = Identity {
        schema: Some(row.owned("schema")?),
        name: row.owned("name")?,
        owner: Some(row.owned("owner")?),
        detail: BString::default(),
    };
    let unreadable = row.bool("unreadable")?;
    let new = Loaded::new("table_data", Section::Data, identity, Sql::default());
    Ok(Loaded {
        needs: [table].into_iter().chain(attach).collect(),
        table: Some(table),
        data: Some(Arc::new(data(context, row, columns)?)),
        left_out: unreadable.then(|| "its rows can't be read on a standby: it is unlogged".into()),
        ..new
    })
}

fn data(context: &BuildContext, row: &Row<'_>, columns: Vec<DataColumn>) -> Result<DataRef> {
    let table = qualified(row.bytes("schema")?, row.bytes("name")?);
    let through_root = context.rows.via_partition_root || row.bool("root_needed")?;
    let into = match row.opt("root_name")?.filter(|_| through_root) {
        Some(root) => qualified(row.bytes("root_schema")?, root),
        None => table.clone(),
    };
    Ok(DataRef {
        filter: filter(row, &table)?,
        table,
        into,
        columns,
        // INSERT can't give a row its OID; `catalog` refuses that where the rows are carried.
        method: match row.bool("oids")? {
            true => Method::CopyWithOids,
            false if context.inserts => Method::Rows,
            false => Method::Copy,
        },
        bytes: row.num("bytes")?,
        rows: row.num("rows")?,
        blocks: row.num("blocks")?,
        key: row.num("oid")?,
    })
}

/// Which of the rows. COPY reads no foreign table but by a query. What an extension says of its table's
/// rows stands behind the table's name there, and need not begin with WHERE.
fn filter(row: &Row<'_>, table: &BString) -> Result<Option<BString>> {
    if row.letter("kind")? == b'f' {
        return Ok(Some("true".into()));
    }
    let condition = row.opt("extension_condition")?;
    Ok(condition.map(|text| cat!["ctid IN (SELECT ctid FROM ONLY ", table, " ", text, "\n)"]))
}
