//! Workers: each takes task after task from the schedule and runs it on a connection of its own. The
//! first error ends all of them.

use std::collections::HashSet;
use std::io::{Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bstr::ByteSlice as _;
use tokio::sync::{Barrier, Notify, OnceCell, Semaphore};
use tokio::task::JoinSet;

use crate::archive::toc::{ArchiveKind, Piece, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::pipeline::head::feed_head;
use crate::pipeline::restore::archive::{Archive, missing};
use crate::pipeline::restore::late_keys::LateKeys;
use crate::pipeline::restore::schedule::{self, Next, Schedule, Task};
use crate::pipeline::restore::stages::{self, Group, Stages};
use crate::pipeline::restore::{RestoreJob, borrowed, together};
use crate::pipeline::runner::{Freeze, Outcome, Runner, is_deadlock};
use crate::pipeline::stream::died;
use crate::progress;
use crate::source::{Relation, Step, Target};
use crate::sql::dialect::Dialect;
use crate::sql::names::Renaming;

/// How often a task is tried that another one stood in the way of.
const TRIES: u32 = 6;

/// Longer pieces hold a row of that length, for a frame ends behind the row that fills it, in bytes.
const LONG: u32 = 16 << 20;

/// "There is one of this name": PostgreSQL's relations, other objects, schemas and routines; MySQL's
/// tables and routines.
const EXISTS: [&str; 6] = ["42P07", "42710", "42P06", "42723", "1050", "1304"];

/// "There is no such thing": PostgreSQL's relation, object, routine and schema; MySQL's database, table,
/// routine, and what a foreign key points to.
const LACKS: [&str; 9] = [
    "42P01", "42704", "42883", "3F000", "1049", "1146", "1305", "1824", "1005",
];

/// PostgreSQL's "foreign key violation".
const FOREIGN_KEY: &str = "23503";

/// What all workers share.
pub(super) struct Shared<R> {
    pub(super) archive: Arc<Archive<R>>,
    pub(super) job: RestoreJob,
    /// The script's settings, for each connection.
    pub(super) head: Vec<u8>,
    /// The places of the chosen entries.
    pub(super) chosen: Vec<usize>,
    /// Whether steps are recorded in the target.
    pub(super) journal: bool,
    pub(super) progress: progress::Task,
    renaming: Arc<Renaming>,
    /// The places of rows that are loaded in one go.
    whole: HashSet<usize>,
    late: LateKeys,
    stages: Mutex<Stages>,
    schedule: Mutex<Schedule>,
    /// A task is done: another one may be free.
    changed: Notify,
    /// For who holds a statement of this size.
    long: Semaphore,
    /// The record is closed: what comes late is done again by who goes on.
    folded: OnceCell<()>,
}

impl<R: Read + Seek + Send + 'static> Shared<R> {
    pub(super) fn new(
        archive: Arc<Archive<R>>,
        job: &RestoreJob,
        (head, progress, renaming): (Vec<u8>, progress::Task, Arc<Renaming>),
        (chosen, stages, schedule): (Vec<usize>, Stages, Schedule),
        (whole, late): (HashSet<usize>, LateKeys),
        journal: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            archive,
            job: job.clone(),
            head,
            chosen,
            journal,
            progress,
            renaming,
            whole,
            late,
            stages: Mutex::new(stages),
            schedule: Mutex::new(schedule),
            changed: Notify::new(),
            long: Semaphore::new(1),
            folded: OnceCell::new(),
        })
    }

    /// What a connection does next: one task, or small ones for one transaction. None where all is handed
    /// out.
    async fn next(&self) -> Result<Vec<Task>> {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Before the look at the schedule: what is done in between would be missed.
            changed.as_mut().enable();
            if let Some(tasks) = self.take_next()? {
                return Ok(tasks);
            }
            changed.await;
        }
    }

    /// `None`: it must wait.
    fn take_next(&self) -> Result<Option<Vec<Task>>> {
        let mut schedule = self.schedule();
        match schedule.next()? {
            Next::Wait => Ok(None),
            Next::Nothing => Ok(Some(Vec::new())),
            Next::Run(task) => {
                let mut tasks = vec![task];
                let by_file = self.may_go_by_file() && {
                    let entry = self.archive.toc().entries.get(task.entry);
                    entry.is_some_and(|entry| {
                        self.goes_by_file(together::pieces_of(&entry, task.piece))
                    })
                };
                if self.in_steps() && !by_file && self.may_go_together() {
                    tasks.extend(schedule.beside(task));
                }
                Ok(Some(tasks))
            }
        }
    }

    fn done(&self, tasks: &[Task]) {
        self.schedule().done(tasks);
        self.changed.notify_waiters();
    }

    /// The definitions that a connection makes next, and whether nothing else is made meanwhile.
    async fn next_group(&self, leads: bool) -> Option<(Group, bool)> {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            match self.stages().next(leads) {
                stages::Next::Run { group, alone } => return Some((group, alone)),
                stages::Next::Nothing => return None,
                stages::Next::Wait => {}
            }
            changed.await;
        }
    }

    fn group_done(&self, again: Option<Group>) {
        self.stages().done(again);
        self.changed.notify_waiters();
    }

    fn stages(&self) -> std::sync::MutexGuard<'_, Stages> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn schedule(&self) -> std::sync::MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an entry is run in a transaction of its own: what fails in the middle leaves nothing,
    /// and can be tried again. MySQL's definitions end every transaction.
    fn is_whole(&self, entry: &TocEntry, dialect: Dialect) -> bool {
        self.in_steps() && (dialect == Dialect::Postgres || entry.rows.is_some())
    }

    /// Whether rows are worth a file.
    fn goes_by_file(&self, pieces: &[Piece]) -> bool {
        let length: u64 = pieces.iter().map(|piece| u64::from(piece.length)).sum();
        self.may_go_by_file() && length >= self.job.by_file_from
    }

    /// Whether any may: asked before an entry is unpacked for that.
    fn may_go_by_file(&self) -> bool {
        self.archive.toc().head.dialect == Dialect::Mysql
    }

    /// Whether tables' rows may be one transaction, where their engine allows it: in MySQL, where the tables are this
    /// restore's own, with nothing on them that does something else for each row and can't be taken back.
    fn may_go_together(&self) -> bool {
        let head = &self.archive.toc().head;
        head.dialect == Dialect::Postgres || self.job.owns_all(head.kind)
    }

    /// Whether transactions may be begun and ended here.
    fn in_steps(&self) -> bool {
        self.job.by_steps() && self.archive.toc().head.kind == ArchiveKind::Database
    }
}

/// Makes all definitions and runs the whole schedule: on the leader's connection, and on so many more. Gives what the others
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
    let looked = Arc::new(Barrier::new(more + 1));
    for number in 1..=more {
        let target = leader.target().another().await?;
        let all = (Arc::clone(shared), Arc::clone(&looked));
        others.spawn(follow(target, number, all));
    }
    let done = async {
        tokio::try_join!(work(leader, shared, (&looked, true)), gather(&mut others))
            .map(|(_, outcomes)| outcomes)
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

async fn follow<T, R>(
    mut target: T,
    number: usize,
    (shared, looked): (Arc<Shared<R>>, Arc<Barrier>),
) -> Result<Outcome>
where
    T: Target + 'static,
    R: Read + Seek + Send + 'static,
{
    target.tune(&shared.job.tuning).await?;
    if shared.journal {
        target.guard(number, 0).await?;
    }
    let mut runner = Runner::new(&mut target, shared.job.on_error).renaming(&shared.renaming);
    feed_head(&mut runner, &shared.head, &shared.job).await?;
    runner.target().hasten().await?;
    work(&mut runner, &shared, (&looked, false)).await?;
    let outcome = runner.end().await?;
    target.close().await?;
    Ok(outcome)
}

async fn work<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    (looked, leads): (&Barrier, bool),
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    while let Some((group, alone)) = shared.next_group(leads).await {
        let made = run_together(runner, shared, (&group, alone)).await?;
        shared.group_done((!made).then_some(group));
    }
    if !leads {
        runner.target().look_again().await?;
    }
    // A program that was made under another default of its database gets that for its making: nobody
    // may look then.
    looked.wait().await;
    loop {
        let tasks = shared.next().await?;
        if tasks.is_empty() {
            return Ok(());
        }
        together::run(runner, shared, &tasks).await?;
        shared.done(&tasks);
    }
}

/// Runs an entry's statements, or one piece of its rows, as one step.
pub(super) async fn run<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    at: usize,
    piece: Option<usize>,
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let entry = shared.archive.toc().entries.get(at);
    let entry = entry.ok_or_else(|| missing(at))?;
    let entry = &*entry;
    let pieces = together::pieces_of(entry, piece);
    if shared.journal && schedule::is_late(&entry.kind) {
        let fold = runner.target().journal_fold();
        shared.folded.get_or_try_init(|| fold).await?;
    }
    let by_itself = shared.is_whole(entry, runner.target().dialect());
    let table = shared.whole.contains(&at) && piece.is_none();
    runner.freeze(table.then(|| freeze(entry, by_itself)));
    let done = if by_itself {
        run_whole(runner, shared, entry, (piece, pieces)).await
    } else {
        run_plain(runner, shared, entry, pieces).await
    };
    runner.freeze(None);
    done.map_err(|error| name_keys(error, entry))
        .map_err(|error| name_missing(error, shared, at))
}

/// What was made in a transaction of its own is emptied in that of its rows.
fn freeze(entry: &TocEntry, empty: bool) -> Freeze {
    let names = entry.schema.iter().chain([&entry.name]);
    Freeze {
        table: names.map(|name| name.0.to_vec()).collect(),
        empty,
    }
}

/// Runs definitions that come one after the other as one step. Each by itself would be sent, recorded
/// and committed by itself, which takes longer than most of them. `false`: they were not made, and
/// had better be made `alone`.
async fn run_together<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    (places, alone): (&[usize], bool),
) -> Result<bool>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let entries = places.iter().map(|at| {
        let entry = shared.archive.toc().entries.get(*at);
        entry.map(|entry| (*at, entry)).ok_or_else(|| missing(*at))
    });
    let entries = entries.collect::<Result<Vec<_>>>()?;
    let dialect = runner.target().dialect();
    if entries
        .iter()
        .all(|(_, entry)| shared.is_whole(entry, dialect))
    {
        return define_whole(runner, shared, (&entries, alone)).await;
    }
    note_alone(runner, shared, &steps(&entries, false)).await?;
    define(runner, shared, &entries).await?;
    note_alone(runner, shared, &steps(&entries, true)).await?;
    Ok(true)
}

/// In one transaction with their record; again, where another session stood in the way.
async fn define_whole<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    (entries, alone): (&[(usize, Arc<TocEntry>)], bool),
) -> Result<bool>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let mut tries = 1;
    // What fails is sent once more, one after the other: its error is then the right one's.
    let mut pipelined = true;
    loop {
        runner.begin_part().await?;
        runner.target().pipeline(pipelined).await?;
        let mut done = define(runner, shared, entries).await;
        if done.is_ok() {
            done = runner.target().pipeline(false).await;
        }
        let refused = done
            .as_ref()
            .is_err_and(|error| error.server_code().is_some());
        if refused && std::mem::take(&mut pipelined) {
            runner.roll_back_part().await?;
            continue;
        }
        if tries < TRIES && done.as_ref().is_err_and(is_deadlock) {
            again(runner, &mut tries).await?;
            continue;
        }
        // Two tables can meet in a catalog: in the name of a row's array type.
        let met = |error: &Error| !alone && error.server_code().is_some();
        if done.as_ref().is_err_and(met) {
            runner.roll_back_part().await?;
            return Ok(false);
        }
        done?;
        note(runner, shared, &steps(entries, true)).await?;
        runner.commit_part().await?;
        return Ok(true);
    }
}

/// Takes back what was done and waits a little, longer each time.
async fn again<T: Target>(runner: &mut Runner<'_, T>, tries: &mut u32) -> Result<()> {
    runner.roll_back_part().await?;
    wait(tries).await;
    Ok(())
}

/// A little, longer each time.
async fn wait(tries: &mut u32) {
    tokio::time::sleep(Duration::from_millis(50 << *tries)).await;
    *tries += 1;
}

async fn define<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    entries: &[(usize, Arc<TocEntry>)],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let is_mysql = runner.target().dialect() == Dialect::Mysql;
    for (at, entry) in entries {
        let done = match shared.late.of_table(*at) {
            Some(table) => runner.statement(&table.create, &entry.label()).await,
            None if is_mysql && entry.kind == "view" => {
                borrowed::make(runner, &shared.archive, (*at, &shared.chosen)).await
            }
            None => feed(runner, shared, entry, &entry.pieces).await,
        };
        done.map_err(|error| name_missing(error, shared, *at))?;
    }
    Ok(())
}

fn steps(entries: &[(usize, Arc<TocEntry>)], done: bool) -> Vec<Step> {
    entries.iter().map(|(_, entry)| step(entry, done)).collect()
}

fn step(entry: &TocEntry, done: bool) -> Step {
    Step {
        entry: entry.id.0,
        piece: None,
        rows: 0,
        done,
    }
}

/// The keys that a table gets after its rows. Their record is that of a piece of the table, which has
/// no others: where it was begun and not done, the table is made again.
pub(super) async fn add_keys<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    at: usize,
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let entry = shared.archive.toc().entries.get(at);
    let entry = entry.ok_or_else(|| missing(at))?;
    let table = shared.late.of_table(at).ok_or_else(|| missing(at))?;
    let step = |done| Step {
        entry: entry.id.0,
        piece: Some(0),
        rows: 0,
        done,
    };
    note(runner, shared, &[step(false)]).await?;
    runner.statement(&table.add, &entry.label()).await?;
    note(runner, shared, &[step(true)]).await
}

pub(super) async fn note<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    steps: &[Step],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    if shared.journal && !steps.is_empty() && !shared.folded.initialized() {
        runner.target().journal_note(steps).await?;
    }
    Ok(())
}

/// The same in a statement of its own; again, where those of other connections stood in the way.
async fn note_alone<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    steps: &[Step],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let mut tries = 1;
    loop {
        let done = note(runner, shared, steps).await;
        if tries == TRIES || !done.as_ref().is_err_and(is_deadlock) {
            return done;
        }
        wait(&mut tries).await;
    }
}

/// In one transaction with its record; again, where another session stood in the way.
async fn run_whole<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    entry: &TocEntry,
    (number, pieces): (Option<usize>, &[Piece]),
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let step = together::step(entry, (number, pieces));
    let mut by_file = shared.goes_by_file(pieces);
    let mut tries = 1;
    loop {
        runner.begin_part().await?;
        let done = match feed_rows(runner, shared, entry, (pieces, by_file)).await {
            Ok(()) => note(runner, shared, std::slice::from_ref(&step)).await,
            failed => failed,
        };
        let refused = |error: &Error| {
            matches!(error.kind(), Kind::Server | Kind::Privilege) && !is_deadlock(error)
        };
        if by_file && done.as_ref().is_err_and(refused) {
            // its statements tell what is wrong, or that nothing is
            runner.roll_back_part().await?;
            by_file = false;
            continue;
        }
        if tries < TRIES && done.as_ref().is_err_and(is_deadlock) {
            again(runner, &mut tries).await?;
            if keeps_rows(runner, entry).await? {
                return done;
            }
            continue;
        }
        done?;
        runner.commit_part().await?;
        runner.took(step.rows);
        return Ok(());
    }
}

/// Whether the table keeps rows that were taken back: it is of one of MySQL's engines without
/// transactions, and would have them twice.
async fn keeps_rows<T: Target>(runner: &mut Runner<'_, T>, entry: &TocEntry) -> Result<bool> {
    if runner.target().dialect() == Dialect::Postgres {
        return Ok(false);
    }
    let tables = runner.target().relations().await?;
    let keeps =
        |table: &Relation| !table.transactional && table.name.eq_ignore_ascii_case(&entry.name.0);
    Ok(tables.iter().any(keeps))
}

async fn run_plain<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    entry: &TocEntry,
    pieces: &[Piece],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    note(runner, shared, &[step(entry, false)]).await?;
    feed(runner, shared, entry, pieces).await?;
    note(runner, shared, &[step(entry, true)]).await?;
    runner.took(pieces.iter().map(|piece| piece.rows).sum());
    Ok(())
}

/// Says what the entry needs and was not chosen: the reason, where the database lacks it.
fn name_missing<R: Read + Seek + Send + 'static>(
    error: Error,
    shared: &Shared<R>,
    at: usize,
) -> Error {
    let code = error.server_code();
    if code.is_some_and(|code| EXISTS.contains(&code)) {
        return error.hint(
            "--clean drops what is there; --rename-table puts a table under another name beside it.",
        );
    }
    let choice = &shared.job.choice;
    let missing = choice.missing(shared.archive.toc(), &shared.chosen, at);
    if missing.is_empty() || !code.is_some_and(|code| LACKS.contains(&code)) {
        return error;
    }
    let names: Vec<String> = missing.iter().take(5).map(|entry| entry.label()).collect();
    error.hint(format!(
        "It needs what was not chosen: {}. If the database lacks it, give --with-dependencies.",
        names.join(", ")
    ))
}

/// Says what can be done where rows break foreign keys that were there before them: those of a table
/// to itself, of tables to one another, or to rows that are not in the archive.
fn name_keys(error: Error, entry: &TocEntry) -> Error {
    if entry.rows.is_none() || error.server_code() != Some(FOREIGN_KEY) {
        return error;
    }
    error.hint(
        "A foreign key that is there already was checked: --data-only --disable-triggers loads \
         rows with none checked (session_replication_role = replica, a superuser's right).",
    )
}

/// Feeds rows; by a file, where the server takes them so.
async fn feed_rows<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    entry: &TocEntry,
    (pieces, by_file): (&[Piece], bool),
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    if !by_file {
        return feed(runner, shared, entry, pieces).await;
    }
    runner.target().by_file(true).await?;
    let fed = feed(runner, shared, entry, pieces).await;
    // After a failure too: the session is in the middle of the file.
    let ended = runner.target().by_file(false).await;
    fed.and(ended)
}

/// Feeds an entry's statements, or rows.
pub(super) async fn feed<T, R>(
    runner: &mut Runner<'_, T>,
    shared: &Arc<Shared<R>>,
    entry: &TocEntry,
    pieces: &[Piece],
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let label = entry.label();
    let into_what_is_there = shared.job.choice.by_name() || shared.job.names.renames();
    let mut item = shared.progress.item(&label, entry.bytes);
    for piece in pieces {
        if entry.kind == "schema" && into_what_is_there {
            // What was chosen goes into the schema, whether it is there already or not.
            let sql = shared.archive.piece(*piece).await?;
            let guarded = sql.replacen("\nCREATE SCHEMA ", "\nCREATE SCHEMA IF NOT EXISTS ", 1);
            runner.feed(&guarded, Some(&label)).await?;
            continue;
        }
        // Where rows are statements, one is held as a whole, more than once: by one connection only.
        let is_long = piece.length > LONG && runner.target().dialect() == Dialect::Mysql;
        let _alone = match is_long {
            true => shared.long.acquire().await.ok(),
            false => None,
        };
        let mut chunks = shared.archive.stream(*piece);
        while let Some(chunk) = chunks.next().await? {
            runner.feed(chunk, Some(&label)).await?;
            item.add(chunk.len() as u64, 0);
        }
        chunks.end();
        if is_long {
            runner.rest();
        }
        item.add(0, piece.rows);
    }
    Ok(())
}
