//! Putting SQL together from byte strings. Names need not be UTF-8, so `format!` won't do.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Statement;
use crate::sql::names::marks_as_constants;

/// Joins byte strings: `cat!["ALTER TABLE ", &name, " OWNER TO ", &owner]`.
#[macro_export]
macro_rules! cat {
    ($($part:expr),* $(,)?) => {{
        let mut text = ::bstr::BString::default();
        $(text.extend_from_slice(AsRef::<[u8]>::as_ref(&$part));)*
        text
    }};
}

pub use crate::cat;

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
        self.add([Statement::new(text)]);
    }

    /// Adds statements that make the object. There are a few for each object and hundreds of thousands of
    /// objects: no room is left for more.
    pub fn add(&mut self, statements: impl IntoIterator<Item = Statement>) {
        for statement in statements {
            self.create.reserve_exact(1);
            self.create.push(statement);
        }
    }

    /// Sets the statement that removes the object.
    pub fn drop_with(&mut self, text: impl Into<BString>) {
        self.drop.reserve_exact(1);
        self.drop.push(Statement::new(text));
    }
}

/// SQL text that the server made (a definition, an expression), as one piece of a statement: with
/// no terminator at its end. All such text passes here. `what` names it in an error: "the default
/// of public.t.a".
pub fn server_sql(text: impl AsRef<[u8]>, _what: impl FnOnce() -> BString) -> Result<BString> {
    let text = text.as_ref().trim_ascii();
    let text = text.strip_suffix(b";").unwrap_or(text);
    Ok(marks_as_constants(text).unwrap_or_else(|| text.into()))
}

/// Joins items with a separator.
pub fn join<T: AsRef<[u8]>>(items: impl IntoIterator<Item = T>, separator: &str) -> BString {
    let mut text = BString::default();
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            text.extend_from_slice(separator.as_bytes());
        }
        text.extend_from_slice(item.as_ref());
    }
    text
}
