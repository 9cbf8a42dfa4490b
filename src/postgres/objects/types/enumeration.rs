//! Enum types. Catalogs: pg_type, pg_enum.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::class;
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::literal;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("enum", queries, build);

#[derive(Debug, Clone)]
struct Enum {
    named: Named,
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
    let named = Named::decode(row)?;
    Ok(Enum {
        labels: labels.remove(&named.oid).unwrap_or_default(),
        named,
    })
}

impl Enum {
    fn loaded(&self) -> Loaded {
        let identity = self.named.identity();
        Loaded {
            address: Some(self.named.address(class::PG_TYPE)),
            reference: Some(Reference::all("TYPE", self.named.quoted())),
            ..Loaded::new("enum", Section::PreData, identity, self.sql())
        }
    }

    fn sql(&self) -> Sql {
        let name = self.named.quoted();
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
            named: Named {
                oid: 1,
                schema: Some("public".into()),
                name: "Mood".into(),
                owner: Some("o".into()),
            },
            labels: vec!["it's".into(), "b\\".into()],
        };
        let expected = "CREATE TYPE public.\"Mood\" AS ENUM (\n    'it''s',\n    E'b\\\\'\n)";
        assert_eq!(mood.sql().create[0].text, expected);
    }
}
