//! A pg_dump archive's rows, and what stands behind them, over several connections.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::archive::Chosen;
use super::loader::Loader;
use super::schedule::{Entry, Schedule, Sort, Wait};
use super::scope::Scope;
use crate::error::Result;
use crate::foreign::pgdump::sql::Settings;
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::runner::{OnError, Outcome, is_deadlock};
use crate::pipeline::stream::died;
use crate::progress::Task;
use crate::source::Target;
use crate::sql::dialect::Dialect;

/// How often a definition is tried that another one stood in the way of.
const TRIES: u32 = 6;

/// What all connections share.
struct Shared {
    chosen: Chosen,
    job: RestoreJob,
    task: Task,
    /// The place of the first entry that is not done yet.
    first: usize,
    schedule: Mutex<Schedule>,
    changed: Notify,
}

/// Whether several connections may work: where rows go into tables that are made here, and the first
/// failure ends the restore.
pub(super) fn spreads(job: &RestoreJob) -> bool {
    let makes = job.choice.makes() && !job.choice.data_only;
    job.jobs > 1 && !job.single_transaction && job.on_error == OnError::Stop && makes
}

/// Restores the entries from this place on. Gives what the other connections did. The leader's session
/// keeps the settings of what it made before.
pub(super) async fn work_all<T: Target + 'static>(
    (leader, settings): (&mut Loader<'_, T>, Settings),
    (chosen, first): (Chosen, usize),
    (job, task): (&RestoreJob, &Task),
) -> Result<Vec<Outcome>> {
    let shared = Arc::new(Shared {
        schedule: Mutex::new(Schedule::new(entries(&chosen, first)?)),
        chosen,
        job: job.clone(),
        task: task.clone(),
        first,
        changed: Notify::new(),
    });
    let mut others = JoinSet::new();
    for _ in 1..job.jobs {
        let target = leader.target().another().await?;
        others.spawn(follow(target, Arc::clone(&shared)));
    }
    let gathered = async {
        let mut outcomes = Vec::new();
        while let Some(ended) = others.join_next().await {
            outcomes.push(ended.map_err(died)??);
        }
        Ok(outcomes)
    };
    let done = async { tokio::try_join!(work(leader, &shared, settings), gathered) }.await;
    // Whoever is left is in the middle of something that nobody wants any more.
    others.shutdown().await;
    done.map(|(_, outcomes)| outcomes)
}

async fn follow<T: Target + 'static>(mut target: T, shared: Arc<Shared>) -> Result<Outcome> {
    target.tune(&shared.job.tuning).await?;
    let scope = Scope::new(Dialect::Postgres, &shared.job).inside();
    let mut loader = Loader::new(&mut target, &shared.job, scope);
    shared.chosen.session(&mut loader).await?;
    work(&mut loader, &shared, shared.chosen.settings()).await?;
    let outcome = loader.end();
    target.close().await?;
    Ok(outcome)
}

async fn work<T: Target>(
    loader: &mut Loader<'_, T>,
    shared: &Arc<Shared>,
    mut settings: Settings,
) -> Result<()> {
    while let Some((at, sort)) = shared.next().await {
        let place = shared.first + at;
        if sort == Sort::Rows || !shared.chosen.goes_whole(place)? {
            shared
                .chosen
                .run(place, &mut settings, loader, &shared.task)
                .await?;
        } else {
            by_itself(loader, shared, place, &mut settings).await?;
        }
        shared.schedule().done(at);
        shared.changed.notify_waiters();
    }
    Ok(())
}

/// In one transaction; again, where another session stood in the way.
async fn by_itself<T: Target>(
    loader: &mut Loader<'_, T>,
    shared: &Arc<Shared>,
    place: usize,
    settings: &mut Settings,
) -> Result<()> {
    let mut tries = 1;
    loop {
        let mut as_now = settings.clone();
        loader.begin().await?;
        let done = shared
            .chosen
            .run(place, &mut as_now, loader, &shared.task)
            .await;
        if tries < TRIES && done.as_ref().is_err_and(is_deadlock) {
            loader.roll_back().await?;
            tokio::time::sleep(Duration::from_millis(50 << tries)).await;
            tries += 1;
            continue;
        }
        done?;
        *settings = as_now;
        return loader.commit().await;
    }
}

impl Shared {
    async fn next(&self) -> Option<(usize, Sort)> {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Before the look at the schedule: what is done in between would be missed.
            changed.as_mut().enable();
            if let Ok(next) = self.look() {
                return next;
            }
            changed.await;
        }
    }

    fn look(&self) -> std::result::Result<Option<(usize, Sort)>, Wait> {
        let mut schedule = self.schedule();
        let next = schedule.next()?;
        Ok(next.map(|at| (at, schedule.sort(at))))
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The entries as the schedule knows them.
fn entries(chosen: &Chosen, first: usize) -> Result<Vec<Entry>> {
    let made: HashSet<i32> = chosen.ids("TABLE").collect();
    let mut sizes: HashMap<i32, u64> = HashMap::new();
    let mut entries = Vec::new();
    for place in first..chosen.len() {
        let entry = chosen.at(place)?;
        let tables: BTreeSet<i32> = chosen.tables(entry);
        let into = tables.iter().any(|table| made.contains(table));
        let sort = match entry.kind.as_str() {
            "TABLE DATA" if into => Sort::Rows,
            "INDEX" => Sort::Index,
            "CONSTRAINT" => Sort::Constraint,
            "FK CONSTRAINT" | "CHECK CONSTRAINT" => Sort::Key,
            _ => Sort::Other,
        };
        if sort == Sort::Rows {
            let size = chosen.size(entry);
            tables
                .iter()
                .for_each(|table| *sizes.entry(*table).or_default() += size);
        }
        let weight = tables.iter().filter_map(|table| sizes.get(table)).sum();
        entries.push(Entry {
            id: entry.id,
            sort,
            needs: entry.needs.clone(),
            tables: tables.into_iter().collect(),
            weight,
        });
    }
    Ok(entries)
}
