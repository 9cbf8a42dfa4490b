//! What stands in for the tables and functions of a broken view (`broken_view.rs`) while it is made:
//! its text says which names and columns these need. Their types: `stand_in_type.rs`.

use bstr::{BStr, BString};

use crate::mysql::objects::stand_in_type::{Place, Type};
use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::text::{Sql, Text};

/// The table below stand-ins that are views.
const BELOW: &[u8] = b"dumpkeep_stand_in";

/// InnoDB takes no more columns.
const WIDE: usize = 1000;

/// What has to be there while the view is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StandIns {
    relations: Vec<BString>,
    /// Those of them that give numbers.
    sequences: Vec<BString>,
    /// Those of them that are or were views: texts name a view's columns without its database.
    pub(super) views: Vec<BString>,
    columns: Vec<(BString, Type)>,
    /// With the number of their arguments and what they return.
    functions: Vec<(BString, usize, Type)>,
    /// Columns that `MATCH` reads together.
    matched: Vec<Vec<BString>>,
    /// `MATCH` wants an index when the view is made (MySQL).
    pub(super) indexed: bool,
    /// Another database that it reads from: nothing may be made there.
    pub(super) elsewhere: Option<BString>,
    /// It is a JSON duality view, which takes no tables but those of its own shape.
    pub(super) duality: bool,
}

impl StandIns {
    /// The columns and functions that a text names.
    pub(super) fn of(text: &[u8], database: &[u8], relations: Vec<BString>) -> Self {
        let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
        let mut own = aliases(&all);
        own.push(database.into());
        own.extend_from_slice(&relations);
        let mut found = Self {
            relations,
            sequences: sequences(&all),
            duality: is_duality(&all),
            ..Self::default()
        };
        let mut at = 0;
        let mut place = Place::new(&all);
        while at < all.len() {
            let chain = chain(all.get(at..).unwrap_or_default());
            if chain.is_empty() {
                place.pass(at);
                at += 1;
                continue;
            }
            place.at = at;
            place.end = at + 2 * chain.len() - 1;
            found.note(&place, &chain, &own);
            at = place.end;
        }
        found
    }

    fn note(&mut self, place: &Place<'_>, chain: &[BString], own: &[BString]) {
        let (before, rest) = (place.before(), place.rest());
        let Some((name, path)) = chain.split_last() else {
            return;
        };
        let foreign = path.first();
        let foreign = foreign.filter(|schema| !own.contains(schema) && !is_the_servers(schema));
        if rest.first().is_some_and(|token| token.is_mark(b'(')) {
            let call = before.is_none_or(|token| !names_columns(token));
            if call && !is_expression(rest) {
                self.function(name, place);
                self.elsewhere = self.elsewhere.take().or_else(|| foreign.cloned());
            }
        } else if path.len() == 1 && place.may_be_relation() && is_relation(before, rest) {
            self.elsewhere = self.elsewhere.take().or_else(|| foreign.cloned());
        } else if !path.is_empty() {
            self.column(name, place);
        }
    }

    fn column(&mut self, name: &BString, place: &Place<'_>) {
        let kind = place.kind();
        let mut known = self.columns.iter_mut();
        match known.find(|(column, _)| column.eq_ignore_ascii_case(name)) {
            Some((_, known)) if *known == Type::Text => *known = kind,
            Some(_) => {}
            None => self.columns.push((name.clone(), kind)),
        }
        if place.is_matched() {
            let first = place.before().is_some_and(|word| word.is("match"));
            if first || self.matched.is_empty() {
                self.matched.push(Vec::new());
            }
            self.matched
                .last_mut()
                .into_iter()
                .for_each(|group| group.push(name.clone()));
        }
    }

    fn function(&mut self, name: &BString, place: &Place<'_>) {
        if !self.functions.iter().any(|(known, ..)| known == name) {
            let count = arguments(place.rest());
            self.functions.push((
                name.clone(),
                count,
                place.kind_of_call(closing(place.rest())),
            ));
        }
    }

    /// Stand-ins that are views, over a table of their own.
    fn views(&self) -> impl Iterator<Item = &BString> {
        let views = self.relations.iter();
        views.filter(|name| self.views.contains(name))
    }

    fn is_indexed(&self) -> bool {
        self.indexed && !self.matched.is_empty()
    }

    fn tables(&self) -> impl Iterator<Item = &[u8]> {
        let below = self.views().next().map(|_| BELOW);
        let tables = self.relations.iter();
        let plain = |name: &&BString| !self.views.contains(name) && !self.sequences.contains(name);
        let tables = tables.filter(plain);
        tables.map(|name| name.as_slice()).chain(below)
    }

    /// What makes them.
    pub(super) fn make(&self, sql: &mut Sql) {
        for name in &self.sequences {
            sql.push(Text::new("CREATE SEQUENCE ").ident(name));
        }
        for name in self.tables() {
            let mut text = Text::new("CREATE TABLE ").ident(name).words(" (");
            for (column, kind) in &self.columns {
                text = text.ident(column).words(&format!(" {}, ", kind.sql()));
            }
            text = text.words("dumpkeep INT");
            let indexes = self.matched.iter().filter(|_| self.indexed);
            sql.push(indexes.fold(text, |text, one| with_index(text, one)).words(
                if self.is_indexed() {
                    ") ENGINE = InnoDB"
                } else if self.columns.len() > WIDE {
                    ") ENGINE = MyISAM"
                } else {
                    ")"
                },
            ));
        }
        for name in self.views() {
            let text = Text::new("CREATE VIEW ").ident(name).words(" AS SELECT ");
            let mut text = text.words("dumpkeep");
            for (column, _) in &self.columns {
                text = text.words(", ").ident(column);
            }
            sql.push(text.words(" FROM ").ident(BELOW));
        }
        for (name, count, kind) in &self.functions {
            let arguments: Vec<String> = (0..*count).map(|at| format!("a{at} INT")).collect();
            let text = Text::new("CREATE FUNCTION ").ident(name);
            let arguments = arguments.join(", ");
            sql.push(text.words(&format!(
                "({arguments}) RETURNS {} DETERMINISTIC RETURN NULL",
                kind.returned()
            )));
        }
    }

    /// What removes them again.
    pub(super) fn unmake(&self, sql: &mut Sql) {
        for name in self.views() {
            sql.push(Text::new("DROP VIEW ").ident(name));
        }
        for name in self.tables() {
            sql.push(Text::new("DROP TABLE ").ident(name));
        }
        for (name, ..) in &self.functions {
            sql.push(Text::new("DROP FUNCTION ").ident(name));
        }
        for name in &self.sequences {
            sql.push(Text::new("DROP SEQUENCE ").ident(name));
        }
    }
}

/// What a text takes numbers of, in this database.
fn sequences(all: &[Token<'_>]) -> Vec<BString> {
    let mut found: Vec<BString> = Vec::new();
    for window in all.windows(4) {
        let [function, open, name, next] = window else {
            continue;
        };
        let call = ["nextval", "lastval", "setval"]
            .iter()
            .any(|word| function.is(word));
        if call && open.is_mark(b'(') && name.kind == Kind::Ident && !next.is_mark(b'.') {
            found.extend(unquote_ident(name.text).map(|(name, _)| name));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn with_index(text: Text, columns: &[BString]) -> Text {
    let (text, _) = columns
        .iter()
        .fold((text.words(", FULLTEXT ("), ""), |(text, comma), name| {
            (text.words(comma).ident(name), ", ")
        });
    text.words(")")
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
        let names: Vec<_> = found.columns.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b`c", "D", "q"]);
        let functions = [("f".into(), 2, Type::Text), ("h".into(), 0, Type::Text)];
        assert_eq!(found.functions, functions);
        assert_eq!(found.elsewhere, None);
    }

    #[test]
    fn columns_have_the_types_that_their_functions_take() {
        let found = of(
            "CREATE VIEW `v` AS select st_astext(if(`t`.`n`,`t`.`g`,`t`.`p`)) AS `a`,\
             st_buffer(`t`.`h`,`t`.`m`) AS `b`,percentile_cont(0.5) within group ( order by \
             `t`.`o` desc) over (partition by `t`.`q`) AS `c`,sum(`t`.`r`) over (order by `t`.`d` \
             range between interval 1 day preceding and current row) AS `d`,\
             extract(year from `t`.`y`) AS `e`,(match `t`.`f`,`t`.`i` against ('x')) AS `f`,\
             vec_totext(`t`.`v`) AS `g` from `t`",
        );
        let text = |kind: Type| {
            let of_kind = found
                .columns
                .iter()
                .filter(move |(_, found)| *found == kind);
            of_kind
                .map(|(name, _)| name.to_string())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(text(Type::Shape), "g p h");
        assert_eq!(text(Type::Number), "o");
        assert_eq!(text(Type::Moment), "d");
        assert_eq!(text(Type::Bytes), "v");
        assert_eq!(text(Type::Text), "n m q r y f i");
        assert_eq!(found.matched, [["f", "i"]]);
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
