//! NOT NULL: a mark on the column, and a constraint with a name of its own from 18 on.

use bstr::BString;

use crate::error::Result;
use crate::postgres::quote::ident;
use crate::postgres::render::cat;
use crate::sql::rows::Row;

/// A column's NOT NULL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NotNull {
    /// The oid in pg_constraint (18).
    pub(super) oid: Option<u32>,
    /// The constraint's name, where the server would not find it by itself.
    pub(super) name: Option<BString>,
    /// The name, whatever it is (18).
    pub(super) full_name: BString,
    pub(super) no_inherit: bool,
    /// Said here, not only inherited; or valid here alone: a parent's that is not valid comes after
    /// the rows.
    pub(super) local: bool,
    /// The rows are known to fulfil it.
    pub(super) validated: bool,
}

/// What the parents say about an inherited column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ParentNotNull {
    /// It is NOT NULL there.
    pub(super) set: bool,
    /// It is NOT NULL there, and the child was relieved of it (possible before 18).
    pub(super) lifted: bool,
}

impl ParentNotNull {
    pub(super) fn decode(row: &Row<'_>) -> Result<Self> {
        let set = row.bool("parent_not_null")?;
        let lifted = set && !row.bool("not_null")?;
        Ok(Self { set, lifted })
    }
}

impl NotNull {
    /// Reads a row of `query::columns`.
    pub(super) fn decode(row: &Row<'_>) -> Result<Option<Self>> {
        if !row.bool("not_null")? {
            return Ok(None);
        }
        let oid = row.opt_num("not_null_oid")?;
        let full_name = row.opt_owned("not_null_name")?.unwrap_or_default();
        let usual = row.bool("not_null_usual_name")?;
        Ok(Some(Self {
            oid,
            name: (oid.is_some() && !usual).then(|| full_name.clone()),
            full_name,
            no_inherit: row.bool("not_null_no_inherit")?,
            local: row.bool("not_null_local")?,
            validated: row.bool("not_null_validated")?,
        }))
    }

    /// Whether it is said in the column's definition, where there is one. Before 18 saying it again
    /// where it is inherited changes nothing.
    pub(super) fn stands_in_definition(&self, is_partition: bool) -> bool {
        self.oid.is_none() || (self.validated && (self.local || is_partition))
    }

    /// As it stands in a column's definition.
    pub(super) fn clause(&self) -> BString {
        cat![self.prefix(), "NOT NULL", self.suffix()]
    }

    /// As it stands by itself in a table's definition.
    pub(super) fn table_clause(&self, column: &BString) -> BString {
        cat![self.prefix(), "NOT NULL ", ident(column), self.suffix()]
    }

    fn prefix(&self) -> BString {
        match &self.name {
            Some(name) => cat!["CONSTRAINT ", ident(name), " "],
            None => BString::default(),
        }
    }

    fn suffix(&self) -> &'static str {
        if self.no_inherit { " NO INHERIT" } else { "" }
    }
}
