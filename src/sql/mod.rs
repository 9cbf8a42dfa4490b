//! SQL text and results: dialects, lexing of text that we did not write, catalog rows. Pure.

pub mod dialect;
pub mod rows;
