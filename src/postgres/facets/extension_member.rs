//! Objects that go when an extension goes, without being its members: `ALTER … DEPENDS ON
//! EXTENSION`. Catalog: pg_depend.deptype `x`.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Statement;
use crate::postgres::address::Address;
use crate::postgres::objects::Loaded;
use crate::postgres::quote::ident;
use crate::postgres::render::cat;
use crate::postgres::select::Select;
use crate::sql::rows::Row;

/// An object and the extension that it goes with.
#[derive(Debug, Clone)]
pub struct GoesWith {
    /// The object.
    pub address: Address,
    extension: BString,
}

/// Every such pair.
#[must_use]
pub fn query() -> Select {
    Select::from(
        "pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e \
         ON d.refclassid = 3079 AND d.refobjid = e.oid",
    )
    .col("class", "d.classid")
    .col("oid", "d.objid")
    .col("extension", "e.extname")
    .filter("d.deptype = 'x'")
    .order("d.classid, d.objid, e.extname")
}

/// Reads a row of [`query`].
pub fn decode(row: &Row<'_>) -> Result<GoesWith> {
    Ok(GoesWith {
        address: Address::new(row.num("class")?, row.num("oid")?),
        extension: row.owned("extension")?,
    })
}

impl GoesWith {
    /// The statement; `None` where the object can't be named.
    #[must_use]
    pub fn statement(&self, holder: &Loaded) -> Option<Statement> {
        let reference = holder.reference.as_ref()?;
        let keyword = reference.owner_keyword.unwrap_or(reference.keyword);
        let extension = ident(&self.extension);
        let text = cat![
            "ALTER ",
            keyword,
            " ",
            &reference.name,
            " DEPENDS ON EXTENSION ",
            extension
        ];
        Some(Statement::new(text))
    }
}
