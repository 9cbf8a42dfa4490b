//! Builds SQL text out of words, names and bytes. Names need not be UTF-8, so `format!` won't do.

use bstr::BString;

use crate::mysql::quote;
use crate::plan::entry::Statement;

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

    /// Adds a statement whose body holds terminators.
    pub fn compound(&mut self, text: impl Into<BString>) {
        self.create.push(Statement::compound(text));
    }

    /// Adds a statement that removes the object.
    pub fn drop_with(&mut self, text: impl Into<BString>) {
        self.drop.push(Statement::new(text));
    }
}
