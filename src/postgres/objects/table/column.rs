//! A table's column.

use bstr::BString;

use super::identity::IdentitySequence;
use super::not_null::{NotNull, ParentNotNull};
use super::settings::Settings;
use crate::error::Result;
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{cat, join, server_sql};
use crate::sql::rows::Row;

/// A column.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    pub(super) number: i32,
    pub(super) name: BString,
    pub(super) type_name: BString,
    /// The quoted collation, where it is not the type's.
    pub(super) collation: Option<BString>,
    /// Defined here, not only inherited.
    pub(super) local: bool,
    pub(super) value: Value,
    /// A parent has a default for it.
    pub(super) parent_default: bool,
    // Few have these, and they are large.
    pub(super) identity: Option<Box<IdentitySequence>>,
    pub(super) not_null: Option<Box<NotNull>>,
    pub(super) parent_not_null: ParentNotNull,
    pub(super) settings: Settings,
    /// Options for the foreign server, as they stand within `OPTIONS (…)`.
    pub(super) foreign_options: Option<BString>,
}

/// Where a column's definition stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// In a table that is made of a type.
    pub(super) of_type: bool,
    /// In a partition.
    pub(super) is_partition: bool,
    /// The default is not cut out.
    pub(super) with_default: bool,
}

/// Where a column's values come from when none is given.
#[derive(Debug, Clone, Default)]
pub(super) enum Value {
    /// Nowhere.
    #[default]
    None,
    /// `DEFAULT`: the oid in pg_attrdef and the expression.
    Default(u32, BString),
    /// `GENERATED ALWAYS AS (…)`: the oid, the expression and its mode; no expression where the
    /// parent's is the same (before 16 it may not even be repeated).
    Generated(u32, Option<BString>, &'static str),
}

impl Value {
    pub(super) fn is_default(&self) -> bool {
        matches!(self, Self::Default(..))
    }

    fn decode(row: &Row<'_>, name: &BString) -> Result<Self> {
        let Some(oid) = row.opt_num("default_oid")? else {
            return Ok(Self::None);
        };
        let what = || cat!["the default of column ", name];
        let expression = server_sql(row.bytes("default_expression")?, what)?;
        let same = row.bool("parent_generation")?;
        Ok(match row.letter("generated")? {
            0 => Self::Default(oid, expression),
            b'v' => Self::Generated(oid, (!same).then_some(expression), "VIRTUAL"),
            _ => Self::Generated(oid, (!same).then_some(expression), "STORED"),
        })
    }
}

impl Column {
    /// Reads a row of `query::columns`; identity sequences come later.
    pub(super) fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let collation = match row.opt("collation")? {
            Some(collation) => Some(qualified(row.bytes("collation_schema")?, collation)),
            None => None,
        };
        Ok(Self {
            number: row.num("number")?,
            type_name: row.owned("type")?,
            collation,
            local: row.bool("local")?,
            value: Value::decode(row, &name)?,
            parent_default: row.bool("parent_default")?,
            identity: None,
            not_null: NotNull::decode(row)?.map(Box::new),
            parent_not_null: ParentNotNull::decode(row)?,
            settings: Settings::decode(row)?,
            foreign_options: row.opt_owned("foreign_options")?,
            name,
        })
    }

    /// What follows the type in a definition.
    fn constraints(&self, place: Place) -> Vec<BString> {
        let identity = self.identity.as_deref().map(IdentitySequence::clause);
        let not_null = self.not_null.as_deref();
        // What every parent's child has, 18 would take for a constraint of the child's own.
        let inherited = |n: &&NotNull| n.oid.is_none() && self.parent_not_null.set;
        let not_null = not_null
            .filter(|n| n.stands_in_definition(place.is_partition))
            .filter(|n| !inherited(n));
        let not_null = not_null.map(NotNull::clause);
        let value = self.value_clause(place.with_default);
        [value, not_null, identity].into_iter().flatten().collect()
    }

    fn value_clause(&self, with_default: bool) -> Option<BString> {
        match &self.value {
            Value::Default(_, expression) if with_default => Some(cat!["DEFAULT ", expression]),
            Value::Generated(_, Some(expression), mode) => {
                Some(cat!["GENERATED ALWAYS AS (", expression, ") ", mode])
            }
            Value::None if self.parent_default && self.identity.is_none() => {
                Some("DEFAULT NULL".into())
            }
            _ => None,
        }
    }

    /// The definition. Columns of a table that is made of a type have no type of their own, and
    /// no definition where there is nothing to add.
    pub(super) fn definition(&self, place: Place) -> Option<BString> {
        let constraints = self.constraints(place);
        if place.of_type && constraints.is_empty() {
            return None;
        }
        let mut words = vec![ident(&self.name)];
        if place.of_type {
            words.push("WITH OPTIONS".into());
        } else {
            words.extend(self.type_words());
        }
        words.extend(constraints);
        Some(join(words, " "))
    }

    fn type_words(&self) -> Vec<BString> {
        let options = self.foreign_options.as_ref();
        let options = options.map(|options| cat!["OPTIONS (", options, ")"]);
        let collation = self.collation.as_ref();
        let collation = collation.map(|collation| cat!["COLLATE ", collation]);
        let words = [Some(self.type_name.clone()), options, collation];
        words.into_iter().flatten().collect()
    }
}
