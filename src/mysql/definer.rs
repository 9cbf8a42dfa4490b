//! Whose rights views, routines, triggers and events get: the `DEFINER` in their statements, left
//! out or replaced. Pure.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::quote::ident;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::plan::entries::Entries;
use crate::plan::entry::Body;
use crate::source::mysql::Definer;

/// The kinds that have one.
const KINDS: [&str; 6] = ["view", "routine", "package", "trigger", "event", "library"];

/// How many tokens stand before a definer's account at most: `CREATE OR REPLACE ALGORITHM = …`.
const HEAD: usize = 16;

/// Gives these entries another definer.
pub fn apply(entries: Entries, definer: &Definer) -> Result<Entries> {
    if *definer == Definer::Keep {
        return Ok(entries);
    }
    entries.change(|entry| {
        if let Body::Statements(statements) = &mut entry.body
            && KINDS.contains(&entry.kind)
        {
            for statement in statements {
                if let Some(text) = changed(&statement.text, definer) {
                    statement.text = text;
                }
            }
        }
        Ok(())
    })
}

/// The statement with its definer's name and host parted at the last `@`, for no host has one: events are printed
/// with them parted at the first (MariaDB, MySQL before 8).
pub(super) fn parted_at_last(text: BString) -> BString {
    let changed = parts(&text).and_then(|(account, host)| {
        let (name, mark) = unquoted(account.text)?;
        let (rest, _) = unquoted(host.text)?;
        let (more, rest) = rest.rsplit_once_str("@")?;
        let quoted = |name: &[u8]| {
            let inner = name.replace([mark], [mark, mark]);
            [&[mark][..], &inner, &[mark]].concat()
        };
        let name = quoted(&[&name[..], b"@", more].concat());
        let (before, after) = (text.get(..account.start)?, text.get(host.end()..)?);
        Some([before, &name, b"@", &quoted(rest), after].concat())
    });
    changed.map_or(text, BString::from)
}

/// The tokens of the definer's name and host.
fn parts(text: &[u8]) -> Option<(Token<'_>, Token<'_>)> {
    let head: Vec<Token<'_>> = tokens(text, Quoting::default()).take(HEAD).collect();
    let mut windows = head.windows(5);
    windows.find_map(|window| match window {
        [word, equals, account, sign, host]
            if word.is("DEFINER") && equals.is_mark(b'=') && sign.is_mark(b'@') =>
        {
            Some((*account, *host))
        }
        _ => None,
    })
}

/// A quoted name and its quote.
fn unquoted(text: &[u8]) -> Option<(Vec<u8>, u8)> {
    let mark = *text.first().filter(|mark| b"`\"".contains(mark))?;
    let inner = text.strip_prefix(&[mark])?.strip_suffix(&[mark])?;
    Some((inner.replace([mark, mark], [mark]), mark))
}

/// The statement with another definer; `None` where it has none.
fn changed(text: &[u8], definer: &Definer) -> Option<BString> {
    let head: Vec<Token<'_>> = tokens(text, Quoting::default()).take(HEAD).collect();
    if !head.first()?.is("CREATE") {
        return None;
    }
    let at = head.windows(2).position(
        |pair| matches!(pair, [word, equals] if word.is("DEFINER") && equals.is_mark(b'=')),
    )?;
    let word = head.get(at)?;
    let account = head.get(at + 2)?;
    let host = match head.get(at + 3..) {
        Some([sign, host, ..]) if sign.is_mark(b'@') && host.kind != Kind::Mark => Some(host),
        _ => None,
    };
    let end = host.unwrap_or(account).end();
    let (before, after) = (text.get(..word.start)?, text.get(end..)?);
    let new = match definer {
        Definer::Keep => return None,
        Definer::Skip => Vec::new(),
        Definer::Account(user, host) => {
            let (user, host) = (ident(user.as_bytes()), ident(host.as_bytes()));
            [b"DEFINER=", user.as_slice(), b"@", &host].concat()
        }
    };
    let after = match new.is_empty() {
        true => after.trim_ascii_start(),
        false => after,
    };
    Some([before, &new, after].concat().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, definer: &Definer) -> Option<String> {
        changed(text.as_bytes(), definer).map(|text| text.to_string())
    }

    #[test]
    fn the_definer_of_the_head_alone_is_changed() {
        let text = "CREATE ALGORITHM=MERGE DEFINER=`a b`@`%` SQL SECURITY DEFINER VIEW `v` AS \
                    select 'DEFINER=`x`@`y`'";
        let skipped = "CREATE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW `v` AS \
                       select 'DEFINER=`x`@`y`'";
        assert_eq!(with(text, &Definer::Skip).as_deref(), Some(skipped));
        let account = Definer::Account("o`b".into(), "h".into());
        assert_eq!(
            with("CREATE DEFINER=`r` PROCEDURE `p`() DO 1", &account).as_deref(),
            Some("CREATE DEFINER=`o``b`@`h` PROCEDURE `p`() DO 1")
        );
        assert_eq!(with("CREATE TABLE `t` (`definer` int)", &account), None);
        assert_eq!(with("SET sql_mode = ''", &Definer::Skip), None);
    }

    #[test]
    fn hosts_have_no_sign() {
        let parted = |text: &str| parted_at_last(text.into()).to_string();
        for (printed, meant) in [
            ("`a`@`b.c@%`", "`a@b.c`@`%`"),
            ("`a``@`@`b@c@%`", "`a``@@b@c`@`%`"),
            ("\"a\"@\"b`\"\"@%\"", "\"a@b`\"\"\"@\"%\""),
            ("`a`@`%`", "`a`@`%`"),
            ("`role`", "`role`"),
        ] {
            let text = |definer| format!("CREATE DEFINER={definer} EVENT `e` DO SELECT 'x@y'");
            assert_eq!(parted(&text(printed)), text(meant));
        }
    }
}
