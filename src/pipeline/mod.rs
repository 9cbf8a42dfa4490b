//! What the commands do, engine-neutral: dump, restore, verify, show, and a whole run.

pub mod backup;
pub mod contents;
pub mod dump;
mod fetch;
pub mod globals;
mod head;
pub mod header;
pub mod output;
pub mod pack;
pub mod reconnect;
pub mod restore;
pub mod restore_pipe;
pub mod runner;
pub mod select;
pub mod status;
mod stream;
