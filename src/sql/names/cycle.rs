//! Marks of a recursive query's cycles. The server shows them with a cast (`CYCLE a SET b TO 'Y'::text
//! DEFAULT 'N'::text USING c`, PostgreSQL 14 and newer) and takes none there: its grammar wants constants
//! (manual, "SELECT", "CYCLE Clause"), of which `text 'Y'` is one of the same type.

use bstr::{BString, ByteSlice as _};

use super::postgres::lex;
use super::tokens::{Edits, Sort, Tok};

/// The definition with such marks as the server takes them; `None` where it has none.
#[must_use]
pub fn marks_as_constants(definition: &[u8]) -> Option<BString> {
    definition.find(" CYCLE ")?;
    let toks = lex(definition);
    let mut edits = Edits::default();
    for at in 0..toks.len() {
        for mark in marks(&toks, at).into_iter().flatten() {
            if let Some((start, end, new)) = constant(mark, definition) {
                edits.put(start, end, new);
            }
        }
    }
    edits.apply(definition).map(BString::from)
}

/// The two marks of the clause that begins here. The server writes its words in capitals, and no name so
/// without quotes.
fn marks<'t, 'a>(toks: &'t [Tok<'a>], at: usize) -> Option<[&'t [Tok<'a>]; 2]> {
    let is = |at: usize, word: &str| toks.get(at).is_some_and(|tok| tok.text == word.as_bytes());
    let place = |from: usize, word: &str| (from..toks.len()).find(|at| is(*at, word));
    if !is(at, "CYCLE") {
        return None;
    }
    let mut set = at + 2;
    while is(set, ",") {
        set += 2;
    }
    if !is(set, "SET") || !is(set + 2, "TO") {
        return None;
    }
    let default = place(set + 3, "DEFAULT")?;
    let using = place(default + 1, "USING")?;
    Some([toks.get(set + 3..default)?, toks.get(default + 1..using)?])
}

/// What stands in the place of a constant with a cast.
fn constant(mark: &[Tok<'_>], text: &[u8]) -> Option<(usize, usize, Vec<u8>)> {
    let cast = mark
        .windows(2)
        .position(|two| two.iter().all(|tok| tok.is_mark(b':')))?;
    let (value, to) = (mark.get(..cast)?, mark.get(cast + 2..)?);
    let (first, last, of) = (value.first()?, value.last()?, to.first()?);
    let end = to.last()?.end;
    let written = text.get(first.start..last.end)?;
    let new = match last.sort {
        Sort::Text => [text.get(of.start..end)?, b" ", written].concat(),
        // The other mark says its type.
        _ if last.is("NULL") => written.to_vec(),
        _ => return None,
    };
    Some((first.start, end, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(clause: &str) -> String {
        let text =
            format!("WITH RECURSIVE s(f) AS (SELECT 'a CYCLE b') {clause}\n SELECT f FROM s");
        let new = marks_as_constants(text.as_bytes()).unwrap_or_default();
        let new = new.to_string();
        let head = "WITH RECURSIVE s(f) AS (SELECT 'a CYCLE b') ";
        let clause = new.strip_prefix(head).unwrap_or_default();
        clause.trim_end_matches("\n SELECT f FROM s").to_owned()
    }

    #[test]
    fn casts_become_constants_of_the_type() {
        assert_eq!(
            written("CYCLE f, \"T,\" SET c TO 'Y'::text DEFAULT 'N'::text USING path"),
            "CYCLE f, \"T,\" SET c TO text 'Y' DEFAULT text 'N' USING path"
        );
        assert_eq!(
            written("CYCLE f SET c TO E'\\\\'::a.\"T t\" DEFAULT NULL::a.\"T t\" USING path"),
            "CYCLE f SET c TO a.\"T t\" E'\\\\' DEFAULT NULL USING path"
        );
        assert_eq!(
            written("CYCLE f SET c TO 'Y'::character varying(3) DEFAULT 'it''s'::\"char\" USING p"),
            "CYCLE f SET c TO character varying(3) 'Y' DEFAULT \"char\" 'it''s' USING p"
        );
    }

    #[test]
    fn what_is_a_constant_stays() {
        for clause in [
            "CYCLE f SET c USING path",
            "CYCLE f SET c TO 1 DEFAULT 0 USING path",
            "UPDATE t cycle SET a = 'Y'::text",
            "'CYCLE f SET c TO ''Y''::text DEFAULT 1 USING p'",
        ] {
            assert_eq!(written(clause), "", "{clause}");
        }
    }
}
