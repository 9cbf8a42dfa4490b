//! Types: shells, base types, enums, ranges, composites. Domains are a kind of their own.

pub mod base;
pub mod composite;
pub mod enumeration;
pub mod range;
pub mod shell;

use crate::postgres::address::class;
use crate::postgres::select::Select;

/// Types that users made: oid, name, schema, owner. `t` is pg_type, `n` its schema.
pub(super) fn select(typtype: &str) -> Select {
    Select::from("pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace")
        .col("oid", "t.oid")
        .col("schema", "n.nspname")
        .col("name", "t.typname")
        .col("owner", "pg_catalog.pg_get_userbyid(t.typowner)")
        .filter(format!("t.typtype = '{typtype}'"))
        .made_by_users("t.oid", class::PG_TYPE)
        .in_user_schema("t.typnamespace")
}
