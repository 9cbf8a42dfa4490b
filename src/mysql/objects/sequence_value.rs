//! Where a sequence stands: its one row, inserted as a whole. `SETVAL` can't carry it: it never
//! moves a sequence back, and `ALTER SEQUENCE … RESTART` may have.
//! <https://mariadb.com/kb/en/sequence-overview/>

use bstr::BString;

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, sequence};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Rows;

/// A sequence's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceValue {
    name: BString,
    values: Vec<BString>,
}

const COLUMNS: [&str; 8] = [
    "next_not_cached_value",
    "minimum_value",
    "maximum_value",
    "start_value",
    "increment",
    "cache_size",
    "cycle_option",
    "cycle_count",
];

impl Object for SequenceValue {
    const NAME: &'static str = "sequence_value";
    const SECTION: Section = Section::Data;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if !scope.selection.rows() {
            return Found::Nothing;
        }
        Found::Relations(sequence::is_one, |relation, scope| {
            scope.wants_relation(&relation.name).then(|| Self {
                name: relation.name.clone(),
                values: Vec::new(),
            })
        })
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        let columns = COLUMNS.join(", ");
        vec![
            Text::new("SELECT ")
                .words(&columns)
                .words(" FROM ")
                .ident(&self.name)
                .into(),
        ]
    }

    fn define(&mut self, answers: &[Rows], _scope: &Scope<'_>) -> Result<()> {
        let row = only(answers)?;
        let values: Result<Vec<i128>> = COLUMNS.iter().map(|column| row.num(column)).collect();
        self.values = values?
            .iter()
            .map(|value| value.to_string().into())
            .collect();
        Ok(())
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn needs(&self) -> Vec<Reference> {
        vec![Reference::relation(&self.name)]
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        let insert = Text::new("INSERT INTO ").ident(&self.name);
        sql.push(
            insert
                .words(" VALUES (")
                .raw(&bstr::join(", ", &self.values))
                .words(")"),
        );
        Ok(Rendered::Sql(sql))
    }
}
