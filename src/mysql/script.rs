//! What stands around the entries in a script. Pure.

use std::fmt::Write as _;

use crate::mysql::version::Caps;
use crate::source::Script;

/// Settings of the reading server that change what its `CREATE` statements mean.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Habits {
    /// `explicit_defaults_for_timestamp` is on: a TIMESTAMP column without a default has none.
    pub explicit_timestamps: bool,
    /// `innodb_strict_mode` is off: table options that do not fit together are taken.
    pub lax_innodb: bool,
    /// There is `utf8mb4` without a collation's name, which meant another one before MySQL 8.
    pub old_utf8mb4: bool,
    /// What columns are computed by when their rows come, as SQL.
    pub computing: Vec<(&'static str, String)>,
}

/// Settings that change what expressions give: a server computes stored columns and indexes anew. MySQL takes all
/// three into account there, MariaDB the first.
pub(crate) const COMPUTING: [&str; 3] = [
    "div_precision_increment",
    "default_week_format",
    "lc_time_names",
];

/// What newer servers take another way when it is not said. MySQL lets only administrators set it in a
/// session; where one has set it for all, nothing is to be done.
const OLD_UTF8MB4: &str = "/*!80011 SET @dumpkeep_set = \
     IF(@@default_collation_for_utf8mb4 = 'utf8mb4_general_ci', 'DO 0', \
     'SET SESSION default_collation_for_utf8mb4 = utf8mb4_general_ci') */;\n\
     /*!80011 PREPARE dumpkeep FROM @dumpkeep_set */;\n/*!80011 EXECUTE dumpkeep */;\n\
     /*!80011 DEALLOCATE PREPARE dumpkeep */;\n";
/// MariaDB ends statements that take longer than a server allows, of any kind; takes `utf8` for `utf8mb4` where
/// the mode is empty; and a character set without a collation's name for a collation that can be set, which it
/// then writes into views.
const SETS: (&str, &str) = (
    "/*M!100101 SET @dumpkeep_old_statement_time = @@max_statement_time, max_statement_time = 0 */;\n\
     /*M!100601 SET @dumpkeep_old_old_mode = @@old_mode, old_mode = 'UTF8_IS_UTF8MB3' */;\n\
     /*M!110201 SET @dumpkeep_old_collations = @@character_set_collations, \
     character_set_collations = '' */;\n",
    "/*M!100101 SET max_statement_time = @dumpkeep_old_statement_time */;\n\
     /*M!100601 SET old_mode = @dumpkeep_old_old_mode */;\n\
     /*M!110201 SET character_set_collations = @dumpkeep_old_collations */;\n",
);

/// Zero in an `AUTO_INCREMENT` column stays zero; days that no calendar has stay what they are; a table
/// whose engine the server does not have or forbids is an error, not a table of another engine.
pub(crate) const LOADING_MODE: &str =
    "'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION'";

/// What the session has while a script runs, and gets back after it. The user variables are not
/// those of objects that need settings of their own.
const KEPT: [(&str, &str); 7] = [
    ("time_zone", "'+00:00'"),
    ("sql_mode", LOADING_MODE),
    ("unique_checks", "0"),
    ("foreign_key_checks", "0"),
    ("sql_notes", "0"),
    // a server may have it off, and would forget the last rows
    ("autocommit", "1"),
    // expressions are kept as the session would print them
    ("sql_quote_show_create", "1"),
];

/// The script's surroundings for a server with these capabilities.
#[must_use]
pub fn script(caps: Caps, habits: Habits, position: Option<String>) -> Script {
    Script {
        inside: Vec::new(),
        head: head(caps, &habits).into_bytes(),
        tail: tail(caps, &habits).into_bytes(),
        encoding: "utf8mb4".to_owned(),
        position,
    }
}

fn kept(caps: Caps) -> impl Iterator<Item = (&'static str, &'static str)> {
    let checks = caps
        .check_constraint_checks()
        .then_some(("check_constraint_checks", "0"));
    KEPT.into_iter().chain(checks)
}

fn head(caps: Caps, habits: &Habits) -> String {
    let mut out = String::from(
        "SET @dumpkeep_old_client = @@character_set_client, \
         @dumpkeep_old_results = @@character_set_results, \
         @dumpkeep_old_collation = @@collation_connection;\n\
         SET NAMES utf8mb4;\n",
    );
    for (name, value) in kept(caps) {
        let _ = writeln!(
            out,
            "SET @dumpkeep_old_{name} = @@{name}, {name} = {value};"
        );
    }
    for (name, value) in &habits.computing {
        let _ = writeln!(
            out,
            "SET @dumpkeep_old_{name} = @@{name}, {name} = {value};"
        );
    }
    // a server whose transactions only read takes no statement else
    out.push_str("SET SESSION TRANSACTION READ WRITE;\n");
    if caps.is_mariadb() {
        out.push_str(SETS.0);
    }
    if caps.default_collation_for_utf8mb4() {
        where_needed(
            &mut out,
            "default_collation_for_utf8mb4",
            "utf8mb4_0900_ai_ci",
        );
    }
    if habits.old_utf8mb4 && !caps.is_mariadb() {
        out.push_str(OLD_UTF8MB4);
    }
    if caps.restrict_fk() {
        where_needed(&mut out, "restrict_fk_on_non_standard_key", "0");
    }
    if caps.generated_invisible_key() {
        where_needed(&mut out, "sql_generate_invisible_primary_key", "0");
    }
    if caps.require_primary_key() {
        where_needed(&mut out, "sql_require_primary_key", "0");
    }
    if caps.insert_history() {
        where_needed(&mut out, "system_versioning_insert_history", "1");
    }
    if habits.explicit_timestamps {
        where_needed(&mut out, "explicit_defaults_for_timestamp", "1");
    }
    if habits.lax_innodb {
        where_needed(&mut out, "innodb_strict_mode", "0");
    }
    out
}

/// Sets a variable that not everyone may set, if it does not have the value already. It is left
/// so: who may not set it back should not fail at the end.
fn where_needed(out: &mut String, name: &str, value: &str) {
    let quote = if value.parse::<u64>().is_ok() {
        ""
    } else {
        "'"
    };
    let _ = writeln!(
        out,
        "SET @dumpkeep_set = IF(@@{name} = {quote}{value}{quote}, 'DO 0', 'SET SESSION {name} = {value}');\n\
         PREPARE dumpkeep FROM @dumpkeep_set;\nEXECUTE dumpkeep;\nDEALLOCATE PREPARE dumpkeep;"
    );
}

fn tail(caps: Caps, habits: &Habits) -> String {
    let mut out = String::new();
    for (name, _) in kept(caps) {
        let _ = writeln!(out, "SET {name} = @dumpkeep_old_{name};");
    }
    for (name, _) in &habits.computing {
        let _ = writeln!(out, "SET {name} = @dumpkeep_old_{name};");
    }
    if caps.is_mariadb() {
        out.push_str(SETS.1);
    }
    out.push_str(
        "SET character_set_client = @dumpkeep_old_client, \
         character_set_results = @dumpkeep_old_results, \
         collation_connection = @dumpkeep_old_collation;\n",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::facts::Flavor;

    #[test]
    fn what_is_set_is_put_back() {
        let caps = Caps {
            flavor: Flavor::Mariadb,
            number: 101_106,
        };
        let script = script(caps, Habits::default(), None);
        let (head, tail) = (
            String::from_utf8_lossy(&script.head),
            String::from_utf8_lossy(&script.tail),
        );
        for (name, _) in kept(caps) {
            assert!(head.contains(&format!("@dumpkeep_old_{name} = @@{name}, {name} = ")));
            assert!(tail.contains(&format!("SET {name} = @dumpkeep_old_{name};")));
        }
        assert!(head.contains("check_constraint_checks = 0"));
        assert!(!head.contains("sql_require_primary_key"));
    }
}
