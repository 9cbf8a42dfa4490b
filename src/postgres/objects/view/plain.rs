//! Views. Where one closes a loop of dependencies (a query by a primary key, a function over the
//! view's rows) a stand-in with the same columns comes first, and its query later.

use std::collections::HashMap;
use std::sync::Arc;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::table::settings::options_list;
use crate::postgres::objects::{BuildContext, CutOut, Kind, Loaded, Part, Reference, Renderer};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, join, server_sql};
use crate::postgres::select::Select;
use crate::sql::rows::{Row, Rows};

/// Views, and defaults of their columns.
pub const VIEW: Kind = Kind::new("view", |_| vec![views(), columns()], build);

fn views() -> Select {
    Select::from(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.ev_type = '1'",
    )
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.relname")
    .col("owner", "pg_catalog.pg_get_userbyid(c.relowner)")
    .col("rule_oid", "r.oid")
    .col("definition", "pg_catalog.pg_get_viewdef(c.oid)")
    .col("options", options_list("c.reloptions", ""))
    .filter("c.relkind = 'v'")
    .of_user_relation("c")
}

fn columns() -> Select {
    Select::from(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
         AND a.attnum > 0 AND NOT a.attisdropped \
         LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation \
         AND a.attcollation <> t.typcollation \
         LEFT JOIN pg_catalog.pg_namespace on_ ON on_.oid = o.collnamespace",
    )
    .col("table_oid", "c.oid")
    .col("number", "a.attnum")
    .col("name", "a.attname")
    .col("type", "pg_catalog.format_type(a.atttypid, a.atttypmod)")
    .col("collation", "o.collname")
    .col("collation_schema", "on_.nspname")
    .col("default_oid", "d.oid")
    .col(
        "default_expression",
        "pg_catalog.pg_get_expr(d.adbin, d.adrelid)",
    )
    .filter("c.relkind = 'v'")
    .of_user_relation("c")
    .order("a.attrelid, a.attnum")
}

/// A view.
#[derive(Debug, Clone, Default)]
struct View {
    oid: u32,
    schema: BString,
    name: BString,
    owner: BString,
    rule_oid: u32,
    definition: BString,
    options: Option<BString>,
    columns: Vec<Column>,
}

/// A view's column.
#[derive(Debug, Clone, Default)]
struct Column {
    number: i32,
    name: BString,
    type_name: BString,
    collation: Option<BString>,
    /// The oid in pg_attrdef and the expression.
    default: Option<(u32, BString)>,
}

impl Column {
    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let collation = match row.opt("collation")? {
            Some(collation) => Some(qualified(row.bytes("collation_schema")?, collation)),
            None => None,
        };
        let default = match row.opt_num("default_oid")? {
            Some(oid) => {
                let what = || cat!["the default of column ", &name];
                let expression = server_sql(row.bytes("default_expression")?, what)?;
                Some((oid, expression))
            }
            None => None,
        };
        Ok(Self {
            number: row.num("number")?,
            type_name: row.owned("type")?,
            collation,
            default,
            name,
        })
    }

    /// `NULL::type AS name`.
    fn stand_in(&self) -> BString {
        let collate = match &self.collation {
            Some(collation) => cat![" COLLATE ", collation],
            None => BString::default(),
        };
        cat![
            "NULL::",
            &self.type_name,
            collate,
            " AS ",
            ident(&self.name)
        ]
    }
}

impl View {
    fn decode(row: &Row<'_>, columns: Vec<Column>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the view ", &name];
        Ok(Self {
            oid: row.num("oid")?,
            schema: row.owned("schema")?,
            owner: row.owned("owner")?,
            rule_oid: row.num("rule_oid")?,
            definition: server_sql(row.bytes("definition")?, what)?,
            options: row.opt_owned("options")?,
            columns,
            name,
        })
    }

    fn quoted(&self) -> BString {
        qualified(&self.schema, &self.name)
    }

    fn with_query(&self, create: &str) -> BString {
        let options = match &self.options {
            Some(options) => cat![" WITH (", options, ")"],
            None => BString::default(),
        };
        let head = cat![create, " VIEW ", self.quoted(), options];
        cat![head, " AS\n", &self.definition]
    }

    fn stand_in(&self, create: &str) -> BString {
        let columns = join(self.columns.iter().map(Column::stand_in), ",\n    ");
        cat![
            create,
            " VIEW ",
            self.quoted(),
            " AS\nSELECT\n    ",
            columns
        ]
    }

    fn sql(&self, create: BString) -> Sql {
        let mut sql = Sql::default();
        sql.push(create);
        sql.drop_with(cat!["DROP VIEW ", self.quoted()]);
        sql
    }

    fn identity(&self) -> Identity {
        Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            owner: Some(self.owner.clone()),
            ..Identity::default()
        }
    }

    /// The query, cut out.
    fn cut_out(&self) -> CutOut {
        let mut sql = Sql::default();
        sql.push(self.with_query("CREATE OR REPLACE"));
        sql.drop_with(self.stand_in("CREATE OR REPLACE"));
        CutOut {
            section: Section::PreData,
            identity: Identity {
                owner: None,
                ..self.identity()
            },
            sql,
        }
    }

    fn column_default(&self, column: &Column) -> Option<Loaded> {
        let (oid, expression) = column.default.as_ref()?;
        let alter = cat![
            "ALTER VIEW ",
            self.quoted(),
            " ALTER COLUMN ",
            ident(&column.name)
        ];
        let mut sql = Sql::default();
        sql.push(cat![&alter, " SET DEFAULT ", expression]);
        sql.drop_with(cat![alter, " DROP DEFAULT"]);
        let identity = Identity {
            detail: column.name.clone(),
            owner: None,
            ..self.identity()
        };
        let view = Address::new(class::PG_CLASS, self.oid);
        Some(Loaded {
            address: Some(Address::new(class::PG_ATTRDEF, *oid)),
            needs: vec![view],
            table: Some(view),
            ..Loaded::new("column_default", Section::PreData, identity, sql)
        })
    }

    fn loaded(self) -> Vec<Loaded> {
        let defaults: Vec<Loaded> = self
            .columns
            .iter()
            .filter_map(|c| self.column_default(c))
            .collect();
        let keyword = "VIEW";
        let reference = Reference {
            grant_keyword: Some("TABLE"),
            ..Reference::all(keyword, self.quoted())
        };
        let sql = self.sql(self.with_query("CREATE"));
        let new = Loaded::new("view", Section::PreData, self.identity(), sql);
        let columns = self.columns.iter().map(|c| (c.number, c.name.clone()));
        let own = Loaded {
            address: Some(Address::new(class::PG_CLASS, self.oid)),
            reference: Some(reference),
            columns: columns.collect(),
            parts: vec![Part {
                kind: "view_rule",
                address: Address::new(class::PG_REWRITE, self.rule_oid),
            }],
            renderer: Some(Arc::new(StandIn(self))),
            ..new
        };
        [own].into_iter().chain(defaults).collect()
    }
}

/// A view without its query.
#[derive(Debug)]
struct StandIn(View);

impl Renderer for StandIn {
    fn without(&self, parts: &[usize]) -> Sql {
        let view = &self.0;
        match parts.is_empty() {
            true => view.sql(view.with_query("CREATE")),
            false => view.sql(view.stand_in("CREATE")),
        }
    }

    fn cut_out(&self, part: usize) -> Option<CutOut> {
        (part == 0).then(|| self.0.cut_out())
    }
}

fn build(_: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let sets = |at: usize| rows.get(at).into_iter().flat_map(Rows::iter);
    let mut columns: HashMap<u32, Vec<Column>> = HashMap::new();
    for row in sets(1) {
        let of = columns.entry(row.num("table_oid")?).or_default();
        of.push(Column::decode(&row)?);
    }
    let mut objects = Vec::new();
    for row in sets(0) {
        let own = columns.remove(&row.num("oid")?).unwrap_or_default();
        objects.extend(View::decode(&row, own)?.loaded());
    }
    Ok(objects)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn view() -> View {
        let column = |name: &str, collation: Option<&str>| Column {
            name: name.into(),
            type_name: "text".into(),
            collation: collation.map(BString::from),
            ..Column::default()
        };
        View {
            schema: "public".into(),
            name: "v".into(),
            definition: " SELECT a,\n    b\n   FROM public.t".into(),
            options: Some("security_barrier='true'".into()),
            columns: vec![column("a", None), column("B", Some("pg_catalog.\"C\""))],
            ..View::default()
        }
    }

    #[test]
    fn a_view_or_its_stand_in() {
        let loaded = view().loaded().remove(0);
        assert_eq!(
            loaded.sql.create[0].text,
            "CREATE VIEW public.v WITH (security_barrier='true') AS\n SELECT a,\n    b\n   \
             FROM public.t"
        );
        let renderer = loaded.renderer.unwrap();
        let stand_in = renderer.without(&[0]);
        assert_eq!(
            stand_in.create[0].text,
            "CREATE VIEW public.v AS\nSELECT\n    NULL::text AS a,\n    \
             NULL::text COLLATE pg_catalog.\"C\" AS \"B\""
        );
        let query = &renderer.cut_out(0).unwrap().sql.create[0].text;
        assert!(
            query.starts_with(b"CREATE OR REPLACE VIEW public.v WITH"),
            "{query}"
        );
    }
}
