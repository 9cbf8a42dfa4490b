//! The switches that choose entries of an archive.

use std::path::PathBuf;

use crate::error::{Error, Kind, Result};
use crate::pipeline::list;
use crate::pipeline::select::Choice;
use crate::plan::entry::Section;

/// Which entries.
#[derive(Debug, clap::Args)]
pub(super) struct ChoiceArgs {
    /// Only tables, views and sequences that match, with what belongs to them
    #[arg(short, long, value_name = "PATTERN")]
    table: Vec<String>,
    /// Not tables, views and sequences that match, nor what needs them
    #[arg(long, value_name = "PATTERN")]
    exclude_table: Vec<String>,
    /// Only schemas that match, with what is in them
    #[arg(short = 'n', long, value_name = "PATTERN")]
    schema: Vec<String>,
    /// Only this entry, by its number (`--list`)
    #[arg(long, value_name = "ID")]
    entry: Vec<u32>,
    /// Only the entries that this file lists, in its order (`--list` writes one)
    #[arg(short = 'L', long, value_name = "FILE")]
    use_list: Option<PathBuf>,
    /// With what is chosen, take all that it needs
    #[arg(long)]
    with_dependencies: bool,
    /// Only this section
    #[arg(long, value_enum, value_name = "SECTION")]
    section: Vec<SectionArg>,
    /// Definitions, no rows
    #[arg(short, long, visible_alias = "no-data", conflicts_with = "data_only")]
    schema_only: bool,
    /// Rows, no definitions
    #[arg(short = 'a', long, visible_alias = "no-schema")]
    data_only: bool,
}

/// A part of the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum SectionArg {
    /// Schemas, types, routines, tables
    PreData,
    /// Rows, sequence values, large objects
    Data,
    /// Indexes, constraints, triggers
    PostData,
}

impl From<SectionArg> for Section {
    fn from(section: SectionArg) -> Self {
        match section {
            SectionArg::PreData => Self::PreData,
            SectionArg::Data => Self::Data,
            SectionArg::PostData => Self::PostData,
        }
    }
}

impl ChoiceArgs {
    /// What was chosen; reads the list, where one is given.
    pub(super) fn choice(&self) -> Result<Choice> {
        let list = self.use_list.as_ref().map(|path| {
            let text = std::fs::read_to_string(path).map_err(|cause| {
                let what = format!("cannot read the list {}", path.display());
                Error::new(Kind::Io, what).cause(cause)
            })?;
            list::read(&text)
        });
        let sections = self.section.iter();
        Ok(Choice {
            tables: self.table.clone(),
            exclude_tables: self.exclude_table.clone(),
            schemas: self.schema.clone(),
            entries: self.entry.clone(),
            list: list.transpose()?,
            with_dependencies: self.with_dependencies,
            sections: sections.map(|section| (*section).into()).collect(),
            schema_only: self.schema_only,
            data_only: self.data_only,
        })
    }
}
