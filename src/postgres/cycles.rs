//! Loops of dependencies, and how each is cut: a part of an object (a default, a check, a view's
//! query) becomes an entry of its own. A type's own functions wait for its shell.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::plan::cycle;
use crate::plan::entry::Section;
use crate::plan::lists::Lists;
use crate::postgres::link::Holder;
use crate::postgres::objects::Loaded;
use crate::postgres::packed::Objects;
use crate::postgres::waits::Waits;

/// Kinds of parts, in the order in which they are cut out: the least change first.
const CUT_ORDER: &[&str] = &["column_default", "constraint", "view_rule"];

pub(super) type Needs = BTreeSet<(Holder, u32)>;

/// Cuts parts out until no loop is left that a cut could open. Cut parts are appended to
/// `objects`; the result says what each object needs.
pub fn cut(objects: &mut Objects, mut needs: Needs) -> Result<Waits> {
    let mut gone: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    shells(objects, &mut needs);
    late_views(objects, &mut needs, &mut gone)?;
    let mut found = loops(objects.len(), &needs);
    for kind in CUT_ORDER {
        for _ in 0..objects.len() {
            let cuts = cuts_in(objects, &needs, &found, kind);
            if cuts.is_empty() {
                break;
            }
            separate_all(objects, &mut needs, &cuts, &mut gone)?;
            found = loops(objects.len(), &needs);
        }
    }
    for (object, parts) in gone {
        objects.render_without(object, &parts);
    }
    objects.forget_renderers();
    let pairs = needs.iter().map(|(from, to)| (from.object(), *to));
    Ok(Waits::new(objects.len(), pairs))
}

/// What a view reads and the selection leaves out has to be there already: for its sake no view is made
/// as a dummy first, which would stay where it is not there.
pub fn forget_what_views_read(objects: &Objects, needs: &mut Needs, selected: &[bool]) {
    needs.retain(|(from, to)| {
        selected.get(*to as usize) == Some(&true) || !is_part(objects, *from, "view_rule")
    });
}

/// A type that has a shell needs it; its own functions, which it needs too, need the shell only.
fn shells(objects: &Objects, needs: &mut Needs) {
    if objects.iter().all(|o| o.stands_in_for().is_none()) {
        return;
    }
    let by_address: BTreeMap<_, _> = objects
        .iter()
        .zip(0_u32..)
        .map(|(o, at)| (at, o))
        .filter_map(|(at, o)| Some((o.address()?, at)))
        .collect();
    let shell_of: BTreeMap<u32, u32> = objects
        .iter()
        .zip(0_u32..)
        .map(|(o, at)| (at, o))
        .filter_map(|(at, o)| Some((*by_address.get(&o.stands_in_for()?)?, at)))
        .collect();
    let loops = loops(objects.len(), needs);
    let inner: Vec<_> = needs
        .iter()
        .filter(|(from, to)| shell_of.contains_key(to) && in_one_loop(&loops, *from, *to))
        .copied()
        .collect();
    for (from, to) in inner {
        needs.remove(&(from, to));
        needs.extend(shell_of.get(&to).map(|shell| (from, *shell)));
    }
    needs.extend(
        shell_of
            .iter()
            .map(|(own, shell)| (Holder::whole(*own as usize), *shell)),
    );
}

fn in_one_loop(loops: &[u32], from: Holder, to: u32) -> bool {
    let own = loops.get(from.object());
    own == loops.get(to as usize) && own != Some(&0)
}

/// A view that needs something of post-data (a primary key, for its GROUP BY) is made as a dummy
/// first: what depends on it need not wait.
fn late_views(
    objects: &mut Objects,
    needs: &mut Needs,
    gone: &mut BTreeMap<usize, Vec<usize>>,
) -> Result<()> {
    let late: BTreeSet<Holder> = needs
        .iter()
        .filter(|(from, to)| {
            is_part(objects, *from, "view_rule")
                && objects
                    .get(*to as usize)
                    .is_some_and(|o| o.section() > Section::PreData)
        })
        .map(|(from, _)| *from)
        .collect();
    separate_all(objects, needs, &late, gone)
}

fn is_part(objects: &Objects, holder: Holder, kind: &str) -> bool {
    let part = holder
        .part()
        .and_then(|part| objects.get(holder.object())?.parts().get(part));
    part.is_some_and(|part| part.kind == kind)
}

/// Parts of this kind whose needs run inside a loop.
fn cuts_in(objects: &Objects, needs: &Needs, loops: &[u32], kind: &str) -> BTreeSet<Holder> {
    needs
        .iter()
        .filter(|(from, to)| is_part(objects, *from, kind) && in_one_loop(loops, *from, *to))
        .map(|(from, _)| *from)
        .collect()
}

/// Makes the parts entries of their own, which need their object and what they needed.
fn separate_all(
    objects: &mut Objects,
    needs: &mut Needs,
    cuts: &BTreeSet<Holder>,
    gone: &mut BTreeMap<usize, Vec<usize>>,
) -> Result<()> {
    for holder in cuts {
        let new = objects.len();
        let Some(loaded) = separate(objects, *holder) else {
            continue;
        };
        objects.push(loaded)?;
        gone.entry(holder.object())
            .or_default()
            .extend(holder.part());
        let own: Vec<_> = needs
            .iter()
            .filter(|(from, _)| from == holder)
            .copied()
            .collect();
        let part = Holder::whole(new);
        for need in own {
            needs.remove(&need);
            needs.insert((part, need.1));
        }
        needs.insert((part, holder.object() as u32));
    }
    objects.close()
}

fn separate(objects: &Objects, holder: Holder) -> Option<Loaded> {
    let parent = objects.get(holder.object())?;
    let part = parent.parts().get(holder.part()?)?;
    let cut = parent.renderer()?.cut_out(holder.part()?)?;
    let new = Loaded::new(part.kind, cut.section, cut.identity, cut.sql);
    Some(Loaded {
        address: Some(part.address),
        table: parent.address(),
        ..new
    })
}

/// The loop that each object is in; 0 where it is in none.
fn loops(count: usize, needs: &Needs) -> Vec<u32> {
    let edges = needs.iter().map(|(from, to)| (from.object(), *to));
    cycle::knots(Lists::from_pairs(count, edges))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_loops_and_nothing_else() {
        let needs = [(0, 1), (1, 2), (2, 1), (3, 3), (4, 0)];
        let needs = needs
            .into_iter()
            .map(|(from, to)| (Holder::whole(from), to))
            .collect();
        let loops = loops(5, &needs);
        assert_eq!((loops[0], loops[3], loops[4]), (0, 0, 0));
        assert!(loops[1] != 0 && loops[1] == loops[2]);
    }
}
