//! Text search dictionaries. Catalog: pg_ts_dict.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A dictionary.
#[derive(Debug, Clone)]
pub struct Dictionary {
    named: Named,
    template: BString,
    /// The option list, as the server writes and parses it.
    options: Option<BString>,
}

impl Object for Dictionary {
    const NAME: &'static str = "ts_dictionary";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from(
                "pg_catalog.pg_ts_dict d \
                 JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace \
                 JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate \
                 JOIN pg_catalog.pg_namespace tn ON tn.oid = t.tmplnamespace",
            )
            .col("oid", "d.oid")
            .col("schema", "n.nspname")
            .col("name", "d.dictname")
            .col("owner", "pg_catalog.pg_get_userbyid(d.dictowner)")
            .col("template", "t.tmplname")
            .col("template_schema", "tn.nspname")
            .col("options", "d.dictinitoption")
            .made_by_users("d.oid", class::PG_TS_DICT)
            .in_user_schema("d.dictnamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            template: qualified(row.bytes("template_schema")?, row.bytes("template")?),
            options: row.opt_owned("options")?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_TS_DICT)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::owned(
            "TEXT SEARCH DICTIONARY",
            self.named.quoted(),
        ))
    }

    fn render(&self, sql: &mut Sql) {
        let name = self.named.quoted();
        let options = self
            .options
            .iter()
            .filter(|o| !o.is_empty())
            .map(|o| cat![",\n    ", o]);
        let options: BString = options.fold(BString::default(), |all, o| cat![all, o]);
        let head = cat![
            "CREATE TEXT SEARCH DICTIONARY ",
            &name,
            " (\n    TEMPLATE = "
        ];
        sql.push(cat![head, &self.template, options, "\n)"]);
        sql.drop_with(cat!["DROP TEXT SEARCH DICTIONARY ", name]);
    }
}
