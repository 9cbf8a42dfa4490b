//! Going on with a restore that was broken off: what the target has recorded, whether the target is
//! still as that restore left it, and what was begun and must be made again.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use std::sync::Arc;

use bstr::{BString, ByteSlice as _};
use sha2::{Digest as _, Sha256};

use crate::archive::toc::{Text, Toc, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::relations::Relations;
use crate::pipeline::restore::{RestoreJob, borrowed, definitions};
use crate::pipeline::runner::Runner;
use crate::plan::entry::EntryId;
use crate::source::{Relation, Step, Target};
use crate::sql::dialect::Dialect;

/// How far an earlier restore came: empty for one that begins.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Entries' numbers, each with a piece that is done: `None` is all of it.
    done: HashSet<(u32, Option<u32>)>,
    /// The places of entries that must be dropped and made again, in their order.
    redo: Vec<usize>,
    /// Those of the rows that go with them.
    lost: Vec<usize>,
}

impl Past {
    /// Whether all of the entry at this place is done.
    pub(super) fn has(&self, toc: &Toc, at: usize) -> bool {
        let id = toc.entries.id(at);
        id.is_some_and(|id| self.done.contains(&(id.0, None)))
    }

    /// Whether this piece of the entry is done.
    pub(super) fn has_piece(&self, entry: &TocEntry, piece: Option<usize>) -> bool {
        let piece = piece.and_then(|piece| u32::try_from(piece).ok());
        self.done.contains(&(entry.id.0, piece))
    }
}

/// Names a restore: the archive and what of it goes where how. Another one does not go on with it.
pub(super) fn name(toc: &Toc, chosen: &[usize], job: &RestoreJob) -> String {
    let mut digest = Sha256::new();
    digest.update(toc.digest.as_bytes());
    for id in chosen.iter().filter_map(|at| toc.entries.id(*at)) {
        digest.update(id.0.to_le_bytes());
    }
    digest.update(format!("{:?}{:?}", job.assume_encoding, job.names).as_bytes());
    const_hex::encode(digest.finalize())
}

/// Reads how far the restore of this name came, and compares the target with that. `None`: it had
/// not begun.
pub(super) async fn past<T: Target>(target: &mut T, toc: &Toc, name: &str) -> Result<Option<Past>> {
    let Some((of, steps)) = target.journal_read().await? else {
        if target.object_count().await? == 0 {
            return Ok(None);
        }
        let what = "no restore into this database was broken off, and it is not empty";
        return Err(Error::new(Kind::Usage, what));
    };
    if of != name {
        let what = "what was broken off here was the restore of another archive, or of other parts";
        return Err(Error::new(Kind::Usage, what).hint(
            "Give the same file and the same switches, or begin again in an empty database.",
        ));
    }
    let there = target.relations().await?;
    let record = Record::new(toc, &steps, there);
    record.same_tables()?;
    record.same_rows(target).await?;
    Ok(Some(record.past()))
}

/// There is no such column (MySQL).
const NO_COLUMN: &str = "1091";

/// Drops what was begun and not done, the last made first.
pub(super) async fn mend<T, R>(
    runner: &mut Runner<'_, T>,
    archive: &Arc<Archive<R>>,
    (chosen, past): (&[usize], &Past),
) -> Result<()>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let toc = archive.toc();
    record_redo(runner.target(), toc, past).await?;
    for entry in toc.entries.those(past.redo.iter().rev()) {
        for Text(drop) in &entry.drop {
            runner.drop_one(drop, &entry.label(), false).await?;
        }
    }
    // Views that such a one reads may be the restoring user's still; those that are to be made again are not
    // there.
    let there = chosen.iter().copied();
    let there = there.filter(|at| past.redo.binary_search(at).is_err());
    let there: Vec<usize> = there.collect();
    for at in past.redo.iter().filter(|at| is_view(toc, **at)) {
        borrowed::give_back(runner, archive, (*at, &there)).await?;
    }
    // Columns that a trigger names and that are gone are there only while it is made.
    let triggers = past.redo.iter().copied();
    let triggers = triggers.filter(|at| toc.entries.kind(*at) == "trigger");
    let mut ends: HashMap<EntryId, Vec<u8>> = HashMap::new();
    definitions::each(archive, &triggers.collect::<Vec<_>>(), |entry, sql| {
        ends.insert(entry.id, sql.to_vec());
    })
    .await?;
    for end in ends.values().filter(|sql| drops_columns(sql)) {
        match runner.target().execute(end).await {
            Err(error) if error.server_code() != Some(NO_COLUMN) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// What is to be made again is recorded as begun, and nothing of its rows as done: who ends in the middle of
/// this goes on from there.
async fn record_redo<T: Target>(target: &mut T, toc: &Toc, past: &Past) -> Result<()> {
    let ids = |places: &[usize]| -> Vec<u32> {
        let ids = places.iter().filter_map(|at| toc.entries.id(*at));
        ids.map(|id| id.0).collect()
    };
    let step = |entry| Step {
        entry,
        piece: None,
        rows: 0,
        done: false,
    };
    let begun: Vec<Step> = ids(&past.redo).into_iter().map(step).collect();
    if !begun.is_empty() {
        target.journal_note(&begun).await?;
    }
    if !past.lost.is_empty() {
        target.journal_forget(&ids(&past.lost)).await?;
    }
    Ok(())
}

fn is_view(toc: &Toc, at: usize) -> bool {
    toc.head.dialect == Dialect::Mysql && toc.entries.kind(at) == "view"
}

fn drops_columns(sql: &[u8]) -> bool {
    sql.starts_with(b"ALTER TABLE ") && sql.contains_str(" DROP COLUMN ")
}

/// Names as the target's dialect tells them apart.
type Name = (Option<BString>, BString);

struct Record<'a> {
    toc: &'a Toc,
    relations: Relations,
    steps: &'a [Step],
    /// The number of steps of each entry, and of their rows.
    counts: HashMap<u32, (usize, u64)>,
    there: HashMap<Name, Relation>,
    /// The places of entries that were begun and not done.
    begun: Vec<usize>,
}

impl<'a> Record<'a> {
    fn new(toc: &'a Toc, steps: &'a [Step], there: Vec<Relation>) -> Self {
        let begun = steps.iter().filter(|step| !step.done);
        let begun = begun.filter_map(|step| toc.entries.place(EntryId(step.entry)));
        let mut counts: HashMap<u32, (usize, u64)> = HashMap::new();
        for step in steps {
            let (count, rows) = counts.entry(step.entry).or_default();
            *count += 1;
            *rows += step.rows;
        }
        let dialect = toc.head.dialect;
        let named = |table: Relation| (name_of(dialect, table.schema.as_ref(), &table.name), table);
        Self {
            toc,
            relations: Relations::of(toc),
            steps,
            begun: begun.collect(),
            counts,
            there: there.into_iter().map(named).collect(),
        }
    }

    /// The tables and views that were made.
    fn made(&self) -> impl Iterator<Item = (usize, Arc<TocEntry>)> {
        let entries = &self.toc.entries;
        let whole = self.steps.iter().filter(|step| step.piece.is_none());
        let places = whole.filter_map(|step| entries.place(EntryId(step.entry)));
        let listed = |at: &usize| is_listed(self.toc.head.dialect, entries.kind(*at));
        places
            .filter(listed)
            .filter_map(|at| Some((at, entries.get(at)?)))
    }

    fn name(&self, entry: &TocEntry) -> Name {
        let schema = entry.schema.as_ref().map(|schema| &schema.0);
        name_of(self.toc.head.dialect, schema, &entry.name.0)
    }

    fn same_tables(&self) -> Result<()> {
        let made = self.made().map(|(_, entry)| self.name(&entry));
        let made: HashSet<Name> = made.collect();
        if let Some(stranger) = self.there.keys().find(|name| !made.contains(*name)) {
            let name = stranger.1.to_str_lossy();
            return Err(changed(&format!(
                "it has {name}, which the restore did not make"
            )));
        }
        for (at, entry) in self.made() {
            if !self.there.contains_key(&self.name(&entry)) && !self.begun.contains(&at) {
                return Err(changed(&format!("{} is gone", entry.label())));
            }
        }
        Ok(())
    }

    /// Rows that come by way of their root may be in other tables than recorded: the sum counts.
    async fn same_rows<T: Target>(&self, target: &mut T) -> Result<()> {
        let (mut recorded, mut found) = (0, 0);
        for (at, entry) in self.made() {
            let Some(table) = self.there.get(&self.name(&entry)) else {
                continue;
            };
            let rows = self.relations.rows_of(&[at]);
            if rows.is_empty() || self.is_lost(at, table) {
                continue;
            }
            recorded += rows.iter().map(|rows| self.rows_done(*rows)).sum::<u64>();
            found += target.row_count(table).await?;
        }
        if recorded == found {
            return Ok(());
        }
        let what = format!("its tables hold {found} rows, and {recorded} were restored");
        Err(changed(&what))
    }

    fn rows_done(&self, at: usize) -> u64 {
        let id = self.toc.entries.id(at);
        let counts = id.and_then(|id| self.counts.get(&id.0));
        counts.map_or(0, |(_, rows)| *rows)
    }

    /// Whether it is not known which of the table's rows are there.
    fn is_lost(&self, at: usize, table: &Relation) -> bool {
        let whole = |rows: &usize| {
            let entry = self.toc.entries.get(*rows);
            entry.is_none_or(|entry| {
                let counts = self.counts.get(&entry.id.0);
                counts.map_or(0, |(count, _)| *count) == entry.pieces.len()
            })
        };
        !table.transactional && !self.relations.rows_of(&[at]).iter().all(whole)
    }

    fn past(&self) -> Past {
        let mut redo = self.begun.clone();
        for (at, entry) in self.made() {
            let table = self.there.get(&self.name(&entry));
            if table.is_some_and(|table| self.is_lost(at, table)) {
                redo.push(at);
            }
        }
        redo.sort_unstable();
        redo.dedup();
        let lost = self.relations.rows_of(&redo);
        let mut forgotten: HashSet<usize> = redo.iter().chain(&lost).copied().collect();
        let mut done = HashSet::new();
        // A program may have been in the making, under another default of MySQL's database.
        let entries = &self.toc.entries;
        let settings = 0..entries.len();
        forgotten.extend(settings.filter(|at| entries.kind(*at) == "database_settings"));
        for step in self.steps.iter().filter(|step| step.done) {
            let at = entries.place(EntryId(step.entry));
            if at.is_some_and(|at| !forgotten.contains(&at)) {
                done.insert((step.entry, step.piece));
            }
        }
        Past { done, redo, lost }
    }
}

fn is_listed(dialect: Dialect, kind: &str) -> bool {
    match kind {
        "table" | "view" | "materialized_view" | "foreign_table" => true,
        "sequence" => dialect == Dialect::Mysql,
        _ => false,
    }
}

/// Some servers of MySQL's keep names in lower case.
fn name_of(dialect: Dialect, schema: Option<&BString>, name: &BString) -> Name {
    match dialect {
        Dialect::Postgres => (schema.cloned(), name.clone()),
        Dialect::Mysql => (None, name.to_lowercase().into()),
    }
}

fn changed(what: &str) -> Error {
    let message = format!("the database has changed since the restore was broken off: {what}");
    Error::new(Kind::Usage, message).hint("Begin again in an empty database.")
}
