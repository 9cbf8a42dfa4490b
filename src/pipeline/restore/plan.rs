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
    if job.create {
        if job.clean {
            let own = 0..toc.entries.len();
            let own = own.filter(|at| toc.entries.section(*at) == Some(Section::Database));
            let own: Vec<usize> = own.collect();
            drops((toc, &own), (toc.head.dialect, renaming), &mut lines);
        }
        let renamed = renaming.database.as_ref().map(|(_, new)| new);
        let name = renamed.unwrap_or(&toc.head.database.0);
        lines.push(format!("create database {}", name.to_str_lossy()));
    }
    if job.clean && !job.create {
        drops((toc, chosen), (toc.head.dialect, renaming), &mut lines);
    }
    lines.extend(toc.entries.those(chosen).map(|entry| step(&entry)));
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
    (toc, places): (&Toc, &[usize]),
    (dialect, renaming): (Dialect, &Renaming),
    lines: &mut Vec<String>,
) {
    for entry in toc.entries.those(places.iter().rev()) {
        for drop in &entry.drop {
            let drop = if_exists(&drop.0);
            let drop = match renaming.apply(dialect, &drop) {
                Ok(Outcome::Changed(drop)) => drop,
                _ => drop.into(),
            };
            lines.push(drop.to_str_lossy().into_owned());
        }
    }
}

fn step(entry: &TocEntry) -> String {
    match entry.rows {
        Some(rows) => format!("load {}: {rows} rows", entry.label()),
        None => format!("make {}", entry.label()),
    }
}
