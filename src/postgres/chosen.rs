//! Which objects a selection keeps, with pg_dump's meaning. By section, and which tables' rows; tables
//! with what belongs to them and schemas with what is in them are refused until they are there.

use std::collections::{BTreeSet, HashMap};

use crate::error::{Error, Kind, Result};
use crate::plan::entry::{Entry, EntryId, Section};
use crate::plan::filter::Selection;
use crate::source::DumpOptions;
use crate::sql::dialect::Dialect;

/// Whether only a part of the database is dumped.
#[must_use]
pub fn is_partial(options: &DumpOptions) -> bool {
    let selection = &options.selection;
    !(selection.tables.is_empty()
        && selection.schemas.is_empty()
        && selection.exclude_tables.is_empty()
        && selection.exclude_schemas.is_empty())
}

/// Refuses what would be ignored: a dump of everything is not what was asked for.
pub fn check(options: &DumpOptions) -> Result<()> {
    if !is_partial(options) && options.selection.conditions.is_empty() {
        return Ok(());
    }
    let message = "cannot select tables or schemas of a PostgreSQL database yet";
    Err(Error::new(Kind::Unsupported, message)
        .hint("Dump the whole database, and take what you need at its restore."))
}

/// Keeps the entries of the sections, and the rows of the tables, that are selected.
pub fn keep(entries: Vec<Entry>, options: &DumpOptions) -> Result<Vec<Entry>> {
    let selection = &options.selection;
    let compiled = selection.compile(Dialect::Postgres)?;
    let rows = |entry: &Entry| {
        let schema = entry.identity.schema.as_ref().map_or(&b""[..], |s| s);
        entry.kind != "table_data" || compiled.data(schema, &entry.identity.name)
    };
    let (mut kept, gone): (Vec<Entry>, Vec<Entry>) = entries
        .into_iter()
        .partition(|entry| in_section(selection, entry) && rows(entry));
    let gone: HashMap<EntryId, Vec<EntryId>> = gone
        .into_iter()
        .map(|entry| (entry.id, entry.needs))
        .collect();
    // Grants on what is gone, such as large objects.
    kept.retain(|entry| {
        entry.kind != "grants" || !entry.needs.iter().any(|need| gone.contains_key(need))
    });
    for entry in &mut kept {
        entry.needs = through(&entry.needs, &gone);
    }
    Ok(kept)
}

fn in_section(selection: &Selection, entry: &Entry) -> bool {
    let data = entry.section == Section::Data || entry.kind == "matview_refresh";
    !(selection.schema_only && data || selection.data_only && !data)
}

/// The needs, with those of what is gone in its place.
fn through(needs: &[EntryId], gone: &HashMap<EntryId, Vec<EntryId>>) -> Vec<EntryId> {
    let mut open = needs.to_vec();
    let (mut seen, mut left) = (BTreeSet::new(), Vec::new());
    while let Some(need) = open.pop() {
        if !seen.insert(need) {
            continue;
        }
        match gone.get(&need) {
            Some(behind) => open.extend(behind),
            None => left.push(need),
        }
    }
    left
}
