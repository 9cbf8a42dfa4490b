//! Indexes that are switched off (`ALTER TABLE … DISABLE KEYS`: MyISAM, Aria): they stay so. Catalog:
//! `information_schema.statistics`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Reference, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// The indexes of one table, which go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisabledIndex {
    table: BString,
    wanted: bool,
}

impl Object for DisabledIndex {
    const NAME: &'static str = "disabled_index";
    const SECTION: Section = Section::PostData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        let engines = &["MyISAM", "Aria"];
        if !scope.relations.any(|class| class.has_engine(engines)) {
            return Found::Nothing;
        }
        Found::Query(
            Select::from("information_schema.statistics")
                .col("table_name", "DISTINCT table_name")
                .equals("table_schema", &scope.database)
                .filter("comment = 'disabled'")
                .order("table_name"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            table: row.owned("table_name")?,
            wanted: false,
        })
    }

    fn define(&mut self, _answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        self.wanted = scope.wants_relation(&self.table);
        Ok(())
    }

    fn stays(&self) -> bool {
        self.wanted
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
        let alter = Text::new("ALTER TABLE ").ident(&self.table);
        sql.push(alter.words(" DISABLE KEYS"));
        Ok(Rendered::Sql(sql))
    }
}
