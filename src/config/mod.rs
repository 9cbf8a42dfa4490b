//! The configuration: as written, and resolved into a [`Job`].

pub mod command;
pub mod duration;
mod expand;
pub mod hook;
pub mod import;
pub mod keep;
mod mysql;
pub mod notify;
pub mod pattern;
pub mod prove;
pub mod raw;
pub mod resolve;
pub mod sample;
pub mod secret;
mod server;
mod shell;
pub mod size;
mod surroundings;

pub use resolve::{Job, Target};
