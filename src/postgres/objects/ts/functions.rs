//! Text search objects that are lists of functions: what parsers and templates share.

use bstr::BString;

use crate::error::Result;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::sql::rows::Row;

/// The option in `CREATE TEXT SEARCH …`, and the column that holds the function's oid or 0.
pub(super) type Function = (&'static str, &'static str);

/// Adds a column for each function; `t` is the catalog.
pub(super) fn columns(select: Select, functions: &[Function]) -> Select {
    functions.iter().fold(select, |select, (_, column)| {
        let name = format!("CASE WHEN t.{column} <> 0 THEN t.{column}::pg_catalog.regproc END");
        select.col(column, name)
    })
}

/// Reads those columns: the options that are set, as they are written.
pub(super) fn decode(row: &Row<'_>, functions: &[Function]) -> Result<Vec<BString>> {
    let mut options = Vec::new();
    for (option, column) in functions {
        options.extend(row.opt(column)?.map(|f| cat!["\n    ", *option, " = ", f]));
    }
    Ok(options)
}

/// Writes `CREATE` and `DROP`; the keyword is such as `TEXT SEARCH PARSER`, the name is quoted.
pub(super) fn render(sql: &mut Sql, keyword: &str, name: &BString, options: &[BString]) {
    let options = join(options, ",");
    sql.push(cat!["CREATE ", keyword, " ", name, " (", options, "\n)"]);
    sql.drop_with(cat!["DROP ", keyword, " ", name]);
}
