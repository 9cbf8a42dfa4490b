//! Retention of one database: what there is, what becomes of it, and doing that.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::error::Result;
use crate::retention::apply::{Applied, apply};
use crate::retention::policy::{Policy, PrunePlan, plan};
use crate::retention::scan::{backups, homes};
use crate::store::layout::{GLOBALS, Home, database_name};

use crate::config::{Job, Target};

/// How one database's backups are kept.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// What is kept.
    pub policy: &'a Policy,
    /// Whether classes may hold copies.
    pub copies: bool,
    /// The clock.
    pub now: DateTime<Utc>,
    /// The zone of names.
    pub zone: Tz,
}

/// Plans one database's retention, and carries it out unless it is only asked for.
pub fn keep(home: &Home, kept: Kept<'_>, dry: bool) -> Result<(PrunePlan, Applied)> {
    let plan = plan(kept.now, kept.zone, &backups(home)?, kept.policy);
    let applied = if dry {
        Applied::default()
    } else {
        apply(home, &plan, kept.copies)?
    };
    Ok((plan, applied))
}

/// The same for everything that a target has in the store.
pub fn prune(
    job: &Job,
    target: &Target,
    now: DateTime<Utc>,
    dry: bool,
) -> Result<Vec<(String, PrunePlan)>> {
    homes(&job.root.join(&target.folder))?
        .into_iter()
        .map(|home| {
            let kept = Kept {
                policy: policy(target, &home.folder),
                copies: job.copies,
                now,
                zone: job.zone,
            };
            keep(&home, kept, dry).map(|(plan, _)| (home.folder, plan))
        })
        .collect()
}

/// What is kept of the database that has this folder.
pub(super) fn policy<'a>(target: &'a Target, folder: &str) -> &'a Policy {
    if folder == GLOBALS {
        return target.policies.of(GLOBALS.as_bytes());
    }
    let name = database_name(folder);
    target
        .policies
        .of(name.as_deref().unwrap_or(folder.as_bytes()))
}
