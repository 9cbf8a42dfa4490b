//! Tables whose rows one connection loads in one transaction, so that PostgreSQL may freeze them.
//! Pure.
//!
//! That must not make a restore slower: where one connection would be at its table when the others
//! have nothing left, the largest tables are loaded piece by piece, by all of them.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::archive::toc::{ArchiveKind, Toc, TocEntry};
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::restore::relations::Relations;
use crate::pipeline::restore::resume::Past;
use crate::sql::dialect::Dialect;

/// Fewer bytes are not worth emptying the table again, which gives it a new file.
const LEAST: u64 = 1 << 20;

/// More bytes are too many to be loaded again by a restore that is resumed.
const MOST: u64 = 1 << 30;

/// The places of these tables' rows.
pub(super) fn whole(toc: &Toc, chosen: &[usize], job: &RestoreJob, past: &Past) -> HashSet<usize> {
    let freezes = toc.head.dialect == Dialect::Postgres
        && toc.head.kind == ArchiveKind::Database
        && (job.by_steps() || job.single_transaction)
        && !job.names.renames();
    if !freezes {
        return HashSet::new();
    }
    let mut total = 0;
    let mut large: HashMap<usize, u64> = HashMap::new();
    let all = chosen.iter().filter(|at| toc.entries.is_rows(**at));
    let all: Vec<usize> = all.copied().collect();
    for (at, rows) in all.iter().zip(toc.entries.those(&all)) {
        total += rows.bytes;
        if fits(&rows, past) {
            large.insert(*at, rows.bytes);
        }
    }
    if large.is_empty() {
        return HashSet::new();
    }
    let size = |at: &usize| large.get(at).copied().unwrap_or(0);
    let mut found = made_here(toc, chosen);
    found.retain(|at| large.contains_key(at));
    found.sort_by_key(|at| (Reverse(size(at)), *at));
    let sizes: Vec<u64> = found.iter().map(size).collect();
    let workers = if job.spread() { job.jobs } else { 1 };
    let apart = (0..sizes.len()).find(|first| is_even(&sizes[*first..], total, workers));
    found
        .split_off(apart.unwrap_or(found.len()))
        .into_iter()
        .collect()
}

fn fits(rows: &TocEntry, past: &Past) -> bool {
    let begun = (0..rows.pieces.len()).any(|piece| past.has_piece(rows, Some(piece)));
    (LEAST..=MOST).contains(&rows.bytes) && !begun
}

/// The rows that go into tables of their own name that are made here too: not those of partitions
/// that come by way of their root, not those of foreign tables.
fn made_here(toc: &Toc, chosen: &[usize]) -> Vec<usize> {
    let relations = Relations::of(toc);
    let tables = chosen.iter().copied();
    let tables = tables.filter(|at| toc.entries.kind(*at) == "table");
    let chosen: HashSet<usize> = chosen.iter().copied().collect();
    let rows = tables.filter_map(|table| match relations.rows_of(&[table])[..] {
        [rows] => chosen.contains(&rows).then_some(rows),
        _ => None,
    });
    rows.collect()
}

/// Whether tables of these sizes, the largest first, each to whoever is free, end about when all
/// work together would end.
fn is_even(sizes: &[u64], total: u64, workers: usize) -> bool {
    let mut loads = vec![0_u64; workers.max(1)];
    for size in sizes {
        if let Some(least) = loads.iter_mut().min() {
            *least += size;
        }
    }
    let even = total / loads.len() as u64;
    let longest = loads.into_iter().max().unwrap_or_default();
    // What is not in these tables fills the gaps.
    longest <= even + even / 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole_where_all_end_together() {
        assert!(is_even(&[45, 20, 15, 10], 100, 2));
        assert!(is_even(&[90, 5], 100, 1));
        assert!(!is_even(&[90, 5], 100, 2));
        assert!(!is_even(&[33, 33, 33], 99, 2));
        assert!(is_even(&[33, 33, 33], 99, 3));
        assert!(is_even(&[], 0, 4));
    }
}
