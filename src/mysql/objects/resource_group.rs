//! MySQL's resource groups. Catalog: `information_schema.resource_groups`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// A resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceGroup {
    name: BString,
    kind: BString,
    enabled: bool,
    /// Processors, where it has not all of them: the next machine may have more or fewer.
    processors: Option<BString>,
    priority: i32,
}

impl Object for ResourceGroup {
    const NAME: &'static str = "resource_group";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if !scope.caps.resource_groups() {
            return Found::Nothing;
        }
        let all = "(SELECT d.vcpu_ids FROM information_schema.resource_groups d \
                   WHERE d.resource_group_name = 'USR_default')";
        Found::Query(
            Select::from("information_schema.resource_groups g")
                .col("name", "g.resource_group_name")
                .col("kind", "g.resource_group_type")
                .col("enabled", "g.resource_group_enabled")
                .col(
                    "processors",
                    &format!(
                        "NULLIF(CONVERT(g.vcpu_ids USING utf8mb4), CONVERT({all} USING utf8mb4))"
                    ),
                )
                .col("priority", "g.thread_priority")
                .filter("g.resource_group_name NOT IN ('SYS_default', 'USR_default')")
                .order("g.resource_group_name"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.owned("name")?,
            kind: row.owned("kind")?,
            enabled: row.bool("enabled")?,
            processors: row.opt_owned("processors")?,
            priority: row.num("priority")?,
        })
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let text = Text::new("CREATE RESOURCE GROUP ").ident(&self.name);
        let mut text = text.words(" TYPE = ").raw(&self.kind);
        if let Some(processors) = &self.processors {
            text = text.words(" VCPU = ").raw(processors);
        }
        if self.priority != 0 {
            text = text.words(&format!(" THREAD_PRIORITY = {}", self.priority));
        }
        let text = text.words(if self.enabled { " ENABLE" } else { " DISABLE" });
        let mut sql = Sql::default();
        sql.server_text(&format!("resource group {}", self.name), &text.into())?;
        sql.drop_with(Text::new("DROP RESOURCE GROUP ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}
