//! pg_dump's archives: the custom, tar and directory formats, of archive versions 1.12 (PostgreSQL
//! 9.0) to 1.16 (17 and 18). Facts from PostgreSQL's own reader of them; nothing in such a file is
//! believed: numbers, texts and offsets have bounds, and names in it lead to no other file.

mod contents;
pub mod custom;
mod directory;
mod entry;
mod head;
mod open;
mod primitive;
pub mod sql;
pub mod tar;

pub use entry::Entry;
pub use head::Head;
pub use open::{Data, PgDump, read_toc};
