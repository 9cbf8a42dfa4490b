//! The registry of object kinds: position is rank. Adding a kind: its file, one line here, a
//! fixture.

mod kind;

mod account;
pub mod broken_view;
pub mod column_read;
pub mod component;
pub mod database;
pub mod database_settings;
mod default_name;
pub mod disabled_index;
pub mod discarded_tablespace;
pub mod event;
mod foreign_key_index;
mod foreign_key_name;
mod foreign_key_order;
pub mod fulltext_index;
mod given_rights;
pub mod grant;
pub mod histogram;
mod implied_collation;
pub mod library;
pub mod loadable_function;
mod mend;
mod no_default;
pub mod object_grant;
mod order_position;
pub mod package;
pub mod read_only;
mod reference_system;
pub mod resource_group;
pub mod role_admin;
pub mod routine;
mod script_body;
pub mod sequence;
pub mod sequence_default;
pub mod sequence_value;
pub mod server;
pub mod spatial_reference_system;
mod stand_in_type;
mod stand_ins;
pub mod system_grant;
pub mod table;
pub mod table_data;
pub mod tablespace;
pub mod trigger;
mod unknown_option;
pub mod user;
pub mod view;
mod wide_default;
mod wide_literal;

pub(in crate::mysql) use account::create_bare;
pub use kind::{
    Found, Kind, Linked, Loaded, Loader, Object, Reference, Rendered, Waiting, only, shown,
};

/// Every kind of a database's archive, in the order in which unrelated objects are restored.
pub const KINDS: &[Kind] = &[
    Kind::of::<database::Database>(),
    Kind::of::<database_settings::DatabaseSettings>(),
    Kind::linked::<broken_view::BrokenView>(),
    Kind::of::<sequence::Sequence>(),
    Kind::linked::<table::Table>(),
    Kind::of::<library::Library>(),
    Kind::of::<routine::Routine>(),
    Kind::of::<package::Package>(),
    Kind::of::<view::View>(),
    Kind::of::<table_data::TableData>(),
    Kind::of::<sequence_value::SequenceValue>(),
    Kind::of::<fulltext_index::FulltextIndex>(),
    Kind::of::<disabled_index::DisabledIndex>(),
    Kind::of::<discarded_tablespace::DiscardedTablespace>(),
    Kind::of::<sequence_default::SequenceDefault>(),
    Kind::linked::<trigger::Trigger>(),
    Kind::of::<event::Event>(),
    Kind::of::<object_grant::ObjectGrants>(),
    Kind::of::<histogram::Histogram>(),
    Kind::of::<read_only::ReadOnly>(),
];

/// Every kind of the globals archive.
pub const GLOBALS: &[Kind] = &[
    Kind::of::<spatial_reference_system::SpatialReferenceSystem>(),
    Kind::of::<tablespace::Tablespace>(),
    Kind::of::<resource_group::ResourceGroup>(),
    Kind::of::<component::Component>(),
    Kind::of::<loadable_function::LoadableFunction>(),
    Kind::of::<server::Server>(),
    Kind::of::<user::User>(),
    Kind::of::<grant::Grants>(),
    Kind::of::<role_admin::RoleAdmin>(),
    Kind::of::<component::PasswordCheck>(),
    Kind::of::<system_grant::SystemGrants>(),
];
