//! A statement as names, texts and marks, with the places where they stand: what finding and
//! replacing names needs. White space and comments are left out.

use bstr::{BString, ByteSlice as _};

use crate::sql::dialect::Dialect;
use crate::sql::scan::{Kind, Rules, Scanner};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A word, or a name in quotes.
    Name,
    /// A string, in whatever quotes.
    Text,
    /// One character of everything else.
    Mark(u8),
}

/// A token, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tok<'a> {
    pub(super) sort: Sort,
    pub(super) text: &'a [u8],
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Tok<'_> {
    /// Whether it is this word, not in quotes.
    pub(super) fn is(&self, word: &str) -> bool {
        self.sort == Sort::Name && self.text.eq_ignore_ascii_case(word.as_bytes())
    }

    pub(super) fn is_mark(&self, mark: u8) -> bool {
        self.sort == Sort::Mark(mark)
    }

    pub(super) fn is_name(&self) -> bool {
        self.sort == Sort::Name
    }

    /// The name that it spells, or the text: without quotes, words in lower case.
    pub(super) fn name(&self) -> BString {
        let Some(quote) = self.text.first().filter(|first| b"\"`'".contains(first)) else {
            return self.text.to_ascii_lowercase().into();
        };
        let inside = self.text.get(1..self.text.len() - 1).unwrap_or_default();
        inside.replace([*quote, *quote], [*quote]).into()
    }
}

/// The tokens of a whole statement, or of its first ones only.
pub(super) fn tokens(dialect: Dialect, text: &[u8], most: usize) -> Vec<Tok<'_>> {
    let mut scanner = Scanner::new(Rules::new(dialect));
    let mut found = Vec::new();
    while found.len() < most
        && let Some(token) = scanner.next(text, true)
    {
        let part = text.get(token.start..token.end).unwrap_or_default();
        let sort = match token.kind {
            Kind::Word => Sort::Name,
            Kind::Quoted if is_name(dialect, part) => Sort::Name,
            Kind::Quoted => Sort::Text,
            Kind::Space | Kind::Comment | Kind::ExecutableOpen | Kind::ExecutableClose => continue,
            _ => {
                found.extend(part.iter().enumerate().map(|(at, mark)| Tok {
                    sort: Sort::Mark(*mark),
                    text: part.get(at..=at).unwrap_or_default(),
                    start: token.start + at,
                    end: token.start + at + 1,
                }));
                continue;
            }
        };
        found.push(Tok {
            sort,
            text: part,
            start: token.start,
            end: token.end,
        });
    }
    found
}

fn is_name(dialect: Dialect, part: &[u8]) -> bool {
    let quote = match dialect {
        Dialect::Postgres => b'"',
        Dialect::Mysql => b'`',
    };
    part.first() == Some(&quote)
}

/// A name as the dialect quotes it.
#[must_use]
pub fn quoted(dialect: Dialect, name: &[u8]) -> Vec<u8> {
    let quote: &[u8] = match dialect {
        Dialect::Postgres => b"\"",
        Dialect::Mysql => b"`",
    };
    [quote, &name.replace(quote, [quote, quote].concat()), quote].concat()
}

/// Whether the tokens begin with these words; `?` before one says that it may be left out.
pub(super) fn begins(tokens: &[Tok<'_>], words: &[&str]) -> Option<usize> {
    let mut at = 0;
    for word in words {
        let (word, optional) = word.strip_prefix('?').map_or((*word, false), |w| (w, true));
        if tokens.get(at).is_some_and(|token| token.is(word)) {
            at += 1;
        } else if !optional {
            return None;
        }
    }
    Some(at)
}

/// Changes at places of a text.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(usize, usize, Vec<u8>)>);

impl Edits {
    pub(super) fn put(&mut self, start: usize, end: usize, new: Vec<u8>) {
        self.0.push((start, end, new));
    }

    /// The changed text; `None` where nothing changes.
    pub(super) fn apply(mut self, text: &[u8]) -> Option<Vec<u8>> {
        if self.0.is_empty() {
            return None;
        }
        self.0.sort_by_key(|(start, ..)| *start);
        let mut out = Vec::with_capacity(text.len() + 64);
        let mut at = 0;
        for (start, end, new) in self.0 {
            if start < at {
                continue;
            }
            out.extend_from_slice(text.get(at..start).unwrap_or_default());
            out.extend_from_slice(&new);
            at = end;
        }
        out.extend_from_slice(text.get(at..).unwrap_or_default());
        Some(out)
    }
}
