//! Text search templates. Catalog: pg_ts_template.

use bstr::BString;

use super::functions::{self, Function};
use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::render::Sql;
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A template.
#[derive(Debug, Clone)]
pub struct Template {
    named: Named,
    functions: Vec<BString>,
}

/// Option and column of each function.
const FUNCTIONS: &[Function] = &[("INIT", "tmplinit"), ("LEXIZE", "tmpllexize")];

impl Object for Template {
    const NAME: &'static str = "ts_template";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        let select = Select::from(
            "pg_catalog.pg_ts_template t JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace",
        )
        .col("oid", "t.oid")
        .col("schema", "n.nspname")
        .col("name", "t.tmplname")
        .col("owner", "NULL")
        .made_by_users("t.oid", class::PG_TS_TEMPLATE)
        .in_user_schema("t.tmplnamespace");
        Some(functions::columns(select, FUNCTIONS))
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            functions: functions::decode(row, FUNCTIONS)?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_TS_TEMPLATE)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::comment_only(
            "TEXT SEARCH TEMPLATE",
            self.named.quoted(),
        ))
    }

    fn render(&self, sql: &mut Sql) {
        let name = self.named.quoted();
        functions::render(sql, "TEXT SEARCH TEMPLATE", &name, &self.functions);
    }
}
