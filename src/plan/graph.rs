//! The entries' needs as a graph over positions, for sorting. Not here: any order.

use crate::error::{Error, Kind, Result};
use crate::plan::entries::Entries;
use crate::plan::entry::{Entry, EntryId, Identity};
use crate::plan::lists::Lists;

/// Positions of entries, and which must come before which.
pub(super) struct Graph {
    /// By position: the positions that it needs, each once, never itself.
    pub(super) needs: Lists<u32>,
}

impl Graph {
    /// Resolves ids to positions. A second entry of an id and a need that is not there are mistakes
    /// of whoever made the entries.
    pub(super) fn new(entries: &Entries) -> Result<Self> {
        let positions = Positions::new(entries)?;
        let mut needs = Lists::with_capacity(entries.len());
        let mut own = Vec::new();
        for at in 0..entries.len() {
            resolve(at, entries, &positions, &mut own)?;
            needs.push(own.drain(..));
        }
        needs.shrink();
        Ok(Self { needs })
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.needs.len()
    }

    /// The positions that this one needs.
    pub(super) fn needs(&self, at: usize) -> impl Iterator<Item = usize> {
        self.needs.get(at).iter().map(|&need| need as usize)
    }

    /// One of the positions that this one needs.
    pub(super) fn need(&self, at: usize, number: usize) -> Option<usize> {
        self.needs.get(at).get(number).map(|&need| need as usize)
    }

    /// By position: the positions that need it.
    pub(super) fn needed_by(&self) -> Lists<u32> {
        let needs = self.needs.iter().enumerate();
        let pairs =
            needs.flat_map(|(at, needs)| needs.iter().map(move |&need| (need as usize, at as u32)));
        Lists::from_pairs(self.len(), pairs)
    }

    /// By position: how many need it.
    pub(super) fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.len()];
        for &need in self.needs.iter().flatten() {
            counts[need as usize] += 1;
        }
        counts
    }
}

/// Where the entry of each id is: sorted.
struct Positions(Vec<(EntryId, u32)>);

impl Positions {
    fn new(entries: &Entries) -> Result<Self> {
        let mut positions: Vec<(EntryId, u32)> = entries.ids().zip(0..).collect();
        positions.sort_unstable();
        let twice = positions.windows(2).find(|two| two[0].0 == two[1].0);
        if let Some([first, second]) = twice {
            let [first, second] = [first, second].map(|(_, at)| entries.label(*at as usize));
            let id = twice.map_or(0, |two| two[0].0.0);
            let what = format!("{first} and {second} have the same id {id}");
            return Err(internal(what));
        }
        Ok(Self(positions))
    }

    fn find(&self, id: EntryId) -> Option<u32> {
        let at = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.0.get(at).map(|(_, position)| *position)
    }
}

/// An entry that needs itself (a recursive function's pg_depend row) needs nothing more.
fn resolve(
    at: usize,
    entries: &Entries,
    positions: &Positions,
    needs: &mut Vec<u32>,
) -> Result<()> {
    for need in entries.needs(at) {
        let Some(position) = positions.find(*need) else {
            let label = entries.label(at);
            return Err(internal(format!(
                "{label} needs entry {}, which is not there",
                need.0
            )));
        };
        if position as usize != at {
            needs.push(position);
        }
    }
    needs.sort_unstable();
    needs.dedup();
    Ok(())
}

/// How messages call an entry: `index public.orders_pkey`.
pub(crate) fn label(entry: &Entry) -> String {
    label_of(entry.kind, &entry.identity)
}

/// The same, of its parts.
pub(super) fn label_of(kind: &str, identity: &Identity) -> String {
    let schema = identity.schema.as_ref().map(|schema| format!("{schema}."));
    let detail = match identity.detail.is_empty() {
        true => String::new(),
        false => format!(" ({})", identity.detail),
    };
    let schema = schema.unwrap_or_default();
    format!("{kind} {schema}{}{detail}", identity.name)
}

fn internal(message: String) -> Error {
    Error::new(Kind::Internal, message)
}
