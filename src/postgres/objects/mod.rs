//! The registry of object kinds: position is rank. Adding a kind: its file, one line here, a
//! fixture.

mod kind;
pub mod schema;

pub use kind::{BuildContext, Kind, Loaded, Object, Part, Reference, Renderer};

/// Every kind of a database's archive, in the order in which unrelated objects are restored.
pub const KINDS: &[Kind] = &[
    Kind::of::<schema::Schema>(),
    Kind::derived("column_default"),
    Kind::derived("view_rule"),
    Kind::derived("constraint"),
    Kind::derived("grants"),
];

/// Every kind of the globals archive.
pub const GLOBALS: &[Kind] = &[];
