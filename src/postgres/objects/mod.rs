//! The registry of object kinds: position is rank. Adding a kind: its file, one line here, a
//! fixture.

pub mod access_method;
pub mod aggregate;
pub mod cast;
pub mod collation;
pub mod conversion;
pub mod database;
pub mod default_privileges;
pub mod domain;
pub mod extension;
pub mod foreign;
pub mod globals;
mod kind;
pub mod language;
pub mod named;
pub mod operators;
pub mod partition_attach;
pub mod publications;
pub mod routine;
pub mod schema;
pub mod sequence;
pub mod table;
pub mod transform;
pub mod ts;
pub mod types;

pub use kind::{BuildContext, Kind, Loaded, Object, Part, Reference, Renderer};

/// Every kind of a database's archive, in the order in which unrelated objects are restored.
pub const KINDS: &[Kind] = &[
    database::KIND,
    Kind::of::<schema::Schema>(),
    Kind::of::<language::Language>(),
    Kind::of::<extension::Extension>(),
    Kind::of::<collation::Collation>(),
    types::shell::KIND,
    types::enumeration::KIND,
    types::composite::KIND,
    Kind::of::<types::base::Base>(),
    Kind::of::<types::range::Range>(),
    domain::KIND,
    Kind::of::<cast::Cast>(),
    Kind::of::<transform::Transform>(),
    Kind::of::<routine::Routine>(),
    Kind::of::<aggregate::Aggregate>(),
    Kind::of::<access_method::AccessMethod>(),
    Kind::of::<operators::operator::Operator>(),
    operators::operator_family::KIND,
    operators::operator_class::KIND,
    operators::operator_family::MEMBERS,
    Kind::of::<conversion::Conversion>(),
    Kind::of::<ts::parser::Parser>(),
    Kind::of::<ts::template::Template>(),
    Kind::of::<ts::dictionary::Dictionary>(),
    ts::configuration::KIND,
    foreign::wrapper::KIND,
    foreign::server::KIND,
    foreign::user_mapping::KIND,
    sequence::SEQUENCE,
    table::TABLE,
    table::FOREIGN_TABLE,
    Kind::of::<partition_attach::PartitionAttach>(),
    sequence::OWNED_BY,
    Kind::derived("column_default"),
    Kind::derived("view_rule"),
    Kind::derived("constraint"),
    Kind::of::<publications::publication::Publication>(),
    publications::member::KIND,
    publications::subscription::KIND,
    Kind::derived("grants"),
    default_privileges::KIND,
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
