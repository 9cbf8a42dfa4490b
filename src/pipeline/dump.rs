//! One database into one archive, for any source and any output.
//!
//! Order of work: snapshots, catalogs, plan, then header, pre-data, rows by all workers, post-data,
//! tail. The leader's snapshot is closed last: it holds the locks.

use std::collections::{HashMap, HashSet};
use std::io::Write;
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
use crate::pipeline::pack::{Packed, Style, label, pack};
use crate::pipeline::reconnect;
use crate::pipeline::stream::{Shared, died, stream};
use crate::plan::entry::{Body, Entry, EntryId, Section, Slice, Statement};
use crate::plan::order::order;
use crate::plan::slice::{Cut, SliceRule, by_key, slices};
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
    let done = attempt(source, database, job, out, &task).await;
    task.done();
    done.while_with(|| format!("dumping database {name} on {}", place(source.server())))
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
    task: &Task,
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
    let plan = Plan::new(catalog, job)?;
    readback::check(about.dialect, &plan.entries)?;
    let mut head = head(about, &script, job, plan.warnings.clone());
    let frames = Frames::new(&plan, &script, &head, job)?;
    task.expect(plan.bytes());

    let out = Shared::new(Writer::new(out, job.codec));
    write(&out, job.codec, frames.before).await?;
    let pieces = cut(&mut snapshots, &plan, job).await?;
    // What was planned is in the frames: of a hundred thousand tables a second copy would count.
    let (labels, readers) = (plan.labels(), plan.readers(snapshots.len()));
    let lines = plan.into_lines(job);
    let idle = snapshots.split_off(readers);
    let own = snapshots.len();
    let (gate, guard) = job.options.nice.map(Gate::new).unzip();
    let pace = Pace::new(job.codec, own, job.options.max_rate).behind(gate);
    tracing::info!(
        "rows come over {own} connections, and each has {} threads that compress them ({})",
        pace.lanes,
        job.codec
    );
    let shared = (Arc::clone(&out), pace, task.clone());
    let rows = stream(snapshots, pieces, labels, shared);
    let mut snapshots = beside(source, (guard, own), rows).await?;
    snapshots.extend(idle);
    let noticed = snapshots.iter_mut().flat_map(Snapshot::noticed);
    head.warnings.extend(noticed);
    write(&out, job.codec, frames.after).await?;
    for snapshot in snapshots.into_iter().rev() {
        snapshot.close().await?;
    }
    seal(out, head, lines, clock).await
}

/// The pieces of the tables, in the order in which the workers take them.
async fn cut<N: Snapshot>(snapshots: &mut [N], plan: &Plan, job: &DumpJob) -> Result<Vec<Slice>> {
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
    for (id, data, parts) in by_key(&plan.entries, &cut) {
        let leader = snapshots.first_mut().ok_or_else(no_snapshot)?;
        ranges.insert(id, leader.ranges(data, parts).await?);
    }
    Ok(slices(&plan.entries, &cut, &ranges))
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
    pub(super) entries: Vec<Entry>,
    pub(super) warnings: Vec<Warning>,
}

impl Plan {
    pub(super) fn new(catalog: Catalog, job: &DumpJob) -> Result<Self> {
        let mut entries = order(catalog.entries)?;
        if job.if_exists {
            for statement in entries.iter_mut().flat_map(|entry| &mut entry.drop) {
                statement.text = if_exists(&statement.text);
            }
        }
        Ok(Self {
            entries,
            warnings: catalog.warnings,
        })
    }

    fn bytes(&self) -> u64 {
        let sizes = self.entries.iter().map(|entry| match &entry.body {
            Body::Data(data) => data.bytes,
            Body::Statements(_) => 0,
        });
        sizes.fold(0, u64::saturating_add)
    }

    /// How many of the connections may read rows: one where some rows must come after others.
    fn readers(&self, most: usize) -> usize {
        let rows = |entry: &&Entry| matches!(entry.body, Body::Data(_));
        let ids: HashSet<EntryId> = self.entries.iter().filter(rows).map(|e| e.id).collect();
        let mut needs = self.entries.iter().filter(rows).flat_map(|e| &e.needs);
        if needs.any(|need| ids.contains(need)) {
            1
        } else {
            most
        }
    }

    /// The statements that stand before the rows, or behind them. Of those of the data section the
    /// plan's order decides.
    fn statements(&self, before: bool) -> impl Iterator<Item = &Entry> {
        let rows = |entry: &Entry| matches!(entry.body, Body::Data(_));
        let first = self.entries.iter().position(rows).unwrap_or(0);
        let entries = self.entries.iter().enumerate();
        entries
            .filter(move |(at, entry)| {
                let early = match entry.section {
                    Section::Database => return false,
                    Section::Globals | Section::PreData => true,
                    Section::Data => *at < first,
                    Section::PostData => false,
                };
                early == before
            })
            .map(|(_, entry)| entry)
    }

    fn labels(&self) -> HashMap<EntryId, String> {
        let rows = self.entries.iter();
        rows.filter(|entry| matches!(entry.body, Body::Data(_)))
            .map(|entry| (entry.id, label(entry)))
            .collect()
    }

    pub(super) fn into_lines(self, job: &DumpJob) -> Vec<TocEntry> {
        let lines = self.entries.into_iter();
        lines
            .map(|entry| contents::line(entry, job.create))
            .collect()
    }

    fn section(&self, wanted: impl Fn(Section) -> bool) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| wanted(entry.section))
    }

    /// What drops everything, the last made first.
    fn drops(&self, wanted: impl Fn(Section) -> bool) -> Vec<u8> {
        let mut out = Vec::new();
        for entry in self
            .entries
            .iter()
            .rev()
            .filter(|entry| wanted(entry.section))
        {
            for statement in &entry.drop {
                write_plain(statement, &mut out);
            }
        }
        out
    }
}

fn write_plain(statement: &Statement, out: &mut Vec<u8>) {
    out.extend_from_slice(&statement.text);
    out.extend_from_slice(b";\n");
}

/// Everything around the rows.
pub(super) struct Frames {
    pub(super) before: Vec<Packed>,
    pub(super) after: Vec<Packed>,
}

impl Frames {
    pub(super) fn new(plan: &Plan, script: &Script, head: &Head, job: &DumpJob) -> Result<Self> {
        let style = job.style(head.dialect, &head.encoding);
        let mut start = header(head, job.shape());
        if job.create {
            start.extend_from_slice(reconnect::stop_at_error(head.dialect));
        }
        start.extend_from_slice(&script.head);
        if !job.create {
            start.extend_from_slice(&script.inside);
        }
        let mut before = vec![bare(start)];
        let in_database = |section| section == Section::Database;
        if job.clean {
            before.push(bare(
                plan.drops(|section| in_database(section) == job.create),
            ));
        }
        if job.create {
            before.extend(pack(plan.section(in_database), style));
            let database = &head.database.0;
            before.push(bare(reconnect::script(head.dialect, database, script)?));
        }
        before.extend(pack(plan.statements(true), style));
        let mut after = pack(plan.statements(false), style);
        let mut end = script.tail.clone();
        end.extend_from_slice(COMPLETE.as_bytes());
        after.push(bare(end));
        before.retain(|frame| !frame.sql.is_empty());
        Ok(Self { before, after })
    }
}

fn bare(sql: Vec<u8>) -> Packed {
    Packed {
        sql,
        parts: Vec::new(),
    }
}

/// Compresses and appends these frames, off the async threads.
pub(super) async fn write<W>(out: &Arc<Shared<W>>, codec: Codec, frames: Vec<Packed>) -> Result<()>
where
    W: Write + Send + 'static,
{
    let out = Arc::clone(out);
    let work = move || {
        let mut encoder = Encoder::new(codec)?;
        let mut each = frames.iter();
        each.try_for_each(|frame| out.append(&mut encoder, &frame.sql, &frame.parts))
    };
    spawn_blocking(work).await.map_err(died)?
}

/// Writes the table of contents, when everything that was planned has been written.
pub(super) async fn seal<W>(
    out: Arc<Shared<W>>,
    mut head: Head,
    lines: Vec<TocEntry>,
    clock: Instant,
) -> Result<(W, Sealed)>
where
    W: Write + Send + 'static,
{
    head.ended = head.started + clock.elapsed();
    let writer = out.into_writer()?;
    let finished = spawn_blocking(move || writer.finish(head, lines));
    let (out, sealed) = finished.await.map_err(died)??;
    check_written(&sealed)?;
    Ok((out, sealed))
}

/// Every statement entry has a piece. Of rows the workers have counted every slice.
fn check_written(sealed: &Sealed) -> Result<()> {
    let missing = sealed.toc.entries.iter().find(|entry| {
        entry.rows.is_none() && entry.pieces.is_empty() && entry.section != Section::Database
    });
    match missing {
        None => Ok(()),
        Some(entry) => Err(Error::new(
            Kind::Internal,
            format!("{} was planned and not written", entry.label()),
        )),
    }
}
