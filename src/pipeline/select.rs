//! Which entries of an archive a command is about. Pure.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::archive::entries::TocEntries;
use crate::archive::toc::{Toc, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::pipeline::list;
use crate::pipeline::restore::relations::{RELATIONS, Relations, is_relation};
use crate::plan::entry::{EntryId, Section};
use crate::plan::pattern::Pattern;

/// Which entries: all that are not ruled out.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Only these tables (also views, sequences), with what belongs to them.
    pub tables: Vec<String>,
    /// Not these tables, nor what belongs to them.
    pub exclude_tables: Vec<String>,
    /// Only schemas that match, with what is in them.
    pub schemas: Vec<String>,
    /// Only these entries, by their numbers in the archive.
    pub entries: Vec<u32>,
    /// Only these entries, in this order.
    pub list: Option<Vec<u32>>,
    /// Take along what the chosen entries need.
    pub with_dependencies: bool,
    /// Only these sections.
    pub sections: Vec<Section>,
    /// Definitions, no rows.
    pub schema_only: bool,
    /// Rows, no definitions.
    pub data_only: bool,
}

/// What belongs to the relations that it needs. Everything else stands for itself, even where it
/// needs a table: routines, publications, views.
const BELONGINGS: &[&str] = &[
    "column_default",
    "constraint",
    "extended_statistics",
    "foreign_key",
    "fulltext_index",
    "grants",
    "histogram",
    "index",
    "index_attach",
    "index_settings",
    "matview_refresh",
    "partition_attach",
    "policy",
    "relation_statistics",
    "row_security",
    "rule",
    "sequence_owner",
    "sequence_value",
    "table_data",
    "trigger",
    "trigger_state",
];

/// Kinds of belongings that tie tables to one another.
const TIES: &[&str] = &[
    "foreign_key",
    "partition_attach",
    "policy",
    "rule",
    "trigger",
];

/// What is a large object, in archives of this program and of pg_dump.
const LARGE_OBJECTS: &[&str] = &["large_object", "blob", "blob_metadata"];

/// The sections that switches ask for entries by.
struct Sections<'t>(&'t TocEntries);

impl Sections<'_> {
    /// Large objects are rows, with all that is about them, and grants go with what they are on, as
    /// pg_restore has it, wherever they stand. What has grants and no entry is the system's.
    fn section(&self, at: usize) -> Option<Section> {
        let Self(entries) = self;
        let own = |at: usize| match LARGE_OBJECTS.contains(&entries.kind(at)) {
            true => Some(Section::Data),
            false => entries.section(at),
        };
        let is_grants = |at: &usize| entries.kind(*at) == "grants";
        // Grants on columns may hang on those on their table.
        let mut on = entries.needed(at).filter(|need| !is_grants(need));
        match entries.kind(at) {
            "grants" if entries.section(at) != Some(Section::Database) => {
                let on = on.filter_map(own).max();
                Some(on.unwrap_or(Section::PreData).max(Section::PreData))
            }
            "comment" | "security_label" if on.any(|need| own(need) == Some(Section::Data)) => {
                Some(Section::Data)
            }
            _ => own(at),
        }
    }
}

impl Choice {
    /// Whether nothing is ruled out.
    #[must_use]
    pub fn takes_all(&self) -> bool {
        !self.by_name()
            && self.exclude_tables.is_empty()
            && self.sections.is_empty()
            && !self.schema_only
            && !self.data_only
    }

    /// Whether it makes tables: what only adds to them has to find them there.
    #[must_use]
    pub fn makes(&self) -> bool {
        self.sections.is_empty() || self.sections.contains(&Section::PreData)
    }

    /// Whether it takes definitions, and not rows alone.
    #[must_use]
    pub fn defines(&self) -> bool {
        let all = self.sections.is_empty();
        !self.data_only && (all || self.sections.iter().any(|one| *one != Section::Data))
    }

    /// Whether it picks objects by name.
    #[must_use]
    pub fn by_name(&self) -> bool {
        !self.tables.is_empty()
            || !self.schemas.is_empty()
            || !self.entries.is_empty()
            || self.list.is_some()
    }

    /// The places of the chosen entries in the table of contents, in its order or the list's. A
    /// pattern that nothing matches is an error.
    pub fn of(&self, toc: &Toc) -> Result<Vec<usize>> {
        let by_name = self.named(toc)?;
        let excluded = self.excluded(toc)?;
        let sections = Sections(&toc.entries);
        let chosen = |at: &usize| {
            let section = sections.section(*at);
            section.is_some_and(|section| self.in_section(section))
                && !excluded.contains(at)
                && by_name.as_ref().is_none_or(|named| named.contains(at))
        };
        let places: Vec<usize> = (0..toc.entries.len()).filter(chosen).collect();
        self.whole_views(toc, &places)?;
        match &self.list {
            Some(list) => list::in_order(toc, &places, list),
            None => Ok(places),
        }
    }

    /// An error where a view is chosen and its query is not: it would be an empty one.
    fn whole_views(&self, toc: &Toc, places: &[usize]) -> Result<()> {
        let rules = view_rules(toc);
        if rules.is_empty() {
            return Ok(());
        }
        let chosen: HashSet<usize> = places.iter().copied().collect();
        for (rule, view) in rules {
            let (Some(rule_entry), Some(view_entry)) =
                (toc.entries.get(rule), toc.entries.get(view))
            else {
                continue;
            };
            let lost = chosen.contains(&view) && !chosen.contains(&rule);
            if lost && self.in_section(rule_entry.section) {
                let (rule, view) = (rule_entry.label(), view_entry.label());
                let what = format!("{view} is chosen without {rule}, which holds its query");
                return Err(Error::new(Kind::Usage, what).hint("Choose both, or neither."));
            }
        }
        Ok(())
    }

    /// What belongs to chosen tables and stays out, for it needs tables that do: a line for each.
    pub fn left_out(&self, toc: &Toc, chosen: &[usize]) -> Vec<String> {
        if self.tables.is_empty() {
            return Vec::new();
        }
        let relations = Relations::of(toc);
        let chosen: HashSet<usize> = chosen.iter().copied().collect();
        let mut lines = Vec::new();
        for at in 0..toc.entries.len() {
            let in_section = |section| self.in_section(section);
            if !TIES.contains(&toc.entries.kind(at))
                || chosen.contains(&at)
                || !toc.entries.section(at).is_some_and(in_section)
            {
                continue;
            }
            let Some(entry) = toc.entries.get(at) else {
                continue;
            };
            let (own, others) = relations.own_and_others(toc, at);
            let needs = own.iter().chain(&others);
            let mut outside = needs.filter(|need| !chosen.contains(need));
            let is_own = if entry.kind == "foreign_key" {
                own.iter().any(|table| chosen.contains(table))
            } else {
                own.iter()
                    .chain(&others)
                    .any(|table| chosen.contains(table))
            };
            let other = outside.next().and_then(|other| toc.entries.get(*other));
            if let Some(other) = other.filter(|_| is_own) {
                let (label, other) = (entry.label(), other.label());
                lines.push(format!(
                    "{label} is left out: it needs {other}, which was not chosen"
                ));
            }
        }
        lines
    }

    /// What these entries need and is not among them: for the error of one that fails.
    pub fn missing(&self, toc: &Toc, chosen: &[usize], at: usize) -> Vec<Arc<TocEntry>> {
        if self.takes_all() {
            return Vec::new();
        }
        let chosen: HashSet<usize> = chosen.iter().copied().collect();
        let needs = toc.entries.needed(at);
        needs
            .filter(|need| !chosen.contains(need))
            .filter_map(|need| toc.entries.get(need))
            .filter(|entry| entry.section != Section::Database)
            .collect()
    }

    fn excluded(&self, toc: &Toc) -> Result<HashSet<usize>> {
        let mut tables = Vec::new();
        for pattern in &self.exclude_tables {
            tables.extend(tables_like(toc, pattern)?);
        }
        let mut excluded: HashSet<usize> = HashSet::new();
        if tables.is_empty() {
            return Ok(excluded);
        }
        excluded.extend(tables);
        // Whatever needs one that stays out stays out too: its rows, indexes, keys, views.
        let relations = Relations::of(toc);
        let rules = view_rules(toc);
        loop {
            for at in 0..toc.entries.len() {
                let mut needs = relations.needs_of(at).into_iter();
                if needs.any(|need| excluded.contains(&need)) {
                    excluded.insert(at);
                }
            }
            // A view without its query is none: it stays out too, and what needs it.
            let views = rules.iter().filter(|(rule, _)| excluded.contains(*rule));
            let views: Vec<usize> = views.map(|(_, view)| *view).collect();
            let before = excluded.len();
            excluded.extend(views);
            if excluded.len() == before {
                return Ok(excluded);
            }
        }
    }

    fn in_section(&self, section: Section) -> bool {
        // A switch about sections never keeps the database itself away from --create.
        if section == Section::Database {
            return !self.by_name();
        }
        let listed = self.sections.is_empty() || self.sections.contains(&section);
        let data = section == Section::Data;
        listed
            && if data {
                !self.schema_only
            } else {
                !self.data_only
            }
    }

    fn named(&self, toc: &Toc) -> Result<Option<HashSet<usize>>> {
        if !self.by_name() {
            return Ok(None);
        }
        let dialect = toc.head.dialect;
        let mut named = HashSet::new();
        for pattern in &self.schemas {
            let pattern = Pattern::name(dialect, pattern)?;
            let hits = matching(toc, |entry| in_schema(entry, &pattern));
            named.extend(found(hits, "schema", &pattern)?);
        }
        let mut tables = Vec::new();
        for pattern in &self.tables {
            tables.extend(tables_like(toc, pattern)?);
        }
        if self.with_dependencies {
            tables = with_partitions(toc, tables);
        }
        named.extend(with_belongings(toc, &tables));
        let numbers = self.entries.iter().chain(self.list.iter().flatten());
        for number in numbers {
            let hit = toc.entries.place(EntryId(*number));
            named.insert(hit.ok_or_else(|| no_entry(*number))?);
        }
        if self.with_dependencies {
            named = with_needs(toc, named, tables);
        }
        Ok(Some(named))
    }
}

fn tables_like(toc: &Toc, pattern: &str) -> Result<Vec<usize>> {
    let pattern = Pattern::table(toc.head.dialect, pattern)?;
    let hits = matching(toc, |entry| {
        let schema = entry.schema.as_ref().map_or(&b""[..], |schema| &schema.0);
        is_relation(entry) && pattern.matches(schema, &entry.name.0)
    });
    found(hits, "table", &pattern)
}

/// These tables with their partitions, and theirs: a partitioned table holds no rows itself.
fn with_partitions(toc: &Toc, mut tables: Vec<usize>) -> Vec<usize> {
    let relations = Relations::of(toc);
    let attachments = matching(toc, |entry| entry.kind == "partition_attach");
    loop {
        let before = tables.len();
        for at in &attachments {
            let (own, parents) = relations.own_and_others(toc, *at);
            if parents.iter().any(|parent| tables.contains(parent)) {
                let new = own.into_iter().filter(|child| !tables.contains(child));
                tables.extend(new.collect::<Vec<_>>());
            }
        }
        if tables.len() == before {
            return tables;
        }
    }
}

/// These entries with all that they need, tables (also these) with what belongs to them.
fn with_needs(toc: &Toc, chosen: HashSet<usize>, mut tables: Vec<usize>) -> HashSet<usize> {
    let relations = Relations::of(toc);
    let mut all = chosen;
    let mut read = Vec::new();
    let mut open: Vec<usize> = all.iter().copied().collect();
    loop {
        while let Some(at) = open.pop() {
            let views = ["view", "view_rule", "materialized_view", "matview_refresh"];
            let reads = views.contains(&toc.entries.kind(at));
            for need in relations.needs_of(at) {
                let is_relation = RELATIONS.contains(&toc.entries.kind(need));
                if reads && is_relation {
                    read.push(need);
                }
                let section = toc.entries.section(need);
                if section.is_none_or(|section| section == Section::Database) || !all.insert(need) {
                    continue;
                }
                open.push(need);
                if is_relation {
                    tables.push(need);
                }
            }
        }
        // A partitioned table holds no rows itself, and a view shows those of its partitions.
        read = with_partitions(toc, read);
        let partitions: Vec<usize> = read
            .iter()
            .copied()
            .filter(|at| !all.contains(at))
            .collect();
        tables.extend(partitions);
        // Of all tables together: what ties two of them belongs to both.
        let own = with_belongings(toc, &tables).into_iter();
        open.extend(own.filter(|at| all.insert(*at)));
        if open.is_empty() {
            return all;
        }
    }
}

/// The queries of views that need what needs the view: entries of their own, each with its view. pg_dump
/// calls them rules, of its own name.
fn view_rules(toc: &Toc) -> HashMap<usize, usize> {
    let is_of = |rule: &TocEntry, view: &TocEntry| {
        let name = match rule.kind.as_str() {
            "view_rule" => Some(&rule.name.0[..]),
            "rule" => rule.name.0.strip_suffix(b" _RETURN"),
            _ => None,
        };
        view.kind == "view" && rule.schema == view.schema && name == Some(&view.name.0[..])
    };
    let view_of = |at: usize| {
        let rule = toc.entries.get(at)?;
        let mut needs = toc.entries.needed(at);
        needs.find(|at| toc.entries.get(*at).is_some_and(|view| is_of(&rule, &view)))
    };
    let rules = 0..toc.entries.len();
    rules
        .filter(|at| ["view_rule", "rule"].contains(&toc.entries.kind(*at)))
        .filter_map(|at| Some((at, view_of(at)?)))
        .collect()
}

fn no_entry(number: u32) -> Error {
    let what = format!("the archive has no entry {number}");
    Error::new(Kind::Usage, what).hint("`dumpkeep restore --list` writes their numbers.")
}

fn matching(toc: &Toc, wanted: impl Fn(&TocEntry) -> bool) -> Vec<usize> {
    let entries = toc.entries.iter().enumerate();
    entries
        .filter(|(_, entry)| wanted(entry))
        .map(|(at, _)| at)
        .collect()
}

fn found(hits: Vec<usize>, what: &str, pattern: &Pattern) -> Result<Vec<usize>> {
    if !hits.is_empty() {
        return Ok(hits);
    }
    let message = format!("no {what} in the archive matches \"{}\"", pattern.as_str());
    Err(Error::new(Kind::Usage, message).hint("`dumpkeep show` lists what the archive holds."))
}

fn in_schema(entry: &TocEntry, pattern: &Pattern) -> bool {
    match &entry.schema {
        Some(schema) => pattern.matches_name(&schema.0),
        None => entry.kind == "schema" && pattern.matches_name(&entry.name.0),
    }
}

/// The tables with what belongs to them: their rows and all definitions that need them and no
/// relation that stays out (a foreign key to such a one does). Views and routines over them are
/// objects of their own. Sequences that only these tables need come along.
fn with_belongings(toc: &Toc, tables: &[usize]) -> HashSet<usize> {
    let mut taken: HashSet<usize> = tables.iter().copied().collect();
    let needs = |at: usize| toc.entries.needed(at);
    let kind = |at: usize| toc.entries.kind(at);
    let rules = view_rules(toc);
    for at in tables.iter().copied() {
        taken.extend(needs(at).filter(|&need| kind(need) == "sequence"));
    }
    // In the archive's order, so that what belongs to a belonging is met after it.
    for at in 0..toc.entries.len() {
        if let Some(view) = rules.get(&at) {
            // A view is nothing without it, whatever it reads.
            taken.extend(taken.contains(view).then_some(at));
            continue;
        }
        let own = BELONGINGS.contains(&kind(at));
        let touches = needs(at).any(|need| taken.contains(&need));
        // An index of a partition hangs on that of its parent, and goes with both.
        let outside = |need: usize| {
            RELATIONS.contains(&kind(need))
                || (kind(at) == "index_attach" && BELONGINGS.contains(&kind(need)))
        };
        let inside = needs(at).all(|need| taken.contains(&need) || !outside(need));
        if own && touches && inside {
            taken.insert(at);
        }
    }
    taken
}
