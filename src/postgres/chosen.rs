//! Which objects a selection keeps, with pg_dump's meaning: tables with what belongs to them,
//! schemas with what is in them.

use crate::error::Result;
use crate::postgres::link::Depend;
use crate::postgres::objects::Loaded;
use crate::source::DumpOptions;

/// Whether only a part of the database is dumped.
#[must_use]
pub fn is_partial(options: &DumpOptions) -> bool {
    let selection = &options.selection;
    !(selection.tables.is_empty()
        && selection.schemas.is_empty()
        && selection.exclude_tables.is_empty()
        && selection.exclude_schemas.is_empty())
}

/// Keeps what is selected.
pub fn keep(
    objects: Vec<Loaded>,
    _depends: &[Depend],
    _options: &DumpOptions,
) -> Result<Vec<Loaded>> {
    Ok(objects)
}
