//! Workers: each takes task after task from the schedule and runs it on a connection of its own. The
//! first error ends all of them.

use std::io::{Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bstr::ByteSlice as _;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::archive::toc::{ArchiveKind, TocEntry};
use crate::error::{Error, Result};
use crate::pipeline::head::feed_head;
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::restore::archive::{Archive, missing};
use crate::pipeline::restore::schedule::{Next, Schedule, Task};
use crate::pipeline::runner::{OnError, Outcome, Runner};
use crate::pipeline::stream::died;
use crate::progress;
use crate::source::Target;
use crate::sql::dialect::Dialect;

/// How often a task is tried that another one stood in the way of.
const TRIES: u32 = 6;

/// What the server says of a transaction that it ended for another one's sake: deadlock and
/// serialisation failure of PostgreSQL, deadlock and lock wait timeout of MySQL.
const DEADLOCKS: [&str; 4] = ["40P01", "40001", "1213", "1205"];

/// What all workers share.
pub(super) struct Shared<R> {
    pub(super) archive: Arc<Archive<R>>,
    pub(super) job: RestoreJob,
    /// The script's settings, for each connection.
    pub(super) head: Vec<u8>,
    pub(super) progress: progress::Task,
    schedule: Mutex<Schedule>,
    /// A task is done: another one may be free.
    changed: Notify,
}

impl<R: Read + Seek + Send + 'static> Shared<R> {
    pub(super) fn new(
        archive: Arc<Archive<R>>,
        job: &RestoreJob,
        (head, progress): (Vec<u8>, progress::Task),
        schedule: Schedule,
    ) -> Arc<Self> {
        Arc::new(Self {
            archive,
            job: job.clone(),
            head,
            progress,
            schedule: Mutex::new(schedule),
            changed: Notify::new(),
        })
    }

    async fn next(&self) -> Result<Option<Task>> {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Before the look at the schedule: what is done in between would be missed.
            changed.as_mut().enable();
            match self.schedule().next()? {
                Next::Run(task) => return Ok(Some(task)),
                Next::Nothing => return Ok(None),
                Next::Wait => {}
            }
            changed.await;
        }
    }

    fn done(&self, task: Task) {
        self.schedule().done(task);
        self.changed.notify_waiters();
    }

    fn schedule(&self) -> std::sync::MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an entry is run in a transaction of its own: what fails in the middle leaves nothing,
    /// and can be tried again. MySQL's definitions end every transaction.
    fn is_whole(&self, entry: &TocEntry, dialect: Dialect) -> bool {
        let plain = self.job.on_error == OnError::Stop && !self.job.single_transaction;
        plain
            && self.archive.toc().head.kind == ArchiveKind::Database
            && (dialect == Dialect::Postgres || entry.rows.is_some())
    }
}

/// Runs the whole schedule: on the leader's connection, and on so many more. Gives what the others
/// did.
pub(super) async fn work_all<T, R>(
    leader: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    more: usize,
) -> Result<Vec<Outcome>>
where
    T: Target + 'static,
    R: Read + Seek + Send + 'static,
{
    let mut others = JoinSet::new();
    for _ in 0..more {
        let target = leader.target().another().await?;
        others.spawn(follow(target, Arc::clone(shared)));
    }
    let done = async {
        tokio::try_join!(work(leader, shared), gather(&mut others)).map(|(_, outcomes)| outcomes)
    };
    let done = done.await;
    // Whoever is left is in the middle of something that nobody wants any more.
    others.shutdown().await;
    done
}

async fn gather(others: &mut JoinSet<Result<Outcome>>) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    while let Some(ended) = others.join_next().await {
        outcomes.push(ended.map_err(died)??);
    }
    Ok(outcomes)
}

async fn follow<T, R>(mut target: T, shared: Arc<Shared<R>>) -> Result<Outcome>
where
    T: Target + 'static,
    R: Read + Seek + Send + 'static,
{
    target.tune(&shared.job.tuning).await?;
    let mut runner = Runner::new(&mut target, shared.job.on_error);
    feed_head(&mut runner, &shared.head, &shared.job).await?;
    work(&mut runner, &shared).await?;
    let outcome = runner.end().await?;
    target.close().await?;
    Ok(outcome)
}

async fn work<T, R>(runner: &mut Runner<'_, T>, shared: &Arc<Shared<R>>) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    while let Some(task) = shared.next().await? {
        let entry = shared.archive.toc().entries.get(task.entry);
        let entry = entry.ok_or_else(|| missing(task.entry))?;
        run(runner, shared, entry, task.pieces(entry)).await?;
        shared.done(task);
    }
    Ok(())
}

/// Runs an entry's statements, or some of its rows.
pub(super) async fn run<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    entry: &TocEntry,
    pieces: &[crate::archive::toc::Piece],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let whole = shared.is_whole(entry, runner.target().dialect());
    let mut tries = 1;
    loop {
        if whole {
            runner.begin_part().await?;
        }
        let done = feed(runner, shared, entry, pieces).await;
        let again = done.as_ref().is_err_and(is_deadlock);
        if !whole {
            return done;
        }
        if !again || tries == TRIES {
            done?;
            return runner.commit_part().await;
        }
        runner.roll_back_part().await?;
        tokio::time::sleep(Duration::from_millis(50 << tries)).await;
        tries += 1;
    }
}

fn is_deadlock(error: &Error) -> bool {
    error
        .server_code()
        .is_some_and(|code| DEADLOCKS.contains(&code))
}

async fn feed<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    entry: &TocEntry,
    pieces: &[crate::archive::toc::Piece],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let label = entry.label();
    let mut item = shared.progress.item(&label, entry.bytes);
    for piece in pieces {
        if entry.kind == "schema" && shared.job.choice.by_name() {
            // What was chosen goes into the schema, whether it is there already or not.
            let sql = shared.archive.piece(*piece).await?;
            let guarded = sql.replacen("\nCREATE SCHEMA ", "\nCREATE SCHEMA IF NOT EXISTS ", 1);
            runner.feed(&guarded, Some(&label)).await?;
            continue;
        }
        let mut chunks = shared.archive.stream(*piece);
        while let Some(chunk) = chunks.next().await? {
            runner.feed(&chunk, Some(&label)).await?;
            item.add(chunk.len() as u64, 0);
        }
        item.add(0, piece.rows);
        runner.took(piece.rows);
    }
    Ok(())
}
