//! The entries that stay, tied together where those between them are gone.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

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
#[must_use]
pub fn keep(mut entries: Vec<Entry>, kept: &Kept<'_>) -> Vec<Entry> {
    if kept.stays.iter().all(|stays| *stays) {
        entries
            .iter_mut()
            .for_each(|entry| restrict(entry, kept.hits));
        return entries;
    }
    let mut stays = kept.stays.iter();
    let mut gone: HashMap<EntryId, Vec<EntryId>> = HashMap::new();
    // In place: of a hundred thousand tables a second list would count.
    entries.retain_mut(|entry| {
        let stays = stays.next().copied().unwrap_or(true);
        if !stays {
            gone.insert(entry.id, std::mem::take(&mut entry.needs));
        }
        stays
    });
    for entry in &mut entries {
        entry.needs = through(&entry.needs, &gone);
        restrict(entry, kept.hits);
    }
    entries
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
        let left = keep(entries, &kept);
        assert_eq!(left[1].needs, [EntryId(0)]);
        let filter = |at: usize| match &left[at].body {
            Body::Data(data) => data.filter.clone(),
            Body::Statements(_) => None,
        };
        assert_eq!(filter(0), Some("a > 1 -- x".into()));
        assert_eq!(filter(1), Some("(a > 1 -- x\n) AND (b)".into()));
    }
}
