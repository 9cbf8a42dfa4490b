//! Strings of UCS-2, UTF-16 and UTF-32 in a view's text. Without a character set before it, such a
//! string is printed as its bytes (`'a'` as `'\0a'`), which are read as so many characters again:
//! the server itself does so when it opens the view, as often as it does, and nothing tells what was
//! written.

use bstr::{BStr, BString, ByteSlice as _};

use crate::mysql::inventory::Column;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::scope::Scope;

/// Character sets whose ASCII characters have more than one byte.
const WIDE: [&str; 4] = ["ucs2", "utf16", "utf16le", "utf32"];

/// Whether a view's text has strings that can't be told. `reads`: the relations that it reads.
pub(super) fn has_unreadable(
    text: &[u8],
    connection: &BStr,
    reads: &[BString],
    scope: &Scope<'_>,
) -> bool {
    // older servers make such of any string that meets a column or a string of these character sets
    let met = !scope.caps.shows_wide_strings();
    let meets = || {
        let mut read = reads.iter().filter_map(|name| scope.relations.find(name));
        read.any(|relation| relation.columns.iter().any(is_wide)) || names_wide(text)
    };
    (is_collation(connection) || (met && meets())) && has_bare_zero(text)
}

fn is_collation(name: &BStr) -> bool {
    let charset = name.split_str("_").next();
    charset.is_some_and(|charset| WIDE.iter().any(|wide| charset == wide.as_bytes()))
}

/// A column of such a character set.
pub(super) fn is_wide(column: &Column) -> bool {
    let charset = column.charset.as_ref();
    charset.is_some_and(|charset| WIDE.iter().any(|wide| charset == wide))
}

/// `_ucs2'…'`, `CONVERT(… USING ucs2)`.
fn names_wide(text: &[u8]) -> bool {
    let mut all = tokens(text, Quoting::default());
    let is_wide = |word: &[u8]| WIDE.iter().any(|wide| word == wide.as_bytes());
    all.any(|token| {
        let word = token.text.strip_prefix(b"_").unwrap_or(token.text);
        token.kind == Kind::Word && is_wide(word)
    })
}

/// A string with a zero in it, and no character set before it.
fn has_bare_zero(text: &[u8]) -> bool {
    let mut before: Option<Token<'_>> = None;
    for token in tokens(text, Quoting::default()) {
        let introduced =
            before.is_some_and(|before| before.kind == Kind::Word && before.text.starts_with(b"_"));
        if token.kind == Kind::Literal && !introduced && has_zero(token.text) {
            return true;
        }
        before = Some(token);
    }
    false
}

/// A backslash takes the next character with it: `\\0` has none.
fn has_zero(literal: &[u8]) -> bool {
    let mut escaped = false;
    literal.iter().any(|&byte| {
        let zero = byte == 0 || (escaped && byte == b'0');
        escaped = !escaped && byte == b'\\';
        zero
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_without_a_character_set_are_found() {
        assert!(has_bare_zero(br"select concat(`a`,'\0a') AS `x`"));
        assert!(has_bare_zero(b"select '\0a' AS `x`"));
        assert!(!has_bare_zero(
            br"select _ucs2'\0a' AS `x`,'\\0' AS `y`,'0' AS `z`"
        ));
    }

    #[test]
    fn wide_character_sets_are_told_by_a_collation() {
        for name in ["ucs2_general_ci", "utf16le_bin", "utf32_uca1400_ai_ci"] {
            assert!(is_collation(name.into()), "{name}");
        }
        assert!(!is_collation("utf8mb4_bin".into()));
        assert!(names_wide(b"select _ucs2'x'") && !names_wide(b"select `ucs2`"));
    }
}
