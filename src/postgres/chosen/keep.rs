//! The entries that stay, tied together where those between them are gone.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::error::Result;
use crate::plan::entries::Entries;
use crate::plan::entry::{Body, Entry, EntryId};
use crate::postgres::chosen::Hits;
use crate::postgres::render::cat;

/// By position, which entries stay, and what the patterns found.
pub struct Kept<'a> {
    /// Whether an entry stays.
    pub stays: Vec<bool>,
    /// What the patterns found.
    pub hits: &'a Hits,
}

/// Keeps the entries that stay, and of their rows those that are asked for.
pub fn keep(mut entries: Entries, kept: &Kept<'_>) -> Result<Entries> {
    if !kept.stays.iter().all(|stays| *stays) {
        let positions = kept.stays.iter().take(entries.len()).enumerate();
        let gone = positions.filter(|(_, stays)| !**stays).map(|(at, _)| at);
        let gone: HashMap<EntryId, Vec<EntryId>> = gone
            .map(|at| (entries.id(at), entries.needs(at).to_vec()))
            .collect();
        entries.retain(&kept.stays);
        for at in 0..entries.len() {
            let needs = entries.needs(at);
            // A single one that stays is as it was.
            if needs.len() > 1 || needs.iter().any(|need| gone.contains_key(need)) {
                let needs = through(entries.needs(at), &gone);
                entries.set_needs(at, needs);
            }
        }
    }
    if kept.hits.conditions.is_empty() {
        return Ok(entries);
    }
    entries.change(|entry| {
        restrict(entry, kept.hits);
        Ok(())
    })
}

/// Adds the condition on the rows to the one that an extension gave its table.
fn restrict(entry: &mut Entry, hits: &Hits) {
    let Body::Data(data) = &mut entry.body else {
        return;
    };
    let oid = u32::try_from(data.key).unwrap_or(0);
    if let Some(condition) = hits.condition(oid) {
        let data = Arc::make_mut(data);
        data.filter = Some(match data.filter.take() {
            None => condition.clone(),
            Some(own) => cat!["(", own, "\n) AND ", condition],
        });
    }
}

/// The needs, with those of what is gone in its place.
fn through(needs: &[EntryId], gone: &HashMap<EntryId, Vec<EntryId>>) -> Vec<EntryId> {
    let mut open = needs.to_vec();
    let (mut seen, mut left) = (BTreeSet::new(), Vec::new());
    while let Some(need) = open.pop() {
        if !seen.insert(need) {
            continue;
        }
        match gone.get(&need) {
            Some(behind) => open.extend(behind),
            None => left.push(need),
        }
    }
    left
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use bstr::BString;

    use super::*;
    use crate::plan::entry::{DataRef, Identity, Method, Section};

    fn entry(id: u32, needs: &[u32]) -> Entry {
        Entry {
            id: EntryId(id),
            kind: "table_data",
            section: Section::Data,
            rank: 0,
            identity: Identity::default(),
            needs: needs.iter().copied().map(EntryId).collect(),
            body: Body::Data(Arc::new(DataRef {
                table: BString::default(),
                into: BString::default(),
                columns: Vec::new(),
                filter: Some("a > 1 -- x".into()),
                method: Method::Copy,
                bytes: 0,
                rows: 0,
                blocks: 0,
                key: u64::from(id),
            })),
            drop: Vec::new(),
        }
    }

    #[test]
    fn needs_reach_through_what_is_gone() {
        let hits = Hits {
            conditions: [(3, BString::from("(b)"))].into(),
            ..Hits::default()
        };
        let kept = Kept {
            stays: vec![true, false, false, true],
            hits: &hits,
        };
        let entries = vec![
            entry(0, &[]),
            entry(1, &[0]),
            entry(2, &[1]),
            entry(3, &[2]),
        ];
        let left = keep(Entries::pack(entries).unwrap(), &kept).unwrap();
        let left = left.unpack().unwrap();
        assert_eq!(left[1].needs, [EntryId(0)]);
        let filter = |at: usize| match &left[at].body {
            Body::Data(data) => data.filter.clone(),
            Body::Statements(_) => None,
        };
        assert_eq!(filter(0), Some("a > 1 -- x".into()));
        assert_eq!(filter(1), Some("(a > 1 -- x\n) AND (b)".into()));
    }
}
