//! SQL text and results: dialects, lexing of text that we did not write, catalog rows. Pure.

mod blocks;
mod charset;
mod client;
mod copy;
pub mod dialect;
pub mod foreign;
pub mod freeze;
mod head;
pub mod if_exists;
pub mod insert;
mod item;
pub mod late_keys;
pub mod lex;
mod modes;
pub mod names;
pub mod opening;
pub mod readback;
pub mod rows;
mod scan;
pub mod split;
pub mod values;
mod verbatim;
