//! Session settings around an object's statement: an object keeps the `sql_mode`, character set and
//! time zone that it was made under, so it is made under them again, and they are put back after.

use bstr::{BStr, BString};

use crate::mysql::text::{Sql, Text};

/// Settings that hold for one object. The old ones are kept in user variables meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around(Vec<(&'static str, BString)>);

impl Around {
    /// Adds a setting with a string for its value.
    #[must_use]
    pub fn set(mut self, variable: &'static str, value: &BStr) -> Self {
        self.0
            .push((variable, Text::default().string(value).into()));
        self
    }

    /// Adds a setting with a number or a word for its value.
    #[must_use]
    pub fn word(mut self, variable: &'static str, value: &str) -> Self {
        self.0.push((variable, value.into()));
        self
    }

    /// Renders what `object` adds, between the settings.
    pub fn render(&self, sql: &mut Sql, object: impl FnOnce(&mut Sql)) {
        if self.0.is_empty() {
            return object(sql);
        }
        sql.push(self.before());
        object(sql);
        sql.push(self.after());
    }

    fn before(&self) -> Text {
        let mut text = Text::new("SET ");
        for (at, (variable, _)) in self.0.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            text = text.words(&format!("{comma}@dumpkeep_{variable} = @@{variable}"));
        }
        for (variable, value) in &self.0 {
            text = text.words(&format!(", {variable} = ")).raw(value);
        }
        text
    }

    fn after(&self) -> Text {
        let one = |(variable, _): &(&str, BString)| format!("{variable} = @dumpkeep_{variable}");
        let all: Vec<String> = self.0.iter().map(one).collect();
        Text::new("SET ").words(&all.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_put_back() {
        let mut sql = Sql::default();
        let around = Around::default().set("sql_mode", "ANSI_QUOTES".into());
        around.render(&mut sql, |sql| sql.push("CREATE x"));
        let texts: Vec<&BString> = sql.create.iter().map(|one| &one.text).collect();
        assert_eq!(
            texts,
            [
                "SET @dumpkeep_sql_mode = @@sql_mode, sql_mode = 'ANSI_QUOTES'",
                "CREATE x",
                "SET sql_mode = @dumpkeep_sql_mode"
            ]
        );
    }
}
