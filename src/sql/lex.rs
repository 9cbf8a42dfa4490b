//! Is this exactly one harmless statement, or expression? For SQL text that a server handed us
//! (view and routine definitions, defaults, `SHOW CREATE` output) before it is written into a
//! script that psql or mysql may read: neither must find a command for itself in it, nor a second
//! statement, nor an end that swallows what follows.
//!
//! ```
//! use dumpkeep::sql::{dialect::Dialect, lex::Lexer};
//!
//! let lexer = Lexer::new(Dialect::Postgres);
//! assert!(lexer.statement(b"CREATE VIEW v AS SELECT ';'").is_ok());
//! assert!(lexer.statement(b"CREATE VIEW v AS SELECT 1; DROP TABLE t").is_err());
//! assert!(lexer.expression(b"lower(name) \\! id").is_err());
//!
//! let lexer = Lexer::new(Dialect::Mysql).compound().sql_mode("ANSI_QUOTES");
//! assert!(lexer.statement(b"CREATE PROCEDURE p() BEGIN SELECT 1; END").is_ok());
//! ```

use std::fmt;

use memchr::{memchr, memmem};

use crate::error::{Error, Kind as ErrorKind};
use crate::sql::blocks::Blocks;
use crate::sql::charset::Charset;
use crate::sql::client::is_command;
use crate::sql::dialect::Dialect;
use crate::sql::head::Head;
use crate::sql::scan::{Kind, Rules, Scanner, Token};

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Harm {
    /// The sort of harm.
    pub what: What,
    /// Where in the text, in bytes.
    pub offset: usize,
}

/// The sorts of harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// There is nothing in it.
    Empty,
    /// Something stands behind a terminator.
    SecondStatement,
    /// It ends inside a string, a quoted name or a comment.
    Unterminated(&'static str),
    /// Parentheses or blocks don't match.
    Unbalanced,
    /// It ends with a comment that swallows what follows.
    TrailingComment,
    /// A backslash outside of quotes: psql and mysql run what follows.
    Backslash,
    /// A `/*! … */` where none is expected.
    VersionedComment,
    /// A statement's first word that the mysql client would take for itself.
    ClientCommand,
    /// A zero byte.
    Nul,
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Empty => "no SQL",
            What::SecondStatement => "a second statement",
            What::Unterminated(what) => {
                return write!(f, "an unterminated {what} at byte {}", self.offset);
            }
            What::Unbalanced => "unbalanced parentheses",
            What::TrailingComment => "a comment that does not end",
            What::Backslash => "a backslash command",
            What::VersionedComment => "an executable comment",
            What::ClientCommand => "a command for the client",
            What::Nul => "a zero byte",
        };
        write!(f, "{what} at byte {}", self.offset)
    }
}

impl Harm {
    /// The error that names the object: `view public.v`.
    #[must_use]
    pub fn of(self, object: &str) -> Error {
        let message =
            format!("cannot write {object}: its definition, as the server sent it, holds {self}");
        Error::new(ErrorKind::Hostile, message)
    }
}

/// How a text is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Lexer {
    rules: Rules,
    compound: bool,
    versioned_comments: bool,
}

/// Checks a whole statement, given without its terminator, by the dialect's defaults.
pub fn check_statement(dialect: Dialect, text: &[u8]) -> Result<(), Harm> {
    Lexer::new(dialect).statement(text)
}

/// Checks an expression, or any other part of a statement whose parentheses match.
pub fn check_expression(dialect: Dialect, text: &[u8]) -> Result<(), Harm> {
    Lexer::new(dialect).expression(text)
}

impl Lexer {
    /// By the settings of the dialect's sessions that read definitions: PostgreSQL with
    /// `standard_conforming_strings`, MySQL with an empty `sql_mode`.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self {
            rules: Rules::new(dialect),
            compound: false,
            versioned_comments: false,
        }
    }

    /// A MySQL routine, trigger or event, that is written with a `DELIMITER`: terminators inside
    /// of its blocks are its own, a comment may end it. MySQL 9's dollar quotes around bodies in
    /// other languages are none for the clients before it: such a body has to read as SQL.
    #[must_use]
    pub fn compound(mut self) -> Self {
        self.compound = true;
        self
    }

    /// Allows `/*!50100 … */` and `/*M!100100 … */`: `SHOW CREATE TABLE` has them.
    #[must_use]
    pub fn versioned_comments(mut self) -> Self {
        self.versioned_comments = true;
        self
    }

    /// The `sql_mode` by which the text was made and will be read.
    #[must_use]
    pub fn sql_mode(mut self, mode: &str) -> Self {
        self.rules = self.rules.with_sql_mode(mode.as_bytes());
        self
    }

    /// The client's character set in which the text is encoded, as MySQL calls it. In some a
    /// character ends with what looks like a backslash (`sjis`, `gbk`, `big5`). psql and mysql may
    /// read the script in another: the text has to be harmless either way.
    #[must_use]
    pub fn charset(mut self, name: &str) -> Self {
        self.rules.charset = Charset::by_name(name.as_bytes());
        self
    }

    /// Checks one whole statement, given without its terminator.
    pub fn statement(&self, text: &[u8]) -> Result<(), Harm> {
        self.check(text, true)
    }

    /// Checks an expression, or any other part of a statement whose parentheses match.
    pub fn expression(&self, text: &[u8]) -> Result<(), Harm> {
        self.check(text, false)
    }

    fn check(&self, text: &[u8], whole: bool) -> Result<(), Harm> {
        if !self.rules.charset.is_safe() {
            self.charset("").check(text, whole)?;
        }
        if let Some(offset) = memchr(0, text) {
            return Err(harm(What::Nul, offset));
        }
        let mut scanner = Scanner::new(self.rules);
        let mut check = Check::new(*self, whole);
        while let Some(token) = scanner.next(text, true) {
            check.token(token, &text[token.start..token.end])?;
        }
        if let Some(what) = scanner.unterminated() {
            return Err(harm(What::Unterminated(what), scanner.token_start()));
        }
        check.finish(text.len())
    }
}

fn harm(what: What, offset: usize) -> Harm {
    Harm { what, offset }
}

struct Check {
    lexer: Lexer,
    whole: bool,
    head: Head,
    blocks: Blocks,
    parentheses: usize,
    empty: bool,
    terminated: bool,
    trailing_comment: Option<usize>,
    mariadb_comment: bool,
}

impl Check {
    fn new(lexer: Lexer, whole: bool) -> Self {
        Self {
            lexer,
            whole,
            head: Head::new(lexer.rules.dialect),
            blocks: Blocks::new(lexer.rules.oracle),
            parentheses: 0,
            empty: true,
            terminated: false,
            trailing_comment: None,
            mariadb_comment: false,
        }
    }

    fn token(&mut self, token: Token, text: &[u8]) -> Result<(), Harm> {
        let fail = |what| Err(harm(what, token.start));
        self.trailing_comment = None;
        match token.kind {
            Kind::Space => return Ok(()),
            Kind::Comment => return self.comment(token, text),
            Kind::Backslash if !self.allows_backslash(text) => return fail(What::Backslash),
            Kind::ExecutableOpen if !self.lexer.versioned_comments => {
                return fail(What::VersionedComment);
            }
            _ if self.terminated && token.kind != Kind::Terminator => {
                return fail(What::SecondStatement);
            }
            Kind::Word if self.is_command(text) => return fail(What::ClientCommand),
            Kind::Terminator => return self.terminator(token),
            Kind::Open => self.parentheses += 1,
            Kind::Close if self.parentheses == 0 => return fail(What::Unbalanced),
            Kind::Close => self.parentheses -= 1,
            Kind::ExecutableOpen => self.mariadb_comment = text.starts_with(b"/*M"),
            Kind::ExecutableClose => self.mariadb_comment = false,
            // MySQL's client takes this for the end of a plain comment.
            Kind::Quoted if self.mariadb_comment && memmem::find(text, b"*/").is_some() => {
                return fail(What::VersionedComment);
            }
            _ => {}
        }
        self.empty = false;
        self.follow(token.kind, text);
        Ok(())
    }

    fn follow(&mut self, kind: Kind, text: &[u8]) {
        if self.lexer.compound {
            self.blocks.token(kind, text);
        }
        if self.whole {
            self.head.token(kind, text);
        }
    }

    fn is_command(&self, word: &[u8]) -> bool {
        let first = self.whole && self.empty;
        first && self.lexer.rules.dialect == Dialect::Mysql && is_command(word)
    }

    /// MySQL's `\N` is a value; no statement begins with one.
    fn allows_backslash(&self, text: &[u8]) -> bool {
        let within = !self.whole || !self.empty;
        self.lexer.rules.dialect == Dialect::Mysql && text == b"\\N" && within
    }

    /// The mysql client obeys a backslash in an optimizer hint, and takes two dashes before a
    /// control character for code where the server sees a comment.
    fn comment(&mut self, token: Token, text: &[u8]) -> Result<(), Harm> {
        let hint = self.lexer.rules.dialect == Dialect::Mysql && text.starts_with(b"/*+");
        let odd = self.lexer.rules.dialect == Dialect::Mysql
            && text.starts_with(b"--")
            && text.get(2).is_some_and(|byte| !byte.is_ascii_whitespace());
        if (hint || odd) && memchr(b'\\', text).is_some() {
            return Err(harm(What::Backslash, token.start));
        }
        self.trailing_comment = (!text.starts_with(b"/*")).then_some(token.start);
        Ok(())
    }

    fn terminator(&mut self, token: Token) -> Result<(), Harm> {
        let inside = if self.lexer.compound {
            !self.blocks.is_outside()
        } else {
            self.whole && self.head.holds_statements()
        };
        if inside {
            self.follow(token.kind, b";");
        } else if self.lexer.compound && !self.empty {
            // A body's own last terminator: nothing may follow it.
            self.terminated = true;
        } else {
            return Err(harm(What::SecondStatement, token.start));
        }
        Ok(())
    }

    fn finish(&self, end: usize) -> Result<(), Harm> {
        if self.empty {
            return Err(harm(What::Empty, 0));
        }
        if self.parentheses > 0 || (self.whole && !self.head.is_complete()) {
            return Err(harm(What::Unbalanced, end));
        }
        match self.trailing_comment {
            Some(offset) if !self.lexer.compound => Err(harm(What::TrailingComment, offset)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn postgres(text: &str) -> Result<(), What> {
        check_statement(Dialect::Postgres, text.as_bytes()).map_err(|harm| harm.what)
    }

    fn compound(text: &str) -> Result<(), What> {
        let lexer = Lexer::new(Dialect::Mysql).compound();
        lexer.statement(text.as_bytes()).map_err(|harm| harm.what)
    }

    fn oracle(text: &str) -> Result<(), What> {
        let lexer = Lexer::new(Dialect::Mysql).compound().sql_mode("ORACLE");
        lexer.statement(text.as_bytes()).map_err(|harm| harm.what)
    }

    #[test]
    fn what_postgresql_prints_is_harmless() {
        for text in [
            "CREATE VIEW v AS  SELECT '\\' AS \"a;\\b\", 1 @-@ 2 FROM t -- c\n WHERE true",
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $function$ BEGIN; \\! ' $$ -- \n$function$",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; END",
            "CREATE RULE r AS ON INSERT TO t DO ALSO ( DELETE FROM a; DELETE FROM b; )",
            "COMMENT ON TABLE t IS E'a\\'; \\\\! b'",
        ] {
            assert_eq!(postgres(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_would_be_read_otherwise_is_not() {
        for (text, what) in [
            ("", What::Empty),
            (" -- a\n", What::Empty),
            ("SELECT 1;", What::SecondStatement),
            ("SELECT 1; SELECT 2", What::SecondStatement),
            (
                "CREATE TABLE t (a int DEFAULT 1; DROP TABLE u)",
                What::SecondStatement,
            ),
            ("SELECT 'a", What::Unterminated("string")),
            ("SELECT E'a\\'", What::Unterminated("string")),
            ("SELECT \"a", What::Unterminated("quoted name")),
            ("SELECT $a$ $$", What::Unterminated("dollar-quoted string")),
            ("SELECT /* /* */", What::Unterminated("comment")),
            ("SELECT (1", What::Unbalanced),
            ("SELECT 1) + (2", What::Unbalanced),
            ("SELECT 1 -- a", What::TrailingComment),
            ("SELECT 1 \\g", What::Backslash),
            ("SELECT 1\n\\! id\n", What::Backslash),
            ("SELECT '\0'", What::Nul),
            (
                "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1;",
                What::Unbalanced,
            ),
            (
                "CREATE FUNCTION f() BEGIN ATOMIC END; DROP TABLE t; END",
                What::SecondStatement,
            ),
        ] {
            assert_eq!(postgres(text), Err(what), "{text}");
        }
    }

    #[test]
    fn expressions_keep_their_place() {
        let check = |text: &str| {
            check_expression(Dialect::Postgres, text.as_bytes()).map_err(|harm| harm.what)
        };
        assert_eq!(check("nextval('a;b'::regclass)"), Ok(()));
        assert_eq!(check("1); DROP TABLE t; SELECT (1"), Err(What::Unbalanced));
        assert_eq!(check("(1; 2)"), Err(What::SecondStatement));
        assert_eq!(check("1 --"), Err(What::TrailingComment));
    }

    #[test]
    fn versioned_comments_are_harm_unless_expected() {
        let table = b"CREATE TABLE t (a int) /*!50100 PARTITION BY HASH (a) */";
        let harm = check_statement(Dialect::Mysql, table).map_err(|harm| harm.what);
        assert_eq!(harm, Err(What::VersionedComment));
        let lexer = Lexer::new(Dialect::Mysql).versioned_comments();
        assert_eq!(lexer.statement(table), Ok(()));
        assert!(
            lexer
                .statement(b"CREATE TABLE t (a int) /*!50100 ")
                .is_err()
        );
        assert!(
            lexer
                .statement(b"CREATE TABLE t (a int) /*!50100 \\! id */")
                .is_err()
        );
        assert!(
            lexer
                .statement(b"CREATE TABLE t (a int) /*M!100100 '*/ \\! id '*/")
                .is_err()
        );
    }

    #[test]
    fn bodies_of_mysql_are_one_statement() {
        for text in [
            "CREATE PROCEDURE p() BEGIN END",
            "CREATE PROCEDURE p() BEGIN END -- done",
            "CREATE PROCEDURE p() BEGIN SELECT ';'; IF a THEN SELECT 1; ELSEIF b THEN c; END IF; END",
            "CREATE PROCEDURE p() a: LOOP b: BEGIN LEAVE a; END b; END LOOP a",
            "CREATE PROCEDURE p() COMMENT 'x' WHILE a DO DO SLEEP(1); END WHILE",
            "CREATE PROCEDURE p() REPEAT SET a = REPEAT('x', 2); UNTIL IF(a, b, c) END REPEAT",
            "CREATE PROCEDURE p() IF (a) THEN SELECT IF(a, 1, 2); ELSE IF (b) THEN c; END IF; END IF",
            "CREATE PROCEDURE p() CASE a WHEN 1 THEN BEGIN END; ELSE SELECT 2; END CASE",
            "CREATE PROCEDURE p() BEGIN SELECT begin, end FROM t WHERE end > begin; SELECT end; END",
            "CREATE PROCEDURE p() BEGIN SELECT CASE WHEN end THEN end ELSE t.end END AS end; END",
            "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION, NOT FOUND BEGIN a; END; b; END",
            "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND IF a THEN b; END IF; c; END",
            "CREATE PROCEDURE p() BEGIN DROP TABLE IF EXISTS t; IF EXISTS (SELECT 1) THEN a; END IF; END",
            "CREATE FUNCTION f() RETURNS int RETURN CASE WHEN a THEN IF(b, 1, 2) ELSE IF(c, 3, 4) END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF NEW.a THEN SET NEW.b = 1; END IF",
            "CREATE TRIGGER t AFTER UPDATE ON a FOR EACH ROW FOLLOWS u BEGIN SET @a = CASE 1 WHEN 2 THEN 3 END; END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW CASE a WHEN 1 THEN BEGIN END; END CASE",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO IF a THEN b; END IF",
            "CREATE PROCEDURE p() BEGIN FOR r IN (SELECT 1) DO SELECT r.a; END FOR; END",
            "CREATE PROCEDURE p() FOR i IN 1..3 DO SELECT i; END FOR",
            "CREATE FUNCTION f() RETURNS int LANGUAGE JAVASCRIPT AS $$ return 'a;' $$",
            "CREATE PACKAGE p COMMENT 'a;b' PROCEDURE a(); FUNCTION b() RETURNS int; END",
            "CREATE PACKAGE BODY p DECLARE a INT DEFAULT 0; DECLARE c CURSOR FOR SELECT 1; FUNCTION f() RETURNS int \
             BEGIN DECLARE b INT; RETURN b; END; SET a = 1; END",
            "CREATE PACKAGE BODY p FUNCTION b() RETURNS int BEGIN RETURN 1; END; PROCEDURE a() IF x THEN y; \
             END IF; FUNCTION c() RETURNS int RETURN 1; SET @x = 1; END",
        ] {
            assert_eq!(compound(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn words_of_the_head_that_name_parameters_and_types_begin_no_body() {
        for text in [
            "CREATE PROCEDURE p(a ROW(x int, y text), b TYPE OF t.c) BEGIN SELECT 1; SELECT 2; END",
            "CREATE FUNCTION f() RETURNS ROW(x int) BEGIN DECLARE r ROW(x int); RETURN r; END",
            "CREATE PROCEDURE p(row int, do int, package int, follows int) BEGIN SELECT 1; SELECT 2; END",
            "CREATE PROCEDURE p(begin int, end int, each int) IF begin THEN a; b; END IF",
        ] {
            assert_eq!(compound(text), Ok(()), "{text}");
        }
        let two = "CREATE PROCEDURE p(row int, do int) SELECT 1; DROP TABLE t";
        assert_eq!(compound(two), Err(What::SecondStatement));
    }

    #[test]
    fn bodies_in_the_way_of_oracle_are_one_statement() {
        for text in [
            "CREATE PROCEDURE p AS x INT; BEGIN FOR i IN 1..3 LOOP a; END LOOP; WHILE b LOOP c; END LOOP; END",
            "CREATE FUNCTION f RETURN int AS BEGIN RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 2; END",
            "CREATE PROCEDURE p AS d CONDITION FOR SQLSTATE '23000'; CONTINUE HANDLER FOR d BEGIN x:='a'; END; \
             BEGIN x:=''; END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW DECLARE c INT := 0; d INT; BEGIN x; DECLARE e INT; BEGIN y; END; END",
            "CREATE PACKAGE p AS PROCEDURE a; FUNCTION b RETURN int; END",
            "CREATE PACKAGE BODY p AS x int; PROCEDURE a AS y int; BEGIN b; END; BEGIN c; END",
        ] {
            assert_eq!(oracle(text), Ok(()), "{text}");
        }
        let two = "CREATE PROCEDURE p AS BEGIN SELECT 1 AS a; END; DROP TABLE t";
        assert_eq!(oracle(two), Err(What::SecondStatement));
    }

    #[test]
    fn nothing_follows_a_body() {
        for text in [
            "CREATE PROCEDURE p() SELECT 1 AS a; DROP TABLE t",
            "CREATE FUNCTION f() RETURNS int RETURN 1 IS NULL; DROP TABLE t",
            "CREATE PROCEDURE p() BEGIN SELECT 1; END; DROP TABLE t",
            "CREATE PROCEDURE p() BEGIN IF a THEN b; END IF; END; DROP TABLE t",
            "CREATE PROCEDURE p() BEGIN SELECT CASE a WHEN 1 THEN 2 END; END; DROP TABLE t",
            "CREATE PROCEDURE p() a: BEGIN WHILE b DO c; END WHILE; END a; DROP TABLE t",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.a = IF(1, 2, 3); DROP TABLE t",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN END; DROP TABLE t",
        ] {
            assert_eq!(compound(text), Err(What::SecondStatement), "{text}");
        }
        assert_eq!(
            compound("CREATE PROCEDURE p() BEGIN END \\! id"),
            Err(What::Backslash)
        );
        assert_eq!(
            compound("CREATE PROCEDURE p() BEGIN /*+ \\! id */ END"),
            Err(What::Backslash)
        );
        assert_eq!(
            compound("CREATE PROCEDURE p() BEGIN SELECT \\N; END"),
            Ok(())
        );
    }

    #[test]
    fn sql_modes_decide_what_a_quote_is() {
        let statement = |mode, text: &str| {
            Lexer::new(Dialect::Mysql)
                .sql_mode(mode)
                .statement(text.as_bytes())
                .is_ok()
        };
        assert!(statement("NO_BACKSLASH_ESCAPES", "SELECT '\\'"));
        assert!(!statement("STRICT_ALL_TABLES", "SELECT '\\'"));
        assert!(statement(
            "PIPES_AS_CONCAT,ANSI_QUOTES",
            "SELECT \"\\\", '\\''"
        ));
    }

    #[test]
    fn texts_in_other_character_sets_are_harmless_either_way() {
        let sjis = Lexer::new(Dialect::Mysql).charset("sjis");
        assert_eq!(sjis.statement(b"SELECT '\x83\\\\x', 1"), Ok(()));
        let hidden = b"SELECT '\x83\\\\' \\! id '";
        assert!(sjis.statement(hidden).is_err());
        let swallows = b"SELECT '\x83\\'";
        assert!(sjis.statement(swallows).is_err());
    }

    fn quoted(dialect: Dialect, text: &str) -> String {
        let text = text.replace('\0', "").replace('\'', "''");
        match dialect {
            Dialect::Postgres => format!("'{text}'"),
            Dialect::Mysql => format!("'{}'", text.replace('\\', "\\\\")),
        }
    }

    proptest! {
        #[test]
        fn no_text_gets_out_of_its_quotes(text: String) {
            for dialect in [Dialect::Postgres, Dialect::Mysql] {
                let sql = format!("SELECT {}", quoted(dialect, &text));
                prop_assert_eq!(check_statement(dialect, sql.as_bytes()), Ok(()));
            }
        }

        #[test]
        fn any_bytes_are_judged_without_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = check_statement(Dialect::Postgres, &text);
            let _ = Lexer::new(Dialect::Mysql).compound().versioned_comments().statement(&text);
        }
    }
}
