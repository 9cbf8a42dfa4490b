//! An archive's file into a server, over one connection or several.

mod archive;
mod job;
mod plan;
pub(crate) mod relations;
mod resume;
mod row_order;
mod run;
mod schedule;
mod workers;

pub use job::RestoreJob;
pub use run::restore;
pub(super) use run::{refuse_filled, transactional};
