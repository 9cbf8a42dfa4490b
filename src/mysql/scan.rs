//! Tokens of the text that a server wrote (`SHOW CREATE …`, `SHOW GRANTS`), with their places. It
//! tells code from quotes and comments, no more. Double quotes count as quotes either way.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters, digits, `_`, `$` and anything beyond ASCII.
    Word,
    /// In backticks.
    Ident,
    /// In single or double quotes.
    Literal,
    /// Any other byte that is not white space or part of a comment.
    Mark,
}

/// A token and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its bytes, quotes included.
    pub text: &'a [u8],
    /// Where it begins.
    pub start: usize,
}

impl Token<'_> {
    /// Where it ends.
    #[must_use]
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// It is this keyword, in any case.
    #[must_use]
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword.as_bytes())
    }

    /// It is this one byte.
    #[must_use]
    pub fn is_mark(&self, mark: u8) -> bool {
        self.kind == Kind::Mark && self.text == [mark]
    }
}

/// How a text's quotes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quoting {
    /// `NO_BACKSLASH_ESCAPES`.
    pub no_escapes: bool,
    /// `ANSI_QUOTES`: double quotes hold an identifier, where no backslash escapes.
    pub ansi: bool,
}

impl Quoting {
    /// As a `sql_mode` says.
    #[must_use]
    pub fn of_mode(mode: &[u8]) -> Self {
        let has = |flag: &str| {
            mode.split(|byte| *byte == b',')
                .any(|one| one.eq_ignore_ascii_case(flag.as_bytes()))
        };
        Self {
            no_escapes: has("NO_BACKSLASH_ESCAPES"),
            ansi: has("ANSI_QUOTES"),
        }
    }
}

/// The tokens of a text. An open quote or comment reaches to the end.
pub fn tokens(text: &[u8], quoting: Quoting) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let first = *rest.first()?;
            let skipped = blank(rest);
            if skipped > 0 {
                at += skipped;
                continue;
            }
            let (kind, len) = match first {
                b'`' => (Kind::Ident, quoted(rest, false)),
                b'"' if quoting.ansi => (Kind::Ident, quoted(rest, false)),
                b'\'' | b'"' => (Kind::Literal, quoted(rest, !quoting.no_escapes)),
                _ if in_word(first) => (Kind::Word, word(rest)),
                _ => (Kind::Mark, 1),
            };
            let token = Token {
                kind,
                text: rest.get(..len)?,
                start: at,
            };
            at += len;
            return Some(token);
        }
    })
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn word(rest: &[u8]) -> usize {
    rest.iter()
        .position(|byte| !in_word(*byte))
        .unwrap_or(rest.len())
}

/// The length of the white space or comment at the head; an executable comment's brackets are
/// skipped, its inside is code.
fn blank(rest: &[u8]) -> usize {
    let line = || memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    match rest {
        [first, ..] if first.is_ascii_whitespace() || *first == 0x0b => 1,
        [b'#', ..] => line(),
        [b'-', b'-', third, ..] if *third <= b' ' => line(),
        [b'-', b'-'] => 2,
        [b'/', b'*', b'!', tail @ ..] => 3 + digits(tail),
        [b'/', b'*', b'M', b'!', tail @ ..] => 4 + digits(tail),
        [b'*', b'/', ..] => 2,
        [b'/', b'*', ..] => {
            memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4)
        }
        _ => 0,
    }
}

fn digits(tail: &[u8]) -> usize {
    tail.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The length of the quoted text at the head, its quotes included.
fn quoted(rest: &[u8], escapes: bool) -> usize {
    let Some(&quote) = rest.first() else {
        return 0;
    };
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        at += match byte {
            b'\\' if escapes => 2,
            byte if byte == quote && rest.get(at + 1) == Some(&quote) => 2,
            byte if byte == quote => return at + 1,
            _ => 1,
        };
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let all = tokens(text.as_bytes(), Quoting::default());
        all.map(|token| String::from_utf8_lossy(token.text).into_owned())
            .collect()
    }

    #[test]
    fn quotes_and_comments_hold_no_code() {
        assert_eq!(
            texts("a `b``c` 'd\\'e''f' -- g\n# h\n/* i */j.k /*!50003 l*/"),
            ["a", "`b``c`", "'d\\'e''f'", "j", ".", "k", "l"]
        );
    }

    #[test]
    fn a_mode_decides_about_backslashes_and_double_quotes() {
        let quoting = Quoting::of_mode(b"ANSI_QUOTES,NO_BACKSLASH_ESCAPES");
        let kinds: Vec<Kind> = tokens(br#"'a\' "b""#, quoting)
            .map(|token| token.kind)
            .collect();
        assert_eq!(kinds, [Kind::Literal, Kind::Ident]);
    }

    proptest! {
        #[test]
        fn tokens_advance_within_the_text(text: Vec<u8>) {
            let mut end = 0;
            for token in tokens(&text, Quoting::default()) {
                prop_assert!(token.start >= end && !token.text.is_empty());
                end = token.end();
                prop_assert!(end <= text.len());
            }
        }
    }
}
