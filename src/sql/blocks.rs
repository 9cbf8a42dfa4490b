//! The blocks of a MySQL or MariaDB routine, trigger or event: which `;` lies inside one.
//!
//! `BEGIN`, `END` and `IF` are also names and functions there (manual, "Keywords and Reserved
//! Words"), so what a word means depends on where it stands. In doubt a block stays open: a body
//! that a server has parsed is never refused.

use crate::sql::scan::Kind;

/// Reads along with a statement, token by token.
#[derive(Debug)]
pub(super) struct Blocks {
    oracle: bool,
    open: Vec<Block>,
    place: Place,
    parentheses: usize,
    before: Before,
    /// The statement being read is a `DECLARE … HANDLER`: its action is a statement.
    handler: bool,
    /// It began with `PROCEDURE` or `FUNCTION` (a package's).
    routine: bool,
    /// A package in the default mode: no word marks where its declarations begin.
    package: bool,
    /// Its `UNTIL` came.
    until: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Begin,
    If,
    CaseStatement,
    CaseExpression,
    Loop,
    /// `WHILE` and `FOR`: their bodies begin with `DO` or, in Oracle's way, `LOOP`.
    While,
    Repeat,
    /// Oracle's way: what stands between `AS` and `BEGIN`.
    Declarations,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the body, whose beginning nothing marks.
    Header,
    /// Where a statement begins.
    Start,
    /// Within a statement.
    Inside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A value, a name, a closing parenthesis.
    Operand,
    /// Something that a value has to follow: `end` is a name there.
    Operator,
    /// `END`: what follows says of what.
    End,
    /// The header's `FOR`.
    For,
    /// The header's `EACH`: the `ROW` of a trigger, not that of a type, ends it.
    Each,
    /// `PROCEDURE` and the like: `IF NOT EXISTS` may follow.
    ObjectKind,
}

impl Blocks {
    pub(super) fn new(oracle: bool) -> Self {
        Self {
            oracle,
            open: Vec::new(),
            place: Place::Header,
            parentheses: 0,
            before: Before::Operand,
            handler: false,
            routine: false,
            package: false,
            until: false,
        }
    }

    /// Whether no block is open: a terminator ends the whole statement.
    pub(super) fn is_outside(&self) -> bool {
        self.open.is_empty()
    }

    pub(super) fn token(&mut self, kind: Kind, text: &[u8]) {
        match kind {
            Kind::Word => self.word(&text.to_ascii_uppercase()),
            Kind::Terminator => self.terminator(),
            Kind::Open => self.open_parenthesis(),
            Kind::Close => {
                self.parentheses = self.parentheses.saturating_sub(1);
                self.inside(Before::Operand);
            }
            Kind::Quoted | Kind::Backslash => self.inside(Before::Operand),
            Kind::Other => self.symbol(text),
            _ => {}
        }
    }

    fn terminator(&mut self) {
        self.place = Place::Start;
        self.before = Before::Operand;
        self.parentheses = 0;
        self.handler = false;
        self.routine = false;
        self.until = false;
    }

    fn open_parenthesis(&mut self) {
        self.parentheses += 1;
        self.inside(Before::Operator);
    }

    /// A label ends with a colon, or in Oracle's way with `>>`.
    fn symbol(&mut self, text: &[u8]) {
        if text.ends_with(b":") || text.ends_with(b">>") {
            self.start();
        } else if text.last().is_some_and(u8::is_ascii_digit) {
            self.inside(Before::Operand);
        } else {
            self.inside(Before::Operator);
        }
    }

    fn inside(&mut self, before: Before) {
        self.before = before;
        if self.place == Place::Start {
            self.place = Place::Inside;
        }
    }

    fn start(&mut self) {
        self.place = Place::Start;
        self.before = Before::Operand;
    }

    fn push(&mut self, block: Block) {
        self.open.push(block);
        self.place = Place::Inside;
        self.before = Before::Operator;
    }

    /// Whether a statement may begin here.
    fn may_start(&self) -> bool {
        self.parentheses == 0 && (self.place != Place::Inside || self.handler)
    }

    fn word(&mut self, word: &[u8]) {
        let ended = std::mem::replace(&mut self.before, Before::Operand);
        match word {
            b"IF" | b"CASE" | b"LOOP" | b"WHILE" | b"REPEAT" | b"FOR" if ended == Before::End => {}
            b"BEGIN" if self.may_start() => self.begin(),
            // Oracle's way: a block with declarations, whose BEGIN follows them
            b"DECLARE" if self.oracle && self.may_start() => self.push_body(Block::Declarations),
            b"IF" if self.may_start() && ended != Before::ObjectKind => self.push(Block::If),
            b"CASE" if self.may_start() => self.push(Block::CaseStatement),
            b"CASE" => self.push(Block::CaseExpression),
            b"LOOP" if self.open.last() == Some(&Block::While) && self.place == Place::Inside => {
                self.start();
            }
            b"LOOP" if self.may_start() => self.push_body(Block::Loop),
            b"REPEAT" if self.may_start() => self.push_body(Block::Repeat),
            b"WHILE" if self.may_start() => self.push(Block::While),
            b"FOR" if self.place == Place::Start => self.push(Block::While),
            b"FOR" if self.place == Place::Header => self.before = Before::For,
            b"END" => self.end(ended),
            b"THEN" | b"ELSE" if self.open.last() != Some(&Block::CaseExpression) => self.start(),
            b"DO" if self.open.last() == Some(&Block::While) && self.place == Place::Inside => {
                self.start();
            }
            // not where it names a parameter
            b"DO" if self.place == Place::Header && self.parentheses == 0 => self.start(),
            b"ROW" if ended == Before::Each => self.start(),
            b"FOLLOWS" | b"PRECEDES" if self.open.is_empty() => self.place = Place::Header,
            b"RETURN" if self.place == Place::Header => self.place = Place::Inside,
            b"AS" | b"IS" if self.declares() => self.push_body(Block::Declarations),
            _ => self.other_word(word, ended),
        }
    }

    fn push_body(&mut self, block: Block) {
        self.push(block);
        self.start();
    }

    fn begin(&mut self) {
        // a handler's own block does not end the declarations that it stands among
        let handles = self.handler && self.place == Place::Inside;
        if !handles && !self.package && self.open.last() == Some(&Block::Declarations) {
            self.open.pop();
        }
        self.push_body(Block::Begin);
        self.handler = false;
    }

    /// Whether `AS` or `IS` begins declarations: in the header, and for a package's routines.
    fn declares(&self) -> bool {
        let in_header = self.open.is_empty() && self.parentheses == 0;
        let in_package = self.routine && self.open.last() == Some(&Block::Declarations);
        self.oracle && (in_header || in_package)
    }

    fn end(&mut self, before: Before) {
        let closes = match self.open.last() {
            Some(Block::CaseExpression) => before != Before::Operator,
            Some(Block::Repeat) if self.until => true,
            _ => self.place == Place::Start,
        };
        if closes {
            self.open.pop();
            self.before = Before::End;
            self.place = Place::Inside;
        }
    }

    /// A routine of a package in the default mode: a header again, and whatever body.
    fn declare(&mut self) -> bool {
        if self.open.is_empty() && self.place == Place::Header {
            self.push_body(Block::Declarations);
        }
        let begins = self.place == Place::Start && self.open.last() == Some(&Block::Declarations);
        if begins {
            self.place = Place::Header;
            self.before = Before::ObjectKind;
        }
        begins
    }

    fn other_word(&mut self, word: &[u8], before: Before) {
        if before == Before::For && word != b"EACH" {
            self.push(Block::While);
        }
        let in_head = self.place == Place::Header && self.parentheses == 0;
        self.package |= !self.oracle && in_head && word == b"PACKAGE";
        let declares = self.package && word == b"DECLARE" && self.open.is_empty();
        if declares && self.place == Place::Header {
            self.push_body(Block::Declarations);
        }
        if self.package && matches!(word, b"PROCEDURE" | b"FUNCTION") && self.declare() {
            return;
        }
        let starts = self.place == Place::Start;
        self.until |= starts && word == b"UNTIL";
        self.routine |= starts && matches!(word, b"PROCEDURE" | b"FUNCTION");
        self.handler |= word == b"HANDLER" && self.place == Place::Inside;
        self.inside(match word {
            b"EACH" if before == Before::For => Before::Each,
            b"PROCEDURE" | b"FUNCTION" | b"TRIGGER" | b"EVENT" | b"PACKAGE" | b"BODY" => {
                Before::ObjectKind
            }
            b"WHEN" | b"AND" | b"OR" | b"XOR" | b"NOT" | b"DIV" | b"MOD" | b"LIKE" | b"RLIKE"
            | b"REGEXP" | b"BETWEEN" | b"IN" | b"THEN" | b"ELSE" | b"AS" | b"SELECT"
            | b"DISTINCT" | b"BINARY" | b"INTERVAL" => Before::Operator,
            _ => Before::Operand,
        });
    }
}
