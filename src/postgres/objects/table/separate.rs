//! What stands outside of a table's own entry: parts that can be cut out of it, and constraints
//! that the rows may break.

use std::sync::Arc;

use bstr::BString;

use super::column::{Column, Value};
use super::model::Table;
use super::render::Cut;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{CutOut, Loaded, Part, Renderer};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat};

/// Renders a table without parts, which are numbered as in [`parts`].
#[derive(Debug)]
pub(super) struct Remainder(pub(super) Arc<Table>);

impl Renderer for Remainder {
    fn without(&self, parts: &[usize]) -> Sql {
        let table = &self.0;
        let defaults: Vec<usize> = table.defaults().map(|(at, _)| at).collect();
        let checks: Vec<usize> = table.inline_checks().map(|(at, _)| at).collect();
        let mut cut = Cut::default();
        for &part in parts {
            match part.checked_sub(defaults.len()) {
                None => cut.defaults.extend(defaults.get(part)),
                Some(part) => cut.checks.extend(checks.get(part)),
            }
        }
        table.render(&cut)
    }

    fn cut_out(&self, part: usize) -> Option<CutOut> {
        let table = &self.0;
        match part.checked_sub(table.defaults().count()) {
            None => default(table, table.defaults().nth(part)?.1),
            Some(part) => {
                let (_, check) = table.inline_checks().nth(part)?;
                Some(CutOut {
                    section: Section::PostData,
                    identity: identity(table, &check.name),
                    sql: add_constraint(table, &check.name, &check.definition),
                })
            }
        }
    }
}

/// What can be cut out: first the defaults, then the checks.
pub(super) fn parts(table: &Table) -> Vec<Part> {
    let part = |kind, address| Part { kind, address };
    let defaults = table.defaults().filter_map(|(_, column)| {
        let Value::Default(oid, _) = column.value else {
            return None;
        };
        Some(part("column_default", Address::new(class::PG_ATTRDEF, oid)))
    });
    let checks = table.inline_checks();
    let checks =
        checks.map(|(_, check)| part("constraint", Address::new(class::PG_CONSTRAINT, check.oid)));
    defaults.chain(checks).collect()
}

fn default(table: &Table, column: &Column) -> Option<CutOut> {
    let Value::Default(_, expression) = &column.value else {
        return None;
    };
    let alter = cat![table.alter(), " ALTER COLUMN ", ident(&column.name)];
    let mut separate = Sql::default();
    separate.push(cat![&alter, " SET DEFAULT ", expression]);
    separate.drop_with(cat![&alter, " DROP DEFAULT"]);
    Some(CutOut {
        section: Section::PreData,
        identity: identity(table, &column.name),
        sql: separate,
    })
}

/// Checks and NOT NULLs that are not valid: after the rows, which may break them. Inherited ones
/// come with the parent's.
pub(super) fn unvalidated(table: &Table) -> Vec<Loaded> {
    let checks = table.checks.iter().filter(|c| c.local && !c.validated);
    let checks = checks.map(|check| constraint(table, check.oid, &check.name, &check.definition));
    let not_nulls = table.columns.iter().filter_map(|column| {
        let not_null = column.not_null.as_ref();
        let not_null = not_null.filter(|n| n.local && !n.validated)?;
        let definition = cat![
            "NOT NULL ",
            ident(&column.name),
            if not_null.no_inherit {
                " NO INHERIT"
            } else {
                ""
            },
            " NOT VALID",
        ];
        let name = &not_null.full_name;
        Some(constraint(table, not_null.oid?, name, &definition))
    });
    checks.chain(not_nulls).collect()
}

fn constraint(table: &Table, oid: u32, name: &BString, definition: &BString) -> Loaded {
    let sql = add_constraint(table, name, definition);
    let address = Address::new(class::PG_CONSTRAINT, oid);
    Loaded {
        address: Some(address),
        table: Some(Address::new(class::PG_CLASS, table.oid)),
        ..Loaded::new("constraint", Section::PostData, identity(table, name), sql)
    }
}

/// Not `ONLY`: what inherits from the table gets it too.
fn add_constraint(table: &Table, name: &BString, definition: &BString) -> Sql {
    let alter = cat!["ALTER TABLE ", table.quoted()];
    let mut sql = Sql::default();
    sql.push(cat![
        &alter,
        " ADD CONSTRAINT ",
        ident(name),
        " ",
        definition
    ]);
    sql.drop_with(cat![&alter, " DROP CONSTRAINT ", ident(name)]);
    sql
}

/// Names what is inside a table. The table's own check keeps its name there.
fn identity(table: &Table, detail: &BString) -> Identity {
    Identity {
        schema: Some(table.schema.clone()),
        name: table.name.clone(),
        detail: detail.clone(),
        owner: None,
    }
}

/// What is inside the table's entry and has an address: checks and NOT NULLs that are not parts and
/// have no entry of their own, expressions of generated columns.
pub(super) fn provides(table: &Table) -> Vec<Address> {
    let checks = table.checks.iter();
    let checks = checks.filter(|check| !table.includes(check) && (check.validated || !check.local));
    let checks = checks.map(|check| Address::new(class::PG_CONSTRAINT, check.oid));
    let columns = table.columns.iter();
    let inside = columns.flat_map(|column| {
        let not_null = column.not_null.as_ref();
        let not_null = not_null
            .filter(|n| n.validated || !n.local)
            .and_then(|n| n.oid);
        let not_null = not_null.map(|oid| Address::new(class::PG_CONSTRAINT, oid));
        let generated = match column.value {
            Value::Generated(oid, ..) => Some(Address::new(class::PG_ATTRDEF, oid)),
            Value::None | Value::Default(..) => None,
        };
        [not_null, generated].into_iter().flatten()
    });
    checks.chain(inside).collect()
}
