//! Triggers, after the rows, in their authors' own words: where these name the database, they load
//! into one of that name only. Catalog: `information_schema.triggers`, `SHOW CREATE TRIGGER`.

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::mysql::claims::{Claims, TRIGGER_EVENTS};
use crate::mysql::head_words::HeadWords;
use crate::mysql::objects::{Found, Linked, Object, Reference, Rendered, only, shown};
use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
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
    /// The server can't read its text any more (MariaDB shows it whole, without a definer).
    unread: bool,
    stored: Stored,
    /// The one that fires before it for the same event: triggers fire in the order of their making.
    after: Option<BString>,
    /// Whether its table is carried.
    wanted: bool,
}

impl Object for Trigger {
    const NAME: &'static str = "trigger";
    const SECTION: Section = Section::PostData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        Found::Query(
            Select::from("information_schema.triggers")
                .cols(&["trigger_name", "event_object_table", "event_manipulation"])
                .col(
                    "unread",
                    "definer = '' AND action_statement LIKE 'CREATE %'",
                )
                .col("client", "character_set_client")
                .cols(&["definer"])
                .equals("trigger_schema", &scope.database)
                .order("event_object_table, event_manipulation, action_timing, action_order"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("trigger_name")?;
        let table = row.owned("event_object_table")?;
        let head = HeadWords::read(row, &[&name, &table], false)?;
        Ok(Self {
            name,
            table,
            event: row.owned("event_manipulation")?,
            unread: row.bool("unread")?,
            stored: Stored::listed(head),
            after: None,
            wanted: false,
        })
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        let show = Text::new("SHOW CREATE TRIGGER ").ident(&self.name).into();
        [Some(show), self.stored.question()]
            .into_iter()
            .flatten()
            .collect()
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        self.wanted = scope.wants_relation(&self.table);
        let row = only(answers)?;
        let text = shown(&row, "SQL Original Statement", "TRIGGER on the database")?;
        self.stored.decode(&row, text, answers)?;
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        let object = format!("trigger {}", self.name);
        if self.unread {
            let message = "the server can't read its text, which is of another version or mode";
            return claims.unclaimed(&object, message);
        }
        self.stored.claim(&object, claims)?;
        let known = claims.value(&object, "event", self.event.as_bstr(), TRIGGER_EVENTS);
        known.map(drop)
    }

    fn stays(&self) -> bool {
        self.wanted && !self.unread
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
        let object = format!("trigger {}", self.name);
        let quoting = Quoting::of_mode(&self.stored.mode);
        if quoting.no_escapes && scope.caps.data_dictionary() && !scope.caps.is_mariadb() {
            // MySQL reads the table's expressions in the mode in which it opens it, with escapes that
            // mean nothing in this one: so it is opened before.
            sql.push(
                Text::new("DO (SELECT COUNT(*) FROM (SELECT 1 FROM ")
                    .ident(&self.table)
                    .words(" LIMIT 0) AS opened)"),
            );
        }
        // a table lets columns go that its triggers name, and no trigger be made that names others
        let gone = self.gone_columns(scope);
        if let Some(add) = alter(&self.table, &gone, "ADD COLUMN ", " INT") {
            sql.push(add);
        }
        self.stored.render(&object, scope, &mut sql)?;
        if let Some(drop) = alter(&self.table, &gone, "DROP COLUMN ", "") {
            sql.push(drop);
        }
        sql.drop_with(Text::new("DROP TRIGGER ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}

impl Linked for Trigger {
    type Waiting = Vec<Self>;

    fn link(triggers: &mut Vec<Self>) -> Result<()> {
        let mut before: Option<(BString, BString)> = None;
        for trigger in triggers.iter_mut() {
            let same = before.as_ref().filter(|(_, table)| *table == trigger.table);
            trigger.after = same.map(|(name, _)| name.clone());
            before = Some((trigger.name.clone(), trigger.table.clone()));
        }
        Ok(())
    }
}

impl Trigger {
    /// Columns of its table's rows that its text names and that are gone. Tables that keep a history
    /// have some that no list shows, and let none come and go.
    fn gone_columns(&self, scope: &Scope<'_>) -> Vec<BString> {
        let table = scope.relations.find(&self.table);
        let Some(table) = table.filter(|table| !table.is_versioned() && !table.columns.is_empty())
        else {
            return Vec::new();
        };
        let there = |name: &BString| {
            let mut columns = table.columns.iter();
            !name.is_ascii() || columns.any(|one| one.name.eq_ignore_ascii_case(name))
        };
        let mut gone = named_columns(&self.stored.create, Quoting::of_mode(&self.stored.mode));
        gone.retain(|name| !there(name));
        gone
    }
}

/// The names behind `NEW.` and `OLD.`, each once.
fn named_columns(text: &[u8], quoting: Quoting) -> Vec<BString> {
    let all: Vec<Token<'_>> = tokens(text, quoting).collect();
    let mut names: Vec<BString> = Vec::new();
    for window in all.windows(3) {
        let [row, dot, column] = window else { continue };
        if !(row.is("NEW") || row.is("OLD")) || !dot.is_mark(b'.') {
            continue;
        }
        let name = match column.kind {
            Kind::Word => column.text.into(),
            Kind::Ident => {
                unquote_ident(column.text).map_or_else(|| column.text.into(), |(name, _)| name)
            }
            Kind::Literal | Kind::Mark => continue,
        };
        if !names.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            names.push(name);
        }
    }
    names
}

/// An `ALTER TABLE` that does this with each of the columns.
fn alter(table: &[u8], columns: &[BString], words: &str, kind: &str) -> Option<Text> {
    let mut text = Text::new("ALTER TABLE ").ident(table);
    for (at, column) in columns.iter().enumerate() {
        text = text.words(if at > 0 { ", " } else { " " });
        text = text.words(words).ident(column).words(kind);
    }
    (!columns.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_rows_are_found() {
        let text =
            b"CREATE TRIGGER t BEFORE UPDATE ON x FOR EACH ROW SET NEW.a = OLD . `b``c` + new.A, \
                     @x = 'NEW.d' -- OLD.e";
        assert_eq!(named_columns(text, Quoting::default()), ["a", "b`c"]);
    }

    #[test]
    fn columns_come_and_go_together() {
        let text = alter(b"t", &["a".into(), "b".into()], "ADD COLUMN ", " INT").map(BString::from);
        let wanted = "ALTER TABLE `t` ADD COLUMN `a` INT, ADD COLUMN `b` INT";
        assert_eq!(text, Some(wanted.into()));
        assert!(alter(b"t", &[], "DROP COLUMN ", "").is_none());
    }
}
