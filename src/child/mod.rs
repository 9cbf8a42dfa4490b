//! Programs of anybody's that this one starts: hooks, and commands whose output is a backup. What
//! holds for both: a process group that ends as one, output that blocks nothing, few variables.

mod group;
mod lines;
mod variables;

pub(crate) use group::{Group, how};
pub(crate) use lines::{drained, log};
pub(crate) use variables::usual_env;
