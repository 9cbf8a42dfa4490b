//! The statements of an archive's definitions, one by one, without running them: what names and
//! checks are found in, and which of them can be made beside others.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use std::sync::Arc;

use crate::archive::toc::TocEntry;
use crate::error::Result;
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::stages::is_loose;
use crate::plan::entry::{EntryId, Section};
use crate::sql::dialect::Dialect;
use crate::sql::late_keys::stands_alone;
use crate::sql::split::{Item, Splitter};

/// Calls `see` with each statement of the chosen entries that are no rows, in the archive's order.
pub(super) async fn each<R: Read + Seek + Send + 'static>(
    archive: &Arc<Archive<R>>,
    chosen: &[usize],
    mut see: impl FnMut(&TocEntry, &[u8]),
) -> Result<()> {
    let toc = archive.toc();
    for entry in toc.entries.those(chosen) {
        for statement in &entry.sql {
            see(&entry, &statement.0);
        }
        if entry.section == Section::Data {
            continue;
        }
        let mut splitter = Splitter::new(toc.head.dialect);
        for piece in &entry.pieces {
            splitter.push(&archive.piece(*piece).await?);
        }
        splitter.end();
        while let Some(item) = splitter.next()? {
            if let Item::Statement(piece) = item {
                see(&entry, piece.text);
            }
        }
    }
    Ok(())
}

/// The places of definitions that say all that they need, and so can be made beside others. Those of
/// MySQL's tables don't say what their foreign keys point to.
pub(super) async fn loose<R: Read + Seek + Send + 'static>(
    archive: &Arc<Archive<R>>,
    places: &[usize],
) -> Result<HashSet<usize>> {
    let toc = archive.toc();
    if toc.head.dialect == Dialect::Postgres {
        let loose = places.iter().copied();
        return Ok(loose.filter(|at| is_loose(toc.entries.kind(*at))).collect());
    }
    let tables = places.iter().copied();
    let tables: Vec<usize> = tables
        .filter(|at| toc.entries.kind(*at) == "table")
        .collect();
    let mut loose: HashMap<EntryId, bool> = HashMap::new();
    each(archive, &tables, |entry, statement| {
        // More than one statement is more than is known here.
        let first = !loose.contains_key(&entry.id);
        loose.insert(entry.id, first && stands_alone(statement));
    })
    .await?;
    let is_loose = |at: &usize| {
        let id = toc.entries.id(*at);
        id.is_some_and(|id| loose.get(&id) == Some(&true))
    };
    Ok(tables.into_iter().filter(is_loose).collect())
}
