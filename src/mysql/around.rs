//! Session settings around an object's statement: an object keeps the `sql_mode`, character set and
//! time zone that it was made under, so it is made under them again, and they are put back after.

use bstr::{BStr, BString};

use crate::error::Result;
use crate::mysql::text::{Sql, Text};

/// Settings that hold for one object. The old ones are kept in user variables meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    settings: Vec<(&'static str, BString)>,
    clock: Option<u64>,
}

impl Around {
    /// Adds a setting with a string for its value.
    #[must_use]
    pub fn set(mut self, variable: &'static str, value: &BStr) -> Self {
        let value = Text::default().string(value);
        self.settings.push((variable, value.into()));
        self
    }

    /// Sets the session's clock, a Unix time. After it the clock runs again.
    #[must_use]
    pub fn clock(mut self, time: Option<u64>) -> Self {
        self.clock = time;
        self
    }

    /// Renders what `object` adds, between the settings.
    pub fn render(&self, sql: &mut Sql, object: impl FnOnce(&mut Sql) -> Result<()>) -> Result<()> {
        sql.push(self.before());
        object(sql)?;
        sql.push(self.after());
        Ok(())
    }

    fn before(&self) -> Text {
        let mut text = Text::new("SET ");
        for (at, (variable, _)) in self.settings.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            text = text.words(&format!("{comma}@dumpkeep_{variable} = @@{variable}"));
        }
        for (variable, value) in &self.settings {
            text = text.words(&format!(", {variable} = ")).raw(value);
        }
        match self.clock {
            Some(time) => text.words(&format!(", timestamp = {time}")),
            None => text,
        }
    }

    fn after(&self) -> Text {
        let one = |(variable, _): &(&str, BString)| format!("{variable} = @dumpkeep_{variable}");
        let mut all: Vec<String> = self.settings.iter().map(one).collect();
        all.extend(self.clock.map(|_| "timestamp = DEFAULT".to_owned()));
        Text::new("SET ").words(&all.join(", "))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn settings_are_put_back() {
        let mut sql = Sql::default();
        let around = Around::default()
            .set("sql_mode", "ANSI_QUOTES".into())
            .clock(Some(7));
        let create = |sql: &mut Sql| {
            sql.push("CREATE x");
            Ok(())
        };
        around.render(&mut sql, create).unwrap();
        let texts: Vec<&BString> = sql.create.iter().map(|one| &one.text).collect();
        assert_eq!(
            texts,
            [
                "SET @dumpkeep_sql_mode = @@sql_mode, sql_mode = 'ANSI_QUOTES', timestamp = 7",
                "CREATE x",
                "SET sql_mode = @dumpkeep_sql_mode, timestamp = DEFAULT"
            ]
        );
    }
}
