//! The entries of a table of contents in memory: of a hundred thousand tables there are four hundred
//! thousand. Their numbers, kinds, sections and needs are at hand; names, pieces and statements lie
//! compressed and are unpacked where an entry is looked at. Pure.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Serialize, Serializer};

use crate::archive::sum::Sum;
use crate::archive::toc::{Check, Piece, Text, TocEntry};
use crate::error::Result;
use crate::plan::entry::{EntryId, Section};
use crate::plan::lists::Lists;
use crate::plan::packed::Packed;
use crate::plan::shelf::{Reading, Shelf, Spot};

/// An entry of more pieces is kept as it is: there are few of them, and every piece of theirs is asked for.
const PIECES: usize = 64;

/// Entries by place, in the order in which they restore.
#[derive(Default)]
pub struct TocEntries {
    heads: Vec<Head>,
    needs: Lists<EntryId>,
    kinds: Vec<String>,
    shelf: Shelf,
    /// Those of many pieces, by place.
    large: HashMap<usize, Arc<TocEntry>>,
    /// Each id with its place, by id.
    places: Vec<(EntryId, u32)>,
    reading: Mutex<Reading>,
}

/// What is at hand of an entry.
#[derive(Debug, Clone, Copy)]
struct Head {
    spot: Spot,
    id: EntryId,
    /// The number of its kind among those that there are.
    kind: u32,
    section: Section,
    is_rows: bool,
    has_pieces: bool,
}

/// Takes entries, one behind the other.
#[derive(Default)]
pub struct Filling {
    all: TocEntries,
    kinds: HashMap<String, u32>,
    /// The room in which entries are packed.
    room: Vec<u8>,
}

impl Filling {
    /// Adds an entry behind the others.
    pub fn push(&mut self, entry: TocEntry) -> Result<()> {
        let kind = match self.kinds.get(&entry.kind) {
            Some(kind) => *kind,
            None => self.new_kind(&entry.kind),
        };
        let all = &mut self.all;
        self.room.clear();
        let is_large = entry.pieces.len() > PIECES;
        if !is_large {
            put(&entry, &mut self.room);
        }
        all.heads.push(Head {
            spot: all.shelf.put(&self.room)?,
            id: entry.id,
            kind,
            section: entry.section,
            is_rows: entry.rows.is_some(),
            has_pieces: !entry.pieces.is_empty(),
        });
        all.needs.push(entry.needs.iter().copied());
        if is_large {
            all.large.insert(all.heads.len() - 1, Arc::new(entry));
        }
        Ok(())
    }

    fn new_kind(&mut self, kind: &str) -> u32 {
        let number = number(self.all.kinds.len());
        self.all.kinds.push(kind.to_owned());
        self.kinds.insert(kind.to_owned(), number);
        number
    }

    /// All of them.
    pub fn end(self) -> Result<TocEntries> {
        let mut all = self.all;
        all.heads.shrink_to_fit();
        all.needs.shrink();
        all.shelf.close()?;
        let ids = all.heads.iter().map(|head| head.id);
        all.places = ids.zip(0..).collect();
        // Of an id that is there twice, the last one counts.
        all.places.sort_unstable();
        Ok(all)
    }
}

impl TocEntries {
    /// These.
    pub fn of(entries: impl IntoIterator<Item = TocEntry>) -> Result<Self> {
        let mut filling = Filling::default();
        for entry in entries {
            filling.push(entry)?;
        }
        filling.end()
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

    /// The entry at this place.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Arc<TocEntry>> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        self.read(at, &mut reading)
    }

    /// All, in their order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            entries: self,
            next: 0,
            reading: Reading::default(),
        }
    }

    /// Those at these places, in this order.
    pub fn those<'a>(
        &'a self,
        places: impl IntoIterator<Item = &'a usize>,
    ) -> impl Iterator<Item = Arc<TocEntry>> {
        let mut reading = Reading::default();
        let places = places.into_iter();
        places.filter_map(move |at| self.read(*at, &mut reading))
    }

    /// The place of the entry with this id.
    #[must_use]
    pub fn place(&self, id: EntryId) -> Option<usize> {
        let behind = self.places.partition_point(|(other, _)| *other <= id);
        let (found, at) = self.places.get(behind.checked_sub(1)?)?;
        (*found == id).then_some(*at as usize)
    }

    /// Whether two entries have the same id.
    #[must_use]
    pub fn is_any_twice(&self) -> bool {
        let mut pairs = self.places.windows(2);
        pairs.any(|pair| matches!(pair, [(one, _), (next, _)] if one == next))
    }

    /// The id of the entry at this place.
    #[must_use]
    pub fn id(&self, at: usize) -> Option<EntryId> {
        self.heads.get(at).map(|head| head.id)
    }

    /// The ids, by place.
    pub fn ids(&self) -> impl Iterator<Item = EntryId> {
        self.heads.iter().map(|head| head.id)
    }

    /// The kind's name; empty where there is no entry.
    #[must_use]
    pub fn kind(&self, at: usize) -> &str {
        let kind = self.heads.get(at);
        let kind = kind.and_then(|head| self.kinds.get(head.kind as usize));
        kind.map_or("", String::as_str)
    }

    /// Where in the script the entry at this place belongs.
    #[must_use]
    pub fn section(&self, at: usize) -> Option<Section> {
        self.heads.get(at).map(|head| head.section)
    }

    /// Whether it is rows.
    #[must_use]
    pub fn is_rows(&self, at: usize) -> bool {
        self.heads.get(at).is_some_and(|head| head.is_rows)
    }

    /// Whether any of its SQL is in frames.
    #[must_use]
    pub fn has_pieces(&self, at: usize) -> bool {
        self.heads.get(at).is_some_and(|head| head.has_pieces)
    }

    /// The ids of the entries that must come before it.
    #[must_use]
    pub fn needs(&self, at: usize) -> &[EntryId] {
        self.needs.get(at)
    }

    /// The places of the same.
    pub fn needed(&self, at: usize) -> impl Iterator<Item = usize> + Clone {
        self.needs(at).iter().filter_map(|id| self.place(*id))
    }

    fn read(&self, at: usize, reading: &mut Reading) -> Option<Arc<TocEntry>> {
        let head = self.heads.get(at)?;
        if let Some(entry) = self.large.get(&at) {
            return Some(Arc::clone(entry));
        }
        let packed = self.shelf.at(head.spot, reading).ok();
        #[expect(
            clippy::expect_used,
            reason = "The bytes are those that `put` made of an entry, in this memory: `take` is its inverse (a test \
                      says so), and nothing else writes to the shelf. What does not come back is broken memory, and an \
                      entry that is passed over would be a smaller restore in silence."
        )]
        let entry = packed
            .and_then(|mut packed| self.take(at, *head, &mut packed))
            .expect("an entry of the table of contents is not what was put there");
        Some(Arc::new(entry))
    }

    fn take(&self, at: usize, head: Head, from: &mut &[u8]) -> Option<TocEntry> {
        Some(TocEntry {
            id: head.id,
            kind: self.kind(at).to_owned(),
            section: head.section,
            schema: Packed::take(from)?,
            name: Packed::take(from)?,
            detail: Packed::take(from)?,
            owner: Packed::take(from)?,
            needs: self.needs(at).to_vec(),
            pieces: Packed::take(from)?,
            rows: Packed::take(from)?,
            in_turn: Packed::take(from)?,
            bytes: Packed::take(from)?,
            sum: Packed::take(from)?,
            digest: Packed::take(from)?,
            sql: Packed::take(from)?,
            drop: Packed::take(from)?,
        })
    }
}

/// What is not at hand of an entry. What is alike from one to the next stands together.
fn put(entry: &TocEntry, out: &mut Vec<u8>) {
    entry.schema.put(out);
    entry.name.put(out);
    entry.detail.put(out);
    entry.owner.put(out);
    entry.pieces.put(out);
    entry.rows.put(out);
    entry.in_turn.put(out);
    entry.bytes.put(out);
    entry.sum.put(out);
    entry.digest.put(out);
    entry.sql.put(out);
    entry.drop.put(out);
}

/// No more than a document of two gigabytes lists.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// All entries, in their order.
pub struct Iter<'a> {
    entries: &'a TocEntries,
    next: usize,
    reading: Reading,
}

impl Iterator for Iter<'_> {
    type Item = Arc<TocEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.read(self.next, &mut self.reading)?;
        self.next += 1;
        Some(entry)
    }
}

impl<'a> IntoIterator for &'a TocEntries {
    type Item = Arc<TocEntry>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl fmt::Debug for TocEntries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl PartialEq for TocEntries {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for TocEntries {}

impl PartialEq<Vec<TocEntry>> for TocEntries {
    fn eq(&self, other: &Vec<TocEntry>) -> bool {
        let all = self.iter();
        self.len() == other.len() && all.zip(other).all(|(one, other)| *one == *other)
    }
}

impl Serialize for TocEntries {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Line))
    }
}

/// An entry that is shared, as it is written.
struct Line(Arc<TocEntry>);

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Packed for Text {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Packed::take(from).map(Self)
    }
}

impl Packed for Piece {
    fn put(&self, out: &mut Vec<u8>) {
        self.frame.put(out);
        self.offset.put(out);
        self.length.put(out);
        self.rows.put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            frame: Packed::take(from)?,
            offset: Packed::take(from)?,
            length: Packed::take(from)?,
            rows: Packed::take(from)?,
        })
    }
}

/// As it is: it is as good as random.
impl Packed for Sum {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.0.to_le_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (bytes, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(Self(u64::from_le_bytes(*bytes)))
    }
}

impl Packed for Check {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.0);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (bytes, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(Self(*bytes))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn entry(id: u32, pieces: usize) -> TocEntry {
        let piece = Piece {
            frame: id,
            offset: u32::MAX,
            length: 7,
            rows: u64::MAX,
        };
        let some = id.is_multiple_of(2);
        TocEntry {
            id: EntryId(id),
            kind: format!("kind{}", id % 3),
            section: [Section::PreData, Section::Data][id as usize % 2],
            schema: some.then(|| Text("s".into())),
            name: Text(format!("n{id}\u{0}").into()),
            detail: Text(b"\xff"[..].into()),
            owner: some.then(Text::default),
            needs: (id / 2..id / 2 + id % 4).map(EntryId).collect(),
            pieces: vec![piece; pieces],
            rows: some.then_some(u64::from(id)),
            in_turn: id.is_multiple_of(5),
            bytes: u64::MAX - 1,
            sum: some.then_some(Sum(u64::MAX)),
            digest: (!some).then_some(Check([id as u8; 16])),
            sql: vec![Text("a".into()); id as usize % 3],
            drop: vec![Text("b".into()); id as usize % 2],
        }
    }

    #[test]
    fn entries_come_back() {
        let given: Vec<TocEntry> = (0..700)
            .rev()
            .map(|id| entry(id, [0, 1, 64, 65][id as usize % 4]))
            .collect();
        let entries = TocEntries::of(given.clone()).unwrap();
        assert!(entries == given && entries == TocEntries::of(given.clone()).unwrap());
        let mut other = given.clone();
        other[699].bytes += 1;
        assert!(entries != other && entries != given[1..].to_vec());
        for (at, entry) in given.iter().enumerate().rev() {
            assert_eq!(*entries.get(at).unwrap(), *entry);
            assert_eq!(entries.place(entry.id), Some(at));
            assert_eq!(entries.id(at), Some(entry.id));
            assert_eq!(entries.kind(at), entry.kind);
            assert_eq!(entries.section(at), Some(entry.section));
            assert_eq!(entries.is_rows(at), entry.rows.is_some());
            assert_eq!(entries.has_pieces(at), !entry.pieces.is_empty());
            assert_eq!(entries.needs(at), entry.needs);
        }
        assert!(entries.get(700).is_none() && entries.kind(700).is_empty());
        assert_eq!(entries.place(EntryId(700)), None);
        let json = serde_json::to_string(&entries).unwrap();
        assert_eq!(json, serde_json::to_string(&given).unwrap());
    }

    #[test]
    fn an_id_that_is_there_twice_is_seen() {
        let entries = TocEntries::of([entry(2, 1), entry(1, 1), entry(2, 0)]).unwrap();
        assert!(entries.is_any_twice());
        assert_eq!(entries.place(EntryId(2)), Some(2));
    }
}
