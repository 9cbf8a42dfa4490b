//! Names in statements of this program's scripts: found, replaced, left out. By tokens, never by
//! text; bodies of routines stay as they are. Pure.

mod cycle;
mod generated;
mod members;
mod mysql;
mod needs;
mod postgres;
mod rename;
mod roles;
mod storage;
mod tokens;

pub use cycle::marks_as_constants;
pub use generated::{Lineage, lineage};
pub use members::{Members, numbered};
pub use mysql::Tables;
pub use needs::{Need, needs};
pub use postgres::{Made, Pair, Refusal, Relations, made};
pub use rename::{Outcome, Renaming, derived};
pub use tokens::quoted;
