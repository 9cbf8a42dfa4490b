//! Tables whose tablespace was discarded (`ALTER TABLE … DISCARD TABLESPACE`): they have no rows, and
//! wait for a file. They are made so again. Which they are: `discarded.rs`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::inventory::Relation;
use crate::mysql::objects::{Found, Object, Reference, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};

/// One table's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscardedTablespace {
    table: BString,
}

impl Object for DiscardedTablespace {
    const NAME: &'static str = "discarded_tablespace";
    const SECTION: Section = Section::PostData;

    fn find(_scope: &Scope<'_>) -> Found<Self> {
        Found::Relations(Relation::is_table, |relation, scope| {
            let wanted = relation.discarded && scope.wants_relation(&relation.name);
            wanted.then(|| Self {
                table: relation.name.clone(),
            })
        })
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        claims.warn(
            format!("table {}", self.table),
            "its tablespace was discarded: it has no rows, and is made so",
        );
        Ok(())
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.table.clone(),
            ..Identity::default()
        }
    }

    fn needs(&self) -> Vec<Reference> {
        vec![Reference::relation(&self.table)]
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        sql.push(
            Text::new("ALTER TABLE ")
                .ident(&self.table)
                .words(" DISCARD TABLESPACE"),
        );
        Ok(Rendered::Sql(sql))
    }
}
