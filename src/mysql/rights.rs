//! What the user that dumps may see: `information_schema` hides the rest without a word, so that
//! a right that is missing has to be told. Catalog: `SHOW GRANTS`.

use bstr::ByteSlice as _;

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::quote;
use crate::mysql::session::Session;

/// Without these on the whole database, something of it may not be seen.
const NEEDED: [&str; 4] = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"];

/// Warns of rights on the database that the user lacks. Who has roles is not judged: what these
/// may do is not in the list.
pub async fn check(session: &mut Session, database: &[u8], claims: &mut Claims) -> Result<()> {
    let rows = session.query("SHOW GRANTS").await?;
    let Some(column) = rows.columns().first() else {
        return Ok(());
    };
    let mut lines = Vec::new();
    for row in rows.iter() {
        lines.push(row.bytes(column)?.to_str_lossy().into_owned());
    }
    let database_name = database.to_str_lossy();
    for right in missing(&lines, database) {
        claims.warn(
            format!("database {database_name}"),
            format!("the user lacks {right} on it: what it can't see is left out"),
        );
    }
    Ok(())
}

fn missing(lines: &[String], database: &[u8]) -> Vec<&'static str> {
    let is_role = |line: &String| line.starts_with("GRANT ") && !line.contains(" ON ");
    if lines.iter().any(is_role) {
        return Vec::new();
    }
    let covering = lines.iter().filter_map(|line| line.split_once(" ON "));
    let covering = covering.filter(|(_, on)| covers(on, database));
    let granted: Vec<&str> = covering
        .flat_map(|(rights, _)| rights.trim_start_matches("GRANT ").split(','))
        .map(str::trim)
        .collect();
    let has = |right: &&str| granted.contains(right) || granted.contains(&"ALL PRIVILEGES");
    NEEDED.into_iter().filter(|right| !has(right)).collect()
}

/// Whether the rest of a line is about all of the database; a pattern may be.
fn covers(on: &str, database: &[u8]) -> bool {
    let Some((object, _)) = on.split_once(".* TO ") else {
        return false;
    };
    let plain = object
        .replace("\\\\", "\\")
        .replace("\\_", "_")
        .replace("\\%", "%");
    object == "*" || object.contains(['%', '_']) || plain.as_bytes() == quote::ident(database)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacks(lines: &[&str]) -> Vec<&'static str> {
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        missing(&lines, b"shop")
    }

    #[test]
    fn what_is_not_granted_is_told() {
        assert!(lacks(&["GRANT ALL PRIVILEGES ON *.* TO `a`@`b`"]).is_empty());
        assert!(lacks(&["GRANT ALL PRIVILEGES ON `shop`.* TO `a`@`b`"]).is_empty());
        assert_eq!(
            lacks(&[
                "GRANT USAGE ON *.* TO `a`@`b`",
                "GRANT SELECT, EVENT ON `shop`.* TO `a`@`b`",
                "GRANT TRIGGER ON `other`.* TO `a`@`b`",
                "GRANT SHOW VIEW ON `shop`.`t` TO `a`@`b`",
            ]),
            ["SHOW VIEW", "TRIGGER"]
        );
    }

    #[test]
    fn patterns_and_roles_are_not_judged() {
        assert!(lacks(&["GRANT ALL PRIVILEGES ON `s%`.* TO `a`@`b`"]).is_empty());
        assert!(lacks(&["GRANT USAGE ON *.* TO `a`@`b`", "GRANT `r` TO `a`@`b`"]).is_empty());
    }
}
