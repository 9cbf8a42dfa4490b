//! How `SET` statements change the reading of what follows them: `standard_conforming_strings`,
//! `sql_mode`, the client's character set.

use std::collections::HashMap;

use crate::sql::charset::Charset;
use crate::sql::dialect::Dialect;
use crate::sql::scan::{Kind, Rules, Scanner};

/// So many saved settings are followed; dumps have a handful.
const VARIABLES: usize = 1000;

/// Follows the settings of a script's session.
#[derive(Debug, Clone)]
pub(super) struct Modes {
    rules: Rules,
    /// MySQL's user variables that hold a saved setting: what the rules were then.
    saved: HashMap<Vec<u8>, Rules>,
}

/// A setting that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    SqlMode,
    Charset,
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
        if let Some(at) = words.iter().position(|word| word == b"names") {
            self.set_charset(words.get(at + 1));
        }
        match self.rules.dialect {
            Dialect::Postgres => self.postgres(&words),
            Dialect::Mysql => self.mysql(&words),
        }
    }

    fn set_charset(&mut self, name: Option<&Vec<u8>>) {
        if let Some(name) = name {
            self.rules.charset = Charset::by_name(unquoted(name));
        }
    }

    fn postgres(&mut self, words: &[Vec<u8>]) {
        let value_of = |name: &[u8]| {
            let at = words.iter().position(|word| word == name)?;
            words.get(at + 2)
        };
        if let Some(value) = value_of(b"standard_conforming_strings") {
            let off = [b"off".as_slice(), b"false", b"0", b"no"];
            self.rules.escapes = off.contains(&unquoted(value));
        }
        self.set_charset(value_of(b"client_encoding"));
    }

    /// `SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='ANSI_QUOTES'`: assignments from left to right.
    fn mysql(&mut self, words: &[Vec<u8>]) {
        for assignment in words.split(|word| word == b",") {
            let is_equals = |word: &Vec<u8>| word == b"=" || word == b":=";
            let Some(equals) = assignment.iter().position(is_equals) else {
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
        match setting(target) {
            Some(setting) => self.set(setting, value),
            None if setting(value).is_some() && self.saved.len() < VARIABLES => {
                self.saved.insert(target.to_vec(), self.rules);
            }
            None => {}
        }
    }

    fn set(&mut self, setting: Setting, value: &[u8]) {
        let saved = self.saved.get(value);
        self.rules = match (setting, saved) {
            (Setting::SqlMode, Some(saved)) => self.rules.with_modes_of(*saved),
            (Setting::SqlMode, None) if is_quoted(value) => {
                self.rules.with_sql_mode(unquoted(value))
            }
            (Setting::Charset, saved) => Rules {
                charset: saved.map_or(Charset::by_name(unquoted(value)), |saved| saved.charset),
                ..self.rules
            },
            _ => self.rules,
        };
    }
}

fn setting(name: &[u8]) -> Option<Setting> {
    let name = name.strip_prefix(b"@@").unwrap_or(name);
    let name = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
    match name {
        b"sql_mode" => Some(Setting::SqlMode),
        b"character_set_client" => Some(Setting::Charset),
        _ => None,
    }
}

fn is_quoted(value: &[u8]) -> bool {
    value.len() >= 2 && matches!(value.first(), Some(b'\'' | b'"'))
}

fn unquoted(value: &[u8]) -> &[u8] {
    if is_quoted(value) {
        &value[1..value.len() - 1]
    } else {
        value
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
        let names = |statement: &str| after(Dialect::Mysql, &[statement]).charset;
        assert_eq!(names("/*!40101 SET NAMES gbk */"), Charset::Gbk);
        assert_eq!(names("SET character_set_client = sjis"), Charset::Sjis);
        assert_eq!(names("SET NAMES utf8mb4"), Charset::Safe);
        let save = "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_BACKSLASH_ESCAPES' */";
        assert_eq!(mode(&[save]), (false, false));
        assert_eq!(
            mode(&[save, "/*!40101 SET SQL_MODE=@OLD_SQL_MODE */"]),
            (true, false)
        );
    }
}
