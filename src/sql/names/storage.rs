//! Where statements of PostgreSQL say in which tablespace an object is stored, and how a column's long
//! values are compressed.

use bstr::BString;

use super::roles::depths;
use super::tokens::{Tok, begins};

/// A tablespace, the bytes of its name, and those of the whole clause.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) name: BString,
    pub(super) at: (usize, usize),
    pub(super) whole: (usize, usize),
}

/// The method in `ALTER TABLE … ALTER COLUMN … SET COMPRESSION method`, the statement's only action.
pub(super) fn compression(toks: &[Tok<'_>]) -> Option<BString> {
    begins(toks, &["ALTER", "?FOREIGN", "?MATERIALIZED"])?;
    let toks = match toks {
        [rest @ .., last] if last.is_mark(b';') => rest,
        all => all,
    };
    let [.., set, compression, method] = toks else {
        return None;
    };
    let says = set.is("SET") && compression.is("COMPRESSION") && method.is_name();
    let depth = depths(toks).last().copied();
    (says && depth == Some(0)).then(|| method.name())
}

/// The clauses of a statement.
pub(super) fn clauses(toks: &[Tok<'_>]) -> Vec<Clause> {
    let heads: [&[&str]; 5] = [
        &["CREATE", "?UNLOGGED", "?FOREIGN", "TABLE"],
        &["CREATE", "?UNIQUE", "INDEX"],
        &["CREATE", "?OR", "?REPLACE", "MATERIALIZED", "VIEW"],
        &["CREATE", "DATABASE"],
        &["ALTER", "TABLE"],
    ];
    if !heads.iter().any(|head| begins(toks, head).is_some()) {
        return Vec::new();
    }
    let depths = depths(toks);
    let view = begins(toks, heads[2]).is_some();
    let mut found = Vec::new();
    for (at, tok) in toks.iter().enumerate() {
        let outside = depths.get(at) == Some(&0);
        if view && outside && tok.is("AS") {
            break;
        }
        if !outside || !tok.is("TABLESPACE") {
            continue;
        }
        let equals = toks.get(at + 1).is_some_and(|tok| tok.is_mark(b'='));
        let name = toks.get(at + 1 + usize::from(equals));
        let Some(name) = name.filter(|name| name.is_name()) else {
            continue;
        };
        let using = at
            .checked_sub(2)
            .and_then(|at| toks.get(at..at + 2))
            .filter(|two| two[0].is("USING") && two[1].is("INDEX"));
        let start = using.map_or(tok.start, |two| two[0].start);
        found.push(Clause {
            name: name.name(),
            at: (name.start, name.end),
            whole: (start, name.end),
        });
    }
    found
}
