//! Takes objects as they are loaded and keeps them packed: of a hundred thousand tables there are some hundreds of
//! thousands.

use std::collections::HashMap;

use crate::error::Result;
use crate::mysql::objects::{Loaded, Reference};
use crate::plan::entries::Entries;
use crate::plan::entry::{Entry, EntryId};
use crate::plan::lists::Lists;

/// The objects, with ids in the order in which they come.
#[derive(Debug, Default)]
pub struct Packing {
    entries: Entries,
    /// Numbers of names that are provided or needed.
    names: HashMap<Reference, u32>,
    /// What provides each name.
    provided: Vec<Option<EntryId>>,
    /// What each object needs, by the names' numbers.
    needs: Lists<u32>,
}

impl Packing {
    /// Takes an object of a kind and its rank.
    pub fn push(&mut self, (kind, rank): (&'static str, u16), object: Loaded) -> Result<()> {
        let id = EntryId(number(self.entries.len()));
        if let Some(name) = object.provides {
            let name = self.name(name) as usize;
            if let Some(provided) = self.provided.get_mut(name) {
                *provided = Some(id);
            }
        }
        let needs = object.needs.into_iter().map(|name| self.name(name));
        let needs: Vec<u32> = needs.collect();
        self.needs.push(needs);
        self.entries.push(&Entry {
            id,
            kind,
            section: object.section,
            rank,
            identity: object.identity,
            needs: Vec::new(),
            body: object.body,
            drop: object.drop,
        })
    }

    fn name(&mut self, name: Reference) -> u32 {
        let next = number(self.provided.len());
        let number = *self.names.entry(name).or_insert(next);
        if number == next {
            self.provided.push(None);
        }
        number
    }

    /// All of them. What needs an object that is not dumped needs nothing.
    pub fn end(mut self) -> Result<Entries> {
        drop(self.names);
        let provided = |name: &u32| self.provided.get(*name as usize).copied().flatten();
        let mut lists = Lists::with_capacity(self.needs.len());
        for (needs, own) in self.needs.iter().zip(self.entries.ids()) {
            let found = needs.iter().filter_map(provided);
            let mut ids: Vec<EntryId> = found.filter(|id| *id != own).collect();
            ids.sort_unstable();
            ids.dedup();
            lists.push(ids);
        }
        self.entries.set_all_needs(lists);
        self.entries.close()?;
        Ok(self.entries)
    }
}

/// Ids are no larger.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::plan::entry::{Body, Identity, Section};

    fn object(provides: Option<&str>, needs: &[&str]) -> Loaded {
        let name = |name: &str| Reference::relation(name.as_bytes());
        Loaded {
            section: Section::PreData,
            identity: Identity::default(),
            provides: provides.map(name),
            needs: needs.iter().copied().map(name).collect(),
            body: Body::Statements(Vec::new()),
            drop: Vec::new(),
        }
    }

    #[test]
    fn needs_are_those_that_are_there() {
        let mut packing = Packing::default();
        for object in [
            object(None, &["b", "gone", "a", "a"]),
            object(Some("a"), &["a", "b"]),
            object(Some("b"), &[]),
            object(Some("a"), &["b"]),
        ] {
            packing.push(("table", 3), object).unwrap();
        }
        let entries = packing.end().unwrap();
        let needs = |at: usize| entries.needs(at).iter().map(|id| id.0).collect::<Vec<_>>();
        // of two that provide one name the last counts
        assert_eq!(needs(0), [2, 3]);
        assert_eq!(needs(1), [2, 3]);
        assert!(needs(2).is_empty());
        assert_eq!(needs(3), [2]);
        assert!(entries.ids().map(|id| id.0).eq(0..4));
    }
}
