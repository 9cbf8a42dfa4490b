//! What can be asked of a dump of MySQL or MariaDB alone.

use std::str::FromStr;

/// How the connections come to one point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Consistency {
    /// By the least disturbing lock that server and rights allow, for each database.
    #[default]
    Auto,
    /// The same once for all databases of the server.
    Server,
    /// One connection and no lock.
    SingleConnection,
    /// No lock at all: the connections may be at different points.
    None,
}

impl FromStr for Consistency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "server" => Ok(Self::Server),
            "single-connection" => Ok(Self::SingleConnection),
            "none" => Ok(Self::None),
            _ => Err("it must be auto, server, single-connection or none".into()),
        }
    }
}

/// What is done about statements that have run for long when a lock is to be taken: the lock would
/// wait behind them, and everyone who writes behind the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LongQueries {
    /// Wait for their end before the lock is asked for.
    #[default]
    Wait,
    /// Fail at once.
    Fail,
    /// Ask for the lock all the same.
    GoOn,
}

impl FromStr for LongQueries {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "wait" => Ok(Self::Wait),
            "fail" => Ok(Self::Fail),
            "go-on" => Ok(Self::GoOn),
            _ => Err("it must be wait, fail or go-on".into()),
        }
    }
}

/// Whose rights views, routines, triggers and events get.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Definer {
    /// The account that they have.
    #[default]
    Keep,
    /// Whoever loads the script.
    Skip,
    /// This account: user and host.
    Account(String, String),
}

impl FromStr for Definer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (user, host) = text.rsplit_once('@').unwrap_or((text, "%"));
        if user.is_empty() || host.is_empty() {
            return Err("it must be USER or USER@HOST".into());
        }
        Ok(Self::Account(user.to_owned(), host.to_owned()))
    }
}

/// How a statement that the reader may not want is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It is run.
    Statement,
    /// It is a comment in the script's head.
    Comment,
}

impl FromStr for Said {
    type Err = String;

    /// Also by the numbers that mysqldump has for them.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "statement" | "1" => Ok(Self::Statement),
            "comment" | "2" => Ok(Self::Comment),
            _ => Err("it must be statement or comment".into()),
        }
    }
}

/// A server's flavour and version, as one that is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// MariaDB, not MySQL.
    pub mariadb: bool,
    /// Comparable, as the server's own.
    pub number: u32,
}

impl FromStr for Product {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "it must be mysql or mariadb, with a version behind a colon".to_owned();
        let (name, version) = text.split_once(':').unwrap_or((text, ""));
        let (mariadb, newest) = match name {
            "mysql" => (false, 90_700),
            "mariadb" => (true, 110_800),
            _ => return Err(wrong()),
        };
        if version.is_empty() {
            return Ok(Self {
                mariadb,
                number: newest,
            });
        }
        let parts: Result<Vec<u32>, _> = version.split('.').map(str::parse).collect();
        let parts = parts.map_err(|_| wrong())?;
        if parts.len() > 3 || parts.iter().any(|part| *part > 99) {
            return Err(wrong());
        }
        let part = |at: usize| parts.get(at).copied().unwrap_or(0);
        Ok(Self {
            mariadb,
            number: part(0) * 10_000 + part(1) * 100 + part(2),
        })
    }
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MysqlOptions {
    /// How the connections come to one point in time.
    pub consistency: Consistency,
    /// What is done about long statements.
    pub long_queries: LongQueries,
    /// From how many seconds on a statement is long; 0 is the default.
    pub long_query_seconds: u64,
    /// Whose rights objects get.
    pub definer: Definer,
    /// What is written for, where it is not what is read.
    pub target: Option<Product>,
    /// The largest statement that the server takes that this is loaded into, in bytes.
    pub max_allowed_packet: Option<u64>,
    /// The binary log's position, for a replica.
    pub source_data: Option<Said>,
    /// The transactions that the dump holds, for a replica.
    pub gtid_purged: Option<Said>,
}

/// Bytes, as the servers' own options have them: 16M, 1G, 4096.
pub fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let factor = match text.get(digits.len()..).unwrap_or_default() {
        "" => 1,
        "k" | "K" => 1 << 10,
        "m" | "M" => 1 << 20,
        "g" | "G" => 1 << 30,
        _ => return Err("its unit must be K, M or G".into()),
    };
    let number: u64 = digits.parse().map_err(|_| "it must be a number of bytes")?;
    match number.checked_mul(factor) {
        Some(bytes) if bytes >= 1024 => Ok(bytes),
        _ => Err("it must be 1K or more".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("16M"), Ok(16 << 20));
        assert_eq!(bytes("4096"), Ok(4096));
        assert!(bytes("1").is_err() && bytes("1T").is_err() && bytes("M").is_err());
    }

    #[test]
    fn products_have_versions() {
        let number = |text: &str| text.parse::<Product>().map(|product| product.number);
        assert_eq!(number("mariadb:10.11.6"), Ok(101_106));
        assert_eq!(number("mysql:8"), Ok(80_000));
        assert!(number("oracle").is_err() && number("mysql:8.x").is_err());
    }

    #[test]
    fn a_definer_has_a_host() {
        let account = |user: &str, host: &str| Ok(Definer::Account(user.into(), host.into()));
        assert_eq!("a@b@c".parse(), account("a@b", "c"));
        assert_eq!("a".parse(), account("a", "%"));
        assert!("@c".parse::<Definer>().is_err());
    }
}
