//! What is dumped and in which order: entries, selection, order, slices. Pure.

pub(crate) mod cycle;
pub mod entry;
pub mod filter;
mod graph;
pub mod order;
mod section;
pub mod slice;
