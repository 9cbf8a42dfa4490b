//! SQL text and results: dialects, lexing of text that we did not write, catalog rows. Pure.

mod copy;
pub mod dialect;
mod head;
pub mod if_exists;
mod item;
mod modes;
pub mod rows;
mod scan;
pub mod split;
