//! What a restore would do, in words: `--dry-run`. Pure.

use bstr::ByteSlice as _;

use crate::archive::toc::{Toc, TocEntry};
use crate::pipeline::restore::RestoreJob;
use crate::plan::entry::Section;
use crate::sql::dialect::Dialect;
use crate::sql::if_exists::if_exists;
use crate::sql::names::{Outcome, Renaming};

/// A line for each step, in the order of one connection.
pub(super) fn lines(
    toc: &Toc,
    chosen: &[usize],
    job: &RestoreJob,
    renaming: &Renaming,
) -> Vec<String> {
    let mut lines = Vec::new();
    let entries = |places: &[usize]| -> Vec<&TocEntry> {
        places
            .iter()
            .filter_map(|at| toc.entries.get(*at))
            .collect()
    };
    if job.create {
        let own = toc.entries.iter();
        let own: Vec<&TocEntry> = own
            .filter(|entry| entry.section == Section::Database)
            .collect();
        if job.clean {
            drops(&own, (toc.head.dialect, renaming), &mut lines);
        }
        let renamed = renaming.database.as_ref().map(|(_, new)| new);
        let name = renamed.unwrap_or(&toc.head.database.0);
        lines.push(format!("create database {}", name.to_str_lossy()));
    }
    let chosen = entries(chosen);
    if job.clean && !job.create {
        drops(&chosen, (toc.head.dialect, renaming), &mut lines);
    }
    lines.extend(chosen.into_iter().map(step));
    lines.extend(renamed(renaming));
    lines
}

/// What gets another name, as it is in the archive and as it will be.
fn renamed(renaming: &Renaming) -> Vec<String> {
    let relations = renaming.relations.names.iter();
    let relations =
        relations.map(|(old, new)| format!("{}.{} becomes {}.{}", old.0, old.1, new.0, new.1));
    let tables = renaming.tables.iter();
    let tables = tables.map(|(old, new)| format!("{old} becomes {new}"));
    let mut lines: Vec<String> = relations.chain(tables).collect();
    lines.sort_unstable();
    lines
}

fn drops(
    entries: &[&TocEntry],
    (dialect, renaming): (Dialect, &Renaming),
    lines: &mut Vec<String>,
) {
    for drop in entries.iter().rev().flat_map(|entry| &entry.drop) {
        let drop = if_exists(&drop.0);
        let drop = match renaming.apply(dialect, &drop) {
            Ok(Outcome::Changed(drop)) => drop,
            _ => drop.into(),
        };
        lines.push(drop.to_str_lossy().into_owned());
    }
}

fn step(entry: &TocEntry) -> String {
    match entry.rows {
        Some(rows) => format!("load {}: {rows} rows", entry.label()),
        None => format!("make {}", entry.label()),
    }
}
