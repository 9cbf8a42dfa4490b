//! A sum over a table's rows that does not depend on their order, nor on how they were cut into
//! frames: what a restored table is compared by. Pure.
//!
//! A row is a line of its frame, in COPY's text as well as in our `INSERT` statements: neither holds
//! a bare line feed. (PostgreSQL's `--inserts` may: its lines are summed then, which serves as well. What
//! differs between one row and several in a statement is left out.)
//! XXH3 is fast enough to be no cost beside the compressor, and stays the same for ever.

use memchr::{memchr_iter, memmem};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use twox_hash::XxHash3_64;

/// The sum of the hashes of rows, modulo 2^64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Sum(pub u64);

/// Lines of our scripts that are no rows. A row begins with a bracket.
const BETWEEN: [&[u8]; 3] = [b"SET NAMES ", b"SET timestamp=", b"DELETE FROM "];

/// What rows of PostgreSQL's `INSERT`s stand behind, on the same line or on those that follow.
const VALUES: &[u8] = b" OVERRIDING SYSTEM VALUE VALUES";

/// What may stand behind a row.
const ENDS: [&[u8]; 3] = [b" ON CONFLICT DO NOTHING;", b",", b";"];

impl Sum {
    /// The rows of one frame's SQL.
    #[must_use]
    pub fn of(sql: &[u8]) -> Self {
        let mut sum = 0_u64;
        if let Some(rows) = copy_rows(sql) {
            each_line(rows, |row| sum = sum.wrapping_add(XxHash3_64::oneshot(row)));
        } else {
            each_line(sql, |line| {
                if let Some(row) = inserted(line) {
                    sum = sum.wrapping_add(XxHash3_64::oneshot(row));
                }
            });
        }
        Self(sum)
    }

    /// Together with the rows of another frame.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }
}

/// What stands between `COPY … FROM stdin;` and the line that ends it, which an empty one follows.
fn copy_rows(sql: &[u8]) -> Option<&[u8]> {
    if !sql.starts_with(b"COPY ") {
        return None;
    }
    // Names before it may hold line feeds.
    let from = memmem::find(sql, b" FROM stdin")?;
    let begin = from + memchr::memchr(b'\n', sql.get(from..)?)? + 1;
    let rows = sql.get(begin..)?;
    let rows = rows.strip_suffix(b"\n\n").unwrap_or(rows);
    rows.strip_suffix(b"\n")
        .unwrap_or(rows)
        .strip_suffix(b"\\.")
}

/// The row of a line, without what depends on where statements are cut.
fn inserted(line: &[u8]) -> Option<&[u8]> {
    let line = if line.starts_with(b"INSERT INTO ") {
        line.get(memmem::find(line, VALUES)? + VALUES.len()..)?
    } else if BETWEEN.iter().any(|word| line.starts_with(word)) {
        return None;
    } else {
        line
    };
    let row = line.strip_prefix(b" ").or_else(|| line.strip_prefix(b"\t"));
    let row = row.unwrap_or(line);
    let ended = ENDS.iter().find_map(|end| row.strip_suffix(*end));
    Some(ended.unwrap_or(row)).filter(|row| !row.is_empty())
}

fn each_line(text: &[u8], mut take: impl FnMut(&[u8])) {
    let mut start = 0;
    for end in memchr_iter(b'\n', text) {
        take(text.get(start..end).unwrap_or_default());
        start = end + 1;
    }
    let rest = text.get(start..).unwrap_or_default();
    if !rest.is_empty() {
        take(rest);
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = u64::from_str_radix(&text, 16);
        number.map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_order_nor_cuts_count() {
        let copy = |rows: &[&str]| {
            let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
            Sum::of(format!("COPY t (a) FROM stdin;\n{rows}\\.\n").as_bytes())
        };
        let whole = copy(&["a", "INSERT INTO b", "c"]);
        assert_eq!(whole, copy(&["c", "a", "INSERT INTO b"]));
        assert_eq!(whole, copy(&["c"]).and(copy(&["a", "INSERT INTO b"])));
        assert_ne!(whole, copy(&["a", "INSERT INTO b"]));
        assert_ne!(whole, copy(&["a", "INSERT INTO b", "d"]));
        assert_ne!(copy(&["a", "a"]), copy(&["b", "b"]));
    }

    #[test]
    fn what_ends_a_frame_is_no_row() {
        let row = Sum(XxHash3_64::oneshot(b"1\tx"));
        for frame in [
            "COPY t (a, b) FROM stdin;\n1\tx\n\\.\n\n",
            "COPY t (a, b) FROM stdin;\n1\tx\n\\.\n",
            "COPY t (a, \"b\n\") FROM stdin WITH OIDS;\n1\tx\n\\.\n\n",
        ] {
            assert_eq!(Sum::of(frame.as_bytes()), row, "{frame}");
        }
        let none = "COPY t FROM stdin;\n\n\\.\n\n";
        let empty = Sum(XxHash3_64::oneshot(b""));
        assert_eq!(Sum::of(none.as_bytes()), empty, "a row without columns");
    }

    #[test]
    fn rows_of_postgres_inserts_count_however_many_a_statement_has() {
        let head = "INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES";
        let sum = |sql: String| Sum::of(sql.as_bytes());
        let one = sum(format!("{head} ('1');\n{head} ('2');\n\n"));
        assert_ne!(one, Sum(0));
        assert_ne!(one, sum(format!("{head} ('1');\n{head} ('3');\n\n")));
        let skipping = "ON CONFLICT DO NOTHING";
        for other in [
            format!("{head}\n\t('2'),\n\t('1');\n\n"),
            format!("{head}\n\t('2') {skipping};\n\n{head}\n\t('1') {skipping};\n\n"),
        ] {
            assert_eq!(one, sum(other));
        }
    }

    #[test]
    fn nor_do_statements() {
        let head = "SET NAMES binary;\n";
        let one = format!("{head}INSERT INTO `t` (`a`) VALUES\n(1),\n(2);\nSET NAMES utf8mb4;\n");
        let two = format!(
            "{head}INSERT INTO `t` (`a`) VALUES\n(2);\nINSERT INTO `t` (`a`) VALUES\n(1);\nSET NAMES utf8mb4;\n"
        );
        assert_eq!(Sum::of(one.as_bytes()), Sum::of(two.as_bytes()));
    }

    #[test]
    fn the_hash_never_changes() {
        let frame = b"COPY t (a) FROM stdin;\nrow\n\\.\n";
        assert_eq!(Sum::of(frame), Sum(XxHash3_64::oneshot(b"row")));
        let known = serde_json::to_string(&Sum(XxHash3_64::oneshot(b"")));
        assert_eq!(known.ok().as_deref(), Some("\"2d06800538d394c2\""));
    }
}
