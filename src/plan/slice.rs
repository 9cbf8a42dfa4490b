//! Which pieces of the rows are read in one go, and which first.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{Error, Kind, Result};
use crate::plan::entries::Entries;
use crate::plan::entry::{DataRef, EntryId, Method, Range, Slice};
use crate::plan::shelf::Reading;

/// How tables may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliceRule {
    /// Large tables into ranges of blocks for several workers; the biggest pieces first.
    Ranges,
    /// Each table in one piece, in the plan's order, whatever its size and whoever reads it
    /// (`--deterministic`).
    Fixed,
}

/// How tables are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The workers that share the slices.
    pub workers: usize,
    /// Whether they may share a table.
    pub rule: SliceRule,
    /// The size of a slice in bytes; 0 where it follows from the tables.
    pub bytes: u64,
}

/// Smaller pieces gain nothing: a range is read by `COPY (SELECT …)`, which costs the server up to
/// a quarter more than `COPY table`.
const ENOUGH_BYTES: u64 = 64 << 20;

/// A table below this is never shared.
const LEAST_BYTES: u64 = 16 << 20;

/// So many pieces of equal size for each worker leave none idle for long at the end.
const SLICES_PER_WORKER: u64 = 8;

/// A table below this part of each worker's share leaves no worker idle for long either: it stays
/// whole, for a range costs the server more (MariaDB: up to 60 % on narrow rows).
const WHOLE_PER_WORKER: u64 = 4;

/// Large objects that are read by one slice.
const LARGE_OBJECTS: usize = 1000;

impl Cut {
    fn limit(&self, entries: &Entries) -> Limit {
        let same = |bytes| Limit {
            whole: bytes,
            bytes,
        };
        if self.rule == SliceRule::Fixed {
            return same(u64::MAX);
        }
        match self.bytes {
            0 if self.workers < 2 => same(u64::MAX),
            0 => self.fair(entries.all_bytes()),
            bytes => same(bytes),
        }
    }

    /// Pieces small enough that each worker has two of the whole at least; tables that are not much
    /// larger stay whole.
    fn fair(&self, total: u64) -> Limit {
        let workers = self.workers as u64;
        let part = |parts: u64| total.div_ceil(parts.saturating_mul(workers));
        let small = part(SLICES_PER_WORKER);
        let bytes = small.max(part(2).min(ENOUGH_BYTES)).max(LEAST_BYTES);
        let whole = bytes.max(part(WHOLE_PER_WORKER));
        Limit { whole, bytes }
    }
}

/// What is cut, and how.
#[derive(Debug, Clone, Copy)]
struct Limit {
    /// A table up to this stays in one piece.
    whole: u64,
    /// The size of a piece.
    bytes: u64,
}

impl Limit {
    fn parts(self, bytes: u64) -> u64 {
        if bytes <= self.whole {
            1
        } else {
            bytes.div_ceil(self.bytes)
        }
    }
}

/// The tables that only their key can cut, and into how many pieces.
pub fn by_key(entries: &Entries, cut: &Cut) -> Result<Vec<(EntryId, Arc<DataRef>, u64)>> {
    let limit = cut.limit(entries);
    let mut reading = Reading::default();
    let mut wanted = Vec::new();
    for at in entries.rows() {
        let parts = limit.parts(entries.bytes(at));
        if parts < 2 {
            continue;
        }
        let Some(data) = entries.data(at, &mut reading)? else {
            continue;
        };
        let parts = match (&data.method, data.blocks, data.key) {
            (Method::LargeObjects(_) | Method::Versions(_), ..) | (_, 1.., _) => 1,
            // MySQL: the table lies in the key's order
            (_, 0, 0) => parts,
            // each range is a scan of an index, which is dearer than one of the table
            _ => parts.min(cut.workers as u64),
        };
        if parts > 1 {
            wanted.push((entries.id(at), data, parts));
        }
    }
    Ok(wanted)
}

/// What is read in one go, before it is taken up: most are tables that stay whole, and a hundred
/// thousand of them.
#[derive(Debug)]
pub struct Piece {
    /// The entry's position.
    at: u32,
    /// The number within its entry.
    number: u32,
    bytes: u64,
    /// The part; `None`: all of it.
    part: Option<Box<(Arc<DataRef>, Range)>>,
}

impl Piece {
    /// The position of its entry.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at as usize
    }

    /// Its size in bytes, as the server estimates it.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The slice, to be read now.
    pub fn slice(self, entries: &Entries, reading: &mut Reading) -> Result<Slice> {
        let entry = entries.id(self.at());
        let (data, range) = match self.part {
            Some(part) => *part,
            None => match entries.data(self.at(), reading)? {
                Some(data) => (data, Range::Whole),
                None => return Err(Error::new(Kind::Internal, "what is read is no rows")),
            },
        };
        let number = self.number;
        Ok(Slice {
            entry,
            data,
            range,
            number,
        })
    }
}

/// Cuts the data entries, given in the plan's order, into slices. Slices of one entry are numbered
/// in the order of its rows. `ranges` are those of the tables that their key cuts.
pub fn slices(
    entries: &Entries,
    cut: &Cut,
    ranges: &HashMap<EntryId, Vec<Range>>,
) -> Result<Vec<Piece>> {
    let limit = cut.limit(entries);
    let mut reading = Reading::default();
    let mut pieces = Vec::with_capacity(entries.rows().count());
    for position in entries.rows() {
        let own = ranges.get(&entries.id(position));
        let bytes = entries.bytes(position);
        let at = u32::try_from(position).unwrap_or(u32::MAX);
        let whole = limit.parts(bytes) == 1 && own.is_none() && !entries.is_large_objects(position);
        let data = match whole {
            true => None,
            false => entries.data(position, &mut reading)?,
        };
        match data {
            None => pieces.push(Piece {
                at,
                number: 0,
                bytes,
                part: None,
            }),
            Some(data) => {
                let parts = (0..).zip(cut_one(&data, limit, own));
                pieces.extend(parts.map(|(number, part)| Piece {
                    at,
                    number,
                    bytes: part.0.bytes,
                    part: Some(Box::new(part)),
                }));
            }
        }
    }
    if cut.rule == SliceRule::Ranges {
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.bytes));
    }
    Ok(pieces)
}

fn cut_one(
    data: &Arc<DataRef>,
    limit: Limit,
    ranges: Option<&Vec<Range>>,
) -> Vec<(Arc<DataRef>, Range)> {
    match (&data.method, ranges) {
        (Method::LargeObjects(oids), _) => large_objects(data, oids),
        (method, Some(ranges)) => {
            let part = |range: &Range| {
                (
                    share(data, method.clone(), ranges.len() as u64),
                    range.clone(),
                )
            };
            ranges.iter().map(part).collect()
        }
        (Method::Copy | Method::Rows | Method::CharacterRows, None) if data.blocks > 0 => {
            blocks(data, limit.parts(data.bytes))
        }
        _ => vec![(Arc::clone(data), Range::Whole)],
    }
}

fn large_objects(data: &DataRef, oids: &[u32]) -> Vec<(Arc<DataRef>, Range)> {
    let chunks: Vec<&[u32]> = oids.chunks(LARGE_OBJECTS).collect();
    let part = |chunk: &&[u32]| {
        let method = Method::LargeObjects(chunk.to_vec());
        (share(data, method, chunks.len() as u64), Range::Whole)
    };
    chunks.iter().map(part).collect()
}

/// Equal ranges of the heap. Values out of line are taken to be spread evenly over it.
fn blocks(data: &Arc<DataRef>, parts: u64) -> Vec<(Arc<DataRef>, Range)> {
    let parts = parts.clamp(1, data.blocks);
    if parts == 1 {
        return vec![(Arc::clone(data), Range::Whole)];
    }
    let step = data.blocks.div_ceil(parts);
    let parts = data.blocks.div_ceil(step);
    let range = |part: u64| {
        let end = (part + 1 < parts).then(|| (part + 1) * step);
        (
            share(data, Method::Copy, parts),
            Range::Blocks(part * step, end),
        )
    };
    (0..parts).map(range).collect()
}

fn share(data: &DataRef, method: Method, parts: u64) -> Arc<DataRef> {
    Arc::new(DataRef {
        method,
        bytes: data.bytes / parts,
        rows: data.rows / parts,
        ..data.clone()
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::entry::{Body, Entry, Section};
    use crate::plan::order::tests::entry;

    const MIB: u64 = 1 << 20;
    const BLOCK_BYTES: u64 = 8192;

    fn slices(entries: &[Entry], workers: usize, rule: SliceRule) -> Vec<Slice> {
        let cut = Cut {
            workers,
            rule,
            bytes: 0,
        };
        cut_up(entries, &cut, &HashMap::new())
    }

    fn cut_up(entries: &[Entry], cut: &Cut, ranges: &HashMap<EntryId, Vec<Range>>) -> Vec<Slice> {
        let entries = Entries::pack(entries.to_vec()).unwrap();
        let pieces = super::slices(&entries, cut, ranges).unwrap().into_iter();
        let mut reading = Reading::default();
        let slices = pieces.map(|piece| piece.slice(&entries, &mut reading).unwrap());
        slices.collect()
    }

    fn table(id: u32, bytes: u64, blocks: u64, method: Method) -> Entry {
        let data = DataRef {
            table: "public.t".into(),
            into: "public.t".into(),
            columns: Vec::new(),
            filter: None,
            method,
            bytes,
            rows: bytes / 100,
            blocks,
            key: 0,
        };
        Entry {
            body: Body::Data(Arc::new(data)),
            ..entry(id, Section::Data, 1, &[])
        }
    }

    fn heap(id: u32, bytes: u64) -> Entry {
        table(id, bytes, bytes.div_ceil(BLOCK_BYTES), Method::Copy)
    }

    fn shape(slices: &[Slice]) -> Vec<(u32, u32)> {
        slices
            .iter()
            .map(|slice| (slice.entry.0, slice.number))
            .collect()
    }

    #[test]
    fn the_biggest_pieces_come_first() {
        let entries = [
            heap(1, 10 * MIB),
            heap(2, 200 * MIB),
            table(3, 70 * MIB, 0, Method::Copy),
        ];
        let slices = slices(&entries, 2, SliceRule::Ranges);
        assert_eq!(
            shape(&slices),
            [(3, 0), (2, 0), (2, 1), (2, 2), (2, 3), (1, 0)]
        );
        assert_eq!(slices[1].range, Range::Blocks(0, Some(6400)));
        assert_eq!(slices[4].range, Range::Blocks(19200, None));
    }

    #[test]
    fn keys_cut_what_has_no_blocks() {
        let mut entries = [
            table(1, 900 * MIB, 0, Method::Rows),
            heap(2, 900 * MIB),
            table(3, 10 * MIB, 0, Method::Rows),
            table(4, 900 * MIB, 0, Method::Copy),
        ];
        if let Body::Data(data) = &mut entries[3].body {
            Arc::make_mut(data).key = 16384;
        }
        let cut = Cut {
            workers: 2,
            rule: SliceRule::Ranges,
            bytes: 0,
        };
        let packed = Entries::pack(entries.to_vec()).unwrap();
        let parts: Vec<_> = by_key(&packed, &cut)
            .unwrap()
            .into_iter()
            .map(|(id, _, parts)| (id.0, parts))
            .collect();
        assert_eq!(parts, [(1, 6), (4, 2)]);
        let low = Range::Condition("a < 5".into());
        let high = Range::Condition("a >= 5".into());
        let ranges = HashMap::from([(EntryId(1), vec![low, high.clone()])]);
        let slices = cut_up(&entries[..1], &cut, &ranges);
        assert_eq!(shape(&slices), [(1, 0), (1, 1)]);
        assert_eq!((&slices[1].range, slices[1].data.bytes), (&high, 450 * MIB));
    }

    #[test]
    fn a_given_size_cuts_for_one_worker_too() {
        let cut = Cut {
            workers: 1,
            rule: SliceRule::Ranges,
            bytes: MIB,
        };
        let slices = cut_up(&[heap(1, 10 * MIB)], &cut, &HashMap::new());
        assert_eq!(slices.len(), 10);
    }

    #[test]
    fn one_worker_reads_tables_whole() {
        let slices = slices(&[heap(1, 900 * MIB)], 1, SliceRule::Ranges);
        assert_eq!((slices.len(), &slices[0].range), (1, &Range::Whole));
    }

    #[test]
    fn fixed_slices_keep_the_plans_order_whatever_the_workers() {
        let entries = [heap(1, MIB), heap(2, 900 * MIB)];
        assert_eq!(
            shape(&slices(&entries, 9, SliceRule::Fixed)),
            [(1, 0), (2, 0)]
        );
    }

    #[test]
    fn large_objects_are_read_in_batches() {
        let slices = slices(
            &[table(1, 0, 0, Method::LargeObjects((0..2500).collect()))],
            1,
            SliceRule::Fixed,
        );
        let lens = slices.iter().map(|slice| match &slice.data.method {
            Method::LargeObjects(oids) => oids.len(),
            _ => 0,
        });
        assert_eq!(lens.collect::<Vec<_>>(), [1000, 1000, 500]);
    }

    proptest! {
        #[test]
        fn ranges_cover_every_block_once(bytes: u64, blocks: u64, workers in 1_usize..20) {
            let entries = [table(1, bytes, blocks, Method::Copy)];
            let slices = slices(&entries, workers, SliceRule::Ranges);
            prop_assert!(slices.len() as u64 <= SLICES_PER_WORKER * workers as u64 + 1);
            let mut next = Some(0);
            for slice in &slices {
                let (from, to) = match slice.range {
                    Range::Blocks(from, to) => (from, to),
                    _ => (0, None),
                };
                prop_assert_eq!(next, Some(from));
                prop_assert!(from == 0 || from < blocks);
                next = to;
            }
            prop_assert_eq!(next, None);
        }
    }
}
