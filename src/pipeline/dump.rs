//! One database into one archive, for any source and any output.
//!
//! Order of work: snapshots, catalogs, plan, then header, pre-data, rows by all workers, post-data,
//! tail. The leader's snapshot is closed last: it holds the locks.

use std::collections::{HashMap, HashSet};
use std::io::{Write, sink};
use std::sync::Arc;
use std::time::Instant;

use bstr::ByteSlice as _;
use chrono::{DateTime, Utc};
use tokio::task::spawn_blocking;

use crate::archive::codec::{Codec, Encoder};
use crate::archive::toc::{ArchiveKind, FORMAT, Head, Text, TocEntry};
use crate::archive::writer::{Sealed, Writer};
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::contents;
use crate::pipeline::header::{COMPLETE, Shape, header, is_utf8};
use crate::pipeline::nice::{Gate, beside};
use crate::pipeline::pace::Pace;
use crate::pipeline::pack::{Packed, Packer, Style, label};
use crate::pipeline::reconnect;
use crate::pipeline::stream::{Shared, died, stream};
use crate::plan::entries::Entries;
use crate::plan::entry::{EntryId, Section, Statement};
use crate::plan::order::order;
use crate::plan::shelf::Reading;
use crate::plan::slice::{Cut, Piece, SliceRule, by_key, slices};
use crate::progress::{Progress, Task};
use crate::source::{Catalog, DumpOptions, Script, ServerInfo, Snapshot, Source, Warning};
use crate::sql::dialect::Dialect;
use crate::sql::if_exists::if_exists;
use crate::sql::readback;

/// How often a database is begun again that changed while its catalogs were read.
const TRIES: usize = 3;

/// How a dump is made.
#[derive(Debug, Clone)]
pub struct DumpJob {
    /// What is read.
    pub options: DumpOptions,
    /// The compressor.
    pub codec: Codec,
    /// The number of connections that read rows.
    pub jobs: usize,
    /// The script creates the database and goes on in it.
    pub create: bool,
    /// The script drops what it makes first.
    pub clean: bool,
    /// … where it exists.
    pub if_exists: bool,
    /// Frames in plan order, and nothing in the script that differs the next time.
    pub deterministic: bool,
    /// The switches, as the user would write them; no secrets.
    pub switches: Vec<String>,
    /// When it begins.
    pub started: DateTime<Utc>,
}

impl DumpJob {
    /// A dump of everything as it is by default.
    #[must_use]
    pub fn new(started: DateTime<Utc>) -> Self {
        Self {
            options: DumpOptions::default(),
            codec: Codec::default(),
            jobs: 1,
            create: false,
            clean: false,
            if_exists: false,
            deterministic: false,
            switches: Vec::new(),
            started,
        }
    }

    pub(super) fn shape(&self) -> Shape {
        Shape {
            create: self.create,
            clean: self.clean,
            deterministic: self.deterministic,
        }
    }

    fn workers(&self) -> usize {
        if self.deterministic || self.options.selection.schema_only {
            1
        } else {
            self.jobs.max(1)
        }
    }

    pub(super) fn style(&self, dialect: Dialect, encoding: &str) -> Style {
        Style {
            dialect,
            utf8: is_utf8(encoding),
            limit: self.options.frame_limit(),
        }
    }
}

/// Dumps `database` into `out`; gives that back with what was written. Nothing is written before
/// the catalogs are read.
pub async fn dump<S, W>(
    source: &S,
    database: &[u8],
    job: &DumpJob,
    out: W,
    progress: &Progress,
) -> Result<(W, Sealed)>
where
    S: Source,
    S::Snapshot: 'static,
    W: Write + Send + 'static,
{
    let name = database.to_str_lossy();
    let task = progress.task(&name, 0);
    let done = attempt(source, database, job, out, (&task, |_: &TocEntry| {})).await;
    task.done();
    done.while_with(|| format!("dumping database {name} on {}", place(source.server())))
}

/// Dumps `database` to nowhere; `each` sees the entries of its table of contents.
pub(super) async fn contents_of<S>(
    source: &S,
    database: &[u8],
    job: &DumpJob,
    (progress, each): (&Progress, impl Fn(&TocEntry) + Send + 'static),
) -> Result<()>
where
    S: Source,
    S::Snapshot: 'static,
{
    let name = database.to_str_lossy();
    let task = progress.task(&name, 0);
    let done = attempt(source, database, job, sink(), (&task, each)).await;
    task.done();
    done.while_with(|| format!("dumping database {name} on {}", place(source.server())))?;
    Ok(())
}

/// "db1:5432 (PostgreSQL 16.3)"
pub(super) fn place(server: &ServerInfo) -> String {
    format!("{} ({} {})", server.address, server.product, server.version)
}

async fn attempt<S, W>(
    source: &S,
    database: &[u8],
    job: &DumpJob,
    out: W,
    (task, each): (&Task, impl Fn(&TocEntry) + Send + 'static),
) -> Result<(W, Sealed)>
where
    S: Source,
    S::Snapshot: 'static,
    W: Write + Send + 'static,
{
    let clock = Instant::now();
    let (mut snapshots, catalog) = read_catalog(source, database, job).await?;
    let leader = snapshots.first().ok_or_else(no_snapshot)?;
    let script = leader.script().clone();
    let about = About {
        dialect: leader.dialect(),
        server: leader.server().clone(),
        database: Text(database.into()),
        kind: ArchiveKind::Database,
    };
    let plan = Arc::new(Plan::new(catalog, job)?);
    readback::check(about.dialect, &plan.entries)?;
    let mut head = head(about, &script, job, plan.warnings.clone());
    let frames = Arc::new(Frames::new(&plan, &script, &head, job)?);
    task.expect(plan.entries.all_bytes());

    let out = Shared::new(Writer::new(out, job.codec));
    write(&out, job.codec, (&frames, &plan), Frames::before).await?;
    let pieces = cut(&mut snapshots, &plan, job).await?;
    let idle = snapshots.split_off(plan.readers(snapshots.len()));
    let own = snapshots.len();
    let (gate, guard) = job.options.nice.map(Gate::new).unzip();
    let pace = Pace::new(job.codec, own, job.options.max_rate).behind(gate);
    tracing::info!(
        "rows come over {own} connections, and each has {} threads that compress them ({})",
        pace.lanes,
        job.codec
    );
    let shared = (Arc::clone(&out), pace, task.clone());
    let rows = stream(snapshots, pieces, Arc::clone(&plan), shared);
    let mut snapshots = beside(source, (guard, own), rows).await?;
    snapshots.extend(idle);
    let noticed = snapshots.iter_mut().flat_map(Snapshot::noticed);
    head.warnings.extend(noticed);
    write(&out, job.codec, (&frames, &plan), Frames::after).await?;
    for snapshot in snapshots.into_iter().rev() {
        snapshot.close().await?;
    }
    seal(out, (head, clock), (plan, job.create), each).await
}

/// The pieces of the tables, in the order in which the workers take them.
async fn cut<N: Snapshot>(snapshots: &mut [N], plan: &Plan, job: &DumpJob) -> Result<Vec<Piece>> {
    let rule = if job.deterministic || plan.readers(2) == 1 {
        SliceRule::Fixed
    } else {
        SliceRule::Ranges
    };
    let cut = Cut {
        workers: job.workers(),
        rule,
        bytes: job.options.slice_bytes,
    };
    let mut ranges = HashMap::new();
    for (id, data, parts) in by_key(&plan.entries, &cut)? {
        let leader = snapshots.first_mut().ok_or_else(no_snapshot)?;
        ranges.insert(id, leader.ranges(&data, parts).await?);
    }
    slices(&plan.entries, &cut, &ranges)
}

async fn read_catalog<S: Source>(
    source: &S,
    database: &[u8],
    job: &DumpJob,
) -> Result<(Vec<S::Snapshot>, Catalog)> {
    let mut tries = 0;
    loop {
        tries += 1;
        let mut snapshots = source
            .snapshot(database, job.workers(), &job.options)
            .await?;
        let leader = snapshots.first_mut().ok_or_else(no_snapshot)?;
        match leader.entries().await {
            Ok(catalog) => return Ok((snapshots, catalog)),
            Err(error) if error.kind() == Kind::Changed && tries < TRIES => {
                tracing::warn!("{}: begins again", error.line());
            }
            Err(error) => return Err(error),
        }
    }
}

fn no_snapshot() -> Error {
    Error::new(Kind::Internal, "the server gave no snapshot")
}

/// What the dump is of.
pub(super) struct About {
    pub(super) dialect: Dialect,
    pub(super) server: ServerInfo,
    pub(super) database: Text,
    pub(super) kind: ArchiveKind,
}

pub(super) fn head(about: About, script: &Script, job: &DumpJob, warnings: Vec<Warning>) -> Head {
    Head {
        format: FORMAT,
        tool: env!("CARGO_PKG_VERSION").into(),
        kind: about.kind,
        dialect: about.dialect,
        server: about.server,
        database: about.database,
        encoding: script.encoding.clone(),
        position: script.position.clone(),
        started: job.started,
        ended: job.started,
        codec: job.codec.to_string(),
        switches: job.switches.clone(),
        warnings,
    }
}

/// The entries in the order in which they restore.
pub(super) struct Plan {
    pub(super) entries: Entries,
    pub(super) warnings: Vec<Warning>,
}

impl Plan {
    pub(super) fn new(catalog: Catalog, job: &DumpJob) -> Result<Self> {
        let mut entries = order(catalog.entries)?;
        if job.if_exists {
            entries = entries.change(|entry| {
                for statement in &mut entry.drop {
                    statement.text = if_exists(&statement.text);
                }
                Ok(())
            })?;
        }
        Ok(Self {
            entries,
            warnings: catalog.warnings,
        })
    }

    /// How many of the connections may read rows: one where some rows must come after others.
    fn readers(&self, most: usize) -> usize {
        let rows = || self.entries.rows();
        let ids: HashSet<EntryId> = rows().map(|at| self.entries.id(at)).collect();
        let mut needs = rows().flat_map(|at| self.entries.needs(at));
        if needs.any(|need| ids.contains(need)) {
            1
        } else {
            most
        }
    }

    /// The statements that stand before the rows, or behind them. Of those of the data section the
    /// plan's order decides.
    fn statements(&self, before: bool) -> impl Iterator<Item = usize> {
        let first = self.entries.rows().next().unwrap_or(0);
        (0..self.entries.len()).filter(move |&at| {
            let early = match self.entries.section(at) {
                Section::Database => return false,
                Section::Globals | Section::PreData => true,
                Section::Data => at < first,
                Section::PostData => false,
            };
            early == before && !self.entries.is_rows(at)
        })
    }

    /// What stands for the entry of this id in messages.
    pub(super) fn label(&self, id: EntryId) -> String {
        let at = self.entries.ids().position(|own| own == id);
        let label = at.map(|at| self.label_at(at, &mut Reading::default()));
        label.and_then(Result::ok).unwrap_or_else(|| "rows".into())
    }

    /// The same for the entry at this position.
    pub(super) fn label_at(&self, at: usize, reading: &mut Reading) -> Result<String> {
        let identity = self.entries.identity(at, reading)?;
        Ok(label(self.entries.kind(at), &identity))
    }

    fn lines(&self, in_script: bool) -> impl Iterator<Item = Result<TocEntry>> {
        let entries = self.entries.iter();
        entries.map(move |entry| Ok(contents::line(entry?, in_script)))
    }

    fn section(&self, wanted: impl Fn(Section) -> bool) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.entries.len()).filter(move |at| wanted(self.entries.section(*at)))
    }

    /// What drops everything, the last made first.
    fn drops(&self, wanted: impl Fn(Section) -> bool) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        for entry in self.entries.those(self.section(wanted).rev()) {
            for statement in entry?.drop {
                write_plain(&statement, &mut out);
            }
        }
        Ok(out)
    }
}

fn write_plain(statement: &Statement, out: &mut Vec<u8>) {
    out.extend_from_slice(&statement.text);
    out.extend_from_slice(b";\n");
}

/// Everything around the rows. What is made of entries is made when it is written.
pub(super) struct Frames {
    style: Style,
    start: Vec<u8>,
    drops: Vec<u8>,
    /// What stands behind the database's creation, where that is part of the script.
    reconnect: Option<Vec<u8>>,
    end: Vec<u8>,
}

/// Takes frames as they become full.
type Taken<'a> = &'a mut dyn FnMut(Packed) -> Result<()>;

impl Frames {
    pub(super) fn new(plan: &Plan, script: &Script, head: &Head, job: &DumpJob) -> Result<Self> {
        let mut start = header(head, job.shape());
        if job.create {
            start.extend_from_slice(reconnect::stop_at_error(head.dialect));
        }
        start.extend_from_slice(&script.head);
        if !job.create {
            start.extend_from_slice(&script.inside);
        }
        let mut drops = Vec::new();
        if job.clean {
            drops = plan.drops(|section| in_database(section) == job.create)?;
        }
        let mut reconnect = None;
        if job.create {
            let database = &head.database.0;
            reconnect = Some(reconnect::script(head.dialect, database, script)?);
        }
        let mut end = script.tail.clone();
        end.extend_from_slice(COMPLETE.as_bytes());
        Ok(Self {
            style: job.style(head.dialect, &head.encoding),
            start,
            drops,
            reconnect,
            end,
        })
    }

    pub(super) fn before(&self, plan: &Plan, take: Taken<'_>) -> Result<()> {
        bare(&self.start, take)?;
        bare(&self.drops, take)?;
        if let Some(reconnect) = &self.reconnect {
            self.pack(plan, plan.section(in_database), take)?;
            bare(reconnect, take)?;
        }
        self.pack(plan, plan.statements(true), take)
    }

    pub(super) fn after(&self, plan: &Plan, take: Taken<'_>) -> Result<()> {
        self.pack(plan, plan.statements(false), take)?;
        bare(&self.end, take)
    }

    fn pack(
        &self,
        plan: &Plan,
        positions: impl Iterator<Item = usize>,
        take: Taken<'_>,
    ) -> Result<()> {
        let mut packer = Packer::new(self.style);
        for entry in plan.entries.those(positions) {
            packer.add(&entry?).map_or(Ok(()), &mut *take)?;
        }
        packer.end().map_or(Ok(()), take)
    }
}

fn in_database(section: Section) -> bool {
    section == Section::Database
}

/// What is no entry's.
fn bare(sql: &[u8], take: Taken<'_>) -> Result<()> {
    if sql.is_empty() {
        return Ok(());
    }
    take(Packed {
        sql: sql.to_vec(),
        parts: Vec::new(),
    })
}

/// Compresses and appends these frames, off the async threads.
pub(super) async fn write<W>(
    out: &Arc<Shared<W>>,
    codec: Codec,
    (frames, plan): (&Arc<Frames>, &Arc<Plan>),
    make: impl FnOnce(&Frames, &Plan, Taken<'_>) -> Result<()> + Send + 'static,
) -> Result<()>
where
    W: Write + Send + 'static,
{
    let (out, frames, plan) = (Arc::clone(out), Arc::clone(frames), Arc::clone(plan));
    let work = move || {
        let mut encoder = Encoder::new(codec)?;
        make(&frames, &plan, &mut |frame| {
            out.append(&mut encoder, &frame.sql, &frame.parts)
        })
    };
    spawn_blocking(work).await.map_err(died)?
}

/// Writes the table of contents, when everything that was planned has been written; `each` sees its
/// entries.
pub(super) async fn seal<W>(
    out: Arc<Shared<W>>,
    (mut head, clock): (Head, Instant),
    (plan, in_script): (Arc<Plan>, bool),
    each: impl Fn(&TocEntry) + Send + 'static,
) -> Result<(W, Sealed)>
where
    W: Write + Send + 'static,
{
    head.ended = head.started + clock.elapsed();
    let writer = out.into_writer()?;
    let finish = move || {
        writer.finish(head, plan.lines(in_script), |entry| {
            check_written(entry)?;
            each(entry);
            Ok(())
        })
    };
    spawn_blocking(finish).await.map_err(died)?
}

/// Every statement entry has a piece. Of rows the workers have counted every slice.
fn check_written(entry: &TocEntry) -> Result<()> {
    if entry.rows.is_none() && entry.pieces.is_empty() && entry.section != Section::Database {
        let what = format!("{} was planned and not written", entry.label());
        return Err(Error::new(Kind::Internal, what));
    }
    Ok(())
}
