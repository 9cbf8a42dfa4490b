//! Comments of programs made under NO_BACKSLASH_ESCAPES. Every server prints them with backslashes
//! escaped, whatever the program's own mode says: read back under that mode, each backslash would
//! have become two, and a line's end a backslash and an `n`.

use bstr::{BString, ByteSlice as _};

use crate::mysql::scan::{Kind, Quoting, Token, tokens};

/// The text with its comment as its own mode reads it. Only of a program that has a comment: the
/// first one outside of brackets is its own then.
pub fn with_plain_comment(text: BString, mode: &[u8]) -> BString {
    let quoting = Quoting::of_mode(mode);
    if !quoting.no_escapes {
        return text;
    }
    let Some((start, end)) = comment(&text, quoting) else {
        return text;
    };
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let plain = unescaped(part(start, end));
    [part(0, start), &plain, part(end, text.len())]
        .concat()
        .into()
}

/// Where the comment's text lies, within its quotes.
fn comment(text: &[u8], quoting: Quoting) -> Option<(usize, usize)> {
    let (mut depth, mut before) = (0_i32, None::<Token<'_>>);
    for token in tokens(text, quoting) {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        let named = before.is_some_and(|word| word.is("COMMENT"));
        if depth == 0 && named && token.kind == Kind::Literal {
            return Some((token.start + 1, token.end() - 1));
        }
        before = Some(token);
    }
    None
}

/// Undoes the servers' escapes; doubled quotes stay doubled.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find_byte(b'\\') {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        out.push(match rest.get(at + 1) {
            Some(b'0') => 0,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(other) => *other,
            None => b'\\',
        });
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_what_its_mode_reads() {
        let plain = |text: &str| {
            with_plain_comment(text.into(), b"ANSI_QUOTES,NO_BACKSLASH_ESCAPES").to_string()
        };
        assert_eq!(
            plain(r"CREATE PROCEDURE `p`(`a` enum('\')) COMMENT 'a\\n''b\n\\' select 'x\\'"),
            "CREATE PROCEDURE `p`(`a` enum('\\')) COMMENT 'a\\n''b\n\\' select 'x\\\\'"
        );
        let text = r"CREATE PROCEDURE `p`() COMMENT 'a\\n' select 1";
        assert_eq!(with_plain_comment(text.into(), b""), text);
    }
}
