//! Histograms of columns, which MySQL has where someone made them: their own numbers, not a new
//! count, and whether they are kept up to date. Catalog: `information_schema.column_statistics`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Reference, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// One column's histogram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    table: BString,
    column: BString,
    buckets: BString,
    /// The whole of it, as JSON; when it was made is not told, since it can't be set.
    data: BString,
    wanted: bool,
}

impl Object for Histogram {
    const NAME: &'static str = "histogram";
    const SECTION: Section = Section::PostData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if !scope.caps.data_dictionary() {
            return Found::Nothing;
        }
        let buckets = "histogram->'$.\"number-of-buckets-specified\"'";
        Found::Query(
            Select::from("information_schema.column_statistics")
                .cols(&["table_name", "column_name"])
                .col("buckets", buckets)
                .col("data", "JSON_REMOVE(histogram, '$.\"last-updated\"')")
                .equals("schema_name", &scope.database)
                .order("table_name, column_name"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            table: row.owned("table_name")?,
            column: row.owned("column_name")?,
            buckets: row.owned("buckets")?,
            data: row.owned("data")?,
            wanted: false,
        })
    }

    fn define(&mut self, _answers: &[crate::sql::rows::Rows], scope: &Scope<'_>) -> Result<()> {
        self.wanted = scope.wants_relation(&self.table);
        Ok(())
    }

    fn stays(&self) -> bool {
        self.wanted
    }

    fn identity(&self) -> Identity {
        Identity {
            name: [self.table.as_slice(), b".", &self.column].concat().into(),
            ..Identity::default()
        }
    }

    fn needs(&self) -> Vec<Reference> {
        vec![Reference::relation(&self.table)]
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let text = Text::new("ANALYZE TABLE ")
            .ident(&self.table)
            .words(" UPDATE HISTOGRAM ON ")
            .ident(&self.column);
        let text = if scope.caps.histogram_data() {
            text.words(" USING DATA ").string(&self.data)
        } else {
            text.words(" WITH ").raw(&self.buckets).words(" BUCKETS")
        };
        let mut sql = Sql::default();
        sql.server_text(
            &format!("histogram of {}", self.identity().name),
            &text.into(),
        )?;
        Ok(Rendered::Sql(sql))
    }
}
