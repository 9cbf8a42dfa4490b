//! Tables from their row sets.

use std::collections::HashMap;
use std::sync::Arc;

use super::column::Column;
use super::identity::IdentitySequence;
use super::model::{Check, Sort, Table, orphan};
use super::query;
use super::render::Cut;
use super::separate::{Remainder, parts, provides, unvalidated};
use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference, Renderer};
use crate::postgres::quote::qualified;
use crate::sql::rows::{Row, Rows};

/// Ordinary and partitioned tables.
pub const TABLE: Kind = Kind::new(
    "table",
    |caps| query::all(caps, "'r', 'p'"),
    |context, rows| build("table", context, rows),
);

/// Foreign tables.
pub const FOREIGN_TABLE: Kind = Kind::new(
    "foreign_table",
    |caps| query::all(caps, "'f'"),
    |context, rows| build("foreign_table", context, rows),
);

fn build(kind: &'static str, context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let mut tables = Tables::read(rows)?;
    tables
        .list
        .iter_mut()
        .for_each(|table| table.leave_out(context));
    let tables = tables.list.into_iter();
    Ok(tables.flat_map(|table| loaded(kind, table)).collect())
}

/// Tables in the making.
struct Tables {
    list: Vec<Table>,
    by_oid: HashMap<u32, usize>,
}

impl Tables {
    fn read(rows: &[Rows]) -> Result<Self> {
        let sets = |at: usize| rows.get(at).into_iter().flat_map(Rows::iter);
        let list: Vec<Table> = sets(0)
            .map(|row| Table::decode(&row))
            .collect::<Result<_>>()?;
        let by_oid = list.iter().enumerate().map(|(at, table)| (table.oid, at));
        let mut tables = Self {
            by_oid: by_oid.collect(),
            list,
        };
        for row in sets(1) {
            tables.of(&row)?.columns.push(Column::decode(&row)?);
        }
        for table in &mut tables.list {
            table.columns.shrink_to_fit();
        }
        for row in sets(2) {
            tables.of(&row)?.checks.push(Check::decode(&row)?);
        }
        for row in sets(3) {
            let parent = qualified(row.bytes("schema")?, row.bytes("name")?);
            tables.of(&row)?.parents.push(parent);
        }
        for row in sets(4) {
            tables.add_identity(&row)?;
        }
        Ok(tables)
    }

    /// The table that a row of another set belongs to.
    fn of(&mut self, row: &Row<'_>) -> Result<&mut Table> {
        let oid: u32 = row.num("table_oid")?;
        let at = self.by_oid.get(&oid).copied();
        let table = at.and_then(|at| self.list.get_mut(at));
        table.ok_or_else(|| orphan("a part", oid))
    }

    fn add_identity(&mut self, row: &Row<'_>) -> Result<()> {
        let number: i32 = row.num("number")?;
        let table = self.of(row)?;
        let column = table.columns.iter_mut().find(|c| c.number == number);
        let column = column.ok_or_else(|| orphan("an identity column", number.unsigned_abs()))?;
        column.identity = Some(Box::new(IdentitySequence::decode(row)?));
        Ok(())
    }
}

fn loaded(kind: &'static str, table: Table) -> Vec<Loaded> {
    let separate = unvalidated(&table);
    let table = Arc::new(table);
    let identity = Identity {
        schema: Some(table.schema.clone()),
        name: table.name.clone(),
        owner: Some(table.owner.clone()),
        ..Identity::default()
    };
    let new = Loaded::new(
        kind,
        Section::PreData,
        identity,
        table.render(&Cut::default()),
    );
    let columns = table.columns.iter().map(|c| (c.number, c.name.clone()));
    let parts = parts(&table);
    // A table that nothing can be cut out of is not needed any more.
    let renderer = || Arc::new(Remainder(Arc::clone(&table))) as Arc<dyn Renderer>;
    let own = Loaded {
        address: Some(Address::new(class::PG_CLASS, table.oid)),
        provides: provides(&table),
        reference: Some(reference(&table)),
        renderer: (!parts.is_empty()).then(renderer),
        parts,
        columns: columns.collect(),
        ..new
    };
    [own].into_iter().chain(separate).collect()
}

fn reference(table: &Table) -> Reference {
    let keyword = table.sort.keyword();
    Reference {
        grant_keyword: Some("TABLE"),
        owner_keyword: Some(match table.sort {
            Sort::Foreign { .. } => "FOREIGN TABLE",
            Sort::Ordinary | Sort::Partitioned(_) => "TABLE",
        }),
        ..Reference::all(keyword, table.quoted())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::postgres::version::Caps;

    /// One row of the row set that the query gives, all NULL but for these.
    fn set(query: usize, given: &[&[(&str, &str)]]) -> Rows {
        let select = &query::all(&Caps::new(180_000), "'r'")[query];
        let columns: Vec<String> = select.names().map(String::from).collect();
        let mut rows = Rows::new(columns.clone());
        for row in given {
            let value = |column: &String| {
                let found = row.iter().find(|(name, _)| name == column);
                found.map(|(_, value)| *value)
            };
            rows.push(columns.iter().map(value)).unwrap();
        }
        rows
    }

    fn context() -> BuildContext {
        BuildContext::whole(Caps::new(180_000), "d".into())
    }

    const TABLE_ROW: &[(&str, &str)] = &[
        ("oid", "20"),
        ("schema", "public"),
        ("name", "T"),
        ("owner", "me"),
        ("kind", "r"),
        ("persistence", "u"),
        ("is_partition", "f"),
        ("options", "fillfactor='70'"),
        ("toast_options", "toast.autovacuum_enabled='false'"),
        ("tablespace", "fast"),
        ("replica_identity", "f"),
    ];
    const COLUMN: &[(&str, &str)] = &[
        ("table_oid", "20"),
        ("number", "1"),
        ("name", "a"),
        ("type", "text"),
        ("collation", "C"),
        ("collation_schema", "pg_catalog"),
        ("local", "t"),
        ("default_oid", "30"),
        ("default_expression", "'x'::text"),
        ("not_null", "t"),
        ("not_null_oid", "31"),
        ("not_null_name", "nn"),
        ("not_null_local", "t"),
        ("not_null_validated", "t"),
        ("storage", "m"),
    ];
    const INHERITED: &[(&str, &str)] = &[
        ("table_oid", "20"),
        ("number", "2"),
        ("name", "b"),
        ("type", "integer"),
        ("local", "f"),
        ("parent_default", "t"),
        ("not_null", "f"),
    ];
    const CHECK: &[(&str, &str)] = &[
        ("table_oid", "20"),
        ("oid", "40"),
        ("name", "c"),
        ("definition", "CHECK (true)"),
        ("local", "t"),
        ("validated", "t"),
    ];
    const LATE: &[(&str, &str)] = &[
        ("table_oid", "20"),
        ("oid", "41"),
        ("name", "late"),
        ("definition", "CHECK (false) NOT VALID"),
        ("local", "t"),
        ("validated", "f"),
    ];
    const PARENT: &[(&str, &str)] = &[("table_oid", "20"), ("schema", "s"), ("name", "p")];

    fn objects() -> Vec<Loaded> {
        let rows = [
            set(0, &[TABLE_ROW]),
            set(1, &[COLUMN, INHERITED]),
            set(2, &[CHECK, LATE]),
            set(3, &[PARENT]),
            set(4, &[]),
        ];
        (TABLE.build)(&context(), &rows).unwrap()
    }

    fn texts(sql: &crate::postgres::render::Sql) -> Vec<String> {
        sql.create.iter().map(|s| s.text.to_string()).collect()
    }

    #[test]
    fn rows_become_a_table_and_what_follows_its_rows() {
        let objects = objects();
        assert_eq!(
            texts(&objects[0].sql),
            [
                "CREATE UNLOGGED TABLE public.\"T\" (\n    \
                 a text COLLATE pg_catalog.\"C\" DEFAULT 'x'::text CONSTRAINT nn NOT NULL,\n    \
                 CONSTRAINT c CHECK (true)\n)\nINHERITS (s.p)\n\
                 WITH (fillfactor='70', toast.autovacuum_enabled='false')\nTABLESPACE fast",
                "ALTER TABLE ONLY public.\"T\" ALTER COLUMN a SET STORAGE MAIN",
                "ALTER TABLE ONLY public.\"T\" ALTER COLUMN b DROP DEFAULT",
                "ALTER TABLE ONLY public.\"T\" REPLICA IDENTITY FULL",
            ]
        );
        assert_eq!(objects[1].section, Section::PostData);
        assert_eq!(
            texts(&objects[1].sql),
            ["ALTER TABLE public.\"T\" ADD CONSTRAINT late CHECK (false) NOT VALID"]
        );
        assert_eq!(objects[0].columns, [(1, "a".into()), (2, "b".into())]);
        assert_eq!(
            objects[0].provides,
            [Address::new(class::PG_CONSTRAINT, 31)]
        );
    }

    #[test]
    fn defaults_and_checks_can_be_cut_out() {
        let objects = objects();
        let table = &objects[0];
        let kinds: Vec<_> = table.parts.iter().map(|part| part.kind).collect();
        assert_eq!(kinds, ["column_default", "constraint"]);
        let renderer = table.renderer.as_ref().unwrap();
        assert!(renderer.cut_out(1).is_some() && renderer.cut_out(2).is_none());
        let rest = renderer.without(&[0, 1]);
        let create = texts(&rest)[0].clone();
        assert!(
            !create.contains("DEFAULT") && !create.contains("CHECK"),
            "{create}"
        );
        assert_eq!(
            texts(&renderer.cut_out(0).unwrap().sql),
            ["ALTER TABLE ONLY public.\"T\" ALTER COLUMN a SET DEFAULT 'x'::text"]
        );
    }

    #[test]
    fn a_column_without_its_table_is_an_error() {
        let rows = [set(0, &[]), set(1, &[COLUMN])];
        let error = (TABLE.build)(&context(), &rows).unwrap_err();
        assert!(error.line().contains("oid 20"), "{error}");
    }
}
