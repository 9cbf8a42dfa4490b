//! The database itself. Catalog: `information_schema.schemata`. Its settings, for a restore into a
//! database that is already there: `database_settings.rs`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Reference, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// A database with its defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    name: BString,
    /// What stands behind the name in `CREATE DATABASE` and `ALTER DATABASE`.
    defaults: Defaults,
}

/// A database's defaults and comment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    charset: BString,
    collation: BString,
    comment: BString,
    encrypted: bool,
}

impl Defaults {
    /// The query for one database's row.
    pub(super) fn query(scope: &Scope<'_>) -> Select {
        let caps = scope.caps;
        Select::from("information_schema.schemata")
            .cols(&["schema_name", "default_character_set_name"])
            .cols(&["default_collation_name"])
            .col_if(caps.schema_comment(), "comment", "schema_comment", "''")
            .col_if(
                caps.schema_encryption(),
                "encrypted",
                "default_encryption",
                "'NO'",
            )
            .equals("schema_name", &scope.database)
    }

    /// Reads it.
    pub(super) fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            charset: row.owned("default_character_set_name")?,
            collation: row.owned("default_collation_name")?,
            comment: row.owned("comment")?,
            encrypted: row.bool("encrypted")?,
        })
    }

    /// Appends them.
    pub(super) fn render(&self, text: Text) -> Text {
        let mut text = text
            .words(" CHARACTER SET ")
            .raw(&self.charset)
            .words(" COLLATE ")
            .raw(&collation(&self.collation));
        if self.encrypted {
            text = text.words(" ENCRYPTION = 'Y'");
        }
        if !self.comment.is_empty() {
            text = text.words(" COMMENT = ").string(&self.comment);
        }
        text
    }
}

/// A collation's name in a statement. `binary` is a word of the language, which MariaDB before 11
/// takes for no name.
pub(in crate::mysql) fn collation(name: &BString) -> BString {
    match name.as_slice() {
        b"binary" => "'binary'".into(),
        _ => name.clone(),
    }
}

impl Object for Database {
    const NAME: &'static str = "database";
    const SECTION: Section = Section::Database;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        Found::Query(Defaults::query(scope))
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.owned("schema_name")?,
            defaults: Defaults::decode(row)?,
        })
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn provides(&self) -> Option<Reference> {
        Some(Reference::new("database", &self.name))
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        let create = Text::new("CREATE DATABASE ").ident(&self.name);
        sql.push(self.defaults.render(create));
        sql.push(Text::new("USE ").ident(&self.name));
        sql.drop_with(Text::new("DROP DATABASE ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_stand_behind_the_name() {
        let defaults = Defaults {
            charset: "latin1".into(),
            collation: "latin1_bin".into(),
            comment: "o'b".into(),
            encrypted: true,
        };
        let text: BString = defaults.render(Text::new("CREATE DATABASE x")).into();
        assert_eq!(
            text,
            "CREATE DATABASE x CHARACTER SET latin1 COLLATE latin1_bin ENCRYPTION = 'Y' \
             COMMENT = 'o''b'"
        );
    }
}
