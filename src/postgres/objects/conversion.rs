//! Conversions between encodings. Catalog: pg_conversion.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::literal;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A conversion.
#[derive(Debug, Clone)]
pub struct Conversion {
    named: Named,
    default: bool,
    from: BString,
    to: BString,
    function: BString,
}

impl Object for Conversion {
    const NAME: &'static str = "conversion";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from(
                "pg_catalog.pg_conversion c \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace",
            )
            .col("oid", "c.oid")
            .col("schema", "n.nspname")
            .col("name", "c.conname")
            .col("owner", "pg_catalog.pg_get_userbyid(c.conowner)")
            .col("is_default", "c.condefault")
            .col("source", "pg_catalog.pg_encoding_to_char(c.conforencoding)")
            .col("target", "pg_catalog.pg_encoding_to_char(c.contoencoding)")
            .col("function", "c.conproc")
            .made_by_users("c.oid", class::PG_CONVERSION)
            .in_user_schema("c.connamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            default: row.bool("is_default")?,
            from: row.owned("source")?,
            to: row.owned("target")?,
            function: row.owned("function")?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_CONVERSION)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::owned("CONVERSION", self.named.quoted()))
    }

    fn render(&self, sql: &mut Sql) {
        let default = if self.default { "DEFAULT " } else { "" };
        let name = self.named.quoted();
        let (from, to) = (literal(&self.from), literal(&self.to));
        let head = cat!["CREATE ", default, "CONVERSION ", &name];
        sql.push(cat![
            head,
            " FOR ",
            from,
            " TO ",
            to,
            " FROM ",
            &self.function
        ]);
        sql.drop_with(cat!["DROP CONVERSION ", name]);
    }
}
