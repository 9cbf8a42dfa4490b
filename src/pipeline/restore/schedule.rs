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
use crate::plan::lists::Lists;
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

/// The pieces of an entry that are tasks of their own.
#[derive(Debug)]
enum Pieces {
    /// None: it is one task.
    Together,
    /// Each of the first so many.
    First(u32),
    /// These: what is left of an entry that was begun.
    #[expect(clippy::box_collection, reason = "few are, and all nodes are as large")]
    Some(Box<Vec<u32>>),
}

impl Pieces {
    fn tasks(&self) -> u32 {
        match self {
            Self::Together => 1,
            Self::First(count) => *count,
            Self::Some(pieces) => number(pieces.len()),
        }
    }

    fn get(&self, at: u32) -> Option<usize> {
        match self {
            Self::Together => None,
            Self::First(count) => (at < *count).then_some(at as usize),
            Self::Some(pieces) => pieces.get(at as usize).map(|piece| *piece as usize),
        }
    }
}

/// An entry, or a point in time that others wait for. Of a hundred thousand tables there are some
/// hundreds of thousands.
#[derive(Debug)]
struct Node {
    /// The entry's place in the table of contents.
    entry: Option<u32>,
    pieces: Pieces,
    /// It is the table's late keys.
    keys: bool,
    /// So many tasks were handed out.
    begun: u32,
    /// So many are not done.
    left: u32,
    /// How long it takes, about.
    weight: u64,
    /// It may be one transaction with others.
    is_small: bool,
    /// What comes behind it in the archive's order, and waits for it for that alone.
    then: Option<u32>,
    /// So many nodes must be done before it.
    waits: u32,
}

impl Node {
    /// All of it.
    fn is_handed_out(&self) -> bool {
        self.begun >= self.pieces.tasks()
    }

    /// So many are at it.
    fn running(&self) -> u32 {
        (self.begun + self.left).saturating_sub(self.pieces.tasks())
    }

    /// What is left for each, where one more comes to it.
    fn share(&self) -> u64 {
        let tasks = self.pieces.tasks();
        let left = u64::from(tasks.saturating_sub(self.begun));
        self.weight / u64::from(tasks.max(1)) * left / (u64::from(self.running()) + 1)
    }
}

/// The tasks, and how far they are.
#[derive(Debug)]
pub(super) struct Schedule {
    nodes: Vec<Node>,
    /// Of each node, those that wait for it.
    waited_by: Lists<u32>,
    /// Of each node, the tables that it holds.
    holds: Lists<(u32, Hold)>,
    /// What can be handed out: the heaviest first, then the archive's order.
    ready: BTreeSet<(Reverse<u64>, usize)>,
    /// How often a table is held; `None` is by one alone.
    held: HashMap<u32, Option<u32>>,
    running: usize,
    workers: usize,
    /// The largest work goes first, not the archive's order.
    spread: bool,
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
        let mut builder = Builder::new(toc, past, whole);
        let tasks = builder.tasks(chosen);
        builder.nodes.reserve_exact(tasks.len() + 2 + late.len());
        for (at, entry) in tasks.iter().zip(toc.entries.those(&tasks)) {
            builder.add_entry(*at, &entry);
        }
        builder.link(late);
        let mut schedule = builder.finish(workers);
        // Two that load one table stand in each other's way on InnoDB, which has one lock for all pages of an
        // index that are split: 6 million rows of 33 bytes took MariaDB 10.11 8.3 s of processor time from one
        // session, 12.8 s from two. A third of them took PostgreSQL 18 1.2 and 1.4 s.
        schedule.apart = schedule.spread && toc.head.dialect == Dialect::Mysql;
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
        let Some(mut sum) = self.small(first.node) else {
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
        let key = self.key(at);
        let behind = key.map(|key| self.ready.range(key..)).into_iter().flatten();
        let small = behind.map_while(|(_, node)| self.small(*node).map(|weight| (*node, weight)));
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

    /// How much a node weighs, where it may be one transaction with others.
    fn small(&self, node: usize) -> Option<u64> {
        let node = self.nodes.get(node)?;
        node.is_small.then_some(node.weight)
    }

    /// The node that waits for this one alone, which need not be done before it in another transaction.
    fn follower(&self, at: usize) -> Option<usize> {
        let next = self.nodes.get(at)?.then? as usize;
        let node = self.nodes.get(next)?;
        (node.waits == 1 && self.is_free_beside(next, at)).then_some(next)
    }

    /// Whether a node can be handed out to who holds what this other one holds.
    fn is_free_beside(&self, node: usize, other: usize) -> bool {
        let by_other = |table: u32| self.holds.get(other).iter().any(|(held, _)| *held == table);
        self.holds
            .get(node)
            .iter()
            .all(|(table, _)| match self.held.get(table) {
                None | Some(Some(0)) => true,
                Some(None) => by_other(*table),
                Some(Some(_)) => false,
            })
    }

    /// Where a node is among those that can be handed out.
    fn key(&self, at: usize) -> Option<(Reverse<u64>, usize)> {
        let node = self.nodes.get(at)?;
        Some((Reverse(if self.spread { node.weight } else { 0 }), at))
    }

    fn hand_out(&mut self, at: usize) -> Option<Task> {
        let key = self.key(at)?;
        let node = self.nodes.get_mut(at)?;
        let task = Task {
            entry: node.entry.unwrap_or_default() as usize,
            piece: node.pieces.get(node.begun),
            keys: node.keys,
            node: at,
        };
        node.begun += 1;
        if node.is_handed_out() {
            self.ready.remove(&key);
        }
        for (table, hold) in self.holds.get(at) {
            let held = self.held.entry(*table).or_insert(Some(0));
            *held = held
                .filter(|_| *hold == Hold::Shared)
                .map(|count| count + 1);
        }
        self.running += 1;
        Some(task)
    }

    fn is_free(&self, node: usize) -> bool {
        self.holds
            .get(node)
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
        for (table, _) in self.holds.get(task.node) {
            match self.held.get_mut(table) {
                Some(Some(count)) if *count > 1 => *count -= 1,
                _ => {
                    self.held.remove(table);
                }
            }
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
            for next in self.waited_by.get(done).iter().map(|next| *next as usize) {
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
                    self.ready.extend(self.key(next));
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
    holds: Lists<(u32, Hold)>,
    /// Each entry's node, by place.
    of_entry: Vec<Option<u32>>,
    /// The same in the order in which they were chosen.
    chosen: Vec<(u32, u32)>,
    /// Who waits for whom.
    edges: Vec<(u32, u32)>,
}

impl<'a> Builder<'a> {
    fn new(toc: &'a Toc, past: &'a Past, whole: &'a HashSet<usize>) -> Self {
        Self {
            toc,
            past,
            whole,
            relations: Relations::of(toc),
            nodes: Vec::new(),
            holds: Lists::default(),
            of_entry: vec![None; toc.entries.len()],
            chosen: Vec::new(),
            edges: Vec::new(),
        }
    }

    /// Those among these entries that are tasks.
    fn tasks(&self, chosen: &[usize]) -> Vec<usize> {
        let tasks = chosen.iter().copied().filter(|at| {
            let section = self.toc.entries.section(*at);
            let behind = section.is_some_and(|section| section >= Section::Data);
            behind && self.toc.entries.has_pieces(*at) && !self.past.has(self.toc, *at)
        });
        tasks.collect()
    }

    fn add_entry(&mut self, at: usize, entry: &TocEntry) {
        let (pieces, holds) = match entry.rows {
            Some(_) if self.whole.contains(&at) => (Pieces::Together, Vec::new()),
            Some(_) if entry.in_turn => (self.pieces_left(entry), vec![(number(at), Hold::Alone)]),
            Some(_) => (self.pieces_left(entry), Vec::new()),
            None => (Pieces::Together, self.holds(at, entry)),
        };
        let weight = self.weight(at, entry);
        let left = pieces.tasks();
        let node = self.add(Some(number(at)), pieces, left);
        self.holds.push(holds);
        self.chosen.push((number(at), node));
        if let Some(of_entry) = self.of_entry.get_mut(at) {
            *of_entry = Some(node);
        }
        let small = self.is_small(at, entry, weight);
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.weight = weight;
            node.is_small = small;
        }
    }

    fn pieces_left(&self, entry: &TocEntry) -> Pieces {
        let count = entry.pieces.len();
        let left = |at: &usize| !self.past.has_piece(entry, Some(*at));
        if (0..count).all(|at| left(&at)) {
            return Pieces::First(number(count));
        }
        Pieces::Some(Box::new((0..count).filter(left).map(number).collect()))
    }

    fn add(&mut self, entry: Option<u32>, pieces: Pieces, left: u32) -> u32 {
        self.nodes.push(Node {
            entry,
            pieces,
            keys: false,
            begun: 0,
            left,
            weight: 0,
            is_small: false,
            then: None,
            waits: 0,
        });
        number(self.nodes.len() - 1)
    }

    /// A point in time.
    fn add_point(&mut self) -> u32 {
        self.add(None, Pieces::Together, 0)
    }

    /// Whether it may be one transaction with others. MySQL's definitions end every transaction.
    fn is_small(&self, at: usize, entry: &TocEntry, weight: u64) -> bool {
        let in_one = entry.rows.is_none() || entry.pieces.len() == 1 && !self.whole.contains(&at);
        (entry.rows.is_some() || self.toc.head.dialect == Dialect::Postgres)
            && in_one
            && weight <= SMALL
            && !is_late(&entry.kind)
    }

    /// How long it takes, about, in bytes that could be loaded in the same time.
    fn weight(&self, at: usize, entry: &TocEntry) -> u64 {
        if let Some(rows) = entry.rows {
            return entry.bytes.saturating_add(rows.saturating_mul(ROW_BYTES));
        }
        if !is_heavy(&entry.kind) {
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

    fn holds(&self, at: usize, entry: &TocEntry) -> Vec<(u32, Hold)> {
        let hold = if entry.kind == "index" {
            Hold::Shared
        } else {
            Hold::Alone
        };
        let tables = self.relations.read_by(at).into_iter();
        tables.map(|table| (number(table), hold)).collect()
    }

    /// The keys of a table that come after its rows, and before all that follows those.
    fn add_keys(&mut self, table: usize, all_rows: u32) {
        let Some(entry) = self.toc.entries.get(table) else {
            return;
        };
        if self.past.has_piece(&entry, Some(0)) {
            return;
        }
        let rows = self.relations.rows_of(&[table]);
        let weight = self.keys_weight(&[table]);
        let node = self.add(Some(number(table)), Pieces::Together, 1);
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.keys = true;
            node.weight = weight;
        }
        for at in &rows {
            // What has keys to be made is to be there earlier.
            let node = self.of_entry.get(*at).copied().flatten();
            if let Some(node) = node.and_then(|node| self.nodes.get_mut(node as usize)) {
                node.weight = node.weight.saturating_add(weight);
            }
        }
        self.wait_for(node, &rows);
        self.edges.push((node, all_rows));
    }

    fn link(&mut self, late: &[usize]) {
        let entries = &self.toc.entries;
        let nodes = std::mem::take(&mut self.chosen);
        let nodes = || nodes.iter().map(|(at, node)| (*at as usize, *node));
        let (begin, all_rows) = (self.add_point(), self.add_point());
        self.edges.push((begin, all_rows));
        for (at, node) in nodes() {
            if entries.is_rows(at) {
                self.edges.extend([(begin, node), (node, all_rows)]);
                let needs = self.relations.needs_of(at);
                self.wait_for(node, &needs);
            } else if is_before_rows(entries.kind(at)) {
                self.edges.push((node, begin));
            }
        }
        for table in late {
            self.add_keys(*table, all_rows);
        }
        self.heed_foreign_keys();
        let any_late = nodes().any(|(at, _)| is_late(entries.kind(at)));
        let (mut so_far, mut light) = (all_rows, all_rows);
        for (at, node) in nodes() {
            let kind = entries.kind(at);
            if entries.is_rows(at) || is_before_rows(kind) {
                continue;
            }
            self.wait_for(node, &self.relations.needs_of(at));
            if is_late(kind) {
                self.edges.push((so_far, node));
                continue;
            }
            // A domain's constraint is about the rows of tables that it does not name.
            if is_heavy(kind) && !self.relations.read_by(at).is_empty() {
                self.wait_for_rows(at, node, kind);
            } else {
                self.edges.push((light, node));
                if let Some(before) = self.nodes.get_mut(light as usize) {
                    before.then = Some(node);
                }
                light = node;
            }
            if any_late {
                let next = self.add_point();
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
            self.of_entry.get(at).is_some_and(Option::is_some)
        });
        for (rows, before) in orders {
            if let Some(node) = self.of_entry.get(rows).copied().flatten() {
                self.wait_for(node, &before);
            }
        }
    }

    fn wait_for_rows(&mut self, at: usize, node: u32, kind: &str) {
        let mut tables = self.relations.read_by(at);
        if kind != "index" {
            // Rows that come by way of their root may end up in any table of the family.
            tables = self.relations.families_of(&tables);
        }
        self.wait_for(node, &self.relations.rows_of(&tables));
    }

    /// Makes a node wait for those of these entries that are among the tasks.
    fn wait_for(&mut self, node: u32, entries: &[usize]) {
        for at in entries {
            let other = self.of_entry.get(*at).copied().flatten();
            if let Some(other) = other.filter(|other| *other != node) {
                self.edges.push((other, node));
            }
        }
    }

    fn finish(mut self, workers: usize) -> Schedule {
        self.edges.sort_unstable();
        self.edges.dedup();
        for (_, to) in &self.edges {
            if let Some(node) = self.nodes.get_mut(*to as usize) {
                node.waits += 1;
            }
        }
        let edges = self.edges.iter();
        let edges = edges.map(|(from, to)| (*from as usize, *to));
        let waited_by = Lists::from_pairs(self.nodes.len(), edges);
        let free = |node: &(usize, &Node)| node.1.waits == 0;
        let free: Vec<(usize, u32)> = self
            .nodes
            .iter()
            .enumerate()
            .filter(free)
            .map(|(at, node)| (at, node.left))
            .collect();
        let mut schedule = Schedule {
            nodes: self.nodes,
            waited_by,
            holds: self.holds,
            ready: BTreeSet::new(),
            held: HashMap::new(),
            running: 0,
            workers: workers.max(1),
            spread: workers > 1,
            apart: false,
        };
        for (at, left) in free {
            if left == 0 {
                schedule.release(at);
            } else {
                schedule.ready.extend(schedule.key(at));
            }
        }
        schedule
    }
}

/// Whether it comes when all else is there. What is scheduled of it can be done again without harm
/// (event triggers are not: they come behind the record's end).
pub(super) fn is_late(kind: &str) -> bool {
    LATE.contains(&kind)
}

fn is_before_rows(kind: &str) -> bool {
    BEFORE_ROWS.contains(&kind)
}

fn is_heavy(kind: &str) -> bool {
    HEAVY.contains(&kind)
}

/// There are fewer nodes, and pieces of an entry, than a table of contents can list.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
pub(super) mod tests;
