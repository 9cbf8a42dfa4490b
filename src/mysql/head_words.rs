//! Words that servers print in UTF-8 within a text of another character set: the comment of a stored
//! program, the name and definer of an event, on some servers those of routines and triggers. Read
//! in the text's own character set they would be other words. So the server is asked how they are
//! written in that, and they are written so.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::quote::ident;
use crate::mysql::text::Text;
use crate::sql::rows::{Row, Rows};

/// A program's head, as far as it is not ASCII alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeadWords {
    /// The character set of the text; empty where all words are written in it anyway.
    charset: BString,
    /// Its definer and names in the order in which they are printed, in backticks.
    names: Vec<BString>,
    /// The comment as it is printed, within its quotes.
    comment: BString,
}

impl HeadWords {
    /// Reads the columns `client` (the character set), `definer` and, of what can have one, `comment`.
    pub fn read(row: &Row<'_>, names: &[&BString], commented: bool) -> Result<Self> {
        let comment = match commented {
            true => row.opt_owned("comment")?.unwrap_or_default(),
            false => BString::default(),
        };
        let definer = row.owned("definer")?;
        let (user, host) = match definer.rsplit_once_str("@") {
            Some((user, host)) => (user, Some(host).filter(|host| !host.is_empty())),
            None => (definer.as_slice(), None),
        };
        let charset = row.owned("client")?;
        let parts = [Some(user), host].into_iter().flatten();
        let names = parts.chain(names.iter().map(|name| name.as_slice()));
        let names: Vec<BString> = names.map(ident).collect();
        let ascii = comment.is_ascii() && names.iter().all(|name| name.is_ascii());
        let whole: [&[u8]; 4] = [b"utf8", b"utf8mb3", b"utf8mb4", b"binary"];
        if ascii || whole.contains(&charset.as_slice()) {
            return Ok(Self::default());
        }
        Ok(Self {
            charset,
            names,
            comment: escaped(&comment),
        })
    }

    fn words(&self) -> impl Iterator<Item = &BString> {
        let comment = std::iter::once(&self.comment);
        let all = self.names.iter().chain(comment);
        all.filter(|word| !word.is_ascii())
    }

    /// Asks how they are written; nothing where they need not be.
    #[must_use]
    pub fn question(&self) -> Option<BString> {
        let mut text = Text::new("SELECT ");
        for (at, word) in self.words().enumerate() {
            let hex: String = word.iter().map(|byte| format!("{byte:02X}")).collect();
            let written = format!("CONVERT(_utf8mb4 X'{hex}' USING ");
            text = text.words(if at == 0 { "" } else { ", " }).words(&written);
            text = text
                .raw(&self.charset)
                .words(&format!(") AS w{at}, CONVERT("));
            text = text.words(&written).raw(&self.charset);
            text = text.words(&format!(") USING utf8mb4) AS b{at}"));
        }
        (!self.charset.is_empty()).then(|| text.into())
    }

    /// The text with the words as they are written in its character set. Nothing where one can't be,
    /// or the comment is not found.
    pub fn mend(&self, text: &BString, answer: &Rows) -> Result<Option<BString>> {
        let Some(row) = answer.first() else {
            return Ok(None);
        };
        let mut written = Vec::new();
        for (at, word) in self.words().enumerate() {
            if row.owned(&format!("b{at}"))? != *word {
                return Ok(None);
            }
            written.push((word, row.owned(&format!("w{at}"))?));
        }
        Ok(self.with(text, &written))
    }

    fn with(&self, text: &[u8], written: &[(&BString, BString)]) -> Option<BString> {
        let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
        for name in &self.names {
            let rest = text.get(at..)?;
            let gap = rest.iter().position(|byte| !is_between(*byte))?;
            let (head, rest) = rest.split_at_checked(gap)?;
            let quote = *rest.first()?;
            // in a mode of their own programs are printed with double quotes
            let quoted = |name: &[u8]| match quote {
                b'"' => requoted(name),
                _ => Some(name.to_vec()),
            };
            let printed = quoted(name)?;
            if rest.starts_with(&printed) {
                out.extend_from_slice(head);
                out.extend_from_slice(&quoted(of(name, written))?);
                at += gap + printed.len();
            }
        }
        let rest = text.get(at..)?;
        if self.comment.is_ascii() {
            out.extend_from_slice(rest);
            return Some(out.into());
        }
        let printed = [b"COMMENT '", self.comment.as_slice(), b"'"].concat();
        let start = rest.find(&printed)? + b"COMMENT '".len();
        out.extend_from_slice(rest.get(..start)?);
        out.extend_from_slice(of(&self.comment, written));
        out.extend_from_slice(rest.get(start + self.comment.len()..)?);
        Some(out.into())
    }
}

/// How a word is written.
fn of<'a>(word: &'a BString, written: &'a [(&BString, BString)]) -> &'a BString {
    let known = written.iter().find(|(known, _)| *known == word);
    known.map_or(word, |(_, written)| written)
}

/// What stands between the names of a head.
fn is_between(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'=' | b'@')
}

/// A name in double quotes; nothing for one with quotes in it.
fn requoted(name: &[u8]) -> Option<Vec<u8>> {
    let inner = name.strip_prefix(b"`")?.strip_suffix(b"`")?;
    let plain = !inner.contains(&b'`') && !inner.contains(&b'"');
    plain.then(|| [b"\"", inner, b"\""].concat())
}

/// As servers print a comment.
fn escaped(comment: &[u8]) -> BString {
    let mut out = Vec::with_capacity(comment.len());
    for &byte in comment {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\'' => out.extend_from_slice(b"''"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0 => out.extend_from_slice(b"\\0"),
            byte => out.push(byte),
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(names: &[&str], comment: &str) -> HeadWords {
        HeadWords {
            charset: "latin1".into(),
            names: names.iter().map(|name| BString::from(*name)).collect(),
            comment: comment.into(),
        }
    }

    #[test]
    fn words_are_written_in_the_texts_character_set() {
        let head = words(&["`ü`", "`localhost`", "`é`"], "l''é");
        let (u, e, comment) = ("`ü`".into(), "`é`".into(), "l''é".into());
        let written = [
            (&u, b"`\xFC`".into()),
            (&e, b"`\xE9`".into()),
            (&comment, b"l''\xE9".into()),
        ];
        let event =
            "CREATE DEFINER=`ü`@`localhost` EVENT `é` ON SCHEDULE EVERY 1 DAY COMMENT 'l''é' DO \
                     SELECT '"
                .as_bytes();
        let body = b"\xE9'";
        assert_eq!(
            head.with(&[event, body].concat(), &written),
            Some(BString::from([
                b"CREATE DEFINER=`\xFC`@`localhost` EVENT `\xE9` ON SCHEDULE EVERY 1 DAY COMMENT 'l''\xE9' DO \
                  SELECT '".as_slice(),
                body
            ]
            .concat()))
        );
        // names that are written so already, in double quotes
        let text = b"CREATE DEFINER=\"\xFC\"@\"localhost\" PROCEDURE \"\xE9\"()\n    COMMENT 'l''";
        let text = [text, "é'\nSELECT 1".as_bytes()].concat();
        assert_eq!(
            head.with(&text, &written),
            Some(BString::from(b"CREATE DEFINER=\"\xFC\"@\"localhost\" PROCEDURE \"\xE9\"()\n    COMMENT 'l''\xE9'\nSELECT 1"
                .as_slice()))
        );
        assert_eq!(head.with(b"CREATE EVENT `x` DO SELECT 1", &written), None);
    }
}
