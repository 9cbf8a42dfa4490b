//! Rows of the archive's `INSERT`s by `LOAD DATA LOCAL`, which costs the server two thirds of their time: the rest
//! goes into reading literals. All statements of a piece are one file.
//!
//! `LOCAL` means `IGNORE` (MySQL's manual, "LOAD DATA Statement"): what a server would refuse of an `INSERT`
//! becomes a warning here. So a file counts only where the server took each row and had nothing to say;
//! otherwise all of it is taken back, and the piece goes by its `INSERT`s, whose words are the right ones. For that the
//! table must be one that can be rolled back.

mod lines;

use bstr::{BStr, BString, ByteSlice as _};

use self::lines::Take;
use crate::error::{Error, Kind, Result};
use crate::mysql::quote::unquote_ident;
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::mysql::wire::reply::Done;

/// How much is sent at once, in bytes.
const CHUNK: usize = 128 << 10;

/// Longer statements hold a row of that length: it would be held twice.
const LONG: usize = 2 << 20;

/// So long is a value at most, on average, in bytes: servers copy a file's long values byte by byte.
const SHORT: usize = 64;

/// What is known of a session that may load files.
#[derive(Debug, Default)]
pub(super) struct Infile {
    /// The server takes them, as far as is known.
    willing: bool,
    /// What comes may go so: rows of a piece that can be taken back.
    on: bool,
    /// The session's character set is `binary`.
    binary: bool,
    /// How the last `INSERT` began, up to its rows.
    head: BString,
    /// How its columns are sent; `None`: by `INSERT`.
    takes: Option<Vec<Take>>,
    file: Option<File>,
    /// Lines that were not sent yet.
    lines: Vec<u8>,
    chunk: usize,
}

/// A statement that waits for the rest of its rows.
#[derive(Debug)]
struct File {
    sql: Vec<u8>,
    rows: u64,
}

impl Infile {
    /// Asks whether the server takes files; `packet`: the longest packet that it takes, in bytes.
    pub(super) async fn of(session: &mut Session, packet: usize) -> Result<Self> {
        let sql = "SHOW SESSION VARIABLES WHERE variable_name IN \
                   ('local_infile', 'log_bin', 'sql_log_bin', 'binlog_format', \
                    'wsrep_load_data_splitting')";
        let rows = session.query(sql).await?;
        let mut found = [false; 4];
        let mut by_row = false;
        for row in rows.iter() {
            let value = row.bytes("Value")?;
            let on = value.eq_ignore_ascii_case(b"ON");
            match row.str("Variable_name")? {
                "local_infile" => found[0] = on,
                "log_bin" => found[1] = on,
                "sql_log_bin" => found[2] = on,
                "wsrep_load_data_splitting" => found[3] = on,
                _ => by_row = value.eq_ignore_ascii_case(b"ROW"),
            }
        }
        let [willing, log, own_log, splits] = found;
        Ok(Self {
            // as a statement it would be logged with a copy of its file, for each replica to read; and Galera may
            // commit a file in parts
            willing: willing && !splits && (!(log && own_log) || by_row),
            chunk: CHUNK.min(packet / 2),
            ..Self::default()
        })
    }

    /// What comes may be sent so from now on, or no longer; then the file that is open ends.
    pub(super) async fn turn(&mut self, session: &mut Session, on: bool) -> Result<()> {
        self.on = on && self.willing;
        self.binary = false;
        self.end(session).await
    }

    /// Sends the statement's rows as lines: `true`. Otherwise nothing of it was sent.
    pub(super) async fn takes(&mut self, session: &mut Session, sql: &[u8]) -> Result<bool> {
        if !self.on {
            return Ok(false);
        }
        let known = |head: &Head<'_>| self.file.is_some() && self.head == head.whole;
        let good = |head: &Head<'_>| sql.len() <= LONG && (known(head) || head.is_short());
        let Some(head) = Head::of(sql).filter(good) else {
            self.binary = match sql.strip_prefix(b"SET NAMES ") {
                Some(charset) => charset == b"binary",
                None => self.binary,
            };
            self.end(session).await?;
            return Ok(false);
        };
        if !self.binary {
            return Ok(false);
        }
        if self.head != head.whole {
            self.end(session).await?;
            self.takes = look(session, &head).await?;
            self.head = head.whole.into();
        }
        if self.takes.is_none() {
            return Ok(false);
        }
        if self.file.is_none() {
            self.begin(session, &head).await?;
        }
        self.send(session, head.rows).await?;
        Ok(true)
    }

    /// Begins a file. What a server refuses here it may have ended the transaction for: the piece goes again.
    async fn begin(&mut self, session: &mut Session, head: &Head<'_>) -> Result<()> {
        let sql = head.load();
        self.lines.clear();
        let begun = session.load_begin(&sql).await;
        self.willing = begun.is_ok();
        begun?;
        self.file = Some(File { sql, rows: 0 });
        Ok(())
    }

    async fn send(&mut self, session: &mut Session, mut rows: &[u8]) -> Result<()> {
        let (Some(takes), Some(file)) = (&self.takes, &mut self.file) else {
            return Ok(());
        };
        while !rows.is_empty() {
            let Some(rest) = lines::row(rows, takes, &mut self.lines) else {
                // of the statement that is sent already nothing may stay
                self.takes = None;
                self.end(session).await?;
                return Err(unlike("it holds values that only an INSERT carries"));
            };
            rows = rest;
            file.rows += 1;
            if self.lines.len() >= self.chunk {
                flush(session, &mut self.lines, self.chunk).await?;
            }
        }
        Ok(())
    }

    async fn end(&mut self, session: &mut Session) -> Result<()> {
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        flush(session, &mut self.lines, self.chunk).await?;
        let done = session.load_end(&file.sql).await?;
        file.check(done).inspect_err(|_| self.takes = None)
    }
}

async fn flush(session: &mut Session, lines: &mut Vec<u8>, chunk: usize) -> Result<()> {
    for part in lines.chunks(chunk.max(1)) {
        session.load_data(part).await?;
    }
    lines.clear();
    Ok(())
}

impl File {
    fn check(&self, done: Done) -> Result<()> {
        if done.affected == self.rows && done.warnings == 0 {
            return Ok(());
        }
        let (rows, took, warnings) = (self.rows, done.affected, done.warnings);
        Err(unlike(&format!(
            "of {rows} rows the server took {took}, with {warnings} warnings"
        )))
    }
}

/// The error that has a piece sent again.
fn unlike(what: &str) -> Error {
    Error::new(Kind::Server, format!("LOAD DATA will not do: {what}"))
}

/// An `INSERT` as the archive has it.
struct Head<'s> {
    /// Up to the rows.
    whole: &'s BStr,
    /// The table, quoted.
    into: &'s [u8],
    table: BString,
    /// The columns, quoted, with commas.
    columns: &'s [u8],
    rows: &'s [u8],
}

impl<'s> Head<'s> {
    /// `None`: it is another statement, or not written as ours are.
    fn of(sql: &'s [u8]) -> Option<Self> {
        let text = sql.strip_prefix(b"INSERT INTO ")?;
        let (table, rest) = unquote_ident(text)?;
        let into = text.get(..text.len() - rest.len())?;
        let listed = rest.strip_prefix(b" (")?;
        let (_, mut rest) = unquote_ident(listed)?;
        while let Some(next) = rest.strip_prefix(b", ") {
            (_, rest) = unquote_ident(next)?;
        }
        let columns = listed.get(..listed.len() - rest.len())?;
        let rows = rest.strip_prefix(b") VALUES\n")?;
        let whole = sql.get(..sql.len() - rows.len())?.as_bstr();
        Some(Self {
            whole,
            into,
            table,
            columns,
            rows,
        })
    }

    /// Whether a file is the faster way.
    fn is_short(&self) -> bool {
        // Values hold no line ends as such.
        let rows = memchr::memchr_iter(b'\n', self.rows).count() + 1;
        let columns = memchr::memchr_iter(b',', self.columns).count() + 1;
        self.rows.len() / rows / columns <= SHORT
    }

    fn load(&self) -> Vec<u8> {
        [
            b"LOAD DATA LOCAL INFILE 'dumpkeep' INTO TABLE ",
            self.into,
            b" CHARACTER SET binary FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' \
              LINES TERMINATED BY '\\n' (",
            self.columns,
            b")",
        ]
        .concat()
    }
}

/// How the table's columns are sent; `None` where the table is none for it: its rows can't be taken back (of
/// other engines with transactions, NDB commits at a file's end), it has versions of them or columns that are
/// computed, or one of its types is not known here.
async fn look(session: &mut Session, head: &Head<'_>) -> Result<Option<Vec<Take>>> {
    // the name twice: MariaDB opens every table of the database where it has to find that out
    let sql = Text::new(
        "SELECT COUNT(*) AS good FROM information_schema.tables t \
         WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' \
         AND t.engine = 'InnoDB' AND NOT EXISTS (SELECT 1 FROM information_schema.columns c \
         WHERE c.table_schema = DATABASE() AND c.table_name = ",
    )
    .string(&head.table)
    .words(
        " AND (c.extra LIKE '%STORED GENERATED%' OR c.extra LIKE '%VIRTUAL%' \
         OR c.extra LIKE '%PERSISTENT%')) AND t.table_name = ",
    );
    let rows = session.query(sql.string(&head.table)).await?;
    let good: u64 = rows.first().map_or(Ok(0), |row| row.num("good"))?;
    if good != 1 {
        return Ok(None);
    }
    let sql = [b"SELECT ", head.columns, b" FROM ", head.into, b" LIMIT 0"].concat();
    let columns = session.columns(&sql).await?;
    Ok(columns.iter().map(Take::of).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn only_statements_of_ours_are_taken_apart() {
        let head = Head::of(b"INSERT INTO `a (``b` (`x`, `y),`) VALUES\n(1),\n(2)").unwrap();
        assert_eq!(head.into, b"`a (``b`");
        assert_eq!(head.table, "a (`b");
        assert_eq!(head.columns, b"`x`, `y),`");
        assert_eq!(head.rows, b"(1),\n(2)");
        for other in [
            "INSERT INTO `t` VALUES\n(1)",
            "INSERT INTO `t` () VALUES\n()",
            "INSERT INTO `d`.`t` (`a`) VALUES\n(1)",
            "INSERT INTO t (`a`) VALUES\n(1)",
            "INSERT INTO `t` (a) VALUES\n(1)",
            "INSERT INTO `t` (`a`) VALUES (1)",
            "INSERT INTO `t` (`a`) SELECT 1",
            "INSERT IGNORE INTO `t` (`a`) VALUES\n(1)",
            "INSERT INTO `t",
        ] {
            assert!(Head::of(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn a_file_counts_only_where_each_row_was_taken_in_silence() {
        let file = File {
            sql: Vec::new(),
            rows: 3,
        };
        let done = |affected, warnings| Done {
            affected,
            warnings,
            ..Done::default()
        };
        assert!(file.check(done(3, 0)).is_ok());
        assert!(file.check(done(2, 0)).is_err());
        assert!(file.check(done(3, 1)).is_err());
    }
}
