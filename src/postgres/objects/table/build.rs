//! Tables from their row sets.

use std::collections::HashSet;
use std::sync::Arc;

use super::column::Column;
use super::identity::IdentitySequence;
use super::model::{Check, Sort, Table, orphan};
use super::query;
use super::render::Cut;
use super::separate::{Remainder, parts, provides, unvalidated};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Give, Kind, Loaded, Reference, Renderer};
use crate::postgres::quote::qualified;
use crate::sql::rows::{Row, Rows};

/// Ordinary and partitioned tables.
pub const TABLE: Kind = Kind::each(
    "table",
    |caps| query::all(caps, "'r', 'p'"),
    |context, rows, give| build("table", context, rows, give),
);

/// Foreign tables.
pub const FOREIGN_TABLE: Kind = Kind::each(
    "foreign_table",
    |caps| query::all(caps, "'f'"),
    |context, rows, give| build("foreign_table", context, rows, give),
);

/// One table after the other: what all of them are made of is many times their statements.
fn build(kind: &'static str, context: &BuildContext, rows: &[Rows], give: Give<'_>) -> Result<()> {
    let sets = Sets::new(rows)?;
    for row in sets.tables.iter() {
        let mut table = sets.table(&row)?;
        table.leave_out(context);
        loaded(kind, context, table)
            .into_iter()
            .try_for_each(&mut *give)?;
    }
    Ok(())
}

/// The row sets of [`query::all`].
struct Sets<'r> {
    tables: &'r Rows,
    columns: ByTable<'r>,
    checks: ByTable<'r>,
    parents: ByTable<'r>,
    identities: ByTable<'r>,
}

impl<'r> Sets<'r> {
    fn new(rows: &'r [Rows]) -> Result<Self> {
        let [tables, columns, checks, parents, identities] = rows else {
            let what = format!("{} row sets make no table", rows.len());
            return Err(Error::new(ErrorKind::Internal, what));
        };
        let oids = tables.iter().map(|row| row.num("oid"));
        let oids = oids.collect::<Result<HashSet<u32>>>()?;
        Ok(Self {
            tables,
            columns: ByTable::new(columns, &oids)?,
            checks: ByTable::new(checks, &oids)?,
            parents: ByTable::new(parents, &oids)?,
            identities: ByTable::new(identities, &oids)?,
        })
    }

    fn table(&self, row: &Row<'_>) -> Result<Table> {
        let mut table = Table::decode(row)?;
        let columns = self.columns.of(table.oid);
        table.columns = columns
            .map(|row| Column::decode(&row))
            .collect::<Result<_>>()?;
        let checks = self.checks.of(table.oid);
        table.checks = checks
            .map(|row| Check::decode(&row))
            .collect::<Result<_>>()?;
        for row in self.parents.of(table.oid) {
            let parent = qualified(row.bytes("schema")?, row.bytes("name")?);
            table.parents.push(parent);
        }
        for row in self.identities.of(table.oid) {
            add_identity(&mut table, &row)?;
        }
        Ok(table)
    }
}

fn add_identity(table: &mut Table, row: &Row<'_>) -> Result<()> {
    let number: i32 = row.num("number")?;
    let column = table.columns.iter_mut().find(|c| c.number == number);
    let column = column.ok_or_else(|| orphan("an identity column", number.unsigned_abs()))?;
    column.identity = Some(Box::new(IdentitySequence::decode(row)?));
    Ok(())
}

/// The rows of a set by the table that they belong to, each table's in the set's own order.
struct ByTable<'r> {
    rows: &'r Rows,
    /// The table's oid and the row's number, ascending.
    order: Vec<(u32, u32)>,
}

impl<'r> ByTable<'r> {
    /// A row of a table that is not among these is an error.
    fn new(rows: &'r Rows, tables: &HashSet<u32>) -> Result<Self> {
        let mut order = Vec::with_capacity(rows.len());
        for (row, number) in rows.iter().zip(0..) {
            let oid = row.num("table_oid")?;
            if !tables.contains(&oid) {
                return Err(orphan("a part", oid));
            }
            order.push((oid, number));
        }
        order.sort_unstable();
        Ok(Self { rows, order })
    }

    fn of(&self, table: u32) -> impl Iterator<Item = Row<'r>> {
        let first = self.order.partition_point(|(oid, _)| *oid < table);
        let own = self.order.iter().skip(first);
        let own = own.take_while(move |(oid, _)| *oid == table);
        own.filter_map(|(_, number)| self.rows.row(*number as usize))
    }
}

fn loaded(kind: &'static str, context: &BuildContext, table: Table) -> Vec<Loaded> {
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
    // A table that nothing need be cut out of is not needed any more.
    let cut = parts.iter().any(|part| context.may_be_cut(part.address));
    let renderer = || Arc::new(Remainder(Arc::clone(&table))) as Arc<dyn Renderer>;
    let own = Loaded {
        address: Some(Address::new(class::PG_CLASS, table.oid)),
        provides: provides(&table),
        reference: Some(reference(&table)),
        renderer: cut.then(renderer),
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
        ("row_security_forced", "t"),
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
        TABLE.all(&context(), &rows).unwrap()
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
                "ALTER TABLE ONLY public.\"T\" FORCE ROW LEVEL SECURITY",
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
        let rows = [
            set(0, &[]),
            set(1, &[COLUMN]),
            set(2, &[]),
            set(3, &[]),
            set(4, &[]),
        ];
        let error = TABLE.all(&context(), &rows).unwrap_err();
        assert!(error.line().contains("oid 20"), "{error}");
    }
}
