//! Text search templates. Catalog: pg_ts_template.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::render::{Sql, cat, join};
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
const FUNCTIONS: &[(&str, &str)] = &[("INIT", "tmplinit"), ("LEXIZE", "tmpllexize")];

impl Object for Template {
    const NAME: &'static str = "ts_template";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        let mut select = Select::from(
            "pg_catalog.pg_ts_template t JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace",
        )
        .col("oid", "t.oid")
        .col("schema", "n.nspname")
        .col("name", "t.tmplname")
        .col("owner", "NULL")
        .made_by_users("t.oid", class::PG_TS_TEMPLATE)
        .in_user_schema("t.tmplnamespace");
        for (_, column) in FUNCTIONS {
            let name = format!("CASE WHEN t.{column} <> 0 THEN t.{column}::pg_catalog.regproc END");
            select = select.col(column, name);
        }
        Some(select)
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let mut functions = Vec::new();
        for (option, column) in FUNCTIONS {
            functions.extend(row.opt(column)?.map(|f| cat!["\n    ", *option, " = ", f]));
        }
        Ok(Self {
            named: Named::decode(row)?,
            functions,
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
        let functions = join(&self.functions, ",");
        sql.push(cat![
            "CREATE TEXT SEARCH TEMPLATE ",
            &name,
            " (",
            functions,
            "\n)"
        ]);
        sql.drop_with(cat!["DROP TEXT SEARCH TEMPLATE ", name]);
    }
}
