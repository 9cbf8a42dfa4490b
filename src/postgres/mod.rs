//! PostgreSQL: `Source`, `Snapshot` and `Target` for it. Wiring only.

pub mod address;
pub mod auth;
pub mod catalog;
pub mod chosen;
pub mod connect;
pub mod conninfo;
pub mod cycles;
pub mod facets;
pub mod failure;
pub mod link;
pub mod objects;
pub mod quote;
pub mod render;
pub mod select;
pub mod session;
pub mod settings;
pub mod version;
pub mod wire;
