//! Builds SQL text out of words, names and bytes. Names need not be UTF-8, so `format!` won't do.

use bstr::BString;

use crate::error::Result;
use crate::mysql::quote;
use crate::plan::entry::Statement;
use crate::sql::dialect::Dialect;
use crate::sql::lex::Lexer;

/// SQL text while it grows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(Vec<u8>);

impl Text {
    /// Begins with these words.
    #[must_use]
    pub fn new(words: &str) -> Self {
        Self(words.as_bytes().to_vec())
    }

    /// Appends words of ours.
    #[must_use]
    pub fn words(self, words: &str) -> Self {
        self.raw(words.as_bytes())
    }

    /// Appends bytes as they are.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Appends an identifier, quoted.
    #[must_use]
    pub fn ident(mut self, name: &[u8]) -> Self {
        quote::push_ident(&mut self.0, name);
        self
    }

    /// Appends a string literal.
    #[must_use]
    pub fn string(mut self, value: &[u8]) -> Self {
        quote::push_string(&mut self.0, value);
        self
    }
}

impl From<Text> for BString {
    fn from(text: Text) -> Self {
        text.0.into()
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The statements of one object, as they are rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sql {
    /// What makes the object.
    pub create: Vec<Statement>,
    /// What removes it.
    pub drop: Vec<Statement>,
}

impl Sql {
    /// Adds a statement that makes the object.
    pub fn push(&mut self, text: impl Into<BString>) {
        self.create.push(Statement::new(text));
    }

    /// Adds a statement as the server gave it, for `object`. Anything but one harmless statement is
    /// an error. Tables have executable comments of the server's own.
    pub fn server_text(&mut self, object: &str, text: &BString) -> Result<()> {
        let lexer = Lexer::new(Dialect::Mysql).versioned_comments();
        lexer.statement(text).map_err(|harm| harm.of(object))?;
        self.push(text.clone());
        Ok(())
    }

    /// The same for a stored program, whose body holds terminators, made under a `sql_mode`.
    pub fn server_body(&mut self, object: &str, text: &BString, mode: &str) -> Result<()> {
        let lexer = Lexer::new(Dialect::Mysql).compound().versioned_comments();
        let checked = lexer.sql_mode(mode).statement(text);
        checked.map_err(|harm| harm.of(object))?;
        self.create.push(Statement::compound(text.clone()));
        Ok(())
    }

    /// Adds a statement that removes the object.
    pub fn drop_with(&mut self, text: impl Into<BString>) {
        self.drop.push(Statement::new(text));
    }
}
