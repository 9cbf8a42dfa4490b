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
        }
    }

    /// Whether a terminator ends the statement here.
    pub(super) fn is_complete(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
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

    /// Whether nothing that words say matters any more, so that they may be skimmed.
    pub(super) fn is_dull(&self) -> bool {
        self.dialect == Dialect::Mysql && self.opening == Opening::Other
    }

    pub(super) fn token(&mut self, kind: Kind, text: &[u8]) {
        match (self.dialect, kind) {
            (_, Kind::Word) => self.word(text),
            (Dialect::Postgres, Kind::Open) => {
                self.parentheses += 1;
                self.symbol();
            }
            (Dialect::Postgres, Kind::Close) => {
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
            _ => {}
        }
        self.before = match () {
            () if is("from") => Before::From,
            () if is("begin") => Before::Begin,
            () if is("as") => Before::NameFollows,
            () => Before::Other,
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
