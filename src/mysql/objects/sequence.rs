//! MariaDB's sequences: the definition. Where it stands: `sequence_value.rs`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::inventory::Relation;
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

/// Whether it is a sequence.
pub(super) fn is_one(relation: &Relation) -> bool {
    relation.table_type == "SEQUENCE"
}

impl Object for Sequence {
    const NAME: &'static str = "sequence";
    const SECTION: Section = Section::PreData;

    fn find(_scope: &Scope<'_>) -> Found<Self> {
        Found::Relations(is_one, |relation, scope| {
            scope.wants_relation(&relation.name).then(|| Self {
                name: relation.name.clone(),
                create: BString::default(),
            })
        })
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
