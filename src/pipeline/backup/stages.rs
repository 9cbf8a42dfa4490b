//! The run's hooks, each at its place.

use crate::config::Target;
use crate::config::hook::{Hooks, OnError, Stage};
use crate::error::Error;
use crate::hooks::{Facts, run as run_hook};
use crate::logging::failure;
use crate::report::{BackupKind, BackupReport, Event, Failure, Status, Stopped};

use super::run::Run;

impl Run<'_> {
    /// The hook before everything; false where it forbids the run.
    pub(super) async fn may_begin(&mut self) -> bool {
        let facts = Facts::of_run(Stage::PreBackup, self.report());
        let Some(error) = self.hook(&self.job.hooks, &facts).await else {
            return true;
        };
        let why = Failure::from(&error.hint("Nothing was dumped."));
        self.take(Event::Stopped(Stopped { why, code: 1 }));
        false
    }

    /// A hook of the whole run.
    pub(super) async fn stage(&mut self, stage: Stage) {
        let facts = Facts::of_end(stage, self.report(), self.seconds());
        if let Some(error) = self.hook(&self.job.hooks, &facts).await {
            self.take(Event::Failed(Failure::from(&error)));
        }
    }

    /// Takes a backup into the report, and runs its hooks: of success or of failure, never both.
    pub(super) async fn backed_up(&mut self, target: &Target, backup: BackupReport) {
        for stage in stages(&backup) {
            let facts = Facts::of_backup(stage, self.report(), target, &backup);
            if let Some(error) = self.hook(&target.hooks, &facts).await {
                self.take(Event::Failed(Failure::from(&error)));
            }
        }
        self.take(Event::Backup(Box::new(backup)));
    }

    /// Runs the stage's hook, if there is one; the error that counts.
    async fn hook(&self, hooks: &Hooks, facts: &Facts) -> Option<Error> {
        let hook = hooks.hooks.get(&facts.stage())?;
        let done = run_hook(hook, &hooks.pass_env, facts, self.env(), &self.job.root);
        let error = done.await.err()?;
        if hook.on_error == OnError::Warn {
            tracing::warn!("{}", error.line());
            return None;
        }
        failure(&error);
        Some(error)
    }
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
