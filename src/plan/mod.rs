//! What is dumped and in which order: entries, selection, order, slices. Pure.

pub(crate) mod cycle;
pub mod entry;
pub mod filter;
pub(crate) mod graph;
pub mod order;
pub mod pattern;
mod section;
pub mod slice;
