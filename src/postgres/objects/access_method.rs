//! Access methods of tables and indexes. Catalog: pg_am.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// An access method.
#[derive(Debug, Clone)]
pub struct AccessMethod {
    named: Named,
    index: bool,
    handler: BString,
}

impl Object for AccessMethod {
    const NAME: &'static str = "access_method";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from("pg_catalog.pg_am a")
                .col("oid", "a.oid")
                .col("schema", "NULL")
                .col("name", "a.amname")
                .col("owner", "NULL")
                .col("is_index", "a.amtype = 'i'")
                .col("handler", "a.amhandler")
                .made_by_users("a.oid", class::PG_AM),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            index: row.bool("is_index")?,
            handler: row.owned("handler")?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_AM)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::comment_only(
            "ACCESS METHOD",
            self.named.quoted(),
        ))
    }

    fn render(&self, sql: &mut Sql) {
        let of = if self.index { "INDEX" } else { "TABLE" };
        let name = self.named.quoted();
        sql.push(cat![
            "CREATE ACCESS METHOD ",
            &name,
            " TYPE ",
            of,
            " HANDLER ",
            &self.handler
        ]);
        sql.drop_with(cat!["DROP ACCESS METHOD ", name]);
    }
}
