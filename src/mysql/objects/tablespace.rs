//! MySQL's general and undo tablespaces. Tables name theirs in their own text. Catalog:
//! `information_schema.innodb_tablespaces`, `innodb_datafiles`, `tablespaces_extensions`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// A tablespace that a user made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tablespace {
    name: BString,
    undo: bool,
    path: BString,
    /// Of compressed pages; 0 where they are not.
    block: u64,
    extend: u64,
    encrypted: bool,
    attribute: Option<BString>,
}

impl Object for Tablespace {
    const NAME: &'static str = "tablespace";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        let caps = scope.caps;
        if !caps.data_dictionary() || scope.options.no_tablespaces {
            return Found::Nothing;
        }
        Found::Query(
            Select::from(
                "information_schema.innodb_tablespaces t \
                 JOIN information_schema.innodb_datafiles d ON d.space = t.space",
            )
            .col("name", "t.name")
            .col("undo", "t.space_type = 'Undo'")
            .col("path", "d.path")
            .col("block", "t.zip_page_size")
            .col_if(caps.autoextend_size(), "extend", "t.autoextend_size", "0")
            .col("encrypted", "t.encryption = 'Y'")
            .col_if(
                caps.engine_attributes(),
                "attribute",
                "(SELECT e.engine_attribute FROM information_schema.tablespaces_extensions e \
                 WHERE e.tablespace_name = t.name)",
                "NULL",
            )
            .filter(
                "t.space_type = 'General' AND t.name <> 'mysql' OR t.space_type = 'Undo' \
                 AND t.name NOT IN ('innodb_undo_001', 'innodb_undo_002')",
            )
            .order("t.name"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.owned("name")?,
            undo: row.bool("undo")?,
            path: row.owned("path")?,
            block: row.num("block")?,
            extend: row.num("extend")?,
            encrypted: row.bool("encrypted")?,
            attribute: row.opt_owned("attribute")?,
        })
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let words = if self.undo {
            "UNDO TABLESPACE "
        } else {
            "TABLESPACE "
        };
        // a path within the data folder is written from there
        let path = self.path.strip_prefix(b"./").unwrap_or(&self.path);
        let mut text = Text::new("CREATE ")
            .words(words)
            .ident(&self.name)
            .words(" ADD DATAFILE ")
            .string(path);
        if !self.undo {
            text = self.options(text);
        }
        // otherwise the session's default engine is asked, which may have none
        text = text.words(" ENGINE = InnoDB");
        let mut sql = Sql::default();
        sql.push(text);
        sql.drop_with(Text::new("DROP ").words(words).ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}

impl Tablespace {
    fn options(&self, mut text: Text) -> Text {
        if self.block > 0 {
            text = text.words(&format!(" FILE_BLOCK_SIZE = {}", self.block));
        }
        if self.extend > 0 {
            text = text.words(&format!(" AUTOEXTEND_SIZE = {}", self.extend));
        }
        if self.encrypted {
            text = text.words(" ENCRYPTION = 'Y'");
        }
        match &self.attribute {
            Some(attribute) => text.words(" ENGINE_ATTRIBUTE ").string(attribute),
            None => text,
        }
    }
}
