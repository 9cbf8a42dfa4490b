//! MySQL's components, in the groups that were installed together: the members of one may need each
//! other. Catalog: `mysql.component`.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// Components that are installed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    names: Vec<BString>,
}

impl Object for Component {
    const NAME: &'static str = "component";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if !scope.caps.data_dictionary() {
            return Found::Nothing;
        }
        let grouped = "(SELECT component_group_id AS id, GROUP_CONCAT(component_urn \
                       ORDER BY component_id SEPARATOR '\\n') AS names FROM mysql.component \
                       GROUP BY component_group_id) AS grouped";
        Found::Query(Select::from(grouped).cols(&["names"]).order("id"))
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let names = row.bytes("names")?;
        Ok(Self {
            names: names.split_str("\n").map(BString::from).collect(),
        })
    }

    fn identity(&self) -> Identity {
        Identity {
            name: bstr::join(",", &self.names).into(),
            ..Identity::default()
        }
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let list = |mut text: Text| {
            for (at, name) in self.names.iter().enumerate() {
                text = text.words(if at > 0 { ", " } else { "" }).string(name);
            }
            text
        };
        let mut sql = Sql::default();
        sql.push(list(Text::new("INSTALL COMPONENT ")));
        sql.drop_with(list(Text::new("UNINSTALL COMPONENT ")));
        Ok(Rendered::Sql(sql))
    }
}
