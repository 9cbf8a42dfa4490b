//! dumpkeep: native backups of PostgreSQL and MySQL/MariaDB. The library exists so that tests and
//! benches call production code; its API is not stable.

pub mod archive;
mod child;
pub mod cli;
pub mod command;
pub mod config;
pub mod env;
pub mod error;
pub mod hooks;
pub mod logging;
pub mod mysql;
pub mod notify;
pub mod pipeline;
pub mod plan;
pub mod postgres;
pub mod progress;
pub mod report;
pub mod retention;
pub mod schedule;
pub mod source;
pub mod sql;
pub mod store;
