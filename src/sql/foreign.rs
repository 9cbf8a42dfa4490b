//! Scripts that other dumpers wrote: whose it is, which database it goes on in, which of its
//! statements may fail without a loss. Pure.

use bstr::{BString, ByteSlice as _};
use memchr::memmem;

use crate::error::{Error, Kind, Result};
use crate::sql::dialect::Dialect;

/// Who wrote a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// pg_dump, as plain SQL.
    PgDump,
    /// pg_dumpall: it connects to one database after the other.
    PgDumpall,
    /// mysqldump of MySQL.
    MysqlDump,
    /// mariadb-dump, or MariaDB's mysqldump.
    MariadbDump,
    /// The same without comments, and so without an end: only its first line tells.
    BareMariadbDump,
    /// The same without settings as well (`--compact`).
    CompactMariadbDump,
}

/// So far into a script its maker is said.
const HEAD: usize = 4096;

impl Maker {
    /// By the comments at the script's beginning.
    #[must_use]
    pub fn detect(script: &[u8]) -> Option<Self> {
        let head = script.get(..HEAD).unwrap_or(script);
        let marks = [
            ("-- PostgreSQL database dump", Self::PgDump),
            ("-- PostgreSQL database cluster dump", Self::PgDumpall),
            ("-- MySQL dump ", Self::MysqlDump),
            ("-- MariaDB dump ", Self::MariadbDump),
        ];
        // pg_dumpall's script holds pg_dump's: the first counts.
        let place = |mark: &str| {
            let mut found = memmem::find_iter(head, mark.as_bytes());
            found.find(|&at| at == 0 || head.get(at - 1) == Some(&b'\n'))
        };
        let found = marks
            .iter()
            .filter_map(|(mark, maker)| Some((place(mark)?, *maker)));
        let headed = found.min_by_key(|(at, _)| *at).map(|(_, maker)| maker);
        let bare = || {
            place("/*M!999999\\-")?;
            // All scripts but the compact ones begin with this, whatever their switches.
            let settings = place("/*!40101 SET @OLD_SQL_MODE");
            Some(settings.map_or(Self::CompactMariadbDump, |_| Self::BareMariadbDump))
        };
        headed.or_else(bare)
    }

    /// The program's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PgDump => "pg_dump",
            Self::PgDumpall => "pg_dumpall",
            Self::MysqlDump => "mysqldump",
            Self::MariadbDump | Self::BareMariadbDump | Self::CompactMariadbDump => "mariadb-dump",
        }
    }

    /// What it writes.
    #[must_use]
    pub fn dialect(self) -> Dialect {
        match self {
            Self::PgDump | Self::PgDumpall => Dialect::Postgres,
            Self::MysqlDump
            | Self::MariadbDump
            | Self::BareMariadbDump
            | Self::CompactMariadbDump => Dialect::Mysql,
        }
    }

    /// Whether its times are in UTC, though it does not say so: mariadb-dump asks for that, if not told
    /// otherwise, and leaves the setting out with all the others.
    #[must_use]
    pub fn is_in_utc(self) -> bool {
        self == Self::CompactMariadbDump
    }
}

/// Words that the script of a dumper without a heading begins with.
const OPENINGS: [&[u8]; 14] = [
    b"alter",
    b"begin",
    b"copy",
    b"create",
    b"delimiter",
    b"drop",
    b"insert",
    b"lock",
    b"replace",
    b"select",
    b"set",
    b"start",
    b"use",
    b"comment",
];

/// Whether a text begins as scripts do, comments aside.
#[must_use]
pub fn begins_like_sql(text: &[u8]) -> bool {
    let is_comment = |line: &&[u8]| line.is_empty() || line.starts_with(b"--");
    let mut lines = text.lines().map(<[u8]>::trim_ascii);
    let Some(line) = lines.find(|line| !is_comment(line)) else {
        return false;
    };
    if line.starts_with(b"/*!") || line.starts_with(b"/*M!") || line.starts_with(b"\\restrict ") {
        return true;
    }
    let word = line.split(|byte| !byte.is_ascii_alphabetic()).next();
    let word = word.unwrap_or_default().to_ascii_lowercase();
    OPENINGS.contains(&word.as_slice())
}

/// The database that a `\connect` names, in the two forms that pg_dump and pg_dumpall write:
/// `name`, and `-reuse-previous=on "dbname='…'"`. Anything else is an error: it could lead to
/// another server.
pub fn connect_database(argument: &[u8]) -> Result<BString> {
    let words = words(argument).ok_or_else(|| refuse(argument))?;
    let name = match words.as_slice() {
        [name] if !name.contains(&b'=') && !name.contains_str("://") => Some(name.clone()),
        [reuse, conninfo] if *reuse == "-reuse-previous=on" => dbname(conninfo),
        _ => None,
    };
    name.filter(|name| !name.is_empty())
        .ok_or_else(|| refuse(argument))
}

fn refuse(argument: &[u8]) -> Error {
    let argument = argument.to_str_lossy();
    let message = format!("\\connect {argument} is not how a dumper names a database");
    Error::new(Kind::Hostile, message)
}

/// psql's arguments: separated by white space, double quotes hold together, twice they stand for
/// one. `None` where quotes don't match.
fn words(argument: &[u8]) -> Option<Vec<BString>> {
    let mut words = Vec::new();
    let mut rest = argument.trim_ascii();
    while !rest.is_empty() {
        let mut word = BString::default();
        let mut quoted = false;
        let mut at = 0;
        while let Some(&byte) = rest.get(at) {
            match byte {
                b'"' if quoted && rest.get(at + 1) == Some(&b'"') => {
                    word.push(b'"');
                    at += 1;
                }
                b'"' => quoted = !quoted,
                _ if !quoted && byte.is_ascii_whitespace() => break,
                _ => word.push(byte),
            }
            at += 1;
        }
        if quoted {
            return None;
        }
        words.push(word);
        rest = rest.get(at..).unwrap_or_default().trim_ascii_start();
    }
    Some(words)
}

/// `dbname='…'`, and nothing else: a backslash stands before a quote or a backslash.
fn dbname(conninfo: &[u8]) -> Option<BString> {
    let value = conninfo.strip_prefix(b"dbname='")?.strip_suffix(b"'")?;
    let mut name = BString::default();
    let mut bytes = value.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\'' => return None,
            b'\\' => name.push(*bytes.next()?),
            _ => name.push(byte),
        }
    }
    Some(name)
}

/// Why a failed statement of another dumper's script loses nothing, if it doesn't: a setting that
/// the target does not know (`code` is the server's), or one that needs rights over the whole
/// server and says nothing of the data.
#[must_use]
pub fn harmless_failure(dialect: Dialect, statement: &[u8], code: &str) -> Option<&'static str> {
    let text = statement.to_ascii_lowercase();
    match dialect {
        // undefined_object, for SET: an unrecognised configuration parameter.
        Dialect::Postgres if code == "42704" && text.starts_with(b"set ") => {
            Some("this server does not know the setting")
        }
        // ER_UNKNOWN_SYSTEM_VARIABLE.
        Dialect::Mysql if code == "1193" && sets(&text) => {
            Some("this server does not know the setting")
        }
        Dialect::Mysql if sets(&text) && names_replication(&text) => {
            Some("it is about the server's replication, not the data")
        }
        _ => None,
    }
}

/// Whether the failure of a statement may be one that loses nothing: that of a setting, or of a role
/// that exists.
#[must_use]
pub fn may_fail(dialect: Dialect, statement: &[u8]) -> bool {
    let start = statement.get(..64).unwrap_or(statement);
    let words: Vec<&[u8]> = start.split(u8::is_ascii_whitespace).take(2).collect();
    let is = |at: usize, word: &str| {
        let found = words.get(at);
        found.is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    };
    match dialect {
        // A transaction's own settings must be made before any savepoint.
        Dialect::Postgres if is(0, "set") => !is(1, "transaction"),
        Dialect::Postgres => is(0, "create") && (is(1, "role") || is(1, "user")),
        Dialect::Mysql => false,
    }
}

fn sets(text: &[u8]) -> bool {
    let inside = text.strip_prefix(b"/*").map(|rest| {
        let digits = rest.trim_start_with(|c| c == 'm' || c == '!' || c.is_ascii_digit());
        digits.trim_ascii_start()
    });
    inside.unwrap_or(text).starts_with(b"set ")
}

fn names_replication(text: &[u8]) -> bool {
    [b"gtid_purged".as_slice(), b"sql_log_bin", b"gtid_slave_pos"]
        .iter()
        .any(|name| memmem::find(text, name).is_some())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn makers_say_who_they_are() {
        for (head, maker) in [
            ("--\n-- PostgreSQL database dump\n--\n", Some(Maker::PgDump)),
            (
                "--\n-- PostgreSQL database cluster dump\n",
                Some(Maker::PgDumpall),
            ),
            (
                "-- MySQL dump 10.13  Distrib 5.6.51\n",
                Some(Maker::MysqlDump),
            ),
            ("-- MariaDB dump 10.19\n", Some(Maker::MariadbDump)),
            (
                "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n",
                Some(Maker::MariadbDump),
            ),
            (
                "/*M!999999\\- enable the sandbox mode */ \n/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE */;",
                Some(Maker::BareMariadbDump),
            ),
            (
                "/*M!999999\\- enable the sandbox mode */ \n/*!40101 SET @saved",
                Some(Maker::CompactMariadbDump),
            ),
            ("SELECT '-- MySQL dump ';", None),
            ("", None),
        ] {
            assert_eq!(Maker::detect(head.as_bytes()), maker, "{head}");
        }
    }

    #[test]
    fn connect_names_a_database_and_nothing_else() {
        for (argument, database) in [
            ("shop", "shop"),
            ("\"a \"\"b\"", "a \"b"),
            ("-reuse-previous=on \"dbname='it\\'s \\\\'\"", "it's \\"),
        ] {
            assert_eq!(connect_database(argument.as_bytes()).unwrap(), database);
        }
        for argument in [
            "",
            "shop postgres evil.example",
            "host=evil.example",
            "postgres://evil.example/shop",
            "-reuse-previous=on \"dbname='a' host='evil.example'\"",
            "-reuse-previous=off \"dbname='a'\"",
            "\"shop",
        ] {
            assert!(connect_database(argument.as_bytes()).is_err(), "{argument}");
        }
    }

    #[test]
    fn only_settings_may_fail() {
        let postgres = |statement: &str, code| {
            harmless_failure(Dialect::Postgres, statement.as_bytes(), code).is_some()
        };
        assert!(postgres("SET transaction_timeout = 0", "42704"));
        assert!(!postgres("SET transaction_timeout = 0", "42501"));
        assert!(!postgres("CREATE TABLE t (a missing)", "42704"));
        let mysql = |statement: &str, code| {
            harmless_failure(Dialect::Mysql, statement.as_bytes(), code).is_some()
        };
        assert!(mysql("/*!40101 SET @saved_x = @@x */", "1193"));
        assert!(mysql("SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a'", "1227"));
        assert!(!mysql("INSERT INTO gtid_purged VALUES (1)", "1227"));
    }

    #[test]
    fn what_may_fail_is_known_before() {
        let may = |statement: &str| may_fail(Dialect::Postgres, statement.as_bytes());
        for statement in [
            "SET transaction_timeout = 0",
            "create role a",
            "CREATE USER b",
        ] {
            assert!(may(statement), "{statement}");
        }
        for statement in [
            "SET TRANSACTION READ ONLY",
            "CREATE TABLE role (a int)",
            "",
            "SETS",
        ] {
            assert!(!may(statement), "{statement}");
        }
    }

    proptest! {
        #[test]
        fn any_argument_is_judged_without_panic(argument in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = connect_database(&argument);
            let _ = Maker::detect(&argument);
            let _ = harmless_failure(Dialect::Mysql, &argument, "1193");
        }
    }
}
