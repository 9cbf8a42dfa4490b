//! Composite types that stand alone. Catalogs: pg_type, pg_class (relkind `c`), pg_attribute. Row
//! types of tables belong to their tables.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("composite", queries, build);

#[derive(Debug, Clone)]
struct Composite {
    named: Named,
    relation: u32,
    attributes: Vec<Attribute>,
}

#[derive(Debug, Clone)]
struct Attribute {
    number: i32,
    name: BString,
    of_type: BString,
    collation: Option<(BString, BString)>,
}

fn queries(_caps: &Caps) -> Vec<Select> {
    let types = super::select("c")
        .join_if(
            true,
            "JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'",
        )
        .col("relation", "t.typrelid");
    let attributes = Select::from(
        "pg_catalog.pg_attribute a \
         JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind = 'c' \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation \
         AND a.attcollation <> t.typcollation \
         LEFT JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace",
    )
    .col("relation", "a.attrelid")
    .col("number", "a.attnum")
    .col("name", "a.attname")
    .col("type", "pg_catalog.format_type(a.atttypid, a.atttypmod)")
    .col("collation", "l.collname")
    .col("collation_schema", "n.nspname")
    .filter("a.attnum > 0 AND NOT a.attisdropped")
    .order("a.attrelid, a.attnum");
    vec![types, attributes]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [types, attributes] = rows else {
        return Ok(Vec::new());
    };
    let mut of: HashMap<u32, Vec<Attribute>> = HashMap::new();
    for row in attributes.iter() {
        of.entry(row.num("relation")?)
            .or_default()
            .push(attribute(&row)?);
    }
    types
        .iter()
        .map(|row| Ok(decode(&row, &mut of)?.loaded()))
        .collect()
}

fn attribute(row: &Row<'_>) -> Result<Attribute> {
    let collation = row.opt_owned("collation")?;
    Ok(Attribute {
        number: row.num("number")?,
        name: row.owned("name")?,
        of_type: row.owned("type")?,
        collation: row.opt_owned("collation_schema")?.zip(collation),
    })
}

fn decode(row: &Row<'_>, attributes: &mut HashMap<u32, Vec<Attribute>>) -> Result<Composite> {
    let relation = row.num("relation")?;
    Ok(Composite {
        named: Named::decode(row)?,
        relation,
        attributes: attributes.remove(&relation).unwrap_or_default(),
    })
}

impl Composite {
    fn loaded(&self) -> Loaded {
        let identity = self.named.identity();
        Loaded {
            address: Some(self.named.address(class::PG_TYPE)),
            provides: vec![Address::new(class::PG_CLASS, self.relation)],
            reference: Some(Reference::all("TYPE", self.named.quoted())),
            columns: self
                .attributes
                .iter()
                .map(|a| (a.number, a.name.clone()))
                .collect(),
            ..Loaded::new("composite", Section::PreData, identity, self.sql())
        }
    }

    fn sql(&self) -> Sql {
        let name = self.named.quoted();
        let attributes = join(self.attributes.iter().map(Attribute::sql), ",");
        let mut sql = Sql::default();
        sql.push(cat!["CREATE TYPE ", &name, " AS (", attributes, "\n)"]);
        sql.drop_with(cat!["DROP TYPE ", &name]);
        sql
    }
}

impl Attribute {
    fn sql(&self) -> BString {
        let mut sql = cat!["\n    ", ident(&self.name), " ", &self.of_type];
        if let Some((schema, name)) = &self.collation {
            sql.extend_from_slice(&cat![" COLLATE ", qualified(schema, name)]);
        }
        sql
    }
}
