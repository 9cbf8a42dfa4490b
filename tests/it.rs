//! The integration tests, one binary.

#[path = "it/archive.rs"]
mod archive;
