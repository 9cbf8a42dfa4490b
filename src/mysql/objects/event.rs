//! Events. Catalog: `information_schema.events`, `SHOW CREATE EVENT`.

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::mysql::around::Around;
use crate::mysql::claims::{Claims, EVENT_STATES, EVENT_TYPES};
use crate::mysql::definer::parted_at_last;
use crate::mysql::head_words::HeadWords;
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, shown};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::stored::Stored;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// Two days before the end: far enough whatever the event's time zone is.
const BEFORE_END: &str = "CAST(GREATEST(1, FLOOR(UNIX_TIMESTAMP(COALESCE(execute_at, ends))) \
                          - 172800) AS UNSIGNED)";

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    name: BString,
    kind: BString,
    status: BString,
    /// A Unix time at which it was not over yet, of an event that ends or has one time.
    before_end: Option<u64>,
    /// Whether it has a comment.
    commented: bool,
    stored: Stored,
}

impl Object for Event {
    const NAME: &'static str = "event";
    const SECTION: Section = Section::PostData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if !scope.wants_rest() {
            return Found::Nothing;
        }
        Found::Query(
            Select::from("information_schema.events")
                .cols(&["event_name", "event_type", "status"])
                .col("commented", "event_comment <> ''")
                .col("comment", "event_comment")
                .col("client", "character_set_client")
                .cols(&["definer"])
                .col("before_end", BEFORE_END)
                .equals("event_schema", &scope.database)
                .order("event_name"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("event_name")?;
        let head = HeadWords::read(row, &[&name], true)?;
        Ok(Self {
            name,
            kind: row.owned("event_type")?,
            status: row.owned("status")?,
            commented: row.bool("commented")?,
            before_end: row.opt_num("before_end")?,
            stored: Stored::listed(head),
        })
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        let show = Text::new("SHOW CREATE EVENT ").ident(&self.name).into();
        [Some(show), self.stored.question()]
            .into_iter()
            .flatten()
            .collect()
    }

    fn define(&mut self, answers: &[Rows], _scope: &Scope<'_>) -> Result<()> {
        let row = only(answers)?;
        let create = shown(&row, "Create Event", "EVENT on the database")?;
        self.stored.decode(&row, parted_at_last(create), answers)?;
        if self.commented {
            self.stored.mend_comment();
        }
        self.stored.time_zone = Some(row.owned("time_zone")?);
        self.stored.without_completion();
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        let object = format!("event {}", self.name);
        self.stored.claim(&object, claims)?;
        claims.value(&object, "type", self.kind.as_bstr(), EVENT_TYPES)?;
        claims.value(&object, "status", self.status.as_bstr(), EVENT_STATES)?;
        Ok(())
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn provides(&self) -> Option<Reference> {
        Some(Reference::new("event", &self.name))
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        let object = format!("event {}", self.name);
        self.stored
            .render_with(self.clock(), &object, scope, &mut sql)?;
        sql.drop_with(Text::new("DROP EVENT ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}

impl Event {
    /// An event whose time has passed is refused, or made disabled: so the clock is set back.
    fn clock(&self) -> Around {
        Around::default().clock(self.before_end)
    }
}
