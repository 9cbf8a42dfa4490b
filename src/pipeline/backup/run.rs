//! The run around the targets: lock, log, leftovers, report.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt as _};
use tokio::task::JoinHandle;

use crate::config::hook::Stage;
use crate::config::{Job, Target, duration};
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::hooks::RunName;
use crate::logging::RunLog;
use crate::logging::failure;
use crate::pipeline::proof_run::Proofs;
use crate::progress::Progress;
use crate::report::{Event, Failure, Report, Stopped, TargetReport};
use crate::retention::scan::homes;
use crate::store::fs;
use crate::store::layout::{Home, LOGS};
use crate::store::lock::Lock;

use super::names::{drop_logs, local, new_log};
use super::work::{Clock, Finished, Work};

/// What a run is given beside its job.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    /// The process's environment.
    pub env: &'a Env,
    /// Where progress is shown.
    pub progress: &'a Progress,
    /// Where log lines go.
    pub log: &'a RunLog,
}

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) job: &'a Job,
    around: Surroundings<'a>,
    clock: Clock,
    proofs: &'a Proofs,
    report: Report,
    /// Calls that were begun with the run.
    pub(super) calls: Vec<JoinHandle<()>>,
}

/// Asks every target what a run would back up; writes nothing, not even a log.
pub async fn rehearse(job: &Job, around: Surroundings<'_>) -> Report {
    let proofs = Proofs::default();
    let mut run = Run::new(job, around, "dry run".to_owned(), &proofs);
    run.targets(Mode::Rehearse).await;
    let now = run.now();
    run.take(Event::Finished(now));
    run.report
}

/// Whether backups are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Make,
    Rehearse,
}

/// Backs up every target of the job. An error means that nothing was touched; what goes wrong later
/// is in the report. `stop` says when the run must end early, and may be asked again.
pub async fn run(
    job: &Job,
    around: Surroundings<'_>,
    mut stop: impl AsyncFnMut() -> Stopped,
) -> Result<Report> {
    let _lock = Lock::take(&job.root)?;
    let began = local(around.env.now, job.zone);
    let logs = job.root.join(LOGS);
    let (log, path) = new_log(&logs, began)?;
    around.log.attach(log);
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let proofs = Proofs::default();
    let mut run = Run::new(job, around.clone(), name.into_owned(), &proofs);
    tracing::info!(
        "dumpkeep {} begins run {}",
        run.report.version,
        run.report.run_id
    );
    fs::set_modes(job.modes);
    run.call_at_start();
    let stopped = {
        let mut night = std::pin::pin!(run.night(&logs));
        let stopped = tokio::select! {
            () = &mut night => None,
            stopped = stop() => Some(stopped),
            stopped = too_long(job.run_timeout) => Some(stopped),
        };
        if stopped.is_some() {
            // Scratch databases are dropped first; a second signal ends that too.
            proofs.stop();
            tokio::select! {
                () = &mut night => {}
                () = proofs.idle() => {}
                _ = stop() => {}
            }
        }
        stopped
    };
    if let Some(stopped) = stopped {
        tracing::error!("{}", stopped.why.message);
        run.take(Event::Stopped(stopped));
    }
    let report = run.end(&path, &mut stop).await;
    tracing::info!("{}", report.summary());
    let ended = around.log.detach();
    ended.map_err(|cause| fs::failed("write", &path, cause))?;
    Ok(report)
}

impl<'a> Run<'a> {
    fn new(job: &'a Job, around: Surroundings<'a>, id: String, proofs: &'a Proofs) -> Self {
        let (host, root) = (around.env.host.clone(), job.root.display().to_string());
        Self {
            job,
            clock: Clock::start(around.env.now),
            proofs,
            report: Report::new(id, host, root, around.env.now),
            around,
            calls: Vec::new(),
        }
    }

    async fn night(&mut self, logs: &Path) {
        if !self.may_begin().await {
            return;
        }
        self.targets(Mode::Make).await;
        if let Err(error) = drop_logs(logs, self.job.logs) {
            tracing::warn!("{}", error.report());
        }
        self.stage(Stage::PostCleanup).await;
        self.stage(Stage::PostBackup).await;
    }

    /// The end, also of a run that was stopped: who wants to hear of it is told, and the one hook
    /// that is always last. A second signal ends that too.
    async fn end(mut self, log: &Path, stop: &mut impl AsyncFnMut() -> Stopped) -> Report {
        let now = self.now();
        self.take(Event::Finished(now));
        tokio::select! {
            () = self.tell(log) => {}
            stopped = stop() => tracing::error!("{}", stopped.why.message),
        }
        self.report
    }

    async fn tell(&mut self, log: &Path) {
        self.write_pages();
        self.mail(log).await;
        self.call_at_end().await;
        if self.report.exit_code != 0 {
            self.stage(Stage::Failure).await;
        }
    }

    async fn targets(&mut self, mode: Mode) {
        for target in &self.job.targets {
            self.take(Event::Target(target.name.clone()));
            if let Err(error) = self.target(target, mode).await {
                failure(&error);
                self.take(Event::TargetFailed(Failure::from(&error)));
                if mode == Mode::Make {
                    self.unreached(target, &error).await;
                }
            }
        }
        self.chosen();
    }

    /// A run that chooses by `--database` and finds nothing anywhere has not gone well.
    fn chosen(&mut self) {
        let mut only = self.job.targets.iter().flat_map(|t| &t.wanted.only);
        let nothing = |target: &TargetReport| target.error.is_none() && target.backups.is_empty();
        if only.next().is_none() || !self.report.targets.iter().all(nothing) {
            return;
        }
        let error = Error::new(Kind::Usage, "no database matches what --database asks for");
        failure(&error);
        self.take(Event::TargetFailed(Failure::from(&error)));
    }

    pub(super) fn report(&self) -> &Report {
        &self.report
    }

    /// How long the run has taken.
    pub(super) fn seconds(&self) -> u64 {
        self.clock.seconds()
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) fn env(&self) -> &'a Env {
        self.around.env
    }

    /// What one target's backups need of this run.
    pub(super) fn work<'b>(&self, target: &'b Target, mode: Mode) -> Work<'b>
    where
        'a: 'b,
    {
        Work {
            job: self.job,
            target,
            mode,
            env: self.around.env,
            progress: self.around.progress,
            clock: self.clock,
            run: RunName::from(&self.report),
            proofs: self.proofs,
            writing: Arc::default(),
        }
    }

    /// Makes backups, so many at once, and takes each in as it ends.
    pub(super) async fn all<F>(&mut self, each: impl Iterator<Item = F>, at_once: usize)
    where
        F: Future<Output = Finished>,
    {
        let mut under_way = stream::iter(each).buffer_unordered(at_once);
        while let Some(finished) = under_way.next().await {
            self.done(finished);
        }
    }

    /// Takes a backup into the report, with the hooks that failed after it.
    pub(super) fn done(&mut self, (report, failed): Finished) {
        for failure in failed {
            self.take(Event::Failed(failure));
        }
        self.take(Event::Backup(Box::new(report)));
    }

    pub(super) fn take(&mut self, event: Event) {
        self.report.take(event);
    }

    async fn target(&mut self, target: &Target, mode: Mode) -> Result<()> {
        tracing::info!("target {}", target.name);
        if mode == Mode::Make {
            let folder = self.job.root.join(&target.folder);
            fs::make_dir(&folder)?;
            remove_leftovers(&folder)?;
            links_or_copies(&folder, self.job.copies)?;
        }
        super::connect::with(self, target, mode).await
    }
}

/// Comes when the run has taken as long as it may.
async fn too_long(limit: Option<Duration>) -> Stopped {
    let Some(limit) = limit else {
        return std::future::pending().await;
    };
    tokio::time::sleep(limit).await;
    let what = format!("the run took longer than {}", duration::show(limit));
    let error = Error::new(Kind::Cancelled, what)
        .hint("Raise run_timeout, or back up less at once; earlier backups were not touched.");
    let why = Failure::from(&error);
    Stopped { why, code: 4 }
}

/// Removes what killed runs left in a target. Only called under the lock.
fn remove_leftovers(target: &Path) -> Result<()> {
    for home in homes(target)? {
        // Its own backup says it again, and fails alone.
        if let Err(error) = remove_leftovers_of(&home) {
            tracing::warn!("{}", error.line());
        }
    }
    fs::remove_partials(target).map(drop)
}

fn remove_leftovers_of(home: &Home) -> Result<()> {
    for dir in home.folders() {
        for gone in fs::remove_partials(&dir)? {
            tracing::warn!("removed {}, left by a run that was killed", gone.display());
        }
    }
    Ok(())
}

fn links_or_copies(folder: &Path, copies: bool) -> Result<()> {
    if copies || fs::probe_links(folder)? {
        return Ok(());
    }
    let what = format!(
        "{} is on a file system without hard links",
        folder.display()
    );
    Err(Error::new(Kind::Config, what)
        .hint("Set store.without_hard_links = \"copy\" to hold a copy in each class."))
}
