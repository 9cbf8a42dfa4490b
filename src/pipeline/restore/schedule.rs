//! What can be restored at the same time: rows and post-data as a graph, handed out task by task.
//! Pure.
//!
//! Rows need nothing but what is made already; of one table, every piece is a task of its own. Where
//! rows alone are restored, what stands before them (triggers that are switched off) and the rows that
//! their foreign keys point to go first.
//! Small ones are handed out together, to be one transaction: of a table of some kilobytes, most of the
//! time goes to begin, to record and to commit.
//! *Heavy* definitions (indexes, constraints, foreign keys) wait for what they need and for the rows
//! of every table that they read, and then go beside other work. *Light* ones (triggers, grants,
//! attachments …) take no time: they wait for all rows and go one after the other in the archive's
//! order, for two grants on one object would break each other. *Late* ones (refreshes of
//! materialized views, event triggers) may read or stop anything: they wait for all that stands
//! before them. Keys that a table gets after its rows (MySQL) count as its rows for all that follows. Tasks that would lock the same table against each other don't run together.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::archive::toc::{Toc, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::pipeline::restore::relations::Relations;
use crate::pipeline::restore::resume::Past;
use crate::pipeline::restore::row_order::row_order;
use crate::plan::entry::Section;
use crate::sql::dialect::Dialect;

/// What takes time, and reads or locks only the tables that it names.
const HEAVY: &[&str] = &["constraint", "foreign_key", "index", "matview_refresh"];

/// A row more takes as long as so many bytes more, a key of a row as long as so many, and a table is read
/// so many times as fast as it is loaded. PostgreSQL 18, 6 million rows of 33 bytes and 500,000 of 760
/// (`benches/compare`); by bytes alone, a table of short rows came last and kept one connection busy while
/// the others had nothing left.
const ROW_BYTES: u64 = 100;
const KEY_BYTES: u64 = 50;
const SCANS: u64 = 8;

/// What is not heavier may be one transaction with others, in bytes as above.
const SMALL: u64 = 256 << 10;

/// So heavy are those of one transaction together, at most.
const SMALL_TOGETHER: u64 = 4 << 20;

/// So many are one transaction at most: a restore that is resumed does them again.
const TOGETHER: usize = 32;

/// What must be done before any rows are loaded.
const BEFORE_ROWS: &[&str] = &["triggers_off"];

/// What must find everything else in its place.
const LATE: &[&str] = &["event_trigger", "matview_refresh", "relation_statistics"];

/// A piece of work for one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Task {
    /// The entry's place in the table of contents.
    pub(super) entry: usize,
    /// Which of the entry's pieces; `None` for all of them.
    pub(super) piece: Option<usize>,
    /// The table's keys that come after its rows, not the table.
    pub(super) keys: bool,
    node: usize,
}

/// What a worker does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// This.
    Run(Task),
    /// Wait until another one is done.
    Wait,
    /// Nothing is left.
    Nothing,
}

/// How a table is held by a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// Beside others that read it: `CREATE INDEX`.
    Shared,
    Alone,
}

/// An entry, or a point in time that others wait for.
#[derive(Debug)]
struct Node {
    /// The entry's place in the table of contents.
    entry: Option<usize>,
    /// The pieces that are tasks of their own; `None`: it is one task.
    pieces: Option<Vec<usize>>,
    /// It is the table's late keys.
    keys: bool,
    /// So many tasks were handed out.
    begun: usize,
    /// So many are not done.
    left: usize,
    /// Larger ones go first.
    weight: u64,
    /// It may be one transaction with others, and weighs so much there.
    small: Option<u64>,
    /// What comes behind it in the archive's order, and waits for it for that alone.
    then: Option<usize>,
    /// So many nodes must be done before it.
    waits: usize,
    waited_by: Vec<usize>,
    holds: Vec<(usize, Hold)>,
}

impl Node {
    fn tasks(&self) -> usize {
        self.pieces.as_ref().map_or(1, Vec::len)
    }

    /// All of it.
    fn is_handed_out(&self) -> bool {
        self.begun >= self.tasks()
    }

    /// So many are at it.
    fn running(&self) -> usize {
        (self.begun + self.left).saturating_sub(self.tasks())
    }

    /// What is left for each, where one more comes to it.
    fn share(&self) -> u64 {
        let left = self.tasks().saturating_sub(self.begun) as u64;
        self.weight / self.tasks().max(1) as u64 * left / (self.running() as u64 + 1)
    }
}

/// The tasks, and how far they are.
#[derive(Debug)]
pub(super) struct Schedule {
    nodes: Vec<Node>,
    /// What can be handed out: the heaviest first, then the archive's order.
    ready: BTreeSet<(Reverse<u64>, usize)>,
    /// How often a table is held; `None` is by one alone.
    held: HashMap<usize, Option<u32>>,
    running: usize,
    workers: usize,
    /// Each worker stays at a table of its own, as long as there are others.
    apart: bool,
}

impl Schedule {
    /// The tasks of the entries at these places; those before the rows are not among them. For several
    /// `workers` the largest work goes first; for one, the archive's order is kept.
    /// What is done already is not among them either. `whole`: the places of rows that are one task;
    /// `late`: those of tables whose keys come after their rows.
    pub(super) fn new(
        toc: &Toc,
        chosen: &[usize],
        (workers, past): (usize, &Past),
        (whole, late): (&HashSet<usize>, &[usize]),
    ) -> Self {
        let spread = workers > 1;
        let mut builder = Builder::new(toc, past, whole);
        for at in chosen.iter().copied() {
            builder.add_entry(at, spread);
        }
        builder.link(late, spread);
        let mut schedule = builder.finish(workers);
        // Two that load one table stand in each other's way on InnoDB, which has one lock for all pages of an
        // index that are split: 6 million rows of 33 bytes took MariaDB 10.11 8.3 s of processor time from one
        // session, 12.8 s from two. PostgreSQL takes the same for both.
        schedule.apart = spread && toc.head.dialect == Dialect::Mysql;
        schedule
    }

    /// What a worker does next.
    pub(super) fn next(&mut self) -> Result<Next> {
        if let Some(task) = self.choose().and_then(|node| self.hand_out(node)) {
            return Ok(Next::Run(task));
        }
        if self.running > 0 {
            return Ok(Next::Wait);
        }
        if self.nodes.iter().all(|node| node.left == 0) {
            return Ok(Next::Nothing);
        }
        let what = "the entries that are left wait for each other";
        Err(Error::new(Kind::Internal, what))
    }

    /// The heaviest that may be done; where workers stay apart, the heaviest that nobody is at.
    fn choose(&self) -> Option<usize> {
        let nodes = self.ready.iter().map(|(_, node)| *node);
        let mut free = nodes.filter(|node| self.is_free(*node));
        if !self.apart {
            return free.next();
        }
        let node = |at: &usize| self.nodes.get(*at);
        let mut shared = Vec::new();
        for at in free {
            if node(&at).is_some_and(|node| node.running() == 0) {
                return Some(at);
            }
            shared.push(at);
        }
        let share = |at: &usize| node(at).map(Node::share);
        shared.into_iter().max_by_key(share)
    }

    /// What may be done in one transaction with this task, which was handed out: small ones that wait for
    /// nothing either, and the light ones that come behind it. They are handed out with it.
    pub(super) fn beside(&mut self, first: Task) -> Vec<Task> {
        let mut tasks = Vec::new();
        let Some(mut sum) = self.nodes.get(first.node).and_then(|node| node.small) else {
            return tasks;
        };
        // Some for each worker, so that none is at it when the others have nothing left.
        let most = (self.ready.len() / (4 * self.workers)).clamp(1, TOGETHER);
        let mut at = first.node;
        while let Some(next) = self.follower(at) {
            if tasks.len() + 1 >= TOGETHER {
                return tasks;
            }
            tasks.extend(self.hand_out(next));
            at = next;
        }
        if at != first.node {
            return tasks;
        }
        let key = self.nodes.get(at).map(|node| (Reverse(node.weight), at));
        let behind = key.map(|key| self.ready.range(key..)).into_iter().flatten();
        let small = behind.map_while(|(_, node)| Some((*node, self.nodes.get(*node)?.small?)));
        // What is handed out with them may hold their tables: they are looked at again below.
        let small: Vec<(usize, u64)> = small.take(TOGETHER).collect();
        for (node, weight) in small {
            if tasks.len() + 1 >= most || sum + weight > SMALL_TOGETHER {
                break;
            }
            if self.is_free(node) {
                sum += weight;
                tasks.extend(self.hand_out(node));
            }
        }
        tasks
    }

    /// The node that waits for this one alone, which need not be done before it in another transaction.
    fn follower(&self, at: usize) -> Option<usize> {
        let next = self.nodes.get(at)?.then?;
        let node = self.nodes.get(next)?;
        (node.waits == 1 && self.is_free_beside(next, at)).then_some(next)
    }

    /// Whether a node can be handed out to who holds what this other one holds.
    fn is_free_beside(&self, node: usize, other: usize) -> bool {
        let holds = |node: usize| self.nodes.get(node).map_or(&[][..], |node| &node.holds);
        let by_other = |table: usize| holds(other).iter().any(|(held, _)| *held == table);
        holds(node)
            .iter()
            .all(|(table, _)| match self.held.get(table) {
                None | Some(Some(0)) => true,
                Some(None) => by_other(*table),
                Some(Some(_)) => false,
            })
    }

    fn hand_out(&mut self, at: usize) -> Option<Task> {
        let node = self.nodes.get_mut(at)?;
        let task = Task {
            entry: node.entry.unwrap_or_default(),
            piece: node
                .pieces
                .as_ref()
                .and_then(|pieces| pieces.get(node.begun).copied()),
            keys: node.keys,
            node: at,
        };
        node.begun += 1;
        if node.is_handed_out() {
            self.ready.remove(&(Reverse(node.weight), at));
        }
        for (table, hold) in &node.holds {
            let held = self.held.entry(*table).or_insert(Some(0));
            *held = held
                .filter(|_| *hold == Hold::Shared)
                .map(|count| count + 1);
        }
        self.running += 1;
        Some(task)
    }

    fn is_free(&self, node: usize) -> bool {
        let holds = self.nodes.get(node).map_or(&[][..], |node| &node.holds);
        holds
            .iter()
            .all(|(table, hold)| match self.held.get(table) {
                None | Some(Some(0)) => true,
                Some(None) => false,
                Some(Some(_)) => *hold == Hold::Shared,
            })
    }

    /// Tasks that were handed out together are done.
    pub(super) fn done(&mut self, tasks: &[Task]) {
        tasks.iter().for_each(|task| self.done_one(*task));
    }

    fn done_one(&mut self, task: Task) {
        self.running -= 1;
        let Some(node) = self.nodes.get_mut(task.node) else {
            return;
        };
        for (table, _) in &node.holds {
            let held = self.held.entry(*table).or_insert(Some(0));
            *held = Some(held.map_or(0, |count| count.saturating_sub(1)));
        }
        node.left -= 1;
        if node.left == 0 {
            self.release(task.node);
        }
    }

    /// Lets go what waited for this node, and for the points in time that it completes.
    fn release(&mut self, done: usize) {
        let mut open = vec![done];
        while let Some(done) = open.pop() {
            let node = self.nodes.get_mut(done);
            for next in node
                .map(|node| std::mem::take(&mut node.waited_by))
                .unwrap_or_default()
            {
                let Some(node) = self.nodes.get_mut(next) else {
                    continue;
                };
                node.waits -= 1;
                if node.waits > 0 {
                    continue;
                }
                if node.left == 0 {
                    open.push(next);
                } else if !node.is_handed_out() {
                    self.ready.insert((Reverse(node.weight), next));
                }
            }
        }
    }
}

struct Builder<'a> {
    toc: &'a Toc,
    past: &'a Past,
    whole: &'a HashSet<usize>,
    relations: Relations,
    nodes: Vec<Node>,
    /// Each entry's node.
    of_entry: HashMap<usize, usize>,
    /// The same in the order in which they were chosen.
    chosen: Vec<(usize, usize)>,
    /// Who waits for whom.
    edges: HashSet<(usize, usize)>,
}

impl<'a> Builder<'a> {
    fn new(toc: &'a Toc, past: &'a Past, whole: &'a HashSet<usize>) -> Self {
        Self {
            toc,
            past,
            whole,
            relations: Relations::of(toc),
            nodes: Vec::new(),
            of_entry: HashMap::new(),
            chosen: Vec::new(),
            edges: HashSet::new(),
        }
    }

    fn add_entry(&mut self, at: usize, spread: bool) {
        let Some(entry) = self.toc.entries.get(at) else {
            return;
        };
        if entry.section < Section::Data || entry.pieces.is_empty() || self.past.has(entry) {
            return;
        }
        let (pieces, holds) = match entry.rows {
            Some(_) if self.whole.contains(&at) => (None, Vec::new()),
            Some(_) if entry.in_turn => (Some(self.pieces_left(entry)), vec![(at, Hold::Alone)]),
            Some(_) => (Some(self.pieces_left(entry)), Vec::new()),
            None => (None, self.holds(at, entry)),
        };
        let left = pieces.as_ref().map_or(1, Vec::len);
        let weight = self.weight(at, entry);
        let node = self.add(Some(at), pieces, left);
        self.chosen.push((at, node));
        self.of_entry.insert(at, node);
        let small = self.is_small(at, entry, weight);
        if let Some(node) = self.nodes.get_mut(node) {
            node.weight = if spread { weight } else { 0 };
            node.small = small.then_some(weight);
            node.holds = holds;
        }
    }

    fn pieces_left(&self, entry: &TocEntry) -> Vec<usize> {
        let pieces = 0..entry.pieces.len();
        pieces
            .filter(|at| !self.past.has_piece(entry, Some(*at)))
            .collect()
    }

    fn add(&mut self, entry: Option<usize>, pieces: Option<Vec<usize>>, left: usize) -> usize {
        self.nodes.push(Node {
            entry,
            pieces,
            keys: false,
            begun: 0,
            left,
            weight: 0,
            small: None,
            then: None,
            waits: 0,
            waited_by: Vec::new(),
            holds: Vec::new(),
        });
        self.nodes.len() - 1
    }

    /// Whether it may be one transaction with others. What MySQL's engines without transactions took is not
    /// taken back with them.
    fn is_small(&self, at: usize, entry: &TocEntry, weight: u64) -> bool {
        let in_one = entry.rows.is_none() || entry.pieces.len() == 1 && !self.whole.contains(&at);
        self.toc.head.dialect == Dialect::Postgres && in_one && weight <= SMALL && !is_late(entry)
    }

    /// How long it takes, about, in bytes that could be loaded in the same time.
    fn weight(&self, at: usize, entry: &TocEntry) -> u64 {
        if let Some(rows) = entry.rows {
            return entry.bytes.saturating_add(rows.saturating_mul(ROW_BYTES));
        }
        if !is_heavy(entry) {
            return 0;
        }
        self.keys_weight(&self.relations.read_by(at))
    }

    /// The same for a key or an index of all rows of these tables.
    fn keys_weight(&self, tables: &[usize]) -> u64 {
        let rows = self.relations.rows_of(tables);
        let entries = rows.into_iter().filter_map(|at| self.toc.entries.get(at));
        let weights = entries.map(|entry| {
            let keys = entry.rows.unwrap_or_default().saturating_mul(KEY_BYTES);
            keys.saturating_add(entry.bytes / SCANS)
        });
        weights.fold(0, u64::saturating_add)
    }

    fn holds(&self, at: usize, entry: &TocEntry) -> Vec<(usize, Hold)> {
        let hold = if entry.kind == "index" {
            Hold::Shared
        } else {
            Hold::Alone
        };
        let tables = self.relations.read_by(at).into_iter();
        tables.map(|table| (table, hold)).collect()
    }

    /// The keys of a table that come after its rows, and before all that follows those.
    fn add_keys(&mut self, table: usize, all_rows: usize, spread: bool) {
        let Some(entry) = self.toc.entries.get(table) else {
            return;
        };
        if self.past.has_piece(entry, Some(0)) {
            return;
        }
        let rows = self.relations.rows_of(&[table]);
        let weight = self.keys_weight(&[table]);
        let node = self.add(Some(table), None, 1);
        if let Some(node) = self.nodes.get_mut(node) {
            node.keys = true;
            node.weight = if spread { weight } else { 0 };
        }
        for rows in rows.iter().filter_map(|at| self.of_entry.get(at)) {
            // What has keys to be made is to be there earlier.
            let node = self.nodes.get_mut(*rows).filter(|_| spread);
            if let Some(node) = node {
                node.weight = node.weight.saturating_add(weight);
            }
        }
        self.wait_for(node, &rows);
        self.edges.insert((node, all_rows));
    }

    fn link(&mut self, late: &[usize], spread: bool) {
        let toc = self.toc;
        let nodes = self.chosen.clone();
        let entry = |at: usize| toc.entries.get(at);
        let (begin, all_rows) = (self.add(None, None, 0), self.add(None, None, 0));
        self.edges.insert((begin, all_rows));
        for (at, node) in &nodes {
            if entry(*at).is_some_and(|entry| entry.rows.is_some()) {
                self.edges.extend([(begin, *node), (*node, all_rows)]);
                let needs = self.relations.needs_of(*at);
                self.wait_for(*node, &needs);
            } else if entry(*at).is_some_and(is_before_rows) {
                self.edges.insert((*node, begin));
            }
        }
        for table in late {
            self.add_keys(*table, all_rows, spread);
        }
        self.heed_foreign_keys();
        let any_late = nodes.iter().any(|(at, _)| entry(*at).is_some_and(is_late));
        let (mut so_far, mut light) = (all_rows, all_rows);
        for (at, node) in nodes {
            let after = |entry: &&TocEntry| entry.rows.is_none() && !is_before_rows(entry);
            let Some(entry) = entry(at).filter(after) else {
                continue;
            };
            self.wait_for(node, &self.relations.needs_of(at));
            if is_late(entry) {
                self.edges.insert((so_far, node));
                continue;
            }
            // A domain's constraint is about the rows of tables that it does not name.
            if is_heavy(entry) && !self.relations.read_by(at).is_empty() {
                self.wait_for_rows(at, node, entry);
            } else {
                self.edges.insert((light, node));
                if let Some(before) = self.nodes.get_mut(light) {
                    before.then = Some(node);
                }
                light = node;
            }
            if any_late {
                let next = self.add(None, None, 0);
                self.edges.extend([(so_far, next), (node, next)]);
                so_far = next;
            }
        }
    }

    /// Foreign keys that are not made here are thought to be there already, as where rows alone are
    /// restored: the rows that they point to go first. In a circle no order will do: there the
    /// server has the word.
    fn heed_foreign_keys(&mut self) {
        let orders = row_order(self.toc, &self.relations, |at| {
            self.of_entry.contains_key(&at)
        });
        for (rows, before) in orders {
            if let Some(node) = self.of_entry.get(&rows).copied() {
                self.wait_for(node, &before);
            }
        }
    }

    fn wait_for_rows(&mut self, at: usize, node: usize, entry: &TocEntry) {
        let mut tables = self.relations.read_by(at);
        if entry.kind != "index" {
            // Rows that come by way of their root may end up in any table of the family.
            tables = self.relations.families_of(&tables);
        }
        self.wait_for(node, &self.relations.rows_of(&tables));
    }

    /// Makes a node wait for those of these entries that are among the tasks.
    fn wait_for(&mut self, node: usize, entries: &[usize]) {
        for other in entries.iter().filter_map(|at| self.of_entry.get(at)) {
            if *other != node {
                self.edges.insert((*other, node));
            }
        }
    }

    fn finish(mut self, workers: usize) -> Schedule {
        for (from, to) in &self.edges {
            if let Some(node) = self.nodes.get_mut(*from) {
                node.waited_by.push(*to);
            }
            if let Some(node) = self.nodes.get_mut(*to) {
                node.waits += 1;
            }
        }
        let free = |node: &(usize, &Node)| node.1.waits == 0;
        let free: Vec<(usize, u64, usize)> = self
            .nodes
            .iter()
            .enumerate()
            .filter(free)
            .map(|(at, node)| (at, node.weight, node.left))
            .collect();
        let mut schedule = Schedule {
            nodes: self.nodes,
            ready: BTreeSet::new(),
            held: HashMap::new(),
            running: 0,
            workers: workers.max(1),
            apart: false,
        };
        for (at, weight, left) in free {
            if left == 0 {
                schedule.release(at);
            } else {
                schedule.ready.insert((Reverse(weight), at));
            }
        }
        schedule
    }
}

/// Whether it comes when all else is there. What is scheduled of it can be done again without harm
/// (event triggers are not: they come behind the record's end).
pub(super) fn is_late(entry: &TocEntry) -> bool {
    LATE.contains(&entry.kind.as_str())
}

fn is_before_rows(entry: &TocEntry) -> bool {
    BEFORE_ROWS.contains(&entry.kind.as_str())
}

fn is_heavy(entry: &TocEntry) -> bool {
    HEAVY.contains(&entry.kind.as_str())
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
pub(super) mod tests;
