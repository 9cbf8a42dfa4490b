//! Extensions. Catalog: pg_extension. Members come with `CREATE EXTENSION`; versions are not
//! pinned, so that the script loads where only a newer one is installed.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// The extension that template0 has: it is neither made nor dropped, also where it was made anew, as
/// by every upgrade in place (pg_upgrade). Its entry is for a comment, where it has one of its own.
const IN_EVERY_DATABASE: &str = "plpgsql";

/// An extension.
#[derive(Debug, Clone)]
pub struct Extension {
    oid: u32,
    name: BString,
    /// `None` where the extension itself makes its schema.
    schema: Option<BString>,
}

impl Object for Extension {
    const NAME: &'static str = "extension";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        let own = "EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 2615 \
                   AND d.objid = n.oid AND d.deptype = 'e' AND d.refobjid = e.oid)";
        Some(
            Select::from(
                "pg_catalog.pg_extension e \
                 JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace",
            )
            .col("oid", "e.oid")
            .col("name", "e.extname")
            .col("schema", format!("CASE WHEN NOT {own} THEN n.nspname END")),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            name: row.owned("name")?,
            schema: row.opt_owned("schema")?,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_EXTENSION, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::comment_only("EXTENSION", ident(&self.name)))
    }

    fn render(&self, sql: &mut Sql) {
        if self.name == IN_EVERY_DATABASE {
            return;
        }
        let schema = self
            .schema
            .as_ref()
            .map(|s| cat![" WITH SCHEMA ", ident(s)]);
        let name = ident(&self.name);
        sql.push(cat!["CREATE EXTENSION ", &name, schema.unwrap_or_default()]);
        sql.drop_with(cat!["DROP EXTENSION ", name]);
    }
}
