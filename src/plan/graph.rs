//! The entries' needs as a graph over positions, for sorting. Not here: any order.

use std::collections::HashMap;

use crate::error::{Error, Kind, Result};
use crate::plan::entry::{Entry, EntryId};

/// Positions of entries, and which must come before which.
pub(super) struct Graph {
    /// By position: the positions that it needs, each once, never itself.
    pub(super) needs: Vec<Vec<usize>>,
}

impl Graph {
    /// Resolves ids to positions. A second entry of an id and a need that is not there are mistakes
    /// of whoever made the entries.
    pub(super) fn new(entries: &[Entry]) -> Result<Self> {
        let positions = positions(entries)?;
        let needs = entries
            .iter()
            .enumerate()
            .map(|(at, entry)| resolve(at, entry, &positions))
            .collect::<Result<_>>()?;
        Ok(Self { needs })
    }

    /// By position: the positions that need it.
    pub(super) fn needed_by(&self) -> Vec<Vec<usize>> {
        let mut needed_by = vec![Vec::new(); self.needs.len()];
        for (at, needs) in self.needs.iter().enumerate() {
            for &need in needs {
                needed_by[need].push(at);
            }
        }
        needed_by
    }
}

fn positions(entries: &[Entry]) -> Result<HashMap<EntryId, usize>> {
    let mut positions = HashMap::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        if let Some(first) = positions.insert(entry.id, at) {
            let [first, second] = [&entries[first], entry].map(label);
            return Err(internal(format!(
                "{first} and {second} have the same id {}",
                entry.id.0
            )));
        }
    }
    Ok(positions)
}

/// An entry that needs itself (a recursive function's pg_depend row) needs nothing more.
fn resolve(at: usize, entry: &Entry, positions: &HashMap<EntryId, usize>) -> Result<Vec<usize>> {
    let mut needs = Vec::with_capacity(entry.needs.len());
    for need in &entry.needs {
        let Some(&position) = positions.get(need) else {
            let label = label(entry);
            return Err(internal(format!(
                "{label} needs entry {}, which is not there",
                need.0
            )));
        };
        if position != at {
            needs.push(position);
        }
    }
    needs.sort_unstable();
    needs.dedup();
    Ok(needs)
}

/// How messages call an entry: `index public.orders_pkey`.
pub(crate) fn label(entry: &Entry) -> String {
    let identity = &entry.identity;
    let schema = identity.schema.as_ref().map(|schema| format!("{schema}."));
    let detail = match identity.detail.is_empty() {
        true => String::new(),
        false => format!(" ({})", identity.detail),
    };
    let schema = schema.unwrap_or_default();
    format!("{} {schema}{}{detail}", entry.kind, identity.name)
}

fn internal(message: String) -> Error {
    Error::new(Kind::Internal, message)
}
