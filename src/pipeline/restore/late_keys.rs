//! Tables of MySQL's and MariaDB's whose plain keys are made when their rows are there.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use std::sync::Arc;

use crate::archive::toc::ArchiveKind;
use crate::error::Result;
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::relations::Relations;
use crate::pipeline::restore::{RestoreJob, definitions};
use crate::plan::entry::EntryId;
use crate::sql::dialect::Dialect;
use crate::sql::late_keys::{Apart, apart, last_part, pointed_to};
use crate::sql::names::Renaming;

/// From so many bytes of rows on it is worth a second statement.
const LEAST: u64 = 1 << 20;

/// The tables, by the places of their entries, each in its two statements.
#[derive(Debug, Default)]
pub(super) struct LateKeys(HashMap<usize, Apart>);

impl LateKeys {
    /// Those among the chosen entries. Steps that fail must end the restore: a table without its
    /// keys is not what was asked for.
    pub(super) async fn of<R: Read + Seek + Send + 'static>(
        archive: &Arc<Archive<R>>,
        chosen: &[usize],
        (job, renaming): (&RestoreJob, &Renaming),
    ) -> Result<Self> {
        let toc = archive.toc();
        let usable = toc.head.dialect == Dialect::Mysql
            && toc.head.kind == ArchiveKind::Database
            && job.by_steps()
            && !renaming.renames()
            && renaming.database.is_none();
        let large = if usable {
            large(archive, chosen)
        } else {
            HashMap::new()
        };
        if large.is_empty() {
            return Ok(Self::default());
        }
        let mut found: HashMap<usize, (Vec<u8>, Option<Apart>)> = HashMap::new();
        let mut pointed: HashSet<Vec<u8>> = HashSet::new();
        let tables: Vec<usize> = chosen
            .iter()
            .copied()
            .filter(|at| toc.entries.kind(*at) == TABLE)
            .collect();
        definitions::each(archive, &tables, |entry, statement| {
            pointed.extend(
                pointed_to(statement)
                    .iter()
                    .map(|name| name.to_ascii_lowercase()),
            );
            if let Some(at) = large.get(&entry.id) {
                let name = table_name(statement);
                let table = found.entry(*at).or_insert_with(|| (name, apart(statement)));
                // More than one statement is more than is known here.
                if table
                    .1
                    .as_ref()
                    .is_some_and(|table| !belongs(table, statement))
                {
                    table.1 = None;
                }
            }
        })
        .await?;
        let keys = found
            .into_iter()
            .filter_map(|(at, (name, apart))| (!pointed.contains(&name)).then_some((at, apart?)));
        Ok(Self(keys.collect()))
    }

    /// The tables' places, in the archive's order.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.0.keys().copied().collect();
        places.sort_unstable();
        places
    }

    /// The table's two statements, where its keys come later.
    pub(super) fn of_table(&self, at: usize) -> Option<&Apart> {
        self.0.get(&at)
    }
}

const TABLE: &str = "table";

/// The entries of tables with many rows, where both are chosen.
fn large<R: Read + Seek + Send + 'static>(
    archive: &Arc<Archive<R>>,
    chosen: &[usize],
) -> HashMap<EntryId, usize> {
    let toc = archive.toc();
    let relations = Relations::of(toc);
    let chosen: HashSet<usize> = chosen.iter().copied().collect();
    let tables = chosen.iter().filter_map(|at| {
        let id = toc.entries.id(*at)?;
        if toc.entries.kind(*at) != TABLE {
            return None;
        }
        let rows = relations.rows_of(&[*at]).into_iter();
        let rows = rows.filter(|rows| chosen.contains(rows));
        let rows = rows.filter_map(|rows| toc.entries.get(rows));
        (rows.map(|rows| rows.bytes).sum::<u64>() >= LEAST).then_some((id, *at))
    });
    tables.collect()
}

fn table_name(statement: &[u8]) -> Vec<u8> {
    let names = statement
        .strip_prefix(b"CREATE TABLE ")
        .unwrap_or(statement);
    last_part(names).to_ascii_lowercase()
}

fn belongs(table: &Apart, statement: &[u8]) -> bool {
    apart(statement).is_some_and(|other| &other == table)
}
