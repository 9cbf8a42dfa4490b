//! Finds places in definitions that the server made, where a clause goes that it leaves out.

use bstr::{BStr, BString, ByteSlice};

use crate::postgres::render::cat;

/// Puts a clause in front of `WHERE`, or at the end where there is none.
#[must_use]
pub(super) fn before_where(definition: &BStr, clause: &BStr) -> BString {
    let at = outside(definition, b" WHERE ").unwrap_or(definition.len());
    let (head, tail) = definition.split_at(at);
    cat![head, clause, tail]
}

/// Where a word stands outside of all quotes and parentheses.
fn outside(text: &BStr, word: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            // A doubled quote ends one and begins the next.
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && text[at..].starts_with(word) => return Some(at),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(definition: &str) -> String {
        before_where(definition.into(), " X".into()).to_string()
    }

    #[test]
    fn looks_past_quotes_and_parentheses() {
        assert_eq!(put("a (b)"), "a (b) X");
        assert_eq!(
            put("ON \" WHERE \" USING b ((c WHERE d), ' WHERE ') WHERE (e WHERE f)"),
            "ON \" WHERE \" USING b ((c WHERE d), ' WHERE ') X WHERE (e WHERE f)"
        );
        assert_eq!(put("((' '' ) WHERE '))"), "((' '' ) WHERE ')) X");
    }
}
