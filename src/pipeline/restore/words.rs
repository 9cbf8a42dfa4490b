//! Names that stand for others, as a user writes them: `OLD=NEW`, of tables with their schemas. A name in
//! double quotes may hold what would end it, a quote twice. Pure.

use std::collections::HashMap;

use bstr::BString;

use crate::error::{Error, Kind, Result};

/// Characters of a name in PostgreSQL, in bytes.
pub(super) const MOST: usize = 63;

/// A table's name, and its schema where that is said.
pub(super) type Table = (Option<BString>, BString);

/// `OLD=NEW`.
pub(super) fn halves(switch: &str, word: &str) -> Result<(BString, BString)> {
    let mut rest = Rest(word);
    let both = || {
        let old = rest.name(&['='])?;
        let new = rest.take('=')?.name(&[])?;
        Some((old, new))
    };
    whole(both, switch, word)
}

/// The same of tables: the first dot is between schema and name.
pub(super) fn tables(switch: &str, word: &str) -> Result<(Table, Table)> {
    let mut rest = Rest(word);
    let both = || {
        let old = rest.table(&['.', '='], &['='])?;
        let new = rest.take('=')?.table(&['.'], &[])?;
        Some((old, new))
    };
    whole(both, switch, word)
}

/// Several of `OLD=NEW`, each of another one.
pub(super) fn pairs(switch: &str, words: &[String]) -> Result<HashMap<BString, BString>> {
    let mut pairs = HashMap::new();
    for word in words {
        let (old, new) = halves(switch, word)?;
        if pairs.contains_key(&old) {
            return Err(twice(switch, &old));
        }
        pairs.insert(old, new);
    }
    Ok(pairs)
}

/// Only one name can stand for another.
pub(super) fn twice(switch: &str, old: &BString) -> Error {
    Error::new(Kind::Usage, format!("{switch} gives {old} two names"))
}

/// PostgreSQL cuts a longer name without an error.
pub(super) fn fits(switch: &str, new: &BString) -> Result<()> {
    if new.len() <= MOST {
        return Ok(());
    }
    let what = format!(
        "{switch}: a name holds {MOST} bytes here, and {new} has {}",
        new.len()
    );
    Err(Error::new(Kind::Usage, what))
}

fn whole<A>(read: impl FnOnce() -> Option<A>, switch: &str, word: &str) -> Result<A> {
    read().ok_or_else(|| {
        let what = format!("{switch} takes OLD=NEW, not \"{word}\"");
        Error::new(Kind::Usage, what)
    })
}

/// What is left to read.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn take(&mut self, mark: char) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(mark)?;
        Some(self)
    }

    /// A name that is not empty, up to one of these.
    fn name(&mut self, ends: &[char]) -> Option<BString> {
        let Some(quoted) = self.0.strip_prefix('"') else {
            let end = self.0.find(ends).unwrap_or(self.0.len());
            let (name, rest) = self.0.split_at(end);
            self.0 = rest;
            return (!name.is_empty()).then(|| name.into());
        };
        let mut name = String::new();
        let mut rest = quoted;
        loop {
            let (part, after) = rest.split_once('"')?;
            name.push_str(part);
            match after.strip_prefix('"') {
                Some(more) => {
                    name.push('"');
                    rest = more;
                }
                None => {
                    self.0 = after;
                    let ended =
                        after.starts_with(ends) || (after.is_empty() && !ends.contains(&'='));
                    return (ended && !name.is_empty()).then(|| name.into());
                }
            }
        }
    }

    fn table(&mut self, ends: &[char], name_ends: &[char]) -> Option<Table> {
        let first = self.name(ends)?;
        if self.take('.').is_none() {
            return Some((None, first));
        }
        Some((Some(first), self.name(name_ends)?))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn table(schema: &str, name: &str) -> Table {
        ((!schema.is_empty()).then(|| schema.into()), name.into())
    }

    #[test]
    fn names_are_read_with_and_without_quotes() {
        for (word, old, new) in [
            ("t=u", table("", "t"), table("", "u")),
            (
                "App.Users=Us ers",
                table("App", "Users"),
                table("", "Us ers"),
            ),
            ("a.b.c=d.e", table("a", "b.c"), table("d", "e")),
            (
                "\"A.=\"\"b\".\"c d\"=\"x=\".y",
                table("A.=\"b", "c d"),
                table("x=", "y"),
            ),
            ("a\"b=c\"d", table("", "a\"b"), table("", "c\"d")),
        ] {
            assert_eq!(tables("--x", word).unwrap(), (old, new), "{word}");
        }
        let roles = halves("--x", "\"own er\"=u@h.x").unwrap();
        assert_eq!(roles, ("own er".into(), "u@h.x".into()));
        for word in [
            "", "t", "t=", "=u", "\"t=u", "\"t\"x=u", "t.=u", "t=u.", "\"\"=u", "t=\"u\"x",
        ] {
            assert!(tables("--x", word).is_err(), "{word}");
        }
    }
}
