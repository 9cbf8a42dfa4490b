//! What the backups of one target need of their run, apart from its report: several are made at once.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::{Job, Target};
use crate::env::Env;
use crate::hooks::RunName;
use crate::pipeline::proof_run::Proofs;
use crate::progress::Progress;
use crate::report::{BackupReport, Failure};
use crate::store::layout::Home;

use super::keep::{Kept, policy};
use super::run::Mode;
use super::save::Place;

/// The clock is read once, the rest is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    started: DateTime<Utc>,
    instant: Instant,
}

impl Clock {
    pub(super) fn start(now: DateTime<Utc>) -> Self {
        Self {
            started: now,
            instant: Instant::now(),
        }
    }

    /// The time now.
    pub(super) fn now(self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.instant.elapsed()).unwrap_or_default();
        self.started + passed
    }

    /// How long the run has taken.
    pub(super) fn seconds(self) -> u64 {
        self.instant.elapsed().as_secs()
    }
}

/// One target of a run.
#[derive(Debug, Clone)]
pub(super) struct Work<'a> {
    pub(super) job: &'a Job,
    pub(super) target: &'a Target,
    pub(super) mode: Mode,
    pub(super) env: &'a Env,
    pub(super) progress: &'a Progress,
    pub(super) clock: Clock,
    pub(super) run: RunName,
    pub(super) proofs: &'a Proofs,
    pub(super) writing: Arc<AtomicUsize>,
}

/// A backup that is made or has failed, and the hooks that failed after it.
pub(super) type Finished = (BackupReport, Vec<Failure>);

impl Work<'_> {
    /// Runs the backup's hooks, unless it is only rehearsed.
    pub(super) async fn finished(&self, report: BackupReport) -> Finished {
        let failed = match self.mode {
            Mode::Make => self.hooks(&report).await,
            Mode::Rehearse => Vec::new(),
        };
        (report, failed)
    }

    pub(super) fn home(&self, folder: String) -> Home {
        Home::new(&self.job.root.join(&self.target.folder), folder)
    }

    pub(super) fn place<'b>(
        &'b self,
        home: &'b Home,
        now: DateTime<Utc>,
        extension: &'b str,
    ) -> Place<'b> {
        let kept = Kept {
            policy: policy(self.target, &home.folder),
            copies: self.job.copies,
            now,
            zone: self.job.zone,
        };
        Place {
            home,
            kept,
            extension,
            retries: self.target.retries,
            reserve: self.job.reserve,
            writing: &self.writing,
        }
    }
}
