//! Which tables the entries of an archive read and lock: what the schedule and the selection ask.
//! Pure.

use std::collections::{BTreeSet, HashSet};

use crate::archive::toc::{Toc, TocEntry};
use crate::plan::lists::Lists;

/// What holds rows, or shows those of others.
pub(crate) const RELATIONS: &[&str] = &[
    "table",
    "foreign_table",
    "view",
    "materialized_view",
    "sequence",
];

/// The tables of an archive by their entries' places in the table of contents.
#[derive(Debug)]
pub(crate) struct Relations {
    /// Each entry's needs, by place.
    needs: Lists<u32>,
    is_relation: Vec<bool>,
    /// The entries of rows of each table.
    rows: Lists<u32>,
    /// Partitions and heirs of each table.
    children: Lists<u32>,
    parents: Lists<u32>,
}

/// What is learnt of the entries, one after the other: pairs of a table and what is its.
#[derive(Default)]
struct Learnt {
    rows: Vec<(u32, u32)>,
    children: Vec<(u32, u32)>,
}

impl Relations {
    /// Those of this archive.
    pub(crate) fn of(toc: &Toc) -> Self {
        let count = toc.entries.len();
        let places = 0..count;
        let mut needs = Lists::with_capacity(count);
        for at in places.clone() {
            needs.push(toc.entries.needed(at).map(number));
        }
        needs.shrink();
        let is_relation = |at| RELATIONS.contains(&toc.entries.kind(at));
        let mut relations = Self {
            needs,
            is_relation: places.clone().map(is_relation).collect(),
            rows: Lists::default(),
            children: Lists::default(),
            parents: Lists::default(),
        };
        let mut learnt = Learnt::default();
        for at in places {
            relations.learn(toc, at, &mut learnt);
        }
        let lists = |pairs: &[(u32, u32)]| {
            let pairs = pairs.iter();
            Lists::from_pairs(count, pairs.map(|(table, at)| (*table as usize, *at)))
        };
        relations.rows = lists(&learnt.rows);
        relations.children = lists(&learnt.children);
        for (parent, child) in &mut learnt.children {
            std::mem::swap(parent, child);
        }
        relations.parents = lists(&learnt.children);
        relations
    }

    fn learn(&self, toc: &Toc, at: usize, learnt: &mut Learnt) {
        let needs = self.needs.get(at).iter().copied();
        let is_relation = |need: &u32| self.is_relation.get(*need as usize) == Some(&true);
        let mut tables = needs.filter(is_relation);
        let names = |at: usize| {
            let entry = toc.entries.get(at);
            entry.map(|entry| (entry.schema.clone(), entry.name.clone()))
        };
        let here = number(at);
        match toc.entries.kind(at) {
            // A table's rows have its names.
            "table_data" => {
                let own = names(at);
                let own = tables.find(|table| names(*table as usize) == own);
                learnt.rows.extend(own.map(|own| (own, here)));
            }
            "table" | "foreign_table" => {
                learnt.children.extend(tables.map(|parent| (parent, here)));
            }
            // Of the two tables of an attachment, the partition is the one with its name.
            "partition_attach" => {
                let own = names(at);
                let (children, parents): (Vec<u32>, Vec<u32>) =
                    tables.partition(|table| names(*table as usize) == own);
                for child in children {
                    let ties = parents.iter().map(|parent| (*parent, child));
                    learnt.children.extend(ties);
                }
            }
            _ => {}
        }
    }

    /// What an entry needs: places that are in the table of contents.
    pub(crate) fn needs_of(&self, at: usize) -> Vec<usize> {
        self.needs
            .get(at)
            .iter()
            .map(|need| *need as usize)
            .collect()
    }

    /// The tables that an entry reads or locks: those that it needs by way of whatever is no table,
    /// with their partitions and heirs.
    pub(crate) fn read_by(&self, at: usize) -> Vec<usize> {
        closed(self.direct(at), |table| self.children.get(table))
    }

    /// These tables with all that they are partitions of or inherit from, and all that do from those.
    pub(crate) fn families_of(&self, tables: &[usize]) -> Vec<usize> {
        let tables = tables.iter().copied().collect();
        let with_parents = closed(tables, |table| self.parents.get(table));
        closed(with_parents.into_iter().collect(), |table| {
            self.children.get(table)
        })
    }

    /// The relation with these names, and those beside it, among what an entry needs by way of
    /// whatever is no table: a foreign key's own table, and the one that it points to.
    pub(crate) fn own_and_others(&self, toc: &Toc, at: usize) -> (Vec<usize>, Vec<usize>) {
        let own = toc.entries.get(at);
        let names = |entry: &TocEntry| (entry.schema.clone(), entry.name.clone());
        let own = own.map(|own| names(&own));
        let needs = self.direct(at);
        needs.into_iter().partition(|need| {
            let need = toc.entries.get(*need);
            need.map(|need| names(&need)) == own
        })
    }

    /// The tables that an entry needs by way of whatever is no table.
    fn direct(&self, at: usize) -> BTreeSet<usize> {
        let mut seen = HashSet::from([at]);
        let mut open = vec![at];
        let mut tables = BTreeSet::new();
        while let Some(at) = open.pop() {
            for need in self.needs.get(at).iter().map(|need| *need as usize) {
                if !seen.insert(need) {
                    continue;
                }
                if self.is_relation.get(need) == Some(&true) {
                    tables.insert(need);
                } else {
                    open.push(need);
                }
            }
        }
        tables
    }

    /// The entries that hold these tables' rows.
    pub(crate) fn rows_of(&self, tables: &[usize]) -> Vec<usize> {
        let rows = tables.iter().flat_map(|table| self.rows.get(*table));
        rows.map(|at| *at as usize).collect()
    }
}

fn closed<'a>(mut all: BTreeSet<usize>, next: impl Fn(usize) -> &'a [u32]) -> Vec<usize> {
    let mut open: Vec<usize> = all.iter().copied().collect();
    while let Some(at) = open.pop() {
        for other in next(at).iter().map(|other| *other as usize) {
            if all.insert(other) {
                open.push(other);
            }
        }
    }
    all.into_iter().collect()
}

/// No more than a table of contents lists.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Whether the entry is a table, or is named like one.
pub(crate) fn is_relation(entry: &TocEntry) -> bool {
    RELATIONS.contains(&entry.kind.as_str())
}
