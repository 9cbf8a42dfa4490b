//! Security labels. Catalogs: pg_seclabel; pg_shseclabel for what belongs to the server (databases,
//! roles, tablespaces).

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Statement;
use crate::postgres::address::Address;
use crate::postgres::objects::Loaded;
use crate::postgres::quote::{ident, literal};
use crate::postgres::render::cat;
use crate::postgres::select::Select;
use crate::sql::rows::{Row, Rows};

/// A provider's label on an object or on one of its columns.
#[derive(Debug, Clone)]
pub struct Label {
    /// The object.
    pub address: Address,
    column: i32,
    provider: BString,
    label: BString,
}

/// Every label in the database.
#[must_use]
pub fn query() -> Select {
    Select::from("pg_catalog.pg_seclabel l")
        .col("class", "l.classoid")
        .col("oid", "l.objoid")
        .col("sub", "l.objsubid")
        .col("provider", "l.provider")
        .col("label", "l.label")
        .order("l.classoid, l.objoid, l.objsubid, l.provider")
}

/// Reads a row of [`query`].
pub fn decode(row: &Row<'_>) -> Result<Label> {
    Ok(Label {
        address: Address::new(row.num("class")?, row.num("oid")?),
        column: row.num("sub")?,
        provider: row.owned("provider")?,
        label: row.owned("label")?,
    })
}

impl Label {
    /// The statement; `None` where the object can't be named.
    #[must_use]
    pub fn statement(&self, holder: &Loaded) -> Option<Statement> {
        let reference = holder.reference.as_ref()?;
        let on = if self.column == 0 {
            cat![reference.keyword, " ", &reference.name]
        } else {
            let (_, column) = holder
                .columns
                .iter()
                .find(|(number, _)| *number == self.column)?;
            cat!["COLUMN ", &reference.name, ".", ident(column)]
        };
        Some(self.on(&on))
    }

    fn on(&self, object: &BString) -> Statement {
        Statement::new(cat![
            "SECURITY LABEL FOR ",
            ident(&self.provider),
            " ON ",
            object,
            " IS ",
            literal(&self.label),
        ])
    }
}

/// The labels of the server's own objects of one catalog.
#[must_use]
pub fn shared(class: u32) -> Select {
    Select::from("pg_catalog.pg_shseclabel l")
        .col("class", "l.classoid")
        .col("oid", "l.objoid")
        .col("sub", "0")
        .col("provider", "l.provider")
        .col("label", "l.label")
        .filter(format!("l.classoid = {class}"))
        .order("l.objoid, l.provider")
}

/// The statements for one of them from the rows of [`shared`]; the object is its keyword and quoted
/// name, such as `ROLE r`.
pub fn on_shared(rows: &Rows, oid: u32, object: &BString) -> Result<Vec<Statement>> {
    let mut statements = Vec::new();
    for row in rows.iter() {
        let label = decode(&row)?;
        if label.address.object == oid {
            statements.push(label.on(object));
        }
    }
    Ok(statements)
}
