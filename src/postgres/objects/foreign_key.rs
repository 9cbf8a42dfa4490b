//! Foreign keys. Catalog: pg_constraint. Those that a partition has from its table are the
//! table's.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::{Address, class, step};
use crate::postgres::objects::on_table::OnTable;
use crate::postgres::objects::{BuildContext, Give, Kind, Loaded};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// Foreign keys.
pub const FOREIGN_KEY: Kind = Kind::each(
    "foreign_key",
    |caps| vec![query(caps), attached_indexes()],
    build,
);

fn query(caps: &Caps) -> Select {
    let select = Select::from(
        "pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
    );
    OnTable::columns(select, "k.oid", "k.conname")
        .col("definition", "pg_catalog.pg_get_constraintdef(k.oid)")
        .col("is_partitioned", "c.relkind = 'p'")
        .col("index_oid", "k.conindid")
        .filter("k.contype = 'f'")
        .filter(if caps.conparentid() {
            "k.conparentid = 0"
        } else {
            "true"
        })
        .of_user_relation("c")
}

/// Which index is attached to which.
fn attached_indexes() -> Select {
    Select::from(
        "pg_catalog.pg_inherits h JOIN pg_catalog.pg_class i ON i.oid = h.inhrelid \
         AND i.relkind IN ('i', 'I')",
    )
    .col("parent", "h.inhparent")
    .col("child", "i.oid")
}

/// A foreign key.
#[derive(Debug, Clone, Default)]
struct ForeignKey {
    on: OnTable,
    definition: BString,
    is_partitioned: bool,
    index_oid: u32,
}

impl ForeignKey {
    fn decode(row: &Row<'_>) -> Result<Self> {
        let on = OnTable::decode(row)?;
        let what = || cat!["the foreign key ", &on.name];
        Ok(Self {
            definition: server_sql(row.bytes("definition")?, what)?,
            is_partitioned: row.bool("is_partitioned")?,
            index_oid: row.num("index_oid")?,
            on,
        })
    }

    /// On a partitioned table it is always for the partitions too.
    fn render(&self) -> Sql {
        let only = if self.is_partitioned { "" } else { "ONLY " };
        let table = self.on.table();
        let alter = cat!["ALTER TABLE ", only, table];
        let name = ident(&self.on.name);
        let mut sql = Sql::default();
        sql.push(cat![
            &alter,
            "\n    ADD CONSTRAINT ",
            &name,
            " ",
            &self.definition
        ]);
        sql.drop_with(cat![alter, " DROP CONSTRAINT ", name]);
        sql
    }

    fn loaded(&self, attached: &Attached) -> Loaded {
        let identity = self.on.identity();
        Loaded {
            address: Some(self.on.address(class::PG_CONSTRAINT)),
            reference: Some(self.on.reference("CONSTRAINT")),
            needs: attached.steps(self.index_oid),
            table: Some(self.on.table_address()),
            ..Loaded::new("foreign_key", Section::PostData, identity, self.render())
        }
    }
}

/// Indexes by the index that they are attached to.
struct Attached(HashMap<u32, Vec<u32>>);

impl Attached {
    fn decode(rows: Option<&Rows>) -> Result<Self> {
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for row in rows.into_iter().flat_map(Rows::iter) {
            let child = row.num("child")?;
            children.entry(row.num("parent")?).or_default().push(child);
        }
        Ok(Self(children))
    }

    /// A partitioned table can be referenced once its key is complete: every attaching below it.
    fn steps(&self, index: u32) -> Vec<Address> {
        let mut steps = Vec::new();
        let mut open = vec![index];
        while let Some(index) = open.pop() {
            let children = self.0.get(&index).into_iter().flatten();
            open.extend(children.clone());
            steps.extend(children.copied().map(step::index_attach));
        }
        steps
    }
}

fn build(_: &BuildContext, rows: &[Rows], give: Give<'_>) -> Result<()> {
    let attached = Attached::decode(rows.get(1))?;
    let mut rows = rows.first().into_iter().flat_map(Rows::iter);
    rows.try_for_each(|row| give(ForeignKey::decode(&row)?.loaded(&attached)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_every_index_below_the_referenced_one() {
        let tree = [(1, vec![2, 3]), (2, vec![4])];
        let attached = Attached(tree.into_iter().collect());
        let key = ForeignKey {
            index_oid: 1,
            is_partitioned: true,
            definition: "FOREIGN KEY (a) REFERENCES public.p(a)".into(),
            on: OnTable {
                schema: "public".into(),
                table_name: "t".into(),
                name: "f".into(),
                ..OnTable::default()
            },
        };
        let loaded = key.loaded(&attached);
        let mut needs = loaded.needs;
        needs.sort();
        assert_eq!(needs, [2, 3, 4].map(step::index_attach));
        assert_eq!(
            loaded.sql.create[0].text,
            "ALTER TABLE public.t\n    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES public.p(a)"
        );
    }
}
