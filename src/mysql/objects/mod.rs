//! The registry of object kinds: position is rank. Adding a kind: its file, one line here, a
//! fixture.

mod kind;

mod account;
pub mod column_read;
pub mod database;
pub mod database_settings;
pub mod event;
pub mod grant;
mod mend;
pub mod object_grant;
pub mod package;
pub mod routine;
pub mod sequence;
pub mod sequence_value;
pub mod table;
pub mod table_data;
pub mod trigger;
pub mod user;
pub mod view;

pub use kind::{Found, Kind, Loaded, Loader, Object, Reference, Rendered, only, shown};

/// Every kind of a database's archive, in the order in which unrelated objects are restored.
pub const KINDS: &[Kind] = &[
    Kind::of::<database::Database>(),
    Kind::of::<database_settings::DatabaseSettings>(),
    Kind::of::<sequence::Sequence>(),
    Kind::of::<table::Table>(),
    Kind::of::<routine::Routine>(),
    Kind::of::<package::Package>(),
    Kind::of::<view::View>(),
    Kind::of::<table_data::TableData>(),
    Kind::of::<sequence_value::SequenceValue>(),
    Kind::of::<trigger::Trigger>(),
    Kind::of::<event::Event>(),
    Kind::of::<object_grant::ObjectGrants>(),
];

/// Every kind of the globals archive.
pub const GLOBALS: &[Kind] = &[Kind::of::<user::User>(), Kind::of::<grant::Grants>()];
