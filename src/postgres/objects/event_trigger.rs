//! Event triggers: last of all, so that they don't fire while the rest is restored. Catalog:
//! pg_event_trigger.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference, trigger};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// An event trigger.
#[derive(Debug, Clone)]
pub struct EventTrigger {
    named: Named,
    event: BString,
    tags: Option<BString>,
    function: BString,
    enabled: Option<&'static str>,
}

impl Object for EventTrigger {
    const NAME: &'static str = "event_trigger";
    const SECTION: Section = Section::PostData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from("pg_catalog.pg_event_trigger e")
                .col("oid", "e.oid")
                .col("schema", "NULL")
                .col("name", "e.evtname")
                .col("owner", "pg_catalog.pg_get_userbyid(e.evtowner)")
                .col("event", "e.evtevent")
                .col(
                    "tags",
                    "(SELECT pg_catalog.string_agg(pg_catalog.quote_literal(t.tag), ', ' \
                     ORDER BY t.n) FROM pg_catalog.unnest(e.evttags) WITH ORDINALITY t(tag, n))",
                )
                .col("function", "e.evtfoid::pg_catalog.regproc")
                .col("enabled", "e.evtenabled")
                .made_by_users("e.oid", class::PG_EVENT_TRIGGER),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            event: row.owned("event")?,
            tags: row.opt_owned("tags")?,
            function: row.owned("function")?,
            enabled: trigger::enabled(row.letter("enabled")?),
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_EVENT_TRIGGER)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::owned("EVENT TRIGGER", self.named.quoted()))
    }

    fn render(&self, sql: &mut Sql) {
        let name = self.named.quoted();
        let tags = self
            .tags
            .as_ref()
            .map(|t| cat!["\n    WHEN TAG IN (", t, ")"]);
        let head = cat![
            "CREATE EVENT TRIGGER ",
            &name,
            " ON ",
            crate::postgres::quote::ident(&self.event)
        ];
        let run = cat!["\n    EXECUTE PROCEDURE ", &self.function, "()"];
        sql.push(cat![head, tags.unwrap_or_default(), run]);
        if let Some(state) = self.enabled {
            sql.push(cat!["ALTER EVENT TRIGGER ", &name, " ", state]);
        }
        sql.drop_with(cat!["DROP EVENT TRIGGER ", name]);
    }
}
