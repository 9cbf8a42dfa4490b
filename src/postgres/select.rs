//! Builds a kind's catalog query. Columns that a server lacks get a fallback, so that the row's
//! shape never changes and nothing after this knows versions.

use std::fmt::Write as _;

use crate::postgres::address::{FIRST_USER_OID, class};

/// One `SELECT` over the catalogs. All texts are ours: constants, never names from a server.
#[derive(Debug, Clone)]
pub struct Select {
    columns: Vec<(&'static str, String)>,
    from: String,
    filters: Vec<String>,
    order: String,
    takes_long: bool,
}

/// `s`, of pg_namespace, holds what a restore that was broken off has recorded (`journal`).
const OF_RESTORE: &str = "(s.nspname = 'dumpkeep_restore' \
     AND pg_catalog.obj_description(s.oid, 'pg_namespace') \
     LIKE 'the record of a dumpkeep restore%')";

/// `x`, of pg_class's `c`: the extension that has made it, whether its rows are the users' all the same
/// (a configuration table: manual, "Extension Configuration Tables"), and which of them.
const OF_EXTENSION: &str = "LEFT JOIN (SELECT d.objid AS oid, e.extname, k.condition, \
     k.oid IS NOT NULL AS filled_by_users FROM pg_catalog.pg_depend d \
     JOIN pg_catalog.pg_extension e ON d.refclassid = 3079 AND e.oid = d.refobjid \
     LEFT JOIN LATERAL ROWS FROM (pg_catalog.unnest(e.extconfig), \
     pg_catalog.unnest(e.extcondition)) k(oid, condition) ON k.oid = d.objid \
     WHERE d.classid = 1259 AND d.objsubid = 0 AND d.deptype = 'e') x ON x.oid = c.oid";

impl Select {
    /// Begins a query `FROM` these catalogs (with joins).
    #[must_use]
    pub fn from(from: impl Into<String>) -> Self {
        Self {
            columns: Vec::new(),
            from: from.into(),
            filters: Vec::new(),
            order: String::new(),
            takes_long: false,
        }
    }

    /// A column by its result name and its expression.
    #[must_use]
    pub fn col(mut self, name: &'static str, expression: impl Into<String>) -> Self {
        self.columns.push((name, expression.into()));
        self
    }

    /// A column that only some servers have: its expression there, and what others get.
    #[must_use]
    pub fn col_if(self, has: bool, name: &'static str, expression: &str, fallback: &str) -> Self {
        self.col(name, if has { expression } else { fallback })
    }

    /// A further condition, joined by `AND`.
    #[must_use]
    pub fn filter(mut self, condition: impl Into<String>) -> Self {
        self.filters.push(condition.into());
        self
    }

    /// Joins another catalog in a version that has it.
    #[must_use]
    pub fn join_if(mut self, has: bool, join: &str) -> Self {
        if has {
            self.from.push(' ');
            self.from.push_str(join);
        }
        self
    }

    /// Only objects that users made and no extension owns: `oid` is the row's oid expression,
    /// `class` its catalog's.
    #[must_use]
    pub fn made_by_users(self, oid: &str, class: u32) -> Self {
        self.filter(format!("{oid} >= {FIRST_USER_OID}"))
            .filter(format!(
                "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = {class} \
             AND e.objid = {oid} AND e.deptype = 'e')"
            ))
    }

    /// Not in a schema of the system's own, nor in that of a restore's record: `oid` is the
    /// expression of the schema's oid.
    #[must_use]
    pub fn in_user_schema(self, oid: &str) -> Self {
        self.filter(format!(
            "{oid} NOT IN (SELECT s.oid FROM pg_catalog.pg_namespace s \
             WHERE s.nspname ~ '^pg_' OR s.nspname = 'information_schema' OR {OF_RESTORE})"
        ))
    }

    /// Of none of these types, a list of expressions of their oids, that is temporary: what is on
    /// one goes with it.
    #[must_use]
    pub fn of_lasting_types(self, types: &str) -> Self {
        self.filter(format!(
            "NOT EXISTS (SELECT FROM pg_catalog.pg_type y JOIN pg_catalog.pg_namespace s \
             ON s.oid = y.typnamespace WHERE y.oid IN ({types}) AND s.nspname ~ '^pg_temp')"
        ))
    }

    /// Belonging to a relation that users made and no extension owns: `c` is pg_class's alias.
    #[must_use]
    pub fn of_user_relation(self, c: &str) -> Self {
        self.filter(format!("{c}.relpersistence <> 't'"))
            .made_by_users(&format!("{c}.oid"), class::PG_CLASS)
            .in_user_schema(&format!("{c}.relnamespace"))
    }

    /// A relation whose rows users made, `c` of pg_class: their own, or an extension's that is for them
    /// to fill. Gives the columns `extension` and `extension_condition`.
    #[must_use]
    pub fn with_users_rows(self) -> Self {
        self.join_if(true, OF_EXTENSION)
            .col("extension", "x.extname")
            .col("extension_condition", "NULLIF(x.condition, '')")
            .filter("x.oid IS NULL OR x.filled_by_users")
            .filter("c.relpersistence <> 't'")
            .filter(format!("c.oid >= {FIRST_USER_OID}"))
            .in_user_schema("c.relnamespace")
    }

    /// Two queries with about half of the rows each, for two sessions to answer at once: one that takes
    /// longer than all others together would leave a session idle. `oid` is an expression of the row's oid.
    #[must_use]
    pub fn halves(mut self, oid: &str) -> [Self; 2] {
        self.takes_long = true;
        // Hashed, for the oids of tables may all be even. Not "=", of which the planner believes that it
        // keeps half a percent.
        let odd = format!("pg_catalog.hashoid({oid}) & 1 > 0");
        [self.clone().filter(format!("NOT {odd}")), self.filter(odd)]
    }

    /// Whether the rows of many objects take the server long.
    #[must_use]
    pub fn takes_long(&self) -> bool {
        self.takes_long
    }

    /// The order of the rows.
    #[must_use]
    pub fn order(mut self, by: &str) -> Self {
        self.order = by.to_owned();
        self
    }

    /// The columns' names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// The statement's text.
    #[must_use]
    pub fn sql(&self) -> String {
        let mut sql = String::from("SELECT ");
        for (at, (name, expression)) in self.columns.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            let _ = write!(sql, "{comma}{expression} AS {name}");
        }
        let _ = write!(sql, " FROM {}", self.from);
        for (at, filter) in self.filters.iter().enumerate() {
            let word = if at > 0 { "AND" } else { "WHERE" };
            let _ = write!(sql, " {word} ({filter})");
        }
        if !self.order.is_empty() {
            let _ = write!(sql, " ORDER BY {}", self.order);
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_column_keeps_the_rows_shape() {
        let select = |has| {
            Select::from("t")
                .col("a", "t.a")
                .col_if(has, "b", "t.b", "false")
        };
        assert_eq!(select(true).sql(), "SELECT t.a AS a, t.b AS b FROM t");
        assert_eq!(
            select(false).filter("x").filter("y").sql(),
            "SELECT t.a AS a, false AS b FROM t WHERE (x) AND (y)"
        );
    }
}
