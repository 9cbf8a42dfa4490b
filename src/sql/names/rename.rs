//! What a restore makes of a statement: under other names, for other roles, without owners.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};

use super::mysql::{self, Tables};
use super::postgres::{Refusal, Relations};
use super::tokens::{Edits, Tok, begins, quoted, tokens};
use super::{roles, storage};
use crate::sql::dialect::Dialect;

/// What becomes of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It stays as it is.
    Same,
    /// It is run in this form.
    Changed(Vec<u8>),
    /// It is not run.
    LeftOut,
}

/// What is changed in statements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renaming {
    /// PostgreSQL's names.
    pub relations: Relations,
    /// MySQL's tables.
    pub tables: Tables,
    /// The database, from its old name to the new one.
    pub database: Option<(BString, BString)>,
    /// Roles; accounts as `user@host`.
    pub roles: HashMap<BString, BString>,
    /// PostgreSQL's tablespaces.
    pub tablespaces: HashMap<BString, BString>,
    /// Without owners; of MySQL without definers.
    pub no_owner: bool,
    /// Without grants.
    pub no_privileges: bool,
    /// Without tablespaces.
    pub no_tablespaces: bool,
    /// Without compression methods of columns.
    pub no_toast_compression: bool,
}

impl Renaming {
    /// Whether every statement stays as it is.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether objects get other names.
    #[must_use]
    pub fn renames(&self) -> bool {
        !self.relations.is_empty() || !self.tables.is_empty()
    }

    /// What becomes of this statement.
    pub fn apply(&self, dialect: Dialect, statement: &[u8]) -> Result<Outcome, Refusal> {
        let renamed = match dialect {
            _ if !self.renames() => None,
            Dialect::Postgres => self.relations.rewrite(statement)?,
            Dialect::Mysql => mysql::rewrite(&self.tables, statement)?,
        };
        let changed = renamed.is_some();
        let text = renamed.as_deref().unwrap_or(statement);
        match self.others(dialect, text) {
            Outcome::Same if changed => Ok(Outcome::Changed(text.to_vec())),
            outcome => Ok(outcome),
        }
    }

    fn others(&self, dialect: Dialect, text: &[u8]) -> Outcome {
        let own =
            self.no_owner || self.no_privileges || self.no_tablespaces || self.no_toast_compression;
        let maps = !self.roles.is_empty() || !self.tablespaces.is_empty();
        if !own && !maps && self.database.is_none() {
            return Outcome::Same;
        }
        let head = tokens(dialect, text, 4);
        let verb = |verb: &str| head.first().is_some_and(|tok| tok.is(verb));
        if verb("INSERT") || verb("COPY") {
            return Outcome::Same;
        }
        let toks = tokens(dialect, text, usize::MAX);
        if (self.no_owner && roles::is_owner(&toks))
            || (self.no_privileges && roles::is_privilege(&toks))
            || (self.no_toast_compression && storage::compression(&toks).is_some())
        {
            return Outcome::LeftOut;
        }
        let mut edits = Edits::default();
        self.accounts(dialect, (&toks, text), &mut edits);
        self.storage(&toks, &mut edits);
        self.database(dialect, &toks, &mut edits);
        edits.apply(text).map_or(Outcome::Same, Outcome::Changed)
    }

    fn accounts(&self, dialect: Dialect, (toks, text): (&[Tok<'_>], &[u8]), edits: &mut Edits) {
        if self.no_owner {
            let definer = roles::definer(toks, text).filter(|_| dialect == Dialect::Mysql);
            if let Some((start, end)) = definer {
                edits.put(start, end, Vec::new());
                return;
            }
            let schema = begins(toks, &["CREATE", "SCHEMA"]).is_some();
            let by = toks.iter().position(|tok| tok.is("AUTHORIZATION"));
            if let (true, Some(two)) = (schema, by.and_then(|at| toks.get(at..at + 2))) {
                edits.put(two[0].start, two[1].end, Vec::new());
                return;
            }
        }
        let setting = roles::setting_of_role(dialect, toks);
        let in_text = setting.is_some();
        for spot in roles::spots(dialect, toks).into_iter().chain(setting) {
            let Some(new) = self.roles.get(&spot.name) else {
                continue;
            };
            let new = match dialect {
                Dialect::Mysql => account(new),
                Dialect::Postgres if in_text => quoted(dialect, new).replace(b"'", b"''"),
                Dialect::Postgres => quoted(dialect, new),
            };
            edits.put(spot.start, spot.end, new);
        }
    }

    fn storage(&self, toks: &[Tok<'_>], edits: &mut Edits) {
        for clause in storage::clauses(toks) {
            if self.no_tablespaces {
                edits.put(clause.whole.0, clause.whole.1, Vec::new());
            } else if let Some(new) = self.tablespaces.get(&clause.name) {
                edits.put(clause.at.0, clause.at.1, quoted(Dialect::Postgres, new));
            }
        }
    }

    /// In the statements that make the database and are about it.
    fn database(&self, dialect: Dialect, toks: &[Tok<'_>], edits: &mut Edits) {
        let Some((old, new)) = &self.database else {
            return;
        };
        let verbs = [
            "CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "SECURITY",
        ];
        if !toks
            .first()
            .is_some_and(|tok| verbs.iter().any(|verb| tok.is(verb)))
        {
            return;
        }
        let Some(at) = toks.iter().take(24).position(|tok| tok.is("DATABASE")) else {
            return;
        };
        let rest = toks.get(at + 1..).unwrap_or_default();
        let more = begins(rest, &["?IF", "?NOT", "?EXISTS"]).unwrap_or(0);
        let Some(tok) = rest.get(more).filter(|tok| tok.is_name()) else {
            return;
        };
        let is_old = tok.name() == *old || tok.text == old.as_slice();
        if is_old {
            edits.put(tok.start, tok.end, quoted(dialect, new));
        }
    }
}

/// `user@host` as MySQL writes it; a role of MariaDB's has no host.
fn account(name: &BString) -> Vec<u8> {
    let part = |part: &[u8]| quoted(Dialect::Mysql, part);
    match name.rfind_byte(b'@') {
        Some(at) => {
            let (user, host) = name.split_at(at);
            [part(user), b"@".to_vec(), part(&host[1..])].concat()
        }
        None => part(name),
    }
}

/// The name of what goes with a table that gets another name: the table's part of it replaced, or
/// the new name in front; cut to so many bytes, with a sum of the whole at its end then.
#[must_use]
pub fn derived(name: &[u8], old: &[u8], new: &[u8], most: usize) -> BString {
    let whole = match name.strip_prefix(old) {
        Some(rest) => [new, rest].concat(),
        None => [new, b"_", name].concat(),
    };
    if whole.len() <= most {
        return whole.into();
    }
    let sum = whole.iter().fold(0x811c_9dc5_u32, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    let mut end = most - 9;
    while whole.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    [
        whole.get(..end).unwrap_or_default(),
        format!("_{sum:08x}").as_bytes(),
    ]
    .concat()
    .into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(renaming: &Renaming, dialect: Dialect, text: &str) -> String {
        match renaming.apply(dialect, text.as_bytes()).unwrap() {
            Outcome::Same => text.to_owned(),
            Outcome::Changed(text) => String::from_utf8(text).unwrap(),
            Outcome::LeftOut => String::new(),
        }
    }

    #[test]
    fn owners_and_grants_are_left_out_and_nothing_else() {
        let bare = Renaming {
            no_owner: true,
            no_privileges: true,
            no_tablespaces: true,
            ..Renaming::default()
        };
        for (from, to) in [
            ("ALTER TABLE s.t OWNER TO a", ""),
            ("CREATE SCHEMA s AUTHORIZATION a", "CREATE SCHEMA s "),
            ("GRANT SELECT ON TABLE s.t TO b", ""),
            ("SET SESSION AUTHORIZATION b", ""),
            (
                "CREATE TABLE s.t (a int)\nTABLESPACE x",
                "CREATE TABLE s.t (a int)\n",
            ),
            (
                "COMMENT ON TABLE s.t IS 'x OWNER TO y'",
                "COMMENT ON TABLE s.t IS 'x OWNER TO y'",
            ),
        ] {
            assert_eq!(of(&bare, Dialect::Postgres, from), to);
        }
        let view =
            "CREATE ALGORITHM=MERGE DEFINER=`a`@`%` SQL SECURITY DEFINER VIEW `v` AS select 1";
        let without = "CREATE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW `v` AS select 1";
        assert_eq!(of(&bare, Dialect::Mysql, view), without);
    }

    #[test]
    fn roles_tablespaces_and_the_database_are_mapped() {
        let maps = Renaming {
            roles: [("a".into(), "B b".into()), ("u@h".into(), "v@%".into())].into(),
            tablespaces: [("x".into(), "y".into())].into(),
            database: Some(("shop".into(), "old".into())),
            ..Renaming::default()
        };
        for (from, to) in [
            (
                "ALTER TABLE s.a OWNER TO a",
                "ALTER TABLE s.a OWNER TO \"B b\"",
            ),
            (
                "GRANT ALL ON SCHEMA a TO a, c",
                "GRANT ALL ON SCHEMA a TO \"B b\", c",
            ),
            (
                "CREATE INDEX i ON s.t USING btree (a) TABLESPACE x",
                "CREATE INDEX i ON s.t USING btree (a) TABLESPACE \"y\"",
            ),
            (
                "CREATE DATABASE shop WITH TEMPLATE = template0 TABLESPACE = x",
                "CREATE DATABASE \"old\" WITH TEMPLATE = template0 TABLESPACE = \"y\"",
            ),
            (
                "COMMENT ON DATABASE shop IS 'shop'",
                "COMMENT ON DATABASE \"old\" IS 'shop'",
            ),
            (
                "DO $$BEGIN EXECUTE 'ALTER ROLE a IN DATABASE ' || x; END$$",
                "DO $$BEGIN EXECUTE 'ALTER ROLE \"B b\" IN DATABASE ' || x; END$$",
            ),
        ] {
            assert_eq!(of(&maps, Dialect::Postgres, from), to);
        }
        assert_eq!(
            of(
                &maps,
                Dialect::Mysql,
                "CREATE DEFINER=`u`@`h` PROCEDURE `p`() DO 1"
            ),
            "CREATE DEFINER=`v`@`%` PROCEDURE `p`() DO 1"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            judged(&text);
        }

        #[test]
        fn any_order_of_words_is_read_without_panic(words in proptest::collection::vec(
            proptest::sample::select(WORDS.to_vec()), 0..24)
        ) {
            judged(words.join(" ").as_bytes());
            judged(words.concat().as_bytes());
        }
    }

    const WORDS: [&str; 40] = [
        "CREATE",
        "ALTER",
        "TABLE",
        "INDEX",
        "VIEW",
        "POLICY",
        "TRIGGER",
        "ON",
        "s",
        "t",
        ".",
        "s.t",
        "\"t\"",
        "`t`",
        "'s.t'",
        "::regclass",
        "(",
        ")",
        ",",
        "OWNER",
        "TO",
        "GRANT",
        "REVOKE",
        "FROM",
        "DEFINER",
        "=",
        "@",
        "`h`",
        "TABLESPACE",
        "USING",
        "OPERATOR(s.",
        "+",
        "SEQUENCE",
        "NAME",
        "DO",
        "$$",
        "'ALTER ROLE a IN DATABASE '",
        "setval(",
        "CONSTRAINT",
        "INSERT INTO `t` VALUES",
    ];

    fn judged(text: &[u8]) {
        let pair = || ("s".into(), "t".into());
        let mut all = Renaming {
            tables: [("t".into(), "n".into())].into(),
            database: Some(("s".into(), "n".into())),
            roles: [("a".into(), "b".into())].into(),
            tablespaces: [("t".into(), "n".into())].into(),
            ..Renaming::default()
        };
        all.relations.names.insert(pair(), ("n".into(), "n".into()));
        all.relations.schemas.insert("s".into(), "n".into());
        let bare = Renaming {
            no_owner: true,
            no_privileges: true,
            no_tablespaces: true,
            ..Renaming::default()
        };
        for dialect in [Dialect::Postgres, Dialect::Mysql] {
            let _ = (all.apply(dialect, text), bare.apply(dialect, text));
            let _ = super::super::needs(dialect, text);
        }
        let _ = super::super::made(text);
    }

    #[test]
    fn names_that_go_with_a_table_fit_the_servers_limit() {
        assert_eq!(derived(b"t_pkey", b"t", b"new", 63), "new_pkey");
        assert_eq!(derived(b"by_a", b"t", b"new", 63), "new_by_a");
        let long = derived(&[b'x'; 60], b"t", b"new", 63);
        assert_eq!(long.len(), 63);
        assert_ne!(long, derived(&[b'x'; 61], b"t", b"new", 63));
    }
}
