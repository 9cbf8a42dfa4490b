//! What is dumped and in which order: entries, selection, order, slices. Pure.

pub(crate) mod cycle;
pub mod entries;
pub mod entry;
pub mod filter;
pub mod filter_file;
pub mod finder;
pub(crate) mod graph;
pub mod lists;
pub mod order;
pub mod packed;
pub mod pattern;
pub mod pile;
pub mod psql;
mod section;
pub mod shelf;
pub mod slice;
