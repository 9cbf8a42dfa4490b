//! Positions in a view's ORDER BY and GROUP BY. Where MariaDB can't open a view (a table of it, or
//! its definer, is gone), `SHOW CREATE VIEW` writes `''` for each: the view would sort by nothing.
//! `information_schema.views` keeps them, in a text that is not a statement: names with their database,
//! literals without their character sets. So both are read side by side.

use bstr::BString;

use crate::mysql::quote::ident;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};

/// What `SHOW CREATE VIEW` wrote, with the positions of the stored definition. Nothing where `''`
/// stands in a list and the two texts are too different to say for what.
pub(super) fn with_positions(
    shown: &BString,
    definition: &[u8],
    database: &[u8],
) -> Option<BString> {
    let all: Vec<Token<'_>> = tokens(shown, Quoting::default()).collect();
    if !has_empty_position(&all) {
        return Some(shown.clone());
    }
    let own = ident(database);
    let body = all.iter().position(|token| token.is("AS"))?;
    let shown_tokens = significant(all.get(body + 1..).unwrap_or_default(), &own);
    let stored: Vec<Token<'_>> = tokens(definition, Quoting::default()).collect();
    let stored = significant(&stored, &own);
    let mut out = Vec::with_capacity(shown.len());
    let mut from = 0;
    let mut shown_tokens = shown_tokens.into_iter();
    for kept in stored {
        let written = shown_tokens.next()?;
        if written.text == b"''" && is_number(&kept) {
            out.extend_from_slice(shown.get(from..written.start)?);
            out.extend_from_slice(kept.text);
            from = written.end();
        } else if !alike(&written, &kept) {
            return None;
        }
    }
    // What is left is the check option, which the stored text has not.
    if shown_tokens.any(|token| token.kind == Kind::Literal) {
        return None;
    }
    out.extend_from_slice(shown.get(from..)?);
    Some(out.into())
}

/// Whether `''` stands where a position may: behind `BY` or a comma of its list. Elsewhere it is an
/// empty string, and a healthy view needs no second text.
fn has_empty_position(all: &[Token<'_>]) -> bool {
    let (mut depth, mut lists) = (0_u32, Vec::new());
    let mut begins = false;
    for token in all {
        if begins && token.text == b"''" {
            return true;
        }
        if token.is_mark(b'(') {
            depth += 1;
        } else if token.is_mark(b')') {
            depth = depth.saturating_sub(1);
            lists.retain(|list| *list <= depth);
        } else if ENDS.iter().any(|word| token.is(word)) {
            lists.retain(|list| *list < depth);
        } else if token.is("by") {
            lists.push(depth);
        }
        begins = token.is("by") || token.is_mark(b',') && lists.last() == Some(&depth);
    }
    false
}

/// What ends such a list, or begins another one.
const ENDS: [&str; 5] = ["having", "order", "limit", "union", "select"];

fn is_number(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && token.text.iter().all(u8::is_ascii_digit)
}

/// Literals may be written in another character set.
fn alike(written: &Token<'_>, kept: &Token<'_>) -> bool {
    written.kind == kept.kind
        && (written.kind == Kind::Literal || written.text.eq_ignore_ascii_case(kept.text))
}

/// What both texts write: no brackets, no database of its own, no character set of a literal.
fn significant<'a>(all: &[Token<'a>], own: &[u8]) -> Vec<Token<'a>> {
    let mut found = Vec::with_capacity(all.len());
    let mut rest = all;
    while let [token, tail @ ..] = rest {
        rest = match tail {
            [dot, after @ ..] if token.text == own && dot.is_mark(b'.') => after,
            [next, ..] if is_introducer(token) && next.kind == Kind::Literal => tail,
            _ => {
                if !token.is_mark(b'(') && !token.is_mark(b')') {
                    found.push(*token);
                }
                tail
            }
        };
    }
    found
}

fn is_introducer(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && (token.text.starts_with(b"_") || token.is("N"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(shown: &str, definition: &str) -> Option<String> {
        let text = with_positions(&shown.into(), definition.as_bytes(), b"d")?;
        Some(text.to_string())
    }

    #[test]
    fn positions_are_taken_from_the_definition() {
        let shown = "CREATE VIEW `v` AS select _latin1'x' AS `x`,`d`.`t`.`a` AS `a` from (`t` join \
                     `u`) group by '' having count(0) > 0 order by '' desc,'','' limit 2 WITH \
                     CASCADED CHECK OPTION";
        let definition = "select 'x' AS `x`,`d`.`t`.`a` AS `a` from `d`.`t` join `d`.`u` group by 2 \
                          having count(0) > 0 order by 1 desc,'',2 limit 2";
        assert_eq!(
            told(shown, definition).as_deref(),
            Some(
                "CREATE VIEW `v` AS select _latin1'x' AS `x`,`d`.`t`.`a` AS `a` from (`t` join \
                 `u`) group by 2 having count(0) > 0 order by 1 desc,'',2 limit 2 WITH \
                 CASCADED CHECK OPTION"
            )
        );
    }

    #[test]
    fn other_texts_tell_nothing() {
        let shown = "CREATE VIEW `v` AS select `t`.`a` AS `a` from `t` order by ''";
        assert_eq!(
            told(shown, "select `t`.`b` AS `b` from `d`.`t` order by 1"),
            None
        );
        assert_eq!(told(shown, "select `t`.`a` AS `a` from `d`.`t`"), None);
        for plain in [
            "CREATE VIEW `v` AS select '' AS `a`",
            "CREATE VIEW `v` AS select `t`.`a` AS `a`,'' AS `b` from `t` where `t`.`a` in ('x','')",
            "CREATE VIEW `v` AS select `t`.`a` AS `a` from `t` order by concat(`t`.`a`,'')",
            "CREATE VIEW `v` AS select `t`.`a` AS `a` from `t` group by `t`.`a` union select 1 AS `1`,''",
        ] {
            assert_eq!(told(plain, "").as_deref(), Some(plain));
        }
        for lost in [
            "CREATE VIEW `v` AS select `t`.`a` AS `a` from `t` order by `t`.`b`,''",
            "CREATE VIEW `v` AS select 1 AS `a` from (select 2 AS `b` group by '') `x`",
            "CREATE VIEW `v` AS select 1 AS `a` group by (select max(2)),''",
        ] {
            assert_eq!(told(lost, ""), None);
        }
    }
}
