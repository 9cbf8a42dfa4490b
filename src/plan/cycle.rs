//! Circles of needs: of each strongly connected component one shortest circle.

use std::collections::VecDeque;

use crate::plan::graph::Graph;
use crate::plan::lists::Lists;

/// Finds the circles, by position, in order of their first entries. Each begins with its lowest
/// position; each entry needs the next, and the last the first.
pub(super) fn find(graph: &Graph) -> Vec<Vec<usize>> {
    let components = components(graph);
    let members = components.iter().enumerate();
    let members = members.map(|(at, &component)| (component as usize, at as u32));
    let members = Lists::from_pairs(graph.len(), members);
    let knots = members.iter().filter(|knot| knot.len() > 1);
    let mut circles: Vec<_> = knots
        .filter_map(|knot| shortest(graph, &components, *knot.first()? as usize))
        .collect();
    circles.sort_unstable();
    circles
}

/// By position: the number of the knot that it is in, from 1; 0 where it is in none. For those who
/// cut knots before there are entries.
pub(crate) fn knots(needs: Lists<u32>) -> Vec<u32> {
    let components = components(&Graph { needs });
    let mut sizes = vec![0_u32; components.len()];
    for &component in &components {
        sizes[component as usize] += 1;
    }
    let number = |&c: &u32| if sizes[c as usize] > 1 { c + 1 } else { 0 };
    components.iter().map(number).collect()
}

/// The shortest circle through `start`: breadth first, within its component.
fn shortest(graph: &Graph, components: &[u32], start: usize) -> Option<Vec<usize>> {
    let mut came_from = vec![None; graph.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for need in graph.needs(at) {
            if need == start {
                return Some(path_to(at, start, &came_from));
            }
            if components[need] == components[start] && came_from[need].is_none() {
                came_from[need] = Some(at);
                queue.push_back(need);
            }
        }
    }
    None
}

fn path_to(end: usize, start: usize, came_from: &[Option<usize>]) -> Vec<usize> {
    let mut path = vec![end];
    let mut at = end;
    while let Some(before) = came_from[at].filter(|_| at != start) {
        path.push(before);
        at = before;
    }
    path.reverse();
    path
}

/// Tarjan's algorithm on a stack of its own (a chain of 100,000 needs must not overflow ours). By
/// position: a number that is the same for all of a component.
fn components(graph: &Graph) -> Vec<u32> {
    let mut search = Search::new(graph.len());
    for root in 0..graph.len() {
        if search.index[root] == Search::UNSEEN {
            search.from(root, graph);
        }
    }
    search.component
}

/// Positions and numbers are those of entries, of which there are no more than ids.
struct Search {
    index: Vec<u32>,
    low: Vec<u32>,
    component: Vec<u32>,
    open: Vec<u32>,
    is_open: Vec<bool>,
    /// The entry, and which of its needs comes next.
    path: Vec<(u32, u32)>,
    seen: u32,
}

impl Search {
    const UNSEEN: u32 = u32::MAX;

    fn new(len: usize) -> Self {
        Self {
            index: vec![Self::UNSEEN; len],
            low: vec![0; len],
            component: vec![0; len],
            open: Vec::new(),
            is_open: vec![false; len],
            path: Vec::new(),
            seen: 0,
        }
    }

    fn from(&mut self, root: usize, graph: &Graph) {
        self.enter(root);
        while let Some(&mut (at, ref mut next)) = self.path.last_mut() {
            let at = at as usize;
            let Some(need) = graph.need(at, *next as usize) else {
                self.leave(at);
                continue;
            };
            *next += 1;
            match self.index[need] {
                Self::UNSEEN => self.enter(need),
                index if self.is_open[need] => self.low[at] = self.low[at].min(index),
                _ => {}
            }
        }
    }

    fn enter(&mut self, at: usize) {
        self.index[at] = self.seen;
        self.low[at] = self.seen;
        self.seen += 1;
        self.open.push(at as u32);
        self.is_open[at] = true;
        self.path.push((at as u32, 0));
    }

    fn leave(&mut self, at: usize) {
        self.path.pop();
        if let Some(&(parent, _)) = self.path.last() {
            let parent = parent as usize;
            self.low[parent] = self.low[parent].min(self.low[at]);
        }
        if self.index[at] == self.low[at] {
            while let Some(member) = self.open.pop() {
                self.is_open[member as usize] = false;
                self.component[member as usize] = at as u32;
                if member as usize == at {
                    break;
                }
            }
        }
    }
}
