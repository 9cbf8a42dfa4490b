//! Enum types. Catalogs: pg_type, pg_enum.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::{literal, qualified};
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("enum", queries, build);

#[derive(Debug, Clone)]
struct Enum {
    oid: u32,
    schema: BString,
    name: BString,
    owner: BString,
    labels: Vec<BString>,
}

fn queries(_caps: &Caps) -> Vec<Select> {
    let labels = Select::from("pg_catalog.pg_enum e")
        .col("type", "e.enumtypid")
        .col("label", "e.enumlabel")
        .order("e.enumtypid, e.enumsortorder");
    vec![super::select("e"), labels]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [types, labels] = rows else {
        return Ok(Vec::new());
    };
    let mut of: HashMap<u32, Vec<BString>> = HashMap::new();
    for row in labels.iter() {
        of.entry(row.num("type")?)
            .or_default()
            .push(row.owned("label")?);
    }
    types
        .iter()
        .map(|row| Ok(decode(&row, &mut of)?.loaded()))
        .collect()
}

fn decode(row: &Row<'_>, labels: &mut HashMap<u32, Vec<BString>>) -> Result<Enum> {
    let oid = row.num("oid")?;
    Ok(Enum {
        oid,
        schema: row.owned("schema")?,
        name: row.owned("name")?,
        owner: row.owned("owner")?,
        labels: labels.remove(&oid).unwrap_or_default(),
    })
}

impl Enum {
    fn loaded(&self) -> Loaded {
        let identity = Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            owner: Some(self.owner.clone()),
            ..Identity::default()
        };
        Loaded {
            address: Some(Address::new(class::PG_TYPE, self.oid)),
            reference: Some(Reference::all("TYPE", qualified(&self.schema, &self.name))),
            ..Loaded::new("enum", Section::PreData, identity, self.sql())
        }
    }

    fn sql(&self) -> Sql {
        let name = qualified(&self.schema, &self.name);
        let labels = join(self.labels.iter().map(|l| cat!["\n    ", literal(l)]), ",");
        let mut sql = Sql::default();
        sql.push(cat!["CREATE TYPE ", &name, " AS ENUM (", labels, "\n)"]);
        sql.drop_with(cat!["DROP TYPE ", &name]);
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_labels_in_order() {
        let mood = Enum {
            oid: 1,
            schema: "public".into(),
            name: "Mood".into(),
            owner: "o".into(),
            labels: vec!["it's".into(), "b\\".into()],
        };
        let expected = "CREATE TYPE public.\"Mood\" AS ENUM (\n    'it''s',\n    E'b\\\\'\n)";
        assert_eq!(mood.sql().create[0].text, expected);
    }
}
