//! Objects that go when an extension goes, without being its members: `ALTER … DEPENDS ON
//! EXTENSION`. Catalog: pg_depend.deptype `x`.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Statement;
use crate::postgres::address::Address;
use crate::postgres::objects::Loaded;
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::cat;
use crate::postgres::select::Select;
use crate::sql::rows::Row;

/// An object and the extension that it goes with.
#[derive(Debug, Clone)]
pub struct GoesWith {
    /// The object.
    pub address: Address,
    extension: BString,
    /// The name of an index, qualified and quoted. That behind a constraint is held by the
    /// constraint, which can't be altered this way.
    index: Option<BString>,
}

/// Every such pair.
#[must_use]
pub fn query() -> Select {
    Select::from(
        "pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e \
         ON d.refclassid = 3079 AND d.refobjid = e.oid \
         LEFT JOIN pg_catalog.pg_class i \
         ON d.classid = 1259 AND i.oid = d.objid AND i.relkind IN ('i', 'I') \
         LEFT JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace",
    )
    .col("class", "d.classid")
    .col("oid", "d.objid")
    .col("extension", "e.extname")
    .col("schema", "n.nspname")
    .col("index", "i.relname")
    .filter("d.deptype = 'x'")
    .order("d.classid, d.objid, e.extname")
}

/// Reads a row of [`query`].
pub fn decode(row: &Row<'_>) -> Result<GoesWith> {
    let index = match (row.opt("schema")?, row.opt("index")?) {
        (Some(schema), Some(index)) => Some(qualified(schema, index)),
        _ => None,
    };
    Ok(GoesWith {
        address: Address::new(row.num("class")?, row.num("oid")?),
        extension: row.owned("extension")?,
        index,
    })
}

impl GoesWith {
    /// The statement; `None` where the object can't be named.
    #[must_use]
    pub fn statement(&self, holder: &Loaded) -> Option<Statement> {
        let (keyword, name) = match &self.index {
            Some(index) => ("INDEX", index),
            None => {
                let reference = holder.reference.as_ref()?;
                let keyword = reference.owner_keyword.unwrap_or(reference.keyword);
                (keyword, &reference.name)
            }
        };
        let extension = ident(&self.extension);
        let text = cat![
            "ALTER ",
            keyword,
            " ",
            name,
            " DEPENDS ON EXTENSION ",
            extension
        ];
        Some(Statement::new(text))
    }
}
