//! The archive: one file that is a plain compressed SQL script and a random-access archive at once.

mod closing;
pub mod codec;
pub mod entries;
mod format;
pub mod frame;
pub mod packed;
pub mod reader;
mod seekable;
pub mod sequential;
pub mod steps;
pub mod sum;
pub mod toc;
pub mod writer;
