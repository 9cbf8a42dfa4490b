//! MySQL and MariaDB: `Source`, `Snapshot` and `Target` for them. Wiring only.

pub mod conninfo;
pub mod facts;
pub mod optionfile;
pub mod quote;
pub mod refusal;
pub mod session;
pub mod settings;
pub mod version;
pub mod wire;
