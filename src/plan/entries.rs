//! The entries of an archive, packed: of a hundred thousand tables there are three hundred thousand.
//! What orders and ties them is at hand, what they consist of lies compressed and is unpacked where it
//! is looked at.

use std::ops::Range;
use std::sync::Arc;

use crate::error::Result;
use crate::plan::entry::{Body, DataRef, Entry, EntryId, Identity, Method, Section};
use crate::plan::lists::Lists;
use crate::plan::packed::{Packed, unpack};
use crate::plan::shelf::{Reading, Shelf, Spot};

/// Entries by position.
#[derive(Debug, Default)]
pub struct Entries {
    heads: Vec<Head>,
    needs: Lists<EntryId>,
    /// The sizes of their rows, beside their needs.
    bytes: Vec<u64>,
    kinds: Vec<&'static str>,
    shelf: Shelf,
    /// The room in which entries are packed.
    room: Vec<u8>,
}

/// What is at hand of an entry.
#[derive(Debug, Clone, Copy)]
struct Head {
    spot: Spot,
    id: EntryId,
    /// The position of its needs among all lists of them, and of its size.
    needs: u32,
    rank: u16,
    /// The position of its kind among those that there are.
    kind: u16,
    section: Section,
    rows: Rows,
}

/// What an entry has of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    None,
    Table,
    LargeObjects,
}

impl Rows {
    /// Of an entry that consists of this, with their size in bytes.
    fn of(body: &Body) -> (Self, u64) {
        match body {
            Body::Statements(_) => (Self::None, 0),
            Body::Data(data) => match data.method {
                Method::LargeObjects(_) => (Self::LargeObjects, data.bytes),
                _ => (Self::Table, data.bytes),
            },
        }
    }
}

impl Entries {
    /// Packs these.
    pub fn pack(entries: impl IntoIterator<Item = Entry>) -> Result<Self> {
        Self::pack_each(entries.into_iter().map(Ok))
    }

    fn pack_each(entries: impl Iterator<Item = Result<Entry>>) -> Result<Self> {
        let mut all = Self::default();
        for entry in entries {
            all.push(&entry?)?;
        }
        all.close()?;
        Ok(all)
    }

    /// Unpacks all: for those who change few of few.
    pub fn unpack(self) -> Result<Vec<Entry>> {
        self.iter().collect()
    }

    /// Adds an entry behind the others.
    pub fn push(&mut self, entry: &Entry) -> Result<()> {
        self.room.clear();
        entry.identity.put(&mut self.room);
        entry.body.put(&mut self.room);
        entry.drop.put(&mut self.room);
        let (rows, bytes) = Rows::of(&entry.body);
        let head = Head {
            spot: self.shelf.put(&self.room)?,
            id: entry.id,
            needs: position(self.needs.len()),
            rank: entry.rank,
            kind: self.kind_number(entry.kind),
            section: entry.section,
            rows,
        };
        self.needs.push(entry.needs.iter().copied());
        self.bytes.push(bytes);
        self.heads.push(head);
        Ok(())
    }

    /// Gives back the room that no further entry needs.
    pub fn close(&mut self) -> Result<()> {
        self.room = Vec::new();
        self.heads.shrink_to_fit();
        self.needs.shrink();
        self.bytes.shrink_to_fit();
        self.shelf.close()
    }

    /// A registry has a hundred kinds.
    fn kind_number(&mut self, kind: &'static str) -> u16 {
        let known = self.kinds.iter().rposition(|known| *known == kind);
        let at = known.unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The entry at this position; there must be one, as for all that follow.
    pub fn get(&self, at: usize, reading: &mut Reading) -> Result<Entry> {
        let head = &self.heads[at];
        let mut from = self.shelf.at(head.spot, reading)?;
        Ok(Entry {
            id: head.id,
            kind: self.kind(at),
            section: head.section,
            rank: head.rank,
            needs: self.needs(at).to_vec(),
            identity: unpack(&mut from)?,
            body: unpack(&mut from)?,
            drop: unpack(&mut from)?,
        })
    }

    /// Its names alone.
    pub fn identity(&self, at: usize, reading: &mut Reading) -> Result<Identity> {
        unpack(&mut self.shelf.at(self.heads[at].spot, reading)?)
    }

    /// All, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Result<Entry>> {
        self.some(0..self.len())
    }

    /// Those at these positions.
    pub fn some(&self, positions: Range<usize>) -> impl Iterator<Item = Result<Entry>> {
        self.those(positions)
    }

    /// Those at these positions, in this order.
    pub fn those(
        &self,
        positions: impl Iterator<Item = usize>,
    ) -> impl Iterator<Item = Result<Entry>> {
        let mut reading = Reading::default();
        positions.map(move |at| self.get(at, &mut reading))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self, at: usize) -> EntryId {
        self.heads[at].id
    }

    /// The ids, by position.
    pub fn ids(&self) -> impl Iterator<Item = EntryId> {
        self.heads.iter().map(|head| head.id)
    }

    /// The kind's name in the registry.
    #[must_use]
    pub fn kind(&self, at: usize) -> &'static str {
        let kind = self.kinds.get(usize::from(self.heads[at].kind));
        kind.copied().unwrap_or_default()
    }

    /// The kind's position in the registry.
    #[must_use]
    pub fn rank(&self, at: usize) -> u16 {
        self.heads[at].rank
    }

    /// Where in the script it belongs.
    #[must_use]
    pub fn section(&self, at: usize) -> Section {
        self.heads[at].section
    }

    /// Puts it somewhere else.
    pub fn set_section(&mut self, at: usize, section: Section) {
        self.heads[at].section = section;
    }

    /// Whether it is rows, and not statements.
    #[must_use]
    pub fn is_rows(&self, at: usize) -> bool {
        self.heads[at].rows != Rows::None
    }

    /// Whether it is rows of large objects.
    #[must_use]
    pub fn is_large_objects(&self, at: usize) -> bool {
        self.heads[at].rows == Rows::LargeObjects
    }

    /// The positions of those that are rows.
    pub fn rows(&self) -> impl Iterator<Item = usize> + Clone {
        (0..self.len()).filter(|at| self.is_rows(*at))
    }

    /// The size in bytes that the server estimates for its rows.
    #[must_use]
    pub fn bytes(&self, at: usize) -> u64 {
        let bytes = self.bytes.get(self.heads[at].needs as usize);
        bytes.copied().unwrap_or(0)
    }

    /// The same of all together.
    #[must_use]
    pub fn all_bytes(&self) -> u64 {
        let sizes = (0..self.len()).map(|at| self.bytes(at));
        sizes.fold(0, u64::saturating_add)
    }

    /// The description of its rows, where it is rows.
    pub fn data(&self, at: usize, reading: &mut Reading) -> Result<Option<Arc<DataRef>>> {
        Ok(match self.get(at, reading)?.body {
            Body::Data(data) => Some(data),
            Body::Statements(_) => None,
        })
    }

    /// The entries that must come before it.
    #[must_use]
    pub fn needs(&self, at: usize) -> &[EntryId] {
        self.needs.get(self.heads[at].needs as usize)
    }

    /// Gives it other needs.
    pub fn set_needs(&mut self, at: usize, needs: impl IntoIterator<Item = EntryId>) {
        let bytes = self.bytes(at);
        self.bytes.push(bytes);
        self.heads[at].needs = position(self.needs.len());
        self.needs.push(needs);
    }

    /// Gives all of them other needs, by position.
    pub fn set_all_needs(&mut self, needs: Lists<EntryId>) {
        self.bytes = (0..self.len()).map(|at| self.bytes(at)).collect();
        self.needs = needs;
        for (head, at) in self.heads.iter_mut().zip(0..) {
            head.needs = at;
        }
    }

    /// Packs all anew, changed.
    pub fn change(self, mut change: impl FnMut(&mut Entry) -> Result<()>) -> Result<Self> {
        let mut changed = Self::default();
        for entry in self.iter() {
            let mut entry = entry?;
            change(&mut entry)?;
            changed.push(&entry)?;
        }
        changed.close()?;
        Ok(changed)
    }

    /// Keeps those for which this is true.
    pub fn retain(&mut self, stays: &[bool]) {
        let mut stays = stays.iter();
        self.heads.retain(|_| stays.next().copied().unwrap_or(true));
    }

    /// Puts each in its place: `order` has the positions that they have now. Where another one follows than
    /// before, all are packed anew, so that those that are looked at one after the other lie beside each other:
    /// a block would be unpacked for each of them otherwise.
    pub fn arrange(&mut self, order: &[u32]) -> Result<()> {
        if order.is_sorted() {
            self.heads = order.iter().map(|&at| self.heads[at as usize]).collect();
            return Ok(());
        }
        let order = order.iter().map(|&at| at as usize);
        *self = Self::pack_each(self.those(order))?;
        Ok(())
    }

    /// "kind schema.name (detail)", for messages.
    #[must_use]
    pub fn label(&self, at: usize) -> String {
        let identity = self.identity(at, &mut Reading::default());
        super::graph::label_of(self.kind(at), &identity.unwrap_or_default())
    }
}

/// No more than ids.
fn position(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use super::*;
    use crate::plan::entry::Statement;
    use crate::plan::order::tests::entry;

    #[test]
    fn entries_come_back_in_the_order_that_is_theirs() {
        let mut given: Vec<Entry> = (0..500)
            .map(|id| entry(id, Section::PreData, (id % 3) as u16, &[id / 2]))
            .collect();
        given[7].drop = vec![Statement::new("DROP")];
        let mut entries = Entries::pack(given.clone()).unwrap();
        assert_eq!(entries.iter().collect::<Result<Vec<_>>>().unwrap(), given);
        let back: Vec<u32> = (0..500).rev().collect();
        entries.arrange(&back).unwrap();
        given.reverse();
        entries.set_section(1, Section::Data);
        given[1].section = Section::Data;
        entries.set_needs(2, [EntryId(9)]);
        given[2].needs = vec![EntryId(9)];
        entries.retain(&[false, true]);
        given.remove(0);
        assert_eq!(entries.unpack().unwrap(), given);
    }
}
