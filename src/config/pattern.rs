//! Database names by pattern: `*` is anything, `?` one character, `\` takes the next one as it is.
//! Anchored: a pattern is the whole name. Pure.

use bstr::ByteSlice as _;
use regex::bytes::Regex;

use crate::error::{Error, Kind, Result};

/// One pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    /// None where only the literal counts.
    regex: Option<Regex>,
    literal: Option<Vec<u8>>,
}

impl Pattern {
    /// Compiles a pattern; `key` names its place in messages.
    pub fn new(text: &str, key: &str) -> Result<Self> {
        let wrong = |what: &str| Error::new(Kind::Config, format!("{key} holds {what}"));
        if text.is_empty() {
            return Err(wrong("an empty pattern"));
        }
        let (mut regex, mut literal) = (String::from("(?s)^"), Some(String::new()));
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '*' => regex.push_str("(?-u:.)*"),
                '?' => regex.push('.'),
                c => {
                    let c = if c == '\\' { chars.next() } else { Some(c) };
                    let c = c.ok_or_else(|| wrong("a pattern that ends in a backslash"))?;
                    regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
                    literal.iter_mut().for_each(|literal| literal.push(c));
                    continue;
                }
            }
            literal = None;
        }
        regex.push('$');
        Ok(Self {
            text: text.to_owned(),
            regex: Some(Regex::new(&regex).map_err(|cause| wrong("a bad pattern").cause(cause))?),
            literal: literal.map(String::into_bytes),
        })
    }

    /// The pattern of one name, whatever is in it.
    #[must_use]
    pub fn exact(name: &[u8]) -> Self {
        Self {
            text: name.to_str_lossy().into_owned(),
            regex: None,
            literal: Some(name.to_vec()),
        }
    }

    /// The one name that it stands for, where it has no wildcard.
    #[must_use]
    pub fn literal(&self) -> Option<&[u8]> {
        self.literal.as_deref()
    }

    /// Whether it stands for this name.
    pub(super) fn matches(&self, name: &[u8]) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(name),
            None => self.literal() == Some(name),
        }
    }
}

/// What is wanted of a server's databases.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Those that match one of these.
    pub include: Vec<Pattern>,
    /// But none of these.
    pub exclude: Vec<Pattern>,
    /// Whether patterns take templates too.
    pub templates: bool,
    /// And of those only what matches one of these, where there are any: this run's choice.
    pub only: Vec<Pattern>,
}

/// Which databases a run takes, and what it looked for in vain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Indices into the list that was given, in its order.
    pub found: Vec<usize>,
    /// Names that were asked for and are not there.
    pub missing: Vec<String>,
}

impl Wanted {
    /// Chooses from `(name, template)`. Templates only by their own name, unless patterns are to take
    /// them; template0 never, because nobody can connect to it and nothing is in it.
    #[must_use]
    pub fn choose(&self, databases: &[(&[u8], bool)]) -> Chosen {
        let found = databases.iter().enumerate();
        let found = found.filter(|(_, (name, template))| self.takes(name, *template));
        let named = self.include.iter().chain(&self.only);
        let missing = named.filter_map(Pattern::literal).filter(|name| {
            let there = databases.iter().any(|(there, _)| there == name);
            !there && !self.excluded(name) && self.chosen(name)
        });
        Chosen {
            found: found.map(|(index, _)| index).collect(),
            missing: missing
                .map(|name| name.to_str_lossy().into_owned())
                .collect(),
        }
    }

    /// Whether a database of this name is wanted; a template only where it is named, or templates
    /// are wanted.
    #[must_use]
    pub fn takes(&self, name: &[u8], template: bool) -> bool {
        let mut include = self.include.iter();
        let wanted = if template && !self.templates {
            include.any(|pattern| pattern.literal() == Some(name))
        } else {
            include.any(|pattern| pattern.matches(name))
        };
        wanted && name != b"template0" && !self.excluded(name) && self.chosen(name)
    }

    /// The databases that are asked for by their own names.
    #[must_use]
    pub fn named(&self) -> Vec<String> {
        let named = self.include.iter().filter_map(Pattern::literal);
        let named = named.filter(|name| !self.excluded(name) && self.chosen(name));
        named.map(|name| name.to_str_lossy().into_owned()).collect()
    }

    fn chosen(&self, name: &[u8]) -> bool {
        self.only.is_empty() || self.only.iter().any(|pattern| pattern.matches(name))
    }

    fn excluded(&self, name: &[u8]) -> bool {
        self.exclude.iter().any(|pattern| pattern.matches(name))
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn wanted(include: &[&str], exclude: &[&str]) -> Wanted {
        let compile = |texts: &[&str]| {
            let patterns = texts.iter().map(|text| Pattern::new(text, "databases"));
            patterns.collect::<Result<_>>().unwrap()
        };
        Wanted {
            include: compile(include),
            exclude: compile(exclude),
            templates: false,
            only: Vec::new(),
        }
    }

    const ALL: [(&[u8], bool); 6] = [
        (b"shop", false),
        (b"shop_old", false),
        (b"scratch_1", false),
        (b"template0", true),
        (b"template1", true),
        (b"caf\xe9\n*", false),
    ];

    #[test]
    fn patterns_are_whole_names() {
        assert_eq!(wanted(&["*"], &["scratch_*"]).choose(&ALL).found, [0, 1, 5]);
        assert_eq!(wanted(&["shop"], &[]).choose(&ALL).found, [0]);
        assert_eq!(wanted(&["s?op"], &[]).choose(&ALL).found, [0]);
        assert_eq!(wanted(&["*\\*"], &[]).choose(&ALL).found, [5]);
        assert_eq!(wanted(&["*"], &["old"]).choose(&ALL).found, [0, 1, 2, 5]);
    }

    #[test]
    fn templates_only_by_name_and_template0_never() {
        let chosen = wanted(&["template1", "template0"], &[]).choose(&ALL);
        assert_eq!(chosen.found, [4]);
        let mut all = wanted(&["*"], &["scratch_*"]);
        all.templates = true;
        assert_eq!(all.choose(&ALL).found, [0, 1, 4, 5]);
    }

    #[test]
    fn named_databases_that_are_not_there_are_missed() {
        let chosen = wanted(&["nosuch", "gone*", "left"], &["left"]).choose(&ALL);
        assert_eq!(chosen.missing, ["nosuch"]);
    }

    #[test]
    fn a_run_may_choose_among_them() {
        let mut some = wanted(&["*", "nosuch"], &[]);
        some.only = wanted(&["shop", "other"], &[]).include;
        let chosen = some.choose(&ALL);
        assert_eq!(
            (chosen.found, chosen.missing),
            (vec![0], vec!["other".to_owned()])
        );
    }

    #[test]
    fn bad_patterns_are_refused() {
        assert!(Pattern::new("", "databases").is_err());
        assert!(Pattern::new("a\\", "databases").is_err());
    }
}
