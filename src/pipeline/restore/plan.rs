//! What a restore would do, in words: `--dry-run`. Pure.

use bstr::ByteSlice as _;

use crate::archive::toc::{Toc, TocEntry};
use crate::pipeline::restore::RestoreJob;
use crate::plan::entry::Section;
use crate::sql::if_exists::if_exists;

/// A line for each step, in the order of one connection.
pub(super) fn lines(toc: &Toc, chosen: &[usize], job: &RestoreJob) -> Vec<String> {
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
            drops(&own, &mut lines);
        }
        lines.push(format!(
            "create database {}",
            toc.head.database.0.to_str_lossy()
        ));
    }
    let chosen = entries(chosen);
    if job.clean {
        drops(&chosen, &mut lines);
    }
    lines.extend(chosen.into_iter().map(step));
    lines
}

fn drops(entries: &[&TocEntry], lines: &mut Vec<String>) {
    let drops = entries.iter().rev().flat_map(|entry| &entry.drop);
    lines.extend(drops.map(|drop| if_exists(&drop.0).to_str_lossy().into_owned()));
}

fn step(entry: &TocEntry) -> String {
    match entry.rows {
        Some(rows) => format!("load {}: {rows} rows", entry.label()),
        None => format!("make {}", entry.label()),
    }
}
