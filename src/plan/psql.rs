//! psql-style patterns as regular expressions that a PostgreSQL server runs itself: what they match
//! is what pg_dump's match, in the server's own rules for classes, case and characters (manual,
//! "psql", "Patterns", and "POSIX Regular Expressions").

use crate::error::Result;
use crate::plan::pattern::{Piece, improper, parts};

/// A pattern, ready for the operator `~`. Texts are UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPattern {
    /// As it was written.
    pub text: String,
    /// The database that it names: it must be the one that is dumped.
    pub database: Option<String>,
    /// The schema's regular expression, where there is one.
    pub schema: Option<String>,
    /// The name's.
    pub name: String,
}

impl ServerPattern {
    /// For what a schema holds: `name`, `schema.name`, `database.schema.name`.
    pub fn relation(text: &str) -> Result<Self> {
        match parts(text, true)?.as_slice() {
            [name] => Ok(Self::new(text, None, None, name)),
            [schema, name] => Ok(Self::new(text, None, Some(schema), name)),
            [database, schema, name] => Ok(Self::new(text, Some(database), Some(schema), name)),
            _ => Err(improper(text, "there are too many dots")),
        }
    }

    /// For schemas: `name`, `database.name`.
    pub fn schema(text: &str) -> Result<Self> {
        match parts(text, true)?.as_slice() {
            [name] => Ok(Self::new(text, None, None, name)),
            [database, name] => Ok(Self::new(text, Some(database), None, name)),
            _ => Err(improper(text, "there are too many dots")),
        }
    }

    /// For what belongs to a database alone: extensions, foreign servers.
    pub fn name(text: &str) -> Result<Self> {
        match parts(text, true)?.as_slice() {
            [name] => Ok(Self::new(text, None, None, name)),
            _ => Err(improper(text, "a dot stands for nothing here")),
        }
    }

    fn new(
        text: &str,
        database: Option<&Vec<Piece>>,
        schema: Option<&Vec<Piece>>,
        name: &[Piece],
    ) -> Self {
        Self {
            text: text.to_owned(),
            database: database.map(|part| part.iter().map(|piece| plain(*piece)).collect()),
            schema: schema.map(|part| regex(part)),
            name: regex(name),
        }
    }
}

fn regex(part: &[Piece]) -> String {
    let mut regex = String::from("^(");
    for piece in part {
        match piece {
            Piece::Literal(c) => {
                if "|*+?()[]{}.^$\\".contains(*c) {
                    regex.push('\\');
                }
                regex.push(*c);
            }
            Piece::Any => regex.push('.'),
            Piece::Run => regex.push_str(".*"),
            Piece::Regex(c) => regex.push(*c),
        }
    }
    regex.push_str(")$");
    regex
}

/// A database's name is no pattern.
fn plain(piece: Piece) -> char {
    match piece {
        Piece::Literal(c) | Piece::Regex(c) => c,
        Piece::Any => '?',
        Piece::Run => '*',
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_what_the_server_runs() {
        for (text, schema, name) in [
            ("Orders", None, "^(orders)$"),
            ("\"Or*ers\"", None, r"^(Or\*ers)$"),
            ("s*.a?b", Some("^(s.*)$"), "^(a.b)$"),
            ("(a|B)[0-9]$", None, r"^((a|b)[0-9]\$)$"),
            ("\"a.b\".\"c\"\"d\"", Some(r"^(a\.b)$"), "^(c\"d)$"),
            ("x[]", None, r"^(x\[\])$"),
        ] {
            let pattern = ServerPattern::relation(text).unwrap();
            assert_eq!(pattern.schema.as_deref(), schema, "{text}");
            assert_eq!(pattern.name, name, "{text}");
        }
    }

    #[test]
    fn a_database_is_a_name() {
        let pattern = ServerPattern::relation("Shop.public.t").unwrap();
        assert_eq!(pattern.database.as_deref(), Some("shop"));
        let pattern = ServerPattern::schema("\"Shop\".public").unwrap();
        assert_eq!(pattern.database.as_deref(), Some("Shop"));
        assert!(ServerPattern::relation("a.b.c.d").is_err());
        assert!(ServerPattern::name("a.b").is_err());
        assert!(ServerPattern::schema("").is_err());
    }
}
