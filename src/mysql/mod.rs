//! MySQL and MariaDB: `Source`, `Snapshot` and `Target` for them. Wiring only.

pub mod facts;
pub mod refusal;
pub mod session;
