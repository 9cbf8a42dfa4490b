//! How `SET` statements change the reading of what follows them: `standard_conforming_strings`,
//! `sql_mode`.

use std::collections::HashMap;

use crate::sql::dialect::Dialect;
use crate::sql::scan::{Kind, Rules, Scanner};

/// Follows the settings of a script's session.
#[derive(Debug)]
pub(super) struct Modes {
    rules: Rules,
    /// MySQL's user variables that hold a saved `sql_mode`.
    saved: HashMap<Vec<u8>, Rules>,
}

impl Modes {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            saved: HashMap::new(),
        }
    }

    pub(super) fn rules(&self) -> Rules {
        self.rules
    }

    /// Reads a whole `SET` statement. What it can't make out changes nothing.
    pub(super) fn observe(&mut self, statement: &[u8]) {
        let words = words(statement, self.rules);
        match self.rules.dialect {
            Dialect::Postgres => self.postgres(&words),
            Dialect::Mysql => self.mysql(&words),
        }
    }

    fn postgres(&mut self, words: &[Vec<u8>]) {
        let name = words
            .iter()
            .position(|word| word == b"standard_conforming_strings");
        if let Some(value) = name.and_then(|name| words.get(name + 2)) {
            let value = value.strip_prefix(b"'").unwrap_or(value);
            self.rules.escapes = [b"off".as_slice(), b"false", b"0", b"no"]
                .iter()
                .any(|off| value.strip_suffix(b"'").unwrap_or(value) == *off);
        }
    }

    /// `SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='ANSI_QUOTES'`: assignments from left to right.
    fn mysql(&mut self, words: &[Vec<u8>]) {
        for assignment in words.split(|word| word == b",") {
            let Some(equals) = assignment
                .iter()
                .position(|word| word == b"=" || word == b":=")
            else {
                continue;
            };
            let target = assignment[..equals].last();
            let value = assignment.get(equals + 1);
            if let (Some(target), Some(value)) = (target, value) {
                self.assign(target, value);
            }
        }
    }

    fn assign(&mut self, target: &[u8], value: &[u8]) {
        let is_mode = |name: &[u8]| {
            let name = name.strip_prefix(b"@@").unwrap_or(name);
            let name = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
            name == b"sql_mode"
        };
        if is_mode(target) {
            match self.saved.get(value) {
                Some(saved) => self.rules = *saved,
                None => self.set_mode(value),
            }
        } else if is_mode(value) && self.saved.len() < 1000 {
            self.saved.insert(target.to_vec(), self.rules);
        }
    }

    fn set_mode(&mut self, value: &[u8]) {
        let is_quote = |byte: &u8| matches!(byte, b'\'' | b'"');
        if let [first, mode @ .., last] = value
            && is_quote(first)
            && is_quote(last)
        {
            self.rules = self.rules.with_sql_mode(mode);
        }
    }
}

/// The statement's words and symbols in lower case; `@`, `@@` and dots stay with their names.
fn words(statement: &[u8], rules: Rules) -> Vec<Vec<u8>> {
    let mut scanner = Scanner::new(rules);
    let mut words = Words::default();
    while let Some(token) = scanner.next(statement, true) {
        let text = &statement[token.start..token.end];
        match token.kind {
            Kind::Space | Kind::Comment | Kind::ExecutableOpen | Kind::ExecutableClose => {
                words.joins = false;
            }
            Kind::Other => text.iter().for_each(|byte| words.add(&[*byte])),
            _ => words.add(text),
        }
    }
    words.list
}

#[derive(Default)]
struct Words {
    list: Vec<Vec<u8>>,
    joins: bool,
}

impl Words {
    fn add(&mut self, text: &[u8]) {
        let last = self.list.last_mut();
        let joins = self.joins
            || text == b"."
            || (text == b"=" && last.as_ref().is_some_and(|last| *last == b":"));
        match last {
            Some(last) if joins => last.extend(text.to_ascii_lowercase()),
            _ => self.list.push(text.to_ascii_lowercase()),
        }
        self.joins = matches!(text, b"@" | b".");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(dialect: Dialect, statements: &[&str]) -> Rules {
        let mut modes = Modes::new(Rules::new(dialect));
        for statement in statements {
            modes.observe(statement.as_bytes());
        }
        modes.rules()
    }

    #[test]
    fn standard_conforming_strings() {
        let escapes = |statement| after(Dialect::Postgres, &[statement]).escapes;
        assert!(escapes("SET standard_conforming_strings = off"));
        assert!(escapes("set session Standard_Conforming_Strings TO 'off'"));
        assert!(!escapes("SET standard_conforming_strings = on"));
        assert!(!escapes("SET client_encoding = 'off'"));
    }

    #[test]
    fn sql_mode() {
        let mode = |statements: &[&str]| {
            let rules = after(Dialect::Mysql, statements);
            (rules.escapes, rules.ansi_quotes)
        };
        assert_eq!(
            mode(&["SET sql_mode='NO_BACKSLASH_ESCAPES'"]),
            (false, false)
        );
        assert_eq!(
            mode(&["SET a=0, @@SESSION.sql_mode := 'A,ANSI_QUOTES'"]),
            (true, true)
        );
        let save = "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_BACKSLASH_ESCAPES' */";
        assert_eq!(mode(&[save]), (false, false));
        assert_eq!(
            mode(&[save, "/*!40101 SET SQL_MODE=@OLD_SQL_MODE */"]),
            (true, false)
        );
    }
}
