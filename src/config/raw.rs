//! The TOML as written. Unknown keys are errors; no logic beyond that.

use schemars::JsonSchema;
use serde::Deserialize;

use super::command::RawDumpKey;
use super::hook::{RawCommand, RawHooks};
use super::notify::{RawMail, RawWebhook};
use super::prove::RawProve;
use crate::error::{Error, Kind, Result};

/// The whole configuration of dumpkeep.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "dumpkeep configuration")]
pub struct RawConfig {
    /// The folder that holds the store. Relative: beside the configuration file.
    pub root: Option<String>,
    /// The zone of days, weeks and file names: an IANA name. Else TZ, else UTC.
    pub timezone: Option<String>,
    /// How many backups are kept.
    pub retention: RawRetention,
    /// How archives are compressed.
    pub compression: RawCompression,
    /// What is expected of the store's file system.
    pub store: RawStore,
    /// The servers.
    pub target: Vec<RawTarget>,
    /// Programs that run at the stages of a run.
    pub hooks: RawHooks,
    /// Who is told by mail.
    pub mail: Option<RawMail>,
    /// Addresses that are called when a run begins and ends.
    pub webhook: Vec<RawWebhook>,
    /// Files that are written after each run.
    pub report: RawReport,
    /// How `dumpkeep schedule` goes about it.
    pub scheduler: RawScheduler,
    /// How long a whole run may take: 6h. Default: for ever.
    pub run_timeout: Option<String>,
}

/// Files that are written after each run.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawReport {
    /// The page of all backups. Default: none.
    pub html: Option<String>,
    /// Metrics for node_exporter's textfile collector: a name that ends with .prom. Default: none.
    pub prometheus: Option<String>,
}

/// How `dumpkeep schedule` goes about it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawScheduler {
    /// Each start is put off by a random time up to this: 5m. Default 0.
    pub jitter: Option<String>,
    /// What a start is worth that was missed: run (once) or skip. Default run.
    pub missed: Option<RawMissed>,
    /// How long a run may go on after SIGTERM. Default 10s.
    pub grace: Option<String>,
}

/// What a missed start is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawMissed {
    /// One run at once, however many were missed.
    #[default]
    Run,
    /// Nothing: the next start is waited for.
    Skip,
}

/// How many backups each class keeps.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRetention {
    /// The newest backups. Default 24.
    pub last: Option<u32>,
    /// Days. Default 14.
    pub days: Option<u32>,
    /// ISO weeks. Default 8.
    pub weeks: Option<u32>,
    /// Months. Default 12.
    pub months: Option<u32>,
    /// Years. Default 3.
    pub years: Option<u32>,
    /// Logs of runs. Default 60. Only in the whole configuration's table.
    pub logs: Option<u32>,
}

/// How archives are compressed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawCompression {
    /// zstd, gzip, xz, bzip2 or none. Default zstd.
    pub method: Option<String>,
    /// The method's level. Default: the method's own, 3 for zstd.
    pub level: Option<i32>,
}

/// What is expected of the store's file system.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawStore {
    /// Where hard links are impossible: refuse the run, or fill the classes with copies.
    pub without_hard_links: Option<RawWithoutLinks>,
    /// The space that stays free beside the next backup: 2G. Default 0.
    pub reserve: Option<String>,
    /// The mode of new files, octal. Default 640.
    pub file_mode: Option<String>,
    /// The mode of new folders, octal. Default 750.
    pub dir_mode: Option<String>,
    /// Who owns new files and folders: a number. Default the user that runs dumpkeep.
    pub owner: Option<u32>,
    /// Their group: a number. Default the user's.
    pub group: Option<u32>,
}

/// Counts of databases whose names match.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawKeep {
    /// Patterns of database names; `__GLOBAL__` is the globals.
    pub databases: Vec<String>,
    /// The counts that differ from the target's.
    pub retention: RawRetention,
}

/// What is done where hard links are impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawWithoutLinks {
    /// The run stops before anything is dumped.
    Refuse,
    /// Each class holds copies of its own.
    Copy,
}

/// One server.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawTarget {
    /// Its folder in the root. Default: postgresql/HOST or mysql/HOST.
    pub name: Option<String>,
    /// postgres://… or mysql://…: where it is.
    pub url: Option<String>,
    /// postgresql or mysql, where there is no URL. Default postgresql.
    pub kind: Option<RawKind>,
    /// The host, or the socket's path, where there is no URL.
    pub host: Option<String>,
    /// The port, where there is no URL.
    pub port: Option<u16>,
    /// The user, where there is no URL.
    pub user: Option<String>,
    /// A file that holds the password on its first line.
    pub password_file: Option<String>,
    /// An environment variable that holds the password.
    pub password_env: Option<String>,
    /// Patterns of database names. Default all.
    pub databases: Option<Vec<String>>,
    /// Patterns of names that are left out.
    pub exclude: Vec<String>,
    /// Whether the patterns of `databases` take template databases too. Default false: only by
    /// their own name. template0 never.
    pub template: Option<bool>,
    /// Whether roles and the like are backed up. Default true.
    pub globals: Option<bool>,
    /// Connections for one database. Default 1.
    pub jobs: Option<u32>,
    /// When `dumpkeep schedule` runs it: a cron expression.
    pub schedule: Option<String>,
    /// Counts that differ from the whole configuration's.
    pub retention: RawRetention,
    /// A compression that differs from the whole configuration's.
    pub compression: RawCompression,
    /// Switches of `dumpkeep dump`. Of a command: the program whose output is one database.
    pub dump: RawDumpKey,
    /// Hooks in the place of the whole configuration's.
    pub hooks: RawHooks,
    /// Counts of some databases; the first that matches holds.
    pub keep: Vec<RawKeep>,
    /// Databases that are dumped at once. Default 1.
    pub parallel_databases: Option<u32>,
    /// How often a database is begun again whose connection was lost. Default 2.
    pub retries: Option<u32>,
    /// Whether backups are proven by restoring them into scratch databases.
    pub prove: RawProve,
    /// Of a command: the program whose output is the globals.
    pub global: Option<RawCommand>,
    /// Of a command: the program that lists the databases, one a line.
    pub list: Option<RawCommand>,
    /// Of a command: what its files are called, such as ldif. Default dump.
    pub extension: Option<String>,
    /// Of a command: how long each program may take. Default 6h.
    pub timeout: Option<String>,
    /// Of a command: variables of the process that the programs are given.
    pub pass_env: Vec<String>,
}

/// What kind of server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawKind {
    /// PostgreSQL.
    #[serde(alias = "postgres")]
    Postgresql,
    /// MySQL or MariaDB.
    #[serde(alias = "mariadb")]
    Mysql,
    /// Any program's standard output.
    Command,
}

/// Switches of `dumpkeep dump`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawDump {
    /// Tables that are left out.
    pub exclude_table: Vec<String>,
    /// Tables whose rows are left out.
    pub exclude_table_data: Vec<String>,
    /// Schemas that are left out.
    pub exclude_schema: Vec<String>,
    /// What dumpkeep does not know is counted and reported, not an error.
    pub lenient: bool,
    /// Leave out ownership.
    pub no_owner: bool,
    /// Leave out grants.
    pub no_privileges: bool,
    /// Leave out comments.
    pub no_comments: bool,
    /// Leave out tablespaces.
    pub no_tablespaces: bool,
    /// Rows as INSERT, not COPY.
    pub inserts: bool,
    /// How long to wait for a lock: 30s, 5m. Default 5m; 0 is for ever.
    pub lock_timeout: Option<String>,
    /// MySQL: auto (one point in time for each database), server (one for all of them),
    /// single-connection, none. Default auto.
    pub consistency: Option<String>,
    /// MySQL: what is done about long statements before a lock is taken: wait, fail, go-on. Default
    /// wait.
    pub long_queries: Option<String>,
    /// MySQL: from when on a statement runs for long. Default 60s.
    pub long_query_time: Option<String>,
    /// MySQL: views, routines, triggers and events belong to whoever loads them.
    pub skip_definer: bool,
    /// MySQL: they belong to this account, USER@HOST.
    pub definer: Option<String>,
    /// MySQL: write for the other flavour, `mysql` or `mariadb[:VERSION]`.
    pub target: Option<String>,
    /// MySQL: the largest statement that the server takes that this is loaded into, such as 4M.
    pub max_allowed_packet: Option<String>,
    /// MySQL: the binary log's position for a replica: statement, comment.
    pub source_data: Option<String>,
    /// MySQL: the transactions (GTID) for a replica: statement, comment.
    pub gtid_purged: Option<String>,
}

/// Reads the TOML; `name` names the file in messages.
pub fn parse(text: &str, name: &str) -> Result<RawConfig> {
    toml::from_str(text).map_err(|cause| {
        let at = cause.span().map_or(1, |span| line_of(text, span.start));
        let error = Error::new(
            Kind::Config,
            format!("cannot use {name}, line {at}: {}", cause.message()),
        );
        match nearest(cause.message()) {
            Some(known) => error.hint(format!("Did you mean {known}?")),
            None => error,
        }
    })
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|&&byte| byte == b'\n').count()
}

/// The known key that an unknown one is nearest to. Reads serde's message: the unknown name is the
/// first in backquotes, the known ones follow.
fn nearest(message: &str) -> Option<&str> {
    if !message.starts_with("unknown field") && !message.starts_with("unknown variant") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next()?;
    names
        .map(|known| {
            // `password` is meant as the beginning of `password_file`.
            let begins = known.starts_with(unknown);
            (!begins, strsim::damerau_levenshtein(unknown, known), known)
        })
        .min()
        .map(|(_, _, known)| known)
}

/// The JSON Schema of the configuration.
pub fn schema() -> Result<String> {
    let schema = schemars::schema_for!(RawConfig);
    serde_json::to_string_pretty(&schema)
        .map_err(|cause| Error::new(Kind::Internal, "cannot write the schema").cause(cause))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_name_the_nearest() {
        for (text, line, near) in [
            ("rot = \"/x\"", 1, "root"),
            ("\n[retention]\ndaily = 3", 3, "days"),
            (
                "[[target]]\nurl = \"postgres:///\"\ndatabase = []",
                3,
                "databases",
            ),
            ("[store]\nwithout_hard_links = \"copi\"", 2, "copy"),
            (
                "[[target]]\nurl = \"postgres:///\"\npassword = \"x\"",
                3,
                "password_env",
            ),
        ] {
            let error = parse(text, "dumpkeep.toml").unwrap_err();
            let report = error.report();
            assert!(
                report.contains(&format!("dumpkeep.toml, line {line}:")),
                "{report}"
            );
            assert!(
                report.contains(&format!("hint: Did you mean {near}?")),
                "{report}"
            );
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn wrong_types_and_bad_toml_are_named() {
        for text in ["root = 3", "[retention]\nlast = -1", "target = 1", "a = ["] {
            let error = parse(text, "x.toml").unwrap_err();
            assert!(
                error.line().starts_with("cannot use x.toml, line"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_schema_knows_every_table() {
        let schema = schema().unwrap();
        for key in [
            "retention",
            "compression",
            "target",
            "password_file",
            "lock_timeout",
        ] {
            assert!(schema.contains(&format!("\"{key}\"")), "{key}");
        }
    }
}
