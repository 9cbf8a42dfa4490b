//! The spatial reference systems of MariaDB's columns (`REF_SYSTEM_ID`): `CREATE TABLE` does not show
//! them. Catalog: `information_schema.geometry_columns`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::inventory::Relation;
use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Kind, Quoting, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::sql::rows::Rows;

const SPATIAL: &[&str] = &["geometry", "point", "linestring", "polygon"];

/// The question for a table with spatial columns, where its script is for MariaDB.
pub(super) fn question(relation: &Relation, scope: &Scope<'_>) -> Option<BString> {
    let target = scope.options.mysql.target;
    let mut columns = relation.columns.iter();
    let spatial = columns.any(|column| {
        let kind = column.data_type.to_ascii_lowercase();
        SPATIAL.iter().any(|one| kind.ends_with(one.as_bytes())) || kind.ends_with(b"collection")
    });
    let wanted = spatial && scope.caps.is_mariadb() && target.is_none_or(|target| target.mariadb);
    wanted.then(|| {
        Select::from("information_schema.geometry_columns")
            .col("name", "g_geometry_column")
            .cols(&["srid"])
            .equals("f_table_schema", &scope.database)
            .equals("f_table_name", &relation.name)
            .filter("srid <> 0")
            .sql()
    })
}

/// The statement with the systems that were found, each behind its column's type.
pub(super) fn with_systems(create: BString, found: &Rows) -> Result<BString> {
    let mut systems: Vec<(BString, u64)> = Vec::new();
    for row in found.iter() {
        systems.push((row.owned("name")?, row.num("srid")?));
    }
    if systems.is_empty() {
        return Ok(create);
    }
    let (mut out, mut from) = (Vec::new(), 0);
    let (mut depth, mut starts, mut system) = (0_i32, false, None);
    for token in tokens(&create, Quoting::default()) {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        if let Some(number) = system.take() {
            let end = token.end();
            out.extend_from_slice(create.get(from..end).unwrap_or_default());
            out.extend_from_slice(format!(" REF_SYSTEM_ID={number}").as_bytes());
            from = end;
        }
        if starts && token.kind == Kind::Ident {
            let name = unquote_ident(token.text).map(|(name, _)| name);
            let mut all = systems.iter();
            let own = all.find(|(column, _)| name.as_ref() == Some(column));
            system = own.map(|(_, number)| *number);
        }
        starts = depth == 1 && (token.is_mark(b'(') || token.is_mark(b','));
    }
    out.extend_from_slice(create.get(from..).unwrap_or_default());
    Ok(out.into())
}
