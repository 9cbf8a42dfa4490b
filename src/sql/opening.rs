//! What a statement begins with, read as a server reads it: comments are nothing, versioned comments are
//! code. Pure.

use crate::sql::dialect::Dialect;
use crate::sql::scan::{Kind, Rules, Scanner};

/// The statement's first words and marks, as they stand there, names with their quotes; so many of them
/// at most.
///
/// ```
/// # use dumpkeep::sql::{dialect::Dialect, opening::opening};
/// let text = b"/*!40000 DROP/**/DATABASE IF EXISTS `a b`*/";
/// let words: [&[u8]; 2] = [b"DROP", b"DATABASE"];
/// assert_eq!(opening(Dialect::Mysql, text, 2), words);
/// ```
#[must_use]
pub fn opening(dialect: Dialect, text: &[u8], most: usize) -> Vec<&[u8]> {
    let mut scanner = Scanner::new(Rules::new(dialect));
    let mut found = Vec::new();
    while found.len() < most
        && let Some(token) = scanner.next(text, true)
    {
        let nothing = matches!(
            token.kind,
            Kind::Space | Kind::Comment | Kind::ExecutableOpen | Kind::ExecutableClose
        );
        if !nothing {
            found.extend(text.get(token.start..token.end));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(dialect: Dialect, text: &str) -> Vec<String> {
        let found = opening(dialect, text.as_bytes(), 3);
        let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
        found.into_iter().map(text).collect()
    }

    #[test]
    fn comments_are_nothing_and_versioned_ones_code() {
        for (text, expected) in [
            (
                "/*!40000 DROP DATABASE `a b`*/",
                ["DROP", "DATABASE", "`a b`"],
            ),
            ("/*M!100100 use*/ `a`", ["use", "`a`", ""]),
            ("DROP -- x\n/* y */ # z\n SCHEMA a", ["DROP", "SCHEMA", "a"]),
            ("SELECT 1", ["SELECT", "1", ""]),
        ] {
            let expected = expected.iter().copied().filter(|word| !word.is_empty());
            let expected: Vec<_> = expected.collect();
            assert_eq!(words(Dialect::Mysql, text), expected, "{text}");
        }
        let role = words(Dialect::Postgres, "CREATE/* /* */ */ROLE \"a \"\" b\";");
        assert_eq!(role, ["CREATE", "ROLE", "\"a \"\" b\""]);
    }
}
