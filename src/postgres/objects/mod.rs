//! The registry of object kinds: position is rank. Adding a kind: its file, one line here, a
//! fixture.

pub mod access_method;
pub mod aggregate;
pub mod cast;
mod clause;
pub mod collation;
pub mod constraint;
pub mod conversion;
pub mod database;
pub mod default_privileges;
pub mod domain;
pub mod event_trigger;
pub mod extended_statistics;
pub mod extension;
pub mod foreign;
pub mod foreign_key;
pub mod globals;
pub mod index;
pub mod index_attach;
mod index_settings;
mod kind;
pub mod language;
pub mod large_object;
mod later;
pub mod named;
pub mod on_table;
pub mod operators;
pub mod partition_attach;
pub mod policy;
pub mod publications;
pub mod relation_statistics;
pub mod routine;
pub mod row_security;
pub mod rule;
pub mod schema;
pub mod sequence;
pub mod sequence_value;
pub mod table;
pub mod table_data;
pub mod transform;
pub mod trigger;
pub mod ts;
pub mod types;
pub mod view;

pub use kind::{BuildContext, CutOut, Give, Kind, Loaded, Object, Part, Reference, Renderer};

/// Every kind of a database's archive, in the order in which unrelated objects are restored.
pub const KINDS: &[Kind] = &[
    database::KIND,
    schema::KIND,
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
    view::VIEW,
    view::MATERIALIZED_VIEW,
    Kind::derived("column_default"),
    Kind::derived("view_rule"),
    large_object::LARGE_OBJECT,
    Kind::derived("triggers_off"),
    table_data::TABLE_DATA,
    sequence_value::SEQUENCE_VALUE,
    large_object::LARGE_OBJECT_DATA,
    Kind::derived("triggers_on"),
    constraint::CONSTRAINT,
    index::INDEX,
    Kind::of::<index_attach::IndexAttach>(),
    Kind::of::<extended_statistics::ExtendedStatistics>(),
    Kind::of::<rule::Rule>(),
    Kind::of::<trigger::Trigger>(),
    foreign_key::FOREIGN_KEY,
    Kind::of::<policy::Policy>(),
    row_security::ROW_SECURITY,
    Kind::of::<publications::publication::Publication>(),
    publications::member::KIND,
    publications::subscription::KIND,
    Kind::derived("grants"),
    default_privileges::KIND,
    view::MATVIEW_REFRESH,
    relation_statistics::KIND,
    Kind::of::<event_trigger::EventTrigger>(),
    Kind::derived("role_setting"),
];

/// Every kind of the globals archive.
pub const GLOBALS: &[Kind] = &[
    globals::role::KIND,
    globals::membership::KIND,
    globals::setting::KIND,
    globals::tablespace::KIND,
    globals::parameter_grant::KIND,
];
