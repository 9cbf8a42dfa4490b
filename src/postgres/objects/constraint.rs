//! Primary keys, unique and exclusion constraints, with the indexes behind them. Catalogs:
//! pg_constraint, pg_index. Not here: checks and NOT NULLs (`table`), foreign keys.

use bstr::BString;

use super::clause::before_where;
use super::index_settings::{self, IndexSettings};
use super::table::settings::options_list;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::plan::entry::Section;
use crate::postgres::address::class;
use crate::postgres::objects::on_table::OnTable;
use crate::postgres::objects::{BuildContext, Give, Kind, Loaded};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// Constraints with an index; checks that stand by themselves have this name too.
pub const CONSTRAINT: Kind = Kind::each("constraint", |caps| vec![query(caps)], build);

fn query(caps: &Caps) -> Select {
    let select = Select::from(
        "pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_class i ON i.oid = k.conindid \
         JOIN pg_catalog.pg_index x ON x.indexrelid = i.oid \
         LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = i.reltablespace",
    );
    let select = OnTable::columns(select, "k.oid", "k.conname")
        .col("index_name", "i.relname")
        .col("definition", "pg_catalog.pg_get_constraintdef(k.oid)")
        .col("type", "k.contype")
        .col("deferrable", "k.condeferrable")
        .col("deferred", "k.condeferred")
        .col("options", options_list("i.reloptions", ""))
        .filter("k.contype IN ('p', 'u', 'x')")
        .of_user_relation("c");
    index_settings::columns(select, caps)
}

/// A constraint with an index.
#[derive(Debug, Clone, Default)]
struct Constraint {
    on: OnTable,
    index_name: BString,
    /// What follows the name, without the storage of the index and without the timing.
    definition: BString,
    /// When it is checked: `DEFERRABLE`, with a space in front.
    timing: &'static str,
    /// The index's storage parameters, where the definition does not have them.
    options: Option<BString>,
    settings: IndexSettings,
}

impl Constraint {
    fn decode(row: &Row<'_>) -> Result<Self> {
        let on = OnTable::decode(row)?;
        let timing = match (row.bool("deferrable")?, row.bool("deferred")?) {
            (_, true) => " DEFERRABLE INITIALLY DEFERRED",
            (true, false) => " DEFERRABLE",
            (false, false) => "",
        };
        let what = || cat!["the constraint ", &on.name];
        let text = server_sql(row.bytes("definition")?, what)?;
        let definition = text.strip_suffix(timing.as_bytes());
        let definition = definition.ok_or_else(|| untimed(&on.name))?.into();
        let is_exclusion = row.letter("type")? == b'x';
        Ok(Self {
            index_name: row.owned("index_name")?,
            options: row.opt_owned("options")?.filter(|_| !is_exclusion),
            settings: IndexSettings::decode(row)?,
            definition,
            timing,
            on,
        })
    }

    fn definition(&self) -> BString {
        let options = match &self.options {
            Some(options) => cat![" WITH (", options, ")"],
            None => BString::default(),
        };
        let storage = cat![
            options,
            self.settings.tablespace(" USING INDEX TABLESPACE ")
        ];
        let definition = before_where(self.definition.as_ref(), storage.as_ref());
        cat![definition, self.timing]
    }

    fn render(&self) -> Sql {
        let table = self.on.table();
        let alter = cat!["ALTER TABLE ONLY ", &table];
        let name = ident(&self.on.name);
        let mut sql = Sql::default();
        sql.push(cat![
            &alter,
            "\n    ADD CONSTRAINT ",
            &name,
            " ",
            self.definition()
        ]);
        let [schema, table, index] =
            [&self.on.schema, &table, &self.index_name].map(|n| n.as_ref());
        for statement in self.settings.statements(schema, table, index) {
            sql.push(statement);
        }
        sql.drop_with(cat![alter, " DROP CONSTRAINT ", name]);
        sql
    }

    fn loaded(&self) -> Loaded {
        let identity = self.on.identity();
        Loaded {
            address: Some(self.on.address(class::PG_CONSTRAINT)),
            reference: Some(self.on.reference("CONSTRAINT")),
            table: Some(self.on.table_address()),
            ..Loaded::new("constraint", Section::PostData, identity, self.render())
        }
    }
}

fn untimed(name: &BString) -> Error {
    let message = format!("the definition of constraint {name} does not end as its row says");
    Error::new(ErrorKind::Internal, message)
}

fn build(context: &BuildContext, rows: &[Rows], give: Give<'_>) -> Result<()> {
    let mut rows = rows.iter().flat_map(Rows::iter);
    rows.try_for_each(|row| {
        let mut constraint = Constraint::decode(&row)?;
        if context.no_tablespaces {
            constraint.settings.forget_tablespace();
        }
        give(constraint.loaded())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_stands_between_the_columns_and_the_timing() {
        let constraint = Constraint {
            on: OnTable {
                schema: "public".into(),
                table_name: "t".into(),
                name: "t_key".into(),
                ..OnTable::default()
            },
            definition: "UNIQUE (a) INCLUDE (b)".into(),
            timing: " DEFERRABLE",
            options: Some("fillfactor='70'".into()),
            ..Constraint::default()
        };
        assert_eq!(
            constraint.render().create[0].text,
            "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_key UNIQUE (a) INCLUDE (b) \
             WITH (fillfactor='70') DEFERRABLE"
        );
    }
}
