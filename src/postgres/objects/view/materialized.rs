//! Materialized views: made empty. Not here: their filling (`refresh`).

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::table::settings::{self, Settings, options_list};
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, join, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// Materialized views.
pub const MATERIALIZED_VIEW: Kind = Kind::new(
    "materialized_view",
    |caps| vec![views(caps), columns(caps)],
    build,
);

fn views(caps: &Caps) -> Select {
    Select::from(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.ev_type = '1' \
         LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace \
         LEFT JOIN pg_catalog.pg_class w ON w.oid = c.reltoastrelid",
    )
    .join_if(
        caps.table_access_methods(),
        "LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname <> 'heap'",
    )
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.relname")
    .col("owner", "pg_catalog.pg_get_userbyid(c.relowner)")
    .col("definition", "pg_catalog.pg_get_viewdef(c.oid)")
    .col("options", options_list("c.reloptions", ""))
    .col("toast_options", options_list("w.reloptions", "toast."))
    .col("tablespace", "s.spcname")
    .col_if(
        caps.table_access_methods(),
        "access_method",
        "m.amname",
        "NULL",
    )
    .col("replica_identity", "c.relreplident")
    .col_if(caps.table_oids(), "oids", "c.relhasoids", "false")
    .filter("c.relkind = 'm'")
    .of_user_relation("c")
}

fn columns(caps: &Caps) -> Select {
    let select = Select::from(
        "pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
         AND a.attnum > 0 AND NOT a.attisdropped \
         LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid",
    )
    .col("table_oid", "c.oid")
    .col("number", "a.attnum")
    .col("name", "a.attname")
    .filter("c.relkind = 'm'")
    .of_user_relation("c")
    .order("a.attrelid, a.attnum");
    settings::columns(select, caps, false)
}

/// A materialized view.
#[derive(Debug, Clone, Default)]
struct View {
    oid: u32,
    schema: BString,
    name: BString,
    owner: BString,
    definition: BString,
    options: Vec<BString>,
    tablespace: Option<BString>,
    access_method: Option<BString>,
    /// `REPLICA IDENTITY`: `FULL` or `NOTHING`.
    replica_identity: Option<&'static str>,
    columns: Vec<Column>,
}

#[derive(Debug, Clone, Default)]
struct Column {
    number: i32,
    name: BString,
    settings: Settings,
}

impl View {
    fn leave_out(&mut self, context: &BuildContext) {
        if context.no_tablespaces {
            self.tablespace = None;
        }
        if context.leave_out.table_access_method {
            self.access_method = None;
        }
        if context.leave_out.toast_compression {
            for column in &mut self.columns {
                column.settings.compression = None;
            }
        }
    }

    fn decode(row: &Row<'_>, columns: Vec<Column>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the materialized view ", &name];
        let oids = row.bool("oids")?.then(|| BString::from("oids=true"));
        let lists = ["options", "toast_options"].map(|list| row.opt_owned(list));
        let [options, toast] = lists;
        let options = [options?, toast?, oids];
        Ok(Self {
            oid: row.num("oid")?,
            schema: row.owned("schema")?,
            owner: row.owned("owner")?,
            definition: server_sql(row.bytes("definition")?, what)?,
            options: options.into_iter().flatten().collect(),
            tablespace: row.opt_owned("tablespace")?,
            access_method: row.opt_owned("access_method")?,
            replica_identity: settings::replica_identity(row.letter("replica_identity")?),
            columns,
            name,
        })
    }

    fn create(&self) -> BString {
        let name = qualified(&self.schema, &self.name);
        let mut lines = vec![cat!["CREATE MATERIALIZED VIEW ", name]];
        let method = self.access_method.as_ref();
        lines.extend(method.map(|method| cat!["USING ", ident(method)]));
        if !self.options.is_empty() {
            lines.push(cat!["WITH (", join(&self.options, ", "), ")"]);
        }
        let tablespace = self.tablespace.as_ref();
        lines.extend(tablespace.map(|space| cat!["TABLESPACE ", ident(space)]));
        cat![
            join(lines, "\n"),
            " AS\n",
            &self.definition,
            "\n WITH NO DATA"
        ]
    }

    fn render(&self) -> Sql {
        let name = qualified(&self.schema, &self.name);
        let mut sql = Sql::default();
        sql.push(self.create());
        for column in &self.columns {
            let statements = column.settings.statements(&name, &column.name);
            statements.into_iter().for_each(|text| sql.push(text));
        }
        if let Some(identity) = self.replica_identity {
            // ALTER MATERIALIZED VIEW has no word for it.
            sql.push(cat![
                "ALTER TABLE ONLY ",
                &name,
                " REPLICA IDENTITY ",
                identity
            ]);
        }
        sql.drop_with(cat!["DROP MATERIALIZED VIEW ", name]);
        sql
    }

    fn loaded(&self) -> Loaded {
        let identity = Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            owner: Some(self.owner.clone()),
            ..Identity::default()
        };
        let name = qualified(&self.schema, &self.name);
        let reference = Reference {
            grant_keyword: Some("TABLE"),
            ..Reference::all("MATERIALIZED VIEW", name)
        };
        let columns = self.columns.iter().map(|c| (c.number, c.name.clone()));
        Loaded {
            address: Some(Address::new(class::PG_CLASS, self.oid)),
            reference: Some(reference),
            columns: columns.collect(),
            ..Loaded::new(
                "materialized_view",
                Section::PreData,
                identity,
                self.render(),
            )
        }
    }
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let sets = |at: usize| rows.get(at).into_iter().flat_map(Rows::iter);
    let mut columns: HashMap<u32, Vec<Column>> = HashMap::new();
    for row in sets(1) {
        columns
            .entry(row.num("table_oid")?)
            .or_default()
            .push(Column {
                number: row.num("number")?,
                name: row.owned("name")?,
                settings: Settings::decode(&row)?,
            });
    }
    let views = sets(0).map(|row| {
        let own = columns.remove(&row.num("oid")?).unwrap_or_default();
        let mut view = View::decode(&row, own)?;
        view.leave_out(context);
        Ok(view.loaded())
    });
    views.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_made_empty() {
        let view = View {
            schema: "public".into(),
            name: "m".into(),
            definition: " SELECT 1 AS a".into(),
            options: vec!["fillfactor='70'".into()],
            tablespace: Some("fast".into()),
            ..View::default()
        };
        assert_eq!(
            view.create(),
            "CREATE MATERIALIZED VIEW public.m\nWITH (fillfactor='70')\nTABLESPACE fast AS\n \
             SELECT 1 AS a\n WITH NO DATA"
        );
    }
}
