//! The catalog queries of tables. `kinds` is a list of pg_class.relkind.

use super::settings;
use crate::postgres::address::class::PG_CLASS;
use crate::postgres::objects::sequence;
use crate::postgres::select::Select;
use crate::postgres::version::Caps;

/// All row sets, in the order in which `build` takes them.
pub(super) fn all(caps: &Caps, kinds: &str) -> Vec<Select> {
    vec![
        tables(caps, kinds),
        columns(caps, kinds),
        checks(kinds),
        parents(kinds),
        identities(caps, kinds),
    ]
}

/// Restricts a query over pg_class `c` to the tables in question.
fn ours(select: Select, kinds: &str) -> Select {
    select
        .filter(format!("c.relkind IN ({kinds})"))
        .of_user_relation("c")
}

fn tables(caps: &Caps, kinds: &str) -> Select {
    let select = Select::from(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace \
         LEFT JOIN pg_catalog.pg_class w ON w.oid = c.reltoastrelid \
         LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid \
         LEFT JOIN pg_catalog.pg_foreign_server v ON v.oid = f.ftserver",
    )
    .join_if(
        caps.table_access_methods(),
        "LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname <> 'heap'",
    )
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.relname")
    .col("owner", "pg_catalog.pg_get_userbyid(c.relowner)")
    .col("kind", "c.relkind")
    .col("persistence", "c.relpersistence")
    .col("is_partition", "c.relispartition")
    .col(
        "partition_key",
        "CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END",
    )
    .col(
        "of_type",
        "CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END",
    )
    .col("options", settings::options_list("c.reloptions", ""))
    .col(
        "toast_options",
        settings::options_list("w.reloptions", "toast."),
    )
    .col("tablespace", "s.spcname")
    .col_if(
        caps.table_access_methods(),
        "access_method",
        "m.amname",
        "NULL",
    )
    // A foreign table's is NOTHING, and can't be set.
    .col(
        "replica_identity",
        "CASE WHEN c.relkind <> 'f' THEN c.relreplident END",
    )
    .col("row_security_forced", "c.relforcerowsecurity")
    .col_if(caps.table_oids(), "oids", "c.relhasoids", "false")
    .col("server", "v.srvname")
    .col(
        "server_options",
        settings::foreign_options_list("f.ftoptions"),
    );
    ours(select, kinds)
}

fn columns(caps: &Caps, kinds: &str) -> Select {
    let select = Select::from(format!(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
         AND a.attnum > 0 AND NOT a.attisdropped \
         LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation \
         AND a.attcollation <> t.typcollation \
         LEFT JOIN pg_catalog.pg_namespace on_ ON on_.oid = o.collnamespace \
         LEFT JOIN LATERAL ({}) p ON true",
        of_parents(caps)
    ))
    .join_if(caps.not_null_constraints(), NOT_NULLS)
    .col("table_oid", "c.oid")
    .col("number", "a.attnum")
    .col("name", "a.attname")
    .col("type", "pg_catalog.format_type(a.atttypid, a.atttypmod)")
    .col("collation", "o.collname")
    .col("collation_schema", "on_.nspname")
    .col("local", "a.attislocal")
    .col("default_oid", "d.oid")
    // A default names no columns: without its table, the server need not look at that.
    .col_if(
        caps.generated_columns(),
        "default_expression",
        "pg_catalog.pg_get_expr(d.adbin, CASE WHEN a.attgenerated <> '' THEN d.adrelid ELSE 0 END)",
        "pg_catalog.pg_get_expr(d.adbin, 0)",
    )
    .col_if(
        caps.generated_columns(),
        "generated",
        "a.attgenerated",
        "''",
    )
    .col("parent_default", "p.has_default")
    .col("parent_generation", "p.generation")
    .col("parent_not_null", "p.not_null")
    .col("not_null", "a.attnotnull")
    .col(
        "foreign_options",
        settings::foreign_options_list("a.attfdwoptions"),
    );
    let select = not_null_columns(select, caps.not_null_constraints());
    ours(settings::columns(select, caps, true), kinds).order("a.attrelid, a.attnum")
}

/// NOT NULL constraints, with whether another constraint of the schema has the same name: the
/// server then gives an unnamed one another name.
const NOT_NULLS: &str = "LEFT JOIN pg_catalog.pg_constraint nn \
    ON nn.contype = 'n' AND nn.conrelid = a.attrelid AND nn.conkey[1] = a.attnum \
    LEFT JOIN (SELECT k.connamespace, k.conname FROM pg_catalog.pg_constraint k \
    GROUP BY k.connamespace, k.conname HAVING pg_catalog.count(*) > 1) namesakes \
    ON namesakes.connamespace = nn.connamespace AND namesakes.conname = nn.conname";

fn not_null_columns(select: Select, has: bool) -> Select {
    select
        .col_if(has, "not_null_oid", "nn.oid", "NULL")
        .col_if(has, "not_null_name", "nn.conname", "NULL")
        .col_if(
            has,
            "not_null_usual_name",
            "namesakes.conname IS NULL AND nn.conname = c.relname || '_' || a.attname || '_not_null'",
            "NULL",
        )
        .col_if(has, "not_null_no_inherit", "nn.connoinherit", "NULL")
        .col_if(
            has,
            "not_null_local",
            "nn.conislocal OR (nn.convalidated AND p.unvalidated)",
            "NULL",
        )
        .col_if(has, "not_null_validated", "nn.convalidated", "NULL")
}

/// What an inherited column's parents have; the condition on the child keeps it from being looked
/// for in vain.
fn of_parents(caps: &Caps) -> String {
    let generated = if caps.generated_columns() {
        "pa.attgenerated <> ''"
    } else {
        "false"
    };
    let compression = if caps.attcompression() {
        "pa.attcompression <> a.attcompression"
    } else {
        "false"
    };
    // One valid parent is enough for the child's to be valid.
    let unvalidated = if caps.not_null_constraints() {
        "NOT pg_catalog.bool_or((SELECT k.convalidated FROM pg_catalog.pg_constraint k \
         WHERE k.conrelid = pa.attrelid AND k.contype = 'n' AND k.conkey[1] = pa.attnum))"
    } else {
        "false"
    };
    format!(
        "SELECT pg_catalog.bool_or(pa.attnotnull) AS not_null, \
         pg_catalog.bool_or(pd.oid IS NOT NULL AND NOT {generated}) AS has_default, \
         pg_catalog.bool_and(pg_catalog.pg_get_expr(pd.adbin, pd.adrelid) = \
         pg_catalog.pg_get_expr(d.adbin, d.adrelid)) FILTER (WHERE {generated}) AS generation, \
         pg_catalog.bool_or(pa.attstorage <> a.attstorage) AS storage, \
         pg_catalog.bool_or({compression}) AS compression, \
         {unvalidated} AS unvalidated \
         FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_attribute pa \
         ON pa.attrelid = i.inhparent AND pa.attname = a.attname AND NOT pa.attisdropped \
         LEFT JOIN pg_catalog.pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum \
         WHERE i.inhrelid = c.oid AND a.attinhcount > 0 AND NOT c.relispartition"
    )
}

fn checks(kinds: &str) -> Select {
    let select =
        Select::from("pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid")
            .col("table_oid", "c.oid")
            .col("oid", "k.oid")
            .col("name", "k.conname")
            .col("definition", "pg_catalog.pg_get_constraintdef(k.oid)")
            .col("local", "k.conislocal")
            .col("validated", "k.convalidated")
            .filter("k.contype = 'c'");
    ours(select, kinds).order("k.conrelid, k.conname")
}

fn parents(kinds: &str) -> Select {
    let select = Select::from(
        "pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid \
         JOIN pg_catalog.pg_class p ON p.oid = i.inhparent \
         JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace",
    )
    .col("table_oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "p.relname")
    .filter("NOT c.relispartition");
    ours(select, kinds).order("i.inhrelid, i.inhseqno")
}

fn identities(caps: &Caps, kinds: &str) -> Select {
    let select = Select::from(
        "pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.refobjid \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid \
         JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S' \
         JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace \
         JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid",
    )
    .col("table_oid", "c.oid")
    .col("number", "a.attnum")
    .col("identity", "a.attidentity")
    .col("schema", "n.nspname")
    .col("name", "s.relname")
    .col("persistence", "s.relpersistence")
    .col(
        "own_type",
        "a.atttypid IN (20, 21, 23) AND q.seqtypid <> a.atttypid",
    )
    .col(
        "own_persistence",
        "c.relkind = 'r' AND s.relpersistence <> c.relpersistence",
    )
    .col("can_be_said", caps.unlogged_sequences().to_string())
    .filter(format!(
        "d.classid = {PG_CLASS} AND d.refclassid = {PG_CLASS} AND d.deptype = 'i'"
    ));
    ours(sequence::option_columns(select), kinds)
}
