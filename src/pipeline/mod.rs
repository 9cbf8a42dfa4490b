//! What the commands do, engine-neutral: dump, restore, verify, show, and a whole run.

pub mod backup;
pub mod contents;
pub mod dump;
pub mod globals;
pub mod header;
pub mod output;
pub mod pack;
pub mod reconnect;
pub mod status;
mod stream;
