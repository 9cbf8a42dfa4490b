//! Patterns over names in an archive, as psql takes them: `schema.name`, `*`, `?`, quotes keep
//! case and signs. Pure.

use std::fmt;

use regex::bytes::{Regex, RegexBuilder};

use crate::archive::toc::{Text, TocEntry};
use crate::error::{Error, Kind, Result};

/// A pattern of one or two parts.
#[derive(Debug, Clone)]
pub struct Names {
    text: String,
    schema: Option<Regex>,
    name: Regex,
}

impl Names {
    /// Parses a pattern; `fold`: unquoted letters stand for small ones, as in PostgreSQL.
    pub fn parse(text: &str, fold: bool) -> Result<Self> {
        let mut parts = split(text, fold)?;
        let name = parts.pop().unwrap_or_default();
        let schema = parts.pop();
        if name.is_empty() || !parts.is_empty() {
            return Err(bad(text));
        }
        Ok(Self {
            text: text.to_owned(),
            schema: schema.map(|schema| compile(text, &schema)).transpose()?,
            name: compile(text, &name)?,
        })
    }

    /// Whether the entry's own schema and name match.
    #[must_use]
    pub fn matches(&self, entry: &TocEntry) -> bool {
        let schema = entry.schema.as_ref();
        self.name.is_match(&entry.name.0)
            && self
                .schema
                .as_ref()
                .is_none_or(|wanted| schema.is_some_and(|Text(schema)| wanted.is_match(schema)))
    }

    /// Whether its last part matches this name.
    #[must_use]
    pub fn is(&self, name: &[u8]) -> bool {
        self.schema.is_none() && self.name.is_match(name)
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The parts between dots, each as a regular expression.
fn split(text: &str, fold: bool) -> Result<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let literal = match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                '"'
            }
            '"' => {
                quoted = !quoted;
                continue;
            }
            '.' if !quoted => {
                parts.push(String::new());
                continue;
            }
            '*' if !quoted => {
                push(&mut parts, "(?-u:.)*");
                continue;
            }
            '?' if !quoted => {
                push(&mut parts, ".");
                continue;
            }
            c if fold && !quoted => c.to_ascii_lowercase(),
            c => c,
        };
        push(&mut parts, &regex::escape(literal.encode_utf8(&mut [0; 4])));
    }
    if quoted { Err(bad(text)) } else { Ok(parts) }
}

fn push(parts: &mut [String], text: &str) {
    if let Some(last) = parts.last_mut() {
        last.push_str(text);
    }
}

fn compile(text: &str, part: &str) -> Result<Regex> {
    RegexBuilder::new(&format!("^(?:{part})$"))
        .dot_matches_new_line(true)
        .build()
        .map_err(|_| bad(text))
}

fn bad(text: &str) -> Error {
    Error::new(
        Kind::Usage,
        format!("\"{text}\" is not a pattern of a name"),
    )
    .hint("Use NAME or SCHEMA.NAME with * and ?; double quotes keep case and dots.")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_a_name_as_psql_reads_it() {
        for (pattern, name, hit) in [
            ("orders", "orders", true),
            ("Orders", "orders", true),
            ("\"Orders\"", "orders", false),
            ("\"Orders\"", "Orders", true),
            ("ord*", "orders", true),
            ("order?", "orders", true),
            ("order", "orders", false),
            ("\"a.b\"\"*\"", "a.b\"*", true),
        ] {
            let names = Names::parse(pattern, true).unwrap();
            assert_eq!(names.is(name.as_bytes()), hit, "{pattern} {name}");
        }
        assert!(!Names::parse("Orders", false).unwrap().is(b"orders"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in ["", "a.", "a.b.c", "\"a"] {
            assert!(Names::parse(pattern, true).is_err(), "{pattern}");
        }
    }
}
