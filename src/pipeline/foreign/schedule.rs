//! What of a pg_dump archive can be restored at the same time. Pure.
//!
//! Entries wait only for such as stand before them in the archive's order, so that there is always
//! one that can run. *Rows* of tables wait for nothing; *heavy* definitions (indexes, constraints,
//! foreign keys) for what they need, and for the rows that they read; everything else for all that
//! is heavy before it, and for its like. What would lock a table against another does not run beside
//! it; a table's partitions and heirs are not known here, so the server may still end one of two for
//! a deadlock, which is then run again.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What an entry is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Rows of a table.
    Rows,
    /// `CREATE INDEX`: it may run beside others of its table.
    Index,
    /// It locks its tables, and reads no more than its own table's rows.
    Constraint,
    /// It locks its tables, and may read any rows of their partitions and heirs.
    Key,
    /// Everything else, in the archive's order.
    Other,
}

/// An entry, with the numbers of those that it needs.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) id: i32,
    pub(super) sort: Sort,
    pub(super) needs: Vec<i32>,
    /// The tables that it reads or locks.
    pub(super) tables: Vec<i32>,
    /// Larger ones go first.
    pub(super) weight: u64,
}

/// The entries that are left.
#[derive(Debug)]
pub(super) struct Schedule {
    entries: Vec<Entry>,
    /// How many of those that each waits for are not done.
    waits: Vec<usize>,
    waited_by: Vec<Vec<usize>>,
    /// What can run now, the largest first, then the archive's order.
    ready: BTreeSet<(Reverse<u64>, usize)>,
    /// Heavy ones that are not done: the others wait for those before them.
    heavy: BTreeSet<usize>,
    /// The others, the next one last.
    others: Vec<usize>,
    /// How many use a table, and whether one does so alone.
    held: HashMap<i32, (usize, bool)>,
    running: usize,
    rows_left: usize,
}

impl Schedule {
    /// Of entries in the archive's order.
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let places: HashMap<i32, usize> = entries.iter().map(|entry| entry.id).zip(0..).collect();
        let mut rows: HashMap<i32, Vec<usize>> = HashMap::new();
        for (at, entry) in entries.iter().enumerate() {
            if entry.sort == Sort::Rows {
                for table in &entry.tables {
                    rows.entry(*table).or_default().push(at);
                }
            }
        }
        let rows_left = entries
            .iter()
            .filter(|entry| entry.sort == Sort::Rows)
            .count();
        let mut waits = vec![0; entries.len()];
        let mut waited_by = vec![Vec::new(); entries.len()];
        let (mut ready, mut heavy, mut others) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for (at, entry) in entries.iter().enumerate() {
            let own = entry.tables.iter().filter_map(|table| rows.get(table));
            let mut before: HashSet<usize> = match entry.sort {
                Sort::Index | Sort::Constraint => own.flatten().copied().collect(),
                Sort::Rows | Sort::Key | Sort::Other => HashSet::new(),
            };
            if entry.sort != Sort::Rows {
                before.extend(entry.needs.iter().filter_map(|id| places.get(id)));
            }
            before.retain(|other| *other < at);
            // All rows count as one.
            let all_rows = usize::from(entry.sort == Sort::Key && rows_left > 0);
            waits[at] = before.len() + all_rows;
            for other in before {
                waited_by[other].push(at);
            }
            if entry.sort == Sort::Other {
                others.push(at);
                continue;
            }
            heavy.insert(at);
            if waits[at] == 0 {
                ready.insert((Reverse(entry.weight), at));
            }
        }
        others.reverse();
        Self {
            entries,
            waits,
            waited_by,
            ready,
            heavy,
            others,
            held: HashMap::new(),
            running: 0,
            rows_left,
        }
    }

    /// The place of the next entry to run; `Ok(None)`: all are done. `Err`: wait for one that runs.
    pub(super) fn next(&mut self) -> Result<Option<usize>, Wait> {
        let other = self.others.last().copied();
        let first = self.heavy.first().copied();
        if let Some(at) = other.filter(|at| first.is_none_or(|first| first > *at))
            && !self.held.contains_key(&OTHERS)
        {
            self.others.pop();
            self.held.insert(OTHERS, (1, true));
            self.running += 1;
            return Ok(Some(at));
        }
        let free = self.ready.iter().find(|(_, at)| self.is_free(*at)).copied();
        if let Some(key) = free {
            self.ready.remove(&key);
            self.hold(key.1, 1);
            self.running += 1;
            return Ok(Some(key.1));
        }
        if self.running == 0 && self.heavy.is_empty() && self.others.is_empty() {
            return Ok(None);
        }
        Err(Wait)
    }

    /// What the entry at this place is.
    pub(super) fn sort(&self, at: usize) -> Sort {
        self.entries[at].sort
    }

    fn is_free(&self, at: usize) -> bool {
        let entry = &self.entries[at];
        let alone = is_alone(entry.sort);
        entry.sort == Sort::Rows
            || entry.tables.iter().all(|table| match self.held.get(table) {
                Some((count, held_alone)) => *count == 0 || !(alone || *held_alone),
                None => true,
            })
    }

    fn hold(&mut self, at: usize, by: isize) {
        let entry = &self.entries[at];
        if entry.sort == Sort::Rows {
            return;
        }
        let alone = is_alone(entry.sort);
        for table in &entry.tables {
            let held = self.held.entry(*table).or_insert((0, false));
            held.0 = held.0.saturating_add_signed(by);
            held.1 = alone && held.0 > 0;
        }
    }

    /// The entry at this place is done.
    pub(super) fn done(&mut self, at: usize) {
        self.running -= 1;
        if self.entries[at].sort == Sort::Other {
            self.held.remove(&OTHERS);
        } else {
            self.heavy.remove(&at);
            self.hold(at, -1);
        }
        for next in std::mem::take(&mut self.waited_by[at]) {
            self.waited(next);
        }
        if self.entries[at].sort == Sort::Rows {
            self.rows_left -= 1;
            if self.rows_left == 0 {
                let keys =
                    (0..self.entries.len()).filter(|key| self.entries[*key].sort == Sort::Key);
                keys.collect::<Vec<_>>()
                    .into_iter()
                    .for_each(|key| self.waited(key));
            }
        }
    }

    /// One of those that an entry waits for is done.
    fn waited(&mut self, at: usize) {
        self.waits[at] -= 1;
        if self.waits[at] == 0 && self.entries[at].sort != Sort::Other {
            self.ready.insert((Reverse(self.entries[at].weight), at));
        }
    }
}

/// Nothing can begin before something that runs is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait;

/// No entry has this number: the others run one after the other.
const OTHERS: i32 = i32::MIN;

fn is_alone(sort: Sort) -> bool {
    matches!(sort, Sort::Constraint | Sort::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: i32, sort: Sort, needs: &[i32], tables: &[i32], weight: u64) -> Entry {
        Entry {
            id,
            sort,
            needs: needs.to_vec(),
            tables: tables.to_vec(),
            weight,
        }
    }

    fn now(schedule: &mut Schedule) -> Vec<usize> {
        let mut found = Vec::new();
        while let Ok(Some(at)) = schedule.next() {
            found.push(at);
        }
        found
    }

    #[test]
    fn definitions_follow_the_rows_that_they_read() {
        let mut schedule = Schedule::new(vec![
            entry(10, Sort::Rows, &[1], &[1], 5),
            entry(11, Sort::Rows, &[2], &[2], 50),
            entry(12, Sort::Other, &[], &[], 0),
            entry(20, Sort::Constraint, &[1], &[1], 5),
            entry(21, Sort::Index, &[2], &[2], 50),
            entry(22, Sort::Index, &[2], &[2], 50),
            entry(23, Sort::Key, &[1, 20, 2], &[1, 2], 55),
            entry(24, Sort::Other, &[23], &[1], 0),
        ]);
        assert_eq!(now(&mut schedule), [1, 0], "the largest first");
        assert_eq!(schedule.next(), Err(Wait));
        schedule.done(1);
        assert_eq!(now(&mut schedule), [4, 5]);
        schedule.done(0);
        assert_eq!(now(&mut schedule), [2, 3]);
        for at in [2, 3, 4] {
            schedule.done(at);
            assert_eq!(
                now(&mut schedule),
                Vec::<usize>::new(),
                "one index is not there"
            );
        }
        schedule.done(5);
        assert_eq!(now(&mut schedule), [6]);
        schedule.done(6);
        assert_eq!(now(&mut schedule), [7]);
        assert_eq!(schedule.next(), Err(Wait));
        schedule.done(7);
        assert_eq!(schedule.next(), Ok(None));
    }
}
