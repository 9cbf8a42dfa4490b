//! Views that the server can't open: a table, a column or a function of theirs is gone. They are
//! carried with their text, which no server takes as long as it is so. So they are made before
//! all tables, each over stand-ins with the names and columns that its text uses, which are dropped
//! again at once: the view is left as it was, and becomes whole when what it lacks comes back.
//! Whole views: `view.rs`.

use bstr::{BStr, BString};

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::objects::view::View;
use crate::mysql::objects::{Found, Object, Reference, Rendered};
use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Rows;

/// The table below stand-ins that are views.
const BELOW: &[u8] = b"dumpkeep_stand_in";

/// A view that can't be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenView {
    view: View,
    stand_ins: StandIns,
    /// Broken views that read this one: they are made before it, while its name is free.
    readers: Vec<BString>,
}

/// What has to be there while the view is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct StandIns {
    relations: Vec<BString>,
    /// Those of them that are views now: texts name a view's columns without its database.
    views: Vec<BString>,
    columns: Vec<BString>,
    /// With the number of their arguments.
    functions: Vec<(BString, usize)>,
    /// Another database that it reads from: nothing may be made there.
    elsewhere: Option<BString>,
    /// It is a JSON duality view, which takes no tables but those of its own shape.
    duality: bool,
}

impl Object for BrokenView {
    const NAME: &'static str = "broken_view";
    const SECTION: Section = Section::PreData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        let broken = |view| Self {
            view,
            stand_ins: StandIns::default(),
            readers: Vec::new(),
        };
        Found::Listed(View::listed(scope, true).into_iter().map(broken).collect())
    }

    fn show(&self, scope: &Scope<'_>) -> Vec<BString> {
        self.view.show(scope)
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        self.view.define(answers, scope)?;
        let relations = self.view.reads().to_vec();
        self.stand_ins = StandIns::of(self.view.text(), &scope.database, relations);
        self.stand_ins.views = View::names(scope);
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        let object = format!("view {}", self.view.name());
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

    fn link(views: &mut Vec<Self>) {
        views.retain(|view| view.stand_ins.elsewhere.is_none() && !view.stand_ins.duality);
        let all = views.clone();
        for view in views.iter_mut() {
            let name = view.view.name();
            let reads = |other: &&Self| other.view.reads().iter().any(|read| read == name);
            // two that read each other have no order, and need none: a stand-in is made of each
            let mutual = |other: &Self| view.view.reads().contains(other.view.name());
            let readers = all.iter().filter(reads).filter(|other| !mutual(other));
            view.readers = readers.map(|other| other.view.name().clone()).collect();
        }
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

impl StandIns {
    /// The columns and functions that a text names.
    fn of(text: &[u8], database: &[u8], relations: Vec<BString>) -> Self {
        let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
        let mut own = aliases(&all);
        own.push(database.into());
        own.extend_from_slice(&relations);
        let mut found = Self {
            relations,
            duality: is_duality(&all),
            ..Self::default()
        };
        let mut at = 0;
        while at < all.len() {
            let chain = chain(all.get(at..).unwrap_or_default());
            if chain.is_empty() {
                at += 1;
                continue;
            }
            let before = at.checked_sub(1).and_then(|at| all.get(at));
            let rest = all.get(at + 2 * chain.len() - 1..).unwrap_or_default();
            found.note(before, &chain, rest, &own);
            at += 2 * chain.len() - 1;
        }
        found
    }

    fn note(
        &mut self,
        before: Option<&Token<'_>>,
        chain: &[BString],
        rest: &[Token<'_>],
        own: &[BString],
    ) {
        let Some((name, path)) = chain.split_last() else {
            return;
        };
        let foreign = path.first();
        let foreign = foreign.filter(|schema| !own.contains(schema) && !is_the_servers(schema));
        if rest.first().is_some_and(|token| token.is_mark(b'(')) {
            let call = before.is_none_or(|token| !names_columns(token));
            if call && !is_expression(rest) {
                self.function(name, rest);
                self.elsewhere = self.elsewhere.take().or_else(|| foreign.cloned());
            }
        } else if path.len() == 1 && is_relation(before, rest) {
            self.elsewhere = self.elsewhere.take().or_else(|| foreign.cloned());
        } else if !path.is_empty() {
            let known = |column: &BString| column.eq_ignore_ascii_case(name);
            if !self.columns.iter().any(known) {
                self.columns.push(name.clone());
            }
        }
    }

    fn function(&mut self, name: &BString, rest: &[Token<'_>]) {
        if !self.functions.iter().any(|(known, _)| known == name) {
            self.functions.push((name.clone(), arguments(rest)));
        }
    }

    /// Stand-ins that are views, over a table of their own.
    fn views(&self) -> impl Iterator<Item = &BString> {
        let views = self.relations.iter();
        views.filter(|name| self.views.contains(name))
    }

    fn tables(&self) -> impl Iterator<Item = &[u8]> {
        let below = self.views().next().map(|_| BELOW);
        let tables = self.relations.iter();
        let tables = tables.filter(|name| !self.views.contains(name));
        tables.map(|name| name.as_slice()).chain(below)
    }

    fn make(&self, sql: &mut Sql) {
        for name in self.tables() {
            let mut text = Text::new("CREATE TABLE ").ident(name).words(" (");
            for column in &self.columns {
                text = text.ident(column).words(" VARCHAR(1), ");
            }
            sql.push(text.words("dumpkeep INT)"));
        }
        for name in self.views() {
            let text = Text::new("CREATE VIEW ").ident(name).words(" AS SELECT ");
            let mut text = text.words("dumpkeep");
            for column in &self.columns {
                text = text.words(", ").ident(column);
            }
            sql.push(text.words(" FROM ").ident(BELOW));
        }
        for (name, count) in &self.functions {
            let arguments: Vec<String> = (0..*count).map(|at| format!("a{at} INT")).collect();
            let text = Text::new("CREATE FUNCTION ").ident(name);
            let arguments = arguments.join(", ");
            sql.push(text.words(&format!(
                "({arguments}) RETURNS INT DETERMINISTIC RETURN NULL"
            )));
        }
    }

    fn unmake(&self, sql: &mut Sql) {
        for name in self.views() {
            sql.push(Text::new("DROP VIEW ").ident(name));
        }
        for name in self.tables() {
            sql.push(Text::new("DROP TABLE ").ident(name));
        }
        for (name, _) in &self.functions {
            sql.push(Text::new("DROP FUNCTION ").ident(name));
        }
    }
}

/// Databases that every server has: what a view reads from them is there.
fn is_the_servers(schema: &BString) -> bool {
    let names = ["mysql", "sys", "information_schema", "performance_schema"];
    names.iter().any(|name| schema == name)
}

fn is_duality(all: &[Token<'_>]) -> bool {
    all.windows(3).take(20).any(
        |words| matches!(words, [a, b, c] if a.is("RELATIONAL") && b.is("DUALITY") && c.is("VIEW")),
    )
}

/// The identifiers at the head that points connect.
fn chain(all: &[Token<'_>]) -> Vec<BString> {
    let mut names = Vec::new();
    let mut rest = all;
    while let [token, tail @ ..] = rest
        && token.kind == Kind::Ident
    {
        names.extend(unquote_ident(token.text).map(|(name, _)| name));
        rest = match tail {
            [dot, tail @ ..] if dot.is_mark(b'.') => tail,
            _ => break,
        };
    }
    names
}

/// What stands before a list of columns in brackets behind a name: that name is no function's.
fn names_columns(before: &Token<'_>) -> bool {
    let words: [&BStr; 3] = ["as".into(), "with".into(), "recursive".into()];
    before.is_mark(b')')
        || before.kind == Kind::Ident
        || words
            .iter()
            .any(|word| before.text.eq_ignore_ascii_case(word))
}

/// What stands in brackets is followed by `AS (`: the name is a common table expression's.
fn is_expression(rest: &[Token<'_>]) -> bool {
    let after = rest.get(closing(rest)..).unwrap_or_default();
    matches!(after, [word, open, ..] if word.is("as") && open.is_mark(b'('))
}

/// What tables and brackets with tables in them are called: a name behind another, or behind a
/// bracket.
fn aliases(all: &[Token<'_>]) -> Vec<BString> {
    let pairs = all.windows(2).filter_map(|pair| match pair {
        [before, name] if before.kind == Kind::Ident || before.is_mark(b')') => Some(name),
        _ => None,
    });
    let names = pairs.filter(|name| name.kind == Kind::Ident);
    names
        .filter_map(|name| unquote_ident(name.text).map(|(name, _)| name))
        .collect()
}

/// Two names are a table's with its database behind `from` and `join`, or in a bracket where a join
/// or an alias follows.
fn is_relation(before: Option<&Token<'_>>, rest: &[Token<'_>]) -> bool {
    let is = |token: &Token<'_>, words: &[&str]| words.iter().any(|word| token.is(word));
    let opens = before.is_some_and(|token| token.is_mark(b'('));
    let joins = ["join", "left", "right", "inner", "cross", "straight_join"];
    before.is_some_and(|token| is(token, &["from", "join", "straight_join"]))
        || opens
            && rest
                .first()
                .is_some_and(|token| token.kind == Kind::Ident || is(token, &joins))
}

/// Where the brackets at the head are closed.
fn closing(rest: &[Token<'_>]) -> usize {
    let mut depth = 0_i32;
    let end = rest.iter().position(|token| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0
    });
    end.map_or(rest.len(), |end| end + 1)
}

/// How many arguments stand in the brackets at the head.
fn arguments(rest: &[Token<'_>]) -> usize {
    let inner = rest.get(1..closing(rest) - 1).unwrap_or_default();
    let mut depth = 0_i32;
    let commas = inner.iter().filter(|token| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0 && token.is_mark(b',')
    });
    if inner.is_empty() {
        0
    } else {
        commas.count() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> StandIns {
        StandIns::of(text.as_bytes(), b"m", vec!["t".into()])
    }

    #[test]
    fn columns_and_functions_are_those_that_the_text_names() {
        let found = of(
            "CREATE VIEW `v` AS select `g`.`a` AS `x`,`m`.`t`.`b``c` AS `y`,`f`(`t`.`a`,(1,2)) AS \
             `z`,`m`.`h`() AS `w` from (`gone` `g` join `t` on(`g`.`a` = `m`.`t`.`D`)) \
             where `t`.`d` in (select `d`.`q` from `d`)",
        );
        assert_eq!(found.columns, ["a", "b`c", "D", "q"]);
        assert_eq!(found.functions, [("f".into(), 2), ("h".into(), 0)]);
        assert_eq!(found.elsewhere, None);
    }

    #[test]
    fn lists_of_columns_are_no_calls() {
        let found = of(
            "CREATE VIEW `v` AS with `c`(`x`) as (select `t`.`a` from `t`), `e`(`y`) as (select 1) \
             select `c`.`x` from (`c` join (select 1) `d`(`z`)) order by `c`.`x`",
        );
        assert_eq!(found.functions, []);
    }

    #[test]
    fn other_databases_are_told() {
        let found = of("CREATE VIEW `v` AS select `o`.`a` AS `a` from (`t` join `other`.`u` `o`)");
        assert_eq!(found.elsewhere, Some("other".into()));
        let found = of("CREATE VIEW `v` AS select `other`.`f`(1) AS `a`");
        assert_eq!(found.elsewhere, Some("other".into()));
    }
}
