//! Which section an entry ends up in, where its needs force it out of its own: a view that groups
//! by a primary key, or a function whose SQL body does, must come after that constraint, and so
//! must all that needs them.
//!
//! Two rules, in this order:
//! 1. What the definitions that rows need need in turn is brought *forward*, in front of the rows:
//!    a constraint that is needed by a function that a column default needs.
//! 2. Whatever else needs something of a later section moves *back* into it (statements behind the
//!    rows go to post-data).

use crate::error::{Error, Kind, Result};
use crate::plan::entry::Section;
use crate::plan::graph::Graph;

/// Moves entries until none needs one of a later section. `label` names the entry at a position.
pub(super) fn settle(
    sections: &mut [Section],
    graph: &Graph,
    label: &dyn Fn(usize) -> String,
) -> Result<()> {
    let stuck = |at, need| stuck(&label(at), &label(need));
    bring_forward(sections, graph, &stuck)?;
    move_back(sections, graph, &stuck)
}

/// The error of an entry that needs what comes after it.
type Stuck<'a> = &'a dyn Fn(usize, usize) -> Error;

fn bring_forward(sections: &mut [Section], graph: &Graph, stuck: Stuck<'_>) -> Result<()> {
    let mut seen = vec![false; sections.len()];
    let mut open: Vec<usize> = Vec::new();
    for at in 0..sections.len() {
        if sections[at] == Section::Data {
            rows_can_follow(at, sections, graph, stuck)?;
            open.extend(graph.needs(at));
        }
    }
    while let Some(at) = open.pop() {
        if sections[at] == Section::Data || std::mem::replace(&mut seen[at], true) {
            continue;
        }
        if sections[at] == Section::PostData {
            sections[at] = Section::PreData;
        }
        open.extend(graph.needs(at));
    }
    Ok(())
}

/// Rows never need post-data objects directly: whoever says so would have every index built before
/// its rows.
fn rows_can_follow(at: usize, sections: &[Section], graph: &Graph, stuck: Stuck<'_>) -> Result<()> {
    let late = |need: &usize| sections[*need] == Section::PostData;
    match graph.needs(at).find(late) {
        Some(need) => Err(stuck(at, need)),
        None => Ok(()),
    }
}

fn move_back(sections: &mut [Section], graph: &Graph, stuck: Stuck<'_>) -> Result<()> {
    let needed_by = graph.needed_by();
    let mut open: Vec<usize> = (0..sections.len()).collect();
    while let Some(need) = open.pop() {
        for at in needed_by.get(need).iter().map(|&at| at as usize) {
            if sections[at] < sections[need] {
                if sections[at] != Section::PreData {
                    return Err(stuck(at, need));
                }
                sections[at] = Section::PostData;
                open.push(at);
            }
        }
    }
    Ok(())
}

fn stuck(entry: &str, need: &str) -> Error {
    let what = format!("cannot order {entry}: it needs {need}, which comes after it");
    Error::new(Kind::Unsupported, what)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::plan::order::tests::{entry, ids, order};
    use Section::{Data, Globals, PostData, PreData};

    #[test]
    fn what_needs_a_constraint_goes_behind_it_and_takes_its_dependents_along() {
        let sorted = order(vec![
            entry(1, PreData, 1, &[]),
            entry(2, PreData, 3, &[1, 5]),
            entry(3, PreData, 3, &[2]),
            entry(4, Data, 1, &[1]),
            entry(5, PostData, 1, &[1]),
        ])
        .unwrap();
        assert_eq!(ids(&sorted), [1, 4, 5, 2, 3]);
        assert_eq!(sorted[4].section, PostData);
    }

    #[test]
    fn a_constraint_that_rows_need_by_way_of_a_function_is_brought_forward() {
        let sorted = order(vec![
            entry(1, PreData, 2, &[]),
            entry(2, PreData, 1, &[3]),
            entry(3, PostData, 1, &[1]),
            entry(4, PreData, 2, &[2]),
            entry(5, Data, 1, &[4]),
        ])
        .unwrap();
        assert_eq!(ids(&sorted), [1, 3, 2, 4, 5]);
        assert!(sorted[..4].iter().all(|entry| entry.section == PreData));
    }

    #[test]
    fn definitions_that_need_rows_come_after_them() {
        let sorted = order(vec![entry(1, PreData, 1, &[2]), entry(2, Data, 1, &[])]).unwrap();
        assert_eq!((ids(&sorted), sorted[1].section), (vec![2, 1], PostData));
    }

    #[test]
    fn rows_and_globals_stay_where_they_are() {
        for stuck in [
            vec![entry(1, Data, 1, &[2]), entry(2, PostData, 1, &[])],
            vec![entry(1, Globals, 1, &[2]), entry(2, PreData, 1, &[])],
        ] {
            let error = order(stuck).unwrap_err();
            assert_eq!(
                error.line(),
                "cannot order thing t1: it needs thing t2, which comes after it"
            );
        }
    }
}
