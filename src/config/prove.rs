//! Whether backups are proven by restoring them, where and how often. Pure.

use schemars::JsonSchema;
use serde::Deserialize;

use super::secret::Secret;
use crate::error::{Error, Kind, Result};

/// Where and how often backups are restored to prove them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RawProve {
    /// A server on which scratch databases may be made and dropped.
    pub url: Option<String>,
    /// How often. Default weekly.
    pub when: Option<RawWhen>,
    /// Connections that restore and read back. Default: the target's jobs.
    pub jobs: Option<u32>,
}

/// How often backups are proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawWhen {
    /// Every backup.
    Always,
    /// The first of each ISO week.
    Weekly,
}

/// How backups are proven.
#[derive(Debug, Clone)]
pub struct Prove {
    /// The server of the scratch databases.
    pub url: Secret,
    /// Each backup, not only the first of a week.
    pub always: bool,
    /// Connections.
    pub jobs: usize,
}

impl RawProve {
    /// Fills in what is left out; `None`: nothing is proven.
    pub(super) fn resolve(
        &self,
        jobs: usize,
        key: &str,
        expand: impl FnOnce(&str) -> Result<String>,
    ) -> Result<Option<Prove>> {
        let Some(url) = &self.url else {
            if self.when.is_some() || self.jobs.is_some() {
                let what = format!("{key}: prove has no url");
                return Err(Error::new(Kind::Config, what)
                    .hint("It names a server on which scratch databases may be made."));
            }
            return Ok(None);
        };
        if self.jobs == Some(0) {
            let what = format!("{key}: prove: jobs is at least 1");
            return Err(Error::new(Kind::Config, what));
        }
        Ok(Some(Prove {
            url: Secret::new(expand(url)?),
            always: self.when == Some(RawWhen::Always),
            jobs: self.jobs.map_or(jobs, |jobs| jobs as usize),
        }))
    }
}
