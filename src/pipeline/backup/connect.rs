//! From a target's engine to its source: the one place of a run where the engine matters.

use super::programs;
use super::run::{Mode, Run};
use super::target::back_up;
use crate::config::Target;
use crate::error::Result;
use crate::pipeline::connect::{Reached, connect};
use crate::sql::dialect::Dialect;

/// Connects to the target's server and backs it up.
pub(super) async fn with(run: &mut Run<'_>, target: &Target, mode: Mode) -> Result<()> {
    if target.commands.is_some() {
        return programs::back_up(run, (target, mode)).await;
    }
    match connect(target, run.env()).await? {
        Reached::Postgres(source) => {
            back_up(run, (target, mode), &source, Dialect::Postgres).await;
        }
        Reached::Mysql(source, _) => {
            back_up(run, (target, mode), &source, Dialect::Mysql).await;
        }
    }
    Ok(())
}
