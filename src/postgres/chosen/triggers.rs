//! `--disable-triggers`: no trigger, and so no foreign key, is asked while rows are loaded into
//! tables that are there already. Before all rows and behind all rows, not around each piece:
//! pieces of one table may be loaded side by side.

use std::collections::BTreeSet;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::plan::shelf::Reading;
use crate::postgres::objects::Loaded;
use crate::postgres::packed::Objects;
use crate::postgres::render::{Sql, cat};
use crate::postgres::waits::Waits;

/// Adds the statements for each table with rows, with what they need.
pub fn switch_off(objects: &mut Objects, needs: &mut Waits) -> Result<()> {
    let mut seen: BTreeSet<BString> = BTreeSet::new();
    let mut reading = Reading::default();
    for at in 0..objects.len() {
        let rows = objects
            .get(at)
            .filter(|object| object.kind() == "table_data");
        let Some(rows) = rows.map(|rows| rows.load(&mut reading)).transpose()? else {
            continue;
        };
        let Some(data) = &rows.data else {
            continue;
        };
        if seen.insert(data.into.clone()) {
            objects.push(statement(&rows, &data.into, ("triggers_off", "DISABLE")))?;
            needs.push([]);
            objects.push(statement(&rows, &data.into, ("triggers_on", "ENABLE")))?;
            needs.push(u32::try_from(at));
        }
    }
    objects.close()
}

fn statement(rows: &Loaded, table: &BString, (kind, word): (&'static str, &str)) -> Loaded {
    let mut sql = Sql::default();
    sql.push(cat!["ALTER TABLE ", table, " ", word, " TRIGGER ALL"]);
    Loaded {
        table: rows.table,
        ..Loaded::new(kind, Section::Data, rows.identity.clone(), sql)
    }
}
