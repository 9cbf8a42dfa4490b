//! What is dumped and in which order: entries, selection, order, slices. Pure.

pub mod entry;
pub mod filter;
