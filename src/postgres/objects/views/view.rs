//! Views. Catalogs: pg_class (relkind `v`), pg_rewrite through `pg_get_viewdef`. A view in a loop, or
//! one that needs a primary key, is made as a dummy of the same columns first and replaced later.

use std::collections::HashMap;
use std::sync::Arc;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::table::settings::options_list;
use crate::postgres::objects::{BuildContext, Kind, Loaded, Part, Reference, Renderer};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, join, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("view", queries, build);

/// Defaults of views' columns, which `INSERT` into the view uses.
pub const DEFAULTS: Kind = Kind::new("view_default", default_queries, build_defaults);

#[derive(Debug, Clone)]
struct View {
    named: Named,
    rule: u32,
    options: BString,
    definition: BString,
    columns: Vec<Column>,
}

#[derive(Debug, Clone)]
struct Column {
    number: i32,
    name: BString,
    of_type: BString,
    collation: Option<BString>,
}

fn queries(_caps: &Caps) -> Vec<Select> {
    let views = Select::from(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.ev_type = '1'",
    )
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.relname")
    .col("owner", "pg_catalog.pg_get_userbyid(c.relowner)")
    .col("rule", "r.oid")
    .col("options", options_list("c.reloptions", ""))
    .col("definition", "pg_catalog.pg_get_viewdef(c.oid)")
    .filter("c.relkind = 'v'")
    .made_by_users("c.oid", class::PG_CLASS)
    .in_user_schema("c.relnamespace");
    vec![views, columns("c.relkind = 'v'")]
}

/// Columns of the relations that `condition` over pg_class `c` names.
fn columns(condition: &str) -> Select {
    Select::from(
        "pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
         LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation \
         AND a.attcollation <> t.typcollation \
         LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace",
    )
    .col("relation", "a.attrelid")
    .col("number", "a.attnum")
    .col("name", "a.attname")
    .col("type", "pg_catalog.format_type(a.atttypid, a.atttypmod)")
    .col("collation", "l.collname")
    .col("collation_schema", "ln.nspname")
    .filter("a.attnum > 0 AND NOT a.attisdropped AND c.oid >= 16384")
    .filter(condition)
    .order("a.attrelid, a.attnum")
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [views, columns] = rows else {
        return Ok(Vec::new());
    };
    let mut of = gather(columns)?;
    views
        .iter()
        .map(|row| Ok(decode(&row, &mut of)?.loaded()))
        .collect()
}

fn gather(columns: &Rows) -> Result<HashMap<u32, Vec<Column>>> {
    let mut of: HashMap<u32, Vec<Column>> = HashMap::new();
    for row in columns.iter() {
        let schema = row.opt("collation_schema")?;
        let collation = schema
            .zip(row.opt("collation")?)
            .map(|(s, n)| qualified(s, n));
        of.entry(row.num("relation")?).or_default().push(Column {
            number: row.num("number")?,
            name: row.owned("name")?,
            of_type: row.owned("type")?,
            collation,
        });
    }
    Ok(of)
}

fn decode(row: &Row<'_>, columns: &mut HashMap<u32, Vec<Column>>) -> Result<View> {
    let named = Named::decode(row)?;
    let what = || cat!["the query of view ", named.quoted()];
    Ok(View {
        rule: row.opt_num("rule")?.unwrap_or_default(),
        options: row.opt_owned("options")?.unwrap_or_default(),
        definition: server_sql(row.bytes("definition")?, what)?,
        columns: columns.remove(&named.oid).unwrap_or_default(),
        named,
    })
}

impl View {
    fn loaded(self) -> Loaded {
        let part = Part {
            kind: "view_rule",
            section: Section::PreData,
            address: Address::new(class::PG_REWRITE, self.rule),
            identity: self.named.identity(),
            separate: self.replacement(),
        };
        Loaded {
            address: Some(self.address()),
            reference: Some(Reference {
                grant_keyword: Some("TABLE"),
                ..Reference::owned("VIEW", self.named.quoted())
            }),
            columns: self
                .columns
                .iter()
                .map(|c| (c.number, c.name.clone()))
                .collect(),
            parts: vec![part],
            table: Some(self.address()),
            renderer: Some(Arc::new(self.clone())),
            ..Loaded::new(
                "view",
                Section::PreData,
                self.named.identity(),
                self.without(&[]),
            )
        }
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_CLASS)
    }

    fn create(&self, verb: &str, query: &BString) -> BString {
        let options = if self.options.is_empty() {
            BString::default()
        } else {
            cat![" WITH (", &self.options, ")"]
        };
        cat![verb, " VIEW ", self.named.quoted(), options, " AS\n", query]
    }

    fn replacement(&self) -> Sql {
        let mut sql = Sql::default();
        sql.push(self.create("CREATE OR REPLACE", &self.definition));
        sql
    }

    /// The same columns, of nothing.
    fn dummy(&self) -> BString {
        let columns = self.columns.iter().map(|c| {
            let collation = c.collation.iter().map(|l| cat![" COLLATE ", l]);
            let collation = collation.fold(BString::default(), |_, l| l);
            cat![
                "\n    NULL::",
                &c.of_type,
                collation,
                " AS ",
                ident(&c.name)
            ]
        });
        cat!["SELECT", join(columns, ",")]
    }
}

impl Renderer for View {
    fn without(&self, parts: &[usize]) -> Sql {
        let mut sql = Sql::default();
        let text = if parts.is_empty() {
            self.create("CREATE", &self.definition)
        } else {
            let dummy = self.dummy();
            cat!["CREATE VIEW ", self.named.quoted(), " AS\n", dummy]
        };
        sql.push(text);
        sql.drop_with(cat!["DROP VIEW ", self.named.quoted()]);
        sql
    }
}

fn default_queries(_caps: &Caps) -> Vec<Select> {
    let defaults = Select::from(
        "pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum",
    )
    .col("oid", "d.oid")
    .col("schema", "n.nspname")
    .col("name", "c.relname")
    .col("owner", "NULL")
    .col("relation", "c.oid")
    .col("column_name", "a.attname")
    .col("definition", "pg_catalog.pg_get_expr(d.adbin, d.adrelid)")
    .filter("c.relkind = 'v'")
    .made_by_users("c.oid", class::PG_CLASS)
    .in_user_schema("c.relnamespace");
    vec![defaults]
}

fn build_defaults(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    rows.iter()
        .flat_map(Rows::iter)
        .map(|row| default(&row))
        .collect()
}

fn default(row: &Row<'_>) -> Result<Loaded> {
    let named = Named::decode(row)?;
    let column = row.owned("column_name")?;
    let what = || cat!["the default of ", named.quoted(), ".", ident(&column)];
    let definition = server_sql(row.bytes("definition")?, what)?;
    let alter = cat![
        "ALTER VIEW ",
        named.quoted(),
        " ALTER COLUMN ",
        ident(&column)
    ];
    let mut sql = Sql::default();
    sql.push(cat![alter, " SET DEFAULT ", definition]);
    let mut identity = named.identity();
    identity.detail = column;
    Ok(Loaded {
        address: Some(named.address(class::PG_ATTRDEF)),
        table: Some(Address::new(class::PG_CLASS, row.num("relation")?)),
        ..Loaded::new("view_default", Section::PreData, identity, sql)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_in_a_loop_begins_as_a_dummy() {
        let view = View {
            named: Named {
                oid: 5,
                schema: Some("public".into()),
                name: "v".into(),
                owner: Some("o".into()),
            },
            rule: 6,
            options: "security_barrier=true".into(),
            definition: "SELECT 1 AS a".into(),
            columns: vec![Column {
                number: 1,
                name: "A".into(),
                of_type: "text".into(),
                collation: Some("public.c".into()),
            }],
        };
        let loaded = view.clone().loaded();
        assert_eq!(
            loaded.sql.create[0].text,
            "CREATE VIEW public.v WITH (security_barrier=true) AS\nSELECT 1 AS a"
        );
        assert_eq!(
            view.without(&[0]).create[0].text,
            "CREATE VIEW public.v AS\nSELECT\n    NULL::text COLLATE public.c AS \"A\""
        );
        assert_eq!(
            loaded.parts[0].separate.create[0].text,
            "CREATE OR REPLACE VIEW public.v WITH (security_barrier=true) AS\nSELECT 1 AS a"
        );
    }
}
