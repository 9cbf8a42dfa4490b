//! Selection: which objects and rows a dump carries, with pg_dump's meaning of the switches.

use crate::error::{Error, Kind, Result};
use crate::plan::entry::Section;
use crate::plan::pattern::Pattern;
use crate::sql::dialect::Dialect;
use crate::sql::lex::check_expression;

/// Which objects and rows a dump carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only tables that match (`--table`), with what belongs to them.
    pub tables: Vec<String>,
    /// The same with their partitions and what inherits from them.
    pub tables_and_children: Vec<String>,
    /// Not those (`--exclude-table`).
    pub exclude_tables: Vec<String>,
    /// The same with their partitions and what inherits from them.
    pub exclude_tables_and_children: Vec<String>,
    /// Their definition without their rows (`--exclude-table-data`).
    pub exclude_table_data: Vec<String>,
    /// The same with their partitions and what inherits from them.
    pub exclude_table_data_and_children: Vec<String>,
    /// Only schemas that match (`--schema`).
    pub schemas: Vec<String>,
    /// Not those (`--exclude-schema`).
    pub exclude_schemas: Vec<String>,
    /// Only extensions that match (`--extension`).
    pub extensions: Vec<String>,
    /// Of extensions only those that match, and all that is no extension: a filter's `include
    /// extension`, which pg_dump takes so.
    pub extensions_and_all_else: Vec<String>,
    /// Not those (`--exclude-extension`).
    pub exclude_extensions: Vec<String>,
    /// The rows of foreign tables of servers that match (`--include-foreign-data`).
    pub foreign_data: Vec<String>,
    /// Each pattern that asks for something must find something, not only one of its switch.
    pub strict_names: bool,
    /// Large objects, where a selection would leave them out.
    pub large_objects: bool,
    /// Only these parts of the script; none is all.
    pub sections: Vec<Section>,
    /// Definitions, no rows.
    pub schema_only: bool,
    /// Rows, no definitions.
    pub data_only: bool,
    /// Conditions on rows (`--where TABLE=EXPR`).
    pub conditions: Vec<(String, String)>,
}

impl Selection {
    /// Whether nothing but what is excluded is left out: then what belongs to no schema (languages,
    /// casts, large objects) is carried too.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.tables.is_empty()
            && self.tables_and_children.is_empty()
            && self.schemas.is_empty()
            && self.extensions.is_empty()
    }

    /// Checks what can be checked without a server. Errors: `Usage` for a condition that can't be
    /// one, and for switches that leave nothing.
    pub fn check(&self, dialect: Dialect) -> Result<()> {
        let both = |a: bool, b: bool, message: &str| match a && b {
            true => Err(Error::new(Kind::Usage, message)),
            false => Ok(()),
        };
        both(
            self.schema_only,
            self.data_only,
            "--schema-only and --data-only together leave nothing",
        )?;
        both(
            self.schema_only,
            !self.foreign_data.is_empty(),
            "--include-foreign-data and --schema-only contradict each other",
        )?;
        self.conditions.iter().try_for_each(|(table, expression)| {
            let what = format!("the condition --where {table}={expression}");
            check_expression(dialect, expression.as_bytes()).map_err(|harm| {
                Error::new(Kind::Usage, format!("cannot use {what}: it holds {harm}"))
            })
        })
    }

    /// Compiles the patterns. Errors: `Usage` for a pattern or a condition that can't be one, and
    /// for switches that leave nothing.
    pub fn compile(&self, dialect: Dialect) -> Result<CompiledSelection> {
        self.check(dialect)?;
        let compile = |parse: fn(Dialect, &str) -> Result<Pattern>, texts: &[String]| {
            let patterns = texts.iter().map(|text| parse(dialect, text));
            patterns.collect::<Result<Vec<_>>>()
        };
        let conditions = self.conditions.iter();
        let conditions = conditions
            .map(|(table, text)| Ok((Pattern::table(dialect, table)?, text.clone())))
            .collect::<Result<_>>()?;
        Ok(CompiledSelection {
            tables: compile(Pattern::table, &self.tables)?,
            exclude_tables: compile(Pattern::table, &self.exclude_tables)?,
            exclude_table_data: compile(Pattern::table, &self.exclude_table_data)?,
            schemas: compile(Pattern::name, &self.schemas)?,
            exclude_schemas: compile(Pattern::name, &self.exclude_schemas)?,
            conditions,
            schema_only: self.schema_only,
            data_only: self.data_only,
        })
    }
}

/// A selection whose patterns are compiled. Names are the catalog's bytes, unquoted. For MySQL a
/// schema is a database.
#[derive(Debug)]
pub struct CompiledSelection {
    tables: Vec<Pattern>,
    exclude_tables: Vec<Pattern>,
    exclude_table_data: Vec<Pattern>,
    schemas: Vec<Pattern>,
    exclude_schemas: Vec<Pattern>,
    conditions: Vec<(Pattern, String)>,
    schema_only: bool,
    data_only: bool,
}

impl CompiledSelection {
    /// Whether a schema is carried, with what it holds besides tables and the like: none where
    /// tables are selected.
    #[must_use]
    pub fn schema(&self, name: &[u8]) -> bool {
        let included = any(&self.schemas, |pattern| pattern.matches_name(name));
        let excluded = any(&self.exclude_schemas, |pattern| pattern.matches_name(name));
        self.tables.is_empty() && (self.schemas.is_empty() || included) && !excluded
    }

    /// Whether a table, view, materialized view, sequence or foreign table is carried. Where tables
    /// are selected, schemas don't matter.
    #[must_use]
    pub fn table(&self, schema: &[u8], name: &[u8]) -> bool {
        let included = any_table(&self.tables, schema, name);
        let excluded = any_table(&self.exclude_tables, schema, name);
        let in_schema = self.schema(schema);
        (included || in_schema) && !excluded
    }

    /// Whether its rows are carried.
    #[must_use]
    pub fn data(&self, schema: &[u8], name: &[u8]) -> bool {
        let excluded = any_table(&self.exclude_table_data, schema, name);
        !self.schema_only && self.table(schema, name) && !excluded
    }

    /// Whether definitions are carried.
    #[must_use]
    pub fn definitions(&self) -> bool {
        !self.data_only
    }

    /// Whether any rows are.
    #[must_use]
    pub fn rows(&self) -> bool {
        !self.schema_only
    }

    /// The condition on a table's rows: all that match it, joined.
    #[must_use]
    pub fn condition(&self, schema: &[u8], name: &[u8]) -> Option<String> {
        let matching = self.conditions.iter();
        let matching = matching.filter(|(pattern, _)| pattern.matches(schema, name));
        let texts: Vec<String> = matching.map(|(_, text)| format!("({text})")).collect();
        (!texts.is_empty()).then(|| texts.join(" AND "))
    }

    /// The patterns that ask for something and have matched nothing yet. Those that exclude may
    /// match nothing, as pg_dump's.
    #[must_use]
    pub fn unmatched(&self) -> Vec<&Pattern> {
        let conditions = self.conditions.iter().map(|(pattern, _)| pattern);
        // Selected tables leave the schemas without a meaning.
        let schemas = self.schemas.iter().filter(|_| self.tables.is_empty());
        let asking = self.tables.iter().chain(schemas).chain(conditions);
        asking.filter(|pattern| !pattern.has_matched()).collect()
    }
}

fn any_table(patterns: &[Pattern], schema: &[u8], name: &[u8]) -> bool {
    any(patterns, |pattern| pattern.matches(schema, name))
}

/// Asks every pattern, so that each learns of its matches.
fn any(patterns: &[Pattern], matches: impl Fn(&Pattern) -> bool) -> bool {
    patterns.iter().filter(|pattern| matches(pattern)).count() > 0
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn texts(patterns: &[&str]) -> Vec<String> {
        patterns.iter().map(ToString::to_string).collect()
    }

    fn compile(selection: &Selection) -> CompiledSelection {
        selection.compile(Dialect::Postgres).unwrap()
    }

    #[test]
    fn nothing_said_is_everything() {
        assert!(Selection::default().is_everything());
        let all = compile(&Selection::default());
        assert!(all.schema(b"a") && all.table(b"a", b"b"));
        assert!(all.data(b"a", b"b") && all.rows());
    }

    #[test]
    fn selected_tables_leave_all_else_and_overrule_schemas() {
        let selection = compile(&Selection {
            tables: texts(&["a.*"]),
            exclude_tables: texts(&["a.b"]),
            schemas: texts(&["c"]),
            exclude_schemas: texts(&["a"]),
            ..Selection::default()
        });
        assert!(!selection.schema(b"c"));
        assert!(selection.table(b"a", b"x") && !selection.table(b"a", b"b"));
        assert!(!selection.table(b"c", b"x"));
    }

    #[test]
    fn schemas_select_what_they_hold() {
        let selection = compile(&Selection {
            schemas: texts(&["s*"]),
            exclude_schemas: texts(&["s2"]),
            exclude_table_data: texts(&["log"]),
            ..Selection::default()
        });
        assert!(selection.schema(b"s1") && !selection.schema(b"s2") && !selection.schema(b"t"));
        assert!(selection.table(b"s1", b"a") && !selection.table(b"s2", b"a"));
        assert!(selection.table(b"s1", b"log") && !selection.data(b"s1", b"log"));
    }

    #[test]
    fn patterns_that_match_nothing_are_known() {
        let selection = compile(&Selection {
            tables: texts(&["a", "a*", "nowhere"]),
            exclude_tables: texts(&["also_nowhere"]),
            conditions: vec![("a".into(), "b > 1".into()), ("c".into(), "d".into())],
            ..Selection::default()
        });
        assert!(selection.table(b"public", b"a"));
        assert_eq!(
            selection.condition(b"public", b"a").as_deref(),
            Some("(b > 1)")
        );
        let unmatched: Vec<&str> = selection.unmatched().iter().map(|p| p.as_str()).collect();
        assert_eq!(unmatched, ["nowhere", "c"]);
    }

    #[test]
    fn conditions_stay_conditions() {
        let selection = Selection {
            conditions: vec![("a".into(), "true) TO PROGRAM 'id' --".into())],
            ..Selection::default()
        };
        assert_eq!(
            selection
                .compile(Dialect::Postgres)
                .unwrap_err()
                .exit_code(),
            2
        );
    }
}
