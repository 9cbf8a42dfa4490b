//! Comments. Catalog: pg_description. Objects without an entry of their own (a check inside its
//! table, the index behind a constraint) are named by the server: `pg_identify_object`.

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::plan::entry::Statement;
use crate::postgres::address::{Address, FIRST_USER_OID, class};
use crate::postgres::objects::{Loaded, Reference};
use crate::postgres::quote::{ident, literal};
use crate::postgres::render::cat;
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A comment on an object or on one of its columns.
#[derive(Debug, Clone)]
pub struct Comment {
    /// The object.
    pub address: Address,
    column: i32,
    text: BString,
    kind: BString,
    name: BString,
}

/// Comments on what users made, and on `public`.
#[must_use]
pub fn query(caps: &Caps) -> Select {
    Select::from(
        "pg_catalog.pg_description d, \
         LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, 0) i",
    )
    .col("class", "d.classoid")
    .col("oid", "d.objoid")
    .col("sub", "d.objsubid")
    .col("text", "d.description")
    .col("kind", "i.type")
    .col("name", "i.identity")
    // Looked at before the system's thousands of objects are named.
    .filter(format!(
        "d.objoid >= {FIRST_USER_OID} OR d.classoid IN ({}, {}, {})",
        class::PG_LARGEOBJECT,
        class::PG_NAMESPACE,
        class::PG_EXTENSION
    ))
    .filter(format!(
        "d.objoid >= {FIRST_USER_OID} OR d.classoid = {} OR i.type = 'extension' \
         OR (d.classoid = {} AND i.name = 'public')",
        class::PG_LARGEOBJECT,
        class::PG_NAMESPACE
    ))
    .filter(subscriptions(caps))
    .filter("d.description <> 'standard public schema' OR i.type <> 'schema'")
    .filter("d.description <> 'PL/pgSQL procedural language' OR i.type <> 'extension'")
    .order("d.classoid, d.objoid, d.objsubid")
}

/// Before 14 a dropped subscription leaves its comment behind, and to name it is an error. Who may
/// not read subscriptions gets none of them.
fn subscriptions(caps: &Caps) -> &'static str {
    if caps.reads_conninfo() {
        "d.classoid <> 6100 OR d.objoid IN (SELECT s.oid FROM pg_catalog.pg_subscription s)"
    } else {
        "d.classoid <> 6100"
    }
}

/// Reads a row of [`query`].
pub fn decode(row: &Row<'_>) -> Result<Comment> {
    Ok(Comment {
        address: Address::new(row.num("class")?, row.num("oid")?),
        column: row.num("sub")?,
        text: row.owned("text")?,
        kind: row.opt_owned("kind")?.unwrap_or_default(),
        name: row.opt_owned("name")?.unwrap_or_default(),
    })
}

impl Comment {
    /// The statement, for the object itself or for something inside it.
    #[must_use]
    pub fn statement(&self, holder: &Loaded) -> Option<Statement> {
        // A composite type's attributes are those of its relation.
        let attribute = self.column != 0 && holder.provides.contains(&self.address);
        let own = holder.address == Some(self.address) || attribute;
        let on = match (&holder.reference, own) {
            (Some(reference), true) => self.on(reference, holder)?,
            _ => self.on_inner()?,
        };
        Some(Statement::new(cat![
            "COMMENT ON ",
            on,
            " IS ",
            literal(&self.text)
        ]))
    }

    fn on(&self, reference: &Reference, holder: &Loaded) -> Option<BString> {
        if self.column == 0 {
            return Some(cat![reference.keyword, " ", &reference.name]);
        }
        let (_, column) = holder
            .columns
            .iter()
            .find(|(number, _)| *number == self.column)?;
        Some(cat!["COLUMN ", &reference.name, ".", ident(column)])
    }

    fn on_inner(&self) -> Option<BString> {
        let name = &self.name;
        match self.kind.as_bytes() {
            b"table constraint" => Some(cat!["CONSTRAINT ", name]),
            b"domain constraint" => {
                // The server says `c on schema.domain`; the statement wants `ON DOMAIN`.
                let at = name.rfind(" on ")?;
                Some(cat![
                    "CONSTRAINT ",
                    &name[..at],
                    " ON DOMAIN ",
                    &name[at + 4..]
                ])
            }
            b"index" => Some(cat!["INDEX ", name]),
            b"sequence" => Some(cat!["SEQUENCE ", name]),
            b"type" | b"composite type" => Some(cat!["TYPE ", name]),
            b"trigger" => Some(cat!["TRIGGER ", name]),
            b"rule" => Some(cat!["RULE ", name]),
            _ => None,
        }
    }
}
