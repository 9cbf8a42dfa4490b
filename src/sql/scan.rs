//! Tokens of SQL text that arrives in pieces: just enough to tell code from quotes and comments.
//!
//! PostgreSQL as psql reads a script (manual, "Lexical Structure" and "psql"), MySQL and MariaDB as
//! their command line clients do. Every step goes on where the last one stopped, however the text
//! was cut, so that time stays linear.

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

use crate::sql::charset::Charset;
use crate::sql::dialect::Dialect;

/// How quotes are read: what the session's settings decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) dialect: Dialect,
    /// A backslash in an ordinary string escapes the next character: MySQL without
    /// `NO_BACKSLASH_ESCAPES`, PostgreSQL with `standard_conforming_strings = off`.
    pub(super) escapes: bool,
    /// MySQL's `ANSI_QUOTES`: double quotes hold an identifier.
    pub(super) ansi_quotes: bool,
    /// MariaDB's `ORACLE`: routines declare behind `AS`, packages.
    pub(super) oracle: bool,
    /// What the text is encoded in.
    pub(super) charset: Charset,
}

impl Rules {
    /// What a new session does.
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            escapes: dialect == Dialect::Mysql,
            ansi_quotes: false,
            oracle: false,
            charset: Charset::Safe,
        }
    }

    /// What MySQL's `sql_mode` makes of it: names in any case, separated by commas.
    pub(super) fn with_sql_mode(mut self, mode: &[u8]) -> Self {
        let has = |name: &[u8]| {
            let mut names = mode.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
            names.any(|found| found.eq_ignore_ascii_case(name))
        };
        self.escapes = !has(b"no_backslash_escapes");
        self.oracle = has(b"oracle");
        self.ansi_quotes = ANSI_QUOTES.iter().any(|mode| has(mode.as_bytes()));
        self
    }

    /// The same with what another's `sql_mode` makes of it.
    pub(super) fn with_modes_of(self, other: Self) -> Self {
        Self {
            escapes: other.escapes,
            ansi_quotes: other.ansi_quotes,
            oracle: other.oracle,
            ..self
        }
    }

    fn escapes_in(self, quote: u8) -> bool {
        match quote {
            b'\'' => self.escapes,
            b'"' => self.escapes && self.dialect == Dialect::Mysql && !self.ansi_quotes,
            _ => false,
        }
    }
}

/// Modes of MySQL and MariaDB that make double quotes those of names: the mode itself, and its
/// combinations.
const ANSI_QUOTES: [&str; 7] = [
    "ansi_quotes",
    "ansi",
    "db2",
    "maxdb",
    "mssql",
    "oracle",
    "postgresql",
];

/// What a token is. Numbers, operators and commas are all `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Comment,
    Word,
    /// A string, a quoted identifier or a dollar-quoted string, with its quotes.
    Quoted,
    Open,
    Close,
    /// The statement's terminator: `;`, or what `DELIMITER` said.
    Terminator,
    /// A backslash outside of quotes, with the character after it.
    Backslash,
    /// `/*!50003` or `/*M!100100`: what follows is code.
    ExecutableOpen,
    /// The `*/` of that.
    ExecutableClose,
    Other,
}

/// A token: where it lies in the text that the scanner was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone)]
enum State {
    Between,
    Run(Kind),
    LineComment,
    BlockComment { depth: usize },
    Quote { quote: u8, escapes: bool },
    DollarTag,
    Dollar(Box<Finder<'static>>),
}

/// What came before, as far as it decides how a string is read: `E'…'`, and a string that goes on
/// in the next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    EscapePrefix,
    EscapeString,
    EscapeStringAndNewline,
}

/// Cuts text into tokens.
#[derive(Debug, Clone)]
pub(super) struct Scanner {
    pub(super) rules: Rules,
    /// Words, spaces and parentheses don't matter for now: one `Other` holds many.
    pub(super) skims: bool,
    /// A dollar quote may begin in MySQL too.
    pub(super) dollars: bool,
    delimiter: Vec<u8>,
    delimits: u8,
    state: State,
    start: usize,
    at: usize,
    before: Before,
    executable: bool,
}

impl Scanner {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            skims: false,
            dollars: false,
            delimiter: b";".to_vec(),
            delimits: b';',
            state: State::Between,
            start: 0,
            at: 0,
            before: Before::Nothing,
            executable: false,
        }
    }

    /// What ends a statement from here on; never empty.
    pub(super) fn set_delimiter(&mut self, delimiter: &[u8]) {
        self.delimiter = delimiter.to_vec();
        self.delimits = delimiter.first().copied().unwrap_or(b';');
    }

    /// The text's first `count` bytes are gone.
    pub(super) fn discard(&mut self, count: usize) {
        self.start = self.start.saturating_sub(count);
        self.at = self.at.saturating_sub(count);
    }

    /// Goes on at `at`, which lies between two tokens.
    pub(super) fn jump(&mut self, at: usize) {
        self.state = State::Between;
        self.before = Before::Nothing;
        self.executable = false;
        self.start = at;
        self.at = at;
    }

    /// What is still open: nothing after a whole text.
    pub(super) fn unterminated(&self) -> Option<&'static str> {
        match self.state {
            State::BlockComment { .. } => Some("comment"),
            State::Quote { quote: b'\'', .. } => Some("string"),
            State::Quote { .. } => Some("quoted name"),
            State::Dollar(_) => Some("dollar-quoted string"),
            _ => self.executable.then_some("versioned comment"),
        }
    }

    /// Where the open token begins.
    pub(super) fn token_start(&self) -> usize {
        self.start
    }

    /// The next token, or `None` where the text does not yet hold all of it. `text` is all that
    /// was not discarded; `ended` says that there is no more.
    pub(super) fn next(&mut self, text: &[u8], ended: bool) -> Option<Token> {
        if matches!(self.state, State::Between) {
            self.start = self.at;
            self.state = self.begin(text, ended)?;
        }
        let kind = self.complete(text, ended)?;
        self.state = State::Between;
        let token = Token {
            kind,
            start: self.start,
            end: self.at,
        };
        self.remember(token, text);
        Some(token)
    }

    /// Decides by the first bytes what the token is, and takes those that decided.
    fn begin(&mut self, text: &[u8], ended: bool) -> Option<State> {
        let rest = text.get(self.at..)?;
        let first = *rest.first()?;
        if first == self.delimits && starts_with(rest, &self.delimiter, ended)? {
            return Some(self.take(self.delimiter.len(), State::Run(Kind::Terminator)));
        }
        let mysql = self.rules.dialect == Dialect::Mysql;
        let one = |kind| (1, State::Run(kind));
        let (len, state) = match first {
            b'\'' | b'"' => (1, self.quote(first)),
            b'`' if mysql => (1, self.quote(first)),
            b'(' => one(Kind::Open),
            b')' => one(Kind::Close),
            b'\\' => one(Kind::Backslash),
            b'#' if mysql => (1, State::LineComment),
            b'-' if self.line_comment(rest, ended)? => (2, State::LineComment),
            b'/' if starts_with(rest, b"/*", ended)? => self.block_comment(rest, ended)?,
            b'*' if self.executable && starts_with(rest, b"*/", ended)? => {
                (2, State::Run(Kind::ExecutableClose))
            }
            b'$' if !mysql || self.dollars => (1, State::DollarTag),
            _ if self.skims => (
                self.rules.charset.len(rest, ended)?,
                State::Run(Kind::Other),
            ),
            _ if first.is_ascii_whitespace() || first == 0x0b => one(Kind::Space),
            _ if self.begins_word(first) => {
                (self.rules.charset.len(rest, ended)?, State::Run(Kind::Word))
            }
            _ => one(Kind::Other),
        };
        Some(self.take(len, state))
    }

    fn take(&mut self, len: usize, state: State) -> State {
        self.at += len;
        state
    }

    fn quote(&self, quote: u8) -> State {
        let prefixed = matches!(
            self.before,
            Before::EscapePrefix | Before::EscapeStringAndNewline
        );
        let escapes = self.rules.escapes_in(quote) || (quote == b'\'' && prefixed);
        State::Quote { quote, escapes }
    }

    /// MySQL wants white space, a control character or the end behind the two dashes.
    fn line_comment(&self, rest: &[u8], ended: bool) -> Option<bool> {
        if !starts_with(rest, b"--", ended)? {
            return Some(false);
        }
        match (self.rules.dialect, rest.get(2)) {
            (Dialect::Postgres, _) => Some(true),
            (Dialect::Mysql, Some(byte)) => Some(*byte <= b' ' || *byte == 0x7f),
            (Dialect::Mysql, None) => ended.then_some(true),
        }
    }

    fn block_comment(&self, rest: &[u8], ended: bool) -> Option<(usize, State)> {
        if self.rules.dialect == Dialect::Mysql {
            for open in [b"/*!".as_slice(), b"/*M!"] {
                if starts_with(rest, open, ended)? {
                    return Some((open.len(), State::Run(Kind::ExecutableOpen)));
                }
            }
        }
        Some((2, State::BlockComment { depth: 1 }))
    }

    fn begins_word(&self, byte: u8) -> bool {
        byte.is_ascii_alphabetic()
            || byte == b'_'
            || byte >= 0x80
            || (self.rules.dialect == Dialect::Mysql && (byte.is_ascii_digit() || byte == b'$'))
    }

    fn complete(&mut self, text: &[u8], ended: bool) -> Option<Kind> {
        match self.state {
            State::Run(kind) => self.run(kind, text, ended),
            State::LineComment => self.finish_line(text, ended),
            State::BlockComment { .. } => self.finish_block(text),
            State::Quote { quote, escapes } => self.finish_quote(quote, escapes, text, ended),
            State::DollarTag => self.finish_tag(text, ended),
            State::Dollar(_) => self.finish_dollar(text),
            State::Between => None,
        }
    }

    /// Tokens of one sort of byte. Only words and the digits of an executable comment have to be
    /// whole.
    fn run(&mut self, kind: Kind, text: &[u8], ended: bool) -> Option<Kind> {
        let rest = text.get(self.at..).unwrap_or_default();
        let delimits = self.delimits;
        let until = |goes_on: &[bool; 256]| {
            let ends = |&byte: &u8| !goes_on[usize::from(byte)] || byte == delimits;
            rest.iter().position(ends)
        };
        let len = match kind {
            Kind::Space => rest.iter().position(|byte| !byte.is_ascii_whitespace()),
            Kind::Word if !self.rules.charset.is_safe() => return self.run_characters(text, ended),
            Kind::Word => until(&WORD),
            Kind::Other if !self.skims => until(&DULL),
            Kind::Other if !self.rules.charset.is_safe() => Some(0),
            Kind::Other => until(&SKIMMED),
            Kind::ExecutableOpen => rest.iter().position(|byte| !byte.is_ascii_digit()),
            Kind::Backslash if rest.is_empty() && !ended => return None,
            Kind::Backslash => Some(rest.len().min(1)),
            _ => Some(0),
        };
        self.at += len.unwrap_or(rest.len());
        let whole = len.is_some() || ended || !matches!(kind, Kind::Word | Kind::ExecutableOpen);
        whole.then_some(kind)
    }

    /// A word in a character set whose later bytes may look like anything.
    fn run_characters(&mut self, text: &[u8], ended: bool) -> Option<Kind> {
        while let Some(&byte) = text.get(self.at) {
            let len = self.rules.charset.len(&text[self.at..], ended)?;
            if len == 1 && (!WORD[usize::from(byte)] || byte == self.delimits) {
                return Some(Kind::Word);
            }
            self.at += len;
        }
        ended.then_some(Kind::Word)
    }

    fn finish_line(&mut self, text: &[u8], ended: bool) -> Option<Kind> {
        let rest = text.get(self.at..).unwrap_or_default();
        // PostgreSQL's lexers end a comment at a carriage return too.
        let newline = match self.rules.dialect {
            Dialect::Postgres => memchr2(b'\n', b'\r', rest),
            Dialect::Mysql => memchr(b'\n', rest),
        };
        self.at += newline.unwrap_or(rest.len());
        (newline.is_some() || ended).then_some(Kind::Comment)
    }

    fn finish_block(&mut self, text: &[u8]) -> Option<Kind> {
        let State::BlockComment { ref mut depth } = self.state else {
            return None;
        };
        let nests = self.rules.dialect == Dialect::Postgres;
        while let Some(found) = memchr2(b'*', b'/', text.get(self.at..)?) {
            match text.get(self.at + found..self.at + found + 2) {
                Some(b"*/") => *depth -= 1,
                Some(b"/*") if nests => *depth += 1,
                Some(_) => {
                    self.at += found + 1;
                    continue;
                }
                None => {
                    self.at += found;
                    return None;
                }
            }
            self.at += found + 2;
            if *depth == 0 {
                return Some(Kind::Comment);
            }
        }
        self.at = text.len();
        None
    }

    fn finish_quote(&mut self, quote: u8, escapes: bool, text: &[u8], ended: bool) -> Option<Kind> {
        loop {
            self.skip_to(quote, escapes, text, ended)?;
            match (text.get(self.at), text.get(self.at + 1)) {
                (Some(b'\\'), Some(_)) => self.at += 2,
                (Some(b'\\'), None) => return None,
                (_, Some(&next)) if next == quote => self.at += 2,
                (None, _) => return None,
                (_, None) if !ended => return None,
                _ => {
                    self.at += 1;
                    return Some(Kind::Quoted);
                }
            }
        }
    }

    /// Goes to the next quote or backslash, or to the end.
    fn skip_to(&mut self, quote: u8, escapes: bool, text: &[u8], ended: bool) -> Option<()> {
        if self.rules.charset.is_safe() {
            let rest = text.get(self.at..)?;
            let found = if escapes {
                memchr2(quote, b'\\', rest)
            } else {
                memchr(quote, rest)
            };
            self.at += found.unwrap_or(rest.len());
            return Some(());
        }
        while let Some(&byte) = text.get(self.at) {
            if byte == quote || (escapes && byte == b'\\') {
                break;
            }
            self.at += self.rules.charset.len(&text[self.at..], ended)?;
        }
        Some(())
    }

    /// Behind a dollar sign: the rest of a dollar quote's opening, or nothing of the kind (a
    /// parameter, `$1`), and then the sign stands for itself.
    fn finish_tag(&mut self, text: &[u8], ended: bool) -> Option<Kind> {
        let rest = text.get(self.start + 1..).unwrap_or_default();
        let searched = self.at - self.start - 1;
        let tail = rest.get(searched..).unwrap_or_default();
        let in_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        let len = tail.iter().position(|&byte| !in_tag(byte));
        let Some(len) = len.map(|len| searched + len) else {
            self.at = text.len();
            return ended.then(|| self.lone_dollar());
        };
        let tag = rest.get(..len).unwrap_or_default();
        let legal = !tag.first().is_some_and(u8::is_ascii_digit);
        if !legal || rest.get(len) != Some(&b'$') {
            return Some(self.lone_dollar());
        }
        let tag = text
            .get(self.start..self.start + len + 2)
            .unwrap_or_default();
        self.at = self.start + tag.len();
        self.state = State::Dollar(Box::new(Finder::new(tag).into_owned()));
        self.finish_dollar(text)
    }

    fn lone_dollar(&mut self) -> Kind {
        self.at = self.start + 1;
        Kind::Other
    }

    fn finish_dollar(&mut self, text: &[u8]) -> Option<Kind> {
        let State::Dollar(ref tag) = self.state else {
            return None;
        };
        let rest = text.get(self.at..)?;
        let len = tag.needle().len();
        if let Some(found) = tag.find(rest) {
            self.at += found + len;
            return Some(Kind::Quoted);
        }
        // The tag's beginning may lie at the end of what is there.
        self.at += rest.len().saturating_sub(len - 1);
        None
    }

    fn remember(&mut self, token: Token, text: &[u8]) {
        let token_text = text.get(token.start..token.end).unwrap_or_default();
        match token.kind {
            Kind::ExecutableOpen => self.executable = true,
            Kind::ExecutableClose => self.executable = false,
            _ => {}
        }
        if self.rules.dialect == Dialect::Mysql {
            return;
        }
        let after_string = matches!(
            self.before,
            Before::EscapeString | Before::EscapeStringAndNewline
        );
        self.before = match token.kind {
            Kind::Word if matches!(token_text, b"e" | b"E") => Before::EscapePrefix,
            Kind::Quoted if token_text.first() == Some(&b'\'') && self.took_escapes() => {
                Before::EscapeString
            }
            Kind::Space if after_string && memchr2(b'\n', b'\r', token_text).is_some() => {
                Before::EscapeStringAndNewline
            }
            Kind::Space if after_string => self.before,
            Kind::Comment if after_string && token_text.starts_with(b"--") => self.before,
            _ => Before::Nothing,
        };
    }

    /// Whether the string just read was one with escapes by its prefix.
    fn took_escapes(&self) -> bool {
        matches!(
            self.before,
            Before::EscapePrefix | Before::EscapeStringAndNewline
        )
    }
}

/// Bytes that go on with a word.
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let code = byte as u8;
        table[byte] = code.is_ascii_alphanumeric() || matches!(code, b'_' | b'$' | 0x80..);
        byte += 1;
    }
    table
};

/// Bytes that mean nothing by themselves, in both dialects.
const DULL: [bool; 256] = marked(b",=.+<>[]:0123456789", [false; 256], true);

/// Bytes that open nothing, in MySQL.
const SKIMMED: [bool; 256] = marked(b"'\"`\\#-/*", [true; 256], false);

const fn marked(bytes: &[u8], mut table: [bool; 256], mark: bool) -> [bool; 256] {
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = mark;
        at += 1;
    }
    table
}

/// Whether `text` begins with `what`; `None` where it is too short to tell.
fn starts_with(text: &[u8], what: &[u8], ended: bool) -> Option<bool> {
    let shared = text.len().min(what.len());
    if text[..shared] != what[..shared] {
        Some(false)
    } else if shared == what.len() {
        Some(true)
    } else {
        ended.then_some(false)
    }
}
