//! Builds a kind's catalog query. Columns that a server lacks get a fallback, so that the row's
//! shape never changes and nothing after this knows versions.

use bstr::BString;

use crate::mysql::text::Text;

/// One `SELECT` over `information_schema` or `mysql`.
#[derive(Debug, Clone)]
pub struct Select {
    columns: Vec<(&'static str, String)>,
    from: String,
    filters: Vec<Text>,
    order: &'static str,
}

impl Select {
    /// Begins a query `FROM` these tables (with joins).
    #[must_use]
    pub fn from(from: impl Into<String>) -> Self {
        Self {
            columns: Vec::new(),
            from: from.into(),
            filters: Vec::new(),
            order: "",
        }
    }

    /// A column by its result name and its expression.
    #[must_use]
    pub fn col(mut self, name: &'static str, expression: &str) -> Self {
        self.columns.push((name, expression.to_owned()));
        self
    }

    /// Columns whose expression is their name.
    #[must_use]
    pub fn cols(mut self, names: &[&'static str]) -> Self {
        let named = names.iter().map(|name| (*name, (*name).to_owned()));
        self.columns.extend(named);
        self
    }

    /// A column that only some servers have: its expression there, and what others get.
    #[must_use]
    pub fn col_if(self, has: bool, name: &'static str, expression: &str, fallback: &str) -> Self {
        self.col(name, if has { expression } else { fallback })
    }

    /// A further condition: `column` equals `value`, in case too where the server's own names do:
    /// its views compare without, and would mix what belongs to the databases `a` and `A`. The first
    /// comparison is what keeps the server from opening all of them.
    #[must_use]
    pub fn equals(mut self, column: &str, value: &[u8]) -> Self {
        let same = Text::new(column).words(" = ").string(value);
        let exactly = Text::new("@@lower_case_table_names <> 0 OR CAST(");
        let exactly = exactly.words(column).words(" AS BINARY) = ");
        self.filters.push(same);
        self.filters
            .push(exactly.words("CAST(").string(value).words(" AS BINARY)"));
        self
    }

    /// A further condition of our own words.
    #[must_use]
    pub fn filter(mut self, condition: &str) -> Self {
        self.filters.push(Text::new(condition));
        self
    }

    /// The order of the rows.
    #[must_use]
    pub fn order(mut self, by: &'static str) -> Self {
        self.order = by;
        self
    }

    /// The statement's text.
    #[must_use]
    pub fn sql(&self) -> BString {
        let mut sql = Text::new("SELECT ");
        for (at, (name, expression)) in self.columns.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            sql = sql
                .words(comma)
                .words(expression)
                .words(" AS ")
                .ident(name.as_bytes());
        }
        sql = sql.words(" FROM ").words(&self.from);
        for (at, filter) in self.filters.iter().enumerate() {
            let word = if at > 0 { " AND (" } else { " WHERE (" };
            sql = sql.words(word).raw(filter.as_ref()).words(")");
        }
        if !self.order.is_empty() {
            sql = sql.words(" ORDER BY ").words(self.order);
        }
        sql.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_column_keeps_the_rows_shape() {
        let select = |has| {
            Select::from("t")
                .cols(&["a"])
                .col_if(has, "b", "t.b", "NULL")
        };
        assert_eq!(select(true).sql(), "SELECT a AS `a`, t.b AS `b` FROM t");
        assert_eq!(
            select(false).equals("a", b"x'y").filter("c > 1").sql(),
            "SELECT a AS `a`, NULL AS `b` FROM t WHERE (a = 'x''y') AND (@@lower_case_table_names <> 0 \
             OR CAST(a AS BINARY) = CAST('x''y' AS BINARY)) AND (c > 1)"
        );
    }
}
