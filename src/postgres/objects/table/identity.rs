//! Identity columns: their sequence is part of the table.

use bstr::BString;

use crate::error::Result;
use crate::postgres::objects::later;
use crate::postgres::objects::sequence::Options;
use crate::postgres::quote::qualified;
use crate::postgres::render::{cat, join};
use crate::sql::rows::Row;

/// The sequence behind an identity column.
#[derive(Debug, Clone, Default)]
pub(super) struct IdentitySequence {
    /// `ALWAYS` or `BY DEFAULT`.
    mode: &'static str,
    name: BString,
    options: Options,
    /// The type is set afterwards: at first it is the column's.
    own_type: bool,
    /// `LOGGED` or `UNLOGGED`, where the table is not the same.
    own_persistence: Option<&'static str>,
    /// Only servers newer than this one know of it.
    persistence_later: bool,
}

impl IdentitySequence {
    /// Reads a row of `query::identities`.
    pub(super) fn decode(row: &Row<'_>) -> Result<Self> {
        let always = row.letter("identity")? == b'a';
        let persistence = match row.letter("persistence")? {
            b'u' => "UNLOGGED",
            _ => "LOGGED",
        };
        Ok(Self {
            mode: if always { "ALWAYS" } else { "BY DEFAULT" },
            name: qualified(row.bytes("schema")?, row.bytes("name")?),
            options: Options::decode(row)?,
            own_type: row.bool("own_type")?,
            own_persistence: row.bool("own_persistence")?.then_some(persistence),
            persistence_later: !row.bool("can_be_said")?,
        })
    }

    /// `GENERATED … AS IDENTITY (…)`.
    pub(super) fn clause(&self) -> BString {
        let mut words = vec![cat!["SEQUENCE NAME ", &self.name]];
        words.extend(self.options.words());
        let options = join(words, " ");
        cat!["GENERATED ", self.mode, " AS IDENTITY (", options, ")"]
    }

    /// What can't be said in the column's definition.
    pub(super) fn statements(&self) -> Vec<BString> {
        let alter = cat!["ALTER SEQUENCE ", &self.name];
        let own_type = self.own_type.then(|| {
            let words = join(self.options.words(), " ");
            cat![&alter, " AS ", &self.options.type_name, " ", words]
        });
        let persistence = self.own_persistence;
        let persistence = persistence.map(|word| cat![&alter, " SET ", word]);
        let persistence = match self.persistence_later {
            true => persistence.map(|text| later::from_version(150_000, [text])),
            false => persistence,
        };
        own_type.into_iter().chain(persistence).collect()
    }
}
