//! Which objects and rows a dump carries.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::super::choice::SectionArg;
use crate::error::{Context as _, Error, Kind, Result};
use crate::plan::filter::Selection;
use crate::plan::filter_file;
use crate::source::{DumpOptions, LeaveOut};

/// Which objects and rows.
#[derive(Debug, clap::Args)]
pub(super) struct What {
    /// Only tables, views and sequences that match the pattern, with what belongs to them
    #[arg(short, long, value_name = "PATTERN")]
    table: Vec<String>,
    /// The same, with their partitions and all that inherits from them
    #[arg(long, value_name = "PATTERN")]
    table_and_children: Vec<String>,
    /// No tables that match
    #[arg(short = 'T', long, value_name = "PATTERN")]
    exclude_table: Vec<String>,
    /// No tables that match, nor their partitions and what inherits from them
    #[arg(long, value_name = "PATTERN")]
    exclude_table_and_children: Vec<String>,
    /// No rows of tables that match
    #[arg(long, value_name = "PATTERN")]
    exclude_table_data: Vec<String>,
    /// No rows of tables that match, nor of their partitions and what inherits from them
    #[arg(long, value_name = "PATTERN")]
    exclude_table_data_and_children: Vec<String>,
    /// Only schemas that match
    #[arg(short = 'n', long, value_name = "PATTERN")]
    schema: Vec<String>,
    /// No schemas that match
    #[arg(short = 'N', long, value_name = "PATTERN")]
    exclude_schema: Vec<String>,
    /// Only extensions that match
    #[arg(short = 'e', long, value_name = "PATTERN")]
    extension: Vec<String>,
    /// No extensions that match
    #[arg(long, value_name = "PATTERN")]
    exclude_extension: Vec<String>,
    /// Rows of foreign tables of servers that match
    #[arg(long, value_name = "PATTERN")]
    include_foreign_data: Vec<String>,
    /// Patterns from a file, as pg_dump 17's; "-" is standard input
    #[arg(long, value_name = "FILE")]
    filter: Vec<PathBuf>,
    /// Each pattern must match something, not only one of its switch
    #[arg(long)]
    strict_names: bool,
    /// Only rows for which the expression is true
    #[arg(long = "where", value_name = "TABLE=EXPR", value_parser = condition)]
    conditions: Vec<(String, String)>,
    /// Only this part of the script
    #[arg(long, value_enum, value_name = "SECTION")]
    section: Vec<SectionArg>,
    /// Definitions, no rows
    #[arg(short, long, visible_alias = "no-data", conflicts_with = "data_only")]
    schema_only: bool,
    /// Rows, no definitions
    #[arg(short = 'a', long, visible_alias = "no-schema")]
    data_only: bool,
    /// Large objects too, where --table, --schema or --extension would leave them out
    #[arg(short = 'b', long, visible_alias = "blobs")]
    large_objects: bool,
    /// No large objects
    #[arg(
        short = 'B',
        long,
        visible_alias = "no-blobs",
        conflicts_with = "large_objects"
    )]
    no_large_objects: bool,
    /// No owners
    #[arg(short = 'O', long)]
    no_owner: bool,
    /// No grants
    #[arg(short = 'x', long, visible_alias = "no-acl")]
    no_privileges: bool,
    /// No comments on objects
    #[arg(long)]
    no_comments: bool,
    /// No security labels
    #[arg(long)]
    no_security_labels: bool,
    /// No policies, and no row security
    #[arg(long)]
    no_policies: bool,
    /// No publications
    #[arg(long)]
    no_publications: bool,
    /// No subscriptions
    #[arg(long)]
    no_subscriptions: bool,
    /// No tablespaces
    #[arg(long)]
    no_tablespaces: bool,
    /// No access methods of tables
    #[arg(long)]
    no_table_access_method: bool,
    /// No compression methods of columns
    #[arg(long)]
    no_toast_compression: bool,
    /// No rows of unlogged tables
    #[arg(long)]
    no_unlogged_table_data: bool,
    /// Leave out what can't be carried, with a warning each, instead of failing
    #[arg(long)]
    lenient: bool,
}

/// Splits at the first equals sign outside of double quotes.
fn condition(text: &str) -> Result<(String, String), String> {
    let mut quoted = false;
    let at = text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == '=' && !quoted).then_some(at)
    });
    let halves = at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
    match halves {
        Some((table, condition)) if !table.is_empty() && !condition.is_empty() => {
            Ok((table.to_owned(), condition.to_owned()))
        }
        _ => Err("it must be TABLE=EXPR".into()),
    }
}

impl What {
    /// The selection, with what the filter files add.
    pub(super) fn selection(&self) -> Result<Selection> {
        let mut selection = Selection {
            tables: self.table.clone(),
            tables_and_children: self.table_and_children.clone(),
            exclude_tables: self.exclude_table.clone(),
            exclude_tables_and_children: self.exclude_table_and_children.clone(),
            exclude_table_data: self.exclude_table_data.clone(),
            exclude_table_data_and_children: self.exclude_table_data_and_children.clone(),
            schemas: self.schema.clone(),
            exclude_schemas: self.exclude_schema.clone(),
            extensions: self.extension.clone(),
            extensions_and_all_else: Vec::new(),
            exclude_extensions: self.exclude_extension.clone(),
            foreign_data: self.include_foreign_data.clone(),
            strict_names: self.strict_names,
            large_objects: self.large_objects,
            sections: self.section.iter().map(|part| (*part).into()).collect(),
            schema_only: self.schema_only,
            data_only: self.data_only,
            conditions: self.conditions.clone(),
        };
        for path in &self.filter {
            let text = read(path)?;
            filter_file::read(&text, &mut selection)
                .while_with(|| format!("reading {}", path.display()))?;
        }
        Ok(selection)
    }

    /// What is left out of that.
    pub(super) fn apply(&self, options: &mut DumpOptions) {
        options.lenient = self.lenient;
        options.no_owner = self.no_owner;
        options.no_privileges = self.no_privileges;
        options.no_comments = self.no_comments;
        options.no_tablespaces = self.no_tablespaces;
        options.leave_out = LeaveOut {
            publications: self.no_publications,
            subscriptions: self.no_subscriptions,
            security_labels: self.no_security_labels,
            policies: self.no_policies,
            table_access_method: self.no_table_access_method,
            toast_compression: self.no_toast_compression,
            unlogged_table_data: self.no_unlogged_table_data,
            large_objects: self.no_large_objects,
        };
    }
}

fn read(path: &Path) -> Result<String> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().lock().read_to_string(&mut text);
        read.map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    text.map_err(|cause| {
        let what = format!("cannot read the filter {}", path.display());
        Error::new(Kind::Usage, what).cause(cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_a_table_and_an_expression() {
        let pair = |a: &str, b: &str| Ok((a.to_owned(), b.to_owned()));
        assert_eq!(condition("t=a = 1"), pair("t", "a = 1"));
        assert_eq!(
            condition("\"a=b\".\"c\"\"=\"=x"),
            pair("\"a=b\".\"c\"\"=\"", "x")
        );
        for text in ["t", "t=", "=x", "\"t=x"] {
            assert!(condition(text).is_err(), "{text}");
        }
    }
}
