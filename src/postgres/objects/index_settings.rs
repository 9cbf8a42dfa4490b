//! What is set on an index once it is there, a constraint's too: clustering, replica identity,
//! statistics targets.

use bstr::{BStr, BString};

use crate::error::Result;
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::cat;
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// What is set on an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct IndexSettings {
    tablespace: Option<BString>,
    clustered: bool,
    replica_identity: bool,
    /// Actions of `ALTER INDEX`, by commas.
    statistics: Option<BString>,
}

/// Adds their columns to a query over pg_index `x`, pg_class `i` and pg_tablespace `s`.
#[must_use]
pub(super) fn columns(select: Select, caps: &Caps) -> Select {
    select
        .col("tablespace", "s.spcname")
        .col("clustered", "x.indisclustered")
        .col("replica_identity", "x.indisreplident")
        .col_if(
            caps.index_statistics(),
            "statistics",
            // Only expressions have a target of their own.
            "CASE WHEN x.indexprs IS NOT NULL THEN (SELECT pg_catalog.string_agg('ALTER COLUMN ' || a.attnum || ' SET STATISTICS ' \
             || a.attstattarget, ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a \
             WHERE a.attrelid = i.oid AND a.attstattarget >= 0) END",
            "NULL",
        )
}

impl IndexSettings {
    /// Reads what [`columns`] added.
    pub(super) fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            tablespace: row.opt_owned("tablespace")?,
            clustered: row.bool("clustered")?,
            replica_identity: row.bool("replica_identity")?,
            statistics: row.opt_owned("statistics")?,
        })
    }

    /// Forgets the tablespace.
    pub(super) fn forget_tablespace(&mut self) {
        self.tablespace = None;
    }

    /// The clause for the tablespace; empty where there is none.
    #[must_use]
    pub(super) fn tablespace(&self, words: &str) -> BString {
        match &self.tablespace {
            Some(tablespace) => cat![words, ident(tablespace)],
            None => BString::default(),
        }
    }

    /// The statements that follow the index; `table` is quoted.
    #[must_use]
    pub(super) fn statements(&self, schema: &BStr, table: &BStr, index: &BStr) -> Vec<BString> {
        let name = ident(index);
        let cluster = self
            .clustered
            .then(|| cat!["ALTER TABLE ", table, " CLUSTER ON ", &name]);
        let identity = self.replica_identity.then(|| {
            let alter = cat!["ALTER TABLE ONLY ", table];
            cat![alter, " REPLICA IDENTITY USING INDEX ", &name]
        });
        let statistics = self.statistics.as_ref();
        let statistics = statistics.map(|s| cat!["ALTER INDEX ", qualified(schema, index), " ", s]);
        [cluster, statistics, identity]
            .into_iter()
            .flatten()
            .collect()
    }
}
