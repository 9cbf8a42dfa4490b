//! The archive: one file that is a plain compressed SQL script and a random-access archive at once.

pub mod frame;
