//! Rights of one flavour in the other's words.

use crate::mysql::version::Caps;

/// What becomes of a right.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Becomes {
    /// Both have it.
    Same,
    /// It is called so there.
    Others(&'static [&'static str]),
    /// There is none.
    Nothing,
}

/// Rights that both have, by the same name.
const COMMON: &[&str] = &[
    "ALL PRIVILEGES",
    "ALTER",
    "ALTER ROUTINE",
    "CREATE",
    "CREATE ROUTINE",
    "CREATE TABLESPACE",
    "CREATE TEMPORARY TABLES",
    "CREATE USER",
    "CREATE VIEW",
    "DELETE",
    "DROP",
    "EVENT",
    "EXECUTE",
    "FILE",
    "GRANT OPTION",
    "INDEX",
    "INSERT",
    "LOCK TABLES",
    "PROCESS",
    "REFERENCES",
    "RELOAD",
    "REPLICATION CLIENT",
    "REPLICATION SLAVE",
    "SELECT",
    "SHOW DATABASES",
    "SHOW VIEW",
    "SHUTDOWN",
    "SUPER",
    "TRIGGER",
    "UPDATE",
    "USAGE",
];

/// MySQL's, and MariaDB's for them.
const TO_MARIADB: &[(&str, &[&str])] = &[
    ("ALLOW_NONEXISTENT_DEFINER", &["SET USER"]),
    ("BINLOG_ADMIN", &["BINLOG ADMIN"]),
    ("CONNECTION_ADMIN", &["CONNECTION ADMIN"]),
    ("CREATE ROLE", &["CREATE USER"]),
    ("DROP ROLE", &["CREATE USER"]),
    ("REPLICATION_APPLIER", &["BINLOG REPLAY"]),
    ("REPLICATION_SLAVE_ADMIN", &["REPLICATION SLAVE ADMIN"]),
    ("SET_ANY_DEFINER", &["SET USER"]),
    ("SET_USER_ID", &["SET USER"]),
];

/// MariaDB's, and MySQL's for them. Those with an underscore are given on everything only.
const TO_MYSQL: &[(&str, &[&str])] = &[
    ("BINLOG ADMIN", &["BINLOG_ADMIN"]),
    ("BINLOG MONITOR", &["REPLICATION CLIENT"]),
    ("BINLOG REPLAY", &["REPLICATION_APPLIER"]),
    ("CONNECTION ADMIN", &["CONNECTION_ADMIN"]),
    ("REPLICATION SLAVE ADMIN", &["REPLICATION_SLAVE_ADMIN"]),
    ("REPLICA MONITOR", &["REPLICATION CLIENT"]),
    ("SLAVE MONITOR", &["REPLICATION CLIENT"]),
];

/// What a right becomes, given on the whole server or on less.
pub(super) fn becomes(right: &str, on_server: bool, to: Caps) -> Becomes {
    if COMMON.contains(&right) {
        return Becomes::Same;
    }
    let found = |table: &'static [(&str, &'static [&str])]| {
        table
            .iter()
            .find(|(own, _)| *own == right)
            .map(|(_, new)| *new)
    };
    let new = match right {
        "SHOW_ROUTINE" if to.show_create_routine_privilege() => Some(&["SHOW CREATE ROUTINE"][..]),
        "SHOW CREATE ROUTINE" if on_server && to.show_routine_privilege() => {
            Some(&["SHOW_ROUTINE"][..])
        }
        "SET USER" if to.any_definer_privilege() => {
            Some(&["SET_ANY_DEFINER", "ALLOW_NONEXISTENT_DEFINER"][..])
        }
        "SET USER" if to.role_edges() => Some(&["SET_USER_ID"][..]),
        _ if to.is_mariadb() => found(TO_MARIADB),
        _ if to.role_edges() => found(TO_MYSQL),
        "BINLOG MONITOR" => Some(&["REPLICATION CLIENT"][..]),
        _ => None,
    };
    new.map_or(Becomes::Nothing, Becomes::Others)
}
