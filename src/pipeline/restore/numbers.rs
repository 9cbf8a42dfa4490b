//! Rows whose values are numbers of members of ENUM and SET, into tables that are there already: the
//! members there must be the same, or the numbers stand for others, and no server says a word.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Seek};
use std::sync::Arc;

use bstr::{BString, ByteSlice as _};

use crate::archive::toc::Toc;
use crate::error::Result;
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::definitions;
use crate::source::TargetFacts;
use crate::sql::dialect::Dialect;
use crate::sql::names::{Members, Renaming, numbered};

/// The columns with such values, by the table that they go into.
#[derive(Debug, Default)]
pub(super) struct Numbers(BTreeMap<BString, Vec<(BString, Members)>>);

impl Numbers {
    /// Those of rows that are restored without their tables.
    pub(super) async fn of<R: Read + Seek + Send + 'static>(
        archive: &Arc<Archive<R>>,
        (chosen, renaming): (&[usize], &Renaming),
    ) -> Result<Self> {
        let mut numbers = Self::default();
        let toc = archive.toc();
        if toc.head.dialect != Dialect::Mysql {
            return Ok(numbers);
        }
        let is_table = |at: &usize| toc.entries.kind(*at) == "table";
        let tables: HashSet<BString> = names(toc, chosen.iter().filter(|at| is_table(at)));
        let rows = chosen
            .iter()
            .filter(|at| toc.entries.kind(**at) == "table_data");
        let mut rows = names(toc, rows);
        rows.retain(|name| !tables.contains(name));
        let mut alone: Vec<usize> = Vec::new();
        if !rows.is_empty() {
            let all: Vec<usize> = (0..toc.entries.len()).filter(is_table).collect();
            let all = all.iter().zip(toc.entries.those(&all));
            let own = all.filter(|(_, entry)| rows.contains(&entry.name.0));
            alone.extend(own.map(|(at, _)| *at));
        }
        definitions::each(archive, &alone, |entry, statement| {
            let columns = numbered(statement);
            if !columns.is_empty() {
                let name = &entry.name.0;
                let name = renaming.tables.get(name).unwrap_or(name);
                numbers.0.insert(name.clone(), columns);
            }
        })
        .await?;
        Ok(numbers)
    }

    /// The tables whose columns are to be looked at.
    pub(super) fn tables(&self) -> impl Iterator<Item = BString> {
        self.0.keys().cloned()
    }

    /// A line for each column whose members are other ones there.
    pub(super) fn problems(&self, facts: &TargetFacts) -> Vec<String> {
        let mut found = Vec::new();
        for (table, columns) in &self.0 {
            for (column, members) in columns {
                // servers keep names of columns in whatever case, and some of tables in lower case
                let same = |there: &&(BString, BString, BString)| {
                    lower(&there.0) == lower(table) && lower(&there.1) == lower(column)
                };
                let Some((.., there)) = facts.columns.iter().find(same) else {
                    continue;
                };
                if Members::of(there).is_some_and(|there| members.begin(&there)) {
                    continue;
                }
                found.push(format!(
                    "the values of column {table}.{column} are numbers of its members, and {} there has \
                     not the archive's members in their places: make the column as the archive has it, or leave \
                     the table out (--exclude-table)",
                    shortened(there)
                ));
            }
        }
        found
    }
}

fn names<'a>(toc: &'a Toc, places: impl Iterator<Item = &'a usize>) -> HashSet<BString> {
    let entries = toc.entries.those(places);
    entries.map(|entry| entry.name.0.clone()).collect()
}

fn shortened(text: &BString) -> String {
    const MOST: usize = 80;
    let text = text.to_str_lossy();
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.into_owned(),
    }
}

fn lower(name: &[u8]) -> BString {
    name.to_lowercase().into()
}
