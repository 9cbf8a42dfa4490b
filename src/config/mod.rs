//! The configuration: as written, and resolved into a [`Job`].

pub mod duration;
mod expand;
pub mod hook;
mod mysql;
pub mod pattern;
pub mod raw;
pub mod resolve;
pub mod sample;
pub mod secret;
mod server;

pub use resolve::{Job, Target};
