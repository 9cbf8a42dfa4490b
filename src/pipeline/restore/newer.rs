//! What a newer PostgreSQL refuses and no single definition tells: generated columns over a parent's plain
//! ones (16), and rows with OIDs (12) whose tables are not restored with them.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use std::sync::Arc;

use bstr::{BString, ByteSlice as _};

use crate::archive::toc::Toc;
use crate::error::Result;
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::definitions;
use crate::source::ServerInfo;
use crate::sql::dialect::Dialect;
use crate::sql::names::{Lineage, Pair, lineage};

/// From this version on a generated column's parent is one too.
const GENERATED_ALIKE: u32 = 160_000;

/// From this version on there are no rows with OIDs.
const NO_OIDS: u32 = 120_000;

/// Whether the archive comes from before this version, and the server is of it or newer.
fn passes(toc: &Toc, server: &ServerInfo, version: u32) -> bool {
    toc.head.dialect == Dialect::Postgres
        && toc.head.server.number < version
        && server.number >= version
}

/// A line for each generated column that can't be one on this server.
pub(super) async fn generated_over_plain<R: Read + Seek + Send + 'static>(
    archive: &Arc<Archive<R>>,
    chosen: &[usize],
    server: &ServerInfo,
) -> Result<Vec<String>> {
    if !passes(archive.toc(), server, GENERATED_ALIKE) {
        return Ok(Vec::new());
    }
    let mut children: HashMap<Pair, Vec<BString>> = HashMap::new();
    let mut ties: Vec<(Pair, Pair)> = Vec::new();
    definitions::each(archive, chosen, |_, statement| match lineage(statement) {
        Some(Lineage::Table {
            table,
            generated,
            parents,
            ..
        }) if !generated.is_empty() => {
            ties.extend(parents.into_iter().map(|parent| (table.clone(), parent)));
            children.insert(table, generated);
        }
        Some(Lineage::Tie { child, parent }) if children.contains_key(&child) => {
            ties.push((child, parent));
        }
        _ => {}
    })
    .await?;
    if ties.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: HashSet<&Pair> = ties.iter().map(|(_, parent)| parent).collect();
    let mut plain: HashSet<(Pair, BString)> = HashSet::new();
    definitions::each(archive, chosen, |_, statement| {
        if let Some(Lineage::Table {
            table,
            plain: columns,
            ..
        }) = lineage(statement)
            && wanted.contains(&table)
        {
            plain.extend(columns.into_iter().map(|column| (table.clone(), column)));
        }
    })
    .await?;
    let mut lines = Vec::new();
    for (child, parent) in &ties {
        let columns = children.get(child).into_iter().flatten();
        let over = columns.filter(|column| plain.contains(&(parent.clone(), (*column).clone())));
        lines.extend(over.map(|column| {
            format!(
                "PostgreSQL takes no generated column over a plain one of a parent since version 16: column \
                 {column} of table {}.{}, whose parent is {}.{}: change one of them before the dump, or leave \
                 the table out (--exclude-table)",
                child.0, child.1, parent.0, parent.1
            )
        }));
    }
    Ok(lines)
}

/// The places of rows with OIDs, where the server takes none.
pub(super) async fn rows_with_oids<R: Read + Seek + Send + 'static>(
    archive: &Arc<Archive<R>>,
    chosen: &[usize],
    server: &ServerInfo,
) -> Result<Vec<usize>> {
    let mut found = Vec::new();
    if !passes(archive.toc(), server, NO_OIDS) {
        return Ok(found);
    }
    for at in chosen {
        let entry = archive.toc().entries.get(*at);
        let rows = entry.filter(|entry| entry.kind == "table_data");
        let Some(piece) = rows.and_then(|entry| entry.pieces.first().copied()) else {
            continue;
        };
        let mut chunks = archive.stream(piece);
        let first = chunks.next().await?;
        let head = first.and_then(|chunk| chunk.lines().next());
        if head.is_some_and(|line| line.ends_with(b" WITH OIDS FROM stdin;")) {
            found.push(*at);
        }
    }
    Ok(found)
}
