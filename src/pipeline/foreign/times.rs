//! Whether a script of MySQL's dumpers says in which time zone its times are. TIMESTAMP columns hold
//! moments, which are written in the zone of the session. Pure.

use memchr::memmem;

/// A statement that sets the zone is no longer than this.
const SHORT: usize = 200;

/// What is known so far.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// A zone was set.
    set: bool,
    /// A table was made.
    makes: bool,
    /// Moments came before any zone was set.
    unsaid: bool,
}

impl Times {
    /// Looks at the next statement.
    pub(super) fn see(&mut self, statement: &[u8]) {
        if self.set || self.unsaid {
            return;
        }
        let start = statement.get(..SHORT).unwrap_or(statement);
        let start = start.to_ascii_lowercase();
        if statement.len() <= SHORT && memmem::find(&start, b"set time_zone").is_some() {
            self.set = true;
        } else if start.starts_with(b"create table") {
            self.makes = true;
            let text = statement.to_ascii_lowercase();
            self.unsaid = memmem::find(&text, b" timestamp").is_some();
        } else if start.starts_with(b"insert") || start.starts_with(b"replace") {
            // Rows alone: nothing tells what their columns are.
            self.unsaid = !self.makes;
        }
    }

    /// Whether there may be times of a zone that is not known.
    pub(super) fn unsaid(&self) -> bool {
        self.unsaid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsaid(statements: &[&str]) -> bool {
        let mut times = Times::default();
        statements.iter().for_each(|sql| times.see(sql.as_bytes()));
        times.unsaid()
    }

    #[test]
    fn times_need_a_zone() {
        let zone = "/*!40103 SET TIME_ZONE='+00:00' */";
        let table = "CREATE TABLE `t` (\n  `a` timestamp NULL\n)";
        let rows = "INSERT INTO `t` VALUES ('2026-01-01 00:00:00')";
        assert!(!unsaid(&[zone, table, rows]));
        assert!(unsaid(&[table, rows]));
        assert!(unsaid(&[rows]));
        assert!(!unsaid(&["CREATE TABLE `t` (\n  `a` int\n)", rows]));
    }
}
