//! Transforms between types and languages. Catalog: pg_transform.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A transform.
#[derive(Debug, Clone)]
pub struct Transform {
    oid: u32,
    of_type: BString,
    language: BString,
    from_sql: Option<BString>,
    to_sql: Option<BString>,
}

impl Object for Transform {
    const NAME: &'static str = "transform";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        let function = |column: &str| {
            format!("CASE WHEN {column} <> 0 THEN {column}::pg_catalog.regprocedure END")
        };
        Some(
            Select::from(
                "pg_catalog.pg_transform t JOIN pg_catalog.pg_language l ON l.oid = t.trflang",
            )
            .col("oid", "t.oid")
            .col("type", "pg_catalog.format_type(t.trftype, NULL)")
            .col("language", "l.lanname")
            .col("from_sql", function("t.trffromsql"))
            .col("to_sql", function("t.trftosql"))
            .of_lasting_types("t.trftype")
            .made_by_users("t.oid", class::PG_TRANSFORM),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            of_type: row.owned("type")?,
            language: row.owned("language")?,
            from_sql: row.opt_owned("from_sql")?,
            to_sql: row.opt_owned("to_sql")?,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_TRANSFORM, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name(),
            ..Identity::default()
        }
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::comment_only("TRANSFORM", self.name()))
    }

    fn render(&self, sql: &mut Sql) {
        let from = self
            .from_sql
            .iter()
            .map(|f| cat!["FROM SQL WITH FUNCTION ", f]);
        let to = self.to_sql.iter().map(|f| cat!["TO SQL WITH FUNCTION ", f]);
        let functions = join(from.chain(to), ", ");
        sql.push(cat!["CREATE TRANSFORM ", self.name(), " (", functions, ")"]);
        sql.drop_with(cat!["DROP TRANSFORM ", self.name()]);
    }
}

impl Transform {
    fn name(&self) -> BString {
        cat!["FOR ", &self.of_type, " LANGUAGE ", ident(&self.language)]
    }
}
