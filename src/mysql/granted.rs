//! The lines of `SHOW GRANTS` as an answer to: may this user do this on that database? Pure.

use bstr::{BString, ByteSlice as _};

use crate::mysql::quote;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};

/// The rights of one session on one database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Granted {
    server: Vec<String>,
    database: Vec<String>,
    revoked: Vec<String>,
    tables: Vec<(BString, Vec<String>)>,
}

/// What a line is about.
enum On {
    Server,
    Pattern(BString),
    Table(BString, BString),
}

/// A line on rights, taken apart.
struct Line {
    revokes: bool,
    rights: Vec<String>,
    on: On,
    who: BString,
}

impl Granted {
    /// Reads the lines. Wildcards in a database's name are plain characters where they are
    /// `literal` (MySQL's `partial_revokes`).
    #[must_use]
    pub fn read(lines: &[BString], database: &[u8], literal: bool) -> Self {
        let mut found = Self::default();
        let mut patterns: Vec<(BString, usize, Vec<String>)> = Vec::new();
        for line in lines.iter().filter_map(|line| parse(line)) {
            match line.on {
                On::Server if !line.revokes => found.server.extend(line.rights),
                On::Server => {}
                On::Table(schema, table) if schema == database => {
                    found.tables.push((table, line.rights));
                }
                On::Table(..) => {}
                On::Pattern(pattern) => {
                    let Some(rank) = matches(&pattern, database, literal) else {
                        continue;
                    };
                    if line.revokes {
                        found.revoked.extend(line.rights);
                    } else {
                        patterns.push((line.who, rank, line.rights));
                    }
                }
            }
        }
        found.database = closest(patterns);
        found
    }

    /// The right holds for the whole server.
    #[must_use]
    pub fn on_server(&self, right: &str) -> bool {
        has(&self.server, right)
    }

    /// The right holds for everything in the database.
    #[must_use]
    pub fn on_database(&self, right: &str) -> bool {
        let globally = has(&self.server, right) && !has(&self.revoked, right);
        globally || has(&self.database, right)
    }

    /// The right holds for a table of the database.
    #[must_use]
    pub fn on_table(&self, right: &str, table: &[u8]) -> bool {
        let own = self.tables.iter().filter(|(name, _)| *name == table);
        self.on_database(right) || own.into_iter().any(|(_, rights)| has(rights, right))
    }
}

fn has(rights: &[String], right: &str) -> bool {
    rights
        .iter()
        .any(|one| one == right || one == "ALL PRIVILEGES")
}

/// Of several patterns that match, the server looks at the closest alone, for each account or role.
fn closest(mut patterns: Vec<(BString, usize, Vec<String>)>) -> Vec<String> {
    patterns.sort_by(|a, b| (&a.0, b.1).cmp(&(&b.0, a.1)));
    patterns.dedup_by(|later, first| later.0 == first.0);
    patterns
        .into_iter()
        .flat_map(|(_, _, rights)| rights)
        .collect()
}

fn parse(line: &[u8]) -> Option<Line> {
    let all: Vec<Token<'_>> = tokens(line, Quoting::default()).collect();
    let (first, rest) = all.split_first()?;
    let on = position(rest, &["ON"], 0)?;
    let to = position(rest, &["TO", "FROM"], on)?;
    let end = position(rest, &["WITH", "IDENTIFIED", "REQUIRE"], to).unwrap_or(rest.len());
    let who = rest.get(to + 1..end)?.iter().map(|token| token.text);
    Some(Line {
        revokes: first.is("REVOKE"),
        rights: rights(rest.get(..on)?),
        on: object(rest.get(on + 1..to)?)?,
        who: who.collect::<Vec<_>>().concat().into(),
    })
}

/// The first of these words outside of brackets.
fn position(all: &[Token<'_>], words: &[&str], from: usize) -> Option<usize> {
    let mut depth = 0_i32;
    all.iter()
        .enumerate()
        .skip(from)
        .find(|(_, token)| {
            depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
            depth == 0 && words.iter().any(|word| token.is(word))
        })
        .map(|(at, _)| at)
}

/// The rights' names; one on columns only is none on the table.
fn rights(all: &[Token<'_>]) -> Vec<String> {
    let mut depth = 0_i32;
    let each = all.split(|token| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0 && token.is_mark(b',')
    });
    let whole = each.filter(|words| words.iter().all(|word| word.kind == Kind::Word));
    whole
        .map(|words| {
            let words = words.iter().map(|word| word.text.to_str_lossy());
            words.collect::<Vec<_>>().join(" ").to_ascii_uppercase()
        })
        .collect()
}

fn object(all: &[Token<'_>]) -> Option<On> {
    let name = |token: &Token<'_>| quote::unquote_ident(token.text).map(|(name, _)| name);
    match all {
        [schema, dot, table] if dot.is_mark(b'.') => {
            match (schema.is_mark(b'*'), table.is_mark(b'*')) {
                (true, true) => Some(On::Server),
                (false, true) => Some(On::Pattern(name(schema)?)),
                (false, false) => Some(On::Table(name(schema)?, name(table)?)),
                (true, false) => None,
            }
        }
        _ => None,
    }
}

/// Whether a pattern is about the database; and how close: the place of its first wildcard.
fn matches(pattern: &[u8], database: &[u8], literal: bool) -> Option<usize> {
    if literal {
        return (pattern == database).then_some(usize::MAX);
    }
    let wildcard = |at: &usize| {
        let escaped = *at > 0 && pattern.get(at - 1) == Some(&b'\\');
        matches!(pattern.get(*at), Some(b'%' | b'_')) && !escaped
    };
    let rank = (0..pattern.len()).find(wildcard).unwrap_or(usize::MAX);
    like(pattern, database).then_some(rank)
}

fn like(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'%', rest @ ..], _) => (0..=name.len()).any(|at| {
            let tail = name.get(at..).unwrap_or_default();
            like(rest, tail)
        }),
        ([b'_', rest @ ..], [_, tail @ ..]) => like(rest, tail),
        ([b'\\', byte, rest @ ..], [first, tail @ ..]) => byte == first && like(rest, tail),
        ([byte, rest @ ..], [first, tail @ ..]) => byte == first && like(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 4] = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"];

    fn read(lines: &[&str]) -> Granted {
        let lines: Vec<BString> = lines.iter().map(|line| BString::from(*line)).collect();
        Granted::read(&lines, b"my_shop", false)
    }

    fn lacks(lines: &[&str]) -> Vec<&'static str> {
        let granted = read(lines);
        let missing = ALL.into_iter().filter(|right| !granted.on_database(right));
        missing.collect()
    }

    #[test]
    fn rights_on_the_server_and_the_database_count() {
        assert!(lacks(&["GRANT ALL PRIVILEGES ON *.* TO `a`@`b` WITH GRANT OPTION"]).is_empty());
        assert!(lacks(&["GRANT ALL PRIVILEGES ON `my\\_shop`.* TO `a`@`b`"]).is_empty());
        assert_eq!(
            lacks(&[
                "GRANT USAGE ON *.* TO `a`@`b` IDENTIFIED BY PASSWORD '*X ON y'",
                "GRANT SELECT, EVENT ON `my_shop`.* TO `a`@`b`",
                "GRANT TRIGGER ON `other`.* TO `a`@`b`",
                "GRANT SHOW VIEW ON `my_shop`.`t` TO `a`@`b`",
                "GRANT TRIGGER (`a`, `b`), TRIGGER ON PROCEDURE `my_shop`.`p` TO `a`@`b`",
                "GRANT PROXY ON ''@'' TO 'a'@'b'",
            ]),
            ["SHOW VIEW", "TRIGGER"]
        );
    }

    #[test]
    fn rights_of_roles_are_joined() {
        assert_eq!(
            lacks(&[
                "GRANT `r` TO `a`@`b`",
                "GRANT EVENT ON `my_shop`.* TO `a`@`b`",
                "GRANT SELECT, SHOW VIEW ON `my%`.* TO `r`",
                "SET DEFAULT ROLE `r` FOR `a`@`b`",
            ]),
            ["TRIGGER"]
        );
    }

    #[test]
    fn the_closest_pattern_counts_alone() {
        let lines = [
            "GRANT EVENT, TRIGGER ON `%`.* TO `a`@`b`",
            "GRANT SELECT, SHOW VIEW ON `my%`.* TO `a`@`b`",
        ];
        assert_eq!(lacks(&lines), ["TRIGGER", "EVENT"]);
        let escaped = "GRANT ALL PRIVILEGES ON `my\\%`.* TO `a`@`b`";
        assert_eq!(lacks(&[escaped]).len(), 4);
    }

    #[test]
    fn what_was_taken_back_on_the_database_is_lacking() {
        let lines = [
            "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO `a`@`b`",
            "REVOKE SELECT, EVENT ON `my_shop`.* FROM `a`@`b`",
            "REVOKE TRIGGER ON `other`.* FROM `a`@`b`",
        ];
        let lines = lines.map(BString::from);
        let granted = Granted::read(&lines, b"my_shop", true);
        assert!(!granted.on_database("SELECT") && granted.on_database("TRIGGER"));
        assert!(granted.on_server("SELECT"));
    }

    #[test]
    fn rights_on_columns_are_none_on_the_table() {
        let granted = read(&[
            "GRANT SELECT (`a`, `on`), UPDATE ON `my_shop`.`t` TO `u`@`%`",
            "GRANT SELECT ON `my_shop`.`t2` TO `u`@`%`",
        ]);
        assert!(!granted.on_table("SELECT", b"t") && granted.on_table("UPDATE", b"t"));
        assert!(granted.on_table("SELECT", b"t2"));
    }
}
