//! The order in which entries are written and restored: by section, then rank, then name, and an
//! entry that others need is moved up in front of the first of them, no further. As pg_dump does
//! it, so that what a catalog does not say about dependencies still tends to come out right.

use std::collections::BinaryHeap;

use crate::error::{Error, Kind, Result};
use crate::plan::cycle;
use crate::plan::entry::{Entry, EntryId};
use crate::plan::graph::{Graph, label};
use crate::plan::section;

/// Sorts the entries so that each comes after all that it needs. The result does not depend on the
/// order in which they are given. Entries that can't stay in their section are moved to another
/// (see `section.rs`).
///
/// Errors: `Unsupported` where entries need one another in a circle, naming them; `Unsupported`
/// where rows or globals need what comes after them; `Internal` for an id that is there twice or
/// needed and not there.
pub fn order(mut entries: Vec<Entry>) -> Result<Vec<Entry>> {
    entries.sort_unstable_by(|a, b| natural(a).cmp(&natural(b)));
    let graph = Graph::new(&entries)?;
    section::settle(&mut entries, &graph)?;
    let places = ranked(&entries);
    let Some(sorted) = sort(&graph, &places) else {
        return Err(in_circles(&entries, &cycle::find(&graph)));
    };
    Ok(pick(entries, &sorted))
}

/// Moves entries that can't stay in their section to another, and leaves their order alone. For those
/// who choose by section.
///
/// Errors: as [`order`], but for circles.
pub fn settle(entries: &mut [Entry]) -> Result<()> {
    let graph = Graph::new(entries)?;
    section::settle(entries, &graph)
}

/// Entries that need one another: of each knot of such entries one shortest circle, in which each
/// entry needs the next, and the last the first. For those who know how to cut them.
pub fn cycles(entries: &[Entry]) -> Result<Vec<Vec<EntryId>>> {
    let circles = cycle::find(&Graph::new(entries)?);
    let ids = |circle: Vec<usize>| circle.into_iter().map(|at| entries[at].id).collect();
    Ok(circles.into_iter().map(ids).collect())
}

type NaturalKey<'a> = (u16, Option<&'a [u8]>, &'a [u8], &'a [u8], &'a str, EntryId);

fn natural(entry: &Entry) -> NaturalKey<'_> {
    let identity = &entry.identity;
    let schema = identity.schema.as_ref().map(|schema| schema.as_slice());
    let (name, detail) = (identity.name.as_slice(), identity.detail.as_slice());
    (entry.rank, schema, name, detail, entry.kind, entry.id)
}

/// By position: its place if nothing needed anything.
fn ranked(entries: &[Entry]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..entries.len()).collect();
    positions.sort_by_key(|&at| entries[at].section);
    let mut places = vec![0; entries.len()];
    for (place, at) in positions.into_iter().enumerate() {
        places[at] = place;
    }
    places
}

/// Fills the order from its end: always with the entry of the highest place among those that no
/// remaining entry needs. `None` where there is a circle.
fn sort(graph: &Graph, places: &[usize]) -> Option<Vec<usize>> {
    let mut needed: Vec<usize> = graph.needed_by().iter().map(Vec::len).collect();
    let free = (0..places.len()).filter(|&at| needed[at] == 0);
    let mut free: BinaryHeap<(usize, usize)> = free.map(|at| (places[at], at)).collect();
    let mut sorted = Vec::with_capacity(places.len());
    while let Some((_, at)) = free.pop() {
        sorted.push(at);
        for &need in &graph.needs[at] {
            needed[need] -= 1;
            if needed[need] == 0 {
                free.push((places[need], need));
            }
        }
    }
    sorted.reverse();
    (sorted.len() == places.len()).then_some(sorted)
}

/// Brings the entries into this order, in place: of a hundred thousand a second list would count.
fn pick(mut entries: Vec<Entry>, sorted: &[usize]) -> Vec<Entry> {
    let mut places = vec![0; sorted.len()];
    for (place, &at) in sorted.iter().enumerate() {
        places[at] = place;
    }
    for at in 0..places.len() {
        while places[at] != at {
            let place = places[at];
            entries.swap(at, place);
            places.swap(at, place);
        }
    }
    entries
}

fn in_circles(entries: &[Entry], circles: &[Vec<usize>]) -> Error {
    let describe = |circle: &Vec<usize>| {
        let labels: Vec<String> = circle.iter().map(|&at| label(&entries[at])).collect();
        labels.join(" → ")
    };
    let circles: Vec<String> = circles.iter().map(describe).collect();
    Error::new(
        Kind::Unsupported,
        format!(
            "cannot order objects that need one another: {}",
            circles.join("; ")
        ),
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
pub(super) mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::*;
    use crate::plan::entry::{Body, Identity, Section};

    pub(in crate::plan) fn entry(id: u32, section: Section, rank: u16, needs: &[u32]) -> Entry {
        Entry {
            id: EntryId(id),
            kind: "thing",
            section,
            rank,
            identity: Identity {
                name: format!("t{id}").into(),
                ..Identity::default()
            },
            needs: needs.iter().map(|&need| EntryId(need)).collect(),
            body: Body::Statements(Vec::new()),
            drop: Vec::new(),
        }
    }

    pub(in crate::plan) fn ids(entries: &[Entry]) -> Vec<u32> {
        entries.iter().map(|entry| entry.id.0).collect()
    }

    fn sorted(entries: Vec<Entry>) -> Vec<u32> {
        ids(&order(entries).unwrap())
    }

    fn pre(id: u32, rank: u16, needs: &[u32]) -> Entry {
        entry(id, Section::PreData, rank, needs)
    }

    #[test]
    fn unrelated_entries_come_by_rank_then_name() {
        assert_eq!(
            sorted(vec![pre(3, 2, &[]), pre(2, 1, &[]), pre(1, 2, &[])]),
            [2, 1, 3]
        );
    }

    #[test]
    fn a_needed_entry_moves_up_just_in_front_of_the_first_that_needs_it() {
        let entries = vec![
            pre(1, 1, &[]),
            pre(2, 2, &[9]),
            pre(3, 2, &[]),
            pre(9, 5, &[]),
        ];
        assert_eq!(sorted(entries), [1, 9, 2, 3]);
    }

    #[test]
    fn a_circle_is_an_error_that_names_its_objects() {
        let error = order(vec![pre(1, 1, &[2]), pre(2, 1, &[1]), pre(3, 1, &[2])]).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        assert!(error.line().contains("thing t1 → thing t2"), "{error}");
        assert!(!error.line().contains("t3"), "{error}");
    }

    #[test]
    fn circles_are_data() {
        let entries = [
            pre(1, 1, &[2]),
            pre(2, 1, &[3, 1]),
            pre(3, 1, &[]),
            pre(4, 1, &[4]),
        ];
        assert_eq!(cycles(&entries).unwrap(), [[EntryId(1), EntryId(2)]]);
    }

    #[test]
    fn ids_are_unique_and_needs_are_there() {
        let twice = order(vec![pre(1, 1, &[]), pre(1, 2, &[])]).unwrap_err();
        let absent = order(vec![pre(1, 1, &[7])]).unwrap_err();
        assert_eq!([twice.kind(), absent.kind()], [Kind::Internal; 2]);
    }

    fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
        let one = (
            0_u16..6,
            0_u8..3,
            proptest::collection::vec(any::<u32>(), 0..4),
        );
        proptest::collection::vec(one, 1..60).prop_map(|specs| {
            let build = |(at, (rank, section, needs)): (usize, (u16, u8, Vec<u32>))| {
                let at = u32::try_from(at).unwrap();
                let section = match section {
                    0 => Section::PreData,
                    1 if at > 0 => Section::PostData,
                    _ => Section::PreData,
                };
                // Needs point to lower ids alone: no circles.
                let needs: Vec<u32> = needs.iter().filter_map(|n| n.checked_rem(at)).collect();
                entry(at, section, rank, &needs)
            };
            specs.into_iter().enumerate().map(build).collect()
        })
    }

    proptest! {
        #[test]
        fn order_respects_needs_and_sections_and_ignores_input_order(
            (entries, shuffled) in any_entries().prop_flat_map(|entries| {
                (Just(entries.clone()), Just(entries).prop_shuffle())
            })
        ) {
            let result = order(entries.clone()).unwrap();
            prop_assert_eq!(&result, &order(shuffled).unwrap());
            let place: HashMap<EntryId, usize> =
                result.iter().enumerate().map(|(at, entry)| (entry.id, at)).collect();
            prop_assert_eq!(place.len(), entries.len());
            prop_assert!(result.is_sorted_by_key(|entry| entry.section));
            for entry in &result {
                prop_assert!(entry.needs.iter().all(|need| place[need] < place[&entry.id]));
            }
        }

        #[test]
        fn arbitrary_needs_never_panic_and_circles_are_true(
            needs in proptest::collection::vec((0_u32..20, 0_u32..20), 0..60)
        ) {
            let needs_of = |id| -> Vec<u32> {
                needs.iter().filter(|(from, _)| *from == id).map(|(_, to)| *to).collect()
            };
            let entries: Vec<Entry> = (0..20).map(|id| pre(id, 1, &needs_of(id))).collect();
            let circles = cycles(&entries).unwrap();
            prop_assert_eq!(order(entries.clone()).is_ok(), circles.is_empty());
            for circle in circles {
                let distinct: HashSet<EntryId> = circle.iter().copied().collect();
                prop_assert_eq!(distinct.len(), circle.len());
                for (at, id) in circle.iter().enumerate() {
                    let next = circle[(at + 1) % circle.len()];
                    prop_assert!(entries[id.0 as usize].needs.contains(&next));
                }
            }
        }
    }
}
