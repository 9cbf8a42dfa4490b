//! Casts. Catalog: pg_cast. They have neither schema nor owner.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A cast.
#[derive(Debug, Clone)]
pub struct Cast {
    oid: u32,
    from: BString,
    to: BString,
    function: Option<BString>,
    method: u8,
    context: u8,
}

impl Object for Cast {
    const NAME: &'static str = "cast";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from("pg_catalog.pg_cast c")
                .col("oid", "c.oid")
                .col("source", "pg_catalog.format_type(c.castsource, NULL)")
                .col("target", "pg_catalog.format_type(c.casttarget, NULL)")
                .col(
                    "function",
                    "CASE WHEN c.castfunc <> 0 THEN c.castfunc::pg_catalog.regprocedure END",
                )
                .col("method", "c.castmethod")
                .col("context", "c.castcontext")
                // A range type brings its own.
                .filter(
                    "NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 2605 \
                     AND i.objid = c.oid AND i.deptype = 'i')",
                )
                .of_lasting_types("c.castsource, c.casttarget")
                .made_by_users("c.oid", class::PG_CAST),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            from: row.owned("source")?,
            to: row.owned("target")?,
            function: row.opt_owned("function")?,
            method: row.letter("method")?,
            context: row.letter("context")?,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_CAST, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.types(),
            ..Identity::default()
        }
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::comment_only("CAST", self.types()))
    }

    fn render(&self, sql: &mut Sql) {
        let how = match (self.method, &self.function) {
            (b'i', _) => "WITH INOUT".into(),
            (_, Some(function)) => cat!["WITH FUNCTION ", function],
            _ => "WITHOUT FUNCTION".into(),
        };
        let context = match self.context {
            b'a' => " AS ASSIGNMENT",
            b'i' => " AS IMPLICIT",
            _ => "",
        };
        sql.push(cat!["CREATE CAST ", self.types(), " ", how, context]);
        sql.drop_with(cat!["DROP CAST ", self.types()]);
    }
}

impl Cast {
    fn types(&self) -> BString {
        cat!["(", &self.from, " AS ", &self.to, ")"]
    }
}
