//! Functions of a shared library that the server loads (UDF). The library itself is no part of a
//! dump. Catalog: `mysql.func`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// A loadable function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadableFunction {
    name: BString,
    aggregate: bool,
    /// The catalog's number of what it returns.
    returns: u8,
    library: BString,
}

impl LoadableFunction {
    /// What it returns, as `CREATE FUNCTION` says it.
    fn returns(&self) -> Option<&'static str> {
        match self.returns {
            0 => Some("STRING"),
            1 => Some("REAL"),
            2 => Some("INTEGER"),
            4 => Some("DECIMAL"),
            _ => None,
        }
    }
}

impl Object for LoadableFunction {
    const NAME: &'static str = "loadable_function";
    const SECTION: Section = Section::Globals;

    fn find(_scope: &Scope<'_>) -> Found<Self> {
        let select = Select::from("mysql.func").cols(&["name", "ret", "dl"]);
        let select = select.col("aggregate", "type = 'aggregate'");
        Found::Query(select.order("name"))
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.owned("name")?,
            aggregate: row.bool("aggregate")?,
            returns: row.num("ret")?,
            library: row.owned("dl")?,
        })
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        match self.returns() {
            Some(_) => Ok(()),
            None => claims.unclaimed(
                &format!("loadable function {}", self.name),
                &format!("its result of number {} is not known", self.returns),
            ),
        }
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        let Some(returns) = self.returns() else {
            return Ok(Rendered::Sql(sql));
        };
        let aggregate = if self.aggregate { "AGGREGATE " } else { "" };
        let unless = if scope.caps.loadable_function_if_not_exists() {
            "IF NOT EXISTS "
        } else {
            ""
        };
        let text = Text::new(&format!("CREATE {aggregate}FUNCTION {unless}"))
            .ident(&self.name)
            .words(&format!(" RETURNS {returns} SONAME "));
        sql.push(text.string(&self.library));
        sql.drop_with(Text::new("DROP FUNCTION ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}
