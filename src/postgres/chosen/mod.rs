//! Which objects and rows a selection keeps, with pg_dump's meaning (manual, "pg_dump"): patterns
//! are looked up by the server (`hits`), what they found decides about each object (`verdict`), and
//! the entries that stay are tied together again (`keep`).

mod hits;
mod keep;
mod order;
mod triggers;
mod verdict;

pub use hits::{Hits, look_up};
pub use keep::{Kept, keep};
pub use order::{by_foreign_keys, by_keys_of_extensions};
pub use triggers::switch_off;
pub use verdict::{judge, selected};
