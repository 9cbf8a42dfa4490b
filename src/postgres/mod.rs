//! PostgreSQL: `Source`, `Snapshot` and `Target` for it. Wiring only.

pub mod address;
pub mod objects;
pub mod quote;
pub mod render;
pub mod select;
pub mod version;
