//! A script cut into statements, COPY data and backslash commands while it arrives.
//!
//! ```
//! # use dumpkeep::sql::{dialect::Dialect, split::{Item, Splitter}};
//! # fn main() -> dumpkeep::error::Result<()> {
//! let mut splitter = Splitter::new(Dialect::Postgres);
//! let mut statements = 0;
//! for piece in [b"SELECT ';'; SEL".as_slice(), b"ECT 2;", b""] {
//!     if piece.is_empty() {
//!         splitter.end();
//!     } else {
//!         splitter.push(piece);
//!     }
//!     while let Some(item) = splitter.next()? {
//!         match item {
//!             Item::Statement(_) => statements += 1,
//!             _ => unreachable!(),
//!         }
//!     }
//! }
//! assert_eq!(statements, 2);
//! # Ok(())
//! # }
//! ```
//!
//! Memory is bounded by the longest statement, or the longest piece pushed where that is longer:
//! COPY data go through in the pieces in which they came. What is read is what psql and the mysql
//! client would read; comments between statements are dropped, those inside stay.

use memchr::{memchr, memchr_iter, memmem};

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::sql::client::is_command;
use crate::sql::copy::{Stop, end_of_data};
use crate::sql::dialect::Dialect;
use crate::sql::head::Head;
pub use crate::sql::item::{Command, Item, Meta, Piece, Position};
use crate::sql::modes::Modes;
use crate::sql::scan::{Kind, Rules, Scanner, Token};

/// Longer statements are refused unless the caller says otherwise: PostgreSQL takes 1 GiB at most,
/// and so does MySQL's `max_allowed_packet`.
pub const STATEMENT_LIMIT: usize = (1 << 30) + (1 << 20);

/// A backslash command or a `DELIMITER` line longer than this is none.
const LINE_LIMIT: usize = 64 << 10;

/// So much room is kept whatever comes, in bytes.
const KEEP: usize = 8 << 20;

/// Cuts a script into items. Push pieces and take items in turn; then say `end` and take the rest.
#[derive(Debug, Clone)]
pub struct Splitter {
    scanner: Scanner,
    dialect: Dialect,
    modes: Modes,
    head: Head,
    mode: Mode,
    /// What was pushed and is not yet done with.
    text: Vec<u8>,
    /// So much of it is done with.
    done: usize,
    /// Where the statement that is being read begins.
    statement: Option<usize>,
    /// Where `text` begins in the script.
    offset: u64,
    /// The line at `counted`, from 1.
    line: u64,
    counted: usize,
    limit: usize,
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Statements,
    /// A command's line, or a sandbox comment, that begins at `done`.
    Line(Line),
    /// Between the terminator of a COPY statement and its data.
    CopyLine,
    Copy {
        lines: u64,
        at_line_start: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Backslash,
    Delimiter,
    Sandbox,
}

/// What one step of reading found: an item's place, or nothing to show for it.
enum Found {
    Statement {
        start: usize,
        end: usize,
        copy: bool,
    },
    Data {
        start: usize,
        end: usize,
    },
    CopyEnd {
        lines: u64,
    },
    Meta {
        command: Command,
        start: usize,
        argument: (usize, usize),
    },
    Nothing,
}

impl Splitter {
    /// A splitter at the beginning of a script.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        let rules = Rules::new(dialect);
        Self {
            scanner: Scanner::new(rules),
            dialect,
            modes: Modes::new(rules),
            head: Head::new(dialect),
            mode: Mode::Statements,
            text: Vec::new(),
            done: 0,
            statement: None,
            offset: 0,
            line: 1,
            counted: 0,
            limit: STATEMENT_LIMIT,
            ended: false,
        }
    }

    /// Refuses statements longer than this many bytes.
    #[must_use]
    pub fn statement_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Adds a piece of the script, of any length.
    pub fn push(&mut self, piece: &[u8]) {
        self.advance(self.done);
        self.text.drain(..self.done);
        self.scanner.discard(self.done);
        self.statement = self.statement.map(|start| start.saturating_sub(self.done));
        self.counted = self.counted.saturating_sub(self.done);
        self.offset += self.done as u64;
        self.done = 0;
        self.text.extend_from_slice(piece);
        // A large statement's room is not kept for the small ones that follow.
        if self.text.capacity() > KEEP && self.text.len() < self.text.capacity() / 4 {
            self.text.shrink_to(self.text.len());
        }
    }

    /// There is no more.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The next item. `None`: push more, or, after `end`, that was all of it.
    ///
    /// Errors: `Hostile` for a backslash command that no dump holds, or one inside a statement;
    /// `Archive` where the script ends in the middle of something; `Unsupported` for a statement
    /// beyond the limit.
    #[expect(clippy::should_implement_trait, reason = "its items borrow from it")]
    pub fn next(&mut self) -> Result<Option<Item<'_>>> {
        let found = loop {
            match self.step()? {
                Some(Found::Nothing) => {}
                Some(found) => break found,
                None => return Ok(None),
            }
        };
        Ok(Some(self.show(found)))
    }

    fn step(&mut self) -> Result<Option<Found>> {
        match self.mode {
            Mode::Statements => self.statements(),
            Mode::Line(line) => self.line(line),
            Mode::CopyLine => self.copy_line(),
            Mode::Copy {
                lines,
                at_line_start,
            } => self.copy(lines, at_line_start),
        }
    }

    fn show(&mut self, found: Found) -> Item<'_> {
        match found {
            Found::Statement { start, end, copy } => {
                let at = self.advance(start);
                let text = &self.text[start..end];
                let piece = Piece { text, at };
                if copy {
                    Item::CopyBegin(piece)
                } else {
                    Item::Statement(piece)
                }
            }
            Found::Meta {
                command,
                start,
                argument: (from, to),
            } => Item::Meta(Meta {
                command,
                at: self.advance(start),
                argument: &self.text[from..to],
            }),
            Found::Data { start, end } => Item::CopyData(&self.text[start..end]),
            Found::CopyEnd { lines } => Item::CopyEnd { lines },
            Found::Nothing => Item::CopyData(&[]),
        }
    }

    /// Where in the script; counts lines from the last place that `advance` took note of.
    fn position(&self, at: usize) -> Position {
        let between = self.text.get(self.counted..at).unwrap_or_default();
        Position {
            offset: self.offset + at as u64,
            line: self.line + memchr_iter(b'\n', between).count() as u64,
        }
    }

    fn advance(&mut self, at: usize) -> Position {
        let position = self.position(at);
        self.counted = self.counted.max(at);
        self.line = position.line;
        position
    }

    fn statements(&mut self) -> Result<Option<Found>> {
        while let Some(token) = self.scanner.next(&self.text, self.ended) {
            if let Some(found) = self.token(token)? {
                return Ok(Some(found));
            }
        }
        self.statements_ended()
    }

    /// The text is used up: is that all right?
    fn statements_ended(&mut self) -> Result<Option<Found>> {
        if self.statement.is_none() {
            self.done = self.scanner.token_start();
        }
        if self.text.len() - self.done > self.limit {
            let at = self.position(self.done);
            let message = format!("the statement in line {} is too long", at.line);
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        if !self.ended {
            return Ok(None);
        }
        match (self.scanner.unterminated(), self.statement) {
            (Some(what), _) => Err(self.cut(self.scanner.token_start(), what)),
            (None, Some(start)) => Err(self.cut(start, "statement")),
            (None, None) => Ok(None),
        }
    }

    fn cut(&self, at: usize, what: &str) -> Error {
        let line = self.position(at).line;
        let message = format!("the script ends inside a {what} that begins in line {line}");
        Error::new(ErrorKind::Archive, message)
    }

    fn token(&mut self, token: Token) -> Result<Option<Found>> {
        match token.kind {
            Kind::Space | Kind::Comment => {
                if self.statement.is_none() {
                    self.done = token.end;
                }
                return Ok(None);
            }
            Kind::Terminator if self.head.is_complete() => return Ok(self.terminate(token)),
            Kind::Backslash => return self.backslash(token),
            Kind::Word if self.begins_delimiter(token) => {
                self.done = token.end;
                self.mode = Mode::Line(Line::Delimiter);
                return Ok(Some(Found::Nothing));
            }
            Kind::Word if self.begins_command(token) => {
                let word = &self.text[token.start..token.end];
                return Err(self.refuse(token.start, word));
            }
            _ => {}
        }
        self.statement.get_or_insert(token.start);
        self.head
            .token(token.kind, &self.text[token.start..token.end]);
        self.scanner.skims = self.head.is_dull();
        self.scanner.dollars = self.head.takes_dollar_quotes();
        Ok(None)
    }

    fn terminate(&mut self, token: Token) -> Option<Found> {
        self.done = token.end;
        self.scanner.skims = false;
        self.scanner.dollars = false;
        let start = self.statement.take()?;
        let head = std::mem::replace(&mut self.head, Head::new(self.dialect));
        let text = self.text[start..token.start].trim_ascii_end();
        let end = start + text.len();
        if head.sets() {
            self.modes.observe(text);
            self.scanner.rules = self.modes.rules();
        }
        let copy = head.copies_from_stdin();
        if copy {
            self.mode = Mode::CopyLine;
        }
        Some(Found::Statement { start, end, copy })
    }

    fn begins_delimiter(&self, token: Token) -> bool {
        self.dialect == Dialect::Mysql
            && self.statement.is_none()
            && self.text[token.start..token.end].eq_ignore_ascii_case(b"delimiter")
    }

    fn begins_command(&self, token: Token) -> bool {
        self.dialect == Dialect::Mysql
            && self.statement.is_none()
            && is_command(&self.text[token.start..token.end])
    }

    /// A backslash outside of quotes: a command between statements. Inside of one there is none,
    /// but for MySQL's `\N`.
    fn backslash(&mut self, token: Token) -> Result<Option<Found>> {
        let text = &self.text[token.start..token.end];
        match (self.dialect, self.statement) {
            (Dialect::Postgres, None) => {
                self.done = token.start;
                self.mode = Mode::Line(Line::Backslash);
                Ok(Some(Found::Nothing))
            }
            (Dialect::Mysql, Some(start)) if self.opens_sandbox(start, token) => {
                self.done = start;
                self.mode = Mode::Line(Line::Sandbox);
                Ok(Some(Found::Nothing))
            }
            (Dialect::Mysql, Some(_)) if text == b"\\N" => Ok(None),
            _ => Err(self.refuse(token.start, text)),
        }
    }

    fn opens_sandbox(&self, start: usize, token: Token) -> bool {
        self.text[start..token.end].starts_with(b"/*M!") && self.text[..token.end].ends_with(b"\\-")
    }

    fn refuse(&self, at: usize, command: &[u8]) -> Error {
        let line = self.position(at).line;
        let command = String::from_utf8_lossy(command);
        let message = format!("the client command {command} in line {line} is not allowed");
        Error::new(ErrorKind::Hostile, message)
    }

    /// A line, or a comment, that is needed whole.
    fn line(&mut self, line: Line) -> Result<Option<Found>> {
        let rest = &self.text[self.done..];
        let found = match line {
            Line::Sandbox => memmem::find(rest, b"*/").map(|at| at + 2),
            _ => memchr(b'\n', rest).or_else(|| self.ended.then_some(rest.len())),
        };
        let Some(len) = found.filter(|len| *len <= LINE_LIMIT) else {
            if rest.len() > LINE_LIMIT {
                return Err(self.refuse(self.done, b"of more than 64 KiB"));
            }
            return self.ended_inside("comment");
        };
        let start = self.done;
        let end = start + len;
        self.done = end;
        self.statement = None;
        self.head = Head::new(self.dialect);
        self.mode = Mode::Statements;
        let found = match line {
            Line::Backslash => self.command(start, end)?,
            Line::Delimiter => self.delimiter(start, end)?,
            Line::Sandbox => Found::Meta {
                command: Command::Sandbox,
                start,
                argument: (end, end),
            },
        };
        self.scanner.jump(end);
        Ok(Some(found))
    }

    fn ended_inside(&self, what: &str) -> Result<Option<Found>> {
        match self.ended {
            true => Err(self.cut(self.done, what)),
            false => Ok(None),
        }
    }

    fn command(&self, start: usize, end: usize) -> Result<Found> {
        let line = self.text[start..end].trim_ascii_end();
        let len = line.iter().position(u8::is_ascii_whitespace);
        let (name, rest) = line.split_at(len.unwrap_or(line.len()));
        let command = match name {
            b"\\restrict" => Command::Restrict,
            b"\\unrestrict" => Command::Unrestrict,
            b"\\connect" | b"\\c" => Command::Connect,
            // Another encoding would change what all that follows means.
            b"\\encoding" if rest.trim_ascii() == b"SQL_ASCII" => Command::Encoding,
            // What scripts of `dump --create` begin with: every reader here stops at errors anyway.
            b"\\set" if rest.trim_ascii() == b"ON_ERROR_STOP on" => return Ok(Found::Nothing),
            _ => return Err(self.refuse(start, name)),
        };
        let argument = rest.trim_ascii_start();
        if has_command(argument) {
            return Err(self.refuse(start, line));
        }
        let to = start + line.len();
        let argument = (to - argument.len(), to);
        Ok(Found::Meta {
            command,
            start,
            argument,
        })
    }

    fn delimiter(&mut self, start: usize, end: usize) -> Result<Found> {
        let line = self.text[start..end].trim_ascii();
        let delimiter = line
            .split(u8::is_ascii_whitespace)
            .next()
            .unwrap_or_default();
        if delimiter.is_empty() || memchr(b'\\', delimiter).is_some() {
            return Err(self.refuse(start, b"DELIMITER"));
        }
        self.scanner.set_delimiter(delimiter);
        Ok(Found::Nothing)
    }

    /// psql takes data from the line after the statement's.
    fn copy_line(&mut self) -> Result<Option<Found>> {
        let rest = &self.text[self.done..];
        let newline = memchr(b'\n', rest);
        let between = rest[..newline.unwrap_or(rest.len())].trim_ascii();
        if !between.is_empty() && !between.starts_with(b"-") {
            let line = self.position(self.done).line;
            let message = format!("line {line} goes on after COPY … FROM stdin");
            return Err(Error::new(ErrorKind::Archive, message));
        }
        let Some(newline) = newline else {
            return self.ended_inside("COPY statement");
        };
        self.done += newline + 1;
        self.mode = Mode::Copy {
            lines: 0,
            at_line_start: true,
        };
        Ok(Some(Found::Nothing))
    }

    fn copy(&mut self, lines: u64, at_line_start: bool) -> Result<Option<Found>> {
        let start = self.done;
        let rest = &self.text[start..];
        let stop = end_of_data(rest, at_line_start, self.ended);
        let data = &rest[..stop.data()];
        if !data.is_empty() {
            self.done += data.len();
            let lines = lines + memchr_iter(b'\n', data).count() as u64;
            let at_line_start = data.last() == Some(&b'\n');
            self.mode = Mode::Copy {
                lines,
                at_line_start,
            };
            let end = self.done;
            return Ok(Some(Found::Data { start, end }));
        }
        match stop {
            Stop::End { line, .. } => {
                self.done += line;
                self.mode = Mode::Statements;
                self.scanner.jump(self.done);
                Ok(Some(Found::CopyEnd { lines }))
            }
            Stop::More { .. } => self.ended_inside("COPY's data, before the end"),
        }
    }
}

/// Whether psql would run something out of a command's argument: a further command, or a program
/// in backticks. Within double quotes both are plain characters.
fn has_command(argument: &[u8]) -> bool {
    let mut quoted = false;
    argument.iter().any(|byte| {
        quoted ^= *byte == b'"';
        !quoted && matches!(byte, b'\\' | b'`')
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The items as text, pieces of COPY data joined.
    fn split_by(dialect: Dialect, script: &[u8], size: usize) -> Result<Vec<String>> {
        let mut splitter = Splitter::new(dialect);
        let mut items: Vec<String> = Vec::new();
        let mut data = Vec::new();
        let pieces = script.chunks(size.max(1)).map(Some).chain([None]);
        for piece in pieces {
            match piece {
                Some(piece) => splitter.push(piece),
                None => splitter.end(),
            }
            while let Some(item) = splitter.next()? {
                let text = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
                match item {
                    Item::Statement(piece) => items.push(text(piece.text)),
                    Item::CopyBegin(piece) => items.push(format!("COPY:{}", text(piece.text))),
                    Item::CopyData(piece) => data.extend_from_slice(piece),
                    Item::CopyEnd { lines } => {
                        items.push(format!("{lines}:{}", text(&std::mem::take(&mut data))));
                    }
                    Item::Meta(meta) => {
                        items.push(format!("{:?}:{}", meta.command, text(meta.argument)));
                    }
                }
            }
        }
        Ok(items)
    }

    /// Splits in pieces of several sizes: the outcome must not depend on them.
    fn split(dialect: Dialect, script: &str) -> Result<Vec<String>> {
        let whole = split_by(dialect, script.as_bytes(), usize::MAX);
        for size in [1, 2, 3, 7] {
            let cut = split_by(dialect, script.as_bytes(), size);
            match (&whole, &cut) {
                (Ok(whole), Ok(cut)) => assert_eq!(whole, cut, "in pieces of {size}"),
                (Err(whole), Err(cut)) => assert_eq!(whole.line(), cut.line()),
                _ => panic!("{whole:?} but in pieces of {size} {cut:?}"),
            }
        }
        whole
    }

    fn postgres(script: &str) -> Vec<String> {
        split(Dialect::Postgres, script).unwrap()
    }

    fn mysql(script: &str) -> Vec<String> {
        split(Dialect::Mysql, script).unwrap()
    }

    fn error(dialect: Dialect, script: &str) -> String {
        split(dialect, script).unwrap_err().line()
    }

    #[test]
    fn a_statement_that_begins_with_a_dot_sets_nothing_in_any_pieces() {
        let script = b"+.SET NAMES sjis;SELECT 1 AS \xe2`;`;";
        for size in [usize::MAX, 1] {
            let items = split_by(Dialect::Mysql, script, size).unwrap();
            assert_eq!(items.len(), 2, "in pieces of {size}");
        }
    }

    #[test]
    fn postgres_terminators_in_quotes_and_comments_are_none() {
        for statement in [
            "SELECT ';', 'it''s;', \"a;\"\"b\", 'x\\'",
            "SELECT E'\\';', e'a'';', U&'\\0041;', U&\"d;\" uescape '!'",
            "SELECT E'a'\n'\\';', 1",
            "SELECT E'a' -- b\n  '\\';', 1",
            "SELECT E'a' -- b\r'\\';', 1",
            "SELECT E'a', '\\', ';'",
            "SELECT $$;$a$;$$, $a$;$$;$a$, $é$;$é$, a$b$c, $1",
            "SELECT 1 /* ; /* ; */ ; */ + 2 -- ;\n+ 3",
            "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)",
            "SELECT 1 @-@ 2, a <-> b, 5 ! , '{}'::int[], x[1:2]",
        ] {
            assert_eq!(postgres(&format!("{statement};\n\n")), [statement]);
        }
    }

    #[test]
    fn postgres_bodies_in_standard_sql_are_one_statement() {
        for statement in [
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
            "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; END",
            "create function f() begin atomic select 1 as end; select a.end; select (case 1 end); end",
        ] {
            assert_eq!(
                postgres(&format!("{statement};SELECT 1;")),
                [statement, "SELECT 1"]
            );
        }
        let begin = "BEGIN; CREATE TABLE begin(atomic int); END;";
        assert_eq!(
            postgres(begin),
            ["BEGIN", "CREATE TABLE begin(atomic int)", "END"]
        );
    }

    #[test]
    fn comments_and_empty_statements_are_dropped_between_statements() {
        assert_eq!(postgres("-- a\n;; /* b */ SELECT 1; -- c"), ["SELECT 1"]);
        assert_eq!(postgres("-- a\rSELECT 1;"), ["SELECT 1"]);
        assert_eq!(
            mysql("# a\n-- b\n--\n;/* c */ SELECT 1; -- d"),
            ["SELECT 1"]
        );
    }

    #[test]
    fn copy_data_end_with_their_end_line_alone() {
        let script = "COPY public.t (a, b) FROM stdin;\n1\t\\N\n\\.x\n;'\n\\.\nSELECT 1;\n";
        let data = "3:1\t\\N\n\\.x\n;'\n";
        assert_eq!(
            postgres(script),
            ["COPY:COPY public.t (a, b) FROM stdin", data, "SELECT 1"]
        );
        assert_eq!(
            postgres("copy t from STDIN ; \r\n\\.\r\n"),
            ["COPY:copy t from STDIN", "0:"]
        );
        assert_eq!(
            postgres("COPY t FROM stdin;\na\n\\."),
            ["COPY:COPY t FROM stdin", "1:a\n"]
        );
    }

    #[test]
    fn not_every_copy_takes_data() {
        for statement in [
            "COPY t TO stdout",
            "COPY (SELECT a FROM stdin) TO stdout",
            "COPY t FROM 'stdin'",
            "COPY t FROM \"stdin\"",
            "SELECT a FROM stdin",
        ] {
            assert_eq!(postgres(&format!("{statement};")), [statement]);
        }
    }

    #[test]
    fn client_commands_of_dumps_are_items_and_others_errors() {
        let script = "\\restrict aB1\nSELECT 1;\n\\unrestrict aB1\n\\connect -reuse \"a b\"";
        let items = [
            "Restrict:aB1",
            "SELECT 1",
            "Unrestrict:aB1",
            "Connect:-reuse \"a b\"",
        ];
        assert_eq!(postgres(script), items);
        let refused = |script| error(Dialect::Postgres, script);
        let not_allowed = |what| format!("the client command {what} is not allowed");
        let quoted = "\\connect -reuse-previous=on \"dbname='it\\'s `x`'\"\n";
        assert_eq!(postgres(quoted).len(), 1);
        assert!(refused("\\connect `id`\n").contains("not allowed"));
        assert_eq!(postgres("\\encoding SQL_ASCII\n"), ["Encoding:SQL_ASCII"]);
        assert!(refused("\\encoding UTF8\n").contains("\\encoding in line 1"));
        assert_eq!(
            postgres("\\set ON_ERROR_STOP on\nSELECT 1;\n"),
            ["SELECT 1"]
        );
        assert_eq!(
            refused("\\set ON_ERROR_STOP `id`\n"),
            not_allowed("\\set in line 1")
        );
        assert_eq!(refused("\n\\! id\n"), not_allowed("\\! in line 2"));
        assert_eq!(refused("SELECT 1 \\gexec\n"), not_allowed("\\g in line 1"));
        assert_eq!(
            refused("\\connect a \\! id\n"),
            not_allowed("\\connect a \\! id in line 1")
        );
    }

    #[test]
    fn a_script_that_ends_in_the_middle_is_an_error_with_its_place() {
        for (script, what) in [
            ("SELECT 1;\nSELECT 2", "statement that begins in line 2"),
            ("\nSELECT 'a\n\n", "string that begins in line 2"),
            ("SELECT \"a", "quoted name that begins in line 1"),
            (
                "SELECT $a$ $$",
                "dollar-quoted string that begins in line 1",
            ),
            ("/* /* */", "comment that begins in line 1"),
            ("COPY t FROM stdin;", "COPY statement that begins in line 1"),
        ] {
            let expected = format!("the script ends inside a {what}");
            assert_eq!(error(Dialect::Postgres, script), expected);
        }
        let copy = error(Dialect::Postgres, "COPY t FROM stdin;\n1\n");
        assert!(copy.contains("COPY's data"), "{copy}");
    }

    #[test]
    fn standard_conforming_strings_are_followed() {
        let script = "SET standard_conforming_strings = off;\nSELECT '\\';';\n";
        assert_eq!(postgres(script)[1], "SELECT '\\';'");
    }

    #[test]
    fn mysql_terminators_in_quotes_and_comments_are_none() {
        for statement in [
            r#"SELECT ';', 'it''s;\';', "a;\";", `b;``;\`, \N"#,
            "SELECT 1 -- ;\n + 2 # ;\n + 3 /* ; */, 5--4",
            "/*!40101 SET NAMES utf8 */",
            "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t */",
            "SELECT 1 /* it's */, 2",
            "SELECT $$, a$b, 1a FROM t",
        ] {
            assert_eq!(mysql(&format!("{statement};\n")), [statement]);
        }
    }

    #[test]
    fn mysql_delimiters() {
        let script = "DELIMITER ;;\nCREATE PROCEDURE p() BEGIN SELECT ';;'; END ;;\ndelimiter ;\n\
                      SELECT 1;\nDELIMITER $$\r\nBEGIN a; END$$\nDELIMITER ;\n";
        let body = "CREATE PROCEDURE p() BEGIN SELECT ';;'; END";
        assert_eq!(mysql(script), [body, "SELECT 1", "BEGIN a; END"]);
    }

    #[test]
    fn mysql_bodies_in_other_languages_are_in_dollar_quotes() {
        for statement in [
            "CREATE DEFINER=`a`@`b` FUNCTION `f`() RETURNS int\n    LANGUAGE JAVASCRIPT\nAS $$ // it's ;; $\n$$",
            "create procedure p(language int) COMMENT 'AS $a$' LANGUAGE JavaScript USING (l AS `$$`) as $x$ $$;; \" $x$",
            "CREATE LIBRARY l LANGUAGE JAVASCRIPT AS $$ /* ` DELIMITER ; $$ /* a */",
        ] {
            let script = format!("DELIMITER ;;\n{statement} ;;\nDELIMITER ;\nSELECT 1;");
            assert_eq!(mysql(&script), [statement, "SELECT 1"]);
        }
        // Names elsewhere.
        for statement in [
            "CREATE FUNCTION f() RETURNS int LANGUAGE SQL RETURN (SELECT 1 AS $$)",
            "CREATE FUNCTION f() RETURNS int BEGIN SELECT language a AS $$; END",
            "CREATE VIEW v AS SELECT 1 AS $$",
            "CREATE TABLE t (language int, js int) AS SELECT 1 AS $$",
        ] {
            let script = format!("DELIMITER ;;\n{statement} ;;\nSELECT 1;;");
            assert_eq!(mysql(&script), [statement, "SELECT 1"]);
        }
    }

    #[test]
    fn mysql_modes_are_followed() {
        let script =
            "SET sql_mode='NO_BACKSLASH_ESCAPES'; SELECT '\\'; SET sql_mode=''; SELECT '\\';';";
        assert_eq!(mysql(script).len(), 4);
        let script = "SET sql_mode='ANSI_QUOTES'; SELECT \"\\\"; SELECT '\\';';";
        assert_eq!(mysql(script).len(), 3);
    }

    #[test]
    fn character_sets_are_followed() {
        let script = b"SET NAMES sjis; SELECT '\x83\\'; SELECT `\xe0\x60`, \x83\\; SET NAMES utf8; SELECT '\\';';";
        for size in [1, 100] {
            assert_eq!(split_by(Dialect::Mysql, script, size).unwrap().len(), 5);
        }
        let script = b"SET client_encoding = 'BIG5'; SELECT E'\xa5\\'; SELECT 1;";
        assert_eq!(split_by(Dialect::Postgres, script, 1).unwrap().len(), 3);
    }

    #[test]
    fn mysql_client_commands_are_errors_but_for_the_sandbox() {
        let script = "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump\nSELECT 1;";
        assert_eq!(mysql(script), ["Sandbox:", "SELECT 1"]);
        assert!(error(Dialect::Mysql, "\\! id\n").contains("\\! in line 1"));
        assert!(error(Dialect::Mysql, "a;\nSystem id\n").contains("System in line 2"));
        assert_eq!(mysql("USE a; SELECT system;"), ["USE a", "SELECT system"]);
        assert!(error(Dialect::Mysql, "SELECT 1 \\G\n").contains("\\G in line 1"));
        assert!(error(Dialect::Mysql, "/*! \\! id */;").contains("\\! in line 1"));
    }

    #[test]
    fn positions_are_those_of_the_script() {
        let mut splitter = Splitter::new(Dialect::Postgres);
        splitter.push(b"-- x\nSELECT\n1;\n\n");
        let first = splitter.next().unwrap();
        assert!(matches!(first, Some(Item::Statement(Piece { at, .. })) if at.line == 2));
        assert_eq!(splitter.next().unwrap(), None);
        splitter.push(b"  SELECT 2;");
        let at = Position {
            offset: 18,
            line: 5,
        };
        let text = b"SELECT 2".as_slice();
        assert_eq!(
            splitter.next().unwrap(),
            Some(Item::Statement(Piece { text, at }))
        );
    }

    #[test]
    fn statements_beyond_the_limit_are_refused() {
        let mut splitter = Splitter::new(Dialect::Mysql).statement_limit(1000);
        for _ in 0..200 {
            splitter.push(b"SELECT 1, ");
            if let Err(error) = splitter.next() {
                assert_eq!(error.line(), "the statement in line 1 is too long");
                return;
            }
        }
        panic!("not refused");
    }

    fn sql_like() -> impl Strategy<Value = Vec<u8>> {
        let pieces = [
            "'",
            "\"",
            "`",
            "\\",
            "$",
            "$$",
            "$a$",
            ";",
            "--",
            "-- ",
            "#",
            "/*",
            "*/",
            "/*!",
            "/*M!",
            "\n",
            " ",
            "(",
            ")",
            "E'",
            "U&'",
            "COPY t FROM stdin;\n",
            "\\.\n",
            "\\.",
            "a",
            "1",
            "BEGIN",
            " ATOMIC ",
            "CASE",
            " END ",
            "CREATE FUNCTION ",
            "LANGUAGE JAVASCRIPT ",
            " AS ",
            "DELIMITER ;;\n",
            "DELIMITER ;\n",
            "\0",
            "\u{e9}",
            "SET sql_mode='ANSI_QUOTES';",
            "\\restrict x\n",
            "\\N",
            "\\-",
            "\r\n",
        ];
        let pieces = pieces.map(|piece| piece.as_bytes().to_vec());
        proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..30)
            .prop_map(|pieces| pieces.concat())
    }

    fn dialects() -> impl Strategy<Value = Dialect> {
        prop_oneof![Just(Dialect::Postgres), Just(Dialect::Mysql)]
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(script in sql_like(), dialect in dialects(), size in 1_usize..9) {
            let whole = split_by(dialect, &script, usize::MAX).map_err(|error| error.line());
            let cut = split_by(dialect, &script, size).map_err(|error| error.line());
            prop_assert_eq!(whole, cut);
        }

        #[test]
        fn any_bytes_are_read_without_panic(
            script in proptest::collection::vec(any::<u8>(), 0..200), dialect in dialects()
        ) {
            let _ = split_by(dialect, &script, 16);
        }
    }
}
