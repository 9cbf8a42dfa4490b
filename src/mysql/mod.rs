//! MySQL and MariaDB: `Source`, `Snapshot` and `Target` for them. Wiring only.

pub mod around;
pub mod catalog;
pub mod claims;
pub mod conninfo;
pub mod consistency;
pub mod data;
pub mod facts;
pub mod insert;
pub mod inventory;
pub mod objects;
pub mod optionfile;
pub mod quote;
pub mod refusal;
pub mod scan;
pub mod scope;
pub mod script;
pub mod select;
pub mod session;
pub mod settings;
pub mod setup;
pub mod source;
pub mod stored;
pub mod target;
pub mod text;
pub mod version;
pub mod wire;
