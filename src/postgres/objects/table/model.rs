//! What a table is, as the catalogs have it.

use bstr::BString;

use super::column::Column;
use super::settings::replica_identity;
use crate::error::{Error, Kind, Result};
use crate::postgres::objects::BuildContext;
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{cat, server_sql};
use crate::sql::rows::Row;

/// A table.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) oid: u32,
    pub(super) schema: BString,
    pub(super) name: BString,
    pub(super) owner: BString,
    pub(super) sort: Sort,
    pub(super) unlogged: bool,
    /// It is another table's partition.
    pub(super) is_partition: bool,
    /// The composite type that it is made of, quoted.
    pub(super) of_type: Option<BString>,
    /// The parents that it inherits from, quoted; never a partition's.
    pub(super) parents: Vec<BString>,
    pub(super) columns: Vec<Column>,
    pub(super) checks: Vec<Check>,
    /// Storage parameters, its own and its toast table's, as they stand within `WITH (…)`.
    pub(super) options: Vec<BString>,
    /// A foreign table `WITH OIDS`, which only `ALTER FOREIGN TABLE` can make (10, 11).
    pub(super) foreign_oids: bool,
    pub(super) tablespace: Option<BString>,
    /// The access method, where it is not `heap`.
    pub(super) access_method: Option<BString>,
    /// `REPLICA IDENTITY`: `FULL` or `NOTHING`.
    pub(super) replica_identity: Option<&'static str>,
    /// Row security will hold for its owner too. It means nothing before it is enabled, which is
    /// behind the rows (`row_security`).
    pub(super) row_security_forced: bool,
}

/// The sort of table.
#[derive(Debug, Clone, Default)]
pub(super) enum Sort {
    #[default]
    Ordinary,
    /// With what follows `PARTITION BY`.
    Partitioned(BString),
    /// With its server's name and its options, as they stand within `OPTIONS (…)`.
    Foreign {
        server: BString,
        options: Option<BString>,
    },
}

/// A check constraint.
#[derive(Debug, Clone, Default)]
pub(super) struct Check {
    pub(super) oid: u32,
    pub(super) name: BString,
    /// What follows the name: `CHECK (…)`.
    pub(super) definition: BString,
    /// Defined here, not only inherited.
    pub(super) local: bool,
    /// The rows are known to fulfil it.
    pub(super) validated: bool,
}

impl Table {
    /// Forgets what the dump leaves out.
    pub(super) fn leave_out(&mut self, context: &BuildContext) {
        if context.no_tablespaces {
            self.tablespace = None;
        }
        if context.leave_out.table_access_method {
            self.access_method = None;
        }
        // A foreign partition may have its parent's; no statement could give it one.
        let foreign = matches!(self.sort, Sort::Foreign { .. });
        if context.leave_out.toast_compression || foreign {
            for column in &mut self.columns {
                column.settings.compression = None;
            }
        }
    }

    /// Reads a row of `query::tables`; columns, checks and parents come later.
    pub(super) fn decode(row: &Row<'_>) -> Result<Self> {
        let schema = row.owned("schema")?;
        let name = row.owned("name")?;
        let lists = ["options", "toast_options"].map(|list| row.opt_owned(list));
        let [options, toast] = lists;
        let sort = Sort::decode(row, &name)?;
        let (oids, foreign) = (row.bool("oids")?, matches!(sort, Sort::Foreign { .. }));
        let with_oids = (oids && !foreign).then(|| BString::from("oids=true"));
        Ok(Self {
            oid: row.num("oid")?,
            owner: row.owned("owner")?,
            sort,
            foreign_oids: oids && foreign,
            unlogged: row.letter("persistence")? == b'u',
            is_partition: row.bool("is_partition")?,
            of_type: row.opt_owned("of_type")?,
            options: [options?, toast?, with_oids]
                .into_iter()
                .flatten()
                .collect(),
            tablespace: row.opt_owned("tablespace")?,
            access_method: row.opt_owned("access_method")?,
            replica_identity: replica_identity(row.letter("replica_identity")?),
            row_security_forced: row.bool("row_security_forced")?,
            schema,
            name,
            ..Self::default()
        })
    }

    /// The quoted name.
    pub(super) fn quoted(&self) -> BString {
        qualified(&self.schema, &self.name)
    }

    /// Whether the column's definition stands in `CREATE TABLE`.
    pub(super) fn defines(&self, column: &Column) -> bool {
        column.local || self.is_partition
    }

    /// Whether the check stands in `CREATE TABLE`. A partition's inherited ones do: they are merged
    /// with the parent's when it is attached.
    pub(super) fn includes(&self, check: &Check) -> bool {
        check.validated && (check.local || self.is_partition)
    }

    /// The columns that have a default which can be set separately, by position.
    pub(super) fn defaults(&self) -> impl Iterator<Item = (usize, &Column)> {
        let columns = self.columns.iter().enumerate();
        columns.filter(|(_, column)| column.value.is_default())
    }

    /// The checks that stand in `CREATE TABLE`, by position.
    pub(super) fn inline_checks(&self) -> impl Iterator<Item = (usize, &Check)> {
        let checks = self.checks.iter().enumerate();
        checks.filter(|(_, check)| self.includes(check))
    }
}

impl Sort {
    fn decode(row: &Row<'_>, name: &BString) -> Result<Self> {
        match row.letter("kind")? {
            b'p' => {
                let what = || cat!["the partition key of ", name];
                let key = server_sql(row.bytes("partition_key")?, what)?;
                Ok(Self::Partitioned(key))
            }
            b'f' => Ok(Self::Foreign {
                server: row.owned("server")?,
                options: row.opt_owned("server_options")?,
            }),
            _ => Ok(Self::Ordinary),
        }
    }

    /// The words for such a table in `CREATE`, `DROP` and `COMMENT ON`.
    pub(super) fn keyword(&self) -> &'static str {
        match self {
            Self::Foreign { .. } => "FOREIGN TABLE",
            Self::Ordinary | Self::Partitioned(_) => "TABLE",
        }
    }
}

impl Check {
    /// Reads a row of `query::checks`.
    pub(super) fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the check ", &name];
        Ok(Self {
            oid: row.num("oid")?,
            definition: server_sql(row.bytes("definition")?, what)?,
            local: row.bool("local")?,
            validated: row.bool("validated")?,
            name,
        })
    }

    /// The constraint as it stands in a table's definition.
    pub(super) fn clause(&self) -> BString {
        cat!["CONSTRAINT ", ident(&self.name), " ", &self.definition]
    }
}

/// A row of another table's: the catalogs contradict each other.
pub(super) fn orphan(what: &str, table: u32) -> Error {
    Error::new(
        Kind::Internal,
        format!("the catalogs list {what} of a table that is not there (oid {table})"),
    )
}
