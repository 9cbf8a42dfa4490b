//! MySQL's and MariaDB's tables under other names: in the places where a statement of ours names
//! the table that it is about. Constraints and triggers, whose names are the database's, go with
//! their table; bodies stay as they are, and one that names the table is refused.

use std::collections::HashMap;

use bstr::BString;

use super::derived;
use super::postgres::Refusal;
use super::tokens::{Edits, Tok, begins, quoted, tokens};
use crate::sql::dialect::Dialect;

/// So many tokens of a statement are looked at where rows follow.
const HEAD: usize = 12;

/// Which tables, views and sequences become which.
pub type Tables = HashMap<BString, BString>;

/// The statement under the other names; `None` where it stays as it is.
pub(super) fn rewrite(tables: &Tables, statement: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
    let head = tokens(Dialect::Mysql, statement, HEAD);
    if let Some(at) = INTO.iter().find_map(|words| begins(&head, words)) {
        let mut edits = Edits::default();
        put(tables, &head, at, &mut edits);
        return Ok(edits.apply(statement));
    }
    let toks = tokens(Dialect::Mysql, statement, usize::MAX);
    let mut edits = Edits::default();
    if let Some(at) = begins(
        &toks,
        &[
            "CREATE", "?OR", "?REPLACE", "TABLE", "?IF", "?NOT", "?EXISTS",
        ],
    ) {
        let Some(names) = put(tables, &toks, at, &mut edits) else {
            return Ok(references(tables, &toks, edits).apply(statement));
        };
        constraints(&toks, &names, &mut edits);
        edits = references(tables, &toks, edits);
    } else if let Some(at) = ABOUT.iter().find_map(|words| begins(&toks, words)) {
        if let Some(names) = put(tables, &toks, at, &mut edits) {
            constraints(&toks, &names, &mut edits);
            edits = references(tables, &toks, edits);
        }
    } else if toks
        .first()
        .is_some_and(|tok| tok.is("GRANT") || tok.is("REVOKE"))
    {
        let on = toks.iter().position(|tok| tok.is("ON"));
        let at = on.map_or(0, |on| on + 1);
        let table = begins(toks.get(at..).unwrap_or_default(), &["?TABLE"]).unwrap_or(0);
        put(tables, &toks, at + table, &mut edits);
    } else if toks.first().is_some_and(|tok| tok.is("CREATE")) {
        made(tables, &toks, &mut edits)?;
    }
    Ok(edits.apply(statement))
}

/// Statements whose table follows, and rows after that.
const INTO: [&[&str]; 6] = [
    &["INSERT", "?IGNORE", "INTO"],
    &["REPLACE", "INTO"],
    &["DELETE", "FROM"],
    &["LOCK", "TABLES"],
    &["LOCK", "TABLE"],
    &["TRUNCATE", "?TABLE"],
];

/// Statements whose table follows.
const ABOUT: [&[&str]; 6] = [
    &["ALTER", "TABLE"],
    &["ANALYZE", "TABLE"],
    &["DROP", "TABLE", "?IF", "?EXISTS"],
    &["DROP", "VIEW", "?IF", "?EXISTS"],
    &["DROP", "SEQUENCE", "?IF", "?EXISTS"],
    &[
        "CREATE", "?OR", "?REPLACE", "SEQUENCE", "?IF", "?NOT", "?EXISTS",
    ],
];

/// The old name and the new one, where the name at this place has one.
fn put(
    tables: &Tables,
    toks: &[Tok<'_>],
    at: usize,
    edits: &mut Edits,
) -> Option<(BString, BString)> {
    let tok = toks.get(at).filter(|tok| tok.is_name())?;
    let old = spelled(tok);
    let new = tables.get(&old)?;
    edits.put(tok.start, tok.end, quoted(Dialect::Mysql, new));
    Some((old, new.clone()))
}

fn spelled(tok: &Tok<'_>) -> BString {
    if tok.text.first() == Some(&b'`') {
        tok.name()
    } else {
        tok.text.into()
    }
}

/// Foreign keys' and checks' names are the database's.
fn constraints(toks: &[Tok<'_>], (old, new): &(BString, BString), edits: &mut Edits) {
    for three in toks.windows(3) {
        let named = three[2].is("FOREIGN") || three[2].is("CHECK");
        if three[0].is("CONSTRAINT") && three[1].is_name() && named {
            let name = derived(&spelled(&three[1]), old, new, MOST);
            edits.put(three[1].start, three[1].end, quoted(Dialect::Mysql, &name));
        }
    }
}

/// Characters of a name.
const MOST: usize = 64;

/// Tables that foreign keys point to.
fn references(tables: &Tables, toks: &[Tok<'_>], mut edits: Edits) -> Edits {
    for (at, tok) in toks.iter().enumerate() {
        if tok.is("REFERENCES") {
            put(tables, toks, at + 1, &mut edits);
        }
    }
    edits
}

/// Triggers and views: their own names, and no others.
fn made(tables: &Tables, toks: &[Tok<'_>], edits: &mut Edits) -> Result<(), Refusal> {
    let word = |word: &str| toks.iter().take(24).position(|tok| tok.is(word));
    if let Some(at) = word("TRIGGER") {
        let exists = begins(
            toks.get(at + 1..).unwrap_or_default(),
            &["?IF", "?NOT", "?EXISTS"],
        );
        let name = at + 1 + exists.unwrap_or(0);
        let on = toks
            .iter()
            .skip(name)
            .position(|tok| tok.is("ON"))
            .map(|on| name + on);
        let Some(names) = on.and_then(|on| put(tables, toks, on + 1, edits)) else {
            return Ok(());
        };
        if let Some(tok) = toks.get(name) {
            let new = derived(&spelled(tok), &names.0, &names.1, MOST);
            edits.put(tok.start, tok.end, quoted(Dialect::Mysql, &new));
        }
        let body = toks.get(on.unwrap_or(0) + 2..).unwrap_or_default();
        return untouched(tables, body);
    }
    if let Some(at) = word("VIEW") {
        put(tables, toks, at + 1, edits);
        return untouched(tables, toks.get(at + 2..).unwrap_or_default());
    }
    Ok(())
}

fn untouched(tables: &Tables, toks: &[Tok<'_>]) -> Result<(), Refusal> {
    let hit = |tok: &&Tok<'_>| tok.is_name() && tables.contains_key(&spelled(tok));
    match toks.iter().find(hit) {
        Some(tok) => Err(format!(
            "its body uses the name {}, which may be the table's",
            spelled(tok)
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<String, Refusal> {
        let tables = [("t".into(), "n".into())].into_iter().collect();
        let new = rewrite(&tables, text.as_bytes())?;
        Ok(String::from_utf8(new.unwrap_or_else(|| text.into())).unwrap())
    }

    #[test]
    fn a_table_is_renamed_with_its_constraints_and_triggers() {
        for (from, to) in [
            (
                "CREATE TABLE `t` (`t` int, CONSTRAINT `t_ibfk_1` FOREIGN KEY (`t`) REFERENCES `t` (`id`), \
                 CONSTRAINT `c` CHECK (`t` > 0))",
                "CREATE TABLE `n` (`t` int, CONSTRAINT `n_ibfk_1` FOREIGN KEY (`t`) REFERENCES `n` (`id`), \
                 CONSTRAINT `n_c` CHECK (`t` > 0))",
            ),
            (
                "INSERT INTO `t` (`a`) VALUES\n('INSERT INTO `t`')",
                "INSERT INTO `n` (`a`) VALUES\n('INSERT INTO `t`')",
            ),
            (
                "CREATE DEFINER=`r`@`%` TRIGGER `t_bi` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.a = 1",
                "CREATE DEFINER=`r`@`%` TRIGGER `n_bi` BEFORE INSERT ON `n` FOR EACH ROW SET NEW.a = 1",
            ),
            (
                "DELETE FROM `t` WHERE `t` IN (1)",
                "DELETE FROM `n` WHERE `t` IN (1)",
            ),
            (
                "ALTER TABLE `t` DISABLE KEYS",
                "ALTER TABLE `n` DISABLE KEYS",
            ),
            (
                "GRANT SELECT (`t`) ON `t` TO `u`@`%`",
                "GRANT SELECT (`t`) ON `n` TO `u`@`%`",
            ),
            ("DROP TABLE IF EXISTS `t`", "DROP TABLE IF EXISTS `n`"),
            ("CREATE TABLE `x` (`t` int)", "CREATE TABLE `x` (`t` int)"),
        ] {
            assert_eq!(of(from).as_deref(), Ok(to));
        }
    }

    #[test]
    fn bodies_that_name_the_table_are_refused() {
        for text in [
            "CREATE TRIGGER `a` AFTER INSERT ON `t` FOR EACH ROW DELETE FROM `t`",
            "CREATE ALGORITHM=UNDEFINED VIEW `v` AS select `t`.`a` AS `a` from `t`",
        ] {
            assert!(of(text).is_err(), "{text}");
        }
    }
}
