//! What a statement asks of the server beside the objects of its script: roles, tablespaces,
//! extensions, collations, engines.

use std::collections::BTreeSet;

use bstr::BString;

use super::tokens::{Sort, Tok, begins, tokens};
use super::{roles, storage};
use crate::sql::dialect::Dialect;

/// Something that has to be there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A role; of MySQL an account, as `user@host`.
    Role(BString),
    /// PostgreSQL: the rights of a role, whose default privileges change.
    RightsOf(BString),
    /// Where it is stored.
    Tablespace(BString),
    /// PostgreSQL's extension.
    Extension(BString),
    /// PostgreSQL: schema and name; of MySQL the name alone.
    Collation(BString, BString),
    /// A type in `pg_catalog` that newer servers may lack.
    Type(BString),
    /// An operator that stands behind its operand.
    PostfixOperator(BString),
    /// Tables `WITH OIDS`.
    Oids,
    /// Domains with two NOT NULL constraints.
    TwoNotNulls,
    /// How a column's long values are compressed (PostgreSQL).
    Compression(BString),
    /// MySQL's storage engine.
    Engine(BString),
    /// A locale of the operating system's (PostgreSQL).
    Locale(BString),
}

/// Types that were in `pg_catalog` and are not any more (PostgreSQL 12).
const GONE: [&[u8]; 3] = [b"abstime", b"reltime", b"tinterval"];

/// What this statement needs.
#[must_use]
pub fn needs(dialect: Dialect, statement: &[u8]) -> BTreeSet<Need> {
    let toks = tokens(dialect, statement, usize::MAX);
    let mut found: BTreeSet<Need> = roles::spots(dialect, &toks)
        .into_iter()
        .map(|spot| Need::Role(spot.name))
        .collect();
    match dialect {
        Dialect::Postgres => postgres(dialect, &toks, &mut found),
        Dialect::Mysql => mysql(&toks, &mut found),
    }
    found
}

fn postgres(dialect: Dialect, toks: &[Tok<'_>], found: &mut BTreeSet<Need>) {
    let setting = roles::setting_of_role(dialect, toks);
    found.extend(setting.map(|spot| Need::Role(spot.name)));
    let defaults = ["ALTER", "DEFAULT", "PRIVILEGES", "FOR", "ROLE"];
    let of = begins(toks, &defaults).and_then(|at| toks.get(at));
    found.extend(of.map(|tok| Need::RightsOf(tok.name())));
    let clauses = storage::clauses(toks).into_iter();
    found.extend(clauses.map(|clause| Need::Tablespace(clause.name)));
    if let Some(at) = begins(toks, &["CREATE", "EXTENSION", "?IF", "?NOT", "?EXISTS"]) {
        found.extend(toks.get(at).map(|tok| Need::Extension(tok.name())));
    }
    for (at, tok) in toks.iter().enumerate() {
        let Some([schema, dot, name]) = toks.get(at + 1..at + 4) else {
            break;
        };
        if tok.is("COLLATE") && dot.is_mark(b'.') && name.is_name() {
            found.insert(Need::Collation(schema.name(), name.name()));
        }
        if GONE.contains(&tok.text) && tok.is_name() && begins(toks, &["CREATE", "TABLE"]).is_some()
        {
            let before = at.checked_sub(1).and_then(|at| toks.get(at));
            // a column of this name is followed by its type
            if before.is_some_and(Tok::is_name) {
                found.insert(Need::Type(tok.name()));
            }
        }
    }
    found.extend(storage::compression(toks).map(Need::Compression));
    if has_oids(toks) {
        found.insert(Need::Oids);
    }
    if has_two_not_nulls(toks) {
        found.insert(Need::TwoNotNulls);
    }
    found.extend(locales(toks).into_iter().map(Need::Locale));
    if begins(toks, &["CREATE", "OPERATOR"]).is_some() {
        let has = |word: &str| toks.iter().any(|tok| tok.is(word));
        if has("LEFTARG") && !has("RIGHTARG") && !has("CLASS") && !has("FAMILY") {
            let name = toks.iter().skip(2).take_while(|tok| !tok.is_mark(b'('));
            let name: Vec<u8> = name.flat_map(|tok| tok.text.to_vec()).collect();
            found.insert(Need::PostfixOperator(name.into()));
        }
    }
}

/// Those that a database or a collation takes from the operating system. Every system has `C`.
fn locales(toks: &[Tok<'_>]) -> Vec<BString> {
    let makes = |what| begins(toks, &["CREATE", what]).is_some();
    if !makes("DATABASE") && !makes("COLLATION") {
        return Vec::new();
    }
    let value = |word: &str| {
        let at = toks.iter().position(|tok| tok.is(word))?;
        let [equals, value] = toks.get(at + 1..at + 3)? else {
            return None;
        };
        equals.is_mark(b'=').then(|| value.name())
    };
    let provider = value("PROVIDER").or_else(|| value("LOCALE_PROVIDER"));
    // A database has those of the system beside another provider's.
    let of_system = provider.is_none_or(|provider| provider == "libc");
    let found = ["LC_COLLATE", "LC_CTYPE"].into_iter().filter_map(value);
    let locale = value("LOCALE").filter(|_| of_system);
    let found = found
        .filter(|_| of_system || makes("DATABASE"))
        .chain(locale);
    found
        .filter(|name| !["", "C", "POSIX"].iter().any(|known| name == known))
        .collect()
}

/// A domain's constraints; what is in the brackets of a check is its own.
fn has_two_not_nulls(toks: &[Tok<'_>]) -> bool {
    if begins(toks, &["CREATE", "DOMAIN"]).is_none() {
        return false;
    }
    let (mut depth, mut found) = (0_usize, 0);
    for (at, tok) in toks.iter().enumerate() {
        match tok.sort {
            Sort::Mark(b'(') => depth += 1,
            Sort::Mark(b')') => depth = depth.saturating_sub(1),
            _ if depth == 0 && tok.is("NOT") => {
                found += usize::from(toks.get(at + 1).is_some_and(|next| next.is("NULL")));
            }
            _ => {}
        }
    }
    found > 1
}

/// `WITH (…, oids=true)` behind a table's columns, or `SET WITH OIDS`.
fn has_oids(toks: &[Tok<'_>]) -> bool {
    if begins(toks, &["ALTER", "?FOREIGN", "TABLE"]).is_some() {
        let set =
            |three: &[Tok<'_>]| three[0].is("SET") && three[1].is("WITH") && three[2].is("OIDS");
        return toks.windows(3).any(set);
    }
    if begins(toks, &["CREATE", "?UNLOGGED", "TABLE"]).is_none() {
        return false;
    }
    let (mut depth, mut parameters) = (0_usize, false);
    for (at, tok) in toks.iter().enumerate() {
        match tok.sort {
            Sort::Mark(b'(') => {
                let before = at.checked_sub(1).and_then(|at| toks.get(at));
                parameters |= depth == 0 && before.is_some_and(|tok| tok.is("WITH"));
                depth += 1;
            }
            Sort::Mark(b')') => {
                depth = depth.saturating_sub(1);
                parameters &= depth > 0;
            }
            _ if parameters && depth == 1 && tok.is("oids") => {
                let rest = toks.get(at + 1..at + 3);
                return rest.is_some_and(|two| two[0].is_mark(b'=') && two[1].is("true"));
            }
            _ => {}
        }
    }
    false
}

fn mysql(toks: &[Tok<'_>], found: &mut BTreeSet<Need>) {
    let table = begins(toks, &["CREATE", "TABLE"]).is_some();
    if !table && begins(toks, &["CREATE", "SEQUENCE"]).is_none() {
        return;
    }
    for (at, tok) in toks.iter().enumerate() {
        let equals = toks.get(at + 1).is_some_and(|next| next.is_mark(b'='));
        let value = toks.get(at + 1 + usize::from(equals));
        let Some(value) = value.filter(|value| value.is_name()) else {
            continue;
        };
        if tok.is("ENGINE") && equals {
            found.insert(Need::Engine(value.name()));
        } else if tok.is("COLLATE") && tok.is_name() {
            found.insert(Need::Collation(BString::default(), value.name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dialect: Dialect, text: &str) -> Vec<Need> {
        needs(dialect, text.as_bytes()).into_iter().collect()
    }

    #[test]
    fn locales_are_the_systems_own() {
        for (text, expected) in [
            (
                "CREATE DATABASE d WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' \
                 LC_COLLATE = 'C' LC_CTYPE = 'de_DE.UTF-8'",
                &["de_DE.UTF-8"][..],
            ),
            (
                "CREATE DATABASE d LOCALE_PROVIDER = 'icu' LC_COLLATE = 'fr_FR' ICU_LOCALE = 'de'",
                &["fr_FR"],
            ),
            (
                "CREATE COLLATION s.c (provider = libc, locale = 'tr_TR')",
                &["tr_TR"],
            ),
            (
                "CREATE COLLATION s.c (provider = icu, locale = 'tr-TR')",
                &[],
            ),
            ("CREATE COLLATION s.c (locale = 'POSIX')", &[]),
            ("CREATE TABLE t (locale text DEFAULT 'x')", &[]),
        ] {
            let expected: Vec<Need> = expected
                .iter()
                .map(|name| Need::Locale((*name).into()))
                .collect();
            assert_eq!(of(Dialect::Postgres, text), expected, "{text}");
        }
    }

    #[test]
    fn roles_are_found_where_statements_name_them() {
        let roles = |dialect, text| -> Vec<String> {
            let needs = of(dialect, text).into_iter();
            let roles = needs.filter_map(|need| match need {
                Need::Role(name) => Some(name.to_string()),
                _ => None,
            });
            roles.collect()
        };
        for (text, expected) in [
            ("ALTER FUNCTION s.f(integer) OWNER TO \"a b\"", &["a b"][..]),
            ("CREATE SCHEMA s AUTHORIZATION r", &["r"]),
            ("GRANT SELECT ON TABLE s.t TO PUBLIC", &[]),
            (
                "GRANT EXECUTE ON FUNCTION s.f(x text) TO a, b WITH GRANT OPTION",
                &["a", "b"],
            ),
            ("REVOKE GRANT OPTION FOR SELECT ON TABLE s.t FROM a", &["a"]),
            (
                "ALTER DEFAULT PRIVILEGES FOR ROLE o IN SCHEMA s GRANT SELECT ON TABLES TO r",
                &["o", "r"],
            ),
            (
                "CREATE POLICY p ON s.t FOR SELECT TO a, b USING (true)",
                &["a", "b"],
            ),
            ("SET SESSION AUTHORIZATION g", &["g"]),
            ("CREATE USER MAPPING FOR u SERVER s", &["u"]),
            ("CREATE USER MAPPING FOR public SERVER s", &[]),
            (
                "DO $$BEGIN\n    EXECUTE 'ALTER ROLE r IN DATABASE ' || pg_catalog.quote_ident('x');\nEND$$",
                &["r"],
            ),
            ("COMMENT ON TABLE s.t IS 'OWNER TO x'", &[]),
        ] {
            assert_eq!(roles(Dialect::Postgres, text), expected, "{text}");
        }
        let trigger = "CREATE DEFINER=`a`@`%` TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET @a = 1";
        assert_eq!(roles(Dialect::Mysql, trigger), ["a@%"]);
        let grant = "GRANT SELECT ON `t` TO `b`@`h` WITH GRANT OPTION";
        assert_eq!(roles(Dialect::Mysql, grant), ["b@h"]);
        let escaped = r"GRANT SELECT ON `t` TO 'a\\b\r''c'@'%'";
        assert_eq!(roles(Dialect::Mysql, escaped), ["a\\b\r'c@%"]);
    }

    #[test]
    fn what_else_is_needed_is_found() {
        let (postgres, mysql) = (Dialect::Postgres, Dialect::Mysql);
        for (dialect, text, expected) in [
            (
                postgres,
                "CREATE TABLE s.t (a text COLLATE pg_catalog.\"de_DE\", b abstime)\nTABLESPACE fast",
                vec![
                    Need::Tablespace("fast".into()),
                    Need::Collation("pg_catalog".into(), "de_DE".into()),
                    Need::Type("abstime".into()),
                ],
            ),
            (
                postgres,
                "CREATE EXTENSION citext WITH SCHEMA public",
                vec![Need::Extension("citext".into())],
            ),
            (
                postgres,
                "CREATE OPERATOR s.! (FUNCTION = s.f, LEFTARG = integer)",
                vec![Need::PostfixOperator("s.!".into())],
            ),
            (
                postgres,
                "CREATE DOMAIN s.d AS integer\n    CONSTRAINT a NOT NULL\n    CONSTRAINT b NOT NULL",
                vec![Need::TwoNotNulls],
            ),
            (
                postgres,
                "CREATE DOMAIN s.d AS integer\n    CONSTRAINT a NOT NULL\n    CONSTRAINT b CHECK ((VALUE IS NOT NULL))",
                vec![],
            ),
            (postgres, "CREATE TABLE s.t (tablespace integer)", vec![]),
            (
                postgres,
                "ALTER TABLE ONLY s.t ALTER COLUMN \"set\" SET COMPRESSION lz4",
                vec![Need::Compression("lz4".into())],
            ),
            (
                postgres,
                "ALTER TABLE ONLY s.t ALTER COLUMN compression SET STORAGE main",
                vec![],
            ),
            (
                postgres,
                "CREATE TABLE s.t (\n    a integer\n)\nWITH (fillfactor='70', oids=true)",
                vec![Need::Oids],
            ),
            (
                postgres,
                "ALTER FOREIGN TABLE ONLY s.t SET WITH OIDS",
                vec![Need::Oids],
            ),
            (
                postgres,
                "CREATE TABLE s.t (oids boolean, CHECK ((oids=true)))\nWITH (fillfactor='70')",
                vec![],
            ),
            (
                mysql,
                "CREATE TABLE `t` (`a` text COLLATE latin1_bin) ENGINE=Aria",
                vec![
                    Need::Collation("".into(), "latin1_bin".into()),
                    Need::Engine("aria".into()),
                ],
            ),
        ] {
            assert_eq!(of(dialect, text), expected, "{text}");
        }
    }
}
