//! An archive's file into a server, over one connection or several.

mod archive;
mod borrowed;
mod dangling;
mod definitions;
mod job;
mod late_keys;
mod naming;
mod newer;
mod numbers;
mod plan;
mod preflight;
mod prepared;
pub(crate) mod relations;
mod resume;
mod row_order;
mod run;
mod schedule;
mod stages;
mod together;
mod whole;
mod words;
mod workers;

pub use job::RestoreJob;
pub use naming::Names;
pub use run::restore;
pub(super) use run::{database_is_named, goes_together, refuse_filled};
