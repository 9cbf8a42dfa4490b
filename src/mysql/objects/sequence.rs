//! MariaDB's sequences: the definition. Where it stands: `sequence_value.rs`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, shown};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Rows;

/// A sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    name: BString,
    create: BString,
}

/// The names of the sequences that are asked for.
pub(super) fn names(scope: &Scope<'_>) -> impl Iterator<Item = BString> {
    let sequences = scope.relations.iter();
    sequences
        .filter(|relation| {
            relation.table_type == "SEQUENCE" && scope.wants_relation(&relation.name)
        })
        .map(|relation| relation.name.clone())
}

impl Object for Sequence {
    const NAME: &'static str = "sequence";
    const SECTION: Section = Section::PreData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        let sequence = |name| Self {
            name,
            create: BString::default(),
        };
        Found::Listed(names(scope).map(sequence).collect())
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        vec![Text::new("SHOW CREATE SEQUENCE ").ident(&self.name).into()]
    }

    fn define(&mut self, answers: &[Rows], _scope: &Scope<'_>) -> Result<()> {
        self.create = shown(&only(answers)?, "Create Table", "SELECT on the database")?;
        Ok(())
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn provides(&self) -> Option<Reference> {
        Some(Reference::relation(&self.name))
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        sql.server_text(&format!("sequence {}", self.name), &self.create)?;
        sql.drop_with(Text::new("DROP SEQUENCE ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}
