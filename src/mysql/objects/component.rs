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

/// What checks passwords. It refuses accounts without one, which there are (roles have none): so it
/// comes when all of them are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordCheck(Component);

impl Object for PasswordCheck {
    const NAME: &'static str = "password_check";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        found(scope, "LIKE")
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Component::decode(row).map(Self)
    }

    fn identity(&self) -> Identity {
        self.0.identity()
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        self.0.render(scope)
    }
}

/// The groups of components that check passwords, or those that don't.
fn found<T>(scope: &Scope<'_>, like: &str) -> Found<T> {
    if !scope.caps.data_dictionary() {
        return Found::Nothing;
    }
    let grouped = "(SELECT component_group_id AS id, GROUP_CONCAT(component_urn \
                   ORDER BY component_id SEPARATOR '\\n') AS names FROM mysql.component \
                   GROUP BY component_group_id) AS grouped";
    let groups = Select::from(grouped).cols(&["names"]).order("id");
    Found::Query(groups.filter(&format!("names {like} '%validate\\_password%'")))
}

/// Components that are installed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    names: Vec<BString>,
}

impl Object for Component {
    const NAME: &'static str = "component";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        found(scope, "NOT LIKE")
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
