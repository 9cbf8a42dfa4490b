//! What the commands do, engine-neutral: dump, restore, verify, show, and a whole run.

pub mod backup;
pub mod check;
pub mod connect;
pub mod contents;
pub mod dump;
pub mod engine;
mod existing;
mod fetch;
pub mod globals;
mod head;
pub mod header;
pub mod list;
pub mod output;
pub mod pack;
pub mod password;
pub mod reconnect;
pub mod restore;
pub mod restore_pipe;
pub mod runner;
pub mod scratch;
pub mod select;
pub mod show;
pub mod status;
mod stream;
pub mod verify;
