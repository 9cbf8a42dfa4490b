//! Which entries of an archive a command is about. Pure.

use std::collections::{HashMap, HashSet};

use crate::archive::toc::{Toc, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::plan::entry::{EntryId, Section};
use crate::plan::pattern::Pattern;

/// Which entries: all that are not ruled out.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Only these tables (also views, sequences), with what belongs to them.
    pub tables: Vec<String>,
    /// Only these schemas, with what is in them.
    pub schemas: Vec<String>,
    /// Only these sections.
    pub sections: Vec<Section>,
    /// Definitions, no rows.
    pub schema_only: bool,
    /// Rows, no definitions.
    pub data_only: bool,
}

/// What `--table` can name.
const RELATIONS: &[&str] = &[
    "table",
    "foreign_table",
    "view",
    "materialized_view",
    "sequence",
];

/// What belongs to the relations that it needs. Everything else stands for itself, even where it
/// needs a table: routines, publications, views.
const BELONGINGS: &[&str] = &[
    "column_default",
    "constraint",
    "extended_statistics",
    "foreign_key",
    "grants",
    "index",
    "index_attach",
    "index_settings",
    "matview_refresh",
    "partition_attach",
    "policy",
    "rule",
    "sequence_owner",
    "sequence_value",
    "table_data",
    "trigger",
    "trigger_state",
    "view_rule",
];

impl Choice {
    /// Whether nothing is ruled out.
    #[must_use]
    pub fn takes_all(&self) -> bool {
        self.tables.is_empty()
            && self.schemas.is_empty()
            && self.sections.is_empty()
            && !self.schema_only
            && !self.data_only
    }

    /// Whether it picks objects by name.
    #[must_use]
    pub fn by_name(&self) -> bool {
        !self.tables.is_empty() || !self.schemas.is_empty()
    }

    /// The places of the chosen entries in the table of contents, in its order. A pattern that
    /// nothing matches is an error.
    pub fn of(&self, toc: &Toc) -> Result<Vec<usize>> {
        let by_name = self.named(toc)?;
        let entries = toc.entries.iter().enumerate();
        Ok(entries
            .filter(|(at, entry)| {
                self.in_section(entry) && by_name.as_ref().is_none_or(|named| named.contains(at))
            })
            .map(|(at, _)| at)
            .collect())
    }

    fn in_section(&self, entry: &TocEntry) -> bool {
        let section = entry.section;
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
            let pattern = Pattern::table(dialect, pattern)?;
            let hits = matching(toc, |entry| {
                let schema = entry.schema.as_ref().map_or(&b""[..], |schema| &schema.0);
                is_relation(entry) && pattern.matches(schema, &entry.name.0)
            });
            tables.extend(found(hits, "table", &pattern)?);
        }
        named.extend(with_belongings(toc, &tables));
        Ok(Some(named))
    }
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

fn is_relation(entry: &TocEntry) -> bool {
    RELATIONS.contains(&entry.kind.as_str())
}

/// The tables with what belongs to them: their rows and all definitions that need them and no
/// relation that stays out (a foreign key to such a one does). Views and routines over them are
/// objects of their own. Sequences that only these tables need come along.
fn with_belongings(toc: &Toc, tables: &[usize]) -> HashSet<usize> {
    let places: HashMap<EntryId, usize> =
        toc.entries.iter().map(|entry| entry.id).zip(0..).collect();
    let mut taken: HashSet<usize> = tables.iter().copied().collect();
    let needs = |at: usize| {
        let ids = toc.entries.get(at).map_or(&[][..], |entry| &entry.needs);
        ids.iter().filter_map(|id| places.get(id).copied())
    };
    let kind = |at: usize| toc.entries.get(at).map_or("", |entry| entry.kind.as_str());
    for at in tables.iter().copied() {
        taken.extend(needs(at).filter(|&need| kind(need) == "sequence"));
    }
    // In the archive's order, so that what belongs to a belonging is met after it.
    for (at, entry) in toc.entries.iter().enumerate() {
        let own = BELONGINGS.contains(&entry.kind.as_str());
        let touches = needs(at).any(|need| taken.contains(&need));
        let inside =
            needs(at).all(|need| taken.contains(&need) || !RELATIONS.contains(&kind(need)));
        if own && touches && inside {
            taken.insert(at);
        }
    }
    taken
}
