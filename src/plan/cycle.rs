//! Circles of needs: of each strongly connected component one shortest circle.

use std::collections::VecDeque;

use crate::plan::graph::Graph;

/// Finds the circles, by position, in order of their first entries. Each begins with its lowest
/// position; each entry needs the next, and the last the first.
pub(super) fn find(graph: &Graph) -> Vec<Vec<usize>> {
    let components = components(graph);
    let mut members = vec![Vec::new(); graph.needs.len()];
    for (at, &component) in components.iter().enumerate() {
        members[component].push(at);
    }
    let knots = members.iter().filter(|knot| knot.len() > 1);
    let mut circles: Vec<_> = knots
        .filter_map(|knot| shortest(graph, &components, *knot.first()?))
        .collect();
    circles.sort_unstable();
    circles
}

/// By position: the number of the knot that it is in, from 1; 0 where it is in none. For those who
/// cut knots before there are entries.
pub(crate) fn knots(needs: Vec<Vec<usize>>) -> Vec<usize> {
    let components = components(&Graph { needs });
    let mut sizes = vec![0_usize; components.len()];
    for &component in &components {
        sizes[component] += 1;
    }
    components
        .iter()
        .map(|&c| if sizes[c] > 1 { c + 1 } else { 0 })
        .collect()
}

/// The shortest circle through `start`: breadth first, within its component.
fn shortest(graph: &Graph, components: &[usize], start: usize) -> Option<Vec<usize>> {
    let mut came_from = vec![None; graph.needs.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for &need in &graph.needs[at] {
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
fn components(graph: &Graph) -> Vec<usize> {
    let mut search = Search::new(graph.needs.len());
    for root in 0..graph.needs.len() {
        if search.index[root].is_none() {
            search.from(root, graph);
        }
    }
    search.component
}

struct Search {
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    component: Vec<usize>,
    open: Vec<usize>,
    is_open: Vec<bool>,
    /// The entry, and which of its needs comes next.
    path: Vec<(usize, usize)>,
    seen: usize,
}

impl Search {
    fn new(len: usize) -> Self {
        Self {
            index: vec![None; len],
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
            let Some(&need) = graph.needs[at].get(*next) else {
                self.leave(at);
                continue;
            };
            *next += 1;
            match self.index[need] {
                None => self.enter(need),
                Some(index) if self.is_open[need] => self.low[at] = self.low[at].min(index),
                Some(_) => {}
            }
        }
    }

    fn enter(&mut self, at: usize) {
        self.index[at] = Some(self.seen);
        self.low[at] = self.seen;
        self.seen += 1;
        self.open.push(at);
        self.is_open[at] = true;
        self.path.push((at, 0));
    }

    fn leave(&mut self, at: usize) {
        self.path.pop();
        if let Some(&(parent, _)) = self.path.last() {
            self.low[parent] = self.low[parent].min(self.low[at]);
        }
        if self.index[at] == Some(self.low[at]) {
            while let Some(member) = self.open.pop() {
                self.is_open[member] = false;
                self.component[member] = at;
                if member == at {
                    break;
                }
            }
        }
    }
}
