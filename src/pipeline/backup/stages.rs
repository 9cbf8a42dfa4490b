//! The run's hooks, each at its place.

use std::path::Path;

use crate::config::hook::{Hooks, OnError, Stage};
use crate::env::Env;
use crate::error::Error;
use crate::hooks::{Facts, RunName, run as run_hook};
use crate::logging::failure;
use crate::report::{BackupKind, BackupReport, Event, Failure, Status, Stopped};

use super::run::Run;
use super::work::Work;

impl Run<'_> {
    /// The hook before everything; false where it forbids the run.
    pub(super) async fn may_begin(&mut self) -> bool {
        let facts = Facts::of_run(Stage::PreBackup, RunName::from(self.report()));
        let Some(error) = self.hook(&facts).await else {
            return true;
        };
        let why = Failure::from(&error.hint("Nothing was dumped."));
        self.take(Event::Stopped(Stopped { why, code: 1 }));
        false
    }

    /// A hook of the whole run.
    pub(super) async fn stage(&mut self, stage: Stage) {
        let facts = Facts::of_end(stage, self.report(), self.seconds());
        if let Some(error) = self.hook(&facts).await {
            self.take(Event::Failed(Failure::from(&error)));
        }
    }

    async fn hook(&self, facts: &Facts) -> Option<Error> {
        let root = &self.job.root;
        hook(&self.job.hooks, facts, (self.env(), root.as_path())).await
    }
}

impl Work<'_> {
    /// Runs a backup's hooks: of success or of failure, never both. Gives those that failed.
    pub(super) async fn hooks(&self, backup: &BackupReport) -> Vec<Failure> {
        let mut failed = Vec::new();
        for stage in stages(backup) {
            let facts = Facts::of_backup(stage, self.run.clone(), self.target, backup);
            let around = (self.env, self.job.root.as_path());
            if let Some(error) = hook(&self.target.hooks, &facts, around).await {
                failed.push(Failure::from(&error));
            }
        }
        failed
    }
}

/// Runs the stage's hook, if there is one; the error that counts.
async fn hook(hooks: &Hooks, facts: &Facts, (env, root): (&Env, &Path)) -> Option<Error> {
    let hook = hooks.hooks.get(&facts.stage())?;
    let done = run_hook(hook, &hooks.pass_env, facts, env, root);
    let error = done.await.err()?;
    if hook.on_error == OnError::Warn {
        tracing::warn!("{}", error.line());
        return None;
    }
    failure(&error);
    Some(error)
}

fn stages(backup: &BackupReport) -> Vec<Stage> {
    let good = backup.status == Status::Success;
    let first = match (backup.kind, good) {
        (BackupKind::Globals, true) => Stage::PostGlobalBackup,
        (BackupKind::Globals, false) => Stage::PostGlobalBackupFailure,
        (BackupKind::Database, true) => Stage::PostDbBackup,
        (BackupKind::Database, false) => Stage::PostDbBackupFailure,
    };
    let rotated = good && backup.prune_error.is_none();
    std::iter::once(first)
        .chain(rotated.then_some(Stage::PostRotate))
        .collect()
}
