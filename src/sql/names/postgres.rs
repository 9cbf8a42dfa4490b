//! PostgreSQL's relations under other names: every statement of ours names them with their schema,
//! so that a name is found as `schema.name`; where a definition means it otherwise (as an alias of
//! a query) it is refused, never guessed. Texts in quotes stay as they are, but for those that are
//! read as names (`'s.t'::regclass`).

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice as _};

use super::tokens::{Edits, Sort, Tok, begins, quoted, tokens};
use crate::sql::dialect::Dialect;

/// A schema and a name in it.
pub type Pair = (BString, BString);

/// Why a statement can't be rewritten.
pub type Refusal = String;

/// Which names become which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relations {
    /// Relations, routines, types: all that is named with a schema.
    pub names: HashMap<Pair, Pair>,
    /// Constraints: of the table with its old name, from the old name to the new one.
    pub constraints: HashMap<(Pair, BString), BString>,
    /// Schemas that are made under another name.
    pub schemas: HashMap<BString, BString>,
}

/// What a statement makes that belongs to a table and shares the names of its schema's relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The table.
    pub table: Pair,
    /// The name.
    pub name: BString,
    /// The schema that the name is in.
    pub schema: BString,
    /// Whether it is a constraint with an index of its name.
    pub constraint: bool,
}

pub(super) fn lex(text: &[u8]) -> Vec<Tok<'_>> {
    tokens(Dialect::Postgres, text, usize::MAX)
}

/// `a.b`, and what stands behind it.
pub(super) fn pair(toks: &[Tok<'_>], at: usize) -> Option<(Pair, usize)> {
    match toks.get(at..at + 3)? {
        [schema, dot, name] if schema.is_name() && dot.is_mark(b'.') && name.is_name() => {
            Some(((schema.name(), name.name()), at + 3))
        }
        _ => None,
    }
}

/// The table of an `ALTER TABLE`, and where its action begins.
pub(super) fn altered(toks: &[Tok<'_>]) -> Option<(Pair, usize)> {
    let at = begins(
        toks,
        &["ALTER", "?FOREIGN", "TABLE", "?IF", "?EXISTS", "?ONLY"],
    )?;
    pair(toks, at)
}

/// The table of a `CREATE TABLE`, and where its columns begin.
pub(super) fn created(toks: &[Tok<'_>]) -> Option<(Pair, usize)> {
    let at = begins(toks, &["CREATE", "?UNLOGGED", "?FOREIGN", "TABLE"])?;
    pair(toks, at)
}

/// The name and the table of a `CREATE INDEX`: the name's place.
fn index(toks: &[Tok<'_>]) -> Option<(usize, Pair)> {
    let at = begins(
        toks,
        &["CREATE", "?UNIQUE", "INDEX", "?IF", "?NOT", "?EXISTS"],
    )?;
    let on = begins(toks.get(at + 1..)?, &["ON", "?ONLY"])?;
    Some((at, pair(toks, at + 1 + on)?.0))
}

/// The place of the name in `ADD CONSTRAINT n PRIMARY KEY` and its like.
fn keyed(toks: &[Tok<'_>]) -> Option<(Pair, usize)> {
    let (table, at) = altered(toks)?;
    let name = at + begins(toks.get(at..)?, &["ADD", "CONSTRAINT"])?;
    let kind = toks.get(name + 1)?;
    let keyed = ["PRIMARY", "UNIQUE", "EXCLUDE"]
        .iter()
        .any(|word| kind.is(word));
    keyed.then_some((table, name))
}

/// What a statement makes that has a name beside its table's.
#[must_use]
pub fn made(statement: &[u8]) -> Vec<Made> {
    let toks = lex(statement);
    let mut found = Vec::new();
    let mut note = |table: &Pair, (schema, name): Pair, constraint| {
        found.push(Made {
            table: table.clone(),
            name,
            schema,
            constraint,
        });
    };
    if let Some((at, table)) = index(&toks) {
        let name = toks.get(at).map(Tok::name).unwrap_or_default();
        note(&table, (table.0.clone(), name), false);
    } else if let Some((table, at)) = keyed(&toks) {
        let name = toks.get(at).map(Tok::name).unwrap_or_default();
        note(&table, (table.0.clone(), name), true);
    } else if let Some((table, _)) = altered(&toks).or_else(|| created(&toks)) {
        for (at, two) in toks.windows(2).enumerate() {
            if two[0].is("SEQUENCE")
                && two[1].is("NAME")
                && let Some((sequence, _)) = pair(&toks, at + 2)
            {
                note(&table, sequence, false);
            }
        }
    } else if let Some(at) = begins(&toks, &["ALTER", "SEQUENCE"]) {
        let Some((sequence, at)) = pair(&toks, at) else {
            return found;
        };
        let owner = toks
            .get(at..)
            .and_then(|rest| begins(rest, &["OWNED", "BY"]));
        if let Some((table, _)) = owner.and_then(|by| pair(&toks, at + by)) {
            note(&table, sequence, false);
        }
    } else if let Some(at) = begins(&toks, &["CREATE", "STATISTICS"]) {
        let from = toks.iter().rposition(|tok| tok.is("FROM"));
        let table = from.and_then(|from| pair(&toks, from + 1));
        if let (Some((name, _)), Some((table, _))) = (pair(&toks, at), table) {
            note(&table, name, false);
        }
    }
    found
}

/// Words that a definition is read by as a query: what is an alias there looks like a schema.
fn is_query(toks: &[Tok<'_>]) -> bool {
    let words: [&[&str]; 5] = [
        &["CREATE", "?OR", "?REPLACE", "?RECURSIVE", "VIEW"],
        &["CREATE", "MATERIALIZED", "VIEW"],
        &["CREATE", "?OR", "?REPLACE", "RULE"],
        &["CREATE", "POLICY"],
        &["CREATE", "?OR", "?REPLACE", "FUNCTION"],
    ];
    let procedure = ["CREATE", "?OR", "?REPLACE", "PROCEDURE"];
    words.iter().any(|words| begins(toks, words).is_some()) || begins(toks, &procedure).is_some()
}

impl Relations {
    /// Whether nothing has another name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.schemas.is_empty()
    }

    /// The statement under the other names; `None` where it stays as it is.
    pub fn rewrite(&self, statement: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
        let toks = lex(statement);
        let mut edits = Edits::default();
        let mut seen = Seen::default();
        self.pairs(&toks, &mut edits, &mut seen);
        self.bare(&toks, &mut edits, &seen)?;
        self.alone(&toks, &mut edits);
        self.schema(&toks, &mut edits)?;
        self.texts(&toks, &mut edits);
        self.statistics(&toks, &mut edits);
        self.block(&toks, &mut edits)?;
        Ok(edits.apply(statement))
    }

    /// `schema.name`, wherever it stands.
    fn pairs(&self, toks: &[Tok<'_>], edits: &mut Edits, seen: &mut Seen) {
        let mut at = 0;
        while at < toks.len() {
            if is_after_dot(toks, at) {
                at += 1;
                continue;
            }
            let Some((old, next)) = pair(toks, at) else {
                self.operator(toks, at, edits);
                at += 1;
                continue;
            };
            if let (Some(new), Some(first), Some(last)) =
                (self.names.get(&old), toks.get(at), toks.get(next - 1))
            {
                edits.put(first.start, last.end, qualified(new));
                seen.done.insert(at);
                seen.schemas.insert(old.0);
                if old.1 != new.1 {
                    seen.bare.insert(old.1, new.1.clone());
                }
            }
            at = next;
        }
    }

    /// `OPERATOR(schema.+)`.
    fn operator(&self, toks: &[Tok<'_>], at: usize, edits: &mut Edits) {
        let Some([word, open, schema, dot]) = toks.get(at..at + 4) else {
            return;
        };
        if !word.is("OPERATOR") || !open.is_mark(b'(') || !dot.is_mark(b'.') {
            return;
        }
        let marks = toks.get(at + 4..).unwrap_or_default().iter();
        let marks = marks.take_while(|tok| !tok.is_mark(b')'));
        let name: Vec<u8> = marks.flat_map(|tok| tok.text.to_vec()).collect();
        if let Some((new, _)) = self.names.get(&(schema.name(), name.into())) {
            edits.put(schema.start, schema.end, quoted(Dialect::Postgres, new));
        }
    }

    /// A table's name where it stands for its rows: `t.*`, `t.a`.
    fn bare(&self, toks: &[Tok<'_>], edits: &mut Edits, seen: &Seen) -> Result<(), Refusal> {
        let query = is_query(toks);
        for (at, tok) in toks.iter().enumerate() {
            if !tok.is_name() || is_after_dot(toks, at) || seen.done.contains(&at) {
                continue;
            }
            let name = tok.name();
            let qualifies = toks.get(at + 1).is_some_and(|next| next.is_mark(b'.'));
            if query && !qualifies && seen.schemas.contains(&name) {
                return Err(format!(
                    "its definition uses the schema's name {name} for something else too"
                ));
            }
            let taken = seen.bare.values().any(|new| *new == name);
            let Some(new) = seen.bare.get(&name) else {
                if query && taken {
                    return Err(format!("its definition uses the new name {name} already"));
                }
                continue;
            };
            if qualifies {
                edits.put(tok.start, tok.end, quoted(Dialect::Postgres, new));
            } else if query {
                return Err(format!(
                    "its definition uses the table's name {name} for something else too"
                ));
            }
        }
        Ok(())
    }

    /// Names that stand without a schema: an index in its own statements, a constraint.
    fn alone(&self, toks: &[Tok<'_>], edits: &mut Edits) {
        let mut put = |at: usize, new: Option<&BString>| {
            if let (Some(tok), Some(new)) = (toks.get(at), new) {
                edits.put(tok.start, tok.end, quoted(Dialect::Postgres, new));
            }
        };
        let name = |at: usize| toks.get(at).map(Tok::name).unwrap_or_default();
        let beside = |schema: &BString, at| {
            let new = self.names.get(&(schema.clone(), name(at)));
            new.map(|(_, name)| name)
        };
        if let Some((at, table)) = index(toks) {
            put(at, beside(&table.0, at));
        } else if let Some((table, at)) = altered(toks) {
            let rest = toks.get(at..).unwrap_or_default();
            for action in [
                &["ADD", "CONSTRAINT"][..],
                &["DROP", "CONSTRAINT", "?IF", "?EXISTS"],
            ] {
                if let Some(more) = begins(rest, action) {
                    let key = (table.clone(), name(at + more));
                    put(at + more, self.constraints.get(&key));
                }
            }
            let two = |two: &[Tok<'_>]| {
                (two[0].is("CLUSTER") && two[1].is("ON"))
                    || (two[0].is("USING") && two[1].is("INDEX"))
            };
            if let Some(found) = toks.windows(2).position(two) {
                put(found + 2, beside(&table.0, found + 2));
            }
        } else if let Some(at) = begins(toks, &["ALTER", "INDEX"]) {
            if let Some((index, at)) = pair(toks, at)
                && let Some(more) = begins(toks.get(at..).unwrap_or_default(), &["RENAME", "TO"])
            {
                put(at + more, beside(&index.0, at + more));
            }
        } else if let Some(at) = begins(toks, &["COMMENT", "ON", "CONSTRAINT"])
            && let Some((table, _)) = pair(toks, at + 2)
        {
            put(at, self.constraints.get(&(table, name(at))));
        }
    }

    /// A schema in the statements that are about it.
    fn schema(&self, toks: &[Tok<'_>], edits: &mut Edits) -> Result<(), Refusal> {
        let verbs = [
            "CREATE", "ALTER", "COMMENT", "GRANT", "REVOKE", "DROP", "SECURITY",
        ];
        let verb = toks
            .first()
            .is_some_and(|tok| verbs.iter().any(|verb| tok.is(verb)));
        let Some(at) = toks
            .iter()
            .position(|tok| tok.is("SCHEMA"))
            .filter(|_| verb)
        else {
            return Ok(());
        };
        let rest = toks.get(at + 1..).unwrap_or_default();
        let more = begins(rest, &["?IF", "?NOT", "?EXISTS"]).unwrap_or(0);
        let Some(tok) = toks.get(at + 1 + more) else {
            return Ok(());
        };
        let Some(new) = self.schemas.get(&tok.name()).filter(|_| tok.is_name()) else {
            return Ok(());
        };
        if toks.get(1).is_some_and(|tok| tok.is("EXTENSION")) {
            return Err("an extension's objects can't be told from others by their names".into());
        }
        edits.put(tok.start, tok.end, quoted(Dialect::Postgres, new));
        Ok(())
    }

    /// `'schemaname', 's', 'relname', 't'`, by which statistics name their relation.
    fn statistics(&self, toks: &[Tok<'_>], edits: &mut Edits) {
        for seven in toks.windows(7) {
            if seven[0].text != b"'schemaname'" || seven[4].text != b"'relname'" {
                continue;
            }
            let old = (spelled(&seven[2]), spelled(&seven[6]));
            if let Some((schema, name)) = self.names.get(&old) {
                for (tok, new) in [(&seven[2], schema), (&seven[6], name)] {
                    edits.put(tok.start, tok.end, text(new));
                }
            }
        }
    }

    /// `DO $$ … $$`: what only a newer server runs.
    fn block(&self, toks: &[Tok<'_>], edits: &mut Edits) -> Result<(), Refusal> {
        let Some(body) = begins(toks, &["DO"]).and_then(|at| toks.get(at)) else {
            return Ok(());
        };
        let tag = body.text.iter().skip(1).position(|byte| *byte == b'$');
        let Some(tag) = tag.filter(|_| body.text.starts_with(b"$")).map(|at| at + 2) else {
            return Ok(());
        };
        let length = body.text.len();
        let Some(inside) = body.text.get(tag..length.saturating_sub(tag)) else {
            return Ok(());
        };
        if let Some(new) = self.rewrite(inside)? {
            edits.put(body.start + tag, body.end - tag, new);
        }
        Ok(())
    }

    /// Texts that are read as names.
    fn texts(&self, toks: &[Tok<'_>], edits: &mut Edits) {
        for (at, tok) in toks.iter().enumerate() {
            if tok.sort != Sort::Text || !(is_cast(toks, at + 1) || is_counter(toks, at)) {
                continue;
            }
            let Some(text) = tok.text.strip_prefix(b"'") else {
                continue;
            };
            let text = text.strip_suffix(b"'").unwrap_or(text).replace(b"''", b"'");
            let inner = lex(&text);
            let mut within = Edits::default();
            self.pairs(&inner, &mut within, &mut Seen::default());
            if let Some(new) = within.apply(&text) {
                let new = [b"'".as_slice(), &new.replace(b"'", b"''"), b"'"].concat();
                edits.put(tok.start, tok.end, new);
            }
        }
    }
}

#[derive(Default)]
struct Seen {
    /// The places of names that are done.
    done: HashSet<usize>,
    /// The schemas of those.
    schemas: HashSet<BString>,
    /// Tables whose name changed.
    bare: HashMap<BString, BString>,
}

fn is_after_dot(toks: &[Tok<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| toks.get(at));
    before.is_some_and(|tok| tok.is_mark(b'.'))
}

/// `::regclass` and its like, also behind `::text)`.
fn is_cast(toks: &[Tok<'_>], at: usize) -> bool {
    let colons = |at: usize| {
        let two = toks.get(at..at + 2);
        two.is_some_and(|two| two[0].is_mark(b':') && two[1].is_mark(b':'))
    };
    if !colons(at) {
        return false;
    }
    let mut at = at + 2;
    if toks.get(at).is_some_and(|tok| tok.is("text"))
        && toks.get(at + 1).is_some_and(|tok| tok.is_mark(b')'))
        && colons(at + 2)
    {
        at += 4;
    }
    if toks.get(at).is_some_and(|tok| tok.is("pg_catalog")) {
        at += 2;
    }
    let target = toks.get(at);
    target.is_some_and(|tok| tok.is_name() && tok.text.starts_with(b"reg"))
}

/// The first argument of `setval`.
fn is_counter(toks: &[Tok<'_>], at: usize) -> bool {
    let before = at.checked_sub(2).and_then(|at| toks.get(at..at + 2));
    before.is_some_and(|two| two[0].is("setval") && two[1].is_mark(b'('))
}

/// What a text in quotes spells.
fn spelled(tok: &Tok<'_>) -> BString {
    let plain = tok.text.strip_prefix(b"E");
    let inside = plain.unwrap_or(tok.text);
    let inside = inside.strip_prefix(b"'").unwrap_or(inside);
    let inside = inside.strip_suffix(b"'").unwrap_or(inside);
    let inside = inside.replace(b"''", b"'");
    match plain {
        Some(_) => inside.replace(b"\\\\", b"\\").into(),
        None => inside.into(),
    }
}

fn text(name: &BString) -> Vec<u8> {
    let escape: &[u8] = if name.contains(&b'\\') { b"E'" } else { b"'" };
    let name = name.replace(b"'", b"''").replace(b"\\", b"\\\\");
    [escape, &name, b"'"].concat()
}

fn qualified((schema, name): &Pair) -> Vec<u8> {
    let part = |name: &BString| quoted(Dialect::Postgres, name);
    [&part(schema)[..], b".", &part(name)].concat()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn beside() -> Relations {
        let pair = |text: &str| -> Pair {
            let (schema, name) = text.split_once('.').unwrap();
            (schema.into(), name.into())
        };
        let names = [
            ("s.t", "s.n"),
            ("s.t_pkey", "s.n_pkey"),
            ("s.t_id_seq", "s.n_id_seq"),
            ("s.t_a", "s.n_a"),
        ];
        let names = names.map(|(old, new)| (pair(old), pair(new)));
        let constraint = ((pair("s.t"), "t_pkey".into()), "n_pkey".into());
        Relations {
            names: names.into_iter().collect(),
            constraints: [constraint].into_iter().collect(),
            schemas: HashMap::new(),
        }
    }

    fn of(text: &str) -> Result<String, Refusal> {
        let new = beside().rewrite(text.as_bytes())?;
        Ok(String::from_utf8(new.unwrap_or_else(|| text.into())).unwrap())
    }

    #[test]
    fn a_table_is_renamed_with_what_is_named_in_its_statements() {
        for (from, to) in [
            (
                "CREATE TABLE s.t (id integer DEFAULT nextval('s.t_id_seq'::regclass), t text, \
                 CHECK (f(t.*)))",
                "CREATE TABLE \"s\".\"n\" (id integer DEFAULT nextval('\"s\".\"n_id_seq\"'::regclass), \
                 t text, CHECK (f(\"n\".*)))",
            ),
            (
                "ALTER TABLE ONLY s.t ADD CONSTRAINT t_pkey PRIMARY KEY (id)",
                "ALTER TABLE ONLY \"s\".\"n\" ADD CONSTRAINT \"n_pkey\" PRIMARY KEY (id)",
            ),
            (
                "CREATE UNIQUE INDEX t_a ON s.t USING btree (a) WHERE b = 's.t'",
                "CREATE UNIQUE INDEX \"n_a\" ON \"s\".\"n\" USING btree (a) WHERE b = 's.t'",
            ),
            (
                "SELECT pg_catalog.setval('s.t_id_seq', 5, true)",
                "SELECT pg_catalog.setval('\"s\".\"n_id_seq\"', 5, true)",
            ),
            (
                "ALTER SEQUENCE s.t_id_seq OWNED BY s.t.id",
                "ALTER SEQUENCE \"s\".\"n_id_seq\" OWNED BY \"s\".\"n\".id",
            ),
            (
                "CREATE POLICY p ON s.t USING (EXISTS (SELECT 1 FROM s.u WHERE u.id = t.id))",
                "CREATE POLICY p ON \"s\".\"n\" USING (EXISTS (SELECT 1 FROM s.u WHERE u.id = \"n\".id))",
            ),
            (
                "COPY s.t (id, t) FROM stdin",
                "COPY \"s\".\"n\" (id, t) FROM stdin",
            ),
            (
                "SELECT pg_catalog.pg_restore_relation_stats('schemaname', 's', 'relname', 't')",
                "SELECT pg_catalog.pg_restore_relation_stats('schemaname', 's', 'relname', 'n')",
            ),
            (
                "DO $$BEGIN\n    PERFORM f('schemaname', 's', 'relname', 't');\nEND$$",
                "DO $$BEGIN\n    PERFORM f('schemaname', 's', 'relname', 'n');\nEND$$",
            ),
            (
                "COMMENT ON COLUMN s.t.t IS 's.t'",
                "COMMENT ON COLUMN \"s\".\"n\".t IS 's.t'",
            ),
            (
                "SELECT 1 FROM s.tt, x.t, \"S\".t",
                "SELECT 1 FROM s.tt, x.t, \"S\".t",
            ),
            (
                "CREATE FUNCTION s.f() LANGUAGE sql AS $$SELECT * FROM s.t$$",
                "CREATE FUNCTION s.f() LANGUAGE sql AS $$SELECT * FROM s.t$$",
            ),
        ] {
            assert_eq!(of(from).as_deref(), Ok(to));
        }
    }

    #[test]
    fn what_could_mean_something_else_is_refused() {
        for text in [
            "CREATE VIEW s.v AS SELECT t.a FROM s.t, x.y t",
            "CREATE VIEW s.v AS SELECT s.t FROM s.t, x.y s",
            "CREATE VIEW s.v AS SELECT n.a FROM s.t, x.y n",
        ] {
            assert!(of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_belongs_to_a_table_is_found_by_its_statements() {
        for (text, name) in [
            ("CREATE INDEX i ON ONLY s.t USING btree (a)", Some("i")),
            (
                "ALTER TABLE ONLY s.t\n    ADD CONSTRAINT k UNIQUE (a)",
                Some("k"),
            ),
            (
                "ALTER TABLE ONLY s.t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES s.u(a)",
                None,
            ),
            (
                "ALTER TABLE s.t ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s.q START WITH 1)",
                Some("q"),
            ),
            ("ALTER SEQUENCE s.q OWNED BY s.t.a", Some("q")),
            (
                "CREATE TABLE s.t (a bigint NOT NULL GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s.q START WITH 7))",
                Some("q"),
            ),
            (
                "CREATE STATISTICS s.x (ndistinct) ON a, b FROM s.t",
                Some("x"),
            ),
        ] {
            let found = made(text.as_bytes());
            assert_eq!(
                found.first().map(|made| made.name.to_string()).as_deref(),
                name,
                "{text}"
            );
        }
    }
}
