//! Indexes that no constraint made. Catalogs: pg_index, pg_class. Not here: those of constraints
//! (`constraint`), the attaching of a partition's (`index_attach`).

use bstr::BString;

use super::clause::before_where;
use super::index_settings::{self, IndexSettings};
use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Give, Kind, Loaded, Reference};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// Indexes.
pub const INDEX: Kind = Kind::each("index", |caps| query(caps).halves("c.oid").into(), build);

fn query(caps: &Caps) -> Select {
    let select = Select::from(
        "pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid \
         JOIN pg_catalog.pg_class c ON c.oid = x.indrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = i.reltablespace",
    )
    .col("oid", "i.oid")
    .col("table_oid", "c.oid")
    .col("schema", "n.nspname")
    .col("table_name", "c.relname")
    .col("name", "i.relname")
    .col("definition", "pg_catalog.pg_get_indexdef(i.oid)")
    .col(
        "usable",
        "i.relkind = 'I' OR (x.indisvalid AND x.indisready)",
    )
    .filter("c.relkind IN ('r', 'p', 'm')")
    .filter(
        "NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.oid \
         AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x'))",
    )
    .of_user_relation("c");
    index_settings::columns(select, caps)
}

/// An index.
#[derive(Debug, Clone, Default)]
struct Index {
    oid: u32,
    table_oid: u32,
    schema: BString,
    table_name: BString,
    name: BString,
    definition: BString,
    usable: bool,
    settings: IndexSettings,
}

impl Index {
    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the index ", &name];
        Ok(Self {
            oid: row.num("oid")?,
            table_oid: row.num("table_oid")?,
            schema: row.owned("schema")?,
            table_name: row.owned("table_name")?,
            definition: server_sql(row.bytes("definition")?, what)?,
            usable: row.bool("usable")?,
            settings: IndexSettings::decode(row)?,
            name,
        })
    }

    fn render(&self) -> Sql {
        let mut sql = Sql::default();
        let tablespace = self.settings.tablespace(" TABLESPACE ");
        sql.push(before_where(self.definition.as_ref(), tablespace.as_ref()));
        let table = qualified(&self.schema, &self.table_name);
        let [schema, table, name] = [&self.schema, &table, &self.name].map(|n| n.as_ref());
        for statement in self.settings.statements(schema, table, name) {
            sql.push(statement);
        }
        sql.drop_with(cat!["DROP INDEX ", qualified(schema, name)]);
        sql
    }

    fn loaded(&self) -> Loaded {
        let identity = Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            ..Identity::default()
        };
        let name = qualified(&self.schema, &self.name);
        let invalid = || "it is invalid: left by a build that failed".to_owned();
        Loaded {
            address: Some(Address::new(class::PG_CLASS, self.oid)),
            reference: Some(Reference::comment_only("INDEX", name)),
            table: Some(Address::new(class::PG_CLASS, self.table_oid)),
            left_out: (!self.usable).then(invalid),
            ..Loaded::new("index", Section::PostData, identity, self.render())
        }
    }
}

fn build(context: &BuildContext, rows: &[Rows], give: Give<'_>) -> Result<()> {
    let mut rows = rows.iter().flat_map(Rows::iter);
    rows.try_for_each(|row| {
        let mut index = Index::decode(&row)?;
        if context.no_tablespaces {
            index.settings.forget_tablespace();
        }
        give(index.loaded())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_index_is_left_out_aloud() {
        let index = Index {
            definition: "CREATE INDEX i ON public.t USING btree (a) WHERE (a > 0)".into(),
            ..Index::default()
        };
        let loaded = index.loaded();
        assert_eq!(loaded.sql.create.len(), 1);
        assert!(loaded.left_out.is_some());
    }
}
