//! Which switches an engine has no use for: a switch that would be ignored is refused by name.
//! `docs/dump.md` has the whole table; a test compares it with this one and with clap's.

use super::given::Given;
use crate::error::{Error, Kind, Result};
use crate::sql::dialect::Dialect;

/// Switches that mean nothing to MySQL and MariaDB, and why.
pub(super) const NOT_MYSQL: &[(&str, &str)] = &[
    ("table-and-children", NO_CHILDREN),
    ("exclude-table-and-children", NO_CHILDREN),
    ("exclude-table-data-and-children", NO_CHILDREN),
    ("schema", NO_SCHEMAS),
    ("exclude-schema", NO_SCHEMAS),
    ("extension", "it has no extensions"),
    ("exclude-extension", "it has no extensions"),
    ("include-foreign-data", "it has no foreign tables"),
    ("large-objects", NO_LARGE_OBJECTS),
    ("no-large-objects", NO_LARGE_OBJECTS),
    ("no-owner", "its objects have no owners"),
    ("no-comments", "its comments are part of the definitions"),
    ("no-security-labels", "it has no security labels"),
    ("no-policies", NO_POLICIES),
    ("no-publications", NO_LOGICAL),
    ("no-subscriptions", NO_LOGICAL),
    ("no-tablespaces", "its tablespaces are not dumped"),
    (
        "no-table-access-method",
        "a table's engine is part of what it is",
    ),
    ("no-toast-compression", "its columns have no such setting"),
    ("no-unlogged-table-data", "it has no unlogged tables"),
    (
        "rows-per-insert",
        "rows are gathered up to a size, not a number",
    ),
    (
        "on-conflict-do-nothing",
        "it has no such clause; INSERT IGNORE would hide other errors too",
    ),
    (
        "load-via-partition-root",
        "rows are never loaded by partition",
    ),
    (
        "disable-triggers",
        "the script switches foreign keys off anyway",
    ),
    ("role", "give the role to the account that reads"),
    ("snapshot", "a view can't be handed on"),
    ("serializable-deferrable", "it has no such transactions"),
    (
        "statistics",
        "its statistics are gathered anew; histograms are dumped anyway",
    ),
    ("enable-row-security", NO_POLICIES),
    ("no-restrict", "its client has no such command"),
];

/// Switches that mean nothing to PostgreSQL, and why.
pub(super) const NOT_POSTGRES: &[(&str, &str)] = &[
    ("consistency", "every dump is one exported snapshot"),
    ("long-queries", NO_GLOBAL_LOCK),
    ("long-query-time", NO_GLOBAL_LOCK),
    ("skip-definer", NO_DEFINER),
    ("definer", NO_DEFINER),
    ("target", "it has no second flavour"),
    ("source-data", NO_POSITION),
    ("gtid-purged", NO_POSITION),
    ("max-allowed-packet", "rows are not sent in packets"),
];

const NO_POSITION: &str = "its replicas do not start from a script";
const NO_GLOBAL_LOCK: &str = "no lock waits for other statements";
const NO_DEFINER: &str = "its objects have owners; see --no-owner";
const NO_CHILDREN: &str = "its partitions are part of their table";
const NO_SCHEMAS: &str = "its schemas are databases: the URL names the one to dump";
const NO_LARGE_OBJECTS: &str = "it has no large objects";
const NO_POLICIES: &str = "it has no row security";
const NO_LOGICAL: &str = "it has no publications or subscriptions";

/// Refuses what the engine would ignore.
pub(super) fn check(given: &[Given], dialect: Dialect) -> Result<()> {
    let (useless, engine) = match dialect {
        Dialect::Postgres => (NOT_POSTGRES, "PostgreSQL"),
        Dialect::Mysql => (NOT_MYSQL, "MySQL and MariaDB"),
    };
    for switch in given {
        if let Some((name, why)) = useless.iter().find(|(name, _)| *name == switch.name) {
            let message = format!("--{name} means nothing to {engine}: {why}");
            return Err(Error::new(Kind::Usage, message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::dump::Parsed;

    /// Every switch of `dump`, from clap.
    fn switches() -> Vec<String> {
        let command = <Parsed as clap::Args>::augment_args(clap::Command::new("dump"));
        let names = command.get_arguments().filter_map(clap::Arg::get_long);
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        names
    }

    #[test]
    fn every_refused_switch_is_one() {
        let all = switches();
        for (name, _) in NOT_MYSQL.iter().chain(NOT_POSTGRES) {
            assert!(all.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn the_manual_lists_every_switch_with_its_engines() {
        let manual = include_str!("../../../docs/dump.md");
        let row = |line: &str| {
            let mut cells = line.strip_prefix("| `--")?.split('|').map(str::trim);
            let name = cells.next()?.split(['`', ' ', '=']).next()?.to_owned();
            Some((name, cells.next()? == "yes", cells.next()? == "yes"))
        };
        let mut rows: Vec<_> = manual.lines().filter_map(row).collect();
        rows.sort();
        let takes = |list: &[(&str, &str)], name: &str| !list.iter().any(|(n, _)| *n == name);
        let wanted = switches().into_iter().map(|name| {
            let (postgres, mysql) = (takes(NOT_POSTGRES, &name), takes(NOT_MYSQL, &name));
            (name, postgres, mysql)
        });
        assert_eq!(rows, wanted.collect::<Vec<_>>());
    }
}
