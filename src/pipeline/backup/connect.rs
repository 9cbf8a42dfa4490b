//! From a target's engine to its source: the one place of a run where the engine matters.

use super::run::{Mode, Run};
use super::target::back_up;
use crate::config::Target;
use crate::config::resolve::Engine;
use crate::error::{Error, Kind, Result};
use crate::pipeline::password::password;
use crate::postgres::settings::Secret;
use crate::postgres::source::PgSource;
use crate::sql::dialect::Dialect;

/// Connects to the target's server and backs it up.
pub(super) async fn with(run: &mut Run<'_>, target: &Target, mode: Mode) -> Result<()> {
    let password = password(target)?;
    let url = target.url.reveal();
    match target.engine {
        Engine::Postgresql => {
            let password = password.map(|secret| Secret::new(secret.reveal()));
            let source = PgSource::connect(url, password, run.env()).await?;
            back_up(run, (target, mode), &source, Dialect::Postgres).await;
        }
        Engine::Mysql => {
            return Err(Error::new(
                Kind::Unsupported,
                "MySQL and MariaDB can't be backed up yet",
            ));
        }
    }
    Ok(())
}
