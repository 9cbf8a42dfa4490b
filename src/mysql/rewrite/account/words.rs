//! Names and clauses in statements about accounts.

use bstr::{BString, ByteSlice as _};

use crate::mysql::quote;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};

/// The text's tokens.
pub(super) fn all(text: &[u8]) -> Vec<Token<'_>> {
    tokens(text, Quoting::default()).collect()
}

/// What an identifier or a literal stands for.
pub(super) fn unquoted(token: &Token<'_>) -> Option<BString> {
    match token.kind {
        Kind::Ident => quote::unquote_ident(token.text).map(|(name, _)| name),
        Kind::Literal => Some(literal(token.text)),
        Kind::Word => hexadecimal(token.text),
        Kind::Mark => None,
    }
}

fn literal(text: &[u8]) -> BString {
    let mark = text.first().copied().unwrap_or(b'\'');
    let end = text.len().saturating_sub(1).max(1);
    let inside = text.get(1..end).unwrap_or_default();
    let mut out = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter().copied();
    while let Some(byte) = bytes.next() {
        let escaped = byte == b'\\' || byte == mark;
        let next = if escaped { bytes.next() } else { Some(byte) };
        out.extend(next.map(|next| match (byte, next) {
            (b'\\', b'0') => 0,
            (b'\\', b'n') => b'\n',
            (b'\\', b'r') => b'\r',
            (b'\\', b't') => b'\t',
            (b'\\', b'b') => 8,
            (b'\\', b'Z') => 26,
            (_, other) => other,
        }));
    }
    out.into()
}

fn hexadecimal(text: &[u8]) -> Option<BString> {
    let digits = text.strip_prefix(b"0x")?;
    const_hex::decode(digits).ok().map(BString::from)
}

/// An account or role at the head of these tokens: its name, its host if it has one, and how many
/// tokens they are.
pub(super) fn named(all: &[Token<'_>]) -> Option<(BString, Option<BString>, usize)> {
    let first = all.first().filter(|one| one.kind != Kind::Word)?;
    let user = unquoted(first)?;
    if let [_, at, host, ..] = all
        && at.is_mark(b'@')
        && let Some(host) = unquoted(host)
    {
        return Some((user, Some(host), 3));
    }
    Some((user, None, 1))
}

/// As SQL names it: every flavour takes backticks.
pub(super) fn account(user: &[u8], host: Option<&[u8]>) -> BString {
    let user = quote::ident(user);
    match host {
        Some(host) => [user.as_slice(), b"@", &quote::ident(host)].concat().into(),
        None => user,
    }
}

/// `CREATE USER` or `ALTER USER`.
pub(super) fn is_login(text: &[u8]) -> bool {
    text.starts_with(b"CREATE USER ") || text.starts_with(b"ALTER USER ")
}

/// Whose login it is, and where its clauses begin.
pub(super) fn login_account(all: &[Token<'_>]) -> Option<((BString, BString), usize)> {
    let start = all.iter().position(|token| token.kind != Kind::Word)?;
    let (user, host, used) = named(all.get(start..)?)?;
    Some(((user, host?), start + used))
}

/// Whose login it is.
pub(super) fn login_name(text: &[u8]) -> Option<(BString, BString)> {
    login_account(&all(text)).map(|(name, _)| name)
}

/// The role that a `CREATE ROLE` makes.
pub(super) fn made_role(text: &[u8]) -> Option<BString> {
    let name = text.strip_prefix(b"CREATE ROLE IF NOT EXISTS ")?;
    named(&all(name)).map(|(user, _, _)| user)
}

/// The text from the first of these tokens to the last.
pub(super) fn span<'t>(text: &'t [u8], part: &[Token<'_>]) -> &'t [u8] {
    let (Some(first), Some(last)) = (part.first(), part.last()) else {
        return &[];
    };
    text.get(first.start..last.end())
        .unwrap_or_default()
        .trim_ascii()
}

/// For messages.
pub(super) fn said(text: &[u8]) -> String {
    text.to_str_lossy().into_owned()
}

/// Where one of these words stands outside of brackets.
pub(super) fn find(all: &[Token<'_>], words: &[&str], from: usize) -> Option<usize> {
    let mut depth = 0_i32;
    all.iter().enumerate().position(|(at, token)| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0 && at >= from && words.iter().any(|word| token.is(word))
    })
}

/// The parts between commas outside of brackets.
pub(super) fn listed<'t, 's>(all: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    let mut depth = 0_i32;
    all.split(|token| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0 && token.is_mark(b',')
    })
    .collect()
}
