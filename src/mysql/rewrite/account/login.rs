//! How an account logs in: its plugin and password, and the clauses behind them.

use bstr::{BString, ByteSlice as _};

use super::words::{account, all, login_account, said, span, unquoted};
use crate::mysql::quote;
use crate::mysql::scan::Token;
use crate::mysql::version::Caps;

/// Plugins of MySQL whose empty password is no password.
const PASSWORDS: &[&[u8]] = &[
    b"mysql_native_password",
    b"caching_sha2_password",
    b"sha256_password",
];

/// A hash in the form of `caching_sha2_password` that none can have: it is no base 64.
const NO_SHA2: &str = "$A$005$no*password*has*thisno*password*has*this*one*no*password*has*th";

/// The same for `mysql_native_password`.
const NO_NATIVE: &str = "*THISISNOTAVALIDPASSWORDTHATCANBEUSEDHERE";

/// One way to log in.
struct Method {
    plugin: BString,
    value: BString,
}

/// A rewritten statement.
pub(super) struct Login {
    pub(super) text: BString,
    /// Nobody can log in by it, as the password can't be carried.
    pub(super) lost: bool,
    /// It has no password.
    pub(super) is_bare: bool,
}

/// `CREATE USER …` or `ALTER USER …` for the other flavour.
pub(super) fn login(text: &[u8], to: Caps, changes: &mut Vec<String>) -> Login {
    let all = all(text);
    let Some(((user, host), start)) = login_account(&all) else {
        return Login {
            text: text.into(),
            lost: false,
            is_bare: false,
        };
    };
    let verb = if text.starts_with(b"CREATE") {
        "CREATE USER IF NOT EXISTS "
    } else {
        "ALTER USER "
    };
    let mut out = [verb.as_bytes(), &account(&user, Some(&host))].concat();
    let (mut methods, mut factors) = (Vec::new(), 0);
    let mut rest: Vec<Vec<u8>> = Vec::new();
    for clause in clauses(all.get(start..).unwrap_or_default()) {
        let words = span(text, clause);
        match clause {
            [first, ..] if first.is("IDENTIFIED") => methods.extend(ways(clause)),
            [first, ..] if first.is("AND") => factors += 1,
            [first, ..] if first.is("WITH") => rest.extend(limits(text, clause, to, changes)),
            _ if to.is_mariadb() && !known_to_mariadb(clause) => {
                if !clause.last().is_some_and(|last| last.is("DEFAULT")) {
                    changes.push(format!("left out {}", said(words)));
                }
            }
            _ => rest.push(words.to_vec()),
        }
    }
    if to.is_mariadb() && has_prefix_length(&host) {
        changes.push(format!(
            "{} has a host by the length of its prefix, which no client matches there",
            said(&account(&user, Some(&host)))
        ));
    }
    let (way, lost) = if to.is_mariadb() {
        for_mariadb(&methods, factors, changes)
    } else {
        for_mysql(&methods, to, changes)
    };
    let is_bare = way.ends_with(b" AS ''");
    for part in std::iter::once(way).chain(rest) {
        out.push(b' ');
        out.extend_from_slice(&part);
    }
    Login {
        text: out.into(),
        lost,
        is_bare,
    }
}

/// Cuts what follows the account: each clause begins with a word that says what it is about.
fn clauses<'t, 's>(all: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    const BEGIN: [&str; 9] = [
        "IDENTIFIED",
        "AND",
        "WITH",
        "ACCOUNT",
        "FAILED_LOGIN_ATTEMPTS",
        "PASSWORD_LOCK_TIME",
        "COMMENT",
        "ATTRIBUTE",
        "PASSWORD",
    ];
    let begins = |at: usize| {
        let Some(token) = all.get(at) else {
            return false;
        };
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        let after = |word: &str| before.is_some_and(|before| before.is(word));
        let next = |word: &str| all.get(at + 1).is_some_and(|next| next.is(word));
        match () {
            () if token.is("WITH") => !after("IDENTIFIED"),
            () if token.is("PASSWORD") => !after("BY") && !after("USING"),
            // the second factor, not the second demand on a certificate
            () if token.is("AND") => next("IDENTIFIED"),
            () if token.is("IDENTIFIED") => !after("AND"),
            () if token.is("REQUIRE") => !after("PASSWORD"),
            () => BEGIN.iter().any(|word| token.is(word)),
        }
    };
    let mut starts: Vec<usize> = (0..all.len()).filter(|at| begins(*at)).collect();
    starts.push(all.len());
    let pairs = starts.windows(2);
    pairs
        .filter_map(|pair| all.get(*pair.first()?..*pair.last()?))
        .collect()
}

/// `IDENTIFIED WITH plugin AS hash`, `VIA plugin USING hash OR …`, `BY PASSWORD hash`.
fn ways(clause: &[Token<'_>]) -> Vec<Method> {
    if let [_, by, _, value] = clause
        && by.is("BY")
    {
        return vec![Method {
            plugin: "mysql_native_password".into(),
            value: unquoted(value).unwrap_or_default(),
        }];
    }
    let ways = clause.get(2..).unwrap_or_default();
    let ways = ways.split(|token| token.is("OR"));
    ways.filter_map(|way| {
        let plugin = way.first()?;
        let name = unquoted(plugin).unwrap_or_else(|| plugin.text.into());
        Some(Method {
            plugin: name,
            value: way.get(2).and_then(unquoted).unwrap_or_default(),
        })
    })
    .collect()
}

fn is_native(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"*").unwrap_or_default();
    digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit)
}

fn for_mariadb(methods: &[Method], factors: usize, changes: &mut Vec<String>) -> (Vec<u8>, bool) {
    let Some(method) = methods.first() else {
        return (Vec::new(), false);
    };
    let using = |plugin: &str, value: &[u8]| {
        let value = quote::string(value);
        [b"IDENTIFIED VIA ", plugin.as_bytes(), b" USING ", &value].concat()
    };
    if factors > 0 {
        changes.push("has more than one factor: it can't log in until it gets a password".into());
        return (using("mysql_native_password", b"invalid"), true);
    }
    let way = match method.plugin.as_slice() {
        plugin if method.value.is_empty() && PASSWORDS.contains(&plugin) => {
            using("mysql_native_password", b"")
        }
        b"mysql_native_password" if is_native(&method.value) => {
            using("mysql_native_password", &method.value)
        }
        b"auth_socket" if method.value.is_empty() => b"IDENTIFIED VIA unix_socket".to_vec(),
        b"auth_socket" => using("unix_socket", &method.value),
        plugin => {
            changes.push(lost(plugin));
            return (using("mysql_native_password", b"invalid"), true);
        }
    };
    (way, false)
}

fn lost(plugin: &[u8]) -> String {
    format!(
        "logged in by {}: it can't until it gets a password",
        plugin.to_str_lossy()
    )
}

fn for_mysql(methods: &[Method], to: Caps, changes: &mut Vec<String>) -> (Vec<u8>, bool) {
    let with = |plugin: &str, value: &[u8]| {
        let value = quote::string(value);
        [b"IDENTIFIED WITH '", plugin.as_bytes(), b"' AS ", &value].concat()
    };
    let (own, none) = if to.role_edges() {
        ("caching_sha2_password", NO_SHA2)
    } else {
        ("mysql_native_password", NO_NATIVE)
    };
    let native = |one: &&Method| one.plugin == "mysql_native_password";
    let kept = methods.iter().find(native);
    let others = methods.iter().filter(|one| !native(one));
    match kept {
        None if methods.is_empty() => return (with(own, b""), false),
        Some(method) if method.value.is_empty() => {
            changes.extend(others.map(|one| ways_less(&one.plugin)));
            return (with(own, b""), false);
        }
        // MySQL 9 has no such passwords
        Some(method) if is_native(&method.value) && to.native_passwords() => {
            changes.extend(others.map(|one| ways_less(&one.plugin)));
            return (with("mysql_native_password", &method.value), false);
        }
        _ => {}
    }
    let names: Vec<&[u8]> = methods.iter().map(|one| one.plugin.as_slice()).collect();
    changes.push(lost(&names.join(&b" or "[..])));
    (with(own, none.as_bytes()), true)
}

fn ways_less(plugin: &[u8]) -> String {
    format!("left out {} as a way to log in", plugin.to_str_lossy())
}

/// `WITH MAX_QUERIES_PER_HOUR n …`; MySQL has no MAX_STATEMENT_TIME.
fn limits(
    text: &[u8],
    clause: &[Token<'_>],
    to: Caps,
    changes: &mut Vec<String>,
) -> Option<Vec<u8>> {
    let at = clause
        .iter()
        .position(|token| token.is("MAX_STATEMENT_TIME") && !to.is_mariadb());
    let Some(at) = at else {
        return Some(span(text, clause).to_vec());
    };
    let later = clause.iter().skip(at + 1);
    let next = later.take_while(|token| !token.text.starts_with(b"MAX_"));
    let end = at + 1 + next.count();
    let (before, after) = (clause.get(..at)?, clause.get(end..)?);
    changes.push(format!(
        "left out {}",
        said(span(text, clause.get(at..end)?))
    ));
    let kept = [span(text, before), b" ", span(text, after)].concat();
    (before.len() + after.len() > 1).then(|| kept.trim_ascii().to_vec())
}

fn known_to_mariadb(clause: &[Token<'_>]) -> bool {
    match clause {
        [first, second, ..] if first.is("PASSWORD") => second.is("EXPIRE"),
        [first, ..] => first.is("REQUIRE") || first.is("ACCOUNT"),
        [] => false,
    }
}

/// `10.0.0.0/8`; as a mask both know it.
fn has_prefix_length(host: &[u8]) -> bool {
    let length = host.split_once_str(b"/").map(|(_, length)| length);
    length.is_some_and(|length| !length.is_empty() && length.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::facts::Flavor;

    fn to(flavor: Flavor, number: u32, text: &str) -> (String, Vec<String>) {
        let mut said = Vec::new();
        let new = login(text.as_bytes(), Caps { flavor, number }, &mut said);
        (new.text.to_string(), said)
    }

    #[test]
    fn a_login_of_mysql_is_one_of_mariadb() {
        let text = "CREATE USER IF NOT EXISTS `u`@`%` IDENTIFIED WITH 'mysql_native_password' AS \
             0x2A30303030303030303030303030303030303030303030303030303030303030303030303030303030 \
             REQUIRE SUBJECT 'a' ISSUER 'AND' WITH MAX_QUERIES_PER_HOUR 5 PASSWORD EXPIRE NEVER ACCOUNT LOCK \
             PASSWORD HISTORY 3 PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT \
             FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME 2 ATTRIBUTE '{}'";
        let (new, said) = to(Flavor::Mariadb, 110_800, text);
        assert_eq!(
            new,
            "CREATE USER IF NOT EXISTS `u`@`%` IDENTIFIED VIA mysql_native_password USING \
             '*0000000000000000000000000000000000000000' REQUIRE SUBJECT 'a' ISSUER 'AND' \
             WITH MAX_QUERIES_PER_HOUR 5 PASSWORD EXPIRE NEVER ACCOUNT LOCK"
        );
        assert_eq!(
            said,
            [
                "left out PASSWORD HISTORY 3",
                "left out FAILED_LOGIN_ATTEMPTS 3",
                "left out PASSWORD_LOCK_TIME 2",
                "left out ATTRIBUTE '{}'"
            ]
        );
    }

    #[test]
    fn a_password_that_is_lost_lets_no_one_in() {
        let text =
            "ALTER USER `u`@`%` IDENTIFIED WITH 'caching_sha2_password' AS 0x2441 REQUIRE NONE";
        let (new, said) = to(Flavor::Mariadb, 110_800, text);
        assert!(
            new.contains("VIA mysql_native_password USING 'invalid' REQUIRE NONE"),
            "{new}"
        );
        assert!(said.concat().contains("logged in by caching_sha2_password"));
        let text = "ALTER USER `u`@`%` IDENTIFIED VIA ed25519 USING 'x' OR unix_socket WITH MAX_STATEMENT_TIME 9.5";
        let (new, said) = to(Flavor::Mysql, 90_700, text);
        assert!(
            new.ends_with(&format!("'caching_sha2_password' AS '{NO_SHA2}'")),
            "{new}"
        );
        assert!(
            said.concat()
                .contains("logged in by ed25519 or unix_socket")
        );
        assert!(said.concat().contains("left out MAX_STATEMENT_TIME 9.5"));
    }
}
