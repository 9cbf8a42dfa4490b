//! Materialized views, made without rows. Catalogs: pg_class (relkind `m`), pg_attribute. Their rows
//! come from `refresh`.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::class;
use crate::postgres::objects::named::Named;
use crate::postgres::objects::table::settings::{self, Settings, options_list};
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("materialized_view", queries, build);

#[derive(Debug, Clone)]
struct Column {
    number: i32,
    name: BString,
    settings: Settings,
}

fn queries(caps: &Caps) -> Vec<Select> {
    let method = "CASE WHEN am.amname <> 'heap' THEN am.amname END";
    let views = Select::from(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace \
         LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam \
         LEFT JOIN pg_catalog.pg_class toast ON toast.oid = c.reltoastrelid",
    )
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.relname")
    .col("owner", "pg_catalog.pg_get_userbyid(c.relowner)")
    .col("options", options_list("c.reloptions", ""))
    .col("toast_options", options_list("toast.reloptions", "toast."))
    .col("tablespace", "s.spcname")
    .col_if(caps.table_access_methods(), "method", method, "NULL")
    .col("definition", "pg_catalog.pg_get_viewdef(c.oid)")
    .filter("c.relkind = 'm'")
    .made_by_users("c.oid", class::PG_CLASS)
    .in_user_schema("c.relnamespace");
    let columns = Select::from(
        "pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
         AND c.relkind = 'm' LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid",
    )
    .col("relation", "a.attrelid")
    .col("number", "a.attnum")
    .col("name", "a.attname")
    .filter("a.attnum > 0 AND NOT a.attisdropped")
    .order("a.attrelid, a.attnum");
    vec![views, settings::columns(columns, caps, false)]
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [views, columns] = rows else {
        return Ok(Vec::new());
    };
    let mut of: HashMap<u32, Vec<Column>> = HashMap::new();
    for row in columns.iter() {
        of.entry(row.num("relation")?).or_default().push(Column {
            number: row.num("number")?,
            name: row.owned("name")?,
            settings: Settings::decode(&row)?,
        });
    }
    views
        .iter()
        .map(|row| loaded(&row, context, &mut of))
        .collect()
}

fn loaded(
    row: &Row<'_>,
    context: &BuildContext,
    columns: &mut HashMap<u32, Vec<Column>>,
) -> Result<Loaded> {
    let named = Named::decode(row)?;
    let columns = columns.remove(&named.oid).unwrap_or_default();
    let address = named.address(class::PG_CLASS);
    Ok(Loaded {
        address: Some(address),
        reference: Some(Reference {
            grant_keyword: Some("TABLE"),
            ..Reference::owned("MATERIALIZED VIEW", named.quoted())
        }),
        table: Some(address),
        columns: columns.iter().map(|c| (c.number, c.name.clone())).collect(),
        ..Loaded::new(
            "materialized_view",
            Section::PreData,
            named.identity(),
            sql(row, &named, context, &columns)?,
        )
    })
}

fn sql(row: &Row<'_>, named: &Named, context: &BuildContext, columns: &[Column]) -> Result<Sql> {
    let name = named.quoted();
    let what = || cat!["the query of materialized view ", &name];
    let definition = server_sql(row.bytes("definition")?, what)?;
    let method = row
        .opt("method")?
        .map(|m| cat![" USING ", ident(m)])
        .unwrap_or_default();
    let tablespace = row.opt("tablespace")?.filter(|_| !context.no_tablespaces);
    let tablespace = tablespace
        .map(|t| cat![" TABLESPACE ", ident(t)])
        .unwrap_or_default();
    let mut text = cat![
        "CREATE MATERIALIZED VIEW ",
        &name,
        method,
        options(row)?,
        tablespace
    ];
    text.extend_from_slice(&cat![" AS\n", definition, "\n  WITH NO DATA"]);
    let mut sql = Sql::default();
    sql.push(text);
    for column in columns {
        for statement in column.settings.statements(&name, &column.name) {
            // The same actions, by the name of what is altered.
            let action = statement
                .strip_prefix(b"ALTER TABLE ONLY ")
                .unwrap_or(&statement);
            sql.push(cat!["ALTER MATERIALIZED VIEW ", action]);
        }
    }
    sql.drop_with(cat!["DROP MATERIALIZED VIEW ", name]);
    Ok(sql)
}

fn options(row: &Row<'_>) -> Result<BString> {
    let lists = [row.opt("options")?, row.opt("toast_options")?];
    let lists = lists.into_iter().flatten().filter(|list| !list.is_empty());
    let all = crate::postgres::render::join(lists, ", ");
    Ok(if all.is_empty() {
        all
    } else {
        cat![" WITH (", all, ")"]
    })
}
