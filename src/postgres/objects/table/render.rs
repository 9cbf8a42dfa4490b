//! A table's statements.

use std::collections::BTreeSet;

use bstr::BString;

use super::column::{Column, Place, Value};
use super::model::{Sort, Table};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, join};

/// What is cut out of a table: positions of columns (their defaults) and of checks.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut {
    pub(super) defaults: BTreeSet<usize>,
    pub(super) checks: BTreeSet<usize>,
}

impl Table {
    /// The statements of all that is not cut out.
    pub(super) fn render(&self, cut: &Cut) -> Sql {
        let mut sql = Sql::default();
        sql.push(self.create(cut));
        for (at, column) in self.columns.iter().enumerate() {
            let statements = self.afterwards(column, !cut.defaults.contains(&at));
            statements.into_iter().for_each(|text| sql.push(text));
        }
        if self.foreign_oids {
            sql.push(cat![
                "ALTER FOREIGN TABLE ONLY ",
                self.quoted(),
                " SET WITH OIDS"
            ]);
        }
        if let Some(identity) = self.replica_identity {
            sql.push(cat![self.alter(), " REPLICA IDENTITY ", identity]);
        }
        if self.row_security_forced {
            sql.push(cat![self.alter(), " FORCE ROW LEVEL SECURITY"]);
        }
        sql.drop_with(cat!["DROP ", self.sort.keyword(), " ", self.quoted()]);
        sql
    }

    /// `ALTER TABLE ONLY …`: right for tables of every sort.
    pub(super) fn alter(&self) -> BString {
        cat!["ALTER TABLE ONLY ", self.quoted()]
    }

    fn create(&self, cut: &Cut) -> BString {
        let unlogged = self.unlogged && matches!(self.sort, Sort::Ordinary);
        let mut text = cat![
            "CREATE ",
            if unlogged { "UNLOGGED " } else { "" },
            self.sort.keyword(),
            " ",
            self.quoted(),
        ];
        if let Some(of_type) = &self.of_type {
            text = cat![text, " OF ", of_type];
        }
        let elements = self.elements(cut);
        if self.of_type.is_none() && elements.is_empty() {
            text = cat![text, " (\n)"];
        } else if !elements.is_empty() {
            text = cat![text, " (\n    ", join(elements, ",\n    "), "\n)"];
        }
        join([vec![text], self.clauses()].concat(), "\n")
    }

    /// What stands between the parentheses.
    fn elements(&self, cut: &Cut) -> Vec<BString> {
        let columns = self.columns.iter().enumerate();
        let columns = columns.filter_map(|(at, column)| {
            let place = Place {
                of_type: self.of_type.is_some(),
                is_partition: self.is_partition,
                with_default: !cut.defaults.contains(&at),
            };
            match self.defines(column) {
                true => column.definition(place),
                false => column.inherited_definition(),
            }
        });
        let checks = self.inline_checks();
        let checks = checks.filter(|(at, _)| !cut.checks.contains(at));
        columns
            .chain(checks.map(|(_, check)| check.clause()))
            .collect()
    }

    /// What follows the parentheses.
    fn clauses(&self) -> Vec<BString> {
        let mut clauses = Vec::new();
        if !self.parents.is_empty() {
            clauses.push(cat!["INHERITS (", join(&self.parents, ", "), ")"]);
        }
        match &self.sort {
            Sort::Ordinary => {}
            Sort::Partitioned(key) => clauses.push(cat!["PARTITION BY ", key]),
            Sort::Foreign { server, options } => {
                clauses.push(cat!["SERVER ", ident(server)]);
                let options = options.as_ref();
                clauses.extend(options.map(|options| cat!["OPTIONS (", options, ")"]));
            }
        }
        let method = self.access_method.as_ref();
        clauses.extend(method.map(|method| cat!["USING ", ident(method)]));
        if !self.options.is_empty() {
            clauses.push(cat!["WITH (", join(&self.options, ", "), ")"]);
        }
        let tablespace = self.tablespace.as_ref();
        clauses.extend(tablespace.map(|space| cat!["TABLESPACE ", ident(space)]));
        clauses
    }

    /// What is set on a column after the table is there.
    fn afterwards(&self, column: &Column, with_default: bool) -> Vec<BString> {
        let mut statements = Vec::new();
        if !self.defines(column) {
            let alter = cat![self.alter(), " ALTER COLUMN ", ident(&column.name), " "];
            let actions = column.differences(with_default);
            statements.extend(actions.into_iter().map(|action| cat![&alter, action]));
        }
        if let Some(identity) = &column.identity {
            statements.extend(identity.statements());
        }
        statements.extend(column.settings.statements(&self.quoted(), &column.name));
        statements
    }
}

impl Column {
    /// What an inherited column adds to its table's definition: a NOT NULL of its own, which can't
    /// be named in any other way.
    fn inherited_definition(&self) -> Option<BString> {
        let own = self.not_null.as_ref();
        let own = own.filter(|n| n.oid.is_some() && n.validated && n.local)?;
        Some(own.table_clause(&self.name))
    }

    /// How an inherited column differs from its parents'.
    fn differences(&self, with_default: bool) -> Vec<BString> {
        let value = match &self.value {
            Value::Default(_, expression) if with_default => Some(cat!["SET DEFAULT ", expression]),
            Value::None if self.parent_default => Some("DROP DEFAULT".into()),
            _ => None,
        };
        let not_null = match &self.not_null {
            Some(own) if own.oid.is_none() && !self.parent_not_null.set => Some("SET NOT NULL"),
            None if self.parent_not_null.lifted => Some("DROP NOT NULL"),
            _ => None,
        };
        let identity = self.identity.as_ref().map(|i| cat!["ADD ", i.clause()]);
        let not_null = not_null.map(BString::from);
        [value, not_null, identity].into_iter().flatten().collect()
    }
}
