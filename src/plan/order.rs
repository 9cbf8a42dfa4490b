//! The order in which entries are written and restored: by section, then rank, then name, and an
//! entry that others need is moved up in front of the first of them, no further. As pg_dump does
//! it, so that what a catalog does not say about dependencies still tends to come out right.

use std::collections::{BTreeMap, BinaryHeap};

use bstr::BString;

use crate::error::{Error, Kind, Result};
use crate::plan::cycle;
use crate::plan::entries::Entries;
use crate::plan::entry::{EntryId, Section};
use crate::plan::graph::Graph;
use crate::plan::lists::Lists;
use crate::plan::section;
use crate::plan::shelf::Reading;

/// Sorts the entries so that each comes after all that it needs. The result does not depend on the
/// order in which they are given. Entries that can't stay in their section are moved to another
/// (see `section.rs`).
///
/// Errors: `Unsupported` where entries need one another in a circle, naming them; `Unsupported`
/// where rows or globals need what comes after them; `Internal` for an id that is there twice or
/// needed and not there.
pub fn order(mut entries: Entries) -> Result<Entries> {
    let natural = natural(&entries)?;
    entries.arrange(&natural)?;
    drop(natural);
    let graph = Graph::new(&entries)?;
    let sections = settled(&entries, &graph)?;
    for (at, section) in sections.iter().enumerate() {
        entries.set_section(at, *section);
    }
    let Some(sorted) = sort(&graph, &ranked(&sections)) else {
        return Err(in_circles(&entries, &cycle::find(&graph)));
    };
    drop(graph);
    entries.arrange(&sorted)?;
    Ok(entries)
}

fn settled(entries: &Entries, graph: &Graph) -> Result<Vec<Section>> {
    let sections = (0..entries.len()).map(|at| entries.section(at));
    let mut sections: Vec<Section> = sections.collect();
    section::settle(&mut sections, graph, &|at| entries.label(at))?;
    Ok(sections)
}

/// Moves what can't stay in its section to another, and leaves the order alone: for those who choose by
/// section. By position: `needs`, each once and never itself, and `label` for messages.
///
/// Errors: as [`order`], but for circles.
pub fn settle(
    sections: &mut [Section],
    needs: Lists<u32>,
    label: &dyn Fn(usize) -> String,
) -> Result<()> {
    section::settle(sections, &Graph { needs }, label)
}

/// Entries that need one another: of each knot of such entries one shortest circle, in which each
/// entry needs the next, and the last the first. For those who know how to cut them.
pub fn cycles(entries: &Entries) -> Result<Vec<Vec<EntryId>>> {
    let circles = cycle::find(&Graph::new(entries)?);
    let ids = |circle: Vec<usize>| circle.into_iter().map(|at| entries.id(at)).collect();
    Ok(circles.into_iter().map(ids).collect())
}

/// What unrelated entries are ordered by. The schemas are few: their order is found first.
struct Names {
    /// By position: the schema's place among the schemas.
    schemas: Vec<u32>,
    names: Lists<u8>,
    details: Lists<u8>,
}

impl Names {
    fn new(entries: &Entries) -> Result<Self> {
        let mut known: BTreeMap<Option<BString>, u32> = BTreeMap::new();
        let mut schemas = Vec::with_capacity(entries.len());
        let mut names = Lists::with_capacity(entries.len());
        let mut details = Lists::with_capacity(entries.len());
        let mut reading = Reading::default();
        for at in 0..entries.len() {
            let identity = entries.identity(at, &mut reading)?;
            let next = known.len() as u32;
            schemas.push(*known.entry(identity.schema).or_insert(next));
            names.push(identity.name.iter().copied());
            details.push(identity.detail.iter().copied());
        }
        let mut places = vec![0; known.len()];
        for (place, number) in (0..).zip(known.into_values()) {
            places[number as usize] = place;
        }
        for schema in &mut schemas {
            *schema = places[*schema as usize];
        }
        Ok(Self {
            schemas,
            names,
            details,
        })
    }
}

/// The positions by rank, then name.
fn natural(entries: &Entries) -> Result<Vec<u32>> {
    let names = Names::new(entries)?;
    let key = |at: &u32| {
        let at = *at as usize;
        let (name, detail) = (names.names.get(at), names.details.get(at));
        let schema = names.schemas[at];
        let (rank, kind, id) = (entries.rank(at), entries.kind(at), entries.id(at));
        (rank, schema, name, detail, kind, id)
    };
    let mut positions: Vec<u32> = (0..entries.len() as u32).collect();
    positions.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    Ok(positions)
}

/// By position: its place if nothing needed anything.
fn ranked(sections: &[Section]) -> Vec<u32> {
    let mut positions: Vec<u32> = (0..sections.len() as u32).collect();
    positions.sort_by_key(|&at| sections[at as usize]);
    let mut places = vec![0; sections.len()];
    for (place, at) in (0..).zip(positions) {
        places[at as usize] = place;
    }
    places
}

/// Fills the order from its end: always with the entry of the highest place among those that no
/// remaining entry needs. `None` where there is a circle.
fn sort(graph: &Graph, places: &[u32]) -> Option<Vec<u32>> {
    let mut needed = graph.counts();
    let free = (0..places.len()).filter(|&at| needed[at] == 0);
    let mut free: BinaryHeap<(u32, u32)> = free.map(|at| (places[at], at as u32)).collect();
    let mut sorted = Vec::with_capacity(places.len());
    while let Some((_, at)) = free.pop() {
        sorted.push(at);
        for need in graph.needs(at as usize) {
            needed[need] -= 1;
            if needed[need] == 0 {
                free.push((places[need], need as u32));
            }
        }
    }
    sorted.reverse();
    (sorted.len() == places.len()).then_some(sorted)
}

fn in_circles(entries: &Entries, circles: &[Vec<usize>]) -> Error {
    let describe = |circle: &Vec<usize>| {
        let labels: Vec<String> = circle.iter().map(|&at| entries.label(at)).collect();
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
    use crate::plan::entry::{Body, Entry, Identity};

    /// In the order in which they restore.
    pub(in crate::plan) fn order(entries: Vec<Entry>) -> Result<Vec<Entry>> {
        super::order(Entries::pack(entries)?)?.unpack()
    }

    fn cycles(entries: &[Entry]) -> Result<Vec<Vec<EntryId>>> {
        super::cycles(&Entries::pack(entries.to_vec())?)
    }

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
