//! Tables: the server's own `CREATE TABLE`, with its indexes and foreign keys (the script's head
//! switches their check off, so circular ones load in any order). Rows: `table_data.rs`.

use std::collections::HashMap;

use bstr::{BStr, BString};

use crate::error::Result;
use crate::mysql::around::Around;
use crate::mysql::claims::Claims;
use crate::mysql::inventory::Relation;
use crate::mysql::objects::default_name;
use crate::mysql::objects::foreign_key_index::{drop_indexes, with_indexes};
use crate::mysql::objects::foreign_key_name::with_quoted_names;
use crate::mysql::objects::foreign_key_order::{Charset, by_way, misfits, reaches, recode};
use crate::mysql::objects::fulltext_index;
use crate::mysql::objects::implied_collation::without_implied;
use crate::mysql::objects::mend::{self, Suspect};
use crate::mysql::objects::no_default::drop_defaults;
use crate::mysql::objects::reference_system::{self, with_systems};
use crate::mysql::objects::sequence_default;
use crate::mysql::objects::unknown_option::with_unknown_options;
use crate::mysql::objects::wide_default::{self, WideDefault};
use crate::mysql::objects::{Found, Linked, Object, Reference, Rendered, Waiting, only, shown};
use crate::mysql::quote::{ident, unquote_ident};
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::plan::packed::Packed;
use crate::plan::pile::Pile;
use crate::plan::shelf::Reading;
use crate::sql::rows::Rows;

/// The script's own mode, and what keeps options that are not known.
const ODD_OPTIONS: &str = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION,\
     IGNORE_BAD_TABLE_OPTIONS";

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    name: BString,
    /// ARCHIVE refuses rows whose number lies below its `AUTO_INCREMENT`.
    archive: bool,
    /// Its FULLTEXT indexes come after the rows.
    numbers_documents: bool,
    create: BString,
    /// It has options that its engine does not know (MariaDB).
    odd_options: bool,
    sequences: Vec<BString>,
    suspects: Vec<Suspect>,
    wide: Vec<WideDefault>,
    /// What asks for its columns' spatial reference systems (MariaDB).
    systems: Option<BString>,
    /// Its server has a data dictionary, which knows keys before their tables.
    dictionary: bool,
    mended: Mended,
}

/// How a table is made so that keys are taken which the server would refuse.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Mended {
    /// Tables that must be there before.
    after: Vec<BString>,
    /// It is made by way of another engine, for the keys that reference it.
    late: bool,
    /// Columns that get their own character set once their keys are there.
    recoded: Vec<(BString, Charset)>,
}

impl Table {
    /// Its name and its `CREATE TABLE`.
    pub(super) fn text(&self) -> (&BString, &BString) {
        (&self.name, &self.create)
    }

    #[cfg(test)]
    pub(super) fn with_text(name: &str, create: &str) -> Self {
        Self {
            name: name.into(),
            create: create.into(),
            ..Self::default()
        }
    }

    fn of(relation: &Relation, scope: &Scope<'_>) -> Self {
        Self {
            suspects: mend::suspects(relation, scope),
            wide: wide_default::of(relation, scope),
            name: relation.name.clone(),
            numbers_documents: fulltext_index::numbers_documents(relation, scope),
            archive: relation.has_engine(&["ARCHIVE"]),
            create: BString::default(),
            odd_options: false,
            sequences: Vec::new(),
            systems: reference_system::question(relation, scope),
            dictionary: scope.caps.data_dictionary(),
            mended: Mended::default(),
        }
    }
}

impl Object for Table {
    const NAME: &'static str = "table";
    const SECTION: Section = Section::PreData;

    fn find(_scope: &Scope<'_>) -> Found<Self> {
        Found::Relations(Relation::is_table, |relation, scope| {
            let wanted = scope.wants_relation(&relation.name);
            wanted.then(|| Self::of(relation, scope))
        })
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        let mut all = vec![Text::new("SHOW CREATE TABLE ").ident(&self.name).into()];
        let wide = self.wide.iter();
        all.extend(wide.filter_map(|default| default.question.clone()));
        let questions = self.suspects.iter().map(Suspect::questions);
        all.extend(questions.flatten().cloned());
        all.extend(self.systems.clone());
        all
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        let text = shown(&only(answers)?, "Create Table", "SELECT on the database")?;
        let rest = answers.get(1..).unwrap_or_default();
        let text = wide_default::mend(text, &self.wide, rest)?;
        let text = match scope.relations.find(&self.name) {
            Some(own) => default_name::mend(text, &own, scope)?,
            None => text,
        };
        let text = self.readable(text, scope);
        let (text, sequences) = without_own_database(&text, &scope.database);
        self.sequences = sequences;
        let text = self.without_lost_defaults(text, scope);
        let own = scope.relations.find(&self.name);
        let text = match own {
            Some(own) => own.part_options.write(text),
            None => text,
        };
        self.create = self.mended(&text, answers)?;
        self.create = with_nullable_counter(&self.create);
        if scope.caps.is_mariadb() {
            if let Some(found) = answers.last().filter(|_| self.systems.is_some()) {
                self.create = with_systems(std::mem::take(&mut self.create), found)?;
            }
            let options = with_unknown_options(&self.create);
            self.odd_options = options.is_some();
            self.create = options.unwrap_or_else(|| self.create.clone());
        } else {
            self.create = without_implied(&self.create);
        }
        if self.numbers_documents {
            self.create = fulltext_index::split(&self.create).0;
        }
        if self.archive {
            self.create = without_auto_increment(&self.create);
        }
        Ok(())
    }

    fn claim(&self, scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        let own = scope.relations.find(&self.name);
        if own
            .as_ref()
            .is_some_and(|own| own.part_options.are_unseen(&self.create))
        {
            claims.warn(
                format!("table {}", self.name),
                "whether its partitions are encrypted or compressed by themselves can't be seen without \
                 the privilege PROCESS, and the server does not print it beside named sub-partitions",
            );
        }
        for column in own
            .iter()
            .flat_map(|own| wide_default::bytes_as_digits(own, scope))
        {
            claims.warn(
                format!("column {}.{}", self.name, column.name),
                "a string in its default names its character set: where it has bytes beyond ASCII, the server \
                 prints them as digits, and the restored column has these",
            );
        }
        let there = |name: &&BString| scope.relations.find(name).is_some();
        match self.sequences.iter().find(|name| !there(name)) {
            Some(name) => claims.unclaimed(
                &format!("table {}", self.name),
                &format!("a default takes numbers of the sequence {name}, which is gone"),
            ),
            None => Ok(()),
        }
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
        let names = self.sequences.iter().chain(&self.mended.after);
        names.map(|name| Reference::relation(name)).collect()
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        // servers with a data dictionary let no such index go
        let (create, indexes) = match scope.caps.data_dictionary() {
            true => (self.create.clone(), Vec::new()),
            false => with_indexes(&self.create),
        };
        let object = format!("table {}", self.name);
        let way = by_way(&ident(&self.name), &create).filter(|_| self.mended.late);
        let (create, back) = way.map_or((create, None), |(text, alter)| (text, Some(alter)));
        let (create, recoded) = recode(&create, &self.mended.recoded);
        if self.odd_options {
            Around::default()
                .set("sql_mode", BStr::new(ODD_OPTIONS))
                .render(&mut sql, |sql| sql.server_text(&object, &create))?;
        } else {
            sql.server_text(&object, &create)?;
        }
        if let Some(alter) = back {
            sql.server_text(&object, &alter)?;
        }
        for column in &recoded {
            let alter = Text::new("ALTER TABLE ")
                .ident(&self.name)
                .words(" MODIFY ");
            sql.server_text(&object, &alter.raw(column).into())?;
        }
        let alter = drop_indexes(&self.name, &indexes);
        alter.into_iter().for_each(|alter| sql.push(alter));
        if scope.caps.drops_defaults() {
            let silent = !scope.caps.is_mariadb();
            let alter = drop_defaults(&self.name, &self.create, silent);
            alter.into_iter().for_each(|alter| sql.push(alter));
        }
        sql.drop_with(Text::new("DROP TABLE ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}

/// What was asked of the server is not needed any more.
impl Packed for Table {
    fn put(&self, out: &mut Vec<u8>) {
        self.name.put(out);
        self.create.put(out);
        self.odd_options.put(out);
        self.sequences.put(out);
        self.dictionary.put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            name: Packed::take(from)?,
            create: Packed::take(from)?,
            odd_options: Packed::take(from)?,
            sequences: Packed::take(from)?,
            dictionary: Packed::take(from)?,
            ..Self::default()
        })
    }
}

/// Tables that wait, and what becomes of those that can't be made as they are.
#[derive(Debug, Default)]
pub struct Tables {
    pile: Pile<Table>,
    /// By their positions.
    misfits: HashMap<usize, Mended>,
}

impl Waiting<Table> for Tables {
    fn push(&mut self, table: Table) -> Result<()> {
        self.pile.push(&table)
    }

    fn give(mut self, mut take: impl FnMut(Table) -> Result<()>) -> Result<()> {
        for (at, table) in self.pile.iter().enumerate() {
            let mut table = table?;
            table.mended = self.misfits.remove(&at).unwrap_or_default();
            take(table)?;
        }
        Ok(())
    }
}

impl Linked for Table {
    type Waiting = Tables;

    fn link(tables: &mut Tables) -> Result<()> {
        tables.pile.close()?;
        let mut reading = Reading::default();
        let mut turned = Vec::new();
        for misfit in misfits(&tables.pile)? {
            let (child, parent) = (misfit.child, misfit.parent);
            let dictionary = tables.pile.get(child, &mut reading)?.dictionary;
            // or they would wait for one another, over whatever many others
            let circle = reaches(&turned, parent, child);
            if (dictionary && !misfit.charsets_only) || circle {
                continue;
            }
            turned.push((child, parent));
            let (first, second) = if dictionary {
                (parent, child)
            } else {
                (child, parent)
            };
            let before = tables.pile.get(first, &mut reading)?.name;
            let mended = tables.misfits.entry(second).or_default();
            mended.after.push(before);
            mended.late = !dictionary;
            if dictionary {
                mended.recoded.extend(misfit.recoded);
            }
        }
        Ok(())
    }
}

impl Table {
    /// The text without defaults that are set after the rows (`sequence_default.rs`).
    fn without_lost_defaults(&mut self, text: BString, scope: &Scope<'_>) -> BString {
        let own = scope.relations.find(&self.name);
        let lost = own.map(|own| sequence_default::of(&own, scope));
        match lost {
            Some(lost) if !lost.is_empty() => match sequence_default::without(&text, &lost) {
                Some(text) => {
                    let there = |name: &BString| scope.relations.find(name).is_some();
                    self.sequences.retain(there);
                    text
                }
                None => text,
            },
            _ => text,
        }
    }

    /// What MariaDB printed, with its names in quotes.
    fn readable(&self, text: BString, scope: &Scope<'_>) -> BString {
        let own = scope.relations.find(&self.name);
        match own.filter(|_| scope.caps.is_mariadb()) {
            Some(own) => {
                let others = (&scope.relations, scope.caps.raw_foreign_keys());
                with_quoted_names(&text, &own, others)
            }
            None => text,
        }
    }

    fn mended(&self, text: &BString, answers: &[Rows]) -> Result<BString> {
        let wide = self.wide.iter().filter(|wide| wide.question.is_some());
        let mut rest = answers.get(1 + wide.count()..).unwrap_or_default();
        let mut answered = Vec::new();
        for suspect in &self.suspects {
            let (own, others) = rest
                .split_at_checked(suspect.questions().len())
                .unwrap_or_default();
            answered.extend(own.last().map(|last| (suspect, last)));
            rest = others;
        }
        mend::mend(text, &answered)
    }
}

/// MariaDB names the sequences of defaults with their database (`` nextval(`db`.`s`) ``), which
/// need not be the one that is restored into. Gives the text without it, and the sequences.
pub(super) fn without_own_database(text: &[u8], database: &[u8]) -> (BString, Vec<BString>) {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let own = ident(database);
    let (mut out, mut from, mut sequences) = (Vec::new(), 0, Vec::new());
    for window in all.windows(5) {
        let [function, open, schema, dot, name] = window else {
            continue;
        };
        let call = ["nextval", "lastval", "setval"]
            .iter()
            .any(|word| function.is(word));
        if call && open.is_mark(b'(') && schema.text == own.as_slice() && dot.is_mark(b'.') {
            out.extend_from_slice(text.get(from..schema.start).unwrap_or_default());
            from = name.start;
            sequences.extend(unquote_ident(name.text).map(|(name, _)| name));
        }
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    (out.into(), sequences)
}

/// Servers print a counter that may be NULL without a word of it, and read that as
/// NOT NULL: the word is written behind.
fn with_nullable_counter(text: &[u8]) -> BString {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let (mut depth, mut required) = (0_usize, false);
    for (at, token) in all.iter().enumerate() {
        if token.is_mark(b'(') {
            depth += 1;
        } else if token.is_mark(b')') {
            depth = depth.saturating_sub(1);
        } else if depth == 1 && token.is_mark(b',') {
            required = false;
        } else if depth == 1 && token.is("NOT") {
            required = true;
        }
        let counter = depth == 1 && token.is("AUTO_INCREMENT");
        if counter && !required && all.get(at + 1).is_some_and(|next| !next.is_mark(b'=')) {
            let (head, tail) = text.split_at(token.end());
            return [head, b" NULL", tail].concat().into();
        }
    }
    text.into()
}

/// Takes the table option `AUTO_INCREMENT=n` out.
fn without_auto_increment(text: &[u8]) -> BString {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let option = all.windows(3).find(|window| {
        matches!(window, [word, equals, number] if word.is("AUTO_INCREMENT")
            && equals.is_mark(b'=') && number.kind == Kind::Word)
    });
    let Some([word, _, number]) = option else {
        return text.into();
    };
    let (head, tail) = (text.get(..word.start), text.get(number.end()..));
    [
        head.unwrap_or_default().trim_ascii_end(),
        tail.unwrap_or_default(),
    ]
    .concat()
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_of_defaults_lose_their_own_database() {
        let text = b"CREATE TABLE `t` (`a` int DEFAULT nextval(`x`.`s`), `b` int DEFAULT \
                     nextval(`y`.`s`) COMMENT 'nextval(`x`.`s`)')";
        let (text, sequences) = without_own_database(text, b"x");
        assert_eq!(
            text,
            "CREATE TABLE `t` (`a` int DEFAULT nextval(`s`), `b` int DEFAULT \
             nextval(`y`.`s`) COMMENT 'nextval(`x`.`s`)')"
        );
        assert_eq!(sequences, ["s"]);
    }

    #[test]
    fn a_counter_that_may_be_null_says_so() {
        let with = |text: &str| with_nullable_counter(text.as_bytes()).to_string();
        assert_eq!(
            with("CREATE TABLE `t` (`a` int NOT NULL, `b` int(11) AUTO_INCREMENT, KEY (`b`))"),
            "CREATE TABLE `t` (`a` int NOT NULL, `b` int(11) AUTO_INCREMENT NULL, KEY (`b`))"
        );
        let plain = "CREATE TABLE `t` (`a` int NOT NULL AUTO_INCREMENT) AUTO_INCREMENT=7";
        assert_eq!(with(plain), plain);
    }

    #[test]
    fn the_counter_is_taken_out() {
        let text =
            b"CREATE TABLE `t` (\n  `a` int AUTO_INCREMENT\n) ENGINE=ARCHIVE AUTO_INCREMENT=7 \
                     COMMENT='AUTO_INCREMENT=9'";
        assert_eq!(
            without_auto_increment(text),
            "CREATE TABLE `t` (\n  `a` int AUTO_INCREMENT\n) ENGINE=ARCHIVE \
             COMMENT='AUTO_INCREMENT=9'"
        );
    }
}
