//! What a server is, by what it does. `@@version_comment` and the greeting say what a packager or
//! a proxy wanted them to say (Debian's MySQL calls itself "(Debian)"), and `version` can be
//! configured on MariaDB; executable comments obey the number that was compiled in.

use crate::error::{Error, Kind, Result};
use crate::mysql::wire::connection::Connection;

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    /// Oracle's MySQL and what descends from it (Percona Server).
    Mysql,
    /// MariaDB.
    Mariadb,
}

impl Flavor {
    /// The product's name.
    #[must_use]
    pub fn product(self) -> &'static str {
        match self {
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
        }
    }

    /// What opens an executable comment that only this flavour obeys.
    fn comment(self) -> &'static str {
        match self {
            Self::Mysql => "/*!",
            Self::Mariadb => "/*M!",
        }
    }
}

/// Flavour and version, read once at connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Whose server it is.
    pub flavor: Flavor,
    /// Comparable: 80016 for MySQL 8.0.16, 101106 for MariaDB 10.11.6.
    pub number: u32,
    /// As the server says it, bounded and without control characters.
    pub version: String,
}

impl Facts {
    /// Asks the server.
    pub async fn read(connection: &mut Connection) -> Result<Self> {
        // MySQL takes `/*M!` for an ordinary comment.
        let sql = b"SELECT VERSION() AS version, 1 /*M! + 1 */ AS flavor";
        let (rows, _) = connection.run(sql).await?;
        let row = rows.first().ok_or_else(no_answer)?;
        let flavor = match row.num::<u8>("flavor")? {
            2 => Flavor::Mariadb,
            _ => Flavor::Mysql,
        };
        let version = bounded(&row.bytes("version")?.to_string());
        let claimed = parse(&version).unwrap_or(0);
        let number = confirmed(connection, flavor, claimed).await?;
        Ok(Self {
            flavor,
            number,
            version,
        })
    }
}

/// The claimed number if executable comments agree with it, else the one found by them.
async fn confirmed(connection: &mut Connection, flavor: Flavor, claimed: u32) -> Result<u32> {
    if obeys(connection, flavor, claimed).await? && !obeys(connection, flavor, claimed + 1).await? {
        return Ok(claimed);
    }
    let (mut low, mut high) = (50_000, 999_999);
    while low + 1 < high {
        let middle = u32::midpoint(low, high);
        if obeys(connection, flavor, middle).await? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

async fn obeys(connection: &mut Connection, flavor: Flavor, number: u32) -> Result<bool> {
    let sql = format!("SELECT 0 {}{number:05} + 1 */ AS obeyed", flavor.comment());
    let (rows, _) = connection.run(sql.as_bytes()).await?;
    rows.first().ok_or_else(no_answer)?.bool("obeyed")
}

fn no_answer() -> Error {
    Error::new(Kind::Hostile, "the server gave no row for its version")
}

/// `10.11.6-MariaDB-1` and `8.0.16` as a number; MariaDB's `5.5.5-` before it is left out.
fn parse(version: &str) -> Option<u32> {
    let version = version
        .strip_prefix("5.5.5-")
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(version);
    let mut parts = version
        .split(|c: char| !c.is_ascii_digit())
        .map(|part| part.parse::<u32>().ok().filter(|part| *part < 100));
    let mut part = || parts.next().flatten();
    Some(part()? * 10_000 + part()? * 100 + part()?)
}

/// At most 100 characters, none of them a control character.
fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_become_numbers() {
        assert_eq!(parse("10.11.6-MariaDB-0+deb12u1-log"), Some(101_106));
        assert_eq!(parse("5.5.5-10.4.12-MariaDB"), Some(100_412));
        assert_eq!(parse("5.5.5"), Some(50_505));
        assert_eq!(parse("9.7.0"), Some(90_700));
        assert_eq!(parse("8.0"), None);
        assert_eq!(parse("99999999999.1.1"), None);
    }
}
