//! Tables: ordinary, partitioned and foreign ones. Catalogs: pg_class, pg_attribute, pg_attrdef,
//! pg_constraint (checks and NOT NULLs), pg_inherits, pg_foreign_table. Not here: a partition's
//! attaching (`partition_attach`), keys and indexes, row security (`row_security`), sequences but
//! those of identity columns.
//!
//! - A column is *inherited* where its definition comes from a parent alone: it is left out of
//!   `CREATE TABLE`, and what differs from the parent's is set afterwards. A partition is created
//!   with all columns, as a table of its own, and attached later.

mod build;
mod column;
mod identity;
mod model;
mod not_null;
mod query;
mod render;
mod separate;
pub mod settings;

pub use build::{FOREIGN_TABLE, TABLE};
