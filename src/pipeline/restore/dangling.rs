//! Foreign keys of MySQL's tables that point to nothing: they are part of their tables, and a server that
//! does not check them takes them without a word.

use std::collections::HashSet;
use std::io::{Read, Seek};
use std::sync::Arc;

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::definitions;
use crate::pipeline::restore::relations::is_relation;
use crate::pipeline::select::Choice;
use crate::source::Target;
use crate::sql::dialect::Dialect;
use crate::sql::late_keys::pointed_to_here;

/// Those of the chosen tables to tables that were not chosen and are not there: a line for each.
pub(super) async fn dangling<T, R>(
    target: &mut T,
    archive: &Arc<Archive<R>>,
    (chosen, choice): (&[usize], &Choice),
) -> Result<Vec<String>>
where
    T: Target,
    R: Read + Seek + Send + 'static,
{
    let toc = archive.toc();
    let some = choice.by_name() || !choice.exclude_tables.is_empty();
    if toc.head.dialect != Dialect::Mysql || !some || !choice.defines() {
        return Ok(Vec::new());
    }
    let entries = toc.entries.those(chosen);
    let own = entries.filter(|entry| is_relation(entry));
    let own: HashSet<BString> = own.map(|entry| lower(&entry.name.0)).collect();
    let mut missing = Vec::new();
    definitions::each(archive, chosen, |entry, statement| {
        if entry.kind != "table" {
            return;
        }
        for name in pointed_to_here(statement) {
            let name = lower(&name);
            if !own.contains(&name) {
                missing.push((entry.label(), name));
            }
        }
    })
    .await?;
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let there = target.relations().await?;
    let there: HashSet<BString> = there.iter().map(|one| lower(&one.name)).collect();
    missing.retain(|(_, name)| !there.contains(name));
    let line = |(table, name): (String, BString)| {
        format!(
            "{table} has a foreign key to {name}, which was not chosen and is not there: it takes no \
             new rows before that is"
        )
    };
    Ok(missing.into_iter().map(line).collect())
}

/// Some servers keep names in lower case.
fn lower(name: &[u8]) -> BString {
    name.to_lowercase().into()
}
