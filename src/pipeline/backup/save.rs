//! One backup: into a partial file, verified, named, linked; then the old ones' turn.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::archive::writer::Sealed;
use crate::error::{Error, Kind, Result};
use crate::logging::failure;
use crate::pipeline::output::commit;
use crate::report::{BackupReport, Failure, Status};
use crate::retention::scan::backups;
use crate::store::fs::{Existing, Partial};
use crate::store::layout::Home;

use super::keep::{Kept, keep};
use super::names::{free_name, local};

/// How often a database is dumped that changes meanwhile.
const CHANGED_TRIES: u32 = 3;
/// How often one is dumped whose connection is lost.
const LOST_TRIES: u32 = 2;
/// How long a server may take to come back.
const PAUSE: Duration = Duration::from_secs(3);

/// Makes one backup with `dump`, which writes it to the file that it is given. Nothing that fails
/// here touches an earlier backup.
pub(super) async fn save<F>(
    home: &Home,
    kept: Kept<'_>,
    extension: &str,
    mut report: BackupReport,
    dump: impl Fn(Partial) -> F,
) -> BackupReport
where
    F: Future<Output = Result<(Partial, Sealed)>>,
{
    let clock = Instant::now();
    tracing::info!("backing up {}", report.label());
    match write(home, kept, extension, &mut report, dump).await {
        Ok(()) => {
            report.status = Status::Success;
            retain(home, kept, &mut report);
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
    home: &Home,
    kept: Kept<'_>,
    extension: &str,
    report: &mut BackupReport,
    dump: impl Fn(Partial) -> F,
) -> Result<()>
where
    F: Future<Output = Result<(Partial, Sealed)>>,
{
    let before = backups(home)?;
    report.previous_bytes = before.last().map(|backup| backup.bytes);
    let name = free_name(home, local(kept.now, kept.zone), extension)?.to_string();
    let (partial, sealed) = tried(home, &name, dump).await?;
    let (path, sealed) =
        blocking(move || commit(partial, &sealed).map(|path| (path, sealed))).await?;
    tracing::info!("wrote {}", path.display());
    report.file = Some(text(&path));
    report.bytes = Some(sealed.length);
    let entries = sealed.toc.entries.iter();
    report.rows = Some(entries.filter_map(|entry| entry.rows).sum());
    report.warnings.extend(sealed.toc.head.warnings);
    Ok(())
}

/// Begins again, in a new file, where that can help: objects changed under the dump's hands, or the
/// connection was lost.
async fn tried<F>(home: &Home, name: &str, dump: impl Fn(Partial) -> F) -> Result<(Partial, Sealed)>
where
    F: Future<Output = Result<(Partial, Sealed)>>,
{
    let mut tries = 0;
    loop {
        tries += 1;
        let partial = Partial::create(&home.dumps(), name, Existing::Refuse)?;
        let error = match dump(partial).await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        match error.kind() {
            Kind::Changed if tries < CHANGED_TRIES => {}
            Kind::Connect if tries < LOST_TRIES => tokio::time::sleep(PAUSE).await,
            _ => return Err(error),
        }
        tracing::warn!("{}: begins again", error.line());
    }
}

/// The new backup's links, and the old ones' end. A failure leaves the backup good.
fn retain(home: &Home, kept: Kept<'_>, report: &mut BackupReport) {
    match keep(home, kept, false) {
        Ok((_, applied)) => {
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
