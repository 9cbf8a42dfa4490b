//! MySQL's libraries: code that routines in JavaScript use. Catalog:
//! `information_schema.libraries`, `SHOW CREATE LIBRARY`.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::around::Around;
use crate::mysql::comment::with_plain_comment;
use crate::mysql::objects::script_body::with_quoted_body;
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, shown};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// A library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    name: BString,
    mode: BString,
    /// Whether it has a comment.
    commented: bool,
    create: BString,
}

impl Object for Library {
    const NAME: &'static str = "library";
    const SECTION: Section = Section::PreData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if !scope.caps.libraries() || !scope.wants_rest() {
            return Found::Nothing;
        }
        Found::Query(
            Select::from("information_schema.libraries")
                .cols(&["library_name"])
                .col("commented", "COALESCE(library_comment, '') <> ''")
                .equals("library_schema", &scope.database)
                .order("library_name"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.owned("library_name")?,
            commented: row.bool("commented")?,
            mode: BString::default(),
            create: BString::default(),
        })
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        vec![Text::new("SHOW CREATE LIBRARY ").ident(&self.name).into()]
    }

    fn define(&mut self, answers: &[Rows], _scope: &Scope<'_>) -> Result<()> {
        let row = only(answers)?;
        self.mode = row.owned("sql_mode")?;
        let text = shown(&row, "Create Library", "SHOW_ROUTINE on *.*")?;
        let text = with_quoted_body(text, &self.mode);
        self.create = if self.commented {
            with_plain_comment(text, &self.mode)
        } else {
            text
        };
        Ok(())
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn provides(&self) -> Option<Reference> {
        Some(Reference::new("library", &self.name))
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        let mode = self.mode.to_str_lossy();
        let around = Around::default().set("sql_mode", self.mode.as_bstr());
        around.render(&mut sql, |sql| {
            sql.server_body(&format!("library {}", self.name), &self.create, &mode)
        })?;
        sql.drop_with(Text::new("DROP LIBRARY ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}
