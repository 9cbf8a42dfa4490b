//! What the words of a statement say about where it ends and what follows it.

use crate::sql::dialect::Dialect;
use crate::sql::scan::Kind;

/// Reads along with a statement, token by token, without its white space.
#[derive(Debug, Clone)]
pub(super) struct Head {
    dialect: Dialect,
    opening: Opening,
    before: Before,
    copies: bool,
    parentheses: usize,
    /// Open `BEGIN ATOMIC` and, within, `CASE`: only PostgreSQL's routines have them.
    blocks: usize,
    program: Program,
}

/// What kind of statement it is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    Nothing,
    Create,
    CreateOr,
    Routine,
    Rule,
    Copy,
    Set,
    /// MySQL's `CREATE`, of whatever.
    MysqlCreate,
    Other,
}

/// How far the head of a MySQL program has come in which the body may be in another language than SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    /// It is none, or its body has begun.
    No,
    /// A routine or a library.
    Head,
    /// `LANGUAGE`: its name follows.
    Language,
    /// Not SQL.
    Other,
}

/// The token before, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Other,
    From,
    Begin,
    /// `AS` and `.`: what follows is a name, whatever it is.
    NameFollows,
}

impl Head {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            opening: Opening::Nothing,
            before: Before::Other,
            copies: false,
            parentheses: 0,
            blocks: 0,
            program: Program::No,
        }
    }

    /// Whether a terminator ends the statement here.
    pub(super) fn is_complete(&self) -> bool {
        self.dialect == Dialect::Mysql || (self.parentheses == 0 && self.blocks == 0)
    }

    /// Whether a terminator may stand here within the statement: in a routine's body, between the
    /// actions of a rule.
    pub(super) fn holds_statements(&self) -> bool {
        self.blocks > 0 || (self.opening == Opening::Rule && self.parentheses > 0)
    }

    /// Whether it is a `COPY … FROM stdin`.
    pub(super) fn copies_from_stdin(&self) -> bool {
        self.copies
    }

    /// Whether it is a `SET`.
    pub(super) fn sets(&self) -> bool {
        self.opening == Opening::Set
    }

    /// Whether what follows may be in dollar quotes: in MySQL 9 the body of a routine or a library in
    /// another language. Anywhere else a dollar sign may begin a name there.
    pub(super) fn takes_dollar_quotes(&self) -> bool {
        self.program == Program::Other
            && self.before == Before::NameFollows
            && self.parentheses == 0
    }

    /// Whether nothing that words say matters any more, so that they may be skimmed.
    pub(super) fn is_dull(&self) -> bool {
        self.dialect == Dialect::Mysql && self.opening == Opening::Other
    }

    pub(super) fn token(&mut self, kind: Kind, text: &[u8]) {
        let counts = self.dialect == Dialect::Postgres || self.opening == Opening::MysqlCreate;
        match (self.dialect, kind) {
            (_, Kind::Word) => self.word(text),
            (_, Kind::Open) if counts => {
                self.parentheses += 1;
                self.symbol();
            }
            (_, Kind::Close) if counts => {
                self.parentheses = self.parentheses.saturating_sub(1);
                self.symbol();
            }
            (_, Kind::ExecutableOpen | Kind::ExecutableClose) => {}
            (_, Kind::Other) if text.ends_with(b".") => {
                // Whatever came with it in one piece: a statement that begins so is of no sort.
                self.symbol();
                self.before = Before::NameFollows;
            }
            _ => self.symbol(),
        }
    }

    /// Something that is no word.
    pub(super) fn symbol(&mut self) {
        self.before = Before::Other;
        if self.opening == Opening::Nothing {
            self.opening = Opening::Other;
        }
    }

    fn word(&mut self, text: &[u8]) {
        let is = |keyword: &str| text.eq_ignore_ascii_case(keyword.as_bytes());
        match self.opening {
            Opening::Routine if self.parentheses == 0 => self.routine(text),
            Opening::Copy if self.parentheses == 0 => {
                self.copies |= self.before == Before::From && is("stdin");
            }
            Opening::Nothing => {
                self.opening = match () {
                    () if is("create") && self.dialect == Dialect::Postgres => Opening::Create,
                    () if is("create") => Opening::MysqlCreate,
                    () if is("copy") => Opening::Copy,
                    () if is("set") => Opening::Set,
                    () => Opening::Other,
                };
            }
            Opening::Create | Opening::CreateOr => {
                self.opening = match () {
                    () if is("or") => Opening::CreateOr,
                    () if is("replace") => Opening::Create,
                    () if is("function") || is("procedure") => Opening::Routine,
                    () if is("rule") => Opening::Rule,
                    () => Opening::Other,
                };
            }
            Opening::MysqlCreate if self.parentheses == 0 => self.program(text),
            _ => {}
        }
        self.before = match () {
            () if is("from") => Before::From,
            () if is("begin") => Before::Begin,
            () if is("as") => Before::NameFollows,
            () => Before::Other,
        };
    }

    fn program(&mut self, text: &[u8]) {
        let is = |keyword: &str| text.eq_ignore_ascii_case(keyword.as_bytes());
        self.program = match self.program {
            Program::Head if is("language") => Program::Language,
            Program::Language if is("sql") => Program::Head,
            Program::Language => Program::Other,
            _ if is("begin") || is("return") => Program::No,
            Program::No if is("function") || is("procedure") || is("library") => Program::Head,
            same => same,
        };
    }

    fn routine(&mut self, text: &[u8]) {
        let is = |keyword: &str| text.eq_ignore_ascii_case(keyword.as_bytes());
        match self.blocks {
            0 if self.before == Before::Begin && is("atomic") => self.blocks = 1,
            0 => {}
            _ if self.before == Before::NameFollows => {}
            _ if is("case") => self.blocks += 1,
            _ if is("end") => self.blocks -= 1,
            _ => {}
        }
    }
}
