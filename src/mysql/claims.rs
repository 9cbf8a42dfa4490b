//! The claim check: every table type, engine, column type, attribute, routine and event kind is
//! known here, or the dump fails and names the object. So a newer server's additions are never
//! lost without a word.

use bstr::{BStr, ByteSlice};

use crate::error::{Error, Kind, Result};
use crate::source::Warning;

/// `information_schema.tables.table_type`.
pub const TABLE_TYPES: &[&str] = &["BASE TABLE", "VIEW", "SEQUENCE", "SYSTEM VERSIONED"];

/// Engines that keep rows of the table's own.
pub const ROW_ENGINES: &[&str] = &[
    "InnoDB",
    "MyISAM",
    "Aria",
    "MEMORY",
    "CSV",
    "ARCHIVE",
    "ROCKSDB",
    "Columnstore",
    "Mroonga",
];

/// Engines whose rows, if any, lie elsewhere: in other tables, files or servers, or nowhere.
pub const ROWLESS_ENGINES: &[&str] = &[
    "MRG_MYISAM",
    "MRG_MyISAM",
    "BLACKHOLE",
    "FEDERATED",
    "CONNECT",
    "SPIDER",
    "SPHINX",
    "OQGRAPH",
    "S3",
    "SEQUENCE",
];

/// `information_schema.columns.data_type`.
pub const DATA_TYPES: &[&str] = &[
    "tinyint",
    "smallint",
    "mediumint",
    "int",
    "bigint",
    "decimal",
    "float",
    "double",
    "bit",
    "year",
    "date",
    "time",
    "datetime",
    "timestamp",
    "char",
    "varchar",
    "tinytext",
    "text",
    "mediumtext",
    "longtext",
    "enum",
    "set",
    "binary",
    "varbinary",
    "tinyblob",
    "blob",
    "mediumblob",
    "longblob",
    "json",
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
    "geomcollection",
    "vector",
    "uuid",
    "inet4",
    "inet6",
];

/// The phrases of `information_schema.columns.extra`, longest first where one begins another.
const ATTRIBUTES: &[&str] = &[
    "auto_increment",
    "on update current_timestamp",
    "default_generated",
    "virtual generated",
    "stored generated",
    "persistent generated",
    "virtual",
    "persistent",
    "invisible",
    "without system versioning",
    "not secondary",
];

/// `information_schema.routines.routine_type`.
pub const ROUTINE_TYPES: &[&str] = &[
    "PROCEDURE",
    "FUNCTION",
    "PACKAGE",
    "PACKAGE BODY",
    "LIBRARY",
];

/// `information_schema.events.event_type`.
pub const EVENT_TYPES: &[&str] = &["ONE TIME", "RECURRING"];

/// `information_schema.events.status`.
pub const EVENT_STATES: &[&str] = &[
    "ENABLED",
    "DISABLED",
    "SLAVESIDE_DISABLED",
    "REPLICA_SIDE_DISABLED",
];

/// `information_schema.triggers.event_manipulation`.
pub const TRIGGER_EVENTS: &[&str] = &["INSERT", "UPDATE", "DELETE"];

/// Collects what nobody claims: the first is an error, or all are warnings where leniency was
/// asked for.
#[derive(Debug, Default)]
pub struct Claims {
    /// Unclaimed things are warnings.
    pub lenient: bool,
    /// The warnings.
    pub warnings: Vec<Warning>,
}

impl Claims {
    /// Checks one value of one object's attribute. Gives whether it is known.
    pub fn value(
        &mut self,
        object: &str,
        what: &str,
        value: &BStr,
        known: &[&str],
    ) -> Result<bool> {
        if known
            .iter()
            .any(|known| value.eq_ignore_ascii_case(known.as_bytes()))
        {
            return Ok(true);
        }
        self.unclaimed(object, &format!("its {what} {value} is not known"))?;
        Ok(false)
    }

    /// Checks a column's attributes.
    pub fn attributes(&mut self, object: &str, extra: &BStr) -> Result<()> {
        match unknown_attribute(extra) {
            Some(rest) => self.unclaimed(object, &format!("its attribute {rest} is not known")),
            None => Ok(()),
        }
    }

    /// Something that can't be carried: an error naming the object, or a warning.
    pub fn unclaimed(&mut self, object: &str, message: &str) -> Result<()> {
        if !self.lenient {
            return Err(Error::new(
                Kind::Unsupported,
                format!("cannot dump {object}: {message}"),
            )
            .hint("Exclude the object, or give --lenient to go on without what is not known."));
        }
        self.warn(object, message);
        Ok(())
    }

    /// What the user may not see for lack of these rights: an error that names them all, or a
    /// warning for each.
    pub fn hidden(&mut self, object: &str, lacking: &[String]) -> Result<()> {
        if lacking.is_empty() {
            return Ok(());
        }
        if !self.lenient {
            let rights = lacking.join(", ");
            let message = format!(
                "cannot dump all of {object}: the user lacks {rights}, and the server hides what \
                 that would show"
            );
            return Err(Error::new(Kind::Privilege, message).hint(
                "Grant the rights to the user, or to a role that it has by default, or give \
                 --lenient to dump what it sees.",
            ));
        }
        for right in lacking {
            self.warn(
                object,
                format!("the user lacks {right}: what that would show is left out"),
            );
        }
        Ok(())
    }

    /// Something the user should hear of.
    pub fn warn(&mut self, object: impl Into<String>, message: impl Into<String>) {
        self.warnings.push(Warning {
            object: object.into(),
            message: message.into(),
        });
    }
}

/// What is left of a column's attributes without those that are known.
fn unknown_attribute(extra: &BStr) -> Option<String> {
    let lower = extra.to_str_lossy().to_ascii_lowercase();
    let mut rest = lower.trim_start_matches([' ', ',']);
    while !rest.is_empty() {
        let known = ATTRIBUTES.iter().find_map(|known| rest.strip_prefix(known));
        let Some(tail) = known else {
            return Some(rest.to_owned());
        };
        rest = precision(tail).trim_start_matches([' ', ',']);
    }
    None
}

/// Skips the `(6)` or `()` of `on update current_timestamp(6)`.
fn precision(tail: &str) -> &str {
    tail.strip_prefix('(')
        .and_then(|inner| inner.split_once(')'))
        .map_or(tail, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn known_attributes_are_claimed() {
        for extra in [
            "",
            "auto_increment",
            "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(6)",
            "on update current_timestamp(), INVISIBLE",
            "VIRTUAL GENERATED INVISIBLE",
            "STORED GENERATED, WITHOUT SYSTEM VERSIONING",
        ] {
            assert_eq!(unknown_attribute(extra.into()), None, "{extra}");
        }
        let unknown = unknown_attribute("auto_increment FROBNICATED".into());
        assert_eq!(unknown.unwrap(), "frobnicated");
    }

    #[test]
    fn leniency_turns_an_error_into_a_warning() {
        let mut claims = Claims::default();
        let check =
            |claims: &mut Claims| claims.value("table t", "engine", "Quux".into(), ROW_ENGINES);
        let error = check(&mut claims).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        claims.lenient = true;
        assert!(!check(&mut claims).unwrap());
        assert_eq!(claims.warnings[0].object, "table t");
    }
}
