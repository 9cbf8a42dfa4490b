//! `--disable-triggers`: no trigger, and so no foreign key, is asked while rows are loaded into
//! tables that are there already. Before all rows and behind all rows, not around each piece:
//! pieces of one table may be loaded side by side.

use std::collections::BTreeSet;

use bstr::BString;

use crate::plan::entry::Section;
use crate::postgres::objects::Loaded;
use crate::postgres::render::{Sql, cat};
use crate::postgres::waits::Waits;

/// Adds the statements for each table with rows, with what they need.
pub fn switch_off(objects: &mut Vec<Loaded>, needs: &mut Waits) {
    let mut seen: BTreeSet<BString> = BTreeSet::new();
    let mut new = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        let Some(data) = object.data.as_ref().filter(|_| object.kind == "table_data") else {
            continue;
        };
        if seen.insert(data.into.clone()) {
            new.push(statement(object, &data.into, ("triggers_off", "DISABLE")));
            needs.push([]);
            new.push(statement(object, &data.into, ("triggers_on", "ENABLE")));
            needs.push(u32::try_from(at));
        }
    }
    objects.extend(new);
}

fn statement(rows: &Loaded, table: &BString, (kind, word): (&'static str, &str)) -> Loaded {
    let mut sql = Sql::default();
    sql.push(cat!["ALTER TABLE ", table, " ", word, " TRIGGER ALL"]);
    Loaded {
        table: rows.table,
        ..Loaded::new(kind, Section::Data, rows.identity.clone(), sql)
    }
}
