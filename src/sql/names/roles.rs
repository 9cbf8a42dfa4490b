//! Where PostgreSQL's statements name roles, and MySQL's accounts: owners, grants, policies, user
//! mappings, definers. Only forms that this program writes are known.

use bstr::BString;

use super::tokens::{Sort, Tok, begins, tokens};
use crate::sql::dialect::Dialect;

/// A role or account, and the bytes that name it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// A role's name; an account as `user@host`.
    pub(super) name: BString,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// All roles, or accounts, that a statement names.
pub(super) fn spots(dialect: Dialect, toks: &[Tok<'_>]) -> Vec<Spot> {
    match dialect {
        Dialect::Postgres => postgres(toks),
        Dialect::Mysql => mysql(toks),
    }
}

/// Whether the statement gives an object to a role and does nothing else.
pub(super) fn is_owner(toks: &[Tok<'_>]) -> bool {
    let Some([owner, to, _]) = toks.last_chunk::<3>() else {
        return false;
    };
    toks.first().is_some_and(|first| first.is("ALTER")) && owner.is("OWNER") && to.is("TO")
}

/// Whether the statement is about rights.
pub(super) fn is_privilege(toks: &[Tok<'_>]) -> bool {
    [
        &["GRANT"][..],
        &["REVOKE"],
        &["ALTER", "DEFAULT", "PRIVILEGES"],
        &["SET", "SESSION", "AUTHORIZATION"],
        &["RESET", "SESSION", "AUTHORIZATION"],
    ]
    .iter()
    .any(|words| begins(toks, words).is_some())
}

fn postgres(toks: &[Tok<'_>]) -> Vec<Spot> {
    let mut found = Vec::new();
    let depths = depths(toks);
    let word = |word: &str| {
        let mut at = toks.iter().zip(&depths);
        at.position(|(tok, depth)| *depth == 0 && tok.is(word))
    };
    if is_owner(toks) {
        list(toks, toks.len() - 1, &mut found);
    } else if begins(toks, &["CREATE", "SCHEMA"]).is_some() {
        after(toks, word("AUTHORIZATION"), &mut found);
    } else if begins(toks, &["SET", "SESSION", "AUTHORIZATION"]).is_some() {
        list(toks, 3, &mut found);
    } else if begins(toks, &["CREATE", "POLICY"]).is_some() {
        after(toks, word("TO"), &mut found);
    } else if let Some(at) = begins(toks, &["CREATE", "USER", "MAPPING", "FOR"]) {
        list(toks, at, &mut found);
    } else if is_privilege(toks) {
        if let Some(at) = begins(toks, &["ALTER", "DEFAULT", "PRIVILEGES", "FOR", "ROLE"]) {
            list(toks, at, &mut found);
        }
        // `REVOKE GRANT OPTION FOR … FROM`, `GRANT … ON FUNCTION f(…) TO …`
        let last = |wanted: &str| {
            let mut at = toks.iter().zip(&depths);
            at.rposition(|(tok, depth)| *depth == 0 && tok.is(wanted))
        };
        let grants = toks.iter().any(|tok| tok.is("GRANT")) && !toks.iter().any(|t| t.is("REVOKE"));
        after(toks, last(if grants { "TO" } else { "FROM" }), &mut found);
        let by = toks
            .windows(2)
            .position(|pair| pair[0].is("GRANTED") && pair[1].is("BY"));
        after(toks, by.map(|at| at + 1), &mut found);
    }
    found.retain(|spot| !OTHERS.contains(&spot.name.as_slice()));
    found
}

/// What stands for roles and is none.
const OTHERS: [&[u8]; 4] = [b"public", b"current_user", b"session_user", b"user"];

fn after(toks: &[Tok<'_>], word: Option<usize>, found: &mut Vec<Spot>) {
    if let Some(at) = word {
        list(toks, at + 1, found);
    }
}

/// Names with commas between them.
fn list(toks: &[Tok<'_>], mut at: usize, found: &mut Vec<Spot>) {
    while let Some(tok) = toks.get(at).filter(|tok| tok.is_name()) {
        found.push(Spot {
            name: tok.name(),
            start: tok.start,
            end: tok.end,
        });
        if !toks.get(at + 1).is_some_and(|tok| tok.is_mark(b',')) {
            break;
        }
        at += 2;
    }
}

/// How deep in parentheses each token is.
pub(super) fn depths(toks: &[Tok<'_>]) -> Vec<usize> {
    let mut depth = 0_usize;
    let each = toks.iter().map(|tok| {
        match tok.sort {
            Sort::Mark(b'(') => depth += 1,
            Sort::Mark(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth
    });
    each.collect()
}

/// So many tokens stand before a definer's account at most.
const HEAD: usize = 16;

fn mysql(toks: &[Tok<'_>]) -> Vec<Spot> {
    let mut found = Vec::new();
    if toks.first().is_some_and(|tok| tok.is("CREATE")) {
        let head = toks.get(..toks.len().min(HEAD)).unwrap_or_default();
        let mut pairs = head.windows(2);
        let at = pairs.position(|pair| pair[0].is("DEFINER") && pair[1].is_mark(b'='));
        found.extend(at.and_then(|at| account(toks, at + 2)));
    } else if is_privilege(toks) {
        let to = toks.iter().rposition(|tok| tok.is("TO") || tok.is("FROM"));
        found.extend(to.and_then(|at| account(toks, at + 1)));
    }
    found
}

/// `user`@`host`, or a role of MariaDB's.
fn account(toks: &[Tok<'_>], at: usize) -> Option<Spot> {
    let user = toks
        .get(at)
        .filter(|tok| !matches!(tok.sort, Sort::Mark(_)))?;
    let (name, end) = match toks.get(at + 1..at + 3) {
        Some([sign, host]) if sign.is_mark(b'@') => {
            let name = [spelled(user).as_slice(), b"@", &spelled(host)].concat();
            (name.into(), host.end)
        }
        _ => (spelled(user), user.end),
    };
    Some(Spot {
        name,
        start: user.start,
        end,
    })
}

/// Words keep their case here.
fn spelled(tok: &Tok<'_>) -> BString {
    match tok.text.first() {
        Some(b'`' | b'"') => tok.name(),
        Some(b'\'') => without_escapes(&tok.name()),
        _ => tok.text.into(),
    }
}

/// Servers before MySQL 8 have accounts in string quotes, where a backslash escapes.
fn without_escapes(text: &[u8]) -> BString {
    let mut bytes = text.iter().copied();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let escaped = (byte == b'\\').then(|| bytes.next()).flatten();
        out.push(match escaped {
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'b') => 0x08,
            Some(b'Z') => 0x1a,
            Some(b'0') => 0,
            Some(other) => other,
            None => byte,
        });
    }
    out.into()
}

/// The `DEFINER = account` of a statement's head, with the space behind it.
pub(super) fn definer(toks: &[Tok<'_>], text: &[u8]) -> Option<(usize, usize)> {
    let head = toks.get(..toks.len().min(HEAD)).unwrap_or_default();
    if !head.first()?.is("CREATE") {
        return None;
    }
    let mut pairs = head.windows(2);
    let at = pairs.position(|pair| pair[0].is("DEFINER") && pair[1].is_mark(b'='))?;
    let end = account(toks, at + 2)?.end;
    let space = text
        .get(end..)?
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace());
    Some((toks.get(at)?.start, end + space.count()))
}

/// In `DO $$… EXECUTE 'ALTER ROLE r IN DATABASE ' …$$`, as a role's settings in a database are
/// written: the bytes of the role in the statement, where its name needs no escapes there.
pub(super) fn setting_of_role(dialect: Dialect, toks: &[Tok<'_>]) -> Option<Spot> {
    let [word, body] = toks else { return None };
    if !word.is("DO") || body.sort != Sort::Text || body.text.first() != Some(&b'$') {
        return None;
    }
    let tag = 1 + body.text.get(1..)?.iter().position(|byte| *byte == b'$')? + 1;
    let inside = body.text.get(tag..body.text.len() - tag)?;
    let begin = body.start + tag;
    let inner = tokens(dialect, inside, 4);
    let text = inner.iter().find(|tok| tok.sort == Sort::Text)?;
    let within = text.text.get(1..text.text.len() - 1)?;
    let words = tokens(dialect, within, 6);
    let role = words.get(begins(&words, &["ALTER", "ROLE"])?)?;
    let plain = !role.text.contains(&b'\'') && !role.text.contains(&b'\\');
    plain.then(|| Spot {
        name: role.name(),
        start: begin + text.start + 1 + role.start,
        end: begin + text.start + 1 + role.end,
    })
}
