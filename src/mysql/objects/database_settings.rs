//! The database's defaults, given to the database that is restored into, whatever its name: routines
//! and tables made later depend on them. Catalog: `information_schema.schemata`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::objects::database::Defaults;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// The defaults of the whole database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSettings {
    name: BString,
    defaults: Defaults,
}

impl Object for DatabaseSettings {
    const NAME: &'static str = "database_settings";
    const SECTION: Section = Section::PreData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if scope.wants_rest() {
            Found::Query(Defaults::query(scope))
        } else {
            Found::Nothing
        }
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

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        sql.push(self.defaults.render(Text::new("ALTER DATABASE")));
        Ok(Rendered::Sql(sql))
    }
}
