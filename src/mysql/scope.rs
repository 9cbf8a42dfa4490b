//! What every kind may know while it is loaded and rendered.

use bstr::BString;

use crate::mysql::relations::Relations;
use crate::mysql::version::Caps;
use crate::plan::entry::Section;
use crate::plan::filter::CompiledSelection;
use crate::source::DumpOptions;

/// The database, its server and what was asked for.
#[derive(Debug)]
pub struct Scope<'a> {
    /// What the server can do.
    pub caps: Caps,
    /// The database's name; empty for the globals.
    pub database: BString,
    /// Its default collation.
    pub collation: BString,
    /// What was asked for.
    pub options: &'a DumpOptions,
    /// Which objects were asked for.
    pub selection: CompiledSelection,
    /// The user may read who has rights on its objects.
    pub sees_grants: bool,
    /// The user may make temporary tables, of which the binary log takes no note (MySQL).
    pub makes_temporary: bool,
    /// Its tables, views and sequences.
    pub relations: Relations,
}

impl Scope<'_> {
    /// Whether a table, view or sequence is asked for.
    #[must_use]
    pub fn wants_relation(&self, name: &[u8]) -> bool {
        self.selection.table(&self.database, name)
    }

    /// Whether a table's rows are asked for.
    #[must_use]
    pub fn wants_rows(&self, name: &[u8]) -> bool {
        self.selection.data(&self.database, name)
    }

    /// The condition on a table's rows.
    #[must_use]
    pub fn condition(&self, name: &[u8]) -> Option<BString> {
        let condition = self.selection.condition(&self.database, name);
        condition.map(BString::from)
    }

    /// Whether a part of the script is asked for. The database itself is there for `--create`.
    #[must_use]
    pub fn wants_section(&self, section: Section) -> bool {
        let selection = &self.options.selection;
        let rows = section == Section::Data;
        let listed = selection.sections.is_empty() || selection.sections.contains(&section);
        let unwanted = if rows {
            selection.schema_only
        } else {
            selection.data_only
        };
        let asked = listed && !unwanted;
        matches!(section, Section::Database | Section::Globals) || asked
    }

    /// Whether objects that belong to no table are asked for.
    #[must_use]
    pub fn wants_rest(&self) -> bool {
        self.selection.schema(&self.database)
    }
}
