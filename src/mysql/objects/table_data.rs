//! A table's rows. Catalog: `information_schema.tables`, `information_schema.columns`.

use std::sync::Arc;

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::claims::{Claims, ROW_ENGINES};
use crate::mysql::inventory::{Column, Relation};
use crate::mysql::objects::column_read::data_column;
use crate::mysql::objects::{Found, Object, Reference, Rendered};
use crate::mysql::quote::{ident, qualified};
use crate::mysql::scope::Scope;
use crate::mysql::text::Text;
use crate::plan::entry::{DataColumn, DataRef, Identity, Method, Section, ValueForm, Versions};
use crate::sql::rows::Rows;

/// A table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableData {
    relation: Arc<Relation>,
    /// It has past rows whose times are transaction numbers.
    numbered_past: bool,
    /// So many rows are, and began with a transaction of that number.
    numbered: u64,
    /// It has past rows that no server takes: they end when they begin, or before.
    backwards: bool,
    /// The columns of its primary key, where its history is made again.
    key: Vec<BString>,
}

impl Object for TableData {
    const NAME: &'static str = "table_data";
    const SECTION: Section = Section::Data;

    fn find(_scope: &Scope<'_>) -> Found<Self> {
        let has_rows = |class: &Relation| class.is_table() && class.has_engine(ROW_ENGINES);
        Found::Relations(has_rows, |relation, scope| {
            let wanted = !relation.discarded && scope.wants_rows(&relation.name);
            wanted.then(|| Self {
                relation: Arc::clone(relation),
                numbered_past: false,
                numbered: 0,
                backwards: false,
                key: Vec::new(),
            })
        })
    }

    /// With leniency a table whose rows can't be read (a discarded tablespace, a damaged file) is
    /// found out before any is written.
    fn show(&self, scope: &Scope<'_>) -> Vec<BString> {
        let mut asked = Vec::new();
        if let Some(end) = self
            .relation
            .columns
            .iter()
            .find(|column| is_numbered_end(column))
        {
            let past = Text::new("SELECT 1 FROM ").ident(&self.relation.name);
            let past = past.words(" FOR SYSTEM_TIME ALL WHERE ").ident(&end.name);
            asked.push(past.words(" < 18446744073709551615 LIMIT 1").into());
            let rows = Text::new("SELECT COUNT(*) AS number FROM ").ident(&self.relation.name);
            asked.push(rows.into());
        } else if self.inserts_history(scope) {
            asked.push(self.rows_backwards(scope));
        } else if self.repeats_history(scope) {
            asked.push(self.key_columns(scope));
            asked.push(self.rows_backwards(scope));
        }
        if scope.options.lenient {
            let probe = Text::new("SELECT 1 FROM ").ident(&self.relation.name);
            asked.push(probe.words(" LIMIT 1").into());
        }
        asked
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        let numbered = self.relation.columns.iter().any(is_numbered_end);
        let found = answers.first().is_some_and(|rows| !rows.is_empty());
        self.numbered_past = numbered && found;
        if let Some(row) = answers.get(1).and_then(Rows::first).filter(|_| numbered) {
            self.numbered = row.num("number")?;
        }
        self.backwards = !numbered && self.inserts_history(scope) && found;
        if let Some(rows) = answers.first().filter(|_| self.repeats_history(scope)) {
            let names = rows.iter().map(|row| row.owned("column_name"));
            self.key = names.collect::<Result<_>>()?;
            self.backwards = answers.get(1).is_some_and(|rows| !rows.is_empty());
        }
        Ok(())
    }

    fn claim(&self, scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        if self.numbered > 0 {
            claims.warn(
                format!("table {}", self.relation.name),
                format!(
                    "its row times are transaction numbers: those of its {} rows come back as the \
                     numbers of the transactions that restore them",
                    self.numbered
                ),
            );
        }
        if self.numbered_past {
            claims.unclaimed(
                &format!("history of table {}", self.relation.name),
                "its row times are transaction numbers, which mean nothing on another server",
            )?;
        } else if self.relation.is_versioned() && !self.keeps_history(scope) && !self.is_numbered()
        {
            claims.warn(
                format!("table {}", self.relation.name),
                "its history is left out: the target can't load it",
            );
        } else if self.backwards && self.repeats_history(scope) {
            claims.warn(
                format!("history of table {}", self.relation.name),
                "it has rows that end when they begin or before (the server writes such under a \
                 cascading key): MariaDB from 10.11 on forgets them",
            );
        } else if self.backwards {
            claims.unclaimed(
                &format!("history of table {}", self.relation.name),
                "it has rows that end when they begin or before (the server writes such under a \
                 cascading key), which no server takes",
            )?;
        }
        let json = |column: &&Column| column.data_type == "json";
        if scope.caps.native_json() && !scope.caps.json_table() {
            for column in self.relation.columns.iter().filter(json) {
                claims.warn(
                    format!("column {}.{}", self.relation.name, column.name),
                    "this server can't say which values of its documents are typed (DECIMAL, \
                     DATE, bytes): they come back as numbers and strings",
                );
            }
        }
        Ok(())
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.relation.name.clone(),
            ..Identity::default()
        }
    }

    fn needs(&self) -> Vec<Reference> {
        vec![Reference::relation(&self.relation.name)]
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let mut table = qualified(&scope.database, &self.relation.name);
        if self.keeps_history(scope) {
            table.extend_from_slice(b" FOR SYSTEM_TIME ALL");
        }
        let columns = self.columns(scope);
        Ok(Rendered::Data(DataRef {
            table,
            into: ident(&self.relation.name),
            filter: self.filter(scope),
            method: if self.repeats_history(scope) {
                Method::Versions(self.versions(&columns))
            } else if self.relation.partitioned && !scope.caps.is_mariadb() {
                Method::CharacterRows
            } else {
                Method::Rows
            },
            columns,
            bytes: self.relation.bytes,
            rows: self.relation.rows,
            key: 0,
            blocks: 0,
        }))
    }
}

impl TableData {
    /// Past rows can be read and loaded back: not where row times are transaction numbers, which
    /// mean nothing elsewhere.
    fn keeps_history(&self, scope: &Scope<'_>) -> bool {
        self.relation.is_versioned()
            && scope
                .options
                .mysql
                .target
                .is_none_or(|target| target.mariadb)
            && !self.is_numbered()
    }

    fn is_numbered(&self) -> bool {
        let precise = |column: &Column| column.is_row_time() && column.data_type == "bigint";
        self.relation.columns.iter().any(precise)
    }

    /// Past rows are inserted with their times.
    fn inserts_history(&self, scope: &Scope<'_>) -> bool {
        self.keeps_history(scope) && scope.caps.insert_history()
    }

    /// Past rows are inserted and deleted once more, as the clock is set.
    fn repeats_history(&self, scope: &Scope<'_>) -> bool {
        self.keeps_history(scope) && !scope.caps.insert_history()
    }

    /// Asks for the columns of the primary key.
    fn key_columns(&self, scope: &Scope<'_>) -> BString {
        let columns = Text::new(
            "SELECT column_name AS column_name FROM information_schema.statistics \
             WHERE index_name = 'PRIMARY' AND table_schema = ",
        );
        let columns = columns.string(&scope.database).words(" AND table_name = ");
        let columns = columns.string(&self.relation.name);
        columns.words(" ORDER BY seq_in_index").into()
    }

    /// What rows are told apart by. Only a key of whole numbers is written as it is compared.
    fn versions(&self, columns: &[DataColumn]) -> Versions {
        const WHOLE: [&[u8]; 5] = [b"tinyint", b"smallint", b"mediumint", b"int", b"bigint"];
        let [start, end] = self.times();
        let place = |name: &BString| {
            let mut own = self.relation.columns.iter();
            let own = own.find(|column| column.name == *name)?;
            let name = ident(name);
            let place = columns.iter().position(|column| column.name == name);
            place.filter(|_| WHOLE.contains(&own.data_type.as_bytes()))
        };
        let names = self.key.iter().filter(|name| ident(name) != end);
        let key = names.map(place).collect::<Option<Vec<_>>>();
        Versions {
            start,
            end,
            key: key.unwrap_or_default(),
        }
    }

    /// The names of the columns with rows' times.
    fn times(&self) -> [BString; 2] {
        ["ROW START", "ROW END"].map(|which| {
            let mut columns = self.relation.columns.iter();
            let column = columns.find(|column| column.generation == which);
            let hidden = || which.to_ascii_lowercase().replace(' ', "_").into();
            ident(&column.map_or_else(hidden, |column| column.name.clone()))
        })
    }

    /// Whether there are rows that no server takes. Only a key that changes rows by itself makes
    /// them: without one none is looked for.
    fn rows_backwards(&self, scope: &Scope<'_>) -> BString {
        let [start, end] = self.times();
        let rows = Text::new("SELECT 1 FROM ").ident(&self.relation.name);
        let rows = rows.words(" FOR SYSTEM_TIME ALL WHERE ").raw(&start);
        let rows = rows.words(" >= ").raw(&end).words(
            " AND EXISTS (SELECT * FROM information_schema.referential_constraints \
             WHERE (update_rule IN ('CASCADE', 'SET NULL') OR delete_rule IN ('CASCADE', 'SET NULL')) \
             AND constraint_schema = ",
        );
        let rows = rows.string(&scope.database).words(" AND table_name = ");
        rows.string(&self.relation.name).words(") LIMIT 1").into()
    }

    /// What the user asks for; with leniency without what no server takes.
    fn filter(&self, scope: &Scope<'_>) -> Option<BString> {
        let wanted = scope.condition(&self.relation.name);
        if !self.backwards || self.repeats_history(scope) {
            return wanted;
        }
        let [start, end] = self.times();
        let forwards = Text::new("").raw(&start).words(" < ").raw(&end);
        Some(match wanted {
            Some(wanted) => forwards.words(" AND (").raw(&wanted).words(")").into(),
            None => forwards.into(),
        })
    }

    fn columns(&self, scope: &Scope<'_>) -> Vec<DataColumn> {
        let history = self.inserts_history(scope);
        let own = self.relation.columns.iter();
        let read = own.filter(|column| history || !column.is_row_time());
        let mut columns: Vec<DataColumn> = read
            .filter_map(|column| data_column(column, scope.caps))
            .collect();
        if history && !self.relation.columns.iter().any(Column::is_row_time) {
            columns.extend(["row_start", "row_end"].map(hidden_time));
        }
        if columns.is_empty() {
            columns.extend(self.relation.columns.first().map(counted));
        }
        columns
    }
}

/// The end of rows' times, where these are transaction numbers.
fn is_numbered_end(column: &Column) -> bool {
    column.data_type == "bigint" && column.generation == "ROW END"
}

/// `row_start` and `row_end` of `WITH SYSTEM VERSIONING` alone: not in the catalog, but they can be
/// named.
fn hidden_time(name: &str) -> DataColumn {
    let name = ident(name.as_bytes());
    DataColumn {
        read: name.clone(),
        name,
        form: ValueForm::Quoted,
    }
}

/// Where all columns are computed, rows still count: each is written as one `DEFAULT`.
fn counted(column: &Column) -> DataColumn {
    DataColumn {
        name: ident(&column.name),
        read: BString::from("'DEFAULT'"),
        form: ValueForm::Expression,
    }
}
