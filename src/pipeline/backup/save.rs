//! One backup: into a partial file, verified, named, linked; then the old ones' turn.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::config::duration;
use crate::error::{Error, Kind, Result};
use crate::logging::failure;
use crate::report::{BackupReport, Failure, Status, size};
use crate::retention::policy::FUTURE;
use crate::retention::scan::backups;
use crate::source::Warning;
use crate::store::fs::{self, Existing, Partial};
use crate::store::layout::Home;

use super::keep::{Kept, keep};
use super::made::Made;
use super::names::{free_name, local};

/// How often a database is dumped that changes meanwhile.
const CHANGED_TRIES: u32 = 3;
/// How long a server has to come back before the first retry; twice as long before each further one.
const PAUSE: Duration = Duration::from_secs(3);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(120);
/// How long a database waits for others of the run, where the server takes no more connections.
const FULL_PAUSE: Duration = Duration::from_secs(2);

/// One backup, before it is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// Where it goes.
    pub(super) home: &'a Home,
    /// How it is kept.
    pub(super) kept: Kept<'a>,
    /// What it is called.
    pub(super) extension: &'a str,
    /// How often it is begun again where the connection was lost.
    pub(super) retries: u32,
    /// The space that stays free beside it.
    pub(super) reserve: u64,
    /// How many backups of its target are being written now.
    pub(super) writing: &'a AtomicUsize,
}

/// One more backup that is being written, until it is dropped.
struct Writing<'a>(&'a AtomicUsize);

impl<'a> Writing<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Makes one backup with `dump`, which writes it to the file that it is given, and lets `prove` look
/// at it. Nothing that fails here touches an earlier backup: nothing is pruned then.
pub(super) async fn save<F>(
    place: Place<'_>,
    mut report: BackupReport,
    dump: impl Fn(Partial) -> F,
    prove: impl AsyncFnOnce(&Path) -> Result<()>,
) -> BackupReport
where
    F: Future<Output = Result<(Partial, Made)>>,
{
    let clock = Instant::now();
    tracing::info!("backing up {}", report.label());
    let made = match write(place, &mut report, dump).await {
        Ok(path) => prove(&path).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(()) => {
            report.status = Status::Success;
            retain(place.home, place.kept, &mut report);
        }
        Err(error) => {
            failure(&error);
            report.error = Some(Failure::from(&error));
        }
    }
    report.seconds = clock.elapsed().as_secs_f64();
    report
}

async fn write<F>(
    place: Place<'_>,
    report: &mut BackupReport,
    dump: impl Fn(Partial) -> F,
) -> Result<PathBuf>
where
    F: Future<Output = Result<(Partial, Made)>>,
{
    let Place { home, kept, .. } = place;
    let before = backups(home)?;
    report.previous_bytes = before.last().map(|backup| backup.bytes);
    enough_space(place, report.previous_bytes.unwrap_or(0))?;
    let name = free_name(home, local(kept.now, kept.zone), place.extension)?.to_string();
    let (partial, mut made) = tried(place, &name, dump).await?;
    let (path, made) = blocking(move || made.commit(partial).map(|path| (path, made))).await?;
    tracing::info!("wrote {}", path.display());
    report.file = Some(text(&path));
    report.bytes = Some(made.length());
    report.rows = made.rows();
    report.warnings.extend(made.warnings());
    Ok(path)
}

/// The last one's size is what this one is thought to take. Seen before anything is written, so that
/// a disk is not filled to the brim for a backup that can't be.
fn enough_space(place: Place<'_>, expected: u64) -> Result<()> {
    let dumps = place.home.dumps();
    fs::make_dir(&dumps)?;
    let (free, needed) = (
        fs::free_space(&dumps)?,
        expected.saturating_add(place.reserve),
    );
    if free >= needed {
        return Ok(());
    }
    let what = format!(
        "too little space in {}: {} free, {} needed (the last backup's size and the reserve)",
        dumps.display(),
        size(free),
        size(needed)
    );
    Err(Error::new(Kind::Io, what).hint(
        "Free some, keep fewer backups, or lower store.reserve; earlier backups were not touched.",
    ))
}

/// Begins again, in a new file, where that can help: objects changed under the dump's hands, or the
/// connection was lost.
async fn tried<F>(
    place: Place<'_>,
    name: &str,
    dump: impl Fn(Partial) -> F,
) -> Result<(Partial, Made)>
where
    F: Future<Output = Result<(Partial, Made)>>,
{
    let mut tries = 0;
    loop {
        tries += 1;
        let partial = Partial::create(&place.home.dumps(), name, Existing::Refuse)?;
        let writing = Writing::new(place.writing);
        let outcome = dump(partial).await;
        drop(writing);
        let error = match outcome {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        match error.kind() {
            Kind::Changed if tries < CHANGED_TRIES => {}
            // Others of this run will leave their connections: no try is lost on them.
            Kind::Connect if is_full(&error) && place.writing.load(Ordering::SeqCst) > 0 => {
                tries -= 1;
                tracing::info!("{}: waits for others of the run", error.line());
                tokio::time::sleep(FULL_PAUSE).await;
                continue;
            }
            Kind::Connect if tries <= place.retries && !is_refused(&error) => {
                let pause = PAUSE
                    .saturating_mul(1 << (tries - 1).min(16))
                    .min(PAUSE_MAX);
                tracing::warn!("{}: waits {}", error.line(), duration::show(pause));
                tokio::time::sleep(pause).await;
            }
            _ => return Err(error),
        }
        tracing::warn!("{}: begins again", error.line());
    }
}

/// Whether the server has as many connections as it takes.
fn is_full(error: &Error) -> bool {
    matches!(
        error.server_code(),
        Some("53300" | "1040" | "1203" | "1226")
    )
}

/// Whether the server does not want this user or has no such database, which waiting won't change.
fn is_refused(error: &Error) -> bool {
    let wrong = [
        "28000", "28P01", "3D000", "1044", "1045", "1049", "1130", "1698",
    ];
    error
        .server_code()
        .is_some_and(|code| wrong.contains(&code))
}

/// The new backup's links, and the old ones' end. A failure leaves the backup good.
fn retain(home: &Home, kept: Kept<'_>, report: &mut BackupReport) {
    match keep(home, kept, false) {
        Ok((plan, applied)) => {
            let ahead = plan
                .verdicts
                .iter()
                .filter(|verdict| verdict.reason == FUTURE);
            report.warnings.extend(ahead.map(|verdict| Warning {
                object: verdict.file.clone(),
                message: format!("{FUTURE}: it is kept, and counts for nothing"),
            }));
            report.kept = Some(plan.verdicts.iter().filter(|verdict| verdict.kept).count());
            report.links = applied.links.iter().map(|path| text(path)).collect();
            report.removed = applied.removed.iter().map(|path| text(path)).collect();
        }
        Err(error) => {
            let error = error.while_(format!("linking and pruning {}", report.label()));
            failure(&error);
            report.prune_error = Some(Failure::from(&error));
        }
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(cause) => Err(Error::new(Kind::Internal, "a worker died").cause(cause)),
    }
}
