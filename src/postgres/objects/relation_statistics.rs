//! What the planner knows of relations and their columns, with `--statistics`. Catalogs: pg_class
//! (pages, rows), pg_statistic by way of pg_stats, which shows a user what it may read. Written as
//! the functions that take them in (manual, "Database Object Statistics Manipulation Functions",
//! 18). Not here: the contents of extended statistics, for which 18 has no function.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::class::PG_CLASS;
use crate::postgres::address::{Address, step};
use crate::postgres::objects::later::from_version;
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::literal;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind. Its queries run only where statistics are asked for.
pub const KIND: Kind = Kind {
    more: |context, _| {
        let caps = &context.caps;
        let queries = [relations(caps), columns(caps), indexes()];
        let wanted = context.statistics.then_some(queries);
        let queries = wanted.into_iter().flatten();
        Ok(queries.map(|select| select.sql().into()).collect())
    },
    ..Kind::new("relation_statistics", |_| Vec::new(), build)
};

/// The first version with the functions.
const FUNCTIONS: u32 = 180_000;

/// The arguments about a column, with their types: the names are those of pg_stats.
const COLUMN_ARGUMENTS: [(&str, &str); 13] = [
    ("null_frac", "real"),
    ("avg_width", "integer"),
    ("n_distinct", "real"),
    ("most_common_vals", "text"),
    ("most_common_freqs", "real[]"),
    ("histogram_bounds", "text"),
    ("correlation", "real"),
    ("most_common_elems", "text"),
    ("most_common_elem_freqs", "real[]"),
    ("elem_count_histogram", "real[]"),
    // from here on: range types, 17
    ("range_length_histogram", "text"),
    ("range_empty_frac", "real"),
    ("range_bounds_histogram", "text"),
];

fn relations(caps: &Caps) -> Select {
    Select::from("pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace")
        .col("oid", "c.oid")
        .col("schema", "n.nspname")
        .col("name", "c.relname")
        .col("kind", "c.relkind")
        .col("pages", "c.relpages")
        .col("rows", unknown_rows(caps))
        .col("all_visible", "c.relallvisible")
        .col_if(caps.relallfrozen(), "all_frozen", "c.relallfrozen", "0")
        .filter("c.relkind IN ('r', 'p', 'f', 'm', 'i', 'I')")
        .of_user_relation("c")
}

/// Before 14, 0 is also what was never counted, for which later ones say -1.
fn unknown_rows(caps: &Caps) -> &'static str {
    match caps.unknown_reltuples() {
        true => "c.reltuples",
        false => "CASE WHEN c.reltuples = 0 THEN -1 ELSE c.reltuples END",
    }
}

fn columns(caps: &Caps) -> Select {
    let select = Select::from(
        "pg_catalog.pg_stats s JOIN pg_catalog.pg_namespace n ON n.nspname = s.schemaname \
         JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname \
         AND NOT a.attisdropped",
    )
    .col("table_oid", "c.oid")
    .col("number", "a.attnum")
    .col("column_name", "s.attname")
    .col("inherited", "s.inherited");
    let select = COLUMN_ARGUMENTS.iter().fold(select, |select, (name, _)| {
        let has = !name.starts_with("range_") || caps.range_statistics();
        select.col_if(has, name, &format!("s.{name}"), "NULL")
    });
    select
        .of_user_relation("c")
        .order("c.oid, a.attnum, s.inherited")
}

/// The indexes of each table: making one counts the table's rows anew.
fn indexes() -> Select {
    Select::from("pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indrelid")
        .col("table_oid", "x.indrelid")
        .col("oid", "x.indexrelid")
        .of_user_relation("c")
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let sets = |at: usize| rows.get(at).into_iter().flat_map(Rows::iter);
    let mut columns: HashMap<u32, Vec<Row<'_>>> = HashMap::new();
    for row in sets(1) {
        columns.entry(row.num("table_oid")?).or_default().push(row);
    }
    let mut waits: HashMap<u32, Vec<Address>> = HashMap::new();
    for row in sets(2) {
        let index = Address::new(PG_CLASS, row.num("oid")?);
        waits.entry(row.num("table_oid")?).or_default().push(index);
    }
    let relations = sets(0).map(|row| {
        let oid = row.num("oid")?;
        let own = columns.remove(&oid).unwrap_or_default();
        let waits = waits.remove(&oid).unwrap_or_default();
        loaded(&context.caps, (&row, &own), waits)
    });
    relations.collect()
}

fn loaded(
    caps: &Caps,
    (row, columns): (&Row<'_>, &[Row<'_>]),
    waits: Vec<Address>,
) -> Result<Loaded> {
    let relation = Address::new(PG_CLASS, row.num("oid")?);
    let about = Relation {
        schema: row.owned("schema")?,
        name: row.owned("name")?,
        is_index: matches!(row.letter("kind")?, b'i' | b'I'),
        version: caps.number(),
    };
    let mut calls = vec![about.call("pg_restore_relation_stats", &about.arguments(row)?)];
    for column in columns {
        let arguments = about.column_arguments(column)?;
        calls.push(about.call("pg_restore_attribute_stats", &arguments));
    }
    let mut sql = Sql::default();
    if caps.number() < FUNCTIONS {
        // An archive loads into its own version too.
        sql.push(from_version(
            FUNCTIONS,
            calls.iter().map(|call| cat!["PERFORM ", call]),
        ));
    } else {
        calls
            .iter()
            .for_each(|call| sql.push(cat!["SELECT ", call]));
    }
    let identity = Identity {
        schema: Some(about.schema),
        name: about.name,
        ..Identity::default()
    };
    let filled = step::matview_refresh(relation.object);
    Ok(Loaded {
        needs: [relation, filled].into_iter().chain(waits).collect(),
        table: Some(relation),
        ..Loaded::new("relation_statistics", Section::PostData, identity, sql)
    })
}

/// Whose statistics they are.
struct Relation {
    schema: BString,
    name: BString,
    is_index: bool,
    /// Of the server that gathered them: `server_version_num`.
    version: u32,
}

/// A name and an expression.
type Argument = (&'static str, BString);

impl Relation {
    fn call(&self, function: &str, arguments: &[Argument]) -> BString {
        let own = [
            ("schemaname", literal(&self.schema)),
            ("relname", literal(&self.name)),
            ("version", self.version.to_string().into()),
        ];
        let all = own.iter().chain(arguments);
        let all = all.map(|(name, value)| cat!["'", name, "', ", value]);
        cat!["pg_catalog.", function, "(", join(all, ", "), ")"]
    }

    fn arguments(&self, row: &Row<'_>) -> Result<Vec<Argument>> {
        let number = |name| row.num::<i32>(name).map(|number| number.to_string());
        Ok(vec![
            ("relpages", number("pages")?.into()),
            ("reltuples", typed(row.bytes("rows")?, "real")),
            ("relallvisible", number("all_visible")?.into()),
            ("relallfrozen", number("all_frozen")?.into()),
        ])
    }

    /// Columns of indexes have no names that a restore keeps.
    fn column_arguments(&self, row: &Row<'_>) -> Result<Vec<Argument>> {
        let column = if self.is_index {
            let number = row.num::<i16>("number")?.to_string();
            ("attnum", typed(number, "smallint"))
        } else {
            ("attname", literal(row.bytes("column_name")?))
        };
        let inherited = if row.bool("inherited")? {
            "true"
        } else {
            "false"
        };
        let mut arguments = vec![column, ("inherited", inherited.into())];
        for (name, kind) in COLUMN_ARGUMENTS {
            if let Some(value) = row.opt(name)? {
                arguments.push((name, typed(value, kind)));
            }
        }
        Ok(arguments)
    }
}

fn typed(value: impl AsRef<[u8]>, kind: &str) -> BString {
    let kind = match kind {
        "real" => "pg_catalog.float4",
        "real[]" => "pg_catalog.float4[]",
        "integer" => "pg_catalog.int4",
        "smallint" => "pg_catalog.int2",
        _ => "pg_catalog.text",
    };
    cat![literal(value), "::", kind]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn statements(number: u32) -> Vec<String> {
        let rows = |names: &[&str], row: &[Option<&str>]| {
            let mut rows = Rows::new(names.iter().map(|name| (*name).to_owned()).collect());
            rows.push(row.iter().copied()).unwrap();
            rows
        };
        let relations = rows(
            &[
                "oid",
                "schema",
                "name",
                "kind",
                "pages",
                "rows",
                "all_visible",
                "all_frozen",
            ],
            &["20", "s", "o'c", "r", "1", "5", "1", "0"].map(Some),
        );
        let mut names = vec!["table_oid", "number", "column_name", "inherited"];
        names.extend(COLUMN_ARGUMENTS.map(|(name, _)| name));
        let mut values = vec![Some("20"), Some("1"), Some("a"), Some("f"), Some("0.5")];
        values.resize(names.len(), None);
        values[7] = Some("{a,\"b c\"}");
        let columns = rows(&names, &values);
        let indexes = rows(&["table_oid", "oid"], &[Some("20"), Some("21")]);
        let mut context = BuildContext::whole(Caps::new(number), "d".into());
        context.statistics = true;
        let built = KIND.all(&context, &[relations, columns, indexes]).unwrap();
        assert!(built[0].needs.contains(&Address::new(PG_CLASS, 21)));
        let create = built[0].sql.create.iter();
        create.map(|statement| statement.text.to_string()).collect()
    }

    #[test]
    fn what_is_null_is_not_said() {
        assert_eq!(
            statements(180_000),
            [
                "SELECT pg_catalog.pg_restore_relation_stats('schemaname', 's', \
                 'relname', 'o''c', 'version', 180000, 'relpages', 1, \
                 'reltuples', '5'::pg_catalog.float4, 'relallvisible', 1, 'relallfrozen', 0)",
                "SELECT pg_catalog.pg_restore_attribute_stats('schemaname', 's', \
                 'relname', 'o''c', 'version', 180000, 'attname', 'a', 'inherited', false, \
                 'null_frac', '0.5'::pg_catalog.float4, \
                 'most_common_vals', '{a,\"b c\"}'::pg_catalog.text)",
            ]
        );
    }

    #[test]
    fn older_servers_pass_over_them() {
        let statements = statements(170_000);
        assert_eq!(statements.len(), 1);
        assert!(statements[0].starts_with("DO $$"), "{statements:?}");
        assert!(statements[0].contains("PERFORM pg_catalog.pg_restore_attribute_stats("));
    }
}
