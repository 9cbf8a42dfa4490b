//! Flavour and version: the only file that compares version numbers. One predicate per capability,
//! with the releases that brought it side by side.

use std::fmt;

pub use crate::mysql::facts::Flavor;

use crate::mysql::facts::Facts;

/// What a server can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// The flavour.
    pub flavor: Flavor,
    /// Comparable: 101114 for 10.11.14, 80016 for 8.0.16.
    pub number: u32,
}

impl fmt::Display for Caps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (product, number) = (self.flavor.product(), self.number);
        let (major, minor, patch) = (number / 10_000, number / 100 % 100, number % 100);
        write!(f, "{product} {major}.{minor}.{patch}")
    }
}

/// The release of one flavour that brought something, or never.
#[derive(Clone, Copy)]
struct Since(Option<u32>);

const fn mysql(release: &str) -> Since {
    Since(parse_number(release))
}

const fn mariadb(release: &str) -> Since {
    Since(parse_number(release))
}

/// The flavour never had it.
const NEVER: Since = Since(None);

/// The number of a version text: its first three numbers, `major.minor[.patch]`.
#[must_use]
const fn parse_number(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let (mut at, mut part, mut seen, mut digits) = (0, 0_u32, [0_u32; 3], 0);
    while at < bytes.len() && part < 3 {
        match bytes[at] {
            digit @ b'0'..=b'9' if digits < 4 => {
                seen[part as usize] = seen[part as usize] * 10 + (digit - b'0') as u32;
                digits += 1;
            }
            b'.' if digits > 0 => {
                part += 1;
                digits = 0;
            }
            _ => break,
        }
        at += 1;
    }
    if part == 0 || (part == 1 && digits == 0) || seen[1] > 99 || seen[2] > 99 {
        return None;
    }
    Some(seen[0] * 10_000 + seen[1] * 100 + seen[2])
}

impl Caps {
    /// What a server with these facts can do.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        Self {
            flavor: facts.flavor,
            number: facts.number,
        }
    }

    fn since(&self, mysql: Since, mariadb: Since) -> bool {
        let since = match self.flavor {
            Flavor::Mysql => mysql,
            Flavor::Mariadb => mariadb,
        };
        since.0.is_some_and(|since| self.number >= since)
    }

    /// It is MariaDB.
    #[must_use]
    pub fn is_mariadb(&self) -> bool {
        self.flavor == Flavor::Mariadb
    }

    /// Names in foreign keys are shown without their backticks doubled.
    #[must_use]
    pub fn raw_foreign_keys(&self) -> bool {
        self.is_mariadb() && !self.since(NEVER, mariadb("11.0.1"))
    }

    /// Collations by version 14 of Unicode, `utf8mb4_uca1400_ai_ci`.
    #[must_use]
    pub fn uca1400(&self) -> bool {
        self.since(NEVER, mariadb("10.10.1"))
    }

    /// `CREATE USER … ACCOUNT LOCK`.
    #[must_use]
    pub fn locked_accounts(&self) -> bool {
        self.since(mysql("5.7.6"), mariadb("10.4.2"))
    }

    /// `information_schema.columns.generation_expression`.
    #[must_use]
    pub fn generation_expression(&self) -> bool {
        self.since(mysql("5.7.6"), mariadb("10.2.5"))
    }

    /// `SHOW REPLICA STATUS`, whose columns speak of a source; MariaDB's still speak of a master.
    #[must_use]
    pub fn replica_status(&self) -> bool {
        self.since(mysql("8.0.22"), NEVER)
    }

    /// `SHOW CREATE USER`.
    #[must_use]
    pub fn show_create_user(&self) -> bool {
        self.since(mysql("5.7.6"), mariadb("10.2.0"))
    }

    /// The session variable `print_identified_with_as_hex`.
    #[must_use]
    pub fn identified_as_hex(&self) -> bool {
        self.since(mysql("8.0.17"), NEVER)
    }

    /// `CREATE USER IF NOT EXISTS`.
    #[must_use]
    pub fn create_user_if_not_exists(&self) -> bool {
        self.since(mysql("5.7.6"), mariadb("10.1.3"))
    }

    /// Roles.
    #[must_use]
    pub fn roles(&self) -> bool {
        self.since(mysql("8.0.1"), mariadb("10.0.5"))
    }

    /// Accounts by `mysql_native_password` without a server's setting.
    #[must_use]
    pub fn native_passwords(&self) -> bool {
        self.is_mariadb() || !self.since(mysql("8.4.0"), NEVER)
    }

    /// `SET_ANY_DEFINER`, `ALLOW_NONEXISTENT_DEFINER`.
    #[must_use]
    pub fn any_definer_privilege(&self) -> bool {
        self.since(mysql("8.2.0"), NEVER)
    }

    /// Roles that are accounts: `mysql.role_edges`, `mysql.default_roles`.
    #[must_use]
    pub fn role_edges(&self) -> bool {
        self.since(mysql("8.0.1"), NEVER)
    }

    /// Roles of their own sort: `mysql.roles_mapping`, `mysql.user.is_role`.
    #[must_use]
    pub fn roles_mapping(&self) -> bool {
        self.since(NEVER, mariadb("10.0.5"))
    }

    /// Grants to `PUBLIC`.
    #[must_use]
    pub fn grants_to_public(&self) -> bool {
        self.since(NEVER, mariadb("10.11.0"))
    }

    /// A GRANT to an account that is not there makes it, unless `NO_AUTO_CREATE_USER` is set.
    #[must_use]
    pub fn grant_makes_users(&self) -> bool {
        !self.since(mysql("8.0.11"), NEVER)
    }

    /// `SHOW GRANTS` quotes the names of columns. Before, they stand there as they are, whatever is in them.
    #[must_use]
    pub fn grants_quote_columns(&self) -> bool {
        self.since(mysql("8.0.11"), mariadb("10.5.0"))
    }

    /// Accounts as JSON in `mysql.global_priv`.
    #[must_use]
    pub fn global_priv(&self) -> bool {
        self.since(NEVER, mariadb("10.4.1"))
    }

    /// Sequences.
    #[must_use]
    pub fn sequences(&self) -> bool {
        self.since(NEVER, mariadb("10.3.0"))
    }

    /// Packages and their bodies.
    #[must_use]
    pub fn packages(&self) -> bool {
        self.since(NEVER, mariadb("10.3.5"))
    }

    /// System-versioned tables.
    #[must_use]
    pub fn system_versioning(&self) -> bool {
        self.since(NEVER, mariadb("10.3.4"))
    }

    /// `system_versioning_insert_history`: history can be loaded.
    #[must_use]
    pub fn insert_history(&self) -> bool {
        self.since(NEVER, mariadb("10.11.0"))
    }

    /// `BEGIN NOT ATOMIC` with `TYPE OF` a column.
    #[must_use]
    pub fn anonymous_blocks(&self) -> bool {
        self.since(NEVER, mariadb("10.3.0"))
    }

    /// `CHANGE REPLICATION SOURCE`.
    #[must_use]
    pub fn replication_source(&self) -> bool {
        self.since(mysql("8.0.23"), NEVER)
    }

    /// `gtid_purged = '+…'`.
    #[must_use]
    pub fn adds_to_purged(&self) -> bool {
        self.since(mysql("8.0.0"), NEVER)
    }

    /// Comments on databases.
    #[must_use]
    pub fn schema_comment(&self) -> bool {
        self.since(NEVER, mariadb("10.5.0"))
    }

    /// `DEFAULT ENCRYPTION` of a database.
    #[must_use]
    pub fn schema_encryption(&self) -> bool {
        self.since(mysql("8.0.16"), NEVER)
    }

    /// `ALTER DATABASE … READ ONLY`, `information_schema.schemata_extensions`.
    #[must_use]
    pub fn schema_read_only(&self) -> bool {
        self.since(mysql("8.0.22"), NEVER)
    }

    /// A session finds a metadata lock that it holds without looking through all of them.
    #[must_use]
    pub fn metadata_locks_hashed(&self) -> bool {
        self.since(mysql("8.0.0"), NEVER)
    }

    /// The data dictionary in InnoDB: spatial reference systems, histograms, column SRIDs.
    #[must_use]
    pub fn data_dictionary(&self) -> bool {
        self.since(mysql("8.0.11"), NEVER)
    }

    /// A JSON type of its own, not an alias of LONGTEXT.
    #[must_use]
    pub fn native_json(&self) -> bool {
        self.since(mysql("5.7.8"), NEVER)
    }

    /// `JSON_TABLE`, which tells the types of a document's values.
    #[must_use]
    pub fn json_table(&self) -> bool {
        self.since(mysql("8.0.4"), NEVER)
    }

    /// `AUTOEXTEND_SIZE` of tablespaces.
    #[must_use]
    pub fn autoextend_size(&self) -> bool {
        self.since(mysql("8.0.23"), NEVER)
    }

    /// `ENGINE_ATTRIBUTE`, `information_schema.tablespaces_extensions`.
    #[must_use]
    pub fn engine_attributes(&self) -> bool {
        self.since(mysql("8.0.21"), NEVER)
    }

    /// `UPDATE HISTOGRAM … USING DATA`.
    #[must_use]
    pub fn histogram_data(&self) -> bool {
        self.since(mysql("8.0.31"), NEVER)
    }

    /// `CREATE FUNCTION IF NOT EXISTS … SONAME`.
    #[must_use]
    pub fn loadable_function_if_not_exists(&self) -> bool {
        self.since(mysql("8.0.29"), mariadb("10.1.3"))
    }

    /// Options of any name of a `CREATE SERVER`, `mysql.servers.options`.
    #[must_use]
    pub fn server_options(&self) -> bool {
        self.since(NEVER, mariadb("11.8.0"))
    }

    /// `RETAIN CURRENT PASSWORD`.
    #[must_use]
    pub fn second_passwords(&self) -> bool {
        self.since(mysql("8.0.14"), NEVER)
    }

    /// Resource groups.
    #[must_use]
    pub fn resource_groups(&self) -> bool {
        self.since(mysql("8.0.3"), NEVER)
    }

    /// `sql_generate_invisible_primary_key` and `show_gipk_in_create_table_and_information_schema`.
    #[must_use]
    pub fn generated_invisible_key(&self) -> bool {
        self.since(mysql("8.0.30"), NEVER)
    }

    /// The session variable `sql_require_primary_key`.
    #[must_use]
    pub fn require_primary_key(&self) -> bool {
        self.since(mysql("8.0.13"), NEVER)
    }

    /// Rows into an empty table are collected and sorted, where a session checks neither unique nor
    /// foreign keys (MDEV-515, MDEV-24621).
    #[must_use]
    pub fn sorts_first_rows(&self) -> bool {
        self.since(NEVER, mariadb("10.6.0"))
    }

    /// Strings of a view that meet others in UCS-2, UTF-16 or UTF-32 are shown as they were written.
    #[must_use]
    pub fn shows_wide_strings(&self) -> bool {
        self.since(mysql("8.0.0"), mariadb("10.11.0"))
    }

    /// Options of InnoDB's at single partitions (10.11 refuses them, 11.8 takes them).
    #[must_use]
    pub fn partition_options(&self) -> bool {
        self.since(NEVER, mariadb("11.0.0"))
    }

    /// `ALTER COLUMN … DROP DEFAULT` leaves a column that takes NULL without any default, not even
    /// NULL. (It does in 10.5 and not in 10.11; where it does not, it changes nothing.)
    #[must_use]
    pub fn drops_defaults(&self) -> bool {
        !self.is_mariadb() || !self.since(NEVER, mariadb("10.11.0"))
    }

    /// `restrict_fk_on_non_standard_key`.
    #[must_use]
    pub fn restrict_fk(&self) -> bool {
        self.since(mysql("8.4.0"), NEVER)
    }

    /// `default_collation_for_utf8mb4`: what `utf8mb4` alone means.
    #[must_use]
    pub fn default_collation_for_utf8mb4(&self) -> bool {
        self.since(mysql("8.0.11"), NEVER)
    }

    /// The privilege SHOW_ROUTINE.
    #[must_use]
    pub fn show_routine_privilege(&self) -> bool {
        self.since(mysql("8.0.20"), NEVER)
    }

    /// `partial_revokes`: with it on, wildcards in databases' names are plain characters.
    #[must_use]
    pub fn partial_revokes(&self) -> bool {
        self.since(mysql("8.0.16"), NEVER)
    }

    /// The privilege SHOW CREATE ROUTINE.
    #[must_use]
    pub fn show_create_routine_privilege(&self) -> bool {
        self.since(NEVER, mariadb("11.3.0"))
    }

    /// `CREATE LIBRARY`.
    #[must_use]
    pub fn libraries(&self) -> bool {
        self.since(mysql("9.2.0"), NEVER)
    }

    /// Histograms with AUTO UPDATE.
    #[must_use]
    pub fn histogram_auto_update(&self) -> bool {
        self.since(mysql("8.4.0"), NEVER)
    }

    /// `check_constraint_checks`.
    #[must_use]
    pub fn check_constraint_checks(&self) -> bool {
        self.since(NEVER, mariadb("10.2.1"))
    }

    /// `performance_schema`-free `information_schema.events`, as all supported releases have it.
    #[must_use]
    pub fn events(&self) -> bool {
        self.since(mysql("5.1.6"), mariadb("5.1.6"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers() {
        assert_eq!(parse_number("10.11.14-MariaDB-0+deb12u2"), Some(101_114));
        assert_eq!(parse_number("8.0.16"), Some(80_016));
        assert_eq!(parse_number("9.7.0-er2"), Some(90_700));
        assert_eq!(parse_number("5.6"), Some(50_600));
        assert_eq!(parse_number("unknown"), None);
        assert_eq!(parse_number("9999999999.1"), None);
    }

    #[test]
    fn a_number_alone_never_makes_a_capability() {
        let of = |flavor, number| Caps { flavor, number };
        let mysql = of(Flavor::Mysql, 90_700);
        assert!(!mysql.sequences() && mysql.native_json());
        let mariadb = of(Flavor::Mariadb, 110_803);
        assert!(mariadb.sequences() && !mariadb.native_json());
        assert_eq!(mariadb.to_string(), "MariaDB 11.8.3");
    }
}
