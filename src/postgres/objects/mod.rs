//! The registry of object kinds: position is rank. Adding a kind: its file, one line here, a
//! fixture.

pub mod database;
pub mod domain;
pub mod extension;
pub mod globals;
mod kind;
pub mod partition_attach;
pub mod routine;
pub mod schema;
pub mod sequence;
pub mod table;
pub mod types;

pub use kind::{BuildContext, Kind, Loaded, Object, Part, Reference, Renderer};

/// Every kind of a database's archive, in the order in which unrelated objects are restored.
pub const KINDS: &[Kind] = &[
    database::KIND,
    Kind::of::<schema::Schema>(),
    Kind::of::<extension::Extension>(),
    types::shell::KIND,
    types::enumeration::KIND,
    types::composite::KIND,
    Kind::of::<types::base::Base>(),
    Kind::of::<types::range::Range>(),
    domain::KIND,
    Kind::of::<routine::Routine>(),
    sequence::SEQUENCE,
    table::TABLE,
    table::FOREIGN_TABLE,
    Kind::of::<partition_attach::PartitionAttach>(),
    sequence::OWNED_BY,
    Kind::derived("column_default"),
    Kind::derived("view_rule"),
    Kind::derived("constraint"),
    Kind::derived("grants"),
    Kind::derived("role_setting"),
];

/// Every kind of the globals archive.
pub const GLOBALS: &[Kind] = &[
    Kind::of::<globals::role::Role>(),
    globals::membership::KIND,
    globals::setting::KIND,
    globals::tablespace::KIND,
    globals::parameter_grant::KIND,
];
