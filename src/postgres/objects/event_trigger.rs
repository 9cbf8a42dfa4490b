//! Event triggers. Catalog: pg_event_trigger. The last of all: they would fire during the restore.

use bstr::BString;

use super::rule::firing;
use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// An event trigger.
#[derive(Debug, Clone)]
pub struct EventTrigger {
    oid: u32,
    name: BString,
    owner: BString,
    event: BString,
    /// The tags that it is for, as literals by commas.
    tags: Option<BString>,
    /// The function's quoted name.
    function: BString,
    firing: Option<&'static str>,
}

impl Object for EventTrigger {
    const NAME: &'static str = "event_trigger";
    const SECTION: Section = Section::PostData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from(
                "pg_catalog.pg_event_trigger v JOIN pg_catalog.pg_proc p ON p.oid = v.evtfoid \
                 JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace",
            )
            .col("oid", "v.oid")
            .col("name", "v.evtname")
            .col("owner", "pg_catalog.pg_get_userbyid(v.evtowner)")
            .col("event", "v.evtevent")
            .col(
                "tags",
                "(SELECT pg_catalog.string_agg(pg_catalog.quote_literal(t), ', ' ORDER BY n) \
                 FROM pg_catalog.unnest(v.evttags) WITH ORDINALITY u(t, n))",
            )
            .col("function_schema", "n.nspname")
            .col("function_name", "p.proname")
            .col("enabled", "v.evtenabled")
            .made_by_users("v.oid", class::PG_EVENT_TRIGGER),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let schema = ident(row.bytes("function_schema")?);
        Ok(Self {
            oid: row.num("oid")?,
            name: row.owned("name")?,
            owner: row.owned("owner")?,
            event: row.owned("event")?,
            tags: row.opt_owned("tags")?,
            function: cat![schema, ".", ident(row.bytes("function_name")?)],
            firing: firing(row.letter("enabled")?),
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_EVENT_TRIGGER, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            owner: Some(self.owner.clone()),
            ..Identity::default()
        }
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::owned("EVENT TRIGGER", ident(&self.name)))
    }

    /// `EXECUTE PROCEDURE` is what 10 knows; later ones take it too.
    fn render(&self, sql: &mut Sql) {
        let name = ident(&self.name);
        let tags = match &self.tags {
            Some(tags) => cat!["\n    WHEN TAG IN (", tags, ")"],
            None => BString::default(),
        };
        let head = cat![
            "CREATE EVENT TRIGGER ",
            &name,
            " ON ",
            ident(&self.event),
            tags
        ];
        sql.push(cat![head, "\n    EXECUTE PROCEDURE ", &self.function, "()"]);
        if let Some(firing) = self.firing {
            sql.push(cat!["ALTER EVENT TRIGGER ", &name, " ", firing]);
        }
        sql.drop_with(cat!["DROP EVENT TRIGGER ", name]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_tags_and_state() {
        let trigger = EventTrigger {
            oid: 1,
            name: "e".into(),
            owner: "o".into(),
            event: "ddl_command_start".into(),
            tags: Some("'CREATE TABLE', 'DROP TABLE'".into()),
            function: "public.f".into(),
            firing: firing(b'A'),
        };
        let mut sql = Sql::default();
        trigger.render(&mut sql);
        assert_eq!(
            sql.create[0].text,
            "CREATE EVENT TRIGGER e ON ddl_command_start\n    \
             WHEN TAG IN ('CREATE TABLE', 'DROP TABLE')\n    EXECUTE PROCEDURE public.f()"
        );
        assert_eq!(sql.create[1].text, "ALTER EVENT TRIGGER e ENABLE ALWAYS");
    }
}
