//! `READ ONLY` of a database, after all else of it. Catalog:
//! `information_schema.schemata_extensions`.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// A database's option, where it has any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOnly {
    name: BString,
    options: BString,
}

impl Object for ReadOnly {
    const NAME: &'static str = "read_only";
    const SECTION: Section = Section::PostData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if !scope.caps.schema_read_only() || !scope.wants_rest() {
            return Found::Nothing;
        }
        Found::Query(
            Select::from("information_schema.schemata_extensions")
                .cols(&["schema_name", "options"])
                .equals("schema_name", &scope.database)
                .filter("options <> ''"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.owned("schema_name")?,
            options: row.owned("options")?,
        })
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        let object = format!("database {}", self.name);
        let known = claims.value(&object, "option", self.options.as_bstr(), &["READ ONLY=1"]);
        known.map(drop)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        if self.options == "READ ONLY=1" {
            sql.push(Text::new("ALTER DATABASE READ ONLY = 1"));
            // Else nothing in it can be dropped.
            sql.drop_with(Text::new("ALTER DATABASE READ ONLY = 0"));
        }
        Ok(Rendered::Sql(sql))
    }
}
