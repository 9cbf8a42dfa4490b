//! Which tables the entries of an archive read and lock: what the schedule and the selection ask.
//! Pure.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::archive::toc::{Toc, TocEntry};
use crate::plan::entry::EntryId;

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
    needs: Vec<Vec<usize>>,
    is_relation: Vec<bool>,
    /// The entries of rows of each table.
    rows: HashMap<usize, Vec<usize>>,
    /// Partitions and heirs of each table.
    children: HashMap<usize, Vec<usize>>,
    parents: HashMap<usize, Vec<usize>>,
}

impl Relations {
    /// Those of this archive.
    pub(crate) fn of(toc: &Toc) -> Self {
        let places: HashMap<EntryId, usize> =
            toc.entries.iter().map(|entry| entry.id).zip(0..).collect();
        let needs = |entry: &TocEntry| -> Vec<usize> {
            let needs = entry.needs.iter();
            needs.filter_map(|id| places.get(id).copied()).collect()
        };
        let mut relations = Self {
            needs: toc.entries.iter().map(needs).collect(),
            is_relation: toc.entries.iter().map(is_relation).collect(),
            rows: HashMap::new(),
            children: HashMap::new(),
            parents: HashMap::new(),
        };
        for (at, entry) in toc.entries.iter().enumerate() {
            relations.learn(toc, at, entry);
        }
        relations
    }

    fn learn(&mut self, toc: &Toc, at: usize, entry: &TocEntry) {
        let needs = self.needs.get(at).cloned().unwrap_or_default();
        let tables: Vec<usize> = needs
            .into_iter()
            .filter(|need| self.is_relation.get(*need) == Some(&true))
            .collect();
        match entry.kind.as_str() {
            // A table's rows have its names.
            "table_data" => {
                let own = tables.into_iter().find(|table| {
                    let table = toc.entries.get(*table);
                    table.is_some_and(|table| {
                        (&table.schema, &table.name) == (&entry.schema, &entry.name)
                    })
                });
                if let Some(own) = own {
                    self.rows.entry(own).or_default().push(at);
                }
            }
            "table" | "foreign_table" => {
                for parent in tables {
                    self.tie(parent, at);
                }
            }
            "partition_attach" => self.attach(toc, &tables, entry),
            _ => {}
        }
    }

    /// Of the two tables of an attachment, the partition is the one with its name.
    fn attach(&mut self, toc: &Toc, tables: &[usize], entry: &TocEntry) {
        let is_child = |at: &usize| {
            let table = toc.entries.get(*at);
            table.is_some_and(|table| (&table.schema, &table.name) == (&entry.schema, &entry.name))
        };
        let (children, parents): (Vec<usize>, Vec<usize>) =
            tables.iter().partition(|at| is_child(at));
        for child in &children {
            for parent in &parents {
                self.tie(*parent, *child);
            }
        }
    }

    fn tie(&mut self, parent: usize, child: usize) {
        self.children.entry(parent).or_default().push(child);
        self.parents.entry(child).or_default().push(parent);
    }

    /// What an entry needs: places that are in the table of contents.
    pub(crate) fn needs_of(&self, at: usize) -> Vec<usize> {
        self.needs.get(at).cloned().unwrap_or_default()
    }

    /// The tables that an entry reads or locks: those that it needs by way of whatever is no table,
    /// with their partitions and heirs.
    pub(crate) fn read_by(&self, at: usize) -> Vec<usize> {
        closed(self.direct(at), |table| self.children.get(&table))
    }

    /// These tables with all that they are partitions of or inherit from, and all that do from those.
    pub(crate) fn families_of(&self, tables: &[usize]) -> Vec<usize> {
        let tables = tables.iter().copied().collect();
        let with_parents = closed(tables, |table| self.parents.get(&table));
        closed(with_parents.into_iter().collect(), |table| {
            self.children.get(&table)
        })
    }

    /// The relation with these names, and those beside it, among what an entry needs by way of
    /// whatever is no table: a foreign key's own table, and the one that it points to.
    pub(crate) fn own_and_others(&self, toc: &Toc, at: usize) -> (Vec<usize>, Vec<usize>) {
        let names = |at: usize| {
            toc.entries
                .get(at)
                .map(|entry| (&entry.schema, &entry.name))
        };
        let own = names(at);
        let needs = self.direct(at);
        needs.into_iter().partition(|need| names(*need) == own)
    }

    /// The tables that an entry needs by way of whatever is no table.
    fn direct(&self, at: usize) -> BTreeSet<usize> {
        let mut seen = HashSet::from([at]);
        let mut open = vec![at];
        let mut tables = BTreeSet::new();
        while let Some(at) = open.pop() {
            for need in self.needs.get(at).into_iter().flatten() {
                if !seen.insert(*need) {
                    continue;
                }
                if self.is_relation.get(*need) == Some(&true) {
                    tables.insert(*need);
                } else {
                    open.push(*need);
                }
            }
        }
        tables
    }

    /// The entries that hold these tables' rows.
    pub(crate) fn rows_of(&self, tables: &[usize]) -> Vec<usize> {
        let rows = tables.iter().filter_map(|table| self.rows.get(table));
        rows.flatten().copied().collect()
    }
}

fn closed<'a>(
    mut all: BTreeSet<usize>,
    next: impl Fn(usize) -> Option<&'a Vec<usize>>,
) -> Vec<usize> {
    let mut open: Vec<usize> = all.iter().copied().collect();
    while let Some(at) = open.pop() {
        for &other in next(at).into_iter().flatten() {
            if all.insert(other) {
                open.push(other);
            }
        }
    }
    all.into_iter().collect()
}

/// Whether the entry is a table, or is named like one.
pub(crate) fn is_relation(entry: &TocEntry) -> bool {
    RELATIONS.contains(&entry.kind.as_str())
}
