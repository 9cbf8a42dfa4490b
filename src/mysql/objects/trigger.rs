//! Triggers, after the rows. Catalog: `information_schema.triggers`, `SHOW CREATE TRIGGER`.

use bstr::{BStr, BString, ByteSlice};

use crate::error::{Error, Kind, Result};
use crate::mysql::claims::{Claims, TRIGGER_EVENTS};
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, shown};
use crate::mysql::scan::{Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::stored::Stored;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    name: BString,
    table: BString,
    event: BString,
    stored: Stored,
    /// The one that fires before it for the same event: triggers fire in the order of their making.
    after: Option<BString>,
}

impl Object for Trigger {
    const NAME: &'static str = "trigger";
    const SECTION: Section = Section::PostData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        Found::Query(
            Select::from("information_schema.triggers")
                .cols(&["trigger_name", "event_object_table", "event_manipulation"])
                .equals("trigger_schema", &scope.database)
                .order("event_object_table, event_manipulation, action_timing, action_order"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.owned("trigger_name")?,
            table: row.owned("event_object_table")?,
            event: row.owned("event_manipulation")?,
            stored: Stored::default(),
            after: None,
        })
    }

    fn show(&self) -> Option<BString> {
        Some(Text::new("SHOW CREATE TRIGGER ").ident(&self.name).into())
    }

    fn define(&mut self, rows: &Rows, _scope: &Scope<'_>) -> Result<()> {
        let row = only(rows)?;
        let text = shown(&row, "SQL Original Statement", "TRIGGER on the database")?;
        let mode = row.owned("sql_mode")?;
        let create = rename(&text, mode.as_bstr(), &self.name, &self.table)?;
        self.stored = Stored::decode(&row, create)?;
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        let object = format!("trigger {}", self.name);
        let known = claims.value(&object, "event", self.event.as_bstr(), TRIGGER_EVENTS);
        known.map(drop)
    }

    fn link(triggers: &mut Vec<Self>) {
        let mut before: Option<(BString, BString)> = None;
        for trigger in triggers.iter_mut() {
            let same = before.as_ref().filter(|(_, table)| *table == trigger.table);
            trigger.after = same.map(|(name, _)| name.clone());
            before = Some((trigger.name.clone(), trigger.table.clone()));
        }
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            detail: self.table.clone(),
            ..Identity::default()
        }
    }

    fn provides(&self) -> Option<Reference> {
        Some(Reference::new("trigger", &self.name))
    }

    fn needs(&self) -> Vec<Reference> {
        let after = self.after.as_ref();
        let after = after.map(|name| Reference::new("trigger", name));
        [Some(Reference::relation(&self.table)), after]
            .into_iter()
            .flatten()
            .collect()
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        self.stored.render(scope, &mut sql);
        sql.drop_with(Text::new("DROP TRIGGER IF EXISTS ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}

/// The statement is kept as its author wrote it, with the database's name in it if he wrote that.
/// Its head is written anew, without the database; from `FOR EACH ROW` on nothing is touched.
fn rename(text: &[u8], mode: &BStr, name: &[u8], table: &[u8]) -> Result<BString> {
    let head = Head::find(text, mode).ok_or_else(|| {
        Error::new(
            Kind::Hostile,
            "the server's text is no CREATE TRIGGER statement",
        )
    })?;
    Ok(Text::new("CREATE ")
        .raw(head.definer.trim_ascii_end())
        .words(" TRIGGER ")
        .ident(name)
        .words(" ")
        .raw(head.event.trim_ascii_end())
        .words(" ON ")
        .ident(table)
        .words(" ")
        .raw(head.rest)
        .into())
}

/// The parts of a trigger's statement.
struct Head<'a> {
    definer: &'a [u8],
    event: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Head<'a> {
    fn find(text: &'a [u8], mode: &BStr) -> Option<Self> {
        let mut all = tokens(text, Quoting::of_mode(mode));
        let mut next = |found: &dyn Fn(&Token<'_>) -> bool| all.find(|token| found(token));
        let definer = next(&|token| token.is("DEFINER"))?.start;
        let trigger = next(&|token| token.is("TRIGGER"))?.start;
        let event = next(&|token| token.is("BEFORE") || token.is("AFTER"))?.start;
        let on = next(&|token| token.is("ON"))?.start;
        let rest = next(&|token| token.is("FOR"))?.start;
        Some(Self {
            definer: text.get(definer..trigger)?,
            event: text.get(event..on)?,
            rest: text.get(rest..)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn the_head_is_written_without_the_database() {
        let text =
            b"CREATE DEFINER=`root`@`localhost` TRIGGER old.tr before insert on `old`.t FOR \
                     each row SET @a = 'on for'";
        assert_eq!(
            rename(text, "".into(), b"t`r", b"t").unwrap(),
            "CREATE DEFINER=`root`@`localhost` TRIGGER `t``r` before insert ON `t` FOR each row \
             SET @a = 'on for'"
        );
        assert!(rename(b"CREATE TABLE x", "".into(), b"a", b"b").is_err());
    }
}
