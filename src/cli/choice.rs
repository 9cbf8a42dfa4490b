//! The switches that choose entries of an archive.

use crate::pipeline::select::Choice;
use crate::plan::entry::Section;

/// Which entries.
#[derive(Debug, clap::Args)]
pub(super) struct ChoiceArgs {
    /// Only tables, views and sequences that match, with what belongs to them
    #[arg(short, long, value_name = "PATTERN")]
    table: Vec<String>,
    /// Only schemas that match, with what is in them
    #[arg(short = 'n', long, value_name = "PATTERN")]
    schema: Vec<String>,
    /// Only this section
    #[arg(long, value_enum, value_name = "SECTION")]
    section: Vec<SectionArg>,
    /// Definitions, no rows
    #[arg(short, long, conflicts_with = "data_only")]
    schema_only: bool,
    /// Rows, no definitions
    #[arg(short = 'a', long)]
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
    pub(super) fn choice(&self) -> Choice {
        Choice {
            tables: self.table.clone(),
            schemas: self.schema.clone(),
            sections: self
                .section
                .iter()
                .map(|section| (*section).into())
                .collect(),
            schema_only: self.schema_only,
            data_only: self.data_only,
        }
    }
}
