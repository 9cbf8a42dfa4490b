//! Procedural languages that no extension brought. Catalog: pg_language.

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

/// A language.
#[derive(Debug, Clone)]
pub struct Language {
    named: Named,
    trusted: bool,
    handler: Option<BString>,
    inline: Option<BString>,
    validator: Option<BString>,
}

impl Object for Language {
    const NAME: &'static str = "language";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        let function =
            |column: &str| format!("CASE WHEN {column} <> 0 THEN {column}::pg_catalog.regproc END");
        Some(
            Select::from("pg_catalog.pg_language l")
                .col("oid", "l.oid")
                .col("schema", "NULL")
                .col("name", "l.lanname")
                .col("owner", "pg_catalog.pg_get_userbyid(l.lanowner)")
                .col("trusted", "l.lanpltrusted")
                .col("handler", function("l.lanplcallfoid"))
                .col("inline", function("l.laninline"))
                .col("validator", function("l.lanvalidator"))
                .made_by_users("l.oid", class::PG_LANGUAGE),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            trusted: row.bool("trusted")?,
            handler: row.opt_owned("handler")?,
            inline: row.opt_owned("inline")?,
            validator: row.opt_owned("validator")?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_LANGUAGE)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::all("LANGUAGE", self.named.quoted()))
    }

    fn render(&self, sql: &mut Sql) {
        let trusted = if self.trusted { "TRUSTED " } else { "" };
        let mut text = cat!["CREATE ", trusted, "LANGUAGE ", self.named.quoted()];
        let functions = [
            ("HANDLER", &self.handler),
            ("INLINE", &self.inline),
            ("VALIDATOR", &self.validator),
        ];
        for (word, function) in functions {
            if let Some(function) = function {
                text.extend_from_slice(&cat![" ", word, " ", function]);
            }
        }
        sql.push(text);
        sql.drop_with(cat!["DROP LANGUAGE ", self.named.quoted()]);
    }
}
