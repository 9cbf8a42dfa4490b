//! What `ALTER TABLE … ALTER COLUMN` sets on columns of tables and materialized views.

use bstr::BString;

use crate::error::Result;
use crate::postgres::quote::ident;
use crate::postgres::render::cat;
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A column's settings; `None` is what a new column has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `PLAIN`, `EXTERNAL`, `MAIN`, `EXTENDED`.
    pub storage: Option<&'static str>,
    /// `pglz`, `lz4`, `default`.
    pub compression: Option<&'static str>,
    /// The statistics target.
    pub statistics: Option<i32>,
    /// As they stand within `SET (…)`.
    pub options: Option<BString>,
}

/// Adds the settings' columns to a query over pg_attribute `a` and pg_type `t`. `parent` has
/// `storage` and `compression`: whether a parent's column differs, which a child would take over.
#[must_use]
pub fn columns(select: Select, caps: &Caps, parent: bool) -> Select {
    let differs = |what: &str| {
        if parent {
            format!(" OR p.{what}")
        } else {
            String::new()
        }
    };
    let compression = format!(
        "CASE WHEN a.attcompression <> ''{} THEN COALESCE(NULLIF(a.attcompression::text, ''), 'd') END",
        differs("compression")
    );
    select
        .col(
            "storage",
            format!(
                "CASE WHEN a.attstorage <> t.typstorage{} THEN a.attstorage END",
                differs("storage")
            ),
        )
        .col_if(caps.attcompression(), "compression", &compression, "NULL")
        .col(
            "statistics",
            "CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END",
        )
        .col("options", options_list("a.attoptions", ""))
}

/// The expression for a list of options (`text[]` of `name=value`) as it stands within `WITH (…)`;
/// NULL where it is empty.
#[must_use]
pub fn options_list(array: &str, prefix: &str) -> String {
    format!(
        "CASE WHEN {array} IS NOT NULL THEN \
         (SELECT pg_catalog.string_agg('{prefix}' || pg_catalog.quote_ident(o.option_name) || \
         COALESCE('=' || pg_catalog.quote_literal(o.option_value), ''), ', ' ORDER BY o.n) \
         FROM pg_catalog.pg_options_to_table({array}) WITH ORDINALITY \
         o(option_name, option_value, n) WHERE o.option_name <> '{HIDDEN}') END"
    )
}

/// An option of columns that the server keeps for itself (minor releases of November 2026): each
/// new column gets one of its own.
const HIDDEN: &str = "pg_attver";

/// The expression for foreign options as they stand within `OPTIONS (…)`; NULL where it is empty.
#[must_use]
pub fn foreign_options_list(array: &str) -> String {
    format!(
        "CASE WHEN {array} IS NOT NULL THEN \
         (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(o.option_name) || ' ' || \
         pg_catalog.quote_literal(o.option_value), ', ' ORDER BY o.n) \
         FROM pg_catalog.pg_options_to_table({array}) WITH ORDINALITY \
         o(option_name, option_value, n)) END"
    )
}

impl Settings {
    /// Reads what [`columns`] added.
    pub fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            storage: match row.letter("storage")? {
                b'p' => Some("PLAIN"),
                b'e' => Some("EXTERNAL"),
                b'm' => Some("MAIN"),
                b'x' => Some("EXTENDED"),
                _ => None,
            },
            compression: match row.letter("compression")? {
                b'p' => Some("pglz"),
                b'l' => Some("lz4"),
                b'd' => Some("default"),
                _ => None,
            },
            statistics: row.opt_num("statistics")?,
            options: row.opt_owned("options")?,
        })
    }

    /// The statements that set them; `table` is quoted.
    #[must_use]
    pub fn statements(&self, table: &BString, column: &BString) -> Vec<BString> {
        let alter = cat![
            "ALTER TABLE ONLY ",
            table,
            " ALTER COLUMN ",
            ident(column),
            " SET "
        ];
        let statistics = self.statistics.map(|target| target.to_string());
        let actions = [
            statistics.map(|target| cat!["STATISTICS ", target]),
            self.storage.map(|storage| cat!["STORAGE ", storage]),
            self.compression.map(|method| cat!["COMPRESSION ", method]),
            self.options.as_ref().map(|options| cat!["(", options, ")"]),
        ];
        let actions = actions.into_iter().flatten();
        actions.map(|action| cat![&alter, action]).collect()
    }
}

/// The words of pg_class.relreplident, where they are not the default.
pub(in crate::postgres::objects) fn replica_identity(letter: u8) -> Option<&'static str> {
    match letter {
        b'f' => Some("FULL"),
        b'n' => Some("NOTHING"),
        // By default, or by an index: the index sets that.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_is_a_statement() {
        let settings = Settings {
            storage: Some("MAIN"),
            compression: Some("lz4"),
            statistics: Some(0),
            options: Some("n_distinct='5'".into()),
        };
        let statements = settings.statements(&"public.t".into(), &"Odd".into());
        let alter = "ALTER TABLE ONLY public.t ALTER COLUMN \"Odd\" SET ";
        assert_eq!(
            statements,
            [
                format!("{alter}STATISTICS 0"),
                format!("{alter}STORAGE MAIN"),
                format!("{alter}COMPRESSION lz4"),
                format!("{alter}(n_distinct='5')"),
            ]
        );
    }
}
