//! Stored procedures and functions. Catalog: `information_schema.routines`, `SHOW CREATE`.

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::head_words::HeadWords;
use crate::mysql::objects::script_body::with_quoted_body;
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, shown};
use crate::mysql::quote::ident;
use crate::mysql::scan::{Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::stored::Stored;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// A procedure or function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    name: BString,
    /// `PROCEDURE` or `FUNCTION`: they share no names.
    kind: BString,
    /// Whether it has a comment.
    commented: bool,
    stored: Stored,
}

/// The query for routines of these types.
pub(super) fn query(scope: &Scope<'_>, types: &str) -> Select {
    Select::from("information_schema.routines")
        .cols(&["routine_name", "routine_type"])
        .col("commented", "routine_comment <> ''")
        .col("comment", "routine_comment")
        .col("client", "character_set_client")
        .cols(&["definer"])
        .equals("routine_schema", &scope.database)
        .filter(&format!("routine_type IN ({types})"))
        .order("routine_type, routine_name")
}

/// The right that shows a routine's body.
#[must_use]
pub fn right(scope: &Scope<'_>) -> &'static str {
    if scope.caps.show_routine_privilege() {
        "SHOW_ROUTINE on *.*"
    } else if scope.caps.show_create_routine_privilege() {
        "SHOW CREATE ROUTINE on the database"
    } else {
        "SELECT on mysql.proc"
    }
}

impl Object for Routine {
    const NAME: &'static str = "routine";
    const SECTION: Section = Section::PreData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if scope.wants_rest() {
            Found::Query(query(scope, "'PROCEDURE', 'FUNCTION'"))
        } else {
            Found::Nothing
        }
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("routine_name")?;
        let head = HeadWords::read(row, &[&name], true)?;
        Ok(Self {
            name,
            kind: row.owned("routine_type")?,
            commented: row.bool("commented")?,
            stored: Stored::listed(head),
        })
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        let show = Text::new("SHOW CREATE ").raw(&self.kind).words(" ");
        let show = show.ident(&self.name).into();
        [Some(show), self.stored.question()]
            .into_iter()
            .flatten()
            .collect()
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        let row = only(answers)?;
        let column = if self.kind == "FUNCTION" {
            "Create Function"
        } else {
            "Create Procedure"
        };
        let text = shown(&row, column, right(scope))?;
        let text = if scope.caps.libraries() {
            let mode = row.bytes("sql_mode")?;
            with_quoted_body(without_own_database(&text, &scope.database), mode)
        } else {
            text
        };
        self.stored.decode(&row, text, answers)?;
        if self.commented {
            self.stored.mend_comment();
        }
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        let object = format!("{} {}", self.kind.to_lowercase().as_bstr(), self.name);
        self.stored.claim(&object, claims)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            detail: self.kind.to_ascii_lowercase().into(),
            ..Identity::default()
        }
    }

    fn provides(&self) -> Option<Reference> {
        let space = if self.kind.as_bstr() == "FUNCTION" {
            "function"
        } else {
            "procedure"
        };
        Some(Reference::new(space, &self.name))
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        let object = format!("{} {}", self.kind.to_lowercase().as_bstr(), self.name);
        self.stored.render(&object, scope, &mut sql)?;
        let drop = Text::new("DROP ").raw(&self.kind).words(" ");
        sql.drop_with(drop.ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}

/// Libraries are named with their database (`` USING (`db`.`l` AS `a`) ``), which need not be the one
/// that is restored into.
fn without_own_database(text: &BString, database: &[u8]) -> BString {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let own = ident(database);
    // the body follows the first AS that stands outside of brackets
    let mut depth = 0_i32;
    let body = all.iter().position(|token| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0 && token.is("AS")
    });
    let head = all.get(..body.unwrap_or(0)).unwrap_or_default();
    let using = head
        .windows(2)
        .position(|pair| matches!(pair, [word, open] if word.is("USING") && open.is_mark(b'(')));
    let list = using.and_then(|at| head.get(at..)).unwrap_or_default();
    let (mut out, mut from) = (Vec::new(), 0);
    for window in list.windows(3) {
        if let [schema, dot, name] = window
            && schema.text == own.as_slice()
            && dot.is_mark(b'.')
        {
            out.extend_from_slice(text.get(from..schema.start).unwrap_or_default());
            from = name.start;
        }
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_lose_their_own_database() {
        let text = "CREATE FUNCTION `f`(n INT) RETURNS int LANGUAGE JAVASCRIPT USING (`d`.`l` AS `x`, \
                    `e`.`m`,`d`.`n`) AS $$ USING (`d`.`l`) $$";
        assert_eq!(
            without_own_database(&text.into(), b"d"),
            "CREATE FUNCTION `f`(n INT) RETURNS int LANGUAGE JAVASCRIPT USING (`l` AS `x`, \
             `e`.`m`,`n`) AS $$ USING (`d`.`l`) $$"
        );
        let text = "CREATE FUNCTION `f`() RETURNS int RETURN 'AS USING (`d`.`l`)'";
        assert_eq!(without_own_database(&text.into(), b"d"), text);
    }
}
