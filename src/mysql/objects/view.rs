//! Views, in the order in which they use one another: a stand-in would lose CHECK OPTION and
//! updatability. Those that can't be opened: `broken_view.rs`. Catalog: `information_schema.tables`, `SHOW CREATE VIEW`.

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::mysql::around::Around;
use crate::mysql::claims::Claims;
use crate::mysql::inventory::{Column, Relation};
use crate::mysql::objects::order_position::with_positions;
use crate::mysql::objects::wide_literal::has_unreadable;
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, shown, table};
use crate::mysql::own_collation;
use crate::mysql::quote::{ident, unquote_ident};
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Rows;

/// A view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    name: BString,
    create: BString,
    charset: BString,
    collation: BString,
    /// Tables and views of this database that its text may read from.
    reads: Vec<BString>,
    /// Names that stand before columns without a database: of views, and aliases.
    bare: Vec<BString>,
    /// The collation of the only connections that can open it.
    own_collation: Option<BString>,
    /// Columns in three-byte UTF-8.
    national: Vec<BString>,
    /// The server leaves out positions of its ORDER BY or GROUP BY, and they can't be told.
    lacks_positions: bool,
    /// It has strings that the server shows as bytes, and nobody can read.
    has_unreadable: bool,
}

impl Object for View {
    const NAME: &'static str = "view";
    const SECTION: Section = Section::PreData;

    fn find(_scope: &Scope<'_>) -> Found<Self> {
        Found::Relations(Self::is_one, |relation, scope| {
            Self::of(relation, scope, false)
        })
    }

    fn show(&self, scope: &Scope<'_>) -> Vec<BString> {
        let shown = Text::new("SHOW CREATE VIEW ").ident(&self.name).into();
        if !scope.caps.is_mariadb() {
            return vec![shown];
        }
        let mut all = vec![self.stored(scope), shown];
        if let Some(collation) = &self.own_collation {
            all.insert(1, own_collation::set(collation));
            all.push(own_collation::BACK.into());
        }
        all
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        if !scope.caps.is_mariadb() {
            return self.define_shown(answers, None, scope);
        }
        let stored = only(answers)?.opt_owned("text")?.unwrap_or_default();
        let shown = 1 + usize::from(self.own_collation.is_some());
        let answers = answers.get(shown..).unwrap_or_default();
        self.define_shown(answers, Some(&stored), scope)
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        if self.lacks_positions {
            let message = "the server does not show the positions in its ORDER BY or GROUP BY";
            return claims.unclaimed(&format!("view {}", self.name), message);
        }
        if self.has_unreadable {
            let message = "it has strings in UCS-2, UTF-16 or UTF-32, which the server shows without \
                           their character set";
            return claims.unclaimed(&format!("view {}", self.name), message);
        }
        Ok(())
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn provides(&self) -> Option<Reference> {
        Some(Reference::relation(&self.name))
    }

    fn needs(&self) -> Vec<Reference> {
        let names = self.reads.iter().filter(|name| **name != self.name);
        names.map(|name| Reference::relation(name)).collect()
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        self.render_text(&mut sql)?;
        Ok(Rendered::Sql(sql))
    }
}

impl View {
    /// Asks for the text that the server stores (MariaDB).
    pub(super) fn stored(&self, scope: &Scope<'_>) -> BString {
        let text = Text::new("SELECT view_definition AS text FROM information_schema.views");
        let text = text.words(" WHERE table_schema = ");
        let text = text.string(&scope.database).words(" AND table_name = ");
        text.string(&self.name).into()
    }

    /// Reads what `SHOW CREATE VIEW` answers, beside the stored text.
    pub(super) fn define_shown(
        &mut self,
        answers: &[Rows],
        stored: Option<&BString>,
        scope: &Scope<'_>,
    ) -> Result<()> {
        let row = only(answers)?;
        let text = shown(&row, "Create View", "SHOW VIEW on the database")?;
        self.charset = row.owned("character_set_client")?;
        self.collation = row.owned("collation_connection")?;
        self.reads = reads(&text, &scope.database);
        self.bare = bare(&text);
        let text = without_own_database(&text, &scope.database);
        let (text, _) = table::without_own_database(&text, &scope.database);
        let told = stored.map(|stored| with_positions(&text, stored, &scope.database));
        self.lacks_positions = matches!(told, Some(None));
        let text = told.flatten().unwrap_or(text);
        let connection = self.collation.as_bstr();
        self.has_unreadable = has_unreadable(&text, connection, &self.reads, scope);
        self.create = match self.charset.as_slice() {
            b"utf8" | b"utf8mb3" => text,
            _ => with_national_literals(&text, &self.national),
        };
        Ok(())
    }

    /// Whether it is a view.
    pub(super) fn is_one(relation: &Relation) -> bool {
        relation.table_type == "VIEW"
    }

    /// A view, if it is asked for: of those that the server can't open, whose columns it does not
    /// list, or of the others.
    pub(super) fn of(relation: &Relation, scope: &Scope<'_>, broken: bool) -> Option<Self> {
        let wanted = is_broken(relation) == broken && scope.wants_relation(&relation.name);
        wanted.then(|| Self {
            name: relation.name.clone(),
            national: national(&relation.columns),
            own_collation: relation.own_collation.clone(),
            ..Self::default()
        })
    }

    /// Its name.
    pub(super) fn name(&self) -> &BString {
        &self.name
    }

    /// Its whole text.
    pub(super) fn text(&self) -> &BString {
        &self.create
    }

    /// What its text may read from.
    pub(super) fn reads(&self) -> &[BString] {
        &self.reads
    }

    /// Positions in its lists are lost.
    pub(super) fn lacks_positions(&self) -> bool {
        self.lacks_positions
    }

    /// It has strings that nobody can read.
    pub(super) fn has_unreadable(&self) -> bool {
        self.has_unreadable
    }

    /// Names before columns that no database stands before.
    pub(super) fn bare(&self) -> &[BString] {
        &self.bare
    }

    /// What makes it under its own settings, and what removes it.
    pub(super) fn render_text(&self, sql: &mut Sql) -> Result<()> {
        Around::default()
            .set("character_set_client", self.charset.as_bstr())
            .set("collation_connection", self.collation.as_bstr())
            .render(sql, |sql| {
                sql.server_text(&format!("view {}", self.name), &self.create)
            })?;
        sql.drop_with(Text::new("DROP VIEW ").ident(&self.name));
        Ok(())
    }
}

/// The server can't open it: it lists no columns, or (MySQL, which keeps them) says so in the comment's
/// place.
pub(super) fn is_broken(view: &Relation) -> bool {
    view.columns.is_empty() || view.comment.contains_str(" references invalid table(s)")
}

/// The first of each two names with a point between them, where these are all.
fn bare(text: &[u8]) -> Vec<BString> {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let mut found: Vec<BString> = Vec::new();
    for (at, window) in all.windows(3).enumerate() {
        let begins = at.checked_sub(1).and_then(|at| all.get(at));
        let ends = all.get(at + 3);
        if let [name, dot, column] = window
            && dot.is_mark(b'.')
            && name.kind == Kind::Ident
            && column.kind == Kind::Ident
            && ![begins, ends]
                .into_iter()
                .flatten()
                .any(|token| token.is_mark(b'.'))
            && let Some((name, _)) = unquote_ident(name.text)
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

fn national(columns: &[Column]) -> Vec<BString> {
    let three_byte = |column: &&Column| {
        let charset = column.charset.as_ref();
        charset.is_some_and(|charset| charset == "utf8" || charset == "utf8mb3")
    };
    columns
        .iter()
        .filter(three_byte)
        .map(|column| column.name.clone())
        .collect()
}

/// Where the server can't open a view (its definer is gone), it names columns with their database
/// and tables without, or (beside `JSON_TABLE`) with it: such a view would load into a database of
/// the same name only, or read from that.
fn without_own_database(text: &BString, database: &[u8]) -> BString {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let own = ident(database);
    let beside_json = all.iter().any(|token| token.is("json_table"));
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for (at, window) in all.windows(3).enumerate() {
        let [schema, dot, name] = window else {
            continue;
        };
        let before = all.get(..at).unwrap_or_default();
        let begins = before.last().is_none_or(|before| !before.is_mark(b'.'));
        let of_column = matches!(all.get(at + 3..), Some([second, column, ..])
            if second.is_mark(b'.') && column.kind == Kind::Ident);
        if begins
            && schema.text == own.as_slice()
            && dot.is_mark(b'.')
            && name.kind == Kind::Ident
            && (of_column || beside_json && is_table(before, all.get(at + 3)))
        {
            out.extend_from_slice(text.get(from..schema.start).unwrap_or_default());
            from = name.start;
        }
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    out.into()
}

/// What stands between these is a table (not the last word of `trim(… from …)`).
fn is_table(before: &[Token<'_>], next: Option<&Token<'_>>) -> bool {
    let word = before.iter().rev().find(|token| !token.is_mark(b'('));
    word.is_some_and(|word| word.is("from") || word.is("join") || word.is("straight_join"))
        && next.is_some_and(|next| !next.is_mark(b')'))
}

/// The server forgets the `N` of `N'…'`, so that a column of that alone would change its character
/// set. It is written again.
fn with_national_literals(text: &BString, columns: &[BString]) -> BString {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for window in all.windows(4) {
        let [before, literal, word, name] = window else {
            continue;
        };
        let alone = before.is("select") || before.is_mark(b',');
        if !alone || literal.kind != Kind::Literal || !word.is("AS") {
            continue;
        }
        let column = unquote_ident(name.text).map(|(name, _)| name);
        if column.is_some_and(|column| columns.contains(&column)) {
            out.extend_from_slice(text.get(from..literal.start).unwrap_or_default());
            out.push(b'N');
            from = literal.start;
        }
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    out.into()
}

/// The relations of this database that a view's text reads from. The server prints each behind
/// `from`, `join` or a bracket, columns always with their table before them.
fn reads(text: &[u8], database: &[u8]) -> Vec<BString> {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let own = ident(database);
    let mut found: Vec<BString> = Vec::new();
    for (at, before) in all.iter().enumerate() {
        let opens = before.is_mark(b'(') || before.is_mark(b',');
        if !(opens || before.is("from") || before.is("join") || before.is("straight_join")) {
            continue;
        }
        let mut rest = all.get(at + 1..).unwrap_or_default();
        while let [open, tail @ ..] = rest
            && open.is_mark(b'(')
        {
            rest = tail;
        }
        if let Some(name) = relation_name(rest, &own)
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

fn relation_name(tokens: &[Token<'_>], own: &[u8]) -> Option<BString> {
    let name = match tokens {
        [schema, dot, name, next, ..]
            if schema.text == own && dot.is_mark(b'.') && !next.is_mark(b'.') =>
        {
            name
        }
        [schema, dot, name] if schema.text == own && dot.is_mark(b'.') => name,
        [name, dot, ..] if dot.is_mark(b'.') => {
            let _ = name;
            return None;
        }
        // a call
        [_, open, ..] if open.is_mark(b'(') => return None,
        [name, ..] => name,
        [] => return None,
    };
    if name.kind != Kind::Ident {
        return None;
    }
    unquote_ident(name.text).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_lose_their_own_database() {
        let text = "CREATE VIEW `v` AS select `d`.`t`.`a` AS `a`,`o`.`t`.`b` AS `b`,`d`.`f`(1) AS \
                    `x` from `t` join `o`.`t`";
        assert_eq!(
            without_own_database(&text.into(), b"d"),
            "CREATE VIEW `v` AS select `t`.`a` AS `a`,`o`.`t`.`b` AS `b`,`d`.`f`(1) AS \
             `x` from `t` join `o`.`t`"
        );
        let text = "CREATE VIEW `v` AS select trim('x' from `d`.`a`) AS `a` from (`d`.`t` `d` \
                    join JSON_TABLE(`d`.`j`, '$') `j`)";
        assert_eq!(
            without_own_database(&text.into(), b"d"),
            "CREATE VIEW `v` AS select trim('x' from `d`.`a`) AS `a` from (`t` `d` \
             join JSON_TABLE(`d`.`j`, '$') `j`)"
        );
    }

    #[test]
    fn national_literals_are_told_by_their_columns() {
        let text = "CREATE VIEW `v` AS select 'a' AS `a`,'b' AS `b`,concat('c') AS `a`";
        assert_eq!(
            with_national_literals(&text.into(), &["a".into()]),
            "CREATE VIEW `v` AS select N'a' AS `a`,'b' AS `b`,concat('c') AS `a`"
        );
    }

    #[test]
    fn bare_names_have_no_database() {
        let text = b"CREATE VIEW `v` AS select `w`.`a` AS `a`,`d`.`t`.`b` AS `b` from `w` join `t`";
        assert_eq!(bare(text), ["w"]);
    }

    #[test]
    fn tables_stand_behind_from_join_and_brackets() {
        let text = b"CREATE VIEW `v` AS select `a`.`x` AS `x`,`m`.`b`.`y` AS `y` from ((`a` join \
                     `m`.`b` `z` on(`a`.`x` = `z`.`y`)) left join `other`.`c` on(1)) where \
                     `a`.`x` in (select `d`.`q` from `d`) and f(`g`(1))";
        assert_eq!(reads(text, b"m"), ["a", "b", "d"]);
    }
}
