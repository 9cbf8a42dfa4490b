//! In which order rows are loaded into tables that are there already: what foreign keys point to goes
//! first. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::toc::Toc;
use crate::pipeline::restore::relations::Relations;
use crate::plan::cycle::knots;
use crate::plan::lists::Lists;

/// For entries of rows, those that go before them, by place: of the foreign keys that are no task
/// of this restore. Where tables point to one another nothing is asked for.
pub(super) fn row_order(
    toc: &Toc,
    relations: &Relations,
    is_task: impl Fn(usize) -> bool,
) -> BTreeMap<usize, Vec<usize>> {
    let mut waits: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for at in 0..toc.entries.len() {
        if toc.entries.kind(at) != "foreign_key" || is_task(at) {
            continue;
        }
        let (own, others) = relations.own_and_others(toc, at);
        // Rows may be those of any table of the family: of partitions, and of the root.
        let own = relations.rows_of(&relations.families_of(&own));
        let others = relations.rows_of(&relations.families_of(&others));
        for rows in &own {
            let before = others.iter().filter(|other| !own.contains(other)).copied();
            waits.entry(*rows).or_default().extend(before);
        }
    }
    let needs = waits.iter().flat_map(|(rows, before)| {
        let before = before
            .iter()
            .filter_map(|before| u32::try_from(*before).ok());
        before.map(|before| (*rows, before))
    });
    let knot = knots(Lists::from_pairs(toc.entries.len(), needs));
    let number = |at: usize| knot.get(at).copied().unwrap_or(0);
    let tied = |a: usize, b: usize| number(a) > 0 && number(a) == number(b);
    let free = |(rows, before): (usize, BTreeSet<usize>)| {
        let before = before.into_iter().filter(|other| !tied(rows, *other));
        (rows, before.collect())
    };
    waits.into_iter().map(free).collect()
}
