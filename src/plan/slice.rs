//! Which pieces of the rows are read in one go, and which first.

use crate::plan::entry::{Body, DataRef, Entry, Method, Range, Slice};

/// How tables may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliceRule {
    /// Large tables into ranges of blocks for several workers; the biggest pieces first.
    Ranges,
    /// Each table in one piece, in the plan's order, whatever its size and whoever reads it
    /// (`--deterministic`).
    Fixed,
}

/// Smaller pieces gain nothing: a range is read by `COPY (SELECT …)`, which costs the server up to
/// a quarter more than `COPY table`.
const LEAST_SLICE_BYTES: u64 = 64 << 20;

/// So many pieces of equal size for each worker leave none idle for long at the end.
const SLICES_PER_WORKER: u64 = 8;

/// Large objects that are read by one slice.
const LARGE_OBJECTS: usize = 1000;

/// Cuts the data entries, given in the plan's order, into slices. Slices of one entry are numbered
/// in the order of its rows.
#[must_use]
pub fn slices(entries: &[Entry], workers: usize, rule: SliceRule) -> Vec<Slice> {
    let tables = || {
        entries.iter().filter_map(|entry| match &entry.body {
            Body::Data(data) => Some((entry, data)),
            Body::Statements(_) => None,
        })
    };
    let total = tables()
        .map(|(_, data)| data.bytes)
        .fold(0, u64::saturating_add);
    let limit = match rule {
        SliceRule::Ranges if workers > 1 => slice_bytes(total, workers),
        _ => u64::MAX,
    };
    let mut slices: Vec<Slice> = tables()
        .flat_map(|(entry, data)| cut(entry, data, limit))
        .collect();
    if rule == SliceRule::Ranges {
        slices.sort_by_key(|slice| std::cmp::Reverse(slice.data.bytes));
    }
    slices
}

fn slice_bytes(total: u64, workers: usize) -> u64 {
    let pieces = SLICES_PER_WORKER.saturating_mul(workers as u64);
    total.div_ceil(pieces).max(LEAST_SLICE_BYTES)
}

fn cut(entry: &Entry, data: &DataRef, limit: u64) -> Vec<Slice> {
    let parts = match &data.method {
        Method::LargeObjects(oids) => large_objects(data, oids),
        Method::Copy | Method::Rows if data.blocks > 0 => blocks(data, data.bytes.div_ceil(limit)),
        _ => vec![(data.clone(), Range::Whole)],
    };
    let number = |(number, (data, range))| Slice {
        entry: entry.id,
        data,
        range,
        number,
    };
    (0..).zip(parts).map(number).collect()
}

fn large_objects(data: &DataRef, oids: &[u32]) -> Vec<(DataRef, Range)> {
    let chunks: Vec<&[u32]> = oids.chunks(LARGE_OBJECTS).collect();
    let part = |chunk: &&[u32]| {
        let method = Method::LargeObjects(chunk.to_vec());
        (share(data, method, chunks.len() as u64), Range::Whole)
    };
    chunks.iter().map(part).collect()
}

/// Equal ranges of the heap. Values out of line are taken to be spread evenly over it.
fn blocks(data: &DataRef, parts: u64) -> Vec<(DataRef, Range)> {
    let parts = parts.clamp(1, data.blocks);
    if parts == 1 {
        return vec![(data.clone(), Range::Whole)];
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

fn share(data: &DataRef, method: Method, parts: u64) -> DataRef {
    DataRef {
        method,
        bytes: data.bytes / parts,
        rows: data.rows / parts,
        ..data.clone()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::entry::Section;
    use crate::plan::order::tests::entry;

    const MIB: u64 = 1 << 20;
    const BLOCK_BYTES: u64 = 8192;

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
            body: Body::Data(data),
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
            prop_assert!(slices.len() as u64 <= SLICES_PER_WORKER * workers as u64);
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
