//! Files of `--filter`, in the format of pg_dump 17 (manual, "pg_dump", `--filter`): a line each
//! `include|exclude KIND PATTERN`, with `#` comments. A quoted part of a pattern may hold line ends.

use std::iter::Peekable;
use std::str::Chars;

use crate::error::{Error, Kind, Result};
use crate::plan::filter::Selection;

/// Adds what the text says to a selection. Errors: `Usage`, with the line's number.
pub fn read(text: &str, selection: &mut Selection) -> Result<()> {
    let mut reader = Reader {
        chars: text.chars().peekable(),
        line: 1,
    };
    while let Some(rule) = reader.rule()? {
        let wrong = |reason: &str| reader.wrong(reason);
        let list = list(selection, &rule).map_err(|reason| wrong(&reason))?;
        list.push(rule.pattern);
    }
    Ok(())
}

/// One line.
struct Rule {
    verb: String,
    kind: String,
    pattern: String,
}

fn list<'a>(selection: &'a mut Selection, rule: &Rule) -> Result<&'a mut Vec<String>, String> {
    Ok(match (rule.verb.as_str(), rule.kind.as_str()) {
        ("include", "table") => &mut selection.tables,
        ("include", "table_and_children") => &mut selection.tables_and_children,
        ("include", "schema") => &mut selection.schemas,
        ("include", "extension") => &mut selection.extensions_and_all_else,
        ("include", "foreign_data") => &mut selection.foreign_data,
        ("exclude", "table") => &mut selection.exclude_tables,
        ("exclude", "table_and_children") => &mut selection.exclude_tables_and_children,
        ("exclude", "table_data") => &mut selection.exclude_table_data,
        ("exclude", "table_data_and_children") => &mut selection.exclude_table_data_and_children,
        ("exclude", "schema") => &mut selection.exclude_schemas,
        ("exclude", "extension") => &mut selection.exclude_extensions,
        (verb @ ("include" | "exclude"), kind) => {
            return Err(format!("{verb} is not for \"{kind}\""));
        }
        (verb, _) => return Err(format!("\"{verb}\" is neither include nor exclude")),
    })
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    line: usize,
}

impl Reader<'_> {
    fn wrong(&self, reason: &str) -> Error {
        let line = self.line;
        Error::new(
            Kind::Usage,
            format!("cannot use the filter, line {line}: {reason}"),
        )
        .hint("A line is `include KIND PATTERN` or `exclude KIND PATTERN`, with # for comments.")
    }

    /// The next line that says something.
    fn rule(&mut self) -> Result<Option<Rule>> {
        while !self.blank() {
            if self.chars.next().is_none() {
                return Ok(None);
            }
            self.line += 1;
        }
        let (verb, kind) = (self.word(), self.word());
        let pattern = self.pattern()?;
        if pattern.is_empty() {
            return Err(self.wrong("it ends too early"));
        }
        Ok(Some(Rule {
            verb,
            kind,
            pattern,
        }))
    }

    /// Skips spaces and a comment; whether something is left of the line.
    fn blank(&mut self) -> bool {
        self.spaces();
        if self.chars.peek() == Some(&'#') {
            while self.chars.next_if(|c| *c != '\n').is_some() {}
        }
        !matches!(self.chars.peek(), None | Some('\n'))
    }

    fn spaces(&mut self) -> bool {
        let mut any = false;
        let space = |c: &char| c.is_ascii_whitespace() && *c != '\n';
        while self.chars.next_if(space).is_some() {
            any = true;
        }
        any
    }

    fn word(&mut self) -> String {
        self.spaces();
        let of_word = |c: &char| !c.is_ascii_whitespace() && *c != '#';
        let mut word = String::new();
        while let Some(c) = self.chars.next_if(of_word) {
            word.push(c);
        }
        word
    }

    /// The rest of the line. Spaces count for one where they part two words, and for none around
    /// dots and parentheses.
    fn pattern(&mut self) -> Result<String> {
        let mut pattern = String::new();
        while self.blank() {
            let quoted = self.chars.peek() == Some(&'"');
            let before = pattern.chars().last();
            let word = if quoted { self.quoted()? } else { self.plain() };
            let tight = |c: Option<char>| c.is_none_or(|c| ".()".contains(c));
            if !tight(before) && !tight(word.chars().next()) {
                pattern.push(' ');
            }
            pattern.push_str(&word);
        }
        Ok(pattern)
    }

    /// Up to a space: dots, quotes and all.
    fn plain(&mut self) -> String {
        let mut word = String::new();
        let part = |c: &char| !c.is_ascii_whitespace() && !"#\"".contains(*c);
        while let Some(c) = self.chars.next_if(part) {
            word.push(c);
        }
        word
    }

    /// A quoted part, and what touches it.
    fn quoted(&mut self) -> Result<String> {
        let begun = self.line;
        let mut text = String::from(self.chars.next().unwrap_or('"'));
        loop {
            match self.chars.next() {
                None => {
                    self.line = begun;
                    return Err(self.wrong("its double quotes don't match"));
                }
                Some('"') => break,
                Some(c) => {
                    self.line += usize::from(c == '\n');
                    text.push(c);
                }
            }
        }
        text.push('"');
        let rest = match self.chars.peek() {
            Some('"') => self.quoted()?,
            _ => self.plain(),
        };
        Ok(text + &rest)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_all(text: &str) -> Selection {
        let mut selection = Selection::default();
        read(text, &mut selection).unwrap();
        selection
    }

    #[test]
    fn every_kind_has_its_list() {
        let found = read_all(
            "# what\ninclude table a  # why\n\n  include schema s*\ninclude table_and_children p\n\
             exclude table b\nexclude table_data c\nexclude schema t\nexclude extension x\n\
             include extension y\ninclude foreign_data f\nexclude table_and_children q\n\
             exclude table_data_and_children r",
        );
        let texts = |text: &str| vec![text.to_owned()];
        let wanted = Selection {
            tables: texts("a"),
            tables_and_children: texts("p"),
            exclude_tables: texts("b"),
            exclude_tables_and_children: texts("q"),
            exclude_table_data: texts("c"),
            exclude_table_data_and_children: texts("r"),
            schemas: texts("s*"),
            exclude_schemas: texts("t"),
            extensions_and_all_else: texts("y"),
            exclude_extensions: texts("x"),
            foreign_data: texts("f"),
            ..Selection::default()
        };
        assert_eq!(found, wanted);
    }

    #[test]
    fn quoted_names_hold_anything() {
        let found = read_all(
            "include table \"A\"\"b # \nc\" . \"d e\" # x\ninclude table s.\"T\"\"\"\n\
             include table pub . t\ninclude table \"a\"*",
        );
        assert_eq!(
            found.tables,
            ["\"A\"\"b # \nc\".\"d e\"", "s.\"T\"\"\"", "pub.t", "\"a\"*"]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line) in [
            ("include table", 1),
            ("\ninclude table_data a", 2),
            ("include tables a", 1),
            ("keep table a", 1),
            ("include table a\nexclude foreign_data a", 2),
            ("\n\ninclude table \"a\nb", 3),
            ("include", 1),
        ] {
            let error = read(text, &mut Selection::default()).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            let line = format!("line {line}:");
            assert!(error.line().contains(&line), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = read(&text, &mut Selection::default());
        }
    }
}
