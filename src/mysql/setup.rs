//! A session's settings, fixed and checked: nothing depends on what the server, the account or an
//! `init_connect` sets.

use crate::error::{Error, Kind, Result};
use crate::mysql::script::LOADING_MODE;
use crate::mysql::wire::connection::Connection;
use crate::sql::rows::Rows;

/// A variable, and the value it gets where the server knows it. Values are SQL.
type Setting = (&'static str, &'static str);

/// Half a year in seconds: a worker is idle for as long as another one's largest table takes, and a
/// slow disk behind us may stall the server's sending. MySQL takes no more than a year.
const LONG: &str = "15768000";

/// For every session.
const ALL: &[Setting] = &[
    ("autocommit", "1"),
    ("completion_type", "'NO_CHAIN'"),
    // a replica's transactions may only read: even a table of the session's own is refused then
    ("transaction_read_only", "0"),
    ("tx_read_only", "0"),
    ("time_zone", "'+00:00'"),
    ("wait_timeout", LONG),
    ("net_read_timeout", LONG),
    ("net_write_timeout", LONG),
    // MariaDB ends idle transactions by these
    ("idle_transaction_timeout", "0"),
    ("idle_readonly_transaction_timeout", "0"),
    ("idle_write_transaction_timeout", "0"),
    // MySQL's limit counts milliseconds, MariaDB's seconds
    ("max_execution_time", "0"),
    ("max_statement_time", "0"),
    ("sql_safe_updates", "0"),
    ("sql_auto_is_null", "0"),
    ("sql_big_selects", "1"),
    ("sql_select_limit", "18446744073709551615"),
    ("lc_messages", "'en_US'"),
];

/// For sessions that read.
const READING: &[Setting] = &[
    ("sql_mode", "''"),
    ("sql_quote_show_create", "1"),
    ("group_concat_max_len", "1073741824"),
    // MySQL's dictionary keeps old numbers for a day otherwise
    ("information_schema_stats_expiry", "0"),
    // prints row formats that no one asked for (MySQL 8)
    ("show_create_table_verbosity", "0"),
    // prints another collation than the view has (MariaDB, where an empty string may be NULL yet)
    ("character_set_collations", "REPEAT('a', 0)"),
    // rows as of another time than now (MariaDB)
    ("system_versioning_asof", "DEFAULT"),
    // MariaDB's cache of results would be flushed for nothing
    ("query_cache_type", "'OFF'"),
];

/// For sessions that load. The script's head sets the rest, but for scripts of others that have none
/// (`--compact`): their tables come in the order of their names, whatever points to what.
const LOADING: &[Setting] = &[
    ("sql_mode", LOADING_MODE),
    ("foreign_key_checks", "0"),
    // expressions are kept as the session would print them
    ("sql_quote_show_create", "1"),
];

/// What was lost is told by warnings, of which the server keeps few otherwise. MySQL 8 and newer let only
/// some users say so.
const WARNINGS: &[u8] = b"SET SESSION max_error_count = 65535";

/// "Access denied; you need a privilege for this operation".
const DENIED: &str = "1227";

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A dump.
    Read,
    /// A restore.
    Load,
}

/// Sets and checks them all.
pub async fn settle(connection: &mut Connection, purpose: Purpose) -> Result<()> {
    connection.run(b"SET NAMES utf8mb4").await?;
    // an `init_connect` may leave no more than a few rows of the next answer, and no time for it (MariaDB)
    let all = b"SET SESSION sql_select_limit = 18446744073709551615, sql_big_selects = 1 \
                /*M!100101 , max_statement_time = 0 */";
    connection.run(all).await?;
    let own = match purpose {
        Purpose::Read => READING,
        Purpose::Load => LOADING,
    };
    if purpose == Purpose::Load {
        match connection.run(WARNINGS).await {
            Err(error) if error.server_code() == Some(DENIED) => {}
            set => drop(set?),
        }
    }
    let (known, _) = connection.run(b"SHOW SESSION VARIABLES").await?;
    let wanted: Vec<Setting> = ALL
        .iter()
        .chain(own)
        .copied()
        .filter(|(name, value)| needed(&known, name, value))
        .collect();
    let list = wanted
        .iter()
        .map(|(name, value)| format!("SESSION {name} = {value}"));
    let list = list.collect::<Vec<_>>().join(", ");
    if list.is_empty() {
        return Ok(());
    }
    connection.run(format!("SET {list}").as_bytes()).await?;
    check(connection, &wanted).await
}

/// Whether the server knows the variable and has another value. One that it has is not set: some
/// can't even be set to what they are (MySQL 5.6's query cache).
fn needed(known: &Rows, name: &str, value: &str) -> bool {
    let mut rows = known.iter();
    let row = rows.find(|row| {
        row.str("Variable_name")
            .is_ok_and(|found| found.eq_ignore_ascii_case(name))
    });
    row.is_some_and(|row| {
        row.str("Value")
            .is_ok_and(|now| now != value.trim_matches('\''))
    })
}

/// A proxy in between may swallow a SET.
async fn check(connection: &mut Connection, wanted: &[Setting]) -> Result<()> {
    let literal = |(_, value): &&Setting| *value != "DEFAULT";
    let equal = wanted.iter().filter(literal).map(|(name, value)| {
        format!("SELECT '{name}' AS name, @@SESSION.{name} = {value} AS good")
    });
    let sql = equal.collect::<Vec<_>>().join(" UNION ALL ");
    let (rows, _) = connection.run(sql.as_bytes()).await?;
    for row in rows.iter() {
        if !row.bool("good")? {
            let name = row.str("name")?;
            return Err(Error::new(
                Kind::Server,
                format!("the session's {name} does not keep its value"),
            )
            .hint("Connect to the server itself, not through a proxy that shares sessions."));
        }
    }
    Ok(())
}
