//! psql-style patterns (PostgreSQL manual, "psql", "Patterns"): `*` and `?`, `schema.table`,
//! double quotes for literal parts, character classes and the like as in regular expressions.
//! Names outside of quotes are folded to lower case for PostgreSQL; MySQL's are taken as they are.

use std::sync::atomic::{AtomicBool, Ordering};

use regex::bytes::Regex;

use crate::error::{Error, Kind, Result};
use crate::sql::dialect::Dialect;

/// A compiled pattern, which remembers whether anything matched it.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    schema: Option<Regex>,
    name: Regex,
    matched: AtomicBool,
}

impl Pattern {
    /// A pattern for names without a schema: schemas, databases.
    pub fn name(dialect: Dialect, text: &str) -> Result<Self> {
        match regexes(dialect, text)?.as_slice() {
            [name] => Self::new(text, None, name),
            _ => Err(improper(text, "a dot stands for nothing here")),
        }
    }

    /// A pattern for tables: `name` or `schema.name` (`database.name` in MySQL).
    pub fn table(dialect: Dialect, text: &str) -> Result<Self> {
        match regexes(dialect, text)?.as_slice() {
            [name] => Self::new(text, None, name),
            [schema, name] => Self::new(text, Some(schema), name),
            _ => Err(improper(text, "there are too many dots")),
        }
    }

    fn new(text: &str, schema: Option<&String>, name: &str) -> Result<Self> {
        let compile = |part: &str| {
            let regex = Regex::new(&format!("^(?:{part})$"));
            regex.map_err(|error| improper(text, "it is no regular expression").cause(error))
        };
        Ok(Self {
            text: text.to_owned(),
            schema: schema.map(|schema| compile(schema)).transpose()?,
            name: compile(name)?,
            matched: AtomicBool::new(false),
        })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether anything matched it so far.
    #[must_use]
    pub fn has_matched(&self) -> bool {
        self.matched.load(Ordering::Relaxed)
    }

    /// Whether a name matches, whatever its schema.
    pub fn matches_name(&self, name: &[u8]) -> bool {
        self.note(self.name.is_match(name))
    }

    /// Whether a table matches; a pattern without a schema matches in each.
    pub fn matches(&self, schema: &[u8], name: &[u8]) -> bool {
        let in_schema = self
            .schema
            .as_ref()
            .is_none_or(|regex| regex.is_match(schema));
        self.note(in_schema && self.name.is_match(name))
    }

    fn note(&self, matches: bool) -> bool {
        if matches {
            self.matched.store(true, Ordering::Relaxed);
        }
        matches
    }
}

pub(crate) fn improper(text: &str, why: &str) -> Error {
    Error::new(Kind::Usage, format!("cannot use the pattern {text}: {why}"))
        .hint("Patterns are as in psql: * and ?, schema.table, double quotes around literal parts.")
}

/// One character of a name: of UTF-8, or one byte of another encoding.
const ANY: &str = r"(?-u:[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*|[\x80-\xbf])";

/// The parts between dots, as regular expressions of ours.
fn regexes(dialect: Dialect, text: &str) -> Result<Vec<String>> {
    let parts = parts(text, dialect == Dialect::Postgres)?;
    let regex = |part: Vec<Piece>| part.into_iter().map(regex).collect();
    Ok(parts.into_iter().map(regex).collect())
}

fn regex(piece: Piece) -> String {
    match piece {
        Piece::Literal(c) => regex::escape(c.encode_utf8(&mut [0; 4])),
        Piece::Any => ANY.to_owned(),
        Piece::Run => format!("{ANY}*"),
        Piece::Regex(c) => c.to_string(),
    }
}

/// What a part of a pattern consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// This character.
    Literal(char),
    /// Any character.
    Any,
    /// Any characters.
    Run,
    /// As it is in a regular expression.
    Regex(char),
}

/// The parts between dots; with `fold`, what is not quoted is lower case.
pub(crate) fn parts(text: &str, fold: bool) -> Result<Vec<Vec<Piece>>> {
    let mut parts = vec![Vec::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(part) = parts.last_mut() else { break };
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => part.push(Piece::Literal('"')),
            '"' => quoted = !quoted,
            _ if quoted => part.push(Piece::Literal(c)),
            '.' => parts.push(Vec::new()),
            '*' => part.push(Piece::Run),
            '?' => part.push(Piece::Any),
            '$' => part.push(Piece::Literal('$')),
            '[' if chars.next_if_eq(&']').is_some() => {
                part.extend([Piece::Literal('['), Piece::Literal(']')]);
            }
            _ if fold => part.push(Piece::Regex(c.to_ascii_lowercase())),
            _ => part.push(Piece::Regex(c)),
        }
    }
    if quoted {
        return Err(improper(text, "its double quotes don't match"));
    }
    if parts.iter().any(Vec::is_empty) {
        return Err(improper(text, "a part of it is empty"));
    }
    Ok(parts)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, schema: &str, name: &str) -> bool {
        let pattern = Pattern::table(Dialect::Postgres, pattern).unwrap();
        pattern.matches(schema.as_bytes(), name.as_bytes())
    }

    #[test]
    fn patterns_are_those_of_psql() {
        for (pattern, schema, name) in [
            ("Orders", "public", "orders"),
            ("\"Orders\"", "public", "Orders"),
            ("ord*", "a", "orders"),
            ("*", "a", "any\nthing"),
            ("caf?", "a", "caf\u{e9}"),
            ("shop.orders", "shop", "orders"),
            ("s*.o*", "shop", "orders"),
            ("\"a.b\".\"c*\"\"d\"", "a.b", "c*\"d"),
            ("t[0-9]+", "a", "t12"),
            ("(a|b)", "x", "b"),
            ("a$1", "x", "a$1"),
            ("int4[]", "x", "int4[]"),
            ("\"A\"b\"C\"", "x", "AbC"),
        ] {
            assert!(matches(pattern, schema, name), "{pattern}");
        }
        for (pattern, schema, name) in [
            ("Orders", "public", "Orders"),
            ("orders", "public", "orders2"),
            ("shop.orders", "other", "orders"),
            ("a?", "x", "a"),
            ("\"o*\"", "x", "orders"),
            ("a|b", "x", "ab"),
        ] {
            assert!(!matches(pattern, schema, name), "{pattern}");
        }
    }

    #[test]
    fn names_of_mysql_are_not_folded() {
        let pattern = Pattern::table(Dialect::Mysql, "Shop.Ord*").unwrap();
        assert!(pattern.matches(b"Shop", b"Orders"));
        assert!(!pattern.matches(b"shop", b"orders"));
    }

    #[test]
    fn bytes_that_are_not_utf_8_match_too() {
        assert!(
            Pattern::table(Dialect::Postgres, "a?b*")
                .unwrap()
                .matches(b"x", b"a\xe9b\xff")
        );
    }

    #[test]
    fn improper_patterns_are_usage_errors() {
        for pattern in ["a.b.c", "\"a", "a.", "", "[", "(a"] {
            let error = Pattern::table(Dialect::Postgres, pattern).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{pattern}");
        }
        assert!(Pattern::name(Dialect::Postgres, "a.b").is_err());
    }

    proptest! {
        #[test]
        fn a_quoted_name_matches_itself_alone(name in ".+", other in ".+") {
            let pattern = format!("\"{}\"", name.replace('"', "\"\""));
            let pattern = Pattern::name(Dialect::Postgres, &pattern).unwrap();
            prop_assert!(pattern.matches_name(name.as_bytes()));
            prop_assert_eq!(pattern.matches_name(other.as_bytes()), name == other);
        }

        #[test]
        fn any_pattern_is_judged_without_panic(pattern: String) {
            let _ = Pattern::table(Dialect::Mysql, &pattern);
        }
    }
}
