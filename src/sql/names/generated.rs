//! Generated columns, and what the tables that have them inherit from: what no single statement tells.

use bstr::BString;

use super::postgres::{Pair, altered, created, lex, pair};
use super::tokens::{Tok, begins};

/// Words that begin a table's constraint, not a column; a column of such a name is in quotes.
const NO_COLUMN: [&str; 8] = [
    "CONSTRAINT",
    "CHECK",
    "UNIQUE",
    "PRIMARY",
    "FOREIGN",
    "EXCLUDE",
    "LIKE",
    "NOT",
];

/// What one statement says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lineage {
    /// A table that is made.
    Table {
        /// Its name.
        table: Pair,
        /// Its own columns that are generated.
        generated: Vec<BString>,
        /// Its other own columns.
        plain: Vec<BString>,
        /// Which tables it inherits from.
        parents: Vec<Pair>,
    },
    /// A table that begins to inherit, or becomes a partition.
    Tie {
        /// The table.
        child: Pair,
        /// From which.
        parent: Pair,
    },
}

/// What this statement of PostgreSQL's says of it.
#[must_use]
pub fn lineage(statement: &[u8]) -> Option<Lineage> {
    let toks = lex(statement);
    if let Some((table, at)) = created(&toks) {
        return Some(of_table(table, toks.get(at..)?));
    }
    let (table, at) = altered(&toks)?;
    let action = toks.get(at..)?;
    if let Some(at) = begins(action, &["ATTACH", "PARTITION"]) {
        let (child, _) = pair(action, at)?;
        return Some(Lineage::Tie {
            child,
            parent: table,
        });
    }
    let at = begins(action, &["INHERIT"])?;
    let (parent, _) = pair(action, at)?;
    Some(Lineage::Tie {
        child: table,
        parent,
    })
}

fn of_table(table: Pair, toks: &[Tok<'_>]) -> Lineage {
    let (mut generated, mut plain) = (Vec::new(), Vec::new());
    let (elements, rest) = elements(toks);
    for element in elements {
        let Some(first) = element.first().filter(|tok| tok.is_name()) else {
            continue;
        };
        if NO_COLUMN.iter().any(|word| first.is(word)) {
            continue;
        }
        let made = |four: &[Tok<'_>]| {
            begins(four, &["GENERATED", "ALWAYS", "AS"]).is_some() && four[3].is_mark(b'(')
        };
        let columns = match element.windows(4).any(made) {
            true => &mut generated,
            false => &mut plain,
        };
        columns.push(first.name());
    }
    Lineage::Table {
        table,
        generated,
        plain,
        parents: parents(rest),
    }
}

/// The parts between the first brackets, and what stands behind these.
fn elements<'a, 'b>(toks: &'b [Tok<'a>]) -> (Vec<&'b [Tok<'a>]>, &'b [Tok<'a>]) {
    let (mut depth, mut from, mut found) = (0_usize, 1, Vec::new());
    for (at, tok) in toks.iter().enumerate() {
        if tok.is_mark(b'(') {
            depth += 1;
        } else if tok.is_mark(b')') {
            depth = depth.saturating_sub(1);
        }
        let ends = depth == 0 || depth == 1 && tok.is_mark(b',');
        if ends {
            found.extend(toks.get(from..at));
            from = at + 1;
        }
        if depth == 0 {
            return (found, toks.get(from..).unwrap_or_default());
        }
    }
    (found, &[])
}

fn parents(rest: &[Tok<'_>]) -> Vec<Pair> {
    let Some(at) = begins(rest, &["INHERITS"]) else {
        return Vec::new();
    };
    let (listed, _) = elements(rest.get(at..).unwrap_or_default());
    let listed = listed.into_iter().filter_map(|parent| pair(parent, 0));
    listed.map(|(parent, _)| parent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(schema: &str, name: &str) -> Pair {
        (schema.into(), name.into())
    }

    fn names(names: &[&str]) -> Vec<BString> {
        names.iter().map(|name| (*name).into()).collect()
    }

    #[test]
    fn tables_tell_their_columns_and_parents() {
        let text = "CREATE TABLE public.c (\n    a integer DEFAULT f(1, 2),\n    \"B,\" integer GENERATED ALWAYS AS \
                    ((a * 2)) STORED,\n    id integer GENERATED ALWAYS AS IDENTITY,\n    CONSTRAINT k CHECK ((a > 0))\n)\n\
                    INHERITS (public.p, s.\"Q\")\nWITH (fillfactor='70')";
        let expected = Lineage::Table {
            table: two("public", "c"),
            generated: names(&["B,"]),
            plain: names(&["a", "id"]),
            parents: vec![two("public", "p"), two("s", "Q")],
        };
        assert_eq!(lineage(text.as_bytes()), Some(expected));
        let bare = Lineage::Table {
            table: two("public", "c"),
            generated: Vec::new(),
            plain: Vec::new(),
            parents: Vec::new(),
        };
        assert_eq!(lineage(b"CREATE TABLE public.c (\n)"), Some(bare));
    }

    #[test]
    fn ties_are_told_from_other_actions() {
        let tie = Some(Lineage::Tie {
            child: two("s", "c"),
            parent: two("s", "p"),
        });
        for (text, expected) in [
            (
                "ALTER TABLE ONLY s.p ATTACH PARTITION s.c DEFAULT",
                tie.clone(),
            ),
            ("ALTER TABLE s.c INHERIT s.p", tie),
            ("ALTER TABLE s.c ALTER COLUMN a SET NOT NULL", None),
            ("CREATE VIEW s.v AS SELECT 1", None),
        ] {
            assert_eq!(lineage(text.as_bytes()), expected, "{text}");
        }
    }
}
