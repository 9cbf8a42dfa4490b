//! What routines, packages, triggers and events have in common: a text in the character set of the
//! client that made it, and the settings that it runs under.

use bstr::{BStr, BString, ByteSlice};

use crate::error::Result;
use crate::mysql::around::Around;
use crate::mysql::claims::Claims;
use crate::mysql::comment::with_plain_comment;
use crate::mysql::head_words::HeadWords;
use crate::mysql::scan::{Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::sql::rows::{Row, Rows};

/// A stored program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    /// The whole `CREATE` statement, in `charset`.
    pub create: BString,
    /// The `sql_mode` that it was made under.
    pub mode: BString,
    /// `character_set_client` of whoever made it.
    pub charset: BString,
    /// `collation_connection` of whoever made it.
    pub collation: BString,
    /// The database's default collation at that time: what its variables have.
    pub database_collation: BString,
    /// The time zone, of an event.
    pub time_zone: Option<BString>,
    /// What of it is printed in another character set than the rest.
    head: HeadWords,
    /// Words of the head can't be written in `charset`.
    unwritable: bool,
}

impl Stored {
    /// Begins with what the catalog's list says.
    pub fn listed(head: HeadWords) -> Self {
        Self {
            head,
            ..Self::default()
        }
    }

    /// What has to be asked beside `SHOW CREATE …`.
    pub fn question(&self) -> Option<BString> {
        self.head.question()
    }

    /// Reads a row of `SHOW CREATE …`, whose text is already known, and what else was asked.
    pub fn decode(&mut self, row: &Row<'_>, create: BString, answers: &[Rows]) -> Result<()> {
        self.create = create;
        if self.head.question().is_some() {
            let answer = answers.get(1);
            let mended = answer.map(|answer| self.head.mend(&self.create, answer));
            match mended.transpose()?.flatten() {
                Some(text) => self.create = text,
                None => self.unwritable = true,
            }
        }
        self.mode = row.owned("sql_mode")?;
        self.charset = row.owned("character_set_client")?;
        self.collation = row.owned("collation_connection")?;
        self.database_collation = row.owned("Database Collation")?;
        Ok(())
    }

    /// An error where its head would come back as other words.
    pub fn claim(&self, object: &str, claims: &mut Claims) -> Result<()> {
        if self.unwritable {
            let message = format!(
                "its name, definer or comment has no place in a text in {}, its client's character set",
                self.charset
            );
            return claims.unclaimed(object, &message);
        }
        Ok(())
    }

    /// For a program that has a comment: writes it as the program's own mode reads it.
    pub fn mend_comment(&mut self) {
        self.create = with_plain_comment(std::mem::take(&mut self.create), &self.mode);
    }

    /// For an event: under a mode that makes another word of NOT, MySQL can't read what it prints of events
    /// that go when they are over. That is the default: it needs not be said.
    pub fn without_completion(&mut self) {
        let has = |mode: &[u8]| mode.eq_ignore_ascii_case(b"HIGH_NOT_PRECEDENCE");
        if !self.mode.split_str(",").any(has) {
            return;
        }
        let all: Vec<Token<'_>> = tokens(&self.create, Quoting::of_mode(&self.mode)).collect();
        let words = ["ON", "COMPLETION", "NOT", "PRESERVE"];
        let told = all.windows(words.len()).find(|window| {
            let mut each = window.iter().zip(words);
            each.all(|(token, word)| token.is(word))
        });
        let ends = told.and_then(|told| Some((told.first()?.start, told.last()?.end())));
        if let Some((start, end)) = ends {
            let part = |from: usize, to: usize| self.create.get(from..to).unwrap_or_default();
            let rest = part(end, self.create.len()).trim_start();
            self.create = [part(0, start), rest].concat().into();
        }
    }

    /// Renders the statement of `object` between its settings.
    pub fn render(&self, object: &str, scope: &Scope<'_>, sql: &mut Sql) -> Result<()> {
        self.render_with(Around::default(), object, scope, sql)
    }

    /// The same, with further settings.
    pub fn render_with(
        &self,
        around: Around,
        object: &str,
        scope: &Scope<'_>,
        sql: &mut Sql,
    ) -> Result<()> {
        let around = self.around(around);
        let mode = self.mode.to_str_lossy();
        self.render_collation(scope, sql, |sql| {
            around.render(sql, |sql| sql.server_body(object, &self.create, &mode))
        })
    }

    fn around(&self, around: Around) -> Around {
        let around = around
            .set("sql_mode", self.mode.as_bstr())
            .set("character_set_client", self.charset.as_bstr())
            .set("collation_connection", self.collation.as_bstr());
        match &self.time_zone {
            Some(zone) => around.set("time_zone", zone.as_bstr()),
            None => around,
        }
    }

    /// A program made under another default of the database gets that for its making.
    fn render_collation(
        &self,
        scope: &Scope<'_>,
        sql: &mut Sql,
        inner: impl FnOnce(&mut Sql) -> Result<()>,
    ) -> Result<()> {
        if self.database_collation == scope.collation {
            return inner(sql);
        }
        sql.push(alter(self.database_collation.as_bstr()));
        inner(sql)?;
        sql.push(alter(scope.collation.as_bstr()));
        Ok(())
    }
}

fn alter(collation: &BStr) -> Text {
    // quoted: `binary` is a word of the language, which MariaDB before 11 takes for no name
    let name = match collation.as_bytes() {
        b"binary" => &b"'binary'"[..],
        name => name,
    };
    Text::new("ALTER DATABASE COLLATE ").raw(name)
}
