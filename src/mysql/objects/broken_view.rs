//! Views that the server can't open: a table, a column or a function of theirs is gone. They are
//! carried with their text, which no server takes as long as it is so. So they are made before
//! all tables, each over stand-ins with the names and columns that its text uses, which are dropped
//! again at once: the view is left as it was, and becomes whole when what it lacks comes back.
//! Whole views: `view.rs`.

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::objects::stand_ins::StandIns;
use crate::mysql::objects::view::View;
use crate::mysql::objects::{Found, Linked, Object, Reference, Rendered, only};
use crate::mysql::scan::{Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Rows;

/// A view that can't be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenView {
    view: View,
    stand_ins: StandIns,
    /// Broken views that read this one: they are made before it, while its name is free.
    readers: Vec<BString>,
    /// What the server would leave out of its text, or break down over.
    unshown: Option<&'static str>,
}

impl Object for BrokenView {
    const NAME: &'static str = "broken_view";
    const SECTION: Section = Section::PreData;

    fn find(_scope: &Scope<'_>) -> Found<Self> {
        Found::Relations(View::is_one, |relation, scope| {
            View::of(relation, scope, true).map(|view| Self {
                view,
                stand_ins: StandIns::default(),
                readers: Vec::new(),
                unshown: None,
            })
        })
    }

    fn show(&self, scope: &Scope<'_>) -> Vec<BString> {
        if scope.caps.is_mariadb() {
            ask_with_care(&self.view, scope)
        } else {
            self.view.show(scope)
        }
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        if scope.caps.is_mariadb() {
            let stored = only(answers)?.opt_owned("text")?.unwrap_or_default();
            self.unshown = unshown(&stored);
            if self.unshown.is_some() {
                return Ok(());
            }
            let answers = answers.get(2..).unwrap_or_default();
            self.view.define_shown(answers, Some(&stored), scope)?;
            if self.view.lacks_positions() {
                self.unshown = Some("positions in ORDER BY or GROUP BY");
            }
        } else {
            self.view.define_shown(answers, None, scope)?;
        }
        if self.view.has_unreadable() {
            self.unshown = Some("strings in UCS-2, UTF-16 or UTF-32");
        }
        let relations = self.view.reads().to_vec();
        self.stand_ins = StandIns::of(self.view.text(), &scope.database, relations);
        let is_view = |name: &&BString| {
            scope
                .relations
                .find(name)
                .is_some_and(|one| View::is_one(&one))
        };
        let views = self.view.reads().iter().filter(is_view);
        self.stand_ins.views = views.cloned().collect();
        let gone = |name: &&BString| scope.relations.find(name).is_none();
        // MySQL names no table's database either
        let bare = self.view.bare().iter().filter(gone);
        let bare = bare.filter(|_| scope.caps.is_mariadb());
        self.stand_ins.views.extend(bare.cloned());
        self.stand_ins.indexed = !scope.caps.is_mariadb();
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        let object = format!("view {}", self.view.name());
        if let Some(what) = self.unshown {
            let message = format!("the server can't open it, and does not show its {what}");
            return claims.unclaimed(&object, &message);
        }
        if self.stand_ins.duality {
            return claims.unclaimed(
                &object,
                "the server can't open it, and no stand-ins can be made for a JSON duality view",
            );
        }
        match &self.stand_ins.elsewhere {
            Some(database) => claims.unclaimed(
                &object,
                &format!(
                    "the server can't open it, and it reads from the database {database}, where \
                     nothing can be made for it"
                ),
            ),
            None => {
                claims.warn(
                    object,
                    "the server can't open it: it is carried with its text as it is",
                );
                Ok(())
            }
        }
    }

    fn stays(&self) -> bool {
        let stand_ins = &self.stand_ins;
        stand_ins.elsewhere.is_none() && !stand_ins.duality && self.unshown.is_none()
    }

    fn identity(&self) -> Identity {
        self.view.identity()
    }

    fn provides(&self) -> Option<Reference> {
        Some(Reference::new(Self::NAME, self.view.name()))
    }

    fn needs(&self) -> Vec<Reference> {
        let readers = self.readers.iter();
        readers
            .map(|name| Reference::new(Self::NAME, name))
            .collect()
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        self.stand_ins.make(&mut sql);
        self.view.render_text(&mut sql)?;
        self.stand_ins.unmake(&mut sql);
        Ok(Rendered::Sql(sql))
    }
}

impl Linked for BrokenView {
    type Waiting = Vec<Self>;

    fn link(views: &mut Vec<Self>) -> Result<()> {
        let all = views.clone();
        for view in views.iter_mut() {
            let name = view.view.name();
            let reads = |other: &&Self| other.view.reads().iter().any(|read| read == name);
            // two that read each other have no order, and need none: a stand-in is made of each
            let mutual = |other: &Self| view.view.reads().contains(other.view.name());
            let readers = all.iter().filter(reads).filter(|other| !mutual(other));
            view.readers = readers.map(|other| other.view.name().clone()).collect();
        }
        Ok(())
    }
}

/// MariaDB ends with a crash where it is to show a broken view over `JSON_TABLE`: its text is looked
/// at first, and only shown where it has none.
fn ask_with_care(view: &View, scope: &Scope<'_>) -> Vec<BString> {
    let show = BString::from(Text::new("SHOW CREATE VIEW ").ident(view.name()));
    let stored = view.stored(scope);
    let known = Text::new("SET @dumpkeep_json = (SELECT LOCATE('json_table(', text) > 0 FROM (");
    let known = known.raw(&stored).words(") AS v)");
    // What is asked stands in the statement: should it be refused, an error shows it.
    let choice = Text::new("EXECUTE IMMEDIATE IF(@dumpkeep_json, 'DO 0', ");
    vec![stored, known.into(), choice.string(&show).words(")").into()]
}

/// What `SHOW CREATE VIEW` does not show of a broken view with this text (MariaDB).
fn unshown(text: &[u8]) -> Option<&'static str> {
    if text.to_ascii_lowercase().contains_str("json_table(") {
        return Some("JSON_TABLE");
    }
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let historic =
        |pair: &[Token<'_>]| matches!(pair, [a, b] if a.is("FOR") && b.is("SYSTEM_TIME"));
    all.windows(2).any(historic).then_some("FOR SYSTEM_TIME")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_is_told_by_the_text() {
        let historic = b"select `d`.`t`.`a` AS `a` from `d`.`t` FOR SYSTEM_TIME ALL";
        assert_eq!(unshown(historic), Some("FOR SYSTEM_TIME"));
        let table =
            b"select `jt`.`a` from JSON_TABLE(`d`.`t`.`j`, '$' COLUMNS (`a` int PATH '$')) `jt`";
        assert_eq!(unshown(table), Some("JSON_TABLE"));
        assert_eq!(unshown(b"select 'FOR SYSTEM_TIME' AS `a`"), None);
    }
}
